//! From elements to fields.

use time::Date;

use crate::codes::indicator;
use crate::date::{self, Order};
use crate::subfile::Divided;
use crate::{
    Absence, Address, Card, Compliance, Country, Element, ElementId, Expiry, EyeColour, HairColour, Header,
    Height, Name, ParseError, Privileges, Sex, Truncation, Warning, Weight, issuer, version,
};

pub(crate) fn card(header: Header, divided: Divided, warnings: Vec<Warning>) -> Result<Card, ParseError> {
    if divided.document.is_empty() {
        return Err(ParseError::NoElements);
    }
    let mut card = Card::empty(header, divided.kind);
    card.subfiles = divided.others;
    let mut elements = Elements { left: divided.document, absent: Vec::new(), warnings };
    elements.check_mandatory(&card);
    elements.set_absent_aside();

    card.country = elements.read("DCG", Country::from_alpha3);
    let issued_in = issuer(header.iin).map(|issuer| issuer.country);
    if card.country.is_some() && issued_in.is_some() && card.country != issued_in {
        elements.warnings.push(Warning::CountryConflict);
    }
    let country = card.issuing_country();
    let order = if header.version <= 1 || country == Some(Country::Canada) {
        Order::YearFirst
    } else {
        Order::MonthFirst
    };

    card.number = elements.text("DAQ");
    card.name = elements.name();
    card.birth_date = elements.date("DBB", order);
    card.issue_date = elements.date("DBD", order);
    card.expiry = elements.expiry(order);
    card.sex = elements.read("DBC", Sex::read);
    card.eyes = elements.read("DAY", EyeColour::read);
    card.hair = elements.read("DAZ", HairColour::read);
    card.height = elements.height(header.version, country);
    card.weight = (elements.read("DAW", Weight::pounds))
        .or_else(|| elements.read("DAX", Weight::kilograms))
        .or_else(|| elements.read("DCE", Weight::range));
    card.address = elements.address(["DAG", "DAH", "DAI", "DAJ", "DAK"]);
    card.document_discriminator = elements.text("DCF");
    card.birth_place = elements.text("DCI");
    card.audit_information = elements.text("DCJ");
    card.inventory_control = elements.text("DCK");
    card.privileges = Privileges {
        vehicle_class: elements.text("DCA"),
        restrictions: elements.text("DCB"),
        endorsements: elements.text("DCD"),
        federal_commercial: elements.text("DCH"),
    };
    card.compliance = elements.read("DDA", Compliance::read);
    card.revision_date = elements.date("DDB", order);
    card.hazmat_expiry_date = elements.date("DDC", order);
    card.limited_duration = elements.read("DDD", indicator);
    card.under_18_until = elements.date("DDH", order);
    card.under_19_until = elements.date("DDI", order);
    card.under_21_until = elements.date("DDJ", order);
    card.organ_donor = elements.read("DDK", indicator);
    card.veteran = elements.read("DDL", indicator);
    card.commercial = elements.read("DDM", indicator);
    card.non_domiciled = elements.read("DDN", indicator);
    card.enhanced = elements.read("DDO", indicator);
    card.permit = elements.read("DDP", indicator);
    if header.version <= 1 {
        // Later versions gave DBH another meaning.
        card.organ_donor = card.organ_donor.or_else(|| elements.read("DBH", indicator));
    }
    // Retired after version 1, but some issuers kept them.
    card.residence = elements.address(["DAL", "DAM", "DAN", "DAO", "DAP"]);
    let privileges = &mut card.privileges;
    for (field, id) in [
        (&mut privileges.vehicle_class, "DAR"),
        (&mut privileges.restrictions, "DAS"),
        (&mut privileges.endorsements, "DAT"),
    ] {
        if field.is_none() {
            *field = elements.text(id);
        }
    }
    card.absent = elements.absent;
    card.other = elements.left;
    card.warnings = elements.warnings;
    Ok(card)
}

/// The elements not yet read.
struct Elements {
    left: Vec<Element>,
    absent: Vec<(ElementId, Absence)>,
    warnings: Vec<Warning>,
}

impl Elements {
    fn check_mandatory(&mut self, card: &Card) {
        let there = |id: &str| self.left.iter().any(|element| element.id == id);
        let missing = version::mandatory(card.header.version, card.kind)
            .into_iter()
            .filter(|id| !there(id) && !version::alternatives(id).iter().any(|id| there(id)))
            .filter_map(ElementId::new)
            .map(Warning::MandatoryMissing)
            .collect::<Vec<_>>();
        self.warnings.extend(missing);
    }

    /// Elements without a value. `NONE` and `unavl` are the standard's words, in any case and, for the second, in full.
    fn set_absent_aside(&mut self) {
        let absent = &mut self.absent;
        self.left.retain(|element| {
            let absence = match element.value.to_ascii_uppercase().as_str() {
                "" => Absence::Empty,
                "NONE" => Absence::NoData,
                "UNAVL" | "UNAVAIL" | "UNAVAILABLE" => Absence::Unavailable,
                _ => return true,
            };
            absent.push((element.id, absence));
            false
        });
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.left.iter().position(|element| element.id == id)
    }

    fn text(&mut self, id: &str) -> Option<String> {
        self.place(id).map(|at| self.left.remove(at).value)
    }

    /// The field of an element; one that cannot be read stays where it is.
    fn read<T>(&mut self, id: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let at = self.place(id)?;
        let field = read(&self.left[at].value);
        if field.is_some() {
            self.left.remove(at);
        } else {
            self.warnings.push(Warning::Unreadable(self.left[at].id));
        }
        field
    }

    fn date(&mut self, id: &str, expected: Order) -> Option<Date> {
        let (date, order) = self.read(id, date::read)?;
        if order != expected {
            self.warnings.extend(ElementId::new(id).map(Warning::DateOrder));
        }
        Some(date)
    }

    fn expiry(&mut self, expected: Order) -> Option<Expiry> {
        let at = self.place("DBA")?;
        if date::is_never(&self.left[at].value) {
            self.left.remove(at);
            return Some(Expiry::Never);
        }
        self.date("DBA", expected).map(Expiry::On)
    }

    fn height(&mut self, version: u8, country: Option<Country>) -> Option<Height> {
        if let Some((height, bare)) = self.read("DAU", |value| Height::read(value, version, country)) {
            if bare {
                self.warnings.extend(ElementId::new("DAU").map(Warning::UnitMissing));
            }
            return Some(height);
        }
        // DAV is in centimetres by its definition.
        self.read("DAV", |value| Height::read(value, 2, Some(Country::Canada)).map(|(height, _)| height))
    }

    fn name(&mut self) -> Name {
        let mut name = Name::default();
        if let Some(at) = self.place("DAA") {
            let full = self.left.remove(at);
            if name.divide(&full.value).is_none() {
                self.warnings.push(Warning::Unreadable(full.id));
                name.undivided = Some(full.value);
            }
        }
        if let Some(given) = self.text("DCT") {
            let (first, middle) = given.split_once(',').unwrap_or((&given, ""));
            name.first = filled(first);
            name.middle = filled(&middle.replace(',', " "));
        }
        // An element for the part alone is surer than a part of a longer one.
        for (field, ids) in [
            (&mut name.family, ["DAB", "DCS"]),
            (&mut name.first, ["DAC", "DAC"]),
            (&mut name.middle, ["DAD", "DAD"]),
            (&mut name.suffix, ["DAE", "DCU"]),
            (&mut name.prefix, ["DAF", "DAF"]),
        ] {
            for id in ids {
                *field = self.text(id).or(field.take());
            }
        }
        // Several given names are parted by commas (2020, table D.3, DAD).
        for part in [&mut name.first, &mut name.middle] {
            *part = part.take().and_then(|names| filled(&names.replace(',', " ")));
        }
        name.family_truncation = self.read("DDE", Truncation::read);
        name.first_truncation = self.read("DDF", Truncation::read);
        name.middle_truncation = self.read("DDG", Truncation::read);
        name
    }

    fn address(&mut self, [street, street_2, city, jurisdiction, postal_code]: [&str; 5]) -> Address {
        Address {
            street: self.text(street),
            street_2: self.text(street_2),
            city: self.text(city),
            jurisdiction: self.text(jurisdiction),
            postal_code: self.read(postal_code, read_postal_code),
        }
    }
}

fn filled(text: &str) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// DAK without filler: a ZIP code's trailing zeros and a Canadian code's spaces. Nothing but filler is no code.
fn read_postal_code(value: &str) -> Option<String> {
    let packed: String = value.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if packed.is_empty() || packed.chars().all(|c| c == '0') {
        return None;
    }
    if !packed.is_ascii() {
        return Some(value.to_owned());
    }
    if packed.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(match packed.split_at_checked(5) {
            Some((zip, "" | "0000")) => zip.to_owned(),
            Some((zip, plus_4)) if plus_4.len() == 4 => format!("{zip}-{plus_4}"),
            _ => value.to_owned(),
        });
    }
    let letter_digit = |(at, byte): (usize, u8)| {
        if at % 2 == 0 { byte.is_ascii_alphabetic() } else { byte.is_ascii_digit() }
    };
    let canadian = packed.trim_end_matches('0');
    let canadian = if canadian.len() < 6 { packed.get(..6).unwrap_or("") } else { canadian };
    if canadian.len() == 6 && canadian.bytes().enumerate().all(letter_digit) {
        let (area, unit) = canadian.split_at(3);
        return Some(format!("{area} {unit}").to_ascii_uppercase());
    }
    Some(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postal_codes_lose_their_filler() {
        for (value, expected) in [
            ("232690000", Some("23269")),
            ("23269", Some("23269")),
            ("23269-", Some("23269")),
            ("232691234", Some("23269-1234")),
            ("23269-1234", Some("23269-1234")),
            ("K1A0B1", Some("K1A 0B1")),
            ("K1A 0B1", Some("K1A 0B1")),
            ("K1A0B1000", Some("K1A 0B1")),
            ("T5J0N0", Some("T5J 0N0")),
            ("T5J0N0000", Some("T5J 0N0")),
            ("000000000", None),
            ("2326", Some("2326")),
            ("É1", Some("É1")),
        ] {
            assert_eq!(read_postal_code(value).as_deref(), expected, "{value}");
        }
    }
}
