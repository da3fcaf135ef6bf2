//! An old master key is put out of use: everything that it wraps or seals is wrapped and sealed by the newest.
//!
//! Each row is replaced by compare and set, so that this can be cut off at any place, run again, and run beside servers that know
//! both keys.

use std::sync::Arc;

use selfsame_blobs::{BlobError, BlobKey, MasterKeys};
use selfsame_domain::audit::{Action, Event, Origin, Subject, SubjectKind};
use selfsame_domain::{Clock, Entropy};
use selfsame_store::{Store, WrappedIn};

use crate::UseCaseError;
use crate::audit::Trail;
use crate::callbacks::secret_name;
use crate::transactions::FACEMAP_KEYS;

/// Rows that one transaction replaces at most.
const BATCH: u64 = 200;
/// What the audit trail calls all of them together.
const MASTER: &str = "master";

/// Whether keys are replaced, or only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewrap {
    Count,
    Replace,
}

/// What became of the keys of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// Wrapped by the newest already.
    pub current: u64,
    /// Wrapped by another, and replaced where they are not only counted.
    pub replaced: u64,
    /// No key that is here opens them.
    pub unknown: u64,
}

/// What became of all keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RewrapReport {
    /// Data keys of sessions, identities and transactions.
    pub data_keys: Rewrapped,
    /// Secrets of the server: those that sign, hash and seal facemaps.
    pub server_keys: Rewrapped,
    /// What callbacks are signed with.
    pub callback_secrets: Rewrapped,
}

impl RewrapReport {
    /// Keys that the newest master key did not wrap.
    pub const fn replaced(&self) -> u64 {
        self.data_keys.replaced + self.server_keys.replaced + self.callback_secrets.replaced
    }

    /// Keys that nothing here opens.
    pub const fn unknown(&self) -> u64 {
        self.data_keys.unknown + self.server_keys.unknown + self.callback_secrets.unknown
    }
}

/// The master keys and what they wrap, for the command line: without the networks.
#[derive(Clone)]
pub struct Keys {
    store: Store,
    master: MasterKeys,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl Keys {
    pub fn new(store: Store, master: MasterKeys, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { store, master, clock, entropy }
    }

    /// Wraps everything by the newest master key. `step` is called after each key that is looked at.
    ///
    /// # Errors
    /// When the database is away; what was replaced until then stays.
    pub async fn rewrap(&self, how: Rewrap, mut step: impl FnMut()) -> Result<RewrapReport, UseCaseError> {
        let mut report = RewrapReport::default();
        for table in WrappedIn::ALL {
            self.rewrap_table(table, how, &mut report.data_keys, &mut step).await?;
        }
        self.reseal_callback_secrets(how, &mut report.callback_secrets, &mut step).await?;
        // Last: the audit trail's key is among them, and what it hashes is written below.
        self.reseal_server_keys(how, &mut report.server_keys, &mut step).await?;
        if how == Rewrap::Replace && report.replaced() > 0 {
            let trail = Trail::new(
                self.store.clone(),
                self.master.clone(),
                Arc::clone(&self.clock),
                Arc::clone(&self.entropy),
            );
            let scribe = trail.scribe().await?;
            let mut repository = self.store.begin().await?;
            let event = Event::new(Origin::OPERATOR, Action::KeyRotated);
            scribe.write(&mut repository, None, event.about(Subject::new(SubjectKind::Key, MASTER))).await?;
            repository.save().await?;
        }
        Ok(report)
    }

    /// Keys that are wrapped or sealed, whoever did it.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn count(&self) -> Result<u64, UseCaseError> {
        let mut repository = self.store.begin().await?;
        let mut count = 0;
        for table in WrappedIn::ALL {
            count += repository.wrapped().for_maintenance_count(table).await?;
        }
        count += repository.wrapped().for_maintenance_server_keys().await?.len() as u64;
        count += repository.wrapped().for_maintenance_callback_secrets().await?.len() as u64;
        Ok(count)
    }

    async fn rewrap_table(
        &self,
        table: WrappedIn,
        how: Rewrap,
        tally: &mut Rewrapped,
        step: &mut impl FnMut(),
    ) -> Result<(), UseCaseError> {
        let mut after = None;
        loop {
            let mut repository = self.store.begin().await?;
            let page = repository.wrapped().for_maintenance_page(table, after, BATCH).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(*last);
            for (id, read) in page {
                let anew = tally.count(self.master.rewrap(&read, self.entropy.as_ref()))?;
                if let (Rewrap::Replace, Some(anew)) = (how, anew) {
                    // One that is gone or was wrapped by another run meanwhile is as good.
                    repository.wrapped().for_maintenance_replace(table, id, &read, anew).await?;
                }
                step();
            }
            repository.save().await?;
        }
    }

    async fn reseal_server_keys(
        &self,
        how: Rewrap,
        tally: &mut Rewrapped,
        step: &mut impl FnMut(),
    ) -> Result<(), UseCaseError> {
        let mut repository = self.store.begin().await?;
        for (name, read) in repository.wrapped().for_maintenance_server_keys().await? {
            let anew = tally.count(self.resealed(&name, &read))?;
            if let (Rewrap::Replace, Some(anew)) = (how, anew) {
                repository.wrapped().for_maintenance_replace_server_key(&name, &read, anew).await?;
            }
            step();
        }
        Ok(repository.save().await?)
    }

    /// Keys of facemaps are data keys behind their id; all others are sealed.
    fn resealed(&self, name: &str, read: &[u8]) -> Result<Option<Vec<u8>>, BlobError> {
        if !name.starts_with(FACEMAP_KEYS) {
            return self.master.reseal(&BlobKey::server(name), read, self.entropy.as_ref());
        }
        let (id, wrapped) = read.split_first_chunk::<16>().ok_or(BlobError::Sealed)?;
        let anew = self.master.rewrap(wrapped, self.entropy.as_ref())?;
        Ok(anew.map(|wrapped| [id.as_slice(), &wrapped].concat()))
    }

    async fn reseal_callback_secrets(
        &self,
        how: Rewrap,
        tally: &mut Rewrapped,
        step: &mut impl FnMut(),
    ) -> Result<(), UseCaseError> {
        let mut repository = self.store.begin().await?;
        for (tenant, id, read) in repository.wrapped().for_maintenance_callback_secrets().await? {
            let name = secret_name(tenant, id);
            let anew = tally.count(self.master.reseal(&name, &read, self.entropy.as_ref()))?;
            if let (Rewrap::Replace, Some(anew)) = (how, anew) {
                repository.wrapped().for_maintenance_replace_callback_secret(id, &read, anew).await?;
            }
            step();
        }
        Ok(repository.save().await?)
    }
}

impl Rewrapped {
    /// Counts one key, and gives back what is to be put in its place.
    fn count(&mut self, anew: Result<Option<Vec<u8>>, BlobError>) -> Result<Option<Vec<u8>>, UseCaseError> {
        match anew {
            Ok(None) => self.current += 1,
            Ok(Some(_)) => self.replaced += 1,
            // Told in the end: one that is damaged keeps no other from being replaced.
            Err(BlobError::UnknownMaster(_) | BlobError::Sealed) => {
                self.unknown += 1;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        }
        Ok(anew?)
    }
}
