//! Two server processes on one PostgreSQL and one S3 bucket: each answers for all, and takes over from the other when it dies.

use std::time::{Duration, Instant};

use reqwest::Method;
use selfsame_testkit::{Browser, CaptureOutcome, Clip, TestServer, TestServerSettings, fixture};
use selfsame_testkit_postgres::TestDatabase;
use serde_json::Value;

#[path = "../../blobs/tests/local_s3/mod.rs"]
mod local_s3;

const BUCKET: &str = "selfsame-test";
/// 32 bytes in base64, common to both.
const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// The lease of a process, a round of looking, and a busy machine.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(60);

fn settings(database: &TestDatabase, bucket: &std::net::SocketAddr) -> TestServerSettings {
    TestServerSettings::default()
        .binary(env!("CARGO_BIN_EXE_selfsame"))
        .observing()
        .with("SELFSAME__DEVELOPMENT", true)
        .with("SELFSAME__DATABASE__URL", database.url())
        .with("SELFSAME__SECURITY__MASTER_KEY", MASTER_KEY)
        .with("SELFSAME__BLOBS__STORE", "s3")
        .with("SELFSAME__BLOBS__BUCKET", BUCKET)
        .with("SELFSAME__BLOBS__ENDPOINT", format!("http://{bucket}"))
        .with("SELFSAME__BLOBS__ACCESS_KEY_ID", local_s3::ACCESS_KEY_ID)
        .with("SELFSAME__BLOBS__SECRET_ACCESS_KEY", local_s3::SECRET_ACCESS_KEY)
}

fn person() -> Clip {
    Clip::from_folder(&fixture("frames/single_face"), 30.0)
}

/// The stored result, as soon as there is one.
async fn result(server: &TestServer, session: &str) -> Value {
    let started = Instant::now();
    loop {
        let answer = server.result(session).await;
        if answer.status == 200 {
            return answer.json();
        }
        assert_eq!(answer.status, 204, "{}", String::from_utf8_lossy(&answer.body));
        assert!(
            started.elapsed() < TAKEN_OVER_WITHIN,
            "nobody decided it; the server said:\n{}",
            server.log()
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_answer_for_each_other_and_take_over_from_one_that_dies() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join(BUCKET)).expect("a folder for the bucket");
    let bucket = local_s3::serve(folder.path(), ([127, 0, 0, 1], 0).into()).await;
    let database = TestDatabase::new();
    let mut one = settings(&database, &bucket).start().await;
    let two = settings(&database, &bucket).start().await;

    // Opened at one, captured at the other, read at both, picture included.
    let session = one.opens_session().await;
    assert_eq!(two.result(&session).await.status, 204);
    let log = Browser::default().captures(two.origin(), &session, &person()).await.expect("a connection");
    assert!(matches!(log.outcome, CaptureOutcome::Result(Some(_))), "{:?}\n{}", log.outcome, two.log());
    let decided = result(&one, &session).await;
    assert_eq!(decided["livenessStatus"], "SUCCESS", "{decided:#}");
    let best = decided["bestImageId"].as_str().expect("a best image");
    let pictures = [one.face_image(&session, best).await, two.face_image(&session, best).await];
    assert!(pictures.iter().all(|picture| picture.status == 200), "{:?}", pictures.map(|it| it.status));
    assert_eq!(pictures[0].body, pictures[1].body);
    assert!(!one.data().join("objects").exists(), "nothing is kept beside the bucket");

    // One is killed in the middle of a capture, and started again while the other has one of its own.
    let cut_off = two.opens_session().await;
    let (told, mut answered) = tokio::sync::mpsc::unbounded_channel();
    let capture = {
        let (origin, session) = (one.origin().to_owned(), cut_off.clone());
        let browser = Browser { answered: Some(told), ..Browser::default() };
        tokio::spawn(async move { browser.captures(&origin, &session, &person()).await })
    };
    while answered.recv().await.expect("the capture goes on") < 3 {}
    one.kill();
    if let Ok(log) = capture.await.expect("the browser's task") {
        assert_eq!(log.outcome, CaptureOutcome::Closed);
    }
    let untouched = two.opens_session().await;
    let (told, mut answered) = tokio::sync::mpsc::unbounded_channel();
    let capture = {
        let (origin, session) = (two.origin().to_owned(), untouched.clone());
        let browser = Browser { answered: Some(told), ..Browser::default() };
        tokio::spawn(async move { browser.captures(&origin, &session, &person()).await })
    };
    while answered.recv().await.expect("the capture goes on") < 3 {}
    one.restart().await;
    let log = capture.await.expect("the browser's task").expect("a connection");
    assert!(matches!(log.outcome, CaptureOutcome::Result(Some(_))), "{:?}\n{}", log.outcome, two.log());

    let ended = result(&one, &cut_off).await;
    assert_eq!(ended["livenessStatus"], "ERROR", "{ended:#}");
    assert_eq!(result(&two, &session).await, decided, "the earlier result is intact");
    for server in [&one, &two] {
        assert!(!server.log().contains(TestDatabase::password()) && !server.log().contains("pass%2Fword"));
        assert!(!server.log().contains(local_s3::SECRET_ACCESS_KEY));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_with_another_master_key_does_not_start() {
    let database = TestDatabase::new();
    let settings = TestServerSettings::default()
        .binary(env!("CARGO_BIN_EXE_selfsame"))
        .with("SELFSAME__DATABASE__URL", database.url())
        .with("SELFSAME__SECURITY__MASTER_KEY", MASTER_KEY);
    let _one = settings.start().await;
    let data = tempfile::tempdir().expect("a temporary folder");
    let stranger = std::process::Command::new(env!("CARGO_BIN_EXE_selfsame"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data.path())
        .env("SELFSAME__MODELS__DIR", selfsame_testkit::repository().join("models"))
        .env("SELFSAME__DATABASE__URL", database.url())
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&stranger.stderr);
    assert!(!stranger.status.success() && said.contains("master key"), "{said}");
    assert!(!said.contains(TestDatabase::password()), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_database_a_process_is_not_ready() {
    let database = TestDatabase::new();
    let server = TestServerSettings::default()
        .binary(env!("CARGO_BIN_EXE_selfsame"))
        .with("SELFSAME__DATABASE__URL", database.url())
        .with("SELFSAME__SECURITY__MASTER_KEY", MASTER_KEY)
        .start()
        .await;
    let asked = async |path| server.answers(server.request(Method::GET, path)).await.status;
    let began = Instant::now();
    while asked("/health/ready").await != 204 {
        assert!(began.elapsed() < Duration::from_secs(30), "{}", server.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    database.remove();
    assert_eq!(asked("/health/ready").await, 503);
    assert_eq!(asked("/health/live").await, 204);
}
