//! Transactions: verifications of documents from pictures that were sent.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0007_scans"
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
        manager
            .create_table(
                Table::create()
                    .table(name("scans"))
                    .col(column("id").uuid().not_null().primary_key())
                    .col(column("tenant_id").uuid().not_null())
                    .col(column("request").text())
                    .col(column("consent").text())
                    .col(column("callback_url").text())
                    .col(column("callback_dialect").string())
                    .col(column("claims").blob())
                    .col(column("reading").blob())
                    .col(column("facemap").boolean().not_null())
                    .col(column("state").string().not_null())
                    .col(column("decision").text())
                    .col(column("ended_at").big_integer())
                    .col(column("wrapped_key").blob())
                    .col(column("attempts").integer().not_null())
                    .col(column("next_attempt_at").big_integer().not_null())
                    .col(column("lease_owner").uuid())
                    .col(column("lease_until").big_integer())
                    .col(column("created_at").big_integer().not_null())
                    .col(column("expires_at").big_integer().not_null())
                    .col(column("erased_at").big_integer())
                    .foreign_key(
                        ForeignKey::create()
                            .from(name("scans"), name("tenant_id"))
                            .to(name("tenants"), name("id"))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        for (index, columns) in [
            ("scans_due", &["state", "next_attempt_at"][..]),
            ("scans_expires_at", &["expires_at"]),
            ("scans_tenant_id", &["tenant_id"]),
        ] {
            let mut statement = Index::create().name(index).table(name("scans")).to_owned();
            for column in columns {
                statement.col(name(column));
            }
            manager.create_index(statement).await?;
        }
        Ok(())
    }
}
