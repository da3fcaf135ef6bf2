//! Table `audit_heads`: the end of each chain of the audit trail, and where it begins since older entries were removed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_heads")]
pub struct Model {
    /// The tenant whose chain it is; zeros are the server's own.
    #[sea_orm(primary_key, auto_increment = false)]
    pub chain: Uuid,
    pub sequence: i64,
    pub hash: Vec<u8>,
    /// The last entry that was removed; 0 where none was.
    pub pruned: i64,
    pub pruned_hash: Vec<u8>,
    /// Chains of tenants that were begun; at the server's own chain alone.
    pub chains: i64,
    /// Keyed hash over the others.
    pub seal: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
