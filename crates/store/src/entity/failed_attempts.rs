//! Table `failed_attempts`: who is or may soon be locked out.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "failed_attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Keyed hash of an address or a device, hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    pub count: i32,
    pub first_at: i64,
    pub last_at: i64,
    pub blocks: i32,
    pub blocked_until: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
