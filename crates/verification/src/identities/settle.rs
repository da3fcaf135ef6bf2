//! What has become known since evidence was last looked at.

use selfsame_blobs::BlobKey;
use selfsame_domain::identity::{consented, consented_then};
use selfsame_domain::transaction::{Outcome, TransactionState};
use selfsame_domain::{
    BioSession, Consent, ConsentKind, Evidence, EvidenceComparison, EvidenceKind, EvidenceState, Identity,
    LivenessStatus, TenantId, Timestamp, TransactionId, Verdict,
};
use selfsame_store::{EvidenceRow, Repository};
use selfsame_vision::Template;
use selfsame_vision::inference::REMAKING_COMMAND;

use super::Opened;
use crate::{UseCaseError, Verification};

impl Verification {
    /// Judges live portraits whose sessions have a verdict and documents whose transactions are decided, and compares the portrait that
    /// counts. Returns the evidence as it is then, and whether anything was written; saving is the caller's.
    pub(super) async fn settle(
        &self,
        repository: &mut Repository,
        opened: &Opened,
    ) -> Result<(Vec<EvidenceRow>, bool), UseCaseError> {
        let (tenant, id) = (opened.identity.tenant_id, opened.identity.id);
        let mut rows = repository.identities().evidence(tenant, id).await?;
        let consents = repository.identities().consents(tenant, id).await?;
        let consented_to =
            |verdict: &Verdict| consented_then(&consents, ConsentKind::Portrait, verdict.decided_at);
        let mut changed = false;
        for row in &mut rows {
            let EvidenceKind::LivePortrait { session_id, .. } = row.evidence.kind else { continue };
            if row.evidence.state != EvidenceState::Processing {
                continue;
            }
            let session = repository.sessions().get(tenant, session_id).await?;
            let (status, at) = match session.as_ref().map(BioSession::verdict) {
                // A yes needs the picture of whom it is about, and the person's consent to it.
                Some(Some(verdict)) if verdict.best_image.is_none() || !consented_to(verdict) => {
                    let yes = verdict.status == LivenessStatus::Success;
                    (if yes { LivenessStatus::Error } else { verdict.status }, verdict.decided_at)
                }
                Some(Some(verdict)) => (verdict.status, verdict.decided_at),
                Some(None) => continue,
                // Erased before it was decided: nothing will come of it.
                None => (LivenessStatus::Error, self.clock().now()),
            };
            let judged =
                row.evidence.clone().judge(status, at).map_err(|error| UseCaseError::internal(&error))?;
            replace(repository, &mut row.evidence, judged).await?;
            changed = true;
        }
        changed |= self.settle_documents(repository, &consents, &mut rows).await?;
        if consented(&consents, ConsentKind::Portrait, self.clock().now()) {
            changed |= self.settle_comparisons(repository, opened, &mut rows).await?;
        }
        Ok((rows, changed))
    }

    /// Writes down what the transactions of documents have decided.
    async fn settle_documents(
        &self,
        repository: &mut Repository,
        consents: &[Consent],
        rows: &mut [EvidenceRow],
    ) -> Result<bool, UseCaseError> {
        let mut changed = false;
        for row in rows {
            let EvidenceKind::IdDocument { transaction_id } = row.evidence.kind else { continue };
            if row.evidence.state != EvidenceState::Processing {
                continue;
            }
            let found = repository.transactions().get(row.evidence.tenant_id, transaction_id).await?;
            let (decision, at) = match found.map(|row| row.transaction.state) {
                // A yes needs the person's consent to it.
                Some(TransactionState::Decided(decision)) => {
                    let at = decision.at;
                    let usable = decision.outcome != Outcome::Approved
                        || consented_then(consents, ConsentKind::Portrait, at);
                    (Some(decision).filter(|_| usable), at)
                }
                Some(
                    TransactionState::TokenExpired { at }
                    | TransactionState::SessionExpired { at }
                    | TransactionState::Superseded { at },
                ) => (None, at),
                Some(
                    TransactionState::Awaiting
                    | TransactionState::Acquiring
                    | TransactionState::Processing
                    | TransactionState::InReview,
                ) => continue,
                // Erased before it was settled: nothing is left to compare with.
                None => (None, self.clock().now()),
            };
            let examined = row.evidence.clone().examine(decision.as_ref(), at);
            let examined = examined.map_err(|error| UseCaseError::internal(&error))?;
            replace(repository, &mut row.evidence, examined).await?;
            changed = true;
        }
        Ok(changed)
    }

    /// Compares the portrait that counts with the reference that counts and with the portrait of a verified document.
    async fn settle_comparisons(
        &self,
        repository: &mut Repository,
        opened: &Opened,
        rows: &mut [EvidenceRow],
    ) -> Result<bool, UseCaseError> {
        let last = |is: fn(&EvidenceKind) -> bool| rows.iter().rposition(|row| is(&row.evidence.kind));
        let Some(portrait) = last(EvidenceKind::is_portrait) else { return Ok(false) };
        let present = rows[portrait].evidence.clone();
        // A portrait that was sent says nothing of a reference: it is held against documents alone, and verifies nothing.
        let sent = present.kind == EvidenceKind::UploadedPortrait;
        if !sent && !present.liveness_passed() {
            return Ok(false);
        }
        let reference = last(EvidenceKind::is_reference).filter(|_| !sent);
        let document = last(EvidenceKind::is_document).filter(|at| rows[*at].evidence.is_verified());
        let (mut changed, mut complete) = (false, true);
        let mut told = Vec::new();
        for at in [reference, document].into_iter().flatten() {
            let other = &rows[at].evidence;
            let done = other.comparison.filter(|comparison| comparison.with == present.id);
            let comparison = match done {
                Some(comparison) => comparison,
                None => {
                    let made = self.comparison(repository, opened, (&rows[portrait], &rows[at])).await?;
                    // Nothing to compare with: the level that needs it is not reached.
                    let Some(comparison) = made else {
                        complete = false;
                        continue;
                    };
                    let compared = other.clone().compare(comparison);
                    let compared = compared.map_err(|error| UseCaseError::internal(&error))?;
                    replace(repository, &mut rows[at].evidence, compared).await?;
                    changed = true;
                    comparison
                }
            };
            let Evidence { id, kind, .. } = rows[at].evidence;
            told.push((kind, EvidenceComparison { with: id, ..comparison }));
        }
        if told.is_empty() && !complete && !sent && !present.is_verified() {
            // Whom an earlier picture showed to be somebody else is cleared by a comparison, not by the lack of one.
            return Ok(changed);
        }
        let weighed = present.clone().weigh(&told, self.clock().now());
        let weighed = weighed.map_err(|error| UseCaseError::internal(&error))?;
        if weighed != present {
            replace(repository, &mut rows[portrait].evidence, weighed).await?;
            changed = true;
        }
        Ok(changed)
    }

    /// How alike a portrait and what it counts against are, for the latter; `None` where one of them has no template.
    async fn comparison(
        &self,
        repository: &mut Repository,
        opened: &Opened,
        (portrait, other): (&EvidenceRow, &EvidenceRow),
    ) -> Result<Option<EvidenceComparison>, UseCaseError> {
        let of_portrait = match portrait.evidence.kind {
            EvidenceKind::UploadedPortrait => self.sent_template(opened, portrait)?,
            _ => self.live_template(repository, &portrait.evidence).await?,
        };
        let of_other = match other.evidence.kind {
            EvidenceKind::IdDocument { transaction_id } => {
                self.document_template(repository, opened.identity.tenant_id, transaction_id).await?
            }
            _ => self.sent_template(opened, other)?,
        };
        let (Some(of_portrait), Some(of_other)) = (of_portrait, of_other) else { return Ok(None) };
        let comparison = self.vision().compare(&of_other, &of_portrait)?;
        Ok(Some(EvidenceComparison {
            with: portrait.evidence.id,
            false_match_rate: comparison.false_match_rate,
            threshold: self.settings().identities.false_match_rate,
            at: self.clock().now(),
        }))
    }

    /// `None` also for a template of another embedder.
    async fn document_template(
        &self,
        repository: &mut Repository,
        tenant: TenantId,
        transaction: TransactionId,
    ) -> Result<Option<Template>, UseCaseError> {
        let Some(template) = self.document_portrait(repository, tenant, transaction).await? else {
            return Ok(None);
        };
        if template.mode() != self.mode() {
            let mode = template.mode();
            tracing::warn!(
                mode,
                "a document's portrait was looked at by other face networks and is not compared; the document has to be sent again"
            );
            return Ok(None);
        }
        Ok(Some(template))
    }

    /// A new portrait takes the place of the present one: what reference and document were compared with counts no more.
    pub(super) async fn replace_portrait(
        &self,
        repository: &mut Repository,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<(), UseCaseError> {
        let rows = repository.identities().evidence(identity.tenant_id, identity.id).await?;
        for mut row in rows {
            let forgotten = row.evidence.clone().forget_comparison(now);
            if forgotten != row.evidence {
                replace(repository, &mut row.evidence, forgotten).await?;
            }
        }
        Ok(())
    }

    /// `None` also for a template of another embedder.
    async fn live_template(
        &self,
        repository: &mut Repository,
        live: &Evidence,
    ) -> Result<Option<Template>, UseCaseError> {
        let EvidenceKind::LivePortrait { session_id, .. } = live.kind else { return Ok(None) };
        let found = repository.sessions().get_with_key(live.tenant_id, session_id).await?;
        let Some((session, Some(wrapped))) = found else { return Ok(None) };
        let Some(best) = session.verdict().and_then(|verdict| verdict.best_image) else { return Ok(None) };
        let faces = repository.faces().list_with_templates(live.tenant_id, session_id).await?;
        let found = faces.into_iter().find(|(face, _)| face.id == best.face_id);
        let Some((face, Some(sealed))) = found else { return Ok(None) };
        if face.mode != self.mode() {
            warn_of_other_mode(&face.mode);
            return Ok(None);
        }
        let key = self.unwrap_key(&wrapped)?;
        self.open_template(&session, face.id, &key, &sealed).map(Some)
    }

    /// `None` also for a template of another embedder.
    fn sent_template(&self, opened: &Opened, row: &EvidenceRow) -> Result<Option<Template>, UseCaseError> {
        let Some(picture) = &row.picture else { return Ok(None) };
        if picture.facts.mode != self.mode() {
            warn_of_other_mode(&picture.facts.mode);
            return Ok(None);
        }
        let Opened { identity, key } = opened;
        let name = BlobKey::evidence_template(identity.tenant_id, identity.id, row.evidence.id);
        let bytes = key.open(&name, &picture.sealed_template)?;
        Template::from_bytes(&bytes).map(Some).map_err(|error| UseCaseError::internal(&error))
    }
}

fn warn_of_other_mode(mode: &str) {
    tracing::warn!(
        mode,
        "an identity has a template of other face networks and is not compared; make it again with `{REMAKING_COMMAND}`"
    );
}

async fn replace(
    repository: &mut Repository,
    present: &mut Evidence,
    after: Evidence,
) -> Result<(), UseCaseError> {
    // A caller that came second finds everything settled when it asks again.
    if !repository.identities().transition_evidence(present, &after).await? {
        return Err(UseCaseError::Overloaded);
    }
    *present = after;
    Ok(())
}
