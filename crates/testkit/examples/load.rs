//! Many captures at once against a server of its own: how long they take, and what memory stays behind.
//!
//! `load [SESSIONS] [AT_ONCE]`, by default 1000 and 12. Prints one JSON object. The program comes from `SELFSAME_BIN` or from
//! beside this one.

use std::time::{Duration, Instant};

use selfsame_testkit::{Browser, CaptureOutcome, Clip, TestServer, TestServerSettings, fixture};
use serde_json::json;
use tokio::task::JoinSet;

#[tokio::main]
async fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u32>().expect("a whole number"));
    let (sessions, at_once) = (numbers.next().unwrap_or(1_000), numbers.next().unwrap_or(12));
    let clip = Clip::from_folder(&fixture("frames/single_face"), 30.0);
    let server = TestServerSettings::default().observing().start().await;
    // What the first capture needs for good (lanes, caches) is no growth.
    let idle = server.resident_memory();
    let mut results = Tally::default();
    let mut memory = vec![(0, idle)];
    let started = Instant::now();
    let mut running = JoinSet::new();
    let mut opened = 0;
    while opened < sessions || !running.is_empty() {
        while opened < sessions && running.len() < at_once as usize {
            let session = opened_session(&server).await;
            let (origin, clip) = (server.origin().to_owned(), clip.clone());
            running.spawn(async move { Browser::default().captures(&origin, &session, &clip).await });
            opened += 1;
        }
        let Some(done) = running.join_next().await else { break };
        results.add(done.expect("a capture's task"));
        if results.done % (sessions / 10).max(1) == 0 {
            memory.push((results.done, server.resident_memory()));
            eprintln!("{} captures, {} MB resident", results.done, server.resident_memory() >> 20);
        }
    }
    let took = started.elapsed();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let megabytes = |bytes: u64| (bytes as f64 / f64::from(1 << 20) * 10.0).round() / 10.0;
    println!(
        "{}",
        json!({
            "sessions": sessions,
            "atOnce": at_once,
            "withResult": results.with_result,
            "refused": results.refused,
            "seconds": took.as_secs_f64().round(),
            "captureSeconds": { "p50": results.percentile(0.5), "p95": results.percentile(0.95) },
            "residentMegabytes": {
                "idle": megabytes(idle),
                "after": megabytes(server.resident_memory()),
                "most": megabytes(memory.iter().map(|(_, bytes)| *bytes).max().unwrap_or(idle)),
                "course": memory.iter().map(|(done, bytes)| json!([done, megabytes(*bytes)])).collect::<Vec<_>>(),
            },
        })
    );
}

/// A session, asked for again for as long as the server says that it has no room for another capture.
async fn opened_session(server: &TestServer) -> String {
    loop {
        let body = json!({ "livenessMode": "LIVENESS_PASSIVE", "securityLevel": "HIGH" });
        let answer = server.opens_session_with(body).await;
        if answer.status != 429 {
            return answer.created_id();
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[derive(Default)]
struct Tally {
    done: u32,
    with_result: u32,
    refused: u32,
    seconds: Vec<f64>,
}

impl Tally {
    fn add(&mut self, done: Result<selfsame_testkit::CaptureLog, selfsame_testkit::capture::SocketError>) {
        self.done += 1;
        match done {
            Ok(log) if matches!(log.outcome, CaptureOutcome::Result(_)) => {
                self.with_result += 1;
                self.seconds.push(log.took.as_secs_f64());
            }
            Ok(log) => {
                self.refused += 1;
                eprintln!("no result: {:?}", log.outcome);
            }
            Err(error) => {
                self.refused += 1;
                eprintln!("no result: {error}");
            }
        }
    }

    fn percentile(&mut self, share: f64) -> Option<f64> {
        self.seconds.sort_by(f64::total_cmp);
        let last = self.seconds.len().checked_sub(1)?;
        Some((self.seconds[(share * last as f64).round() as usize] * 100.0).round() / 100.0)
    }
}
