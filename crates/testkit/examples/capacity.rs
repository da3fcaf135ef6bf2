//! How many captures at 6 frames a second the server holds: a server of its own for each number, in each of two manners.
//!
//! `capacity tracking|whole [SECONDS] [NUMBER…]`, by default 20 and 10 to 60. Prints one JSON object a line. `tracking`: people who never come close
//! enough, so that frames flow all the time; this is what the figure "captures per core" means. `whole`: captures from the first frame to the
//! verdict, one after another, with the evidence that makes them dearer; the clients encode that evidence, and where they have fewer
//! cores than it takes, it is they that are measured. The program comes from `SELFSAME_BIN`; hold it to one
//! core with bench/load.sh.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use selfsame_testkit::{Browser, CaptureOutcome, Clip, TestServer, TestServerSettings, fixture, read_frames};
use selfsame_vision::Picture;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const FRAMES_PER_SECOND: f64 = 6.0;
/// Not measured: everybody arrives within half of it.
const WARM_UP: Duration = Duration::from_secs(8);

// More threads than cores: a client that encodes evidence must not hold up the clock of the others.
#[tokio::main(worker_threads = 8)]
async fn main() {
    let manner = std::env::args().nth(1).unwrap_or_else(|| "tracking".to_owned());
    let mut numbers = std::env::args().skip(2).map(|text| text.parse::<u32>().expect("a whole number"));
    let seconds = numbers.next().unwrap_or(20);
    let mut counts: Vec<u32> = numbers.collect();
    if counts.is_empty() {
        counts = vec![10, 20, 25, 30, 40, 50, 60];
    }
    let frames = read_frames(&fixture("frames/single_face"));
    let clip = match manner.as_str() {
        "tracking" => Clip::new(frames.iter().map(far_away).collect(), 30.0),
        "whole" => Clip::new(frames, 30.0),
        other => panic!("{other}: the manner is `tracking` or `whole`"),
    };
    for count in counts {
        println!("{}", measure(&clip, count, Duration::from_secs(u64::from(seconds)), &manner).await);
    }
}

/// The same picture small in the middle of a grey one: a face that is seen and is too far away.
fn far_away(picture: &Picture) -> Picture {
    let (width, height) = (picture.width(), picture.height());
    let small = picture.resized(width / 6, height / 6);
    let mut rgb = vec![128; (width * height * 3) as usize];
    let (left, top) = ((width - small.width()) / 2, (height - small.height()) / 2);
    for row in 0..small.height() {
        let from = (row * small.width() * 3) as usize;
        let to = (((top + row) * width + left) * 3) as usize;
        let bytes = (small.width() * 3) as usize;
        rgb[to..to + bytes].copy_from_slice(&small.rgb()[from..from + bytes]);
    }
    Picture::from_rgb(width, height, rgb).expect("a picture of the same size")
}

#[derive(Default)]
struct Counts {
    opened: AtomicU64,
    refused_at_init: AtomicU64,
    refused_at_socket: AtomicU64,
    finished: AtomicU64,
    broken: AtomicU64,
}

async fn measure(clip: &Clip, count: u32, length: Duration, manner: &str) -> Value {
    let server = TestServerSettings::default()
        .observing()
        .with("SELFSAME__SERVER__MAX_SESSIONS", 1000)
        .with("SELFSAME__LOCKOUT__DEVICE_FAILURES", 0)
        .start()
        .await;
    let server = Arc::new(server);
    let counts = Arc::new(Counts::default());
    let idle = server.resident_memory();
    let began = Instant::now();
    let from = began + WARM_UP;
    let until = from + length;
    let mut people = JoinSet::new();
    for person in 0..count {
        let (server, counts, clip) = (Arc::clone(&server), Arc::clone(&counts), clip.clone());
        let arrives = WARM_UP.mul_f64(f64::from(person) / f64::from(count) / 2.0);
        people.spawn(async move {
            tokio::time::sleep(arrives).await;
            let mut latencies = Vec::new();
            while Instant::now() < until {
                latencies.extend(one(&server, &counts, &clip, until).await);
            }
            latencies
        });
    }
    tokio::time::sleep(WARM_UP + length / 2).await;
    let busy = server.resident_memory();
    let mut answered: Vec<f64> = Vec::new();
    while let Some(latencies) = people.join_next().await {
        let latencies: Vec<(Instant, Duration)> = latencies.expect("a person's task");
        let within = latencies.iter().filter(|(at, _)| (from..until).contains(at));
        answered.extend(within.map(|(_, latency)| latency.as_secs_f64() * 1e3));
    }
    answered.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let last = answered.len().checked_sub(1)?;
        Some((answered[(share * last as f64).round() as usize] * 10.0).round() / 10.0)
    };
    let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let per_second = answered.len() as f64 / length.as_secs_f64();
    json!({
        "manner": manner,
        "people": count,
        "framesAnsweredPerSecond": (per_second * 10.0).round() / 10.0,
        "capturesAtFullRate": (per_second / FRAMES_PER_SECOND * 10.0).round() / 10.0,
        "latencyMs": { "p50": at(0.5), "p95": at(0.95), "p99": at(0.99) },
        "opened": number(&counts.opened),
        "refused429": number(&counts.refused_at_init),
        "refused503": number(&counts.refused_at_socket),
        "finished": number(&counts.finished),
        "broken": number(&counts.broken),
        "megabytesPerPerson": ((busy.saturating_sub(idle)) as f64 / f64::from(1 << 20) / f64::from(count) * 100.0).round() / 100.0,
    })
}

/// One try of one person: what was answered, and when.
async fn one(server: &TestServer, counts: &Counts, clip: &Clip, until: Instant) -> Vec<(Instant, Duration)> {
    let add = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
    let wish = json!({ "livenessMode": "LIVENESS_PASSIVE", "securityLevel": "HIGH" });
    let opened = server.opens_session_with(wish).await;
    if opened.status == 429 {
        add(&counts.refused_at_init);
        // What Retry-After asks for, at least.
        tokio::time::sleep(Duration::from_secs(3)).await;
        return Vec::new();
    }
    add(&counts.opened);
    let frames = (until.saturating_duration_since(Instant::now()).as_secs_f64() * FRAMES_PER_SECOND).ceil();
    let browser = Browser {
        frames_per_second: FRAMES_PER_SECOND,
        leaves_after: Some((frames as u32).max(1)),
        ..Browser::default()
    };
    match browser.captures(server.origin(), &opened.created_id(), clip).await {
        Err(error) => {
            add(&counts.broken);
            eprintln!("broken: {error}");
            Vec::new()
        }
        Ok(log) => {
            match &log.outcome {
                CaptureOutcome::Refused { code: 503, .. } => {
                    add(&counts.refused_at_socket);
                    tokio::time::sleep(Duration::from_secs(3)).await;
                }
                CaptureOutcome::Result(_) | CaptureOutcome::Left => {
                    add(&counts.finished);
                }
                // A time-out is an end as well: somebody who never comes close.
                CaptureOutcome::Refused { code: 1300..=1399, .. } => {
                    add(&counts.finished);
                }
                other => {
                    add(&counts.broken);
                    eprintln!("broken: {other:?}");
                }
            }
            log.latencies
        }
    }
}
