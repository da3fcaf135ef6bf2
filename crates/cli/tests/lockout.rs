//! Who fails too often waits, whatever is cleared, claimed or tried side by side.

use std::time::Duration;

use selfsame_testkit::{
    AtDots, Browser, CaptureLog, CaptureOutcome, CaptureSocket, Clip, TestServer, TestServerSettings, fixture,
};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(20);

fn settings() -> TestServerSettings {
    TestServerSettings::default().binary(env!("CARGO_BIN_EXE_selfsame"))
}

fn person() -> Clip {
    Clip::from_folder(&fixture("frames/single_face"), 30.0)
}

/// A browser with a device id and an address of its own.
fn browser(device: &str, address: &str) -> Browser {
    let mut browser = Browser { forwarded_for: Some(address.to_owned()), ..Browser::default() };
    browser.device["deviceId"] = json!(device);
    browser
}

async fn captures(server: &TestServer, browser: &Browser) -> (CaptureLog, Value) {
    let session = server.opens_session().await;
    let log = browser.captures(server.origin(), &session, &person()).await.expect("a connection");
    let result = server.result(&session).await;
    (log, if result.status == 200 { result.json() } else { Value::Null })
}

/// Fails by its capture chain, which an automated browser cannot hide.
async fn fails(server: &TestServer, device: &str, address: &str) {
    let (log, result) = captures(server, &browser(device, address).automated()).await;
    let status = result["livenessStatus"].as_str().unwrap_or("none").to_owned();
    assert!(status == "SPOOF" || status == "FAILED", "{status} {:?}", log.outcome);
}

async fn succeeds(server: &TestServer, device: &str, address: &str) {
    let (log, result) = captures(server, &browser(device, address)).await;
    assert_eq!(result["livenessStatus"], "SUCCESS", "{:?}", log.outcome);
}

/// Refused with 429 before anything was captured; the moment from which it may be tried again.
async fn waits(server: &TestServer, device: &str, address: &str) -> String {
    let session = server.opens_session().await;
    let browser = browser(device, address);
    let log = browser.captures(server.origin(), &session, &person()).await.expect("a connection");
    assert_eq!(log.frames_sent, 0);
    // Nothing was used up.
    assert_eq!(server.result(&session).await.status, 204);
    match log.outcome {
        CaptureOutcome::Refused { code: 429, unlock_date_time: Some(until), .. } => until,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_fails_too_often_waits_and_success_makes_it_clean() {
    let mut server = settings().with("SELFSAME__LOCKOUT__DEVICE_FAILURES", 2).start().await;
    fails(&server, "one", "198.51.100.1").await;
    succeeds(&server, "one", "198.51.100.1").await;
    fails(&server, "one", "198.51.100.1").await;
    fails(&server, "one", "198.51.100.2").await;
    let until = waits(&server, "one", "198.51.100.3").await;
    assert!(until.ends_with('Z') && until.len() == "2026-01-01T00:00:00.000Z".len(), "{until}");
    // Others are not concerned, and a restart forgets nothing.
    succeeds(&server, "two", "198.51.100.1").await;
    server.restart().await;
    assert_eq!(waits(&server, "one", "198.51.100.1").await, until);
    // Neither the address nor the id is anywhere.
    assert!(!server.log().contains("198.51.100"));
    let database = std::fs::read(server.data().join("selfsame.sqlite3")).expect("the database");
    let log = std::fs::read(server.data().join("selfsame.sqlite3-wal")).unwrap_or_default();
    for bytes in [&database, &log] {
        assert!(!bytes.windows(10).any(|window| window == b"198.51.100"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clearing_the_storage_does_not_help_for_long() {
    let server = settings()
        .with("SELFSAME__LOCKOUT__DEVICE_FAILURES", 2)
        .with("SELFSAME__LOCKOUT__ADDRESS_FAILURES", 3)
        .start()
        .await;
    for device in ["a", "b", "c"] {
        fails(&server, device, "198.51.100.1").await;
        // A success of somebody else washes nothing away.
        if device != "c" {
            succeeds(&server, "honest", "198.51.100.1").await;
        }
    }
    waits(&server, "d", "198.51.100.1").await;
    // What stands before the proxy's own entry is the attacker's invention.
    waits(&server, "e", "203.0.113.77, 198.51.100.1").await;
    succeeds(&server, "f", "198.51.100.2").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_attached_before_the_block_do_not_start_after_it() {
    let server = settings().with("SELFSAME__LOCKOUT__DEVICE_FAILURES", 1).start().await;
    let session = server.opens_session().await;
    let mut socket = CaptureSocket::connect(server.origin()).await.expect("a connection");
    let hello = json!({
        "type": "hello", "protocol": 1, "sessionId": session, "sdk": "test", "device": { "deviceId": "one" },
    });
    socket.says(&hello).await.expect("a connection");
    assert_eq!(socket.hears(SOON).await.expect("an answer").kind(), "ready");
    fails(&server, "one", "198.51.100.1").await;
    socket.says(&json!({ "type": "start" })).await.expect("a connection");
    let selfsame_testkit::Heard::Message(refused) = socket.hears(SOON).await.expect("an answer") else {
        panic!("closed without a word")
    };
    assert_eq!((&refused["type"], &refused["code"]), (&json!("error"), &json!(429)), "{refused}");
    assert!(refused["unlockDateTime"].is_string(), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn time_outs_errors_and_cancelling_do_not_count_where_nothing_was_asked() {
    let server = settings().with("SELFSAME__LOCKOUT__DEVICE_FAILURES", 1).start().await;
    for _ in 0..2 {
        let leaving = browser("one", "198.51.100.1").leaving_after(2);
        captures(&server, &leaving).await;
    }
    let session = server.opens_session().await;
    let mut socket = CaptureSocket::connect(server.origin()).await.expect("a connection");
    let hello = json!({
        "type": "hello", "protocol": 1, "sessionId": session, "sdk": "test", "device": { "deviceId": "one" },
    });
    socket.says(&hello).await.expect("a connection");
    assert_eq!(socket.hears(SOON).await.expect("an answer").kind(), "ready");
    socket.says(&json!({ "type": "start" })).await.expect("a connection");
    assert_eq!(socket.hears(SOON).await.expect("an answer").kind(), "started");
    socket.says(&json!({ "type": "cancel" })).await.expect("a connection");
    while server.result(&session).await.status != 200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(server.result(&session).await.json()["livenessStatus"], "FAILED");
    succeeds(&server, "one", "198.51.100.1").await;
}

/// An active capture that the browser ends by itself; its status.
async fn gives_up(server: &TestServer, browser: &Browser) -> String {
    let body = json!({ "livenessMode": "LIVENESS_ACTIVE", "securityLevel": "HIGH", "numberOfChallenge": 2 });
    let session = server.opens_session_with(body).await.created_id();
    let log = browser.captures(server.origin(), &session, &person()).await.expect("a connection");
    let saw_dots = log.instructions.iter().any(|told| told == "FACEFLOW_CHALLENGE_2D");
    assert_eq!(saw_dots, browser.at_dots.is_some(), "{:?} after {:?}", log.outcome, log.instructions);
    loop {
        let result = server.result(&session).await;
        if result.status == 200 {
            return result.json()["livenessStatus"].as_str().expect("a status").to_owned();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn five_who_leave_when_they_see_the_first_dot_have_failed() {
    let server = settings().start().await;
    let leaving = Browser { at_dots: Some(AtDots::Leaves), ..browser("one", "198.51.100.1") };
    for _ in 0..5 {
        assert_eq!(gives_up(&server, &leaving).await, "ERROR");
    }
    waits(&server, "one", "198.51.100.1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn however_one_gives_up_it_counts_from_the_first_dot_on() {
    let server = settings()
        .with("SELFSAME__LOCKOUT__DEVICE_FAILURES", 1)
        .with("SELFSAME__LIVENESS__NO_FACE_TIMEOUT_SECONDS", 3)
        .start()
        .await;
    let start = json!({ "type": "start" });
    for (device, at_dots, status) in [
        ("leaving", AtDots::Leaves, "ERROR"),
        ("cancelling", AtDots::Says(json!({ "type": "cancel" })), "FAILED"),
        ("starting twice", AtDots::Says(start), "ERROR"),
        ("not speaking the protocol", AtDots::Says(json!({ "type": "dance" })), "ERROR"),
        ("silent", AtDots::FallsSilent, "TIMEOUT"),
    ] {
        let plain = browser(device, "198.51.100.1");
        // Whoever leaves before has seen nothing, and is not locked out from looking.
        assert_eq!(gives_up(&server, &plain.clone().leaving_after(2)).await, "ERROR", "{device}");
        assert_eq!(gives_up(&server, &Browser { at_dots: Some(at_dots), ..plain }).await, status, "{device}");
        waits(&server, device, "198.51.100.1").await;
    }
}
