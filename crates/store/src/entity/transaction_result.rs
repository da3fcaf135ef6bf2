//! Table `results`: what each capability found of a transaction, in codes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "results")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub transaction_id: Uuid,
    /// The name of a `Capability`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub capability: String,
    /// The name of a `Standing`.
    pub standing: String,
    /// The whole result, as JSON.
    #[sea_orm(column_type = "Text")]
    pub result: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
