//! Tenants, and what they have otherwise than the server.

use std::collections::BTreeMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _,
};
use selfsame_domain::{Setting, Tenant, TenantId, TenantSettings, Timestamp};

use super::impossible;
use crate::StoreError;
use crate::entity::tenant;

pub struct Tenants<'t>(pub(super) &'t DatabaseTransaction);

impl Tenants<'_> {
    pub async fn add(&mut self, tenant: &Tenant) -> Result<(), StoreError> {
        let row = tenant::Model {
            id: tenant.id.as_uuid(),
            name: tenant.name.clone(),
            created_at: tenant.created_at.as_millis(),
            settings: None,
        };
        row.into_active_model().insert(self.0).await?;
        Ok(())
    }

    pub async fn get(&mut self, id: TenantId) -> Result<Option<Tenant>, StoreError> {
        Ok(tenant::Entity::find_by_id(id.as_uuid()).one(self.0).await?.map(from_row))
    }

    /// Names are unique.
    pub async fn by_name(&mut self, name: &str) -> Result<Option<Tenant>, StoreError> {
        let row = tenant::Entity::find().filter(tenant::Column::Name.eq(name)).one(self.0).await?;
        Ok(row.map(from_row))
    }

    /// All of them, by name. For whoever runs the server.
    pub async fn for_maintenance_list(&mut self) -> Result<Vec<Tenant>, StoreError> {
        let rows = tenant::Entity::find().order_by_asc(tenant::Column::Name).all(self.0).await?;
        Ok(rows.into_iter().map(from_row).collect())
    }

    /// What the tenant has of its own. `None`: there is no such tenant.
    ///
    /// # Errors
    /// [`StoreError::Impossible`] for what is not what [`Tenants::set_settings`] writes, also when a newer version wrote it: a setting
    /// that is not understood may be one that forbids something.
    pub async fn settings(&mut self, id: TenantId) -> Result<Option<TenantSettings>, StoreError> {
        let row = tenant::Entity::find_by_id(id.as_uuid()).one(self.0).await?;
        let Some(row) = row else { return Ok(None) };
        let Some(text) = row.settings else { return Ok(Some(TenantSettings::default())) };
        read(&text).map(Some).ok_or_else(|| impossible("tenants", "settings", row.id))
    }

    /// False when there is no such tenant.
    pub async fn set_settings(
        &mut self,
        id: TenantId,
        settings: &TenantSettings,
    ) -> Result<bool, StoreError> {
        let own: BTreeMap<_, _> = settings.own().map(|(setting, value)| (setting.name(), value)).collect();
        let text = if own.is_empty() {
            None
        } else {
            Some(serde_json::to_string(&own).map_err(|_| StoreError::Json)?)
        };
        let done = tenant::Entity::update_many()
            .col_expr(tenant::Column::Settings, Expr::value(text))
            .filter(tenant::Column::Id.eq(id.as_uuid()))
            .exec(self.0)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Nobody else changes the tenant until the transaction ends. To be called first in it. False when there is no such tenant.
    pub async fn hold(&mut self, id: TenantId) -> Result<bool, StoreError> {
        // A write, for on SQLite who has read and then wants to write is refused when somebody else has written meanwhile.
        let done = tenant::Entity::update_many()
            .col_expr(tenant::Column::Settings, Expr::col(tenant::Column::Settings))
            .filter(tenant::Column::Id.eq(id.as_uuid()))
            .exec(self.0)
            .await?;
        Ok(done.rows_affected == 1)
    }
}

fn read(text: &str) -> Option<TenantSettings> {
    let own: BTreeMap<String, String> = serde_json::from_str(text).ok()?;
    let mut settings = TenantSettings::default();
    for (name, value) in &own {
        settings.set(Setting::named(name).ok()?, value).ok()?;
    }
    Some(settings)
}

fn from_row(row: tenant::Model) -> Tenant {
    Tenant {
        id: TenantId::from_uuid(row.id),
        name: row.name,
        created_at: Timestamp::from_millis(row.created_at),
    }
}
