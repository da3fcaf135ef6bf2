//! Failed attempts per device and address.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0004_lockout"
    }
}

fn column(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

#[async_trait::async_trait]
#[expect(elided_lifetimes_in_paths, reason = "the signature is the macro's")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = || Alias::new("failed_attempts");
        manager
            .create_table(
                Table::create()
                    .table(table())
                    .col(column("tenant_id").uuid().not_null())
                    .col(column("subject").string().not_null())
                    .col(column("count").integer().not_null())
                    .col(column("first_at").big_integer().not_null())
                    .col(column("last_at").big_integer().not_null())
                    .col(column("blocks").integer().not_null())
                    .col(column("blocked_until").big_integer())
                    .primary_key(Index::create().col(Alias::new("tenant_id")).col(Alias::new("subject")))
                    .foreign_key(
                        ForeignKey::create()
                            .from(table(), Alias::new("tenant_id"))
                            .to(Alias::new("tenants"), Alias::new("id"))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("failed_attempts_last_at")
                    .table(table())
                    .col(Alias::new("last_at"))
                    .to_owned(),
            )
            .await
    }
}
