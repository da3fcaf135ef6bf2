//! Table `transactions`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transactions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    /// Key and version of the workflow that it runs, pinned when it began.
    pub workflow: String,
    pub workflow_version: i32,
    /// The integrator's own reference and that of its customer, for lists. Gone once erased.
    pub reference: Option<String>,
    pub customer: Option<String>,
    /// ISO 3166-1 alpha-3, as it was announced; for lists.
    pub country: Option<String>,
    /// What the workflow's rules say: `PASSED`, `WARNING`, `REJECTED` or `REVIEW`. Empty of those that were decided without.
    pub verdict: Option<String>,
    /// What was asked for, without the person, as JSON. Gone once erased.
    #[sea_orm(column_type = "Text", nullable)]
    pub request: Option<String>,
    /// As JSON. Stays.
    #[sea_orm(column_type = "Text", nullable)]
    pub consent: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub callback_url: Option<String>,
    pub callback_dialect: Option<String>,
    /// What the integrator said of the person, sealed under the data key.
    pub claims: Option<Vec<u8>>,
    /// What was read from the document, sealed under the data key.
    pub reading: Option<Vec<u8>>,
    /// Whether there is a facemap among the objects.
    pub facemap: bool,
    /// The name of a `TransactionState`; `pending` while it is processed, `erased` and `purged` once it is a tombstone.
    pub state: String,
    /// As JSON. Stays.
    #[sea_orm(column_type = "Text", nullable)]
    pub decision: Option<String>,
    pub ended_at: Option<i64>,
    /// The data key, wrapped by the master key. The only copy.
    pub wrapped_key: Option<Vec<u8>>,
    /// Times that somebody began to work on it.
    pub attempts: i32,
    pub next_attempt_at: i64,
    /// Who works on it, until `lease_until`.
    pub lease_owner: Option<Uuid>,
    pub lease_until: Option<i64>,
    pub created_at: i64,
    pub expires_at: i64,
    /// From then on a tombstone: result and consent, no person.
    pub erased_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
