//! The audit trail: entries, and the head of each chain.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0010_audit"
    }
}

fn name(name: &'static str) -> Alias {
    Alias::new(name)
}

fn column(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

#[async_trait::async_trait]
#[expect(elided_lifetimes_in_paths, reason = "the signature is the macro's")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No foreign keys: an entry outlives what it is about. A start that was killed in the middle goes on where it was.
        let entries = Table::create()
            .table(name("audit_entries"))
            .if_not_exists()
            .col(column("chain").uuid().not_null())
            .col(column("sequence").big_integer().not_null())
            .col(column("at").big_integer().not_null())
            .col(column("actor").string().not_null())
            .col(column("actor_id").uuid())
            .col(column("action").string().not_null())
            .col(column("subject").string())
            .col(column("subject_id").string())
            .col(column("outcome").string().not_null())
            .col(column("code").string())
            .col(column("count").big_integer().not_null())
            .col(column("address").string())
            .col(column("previous").blob().not_null())
            .col(column("hash").blob().not_null())
            .primary_key(Index::create().col(name("chain")).col(name("sequence")))
            .to_owned();
        manager.create_table(entries).await?;
        let heads = Table::create()
            .table(name("audit_heads"))
            .if_not_exists()
            .col(column("chain").uuid().not_null().primary_key())
            .col(column("sequence").big_integer().not_null())
            .col(column("hash").blob().not_null())
            .col(column("pruned").big_integer().not_null())
            .col(column("pruned_hash").blob().not_null())
            .col(column("chains").big_integer().not_null())
            .col(column("seal").blob().not_null())
            .to_owned();
        manager.create_table(heads).await?;
        for (index, columns) in [
            ("audit_entries_at", &["at"][..]),
            ("audit_entries_chain_at", &["chain", "at"]),
            ("audit_entries_chain_action", &["chain", "action", "sequence"]),
            ("audit_entries_chain_subject", &["chain", "subject_id", "sequence"]),
        ] {
            let mut statement =
                Index::create().name(index).table(name("audit_entries")).if_not_exists().to_owned();
            for column in columns {
                statement.col(name(column));
            }
            manager.create_index(statement).await?;
        }
        Ok(())
    }
}
