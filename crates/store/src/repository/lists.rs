//! Lists of transactions: filtered by what has an index, page by page.

use sea_orm::{
    ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, FromQueryResult, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use selfsame_domain::{TenantId, Timestamp, TransactionId};
use uuid::Uuid;

use crate::StoreError;
use crate::entity::transaction;

/// What is listed; what is `None` is not asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TransactionFilter {
    /// The integrator's own reference, whole.
    pub reference: Option<String>,
    /// The integrator's reference of its customer, whole.
    pub customer: Option<String>,
    /// A name of a state, as rows have it: `pending`, `decided`, `failed`, `awaiting`, `acquiring`, `in_review`, `token_expired`,
    /// `superseded`, or `erased` and `purged` of tombstones.
    pub state: Option<String>,
    /// The key of a workflow.
    pub workflow: Option<String>,
    /// Not before.
    pub created_from: Option<Timestamp>,
    /// Before.
    pub created_before: Option<Timestamp>,
}

/// The last transaction of a page: the next page begins after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionCursor {
    pub created_at: Timestamp,
    pub id: TransactionId,
}

/// A transaction as lists show it. Holds nothing of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedTransaction {
    pub id: TransactionId,
    /// The name of a state, one of those of [`TransactionFilter::state`].
    pub state: String,
    pub workflow: String,
    /// What the workflow's rules say; `None` of those that have not ended or that an earlier version decided.
    pub verdict: Option<String>,
    pub reference: Option<String>,
    pub customer: Option<String>,
    pub country: Option<String>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// Transactions, the newest first, and where the next page begins; `None` after the last one.
pub type TransactionPage = (Vec<ListedTransaction>, Option<TransactionCursor>);

/// Most transactions of a page.
const LONGEST_PAGE: u64 = 500;

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    state: String,
    workflow: String,
    verdict: Option<String>,
    reference: Option<String>,
    customer: Option<String>,
    country: Option<String>,
    created_at: i64,
    ended_at: Option<i64>,
}

/// At most `most` transactions of a tenant (1 to 500), those after `after`.
pub(super) async fn list(
    connection: &DatabaseTransaction,
    tenant: TenantId,
    filter: &TransactionFilter,
    after: Option<TransactionCursor>,
    most: u64,
) -> Result<TransactionPage, StoreError> {
    use transaction::Column;
    let most = most.clamp(1, LONGEST_PAGE);
    let mut wanted = Condition::all().add(Column::TenantId.eq(tenant.as_uuid()));
    for (column, value) in [
        (Column::Reference, &filter.reference),
        (Column::Customer, &filter.customer),
        (Column::State, &filter.state),
        (Column::Workflow, &filter.workflow),
    ] {
        wanted = wanted.add_option(value.as_ref().map(|value| column.eq(value.as_str())));
    }
    wanted = wanted
        .add_option(filter.created_from.map(|from| Column::CreatedAt.gte(from.as_millis())))
        .add_option(filter.created_before.map(|before| Column::CreatedAt.lt(before.as_millis())));
    if let Some(after) = after {
        let (at, id) = (after.created_at.as_millis(), after.id.as_uuid());
        // The first condition alone lets the index be entered at its place.
        wanted = wanted.add(Column::CreatedAt.lte(at)).add(
            Condition::any()
                .add(Column::CreatedAt.lt(at))
                .add(Condition::all().add(Column::CreatedAt.eq(at)).add(Column::Id.lt(id))),
        );
    }
    let rows = transaction::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::State,
            Column::Workflow,
            Column::Verdict,
            Column::Reference,
            Column::Customer,
            Column::Country,
            Column::CreatedAt,
            Column::EndedAt,
        ])
        .filter(wanted)
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(most + 1)
        .into_model::<Row>()
        .all(connection)
        .await?;
    let more = rows.len() as u64 > most;
    let listed: Vec<_> = rows.into_iter().take(most as usize).map(ListedTransaction::from).collect();
    let last = listed.last().filter(|_| more);
    let next = last.map(|last| TransactionCursor { created_at: last.created_at, id: last.id });
    Ok((listed, next))
}

impl From<Row> for ListedTransaction {
    fn from(row: Row) -> Self {
        Self {
            id: TransactionId::from_uuid(row.id),
            state: row.state,
            workflow: row.workflow,
            verdict: row.verdict,
            reference: row.reference,
            customer: row.customer,
            country: row.country,
            created_at: Timestamp::from_millis(row.created_at),
            ended_at: row.ended_at.map(Timestamp::from_millis),
        }
    }
}
