//! What is SQLite's own: its files, and what may be read in them.

#![expect(clippy::unwrap_used, reason = "in a test, panicking is how to fail")]

use std::path::Path;
use std::time::Duration;

use sea_orm::{ConnectionTrait as _, Database, TransactionTrait as _};
use selfsame_domain::{
    BioSession, Clock, LivenessMode, NewBioSession, OsEntropy, SecurityLevel, SessionId, SystemClock, Tenant,
    TenantId,
};
use selfsame_store::{Store, StoreSettings};

const MARKER: &[u8] = b"WRAPPED-KEY-OF-SOMEBODY";

fn settings(folder: &Path) -> StoreSettings {
    StoreSettings { url: format!("sqlite://{}", folder.join("test.sqlite3").display()) }
}

async fn session_with_marker(store: &Store) -> BioSession {
    let now = SystemClock.now();
    let tenant = Tenant { id: TenantId::random(&OsEntropy), name: "a".to_owned(), created_at: now };
    let request = NewBioSession {
        mode: LivenessMode::Passive,
        security_level: SecurityLevel::High,
        challenges: 0,
        correlation_id: None,
        evidence_id: None,
        callback: None,
        image_storage: true,
    };
    let session =
        BioSession::open(SessionId::random(&OsEntropy), tenant.id, request, now, Duration::from_secs(60));
    let mut repository = store.begin().await.unwrap();
    repository.tenants().add(&tenant).await.unwrap();
    repository.sessions().add(&session, MARKER).await.unwrap();
    repository.save().await.unwrap();
    session
}

/// Names of the files of the folder that hold the marker.
fn files_with_marker(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if std::fs::read(&path).unwrap().windows(MARKER.len()).any(|window| window == MARKER) {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found
}

#[tokio::test]
async fn a_key_that_was_erased_is_in_no_file_any_more() {
    for forget_only in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&settings(folder.path())).await.unwrap();
        let session = session_with_marker(&store).await;
        assert_ne!(files_with_marker(folder.path()), [""; 0], "else this shows nothing");
        let mut repository = store.begin().await.unwrap();
        let mut sessions = repository.sessions();
        assert!(if forget_only {
            sessions.forget_key(session.tenant_id, session.id).await.unwrap()
        } else {
            sessions.delete(session.tenant_id, session.id, SystemClock.now()).await.unwrap()
        });
        repository.save().await.unwrap();
        assert_eq!(files_with_marker(folder.path()), [""; 0]);
    }
}

#[tokio::test]
async fn who_reads_meanwhile_neither_stops_an_erasure_nor_keeps_the_key_for_long() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(folder.path())).await.unwrap();
    let session = session_with_marker(&store).await;
    let reader = Database::connect(settings(folder.path()).url).await.unwrap();
    let reading = reader.begin().await.unwrap();
    reading.execute_unprepared("SELECT count(*) FROM bio_sessions").await.unwrap();

    let erasure = async {
        let mut repository = store.begin().await.unwrap();
        assert!(
            repository.sessions().delete(session.tenant_id, session.id, SystemClock.now()).await.unwrap()
        );
        repository.save().await.unwrap();
    };
    tokio::time::timeout(Duration::from_secs(5), erasure).await.expect("waits for nobody");
    reading.rollback().await.unwrap();
    reader.close().await.unwrap();
    drop(store);

    // Kept open: whoever closes the file last deletes its log, which may be while it is being looked through.
    let _reopened = Store::open(&settings(folder.path())).await.unwrap();
    assert_eq!(files_with_marker(folder.path()), [""; 0]);
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_their_owners() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&settings(folder.path())).await.unwrap();
    session_with_marker(&store).await;
    let files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 2, "the database and its log: {files:?}");
    for file in files {
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[tokio::test]
async fn another_kind_of_database_is_refused_by_name() {
    let error = Store::open(&StoreSettings { url: "mysql://x".to_owned() }).await.unwrap_err();
    assert!(error.to_string().contains("sqlite:"));
}

#[tokio::test]
async fn a_database_that_is_none_or_cannot_be_made_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("test.sqlite3"), "no database, whatever its name says".repeat(99))
        .unwrap();
    let file = folder.path().join("test.sqlite3").display().to_string();
    let error = Store::open(&settings(folder.path())).await.unwrap_err().to_string();
    assert!(error.contains(&file) && error.contains("not a database"), "{error}");
    let missing = folder.path().join("missing");
    let error = Store::open(&settings(&missing)).await.unwrap_err().to_string();
    assert!(error.contains(&format!("there is no folder {}", missing.display())), "{error}");
}
