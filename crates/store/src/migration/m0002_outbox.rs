//! The outbox.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_outbox"
    }
}

fn name(name: &'static str) -> Alias {
    Alias::new(name)
}

#[async_trait::async_trait]
#[expect(elided_lifetimes_in_paths, reason = "the signature is the macro's")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What the next key points at: a row of one tenant cannot belong to a session of another.
        manager
            .create_index(
                Index::create()
                    .name("bio_sessions_id_tenant_id")
                    .table(name("bio_sessions"))
                    .col(name("id"))
                    .col(name("tenant_id"))
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(name("outbox"))
                    .col(ColumnDef::new(name("id")).uuid().not_null().primary_key())
                    .col(ColumnDef::new(name("tenant_id")).uuid().not_null())
                    .col(ColumnDef::new(name("session_id")).uuid().not_null())
                    .col(ColumnDef::new(name("event")).string().not_null())
                    .col(ColumnDef::new(name("created_at")).big_integer().not_null())
                    .foreign_key(
                        ForeignKey::create()
                            .from_tbl(name("outbox"))
                            .from_col(name("session_id"))
                            .from_col(name("tenant_id"))
                            .to_tbl(name("bio_sessions"))
                            .to_col(name("id"))
                            .to_col(name("tenant_id"))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        for (index, column) in [("outbox_created_at", "created_at"), ("outbox_session_id", "session_id")] {
            manager
                .create_index(Index::create().name(index).table(name("outbox")).col(name(column)).to_owned())
                .await?;
        }
        Ok(())
    }
}
