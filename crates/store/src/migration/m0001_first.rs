//! Tenants, credentials, server keys, bio-sessions and faces.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_first"
    }
}

fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(Alias::new(name)).to_owned()
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
            .create_table(
                table("tenants")
                    .col(column("id").uuid().not_null().primary_key())
                    .col(column("name").string().not_null().unique_key())
                    .col(column("created_at").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                table("credentials")
                    .col(column("id").uuid().not_null().primary_key())
                    .col(column("tenant_id").uuid().not_null())
                    .col(column("kind").string().not_null())
                    .col(column("lookup").string().not_null().unique_key())
                    .col(column("secret_hash").string())
                    .col(column("created_at").big_integer().not_null())
                    .col(column("revoked_at").big_integer())
                    .foreign_key(&mut belongs_to("credentials", "tenant_id", "tenants"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                table("server_keys")
                    .col(column("name").string().not_null().primary_key())
                    .col(column("sealed").blob().not_null())
                    .col(column("created_at").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                table("bio_sessions")
                    .col(column("id").uuid().not_null().primary_key())
                    .col(column("tenant_id").uuid().not_null())
                    .col(column("mode").string().not_null())
                    .col(column("security_level").string().not_null())
                    .col(column("challenges").integer().not_null())
                    .col(column("correlation_id").string())
                    .col(column("evidence_id").string())
                    .col(column("callback_url").text())
                    .col(column("image_storage").boolean().not_null())
                    .col(column("state").string().not_null())
                    .col(column("capturing_since").big_integer())
                    .col(column("verdict").text())
                    .col(column("wrapped_key").blob())
                    .col(column("created_at").big_integer().not_null())
                    .col(column("expires_at").big_integer().not_null())
                    .foreign_key(&mut belongs_to("bio_sessions", "tenant_id", "tenants"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                table("faces")
                    .col(column("id").uuid().not_null().primary_key())
                    .col(column("tenant_id").uuid().not_null())
                    .col(column("session_id").uuid().not_null())
                    .col(column("friendly_name").string())
                    .col(column("digest").string().not_null())
                    .col(column("mode").string().not_null())
                    .col(column("image_type").string().not_null())
                    .col(column("quality").float().not_null())
                    .col(column("image_width").integer().not_null())
                    .col(column("image_height").integer().not_null())
                    .col(column("geometry").text().not_null())
                    .col(column("has_image").boolean().not_null())
                    .col(column("template").blob())
                    .col(column("created_at").big_integer().not_null())
                    .foreign_key(&mut belongs_to("faces", "session_id", "bio_sessions"))
                    .to_owned(),
            )
            .await?;
        for (name, table, columns) in [
            ("bio_sessions_state", "bio_sessions", &["state"][..]),
            ("bio_sessions_expires_at", "bio_sessions", &["expires_at"]),
            ("faces_session_id", "faces", &["session_id"]),
        ] {
            let mut index = Index::create().name(name).table(Alias::new(table)).to_owned();
            for column in columns {
                index.col(Alias::new(*column));
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
