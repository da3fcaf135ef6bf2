//! Tenants.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _,
};
use selfsame_domain::{Tenant, TenantId, Timestamp};

use crate::StoreError;
use crate::entity::tenant;

pub struct Tenants<'t>(pub(super) &'t DatabaseTransaction);

impl Tenants<'_> {
    pub async fn add(&mut self, tenant: &Tenant) -> Result<(), StoreError> {
        let row = tenant::Model {
            id: tenant.id.as_uuid(),
            name: tenant.name.clone(),
            created_at: tenant.created_at.as_millis(),
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
}

fn from_row(row: tenant::Model) -> Tenant {
    Tenant {
        id: TenantId::from_uuid(row.id),
        name: row.name,
        created_at: Timestamp::from_millis(row.created_at),
    }
}
