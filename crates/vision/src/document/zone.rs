//! A reading of the machine-readable zone in the words of the domain.

use selfsame_domain::document::{
    DocumentField, DocumentSide, FieldName, FieldSource, MrzCheck, MrzFormat, MrzReading, MrzVerdict,
};
use selfsame_mrz::{Field, Format, Mrz, PartialDate, Reading, Sex, Verdict};

use super::mrz::ZoneReading;

/// What a check digit vouches for, in a valid reading.
const PROTECTED: f32 = 0.999;
/// What no check digit covers, in a valid reading: as sure as the recogniser of whole lines.
const UNPROTECTED: f32 = 0.97;
/// Either, in a reading that is ambiguous or of a format without check digits.
const DOUBTED: f32 = 0.7;
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
        corners: zone.corners(),
        fields: fields(best, side(mrz.format), today),
    }
}

/// A card's zone is on its back, the others have one side.
pub(crate) const fn side(format: Format) -> DocumentSide {
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
        Verdict::Ambiguous | Verdict::Unprotected => DOUBTED,
        Verdict::Invalid if own.is_some_and(|check| check.ok) => CHECKED_ALONE,
        Verdict::Invalid => BROKEN,
    }
}

fn fields(reading: &Reading, side: DocumentSide, today: time::Date) -> Vec<DocumentField> {
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
                sources: vec![FieldSource::Mrz],
                confidence,
                bounds: None,
                side,
            })
        })
        .collect()
}

/// ISO 3166-1 alpha-3 where the zone's code stands for a country, the code itself where it does not.
pub(crate) fn country(code: &str) -> String {
    selfsame_mrz::state::iso(code).unwrap_or(code).to_owned()
}

/// The country of a zone.
pub(crate) fn issuing_country(mrz: &Mrz) -> Option<String> {
    (!mrz.issuing_state.is_empty()).then(|| country(&mrz.issuing_state))
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
        text.push_str(&format!("-{:02}", u8::from(month)));
        if let Some(day) = date.day {
            text.push_str(&format!("-{day:02}"));
        }
    }
    text
}
