//! Identities, their consents and their evidence.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use selfsame_domain::{
    CallbackTarget, Consent, ConsentId, ConsentKind, Evidence, EvidenceId, EvidenceKind, Identity,
    IdentityId, NewConsent, NewIdentity, PictureFacts, SecurityLevel, SessionId, TenantId, Timestamp,
    TransactionId,
};

use super::impossible;
use crate::entity::{identity, identity_consent, identity_evidence};
use crate::{StoreError, backend};

pub struct Identities<'t> {
    pub(super) transaction: &'t DatabaseTransaction,
    /// Set when a data key is forgotten.
    pub(super) erased: &'t mut bool,
}

/// An identity, and its wrapped data key unless that was erased.
pub type IdentityWithKey = (Identity, Option<Vec<u8>>);

/// A picture that was sent: what is known of it, and its template, sealed under the identity's data key.
#[derive(Debug, Clone, PartialEq)]
pub struct SentPicture {
    pub facts: PictureFacts,
    pub sealed_template: Vec<u8>,
}

/// Evidence, and its picture if it was sent; that of a live portrait is its session's, those of a document its transaction's.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceRow {
    pub evidence: Evidence,
    pub picture: Option<SentPicture>,
}

const EVIDENCE: &str = "identity_evidence";
const LIVE_PORTRAIT: &str = "live_portrait";
const UPLOADED_PORTRAIT: &str = "uploaded_portrait";
const PORTRAIT_REFERENCE: &str = "portrait_reference";
const ID_DOCUMENT: &str = "id_document";

impl Identities<'_> {
    pub async fn add(&mut self, identity: &Identity, wrapped_key: &[u8]) -> Result<(), StoreError> {
        let NewIdentity { context, callback } = &identity.request;
        let row = identity::Model {
            id: identity.id.as_uuid(),
            tenant_id: identity.tenant_id.as_uuid(),
            context: serde_json::to_string(context).map_err(|_| StoreError::Json)?,
            callback_url: callback.as_ref().map(|target| target.url.clone()),
            callback_dialect: callback.as_ref().map(|target| target.dialect.clone()),
            wrapped_key: Some(wrapped_key.to_vec()),
            created_at: identity.created_at.as_millis(),
            expires_at: identity.expires_at.as_millis(),
        };
        row.into_active_model().insert(self.transaction).await?;
        Ok(())
    }

    pub async fn get(
        &mut self,
        tenant: TenantId,
        id: IdentityId,
    ) -> Result<Option<IdentityWithKey>, StoreError> {
        let row = identity::Entity::find_by_id(id.as_uuid())
            .filter(identity::Column::TenantId.eq(tenant.as_uuid()))
            .one(self.transaction)
            .await?;
        row.map(identity_from_row).transpose()
    }

    /// The one that a session was opened for.
    pub async fn find_by_session(
        &mut self,
        tenant: TenantId,
        session: SessionId,
    ) -> Result<Option<(IdentityId, EvidenceId)>, StoreError> {
        let row = identity_evidence::Entity::find()
            .filter(identity_evidence::Column::SessionId.eq(session.as_uuid()))
            .filter(identity_evidence::Column::TenantId.eq(tenant.as_uuid()))
            .one(self.transaction)
            .await?;
        Ok(row.map(|row| (IdentityId::from_uuid(row.identity_id), EvidenceId::from_uuid(row.id))))
    }

    /// The one that a transaction was opened for.
    pub async fn find_by_transaction(
        &mut self,
        tenant: TenantId,
        transaction: TransactionId,
    ) -> Result<Option<(IdentityId, EvidenceId)>, StoreError> {
        let row = identity_evidence::Entity::find()
            .filter(identity_evidence::Column::TransactionId.eq(transaction.as_uuid()))
            .filter(identity_evidence::Column::TenantId.eq(tenant.as_uuid()))
            .one(self.transaction)
            .await?;
        Ok(row.map(|row| (IdentityId::from_uuid(row.identity_id), EvidenceId::from_uuid(row.id))))
    }

    /// Behind those that are on record.
    ///
    /// # Errors
    /// Among others when the identity is not the tenant's.
    pub async fn add_consent(&mut self, consent: &Consent) -> Result<(), StoreError> {
        self.alone_with(consent.tenant_id, consent.identity_id).await?;
        let position = identity_consent::Entity::find()
            .filter(identity_consent::Column::IdentityId.eq(consent.identity_id.as_uuid()))
            .count(self.transaction)
            .await?;
        let said = consent.said;
        let row = identity_consent::Model {
            id: consent.id.as_uuid(),
            tenant_id: consent.tenant_id.as_uuid(),
            identity_id: consent.identity_id.as_uuid(),
            position: place("identity_consents", position, consent.id)?,
            kind: consent_to_text(said.kind).to_owned(),
            approved: said.approved,
            valid_from: said.valid_from.map(Timestamp::as_millis),
            valid_to: said.valid_to.map(Timestamp::as_millis),
            created_at: consent.created_at.as_millis(),
        };
        row.into_active_model().insert(self.transaction).await?;
        Ok(())
    }

    /// Waits until no other transaction adds to the identity, and lets none until this one ends. Take it before what may be added
    /// is decided by what is there.
    pub async fn alone_with(&mut self, tenant: TenantId, id: IdentityId) -> Result<(), StoreError> {
        backend::exclusively(self.transaction, &format!("identity/{tenant}/{id}")).await
    }

    /// In the order in which they were recorded.
    pub async fn consents(&mut self, tenant: TenantId, id: IdentityId) -> Result<Vec<Consent>, StoreError> {
        let rows = identity_consent::Entity::find()
            .filter(identity_consent::Column::IdentityId.eq(id.as_uuid()))
            .filter(identity_consent::Column::TenantId.eq(tenant.as_uuid()))
            .order_by_asc(identity_consent::Column::Position)
            .all(self.transaction)
            .await?;
        rows.into_iter().map(consent_from_row).collect()
    }

    /// Behind what was submitted before.
    ///
    /// # Errors
    /// Among others when the identity is not the tenant's.
    pub async fn add_evidence(
        &mut self,
        evidence: &Evidence,
        picture: Option<SentPicture>,
    ) -> Result<(), StoreError> {
        self.alone_with(evidence.tenant_id, evidence.identity_id).await?;
        let position = identity_evidence::Entity::find()
            .filter(identity_evidence::Column::IdentityId.eq(evidence.identity_id.as_uuid()))
            .count(self.transaction)
            .await?;
        let (mut session_id, mut security_level, mut transaction_id) = (None, None, None);
        let kind = match evidence.kind {
            EvidenceKind::LivePortrait { session_id: session, security_level: level } => {
                (session_id, security_level) = (Some(session.as_uuid()), Some(json(&level)?));
                LIVE_PORTRAIT
            }
            EvidenceKind::UploadedPortrait => UPLOADED_PORTRAIT,
            EvidenceKind::PortraitReference => PORTRAIT_REFERENCE,
            EvidenceKind::IdDocument { transaction_id: transaction } => {
                transaction_id = Some(transaction.as_uuid());
                ID_DOCUMENT
            }
        };
        let row = identity_evidence::Model {
            id: evidence.id.as_uuid(),
            tenant_id: evidence.tenant_id.as_uuid(),
            identity_id: evidence.identity_id.as_uuid(),
            position: place(EVIDENCE, position, evidence.id)?,
            kind: kind.to_owned(),
            session_id,
            security_level,
            transaction_id,
            state: json(&evidence.state)?,
            comparison: evidence.comparison.as_ref().map(json).transpose()?,
            picture: picture.as_ref().map(|picture| json(&picture.facts)).transpose()?,
            template: picture.map(|picture| picture.sealed_template),
            submitted_at: evidence.submitted_at.as_millis(),
        };
        row.into_active_model().insert(self.transaction).await?;
        Ok(())
    }

    /// In the order of submission.
    pub async fn evidence(
        &mut self,
        tenant: TenantId,
        id: IdentityId,
    ) -> Result<Vec<EvidenceRow>, StoreError> {
        let rows = identity_evidence::Entity::find()
            .filter(identity_evidence::Column::IdentityId.eq(id.as_uuid()))
            .filter(identity_evidence::Column::TenantId.eq(tenant.as_uuid()))
            .order_by_asc(identity_evidence::Column::Position)
            .all(self.transaction)
            .await?;
        rows.into_iter().map(evidence_from_row).collect()
    }

    /// At most `most` pictures that were sent as evidence, of all tenants, in the order of their ids, those after `after`.
    pub async fn for_maintenance_sent_pictures(
        &mut self,
        after: Option<EvidenceId>,
        most: u64,
    ) -> Result<Vec<EvidenceRow>, StoreError> {
        let mut found =
            identity_evidence::Entity::find().filter(identity_evidence::Column::Template.is_not_null());
        if let Some(after) = after {
            found = found.filter(identity_evidence::Column::Id.gt(after.as_uuid()));
        }
        let rows =
            found.order_by_asc(identity_evidence::Column::Id).limit(most).all(self.transaction).await?;
        rows.into_iter().map(evidence_from_row).collect()
    }

    /// Compare-and-set: writes what is known of a picture that was sent, and its template, if both are as they were read. False when
    /// they are not.
    pub async fn for_maintenance_remake(
        &mut self,
        evidence: &Evidence,
        before: &SentPicture,
        after: SentPicture,
    ) -> Result<bool, StoreError> {
        let done = identity_evidence::Entity::update_many()
            .col_expr(identity_evidence::Column::Picture, Expr::value(Some(json(&after.facts)?)))
            .col_expr(identity_evidence::Column::Template, Expr::value(Some(after.sealed_template)))
            .filter(identity_evidence::Column::Id.eq(evidence.id.as_uuid()))
            .filter(identity_evidence::Column::TenantId.eq(evidence.tenant_id.as_uuid()))
            .filter(identity_evidence::Column::Template.eq(before.sealed_template.clone()))
            .exec(self.transaction)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Compare-and-set: writes `after` only if the evidence is still in the state of `before`. False when it is not.
    pub async fn transition_evidence(
        &mut self,
        before: &Evidence,
        after: &Evidence,
    ) -> Result<bool, StoreError> {
        let comparison = after.comparison.as_ref().map(json).transpose()?;
        let done = identity_evidence::Entity::update_many()
            .col_expr(identity_evidence::Column::State, Expr::value(json(&after.state)?))
            .col_expr(identity_evidence::Column::Comparison, Expr::value(comparison))
            .filter(identity_evidence::Column::Id.eq(before.id.as_uuid()))
            .filter(identity_evidence::Column::TenantId.eq(before.tenant_id.as_uuid()))
            .filter(identity_evidence::Column::State.eq(json(&before.state)?))
            .exec(self.transaction)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// With the data key gone, what was sent is noise.
    pub async fn forget_key(&mut self, tenant: TenantId, id: IdentityId) -> Result<bool, StoreError> {
        let done = identity::Entity::update_many()
            .col_expr(identity::Column::WrappedKey, Expr::value(None::<Vec<u8>>))
            .filter(identity::Column::Id.eq(id.as_uuid()))
            .filter(identity::Column::TenantId.eq(tenant.as_uuid()))
            .filter(identity::Column::WrappedKey.is_not_null())
            .exec(self.transaction)
            .await?;
        *self.erased |= done.rows_affected > 0;
        Ok(done.rows_affected == 1)
    }

    /// Forgets the identity, its consents and its evidence. Its sessions and transactions are the caller's to erase before.
    pub async fn delete(&mut self, tenant: TenantId, id: IdentityId) -> Result<bool, StoreError> {
        let done = identity::Entity::delete_many()
            .filter(identity::Column::Id.eq(id.as_uuid()))
            .filter(identity::Column::TenantId.eq(tenant.as_uuid()))
            .exec(self.transaction)
            .await?;
        *self.erased |= done.rows_affected > 0;
        Ok(done.rows_affected == 1)
    }

    /// At most `most` identities of all tenants whose term is over or whose erasure was begun, oldest first.
    pub async fn for_maintenance_expired(
        &mut self,
        now: Timestamp,
        most: u64,
    ) -> Result<Vec<(TenantId, IdentityId)>, StoreError> {
        let over = Condition::any()
            .add(identity::Column::ExpiresAt.lte(now.as_millis()))
            .add(identity::Column::WrappedKey.is_null());
        let rows = identity::Entity::find()
            .filter(over)
            .order_by_asc(identity::Column::ExpiresAt)
            .limit(most)
            .all(self.transaction)
            .await?;
        Ok(rows
            .iter()
            .map(|row| (TenantId::from_uuid(row.tenant_id), IdentityId::from_uuid(row.id)))
            .collect())
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Json)
}

fn place(table: &'static str, position: u64, row: impl ToString) -> Result<i32, StoreError> {
    i32::try_from(position).map_err(|_| impossible(table, "position", row))
}

fn identity_from_row(row: identity::Model) -> Result<IdentityWithKey, StoreError> {
    const TABLE: &str = "identities";
    let context = serde_json::from_str(&row.context).map_err(|_| impossible(TABLE, "context", row.id))?;
    let callback = match (row.callback_url, row.callback_dialect) {
        (Some(url), Some(dialect)) => Some(CallbackTarget { url, dialect }),
        (None, _) => None,
        (Some(_), None) => return Err(impossible(TABLE, "callback_dialect", row.id)),
    };
    let identity = Identity {
        id: IdentityId::from_uuid(row.id),
        tenant_id: TenantId::from_uuid(row.tenant_id),
        request: NewIdentity { context, callback },
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    };
    Ok((identity, row.wrapped_key))
}

fn consent_to_text(kind: ConsentKind) -> &'static str {
    match kind {
        ConsentKind::Portrait => "portrait",
        ConsentKind::IdentityVerification => "identity_verification",
    }
}

fn consent_from_row(row: identity_consent::Model) -> Result<Consent, StoreError> {
    let kind = [ConsentKind::Portrait, ConsentKind::IdentityVerification]
        .into_iter()
        .find(|kind| consent_to_text(*kind) == row.kind)
        .ok_or_else(|| impossible("identity_consents", "kind", row.id))?;
    Ok(Consent {
        id: ConsentId::from_uuid(row.id),
        tenant_id: TenantId::from_uuid(row.tenant_id),
        identity_id: IdentityId::from_uuid(row.identity_id),
        said: NewConsent {
            kind,
            approved: row.approved,
            valid_from: row.valid_from.map(Timestamp::from_millis),
            valid_to: row.valid_to.map(Timestamp::from_millis),
        },
        created_at: Timestamp::from_millis(row.created_at),
    })
}

fn evidence_from_row(row: identity_evidence::Model) -> Result<EvidenceRow, StoreError> {
    let wrong = |column| impossible(EVIDENCE, column, row.id);
    let kind = match (row.kind.as_str(), row.session_id, row.transaction_id) {
        (LIVE_PORTRAIT, Some(session), None) => {
            let level = row.security_level.as_deref().ok_or_else(|| wrong("security_level"))?;
            let security_level: SecurityLevel =
                serde_json::from_str(level).map_err(|_| wrong("security_level"))?;
            EvidenceKind::LivePortrait { session_id: SessionId::from_uuid(session), security_level }
        }
        (UPLOADED_PORTRAIT, None, None) => EvidenceKind::UploadedPortrait,
        (PORTRAIT_REFERENCE, None, None) => EvidenceKind::PortraitReference,
        (ID_DOCUMENT, None, Some(transaction)) => {
            EvidenceKind::IdDocument { transaction_id: TransactionId::from_uuid(transaction) }
        }
        _ => return Err(wrong("kind")),
    };
    let comparison = row.comparison.as_deref().map(serde_json::from_str).transpose();
    let picture = match (row.picture, row.template) {
        (Some(facts), Some(sealed_template)) => {
            let facts = serde_json::from_str(&facts).map_err(|_| wrong("picture"))?;
            Some(SentPicture { facts, sealed_template })
        }
        (None, None) => None,
        _ => return Err(wrong("template")),
    };
    let evidence = Evidence {
        id: EvidenceId::from_uuid(row.id),
        tenant_id: TenantId::from_uuid(row.tenant_id),
        identity_id: IdentityId::from_uuid(row.identity_id),
        kind,
        state: serde_json::from_str(&row.state).map_err(|_| wrong("state"))?,
        comparison: comparison.map_err(|_| wrong("comparison"))?,
        submitted_at: Timestamp::from_millis(row.submitted_at),
    };
    Ok(EvidenceRow { evidence, picture })
}
