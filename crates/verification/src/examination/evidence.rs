//! What a verdict rests on: the answer of each check, and the places, numbers and values behind it. Kept sealed beside what was read,
//! and erased with it.

use selfsame_domain::document::{
    BarcodeKind, DocumentField, DocumentReading, DocumentType, FieldDisagreement, FieldName, MrzCheck,
    MrzFormat, MrzIrregularity, MrzSettledBy, MrzVerdict,
};
use selfsame_domain::document::{Findings, WantedFields};
use selfsame_domain::{Point, Timestamp};
use selfsame_vision::signs::Signs;
use serde::Serialize;

use super::seen::{FaceEvidence, Seen};

/// What is told of a transaction beyond its outcome. Places are in pixels of the upright picture.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransactionEvidence<'a> {
    /// Of the verdict that rests on it. RFC 3339.
    decided_at: String,
    /// The answer of each check, as it was judged.
    findings: &'a Findings,
    #[serde(skip_serializing_if = "Option::is_none")]
    front: Option<SideEvidence<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    back: Option<SideEvidence<'a>>,
    faces: &'a FaceEvidence,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SideEvidence<'a> {
    width: u32,
    height: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_type: Option<DocumentType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<[Point; 4]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mrz: Option<Zone<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    barcode: Option<Code<'a>>,
    /// Only what was asked for.
    fields: Vec<&'a DocumentField>,
    disagreements: Vec<&'a FieldDisagreement>,
    signs: &'a Signs,
}

/// A zone without its lines: they hold what may not have been asked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Zone<'a> {
    format: MrzFormat,
    verdict: MrzVerdict,
    checks: &'a [MrzCheck],
    corrected: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_by: Option<MrzSettledBy>,
    /// How many other readings nothing decided against.
    alternatives: usize,
    irregularities: &'a [MrzIrregularity],
    corners: [Point; 4],
}

/// A barcode without its text.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Code<'a> {
    kind: BarcodeKind,
    corners: &'a [Point],
}

impl<'a> TransactionEvidence<'a> {
    pub(crate) fn of(
        seen: &'a Seen,
        findings: &'a Findings,
        fields: WantedFields,
        decided_at: Timestamp,
    ) -> Self {
        let side = |reading: &'a Option<DocumentReading>, size, signs| {
            reading.as_ref().map(|reading| SideEvidence::of(reading, size, signs, fields))
        };
        Self {
            decided_at: decided_at.to_rfc3339(),
            findings,
            front: side(&seen.front, seen.front_size, &seen.front_signs),
            back: side(&seen.back, seen.back_size, &seen.back_signs),
            faces: &seen.faces,
        }
    }
}

impl<'a> SideEvidence<'a> {
    fn of(
        reading: &'a DocumentReading,
        (width, height): (u32, u32),
        signs: &'a Signs,
        fields: WantedFields,
    ) -> Self {
        Self {
            width,
            height,
            document_type: reading.document_type,
            page: reading.page,
            mrz: reading.mrz.as_ref().map(|zone| Zone {
                format: zone.format,
                verdict: zone.verdict,
                checks: &zone.checks,
                corrected: zone.corrected,
                settled_by: zone.settled_by,
                alternatives: zone.alternatives.len(),
                irregularities: &zone.irregularities,
                corners: zone.corners,
            }),
            barcode: reading.barcode.as_ref().map(|code| Code { kind: code.kind, corners: &code.corners }),
            fields: reading.fields.iter().filter(|field| is_asked(field.name, fields)).collect(),
            disagreements: reading
                .disagreements
                .iter()
                .filter(|between| is_asked(between.name, fields))
                .collect(),
            signs,
        }
    }
}

/// Whether a field may be kept: what was not asked for is not, as in `Extraction::only`.
fn is_asked(name: FieldName, fields: WantedFields) -> bool {
    match name {
        FieldName::Surname => fields.last_name,
        FieldName::GivenNames => fields.first_name,
        FieldName::DocumentNumber => fields.number,
        // The raw optional fields may hold the personal number.
        FieldName::PersonalNumber | FieldName::OptionalData | FieldName::OptionalData2 => {
            fields.personal_number
        }
        FieldName::BirthDate => fields.birth_date,
        FieldName::ExpiryDate => fields.expiry,
        FieldName::Address => fields.address,
        FieldName::State => fields.us_state,
        FieldName::IssuingCountry
        | FieldName::Nationality
        | FieldName::Sex
        | FieldName::IssueDate
        | FieldName::BirthPlace
        | FieldName::Authority => true,
    }
}

/// Whether what is kept is of the verdict of that time: a look that was not the last one, or not the one that counted, leaves its own behind.
pub(crate) fn is_of(json: &serde_json::Map<String, serde_json::Value>, decided_at: Timestamp) -> bool {
    json.get("decidedAt").and_then(serde_json::Value::as_str) == Some(decided_at.to_rfc3339().as_str())
}

#[cfg(test)]
mod tests {
    use selfsame_domain::document::{DocumentSide, FieldSource};

    use selfsame_domain::Rect;

    use super::*;

    const NAMES: [FieldName; 16] = [
        FieldName::Surname,
        FieldName::GivenNames,
        FieldName::DocumentNumber,
        FieldName::PersonalNumber,
        FieldName::IssuingCountry,
        FieldName::Nationality,
        FieldName::BirthDate,
        FieldName::Sex,
        FieldName::IssueDate,
        FieldName::ExpiryDate,
        FieldName::BirthPlace,
        FieldName::Authority,
        FieldName::Address,
        FieldName::State,
        FieldName::OptionalData,
        FieldName::OptionalData2,
    ];

    /// The evidence of a front that has a value in every field, and says each in two ways.
    fn kept(fields: WantedFields) -> String {
        let value = |name: FieldName| format!("<{}>", name.as_str());
        let front = DocumentReading {
            fields: NAMES
                .into_iter()
                .map(|name| DocumentField {
                    name,
                    value: value(name),
                    printed: None,
                    sources: vec![FieldSource::VisualZone],
                    confidence: 0.9,
                    bounds: None,
                    side: DocumentSide::Front,
                })
                .collect(),
            disagreements: NAMES
                .into_iter()
                .map(|name| FieldDisagreement {
                    name,
                    printed: value(name),
                    other: value(name),
                    source: FieldSource::Mrz,
                    confidence: 0.9,
                    bounds: Rect::default(),
                    side: DocumentSide::Front,
                })
                .collect(),
            ..DocumentReading::default()
        };
        let seen = Seen { front: Some(front), ..Seen::default() };
        let findings = Findings::default();
        let evidence = TransactionEvidence::of(&seen, &findings, fields, Timestamp::from_millis(7));
        serde_json::to_string(&evidence).unwrap()
    }

    #[test]
    fn what_was_not_asked_for_is_not_kept() {
        let (all, none) = (kept(WantedFields::READ), kept(WantedFields::NONE));
        for name in NAMES {
            let value = format!("<{}>", name.as_str());
            assert_eq!(all.matches(&value).count(), 3, "{value}");
            assert_eq!(none.contains(&value), is_asked(name, WantedFields::NONE), "{value}");
        }
        for personal in
            ["surname", "givenNames", "documentNumber", "personalNumber", "birthDate", "expiryDate"]
        {
            assert!(!none.contains(&format!("<{personal}>")), "{personal}");
        }
        assert!(!none.contains("<address>") && !none.contains("<optionalData"));
    }

    #[test]
    fn the_evidence_of_another_look_is_not_that_of_the_verdict() {
        let json = serde_json::from_str(&kept(WantedFields::NONE)).unwrap();
        assert!(is_of(&json, Timestamp::from_millis(7)));
        assert!(!is_of(&json, Timestamp::from_millis(8)));
        assert!(!is_of(&serde_json::Map::new(), Timestamp::from_millis(7)));
    }
}
