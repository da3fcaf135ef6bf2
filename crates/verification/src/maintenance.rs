//! What restarts and the passing of time require: no session hangs, nothing outlives its term.

use std::collections::BTreeMap;
use std::time::Duration;

use selfsame_blobs::BlobKey;
use selfsame_domain::audit::{Action, Event, Origin};
use selfsame_domain::{
    BioSessionState, LivenessReport, LivenessStatus, Reason, SessionId, TenantId, Verdict,
};

use crate::{UseCaseError, Verification};

/// Sessions looked at in one go.
const BATCH: u64 = 200;

/// What was begun is ended, also when whoever asked for it has gone.
pub(crate) async fn to_its_end<T: Send + 'static, E: From<UseCaseError> + Send + 'static>(
    work: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, E> {
    tokio::spawn(work).await.unwrap_or_else(|error| Err(UseCaseError::internal(&error).into()))
}

/// Of many that are erased in one go: one that cannot be keeps none of the others.
#[derive(Default)]
pub(crate) struct Tally {
    erased: usize,
    of_tenants: BTreeMap<TenantId, u32>,
    failed: Option<UseCaseError>,
}

impl Tally {
    pub(crate) fn add(&mut self, result: Result<(), UseCaseError>) {
        match result {
            Ok(()) => self.erased += 1,
            Err(error) => self.failed = Some(error),
        }
    }

    /// Counts something of a tenant that was erased, or why it was not.
    pub(crate) fn add_of(&mut self, tenant: TenantId, result: Result<(), UseCaseError>) {
        if result.is_ok() {
            *self.of_tenants.entry(tenant).or_default() += 1;
        }
        self.add(result);
    }

    /// How many were erased of each tenant.
    pub(crate) fn of_tenants(&self) -> BTreeMap<TenantId, u32> {
        self.of_tenants.clone()
    }

    /// How many were erased, unless one could not be.
    pub(crate) fn end(self) -> Result<usize, UseCaseError> {
        self.failed.map_or(Ok(self.erased), Err)
    }
}

/// Erases batch after batch while they come full. One in which something failed is the last: it would come again and again.
async fn all_batches<B: Future<Output = Result<usize, UseCaseError>>>(
    batch: impl Fn(u64) -> B,
) -> Result<usize, UseCaseError> {
    let mut erased = 0;
    loop {
        let now = batch(BATCH).await?;
        erased += now;
        if (now as u64) < BATCH {
            return Ok(erased);
        }
    }
}

impl Verification {
    /// From time to time: decides what nobody came for or what was left hanging, and erases what has expired.
    /// Returns the numbers of sessions decided and of sessions, identities and transactions erased.
    pub async fn tidy(&self) -> Result<(usize, usize), UseCaseError> {
        let settings = self.settings();
        let longest = settings.capture_timeout + settings.evidence_timeout + Duration::from_secs(120);
        // One that fails keeps none of the others from its work.
        let decided = self.end_abandoned(longest).await;
        let sessions = all_batches(|most| self.erase_expired(most)).await;
        let identities = all_batches(|most| self.erase_expired_identities(most)).await;
        let transactions = all_batches(|most| self.erase_expired_transactions(most)).await;
        let left = all_batches(|most| self.purge_erased_transactions(most)).await;
        self.forget_records().await?;
        left?;
        Ok((decided?, sessions? + identities? + transactions?))
    }

    /// Records of callbacks, secrets and failed attempts whose term is over.
    async fn forget_records(&self) -> Result<(), UseCaseError> {
        let now = self.clock().now();
        let scribe = self.trail().scribe().await?;
        let mut repository = self.store().begin().await?;
        repository.outbox().for_maintenance_purge(now - self.settings().keep_callbacks).await?;
        let secrets = repository.callback_secrets().for_maintenance_purge(now).await?;
        let agreed = repository.agreed_time(now).await?;
        repository.processes().for_maintenance_purge(agreed).await?;
        let lockout = &self.settings().lockout;
        let longest = [&lockout.device, &lockout.address]
            .map(|params| params.window + params.blocks.iter().max().copied().unwrap_or_default());
        repository.failed_attempts().for_maintenance_purge(now - longest[0].max(longest[1])).await?;
        if secrets > 0 {
            let count = u32::try_from(secrets).unwrap_or(u32::MAX);
            let event = Event::new(Origin::SERVER, Action::KeyRemoved).coded("callback_secret").times(count);
            scribe.write(&mut repository, None, event).await?;
        }
        repository.save().await?;
        self.trail().prune(self.settings().keep_audit).await.map(drop)
    }

    /// Decides what nobody came for, captures that began at least `longest` ago, and captures of server processes that are no
    /// more. Returns how many.
    pub(crate) async fn end_abandoned(&self, longest: Duration) -> Result<usize, UseCaseError> {
        let mut decided = 0;
        loop {
            let now = self.clock().now();
            let mut repository = self.store().begin().await?;
            let agreed = repository.agreed_time(now).await?;
            let abandoned = repository
                .sessions()
                .for_maintenance_abandoned(
                    // Not by this machine's clock, which may be wrong: others may be at work on these.
                    agreed - self.settings().open_for,
                    agreed - longest,
                    agreed,
                    BATCH,
                )
                .await?;
            let mut progress = 0;
            for session in &abandoned {
                let (status, reason) = match &session.state {
                    BioSessionState::Opened => (LivenessStatus::Timeout, Reason::NobodyCame),
                    BioSessionState::Capturing { .. } => (LivenessStatus::Error, Reason::ServerStopped),
                    BioSessionState::Decided(_) => continue,
                };
                let verdict = Verdict::without_image(status, reason, LivenessReport::default(), now);
                let after =
                    session.clone().decide(verdict).map_err(|error| UseCaseError::internal(&error))?;
                // Lost when the capture's own task decided meanwhile: its verdict stands.
                if repository.sessions().transition(session, &after).await? {
                    self.tell(&mut repository, &after).await?;
                    progress += 1;
                }
            }
            if progress > 0 {
                repository.save().await?;
                self.told();
            }
            decided += progress;
            // A batch of which nothing could be decided would come again and again.
            if progress == 0 || (abandoned.len() as u64) < BATCH {
                return Ok(decided);
            }
        }
    }

    async fn erase_expired(&self, most: u64) -> Result<usize, UseCaseError> {
        let now = self.clock().now();
        let mut repository = self.store().begin().await?;
        let expired = repository.sessions().for_maintenance_expired(now, most).await?;
        drop(repository);
        let mut tally = Tally::default();
        for (tenant, session) in expired {
            tally.add_of(tenant, self.erase_session(tenant, session, None).await);
        }
        self.told_expired("sessions", tally.of_tenants()).await?;
        tally.end()
    }

    /// Erases a session before its term. A capture that is under way ends in an error.
    ///
    /// # Errors
    /// Among others [`UseCaseError::NotFound`] where the tenant has no such session.
    pub async fn delete_session(
        &self,
        tenant: TenantId,
        by: Origin,
        session: SessionId,
    ) -> Result<(), UseCaseError> {
        let session = self.session(tenant, session).await?;
        let app = self.clone();
        to_its_end(async move { app.erase_session(tenant, session.id, Some(by)).await }).await
    }

    /// Erases a session, its faces and its pictures. `by`: who asked for it, which is recorded; `None` where whoever calls records it.
    pub(crate) async fn erase_session(
        &self,
        tenant: TenantId,
        session: SessionId,
        by: Option<Origin>,
    ) -> Result<(), UseCaseError> {
        // The row holds the only copy of the data key: with it gone, what may remain of the pictures is noise. The row itself
        // goes last, so that a stop in between leaves something that the next round finds.
        let scribe = self.trail().scribe().await?;
        let mut repository = self.store().begin().await?;
        repository.sessions().forget_key(tenant, session).await?;
        if let Some(by) = by {
            let event = Event::new(by, Action::SubjectDeleted).about(session);
            scribe.write(&mut repository, Some(tenant), event).await?;
        }
        repository.save().await?;
        self.blobs().purge(&BlobKey::session_prefix(tenant, session)).await?;
        let mut repository = self.store().begin().await?;
        repository.sessions().delete(tenant, session, self.clock().now()).await?;
        repository.save().await?;
        // What was stored while it was erased has no key, but need not stay.
        self.blobs().purge(&BlobKey::session_prefix(tenant, session)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_cannot_be_erased_is_told_after_all_the_others() {
        let mut tally = Tally::default();
        tally.add(Err(UseCaseError::Overloaded));
        tally.add(Ok(()));
        tally.add(Ok(()));
        assert_eq!(tally.erased, 2);
        assert!(matches!(tally.end(), Err(UseCaseError::Overloaded)));
        let mut tally = Tally::default();
        tally.add(Ok(()));
        assert!(matches!(tally.end(), Ok(1)));
    }

    #[tokio::test]
    async fn batches_follow_while_they_are_full_and_none_failed() {
        let left = std::cell::Cell::new(2 * BATCH + 3);
        let batch = |most: u64| {
            let now = left.get().min(most);
            left.set(left.get() - now);
            std::future::ready(Ok(now as usize))
        };
        assert!(matches!(all_batches(batch).await, Ok(403)));
        let asked = std::cell::Cell::new(0);
        let failing = |_| {
            asked.set(asked.get() + 1);
            std::future::ready(Err(UseCaseError::Overloaded))
        };
        assert!(all_batches(failing).await.is_err());
        assert_eq!(asked.get(), 1);
    }

    #[tokio::test]
    async fn what_was_begun_is_ended_though_nobody_waits() {
        let (told, ended) = tokio::sync::oneshot::channel();
        let begun = to_its_end::<(), UseCaseError>(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            told.send(()).map_err(|()| UseCaseError::Internal)
        });
        assert!(tokio::time::timeout(Duration::from_millis(5), begun).await.is_err());
        assert!(ended.await.is_ok());
    }
}
