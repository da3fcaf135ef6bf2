//! A reading of the machine-readable zone in the words of the domain.

use std::ops::Range;

use selfsame_domain::Rect;
use selfsame_domain::document::{
    DocumentField, DocumentReading, DocumentSide, DocumentType, DocumentWarning, FieldName, FieldSource,
    MrzCheck, MrzFormat, MrzReading, MrzVerdict,
};
use selfsame_mrz::{Field, Format, Mrz, PartialDate, Reading, Sex, Verdict};

use super::band::Band;
use super::mrz::ZoneReading;

/// What a check digit vouches for, in a valid reading.
const PROTECTED: f32 = 0.999;
/// What no check digit covers, in a valid reading: as sure as the recogniser of whole lines.
const UNPROTECTED: f32 = 0.97;
/// Either, in a reading that is ambiguous or of a format without check digits.
const DOUBTED: f32 = 0.7;
/// In an ambiguous reading in which check digits had their way against the recogniser in more than letters read for digits or digits for
/// letters: it may be that they lead back to what was there before it was altered.
const MENDED: f32 = 0.3;
/// In a reading that breaks a rule: a field whose own check digit agrees.
const CHECKED_ALONE: f32 = 0.6;
/// The other fields of such a reading.
const BROKEN: f32 = 0.3;

/// The domain's words for the best way to read the zone.
pub(crate) fn mrz_reading(zone: &ZoneReading, today: time::Date) -> MrzReading {
    let best = &zone.readings[0];
    let mrz = &best.mrz;
    MrzReading {
        format: format(mrz.format),
        lines: mrz.lines.clone(),
        verdict: verdict(best.verdict),
        checks: mrz
            .checks
            .iter()
            .map(|check| MrzCheck { field: field_name(check.field), ok: check.ok })
            .collect(),
        corrected: u32::try_from(best.replaced.len()).unwrap_or(u32::MAX),
        name_truncated: mrz.name_truncated,
        settled_by: None,
        alternatives: Vec::new(),
        irregularities: Vec::new(),
        corners: zone.corners(),
        fields: fields(best, &zone.band, side(mrz.format), today),
    }
}

/// What a picture says of its document.
pub(crate) fn document_reading(zone: Option<&ZoneReading>, today: time::Date) -> DocumentReading {
    let Some(zone) = zone else {
        return DocumentReading {
            document_type: None,
            side: None,
            issuing_country: None,
            mrz: None,
            barcode: None,
            fields: Vec::new(),
            alternatives: Vec::new(),
            disagreements: Vec::new(),
            lines: Vec::new(),
            page: None,
            warnings: vec![DocumentWarning::UnknownDocument],
        };
    };
    let best = &zone.readings[0];
    let reading = mrz_reading(zone, today);
    // What is told of the whole document has the place where it is printed for people, if it is; the zone's own fields keep theirs.
    let mut fields: Vec<_> =
        reading.fields.iter().map(|field| DocumentField { bounds: None, ..field.clone() }).collect();
    fields.sort_by_key(|field| field.name);
    DocumentReading {
        document_type: document_type(&best.mrz),
        side: Some(side(best.mrz.format)),
        issuing_country: (!best.mrz.issuing_state.is_empty()).then(|| country(&best.mrz.issuing_state)),
        warnings: match best.verdict {
            Verdict::Valid | Verdict::Unprotected => Vec::new(),
            Verdict::Ambiguous => vec![DocumentWarning::MrzAmbiguous],
            Verdict::Invalid => vec![DocumentWarning::MrzInvalid],
        },
        mrz: Some(reading),
        barcode: None,
        fields,
        alternatives: Vec::new(),
        disagreements: Vec::new(),
        lines: Vec::new(),
        page: None,
    }
}

/// By the layout and, for cards, the first letter of the document code (ICAO 9303-5, section 4.2.2: `A`, `C` or `I` for official
/// travel documents of card size; `P` for a passport in that format).
fn document_type(mrz: &Mrz) -> Option<DocumentType> {
    match mrz.format {
        Format::Td3 => Some(DocumentType::Passport),
        Format::MrvA | Format::MrvB => Some(DocumentType::Visa),
        Format::FrenchIdentityCard => Some(DocumentType::IdentityCard),
        Format::SwissDrivingLicence => Some(DocumentType::DrivingLicence),
        Format::Td1 | Format::Td2 => match mrz.document_code.as_bytes().first() {
            Some(b'A' | b'C' | b'I') => Some(DocumentType::IdentityCard),
            Some(b'P') => Some(DocumentType::Passport),
            _ => None,
        },
    }
}

/// A card's zone is on its back, the others have one side.
const fn side(format: Format) -> DocumentSide {
    match format {
        Format::Td1 | Format::SwissDrivingLicence => DocumentSide::Back,
        Format::Td2 | Format::Td3 | Format::MrvA | Format::MrvB | Format::FrenchIdentityCard => {
            DocumentSide::Front
        }
    }
}

const fn format(format: Format) -> MrzFormat {
    match format {
        Format::Td1 => MrzFormat::Td1,
        Format::Td2 => MrzFormat::Td2,
        Format::Td3 => MrzFormat::Td3,
        Format::MrvA => MrzFormat::MrvA,
        Format::MrvB => MrzFormat::MrvB,
        Format::FrenchIdentityCard => MrzFormat::FrenchIdentityCard,
        Format::SwissDrivingLicence => MrzFormat::SwissDrivingLicence,
    }
}

const fn verdict(verdict: Verdict) -> MrzVerdict {
    match verdict {
        Verdict::Valid => MrzVerdict::Valid,
        Verdict::Ambiguous => MrzVerdict::Ambiguous,
        Verdict::Unprotected => MrzVerdict::Unprotected,
        Verdict::Invalid => MrzVerdict::Invalid,
    }
}

const fn field_name(field: Field) -> Option<FieldName> {
    match field {
        Field::DocumentNumber => Some(FieldName::DocumentNumber),
        Field::BirthDate => Some(FieldName::BirthDate),
        Field::ExpiryDate => Some(FieldName::ExpiryDate),
        Field::OptionalData => Some(FieldName::OptionalData),
        Field::OptionalData2 => Some(FieldName::OptionalData2),
        Field::Name => Some(FieldName::Surname),
        Field::GivenNames => Some(FieldName::GivenNames),
        Field::IssuingState => Some(FieldName::IssuingCountry),
        Field::Nationality => Some(FieldName::Nationality),
        Field::Sex => Some(FieldName::Sex),
        Field::DocumentCode | Field::Composite | Field::Filler => None,
    }
}

fn confidence(reading: &Reading, field: Field) -> f32 {
    let own = reading.mrz.checks.iter().find(|check| check.field == field);
    match reading.verdict {
        Verdict::Valid if reading.mrz.format.is_protected(field) => PROTECTED,
        Verdict::Valid => UNPROTECTED,
        Verdict::Ambiguous if is_mended(reading) => MENDED,
        Verdict::Ambiguous | Verdict::Unprotected => DOUBTED,
        Verdict::Invalid if own.is_some_and(|check| check.ok) => CHECKED_ALONE,
        Verdict::Invalid => BROKEN,
    }
}

/// Whether a character was replaced by another one of its own kind, or one that could not be read.
fn is_mended(reading: &Reading) -> bool {
    let exchanged = |one: char, other: char| one.is_ascii_digit() && other.is_ascii_uppercase();
    reading.replaced.iter().any(|replaced| {
        !exchanged(replaced.read, replaced.written) && !exchanged(replaced.written, replaced.read)
    })
}

/// The line and the columns of a field, both from 0, its check digit left out (ICAO 9303-4 to -7, sections 4.2 and 5.2; the two national
/// forms as the cards show them). `None` where the form has no such field.
const fn columns(format: Format, field: Field) -> Option<(usize, Range<usize>)> {
    let card = matches!(format, Format::Td1);
    let names_to = if matches!(format, Format::Td3 | Format::MrvA) { 44 } else { 36 };
    Some(match (format, field) {
        (Format::FrenchIdentityCard, Field::Name) => (0, 5..30),
        (Format::FrenchIdentityCard, Field::OptionalData) => (0, 30..36),
        (Format::FrenchIdentityCard, Field::DocumentNumber) => (1, 0..12),
        (Format::FrenchIdentityCard, Field::GivenNames) => (1, 13..27),
        (Format::FrenchIdentityCard, Field::BirthDate) => (1, 27..33),
        (Format::FrenchIdentityCard, Field::Sex) => (1, 34..35),
        (Format::FrenchIdentityCard, Field::IssuingState) => (0, 2..5),
        (Format::FrenchIdentityCard, _) => return None,
        (Format::SwissDrivingLicence, Field::OptionalData) => (0, 0..7),
        (Format::SwissDrivingLicence, Field::IssuingState) => (1, 2..5),
        (Format::SwissDrivingLicence, Field::DocumentNumber) => (1, 5..17),
        (Format::SwissDrivingLicence, Field::BirthDate) => (1, 19..25),
        (Format::SwissDrivingLicence | Format::Td1, Field::Name) => (2, 0..30),
        (Format::SwissDrivingLicence, _) => return None,
        (_, Field::IssuingState) => (0, 2..5),
        (_, Field::Name) => (0, 5..names_to),
        (_, Field::DocumentNumber) => {
            if card {
                (0, 5..14)
            } else {
                (1, 0..9)
            }
        }
        (_, Field::OptionalData) => match format {
            Format::Td1 => (0, 15..30),
            Format::Td2 => (1, 28..35),
            Format::Td3 => (1, 28..42),
            _ => (1, 28..names_to),
        },
        (_, Field::BirthDate) => (1, if card { 0..6 } else { 13..19 }),
        (_, Field::Sex) => (1, if card { 7..8 } else { 20..21 }),
        (_, Field::ExpiryDate) => (1, if card { 8..14 } else { 21..27 }),
        (_, Field::Nationality) => (1, if card { 15..18 } else { 10..13 }),
        (Format::Td1, Field::OptionalData2) => (1, 18..29),
        _ => return None,
    })
}

/// What the last character's advance is wider than its ink, in advances (OCR-B of size 1).
const GAP: f64 = 0.2;

/// Where the ink of a field is, as far as the lines' ends and thickness tell; `None` where they are not those that were read.
fn bounds(reading: &Reading, band: &Band, field: Field) -> Option<Rect> {
    let mrz = &reading.mrz;
    if mrz.lines.len() != band.lines.len() {
        return None;
    }
    let (line, columns) = columns(mrz.format, field)?;
    let advances = mrz.lines.get(line)?.len() as f64 - GAP;
    let line = band.lines.get(line)?;
    let [dx, dy] = line.direction();
    let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
    for at in [columns.start as f64, columns.end as f64 - GAP] {
        let share = at / advances;
        let [x, y] = line.point(share);
        let half = (line.thickness[0] + (line.thickness[1] - line.thickness[0]) * share) / 2.0;
        for side in [-half, half] {
            let corner = [x - dy * side, y + dx * side];
            for axis in 0..2 {
                (low[axis], high[axis]) = (low[axis].min(corner[axis]), high[axis].max(corner[axis]));
            }
        }
    }
    let rect = Rect {
        x: low[0] as f32,
        y: low[1] as f32,
        width: (high[0] - low[0]) as f32,
        height: (high[1] - low[1]) as f32,
    };
    (rect.width.is_finite() && rect.height.is_finite()).then_some(rect)
}

fn fields(reading: &Reading, band: &Band, side: DocumentSide, today: time::Date) -> Vec<DocumentField> {
    let mrz = &reading.mrz;
    let names = if mrz.format == Format::FrenchIdentityCard { Field::GivenNames } else { Field::Name };
    let values = [
        (FieldName::Surname, Field::Name, Some(mrz.primary_identifier.clone())),
        (FieldName::GivenNames, names, Some(mrz.secondary_identifier.clone())),
        (FieldName::DocumentNumber, Field::DocumentNumber, Some(mrz.document_number.clone())),
        (FieldName::IssuingCountry, Field::IssuingState, Some(country(&mrz.issuing_state))),
        (FieldName::Nationality, Field::Nationality, mrz.nationality.as_deref().map(country)),
        (FieldName::BirthDate, Field::BirthDate, mrz.birth_date.and_then(|date| date.birth(today)).map(iso)),
        (FieldName::Sex, Field::Sex, mrz.sex.map(|sex| sex_letter(sex).to_owned())),
        (
            FieldName::IssueDate,
            Field::DocumentNumber,
            mrz.issue_date.and_then(|date| date.around(today)).map(iso),
        ),
        (
            FieldName::ExpiryDate,
            Field::ExpiryDate,
            mrz.expiry_date.and_then(|date| date.around(today)).map(iso),
        ),
        (FieldName::OptionalData, Field::OptionalData, Some(mrz.optional_data.clone())),
        (FieldName::OptionalData2, Field::OptionalData2, Some(mrz.optional_data_2.clone())),
    ];
    values
        .into_iter()
        .filter_map(|(name, field, value)| {
            let value = value.filter(|value| !value.is_empty())?;
            let confidence = confidence(reading, field);
            Some(DocumentField {
                name,
                value,
                printed: None,
                sources: vec![FieldSource::Mrz],
                confidence,
                // A day of issue is a part of the number, on the only form that has one.
                bounds: if name == FieldName::IssueDate { None } else { bounds(reading, band, field) },
                side,
            })
        })
        .collect()
}

/// ISO 3166-1 alpha-3 where the zone's code stands for a country, the code itself where it does not.
fn country(code: &str) -> String {
    selfsame_mrz::state::iso(code).unwrap_or(code).to_owned()
}

const fn sex_letter(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "F",
        Sex::Male => "M",
        Sex::Unspecified => "X",
    }
}

/// YYYY-MM-DD, or what is known of it.
fn iso(date: PartialDate) -> String {
    let mut text = format!("{:04}", date.year);
    if let Some(month) = date.month {
        text.push_str(&format!("-{month:02}"));
        if let Some(day) = date.day {
            text.push_str(&format!("-{day:02}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use selfsame_mrz::{Line, ReadParams, read};
    use time::macros::date;

    use super::*;
    use crate::document::band::TextLine;
    use crate::document::mrz::Network;

    fn zone(lines: &[&str]) -> ZoneReading {
        let lines: Vec<Line> = lines.iter().map(|line| Line::from(*line)).collect();
        let at =
            |y: f64| TextLine { from: [10.0, y], middle: [60.0, y], to: [110.0, y], thickness: [4.0, 4.0] };
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
                vec![
                    (DocumentNumber, "L898902C3", "L898902C3"),
                    (OptionalData, "ZE184226B<<<<<", "ZE184226B"),
                ],
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
                vec![
                    (DocumentNumber, "L8988901C", "L8988901C"),
                    (OptionalData, "ZE184226B<<<<<<<", "ZE184226B"),
                ],
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
                let (from, to) =
                    ((bounds.x / 10.0).round() as usize, ((bounds.x + bounds.width) / 10.0).round());
                assert_eq!(&lines[line][from..to as usize], text, "{:?} {name:?}", zone.format);
                // Its ink ends before that of the next character begins.
                assert!(
                    (bounds.width - (text.len() as f32 * 10.0 - 2.0)).abs() < 0.01 && bounds.height == 20.0
                );
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
            zone.readings[0].replaced =
                vec![selfsame_mrz::Replacement { line: 1, column: 13, read, written }];
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
}
