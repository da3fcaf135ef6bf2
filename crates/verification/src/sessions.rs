//! Opening a bio-session and reading its result.

use selfsame_domain::{BioSession, Entropy, LivenessMode, NewBioSession, SeededEntropy, SessionId, TenantId};
use selfsame_liveness::Plan;

use crate::admission::Lane;
use crate::{UseCaseError, Verification, metrics};

impl Verification {
    /// Opens a session for one capture.
    ///
    /// # Errors
    /// Among others [`UseCaseError::Overloaded`] where its capture would find no place.
    pub async fn open_session(
        &self,
        tenant: TenantId,
        request: NewBioSession,
    ) -> Result<SessionId, UseCaseError> {
        self.open_in(Lane::Tenant(tenant), tenant, request).await
    }

    /// Opens a session for somebody who showed no key. It is the tenant's, and takes no room from those that show one.
    ///
    /// # Errors
    /// Among others [`UseCaseError::Overloaded`] where its capture would find no place.
    pub async fn open_trial_session(
        &self,
        tenant: TenantId,
        request: NewBioSession,
    ) -> Result<SessionId, UseCaseError> {
        self.open_in(Lane::Trial, tenant, request).await
    }

    async fn open_in(
        &self,
        lane: Lane,
        tenant: TenantId,
        request: NewBioSession,
    ) -> Result<SessionId, UseCaseError> {
        if !self.may_open(lane) {
            metrics::refused("session");
            return Err(UseCaseError::Overloaded);
        }
        let now = self.clock().now();
        let id = SessionId::random(self.entropy());
        let session = BioSession::open(id, tenant, request, now, self.settings().keep_for);
        let (_, wrapped) = self.new_key()?;
        let mut repository = self.store().begin().await?;
        repository.sessions().add(&session, &wrapped).await?;
        repository.save().await?;
        Ok(id)
    }

    /// What a session asks of the person. Unpredictable, except where a server in development mode was told a seed.
    pub(crate) fn plan(&self, request: &NewBioSession) -> Plan {
        let seeded;
        let entropy: &dyn Entropy = match self.settings().challenge_seed {
            Some(seed) => {
                seeded = SeededEntropy::new(seed);
                &seeded
            }
            None => self.entropy(),
        };
        match request.mode {
            LivenessMode::Passive => Plan::Passive,
            LivenessMode::PassiveVideo => Plan::passive_video(entropy),
            LivenessMode::Active => Plan::active(request.challenges, entropy),
        }
    }

    /// A session of this tenant that has not expired.
    pub async fn session(&self, tenant: TenantId, id: SessionId) -> Result<BioSession, UseCaseError> {
        let mut repository = self.store().begin().await?;
        let session = repository.sessions().get(tenant, id).await?.ok_or(UseCaseError::NotFound)?;
        if session.has_expired(self.clock().now()) {
            return Err(UseCaseError::NotFound);
        }
        Ok(session)
    }
}

impl Verification {
    /// JWS over a result in the words of a dialect. Without a signing key there is no result: an unsigned one could be forged.
    pub fn sign(&self, result: &impl serde::Serialize) -> Result<String, UseCaseError> {
        let key = self.signing_key().ok_or(UseCaseError::Overloaded)?;
        key.sign(result).map_err(|error| UseCaseError::internal(&error))
    }
}
