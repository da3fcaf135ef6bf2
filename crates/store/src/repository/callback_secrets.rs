//! What a tenant's callbacks are signed with, sealed by the master key.

use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _,
};
use selfsame_domain::{TenantId, Timestamp};
use uuid::Uuid;

use crate::StoreError;
use crate::entity::callback_secret;

/// A secret that cannot be read without the master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret {
    pub id: Uuid,
    pub sealed: Vec<u8>,
    pub created_at: Timestamp,
    /// From then on it signs no more; `None` for the one in use.
    pub expires_at: Option<Timestamp>,
}

pub struct CallbackSecrets<'t> {
    pub(super) transaction: &'t DatabaseTransaction,
    /// Set when a secret is forgotten.
    pub(super) erased: &'t mut bool,
}

impl CallbackSecrets<'_> {
    pub async fn add(
        &mut self,
        tenant: TenantId,
        id: Uuid,
        sealed: Vec<u8>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = callback_secret::Model {
            id,
            tenant_id: tenant.as_uuid(),
            sealed,
            created_at: now.as_millis(),
            expires_at: None,
        };
        row.into_active_model().insert(self.transaction).await?;
        Ok(())
    }

    /// Those that sign at `now`, newest first.
    pub async fn list(&mut self, tenant: TenantId, now: Timestamp) -> Result<Vec<SealedSecret>, StoreError> {
        let valid = Condition::any()
            .add(callback_secret::Column::ExpiresAt.is_null())
            .add(callback_secret::Column::ExpiresAt.gt(now.as_millis()));
        let rows = callback_secret::Entity::find()
            .filter(callback_secret::Column::TenantId.eq(tenant.as_uuid()))
            .filter(valid)
            .order_by_desc(callback_secret::Column::CreatedAt)
            .order_by_desc(callback_secret::Column::Id)
            .all(self.transaction)
            .await?;
        Ok(rows.into_iter().map(from_row).collect())
    }

    /// Gives a term to those that have none.
    pub async fn expire(&mut self, tenant: TenantId, at: Timestamp) -> Result<(), StoreError> {
        callback_secret::Entity::update_many()
            .col_expr(callback_secret::Column::ExpiresAt, Expr::value(Some(at.as_millis())))
            .filter(callback_secret::Column::TenantId.eq(tenant.as_uuid()))
            .filter(callback_secret::Column::ExpiresAt.is_null())
            .exec(self.transaction)
            .await?;
        Ok(())
    }

    /// Forgets those of all tenants whose term is over.
    pub async fn for_maintenance_purge(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        let done = callback_secret::Entity::delete_many()
            .filter(callback_secret::Column::ExpiresAt.lte(now.as_millis()))
            .exec(self.transaction)
            .await?;
        *self.erased |= done.rows_affected > 0;
        Ok(done.rows_affected)
    }
}

fn from_row(row: callback_secret::Model) -> SealedSecret {
    SealedSecret {
        id: row.id,
        sealed: row.sealed,
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: row.expires_at.map(Timestamp::from_millis),
    }
}
