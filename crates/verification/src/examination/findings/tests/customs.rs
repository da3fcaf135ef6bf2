//! Documents of issuers that do what the standard does not say, as they are judged.

use selfsame_domain::document::{
    DOES_NOT_EXPIRE, FieldAlternative, FieldDisagreement, MrzIrregularity, MrzRule,
};

use super::*;

/// A passport whose zone is valid, and says this in place of what the usual one says.
fn passport(changes: &[(FieldName, Option<&str>)]) -> DocumentReading {
    let mut front = DocumentReading { document_type: Some(DocumentType::Passport), ..page(Mrz, 0.99) };
    for &(name, value) in changes {
        match value {
            None => front.fields.retain(|field| field.name != name),
            Some(value) => match front.fields.iter_mut().find(|field| field.name == name) {
                Some(field) => value.clone_into(&mut field.value),
                None => {
                    let field = DocumentField { name, value: value.to_owned(), ..front.fields[0].clone() };
                    front.fields.push(field);
                }
            },
        }
    }
    let fields = front.fields.clone();
    front.mrz = Some(MrzReading { format: MrzFormat::Td3, fields, ..zone(MrzVerdict::Valid) });
    front
}

fn judged(front: DocumentReading) -> (Outcome, Extraction) {
    let request = request(DocumentType::Passport, false);
    let seen = Seen { back: None, ..seen(front) };
    let (found, reading) = findings(&request.asked(), &seen, &LookParams::default(), now());
    (judge(&request, &found, &AcceptedDocuments::default(), now()).outcome, reading.expect("a reading"))
}

#[test]
fn a_document_that_does_not_run_out_has_not_run_out() {
    let (outcome, reading) = judged(passport(&[(ExpiryDate, Some(DOES_NOT_EXPIRE))]));
    assert_eq!(outcome, Outcome::Approved);
    assert!(reading.does_not_expire && reading.expiry.is_none());
    assert!(reading.clone().only(WantedFields::READ).does_not_expire);
    assert!(!reading.only(WantedFields::NONE).does_not_expire);
    // Without a word about it nothing is known, and a day that is past is past.
    assert!(matches!(judged(passport(&[(ExpiryDate, None)])).0, Outcome::NotReadable { .. }));
    assert_eq!(judged(passport(&[(ExpiryDate, Some("1999-01-01"))])).0, Outcome::UnsupportedKind);
    // Nor does it count as issued after its end.
    let issued = passport(&[(ExpiryDate, Some(DOES_NOT_EXPIRE)), (FieldName::IssueDate, Some("2020-01-01"))]);
    assert_eq!(judged(issued).0, Outcome::Approved);
    // Print that names a day contradicts it.
    let mut contradicted = passport(&[(ExpiryDate, Some(DOES_NOT_EXPIRE))]);
    contradicted.disagreements.push(FieldDisagreement {
        name: ExpiryDate,
        printed: "2024-01-01".to_owned(),
        other: DOES_NOT_EXPIRE.to_owned(),
        source: Mrz,
        confidence: 0.95,
        bounds: Rect::default(),
        side: DocumentSide::Front,
    });
    assert!(matches!(judged(contradicted).0, Outcome::Fraud { .. }));
}

#[test]
fn a_barcode_that_does_not_run_out_agrees_with_a_zone_that_does_not() {
    let coded = |value: &str| {
        let mut front = passport(&[(ExpiryDate, Some(DOES_NOT_EXPIRE))]);
        let field = front.fields.iter().find(|field| field.name == ExpiryDate).expect("it is there").clone();
        let sources = vec![FieldSource::Barcode];
        front.fields.push(DocumentField { value: value.to_owned(), sources, ..field });
        judged(front).0
    };
    assert_eq!(coded(DOES_NOT_EXPIRE), Outcome::Approved);
    assert!(matches!(coded("2024-01-01"), Outcome::Fraud { .. }));
}

#[test]
fn a_century_that_a_zone_cannot_know_accuses_nobody() {
    let born = |value: &str, other: Option<&str>| {
        let mut front = passport(&[(BirthDate, Some(value)), (FieldName::IssueDate, Some("2022-04-15"))]);
        let alternative = |value: &str| FieldAlternative { name: BirthDate, value: value.to_owned() };
        front.alternatives.extend(other.map(alternative));
        judged(front).0
    };
    assert_eq!(born("1925-01-01", None), Outcome::Approved);
    assert_eq!(born("2025-01-01", Some("1925-01-01")), Outcome::Approved);
    // Nobody was issued a document before birth, whatever the century.
    assert!(matches!(born("2025-01-01", None), Outcome::Fraud { .. }));
    assert!(matches!(born("2025-01-01", Some("2023-01-01")), Outcome::Fraud { .. }));
}

#[test]
fn days_of_a_zone_and_of_print_may_differ_by_a_century() {
    let card = request(DocumentType::IdentityCard, true);
    let side = |source, born: &str| {
        let mut side =
            DocumentReading { document_type: Some(DocumentType::IdentityCard), ..page(source, 0.97) };
        for field in side.fields.iter_mut().filter(|field| field.name == BirthDate) {
            born.clone_into(&mut field.value);
        }
        side
    };
    let of = |printed: &str| {
        let front = side(VisualZone, printed);
        let mut back = side(Mrz, "2025-01-01");
        let fields = back.fields.clone();
        back.mrz = Some(MrzReading { fields, ..zone(MrzVerdict::Valid) });
        outcome(&card, &sides(front, back))
    };
    assert_eq!(of("1925-01-01"), Outcome::Approved);
    assert_eq!(of("2025-01-01"), Outcome::Approved);
}

#[test]
fn a_zone_that_breaks_a_rule_which_no_check_digit_covers_is_read() {
    let irregular = |rule, field, changes: &[(FieldName, Option<&str>)]| {
        let mut front = passport(changes);
        if let Some(zone) = &mut front.mrz {
            zone.irregularities.push(MrzIrregularity { rule, field });
        }
        front.warnings.push(DocumentWarning::MrzIrregular);
        judged(front).0
    };
    let given = [(Surname, None), (FieldName::GivenNames, Some("ASHA LATA"))];
    assert_eq!(irregular(MrzRule::Empty, Some(Surname), &given), Outcome::Approved);
    let nationality = Some(FieldName::Nationality);
    assert_eq!(irregular(MrzRule::Empty, nationality, &[]), Outcome::Approved);
    let code = [(FieldName::Nationality, Some("QQQ"))];
    assert_eq!(irregular(MrzRule::StateCode, nationality, &code), Outcome::Approved);
    assert_eq!(irregular(MrzRule::DocumentCode, None, &[]), Outcome::Approved);
    assert_eq!(irregular(MrzRule::Shape, Some(Surname), &[]), Outcome::Approved);
    assert_eq!(irregular(MrzRule::Characters, Some(FieldName::Sex), &[]), Outcome::Approved);
    // A digit in a name may be a misread letter: the zone alone does not vouch for it.
    let unsure = |confidence| {
        let mut front = passport(&[]);
        for field in front.fields.iter_mut().filter(|field| field.name == Surname) {
            field.confidence = confidence;
        }
        if let Some(zone) = &mut front.mrz {
            zone.irregularities.push(MrzIrregularity { rule: MrzRule::Characters, field: Some(Surname) });
        }
        judged(front).0
    };
    assert_eq!(unsure(0.7), unreadable(&[LegibilityDetail::MissingFields]));
    assert_eq!(unsure(0.95), Outcome::Approved, "print says the same");
}

#[test]
fn a_wrong_check_digit_is_one_whatever_the_issuer_does() {
    let mut front = passport(&[(ExpiryDate, Some(DOES_NOT_EXPIRE))]);
    if let Some(zone) = &mut front.mrz {
        zone.verdict = MrzVerdict::Invalid;
        zone.checks = vec![MrzCheck { field: Some(ExpiryDate), ok: false }];
    }
    let fraud = Outcome::Fraud { reason: FraudReason::MrzCheckFailed, details: Vec::new() };
    assert_eq!(judged(front).0, fraud);
}
