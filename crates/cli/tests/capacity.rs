//! A full server refuses newcomers at once, in the words of each door, and goes on serving who is inside.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use selfsame_testkit::{Browser, CaptureOutcome, CaptureSocket, Clip, Heard, TestServerSettings, fixture};
use serde_json::json;
use tokio::sync::mpsc;

const SOON: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_full_server_refuses_at_both_doors_and_has_room_again() {
    let server = TestServerSettings::default()
        .observing()
        .binary(env!("CARGO_BIN_EXE_selfsame"))
        .with("SELFSAME__SERVER__MAX_SESSIONS", 1)
        .start()
        .await;
    let (inside, outside) = (server.opens_session().await, server.opens_session().await);
    let mut socket = CaptureSocket::connect(server.origin()).await.expect("a connection");
    let hello = json!({ "type": "hello", "protocol": 1, "sessionId": inside, "sdk": "test" });
    socket.says(&hello).await.expect("a connection");
    assert_eq!(socket.hears(SOON).await.expect("an answer").kind(), "ready");

    let clip = Clip::from_folder(&fixture("frames/single_face"), 30.0);
    let refused = Browser::default().captures(server.origin(), &outside, &clip).await.expect("a connection");
    assert!(matches!(refused.outcome, CaptureOutcome::Refused { code: 503, .. }), "{:?}", refused.outcome);
    let wish = json!({ "livenessMode": "LIVENESS_PASSIVE" });
    let init = server.authorised(Method::POST, "/video-server/init-liveness-session").json(&wish);
    let init = init.send().await.expect("an answer");
    assert_eq!(init.status().as_u16(), 429);
    let wait = init.headers().get("retry-after").expect("when to come back").to_str().expect("a text");
    assert!(wait.parse::<u32>().expect("seconds") > 0);

    // Nor is a capture of an identity opened that would find no place.
    let base = "/gips/v1/identities";
    let identity = server.answers(server.authorised(Method::POST, base).json(&json!([]))).await.json();
    let base = format!("{base}/{}", identity["id"].as_str().expect("an identity"));
    let consent = json!([{ "approved": true, "type": "PORTRAIT" }]);
    let said = server.authorised(Method::POST, &format!("{base}/consents")).json(&consent);
    assert_eq!(server.answers(said).await.status, 200);
    let live = format!("{base}/attributes/portrait/live-capture-session");
    let live = server.authorised(Method::POST, &live).json(&json!({ "type": "LIVENESS_PASSIVE" }));
    let live = live.send().await.expect("an answer");
    assert_eq!(live.status().as_u16(), 429);
    assert!(live.headers().contains_key("retry-after"));

    // Who left makes room; the one who was refused had not used up the session.
    socket.close().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let log = Browser::default().captures(server.origin(), &outside, &clip).await.expect("a connection");
    assert!(matches!(log.outcome, CaptureOutcome::Result(Some(_))), "{:?}", log.outcome);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_session_holds_one_place_however_many_show_up_with_it() {
    let server = TestServerSettings::default()
        .observing()
        .binary(env!("CARGO_BIN_EXE_selfsame"))
        .with("SELFSAME__SERVER__MAX_SESSIONS", 2)
        .start()
        .await;
    let (one, other) = (server.opens_session().await, server.opens_session().await);
    let hello = json!({ "type": "hello", "protocol": 1, "sessionId": one, "sdk": "test" });
    let mut earlier: Option<CaptureSocket> = None;
    for _ in 0..5 {
        let mut socket = CaptureSocket::connect(server.origin()).await.expect("a connection");
        socket.says(&hello).await.expect("a connection");
        assert_eq!(socket.hears(SOON).await.expect("an answer").kind(), "ready");
        if let Some(mut replaced) = earlier.replace(socket) {
            let Ok(Heard::Message(said)) = replaced.hears(SOON).await else { panic!("nothing is said") };
            assert_eq!(said["code"], 400, "{said}");
            // What it held is free a moment later.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    let clip = Clip::from_folder(&fixture("frames/single_face"), 30.0);
    let log = Browser::default().captures(server.origin(), &other, &clip).await.expect("a connection");
    assert!(matches!(log.outcome, CaptureOutcome::Result(Some(_))), "{:?}", log.outcome);
    // The latest still waits, and its session is as good as before.
    drop(earlier);
    let log = Browser::default().captures(server.origin(), &one, &clip).await.expect("a connection");
    assert!(matches!(log.outcome, CaptureOutcome::Result(Some(_))), "{:?}", log.outcome);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_with_a_sqlite_database_serves_one_server() {
    let server = TestServerSettings::default().binary(env!("CARGO_BIN_EXE_selfsame")).start().await;
    let data = server.data();
    let second = tokio::task::spawn_blocking(move || {
        let mut second = std::process::Command::new(env!("CARGO_BIN_EXE_selfsame"));
        second.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data).output()
    });
    let ended =
        tokio::time::timeout(SOON, second).await.expect("it ends").expect("a thread").expect("a start");
    assert!(!ended.status.success());
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("another server uses"), "{said}");
    server.opens_session().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn newcomers_who_are_refused_slow_nobody_down() {
    let server = TestServerSettings::default()
        .observing()
        .binary(env!("CARGO_BIN_EXE_selfsame"))
        .with("SELFSAME__SERVER__MAX_SESSIONS", 1)
        .start()
        .await;
    let server = Arc::new(server);
    let (inside, outside) = (server.opens_session().await, server.opens_session().await);
    let clip = Clip::from_folder(&fixture("frames/single_face"), 30.0);
    let (say, mut answered) = mpsc::unbounded_channel();
    let capture = tokio::spawn({
        let (origin, clip) = (server.origin().to_owned(), clip.clone());
        let browser = Browser { frames_per_second: 6.0, answered: Some(say), ..Browser::default() };
        async move { browser.captures(&origin, &inside, &clip).await.expect("a connection") }
    });
    answered.recv().await.expect("the first frame is answered");

    // At both doors, again and again, for as long as the capture takes.
    let mut refused = (0, 0);
    while !capture.is_finished() {
        let wish = json!({ "livenessMode": "LIVENESS_PASSIVE" });
        let init = server.authorised(Method::POST, "/video-server/init-liveness-session").json(&wish);
        if init.send().await.expect("an answer").status().as_u16() == 429 {
            refused.0 += 1;
        }
        let mut socket = CaptureSocket::connect(server.origin()).await.expect("a connection");
        let hello = json!({ "type": "hello", "protocol": 1, "sessionId": outside, "sdk": "test" });
        socket.says(&hello).await.expect("a connection");
        if let Ok(Heard::Message(said)) = socket.hears(SOON).await
            && said["code"] == 503
        {
            refused.1 += 1;
        }
        socket.close().await;
    }
    let log = capture.await.expect("the capture's task");
    assert!(refused.0 >= 5 && refused.1 >= 5, "{refused:?}");
    assert!(matches!(log.outcome, CaptureOutcome::Result(Some(_))), "{:?}", log.outcome);
    // A page that waited for answers would have sent less: 1.6 s of holding still at 6 frames a second.
    let mut latencies: Vec<_> = log.latencies.iter().map(|(_, latency)| *latency).collect();
    latencies.sort_unstable();
    assert!(latencies.len() >= 8, "{latencies:?}");
    // Two frames may be under way: beyond a third of a second the page would have to skip some.
    assert!(latencies[latencies.len() / 2] < Duration::from_millis(333), "{latencies:?}");
}
