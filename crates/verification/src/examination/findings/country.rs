//! Whose document it is, where no machine reads it.

use selfsame_domain::document::{BarcodeContent, DocumentReading, FieldName};
use selfsame_mrz::names::spellings;

/// How states are named on their own licences and cards, and in English: whole words, without diacritics. Not all of them: a name that is
/// missing here contradicts nothing. What holds another name stands before it.
#[rustfmt::skip]
const NAMES: &[(&str, &[&str])] = &[
    ("USA", &["UNITED STATES", "USA", "NEW MEXICO"]),
    ("AUS", &["AUSTRALIA"]),
    ("AUT", &["OSTERREICH", "AUSTRIA"]),
    ("BEL", &["BELGIE", "BELGIQUE", "BELGIEN", "BELGIUM"]),
    ("BGR", &["BULGARIA"]),
    ("BHR", &["BAHRAIN"]),
    ("CAN", &["CANADA"]),
    ("CHE", &["SCHWEIZ", "SUISSE", "SVIZZERA", "SCHWEIZERISCHE", "SWITZERLAND"]),
    ("CYP", &["KYPROS", "CYPRUS"]),
    ("CZE", &["CESKA REPUBLIKA", "CZECH REPUBLIC", "CZECHIA"]),
    ("DEU", &["DEUTSCHLAND", "GERMANY"]),
    ("DNK", &["DANMARK", "DENMARK"]),
    ("ESP", &["ESPANA", "SPAIN"]),
    ("EST", &["EESTI", "ESTONIA"]),
    ("FIN", &["SUOMI", "FINLAND"]),
    ("FRA", &["FRANCE", "REPUBLIQUE FRANCAISE"]),
    ("GBR", &["UNITED KINGDOM", "UK", "GREAT BRITAIN", "NORTHERN IRELAND"]),
    ("GRC", &["ELLADA", "HELLENIC REPUBLIC", "GREECE"]),
    ("HRV", &["HRVATSKA", "CROATIA"]),
    ("HUN", &["MAGYARORSZAG", "HUNGARY"]),
    ("IDN", &["INDONESIA"]),
    ("IRL", &["EIRE", "IRELAND"]),
    ("ISL", &["ICELAND"]),
    ("ITA", &["ITALIA", "REPUBBLICA ITALIANA", "ITALY"]),
    ("LTU", &["LIETUVA", "LIETUVOS RESPUBLIKA", "LITHUANIA"]),
    ("LUX", &["LUXEMBOURG"]),
    ("LVA", &["LATVIJA", "LATVIJAS REPUBLIKA", "LATVIA"]),
    ("MEX", &["ESTADOS UNIDOS MEXICANOS", "MEXICO"]),
    ("MLT", &["MALTA"]),
    ("MYS", &["MALAYSIA"]),
    ("NLD", &["NEDERLAND", "KONINKRIJK DER NEDERLANDEN", "NETHERLANDS"]),
    ("NOR", &["NORGE", "NOREG", "NORWAY"]),
    ("PER", &["PERU"]),
    ("POL", &["POLSKA", "POLAND"]),
    ("PRT", &["PORTUGAL", "REPUBLICA PORTUGUESA"]),
    ("ROU", &["ROMANIA"]),
    ("SGP", &["SINGAPORE"]),
    ("SVK", &["SLOVENSKO", "SLOVENSKA REPUBLIKA", "SLOVAKIA"]),
    ("SVN", &["SLOVENIJA", "SLOVENIA"]),
    ("SWE", &["SVERIGE", "SWEDEN"]),
    ("TUR", &["TURKIYE", "TURKEY"]),
];

/// Whose licences all have a barcode that names their issuer: where none was read, it may have been made unreadable.
const CODED: [&str; 2] = ["USA", "CAN"];

/// Whether nothing on the sides says whose document it is, or only what was announced: no zone and no licence's barcode, which always
/// name an issuer, be it one that is no country or not known; no code at a label; and no line in another country's name.
pub(super) fn is_unstated(sides: &[&DocumentReading], announced: &str) -> bool {
    let coded = |side: &DocumentReading| {
        let barcode = side.barcode.as_ref().map(|barcode| &barcode.content);
        side.mrz.is_some() || matches!(barcode, Some(BarcodeContent::Aamva { .. }))
    };
    let labelled = |side: &DocumentReading| {
        side.issuing_country.is_some() || side.field(FieldName::IssuingCountry).is_some()
    };
    if CODED.contains(&announced) || sides.iter().any(|side| coded(side) || labelled(side)) {
        return false;
    }
    let named: Vec<&str> =
        sides.iter().flat_map(|side| &side.lines).filter_map(|line| named(&line.text)).collect();
    // Who was born abroad may have both on it.
    named.is_empty() || named.contains(&announced)
}

/// The country that a line names. With digits it is an address, or a birth: those name others.
fn named(line: &str) -> Option<&'static str> {
    if line.chars().any(char::is_numeric) {
        return None;
    }
    let plain = |c: char| spellings(c).iter().min_by_key(|spelling| spelling.len()).copied();
    let folded: String = line
        .chars()
        .map(|c| match plain(c) {
            Some(plain) => plain.to_owned(),
            None if c.is_alphabetic() => c.to_uppercase().to_string(),
            None => " ".to_owned(),
        })
        .collect();
    let words: Vec<&str> = folded.split_whitespace().collect();
    let holds = |name: &str| {
        let name: Vec<&str> = name.split(' ').collect();
        words.windows(name.len()).any(|part| part == name)
    };
    NAMES.iter().find(|(_, names)| names.iter().any(|name| holds(name))).map(|(code, _)| *code)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_line_names_a_country_in_whole_words_and_without_digits() {
        for (line, country) in [
            ("REPUBLIK ÖSTERREICH", Some("AUT")),
            ("Bundesrepublik Deutschland", Some("DEU")),
            ("RÉPUBLIQUE FRANÇAISE", Some("FRA")),
            ("TÜRKİYE", Some("TUR")),
            ("ÉIRE/IRELAND", Some("IRL")),
            ("ČESKÁ REPUBLIKA", Some("CZE")),
            ("DRIVING LICENCE NORTHERN IRELAND", Some("GBR")),
            ("New Mexico", Some("USA")),
            ("3. 12.08.1974 DEUTSCHLAND", None),
            ("Deutschlandsberg", None),
            ("PERMIS DE CONDUIRE", None),
        ] {
            assert_eq!(named(line), country, "{line}");
        }
    }
}
