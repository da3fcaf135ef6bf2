//! A reading of the machine-readable zone in the words of the domain.

use std::ops::Range;

use selfsame_domain::Rect;
use selfsame_domain::document::{
    DOES_NOT_EXPIRE, DocumentField, DocumentReading, DocumentSide, DocumentType, DocumentWarning,
    FieldAlternative, FieldName, FieldSource, MrzAlternative, MrzCheck, MrzFormat, MrzIrregularity,
    MrzReading, MrzRule, MrzSettledBy, MrzVerdict,
};
use selfsame_mrz::{
    DocumentKind, Field, Format, Issue, Mrz, PartialDate, Reading, SettledBy, Sex, Verdict, document_kind,
};

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
/// A field that breaks a rule which no check digit covers, in any reading.
const IRREGULAR: f32 = 0.7;
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
        settled_by: best.settled_by.map(|by| match by {
            SettledBy::Recogniser => MrzSettledBy::Recogniser,
            SettledBy::Profile => MrzSettledBy::Profile,
        }),
        alternatives: alternatives(&zone.readings),
        irregularities: irregularities(mrz),
        corners: zone.corners(),
        fields: fields(best, &zone.band, side(mrz.format), today),
    }
}

/// The other ways to read a zone that is ambiguous.
fn alternatives(readings: &[Reading]) -> Vec<MrzAlternative> {
    let ambiguous = |reading: &&Reading| reading.verdict == Verdict::Ambiguous;
    if !readings.first().as_ref().is_some_and(ambiguous) {
        return Vec::new();
    }
    let others = readings.iter().skip(1).filter(ambiguous);
    others.map(|other| MrzAlternative { lines: other.mrz.lines.clone() }).collect()
}

/// Broken rules that no check digit covers.
fn irregularities(mrz: &Mrz) -> Vec<MrzIrregularity> {
    let of = |rule, field| Some(MrzIrregularity { rule, field: field_name(field) });
    let told = |issue: &Issue| match *issue {
        issue if issue.is_grave() => None,
        Issue::UnknownDocumentCode => of(MrzRule::DocumentCode, Field::DocumentCode),
        Issue::UnknownState(field) => of(MrzRule::StateCode, field),
        Issue::WrongCharacter(field) => of(MrzRule::Characters, field),
        Issue::WrongShape(field) => of(MrzRule::Shape, field),
        Issue::Empty(field) => of(MrzRule::Empty, field),
        Issue::Unreadable(_) | Issue::ImpossibleDate(_) => None,
    };
    mrz.issues.iter().filter_map(told).collect()
}

/// The births that the zone may mean besides the latest one. Nobody alive is older than 117; and no child has a driving licence.
fn other_births(mrz: &Mrz, today: time::Date) -> Vec<PartialDate> {
    const OLDEST_ALIVE: i32 = 117;
    let births = mrz.birth_date.map(|date| date.births(today)).unwrap_or_default();
    births.into_iter().skip(1).filter(|born| today.year() - born.year <= OLDEST_ALIVE).collect()
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
        document_type: document_type(best),
        side: Some(side(best.mrz.format)),
        issuing_country: (!best.mrz.issuing_state.is_empty()).then(|| country(&best.mrz.issuing_state)),
        warnings: warnings(&reading),
        alternatives: other_births(&best.mrz, today)
            .into_iter()
            .map(|born| FieldAlternative { name: FieldName::BirthDate, value: iso(born) })
            .collect(),
        mrz: Some(reading),
        barcode: None,
        fields,
        disagreements: Vec::new(),
        lines: Vec::new(),
        page: None,
    }
}

fn warnings(reading: &MrzReading) -> Vec<DocumentWarning> {
    let irregular = !reading.irregularities.is_empty();
    match reading.verdict {
        MrzVerdict::Invalid => vec![DocumentWarning::MrzInvalid],
        MrzVerdict::Ambiguous if irregular => {
            vec![DocumentWarning::MrzAmbiguous, DocumentWarning::MrzIrregular]
        }
        MrzVerdict::Ambiguous => vec![DocumentWarning::MrzAmbiguous],
        MrzVerdict::Valid | MrzVerdict::Unprotected if irregular => vec![DocumentWarning::MrzIrregular],
        MrzVerdict::Valid | MrzVerdict::Unprotected => Vec::new(),
    }
}

/// By the layout and, for cards, the document code (ICAO 9303-5, section 4.2.2: `A`, `C` or `I` for official travel documents of card
/// size; `P` for a passport in that format; others as their issuers use them). Of an unknown code a card is one that says who somebody is,
/// as the layout is for nothing else; not one whose check digits are wrong.
fn document_type(reading: &Reading) -> Option<DocumentType> {
    let mrz = &reading.mrz;
    match mrz.format {
        Format::Td3 => Some(DocumentType::Passport),
        Format::MrvA | Format::MrvB => Some(DocumentType::Visa),
        Format::FrenchIdentityCard => Some(DocumentType::IdentityCard),
        Format::SwissDrivingLicence => Some(DocumentType::DrivingLicence),
        Format::Td1 | Format::Td2 => match mrz.document_code.as_bytes().first() {
            Some(b'A' | b'C' | b'I') => Some(DocumentType::IdentityCard),
            Some(b'P') => Some(DocumentType::Passport),
            _ => match document_kind(&mrz.document_code) {
                Some(DocumentKind::DrivingLicence) => Some(DocumentType::DrivingLicence),
                Some(DocumentKind::IdentityCard) => Some(DocumentType::IdentityCard),
                None => (reading.verdict != Verdict::Invalid).then_some(DocumentType::IdentityCard),
            },
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
    let irregular = reading.mrz.issues.iter().any(|issue| match *issue {
        Issue::WrongCharacter(of) | Issue::WrongShape(of) | Issue::UnknownState(of) => of == field,
        _ => false,
    });
    let confidence = confidence_of_regular(reading, field);
    if irregular { confidence.min(IRREGULAR) } else { confidence }
}

fn confidence_of_regular(reading: &Reading, field: Field) -> f32 {
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
            if mrz.does_not_expire {
                Some(DOES_NOT_EXPIRE.to_owned())
            } else {
                mrz.expiry_date.and_then(|date| date.around(today)).map(iso)
            },
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
mod tests;
