//! Writes a long audit trail, for `bench/audit.sh`: `cargo run --release -p selfsame-verification --example audit -- FOLDER COUNT`.
//!
//! FOLDER is a data folder, as a server has it; one tenant gets COUNT entries under the folder's own keys.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use aws_lc_rs::hmac;
use selfsame_blobs::{BlobKey, MasterKeys};
use selfsame_domain::audit::chain::ChainKey;
use selfsame_domain::audit::{Action, Digest, Event, Origin};
use selfsame_domain::{Clock as _, CredentialId, OsEntropy, SessionId, SystemClock};
use selfsame_store::{Store, StoreSettings};
use selfsame_verification::tenants::Tenants;

/// Entries of one transaction: each by itself would be brought to disk by itself.
const BATCH: u64 = 5_000;

struct Key(hmac::Key);

impl ChainKey for Key {
    fn tag(&self, message: &[u8]) -> Digest {
        let mut digest = Digest::default();
        digest.copy_from_slice(hmac::sign(&self.0, message).as_ref());
        digest
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = PathBuf::from(args.next().ok_or("which folder?")?);
    let count: u64 = args.next().ok_or("how many entries?")?.parse()?;
    std::fs::create_dir_all(&folder)?;
    let master = MasterKeys::load_or_create(&folder.join("keys"), &OsEntropy)?;
    let url = format!("sqlite://{}", folder.join("selfsame.sqlite3").display());
    let store = Store::open(&StoreSettings { url }).await?;
    let desk = Tenants::new(store.clone(), master.clone(), Arc::new(SystemClock), Arc::new(OsEntropy));
    let tenant = desk.add("bench").await?;

    let mut repository = store.begin().await?;
    let sealed = repository.server_keys().get("audit").await?.ok_or("the key of the trail is not there")?;
    drop(repository);
    let key = master.open(&BlobKey::server("audit"), &sealed)?;
    let key = Key(hmac::Key::new(hmac::HMAC_SHA256, &key));
    let by = Origin::credential(CredentialId::random(&OsEntropy), Some("2001:db8::7".parse()?));
    let mut left = count;
    while left > 0 {
        let batch = left.min(BATCH);
        let mut repository = store.begin().await?;
        for _ in 0..batch {
            let read = Event::new(by, Action::BiometricRead).about(SessionId::random(&OsEntropy));
            let read = read.coded("face_image");
            repository.audit().append(&key, Some(tenant.id), SystemClock.now(), read).await?;
        }
        repository.save().await?;
        left -= batch;
    }
    Ok(())
}
