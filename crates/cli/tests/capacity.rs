//! A full server refuses newcomers at once, in the words of each door, and goes on serving who is inside.

use std::time::Duration;

use reqwest::Method;
use selfsame_testkit::{Browser, CaptureOutcome, CaptureSocket, Clip, TestServerSettings, fixture};
use serde_json::json;

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

    // Who left makes room; the one who was refused had not used up the session.
    socket.close().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let log = Browser::default().captures(server.origin(), &outside, &clip).await.expect("a connection");
    assert!(matches!(log.outcome, CaptureOutcome::Result(Some(_))), "{:?}", log.outcome);
}
