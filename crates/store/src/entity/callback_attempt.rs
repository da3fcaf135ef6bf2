//! Table `callback_attempts`: how each try to tell went.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "callback_attempts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub outbox_id: Uuid,
    pub at: i64,
    pub millis: i64,
    /// The HTTP status, if there was an answer.
    pub status: Option<i32>,
    /// What happened, in words without values.
    pub outcome: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
