//! Minutes of sessions that disconnect, stall, send garbage, huge or out-of-order frames, between some that are honest: nothing may
//! leak, nothing may panic, every session has to end, and honest people must be served throughout.
//!
//! `soak [MINUTES] [AT_ONCE]`, by default 30 and 12. Prints one JSON object; ends with 1 when something is wrong. The program
//! comes from `SELFSAME_BIN` or from beside this one. Everything is drawn from one seed.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use selfsame_testkit::capture::SocketError;
use selfsame_testkit::{
    Browser, CaptureOutcome, CaptureSocket, Clip, Heard, TestServer, TestServerSettings, fixture, read_frames,
};
use serde_json::json;
use tokio::task::JoinSet;

/// Growth of resident memory from the warm server to the end that is no leak: allocators keep what they may need again.
const MOST_GROWTH: u64 = 64 << 20;
/// How long a session may take to end by itself: silence, evidence and the sweep for what hangs.
const ENDS_WITHIN: Duration = Duration::from_secs(120);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Manner {
    Honest,
    Leaves,
    Forgets,
    /// Looks into the camera and does nothing of what is asked.
    Ignores,
    Stalls,
    SaysNothing,
    Garbage,
    Huge,
    OutOfOrder,
    StaleEvidence,
    Floods,
    Opens,
}

const MANNERS: [Manner; 12] = [
    Manner::Honest,
    Manner::Leaves,
    Manner::Forgets,
    Manner::Ignores,
    Manner::Stalls,
    Manner::SaysNothing,
    Manner::Garbage,
    Manner::Huge,
    Manner::OutOfOrder,
    Manner::StaleEvidence,
    Manner::Floods,
    Manner::Opens,
];

#[derive(Debug, Default)]
struct Tally {
    done: u64,
    as_expected: u64,
    busy: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u64>().expect("a whole number"));
    let (minutes, at_once) = (numbers.next().unwrap_or(30), numbers.next().unwrap_or(12));
    let mut frames = read_frames(&fixture("frames/single_face"));
    frames.truncate(40);
    let clip = Clip::new(frames, 30.0);
    let server = TestServerSettings::default()
        .observing()
        .with("SELFSAME__LOCKOUT__DEVICE_FAILURES", 0)
        .with("SELFSAME__LOCKOUT__ADDRESS_FAILURES", 0)
        .with("SELFSAME__RETENTION__PURGE_INTERVAL_SECONDS", 5)
        .with("SELFSAME__LIVENESS__SESSION_MINUTES", 1)
        .with("SELFSAME__RETENTION__SESSION_MINUTES", 60)
        .start()
        .await;
    let server = Arc::new(server);
    let mut chance = StdRng::seed_from_u64(1);
    let mut tallies: BTreeMap<Manner, Tally> = BTreeMap::new();
    let mut sessions = Vec::new();
    let mut running = JoinSet::new();
    let mut course = Vec::new();
    let began = Instant::now();
    let length = Duration::from_secs(minutes * 60);
    let mut warm = None;
    let mut next_look = Duration::ZERO;
    while began.elapsed() < length || !running.is_empty() {
        while began.elapsed() < length && running.len() < at_once as usize {
            let manner = MANNERS[chance.random_range(0..MANNERS.len())];
            let seed = chance.random();
            let (server, clip) = (Arc::clone(&server), clip.clone());
            running.spawn(async move { (manner, behave(&server, &clip, manner, seed).await) });
        }
        let Some(done) = running.join_next().await else { break };
        let (manner, (session, outcome)) = done.expect("a session's task");
        sessions.extend(session);
        let tally = tallies.entry(manner).or_default();
        tally.done += 1;
        match outcome {
            Ok(Ending::AsExpected) => tally.as_expected += 1,
            Ok(Ending::Busy) => {
                tally.busy += 1;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Ok(Ending::Other(what)) => eprintln!("{manner:?}: {what}"),
            Err(error) => eprintln!("{manner:?}: {error}"),
        }
        if warm.is_none() && began.elapsed() > length / 5 {
            warm = Some((server.resident_memory(), server.open_files()));
        }
        if began.elapsed() >= next_look {
            course.push(json!([
                began.elapsed().as_secs(),
                server.resident_memory() >> 20,
                server.open_files()
            ]));
            next_look += length / 20;
        }
    }
    let undecided = wait_for_ends(&server, sessions.clone()).await;
    let (warm_memory, warm_files) = warm.unwrap_or((server.resident_memory(), server.open_files()));
    let (memory, files) = (server.resident_memory(), server.open_files());
    let log = server.log();
    let panics = log.matches("panicked").count();
    let unexpected: u64 = tallies.values().map(|tally| tally.done - tally.as_expected - tally.busy).sum();
    let leaks = memory > warm_memory + MOST_GROWTH || files > warm_files + 8;
    let good = panics == 0 && undecided == 0 && unexpected == 0 && !leaks;
    let manners: serde_json::Map<String, serde_json::Value> = tallies
        .iter()
        .map(|(manner, tally)| {
            let tally = json!({ "done": tally.done, "asExpected": tally.as_expected, "busy": tally.busy });
            (format!("{manner:?}"), tally)
        })
        .collect();
    println!(
        "{}",
        json!({
            "good": good,
            "minutes": minutes,
            "sessions": sessions.len(),
            "undecided": undecided,
            "unexpected": unexpected,
            "panics": panics,
            "residentMegabytes": { "warm": warm_memory >> 20, "end": memory >> 20 },
            "openFiles": { "warm": warm_files, "end": files },
            "manners": manners,
            "course": course,
        })
    );
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

enum Ending {
    AsExpected,
    /// Refused with 429 or 503: nobody was slowed down for it.
    Busy,
    Other(String),
}

/// Sessions that have no verdict after all should have ended.
async fn wait_for_ends(server: &TestServer, mut sessions: Vec<String>) -> usize {
    let began = Instant::now();
    loop {
        let mut open = Vec::new();
        for session in sessions {
            // 200 has a verdict, 404 has expired, 204 is undecided.
            if server.result(&session).await.status == 204 {
                open.push(session);
            }
        }
        if open.is_empty() || began.elapsed() > ENDS_WITHIN {
            return open.len();
        }
        sessions = open;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// One session in a manner; its id, unless the server was too busy to open one.
async fn behave(
    server: &TestServer,
    clip: &Clip,
    manner: Manner,
    seed: u64,
) -> (Option<String>, Result<Ending, SocketError>) {
    let wish = json!({ "livenessMode": mode(manner, seed), "securityLevel": "LOW" });
    let opened = server.opens_session_with(wish).await;
    if opened.status == 429 {
        return (None, Ok(Ending::Busy));
    }
    let session = opened.created_id();
    let ending = match manner {
        Manner::Honest => honest(server, clip, &session, Browser::default()).await,
        Manner::Leaves => {
            let frames = 1 + (seed % 12) as u32;
            honest(server, clip, &session, Browser::default().leaving_after(frames)).await
        }
        Manner::Forgets => {
            let browser = Browser { forgets_frames: true, ..Browser::default() };
            honest(server, clip, &session, browser).await
        }
        Manner::Ignores => ignores(server, clip, &session).await,
        Manner::Opens => Ok(Ending::AsExpected),
        _ => hostile(server, &session, manner, seed).await,
    };
    (Some(session), ending)
}

/// The clip is that of a person who holds still; all others may come for any mode.
fn mode(manner: Manner, seed: u64) -> &'static str {
    let challenges = ["LIVENESS_ACTIVE", "LIVENESS_PASSIVE_VIDEO"];
    match manner {
        Manner::Honest | Manner::Forgets => "LIVENESS_PASSIVE",
        Manner::Ignores => challenges[(seed % 2) as usize],
        _ => ["LIVENESS_PASSIVE", challenges[0], challenges[1]][(seed % 3) as usize],
    }
}

async fn honest(
    server: &TestServer,
    clip: &Clip,
    session: &str,
    browser: Browser,
) -> Result<Ending, SocketError> {
    let log = browser.captures(server.origin(), session, clip).await?;
    Ok(match (&log.outcome, browser.forgets_frames) {
        (CaptureOutcome::Refused { code: 503, .. }, _) => Ending::Busy,
        (CaptureOutcome::Result(_) | CaptureOutcome::Left, false)
        | (CaptureOutcome::Refused { code: 1303, .. }, true) => Ending::AsExpected,
        (other, _) => Ending::Other(format!("{other:?}")),
    })
}

/// Does not pass, however that is told.
async fn ignores(server: &TestServer, clip: &Clip, session: &str) -> Result<Ending, SocketError> {
    let log = Browser::default().captures(server.origin(), session, clip).await?;
    Ok(match &log.outcome {
        CaptureOutcome::Refused { code: 503, .. } => Ending::Busy,
        CaptureOutcome::Result(_) | CaptureOutcome::Refused { code: 1300..=1399, .. } => {
            let result = server.result(session).await.json();
            match result["livenessStatus"].as_str() {
                Some("FAILED" | "SPOOF" | "TIMEOUT") => Ending::AsExpected,
                other => Ending::Other(format!("it ended in {other:?}")),
            }
        }
        other => Ending::Other(format!("{other:?}")),
    })
}

/// Whatever it does: it is told an error or left alone, and the connection ends.
async fn hostile(
    server: &TestServer,
    session: &str,
    manner: Manner,
    seed: u64,
) -> Result<Ending, SocketError> {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut socket = CaptureSocket::connect(server.origin()).await?;
    if manner == Manner::SaysNothing {
        return ended(&mut socket).await;
    }
    let hello = json!({ "type": "hello", "protocol": 1, "sessionId": session, "sdk": "soak" });
    socket.says(&hello).await?;
    match socket.hears(Duration::from_secs(30)).await? {
        Heard::Message(message) if message["code"] == 503 => return Ok(Ending::Busy),
        Heard::Message(message) if message["type"] == "ready" => {}
        other => return Ok(Ending::Other(format!("instead of ready: {other:?}"))),
    }
    socket.says(&json!({ "type": "start", "camera": {}, "environment": {} })).await?;
    match manner {
        // A server that has had enough closes while this side still speaks.
        Manner::Garbage => {
            for _ in 0..5 {
                let length = chance.random_range(0..2_000);
                let noise: Vec<u8> = (0..length).map(|_| chance.random()).collect();
                if socket.sends(noise).await.is_err() {
                    break;
                }
            }
        }
        Manner::Huge => {
            let size = chance.random_range(65 << 10..1 << 20);
            let _ = socket.sends(frame(1, &vec![0xff; size])).await;
        }
        Manner::OutOfOrder => {
            for seq in [5, 3, 3, 9] {
                if socket.sends(frame(seq, b"\xff\xd8\xff\xe0 no picture")).await.is_err() {
                    break;
                }
            }
        }
        Manner::StaleEvidence => {
            let mut chunk = vec![2];
            for number in [7_u32, 0, 1_000_000] {
                chunk.extend(number.to_be_bytes());
            }
            chunk.extend([0; 1_000]);
            let _ = socket.sends(chunk).await;
        }
        Manner::Floods => {
            for seq in 1..300 {
                if socket.sends(frame(seq, &vec![0; 60_000])).await.is_err() {
                    break;
                }
            }
        }
        // Falls silent; the server gives it up by itself.
        _ => {}
    }
    ended(&mut socket).await
}

fn frame(seq: u32, picture: &[u8]) -> Vec<u8> {
    let mut message = vec![1];
    message.extend(seq.to_be_bytes());
    message.extend((f64::from(seq) * 125.0).to_be_bytes());
    message.extend(1280_u16.to_be_bytes());
    message.extend(720_u16.to_be_bytes());
    message.extend(picture);
    message
}

/// Listens until the server has ended it.
async fn ended(socket: &mut CaptureSocket) -> Result<Ending, SocketError> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(90) {
        match socket.hears(Duration::from_secs(90)).await {
            // Reset while this side was still sending: an end as well.
            Ok(Heard::Closed) | Err(SocketError::Broken(_)) => return Ok(Ending::AsExpected),
            Ok(Heard::Message(message)) if message["type"] == "error" => return Ok(Ending::AsExpected),
            Ok(Heard::Message(message)) if message["type"] == "result" => {
                return Ok(Ending::Other("it was given a result".to_owned()));
            }
            Ok(Heard::Message(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Ending::Other("the server went on".to_owned()))
}
