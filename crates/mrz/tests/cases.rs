//! Zones that break no check digit and were misjudged all the same: one that was reported and three more of each kind. Persons and
//! numbers are invented.

mod common;

use common::composed;
use rand::SeedableRng;
use rand::rngs::StdRng;
use selfsame_mrz::{
    DocumentKind, Field, Format, Issue, Line, Mrz, ReadParams, Reading, SettledBy, Sex, Verdict,
    document_kind, parse, read,
};
use time::macros::date;

/// The lines with the check digits that their content calls for, long numbers aside.
fn with_digits(lines: &[&str]) -> Vec<String> {
    let mut lines: Vec<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
    let digit = |covered: &[&[u8]]| {
        b'0' + selfsame_mrz::check_digit(&covered.concat()).expect("characters of a zone")
    };
    if lines.len() == 3 {
        lines[0][14] = digit(&[&lines[0][5..14]]);
        lines[1][6] = digit(&[&lines[1][..6]]);
        lines[1][14] = digit(&[&lines[1][8..14]]);
        lines[1][29] = digit(&[&lines[0][5..30], &lines[1][..7], &lines[1][8..15], &lines[1][18..29]]);
    } else {
        let last = lines[1].len() - 1;
        for (at, from) in [(9, 0), (19, 13), (27, 21)] {
            lines[1][at] = digit(&[&lines[1][from..at]]);
        }
        if last == 43 {
            lines[1][42] = digit(&[&lines[1][28..42]]);
        }
        lines[1][last] = digit(&[&lines[1][..10], &lines[1][13..20], &lines[1][21..last]]);
    }
    lines.into_iter().map(|line| String::from_utf8(line).expect("ASCII")).collect()
}

/// As bare text, as a general recogniser reads them and as a calibrated one does: the last of the three.
fn readings(lines: &[String]) -> Vec<Reading> {
    let bare: Vec<Line> = lines.iter().map(|line| Line::from(line.as_str())).collect();
    let sure: Vec<Line> = lines
        .iter()
        .map(|line| Line::from_alternatives(line.chars().map(|c| vec![(c, 0.9999), ('<', 1e-6)])))
        .collect();
    let general = ReadParams::default();
    [(bare, general), (sure.clone(), general), (sure, ReadParams::calibrated())]
        .iter()
        .map(|(lines, params)| read(lines, params).into_iter().next().expect("a reading"))
        .collect()
}

/// What every way to read the lines says of them: valid, as they stand.
fn valid(lines: &[String]) -> Mrz {
    for reading in readings(lines) {
        assert_eq!(reading.verdict, Verdict::Valid, "{lines:?} {reading:#?}");
        assert_eq!(reading.mrz.lines, lines);
    }
    let mrz = parse(lines).expect("a zone");
    assert!(mrz.is_valid());
    mrz
}

fn as_given(lines: &[&str]) -> Mrz {
    valid(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
}

fn made(lines: &[&str]) -> Mrz {
    valid(&with_digits(lines))
}

#[test]
fn documents_that_do_not_run_out() {
    for mrz in [
        as_given(&[
            "IDESPBAA123456212345678Z<<<<<<",
            "4501011F9901018ESP<<<<<<<<<<<9",
            "PEREZ<LOPEZ<<ANA<<<<<<<<<<<<<<",
        ]),
        made(&[
            "C<ITACA12345AB0<<<<<<<<<<<<<<<",
            "4502020M9901010ITA<<<<<<<<<<<0",
            "ROSSI<<MARIO<<<<<<<<<<<<<<<<<<",
        ]),
        made(&[
            "I<PRT123456780<<<<<<<<<<<<<<<<",
            "4502020F9912310PRT<<<<<<<<<<<0",
            "SILVA<<MARIA<<<<<<<<<<<<<<<<<<",
        ]),
        made(&[
            "IDMDAB123456780<<<<<<<<<<<<<<<",
            "4502020F<<<<<<0MDA<<<<<<<<<<<0",
            "POPA<<ION<<<<<<<<<<<<<<<<<<<<<",
        ]),
        made(&["I<UTOERIKSSON<<ANNA<<<<<<<<<<<<<<<<<", "D231458900UTO7408120F<<<<<<0<<<<<<<0"]),
    ] {
        assert!(mrz.does_not_expire && mrz.issues.is_empty(), "{mrz:#?}");
    }
    // Where nobody is known to write it so it is a day.
    let other = made(&[
        "IDUTOBAA123456212345678Z<<<<<<",
        "4501010F9901010UTO<<<<<<<<<<<0",
        "PEREZ<<ANA<<<<<<<<<<<<<<<<<<<<",
    ]);
    assert!(!other.does_not_expire);
    assert_eq!(
        other.expiry_date.and_then(|day| day.around(date!(2026 - 01 - 01))).map(|day| day.year),
        Some(1999)
    );
    // A wrong digit behind it is one.
    let wrong = parse(&[
        "IDESPBAA123456212345678Z<<<<<<",
        "4501011F9901017ESP<<<<<<<<<<<9",
        "PEREZ<LOPEZ<<ANA<<<<<<<<<<<<<<",
    ]);
    assert!(!wrong.expect("a zone").is_valid());
}

#[test]
fn births_that_may_be_a_century_apart() {
    let mrz = as_given(&[
        "P<UTOTEST<<ANA<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO2501017F3204153<<<<<<<<<<<<<<06",
    ]);
    let years = |mrz: &Mrz, today| -> Vec<i32> {
        mrz.birth_date.expect("a date").births(today).iter().map(|day| day.year).collect()
    };
    assert_eq!(years(&mrz, date!(2026 - 11 - 30)), [2025, 1925]);
    assert_eq!(years(&mrz, date!(2024 - 11 - 30)), [1925]);
    for (born, expected) in
        [("060101", vec![2006, 1906]), ("050101", vec![2005]), ("740812", vec![1974]), ("261201", vec![1926])]
    {
        let line = format!("L898902C36UTO{born}0F3204153<<<<<<<<<<<<<<00");
        let mrz = made(&["P<UTOTEST<<ANA<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", &line]);
        assert_eq!(years(&mrz, date!(2026 - 11 - 30)), expected, "{born}");
    }
}

#[test]
fn the_letters_of_a_sex_are_those_of_the_issuer() {
    let man = as_given(&[
        "IDMEX1234567897<0747116375842<",
        "8007050H2812313MEX<02<<12345<2",
        "GOMEZ<PRUEBA<<MARIO<<<<<<<<<<<",
    ]);
    assert_eq!((man.sex, &man.issues[..]), (Some(Sex::Male), &[][..]));
    for (letter, sex) in [("M", Sex::Female), ("H", Sex::Male), ("X", Sex::Unspecified)] {
        let line = format!("9107050{letter}3012310MEX<02<<12345<0");
        let mrz = made(&["IDMEX1234567890<0747116375842<", &line, "LOPEZ<PRUEBA<<ALEX<<<<<<<<<<<<"]);
        assert_eq!((mrz.sex, mrz.issues.len()), (Some(sex), 0), "{letter}");
    }
    // A Mexican passport has the letters of the standard.
    let line = "G123456780MEX8007050M2812310<<<<<<<<<<<<<<00";
    let passport = made(&["P<MEXGOMEZ<PRUEBA<<MARIO<<<<<<<<<<<<<<<<<<<<", line]);
    assert_eq!(passport.sex, Some(Sex::Male));
    // Of another issuer nothing is known: absent, and said.
    let other = made(&[
        "IDUTO1234567890<<<<<<<<<<<<<<<",
        "9107050H3012310UTO<<<<<<<<<<<0",
        "LOPEZ<<ALEX<<<<<<<<<<<<<<<<<<<",
    ]);
    assert_eq!((other.sex, &other.issues[..]), (None, &[Issue::WrongCharacter(Field::Sex)][..]));
}

#[test]
fn names_that_lack_a_part_can_be_read() {
    let mrz = as_given(&[
        "P<IND<<ASHA<LATA<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
        "K1234567<6IND5601240F3202285<<<<<<<<<<<<<<<4",
    ]);
    assert_eq!((mrz.primary_identifier.as_str(), mrz.secondary_identifier.as_str()), ("", "ASHA LATA"));
    assert_eq!(mrz.issues, [Issue::Empty(Field::Name)]);
    let second = "L898902C30UTO7408120F3204150<<<<<<<<<<<<<<00";
    for (first, names, issues) in [
        ("P<UTOERIKSSON<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", ["ERIKSSON", ""], vec![]),
        ("P<UTO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", ["", ""], vec![Issue::Empty(Field::Name)]),
        (
            "P<UTOERIKSSON<<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<",
            ["ERIKSSON", "ANNA"],
            vec![Issue::WrongShape(Field::Name)],
        ),
        (
            "P<UTO<ERIKSSON<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<",
            ["ERIKSSON", "ANNA"],
            vec![Issue::WrongShape(Field::Name)],
        ),
    ] {
        let mrz = made(&[first, second]);
        assert_eq!([&mrz.primary_identifier, &mrz.secondary_identifier], names, "{first}");
        assert_eq!(mrz.issues, issues, "{first}");
    }
    let card = made(&[
        "I<UTOD231458900<<<<<<<<<<<<<<<",
        "7408120F3204150UTO<<<<<<<<<<<0",
        "<<ANNA<MARIA<<<<<<<<<<<<<<<<<<",
    ]);
    assert_eq!(card.issues, [Issue::Empty(Field::Name)]);
    let small = made(&["I<UTO<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "D231458900UTO7408120F3204150<<<<<<<0"]);
    assert_eq!(small.issues, [Issue::Empty(Field::Name)]);
}

#[test]
fn codes_outside_of_the_lists_can_be_read() {
    let mrz = as_given(&[
        "ARD<<Y01234XC70<<<<<<<<<<<<<<<",
        "8503127F3108114XXK<<<<<<<<<<<6",
        "TESTI<<ANA<<<<<<<<<<<<<<<<<<<<",
    ]);
    assert_eq!((mrz.nationality.as_deref(), &mrz.issues[..]), (Some("XXK"), &[][..]));
    let unknown = made(&[
        "ARD<<Y01234XC70<<<<<<<<<<<<<<<",
        "8503120F3108110QQQ<<<<<<<<<<<0",
        "TESTI<<ANA<<<<<<<<<<<<<<<<<<<<",
    ]);
    assert_eq!(unknown.issues, [Issue::UnknownState(Field::Nationality)]);
    let issuer = made(&[
        "P<QQQERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C30QQQ7408120F3204150<<<<<<<<<<<<<<00",
    ]);
    assert_eq!(issuer.issues.len(), 2);
    for (code, kind) in [
        ("RP", Some(DocumentKind::IdentityCard)),
        ("TS", Some(DocumentKind::IdentityCard)),
        ("DL", Some(DocumentKind::DrivingLicence)),
        ("XY", None),
    ] {
        let first = format!("{code}UTOD231458900<<<<<<<<<<<<<<<");
        let mrz = made(&[&first, "7408120F3204150UTO<<<<<<<<<<<0", "ERIKSSON<<ANNA<<<<<<<<<<<<<<<<"]);
        assert_eq!(
            (&mrz.issues[..], document_kind(code)),
            (&[Issue::UnknownDocumentCode][..], kind),
            "{code}"
        );
    }
}

#[test]
fn fields_that_the_issuer_leaves_empty_are_absent() {
    let mrz = as_given(&[
        "I<MAC12345678<8<<<<<<<<0212300",
        "6106225M3212301<<<<<<<<<<<<<<6",
        "CHAN<<TAI<MAN<<<<<<<<<<<<<<<<<",
    ]);
    assert_eq!((mrz.nationality, &mrz.issues[..]), (None, &[][..]));
    let child = made(&[
        "I<MAC87654321<0<<<<<<<<1212300",
        "1206220F2712300<<<<<<<<<<<<<<0",
        "LEONG<<KA<IAN<<<<<<<<<<<<<<<<<",
    ]);
    assert!(child.nationality.is_none() && child.issues.is_empty());
    // Of others it is said.
    let other = made(&[
        "I<UTOD231458900<<<<<<<<<<<<<<<",
        "7408120F3204150<<<<<<<<<<<<<<0",
        "ERIKSSON<<ANNA<<<<<<<<<<<<<<<<",
    ]);
    assert_eq!((other.nationality, &other.issues[..]), (None, &[Issue::Empty(Field::Nationality)][..]));
    // A German card states no sex; on a passport the filler is the sex of who has neither.
    let card = made(&[
        "IDD<<L01X00T470<<<<<<<<<<<<<<<",
        "8308120<3108010D<<<<<<<<<<<<<0",
        "MUSTER<<ERIKA<<<<<<<<<<<<<<<<<",
    ]);
    assert_eq!((card.sex, &card.issues[..]), (None, &[][..]));
    let passport = made(&[
        "P<D<<MUSTER<<ERIKA<<<<<<<<<<<<<<<<<<<<<<<<<<",
        "C01X00T470D<<8308120<3108010<<<<<<<<<<<<<<00",
    ]);
    assert_eq!(passport.sex, Some(Sex::Unspecified));
}

/// The digits of a Russian internal passport, but for those that are fillers there.
fn russian(first: &str, second: &str) -> Vec<String> {
    let mut lines = with_digits(&[first, second]);
    let mut second = lines[1].clone().into_bytes();
    second[27] = b'<';
    second[43] = b'0'
        + selfsame_mrz::check_digit(&[&second[..10], &second[13..20], &second[21..43]].concat())
            .expect("ASCII");
    lines[1] = String::from_utf8(second).expect("ASCII");
    lines
}

#[test]
fn digits_that_stand_for_letters_stay() {
    let mrz = as_given(&[
        "PNRUSILIN8<<7LI8<SERGEEVNA<<<<<<<<<<<<<<<<<<",
        "3603349028RUS7808308F<<<<<<<4110307930105<80",
    ]);
    assert_eq!(
        (mrz.primary_identifier.as_str(), mrz.secondary_identifier.as_str()),
        ("ILIN8", "7LI8 SERGEEVNA")
    );
    assert!(mrz.does_not_expire && mrz.issues.is_empty(), "{mrz:#?}");
    for (first, name) in [
        ("PNRUS3ER6MISINA<<6MMA<4AMILXEVNA<<<<<<<<<<<<", "3ER6MISINA"),
        ("PNRUS2LKIN<<SEMEN<IL9I3<<<<<<<<<<<<<<<<<<<<<", "2LKIN"),
        ("PNRUSB2L9<<ANDREQ<<<<<<<<<<<<<<<<<<<<<<<<<<<", "B2L9"),
    ] {
        let lines = russian(first, "4512345670RUS9001010M<<<<<<<2100115770001<00");
        let mrz = valid(&lines);
        assert_eq!((mrz.primary_identifier.as_str(), &mrz.issues[..]), (name, &[][..]));
    }
    // Elsewhere a zero in a name is an O that was misread; what is no look-alike stays, and is said.
    let zero =
        ["P<UTOERIKSS0N<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<", "L898902C30UTO7408120F3204150<<<<<<<<<<<<<<00"];
    let bare: Vec<Line> = with_digits(&zero).iter().map(|line| Line::from(line.as_str())).collect();
    assert_eq!(read(&bare, &ReadParams::default())[0].mrz.primary_identifier, "ERIKSSON");
    let three = made(&["P<UTOERIKS3ON<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<", zero[1]]);
    assert_eq!(three.issues, [Issue::WrongCharacter(Field::Name)]);
    // A filler is no check digit of other passports.
    let other = "L898902C36UTO7408122F<<<<<<<<<<<<<<<<<<<<<<0";
    assert!(!parse(&["P<UTOERIKSSON<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<", other]).expect("a zone").is_valid());
}

#[test]
fn series_of_look_alikes_are_settled_by_how_their_issuer_makes_numbers() {
    let given =
        ["P<HUNKOVACS<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<<<", "BB12345678HUN8503127F3008111<<<<<<<<<<<<<<00"];
    as_given(&given);
    let first = |issuer: &str, code: &str| format!("{code}{issuer}KOVACS<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<<<");
    for (issuer, code, number) in [
        ("HUN", "P<", "SS1234567"),
        ("ITA", "P<", "ZZ1234567"),
        ("CHN", "PO", "G12345678"),
        ("IND", "P<", "L1234567<"),
        ("MEX", "P<", "G12345678"),
        ("HUN", "PP", "BB1234567"),
        ("D<<", "P<", "C01X00T47"),
    ] {
        let second = format!("{number}0{issuer}8503120F3008110<<<<<<<<<<<<<<00");
        made(&[&first(issuer, code), &second]);
    }
    // Of an issuer that is not listed bare text does not tell, and names both readings; a calibrated recogniser does.
    let lines = with_digits(&[&first("UTO", "P<"), "BB12345670UTO8503120F3008110<<<<<<<<<<<<<<00"]);
    let all = readings(&lines);
    let bare =
        read(&lines.iter().map(|line| Line::from(line.as_str())).collect::<Vec<_>>(), &ReadParams::default());
    assert_eq!(bare[0].verdict, Verdict::Ambiguous);
    assert!(bare[1].mrz.lines[1].starts_with("881234567"), "{:?}", bare[1].mrz.lines);
    assert_eq!((all[2].verdict, all[2].settled_by), (Verdict::Valid, Some(SettledBy::Recogniser)));
    let known: Vec<Line> = given.iter().map(|line| Line::from(*line)).collect();
    assert_eq!(read(&known, &ReadParams::default())[0].settled_by, Some(SettledBy::Profile));
    // Read the other way round, the number that the issuer makes is the one that is meant.
    let misread = [given[0], "8812345678HUN8503127F3008111<<<<<<<<<<<<<<00"];
    let unsure = |line: &str| {
        Line::from_alternatives(line.chars().enumerate().map(|(n, c)| match (n, c) {
            (0 | 1, '8') => vec![('8', 0.6), ('B', 0.4)],
            _ => vec![(c, 0.9999)],
        }))
    };
    let lines: Vec<Line> = misread.iter().map(|line| unsure(line)).collect();
    let reading = &read(&lines, &ReadParams::calibrated())[0];
    assert_eq!((reading.verdict, reading.settled_by), (Verdict::Valid, Some(SettledBy::Profile)));
    assert_eq!(reading.mrz.document_number, "BB1234567");
}

/// Everything that is composed of the standard's own fields stays without an issue.
#[test]
fn the_standard_alone_is_read_as_before() {
    let mut rng = StdRng::seed_from_u64(21);
    for _ in 0..500 {
        let (_, lines) = composed(&mut rng, Format::Td3);
        assert!(parse(&lines).expect("a zone").issues.is_empty());
    }
}
