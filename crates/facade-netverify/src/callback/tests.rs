use selfsame_domain::document::{
    DocumentType, FaceProblem, FraudReason, LegibilityDetail, UnreadableReason, WantedFields,
};
use std::time::Duration;

use selfsame_domain::TenantId;
use selfsame_domain::transaction::*;
use uuid::Uuid;

use super::*;

const PUBLIC: &str = "https://id.example.com";

fn record(state: TransactionState) -> TransactionRecord {
    let request = NewTransaction {
        reference: "order 7/ä".to_owned(),
        reporting_criteria: Some("campaign".to_owned()),
        customer_id: Some("customer 1".to_owned()),
        country: "DEU".to_owned(),
        kind: DocumentType::Passport,
        fields: WantedFields { face_match: true, ..WantedFields::READ },
        mrz_check: true,
        callback: None,
        granularity: CallbackGranularity::OnFinish,
        consent: None,
        pictures: vec![(PartRole::Front, PictureFormat::Jpeg), (PartRole::Face, PictureFormat::Png)],
        keeps_portrait: false,
    };
    let id = TransactionId::from_uuid(Uuid::from_u128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff));
    let tenant = TenantId::from_uuid(Uuid::from_u128(1));
    let scan = Transaction {
        state,
        ..Transaction::accept(
            id,
            tenant,
            request,
            Timestamp::from_millis(1_500_000_000_000),
            Duration::from_secs(1),
        )
    };
    let day = |year, month, day| Some(PartialDay { year, month: Some(month), day: Some(day) });
    let reading = Extraction {
        kind: Some(DocumentType::Passport),
        issuing_country: Some("DEU".to_owned()),
        first_name: Some("ERIKA".to_owned()),
        last_name: Some("MUSTERMANN".to_owned()),
        birth_date: Some(PartialDay { year: 1964, month: Some(8), day: None }),
        expiry: day(2027, 10, 31),
        number: Some("C01X00T47".to_owned()),
        sex: Some("F".to_owned()),
        nationality: Some("DEU".to_owned()),
        address: Some("HEIDESTRASSE 17, 51147 KÖLN".to_owned()),
        ..Extraction::default()
    };
    let claims = Claims { user_ip: Some("192.0.2.1".to_owned()), ..Claims::default() };
    TransactionRecord { transaction: scan, claims, reading: Some(reading), has_facemap: false }
}

fn decided(outcome: Outcome, face: Option<FaceMatch>) -> TransactionRecord {
    let at = Timestamp::from_millis(1_500_000_001_000);
    record(TransactionState::Decided(Decision {
        mrz_verified: outcome == Outcome::Approved,
        outcome,
        face,
        at,
    }))
}

/// The callback, one field a line so that a difference can be read, and the answer to whoever asks.
fn golden(name: &str, record: &TransactionRecord) {
    let told_at = Timestamp::from_millis(1_500_000_002_000);
    let actual = form(&fields(record, PUBLIC, told_at)).replace('&', "&\n");
    assert_eq!(actual, committed(&format!("callback/{name}.form"), &actual), "{name}");

    let data = serde_json::Value::from(crate::scans::data::everything(record, PUBLIC));
    let text = serde_json::to_string_pretty(&data).unwrap();
    let expected: serde_json::Value =
        serde_json::from_str(&committed(&format!("answer/{name}.json"), &text)).unwrap();
    assert_eq!(data, expected, "{name}");
}

/// What is committed under that name; written anew when that is asked for.
fn committed(name: &str, actual: &str) -> String {
    let file = format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/netverify/{}"), name);
    if std::env::var_os("SELFSAME_WRITE_GOLDEN").is_some() {
        std::fs::write(&file, format!("{actual}\n")).unwrap();
    }
    std::fs::read_to_string(&file).unwrap().trim_end().to_owned()
}

const ALIKE: FaceMatch = FaceMatch { similarity: Similarity::Match, valid: true, reason: None };

#[test]
fn bodies_are_byte_for_byte_what_is_committed() {
    let approved = TransactionRecord { has_facemap: true, ..decided(Outcome::Approved, Some(ALIKE)) };
    golden("approved", &approved);
    let cropped = FaceMatch {
        similarity: Similarity::Match,
        valid: false,
        reason: Some(FaceProblem::CroppedFromDocument),
    };
    golden("approved-invalid-selfie", &decided(Outcome::Approved, Some(cropped)));
    let fraud = Outcome::Fraud { reason: FraudReason::MrzCheckFailed, details: Vec::new() };
    golden("denied-fraud", &decided(fraud, None));
    golden("denied-unsupported-country", &decided(Outcome::UnsupportedCountry, None));
    golden("denied-unsupported-type", &decided(Outcome::UnsupportedKind, None));
    let details = vec![LegibilityDetail::Blurred, LegibilityDetail::MissingPart];
    let unreadable = Outcome::NotReadable { reason: UnreadableReason::NotReadable, details };
    golden("not-readable", &decided(unreadable, None));
    let missing_back = Outcome::NotReadable { reason: UnreadableReason::MissingBack, details: Vec::new() };
    golden("missing-back", &decided(missing_back, None));
    golden("nothing-uploaded", &record(TransactionState::SessionExpired { at: Timestamp::from_millis(1) }));
    let pending = crate::scans::data::everything(&record(TransactionState::Processing), PUBLIC);
    assert_eq!(pending.keys().collect::<Vec<_>>(), ["transaction"]);
}

#[test]
fn the_country_is_the_one_that_was_read_or_an_approved_document_was_judged_by() {
    let country = |read: Option<&str>, outcome: Outcome| {
        let mut record = decided(outcome, None);
        if let Some(reading) = &mut record.reading {
            reading.issuing_country = read.map(str::to_owned);
        }
        value(&fields(&record, PUBLIC, Timestamp::from_millis(1)), "idCountry")
    };
    let fraud = || Outcome::Fraud { reason: FraudReason::MrzCheckFailed, details: Vec::new() };
    assert_eq!(country(None, Outcome::Approved).as_deref(), Some("DEU"), "as announced");
    assert_eq!(country(Some("FRA"), Outcome::Approved).as_deref(), Some("FRA"));
    assert_eq!(country(Some("FRA"), fraud()).as_deref(), Some("FRA"));
    assert_eq!(country(None, fraud()), None);
}

fn value(fields: &Fields, name: &str) -> Option<String> {
    fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
}

#[test]
fn success_and_every_check_are_of_approved_documents_alone() {
    let details = vec![LegibilityDetail::Glare];
    for outcome in [
        Outcome::Fraud { reason: FraudReason::Fake, details: Vec::new() },
        Outcome::UnsupportedKind,
        Outcome::UnsupportedCountry,
        Outcome::NotReadable { reason: UnreadableReason::NotReadable, details },
        Outcome::NothingUploaded,
    ] {
        let told = fields(&decided(outcome.clone(), Some(ALIKE)), PUBLIC, Timestamp::from_millis(0));
        assert_eq!(value(&told, "idScanStatus").as_deref(), Some("ERROR"), "{outcome:?}");
        assert!(told.iter().filter(|(name, _)| name.starts_with("idCheck")).all(|(_, value)| value == "N/A"));
        assert_eq!(value(&told, "identityVerification"), None, "{outcome:?}");
        let rejected = matches!(outcome, Outcome::Fraud { .. } | Outcome::NotReadable { .. });
        assert_eq!(value(&told, "rejectReason").is_some(), rejected, "{outcome:?}");
        let readable = !matches!(outcome, Outcome::NotReadable { .. } | Outcome::NothingUploaded);
        assert_eq!(value(&told, "idNumber").is_some(), readable, "{outcome:?}");
    }
    let told = fields(&decided(Outcome::Approved, Some(ALIKE)), PUBLIC, Timestamp::from_millis(0));
    assert_eq!(value(&told, "idScanStatus").as_deref(), Some("SUCCESS"));
    assert_eq!(told.iter().filter(|(name, value)| name.starts_with("idCheck") && value == "OK").count(), 7);
    let first = r#"{"similarity":"MATCH","validity":true}"#;
    assert_eq!(value(&told, "identityVerification").as_deref(), Some(first));
}

#[test]
fn a_number_is_never_cut() {
    let told = |country: &str, number: &str| {
        let mut record = decided(Outcome::Approved, None);
        let reading = record.reading.as_mut().unwrap();
        reading.issuing_country = Some(country.to_owned());
        reading.personal_number = Some(number.to_owned());
        reading.issuing_authority = Some("x".repeat(51));
        fields(&record, PUBLIC, Timestamp::from_millis(0))
    };
    let mexican = told("MEX", "HEGG560427MVZRRL04");
    assert_eq!(value(&mexican, "curp").as_deref(), Some("HEGG560427MVZRRL04"));
    assert_eq!(value(&mexican, "personalNumber"), None, "there is room for 14");
    assert_eq!(value(&mexican, "issuingAuthority"), None);
    let brazilian = told("BRA", "529.982.247-25");
    assert_eq!(value(&brazilian, "cpf").as_deref(), Some("52998224725"));
    assert_eq!(value(&brazilian, "personalNumber").as_deref(), Some("529.982.247-25"));
    let italian = told("ITA", "RSSMRA85T10A562S");
    assert_eq!(value(&italian, "taxNumber").as_deref(), Some("RSSMRA85T10A562S"));
    let german = told("DEU", "123456789012345");
    assert_eq!(value(&german, "personalNumber"), None);
}

#[test]
fn the_personal_number_is_there_wherever_the_document_is_readable() {
    let told = |outcome: Outcome, number: Option<&str>| {
        let mut record = decided(outcome, None);
        record.reading.as_mut().unwrap().personal_number = number.map(str::to_owned);
        value(&fields(&record, PUBLIC, Timestamp::from_millis(0)), "personalNumber")
    };
    let fraud = || Outcome::Fraud { reason: FraudReason::Fake, details: Vec::new() };
    for outcome in [Outcome::Approved, fraud(), Outcome::UnsupportedKind, Outcome::UnsupportedCountry] {
        assert_eq!(told(outcome.clone(), None).as_deref(), Some("N/A"), "{outcome:?}");
        assert_eq!(told(outcome.clone(), Some("1234")).as_deref(), Some("1234"), "{outcome:?}");
    }
    let not_readable = || Outcome::NotReadable { reason: UnreadableReason::NotReadable, details: Vec::new() };
    assert_eq!(told(not_readable(), Some("1234")), None);
    assert_eq!(told(Outcome::NothingUploaded, None), None);
}

#[test]
fn the_first_attempt_is_told_wherever_there_was_one() {
    let told_at = Timestamp::from_millis(0);
    let first = |fields: Fields| value(&fields, "firstAttemptDate");
    let at = Some("2017-07-14T02:40:00.000Z".to_owned());
    assert_eq!(first(received_fields(&record(TransactionState::Processing), PUBLIC, told_at)), at);
    for outcome in [
        Outcome::Approved,
        Outcome::UnsupportedKind,
        Outcome::NotReadable { reason: UnreadableReason::NoDocument, details: Vec::new() },
    ] {
        assert_eq!(first(fields(&decided(outcome.clone(), None), PUBLIC, told_at)), at, "{outcome:?}");
    }
    let failed = record(TransactionState::SessionExpired { at: told_at });
    assert_eq!(first(fields(&failed, PUBLIC, told_at)), None);
    assert_eq!(first(fields(&decided(Outcome::NothingUploaded, None), PUBLIC, told_at)), None);
}

#[test]
fn of_a_document_that_is_not_readable_kind_and_country_are_told_when_they_were_read() {
    let not_readable = || Outcome::NotReadable { reason: UnreadableReason::MissingBack, details: Vec::new() };
    let told = |outcome: Outcome, reading: Option<Extraction>| {
        let record = TransactionRecord { reading, ..decided(outcome, None) };
        crate::scans::data::everything(&record, PUBLIC)["document"].clone()
    };
    let reading = decided(not_readable(), None).reading;
    let expected = serde_json::json!({
        "status": "ERROR_NOT_READABLE_ID", "type": "PASSPORT", "issuingCountry": "DEU",
    });
    assert_eq!(told(not_readable(), reading.clone()), expected);
    let nameless = Extraction { kind: None, issuing_country: None, ..reading.clone().unwrap() };
    let alone = serde_json::json!({ "status": "ERROR_NOT_READABLE_ID" });
    assert_eq!(told(not_readable(), Some(nameless)), alone, "what was announced was not read");
    assert_eq!(told(not_readable(), None), alone);
    let nothing = serde_json::json!({ "status": "NO_ID_UPLOADED" });
    assert_eq!(told(Outcome::NothingUploaded, reading), nothing);
}

#[test]
fn one_detail_is_an_object_and_several_are_an_array() {
    let reason = |details: Vec<LegibilityDetail>| {
        let outcome = Outcome::NotReadable { reason: UnreadableReason::NotReadable, details };
        let decision = Decision { outcome, face: None, mrz_verified: false, at: Timestamp::from_millis(0) };
        words::reject_reason(&decision).unwrap()
    };
    assert_eq!(reason(Vec::new())["rejectReasonCode"], "200");
    assert!(reason(Vec::new()).get("rejectReasonDetails").is_none());
    assert_eq!(reason(vec![LegibilityDetail::Blurred])["rejectReasonDetails"]["detailsCode"], "2001");
    let two = reason(vec![LegibilityDetail::Blurred, LegibilityDetail::Glare]);
    assert_eq!(two["rejectReasonDetails"][1]["detailsDescription"], "GLARE");
}
