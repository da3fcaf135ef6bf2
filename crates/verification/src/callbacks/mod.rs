//! Integrators are told: what to tell is written in the transaction that makes it true, and delivered by a [`Courier`] until the
//! receiver took it or the schedule is over.
//!
//! A receiver may get the same callback more than once (a stop between the answer and its record), always under the same id, and
//! never before what it tells of can be read. A callback does not outlive what it tells of: when a session is erased first, its
//! callback becomes a dead letter, which says so and cannot be replayed.

mod courier;

use std::sync::Arc;
use std::time::Duration;

use selfsame_blobs::{BlobKey, MasterKeys};
use selfsame_domain::audit;
use selfsame_domain::{BioSession, CallbackEvent, CallbackTarget, Clock, Entropy, TenantId};
use selfsame_store::{NewOutboxEntry, Repository, Store};
use tokio::sync::Notify;
use url::Url;
use uuid::Uuid;

pub use courier::{Courier, CourierParams};
pub use selfsame_callbacks::{
    AddressRules, Client, ClientError, ClientParams, Dialect, DialectError, Event, Message,
    PrivateNetworkError, PrivateNetworks, Schedule, SigningSecret, SystemLookup, Wording,
};
pub use selfsame_store::{OutboxAttempt, OutboxEntry, OutboxState};

use crate::audit::Trail;
use crate::{UseCaseError, Verification, key_created};

/// How long a secret that was replaced goes on signing beside the new one.
pub const SECRET_OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);

impl Verification {
    /// To be called between the transition to decided and the saving of it.
    pub(crate) async fn tell(
        &self,
        repository: &mut Repository,
        session: &BioSession,
    ) -> Result<(), UseCaseError> {
        let Some(target) = session.request.callback.clone() else { return Ok(()) };
        let event = CallbackEvent::SESSION_DECIDED;
        self.enqueue(repository, session.tenant_id, session.id.as_uuid(), event, target).await
    }

    /// Writes down something to tell; due as soon as `repository` is saved. Call [`Verification::told`] after that.
    pub async fn enqueue(
        &self,
        repository: &mut Repository,
        tenant: TenantId,
        subject: Uuid,
        event: CallbackEvent,
        target: CallbackTarget,
    ) -> Result<(), UseCaseError> {
        let new = NewOutboxEntry {
            tenant_id: tenant,
            subject_id: subject,
            event,
            receiver: receiver(&target.url),
            target,
        };
        let now = self.clock().now();
        repository.outbox().add(self.entropy(), new, now).await?;
        Ok(())
    }

    /// Something to tell has become durable: the courier need not wait for its next round.
    pub fn told(&self) {
        self.inner.callbacks_due.notify_one();
    }

    /// The desk over the same store, keys, clock and randomness.
    pub fn callbacks(&self) -> Callbacks {
        let parts = &self.inner.parts;
        Callbacks {
            inner: Arc::new(Desk {
                store: parts.store.clone(),
                master: parts.master.clone(),
                clock: Arc::clone(&parts.clock),
                entropy: Arc::clone(&parts.entropy),
                due: Arc::clone(&self.inner.callbacks_due),
                trail: self.trail().clone(),
            }),
        }
    }
}

/// Scheme, host and port: what may be logged of a URL.
fn receiver(url: &str) -> String {
    Url::parse(url).map_or_else(|_| "(no url)".to_owned(), |url| url.origin().ascii_serialization())
}

/// What can be done about callbacks, without the networks. Cheap to clone.
#[derive(Clone)]
pub struct Callbacks {
    inner: Arc<Desk>,
}

struct Desk {
    store: Store,
    master: MasterKeys,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    due: Arc<Notify>,
    trail: Trail,
}

/// Which callbacks to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallbackFilter {
    pub tenant: Option<TenantId>,
    /// `pending`, `delivered` or `dead`.
    pub state: Option<&'static str>,
    pub most: u64,
}

impl Callbacks {
    /// For whoever only looks after callbacks, as the command line does.
    pub fn new(store: Store, master: MasterKeys, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let trail = Trail::new(store.clone(), master.clone(), Arc::clone(&clock), Arc::clone(&entropy));
        Self { inner: Arc::new(Desk { store, master, clock, entropy, due: Arc::default(), trail }) }
    }

    /// The tenant of that name.
    pub async fn tenant(&self, name: &str) -> Result<TenantId, UseCaseError> {
        let mut repository = self.inner.store.begin().await?;
        Ok(repository.tenants().by_name(name).await?.ok_or(UseCaseError::NotFound)?.id)
    }

    /// Newest first.
    pub async fn list(&self, filter: &CallbackFilter) -> Result<Vec<OutboxEntry>, UseCaseError> {
        let mut repository = self.inner.store.begin().await?;
        Ok(repository.outbox().for_maintenance_list(filter.tenant, filter.state, filter.most).await?)
    }

    /// One callback and its attempts, oldest first.
    pub async fn show(&self, id: Uuid) -> Result<(OutboxEntry, Vec<OutboxAttempt>), UseCaseError> {
        let mut repository = self.inner.store.begin().await?;
        repository.outbox().for_maintenance_get(id).await?.ok_or(UseCaseError::NotFound)
    }

    /// Begins a new round of attempts, due at once. False when it is pending anyway, or what it tells of was erased.
    pub async fn replay(&self, id: Uuid) -> Result<bool, UseCaseError> {
        let mut repository = self.inner.store.begin().await?;
        let found = repository.outbox().for_maintenance_get(id).await?.is_some();
        if !found {
            return Err(UseCaseError::NotFound);
        }
        let replayed = repository.outbox().for_maintenance_replay(id, self.inner.clock.now()).await?;
        repository.save().await?;
        self.inner.due.notify_one();
        Ok(replayed)
    }

    /// What a tenant's callbacks are signed with just now, newest first: one, or during a rotation two. Made when there is none.
    pub async fn secrets(&self, tenant: TenantId) -> Result<Vec<SigningSecret>, UseCaseError> {
        let desk = &*self.inner;
        let now = desk.clock.now();
        let scribe = desk.trail.scribe().await?;
        let mut repository = desk.store.begin().await?;
        let sealed = repository.callback_secrets().list(tenant, now).await?;
        if sealed.is_empty() {
            // Whoever asks at the same moment, in another process too, gets the same.
            repository.exclusively(&secrets_of(tenant)).await?;
        }
        let sealed =
            if sealed.is_empty() { repository.callback_secrets().list(tenant, now).await? } else { sealed };
        if sealed.is_empty() {
            let secret = self.add_secret(&mut repository, tenant).await?;
            scribe.write(&mut repository, Some(tenant), key_created(SECRET)).await?;
            repository.save().await?;
            return Ok(vec![secret]);
        }
        drop(repository);
        let open = |id, sealed: &[u8]| {
            let text = desk.master.open(&secret_name(tenant, id), sealed)?;
            let text = std::str::from_utf8(&text).map_err(|error| UseCaseError::internal(&error))?;
            SigningSecret::parse(text).map_err(|error| UseCaseError::internal(&error))
        };
        sealed.iter().map(|secret| open(secret.id, &secret.sealed)).collect()
    }

    /// A new secret, made by whoever runs the server. The one before it goes on signing for [`SECRET_OVERLAP`].
    pub async fn rotate_secret(&self, tenant: TenantId) -> Result<SigningSecret, UseCaseError> {
        let now = self.inner.clock.now();
        let scribe = self.inner.trail.scribe().await?;
        let mut repository = self.inner.store.begin().await?;
        repository.exclusively(&secrets_of(tenant)).await?;
        repository.callback_secrets().expire(tenant, now + SECRET_OVERLAP).await?;
        let secret = self.add_secret(&mut repository, tenant).await?;
        let event = audit::Event::new(audit::Origin::OPERATOR, audit::Action::KeyRotated)
            .about(audit::Subject::new(audit::SubjectKind::Key, SECRET));
        scribe.write(&mut repository, Some(tenant), event).await?;
        repository.save().await?;
        Ok(secret)
    }

    async fn add_secret(
        &self,
        repository: &mut Repository,
        tenant: TenantId,
    ) -> Result<SigningSecret, UseCaseError> {
        let Desk { master, entropy, clock, .. } = &*self.inner;
        let secret = SigningSecret::generate(entropy.as_ref());
        let id = entropy.uuid();
        let name = secret_name(tenant, id);
        let sealed = master.seal(&name, secret.text().expose().as_bytes(), entropy.as_ref())?;
        repository.callback_secrets().add(tenant, id, sealed, clock.now()).await?;
        Ok(secret)
    }
}

/// What entries of the audit trail call these secrets.
const SECRET: &str = "callback-secret";

/// Who holds it makes the tenant's secrets.
fn secrets_of(tenant: TenantId) -> String {
    format!("callback-secrets/{tenant}")
}

fn secret_name(tenant: TenantId, id: Uuid) -> BlobKey {
    BlobKey::server(&format!("callback-secret/{tenant}/{id}"))
}
