//! Table `outbox`: what integrators are to be told.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    /// Whom the event is about: a bio-session or a transaction. No foreign key: a dead letter outlives its subject, as a record that says so.
    pub subject_id: Uuid,
    /// `session_decided`, `transaction_received` or `transaction_decided`.
    pub event: String,
    pub dialect: String,
    #[sea_orm(column_type = "Text")]
    pub url: String,
    /// Scheme, host and port of the URL: no receiver may take all places.
    pub receiver: String,
    pub created_at: i64,
    /// `pending`, `delivered` or `dead`.
    pub state: String,
    /// Attempts of this round; a replay begins a new one.
    pub attempts: i32,
    pub next_attempt_at: i64,
    /// The process that is trying just now, until `lease_until`.
    pub lease_owner: Option<Uuid>,
    pub lease_until: Option<i64>,
    /// When it was delivered or given up.
    pub finished_at: Option<i64>,
    /// Why it was given up.
    pub dead_because: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
