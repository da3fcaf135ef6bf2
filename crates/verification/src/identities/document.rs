//! Identity documents as evidence: examined in a transaction of their own, which is erased with the identity.

use selfsame_domain::audit::{Action, Origin};
use selfsame_domain::document::{DocumentType, WantedFields};
use selfsame_domain::transaction::{
    CallbackGranularity, Claims, NewTransaction, PartRole, PictureFormat, Transaction,
};
use selfsame_domain::{Evidence, EvidenceId, EvidenceKind, IdentityId, TenantId, TransactionId};
use selfsame_store::Repository;

use super::{IdentityError, Opened};
use crate::maintenance::to_its_end;
use crate::transactions::Prepared;
use crate::{UseCaseError, Verification};

/// Pictures of a document, and what they are said to show.
#[derive(Debug)]
pub struct NewDocument {
    pub kind: DocumentType,
    /// ISO 3166-1 alpha-3, or XKX.
    pub country: String,
    /// Postal code of the state of the USA whose authority issued it.
    pub us_state: Option<String>,
    /// Front and back, as [`Verification::inspect_transaction_picture`] knows them.
    pub pictures: Vec<(PartRole, PictureFormat, Vec<u8>)>,
}

/// What the pictures of a document are called by.
const SIDES: [PartRole; 2] = [PartRole::Front, PartRole::Back];

impl Verification {
    /// Opens the transaction that examines a document; it becomes the identity's document. The pictures are kept as long as the identity.
    pub async fn add_document(
        &self,
        tenant: TenantId,
        id: IdentityId,
        new: NewDocument,
    ) -> Result<Evidence, IdentityError> {
        let app = self.clone();
        // Pictures that are stored have a row, or are removed again: also when whoever sent them has gone.
        to_its_end(async move { app.store_document(tenant, id, new).await }).await
    }

    async fn store_document(
        &self,
        tenant: TenantId,
        id: IdentityId,
        new: NewDocument,
    ) -> Result<Evidence, IdentityError> {
        let policy = self.transaction_policy(tenant).await?;
        // Before the pictures are stored, and again with the row: storing takes a while.
        let mut repository = self.store().begin().await?;
        let Opened { identity, .. } = self.opened(&mut repository, tenant, id).await?;
        self.admits_evidence(&mut repository, &identity).await?;
        drop(repository);
        self.has_room_for_transaction(tenant).await?;

        let NewDocument { kind, country, us_state, pictures } = new;
        let request = NewTransaction {
            // What lists of transactions find it by.
            reference: identity.id.to_string(),
            reporting_criteria: None,
            customer_id: None,
            country,
            kind,
            // Faces are compared by the identity, whenever its portrait comes.
            fields: WantedFields { face_match: false, ..policy.fields },
            mrz_check: true,
            callback: identity.request.callback.clone(),
            granularity: CallbackGranularity::OnFinish,
            consent: None,
            pictures: pictures.iter().map(|(side, format, _)| (*side, *format)).collect(),
            keeps_portrait: true,
        };
        let claims = Claims { us_state, ..Claims::default() };
        let pictures = pictures.into_iter().map(|(side, _, bytes)| (side, bytes)).collect();
        let now = self.clock().now();
        let left = identity.expires_at.since(now);
        let transaction_id = TransactionId::random(self.entropy());
        let transaction = Transaction::accept(transaction_id, tenant, request, now, left);
        let kind = EvidenceKind::IdDocument { transaction_id };
        let evidence = Evidence::submit(EvidenceId::random(self.entropy()), &identity, kind, now);
        let prepared = self.prepare_transaction(&transaction, &claims, pictures).await?;
        let made = self.add_document_rows(&evidence, &transaction, &prepared).await;
        self.conclude_transaction(&transaction, made).await?;
        Ok(evidence)
    }

    /// Evidence and transaction together, still to be saved: neither is ever there without the other.
    async fn add_document_rows(
        &self,
        evidence: &Evidence,
        transaction: &Transaction,
        prepared: &Prepared,
    ) -> Result<Repository, IdentityError> {
        let (tenant, id) = (evidence.tenant_id, evidence.identity_id);
        let mut repository = self.store().begin().await?;
        repository.identities().alone_with(tenant, id).await?;
        let opened = self.opened(&mut repository, tenant, id).await?;
        self.admits_evidence(&mut repository, &opened.identity).await?;
        self.add_transaction(&mut repository, transaction, prepared).await?;
        repository.identities().add_evidence(evidence, None).await?;
        Ok(repository)
    }

    /// The pictures of an identity's document as they were sent: front, and back if it came. `None` when the identity has no such document,
    /// or its pictures were erased. That they were read is recorded first.
    pub async fn document_pictures(
        &self,
        tenant: TenantId,
        by: Origin,
        id: IdentityId,
        evidence: EvidenceId,
    ) -> Result<Option<Vec<(PartRole, PictureFormat, Vec<u8>)>>, IdentityError> {
        let record = self.identity(tenant, id).await?;
        let kind = record.find(evidence).map(|record| record.evidence.kind);
        let Some(EvidenceKind::IdDocument { transaction_id }) = kind else { return Ok(None) };
        let mut pictures = Vec::new();
        for side in SIDES {
            match self.kept_transaction_picture(tenant, transaction_id, side, None).await {
                Ok(Some((format, bytes))) => pictures.push((side, format, bytes)),
                Ok(None) => {}
                Err(UseCaseError::NotFound) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        self.was_read(tenant, by, Action::DocumentRead, id, "pictures").await?;
        Ok(Some(pictures))
    }
}
