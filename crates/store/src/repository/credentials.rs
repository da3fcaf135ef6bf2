//! Credentials: found by what the caller shows, never by tenant.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _,
};
use selfsame_domain::{ApiCredential, CredentialId, CredentialKind, Entropy, TenantId, Timestamp};

use super::impossible;
use crate::StoreError;
use crate::entity::credential;

/// A credential as it is listed: without what it is recognised by.
#[derive(Debug, Clone)]
pub struct ListedCredential {
    pub credential: ApiCredential,
    /// Of a pair; it is no secret. API keys have none.
    pub token: Option<String>,
}

pub struct Credentials<'t>(pub(super) &'t DatabaseTransaction);

const API_KEY: &str = "api_key";
const TOKEN_AND_SECRET: &str = "token_and_secret";
const ADMINISTRATION: &str = "administration";

impl Credentials<'_> {
    /// `hash` is [`crate::api_key_hash`] of the key.
    pub async fn add_api_key(
        &mut self,
        entropy: &dyn Entropy,
        tenant: TenantId,
        hash: &str,
        now: Timestamp,
    ) -> Result<CredentialId, StoreError> {
        self.add(entropy, tenant, API_KEY, hash, None, now).await
    }

    pub async fn add_token_secret(
        &mut self,
        entropy: &dyn Entropy,
        tenant: TenantId,
        token: &str,
        secret_hash: &str,
        now: Timestamp,
    ) -> Result<CredentialId, StoreError> {
        self.add(entropy, tenant, TOKEN_AND_SECRET, token, Some(secret_hash), now).await
    }

    /// A pair that reads and deletes results, and nothing else.
    pub async fn add_administration(
        &mut self,
        entropy: &dyn Entropy,
        tenant: TenantId,
        token: &str,
        secret_hash: &str,
        now: Timestamp,
    ) -> Result<CredentialId, StoreError> {
        self.add(entropy, tenant, ADMINISTRATION, token, Some(secret_hash), now).await
    }

    async fn add(
        &mut self,
        entropy: &dyn Entropy,
        tenant: TenantId,
        kind: &str,
        lookup: &str,
        secret_hash: Option<&str>,
        now: Timestamp,
    ) -> Result<CredentialId, StoreError> {
        let id = CredentialId::random(entropy);
        let row = credential::Model {
            id: id.as_uuid(),
            tenant_id: tenant.as_uuid(),
            kind: kind.to_owned(),
            lookup: lookup.to_owned(),
            secret_hash: secret_hash.map(ToOwned::to_owned),
            created_at: now.as_millis(),
            revoked_at: None,
        };
        row.into_active_model().insert(self.0).await?;
        Ok(id)
    }

    pub async fn find_by_api_key_hash(&mut self, hash: &str) -> Result<Option<ApiCredential>, StoreError> {
        self.find(API_KEY, hash).await
    }

    pub async fn find_by_token(&mut self, token: &str) -> Result<Option<ApiCredential>, StoreError> {
        self.find(TOKEN_AND_SECRET, token).await
    }

    /// The pair of that token, of whichever kind, and what its secret is recognised by. API keys have no token.
    pub async fn find_pair(&mut self, token: &str) -> Result<Option<(ApiCredential, String)>, StoreError> {
        let row = credential::Entity::find()
            .filter(credential::Column::Lookup.eq(token))
            .filter(credential::Column::Kind.ne(API_KEY))
            .one(self.0)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let secret =
            row.secret_hash.clone().ok_or_else(|| impossible("credentials", "secret_hash", row.id))?;
        Ok(Some((from_row(row)?, secret)))
    }

    /// All of a tenant's, oldest first, also those that were revoked.
    pub async fn list(&mut self, tenant: TenantId) -> Result<Vec<ListedCredential>, StoreError> {
        let rows = credential::Entity::find()
            .filter(credential::Column::TenantId.eq(tenant.as_uuid()))
            .order_by_asc(credential::Column::CreatedAt)
            .order_by_asc(credential::Column::Id)
            .all(self.0)
            .await?;
        let listed = |row: credential::Model| {
            // The digest of a key is what it is recognised by, and nobody's business.
            let token = (row.kind != API_KEY).then(|| row.lookup.clone());
            Ok(ListedCredential { credential: from_row(row)?, token })
        };
        rows.into_iter().map(listed).collect()
    }

    /// Whether the tenant has a pair of its own for reading and deleting results.
    pub async fn has_administration(&mut self, tenant: TenantId) -> Result<bool, StoreError> {
        let row = credential::Entity::find()
            .filter(credential::Column::TenantId.eq(tenant.as_uuid()))
            .filter(credential::Column::Kind.eq(ADMINISTRATION))
            .filter(credential::Column::RevokedAt.is_null())
            .one(self.0)
            .await?;
        Ok(row.is_some())
    }

    /// The secret is recognised by something else from now on.
    pub async fn set_secret_hash(
        &mut self,
        tenant: TenantId,
        id: CredentialId,
        secret_hash: &str,
    ) -> Result<bool, StoreError> {
        let done = credential::Entity::update_many()
            .col_expr(credential::Column::SecretHash, secret_hash.into())
            .filter(credential::Column::Id.eq(id.as_uuid()))
            .filter(credential::Column::TenantId.eq(tenant.as_uuid()))
            .exec(self.0)
            .await?;
        Ok(done.rows_affected == 1)
    }

    async fn find(&mut self, kind: &str, lookup: &str) -> Result<Option<ApiCredential>, StoreError> {
        let row = credential::Entity::find()
            .filter(credential::Column::Lookup.eq(lookup))
            .filter(credential::Column::Kind.eq(kind))
            .one(self.0)
            .await?;
        row.map(from_row).transpose()
    }

    /// From now on it is found, but revoked. False when it was before, or the tenant has none such.
    pub async fn revoke(
        &mut self,
        tenant: TenantId,
        id: CredentialId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = credential::Entity::update_many()
            .col_expr(credential::Column::RevokedAt, now.as_millis().into())
            .filter(credential::Column::Id.eq(id.as_uuid()))
            .filter(credential::Column::TenantId.eq(tenant.as_uuid()))
            .filter(credential::Column::RevokedAt.is_null())
            .exec(self.0)
            .await?;
        Ok(done.rows_affected == 1)
    }
}

fn from_row(row: credential::Model) -> Result<ApiCredential, StoreError> {
    let kind = match row.kind.as_str() {
        API_KEY => CredentialKind::ApiKey,
        TOKEN_AND_SECRET => CredentialKind::TokenAndSecret,
        ADMINISTRATION => CredentialKind::Administration,
        _ => return Err(impossible("credentials", "kind", row.id)),
    };
    Ok(ApiCredential {
        id: CredentialId::from_uuid(row.id),
        tenant_id: TenantId::from_uuid(row.tenant_id),
        kind,
        created_at: Timestamp::from_millis(row.created_at),
        revoked_at: row.revoked_at.map(Timestamp::from_millis),
    })
}
