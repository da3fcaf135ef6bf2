//! Table `credentials`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credentials")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    /// `api_key`, `token_and_secret` or `administration`.
    pub kind: String,
    /// What it is found by: the digest of an API key, or the token.
    pub lookup: String,
    /// What the secret that goes with a token is recognised by: an Argon2id string (`$argon2id$…`), or, written by earlier versions, the
    /// secret's SHA-256, hexadecimal.
    pub secret_hash: Option<String>,
    pub created_at: i64,
    pub revoked_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
