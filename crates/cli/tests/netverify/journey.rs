//! A passport and a selfie, from the request to the tombstone.

use selfsame_testkit::receiver::{CallbackReceiver, Reply};

use super::*;

fn form(body: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

fn value<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passport_and_its_holder_are_approved_told_read_and_erased() {
    let server = settings().start().await;
    let receiver = CallbackReceiver::start([Reply::status(200)]).await;
    let (front, document) = passport(&portrait());
    let mut body = body(&front);
    body["faceImage"] = STANDARD.encode(selfie()).into();
    body["callbackUrl"] = receiver.url("/told").into();
    body["callbackGranularity"] = "onAllSteps".into();
    body["customerId"] = "customer 1".into();
    body["merchantReportingCriteria"] = "campaign".into();
    body["userConsent"] = json!({ "userIp": "192.0.2.7", "userLocation": { "country": "AUT" } });
    let reference = accepted(&server, &body).await;

    let data = done(&server, &reference).await;
    let document_data = &data["document"];
    assert_eq!(document_data["status"], "APPROVED_VERIFIED", "{data:#}\n{}", server.log());
    assert_eq!(document_data["type"], "PASSPORT");
    assert_eq!(document_data["issuingCountry"], "DEU");
    assert_eq!(document_data["number"], printed(&document, Field::Number));
    assert_eq!(document_data["expiry"], document.expiry_date.to_string());
    assert_eq!(data["transaction"]["status"], "DONE");
    assert_eq!(data["transaction"]["merchantScanReference"], "order-7");
    assert_eq!(data["transaction"]["clientIp"], "192.0.2.7");
    assert_eq!(data["verification"]["mrzCheck"], "OK");
    let identity = &data["verification"]["identityVerification"];
    assert_eq!(identity["similarity"], "MATCH", "{data:#}");
    assert_eq!(identity["validity"], "true", "{data:#}");

    let told = receiver.hears(2, Duration::from_secs(30)).await;
    let bodies: Vec<_> = told.iter().map(|told| form(&told.body)).collect();
    assert!(
        told.iter().all(|told| {
            told.header("content-type") == "application/x-www-form-urlencoded; charset=UTF-8"
        })
    );
    let received = bodies.iter().find(|form| value(form, "idScanStatus") == Some("PENDING"));
    let received = received.expect("that the pictures have come");
    assert_eq!(value(received, "verificationStatus"), None);
    let decided =
        bodies.iter().find(|form| value(form, "verificationStatus").is_some()).expect("the verdict");
    for (name, expected) in [
        ("callBackType", "NETVERIFYID"),
        ("jumioIdScanReference", reference.as_str()),
        ("verificationStatus", "APPROVED_VERIFIED"),
        ("idScanStatus", "SUCCESS"),
        ("idScanSource", "API"),
        ("idCheckMRZcode", "OK"),
        ("merchantIdScanReference", "order-7"),
        ("customerId", "customer 1"),
        ("idType", "PASSPORT"),
        ("idCountry", "DEU"),
        ("idNumber", printed(&document, Field::Number)),
        ("identityVerification", r#"{"similarity":"MATCH","validity":true}"#),
    ] {
        assert_eq!(value(decided, name), Some(expected), "{name}");
    }

    // What the callback names can be fetched, with Basic and not without.
    for (name, expected) in [("idScanImage", &front), ("idScanImageFace", &selfie())] {
        let url = value(decided, name).expect("an address");
        let path = url.strip_prefix(server.origin()).expect("on this server");
        let picture = server.answers(request(&server, Method::GET, path)).await;
        assert_eq!((picture.status, picture.body == *expected), (200, true), "{name}");
        let nobody = server.answers(server.request(Method::GET, path).header("user-agent", AGENT)).await;
        assert_error(name, &nobody, 403);
    }
    let facemap = value(decided, "facemap").and_then(|url| url.strip_prefix(server.origin()));
    let facemap = server.answers(request(&server, Method::GET, facemap.expect("a facemap"))).await;
    assert_eq!((facemap.status, &facemap.body[..5]), (200, &b"SSFM\x01"[..]));
    assert_eq!(facemap.content_type.as_deref(), Some("application/octet-stream"));
    assert_eq!(data["facemap"]["classifier"], "facemap");

    // What the verdict rests on: answers, places, numbers.
    let evidence = get(&server, &format!("/scans/{reference}/data/evidence")).await.json();
    assert_eq!(evidence["scanReference"], reference.as_str());
    for (check, expected) in
        [("mrz", "yes"), ("checkDigits", "yes"), ("printedAgrees", "yes"), ("inDate", "yes")]
    {
        assert_eq!(evidence["findings"]["document"][check], expected, "{check}");
    }
    assert_eq!(evidence["findings"]["face"]["alike"], "yes");
    let side = &evidence["front"];
    assert_eq!((&side["mrz"]["format"], &side["mrz"]["verdict"]), (&"TD3".into(), &"VALID".into()));
    assert!(side["mrz"].get("lines").is_none());
    let number =
        side["fields"].as_array().expect("fields").iter().find(|field| field["name"] == "documentNumber");
    let number = number.expect("the number");
    assert_eq!(number["value"], printed(&document, Field::Number));
    assert!(number["box"]["width"].as_f64().is_some_and(|width| width > 0.0), "{number}");
    let rate = evidence["faces"]["measures"].as_array().expect("measures").iter();
    let rate = rate.clone().find(|measured| measured["of"] == "FALSE_MATCH_RATE").expect("a rate");
    assert!(rate["measure"].as_f64() <= rate["threshold"].as_f64(), "{rate}");

    // JPEG or PNG, as Accept says.
    let png = request(&server, Method::GET, &format!("{BASE}/scans/{reference}/images/front"));
    let png = png.headers(
        [("accept".parse().expect("a name"), "image/png".parse().expect("a value"))].into_iter().collect(),
    );
    let png = server.answers(png).await;
    assert_eq!((png.content_type.as_deref(), &png.body[1..4]), (Some("image/png"), &b"PNG"[..]));
    let images = get(&server, &format!("/scans/{reference}/images/")).await.json();
    assert_eq!(images["images"].as_array().map(Vec::len), Some(2), "{images}");
    for part in ["document", "transaction", "verification"] {
        assert_eq!(get(&server, &format!("/scans/{reference}/data/{part}/")).await.status, 200, "{part}");
    }
    assert_eq!(get(&server, &format!("/scans/{reference}/images/back")).await.status, 404);
    assert_eq!(get(&server, &format!("/scans/{reference}/images/liveness/1")).await.status, 404);

    // Gone, and at once.
    let path = format!("{BASE}/scans/{reference}/");
    assert_eq!(server.answers(request(&server, Method::DELETE, &path)).await.status, 200);
    for part in [
        "",
        "/data",
        "/data/document",
        "/data/evidence",
        "/data/facemap",
        "/images",
        "/images/front",
        "/images/face",
    ] {
        assert_error(part, &get(&server, &format!("/scans/{reference}{part}")).await, 404);
    }
    assert_error("again", &server.answers(request(&server, Method::DELETE, &path)).await, 404);
    let objects = server.data().join("objects");
    let left = walk(&objects);
    assert_eq!(left, 0, "nothing of it is left in {}", objects.display());
    let log = server.log();
    for personal in ["192.0.2.7", printed(&document, Field::Number), printed(&document, Field::Surname)] {
        assert!(!log.contains(personal), "the log names the person");
    }
}

/// Number of files below a folder.
fn walk(folder: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .filter_map(Result::ok)
        .map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { 1 })
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_in_the_dialects_words() {
    let server = settings().start().await;
    let (front, _) = passport(&portrait());
    let with_face = |face: &[u8]| {
        let mut body = body(&front);
        body["faceImage"] = STANDARD.encode(face).into();
        body
    };
    let mut elsewhere = body(&front);
    elsewhere["country"] = "FRA".into();
    let mut card = body(&front);
    card["idType"] = "ID_CARD".into();
    let stranger = jpeg(&opened("frames/other_face/0005.jpg"));
    let (another, _) = passport(&opened("frames/single_face/0001.jpg"));
    for (what, body, path, expected) in [
        ("nothing to read", body(&blank()), "/document/status", "ERROR_NOT_READABLE_ID"),
        ("nothing to read", body(&blank()), "/verification/rejectReason/rejectReasonCode", "201"),
        ("another country", elsewhere, "/document/status", "DENIED_UNSUPPORTED_ID_COUNTRY"),
        ("another kind", card, "/document/status", "DENIED_UNSUPPORTED_ID_TYPE"),
        ("a stranger", with_face(&stranger), "/verification/identityVerification/similarity", "NO_MATCH"),
        ("no face", with_face(&blank()), "/verification/identityVerification/reason", "NO_FACE_PRESENT"),
        (
            "the document itself",
            with_face(&front),
            "/verification/identityVerification/reason",
            "ENTIRE_ID_USED_AS_SELFIE",
        ),
        (
            "a document with another photograph",
            with_face(&another),
            "/verification/identityVerification/reason",
            "ENTIRE_ID_USED_AS_SELFIE",
        ),
        (
            "its portrait",
            with_face(&jpeg(&portrait())),
            "/verification/identityVerification/reason",
            "SELFIE_CROPPED_FROM_ID",
        ),
        (
            "its portrait, mirrored",
            with_face(&jpeg(&image::imageops::flip_horizontal(&portrait()))),
            "/verification/identityVerification/reason",
            "SELFIE_CROPPED_FROM_ID",
        ),
    ] {
        let reference = accepted(&server, &body).await;
        let data = done(&server, &reference).await;
        assert_eq!(data.pointer(path), Some(&json!(expected)), "{what}: {data:#}\n{}", server.log());
        assert!(data.get("facemap").is_none(), "{what}");
        assert_eq!(get(&server, &format!("/scans/{reference}/data/facemap")).await.status, 404, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fastfill_reads_and_keeps_nothing() {
    let server = settings().start().await;
    let (front, document) = passport(&portrait());
    let part = |bytes: Vec<u8>| reqwest::multipart::Part::bytes(bytes).file_name("front.jpg");
    let form = reqwest::multipart::Form::new()
        .text("metadata", r#"{"type":"PASSPORT","country":"DEU"}"#)
        .part("frontsideImage", part(front.clone()));
    let path = format!("{BASE}/fastfill");
    let filled = server.answers(request(&server, Method::POST, &path).multipart(form)).await;
    assert_eq!(filled.status, 200, "{}", String::from_utf8_lossy(&filled.body));
    assert_eq!(filled.json()["number"], printed(&document, Field::Number));
    assert_eq!(walk(&server.data().join("objects")), 0);
    // The same from a client that leaves the boundary out of the content type.
    let head = |name: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
    let mut body = format!("{}{{}}\r\n{}", head("metadata"), head("frontsideImage")).into_bytes();
    body.extend(front);
    body.extend(b"\r\n--b--\r\n");
    let nameless = request(&server, Method::POST, &path).header("content-type", "multipart/form-data");
    let again = server.answers(nameless.body(body)).await;
    assert_eq!(again.json()["number"], filled.json()["number"]);
    let form = reqwest::multipart::Form::new().part("frontsideImage", part(b"rubbish".to_vec()));
    let refused = server.answers(request(&server, Method::POST, &path).multipart(form)).await;
    assert_eq!(assert_error("rubbish", &refused, 400), ["frontsideImage"]);
    let form = reqwest::multipart::Form::new().text("other", "x");
    let refused = server.answers(request(&server, Method::POST, &path).multipart(form)).await;
    assert_eq!(assert_error("nothing", &refused, 400), ["metadata", "frontsideImage"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn types_are_listed() {
    let server = settings().with("SELFSAME__NETVERIFY__ACCEPTED_COUNTRIES", r#"["DEU","XKX"]"#).start().await;
    let supported = get(&server, "/supportedIdTypes").await.json();
    let countries = supported["supportedIdTypes"].as_array().expect("a list");
    assert!(countries.len() > 240, "{}", countries.len());
    assert!(countries.iter().all(|country| country["idTypes"].as_array().map(Vec::len) == Some(4)));
    let accepted_types = get(&server, "/acceptedIdTypes/").await.json();
    let codes: Vec<_> = accepted_types["acceptedIdTypes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|country| country["countryCode"].as_str().expect("a code"))
        .collect();
    assert_eq!(codes, ["DEU", "XKX"]);
    let mut elsewhere = body(&blank());
    elsewhere["country"] = "FRA".into();
    let reference = accepted(&server, &elsewhere).await;
    let data = done(&server, &reference).await;
    assert_eq!(data["document"]["status"], "DENIED_UNSUPPORTED_ID_COUNTRY");
}
