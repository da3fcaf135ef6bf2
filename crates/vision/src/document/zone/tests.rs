//! Zones in the words of the domain.

use selfsame_mrz::{Line, ReadParams, read};
use time::macros::date;

use super::*;
use crate::document::band::TextLine;
use crate::document::mrz::Network;

fn zone(lines: &[&str]) -> ZoneReading {
    let lines: Vec<Line> = lines.iter().map(|line| Line::from(*line)).collect();
    let at = |y: f64| TextLine { from: [10.0, y], middle: [60.0, y], to: [110.0, y], thickness: [4.0, 4.0] };
    ZoneReading {
        readings: read(&lines, &ReadParams::default()),
        band: Band { lines: vec![at(100.0), at(110.0)], score: 1.0 },
        sureness: 1.0,
        network: Network::OcrB,
    }
}

#[test]
fn the_specimen_of_the_standard_in_our_words() {
    let specimen = zone(&[
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ]);
    let reading = document_reading(Some(&specimen), date!(2026 - 01 - 01));
    assert_eq!(reading.document_type, Some(DocumentType::Passport));
    assert_eq!(reading.side, Some(DocumentSide::Front));
    assert_eq!(reading.issuing_country.as_deref(), Some("UTO"));
    for (name, value) in [
        (FieldName::Surname, "ERIKSSON"),
        (FieldName::GivenNames, "ANNA MARIA"),
        (FieldName::DocumentNumber, "L898902C3"),
        (FieldName::BirthDate, "1974-08-12"),
        (FieldName::ExpiryDate, "2012-04-15"),
        (FieldName::Sex, "F"),
        (FieldName::Nationality, "UTO"),
    ] {
        assert_eq!(reading.value(name), Some(value), "{name:?}");
    }
    // What no check digit covers is less sure.
    assert!(reading.field(FieldName::Surname).unwrap().confidence < 0.99);
    assert!(reading.field(FieldName::BirthDate).unwrap().confidence > 0.99);
    let mrz = reading.mrz.unwrap();
    assert_eq!((mrz.verdict, mrz.checks.len()), (MrzVerdict::Valid, 5));
    assert!((mrz.corners[0].y - 98.0).abs() < 1e-3 && (mrz.corners[2].y - 112.0).abs() < 1e-3);
}

#[test]
fn each_field_of_each_form_has_the_place_of_its_columns() {
    use FieldName::{
        BirthDate, DocumentNumber, ExpiryDate, GivenNames, IssueDate, IssuingCountry, Nationality,
        OptionalData, Sex, Surname,
    };
    // Each character as an advance of 10 pixels, of lines 40 pixels apart and 20 thick.
    let read = |lines: &[&str]| {
        let line = |(n, text): (usize, &&str)| {
            let (y, to) = (100.0 + 40.0 * n as f64, 8.0 + 10.0 * (text.len() as f64 - 1.0));
            let thickness = [20.0, 20.0];
            TextLine { from: [0.0, y], middle: [to / 2.0, y], to: [to, y], thickness }
        };
        let given: Vec<Line> = lines.iter().map(|line| Line::from(*line)).collect();
        let readings = read(&given, &ReadParams::default());
        let band = Band { lines: lines.iter().enumerate().map(line).collect(), score: 1.0 };
        mrz_reading(
            &ZoneReading { readings, band, sureness: 1.0, network: Network::OcrB },
            date!(2026 - 01 - 01),
        )
    };
    let sex_and_days = [
        (Nationality, "UTO", "UTO"),
        (BirthDate, "740812", "1974-08-12"),
        (Sex, "F", "F"),
        (ExpiryDate, "120415", "2012-04-15"),
    ];
    let names = "ERIKSSON<<ANNA<MARIA<<<<<<<<<<";
    let mut forms = vec![
        (
            vec![
                "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
            ],
            vec![(DocumentNumber, "L898902C3", "L898902C3"), (OptionalData, "ZE184226B<<<<<", "ZE184226B")],
        ),
        (
            vec!["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", names],
            vec![(DocumentNumber, "D23145890", "D23145890"), (Surname, names, "ERIKSSON")],
        ),
        (
            vec!["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"],
            vec![(DocumentNumber, "D23145890", "D23145890")],
        ),
        (
            vec![
                "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                "L8988901C4UTO7408122F1204159ZE184226B<<<<<<<",
            ],
            vec![(DocumentNumber, "L8988901C", "L8988901C"), (OptionalData, "ZE184226B<<<<<<<", "ZE184226B")],
        ),
        (
            vec!["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4UTO7408122F1204159ZE184226"],
            vec![(DocumentNumber, "L8988901C", "L8988901C"), (OptionalData, "ZE184226", "ZE184226")],
        ),
    ];
    for (_, fields) in &mut forms {
        fields.extend(sex_and_days);
    }
    forms.push((
        vec!["IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "8806923102858CORINNE<<<<<<<6512068F6"],
        vec![
            (Surname, "BERTHIER<<<<<<<<<<<<<<<<<", "BERTHIER"),
            (GivenNames, "CORINNE<<<<<<<", "CORINNE"),
            (DocumentNumber, "880692310285", "880692310285"),
            (IssuingCountry, "FRA", "FRA"),
            (BirthDate, "651206", "1965-12-06"),
            (Sex, "F", "F"),
        ],
    ));
    forms.push((
        vec!["AAA001D<<", "FACHE305142128097<<800126<<<<<", "MEYER<<HANS<<<<<<<<<<<<<<<<<<<"],
        vec![
            (Surname, "MEYER<<HANS<<<<<<<<<<<<<<<<<<<", "MEYER"),
            (DocumentNumber, "305142128097", "305142128097"),
            (BirthDate, "800126", "1980-01-26"),
            (OptionalData, "AAA001D", "AAA001D"),
        ],
    ));
    for (lines, fields) in forms {
        let zone = read(&lines);
        for field in &zone.fields {
            let placed = field.name != IssueDate;
            assert_eq!(field.bounds.is_some(), placed, "{:?} {:?}", zone.format, field.name);
        }
        for (name, text, value) in fields {
            let field = zone.fields.iter().find(|field| field.name == name);
            let field = field.unwrap_or_else(|| panic!("{:?} {name:?}", zone.format));
            assert_eq!(field.value, value, "{:?}", zone.format);
            let bounds = field.bounds.unwrap();
            let line = ((bounds.y - 90.0) / 40.0).round() as usize;
            let (from, to) = ((bounds.x / 10.0).round() as usize, ((bounds.x + bounds.width) / 10.0).round());
            assert_eq!(&lines[line][from..to as usize], text, "{:?} {name:?}", zone.format);
            // Its ink ends before that of the next character begins.
            assert!((bounds.width - (text.len() as f32 * 10.0 - 2.0)).abs() < 0.01 && bounds.height == 20.0);
        }
    }
    // On the page it is printed elsewhere, or nowhere.
    let passport = zone(&[
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ]);
    let whole = document_reading(Some(&passport), date!(2026 - 01 - 01));
    assert!(whole.fields.iter().all(|field| field.bounds.is_none()));
}

#[test]
fn a_zone_in_doubt_that_check_digits_mended_is_less_sure_than_one_of_look_alikes() {
    let lines =
        ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];
    let confidence = |read, written| {
        let mut zone = zone(&lines);
        zone.readings[0].verdict = Verdict::Ambiguous;
        zone.readings[0].replaced = vec![selfsame_mrz::Replacement { line: 1, column: 13, read, written }];
        let reading = mrz_reading(&zone, date!(2026 - 01 - 01));
        assert!(reading.fields.windows(2).all(|two| two[0].confidence == two[1].confidence));
        reading.fields[0].confidence
    };
    for (read, written) in [('O', '0'), ('0', 'O'), ('Z', '2'), ('1', 'I')] {
        assert_eq!(confidence(read, written), DOUBTED, "{read} {written}");
    }
    // 7 was altered to 1, and one digit in ten agrees: here the one that is printed.
    for (read, written) in [('1', '7'), ('O', 'Q'), ('?', '7'), ('K', '<')] {
        assert_eq!(confidence(read, written), MENDED, "{read} {written}");
    }
}

#[test]
fn a_broken_rule_is_said_and_no_zone_is_an_unknown_document() {
    let altered = zone(&[
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408142F1204159ZE184226B<<<<<10",
    ]);
    let reading = document_reading(Some(&altered), date!(2026 - 01 - 01));
    assert_eq!(reading.warnings, [DocumentWarning::MrzInvalid]);
    assert!(reading.fields.iter().all(|field| field.confidence < 0.7));
    let nothing = document_reading(None, date!(2026 - 01 - 01));
    assert_eq!(nothing.warnings, [DocumentWarning::UnknownDocument]);
    assert!(nothing.fields.is_empty());
}

/// The zones of documents whose issuers do what the standard does not say; persons are invented.
#[test]
fn customs_of_issuers_in_our_words() {
    use FieldName::{BirthDate, ExpiryDate, GivenNames, IssuingCountry, Nationality, Sex, Surname};
    let today = date!(2026 - 11 - 30);
    let read = |lines: &[&str]| {
        let reading = document_reading(Some(&zone(lines)), today);
        assert_eq!(reading.mrz.as_ref().map(|mrz| mrz.verdict), Some(MrzVerdict::Valid), "{lines:?}");
        reading
    };
    let spanish = read(&[
        "IDESPBAA123456212345678Z<<<<<<",
        "4501011F9901018ESP<<<<<<<<<<<9",
        "PEREZ<LOPEZ<<ANA<<<<<<<<<<<<<<",
    ]);
    assert_eq!(spanish.value(ExpiryDate), Some(DOES_NOT_EXPIRE));
    assert!(spanish.field(ExpiryDate).unwrap().does_not_expire() && spanish.warnings.is_empty());
    let old = read(&[
        "P<UTOTEST<<ANA<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO2501017F3204153<<<<<<<<<<<<<<06",
    ]);
    assert_eq!(old.value(BirthDate), Some("2025-01-01"));
    let other = FieldAlternative { name: BirthDate, value: "1925-01-01".to_owned() };
    assert_eq!(old.alternatives, [other]);
    let mexican = read(&[
        "IDMEX1234567897<0747116375842<",
        "8007050H2812313MEX<02<<12345<2",
        "GOMEZ<PRUEBA<<MARIO<<<<<<<<<<<",
    ]);
    assert_eq!((mexican.value(Sex), &mexican.warnings[..]), (Some("M"), &[][..]));
    let given = read(&[
        "P<IND<<ASHA<LATA<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
        "K1234567<6IND5601240F3202285<<<<<<<<<<<<<<<4",
    ]);
    assert_eq!((given.value(Surname), given.value(GivenNames)), (None, Some("ASHA LATA")));
    assert_eq!(given.warnings, [DocumentWarning::MrzIrregular]);
    let empty = MrzIrregularity { rule: MrzRule::Empty, field: Some(Surname) };
    assert_eq!(given.mrz.unwrap().irregularities, [empty]);
    let permit = read(&[
        "ARD<<Y01234XC70<<<<<<<<<<<<<<<",
        "8503127F3108114XXK<<<<<<<<<<<6",
        "TESTI<<ANA<<<<<<<<<<<<<<<<<<<<",
    ]);
    assert_eq!((permit.value(Nationality), permit.value(IssuingCountry)), (Some("XKX"), Some("DEU")));
    assert!(permit.warnings.is_empty());
    let macao = read(&[
        "I<MAC12345678<8<<<<<<<<0212300",
        "6106225M3212301<<<<<<<<<<<<<<6",
        "CHAN<<TAI<MAN<<<<<<<<<<<<<<<<<",
    ]);
    assert_eq!((macao.value(Nationality), &macao.warnings[..]), (None, &[][..]));
    let russian = read(&[
        "PNRUSILIN8<<7LI8<SERGEEVNA<<<<<<<<<<<<<<<<<<",
        "3603349028RUS7808308F<<<<<<<4110307930105<80",
    ]);
    assert_eq!((russian.value(Surname), russian.value(GivenNames)), (Some("ILIN8"), Some("7LI8 SERGEEVNA")));
    assert_eq!((russian.value(ExpiryDate), &russian.warnings[..]), (Some(DOES_NOT_EXPIRE), &[][..]));
    let series = read(&[
        "P<HUNKOVACS<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<<<",
        "BB12345678HUN8503127F3008111<<<<<<<<<<<<<<00",
    ]);
    assert_eq!(series.value(FieldName::DocumentNumber), Some("BB1234567"));
    assert_eq!(series.mrz.unwrap().settled_by, Some(MrzSettledBy::Profile));
}

#[test]
fn codes_outside_of_the_lists_are_warned_of() {
    let of = |code: &str| {
        let first = format!("{code}UTOD231458907<<<<<<<<<<<<<<<");
        let lines = [&first, "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"];
        let reading = document_reading(Some(&zone(&lines)), date!(2026 - 01 - 01));
        (reading.document_type, reading.warnings)
    };
    let warned = |kind| (Some(kind), vec![DocumentWarning::MrzIrregular]);
    assert_eq!(of("I<"), (Some(DocumentType::IdentityCard), vec![]));
    assert_eq!(of("RP"), warned(DocumentType::IdentityCard));
    assert_eq!(of("TS"), warned(DocumentType::IdentityCard));
    assert_eq!(of("DL"), warned(DocumentType::DrivingLicence));
    assert_eq!(of("XY"), warned(DocumentType::IdentityCard));
}

#[test]
fn an_ambiguous_zone_names_its_other_readings() {
    let unlisted = zone(&[
        "P<UTOKOVACS<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<<<",
        "BB12345678UTO8503127F3008111<<<<<<<<<<<<<<00",
    ]);
    let reading = mrz_reading(&unlisted, date!(2026 - 01 - 01));
    assert_eq!((reading.verdict, reading.settled_by), (MrzVerdict::Ambiguous, None));
    assert!(reading.alternatives[0].lines[1].starts_with("881234567"));
    assert!(!format!("{:?}", reading.alternatives).contains("1234567"), "personal");
}
