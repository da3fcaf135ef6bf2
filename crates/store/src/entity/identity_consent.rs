//! Table `identity_consents`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identity_consents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub identity_id: Uuid,
    /// The order in which they were recorded: the latest of a kind counts.
    pub position: i32,
    /// `portrait` or `identity_verification`.
    pub kind: String,
    pub approved: bool,
    pub valid_from: Option<i64>,
    pub valid_to: Option<i64>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
