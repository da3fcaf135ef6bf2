//! Server processes, and which of them has a capture.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0006_processes"
    }
}

fn column(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

#[async_trait::async_trait]
#[expect(elided_lifetimes_in_paths, reason = "the signature is the macro's")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("server_processes"))
                    .col(column("id").uuid().not_null().primary_key())
                    .col(column("started_at").big_integer().not_null())
                    .col(column("lease_until").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        // No foreign key: a capture outlives the process that had it, until somebody decides it.
        manager
            .alter_table(
                Table::alter()
                    .table(Alias::new("bio_sessions"))
                    .add_column(column("capture_owner").uuid())
                    .to_owned(),
            )
            .await
    }
}
