//! Delivery of callbacks: whom to tell and how far that went, every attempt, and what they are signed with.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_callbacks"
    }
}

fn name(name: &'static str) -> Alias {
    Alias::new(name)
}

fn column(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

fn belongs_to(from: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(Alias::new(from), Alias::new(column))
        .to(Alias::new(to), Alias::new("id"))
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

#[async_trait::async_trait]
#[expect(elided_lifetimes_in_paths, reason = "the signature is the macro's")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table(name("bio_sessions"))
                    .add_column(column("callback_dialect").string())
                    .to_owned(),
            )
            .await?;
        // Until now there was one dialect.
        manager
            .exec_stmt(
                Query::update()
                    .table(name("bio_sessions"))
                    .value(name("callback_dialect"), "bioserver")
                    .and_where(Expr::col(name("callback_url")).is_not_null())
                    .to_owned(),
            )
            .await?;
        // No version before this wrote into the outbox, and SQLite cannot drop its foreign key: made anew.
        manager.drop_table(Table::drop().table(name("outbox")).to_owned()).await?;
        manager
            .create_table(
                Table::create()
                    .table(name("outbox"))
                    .col(column("id").uuid().not_null().primary_key())
                    .col(column("tenant_id").uuid().not_null())
                    .col(column("subject_id").uuid().not_null())
                    .col(column("event").string().not_null())
                    .col(column("dialect").string().not_null())
                    .col(column("url").text().not_null())
                    .col(column("receiver").string().not_null())
                    .col(column("created_at").big_integer().not_null())
                    .col(column("state").string().not_null())
                    .col(column("attempts").integer().not_null())
                    .col(column("next_attempt_at").big_integer().not_null())
                    .col(column("lease_owner").uuid())
                    .col(column("lease_until").big_integer())
                    .col(column("finished_at").big_integer())
                    .col(column("dead_because").string())
                    .foreign_key(&mut belongs_to("outbox", "tenant_id", "tenants"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(name("callback_attempts"))
                    .col(column("id").big_integer().not_null().auto_increment().primary_key())
                    .col(column("outbox_id").uuid().not_null())
                    .col(column("at").big_integer().not_null())
                    .col(column("millis").big_integer().not_null())
                    .col(column("status").integer())
                    .col(column("outcome").string().not_null())
                    .foreign_key(&mut belongs_to("callback_attempts", "outbox_id", "outbox"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(name("callback_secrets"))
                    .col(column("id").uuid().not_null().primary_key())
                    .col(column("tenant_id").uuid().not_null())
                    .col(column("sealed").blob().not_null())
                    .col(column("created_at").big_integer().not_null())
                    .col(column("expires_at").big_integer())
                    .foreign_key(&mut belongs_to("callback_secrets", "tenant_id", "tenants"))
                    .to_owned(),
            )
            .await?;
        for (index, table, columns) in [
            ("outbox_due", "outbox", &["state", "next_attempt_at"][..]),
            ("outbox_subject_id", "outbox", &["subject_id"]),
            ("callback_attempts_outbox_id", "callback_attempts", &["outbox_id"]),
            ("callback_secrets_tenant_id", "callback_secrets", &["tenant_id"]),
        ] {
            let mut statement = Index::create().name(index).table(name(table)).to_owned();
            for column in columns {
                statement.col(name(column));
            }
            manager.create_index(statement).await?;
        }
        Ok(())
    }
}
