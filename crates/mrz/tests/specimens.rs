//! The specimens of ICAO 9303 and of the two national forms, and the way back from fields to lines.

mod common;

use common::composed;
use rand::SeedableRng;
use rand::rngs::StdRng;
use selfsame_mrz::compose::{self, Draft};
use selfsame_mrz::names::transliterate;
use selfsame_mrz::{Field, Format, Issue, Line, MrzDate, ParseError, ReadParams, Sex, Verdict, parse, read};
use time::macros::date;

/// ICAO 9303-5, 9303-6, 9303-4, 9303-7 and the national forms.
const SPECIMENS: &[(Format, &[&str])] = &[
    (
        Format::Td1,
        &[
            "I<UTOD231458907<<<<<<<<<<<<<<<",
            "7408122F1204159UTO<<<<<<<<<<<6",
            "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
        ],
    ),
    (
        Format::Td1,
        &[
            "I<UTOD23145890<7349<<<<<<<<<<<",
            "3407127M9507122UTO<<<<<<<<<<<2",
            "STEVENSON<<PETER<JOHN<<<<<<<<<",
        ],
    ),
    (Format::Td2, &["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"]),
    (
        Format::Td3,
        &["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"],
    ),
    (
        Format::MrvA,
        &["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"],
    ),
    (Format::MrvB, &["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"]),
    (
        Format::FrenchIdentityCard,
        &["IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "8806923102858CORINNE<<<<<<<6512068F6"],
    ),
    (
        Format::SwissDrivingLicence,
        &["AAA001D<<", "FACHE305142128097<<800126<<<<<", "MARCHAND<<FABIENNE<<<<<<<<<<<<"],
    ),
];

#[test]
fn specimens_are_read_as_they_stand() {
    for (format, lines) in SPECIMENS {
        let mrz = parse(lines).expect("a specimen");
        assert_eq!(mrz.format, *format);
        assert!(mrz.checks_ok() && mrz.issues.is_empty(), "{mrz:#?}");
        assert_eq!(mrz.is_valid(), *format != Format::SwissDrivingLicence);
        let lines: Vec<Line> = lines.iter().map(|line| Line::from(*line)).collect();
        let readings = read(&lines, &ReadParams::default());
        assert_eq!(readings[0].mrz, mrz);
        assert!(readings[0].replaced.is_empty());
        let verdict =
            if *format == Format::SwissDrivingLicence { Verdict::Unprotected } else { Verdict::Valid };
        assert_eq!(readings[0].verdict, verdict, "{format:?} {readings:#?}");
    }
}

#[test]
fn fields_of_the_passport() {
    let mrz = parse(SPECIMENS[3].1).expect("a specimen");
    assert_eq!(mrz.document_code, "P");
    assert_eq!((mrz.issuing_state.as_str(), mrz.nationality.as_deref()), ("UTO", Some("UTO")));
    assert_eq!(
        (mrz.primary_identifier.as_str(), mrz.secondary_identifier.as_str()),
        ("ERIKSSON", "ANNA MARIA")
    );
    assert_eq!((mrz.document_number.as_str(), mrz.optional_data.as_str()), ("L898902C3", "ZE184226B"));
    assert_eq!(mrz.sex, Some(Sex::Female));
    let today = date!(2026 - 01 - 01);
    let birth = mrz.birth_date.and_then(|date| date.birth(today)).and_then(|date| date.exact());
    let expiry = mrz.expiry_date.and_then(|date| date.around(today)).and_then(|date| date.exact());
    assert_eq!((birth, expiry), (Some(date!(1974 - 08 - 12)), Some(date!(2012 - 04 - 15))));
    assert!(!mrz.name_truncated);
    let fields: Vec<Field> = mrz.checks.iter().map(|check| check.field).collect();
    assert_eq!(
        fields,
        [Field::DocumentNumber, Field::BirthDate, Field::ExpiryDate, Field::OptionalData, Field::Composite]
    );
}

#[test]
fn fields_of_the_other_forms() {
    let long = parse(SPECIMENS[1].1).expect("a specimen");
    assert_eq!((long.document_number.as_str(), long.optional_data.as_str()), ("D23145890734", ""));
    let french = parse(SPECIMENS[6].1).expect("a specimen");
    assert_eq!(
        (french.primary_identifier.as_str(), french.secondary_identifier.as_str()),
        ("BERTHIER", "CORINNE")
    );
    assert_eq!(french.document_number, "880692310285");
    assert_eq!(french.issue_date, Some(MrzDate { year: Some(88), month: Some(6), day: None }));
    assert_eq!((french.nationality, french.expiry_date), (None, None));
    let swiss = parse(SPECIMENS[7].1).expect("a specimen");
    assert_eq!((swiss.document_number.as_str(), swiss.optional_data.as_str()), ("305142128097", "AAA001D"));
    assert_eq!(swiss.birth_date, Some(MrzDate { year: Some(80), month: Some(1), day: Some(26) }));
    assert_eq!((swiss.sex, swiss.checks.len()), (None, 0));
}

#[test]
fn what_is_wrong_is_said() {
    let first = SPECIMENS[3].1[0];
    let mrz = parse(&[first, "L898902C37UTO7413122F1204159ZE184226B<<<<<10"]).expect("the shape is right");
    let number = mrz.checks[0];
    assert_eq!(
        (number.field, number.expected, number.found, number.ok),
        (Field::DocumentNumber, '6', '7', false)
    );
    assert!(mrz.issues.contains(&Issue::ImpossibleDate(Field::BirthDate)));
    assert!(!mrz.is_valid());
    let issue = |first: &str| parse(&[first, SPECIMENS[3].1[1]]).expect("the shape is right").issues;
    for (line, expected) in [
        ("P<QQQERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", Issue::UnknownState(Field::IssuingState)),
        ("P<UTOER1KSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", Issue::WrongCharacter(Field::Name)),
        ("P<UTOERIKSSON<<<ANNA<MARIA<<<<<<<<<<<<<<<<<<", Issue::WrongShape(Field::Name)),
        ("P<UTO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", Issue::Empty(Field::Name)),
        ("X<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", Issue::UnknownDocumentCode),
    ] {
        assert_eq!(issue(line), [expected], "{line}");
    }
    assert_eq!(parse(&[first]), Err(ParseError::Shape { lines: 1, first: 44 }));
    assert_eq!(parse::<&str>(&[]), Err(ParseError::Shape { lines: 0, first: 0 }));
    assert_eq!(parse(&["P<ü"]), Err(ParseError::Character { line: 1, column: 3 }));
    let cut = parse(&["P<UTOERIKSSON<<ANNA<MARIA<VERONICA<MATHILD<<", SPECIMENS[3].1[1]]);
    assert_eq!(cut.map(|mrz| mrz.name_truncated), Ok(false));
    let cut = parse(&["P<UTOERIKSSON<<ANNA<MARIA<VERONICA<MATHILDES", SPECIMENS[3].1[1]]);
    assert_eq!(cut.map(|mrz| mrz.name_truncated), Ok(true));
}

#[test]
fn a_recognisers_errors_are_mended() {
    let good = SPECIMENS[3].1;
    for (first, second) in [
        // Confusions in every kind of field, small letters, blanks, other angle brackets.
        ("P<UT0ER1K550N<<ANNA<MAR1A<<<<<<<<<<<<<<<<<<<", "L8989O2C36UT074O81ZZF12O4159ZE184226B<<<<<1O"),
        ("p<uto eriksson «anna‹maria <<<<<<<<<<<<<<<<<<<", good[1]),
        // Fillers lost, made up, or read as letters.
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<10"),
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<<<10"),
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<KK<K<CC<<<<<<<", good[1]),
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<~", good[1]),
    ] {
        let lines = [Line::from(first), Line::from(second)];
        let readings = read(&lines, &ReadParams::default());
        assert_eq!(readings.first().map(|reading| reading.verdict), Some(Verdict::Valid), "{first} {second}");
        assert_eq!(readings[0].mrz.lines, good);
    }
    // Lines of the printed zone above do not matter.
    let lines = ["UTOPIA", "ERIKSSON", "12 AUG 74", good[0], good[1]].map(Line::from);
    assert_eq!(read(&lines, &ReadParams::default())[0].mrz.lines, good);
}

#[test]
fn what_cannot_be_decided_is_not_called_valid() {
    let good = SPECIMENS[3].1;
    let verdict = |first: Line, second: Line| {
        let readings = read(&[first, second], &ReadParams::default());
        readings.first().map(|reading| reading.verdict)
    };
    let first = || Line::from(good[0]);
    // Two zeros of the same weight, one of them an O in truth: either makes the check digits agree.
    let truth = compose::td3(&Draft {
        primary_identifier: "Eriksson".into(),
        document_number: "OAX0CY1E3".into(),
        ..Draft::default()
    })
    .expect("a draft");
    let confused = Line::from(truth[1].replacen('O', "0", 1).as_str());
    assert_eq!(verdict(Line::from(truth[0].as_str()), confused), Some(Verdict::Ambiguous));
    // A name whose end may be its own letter or a filler, and a line that lacks the filler that parts the names.
    let tail = Line::from("P<UTOERIKSSON<<ANNA<MARIAKKKKKKKKKKKKKKKKKKK");
    assert_eq!(verdict(tail, Line::from(good[1])), Some(Verdict::Ambiguous));
    let joined = Line::from("P<UTOERIKSSON<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<");
    assert_eq!(verdict(joined, Line::from(good[1])), Some(Verdict::Ambiguous));
    // A digit that is wrong and no confusion; a character that nobody can read; too short a line.
    let off = Line::from("L898902C36UTO7408123F1204159ZE184226B<<<<<10");
    assert_eq!(verdict(first(), off), Some(Verdict::Invalid));
    let unreadable = Line::from("P<UTOERIK~SON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<");
    assert_eq!(verdict(unreadable, Line::from(good[1])), Some(Verdict::Invalid));
    assert_eq!(verdict(first(), Line::from("L898902C36UTO7408122F1204159ZE1842")), None);
    assert!(read(&[], &ReadParams::default()).is_empty());
}

#[test]
fn zeros_among_letters_are_doubted_where_letters_would_pass_as_well() {
    let sure = |text: &String| Line::from_alternatives(text.chars().map(|c| vec![(c, 0.9999)]));
    let read_one = |lines: [Line; 2]| read(&lines, &ReadParams::default())[0].verdict;
    let passport = |number: &str| {
        let lines = compose::td3(&Draft {
            primary_identifier: "Eriksson".into(),
            document_number: number.into(),
            ..Draft::default()
        })
        .expect("a draft");
        let zeros = [lines[0].clone(), lines[1].replace('O', "0")];
        read_one(zeros.each_ref().map(sure))
    };
    // What the seventh character adds the eighth takes away: 24 times 7 and 24 times 3 is 240.
    assert_eq!(passport("JWB09KOOX"), Verdict::Ambiguous);
    assert_eq!(passport("JWB09K00X"), Verdict::Ambiguous, "nobody can tell which it was");
    // Of one letter the check digit tells, and nobody writes letters in the middle of digits.
    assert_eq!(passport("JWB19K0XX"), Verdict::Valid);
    assert_eq!(passport("A12300400"), Verdict::Valid);
    assert_eq!(passport("900100200"), Verdict::Valid);
    // Two that the recogniser is almost sure of: 3 times 17 and 3 times 33 are 150.
    let almost = |number: &str, read: &str, odds: f32| {
        let lines = compose::td3(&Draft {
            primary_identifier: "Eriksson".into(),
            document_number: number.into(),
            ..Draft::default()
        })
        .expect("a draft");
        let second = lines[1].replacen(number, read, 1);
        let line = Line::from_alternatives(second.chars().zip(lines[1].chars()).map(|(c, truth)| {
            if c == truth { vec![(c, 0.9999)] } else { vec![(c, 1.0 - odds), (truth, odds)] }
        }));
        read_one([sure(&lines[0]), line])
    };
    assert_eq!(almost("8I22Z5Q", "812225Q", 0.01), Verdict::Ambiguous);
    assert_eq!(almost("8122Z5Q", "8122Z5Q", 0.01), Verdict::Valid);
    // No check digit covers the optional data of a visa.
    let visa = |optional: &str| {
        let lines = compose::mrv_a(&Draft {
            document_code: "V".into(),
            primary_identifier: "Eriksson".into(),
            document_number: "L8988901C".into(),
            optional_data: optional.into(),
            ..Draft::default()
        })
        .expect("a draft");
        let lines: Vec<Line> = lines.iter().map(sure).collect();
        read(&lines, &ReadParams::default())[0].verdict
    };
    assert_eq!(visa("ZE184226B"), Verdict::Valid);
    assert_eq!(visa("ZE184206B"), Verdict::Ambiguous);
    assert_eq!(visa("1842006"), Verdict::Valid);
    // Not even one that stands where numbers have zeros.
    assert_eq!(visa("AB184206"), Verdict::Ambiguous);
}

#[test]
fn a_reading_names_the_lines_that_another_look_may_settle() {
    let good = SPECIMENS[3].1;
    let doubtful = |first: Line, second: Line| {
        let reading = read(&[first, second], &ReadParams::default()).swap_remove(0);
        (reading.verdict, reading.doubtful_lines)
    };
    assert_eq!(doubtful(Line::from(good[0]), Line::from(good[1])), (Verdict::Valid, vec![]));
    // A letter of a name that might as well be another.
    let unsure = Line::from_alternatives(
        good[0]
            .chars()
            .enumerate()
            .map(|(n, c)| if n == 15 { vec![('A', 0.6), ('H', 0.4)] } else { vec![(c, 0.999)] }),
    );
    assert_eq!(doubtful(unsure, Line::from(good[1])), (Verdict::Ambiguous, vec![0]));
    // A zero that may be an O whatever the recogniser says.
    let lines = compose::mrv_a(&Draft {
        document_code: "V".into(),
        primary_identifier: "Eriksson".into(),
        document_number: "L8988901C".into(),
        optional_data: "ZE184206B".into(),
        ..Draft::default()
    })
    .expect("a draft");
    let [first, second] = [0, 1].map(|n| Line::from(lines[n].as_str()));
    assert_eq!(doubtful(first, second), (Verdict::Ambiguous, vec![]));
    // More blind swaps than may be vouched for.
    let swapped = [good[0], "L8989O2C36UTO7408122F1204159ZE184226B<<<<<10"].map(Line::from);
    let with = |params: ReadParams| {
        let reading = read(&swapped, &params).swap_remove(0);
        (reading.verdict, reading.doubtful_lines)
    };
    let defaults = ReadParams::default();
    assert_eq!(with(defaults), (Verdict::Valid, vec![]));
    assert_eq!(with(ReadParams { blind_swaps_per_check: 0, ..defaults }), (Verdict::Ambiguous, vec![1]));
    assert_eq!(with(ReadParams { blind_swaps: 0, ..defaults }), (Verdict::Ambiguous, vec![0, 1]));
}

#[test]
fn the_recognisers_alternatives_decide_and_raise_doubts() {
    let good = SPECIMENS[3].1;
    let with = |text: &str, at: usize, options: Vec<(char, f32)>| {
        Line::from_alternatives(
            text.chars().enumerate().map(|(n, c)| if n == at { options.clone() } else { vec![(c, 0.999)] }),
        )
    };
    let one = |first, second| read(&[first, second], &ReadParams::default()).swap_remove(0);
    // 3 for 0 is in no table, but the recogniser was unsure.
    let reading = one(Line::from(good[0]), with(good[1], 15, vec![('3', 0.6), ('0', 0.4)]));
    assert_eq!((reading.verdict, reading.mrz.lines[1].as_str()), (Verdict::Valid, good[1]));
    assert_eq!(reading.replaced.len(), 1);
    let numbered = |number: &str| {
        let digit = |text: &str| selfsame_mrz::check_digit(text.as_bytes()).expect("ASCII");
        let line = format!("{number}{}{}", digit(number), &good[1][10..43]);
        let covered = [&line[..10], &line[13..20], &line[21..43]].concat();
        format!("{line}{}", digit(&covered))
    };
    // G and 6 look the same to a check digit: what the recogniser cannot tell nobody can.
    let second = numbered("L698902C3");
    assert_eq!(one(Line::from(good[0]), Line::from(second.as_str())).verdict, Verdict::Valid);
    let unsure = with(&second, 1, vec![('6', 0.6), ('G', 0.4)]);
    assert_eq!(one(Line::from(good[0]), unsure).verdict, Verdict::Ambiguous);
    // So do L and 1. That it may be a letter is enough, be it another one and all but out of the question.
    let second = numbered("L198902C3");
    for (other, verdict) in [('7', Verdict::Valid), ('I', Verdict::Ambiguous), ('L', Verdict::Ambiguous)] {
        let reading = one(Line::from(good[0]), with(&second, 1, vec![('1', 0.9994), (other, 0.0006)]));
        assert_eq!((reading.verdict, reading.mrz.lines[1].as_str()), (verdict, second.as_str()), "{other}");
    }
    // A letter of a name that might as well be another.
    let unsure = with(good[0], 15, vec![('A', 0.6), ('H', 0.4)]);
    assert_eq!(one(unsure, Line::from(good[1])).verdict, Verdict::Ambiguous);
}

#[test]
fn what_is_composed_is_parsed_back() {
    let mut rng = StdRng::seed_from_u64(5);
    for format in Format::ALL {
        for _ in 0..5_000 {
            let (draft, lines) = composed(&mut rng, format);
            let mrz = parse(&lines).expect("what is composed can be parsed");
            assert_eq!(mrz.format, format);
            assert!(mrz.checks_ok() && mrz.issues.is_empty(), "{mrz:#?}");
            assert_eq!(mrz.lines, lines);
            assert_eq!(mrz.document_number, draft.document_number, "{lines:?}");
            assert_eq!(mrz.optional_data, draft.optional_data);
            assert_eq!(mrz.optional_data_2, draft.optional_data_2);
            assert_eq!(mrz.birth_date, Some(draft.birth_date));
            assert_eq!(mrz.issuing_state, draft.issuing_state);
            if !matches!(format, Format::FrenchIdentityCard | Format::SwissDrivingLicence) {
                assert_eq!(mrz.expiry_date, Some(draft.expiry_date));
                assert_eq!(mrz.nationality, Some(draft.nationality));
            }
            // German cards state none.
            let stated = (&draft.issuing_state[..], &draft.document_code[..]) != ("D", "ID");
            if format != Format::SwissDrivingLicence && (stated || draft.sex != Sex::Unspecified) {
                assert_eq!(mrz.sex, Some(draft.sex));
            }
            if !mrz.name_truncated {
                assert_eq!(mrz.primary_identifier, transliterate(&draft.primary_identifier));
                assert_eq!(mrz.secondary_identifier, transliterate(&draft.secondary_identifier));
            }
        }
    }
}
