use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use selfsame_domain::transaction::ConsentAnswer;
use serde_json::json;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_660_000_000_000);

fn settings() -> TransactionPolicy {
    TransactionPolicy::default()
}

/// Stands for the decoder: a picture begins with its format's first byte.
fn inspect(bytes: &[u8]) -> Result<PictureFormat, String> {
    match bytes.first() {
        Some(0xff) => Ok(PictureFormat::Jpeg),
        Some(0x89) => Ok(PictureFormat::Png),
        _ => Err("cannot be used: no picture".to_owned()),
    }
}

fn jpeg() -> String {
    STANDARD.encode([0xff, 0xd8, 0xff])
}

fn png() -> String {
    STANDARD.encode([0x89, b'P', b'N', b'G'])
}

fn body() -> Value {
    json!({
        "merchantIdScanReference": "YOURSCANREFERENCE",
        "frontsideImage": jpeg(),
        "country": "XKX",
        "idType": "PASSPORT",
    })
}

fn with(members: Value) -> Value {
    let mut body = body();
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn read(body: Value, settings: &TransactionPolicy) -> Result<PerformRequest, Refusal> {
    let rules = Rules {
        policy: settings,
        outbound: OutboundUrlRules::default(),
        max_bytes: 100,
        inspect: &inspect,
        now: NOW,
    };
    let Value::Object(members) = body else { panic!("an object") };
    parse(members, &rules)
}

fn good(members: Value) -> PerformRequest {
    match read(with(members.clone()), &settings()) {
        Ok(request) => request,
        Err(refusal) => panic!("{members}: {refusal:?}"),
    }
}

/// Names of the fields that are wrong.
fn wrong(body: Value, settings: &TransactionPolicy) -> Vec<String> {
    match read(body.clone(), settings) {
        Err(Refusal::Wrong(fields)) => fields.into_iter().map(|wrong| wrong.field).collect(),
        other => panic!("{body}: {other:?}"),
    }
}

#[test]
fn the_samples_of_the_documentation_are_accepted() {
    for sample in [
        include_str!("../../../../../contracts/netverify/request/consent-usa.json"),
        include_str!("../../../../../contracts/netverify/request/consent-aut.json"),
    ] {
        let request = read(serde_json::from_str(sample).unwrap(), &settings()).unwrap();
        assert_eq!(request.scan.reference, "YOURSCANREFERENCE");
        assert_eq!((request.scan.country.as_str(), request.scan.kind), ("XKX", DocumentType::Passport));
        assert_eq!(request.scan.customer_id.as_deref(), Some("customerId"));
        assert!(!request.scan.fields.face_match && request.scan.mrz_check);
        assert_eq!(request.warnings, []);
        assert_eq!(request.pictures, [(PartRole::Front, vec![0xff, 0xd8, 0xff])]);
    }
}

#[test]
fn everything_that_is_missing_is_named_at_once() {
    let missing = ["merchantIdScanReference", "country", "idType", "frontsideImage"];
    assert_eq!(wrong(json!({}), &settings()), missing);
    let mut nulls = json!({});
    for name in missing {
        nulls[name] = Value::Null;
    }
    assert_eq!(wrong(nulls, &settings()), missing);
}

#[test]
fn each_field_has_its_bounds() {
    let long = |count| "x".repeat(count);
    for (name, fits, does_not) in [
        ("merchantIdScanReference", json!(long(100)), json!(long(101))),
        ("merchantReportingCriteria", json!(long(100)), json!(long(101))),
        ("customerId", json!("ü".repeat(100)), json!("ü".repeat(101))),
        ("firstName", json!(long(100)), json!(long(101))),
        ("lastName", json!(long(100)), json!(long(101))),
        ("number", json!(long(100)), json!(long(101))),
        ("personalNumber", json!(long(14)), json!(long(15))),
        ("country", json!("DEU"), json!("DE")),
        ("country", json!("XKX"), json!("ZZZ")),
        ("country", json!("USA"), json!("usa")),
        ("idType", json!("VISA"), json!("passport")),
        ("idType", json!("DRIVING_LICENSE"), json!("DRIVING_LICENCE")),
        ("expiry", json!("2030-02-28"), json!("2030-02-30")),
        ("expiry", json!("2030-12-31"), json!("31.12.2030")),
        ("dob", json!("1990-01-01"), json!("1990-1-1")),
        ("dob", json!("1990-01-01"), json!("+19900-01-01")),
        ("mrzCheck", json!(false), json!("perhaps")),
        ("callbackGranularity", json!("onAllSteps"), json!("always")),
        ("callbackUrl", json!("https://a.example/x"), json!("http://a.example/x")),
        ("callbackUrl", json!("https://a.example"), json!("https://a.example:8443/")),
        ("callbackUrl", json!("https://a.example"), json!("https://a.example/?a=b")),
        ("callbackUrl", json!("https://a.example"), json!("https://a.example/#x")),
        ("callbackUrl", json!("https://a.example"), json!("https://10.0.0.1/")),
        ("callbackUrl", json!("https://xn--mnchen-3ya.de/"), json!("https://münchen.de/")),
        ("callbackUrl", json!("https://a.example"), json!(format!("https://a.example/{}", long(240)))),
        ("frontsideImage", json!(jpeg()), json!("not base64!")),
        ("frontsideImage", json!(png()), json!(STANDARD.encode("text"))),
        ("frontsideImage", json!(jpeg()), json!(STANDARD.encode([0xff; 101]))),
        ("frontsideImageMimeType", json!("image/jpeg"), json!("image/png")),
        ("frontsideImageMimeType", json!("image/jpeg"), json!("image/webp")),
        ("frontsideImageMimeType", json!("image/JPG"), json!("jpg")),
        (
            "frontsideImage",
            json!(format!("data:image/jpg;base64,{}", jpeg())),
            json!(format!("data:image/png;base64,{}", jpeg())),
        ),
        ("frontsideImage", json!(format!("data:;base64,{}", png())), json!(format!("data:,{}", png()))),
        ("backsideImage", json!(png()), json!("AAAA")),
        ("faceImage", json!(png()), json!("AAAA")),
        ("enabledFields", json!("idNumber, idDob"), json!("idNumber,idShoeSize")),
        ("additionalChecks", json!({}), json!([])),
    ] {
        good(json!({ name: fits }));
        assert_eq!(wrong(with(json!({ name: does_not })), &settings()), [name], "{name}: {does_not}");
        if name != "additionalChecks" {
            assert_eq!(wrong(with(json!({ name: { "a": 1 } })), &settings()), [name], "{name}");
        }
    }
}

#[test]
fn every_picture_may_be_a_data_url_of_any_name_of_its_format() {
    for name in ["frontsideImage", "backsideImage", "faceImage"] {
        let mime_type = format!("{name}MimeType");
        for (picture, words, other) in [
            (jpeg(), ["image/jpeg", "image/jpg", "image/JPG", "Image/Jpeg"], "image/png"),
            (png(), ["image/png", "image/PNG", "IMAGE/PNG", "image/x-png"], "image/jpg"),
        ] {
            for word in words {
                good(json!({ name: picture, &mime_type: word }));
                let url = format!("data:{word};base64,{picture}");
                let request = good(json!({ name: url, &mime_type: word }));
                let plain = good(json!({ name: picture }));
                assert_eq!(request.pictures, plain.pictures, "{word}");
            }
            let mixed_up = with(json!({ name: picture, &mime_type: other }));
            assert_eq!(wrong(mixed_up, &settings()), [mime_type.as_str()]);
            let mixed_up = with(json!({ name: format!("data:{other};base64,{picture}") }));
            assert_eq!(wrong(mixed_up, &settings()), [name]);
        }
    }
}

#[test]
fn the_state_depends_on_the_document() {
    for kind in ["PASSPORT", "ID_CARD"] {
        for state in ["IL", "DE", "XK", "DEU", "XKX", "Kosovo", "Germany"] {
            good(json!({ "idType": kind, "usState": state }));
        }
        assert_eq!(wrong(with(json!({ "idType": kind, "usState": "Bavaria" })), &settings()), ["usState"]);
    }
    good(json!({ "idType": "DRIVING_LICENSE", "usState": "IL" }));
    for state in ["Germany", "DEU", "XK", "US-IL", "il"] {
        let body = with(json!({ "idType": "DRIVING_LICENSE", "usState": state }));
        assert_eq!(wrong(body, &settings()), ["usState"], "{state}");
    }
}

#[test]
fn a_selfie_is_needed_where_faces_are_compared() {
    let without = |list: &str| with(json!({ "enabledFields": list }));
    let required = TransactionPolicy { face_match: FaceMatchPolicy::Required, ..settings() };
    let off = TransactionPolicy { face_match: FaceMatchPolicy::Off, ..settings() };
    assert_eq!(wrong(body(), &required), ["faceImage"]);
    assert_eq!(wrong(without("idNumber,idFaceMatch"), &settings()), ["faceImage"]);
    let compared = |body, settings: &TransactionPolicy| read(body, settings).unwrap().scan.fields.face_match;
    assert!(compared(with(json!({ "faceImage": jpeg() })), &settings()));
    assert!(!compared(body(), &settings()));
    // The request's own list goes before the setting, within what the account has.
    assert!(!compared(without("idNumber"), &required));
    assert!(!compared(without("idFaceMatch"), &off));
    assert!(!compared(with(json!({ "faceImage": jpeg() })), &off));
    // A wrong selfie is named once, for what is wrong with it.
    let broken = with(json!({ "faceImage": "AAAA" }));
    assert_eq!(wrong(broken, &required), ["faceImage"]);
}

#[test]
fn the_list_of_fields_leaves_out_what_it_does_not_name() {
    let fields = good(
        json!({ "enabledFields": "idNumber,idFirstName,idLastName,idDob, idExpiry,idUsState,idPersonalNumber,idAddress" }),
    );
    assert_eq!(fields.scan.fields, WantedFields::READ);
    let fields = good(json!({ "enabledFields": "idDob" })).scan.fields;
    assert_eq!(fields, WantedFields { birth_date: true, ..WantedFields::NONE });
    let without_address =
        TransactionPolicy { fields: WantedFields { address: false, ..WantedFields::READ }, ..settings() };
    let read = read(with(json!({ "enabledFields": "idAddress" })), &without_address).unwrap();
    assert!(!read.scan.fields.address, "not unless the account has it");
}

#[test]
fn a_customer_is_needed_where_screening_is_used() {
    let screening = TransactionPolicy { screening: true, ..settings() };
    assert_eq!(wrong(body(), &screening), ["customerId"]);
    let asked = with(json!({ "additionalChecks": { "watchlistScreening": {} } }));
    assert_eq!(wrong(asked, &settings()), ["customerId"]);
    assert!(read(with(json!({ "customerId": "7" })), &screening).is_ok());
}

#[test]
fn consent_is_warned_of_until_it_is_enforced() {
    let enforcing = TransactionPolicy { enforce_consent: true, ..settings() };
    let at = |text: &str| {
        json!({ "userIp": "::1", "userLocation": { "country": "USA" },
            "consent": { "obtained": "yes", "obtainedAt": text } })
    };
    for (what, consent, missed) in [
        ("nothing", json!(null), vec!["userConsent"]),
        ("empty", json!({}), vec!["userConsent.userIp", "userConsent.userLocation.country"]),
        (
            "USA without consent",
            json!({ "userIp": "1.2.3.4", "userLocation": { "country": "USA", "state": "CA" } }),
            vec!["userConsent.consent", "userConsent.consent.obtained"],
        ),
        (
            "no moment",
            json!({ "userIp": "1.2.3.4", "userLocation": { "country": "AUT" }, "consent": { "obtained": "yes" } }),
            vec!["userConsent.consent.obtainedAt"],
        ),
        (
            "refused",
            json!({ "userIp": "1.2.3.4", "userLocation": { "country": "AUT" }, "consent": { "obtained": "no" } }),
            vec!["userConsent.consent.obtained"],
        ),
        (
            "not applicable",
            json!({ "userIp": "1.2.3.4", "userLocation": { "country": "USA" }, "consent": { "obtained": "na" } }),
            vec![],
        ),
        ("three years and a day", at("2019-08-07T00:00:00.000Z"), vec!["userConsent.consent.obtainedAt"]),
        ("just under three years", at("2019-08-10T00:00:00Z"), vec![]),
    ] {
        let body = with(json!({ "faceImage": jpeg(), "userConsent": consent }));
        let warned = read(body.clone(), &settings()).unwrap_or_else(|refusal| panic!("{what}: {refusal:?}"));
        let named: Vec<_> = warned.warnings.into_iter().map(|missed| missed.field).collect();
        assert_eq!(named, missed, "{what}");
        match read(body.clone(), &enforcing) {
            Ok(_) => assert_eq!(missed, [""; 0], "{what}"),
            Err(_) => assert_eq!(wrong(body, &enforcing), missed, "{what}"),
        }
    }
    // Without faces nothing biometric is processed.
    assert_eq!(read(body(), &enforcing).unwrap().warnings, []);
    for consent in [json!({ "userIp": "1.2.3.4" }), json!({ "consent": { "obtained": "no" } })] {
        assert_eq!(read(with(json!({ "userConsent": consent })), &enforcing).unwrap().warnings, []);
    }
}

#[test]
fn a_consent_that_is_not_understood_is_warned_of_and_not_kept() {
    let enforcing = TransactionPolicy { enforce_consent: true, ..settings() };
    let at = |text: &str| json!({ "consent": { "obtained": "yes", "obtainedAt": text } });
    for (consent, field) in [
        (json!("yes"), "userConsent"),
        (json!({ "userIp": "somewhere" }), "userConsent.userIp"),
        (json!({ "userIp": 7 }), "userConsent.userIp"),
        (json!({ "userIp": "1".repeat(46) }), "userConsent.userIp"),
        (json!({ "userLocation": "USA" }), "userConsent.userLocation"),
        (json!({ "userLocation": { "country": "US" } }), "userConsent.userLocation.country"),
        (
            json!({ "userLocation": { "country": "USA", "state": "Illinois" } }),
            "userConsent.userLocation.state",
        ),
        (json!({ "consent": true }), "userConsent.consent"),
        (
            json!({ "consent": { "obtained": "maybe", "obtainedAt": "2022-07-20T17:20:35.000Z" } }),
            "userConsent.consent.obtained",
        ),
        (at("yesterday"), "userConsent.consent.obtainedAt"),
        (at("2032-01-01T00:00:00Z"), "userConsent.consent.obtainedAt"),
    ] {
        let body = with(json!({ "userConsent": consent }));
        assert_eq!(wrong(body.clone(), &enforcing), [field]);
        let warned = read(body, &settings()).unwrap_or_else(|refusal| panic!("{field}: {refusal:?}"));
        let named: Vec<_> = warned.warnings.into_iter().map(|fault| fault.field).collect();
        assert_eq!(named, [field]);
        let Claims { user_ip, user_state, .. } = warned.claims;
        assert_eq!((user_ip, user_state), (None, None), "{field}");
        let kept = warned.scan.consent.map(|kept| (kept.obtained, kept.obtained_at));
        assert_eq!(kept, (field != "userConsent").then_some((None, None)), "{field}");
    }
    let refused = json!({ "consent": { "obtained": "no", "obtainedAt": "yesterday" } });
    let refused = good(json!({ "userConsent": refused })).scan.consent.map(|kept| kept.obtained);
    assert_eq!(refused, Some(Some(ConsentAnswer::No)), "a no stays one");
    // What is there and wrong is not told to be missing as well.
    let wrong_address = json!({ "userIp": "x", "userLocation": { "country": "AUT" } });
    let body = with(json!({ "faceImage": jpeg(), "userConsent": wrong_address }));
    assert_eq!(wrong(body, &enforcing), ["userConsent.userIp"]);
}

#[test]
fn control_characters_are_suspicious() {
    for (name, value) in [
        ("merchantIdScanReference", json!("a\u{0}b")),
        ("firstName", json!("a\r\nSet-Cookie: x")),
        ("callbackUrl", json!("https://a.example/\u{1b}")),
        ("userConsent", json!({ "userIp": "1.2.3.4\n" })),
    ] {
        let refusal = read(with(json!({ name: value })), &settings()).unwrap_err();
        assert!(matches!(refusal, Refusal::Suspicious(field) if field.starts_with(name)), "{name}");
    }
}

#[test]
fn what_is_not_known_is_not_looked_at() {
    good(json!({ "somethingNew": [1, 2, 3] }));
    let request = good(json!({ "callbackUrl": "https://a.example/x", "callbackGranularity": "onAllSteps" }));
    let target = request.scan.callback.unwrap();
    assert_eq!((target.url.as_str(), target.dialect.as_str()), ("https://a.example/x", "netverify"));
    assert_eq!(request.scan.granularity, CallbackGranularity::OnAllSteps);
    let by_default = TransactionPolicy { callback_url: Some("https://b.example/".to_owned()), ..settings() };
    assert_eq!(read(body(), &by_default).unwrap().scan.callback.unwrap().url, "https://b.example/");
}
