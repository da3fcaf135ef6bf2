//! Callbacks of the built server to a real receiver on loopback.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use selfsame_testkit::{
    Browser, CallbackReceiver, CaptureSocket, Clip, Received, Reply, TestServer, TestServerSettings, fixture,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Long enough for a busy machine, short enough to notice.
const SOON: Duration = Duration::from_secs(20);

fn settings() -> TestServerSettings {
    TestServerSettings::default()
        .observing()
        .binary(env!("CARGO_BIN_EXE_selfsame"))
        .with("SELFSAME__DEVELOPMENT", true)
        .with("SELFSAME__CALLBACKS__JITTER", "0.0")
}

fn person() -> Clip {
    Clip::from_folder(&fixture("frames/single_face"), 30.0)
}

async fn opens(server: &TestServer, url: &str) -> String {
    let body = json!({ "livenessMode": "LIVENESS_PASSIVE", "callbackURL": url });
    server.opens_session_with(body).await.created_id()
}

/// A session that is decided at once, as ERROR: its browser leaves.
async fn decided(server: &TestServer, url: &str) -> String {
    let session = opens(server, url).await;
    let browser = Browser::default().leaving_after(1);
    browser.captures(server.origin(), &session, &person()).await.expect("a connection");
    session
}

fn selfsame(server: &TestServer, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_selfsame"))
        .args(arguments)
        .arg("--data")
        .arg(server.data())
        .output()
        .expect("the program runs")
}

fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn secrets(server: &TestServer) -> Vec<String> {
    let found = lines(&selfsame(server, &["callbacks", "secret", "--json"]));
    let list = found[0]["secrets"].as_array().expect("a list");
    list.iter().map(|secret| secret.as_str().expect("a text").to_owned()).collect()
}

/// RFC 2104, written out: the server's own code must not vouch for itself.
fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

/// Which of the signatures of a request the secret made.
fn verifies(request: &Received, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("the prefix")).expect("base64");
    let mut signed =
        format!("{}.{}.", request.header("webhook-id"), request.header("webhook-timestamp")).into_bytes();
    signed.extend_from_slice(&request.body);
    let expected = format!("v1,{}", STANDARD.encode(hmac_sha256(&key, &signed)));
    request.header("webhook-signature").split(' ').any(|signature| signature == expected)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_is_told_signed_and_can_be_read_by_then() {
    let receiver = CallbackReceiver::start([Reply::status(204)]).await;
    let server = settings().start().await;
    let session = opens(&server, &receiver.url("/hook?token=SECRET-OF-THE-INTEGRATOR")).await;
    Browser::default().captures(server.origin(), &session, &person()).await.expect("a connection");
    let received = receiver.hears(1, SOON).await.remove(0);
    assert_eq!(received.path, "/hook?token=SECRET-OF-THE-INTEGRATOR");
    assert_eq!(received.json(), json!({ "sessionId": session }));
    assert_eq!(received.header("content-type"), "application/json");
    assert_eq!(server.result(&session).await.json()["livenessStatus"], "SUCCESS");

    let secret = secrets(&server);
    assert_eq!(secret.len(), 1);
    assert!(verifies(&received, &secret[0]));
    let mut altered = received.clone();
    altered.body[3] ^= 1;
    assert!(!verifies(&altered, &secret[0]));

    // Once is enough: nothing more comes, and the record says so. The query is the integrator's own and is in no log.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(receiver.received().len(), 1);
    let list = lines(&selfsame(&server, &["callbacks", "list", "--json"]));
    assert_eq!(list.len(), 1);
    assert_eq!((&list[0]["state"], &list[0]["subject"]), (&json!("delivered"), &json!(session)));
    assert_eq!(list[0]["id"], received.header("webhook-id"));
    assert!(!server.log().contains("SECRET-OF-THE-INTEGRATOR"));
    assert!(server.log().contains("callback delivered"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_repeated_under_one_id_until_it_is_taken() {
    let redirect = Reply::status(302).with_header("location", "http://127.0.0.1:1/");
    let receiver = CallbackReceiver::start([
        Reply::status(500),
        redirect,
        Reply::status(503).with_header("retry-after", "4"),
        Reply::status(200).after(Duration::from_secs(30)),
        Reply::status(299),
    ])
    .await;
    let server = settings()
        .with("SELFSAME__CALLBACKS__SCHEDULE_SECONDS", "[0, 1, 1, 1, 1, 1]")
        .with("SELFSAME__CALLBACKS__TIMEOUT_SECONDS", 1)
        .start()
        .await;
    let session = decided(&server, &receiver.url("/")).await;
    let received = receiver.hears(5, Duration::from_secs(40)).await;
    let id = received[0].header("webhook-id");
    assert!(received.iter().all(|request| request.header("webhook-id") == id));
    assert!(received.iter().all(|request| request.json() == json!({ "sessionId": session })));
    assert!(received[3].at - received[2].at >= Duration::from_secs(4), "Retry-After is honoured");
    // The last answer is on its way to the record.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let shown = lines(&selfsame(&server, &["callbacks", "show", id, "--json"])).remove(0);
    assert_eq!(shown["state"], "delivered", "{shown:#}");
    let tries = shown["tries"].as_array().expect("a list");
    let statuses: Vec<Option<u64>> = tries.iter().map(|attempt| attempt["status"].as_u64()).collect();
    assert_eq!(statuses, [Some(500), Some(302), Some(503), None, Some(299)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_can_be_sent_again() {
    let gone = CallbackReceiver::start([Reply::status(410)]).await;
    let broken = CallbackReceiver::start([Reply::status(500)]).await;
    let server = settings().with("SELFSAME__CALLBACKS__SCHEDULE_SECONDS", "[0, 1]").start().await;
    decided(&server, &gone.url("/")).await;
    decided(&server, &broken.url("/")).await;
    broken.hears(2, SOON).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!((gone.received().len(), broken.received().len()), (1, 2));
    let dead = lines(&selfsame(&server, &["callbacks", "list", "--state", "dead", "--json"]));
    assert_eq!(dead.len(), 2, "{dead:#?}");
    assert!(dead[0]["because"].as_str().expect("a reason").contains("last attempt"), "{dead:#?}");
    assert!(dead[1]["because"].as_str().expect("a reason").contains("410"), "{dead:#?}");

    for receiver in [&gone, &broken] {
        receiver.answers(Reply::status(200));
    }
    let replayed = selfsame(&server, &["callbacks", "replay", "--dead"]);
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    let again = gone.hears(2, SOON).await;
    assert_eq!(again[0].header("webhook-id"), again[1].header("webhook-id"));
    broken.hears(3, SOON).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(lines(&selfsame(&server, &["callbacks", "list", "--state", "dead", "--json"])).len(), 0);

    let unknown = selfsame(&server, &["callbacks", "replay", "00000000-0000-0000-0000-000000000000"]);
    assert_eq!(unknown.status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_tells_it_again_under_the_same_id() {
    let receiver = CallbackReceiver::start([Reply::status(200).after(Duration::from_secs(600))]).await;
    let mut server = settings().with("SELFSAME__CALLBACKS__TIMEOUT_SECONDS", 3).start().await;
    let session = decided(&server, &receiver.url("/")).await;
    receiver.hears(1, SOON).await;
    // The receiver has it, and the server does not know.
    server.kill();
    receiver.answers(Reply::status(200));
    server.restart().await;
    let received = receiver.hears(2, Duration::from_secs(60)).await;
    assert_eq!(received[0].header("webhook-id"), received[1].header("webhook-id"));
    assert_eq!(received[1].json(), json!({ "sessionId": session }));
    assert_eq!(server.result(&session).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_cut_off_by_a_kill_is_told_after_the_restart() {
    let receiver = CallbackReceiver::start([Reply::status(200)]).await;
    let mut server = settings().start().await;
    let session = opens(&server, &receiver.url("/")).await;
    let mut socket = CaptureSocket::connect(server.origin()).await.expect("a connection");
    let hello = json!({ "type": "hello", "protocol": 1, "sessionId": session, "sdk": "test" });
    socket.says(&hello).await.expect("a connection");
    assert_eq!(socket.hears(SOON).await.expect("an answer").kind(), "ready");
    socket.says(&json!({ "type": "start" })).await.expect("a connection");
    assert_eq!(socket.hears(SOON).await.expect("an answer").kind(), "started");
    server.kill();
    server.restart().await;
    let received = receiver.hears(1, SOON).await;
    assert_eq!(received[0].json(), json!({ "sessionId": session }));
    assert_eq!(server.result(&session).await.json()["livenessStatus"], "ERROR");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_receiver_holds_up_nobody_else() {
    let slow = CallbackReceiver::start([Reply::status(200).after(Duration::from_secs(600))]).await;
    let quick = CallbackReceiver::start([Reply::status(200)]).await;
    let server = settings()
        .with("SELFSAME__CALLBACKS__MOST_AT_ONCE", 3)
        // Longer than a busy machine needs for five captures: what is given up makes room.
        .with("SELFSAME__CALLBACKS__TIMEOUT_SECONDS", 60)
        .start()
        .await;
    for _ in 0..5 {
        decided(&server, &slow.url("/")).await;
    }
    slow.hears(2, SOON).await;
    let began = Instant::now();
    for _ in 0..3 {
        decided(&server, &quick.url("/")).await;
    }
    quick.hears(3, Duration::from_secs(10)).await;
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(slow.received().len(), 2, "no more than its share");
}

#[tokio::test(flavor = "multi_thread")]
async fn during_a_rotation_both_secrets_verify() {
    let receiver = CallbackReceiver::start([Reply::status(200)]).await;
    let server = settings().start().await;
    let old = secrets(&server).remove(0);
    let rotated = lines(&selfsame(&server, &["callbacks", "secret", "--rotate", "--json"])).remove(0);
    let new = rotated["secrets"][0].as_str().expect("a text").to_owned();
    assert_ne!(old, new);
    assert_eq!(secrets(&server), [new.clone(), old.clone()]);
    decided(&server, &receiver.url("/")).await;
    let received = receiver.hears(1, SOON).await.remove(0);
    assert_eq!(received.header("webhook-signature").split(' ').count(), 2);
    assert!(verifies(&received, &old) && verifies(&received, &new));
    // What is stored is sealed.
    let raw = STANDARD.decode(new.strip_prefix("whsec_").expect("the prefix")).expect("base64");
    for name in ["selfsame.sqlite3", "selfsame.sqlite3-wal"] {
        let bytes = std::fs::read(server.data().join(name)).unwrap_or_default();
        assert!(!bytes.windows(raw.len()).any(|window| window == raw));
        assert!(!bytes.windows(new.len()).any(|window| window == new.as_bytes()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_master_key_is_refused_before_anything_is_stored() {
    const OTHER: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let server = settings().start().await;
    let keys = server.data().join("keys");
    let with = |key: Option<&str>, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_selfsame"));
        command.args(arguments).arg("--data").arg(server.data());
        command.env("SELFSAME__MODELS__DIR", selfsame_testkit::repository().join("models"));
        command.envs(key.map(|key| ("SELFSAME__SECURITY__MASTER_KEY", key)));
        let output = command.output().expect("the program runs");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).expect("words");
        let file = std::fs::read_to_string(keys.join("master.key")).unwrap_or_default();
        assert!(!said.contains(OTHER) && (file.is_empty() || !said.contains(file.trim())));
        (output.status.success(), said)
    };
    let looked = |key: Option<&str>| {
        let (_, said) = with(key, &["doctor", "--json", "--listen", "127.0.0.1:0"]);
        let report: Value = serde_json::from_str(said.trim()).expect("JSON");
        let checks = report["checks"].as_array().expect("a list").iter();
        let found = checks.into_iter().find(|check| check["check"] == "keys").expect("a look at the keys");
        (found["status"].as_str().expect("a status").to_owned(), found.to_string())
    };
    for arguments in [&["callbacks", "secret"][..], &["callbacks", "secret", "--rotate"]] {
        let (done, said) = with(Some(OTHER), arguments);
        assert!(!done && said.contains("master key") && said.contains("--config"), "{said}");
    }
    assert_eq!(looked(Some(OTHER)).0, "failed");
    // What is not sealed can be seen without the key.
    assert!(with(Some(OTHER), &["callbacks", "list"]).0);

    let aside = server.data().join("aside");
    std::fs::rename(&keys, &aside).expect("renamed");
    let (done, said) = with(None, &["callbacks", "secret"]);
    assert!(!done && said.contains("there is no master key in"), "{said}");
    assert_eq!(looked(None).0, "failed");
    assert!(!keys.exists(), "another key would open nothing");
    std::fs::rename(&aside, &keys).expect("renamed");

    let (status, found) = looked(None);
    assert!(status == "ok" && found.contains("opens what the database keeps"), "{found}");
    assert_eq!(secrets(&server).len(), 1, "none was stored before");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = keys.join("master.key");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("a mode");
        let (status, found) = looked(None);
        assert!(status == "failed" && found.contains("master.key") && found.contains("chmod 600"), "{found}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_development_nothing_inside_is_called() {
    let server = settings().with("SELFSAME__DEVELOPMENT", false).start().await;
    let receiver = CallbackReceiver::start([Reply::status(200)]).await;
    // Names that point to such an address are refused when they are dialled: crates/callbacks/tests.
    let refused = server
        .opens_session_with(json!({ "livenessMode": "LIVENESS_PASSIVE", "callbackURL": receiver.url("/") }))
        .await;
    assert_eq!(refused.status, 400);
    let opens = async |server: &TestServer, url: &str| {
        let body = json!({ "livenessMode": "LIVENESS_PASSIVE", "callbackURL": url });
        server.opens_session_with(body).await.status
    };
    assert_eq!(opens(&server, "https://bank.example.com:9943/demo-server").await, 201, "a port may be named");
    assert_eq!(opens(&server, "https://localhost:9943").await, 400);
    let private = settings()
        .with("SELFSAME__DEVELOPMENT", false)
        .with("SELFSAME__CALLBACKS__ALLOWED_PRIVATE", r#"["127.0.0.0/8"]"#)
        .start()
        .await;
    for (url, status) in [
        ("https://localhost:9943", 201),
        ("https://127.0.0.1:9943", 201),
        ("https://10.0.0.1:9943", 400),
        ("http://127.0.0.1:9943", 400),
    ] {
        assert_eq!(opens(&private, url).await, status, "{url}");
    }
    let wrong_folder = Command::new(env!("CARGO_BIN_EXE_selfsame"))
        .args(["callbacks", "list", "--data"])
        .arg(server.data().join("objects"))
        .output()
        .expect("the program runs");
    assert_eq!(wrong_folder.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong_folder.stderr).contains("--data"));
}
