//! The audit trail: who did what, in chains that only this server can write.
//!
//! Entries are hashed under a key of their own, which the server makes at its first use and keeps sealed by the master key. Whoever can
//! write to the database and no more cannot make a chain that checks. An entry is written in the transaction of what it tells of; a
//! picture or template is given out only once its entry is durable.
//!
//! What anybody can cause without end is counted, so that a flood of failures is no flood of entries.

mod check;
mod repeated;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use selfsame_blobs::{BlobKey, MasterKeys};
use selfsame_domain::audit::chain::ChainKey;
use selfsame_domain::audit::{Action, Digest, Event, Origin, Subject};
use selfsame_domain::{Clock, CredentialId, Entropy, Personal, TenantId, network};
use selfsame_store::{Repository, Store};
use tokio::sync::OnceCell;

use crate::{UseCaseError, Verification, key_created};

pub use check::{Chain, Chains};
pub(crate) use repeated::Repeated;
use repeated::Told;
pub use selfsame_domain::audit::chain::{Fault, FaultKind, Stored};
pub use selfsame_store::{AuditFilter, AuditOrder};

/// The key that entries are hashed under, as `server_keys` names it.
const KEY: &str = "audit";
/// How often is looked whether something that is counted can be told.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Entries that one transaction removes.
const PRUNED_AT_ONCE: u64 = 2_000;

struct Key(hmac::Key);

impl ChainKey for Key {
    fn tag(&self, message: &[u8]) -> Digest {
        let mut digest = Digest::default();
        digest.copy_from_slice(hmac::sign(&self.0, message).as_ref());
        digest
    }
}

/// Writes entries within others' transactions. To be had before a transaction is begun: SQLite has one connection.
#[derive(Clone)]
pub(crate) struct Scribe {
    key: Arc<Key>,
    clock: Arc<dyn Clock>,
}

impl Scribe {
    /// Appends to a tenant's chain, or to the server's own. Whoever appends next waits until the transaction ends, so this comes last in
    /// it.
    pub(crate) async fn write(
        &self,
        repository: &mut Repository,
        tenant: Option<TenantId>,
        event: Event,
    ) -> Result<(), selfsame_store::StoreError> {
        repository.audit().append(self.key.as_ref(), tenant, self.clock.now(), event).await.map(drop)
    }
}

/// The trail of one database, without the networks. Cheap to clone.
#[derive(Clone)]
pub struct Trail {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    master: MasterKeys,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    scribe: OnceCell<Scribe>,
}

impl Trail {
    pub fn new(store: Store, master: MasterKeys, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { inner: Arc::new(Inner { store, master, clock, entropy, scribe: OnceCell::new() }) }
    }

    /// Reads the key of the chains, and makes it where there is none.
    pub(crate) async fn scribe(&self) -> Result<Scribe, UseCaseError> {
        self.inner.scribe.get_or_try_init(async || self.open_or_make().await).await.cloned()
    }

    async fn open_or_make(&self) -> Result<Scribe, UseCaseError> {
        let Inner { store, master, clock, entropy, .. } = &*self.inner;
        if let Some(scribe) = self.open().await? {
            return Ok(scribe);
        }
        let mut fresh = [0; 32];
        entropy.fill(&mut fresh);
        let sealed = master.seal(&BlobKey::server(KEY), &fresh, entropy.as_ref())?;
        let mut repository = store.begin().await?;
        if repository.server_keys().put_if_absent(KEY, sealed, clock.now()).await? {
            let scribe = self.with_key(&fresh);
            // Where there is a chain already, its key was removed: nothing that this one writes may pass for it.
            scribe.write(&mut repository, None, key_created(KEY)).await?;
            repository.save().await?;
            return Ok(scribe);
        }
        drop(repository);
        self.open().await?.ok_or_else(|| UseCaseError::internal(&"the key of the audit trail vanished"))
    }

    /// `None` where nothing was ever recorded.
    async fn open(&self) -> Result<Option<Scribe>, UseCaseError> {
        let mut repository = self.inner.store.begin().await?;
        let Some(sealed) = repository.server_keys().get(KEY).await? else { return Ok(None) };
        drop(repository);
        let bytes = self.inner.master.open(&BlobKey::server(KEY), &sealed)?;
        Ok(Some(self.with_key(&bytes)))
    }

    fn with_key(&self, bytes: &[u8]) -> Scribe {
        let key = Arc::new(Key(hmac::Key::new(hmac::HMAC_SHA256, bytes)));
        Scribe { key, clock: Arc::clone(&self.inner.clock) }
    }

    /// Records what happened by itself, in no other transaction.
    pub(crate) async fn tell(&self, tenant: Option<TenantId>, event: Event) -> Result<(), UseCaseError> {
        let scribe = self.scribe().await?;
        let mut repository = self.inner.store.begin().await?;
        scribe.write(&mut repository, tenant, event).await?;
        Ok(repository.save().await?)
    }

    /// Records what was counted. What could not be recorded is handed back.
    async fn tell_repeated(&self, told: Vec<Told>) -> Result<(), (UseCaseError, Vec<Told>)> {
        let mut by_chain: BTreeMap<Option<TenantId>, Vec<Told>> = BTreeMap::new();
        for one in told {
            by_chain.entry(one.what.tenant).or_default().push(one);
        }
        while let Some((tenant, told)) = by_chain.pop_first() {
            let written = async {
                let scribe = self.scribe().await?;
                let mut repository = self.inner.store.begin().await?;
                for one in &told {
                    scribe.write(&mut repository, tenant, one.event()).await?;
                }
                Ok::<_, UseCaseError>(repository.save().await?)
            };
            if let Err(error) = written.await {
                return Err((error, told.into_iter().chain(by_chain.into_values().flatten()).collect()));
            }
        }
        Ok(())
    }

    /// Removes entries that are older than `keep`, and records that. Returns how many.
    pub(crate) async fn prune(&self, keep: Duration) -> Result<u64, UseCaseError> {
        let before = self.inner.clock.now() - keep;
        let mut repository = self.inner.store.begin().await?;
        let due = repository.audit().for_maintenance_due(before).await?;
        drop(repository);
        let mut removed = 0;
        for tenant in due {
            while let Some(now) = self.prune_some(tenant, before).await? {
                removed += now;
            }
        }
        Ok(removed)
    }

    /// `None` when nothing is left to remove, or what is there is not as it was written.
    async fn prune_some(
        &self,
        tenant: Option<TenantId>,
        before: selfsame_domain::Timestamp,
    ) -> Result<Option<u64>, UseCaseError> {
        let scribe = self.scribe().await?;
        let mut repository = self.inner.store.begin().await?;
        let pruned = repository.audit().prune(scribe.key.as_ref(), tenant, before, PRUNED_AT_ONCE).await?;
        match pruned {
            selfsame_store::Pruned::Removed(0) => Ok(None),
            selfsame_store::Pruned::Removed(count) => {
                let times = u32::try_from(count).unwrap_or(u32::MAX);
                let event = Event::new(Origin::SERVER, Action::AuditPruned).times(times);
                scribe.write(&mut repository, tenant, event).await?;
                repository.save().await?;
                Ok(Some(count))
            }
            selfsame_store::Pruned::Broken(fault) => {
                tracing::error!(%fault, "entries of the audit trail stay beyond their term, as its chain is broken; `selfsame audit verify` says which");
                Ok(None)
            }
        }
    }
}

impl std::fmt::Debug for Trail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trail").finish_non_exhaustive()
    }
}

/// Why a caller was not recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotRecognised {
    /// No credential was shown.
    Missing,
    /// What was shown cannot be a credential.
    Malformed,
    /// No credential is known by it.
    Unknown,
    WrongSecret,
    Revoked,
    /// It is known, but not for this.
    NotPermitted,
}

impl NotRecognised {
    /// The stable word of entries.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::WrongSecret => "wrong_secret",
            Self::Revoked => "revoked",
            Self::NotPermitted => "not_permitted",
        }
    }
}

impl Verification {
    /// The trail over the same store, keys, clock and randomness.
    pub fn trail(&self) -> &Trail {
        &self.inner.trail
    }

    /// Counts a caller that was not recognised. `claimed`: whose credential was named, where there is one.
    pub fn caller_not_recognised(
        &self,
        why: NotRecognised,
        claimed: Option<(TenantId, CredentialId)>,
        address: Option<IpAddr>,
    ) {
        let event = Event::new(stranger(address), Action::AuthenticationFailed).refused().coded(why.code());
        let (tenant, event) = match claimed {
            Some((tenant, credential)) => (Some(tenant), event.about(credential)),
            None => (None, event),
        };
        self.inner.repeated.note(tenant, event, self.now());
    }

    /// Counts a caller whose credential was not looked at, as too many wrong ones came from its address.
    pub fn caller_locked_out(&self, address: IpAddr) {
        let event = Event::new(stranger(Some(address)), Action::AuthenticationLockedOut).refused();
        self.inner.repeated.note(None, event.coded("too_many"), self.now());
    }

    /// Counts a callback that a caller named and that may not go there.
    pub fn callback_refused(&self, tenant: TenantId, by: Origin) {
        let event = Event::new(by, Action::CallbackRefused).refused().coded("address_not_allowed");
        self.inner.repeated.note(Some(tenant), event, self.now());
    }

    /// Records that something of a person was given out. Nothing may be given out where this fails.
    pub async fn was_read(
        &self,
        tenant: TenantId,
        by: Origin,
        action: Action,
        subject: impl Into<Subject>,
        part: &'static str,
    ) -> Result<(), UseCaseError> {
        self.trail().tell(Some(tenant), Event::new(by, action).about(subject).coded(part)).await
    }

    /// Records how many subjects of each tenant were erased because their term had ended.
    pub(crate) async fn told_expired(
        &self,
        what: &'static str,
        erased: BTreeMap<TenantId, u32>,
    ) -> Result<(), UseCaseError> {
        for (tenant, count) in erased {
            let event = Event::new(Origin::SERVER, Action::SubjectExpired).coded(what).times(count);
            self.trail().tell(Some(tenant), event).await?;
        }
        Ok(())
    }

    /// Goes on recording what is counted. Ends only when it is dropped.
    pub async fn record_repeated(self) {
        loop {
            tokio::select! {
                () = self.inner.repeated.is_new() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            self.flush(self.inner.repeated.take_due(self.now())).await;
        }
    }

    /// Records all that was counted, also where its time has not come: to be called at a stop.
    pub(crate) async fn record_all_repeated(&self) {
        self.flush(self.inner.repeated.take_all()).await;
    }

    async fn flush(&self, told: Vec<Told>) {
        if told.is_empty() {
            return;
        }
        if let Err((error, left)) = self.trail().tell_repeated(told).await {
            tracing::error!(%error, "failures could not be recorded in the audit trail; will try again");
            self.inner.repeated.put_back(left);
        }
    }
}

/// A caller that is not known, at its address; of IPv6 the network, as whoever has one address has them all.
fn stranger(address: Option<IpAddr>) -> Origin {
    Origin { address: address.map(network).map(Personal::new), ..Origin::STRANGER }
}
