//! What a tenant has otherwise than the server.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0008_tenant_settings"
    }
}

#[async_trait::async_trait]
#[expect(elided_lifetimes_in_paths, reason = "the signature is the macro's")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Tenants of before have nothing of their own.
        manager
            .alter_table(
                Table::alter()
                    .table(Alias::new("tenants"))
                    .add_column(ColumnDef::new(Alias::new("settings")).text())
                    .to_owned(),
            )
            .await
    }
}
