//! Whatever is sent, the answer is the documented status with the dialect's error, and nothing is a 500.

use selfsame_testkit::malformed_images;
use serde_json::json;

use super::*;

const STRANGER: &str = "11111111-2222-4333-8444-555555555555";

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_request_gets_its_documented_answer() {
    let server = settings().start().await;
    let identity = consenting(&server).await;
    let raw = |path: &str, kind: &str, body: &[u8]| {
        request(&server, Method::POST, path).header("content-type", kind).body(body.to_vec())
    };
    let consents = format!("/{identity}/consents");
    let live = format!("/{identity}/attributes/portrait/live-capture-session");
    let picture = format!("/{identity}/attributes/portrait/capture");
    let reference = format!("/{identity}/attributes/portrait-reference");
    let pairs = |value: Value| raw("", "application/json", value.to_string().as_bytes());
    let said = |value: Value| raw(&consents, "application/json", value.to_string().as_bytes());
    let opens = |value: Value| raw(&live, "application/json", value.to_string().as_bytes());
    let reads = |path: &str| request(&server, Method::GET, path);
    let many: Vec<Value> = (0..17).map(|n| json!({ "key": n.to_string(), "value": "x" })).collect();
    let period =
        |period: Value| said(json!([{ "approved": true, "type": "PORTRAIT", "validityPeriod": period }]));
    let consent = json!({ "approved": true, "type": "PORTRAIT" });

    let table: Vec<(&str, RequestBuilder, u16, &str)> = vec![
        ("a text", raw("", "application/json", b"hello"), 400, "1006"),
        ("half of JSON", raw("", "multipart/form-data", b"[{\"key\":"), 400, "1006"),
        (
            "half of a form",
            raw(
                "",
                "multipart/form-data; boundary=x",
                b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb",
            ),
            400,
            "1006",
        ),
        ("deeply nested JSON", raw("", "application/json", "[".repeat(20_000).as_bytes()), 400, "1006"),
        ("no UTF-8", raw("", "application/json", b"[\"\xff\"]"), 400, "1006"),
        ("more than a body may have", raw("", "application/json", &[b' '; 100_000]), 400, "1006"),
        ("pairs that are none", pairs(json!([7])), 400, "1006"),
        ("a pair without value", pairs(json!([{ "key": "a" }])), 400, "1006"),
        ("a value that is no text", pairs(json!([{ "key": "a", "value": {} }])), 400, "1006"),
        ("a long value", pairs(json!({ "a": "x".repeat(300) })), 400, "1006"),
        ("a control character", pairs(json!({ "a": "\u{0}" })), 400, "1006"),
        ("many pairs", pairs(json!(many)), 400, "1007"),
        ("a callback over http", pairs(json!({ "CALLBACK_URL": "http://bank.example.com/" })), 400, "1007"),
        ("a callback to this machine", pairs(json!({ "CALLBACK_URL": "https://127.0.0.1/" })), 400, "1007"),
        ("an id that is none", reads("/nobody"), 404, "2001"),
        ("an id that climbs", reads("/..%2f..%2fetc%2fpasswd"), 404, "2001"),
        ("an unknown identity", reads(&format!("/{STRANGER}")), 404, "2001"),
        ("unknown evidence", reads(&format!("/{identity}/status/{STRANGER}")), 404, "2001"),
        ("evidence that is no id", reads(&format!("/{identity}/evidences/x/status")), 404, "2001"),
        ("nothing at this path", reads(&format!("/{identity}/nothing")), 404, "2001"),
        ("a path that is no text", reads("/%ff"), 404, "2001"),
        ("detailed that is neither", reads(&format!("/{identity}?detailed=maybe")), 400, "1006"),
        ("no consent", said(json!([])), 400, "1006"),
        ("a consent that is none", said(json!(["yes"])), 400, "1001"),
        ("a consent to nothing", said(json!([{ "approved": true }])), 400, "1001"),
        (
            "a consent to something else",
            said(json!([{ "approved": true, "type": "EVERYTHING" }])),
            400,
            "1007",
        ),
        ("neither yes nor no", said(json!([{ "type": "PORTRAIT" }])), 400, "1001"),
        ("a yes in words", said(json!([{ "approved": "yes", "type": "PORTRAIT" }])), 400, "1006"),
        ("a period that is none", period(json!("always")), 400, "1006"),
        ("a date that is none", period(json!({ "from": "2018-02-30" })), 400, "1006"),
        ("a date that is a number", period(json!({ "to": 2018 })), 400, "1006"),
        (
            "a period that ends first",
            period(json!({ "from": "2019-01-01", "to": "2018-01-01" })),
            400,
            "1007",
        ),
        ("more consents than may be", said(json!(vec![consent; 64])), 409, "2004"),
        ("a capture by array", opens(json!([])), 400, "1006"),
        ("an unknown mode", opens(json!({ "type": "LIVENESS_TELEPATHY" })), 400, "1007"),
        ("a mode that was taken away", opens(json!({ "type": "LIVENESS_MEDIUM" })), 400, "1007"),
        ("a mode that is a number", opens(json!({ "type": 7 })), 400, "1006"),
        ("an unknown level", opens(json!({ "securityLevel": "EXTREME" })), 400, "1007"),
        ("no challenge", opens(json!({ "nbChallenge": 0 })), 400, "1007"),
        ("many challenges", opens(json!({ "nbChallenge": 1e9 })), 400, "1007"),
        (
            "a capture for nobody",
            request(&server, Method::POST, &format!("/{STRANGER}/attributes/portrait/live-capture-session")),
            404,
            "2001",
        ),
        ("no form", raw(&picture, "image/jpeg", b"\xff\xd8"), 400, "1006"),
        ("no body", request(&server, Method::POST, &picture), 404, "2001"),
        ("no such part", upload(&server, &picture, "Selfie", own_photo()), 400, "1001"),
        ("an empty part", upload(&server, &picture, "Portrait", Vec::new()), 400, "3007"),
        ("no picture", upload(&server, &reference, "Portrait", b"hello".to_vec()), 400, "3007"),
        (
            "nobody in the picture",
            upload(
                &server,
                &reference,
                "Portrait",
                selfsame_testkit::faceless_file(640, 480, image::ImageFormat::Jpeg),
            ),
            400,
            "3008",
        ),
        (
            "a picture for nobody",
            upload(&server, &format!("/{STRANGER}/attributes/portrait/capture"), "Portrait", own_photo()),
            404,
            "2001",
        ),
    ];
    for (what, request, status, code) in table {
        assert_error(what, &server.answers(request).await, status, code);
    }
    for (what, picture_bytes) in malformed_images() {
        let answer = server.answers(upload(&server, &reference, "Portrait", picture_bytes)).await;
        assert_error(what, &answer, 400, "3007");
    }
    // Documents are not captured live, and their path says so as any other does.
    let live = format!("/{identity}/id-documents/live-capture-session");
    let documents = server.answers(request(&server, Method::POST, &live)).await;
    assert_eq!((documents.status, documents.json()["code"].clone()), (404, json!(404)));
    assert_eq!(server.answers(request(&server, Method::PUT, &format!("/{identity}"))).await.status, 405);
    assert!(!server.log().contains("panicked"), "{}", server.log());
    // And the identity is as good as before.
    assert_eq!(read(&server, &format!("/{identity}?detailed=true")).await["evidences"], json!([]));
    opens_capture(&server, &identity).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_body_that_clients_send_is_understood() {
    let server = settings().start().await;
    let raw = |path: &str, kind: Option<&str>, body: &str| {
        let request = request(&server, Method::POST, path).body(body.to_owned());
        kind.iter().fold(request, |request, kind| request.header("content-type", *kind))
    };
    let part = |name: &str, text: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let form = Some("multipart/form-data; boundary=b");
    for (what, kind, body) in [
        (
            "the demo",
            Some("multipart/form-data"),
            "[{\"key\":\"BUSINESS_ID\",\"value\":\"LOA1P\"}]".to_owned(),
        ),
        ("the documentation", Some("application"), String::new()),
        ("an empty object", Some("multipart/form-data"), "{}".to_owned()),
        ("an object", Some("application/json"), "{\"BUSINESS_ID\":\"LOA1P\"}".to_owned()),
        ("nothing at all", None, String::new()),
        ("a form", form, format!("{}--b--\r\n", part("BUSINESS_ID", "LOA1P"))),
        (
            "a form of pairs",
            form,
            format!("{}--b--\r\n", part("context", "[{\"key\":\"a\",\"value\":\"b\"}]")),
        ),
        ("an empty form", form, "--b--\r\n".to_owned()),
        ("a form that does not say so", None, format!("{}--b--\r\n", part("BUSINESS_ID", "LOA1P"))),
        (
            "older demos, whose list of pairs became one zero byte",
            Some("multipart/form-data"),
            "----------------------------31415926\r\nContent-Disposition: form-data; name=\"context\"\r\nContent-Type: application/octet-stream\r\n\r\n\0\r\n----------------------------31415926--\r\n"
                .to_owned(),
        ),
        ("a context that is no JSON", form, format!("{}--b--\r\n", part("context", "[object Object]"))),
        (
            "a context beside a pair",
            Some("multipart/form-data"),
            format!(
                "{}{}--b--\r\n",
                part("context", "[{\"key\":\"a\",\"value\":\"b\"}]"),
                part("BUSINESS_ID", "LOA1P")
            ),
        ),
    ] {
        let answer = server.answers(raw("", kind, &body)).await;
        assert_eq!(answer.status, 200, "{what}: {}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.json()["levelOfAssurance"], "LOA0", "{what}");
    }

    let identity = consenting(&server).await;
    for path in ["live-capture-session", "live-capture-video-session"] {
        let path = format!("/{identity}/attributes/portrait/{path}");
        for (what, kind, body, mode, level, challenges) in [
            ("nothing", None, String::new(), "LIVENESS_ACTIVE", "HIGH", 2),
            ("nothing, as a form", Some("multipart/form-data"), String::new(), "LIVENESS_ACTIVE", "HIGH", 2),
            (
                "the demo's word for active",
                Some("application/json"),
                "{\"type\":\"LIVENESS_HIGH\",\"securityLevel\":\"MEDIUM\",\"nbChallenge\":3}".to_owned(),
                "LIVENESS_ACTIVE",
                "MEDIUM",
                3,
            ),
            (
                "passive video",
                Some("application/json"),
                "{\"type\":\"LIVENESS_PASSIVE_VIDEO\"}".to_owned(),
                "LIVENESS_PASSIVE_VIDEO",
                "HIGH",
                2,
            ),
            (
                "a form",
                form,
                format!("{}{}--b--\r\n", part("type", "LIVENESS_PASSIVE"), part("nbChallenge", "4")),
                "LIVENESS_PASSIVE",
                "HIGH",
                4,
            ),
        ] {
            let answer = server.answers(raw(&path, kind, &body)).await;
            assert_eq!(answer.status, 200, "{what}: {}", String::from_utf8_lossy(&answer.body));
            let expected = json!({ "type": mode, "securityLevel": level, "nbChallenge": challenges });
            assert_eq!(answer.json()["livenessParameters"], expected, "{what}");
        }
    }

    let mut picture =
        b"--b\r\nContent-Disposition: form-data; name=\"Portrait\"; filename=\"p.jpg\"\r\n\r\n".to_vec();
    picture.extend(own_photo());
    picture.extend(b"\r\n--b--\r\n");
    for path in ["portrait/capture", "portrait-reference"] {
        let path = format!("/{identity}/attributes/{path}");
        let nameless = request(&server, Method::POST, &path).header("content-type", "multipart/form-data");
        let answer = server.answers(nameless.body(picture.clone())).await;
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    }

    let single = post(&server, &format!("/{identity}/consents"), json!({ "approved": true, "type": "GIV" }))
        .await
        .json();
    assert_eq!(single[0]["type"], "GIV");
    let health = server.answers(server.request(Method::GET, "/gips/healthcheck")).await;
    assert_eq!((health.status, health.json()["status"].clone()), (200, json!("UP")));
}
