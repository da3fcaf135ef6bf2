//! Servers that are killed at random moments under load: what was accepted is decided once, and told at least once.
//!
//! A few kills on each database whenever the tests run; as many as one likes with
//! `SELFSAME_KILLS=200 cargo test --workspace --test netverify -- --ignored --nocapture crashes`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use selfsame_testkit::receiver::{CallbackReceiver, Reply};
use selfsame_testkit_postgres::TestDatabase;

use super::*;

#[path = "../../../blobs/tests/local_s3/mod.rs"]
mod local_s3;

const BUCKET: &str = "selfsame-test";
/// 32 bytes in base64, common to all processes.
const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// Messages name where their pictures are; the port of these servers changes with each start.
const PUBLIC_URL: (&str, &str) = ("SELFSAME__NETVERIFY__PUBLIC_URL", "https://id.example.com");
/// How many send at once, and how much may be unheard of before they wait.
const SENDERS: u64 = 3;
const MOST_UNTOLD: usize = 80;
/// Leases of whoever was killed last have to run out, the callbacks' after a minute.
const TOLD_WITHIN: Duration = Duration::from_secs(240);

/// Where the servers are at present, what they accepted, and whether more is to be sent.
#[derive(Default)]
struct Load {
    origins: RwLock<Vec<String>>,
    accepted: Mutex<BTreeSet<String>>,
    over: std::sync::atomic::AtomicBool,
}

impl Load {
    fn accepted(&self) -> BTreeSet<String> {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn moves(&self, server: usize, origin: &str) {
        self.origins.write().unwrap_or_else(PoisonError::into_inner)[server] = origin.to_owned();
    }

    fn is_over(&self) -> bool {
        self.over.load(std::sync::atomic::Ordering::Acquire)
    }
}

/// The scans that the callbacks so far are about; what tells of each: its id for receivers, and the body.
fn told(receiver: &CallbackReceiver) -> BTreeMap<String, BTreeSet<(String, String)>> {
    let mut told: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
    for one in receiver.received() {
        let body: BTreeMap<String, String> = url::form_urlencoded::parse(&one.body).into_owned().collect();
        let reference = body["jumioIdScanReference"].clone();
        let news = (one.header("webhook-id").to_owned(), String::from_utf8_lossy(&one.body).into_owned());
        told.entry(reference).or_default().insert(news);
    }
    told
}

/// Sends until it is over. A request that breaks off or is refused was not accepted, and nothing is expected of it.
async fn sends(load: Arc<Load>, receiver: Arc<CallbackReceiver>, bodies: Arc<[Value]>, mut random: StdRng) {
    let client = reqwest::Client::new();
    while !load.is_over() {
        tokio::time::sleep(Duration::from_millis(random.random_range(5..120))).await;
        if load.accepted().len().saturating_sub(told(&receiver).len()) > MOST_UNTOLD {
            continue;
        }
        let origin = {
            let origins = load.origins.read().unwrap_or_else(PoisonError::into_inner);
            origins[random.random_range(0..origins.len())].clone()
        };
        // Nearly all are quick to judge, so that there are many.
        let body = if random.random_range(0..12) == 0 { &bodies[1] } else { &bodies[0] };
        let sent = client
            .post(format!("{origin}{BASE}/performNetverify"))
            .basic_auth(API_TOKEN, Some(API_SECRET))
            .header("user-agent", AGENT)
            .header("accept", "application/json")
            .json(body)
            .send();
        let Ok(answer) = sent.await else { continue };
        if answer.status() != 200 {
            continue;
        }
        let Ok(answer) = answer.json::<Value>().await else { continue };
        let reference = answer["jumioIdScanReference"].as_str().expect("a reference").to_owned();
        assert!(load.accepted.lock().unwrap_or_else(PoisonError::into_inner).insert(reference), "a new one");
    }
}

/// Kills one of the servers after another, then waits until all that was accepted was told.
async fn survives(kills: u64, seed: u64, mut servers: Vec<TestServer>) {
    let receiver = Arc::new(CallbackReceiver::start([Reply::status(200)]).await);
    let (page, _) = passport(&portrait());
    let bodies: Arc<[Value]> = [blank(), page]
        .map(|picture| {
            let mut body = body(&picture);
            body["callbackUrl"] = receiver.url("/told").into();
            body
        })
        .into();
    let load = Arc::new(Load::default());
    *load.origins.write().expect("nobody else yet") =
        servers.iter().map(|server| server.origin().to_owned()).collect();
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let random = StdRng::seed_from_u64(seed * 100 + sender);
            tokio::spawn(sends(Arc::clone(&load), Arc::clone(&receiver), Arc::clone(&bodies), random))
        })
        .collect();
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(random.random_range(0..1_500))).await;
        let at = random.random_range(0..servers.len());
        servers[at].restart().await;
        load.moves(at, servers[at].origin());
    }
    load.over.store(true, std::sync::atomic::Ordering::Release);
    for sender in senders {
        sender.await.expect("a sender");
    }

    let accepted = load.accepted();
    assert!(accepted.len() as u64 >= kills / 2, "{} accepted: that is no load", accepted.len());
    let began = Instant::now();
    let all = loop {
        let all = told(&receiver);
        if accepted.iter().all(|reference| all.contains_key(reference)) {
            break all;
        }
        let missing = accepted.iter().filter(|reference| !all.contains_key(*reference)).count();
        assert!(
            began.elapsed() < TOLD_WITHIN,
            "{missing} of {} were never told of; the server said:\n{}",
            accepted.len(),
            servers[0].log()
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    for reference in &accepted {
        // However often it is told, it is one thing that is told, and what is read agrees with it.
        let news = &all[reference];
        assert_eq!(news.len(), 1, "{reference} has several messages: {news:#?}");
        let answer = get(&servers[0], &format!("/scans/{reference}/data/document")).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let status = answer.json()["status"].as_str().expect("a status").to_owned();
        let (_, body) = news.first().expect("one");
        assert!(body.contains(&format!("verificationStatus={status}")), "{reference}: {status}");
        *words.entry(status).or_default() += 1;
    }
    let came = receiver.received().len();
    eprintln!("{kills} kills, {} accepted, {came} callbacks: {words:?}", accepted.len());
    assert!(words.len() > 1 || kills < 50, "passports are judged otherwise than blank pictures: {words:?}");
}

/// As many as the environment names.
fn many() -> u64 {
    std::env::var("SELFSAME_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(200)
}

async fn one_on_sqlite(kills: u64) {
    survives(kills, 1, vec![settings().with(PUBLIC_URL.0, PUBLIC_URL.1).start().await]).await;
}

/// Two processes with one PostgreSQL and one bucket.
async fn two_on_postgres(kills: u64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join(BUCKET)).expect("a folder for the bucket");
    let bucket = local_s3::serve(folder.path(), ([127, 0, 0, 1], 0).into()).await;
    let database = TestDatabase::new();
    let settings = || {
        settings()
            .with(PUBLIC_URL.0, PUBLIC_URL.1)
            .with("SELFSAME__DATABASE__URL", database.url())
            .with("SELFSAME__SECURITY__MASTER_KEY", MASTER_KEY)
            .with("SELFSAME__BLOBS__STORE", "s3")
            .with("SELFSAME__BLOBS__BUCKET", BUCKET)
            .with("SELFSAME__BLOBS__ENDPOINT", format!("http://{bucket}"))
            .with("SELFSAME__BLOBS__ACCESS_KEY_ID", local_s3::ACCESS_KEY_ID)
            .with("SELFSAME__BLOBS__SECRET_ACCESS_KEY", local_s3::SECRET_ACCESS_KEY)
    };
    survives(kills, 2, vec![settings().start().await, settings().start().await]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_what_was_accepted_is_decided_and_told_whenever_the_server_is_killed() {
    one_on_sqlite(6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_two_servers_that_are_killed_decide_and_tell_once() {
    two_on_postgres(6).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn on_sqlite_many_kills() {
    one_on_sqlite(many()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn on_postgres_many_kills() {
    two_on_postgres(many()).await;
}
