//! Who connects and does nothing takes nothing from others, and keeps nobody from stopping the server.

use std::time::{Duration, Instant};

use reqwest::Method;
use selfsame_testkit::{CaptureSocket, Heard, TestServer, TestServerSettings};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What a head has, and some for a busy machine.
const HEAD_WITHIN: Duration = Duration::from_secs(15);
/// What is under way at a stop has, the lease, and some for a busy machine.
const STOPPED_WITHIN: Duration = Duration::from_secs(15);
const ASK: &[u8] = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
/// And goes.
const ASK_ONCE: &[u8] = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const HALF_A_HEAD: &[u8] = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";

fn settings() -> TestServerSettings {
    TestServerSettings::default().binary(env!("CARGO_BIN_EXE_selfsame"))
}

async fn connect(server: &TestServer, says: &[u8]) -> TcpStream {
    let address = server.origin().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(says).await.expect("a connection");
    stream
}

/// What comes until the server closes; a reset is an end as well.
async fn hears(mut stream: TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard).await;
    heard
}

async fn is_alive(server: &TestServer) -> bool {
    let heard = tokio::time::timeout(Duration::from_secs(5), hears(connect(server, ASK_ONCE).await)).await;
    heard.is_ok_and(|heard| heard.starts_with(b"HTTP/1.1 204"))
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_head_is_closed_while_others_are_served() {
    let server = settings().start().await;
    let mut slow = tokio::task::JoinSet::new();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    // Nothing at all, the beginning of a word, half a head, half of HTTP/2's preface, and HTTP/2 without a request.
    for says in
        [&b""[..], b"G", HALF_A_HEAD, &preface[..18], &[preface, &[0, 0, 0, 4, 0, 0, 0, 0, 0][..]].concat()]
    {
        let stream = connect(&server, says).await;
        slow.spawn(tokio::time::timeout(HEAD_WITHIN, hears(stream)));
    }
    while let Some(closed) = slow.join_next().await {
        assert!(closed.expect("a task").is_ok(), "a connection is kept open");
        assert!(is_alive(&server).await, "others are not served");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_go_on_after_a_request_is_let_go() {
    let server = settings().with("SELFSAME__SERVER__KEEP_ALIVE_SECONDS", 2).start().await;
    for second in [&b""[..], HALF_A_HEAD] {
        let stream = connect(&server, &[ASK, second].concat()).await;
        let asked = Instant::now();
        let heard = tokio::time::timeout(HEAD_WITHIN, hears(stream)).await.expect("it is closed");
        assert!(heard.starts_with(b"HTTP/1.1 204"), "{}", String::from_utf8_lossy(&heard));
        assert!(asked.elapsed() >= Duration::from_secs(2), "{:?}", asked.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_kept_for_the_next_request() {
    let server = settings().start().await;
    let mut stream = connect(&server, ASK).await;
    let mut heard = [0; 1024];
    assert_ne!(stream.read(&mut heard).await.expect("an answer"), 0);
    // Longer than a first head may take.
    tokio::time::sleep(Duration::from_secs(11)).await;
    stream.write_all(ASK).await.expect("a connection");
    let count = stream.read(&mut heard).await.expect("an answer");
    assert!(heard[..count].starts_with(b"HTTP/1.1 204"), "{:?}", &heard[..count]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_for_nobody_who_does_nothing() {
    let mut server = settings().observing().start().await;
    let _half = connect(&server, HALF_A_HEAD).await;
    let again = [ASK, HALF_A_HEAD].concat();
    let _second_half = connect(&server, &again).await;
    // A body that does not come.
    let post =
        b"POST /video-server/network-speed HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc";
    let _no_body = connect(&server, post).await;
    // Answers that nobody reads: more than the system's buffers hold.
    let deaf = connect(&server, b"").await;
    let flood = b"GET /.well-known/jwks.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100_000);
    let flooding = tokio::spawn(async move {
        let mut deaf = deaf;
        let _ = deaf.write_all(&flood).await;
        deaf
    });
    // And a capture that has not begun.
    let session = server.opens_session().await;
    let mut socket = CaptureSocket::connect(server.origin()).await.expect("a connection");
    let hello = json!({ "type": "hello", "protocol": 1, "sessionId": session, "sdk": "test" });
    socket.says(&hello).await.expect("a connection");
    assert!(
        matches!(socket.hears(STOPPED_WITHIN).await, Ok(Heard::Message(said)) if said["type"] == "ready")
    );

    let asked = Instant::now();
    let ended = server.terminate(STOPPED_WITHIN).await.expect("it ends by itself");
    assert!(ended.success(), "{ended}: {}", server.log());
    assert!(asked.elapsed() >= Duration::from_secs(1), "what is under way has a moment");
    assert!(server.log().contains("what did not end in time was cut off"), "{}", server.log());
    assert!(!server.log().contains("wait for the lease"), "{}", server.log());
    flooding.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_without_anything_under_way_is_at_once() {
    let mut server = settings().start().await;
    let _half = connect(&server, HALF_A_HEAD).await;
    let _silent = connect(&server, b"").await;
    let asked = Instant::now();
    let ended = server.terminate(STOPPED_WITHIN).await.expect("it ends by itself");
    assert!(ended.success(), "{ended}: {}", server.log());
    assert!(asked.elapsed() < Duration::from_secs(6), "{:?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_too_many_is_closed_and_the_others_are_served() {
    let server = settings()
        .with("SELFSAME__SERVER__MAX_SESSIONS", 4)
        .with("SELFSAME__SERVER__MAX_CONNECTIONS", 4)
        .start()
        .await;
    // The connection that the server was found ready with is one of them.
    let mut inside = Vec::new();
    for _ in 0..3 {
        inside.push(connect(&server, b"").await);
    }
    let outside = connect(&server, b"").await;
    let heard = tokio::time::timeout(Duration::from_secs(3), hears(outside)).await.expect("it is closed");
    assert!(heard.is_empty());
    let answer = server.request(Method::GET, "/health/live").send().await.expect("who is inside is served");
    assert_eq!(answer.status().as_u16(), 204);
    let mut one = inside.remove(0);
    one.write_all(ASK_ONCE).await.expect("sent");
    let heard = hears(one).await;
    assert!(heard.starts_with(b"HTTP/1.1 204"), "{}", String::from_utf8_lossy(&heard));
    // Who left made room, once the server has noticed.
    let left = Instant::now();
    loop {
        if is_alive(&server).await {
            break;
        }
        assert!(left.elapsed() < Duration::from_secs(5), "no room comes free");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_room_for_so_many_who_have_not_said_hello() {
    const MOST: usize = 1024;
    const OPEN: &str = "/video-server/engine.io/?EIO=4&transport=polling";
    let server = settings().observing().start().await;
    let session = server.opens_session().await;
    // Who leaves again takes no place.
    for _ in 0..MOST {
        CaptureSocket::connect(server.origin()).await.expect("a connection").close().await;
    }
    let mut inside = CaptureSocket::connect(server.origin()).await.expect("a connection");
    let mut opened = 0;
    let refused = loop {
        let answer = server.request(Method::GET, OPEN).send().await.expect("an answer");
        if answer.status().as_u16() != 200 {
            break answer;
        }
        opened += 1;
        assert!(opened < 2 * MOST, "there is no end to it");
    };
    assert!(opened >= MOST - 1, "{opened}");
    assert_eq!(refused.status().as_u16(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(refused.headers()["access-control-allow-origin"], "*");
    // Nor by WebSocket; who has a place goes on.
    assert!(CaptureSocket::connect(server.origin()).await.is_err());
    let hello = json!({ "type": "hello", "protocol": 1, "sessionId": session, "sdk": "test" });
    inside.says(&hello).await.expect("a connection");
    assert!(
        matches!(inside.hears(HEAD_WITHIN).await, Ok(Heard::Message(said)) if said["type"] == "ready"),
        "{}",
        server.log()
    );
    // The silent are let go, and there is room again.
    let started = Instant::now();
    while CaptureSocket::connect(server.origin()).await.is_err() {
        assert!(started.elapsed() < Duration::from_secs(30), "no room comes free");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
