//! Verifying documents from pictures that were sent: accepted at once, looked at in the background, read, told of, erased.
//!
//! What a scan became and the entry that tells of it are written in one transaction: a scan that was accepted ends exactly once,
//! whenever the server is killed. Who works on one holds a lease that is renewed; when it runs out somebody else begins anew.

mod agreement;
mod document;
mod evidence;
mod facemap;
mod look;
mod work;

use std::time::Duration;

use selfsame_blobs::{BlobKey, DataKey};
use selfsame_domain::document::DocumentReading;
use selfsame_domain::scan::{
    CallbackGranularity, NewScan, PictureFormat, Scan, ScanClaims, ScanPolicy, ScanReading, ScanSide,
    Tombstone,
};
use selfsame_domain::{CallbackEvent, ScanId, TenantId};
use selfsame_store::{ScanFound, ScanRow};
use selfsame_vision::Effort;
use selfsame_vision::image::{Format, ImageError, Limits, decode, inspect};
use selfsame_vision::signs::Signs;

use crate::maintenance::{Tally, to_its_end};
use crate::workers::Urgency;
use crate::{UseCaseError, Verification};

pub use agreement::AgreementParams;
pub use facemap::{Facemap, FacemapError};
pub use look::LookParams;

/// Quality of JPEGs that are made of PNGs.
const MADE_JPEG: u8 = 93;

/// Limits and thresholds of scans.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanParams {
    /// What holds for tenants that have nothing of their own.
    pub policy: ScanPolicy,
    /// Scans that are looked at at once; `None`: one per core.
    pub most_at_once: Option<usize>,
    /// A lease runs out after this when whoever holds it is gone.
    pub lease: Duration,
    /// After so many beginnings somebody has to look: no document may take the server down for ever.
    pub most_attempts: u32,
    pub look: LookParams,
}

impl Default for ScanParams {
    fn default() -> Self {
        Self {
            policy: ScanPolicy::default(),
            most_at_once: None,
            lease: Duration::from_secs(15),
            most_attempts: 10,
            look: LookParams::default(),
        }
    }
}

/// A scan with what is known of the person.
#[derive(Debug, Clone)]
pub struct ScanRecord {
    pub scan: Scan,
    pub claims: ScanClaims,
    /// Once it has ended, and something was read.
    pub reading: Option<ScanReading>,
    pub has_facemap: bool,
}

/// What a picture of a document shows.
#[derive(Debug, Clone)]
pub struct DocumentSight {
    /// Of the upright picture, in whose pixels all places are.
    pub width: u32,
    pub height: u32,
    pub reading: DocumentReading,
    /// What the picture indicates about itself.
    pub signs: Signs,
}

pub(crate) fn side_name(side: ScanSide) -> &'static str {
    match side {
        ScanSide::Front => "front",
        ScanSide::Back => "back",
        ScanSide::Face => "face",
    }
}

const CLAIMS: &str = "claims";
const READING: &str = "reading";
pub(crate) const FACEMAP: &str = "facemap";
const EVIDENCE: &str = "evidence";

impl Verification {
    /// What a picture of a scan is, from its header: JPEG or PNG within the limits, its longest side above 300 pixels.
    ///
    /// # Errors
    /// In words for whoever sent it.
    pub fn inspect_scan_picture(&self, bytes: &[u8]) -> Result<PictureFormat, ImageError> {
        match inspect(bytes, &self.scan_limits())? {
            (Format::Jpeg, ..) => Ok(PictureFormat::Jpeg),
            (Format::Png, ..) => Ok(PictureFormat::Png),
            (Format::WebP, ..) => Err(ImageError::UnsupportedFormat { name: "WebP" }),
        }
    }

    fn scan_limits(&self) -> Limits {
        let images = self.settings().images.clone();
        // Under 8000 pixels, says the dialect.
        Limits { longest_side_above: Some(300), max_side: images.max_side.min(7_999), ..images }
    }

    /// Accepts a scan under what holds for its tenant just now ([`Verification::scan_policy`]). When this returns, its pictures are
    /// stored, encrypted, and it will be decided.
    pub async fn open_scan(
        &self,
        tenant: TenantId,
        policy: &ScanPolicy,
        request: NewScan,
        claims: &ScanClaims,
        pictures: Vec<(ScanSide, Vec<u8>)>,
    ) -> Result<Scan, UseCaseError> {
        let id = ScanId::random(self.entropy());
        let scan = Scan::accept(id, tenant, request, self.clock().now(), policy.keep_for());
        let (app, claims) = (self.clone(), claims.clone());
        // Pictures that are stored have a row, or are removed again: also when whoever sent them has gone.
        to_its_end(async move {
            app.store_scan(&scan, &claims, pictures).await?;
            Ok(scan)
        })
        .await
    }

    async fn store_scan(
        &self,
        scan: &Scan,
        claims: &ScanClaims,
        pictures: Vec<(ScanSide, Vec<u8>)>,
    ) -> Result<(), UseCaseError> {
        let (tenant, id) = (scan.tenant_id, scan.id);
        let (key, wrapped) = self.new_key()?;
        let made = async {
            for (side, bytes) in pictures {
                let name = BlobKey::scan(tenant, id, side_name(side));
                self.blobs().put(&name, &key, bytes, self.entropy()).await?;
            }
            let claims = self.seal_of_scan(scan, CLAIMS, &key, claims)?;
            let mut repository = self.store().begin().await?;
            repository.scans().add(scan, &wrapped, &claims).await?;
            if scan.request.granularity == CallbackGranularity::OnAllSteps
                && let Some(target) = scan.request.callback.clone()
            {
                let event = CallbackEvent::ScanReceived;
                self.enqueue(&mut repository, tenant, id.as_uuid(), event, target).await?;
            }
            Ok::<_, UseCaseError>(repository)
        };
        let accepted = match made.await {
            Err(error) => Err((error, false)),
            Ok(repository) => match repository.save().await {
                Ok(()) => Ok(()),
                // Whether it was stored is not known when only the answer was lost.
                Err(error) => match self.has_scan_row(tenant, id).await {
                    Ok(true) => Ok(()),
                    Ok(false) => Err((error.into(), false)),
                    Err(_) => Err((error.into(), true)),
                },
            },
        };
        if let Err((error, may_be_there)) = accepted {
            // A scan that was stored after all needs its pictures. Without a row their key is nowhere: nobody can open them, and
            // what cannot be removed now is only in the way.
            if may_be_there {
                tracing::warn!(scan = %id, "whether a scan was stored is not known; its pictures stay");
            } else if let Err(error) = self.blobs().purge(&BlobKey::scan_prefix(tenant, id)).await {
                tracing::warn!(%error, "pictures that nothing refers to could not be removed");
            }
            return Err(error);
        }
        self.told();
        self.inner.scans_due.notify_one();
        Ok(())
    }

    /// A scan of this tenant that has neither expired nor been erased.
    pub async fn scan(&self, tenant: TenantId, id: ScanId) -> Result<ScanRecord, UseCaseError> {
        let (row, key) = self.scan_row(tenant, id).await?;
        let claims = self.open_of_scan(&row.scan, CLAIMS, &key, &row.sealed_claims)?;
        let reading = match &row.sealed_reading {
            Some(sealed) => Some(self.open_of_scan(&row.scan, READING, &key, sealed)?),
            None => None,
        };
        Ok(ScanRecord { scan: row.scan, claims, reading, has_facemap: row.has_facemap })
    }

    /// One of its pictures, and how it is encoded: as `wanted` where that is said, else as it was sent. `None` when it did not come.
    pub async fn scan_picture(
        &self,
        tenant: TenantId,
        id: ScanId,
        side: ScanSide,
        wanted: Option<PictureFormat>,
    ) -> Result<Option<(PictureFormat, Vec<u8>)>, UseCaseError> {
        let (row, key) = self.scan_row(tenant, id).await?;
        let Some(stored) = row.scan.request.picture(side) else { return Ok(None) };
        let name = BlobKey::scan(tenant, id, side_name(side));
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
        let params = self.settings().scans.look.signs;
        self.workers()
            .run(Urgency::Request, move || {
                let picture = decode(&bytes, &limits)?;
                let mut effort = Effort::default();
                let reading = document::read(&vision, &picture, now, &mut effort)?;
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
    ) -> Result<Option<ScanReading>, UseCaseError> {
        let (vision, limits, now) = (self.vision(), self.settings().images.clone(), self.now());
        self.workers()
            .run(Urgency::Request, move || {
                let read = |bytes: Vec<u8>| -> Result<_, UseCaseError> {
                    Ok(document::read(&vision, &decode(&bytes, &limits)?, now, &mut Effort::default())?)
                };
                let front = read(front)?;
                let whole = match back {
                    Some(back) => selfsame_vision::both_sides(front, read(back)?),
                    None => front,
                };
                Ok(document::reading(&whole))
            })
            .await?
    }

    /// The facemap of an approved scan, opaque to everybody else.
    pub async fn scan_facemap(&self, tenant: TenantId, id: ScanId) -> Result<Option<Vec<u8>>, UseCaseError> {
        let (row, key) = self.scan_row(tenant, id).await?;
        if !row.has_facemap {
            return Ok(None);
        }
        Ok(self.blobs().get(&BlobKey::scan(tenant, id, FACEMAP), &key).await?)
    }

    /// What the verdict of a scan rests on; `None` while there is none.
    pub async fn scan_evidence(
        &self,
        tenant: TenantId,
        id: ScanId,
    ) -> Result<Option<serde_json::Map<String, serde_json::Value>>, UseCaseError> {
        let (row, key) = self.scan_row(tenant, id).await?;
        let Some(decision) = row.scan.decision() else { return Ok(None) };
        let kept = self.blobs().get(&BlobKey::scan(tenant, id, EVIDENCE), &key).await?;
        let Some(json) = kept.map(zeroize::Zeroizing::new) else { return Ok(None) };
        let evidence = serde_json::from_slice(&json).map_err(|_| UseCaseError::internal(&"no JSON"))?;
        Ok(Some(evidence).filter(|evidence| evidence::is_of(evidence, decision.at)))
    }

    /// Erases pictures, readings, evidence and facemap at once. When this returns nobody can read any of it, from a backup neither; that it was,
    /// and its result, stay as a tombstone.
    pub async fn erase_scan(&self, tenant: TenantId, id: ScanId) -> Result<(), UseCaseError> {
        // One that has expired is as little found as one that never was; maintenance erases it.
        self.scan_row(tenant, id).await?;
        let app = self.clone();
        to_its_end(async move {
            app.forget_scan_row(tenant, id).await?;
            // Who asks for it gets it: with the row went the key, whether or not the store can be reached.
            if let Err(error) = app.purge_erased_scan(tenant, id).await {
                tracing::error!(%error, "pictures of a scan that was deleted are still in the object store, where nobody can read them; will try again");
            }
            Ok(())
        })
        .await
    }

    /// What stayed of a scan that was erased.
    pub async fn scan_tombstone(
        &self,
        tenant: TenantId,
        id: ScanId,
    ) -> Result<Option<Tombstone>, UseCaseError> {
        let mut repository = self.store().begin().await?;
        Ok(match repository.scans().find(tenant, id).await? {
            Some(ScanFound::Erased(stone)) => Some(*stone),
            Some(ScanFound::Here(_)) | None => None,
        })
    }

    /// Returns how many there were.
    pub(crate) async fn erase_expired_scans(&self, most: u64) -> Result<usize, UseCaseError> {
        let mut repository = self.store().begin().await?;
        let expired = repository.scans().for_maintenance_expired(self.clock().now(), most).await?;
        drop(repository);
        let mut tally = Tally::default();
        for (tenant, id) in expired {
            tally.add(self.forget_scan(tenant, id).await);
        }
        tally.end()
    }

    /// Removes what could not be removed when its scan was erased. Returns of how many.
    pub(crate) async fn purge_erased_scans(&self, most: u64) -> Result<usize, UseCaseError> {
        let mut repository = self.store().begin().await?;
        let left = repository.scans().for_maintenance_unpurged(most).await?;
        drop(repository);
        let mut tally = Tally::default();
        for (tenant, id) in left {
            tally.add(self.purge_erased_scan(tenant, id).await);
        }
        tally.end()
    }

    async fn forget_scan(&self, tenant: TenantId, id: ScanId) -> Result<(), UseCaseError> {
        // The key goes first. Should this be interrupted, the tombstone still says that there is something to remove.
        self.forget_scan_row(tenant, id).await?;
        self.purge_erased_scan(tenant, id).await
    }

    async fn purge_erased_scan(&self, tenant: TenantId, id: ScanId) -> Result<(), UseCaseError> {
        self.blobs().purge(&BlobKey::scan_prefix(tenant, id)).await?;
        let mut repository = self.store().begin().await?;
        repository.scans().purged(tenant, id).await?;
        Ok(repository.save().await?)
    }

    async fn forget_scan_row(&self, tenant: TenantId, id: ScanId) -> Result<(), UseCaseError> {
        let mut repository = self.store().begin().await?;
        repository.scans().erase(tenant, id, self.clock().now()).await?;
        Ok(repository.save().await?)
    }

    async fn has_scan_row(&self, tenant: TenantId, id: ScanId) -> Result<bool, UseCaseError> {
        let mut repository = self.store().begin().await?;
        Ok(repository.scans().find(tenant, id).await?.is_some())
    }

    async fn scan_row(&self, tenant: TenantId, id: ScanId) -> Result<(ScanRow, DataKey), UseCaseError> {
        let mut repository = self.store().begin().await?;
        let row = repository.scans().get(tenant, id).await?.ok_or(UseCaseError::NotFound)?;
        drop(repository);
        if row.scan.has_expired(self.clock().now()) {
            return Err(UseCaseError::NotFound);
        }
        let key = self.unwrap_key(&row.wrapped_key)?;
        Ok((row, key))
    }

    fn seal_of_scan(
        &self,
        scan: &Scan,
        what: &'static str,
        key: &DataKey,
        value: &impl serde::Serialize,
    ) -> Result<Vec<u8>, UseCaseError> {
        let plain = serde_json::to_vec(value).map_err(|_| UseCaseError::internal(&"no JSON"))?;
        let plain = zeroize::Zeroizing::new(plain);
        Ok(key.seal(&BlobKey::scan(scan.tenant_id, scan.id, what), &plain, self.entropy())?)
    }

    fn open_of_scan<T: serde::de::DeserializeOwned>(
        &self,
        scan: &Scan,
        what: &'static str,
        key: &DataKey,
        sealed: &[u8],
    ) -> Result<T, UseCaseError> {
        let plain = key.open(&BlobKey::scan(scan.tenant_id, scan.id, what), sealed)?;
        serde_json::from_slice(&plain)
            .map_err(|_| UseCaseError::internal(&"what was sealed is not what it was"))
    }
}
