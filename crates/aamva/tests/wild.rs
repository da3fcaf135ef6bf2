//! Payloads that bend the standard as cards and scanners do.

use selfsame_aamva::{Card, Country, Designator, ElementId, Height, Kind, ParseError, Warning, parse};
use time::macros::date;

const ELEMENTS: &str = "DLDAQT64235789\nDCSDRUMLIN\nDACHAZEL\nDADNONE\nDBD06062019\nDBB06061986\nDBA12102024\nDBC2\n\
                        DCGUSA\nDCF242\r";

/// A true version 8 payload of Virginia with these elements.
fn payload(body: &str) -> String {
    format!("@\n\x1e\rANSI 636000080001DL0031{:04}{body}", body.len())
}

fn read(payload: impl AsRef<[u8]>) -> Card {
    parse(payload).expect("the payload is read")
}

fn id(id: &str) -> ElementId {
    ElementId::new(id).expect("an identifier")
}

/// The departures, without the elements that these short payloads do not have.
fn bends(card: &Card) -> Vec<Warning> {
    card.warnings.iter().filter(|it| !matches!(it, Warning::MandatoryMissing(_))).cloned().collect()
}

/// What every complete reading of `ELEMENTS` says.
fn assert_drumlin(card: &Card) {
    assert_eq!(card.kind, Some(Kind::Licence));
    assert_eq!(card.number.as_deref(), Some("T64235789"));
    assert_eq!(card.name.family.as_deref(), Some("DRUMLIN"));
    assert_eq!(card.name.first.as_deref(), Some("HAZEL"));
    assert_eq!(card.birth_date, Some(date!(1986 - 06 - 06)));
    assert_eq!(card.expiry_date(), Some(date!(2024 - 12 - 10)));
    assert_eq!(card.document_discriminator.as_deref(), Some("242"));
}

#[test]
fn the_true_payload_has_no_bends() {
    let card = read(payload(ELEMENTS));
    assert_drumlin(&card);
    assert_eq!(bends(&card), []);
    assert!(card.warnings.contains(&Warning::MandatoryMissing(id("DAK"))));
}

#[test]
fn wrong_offset_and_length() {
    let wrong = payload(ELEMENTS).replace("DL00310", "DL00290");
    let card = read(&wrong);
    assert_drumlin(&card);
    assert!(matches!(bends(&card)[..], [Warning::SubfileOffset { stated: 29, found: 31, .. }]));

    for length in ["0000", "0020", "0090", "0111"] {
        let stated = format!("{:04}", ELEMENTS.len());
        let card = read(payload(ELEMENTS).replace(&format!("DL0031{stated}"), &format!("DL0031{length}")));
        assert_drumlin(&card);
        assert!(matches!(bends(&card)[..], [Warning::SubfileLength { .. }]), "{length}: {:?}", bends(&card));
    }
}

#[test]
fn every_line_end() {
    for separator in ["\r", "\r\n", "\x1e", "\x1d", "\n\n", "\n\r\n"] {
        let card = read(payload(ELEMENTS).replace('\n', separator));
        assert_drumlin(&card);
        assert!(!card.warnings.contains(&Warning::Truncated), "{separator:?}");
    }
}

#[test]
fn without_any_separator_certain_elements_are_read() {
    let stripped: String = payload(ELEMENTS).chars().filter(|c| !c.is_control()).collect();
    let card = read(&stripped);
    assert_drumlin(&card);
    assert!(card.warnings.contains(&Warning::SeparatorsMissing));

    // A name that holds an identifier cannot be told from an element: neither is guessed.
    let card = read(stripped.replace("DRUMLIN", "MEDADLEY"));
    assert_eq!((card.name.family, card.name.middle), (None, None));
    assert!(card.warnings.contains(&Warning::ElementAmbiguous(id("DCS"))));
    assert_eq!(card.number.as_deref(), Some("T64235789"));
}

#[test]
fn junk_around_the_payload() {
    let card = read(format!("]L2 scan:{}trailing", payload(ELEMENTS)));
    assert_drumlin(&card);
    assert_eq!(
        bends(&card),
        [Warning::LeadingJunk { characters: 9 }, Warning::TrailingData { characters: 8 }]
    );
}

#[test]
fn bent_headers() {
    let body = payload(ELEMENTS);
    // No compliance indicator; the file type of the older standard; no space; a count that does not fit.
    for (was, is) in [
        ("@\n\x1e\r", ""),
        ("ANSI ", "AAMVA"),
        ("ANSI ", "ANSI"),
        ("080001", "080003"),
        ("@\n\x1e\r", "@\r\n\x1c\r"),
    ] {
        let card = read(body.replacen(was, is, 1));
        assert_drumlin(&card);
        assert_eq!((card.header.version, card.header.iin), (8, 636_000), "{is:?} for {was:?}");
    }
    let card = read(body.replacen("636000", "999999", 1));
    assert!(card.issuer().is_none() && card.warnings.contains(&Warning::UnknownIssuer(999_999)));
    let card = read(body.replacen("080001", "120001", 1));
    assert!(card.warnings.contains(&Warning::UnknownVersion(12)));
    assert_drumlin(&card);
    // The type of the subfile is missing.
    let card = read(body.replacen("DLDAQ", "DAQ", 1));
    assert!(card.warnings.contains(&Warning::SubfileTypeMissing));
    assert_drumlin(&card);
    // The subfile is not designated.
    let card = read(format!("@\n\x1e\rANSI 636000080000{ELEMENTS}"));
    assert!(card.warnings.contains(&Warning::SubfileMissing(Designator::LICENCE)));
    assert_drumlin(&card);
}

#[test]
fn a_cut_payload_loses_what_was_cut_and_no_more() {
    let whole = payload(ELEMENTS);
    cut_everywhere(&whole);
    cut_everywhere(&whole.chars().filter(|c| !c.is_control()).collect::<String>());

    assert!(matches!(parse(&whole[..16]), Err(ParseError::HeaderTruncated { characters: 16 })));
    assert!(matches!(parse(&whole[..31]), Err(ParseError::NoElements)));
    let card = read(&whole[..whole.len() - 24]);
    assert!(card.warnings.contains(&Warning::ElementCut(id("DBA"))));
    assert_eq!(card.expiry, None);
}

/// What is read of a part is what is read of the whole, or nothing.
fn cut_everywhere(whole: &str) {
    let complete = read(whole);
    // Without the closing separator, which scanners trim, all is there.
    for length in 0..whole.trim_end_matches('\r').len() {
        let card = match parse(&whole[..length]) {
            Ok(card) => card,
            Err(ParseError::NoHeader | ParseError::HeaderTruncated { .. } | ParseError::NoElements) => {
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        for (part, all) in [
            (&card.number, &complete.number),
            (&card.name.family, &complete.name.family),
            (&card.name.first, &complete.name.first),
            (&card.document_discriminator, &complete.document_discriminator),
        ] {
            assert!(part.is_none() || part == all, "cut to {length}");
        }
        assert!(card.warnings.contains(&Warning::Truncated), "cut to {length}");
    }
}

#[test]
fn garbage_is_refused() {
    assert_eq!(parse(""), Err(ParseError::NoHeader));
    assert_eq!(parse("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"), Err(ParseError::NoHeader));
    assert_eq!(parse([0xff, 0x00, 0x40, 0x0a]), Err(ParseError::NoHeader));
    assert_eq!(parse("%CADRUMLIN^HAZEL$^?;6360141234567=2012?"), Err(ParseError::NoHeader));
    assert_eq!(parse("@\n\x1e\rANSI 63600"), Err(ParseError::HeaderTruncated { characters: 14 }));
    assert_eq!(parse(vec![b'A'; 4097]), Err(ParseError::TooLong { length: 4097, limit: 4096 }));
}

#[test]
fn dates_in_the_other_order_are_read_and_impossible_ones_are_not() {
    let card =
        read(payload(&ELEMENTS.replace("DBB06061986", "DBB19860606").replace("DBA12102024", "DBA02302024")));
    assert_eq!((card.birth_date, card.expiry), (Some(date!(1986 - 06 - 06)), None));
    assert!(card.warnings.contains(&Warning::DateOrder(id("DBB"))));
    assert!(card.warnings.contains(&Warning::Unreadable(id("DBA"))));
    assert!(card.other.iter().any(|element| element.id == "DBA" && element.value == "02302024"));
}

#[test]
fn values_outside_their_codes_are_not_guessed() {
    let body = ELEMENTS.replace("DBC2", "DBC7\nDAYPURPLE\nDAZBLD\nDAU68\nDDDmaybe\nDAW9999");
    let card = read(payload(&body));
    assert_eq!(
        (card.sex, card.eyes, card.hair, card.limited_duration, card.weight),
        (None, None, None, None, None)
    );
    for it in ["DBC", "DAY", "DAZ", "DDD", "DAW"] {
        assert!(card.warnings.contains(&Warning::Unreadable(id(it))), "{it}");
    }
    // A bare number is in the unit of the country, with a warning.
    assert_eq!(card.height, Some(Height::Inches(68)));
    assert!(card.warnings.contains(&Warning::UnitMissing(id("DAU"))));
}

#[test]
fn contradictions_are_told() {
    let card = read(payload(&ELEMENTS.replace("DCGUSA", "DCGCAN\nDCSOTHER\nDACHAZEL\nstray")));
    assert_eq!(card.country, Some(Country::Canada));
    assert_eq!(card.name.family.as_deref(), Some("DRUMLIN"));
    assert!(card.warnings.contains(&Warning::CountryConflict));
    assert!(card.warnings.contains(&Warning::DuplicateElement(id("DCS"))));
    assert!(!card.warnings.contains(&Warning::DuplicateElement(id("DAC"))));
    assert!(card.warnings.contains(&Warning::StrayLine));
}

#[test]
fn old_full_names_are_divided_at_commas_only() {
    let old = |name: &str| {
        let body = format!("DLDAQ1\nDAA{name}\r");
        read(format!("@\n\x1e\rANSI 6360250101DL0029{:04}{body}", body.len()))
    };
    let card = old("DRUMLIN, HAZEL ROWAN");
    assert_eq!(
        (card.name.family.as_deref(), card.name.first.as_deref()),
        (Some("DRUMLIN"), Some("HAZEL ROWAN"))
    );
    let card = old("DRUMLIN,HAZEL,,SR,");
    assert_eq!((card.name.middle.as_deref(), card.name.suffix.as_deref()), (None, Some("SR")));
    for name in ["HAZEL ROWAN DRUMLIN", ",HAZEL", "A,B,C,D,E"] {
        let card = old(name);
        assert_eq!((card.name.family.as_deref(), card.name.undivided.as_deref()), (None, Some(name)));
        assert!(card.warnings.contains(&Warning::Unreadable(id("DAA"))));
    }
}

#[test]
fn names_in_either_encoding() {
    let text = payload(&ELEMENTS.replace("DRUMLIN", "BÉLANGÉ"));
    let latin_1: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("ISO 8859-1")).collect();
    for card in [read(&text), read(latin_1)] {
        assert_eq!(card.name.family.as_deref(), Some("BÉLANGÉ"));
    }
}

#[test]
fn debug_prints_no_personal_data() {
    let card = read(format!("{}ZVZVASECRET\r", payload(&ELEMENTS.replace("DCGUSA", "DCGUSA\nDBNSECRET"))));
    for printed in [format!("{card:?}"), format!("{:?} {:?} {:?}", card.name, card.address, card.other)] {
        for value in ["T64235789", "DRUMLIN", "HAZEL", "1986", "SECRET"] {
            assert!(!printed.contains(value), "{printed}");
        }
    }
}
