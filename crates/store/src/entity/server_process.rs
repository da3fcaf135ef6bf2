//! Table `server_processes`: who is at work on the database.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "server_processes")]
pub struct Model {
    /// Drawn anew at every start.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub started_at: i64,
    /// Taken for dead from then on, unless it said meanwhile that it lives.
    pub lease_until: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
