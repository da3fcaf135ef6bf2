//! The loop that looks at transactions, and what it writes.

use std::time::Duration;

use selfsame_blobs::{BlobError, BlobKey, DataKey};
use selfsame_domain::document::{Extraction, UnreadableReason};
use selfsame_domain::transaction::workflow::{Workflow, WorkflowRef, WorkflowVerdict};
use selfsame_domain::transaction::{Decision, Outcome, PartRole, Results, Transaction, decide, results};
use selfsame_domain::{CallbackEvent, TenantId, Timestamp, TransactionId};
use selfsame_store::{Lease, Repository, TransactionRow};
use selfsame_vision::Template;
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{EVIDENCE, FACEMAP, Facemap, PORTRAIT, READING, side_name};
use crate::examination::{LookParams, Pictures, Seen, TransactionEvidence, findings, look};
use crate::workers::Urgency;
use crate::{UseCaseError, Verification, metrics};

/// How often is looked for transactions that nobody holds. New ones of this process do not wait for it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A transaction that could not be looked at is tried again after this.
const AGAIN: Duration = Duration::from_secs(3);

/// The longest pause between two tries while something that the transaction needs is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// For so long after a transaction was accepted, a picture that is not there counts as being away, and not as lost.
const GRACE: Duration = Duration::from_secs(60 * 60);

/// Why a transaction could not be looked at.
enum Stopped {
    /// It may be the transaction's own doing. That counts, or it would go on for ever.
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
    results: Results,
    /// What the rules of its workflow say; `None` when it was not examined.
    verdict: Option<WorkflowVerdict>,
    decision: Decision,
    reading: Option<Extraction>,
    /// What the decision rests on, as JSON: personal.
    evidence: Option<Vec<u8>>,
    made: Made,
}

/// What is kept of faces, for later.
#[derive(Default)]
struct Made {
    facemap: Option<Facemap>,
    /// The portrait's template of an approved document whose transaction asks for it.
    portrait: Option<Template>,
}

impl Verification {
    /// Looks at transactions, for ever. What is under way when it is dropped is begun anew, here or elsewhere, once its lease has run out.
    pub async fn work_on_transactions(self) {
        let owner = self.entropy().uuid();
        let most = self.settings().transactions.most_at_once.unwrap_or(self.inner.parts.cores).max(1);
        let mut underway = JoinSet::new();
        let mut round = Vec::new();
        loop {
            while underway.len() < most {
                match self.claim_transaction(owner, &mut round).await {
                    Ok(Some(row)) => {
                        underway.spawn(self.clone().work_on(row, owner));
                    }
                    Ok(None) => break,
                    Err(error) => {
                        tracing::error!(%error, "transactions that wait could not be read; will try again");
                        break;
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.inner.transactions_due.notified(), if underway.len() < most => {}
                Some(done) = underway.join_next() => {
                    if done.is_err() {
                        tracing::error!("the work on a transaction broke off; it is repeated when its lease has run out");
                    }
                }
            }
        }
    }

    /// The time that leases between processes are counted in, and one from then on.
    async fn transaction_lease(
        &self,
        repository: &mut Repository,
        owner: Uuid,
    ) -> Result<(Timestamp, Lease), UseCaseError> {
        let now = repository.agreed_time(self.clock().now()).await?;
        Ok((now, Lease { owner, until: now + self.settings().transactions.lease }))
    }

    /// The next transaction to look at. Tenants take turns: `round` holds those that had theirs, until all who wait have. So a tenant that
    /// sends very many keeps others waiting for one of them.
    async fn claim_transaction(
        &self,
        owner: Uuid,
        round: &mut Vec<TenantId>,
    ) -> Result<Option<TransactionRow>, UseCaseError> {
        let mut repository = self.store().begin().await?;
        let (now, lease) = self.transaction_lease(&mut repository, owner).await?;
        let mut claimed = repository.transactions().for_maintenance_claim(now, lease, round).await?;
        if claimed.is_none() && !round.is_empty() {
            round.clear();
            claimed = repository.transactions().for_maintenance_claim(now, lease, round).await?;
        }
        if let Some(row) = &claimed {
            round.push(row.transaction.tenant_id);
        }
        if claimed.is_some() {
            repository.save().await?;
        }
        Ok(claimed)
    }

    async fn work_on(self, row: TransactionRow, owner: Uuid) {
        let id = row.transaction.id;
        let age = self.clock().now().since(row.transaction.created_at);
        // Both are polled side by side: the work may hold the connection or the row that the renewal waits for.
        let renewals = async {
            loop {
                tokio::time::sleep(self.settings().transactions.lease / 3).await;
                if let Err(error) = self.renew(id, owner).await {
                    tracing::warn!(%error, "the lease of a transaction could not be renewed");
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
        tracing::warn!(transaction = %id, %error, "a transaction could not be looked at; will try again");
        if let Err(error) = self.release(id, owner, pause, counts).await {
            tracing::error!(%error, "a transaction could not be given back; it waits until its lease has run out");
        }
    }

    async fn renew(&self, id: TransactionId, owner: Uuid) -> Result<(), UseCaseError> {
        let mut repository = self.store().begin().await?;
        let (_, lease) = self.transaction_lease(&mut repository, owner).await?;
        if !repository.transactions().for_maintenance_renew(id, lease).await? {
            metrics::lease_lost();
        }
        Ok(repository.save().await?)
    }

    async fn release(
        &self,
        id: TransactionId,
        owner: Uuid,
        pause: Duration,
        counts: bool,
    ) -> Result<(), UseCaseError> {
        let mut repository = self.store().begin().await?;
        let at = repository.agreed_time(self.clock().now()).await? + pause;
        repository.transactions().for_maintenance_release(id, owner, at, counts).await?;
        Ok(repository.save().await?)
    }

    /// From the claim to the verdict.
    async fn work_through(&self, row: TransactionRow, owner: Uuid) -> Result<(), Stopped> {
        let most = self.workflow(&row.workflow)?.attempts().min(self.settings().transactions.most_attempts);
        let found = if row.attempts > most {
            tracing::error!(transaction = %row.transaction.id, attempts = row.attempts, "a transaction was begun too often: somebody has to look at it");
            let outcome =
                Outcome::NotReadable { reason: UnreadableReason::NotProcessed, details: Vec::new() };
            let decision = Decision { outcome, face: None, mrz_verified: false, at: self.clock().now() };
            Found {
                results: Results::default(),
                verdict: None,
                decision,
                reading: None,
                evidence: None,
                made: Made::default(),
            }
        } else {
            self.find(&row).await?
        };
        self.end_transaction(&row, owner, found).await
    }

    /// Looks, reads, compares and judges.
    async fn find(&self, row: &TransactionRow) -> Result<Found, Stopped> {
        let transaction = &row.transaction;
        // Settings that cannot be read are the operator's to mend, for all transactions of the tenant.
        let policy = self.transaction_policy(transaction.tenant_id).await.map_err(Stopped::ByAnOutage)?;
        let key = self.unwrap_key(&row.wrapped_key).map_err(Stopped::ByAnOutage)?;
        let mut digest = Sha256::new();
        let mut read = [None, None, None];
        for (at, side) in PartRole::ALL.into_iter().enumerate() {
            let wanted = side != PartRole::Face || transaction.request.fields.face_match;
            if !wanted || !transaction.request.has(side) {
                continue;
            }
            let name = BlobKey::transaction(transaction.tenant_id, transaction.id, side_name(side));
            let bytes = self.blobs().get(&name, &key).await;
            let bytes = bytes.map_err(damaged_or_away)?.ok_or_else(|| {
                let error = UseCaseError::internal(&"a picture of a transaction is gone");
                // A folder that is not mounted has no pictures either.
                let fresh = self.clock().now().since(transaction.created_at) < GRACE;
                if fresh { Stopped::ByAnOutage(error) } else { Stopped::ByTheScan(error) }
            })?;
            digest.update(Sha256::digest(&bytes));
            read[at] = Some(bytes);
        }
        let [front, back, face] = read;
        let portrait_template = transaction.request.keeps_portrait;
        let pictures = Pictures { front, back, face, portrait_template };
        let (vision, limits) = (self.vision(), self.settings().images.clone());
        let params =
            LookParams { false_match_rate: policy.false_match_rate, ..self.settings().transactions.look };
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
        let (findings, reading) = findings(&transaction.request.asked(), &seen, &params, now);
        let fields = transaction.request.fields;
        let results = results(&transaction.request.asked(), &findings, &policy.accepted());
        let decision = decide(&results, fields.face_match, now);
        let verdict = self.workflow(&row.workflow)?.decide(&results).verdict;
        let evidence = TransactionEvidence::of(&seen, &findings, fields, decision.at);
        let evidence = serde_json::to_vec(&evidence)
            .map(Some)
            .map_err(|error| Stopped::ByTheScan(UseCaseError::internal(&error)))?;
        let Seen { template, portrait, .. } = seen;
        let portrait = portrait.filter(|_| decision.outcome == Outcome::Approved);
        let facemap = template.filter(|_| decision.enrols()).map(|(template, quality)| Facemap {
            tenant_id: transaction.tenant_id,
            transaction_id: transaction.id,
            template,
            quality,
            evidence: hex::encode(digest.finalize()),
            created_at: now,
        });
        let reading = reading.map(|reading| reading.only(fields));
        let made = Made { facemap, portrait };
        Ok(Found { results, verdict: Some(verdict), decision, reading, evidence, made })
    }

    /// The workflow that a transaction pinned. One that this server does not have decides nothing.
    fn workflow(&self, pinned: &WorkflowRef) -> Result<&Workflow, Stopped> {
        let known = self.settings().workflows.iter().find(|workflow| workflow.id == *pinned);
        known.ok_or_else(|| {
            let WorkflowRef { key, version } = pinned;
            let what =
                format!("the server has no workflow {key:?} of version {version}; start the one that has it");
            Stopped::ByAnOutage(UseCaseError::internal(&what))
        })
    }

    /// Writes the verdict and the entry that tells of it in one transaction.
    async fn end_transaction(&self, row: &TransactionRow, owner: Uuid, found: Found) -> Result<(), Stopped> {
        let transaction = &row.transaction;
        let Found { results, verdict, decision, reading, evidence, made } = found;
        let key = self.unwrap_key(&row.wrapped_key).map_err(Stopped::ByAnOutage)?;
        let reading = match &reading {
            Some(reading) => Some(
                self.seal_of_transaction(transaction, READING, &key, reading).map_err(Stopped::ByTheScan)?,
            ),
            None => None,
        };
        let ended = transaction
            .clone()
            .decide(decision)
            .map_err(|error| Stopped::ByTheScan(UseCaseError::internal(&error)))?;
        self.store_end(&ended, owner, &key, (&results, verdict), (reading, evidence, made))
            .await
            .map_err(Stopped::ByAnOutage)
    }

    /// What is left to do can fail only where something is away.
    async fn store_end(
        &self,
        ended: &Transaction,
        owner: Uuid,
        key: &DataKey,
        examined: (&Results, Option<WorkflowVerdict>),
        (reading, evidence, made): (Option<Vec<u8>>, Option<Vec<u8>>, Made),
    ) -> Result<(), UseCaseError> {
        let blob = |what| BlobKey::transaction(ended.tenant_id, ended.id, what);
        if let Some(evidence) = evidence {
            self.blobs().put(&blob(EVIDENCE), key, evidence, self.entropy()).await?;
        }
        if let Some(of) = &made.facemap {
            let sealed = self.seal_facemap(of).await?;
            self.blobs().put(&blob(FACEMAP), key, sealed, self.entropy()).await?;
        }
        if let Some(template) = &made.portrait {
            let bytes = template.to_bytes().to_vec();
            self.blobs().put(&blob(PORTRAIT), key, bytes, self.entropy()).await?;
        }
        let mut repository = self.store().begin().await?;
        if repository.transactions().end(ended, owner, examined, (reading, made.facemap.is_some())).await? {
            if let Some(target) = ended.request.callback.clone() {
                let (tenant, subject) = (ended.tenant_id, ended.id.as_uuid());
                self.enqueue(&mut repository, tenant, subject, CallbackEvent::TRANSACTION_DECIDED, target)
                    .await?;
            }
            repository.save().await?;
            if let Some(decision) = ended.decision() {
                metrics::transaction_decided(ended.request.kind, &decision.outcome);
            }
            self.told();
            return Ok(());
        }
        let erased = repository.transactions().get(ended.tenant_id, ended.id).await?.is_none();
        drop(repository);
        // Erased meanwhile: nothing may stay. Ended by somebody else: what is stored is theirs.
        if erased {
            self.blobs().purge(&BlobKey::transaction_prefix(ended.tenant_id, ended.id)).await?;
        }
        tracing::debug!(transaction = %ended.id, erased, "a transaction was ended or erased while it was looked at");
        Ok(())
    }
}
