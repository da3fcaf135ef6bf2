//! Proofing identities: consents are recorded, evidence is submitted, judged and compared, and everything is erased together.
//!
//! A live portrait is a bio-session like any other; its picture and template stay there. Whoever asks about an identity first has
//! its evidence *settled*: what its sessions have decided meanwhile is written down, and a live portrait is compared with the
//! reference. A verdict is stored with its session before anybody is told of it, so nothing is lost between the two. An identity
//! document is a transaction like any other in the same way.

mod document;
mod erase;
mod settle;

use std::time::Duration;

use selfsame_blobs::{BlobKey, DataKey};
use selfsame_domain::audit::{Action, Origin};
use selfsame_domain::identity::{assess, consented};
use selfsame_domain::transaction::Transaction;
use selfsame_domain::{
    Assessment, BioSession, Consent, ConsentId, ConsentKind, Evidence, EvidenceId, EvidenceKind, FaceQuality,
    Identity, IdentityId, LivenessMode, NewBioSession, NewConsent, NewIdentity, PictureFacts, SecurityLevel,
    SessionId, TenantId, TransactionId,
};
use selfsame_store::{EvidenceRow, Repository, SentPicture};
use sha2::{Digest, Sha256};

use crate::admission::Lane;
use crate::faces::Looked;
use crate::maintenance::to_its_end;
use crate::{UseCaseError, Verification};

pub use document::NewDocument;

/// Limits and thresholds of identities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IdentityParams {
    /// How long after it was opened an identity is kept, with its evidence and its captures. A day: a person who has to fetch a
    /// document comes back.
    pub keep_for: Duration,
    /// The live portrait matches the reference when strangers look as alike at most this often. 1e-4 is where the bioserver
    /// score is 3000, the operating point that its clients use.
    pub false_match_rate: f64,
    /// Pieces of evidence that one identity may hold: some tries too many, and far from a burden.
    pub max_evidence: usize,
    /// Consents that may be recorded for one identity; withdrawals are records too.
    pub max_consents: usize,
}

impl Default for IdentityParams {
    fn default() -> Self {
        Self {
            keep_for: Duration::from_secs(24 * 60 * 60),
            false_match_rate: 1e-4,
            max_evidence: 32,
            max_consents: 64,
        }
    }
}

/// Why a use case about an identity did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error(transparent)]
    UseCase(#[from] UseCaseError),
    #[error(
        "the person has not consented to the use of their portrait, has withdrawn it, or it is not valid now; record an approved consent first"
    )]
    ConsentMissing,
    #[error("the identity holds {0} pieces of evidence, which is the most it may; open a new one")]
    TooMuchEvidence(usize),
    #[error("the identity holds {0} consents, which is the most it may; open a new one")]
    TooManyConsents(usize),
}

impl From<selfsame_store::StoreError> for IdentityError {
    fn from(error: selfsame_store::StoreError) -> Self {
        Self::UseCase(error.into())
    }
}

/// A live capture that is to be opened for an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewLiveCapture {
    pub mode: LivenessMode,
    pub security_level: SecurityLevel,
    /// Number of challenges, for [`LivenessMode::Active`].
    pub challenges: u8,
}

/// Evidence with what it rests on.
#[derive(Debug, Clone)]
pub struct EvidenceRecord {
    pub evidence: Evidence,
    /// Of a live portrait, unless it was erased.
    pub session: Option<BioSession>,
    /// The transaction of an identity document, unless it was erased.
    pub transaction: Option<Transaction>,
    /// Of a picture that was sent.
    pub picture: Option<PictureFacts>,
    /// Of the picture, once there is one.
    pub quality: Option<FaceQuality>,
}

/// An identity as it stands now.
#[derive(Debug, Clone)]
pub struct IdentityRecord {
    pub identity: Identity,
    /// In the order in which they were recorded.
    pub consents: Vec<Consent>,
    /// In the order of submission.
    pub evidence: Vec<EvidenceRecord>,
    pub assessment: Assessment,
}

impl IdentityRecord {
    pub fn find(&self, id: EvidenceId) -> Option<&EvidenceRecord> {
        self.evidence.iter().find(|record| record.evidence.id == id)
    }

    /// The portrait that counts.
    pub fn portrait(&self) -> Option<&EvidenceRecord> {
        self.evidence.iter().rev().find(|record| record.evidence.kind.is_portrait())
    }

    /// The reference that counts.
    pub fn reference(&self) -> Option<&EvidenceRecord> {
        self.evidence.iter().rev().find(|record| record.evidence.kind.is_reference())
    }

    /// The identity document that counts.
    pub fn document(&self) -> Option<&EvidenceRecord> {
        self.evidence.iter().rev().find(|record| record.evidence.kind.is_document())
    }
}

/// An identity in a transaction, with the key that opens what was sent.
struct Opened {
    identity: Identity,
    key: DataKey,
}

impl Verification {
    pub async fn open_identity(
        &self,
        tenant: TenantId,
        request: NewIdentity,
    ) -> Result<IdentityRecord, IdentityError> {
        let now = self.clock().now();
        let id = IdentityId::random(self.entropy());
        let identity = Identity::open(id, tenant, request, now, self.settings().identities.keep_for);
        let (_, wrapped) = self.new_key()?;
        let mut repository = self.store().begin().await?;
        repository.identities().add(&identity, &wrapped).await?;
        repository.save().await?;
        let assessment = assess(&identity, &[]);
        Ok(IdentityRecord { identity, consents: Vec::new(), evidence: Vec::new(), assessment })
    }

    /// An identity of this tenant that has not expired, with its evidence settled.
    pub async fn identity(&self, tenant: TenantId, id: IdentityId) -> Result<IdentityRecord, IdentityError> {
        let mut repository = self.store().begin().await?;
        repository.identities().alone_with(tenant, id).await.map_err(UseCaseError::from)?;
        let opened = self.opened(&mut repository, tenant, id).await?;
        let (rows, changed) = self.settle(&mut repository, &opened).await?;
        let record = self.record(&mut repository, opened.identity, rows).await?;
        if changed {
            repository.save().await?;
        }
        Ok(record)
    }

    /// Which evidence a session was opened for; `None` when it was opened for no identity.
    pub async fn identity_of_session(
        &self,
        tenant: TenantId,
        session: SessionId,
    ) -> Result<Option<(IdentityId, EvidenceId)>, UseCaseError> {
        let mut repository = self.store().begin().await?;
        Ok(repository.identities().find_by_session(tenant, session).await?)
    }

    /// Which evidence a transaction was opened for; `None` when it was opened for no identity.
    pub async fn identity_of_transaction(
        &self,
        tenant: TenantId,
        transaction: TransactionId,
    ) -> Result<Option<(IdentityId, EvidenceId)>, UseCaseError> {
        let mut repository = self.store().begin().await?;
        Ok(repository.identities().find_by_transaction(tenant, transaction).await?)
    }

    /// Whether a session may be captured as far as consent goes: that of an identity only while the person's consent to a portrait
    /// is valid, which may have been withdrawn since the session was opened.
    pub(crate) async fn may_be_captured(
        &self,
        repository: &mut Repository,
        tenant: TenantId,
        session: SessionId,
    ) -> Result<bool, UseCaseError> {
        let Some((identity, _)) = repository.identities().find_by_session(tenant, session).await? else {
            return Ok(true);
        };
        let consents = repository.identities().consents(tenant, identity).await?;
        Ok(consented(&consents, ConsentKind::Portrait, self.clock().now()))
    }

    /// Records what the person said; all of it or nothing. Returned in the same order.
    pub async fn add_consents(
        &self,
        tenant: TenantId,
        id: IdentityId,
        said: Vec<NewConsent>,
    ) -> Result<Vec<Consent>, IdentityError> {
        let created_at = self.clock().now();
        let mut repository = self.store().begin().await?;
        repository.identities().alone_with(tenant, id).await.map_err(UseCaseError::from)?;
        let Opened { identity, .. } = self.opened(&mut repository, tenant, id).await?;
        let most = self.settings().identities.max_consents;
        if repository.identities().consents(tenant, id).await?.len() + said.len() > most {
            return Err(IdentityError::TooManyConsents(most));
        }
        let mut consents = Vec::with_capacity(said.len());
        for said in said {
            let id = ConsentId::random(self.entropy());
            let consent = Consent { id, tenant_id: tenant, identity_id: identity.id, said, created_at };
            repository.identities().add_consent(&consent).await?;
            consents.push(consent);
        }
        repository.save().await?;
        Ok(consents)
    }

    /// Opens a bio-session whose best image becomes the identity's portrait. Its id is the evidence's
    /// [`EvidenceKind::LivePortrait`].
    pub async fn open_live_capture(
        &self,
        tenant: TenantId,
        id: IdentityId,
        new: NewLiveCapture,
    ) -> Result<Evidence, IdentityError> {
        if !self.may_open(Lane::Tenant(tenant)) {
            return Err(UseCaseError::Overloaded.into());
        }
        let now = self.clock().now();
        let mut repository = self.store().begin().await?;
        repository.identities().alone_with(tenant, id).await.map_err(UseCaseError::from)?;
        let Opened { identity, .. } = self.opened(&mut repository, tenant, id).await?;
        self.admits_evidence(&mut repository, &identity).await?;
        let session_id = SessionId::random(self.entropy());
        let kind = EvidenceKind::LivePortrait { session_id, security_level: new.security_level };
        let evidence = Evidence::submit(EvidenceId::random(self.entropy()), &identity, kind, now);
        let request = NewBioSession {
            mode: new.mode,
            security_level: new.security_level,
            challenges: new.challenges,
            correlation_id: Some(identity.id.to_string()),
            evidence_id: Some(evidence.id.to_string()),
            callback: identity.request.callback.clone(),
            image_storage: true,
        };
        // It is kept as long as the identity, and no longer.
        let left = identity.expires_at.since(now);
        let session = BioSession::open(session_id, tenant, request, now, left);
        let (_, wrapped) = self.new_key()?;
        repository.sessions().add(&session, &wrapped).await?;
        self.replace_portrait(&mut repository, &identity, now).await?;
        repository.identities().add_evidence(&evidence, None).await?;
        repository.save().await?;
        Ok(evidence)
    }

    /// A picture that was sent becomes the identity's portrait. It is never taken for a living person.
    pub async fn add_portrait(
        &self,
        tenant: TenantId,
        id: IdentityId,
        image: Vec<u8>,
    ) -> Result<(IdentityRecord, EvidenceId), IdentityError> {
        self.add_picture(tenant, id, EvidenceKind::UploadedPortrait, image).await
    }

    /// A picture that the integrator trusts becomes the identity's reference, and is compared with the live portrait if there is
    /// one.
    pub async fn add_portrait_reference(
        &self,
        tenant: TenantId,
        id: IdentityId,
        image: Vec<u8>,
    ) -> Result<(IdentityRecord, EvidenceId), IdentityError> {
        self.add_picture(tenant, id, EvidenceKind::PortraitReference, image).await
    }

    async fn add_picture(
        &self,
        tenant: TenantId,
        id: IdentityId,
        kind: EvidenceKind,
        image: Vec<u8>,
    ) -> Result<(IdentityRecord, EvidenceId), IdentityError> {
        let app = self.clone();
        // A picture that is stored has a row, or is removed again: also when whoever sent it has gone.
        to_its_end(async move { app.look_and_store(tenant, id, kind, image).await }).await
    }

    async fn look_and_store(
        &self,
        tenant: TenantId,
        id: IdentityId,
        kind: EvidenceKind,
        image: Vec<u8>,
    ) -> Result<(IdentityRecord, EvidenceId), IdentityError> {
        // Before the picture is looked at, and again when it is stored: looking takes a while.
        let mut repository = self.store().begin().await?;
        let Opened { identity, key } = self.opened(&mut repository, tenant, id).await?;
        self.admits_evidence(&mut repository, &identity).await?;
        drop(repository);
        let Looked { template, quality, size, jpeg, .. } = self.look_at(image, true).await?;
        let facts = PictureFacts {
            digest: hex::encode(Sha256::digest(&jpeg)),
            mode: self.mode(),
            quality: FaceQuality(quality),
            image_size: size,
        };

        let now = self.clock().now();
        let evidence = Evidence::submit(EvidenceId::random(self.entropy()), &identity, kind, now);
        let name = BlobKey::evidence_template(tenant, id, evidence.id);
        let sealed_template =
            key.seal(&name, &template.to_bytes(), self.entropy()).map_err(UseCaseError::from)?;
        let picture = SentPicture { facts, sealed_template };
        let name = BlobKey::evidence_image(tenant, id, evidence.id);
        self.blobs().put(&name, &key, jpeg, self.entropy()).await.map_err(UseCaseError::from)?;
        match self.store_picture(&evidence, picture).await {
            Ok((record, repository)) => {
                // Where only the answer is lost the evidence is there, and has a picture. Else its identity takes it along.
                repository.save().await.map_err(UseCaseError::from)?;
                Ok((record, evidence.id))
            }
            Err(error) => {
                // Of an identity that was erased meanwhile nothing may stay behind.
                self.discard(&name).await;
                Err(error)
            }
        }
    }

    /// In a transaction that is still to be saved.
    async fn store_picture(
        &self,
        evidence: &Evidence,
        picture: SentPicture,
    ) -> Result<(IdentityRecord, Repository), IdentityError> {
        let mut repository = self.store().begin().await?;
        repository
            .identities()
            .alone_with(evidence.tenant_id, evidence.identity_id)
            .await
            .map_err(UseCaseError::from)?;
        let opened = self.opened(&mut repository, evidence.tenant_id, evidence.identity_id).await?;
        self.admits_evidence(&mut repository, &opened.identity).await?;
        if evidence.kind.is_portrait() {
            self.replace_portrait(&mut repository, &opened.identity, evidence.submitted_at).await?;
        }
        repository.identities().add_evidence(evidence, Some(picture)).await?;
        let (rows, _) = self.settle(&mut repository, &opened).await?;
        let record = self.record(&mut repository, opened.identity, rows).await?;
        Ok((record, repository))
    }

    /// The picture of the portrait that counts as JPEG; `None` when there is none (yet). That it was read is recorded first.
    pub async fn portrait_image(
        &self,
        tenant: TenantId,
        by: Origin,
        id: IdentityId,
    ) -> Result<Option<Vec<u8>>, IdentityError> {
        let image = self.kept_portrait_image(tenant, id).await?;
        if image.is_some() {
            self.was_read(tenant, by, Action::BiometricRead, id, "portrait").await?;
        }
        Ok(image)
    }

    async fn kept_portrait_image(
        &self,
        tenant: TenantId,
        id: IdentityId,
    ) -> Result<Option<Vec<u8>>, IdentityError> {
        let record = self.identity(tenant, id).await?;
        let Some(EvidenceRecord { evidence, session, .. }) = record.portrait() else { return Ok(None) };
        Ok(match evidence.kind {
            EvidenceKind::LivePortrait { session_id, .. } => {
                let verdict = session.as_ref().and_then(BioSession::verdict);
                match verdict.and_then(|verdict| verdict.best_image) {
                    Some(best) => self.kept_face_image(tenant, session_id, best.face_id, false).await?,
                    None => None,
                }
            }
            EvidenceKind::UploadedPortrait | EvidenceKind::PortraitReference => {
                let mut repository = self.store().begin().await?;
                let Opened { key, .. } = self.opened(&mut repository, tenant, id).await?;
                drop(repository);
                let name = BlobKey::evidence_image(tenant, id, evidence.id);
                self.blobs().get(&name, &key).await.map_err(UseCaseError::from)?
            }
            // Never a portrait.
            EvidenceKind::IdDocument { .. } => None,
        })
    }

    /// An identity of this tenant that has neither expired nor been erased.
    async fn opened(
        &self,
        repository: &mut Repository,
        tenant: TenantId,
        id: IdentityId,
    ) -> Result<Opened, UseCaseError> {
        let found = repository.identities().get(tenant, id).await?;
        let Some((identity, Some(wrapped))) = found else { return Err(UseCaseError::NotFound) };
        if identity.has_expired(self.clock().now()) {
            return Err(UseCaseError::NotFound);
        }
        Ok(Opened { identity, key: self.unwrap_key(&wrapped)? })
    }

    /// Portraits are taken, sent and compared only with the person's consent, and not without end.
    async fn admits_evidence(
        &self,
        repository: &mut Repository,
        identity: &Identity,
    ) -> Result<(), IdentityError> {
        let consents = repository.identities().consents(identity.tenant_id, identity.id).await?;
        if !consented(&consents, ConsentKind::Portrait, self.clock().now()) {
            return Err(IdentityError::ConsentMissing);
        }
        let most = self.settings().identities.max_evidence;
        let held = repository.identities().evidence(identity.tenant_id, identity.id).await?.len();
        if held >= most { Err(IdentityError::TooMuchEvidence(most)) } else { Ok(()) }
    }

    async fn record(
        &self,
        repository: &mut Repository,
        identity: Identity,
        rows: Vec<EvidenceRow>,
    ) -> Result<IdentityRecord, UseCaseError> {
        let (tenant, id) = (identity.tenant_id, identity.id);
        let consents = repository.identities().consents(tenant, id).await?;
        let mut evidence = Vec::with_capacity(rows.len());
        for EvidenceRow { evidence: one, picture } in rows {
            let picture = picture.map(|picture| picture.facts);
            let mut transaction = None;
            let (session, quality) = match one.kind {
                EvidenceKind::LivePortrait { session_id, .. } => {
                    let session = repository.sessions().get(tenant, session_id).await?;
                    let verdict = session.as_ref().and_then(BioSession::verdict);
                    let face = match verdict.and_then(|verdict| verdict.best_image) {
                        Some(best) => repository.faces().get(tenant, session_id, best.face_id).await?,
                        None => None,
                    };
                    (session, face.map(|face| face.quality))
                }
                EvidenceKind::UploadedPortrait | EvidenceKind::PortraitReference => {
                    (None, picture.as_ref().map(|picture| picture.quality))
                }
                EvidenceKind::IdDocument { transaction_id } => {
                    let row = repository.transactions().get(tenant, transaction_id).await?;
                    transaction = row.map(|row| row.transaction);
                    (None, None)
                }
            };
            evidence.push(EvidenceRecord { evidence: one, session, transaction, picture, quality });
        }
        let states: Vec<_> = evidence.iter().map(|record| record.evidence.clone()).collect();
        let assessment = assess(&identity, &states);
        Ok(IdentityRecord { identity, consents, evidence, assessment })
    }
}
