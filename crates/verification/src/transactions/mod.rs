//! Verifying documents from pictures that were sent: accepted at once, looked at in the background, read, told of, erased.
//!
//! What a transaction became and the entry that tells of it are written in one transaction: a transaction that was accepted ends exactly once,
//! whenever the server is killed. Who works on one holds a lease that is renewed; when it runs out somebody else begins anew.

mod facemap;
mod work;

use std::time::Duration;

use selfsame_blobs::{BlobError, BlobKey, DataKey};
use selfsame_domain::audit::{Action, Event, Origin};
use selfsame_domain::document::DocumentReading;
use selfsame_domain::document::Extraction;
use selfsame_domain::transaction::workflow::Workflow;
use selfsame_domain::transaction::{
    CallbackGranularity, CapabilityResult, Claims, NewTransaction, Outcome, PartRole, PictureFormat,
    Tombstone, Transaction, TransactionPolicy,
};
use selfsame_domain::{CallbackEvent, TenantId, TransactionId};
use selfsame_store::{
    Repository, TransactionCursor, TransactionFilter, TransactionFound, TransactionPage, TransactionRow,
};
use selfsame_vision::image::{Format, ImageError, Limits, decode, inspect};
use selfsame_vision::signs::Signs;
use selfsame_vision::{Effort, Template};

use crate::examination::{self, LookParams};
use crate::maintenance::{Tally, to_its_end};
use crate::workers::Urgency;
use crate::{UseCaseError, Verification, metrics};

pub(crate) use facemap::FACEMAP_KEYS;
pub use facemap::{Facemap, FacemapError};

/// Quality of JPEGs that are made of PNGs.
const MADE_JPEG: u8 = 93;

/// Limits and thresholds of transactions.
#[derive(Debug, Clone, PartialEq)]
pub struct TransactionParams {
    /// What holds for tenants that have nothing of their own.
    pub policy: TransactionPolicy,
    /// Transactions that are looked at at once; `None`: one per core.
    pub most_at_once: Option<usize>,
    /// A lease runs out after this when whoever holds it is gone.
    pub lease: Duration,
    /// After so many beginnings somebody has to look: no document may take the server down for ever.
    pub most_attempts: u32,
    /// Transactions of one tenant that wait at once; one more is refused.
    pub most_waiting: u64,
    pub look: LookParams,
}

impl Default for TransactionParams {
    fn default() -> Self {
        Self {
            policy: TransactionPolicy::default(),
            most_at_once: None,
            lease: Duration::from_secs(15),
            most_attempts: 10,
            most_waiting: 2_000,
            look: LookParams::default(),
        }
    }
}

/// A transaction with what is known of the person.
#[derive(Debug, Clone)]
pub struct TransactionRecord {
    pub transaction: Transaction,
    pub claims: Claims,
    /// Once it has ended, and something was read.
    pub reading: Option<Extraction>,
    pub has_facemap: bool,
}

/// What a picture of a document shows.
#[derive(Debug, Clone)]
pub struct DocumentSight {
    /// Size of the upright picture, in whose pixels all places are.
    pub width: u32,
    pub height: u32,
    pub reading: DocumentReading,
    /// What the picture indicates about itself.
    pub signs: Signs,
}

pub(crate) fn side_name(side: PartRole) -> &'static str {
    match side {
        PartRole::Front => "front",
        PartRole::Back => "back",
        PartRole::Face => "face",
    }
}

const CLAIMS: &str = "claims";
const READING: &str = "reading";
pub(crate) const FACEMAP: &str = "facemap";
const EVIDENCE: &str = "evidence";
/// The template of an approved document's portrait.
const PORTRAIT: &str = "portrait";

/// A transaction whose pictures are stored, and whose row is still to be added.
pub(crate) struct Prepared {
    wrapped_key: Vec<u8>,
    sealed_claims: Vec<u8>,
}

impl Verification {
    /// What a picture of a transaction is, from its header: JPEG or PNG within the limits, its longest side above 300 pixels.
    ///
    /// # Errors
    /// In words for whoever sent it.
    pub fn inspect_transaction_picture(&self, bytes: &[u8]) -> Result<PictureFormat, ImageError> {
        match inspect(bytes, &self.transaction_limits())? {
            (Format::Jpeg, ..) => Ok(PictureFormat::Jpeg),
            (Format::Png, ..) => Ok(PictureFormat::Png),
            (Format::WebP, ..) => Err(ImageError::UnsupportedFormat { name: "WebP" }),
        }
    }

    fn transaction_limits(&self) -> Limits {
        let images = self.settings().images.clone();
        // Under 8000 pixels, says the dialect.
        Limits { longest_side_above: Some(300), max_side: images.max_side.min(7_999), ..images }
    }

    /// Accepts a transaction under what holds for its tenant just now ([`Verification::transaction_policy`]). When this returns, its pictures are
    /// stored, encrypted, and it will be decided.
    pub async fn open_transaction(
        &self,
        tenant: TenantId,
        policy: &TransactionPolicy,
        request: NewTransaction,
        claims: &Claims,
        pictures: Vec<(PartRole, Vec<u8>)>,
    ) -> Result<Transaction, UseCaseError> {
        self.has_room_for_transaction(tenant).await?;
        let id = TransactionId::random(self.entropy());
        let transaction = Transaction::accept(id, tenant, request, self.clock().now(), policy.keep_for());
        let (app, claims) = (self.clone(), claims.clone());
        // Pictures that are stored have a row, or are removed again: also when whoever sent them has gone.
        to_its_end(async move {
            app.store_transaction(&transaction, &claims, pictures).await?;
            Ok(transaction)
        })
        .await
    }

    /// # Errors
    /// [`UseCaseError::Overloaded`] where as many transactions of the tenant wait as may.
    pub(crate) async fn has_room_for_transaction(&self, tenant: TenantId) -> Result<(), UseCaseError> {
        let mut repository = self.store().begin().await?;
        let waiting = repository.transactions().waiting(tenant).await?;
        if waiting >= self.settings().transactions.most_waiting {
            metrics::refused("transaction");
            Err(UseCaseError::Overloaded)
        } else {
            Ok(())
        }
    }

    async fn store_transaction(
        &self,
        transaction: &Transaction,
        claims: &Claims,
        pictures: Vec<(PartRole, Vec<u8>)>,
    ) -> Result<(), UseCaseError> {
        let prepared = self.prepare_transaction(transaction, claims, pictures).await?;
        let made = async {
            let mut repository = self.store().begin().await?;
            self.add_transaction(&mut repository, transaction, &prepared).await?;
            Ok::<_, UseCaseError>(repository)
        };
        self.conclude_transaction(transaction, made.await).await
    }

    /// Stores the pictures of a transaction under a key of its own. Its row is added next, or nothing of it stays
    /// ([`Verification::conclude_transaction`]).
    pub(crate) async fn prepare_transaction(
        &self,
        transaction: &Transaction,
        claims: &Claims,
        pictures: Vec<(PartRole, Vec<u8>)>,
    ) -> Result<Prepared, UseCaseError> {
        let (key, wrapped_key) = self.new_key()?;
        let stored = async {
            for (side, bytes) in pictures {
                let name = BlobKey::transaction(transaction.tenant_id, transaction.id, side_name(side));
                self.blobs().put(&name, &key, bytes, self.entropy()).await?;
            }
            self.seal_of_transaction(transaction, CLAIMS, &key, claims)
        };
        match stored.await {
            Ok(sealed_claims) => Ok(Prepared { wrapped_key, sealed_claims }),
            Err(error) => {
                self.discard_pictures(transaction).await;
                Err(error)
            }
        }
    }

    /// Adds the row of a transaction, and the entry that tells of it where that is asked for. Saving is the caller's.
    pub(crate) async fn add_transaction(
        &self,
        repository: &mut Repository,
        transaction: &Transaction,
        prepared: &Prepared,
    ) -> Result<(), UseCaseError> {
        let Prepared { wrapped_key, sealed_claims } = prepared;
        let workflow = Workflow::of_documents(transaction.request.fields.face_match);
        repository.transactions().add(transaction, &workflow, wrapped_key, sealed_claims).await?;
        if transaction.request.granularity == CallbackGranularity::OnAllSteps
            && let Some(target) = transaction.request.callback.clone()
        {
            let (tenant, subject) = (transaction.tenant_id, transaction.id.as_uuid());
            self.enqueue(repository, tenant, subject, CallbackEvent::TRANSACTION_RECEIVED, target).await?;
        }
        Ok(())
    }

    /// Saves the row of a transaction and wakes who works on it; without a row its pictures are removed again.
    pub(crate) async fn conclude_transaction<E: From<UseCaseError>>(
        &self,
        transaction: &Transaction,
        made: Result<Repository, E>,
    ) -> Result<(), E> {
        let accepted = match made {
            Err(error) => Err((error, false)),
            Ok(repository) => match repository.save().await.map_err(UseCaseError::from) {
                Ok(()) => Ok(()),
                // Whether it was stored is not known when only the answer was lost.
                Err(error) => match self.has_transaction_row(transaction.tenant_id, transaction.id).await {
                    Ok(true) => Ok(()),
                    Ok(false) => Err((error.into(), false)),
                    Err(_) => Err((error.into(), true)),
                },
            },
        };
        if let Err((error, may_be_there)) = accepted {
            // A transaction that was stored after all needs its pictures. Without a row their key is nowhere: nobody can open them, and
            // what cannot be removed now is only in the way.
            if may_be_there {
                tracing::warn!(transaction = %transaction.id, "whether a transaction was stored is not known; its pictures stay");
            } else {
                self.discard_pictures(transaction).await;
            }
            return Err(error);
        }
        self.told();
        self.inner.transactions_due.notify_one();
        Ok(())
    }

    async fn discard_pictures(&self, transaction: &Transaction) {
        let prefix = BlobKey::transaction_prefix(transaction.tenant_id, transaction.id);
        if let Err(error) = self.blobs().purge(&prefix).await {
            tracing::warn!(%error, "pictures that nothing refers to could not be removed");
        }
    }

    /// A transaction of this tenant that has neither expired nor been erased.
    pub async fn transaction(
        &self,
        tenant: TenantId,
        id: TransactionId,
    ) -> Result<TransactionRecord, UseCaseError> {
        let (row, key) = self.transaction_row(tenant, id).await?;
        let claims = self.open_of_transaction(&row.transaction, CLAIMS, &key, &row.sealed_claims)?;
        let reading = match &row.sealed_reading {
            Some(sealed) => Some(self.open_of_transaction(&row.transaction, READING, &key, sealed)?),
            None => None,
        };
        Ok(TransactionRecord { transaction: row.transaction, claims, reading, has_facemap: row.has_facemap })
    }

    /// One of its pictures, and how it is encoded: as `wanted` where that is said, else as it was sent. `None` when it did not come. That it
    /// was read is recorded first.
    pub async fn transaction_picture(
        &self,
        tenant: TenantId,
        by: Origin,
        id: TransactionId,
        side: PartRole,
        wanted: Option<PictureFormat>,
    ) -> Result<Option<(PictureFormat, Vec<u8>)>, UseCaseError> {
        let picture = self.kept_transaction_picture(tenant, id, side, wanted).await?;
        if picture.is_some() {
            let action = match side {
                PartRole::Face => Action::BiometricRead,
                PartRole::Front | PartRole::Back => Action::DocumentRead,
            };
            self.was_read(tenant, by, action, id, side_name(side)).await?;
        }
        Ok(picture)
    }

    /// A picture of a transaction, without recording that it was read: a caller that gives it out does.
    pub(crate) async fn kept_transaction_picture(
        &self,
        tenant: TenantId,
        id: TransactionId,
        side: PartRole,
        wanted: Option<PictureFormat>,
    ) -> Result<Option<(PictureFormat, Vec<u8>)>, UseCaseError> {
        let (row, key) = self.transaction_row(tenant, id).await?;
        let Some(stored) = row.transaction.request.picture(side) else { return Ok(None) };
        let name = BlobKey::transaction(tenant, id, side_name(side));
        let bytes = self.blobs().get(&name, &key).await?.ok_or(UseCaseError::NotFound)?;
        let wanted = wanted.unwrap_or(stored);
        if wanted == stored {
            return Ok(Some((stored, bytes)));
        }
        let limits = self.settings().images.clone();
        let made = self
            .workers()
            .run(Urgency::Request, move || match (decode(&bytes, &limits), wanted) {
                (Ok(picture), PictureFormat::Jpeg) => (wanted, picture.to_jpeg(MADE_JPEG)),
                (Ok(picture), PictureFormat::Png) => (wanted, picture.to_png()),
                // A damaged picture is what it is in its own format alone.
                (Err(_), _) => (stored, bytes),
            })
            .await?;
        Ok(Some(made))
    }

    /// What one picture of a document shows, with the places where it stands. Nothing is kept.
    pub async fn look_at_document(&self, bytes: Vec<u8>) -> Result<DocumentSight, UseCaseError> {
        let (vision, limits, now) = (self.vision(), self.settings().images.clone(), self.now());
        let params = self.settings().transactions.look.signs;
        self.workers()
            .run(Urgency::Request, move || {
                let picture = decode(&bytes, &limits)?;
                let mut effort = Effort::default();
                let reading = examination::read(&vision, &picture, now, &mut effort)?;
                let signs = vision.front_signs(&picture, &reading, &params, &mut effort)?;
                Ok(DocumentSight { width: picture.width(), height: picture.height(), reading, signs })
            })
            .await?
    }

    /// What stands on a document, as far as it can be read. Nothing is kept.
    pub async fn read_document(
        &self,
        front: Vec<u8>,
        back: Option<Vec<u8>>,
    ) -> Result<Option<Extraction>, UseCaseError> {
        let (vision, limits, now) = (self.vision(), self.settings().images.clone(), self.now());
        self.workers()
            .run(Urgency::Request, move || {
                let read = |bytes: Vec<u8>| -> Result<_, UseCaseError> {
                    Ok(examination::read(&vision, &decode(&bytes, &limits)?, now, &mut Effort::default())?)
                };
                let front = read(front)?;
                let whole = match back {
                    Some(back) => selfsame_vision::both_sides(front, read(back)?),
                    None => front,
                };
                Ok(examination::extraction(&whole))
            })
            .await?
    }

    /// The facemap of an approved transaction, opaque to everybody else. That it was read is recorded first.
    pub async fn transaction_facemap(
        &self,
        tenant: TenantId,
        by: Origin,
        id: TransactionId,
    ) -> Result<Option<Vec<u8>>, UseCaseError> {
        let (row, key) = self.transaction_row(tenant, id).await?;
        if !row.has_facemap {
            return Ok(None);
        }
        let facemap = self.blobs().get(&BlobKey::transaction(tenant, id, FACEMAP), &key).await?;
        if facemap.is_some() {
            self.was_read(tenant, by, Action::BiometricRead, id, FACEMAP).await?;
        }
        Ok(facemap)
    }

    /// The template of the portrait of an approved document, where its transaction keeps it. `None` also once it was erased.
    pub(crate) async fn document_portrait(
        &self,
        repository: &mut Repository,
        tenant: TenantId,
        id: TransactionId,
    ) -> Result<Option<Template>, UseCaseError> {
        let Some(row) = repository.transactions().get(tenant, id).await? else { return Ok(None) };
        let approved =
            row.transaction.decision().is_some_and(|decision| decision.outcome == Outcome::Approved);
        if !approved || !row.transaction.request.keeps_portrait {
            return Ok(None);
        }
        let key = self.unwrap_key(&row.wrapped_key)?;
        let kept = match self.blobs().get(&BlobKey::transaction(tenant, id, PORTRAIT), &key).await {
            Ok(kept) => kept.map(zeroize::Zeroizing::new),
            // What was altered or cut short stays so: it is compared with nothing, and holds up nobody.
            Err(BlobError::Sealed) => None,
            Err(error) => return Err(error.into()),
        };
        let template = kept.and_then(|bytes| Template::from_bytes(&bytes).ok());
        if template.is_none() {
            tracing::debug!(transaction = %id, "a document has no portrait that can be compared");
        }
        Ok(template)
    }

    /// What the verdict of a transaction rests on; `None` while there is none.
    pub async fn transaction_evidence(
        &self,
        tenant: TenantId,
        id: TransactionId,
    ) -> Result<Option<serde_json::Map<String, serde_json::Value>>, UseCaseError> {
        let (row, key) = self.transaction_row(tenant, id).await?;
        let Some(decision) = row.transaction.decision() else { return Ok(None) };
        let kept = self.blobs().get(&BlobKey::transaction(tenant, id, EVIDENCE), &key).await?;
        let Some(json) = kept.map(zeroize::Zeroizing::new) else { return Ok(None) };
        let evidence = serde_json::from_slice(&json).map_err(|_| UseCaseError::internal(&"no JSON"))?;
        Ok(Some(evidence).filter(|evidence| examination::is_of(evidence, decision.at)))
    }

    /// What each capability found of a transaction. Empty of one that has not ended, and of one that an earlier version decided.
    pub async fn transaction_results(
        &self,
        tenant: TenantId,
        id: TransactionId,
    ) -> Result<Vec<CapabilityResult>, UseCaseError> {
        self.transaction_row(tenant, id).await?;
        let mut repository = self.store().begin().await?;
        Ok(repository.transactions().results(tenant, id).await?)
    }

    /// At most `most` transactions of a tenant (1 to 500), the newest first, those after `after`; and where the next page begins.
    pub async fn list_transactions(
        &self,
        tenant: TenantId,
        filter: &TransactionFilter,
        after: Option<TransactionCursor>,
        most: u64,
    ) -> Result<TransactionPage, UseCaseError> {
        let mut repository = self.store().begin().await?;
        Ok(repository.transactions().list(tenant, filter, after, most).await?)
    }

    /// Erases pictures, readings, evidence and facemap at once. When this returns nobody can read any of it, from a backup neither; that it was,
    /// and its result, stay as a tombstone.
    pub async fn erase_transaction(
        &self,
        tenant: TenantId,
        by: Origin,
        id: TransactionId,
    ) -> Result<(), UseCaseError> {
        // One that has expired is as little found as one that never was; maintenance erases it.
        self.transaction_row(tenant, id).await?;
        let app = self.clone();
        to_its_end(async move {
            app.forget_transaction_row(tenant, id, Some(by)).await?;
            // Who asks for it gets it: with the row went the key, whether or not the store can be reached.
            if let Err(error) = app.purge_erased_transaction(tenant, id).await {
                tracing::error!(%error, "pictures of a transaction that was deleted are still in the object store, where nobody can read them; will try again");
            }
            Ok(())
        })
        .await
    }

    /// What stayed of a transaction that was erased.
    pub async fn transaction_tombstone(
        &self,
        tenant: TenantId,
        id: TransactionId,
    ) -> Result<Option<Tombstone>, UseCaseError> {
        let mut repository = self.store().begin().await?;
        Ok(match repository.transactions().find(tenant, id).await? {
            Some(TransactionFound::Erased(stone)) => Some(*stone),
            Some(TransactionFound::Here(_)) | None => None,
        })
    }

    /// Returns how many there were.
    pub(crate) async fn erase_expired_transactions(&self, most: u64) -> Result<usize, UseCaseError> {
        let mut repository = self.store().begin().await?;
        let expired = repository.transactions().for_maintenance_expired(self.clock().now(), most).await?;
        drop(repository);
        let mut tally = Tally::default();
        for (tenant, id) in expired {
            tally.add_of(tenant, self.forget_transaction(tenant, id).await);
        }
        self.told_expired("transactions", tally.of_tenants()).await?;
        tally.end()
    }

    /// Removes what could not be removed when its transaction was erased. Returns of how many.
    pub(crate) async fn purge_erased_transactions(&self, most: u64) -> Result<usize, UseCaseError> {
        let mut repository = self.store().begin().await?;
        let left = repository.transactions().for_maintenance_unpurged(most).await?;
        drop(repository);
        let mut tally = Tally::default();
        for (tenant, id) in left {
            tally.add(self.purge_erased_transaction(tenant, id).await);
        }
        tally.end()
    }

    /// Erases a transaction, whether or not it has expired. One that was erased before is no error.
    pub(crate) async fn forget_transaction(
        &self,
        tenant: TenantId,
        id: TransactionId,
    ) -> Result<(), UseCaseError> {
        // The key goes first. Should this be interrupted, the tombstone still says that there is something to remove.
        self.forget_transaction_row(tenant, id, None).await?;
        self.purge_erased_transaction(tenant, id).await
    }

    async fn purge_erased_transaction(
        &self,
        tenant: TenantId,
        id: TransactionId,
    ) -> Result<(), UseCaseError> {
        self.blobs().purge(&BlobKey::transaction_prefix(tenant, id)).await?;
        let mut repository = self.store().begin().await?;
        repository.transactions().purged(tenant, id).await?;
        Ok(repository.save().await?)
    }

    /// `by`: who asked for it, which is recorded; `None` where whoever calls records it.
    async fn forget_transaction_row(
        &self,
        tenant: TenantId,
        id: TransactionId,
        by: Option<Origin>,
    ) -> Result<(), UseCaseError> {
        let scribe = self.trail().scribe().await?;
        let mut repository = self.store().begin().await?;
        repository.transactions().erase(tenant, id, self.clock().now()).await?;
        if let Some(by) = by {
            scribe
                .write(&mut repository, Some(tenant), Event::new(by, Action::SubjectDeleted).about(id))
                .await?;
        }
        Ok(repository.save().await?)
    }

    async fn has_transaction_row(&self, tenant: TenantId, id: TransactionId) -> Result<bool, UseCaseError> {
        let mut repository = self.store().begin().await?;
        Ok(repository.transactions().find(tenant, id).await?.is_some())
    }

    async fn transaction_row(
        &self,
        tenant: TenantId,
        id: TransactionId,
    ) -> Result<(TransactionRow, DataKey), UseCaseError> {
        let mut repository = self.store().begin().await?;
        let row = repository.transactions().get(tenant, id).await?.ok_or(UseCaseError::NotFound)?;
        drop(repository);
        if row.transaction.has_expired(self.clock().now()) {
            return Err(UseCaseError::NotFound);
        }
        let key = self.unwrap_key(&row.wrapped_key)?;
        Ok((row, key))
    }

    fn seal_of_transaction(
        &self,
        transaction: &Transaction,
        what: &'static str,
        key: &DataKey,
        value: &impl serde::Serialize,
    ) -> Result<Vec<u8>, UseCaseError> {
        let plain = serde_json::to_vec(value).map_err(|_| UseCaseError::internal(&"no JSON"))?;
        let plain = zeroize::Zeroizing::new(plain);
        Ok(key.seal(
            &BlobKey::transaction(transaction.tenant_id, transaction.id, what),
            &plain,
            self.entropy(),
        )?)
    }

    fn open_of_transaction<T: serde::de::DeserializeOwned>(
        &self,
        transaction: &Transaction,
        what: &'static str,
        key: &DataKey,
        sealed: &[u8],
    ) -> Result<T, UseCaseError> {
        let plain = key.open(&BlobKey::transaction(transaction.tenant_id, transaction.id, what), sealed)?;
        serde_json::from_slice(&plain)
            .map_err(|_| UseCaseError::internal(&"what was sealed is not what it was"))
    }
}
