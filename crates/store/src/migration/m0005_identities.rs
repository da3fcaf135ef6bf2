//! Identities, their consents and their evidence.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_identities"
    }
}

fn name(name: &'static str) -> Alias {
    Alias::new(name)
}

fn column(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

/// With the tenant in the key, a row of one tenant cannot belong to an identity of another.
fn belongs_to_identity(from: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from_tbl(name(from))
        .from_col(name("identity_id"))
        .from_col(name("tenant_id"))
        .to_tbl(name("identities"))
        .to_col(name("id"))
        .to_col(name("tenant_id"))
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

#[async_trait::async_trait]
#[expect(elided_lifetimes_in_paths, reason = "the signature is the macro's")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(name("identities"))
                    .col(column("id").uuid().not_null().primary_key())
                    .col(column("tenant_id").uuid().not_null())
                    .col(column("context").text().not_null())
                    .col(column("callback_url").text())
                    .col(column("callback_dialect").string())
                    .col(column("wrapped_key").blob())
                    .col(column("created_at").big_integer().not_null())
                    .col(column("expires_at").big_integer().not_null())
                    .foreign_key(
                        ForeignKey::create()
                            .from(name("identities"), name("tenant_id"))
                            .to(name("tenants"), name("id"))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        // What the keys below point at.
        manager
            .create_index(
                Index::create()
                    .name("identities_id_tenant_id")
                    .table(name("identities"))
                    .col(name("id"))
                    .col(name("tenant_id"))
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(name("identity_consents"))
                    .col(column("id").uuid().not_null().primary_key())
                    .col(column("tenant_id").uuid().not_null())
                    .col(column("identity_id").uuid().not_null())
                    .col(column("position").integer().not_null())
                    .col(column("kind").string().not_null())
                    .col(column("approved").boolean().not_null())
                    .col(column("valid_from").big_integer())
                    .col(column("valid_to").big_integer())
                    .col(column("created_at").big_integer().not_null())
                    .foreign_key(&mut belongs_to_identity("identity_consents"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(name("identity_evidence"))
                    .col(column("id").uuid().not_null().primary_key())
                    .col(column("tenant_id").uuid().not_null())
                    .col(column("identity_id").uuid().not_null())
                    .col(column("position").integer().not_null())
                    .col(column("kind").string().not_null())
                    .col(column("session_id").uuid())
                    .col(column("security_level").string())
                    .col(column("state").text().not_null())
                    .col(column("comparison").text())
                    .col(column("picture").text())
                    .col(column("template").blob())
                    .col(column("submitted_at").big_integer().not_null())
                    .foreign_key(&mut belongs_to_identity("identity_evidence"))
                    .to_owned(),
            )
            .await?;
        for (index, table, columns) in [
            ("identities_expires_at", "identities", &["expires_at"][..]),
            ("identity_consents_position", "identity_consents", &["identity_id", "position"]),
            ("identity_evidence_position", "identity_evidence", &["identity_id", "position"]),
            ("identity_evidence_session_id", "identity_evidence", &["session_id"]),
        ] {
            // Two writers cannot take the same place in the order.
            let mut statement = Index::create().name(index).table(name(table)).to_owned();
            for column in columns {
                statement.col(name(column));
            }
            if columns.contains(&"position") {
                statement.unique();
            }
            manager.create_index(statement).await?;
        }
        Ok(())
    }
}
