//! What restarts and the passing of time require: no session hangs, nothing outlives its term.

use std::time::Duration;

use selfsame_blobs::BlobKey;
use selfsame_domain::{BioSessionState, LivenessReport, LivenessStatus, SessionId, TenantId, Verdict};

use crate::{UseCaseError, Verification};

/// Sessions looked at in one go.
const BATCH: u64 = 200;

impl Verification {
    /// After a start: captures of the server's earlier life cannot go on. To be called before any browser is served.
    pub async fn recover(&self) -> Result<usize, UseCaseError> {
        self.end_undecided(Duration::ZERO).await
    }

    /// From time to time: decides what nobody came for or what was left hanging, and erases what has expired.
    /// Returns the numbers of sessions decided and of sessions, identities and scans erased.
    pub async fn tidy(&self) -> Result<(usize, usize), UseCaseError> {
        let settings = self.settings();
        let longest = settings.capture_timeout + settings.evidence_timeout + Duration::from_secs(120);
        let decided = self.end_undecided(longest).await?;
        let erased = self.erase_expired().await?
            + self.erase_expired_identities(BATCH).await?
            + self.erase_expired_scans(BATCH).await?;
        self.forget_records().await?;
        Ok((decided, erased))
    }

    /// Records of callbacks, secrets and failed attempts whose term is over.
    async fn forget_records(&self) -> Result<(), UseCaseError> {
        let now = self.clock().now();
        let mut repository = self.store().begin().await?;
        repository.outbox().for_maintenance_purge(now - self.settings().keep_callbacks).await?;
        repository.callback_secrets().for_maintenance_purge(now).await?;
        let lockout = &self.settings().lockout;
        let longest = [&lockout.device, &lockout.address]
            .map(|params| params.window + params.blocks.iter().max().copied().unwrap_or_default());
        repository.failed_attempts().for_maintenance_purge(now - longest[0].max(longest[1])).await?;
        Ok(repository.save().await?)
    }

    /// Captures that began at least `longest` ago are given up.
    async fn end_undecided(&self, longest: Duration) -> Result<usize, UseCaseError> {
        let now = self.clock().now();
        let open_for = self.settings().open_for;
        let mut repository = self.store().begin().await?;
        let undecided = repository.sessions().for_maintenance_undecided().await?;
        let mut decided = 0;
        for session in undecided {
            let (status, diagnostic) = match &session.state {
                BioSessionState::Opened if now.since(session.created_at) > open_for => {
                    (LivenessStatus::Timeout, "no browser came for the session in time")
                }
                BioSessionState::Capturing { since } if now.since(*since) >= longest => {
                    (LivenessStatus::Error, "the server was stopped during the capture. Try again")
                }
                BioSessionState::Opened | BioSessionState::Capturing { .. } | BioSessionState::Decided(_) => {
                    continue;
                }
            };
            let verdict = Verdict::without_image(status, diagnostic, LivenessReport::default(), now);
            let after = session.clone().decide(verdict).map_err(|error| UseCaseError::internal(&error))?;
            // Lost when the capture's own task decided meanwhile: its verdict stands.
            if repository.sessions().transition(&session, &after).await? {
                self.tell(&mut repository, &after).await?;
                decided += 1;
            }
        }
        repository.save().await?;
        self.told();
        Ok(decided)
    }

    async fn erase_expired(&self) -> Result<usize, UseCaseError> {
        let now = self.clock().now();
        let mut repository = self.store().begin().await?;
        let expired = repository.sessions().for_maintenance_expired(now, BATCH).await?;
        drop(repository);
        let count = expired.len();
        for (tenant, session) in expired {
            self.erase_session(tenant, session).await?;
        }
        Ok(count)
    }

    /// Erases a session, its faces and its pictures.
    pub(crate) async fn erase_session(
        &self,
        tenant: TenantId,
        session: SessionId,
    ) -> Result<(), UseCaseError> {
        // The row holds the only copy of the data key: with it gone, what may remain of the pictures is noise. The row itself
        // goes last, so that a stop in between leaves something that the next round finds.
        let mut repository = self.store().begin().await?;
        repository.sessions().forget_key(tenant, session).await?;
        repository.save().await?;
        self.blobs().purge(&BlobKey::session_prefix(tenant, session)).await?;
        let mut repository = self.store().begin().await?;
        repository.sessions().delete(tenant, session, self.clock().now()).await?;
        repository.save().await?;
        Ok(())
    }
}
