//! Erasing identities with everything that shows the person.

use selfsame_blobs::BlobKey;
use selfsame_domain::audit::{Action, Event, Origin};
use selfsame_domain::{EvidenceKind, IdentityId, TenantId};

use super::IdentityError;
use crate::maintenance::{Tally, to_its_end};
use crate::{UseCaseError, Verification};

impl Verification {
    /// Erases the identity, its consents, its evidence, its captures and its documents, also those under way. When this returns, nobody can
    /// read any of it, from a backup neither.
    pub async fn erase_identity(
        &self,
        tenant: TenantId,
        by: Origin,
        id: IdentityId,
    ) -> Result<(), IdentityError> {
        let mut repository = self.store().begin().await?;
        // An identity that has expired is as little found as one that never was; maintenance erases it.
        self.opened(&mut repository, tenant, id).await?;
        drop(repository);
        let app = self.clone();
        to_its_end(async move { Ok(app.erase_with_evidence(tenant, id, Some(by)).await?) }).await
    }

    /// Returns how many there were.
    pub(crate) async fn erase_expired_identities(&self, most: u64) -> Result<usize, UseCaseError> {
        let mut repository = self.store().begin().await?;
        let now = self.clock().now();
        let expired = repository.identities().for_maintenance_expired(now, most).await?;
        drop(repository);
        let mut tally = Tally::default();
        for (tenant, id) in expired {
            tally.add_of(tenant, self.erase_with_evidence(tenant, id, None).await);
        }
        self.told_expired("identities", tally.of_tenants()).await?;
        tally.end()
    }

    /// `by`: who asked for it, which is recorded; `None` where whoever calls records it.
    async fn erase_with_evidence(
        &self,
        tenant: TenantId,
        id: IdentityId,
        by: Option<Origin>,
    ) -> Result<(), UseCaseError> {
        let scribe = self.trail().scribe().await?;
        // From here on it is found by nobody but maintenance, which goes on should this be interrupted: the row goes last.
        let mut repository = self.store().begin().await?;
        // Whoever adds to it just now has finished, and what it opened is among that below; whoever comes later finds nothing.
        repository.identities().alone_with(tenant, id).await?;
        repository.identities().forget_key(tenant, id).await?;
        let evidence = repository.identities().evidence(tenant, id).await?;
        if let Some(by) = by {
            scribe
                .write(&mut repository, Some(tenant), Event::new(by, Action::SubjectDeleted).about(id))
                .await?;
        }
        repository.save().await?;
        for row in evidence {
            match row.evidence.kind {
                EvidenceKind::LivePortrait { session_id, .. } => {
                    self.erase_session(tenant, session_id, None).await?;
                }
                EvidenceKind::IdDocument { transaction_id } => {
                    self.forget_transaction(tenant, transaction_id).await?;
                }
                // Their pictures are the identity's own.
                EvidenceKind::UploadedPortrait | EvidenceKind::PortraitReference => {}
            }
        }
        self.blobs().purge(&BlobKey::identity_prefix(tenant, id)).await?;
        let mut repository = self.store().begin().await?;
        repository.identities().delete(tenant, id).await?;
        repository.save().await?;
        // What was stored while it was erased has no key, but need not stay.
        self.blobs().purge(&BlobKey::identity_prefix(tenant, id)).await?;
        Ok(())
    }
}
