//! A reading of the machine-readable zone in the words of the domain.

use selfsame_domain::document::{
    DocumentField, DocumentReading, DocumentSide, DocumentType, DocumentWarning, FieldName, FieldSource,
    MrzCheck, MrzFormat, MrzReading, MrzVerdict,
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
            disagreements: Vec::new(),
            lines: Vec::new(),
            page: None,
            warnings: vec![DocumentWarning::UnknownDocument],
        };
    };
    let best = &zone.readings[0];
    let reading = mrz_reading(zone, today);
    let mut fields = reading.fields.clone();
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
                printed: None,
                sources: vec![FieldSource::Mrz],
                confidence,
                bounds: None,
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
    use crate::document::band::{Band, TextLine};

    fn zone(lines: &[&str]) -> ZoneReading {
        let lines: Vec<Line> = lines.iter().map(|line| Line::from(*line)).collect();
        let at =
            |y: f64| TextLine { from: [10.0, y], middle: [60.0, y], to: [110.0, y], thickness: [4.0, 4.0] };
        ZoneReading {
            readings: read(&lines, &ReadParams::default()),
            band: Band { lines: vec![at(100.0), at(110.0)], score: 1.0 },
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
