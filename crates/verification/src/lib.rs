//! The use cases, in the order things happen: a tenant is recognised, a session opened, a browser captured, faces added and
//! compared, results read and signed, everything purged.
//!
//! No HTTP, no SQL, no tensor. Every use case that reads starts from the tenant; a session of another tenant is *not found*.
//!
//! - [`tenants`]: who calls, and the development tenant of the first start
//! - [`sessions`]: open a bio-session, read its result
//! - [`capture`]: the live capture of one browser
//! - [`lockout`]: who fails too often waits
//! - [`faces`]: pictures added by the integrator's server, and comparisons
//! - [`identities`]: consents, evidence and levels of assurance
//! - [`transactions`]: a run of a workflow, from its parts to its end
//! - [`examination`]: parts and parameters in, findings out
//! - [`signing`]: signatures on results
//! - [`callbacks`]: integrators are told
//! - [`audit`]: who did what is recorded, and can be checked
//! - [`maintenance`]: what restarts and the passing of time require
//! - [`remake`]: templates of earlier face networks are made again
//! - [`rewrap`]: an old master key is put out of use
//! - [`processes`]: several server processes on one database

mod admission;
pub mod audit;
pub mod callbacks;
pub mod capture;
mod error;
pub mod examination;
pub mod faces;
pub mod identities;
pub mod lockout;
pub mod maintenance;
mod metrics;
pub mod processes;
pub mod remake;
pub mod rewrap;
mod secrets;
pub mod sessions;
pub mod settings;
pub mod signing;
pub mod tenants;
pub mod transactions;
mod workers;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use selfsame_blobs::{BlobKey, Blobs, DataKey, MasterKeys, WrappedKey};
use selfsame_domain::audit::{Action, Event, Origin, Subject, SubjectKind};
use selfsame_domain::{BioSession, Clock, Entropy, FaceId, SessionId, TenantId, Timestamp};
use selfsame_store::Store;
use selfsame_vision::{Template, Vision};
use tokio::sync::{Notify, OnceCell, OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use admission::{Lane, Load, Started, Underway};
use audit::{Repeated, Trail};
pub use error::UseCaseError;
pub use metrics::Standing;
use secrets::Secrets;
pub use secrets::hash as hash_secret;
pub use settings::Settings;
use signing::SigningKey;
use workers::Workers;
pub use workers::{Urgency, WorkError};

/// The parts that the use cases stand on.
pub struct Parts {
    pub store: Store,
    pub blobs: Blobs,
    pub master: MasterKeys,
    pub vision: Arc<Vision>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Cores that may be kept busy.
    pub cores: usize,
}

/// What a live capture holds.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
    _underway: Underway,
}

/// The use cases. Cheap to clone.
#[derive(Clone)]
pub struct Verification {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    settings: Settings,
    workers: Workers,
    load: Load,
    places: Arc<Semaphore>,
    signing: OnceLock<SigningKey>,
    callbacks_due: Arc<Notify>,
    transactions_due: Notify,
    /// Browsers that have shown up with a session, by the session: how to tell the latest that another came.
    waiting: Mutex<HashMap<SessionId, Arc<Notify>>>,
    secrets: Secrets,
    lockout_key: OnceCell<aws_lc_rs::hmac::Key>,
    trail: Trail,
    repeated: Repeated,
    /// What this server process is known by to others on the same database. Drawn anew at every start.
    process: Uuid,
}

impl Verification {
    pub fn new(parts: Parts, settings: Settings) -> Self {
        let load = Load::new(parts.cores);
        let workers = Workers::new(parts.cores, settings.most_waiting, load.clone());
        let places = Arc::new(Semaphore::new(settings.max_captures));
        let process = parts.entropy.uuid();
        let secrets = Secrets::new(parts.entropy.as_ref(), workers.clone());
        let trail = Trail::new(
            parts.store.clone(),
            parts.master.clone(),
            Arc::clone(&parts.clock),
            Arc::clone(&parts.entropy),
        );
        let inner = Inner {
            parts,
            settings,
            workers,
            load,
            places,
            signing: OnceLock::new(),
            callbacks_due: Arc::default(),
            transactions_due: Notify::new(),
            waiting: Mutex::default(),
            secrets,
            lockout_key: OnceCell::new(),
            trail,
            repeated: Repeated::default(),
            process,
        };
        Self { inner: Arc::new(inner) }
    }

    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Name and version of the embedder: templates of different modes are never compared.
    pub fn mode(&self) -> String {
        self.inner.parts.vision.mode().to_owned()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.parts.store
    }

    pub(crate) fn blobs(&self) -> &Blobs {
        &self.inner.parts.blobs
    }

    pub(crate) fn vision(&self) -> Arc<Vision> {
        Arc::clone(&self.inner.parts.vision)
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.inner.parts.clock.as_ref()
    }

    /// The server's clock.
    pub fn now(&self) -> Timestamp {
        self.clock().now()
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        self.inner.parts.entropy.as_ref()
    }

    /// For who outlives the call.
    pub(crate) fn shared_entropy(&self) -> Arc<dyn Entropy> {
        Arc::clone(&self.inner.parts.entropy)
    }

    pub(crate) fn process(&self) -> Uuid {
        self.inner.process
    }

    pub(crate) fn workers(&self) -> &Workers {
        &self.inner.workers
    }

    /// A place for one more live capture, if there is one and those under way leave room for it.
    /// The camera of a capture runs.
    pub(crate) fn starts(&self) -> Started {
        self.inner.load.starts()
    }

    pub(crate) fn place(&self, tenant: TenantId) -> Option<Place> {
        let (share, own) = self.inner.load.of_tenant(tenant);
        if own as f64 >= (self.inner.settings.max_captures as f64 * share).max(1.0) {
            return None;
        }
        let permit = Arc::clone(&self.inner.places).try_acquire_owned().ok()?;
        Some(Place { _underway: self.inner.load.begin(tenant)?, _permit: permit })
    }

    /// Whether the capture of a session that is opened now is likely to find a place.
    pub(crate) fn may_open(&self, lane: Lane) -> bool {
        let expected = self.captures() as f64 + self.inner.load.expected(lane);
        expected < self.inner.settings.max_captures as f64 && self.inner.load.open(lane)
    }

    /// Live captures under way.
    pub fn captures(&self) -> usize {
        self.inner.settings.max_captures - self.inner.places.available_permits()
    }

    pub(crate) fn new_key(&self) -> Result<(DataKey, WrappedKey), UseCaseError> {
        let key = DataKey::generate(self.entropy());
        let wrapped = self.inner.parts.master.wrap(&key, self.entropy())?;
        Ok((key, wrapped))
    }

    pub(crate) fn unwrap_key(&self, wrapped: &[u8]) -> Result<DataKey, UseCaseError> {
        Ok(self.inner.parts.master.unwrap(wrapped)?)
    }

    pub(crate) async fn put_image(
        &self,
        session: &BioSession,
        face: FaceId,
        key: &DataKey,
        jpeg: Vec<u8>,
    ) -> Result<(), UseCaseError> {
        let name = BlobKey::image(session.tenant_id, session.id, face);
        Ok(self.blobs().put(&name, key, jpeg, self.entropy()).await?)
    }

    pub(crate) fn seal_template(
        &self,
        session: &BioSession,
        face: FaceId,
        key: &DataKey,
        template: &Template,
    ) -> Result<Vec<u8>, UseCaseError> {
        let name = BlobKey::template(session.tenant_id, session.id, face);
        Ok(key.seal(&name, &template.to_bytes(), self.entropy())?)
    }

    pub(crate) fn open_template(
        &self,
        session: &BioSession,
        face: FaceId,
        key: &DataKey,
        sealed: &[u8],
    ) -> Result<Template, UseCaseError> {
        let name = BlobKey::template(session.tenant_id, session.id, face);
        let bytes = key.open(&name, sealed)?;
        Template::from_bytes(&bytes).map_err(|error| UseCaseError::internal(&error))
    }

    /// Asks the database for next to nothing.
    ///
    /// # Errors
    /// That it is not there, or not as it should be.
    pub async fn reaches_database(&self) -> Result<(), UseCaseError> {
        self.development_tenant().await.map(drop)
    }

    /// The key that signs results; `None` until [`Verification::prepare`] has made or read it.
    pub fn signing_key(&self) -> Option<&SigningKey> {
        self.inner.signing.get()
    }

    /// Makes or reads the server's signing key. To be called once, before the first result is read.
    pub async fn prepare(&self) -> Result<(), UseCaseError> {
        const NAME: &str = "result-signing";
        let sealed_name = BlobKey::server(NAME);
        let mut repository = self.store().begin().await?;
        let kept = repository.server_keys().get(NAME).await?;
        // Making a key takes seconds, in which others need the database.
        drop(repository);
        let master = &self.inner.parts.master;
        let key = if let Some(sealed) = kept {
            SigningKey::from_pkcs8(&master.open(&sealed_name, &sealed)?)
                .map_err(|error| UseCaseError::internal(&error))?
        } else {
            let (key, der) = tokio::task::spawn_blocking(SigningKey::generate)
                .await
                .map_err(|error| UseCaseError::internal(&error))?
                .map_err(|error| UseCaseError::internal(&error))?;
            let sealed = master.seal(&sealed_name, &der, self.entropy())?;
            let now = self.clock().now();
            let scribe = self.trail().scribe().await?;
            let mut repository = self.store().begin().await?;
            if repository.server_keys().put_if_absent(NAME, sealed, now).await? {
                scribe.write(&mut repository, None, key_created(NAME)).await?;
                repository.save().await?;
                key
            } else {
                let sealed = repository
                    .server_keys()
                    .get(NAME)
                    .await?
                    .ok_or_else(|| UseCaseError::internal(&"the signing key vanished"))?;
                SigningKey::from_pkcs8(&master.open(&sealed_name, &sealed)?)
                    .map_err(|error| UseCaseError::internal(&error))?
            }
        };
        // Set once; a second call finds the same key.
        let _ = self.inner.signing.set(key);
        Ok(())
    }
}

/// That a key of the server was made.
pub(crate) fn key_created(name: &str) -> Event {
    Event::new(Origin::SERVER, Action::KeyCreated).about(Subject::new(SubjectKind::Key, name))
}

impl std::fmt::Debug for Verification {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verification").finish_non_exhaustive()
    }
}
