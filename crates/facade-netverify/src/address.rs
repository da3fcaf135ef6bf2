//! An address in the parts that the dialect has for it.

use selfsame_domain::document::Extraction;
use serde_json::{Map, Value};

use crate::country;

/// Characters that the documentation has room for.
const LINE: usize = 100;
const CITY: usize = 64;

/// As the document has it, and in parts as far as these are certain: city, subdivision, postal code and country of what ends like an
/// address in the United States or Canada on a document of these; any other stands in its lines alone.
pub(crate) fn raw(reading: &Extraction) -> Option<Value> {
    let text = reading.address.as_deref()?;
    let tail = reading.issuing_country.as_deref().and_then(|issuer| Tail::of(text, issuer));
    let mut address = Map::new();
    let mut put = |name: &str, value: &str, most: usize| {
        // What has no room whole would be another address.
        if value.chars().count() <= most {
            address.insert(name.to_owned(), value.into());
        }
    };
    put("formattedAddress", text, usize::MAX);
    let lines: Vec<&str> = match tail {
        Some(tail) => {
            put("country", tail.country, 3);
            put("subdivision", tail.subdivision, LINE);
            put("postalCode", tail.postal_code, 15);
            if let Some(city) = tail.city {
                put("city", city, CITY);
            }
            tail.before
        }
        None => text.split(", ").collect(),
    };
    for (at, line) in lines.iter().take(5).enumerate() {
        put(&format!("line{}", at + 1), line, LINE);
    }
    Some(address.into())
}

/// The end of a North American address, and the lines before it.
#[derive(Debug, PartialEq)]
struct Tail<'a> {
    before: Vec<&'a str>,
    city: Option<&'a str>,
    /// The letters of the state or province.
    subdivision: &'a str,
    postal_code: &'a str,
    country: &'static str,
}

impl<'a> Tail<'a> {
    /// `…, RICHMOND, VA, 23269` as barcodes are joined, and `…, RICHMOND, VA 23269` as licences print it.
    fn of(text: &'a str, issuer: &str) -> Option<Self> {
        if !["USA", "CAN"].contains(&issuer) {
            return None;
        }
        let mut before: Vec<&str> = text.split(", ").collect();
        let last = before.pop()?;
        let (rest, postal_code, country, alpha2) = zip_code(last)
            .map(|(rest, code)| (rest, code, "USA", "US"))
            .or_else(|| postal_code(last).map(|(rest, code)| (rest, code, "CAN", "CA")))?;
        let place = if rest.is_empty() { before.pop()? } else { rest };
        let (city, subdivision) = place.rsplit_once(' ').unwrap_or(("", place));
        if subdivision.len() != 2 || !country::is_subdivision(alpha2, subdivision) {
            return None;
        }
        let city = match city.trim_end_matches([',', ' ']) {
            "" => before.pop(),
            city => Some(city),
        };
        // Alone it may be the street, and with a number in it both.
        let sure = city.filter(|city| !before.is_empty() && !city.contains(|c: char| c.is_ascii_digit()));
        if sure.is_none() {
            before.extend(city);
        }
        Some(Self { before, city: sure, subdivision, postal_code, country })
    }
}

/// `23269` or `23269-1234` at the end, and what stands before it.
fn zip_code(text: &str) -> Option<(&str, &str)> {
    let (rest, code) = text.rsplit_once(' ').unwrap_or(("", text));
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|c| c.is_ascii_digit());
    let fits = match code.split_once('-') {
        Some((area, more)) => digits(area, 5) && digits(more, 4),
        None => digits(code, 5),
    };
    fits.then_some((rest.trim_end(), code))
}

/// `K1A 0B1`, or without the blank, at the end, and what stands before it.
fn postal_code(text: &str) -> Option<(&str, &str)> {
    let fits = |code: &str| {
        let plain: Vec<u8> = code.bytes().filter(|c| *c != b' ').collect();
        let form = |(at, c): (usize, &u8)| {
            if at % 2 == 0 { c.is_ascii_uppercase() } else { c.is_ascii_digit() }
        };
        plain.len() == 6 && plain.iter().enumerate().all(form)
    };
    [7, 6].into_iter().find_map(|length| {
        let (rest, code) = text.split_at_checked(text.len().checked_sub(length)?)?;
        let apart = rest.is_empty() || rest.ends_with(' ');
        (apart && !code.starts_with(' ') && fits(code)).then_some((rest.trim_end(), code))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(issuer: &str, address: &str) -> Value {
        let reading = Extraction {
            issuing_country: Some(issuer.to_owned()),
            address: Some(address.to_owned()),
            ..Extraction::default()
        };
        let mut told = raw(&reading).unwrap();
        assert_eq!(told.as_object_mut().unwrap().remove("formattedAddress"), Some(address.into()));
        told
    }

    #[test]
    fn parts_are_told_where_the_end_is_that_of_a_north_american_address() {
        let miami = json!({
            "line1": "414 SOUTHWEST AVE", "city": "MIAMI", "subdivision": "FL", "postalCode": "33184", "country": "USA",
        });
        for address in [
            "414 SOUTHWEST AVE, MIAMI, FL, 33184",
            "414 SOUTHWEST AVE, MIAMI, FL 33184",
            "414 SOUTHWEST AVE, MIAMI FL 33184",
        ] {
            assert_eq!(told("USA", address), miami, "{address}");
        }
        let expected = json!({
            "line1": "1 RIDEAU ST", "line2": "UNIT 4", "city": "ST JOHNS", "subdivision": "NL", "postalCode": "A1C 5M2",
            "country": "CAN",
        });
        assert_eq!(told("CAN", "1 RIDEAU ST, UNIT 4, ST JOHNS, NL, A1C 5M2"), expected);
        // Who moved has the licence of one country and lives in the other.
        assert_eq!(told("USA", "1 RIDEAU ST, OTTAWA, ON, K1A0B1")["country"], "CAN");
        assert_eq!(told("USA", "1 A ST, RENO, NV, 89501-1234")["postalCode"], "89501-1234");
    }

    #[test]
    fn what_is_not_certain_stays_in_the_lines() {
        // The city, or the street: either may be missing.
        let alone =
            json!({ "line1": "RICHMOND", "subdivision": "VA", "postalCode": "23269", "country": "USA" });
        assert_eq!(told("USA", "RICHMOND, VA, 23269"), alone);
        let joined = json!({ "line1": "UNIT 4", "line2": "1 MAIN ST RENO", "subdivision": "NV", "postalCode": "89501", "country": "USA" });
        assert_eq!(told("USA", "UNIT 4, 1 MAIN ST RENO NV 89501"), joined);
        // The issuer of a document is not where its holder lives.
        let printed = json!({ "line1": "HEIDESTRASSE 17", "line2": "51147 KÖLN" });
        assert_eq!(told("DEU", "HEIDESTRASSE 17, 51147 KÖLN"), printed);
        for (issuer, address) in [
            ("DEU", "414 SOUTHWEST AVE, MIAMI, FL, 33184"),
            ("USA", "414 SOUTHWEST AVE, MIAMI, ZZ, 33184"),
            ("USA", "414 SOUTHWEST AVE, MIAMI, FL"),
            ("USA", "33184"),
            ("CAN", "K1A 0B1"),
            ("USA", "FL 3318４"),
            ("CAN", "Ä1A 0B1"),
            ("USA", ""),
        ] {
            assert!(told(issuer, address).get("postalCode").is_none(), "{address}");
        }
    }

    #[test]
    fn a_line_without_room_is_left_out_and_the_whole_stands() {
        let long = "X".repeat(101);
        assert_eq!(told("DEU", &format!("{long}, 51147 KÖLN")), json!({ "line2": "51147 KÖLN" }));
    }
}
