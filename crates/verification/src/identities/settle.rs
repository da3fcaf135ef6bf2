//! What has become known since evidence was last looked at.

use selfsame_blobs::BlobKey;
use selfsame_domain::identity::{consented, consented_then};
use selfsame_domain::{
    BioSession, ConsentKind, Evidence, EvidenceComparison, EvidenceKind, EvidenceState, Identity,
    LivenessStatus, Timestamp, Verdict,
};
use selfsame_store::{EvidenceRow, Repository};
use selfsame_vision::Template;
use selfsame_vision::inference::REMAKING_COMMAND;

use super::Opened;
use crate::{UseCaseError, Verification};

impl Verification {
    /// Judges live portraits whose sessions have a verdict, and compares the portrait and the reference that count. Returns the
    /// evidence as it is then, and whether anything was written; saving is the caller's.
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
        if consented(&consents, ConsentKind::Portrait, self.clock().now()) {
            changed |= self.settle_comparison(repository, opened, &mut rows).await?;
        }
        Ok((rows, changed))
    }

    async fn settle_comparison(
        &self,
        repository: &mut Repository,
        opened: &Opened,
        rows: &mut [EvidenceRow],
    ) -> Result<bool, UseCaseError> {
        let last = |is_portrait| rows.iter().rposition(|row| row.evidence.kind.is_portrait() == is_portrait);
        let (Some(portrait), Some(reference)) = (last(true), last(false)) else { return Ok(false) };
        let done = |one: &Evidence, other: &Evidence| {
            one.comparison.is_some_and(|comparison| comparison.with == other.id)
        };
        let (live, picture) = (&rows[portrait].evidence, &rows[reference].evidence);
        if !live.liveness_passed() || (done(live, picture) && done(picture, live)) {
            return Ok(false);
        }
        let (Some(live_template), Some(reference_template)) =
            (self.live_template(repository, live).await?, self.sent_template(opened, &rows[reference])?)
        else {
            // Nothing to compare with: the reference stays unverified, and so does the level that needs it.
            return Ok(false);
        };
        let comparison = self.vision().compare(&reference_template, &live_template)?;
        let about = |with| EvidenceComparison {
            with,
            false_match_rate: comparison.false_match_rate,
            threshold: self.settings().identities.false_match_rate,
            at: self.clock().now(),
        };
        let (of_live, of_reference) = (about(picture.id), about(live.id));
        let compare = |evidence: &Evidence, comparison| {
            evidence.clone().compare(comparison).map_err(|error| UseCaseError::internal(&error))
        };
        let (live, picture) = (compare(live, of_live)?, compare(picture, of_reference)?);
        replace(repository, &mut rows[portrait].evidence, live).await?;
        replace(repository, &mut rows[reference].evidence, picture).await?;
        Ok(true)
    }

    /// A new portrait takes the place of the present one: what the reference was compared with counts no more.
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
