//! Table `identities`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identities")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    /// Pairs of key and value as JSON.
    #[sea_orm(column_type = "Text")]
    pub context: String,
    pub callback_url: Option<String>,
    pub callback_dialect: Option<String>,
    /// The data key of what was sent, wrapped by the master key. The only copy.
    pub wrapped_key: Option<Vec<u8>>,
    pub created_at: i64,
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
