//! The use cases on a SQLite database and a folder of their own, and a clock that is moved by hand.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use selfsame_blobs::{Blobs, MasterKeys};
use selfsame_domain::{Clock, OsEntropy, SecretString, Timestamp};
use selfsame_store::{Store, StoreSettings};
use selfsame_testkit::repository;
use selfsame_verification::tenants::Bootstrap;
use selfsame_verification::{Parts, Settings, Verification};
use selfsame_vision::{Vision, VisionSettings};

/// Stands still until it is moved.
#[derive(Debug, Default)]
pub(crate) struct Held(AtomicI64);

impl Held {
    pub(crate) fn pass(&self, time: Duration) {
        self.0.fetch_add(i64::try_from(time.as_millis()).expect("less than an age"), Ordering::SeqCst);
    }
}

impl Clock for Held {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + self.0.load(Ordering::SeqCst))
    }
}

pub(crate) async fn store(folder: &Path) -> Store {
    let url = format!("sqlite://{}", folder.join("test.sqlite3").display());
    Store::open(&StoreSettings { url }).await.expect("the database")
}

/// With a tenant whose API key is `key`.
pub(crate) async fn app(folder: &Path, clock: Arc<dyn Clock>, settings: Settings) -> Verification {
    app_on(store(folder).await, folder, clock, settings).await
}

/// As [`app`], on a database that others may use too.
pub(crate) async fn app_on(
    store: Store,
    folder: &Path,
    clock: Arc<dyn Clock>,
    settings: Settings,
) -> Verification {
    let models = VisionSettings {
        weights_dir: repository().join("models"),
        sessions: Some(1),
        ..VisionSettings::default()
    };
    let parts = Parts {
        store,
        blobs: Blobs::local(&folder.join("objects")).expect("a new folder"),
        master: MasterKeys::load_or_create(&folder.join("keys"), &OsEntropy).expect("a new folder"),
        vision: Arc::new(Vision::load(&models).expect("the networks; run `make models`")),
        clock,
        entropy: Arc::new(OsEntropy),
        cores: 1,
    };
    let app = Verification::new(parts, settings);
    let key = Some(SecretString::new("key"));
    app.bootstrap(Bootstrap { api_key: key, ..Bootstrap::default() }).await.expect("the database");
    app
}

/// Files of the object store.
pub(crate) fn objects(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.join("objects")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}
