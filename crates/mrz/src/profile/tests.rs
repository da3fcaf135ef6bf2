use super::*;
use crate::format::Format;

#[test]
fn the_table_can_be_read_and_names_its_sources() {
    let table: Profiles = toml::from_str(include_str!("../../profiles.toml")).expect("a table");
    assert!(table.profiles.len() > 20 && !table.states.is_empty() && !table.documents.is_empty());
    let sources = table.profiles.iter().map(|profile| &profile.source);
    let sources = sources.chain(table.states.iter().map(|state| &state.source));
    assert!(sources.chain(table.documents.iter().map(|code| &code.source)).all(|source| source.len() > 20));
    for profile in &table.profiles {
        let known = |issuer: &String| crate::state::is_known(issuer);
        assert!(!profile.issuers.is_empty() && profile.issuers.iter().all(known), "{:?}", profile.issuers);
        assert!(profile.never_expires.iter().all(|day| day.len() == 6));
        let kinds = |form: &String| form.chars().all(|c| c.is_ascii_alphanumeric());
        assert!(profile.numbers.iter().all(kinds));
    }
}

#[test]
fn numbers_are_made_as_their_issuer_makes_them() {
    let makes =
        |code: &str, issuer: &str, number| Customs::of(code.as_bytes(), issuer.as_bytes()).makes(number);
    assert_eq!(makes("P<", "HUN", "BB1234567"), Some(true));
    assert_eq!(makes("P<", "HUN", "881234567"), Some(false));
    assert_eq!(makes("P<", "D<<", "C01X00T47"), Some(true));
    assert_eq!(makes("P<", "D<<", "CO1X00T47"), Some(false), "no German number has an O");
    assert_eq!(makes("PO", "CHN", "G12345678"), Some(true));
    assert_eq!(makes("PO", "CHN", "612345678"), Some(false));
    assert_eq!(makes("P<", "UTO", "L898902C3"), None);
    assert_eq!(makes("ID", "MEX", "123456789"), None);
}

/// Every issuer with each of its document codes and a number that it may print.
fn examples() -> Vec<(&'static str, String, String)> {
    let mut all = Vec::new();
    for profile in &PROFILES.profiles {
        let letter = profile.letters.as_ref().and_then(|letters| letters.chars().next()).unwrap_or('B');
        let form = profile.numbers.first().map_or("ddddddddd", String::as_str);
        let number: String = (form.chars().zip(('0'..='9').cycle()))
            .map(|(kind, digit)| match kind {
                'd' => digit,
                'a' | 'x' => letter,
                own => own,
            })
            .take(9)
            .collect();
        let any = ["P".to_owned(), "ID".to_owned()];
        let codes = if profile.documents.is_empty() { &any[..] } else { &profile.documents };
        for issuer in &profile.issuers {
            all.extend(codes.iter().map(|code| (issuer.as_str(), code.clone(), number.clone())));
        }
    }
    all
}

/// The zones of an example, passports and cards, with expiries that mean something to some issuer.
fn zones(issuer: &str, code: &str, number: &str) -> Vec<(Format, Vec<u8>)> {
    let mut zones = Vec::new();
    for expiry in ["310415", "990101", "991231", "<<<<<<"] {
        for sex in ["F", "H", "<"] {
            let passport = [
                format!("{:<<5}ERIKSSON<<ANNA", format!("{code:<<2}{issuer}")),
                format!("{number:<<9}0{issuer:<<3}7408120{sex}{expiry}0<<<<<<<<<<<<<<00"),
            ];
            let card = [
                format!("{code:<<2}{issuer:<<3}{number:<<9}0"),
                format!("7408120{sex}{expiry}0{issuer:<<3}<<<<<<<<<<<0"),
                "ERIKSSON<<ANNA".to_owned(),
            ];
            zones.push((Format::Td3, format!("{:<<44}{:<<44}", passport[0], passport[1]).into_bytes()));
            zones.push((
                Format::Td1,
                format!("{:<<30}{:<<30}{:<<30}", card[0], card[1], card[2]).into_bytes(),
            ));
        }
    }
    for (format, text) in &mut zones {
        // The digits of the standard, the composite one last.
        for place in format.checks(text, &Customs::default()) {
            let covered: Vec<u8> = place.over.iter().flat_map(|at| &text[at.clone()]).copied().collect();
            text[place.at] = b'0' + crate::check_digit(&covered).expect("characters of a zone");
        }
    }
    zones
}

/// Whatever is known of an issuer, a check digit is right when it is the one that the standard computes, and wrong when not; a filler
/// stands for 0 only where the standard or the issuer leaves an empty field.
#[test]
fn no_profile_makes_a_wrong_check_digit_right() {
    let mut tried = 0;
    for (issuer, code, number) in examples() {
        for (format, text) in zones(issuer, &code, &number) {
            let right = crate::parse::build(format, &text);
            assert!(right.checks_ok(), "{issuer} {code}");
            for place in format.checks(&text, &Customs::default()) {
                for wrong in (b'0'..=b'9').filter(|&digit| digit != text[place.at]) {
                    let mut broken = text.clone();
                    broken[place.at] = wrong;
                    let mrz = crate::parse::build(format, &broken);
                    assert!(!mrz.checks_ok() && !mrz.is_valid(), "{issuer} {code} {:?}", place.field);
                    tried += 1;
                }
                let mut filled = text.clone();
                filled[place.at] = b'<';
                let covered = place.over.iter().flat_map(|at| &text[at.clone()]);
                if covered.copied().any(|c| c != b'<') {
                    // A long number of a card has its digit elsewhere.
                    let long = format == Format::Td1 && place.field == Field::DocumentNumber;
                    let mrz = crate::parse::build(format, &filled);
                    assert!(long || !mrz.checks_ok(), "{issuer} {code} {:?}", place.field);
                }
            }
        }
    }
    assert!(tried > 10_000);
}

/// The same of the reader: bare text and a recogniser that is sure of a wrong digit.
#[test]
fn no_profile_makes_the_reader_mend_a_wrong_check_digit() {
    use crate::{Line, ReadParams, Verdict, read};
    for (issuer, code, number) in examples() {
        let (format, text) = zones(issuer, &code, &number).swap_remove(0);
        for place in format.checks(&text, &Customs::default()) {
            let mut broken = text.clone();
            // Not a digit that a letter is taken for.
            broken[place.at] = b'0' + (text[place.at] - b'0' + 1) % 10;
            let lines: Vec<Line> = broken
                .chunks(44)
                .map(|line| Line::from_alternatives(line.iter().map(|&c| vec![(char::from(c), 0.9999)])))
                .collect();
            for params in [ReadParams::default(), ReadParams::calibrated()] {
                assert_eq!(
                    read(&lines, &params)[0].verdict,
                    Verdict::Invalid,
                    "{issuer} {code} {:?}",
                    place.field
                );
            }
        }
    }
}
