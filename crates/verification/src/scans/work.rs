//! The loop that looks at scans, and what it writes.

use std::time::Duration;

use selfsame_blobs::{BlobError, BlobKey, DataKey};
use selfsame_domain::scan::{Decision, Outcome, Scan, ScanReading, ScanSide, UnreadableReason, judge};
use selfsame_domain::{CallbackEvent, ScanId, Timestamp};
use selfsame_store::{Lease, Repository, ScanRow};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::evidence::ScanEvidence;
use super::look::{Pictures, Seen, look};
use super::{EVIDENCE, FACEMAP, Facemap, LookParams, READING, document, side_name};
use crate::workers::Urgency;
use crate::{UseCaseError, Verification};

/// How often is looked for scans that nobody holds. New ones of this process do not wait for it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A scan that could not be looked at is tried again after this.
const AGAIN: Duration = Duration::from_secs(3);

/// The longest pause between two tries while something that the scan needs is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// For so long after a scan was accepted, a picture that is not there counts as being away, and not as lost.
const GRACE: Duration = Duration::from_secs(60 * 60);

/// Why a scan could not be looked at.
enum Stopped {
    /// It may be the scan's own doing. That counts, or it would go on for ever.
    ByTheScan(UseCaseError),
    /// Database, object store, the tenant's settings or a place among the workers is away for a while: whatever was sent will be
    /// looked at.
    ByAnOutage(UseCaseError),
}

/// What was altered or cut short stays so; everything else may come back.
fn damaged_or_away(error: BlobError) -> Stopped {
    match error {
        BlobError::Sealed => Stopped::ByTheScan(error.into()),
        error => Stopped::ByAnOutage(error.into()),
    }
}

/// What a look amounts to.
struct Found {
    decision: Decision,
    reading: Option<ScanReading>,
    /// What the decision rests on, as JSON: personal.
    evidence: Option<Vec<u8>>,
    facemap: Option<Facemap>,
}

impl Verification {
    /// Looks at scans, for ever. What is under way when it is dropped is begun anew, here or elsewhere, once its lease has run out.
    pub async fn work_on_scans(self) {
        let owner = self.entropy().uuid();
        let most = self.settings().scans.most_at_once.unwrap_or(self.inner.parts.cores).max(1);
        let mut underway = JoinSet::new();
        loop {
            while underway.len() < most {
                match self.claim_scan(owner).await {
                    Ok(Some(row)) => {
                        underway.spawn(self.clone().work_on(row, owner));
                    }
                    Ok(None) => break,
                    Err(error) => {
                        tracing::error!(%error, "scans that wait could not be read; will try again");
                        break;
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.inner.scans_due.notified(), if underway.len() < most => {}
                Some(done) = underway.join_next() => {
                    if done.is_err() {
                        tracing::error!("the work on a scan broke off; it is repeated when its lease has run out");
                    }
                }
            }
        }
    }

    /// The time that leases between processes are counted in, and one from then on.
    async fn scan_lease(
        &self,
        repository: &mut Repository,
        owner: Uuid,
    ) -> Result<(Timestamp, Lease), UseCaseError> {
        let now = repository.agreed_time(self.clock().now()).await?;
        Ok((now, Lease { owner, until: now + self.settings().scans.lease }))
    }

    async fn claim_scan(&self, owner: Uuid) -> Result<Option<ScanRow>, UseCaseError> {
        let mut repository = self.store().begin().await?;
        let (now, lease) = self.scan_lease(&mut repository, owner).await?;
        let claimed = repository.scans().for_maintenance_claim(now, lease).await?;
        if claimed.is_some() {
            repository.save().await?;
        }
        Ok(claimed)
    }

    async fn work_on(self, row: ScanRow, owner: Uuid) {
        let id = row.scan.id;
        let age = self.clock().now().since(row.scan.created_at);
        // Both are polled side by side: the work may hold the connection or the row that the renewal waits for.
        let renewals = async {
            loop {
                tokio::time::sleep(self.settings().scans.lease / 3).await;
                if let Err(error) = self.renew(id, owner).await {
                    tracing::warn!(%error, "the lease of a scan could not be renewed");
                }
            }
        };
        let done: Result<(), Stopped> = tokio::select! {
            done = self.work_through(row, owner) => done,
            never = renewals => never,
        };
        let Err(stopped) = done else { return };
        let (counts, pause, error) = match stopped {
            Stopped::ByTheScan(error) => (true, AGAIN, error),
            // Nobody's fault, and over some time: asked for less and less often.
            Stopped::ByAnOutage(error) => (false, (age / 10).clamp(AGAIN, LONGEST_PAUSE), error),
        };
        tracing::warn!(scan = %id, %error, "a scan could not be looked at; will try again");
        if let Err(error) = self.release(id, owner, pause, counts).await {
            tracing::error!(%error, "a scan could not be given back; it waits until its lease has run out");
        }
    }

    async fn renew(&self, id: ScanId, owner: Uuid) -> Result<(), UseCaseError> {
        let mut repository = self.store().begin().await?;
        let (_, lease) = self.scan_lease(&mut repository, owner).await?;
        repository.scans().for_maintenance_renew(id, lease).await?;
        Ok(repository.save().await?)
    }

    async fn release(
        &self,
        id: ScanId,
        owner: Uuid,
        pause: Duration,
        counts: bool,
    ) -> Result<(), UseCaseError> {
        let mut repository = self.store().begin().await?;
        let at = repository.agreed_time(self.clock().now()).await? + pause;
        repository.scans().for_maintenance_release(id, owner, at, counts).await?;
        Ok(repository.save().await?)
    }

    /// From the claim to the verdict.
    async fn work_through(&self, row: ScanRow, owner: Uuid) -> Result<(), Stopped> {
        let found = if row.attempts > self.settings().scans.most_attempts {
            tracing::error!(scan = %row.scan.id, attempts = row.attempts, "a scan was begun too often: somebody has to look at it");
            let outcome =
                Outcome::NotReadable { reason: UnreadableReason::NotProcessed, details: Vec::new() };
            let decision = Decision { outcome, face: None, mrz_verified: false, at: self.clock().now() };
            Found { decision, reading: None, evidence: None, facemap: None }
        } else {
            self.find(&row).await?
        };
        self.end_scan(&row, owner, found).await
    }

    /// Looks, reads, compares and judges.
    async fn find(&self, row: &ScanRow) -> Result<Found, Stopped> {
        let scan = &row.scan;
        // Settings that cannot be read are the operator's to mend, for all scans of the tenant.
        let policy = self.scan_policy(scan.tenant_id).await.map_err(Stopped::ByAnOutage)?;
        let key = self.unwrap_key(&row.wrapped_key).map_err(Stopped::ByAnOutage)?;
        let mut digest = Sha256::new();
        let mut read = [None, None, None];
        for (at, side) in ScanSide::ALL.into_iter().enumerate() {
            let wanted = side != ScanSide::Face || scan.request.fields.face_match;
            if !wanted || !scan.request.has(side) {
                continue;
            }
            let name = BlobKey::scan(scan.tenant_id, scan.id, side_name(side));
            let bytes = self.blobs().get(&name, &key).await;
            let bytes = bytes.map_err(damaged_or_away)?.ok_or_else(|| {
                let error = UseCaseError::internal(&"a picture of a scan is gone");
                // A folder that is not mounted has no pictures either.
                let fresh = self.clock().now().since(scan.created_at) < GRACE;
                if fresh { Stopped::ByAnOutage(error) } else { Stopped::ByTheScan(error) }
            })?;
            digest.update(Sha256::digest(&bytes));
            read[at] = Some(bytes);
        }
        let [front, back, face] = read;
        let pictures = Pictures { front, back, face };
        let (vision, limits) = (self.vision(), self.settings().images.clone());
        let params = LookParams { false_match_rate: policy.false_match_rate, ..self.settings().scans.look };
        let now = self.clock().now();
        let seen = self
            .workers()
            .run(Urgency::Request, move || look(&vision, &limits, pictures, &params, now))
            .await
            .map_err(|error| match UseCaseError::from(error) {
                busy @ UseCaseError::Overloaded => Stopped::ByAnOutage(busy),
                error => Stopped::ByTheScan(error),
            })?
            .map_err(|error| Stopped::ByTheScan(error.into()))?;
        let (findings, reading) = document::findings(&scan.request, &seen, &params, now);
        let decision = judge(&scan.request, &findings, &policy.judge(), now);
        let evidence = ScanEvidence::of(&seen, &findings, scan.request.fields, decision.at);
        let evidence = serde_json::to_vec(&evidence)
            .map(Some)
            .map_err(|error| Stopped::ByTheScan(UseCaseError::internal(&error)))?;
        let Seen { template, .. } = seen;
        let facemap = template.filter(|_| decision.enrols()).map(|(template, quality)| Facemap {
            tenant_id: scan.tenant_id,
            scan_id: scan.id,
            template,
            quality,
            evidence: hex::encode(digest.finalize()),
            created_at: now,
        });
        let reading = reading.map(|reading| reading.only(scan.request.fields));
        Ok(Found { decision, reading, evidence, facemap })
    }

    /// Writes the verdict and the entry that tells of it in one transaction.
    async fn end_scan(&self, row: &ScanRow, owner: Uuid, found: Found) -> Result<(), Stopped> {
        let scan = &row.scan;
        let Found { decision, reading, evidence, facemap } = found;
        let key = self.unwrap_key(&row.wrapped_key).map_err(Stopped::ByAnOutage)?;
        let reading = match &reading {
            Some(reading) => {
                Some(self.seal_of_scan(scan, READING, &key, reading).map_err(Stopped::ByTheScan)?)
            }
            None => None,
        };
        let ended = scan
            .clone()
            .decide(decision)
            .map_err(|error| Stopped::ByTheScan(UseCaseError::internal(&error)))?;
        self.store_end(&ended, owner, &key, reading, (evidence, facemap)).await.map_err(Stopped::ByAnOutage)
    }

    /// What is left to do can fail only where something is away.
    async fn store_end(
        &self,
        ended: &Scan,
        owner: Uuid,
        key: &DataKey,
        reading: Option<Vec<u8>>,
        (evidence, made): (Option<Vec<u8>>, Option<Facemap>),
    ) -> Result<(), UseCaseError> {
        let blob = |what| BlobKey::scan(ended.tenant_id, ended.id, what);
        if let Some(evidence) = evidence {
            self.blobs().put(&blob(EVIDENCE), key, evidence, self.entropy()).await?;
        }
        if let Some(of) = &made {
            let sealed = self.seal_facemap(of).await?;
            self.blobs().put(&blob(FACEMAP), key, sealed, self.entropy()).await?;
        }
        let mut repository = self.store().begin().await?;
        if repository.scans().end(ended, owner, reading, made.is_some()).await? {
            if let Some(target) = ended.request.callback.clone() {
                let (tenant, subject) = (ended.tenant_id, ended.id.as_uuid());
                self.enqueue(&mut repository, tenant, subject, CallbackEvent::ScanDecided, target).await?;
            }
            repository.save().await?;
            self.told();
            return Ok(());
        }
        let erased = repository.scans().get(ended.tenant_id, ended.id).await?.is_none();
        drop(repository);
        // Erased meanwhile: nothing may stay. Ended by somebody else: what is stored is theirs.
        if erased {
            self.blobs().purge(&BlobKey::scan_prefix(ended.tenant_id, ended.id)).await?;
        }
        tracing::debug!(scan = %ended.id, erased, "a scan was ended or erased while it was looked at");
        Ok(())
    }
}
