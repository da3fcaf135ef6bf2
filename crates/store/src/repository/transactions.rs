//! Transactions, the claim of whoever works on one, and what stays when they are erased.

use sea_orm::PaginatorTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use selfsame_domain::document::{DocumentType, WantedFields};
use selfsame_domain::transaction::workflow::{WorkflowRef, WorkflowVerdict};
use selfsame_domain::transaction::{
    CallbackGranularity, CapabilityResult, Decision, NewTransaction, PartRole, PictureFormat, Results,
    Tombstone, Transaction, TransactionState,
};
use selfsame_domain::{CallbackTarget, TenantId, Timestamp, TransactionId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::lists::{TransactionCursor, TransactionFilter, TransactionPage, list};
use super::{Lease, Outbox, impossible};
use crate::StoreError;
use crate::entity::{transaction, transaction_result};

pub struct Transactions<'t> {
    pub(super) transaction: &'t DatabaseTransaction,
    /// Set when a data key is forgotten.
    pub(super) erased: &'t mut bool,
}

/// A transaction with what is sealed under its data key.
#[derive(Debug, Clone, PartialEq)]
pub struct TransactionRow {
    pub transaction: Transaction,
    /// Pinned when it began.
    pub workflow: WorkflowRef,
    pub wrapped_key: Vec<u8>,
    pub sealed_claims: Vec<u8>,
    pub sealed_reading: Option<Vec<u8>>,
    pub has_facemap: bool,
    /// Times that somebody began to work on it, this one included.
    pub attempts: u32,
}

/// What is there under a reference.
#[derive(Debug, Clone, PartialEq)]
pub enum TransactionFound {
    Here(Box<TransactionRow>),
    Erased(Box<Tombstone>),
}

/// The part of a request that is stored as one.
#[derive(Serialize, Deserialize)]
struct StoredRequest {
    reference: String,
    reporting_criteria: Option<String>,
    customer_id: Option<String>,
    country: String,
    kind: DocumentType,
    fields: WantedFields,
    mrz_check: bool,
    granularity: CallbackGranularity,
    pictures: Vec<(PartRole, PictureFormat)>,
    /// Rows of earlier versions do not have it.
    #[serde(default)]
    keeps_portrait: bool,
}

const TABLE: &str = "transactions";
/// One that is processed, as earlier versions call it too.
const PENDING: &str = "pending";
const DECIDED: &str = "decided";
/// One that ended without its parts, as earlier versions call it.
const FAILED: &str = "failed";
/// A tombstone whose pictures may still be stored, and one that has none any more. Earlier versions left the state as it was.
const ERASED: &str = "erased";
const PURGED: &str = "purged";

impl Transactions<'_> {
    /// A transaction that was accepted just now. Due at once.
    pub async fn add(
        &mut self,
        transaction: &Transaction,
        workflow: &WorkflowRef,
        wrapped_key: &[u8],
        sealed_claims: &[u8],
    ) -> Result<(), StoreError> {
        let request = transaction.request.clone();
        let stored = StoredRequest {
            reference: request.reference,
            reporting_criteria: request.reporting_criteria,
            customer_id: request.customer_id,
            country: request.country,
            kind: request.kind,
            fields: request.fields,
            mrz_check: request.mrz_check,
            granularity: request.granularity,
            pictures: request.pictures,
            keeps_portrait: request.keeps_portrait,
        };
        let (callback_url, callback_dialect) = match request.callback {
            Some(target) => (Some(target.url), Some(target.dialect)),
            None => (None, None),
        };
        let row = transaction::Model {
            id: transaction.id.as_uuid(),
            tenant_id: transaction.tenant_id.as_uuid(),
            workflow: workflow.key.clone(),
            workflow_version: i32::try_from(workflow.version).unwrap_or(i32::MAX),
            reference: Some(stored.reference.clone()),
            customer: stored.customer_id.clone(),
            country: Some(stored.country.clone()),
            verdict: None,
            request: Some(json(&stored)?),
            consent: request.consent.as_ref().map(json).transpose()?,
            callback_url,
            callback_dialect,
            claims: Some(sealed_claims.to_vec()),
            reading: None,
            facemap: false,
            state: state_name(&transaction.state).to_owned(),
            decision: None,
            ended_at: None,
            wrapped_key: Some(wrapped_key.to_vec()),
            attempts: 0,
            next_attempt_at: transaction.created_at.as_millis(),
            lease_owner: None,
            lease_until: None,
            created_at: transaction.created_at.as_millis(),
            expires_at: transaction.expires_at.as_millis(),
            erased_at: None,
        };
        row.into_active_model().insert(self.transaction).await?;
        Ok(())
    }

    pub async fn find(
        &mut self,
        tenant: TenantId,
        id: TransactionId,
    ) -> Result<Option<TransactionFound>, StoreError> {
        let row = transaction::Entity::find_by_id(id.as_uuid())
            .filter(transaction::Column::TenantId.eq(tenant.as_uuid()))
            .one(self.transaction)
            .await?;
        row.map(from_row).transpose()
    }

    /// The transaction, unless it was erased.
    pub async fn get(
        &mut self,
        tenant: TenantId,
        id: TransactionId,
    ) -> Result<Option<TransactionRow>, StoreError> {
        Ok(match self.find(tenant, id).await? {
            Some(TransactionFound::Here(row)) => Some(*row),
            Some(TransactionFound::Erased(_)) | None => None,
        })
    }

    /// At most `most` transactions of a tenant (1 to 500), the newest first, those after `after`; and where the next page begins.
    pub async fn list(
        &mut self,
        tenant: TenantId,
        filter: &TransactionFilter,
        after: Option<TransactionCursor>,
        most: u64,
    ) -> Result<TransactionPage, StoreError> {
        list(self.transaction, tenant, filter, after, most).await
    }

    /// How many transactions of a tenant wait or are being looked at.
    pub async fn waiting(&mut self, tenant: TenantId) -> Result<u64, StoreError> {
        let waiting = transaction::Entity::find()
            .filter(transaction::Column::TenantId.eq(tenant.as_uuid()))
            .filter(transaction::Column::State.eq(PENDING))
            .filter(transaction::Column::ErasedAt.is_null());
        Ok(waiting.count(self.transaction).await?)
    }

    /// Takes the transaction that has waited longest, of any tenant that is not among `but`. Where several processes look at once, each
    /// is given another. `None` when nothing waits.
    pub async fn for_maintenance_claim(
        &mut self,
        now: Timestamp,
        lease: Lease,
        but: &[TenantId],
    ) -> Result<Option<TransactionRow>, StoreError> {
        let waiting = transaction::Entity::find()
            .filter(transaction::Column::TenantId.is_not_in(but.iter().map(|tenant| tenant.as_uuid())))
            .filter(transaction::Column::State.eq(PENDING))
            .filter(transaction::Column::ErasedAt.is_null())
            .filter(transaction::Column::NextAttemptAt.lte(now.as_millis()))
            .filter(free(now))
            .order_by_asc(transaction::Column::NextAttemptAt)
            .order_by_asc(transaction::Column::Id)
            .limit(1)
            // SQLite, which has one writer, knows no such words and is not told them.
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .one(self.transaction)
            .await?;
        let Some(mut row) = waiting else { return Ok(None) };
        let done = transaction::Entity::update_many()
            .col_expr(transaction::Column::LeaseOwner, Expr::value(Some(lease.owner)))
            .col_expr(transaction::Column::LeaseUntil, Expr::value(Some(lease.until.as_millis())))
            .col_expr(transaction::Column::Attempts, Expr::col(transaction::Column::Attempts).add(1))
            .filter(transaction::Column::Id.eq(row.id))
            .filter(transaction::Column::State.eq(PENDING))
            .filter(transaction::Column::ErasedAt.is_null())
            .filter(free(now))
            .exec(self.transaction)
            .await?;
        if done.rows_affected == 1 {
            row.attempts += 1;
            if let TransactionFound::Here(row) = from_row(row)? {
                return Ok(Some(*row));
            }
        }
        Ok(None)
    }

    /// Whoever holds it goes on holding it. False when they do not hold it any more.
    pub async fn for_maintenance_renew(
        &mut self,
        id: TransactionId,
        lease: Lease,
    ) -> Result<bool, StoreError> {
        let done = transaction::Entity::update_many()
            .col_expr(transaction::Column::LeaseUntil, Expr::value(Some(lease.until.as_millis())))
            .filter(transaction::Column::Id.eq(id.as_uuid()))
            .filter(transaction::Column::LeaseOwner.eq(lease.owner))
            .filter(transaction::Column::State.eq(PENDING))
            .exec(self.transaction)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Gives a transaction back untouched; it is due again at `at`.
    pub async fn for_maintenance_release(
        &mut self,
        id: TransactionId,
        owner: Uuid,
        at: Timestamp,
        attempt_counts: bool,
    ) -> Result<bool, StoreError> {
        let done = transaction::Entity::update_many()
            .col_expr(transaction::Column::LeaseOwner, Expr::value(None::<Uuid>))
            .col_expr(transaction::Column::LeaseUntil, Expr::value(None::<i64>))
            .col_expr(transaction::Column::NextAttemptAt, Expr::value(at.as_millis()))
            .col_expr(
                transaction::Column::Attempts,
                Expr::col(transaction::Column::Attempts).sub(i32::from(!attempt_counts)),
            )
            .filter(transaction::Column::Id.eq(id.as_uuid()))
            .filter(transaction::Column::LeaseOwner.eq(owner))
            .filter(transaction::Column::State.eq(PENDING))
            .exec(self.transaction)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Writes how a transaction ended. False when `owner` does not hold it any more, when it has ended, or when it was erased: then
    /// nothing is written, and nothing may be told.
    pub async fn end(
        &mut self,
        transaction: &Transaction,
        owner: Uuid,
        examined: (&Results, Option<WorkflowVerdict>),
        (sealed_reading, has_facemap): (Option<Vec<u8>>, bool),
    ) -> Result<bool, StoreError> {
        let Some(at) = transaction.state.ended_at() else {
            return Err(impossible(TABLE, "state", transaction.id));
        };
        let decision = transaction.decision().map(json).transpose()?;
        let (results, verdict) = examined;
        let done = transaction::Entity::update_many()
            .col_expr(transaction::Column::State, Expr::value(state_name(&transaction.state)))
            .col_expr(transaction::Column::Verdict, Expr::value(verdict.map(WorkflowVerdict::name)))
            .col_expr(transaction::Column::Decision, Expr::value(decision))
            .col_expr(transaction::Column::EndedAt, Expr::value(Some(at.as_millis())))
            .col_expr(transaction::Column::Reading, Expr::value(sealed_reading))
            .col_expr(transaction::Column::Facemap, Expr::value(has_facemap))
            .col_expr(transaction::Column::LeaseOwner, Expr::value(None::<Uuid>))
            .col_expr(transaction::Column::LeaseUntil, Expr::value(None::<i64>))
            .filter(transaction::Column::Id.eq(transaction.id.as_uuid()))
            .filter(transaction::Column::TenantId.eq(transaction.tenant_id.as_uuid()))
            .filter(transaction::Column::LeaseOwner.eq(owner))
            .filter(transaction::Column::State.eq(PENDING))
            .filter(transaction::Column::ErasedAt.is_null())
            .exec(self.transaction)
            .await?;
        if done.rows_affected != 1 {
            return Ok(false);
        }
        let rows = results.results.iter().map(|result| {
            Ok(transaction_result::ActiveModel {
                transaction_id: Set(transaction.id.as_uuid()),
                capability: Set(result.capability.name().to_owned()),
                standing: Set(result.standing.name().to_owned()),
                result: Set(json(result)?),
            })
        });
        let rows = rows.collect::<Result<Vec<_>, StoreError>>()?;
        // One that an operator gave back to be decided anew has those of before.
        transaction_result::Entity::delete_many()
            .filter(transaction_result::Column::TransactionId.eq(transaction.id.as_uuid()))
            .exec(self.transaction)
            .await?;
        if !rows.is_empty() {
            transaction_result::Entity::insert_many(rows).exec_without_returning(self.transaction).await?;
        }
        Ok(true)
    }

    /// What each capability found of a transaction, in their order. Empty of one that has not ended, and of one that an earlier version
    /// decided.
    pub async fn results(
        &mut self,
        tenant: TenantId,
        id: TransactionId,
    ) -> Result<Vec<CapabilityResult>, StoreError> {
        if self.get(tenant, id).await?.is_none() {
            return Ok(Vec::new());
        }
        let rows = transaction_result::Entity::find()
            .filter(transaction_result::Column::TransactionId.eq(id.as_uuid()))
            .all(self.transaction)
            .await?;
        let read = |row: transaction_result::Model| {
            serde_json::from_str(&row.result).map_err(|_| impossible("results", "result", id))
        };
        let mut results: Vec<CapabilityResult> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
        results.sort_by_key(|result| result.capability);
        Ok(results)
    }

    /// Makes it a tombstone: key, sealed data, references and address are gone, result and consent stay.
    /// What was still to be told of it becomes a dead letter. Found by [`Transactions::for_maintenance_unpurged`] until [`Transactions::purged`].
    /// False when there is none, or it is one already.
    pub async fn erase(
        &mut self,
        tenant: TenantId,
        id: TransactionId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = transaction::Entity::update_many()
            .col_expr(transaction::Column::State, Expr::value(ERASED))
            .col_expr(transaction::Column::Reference, Expr::value(None::<String>))
            .col_expr(transaction::Column::Customer, Expr::value(None::<String>))
            .col_expr(transaction::Column::Country, Expr::value(None::<String>))
            .col_expr(transaction::Column::Request, Expr::value(None::<String>))
            .col_expr(transaction::Column::CallbackUrl, Expr::value(None::<String>))
            .col_expr(transaction::Column::CallbackDialect, Expr::value(None::<String>))
            .col_expr(transaction::Column::Claims, Expr::value(None::<Vec<u8>>))
            .col_expr(transaction::Column::Reading, Expr::value(None::<Vec<u8>>))
            .col_expr(transaction::Column::Facemap, Expr::value(false))
            .col_expr(transaction::Column::WrappedKey, Expr::value(None::<Vec<u8>>))
            .col_expr(transaction::Column::LeaseOwner, Expr::value(None::<Uuid>))
            .col_expr(transaction::Column::LeaseUntil, Expr::value(None::<i64>))
            .col_expr(transaction::Column::ErasedAt, Expr::value(Some(now.as_millis())))
            .filter(transaction::Column::Id.eq(id.as_uuid()))
            .filter(transaction::Column::TenantId.eq(tenant.as_uuid()))
            .filter(transaction::Column::ErasedAt.is_null())
            .exec(self.transaction)
            .await?;
        if done.rows_affected == 1 {
            *self.erased = true;
            Outbox(self.transaction).subject_erased(tenant, id.as_uuid(), now).await?;
        }
        Ok(done.rows_affected == 1)
    }

    /// Nothing of an erased transaction is stored any more. False when that was known, or it was not erased.
    pub async fn purged(&mut self, tenant: TenantId, id: TransactionId) -> Result<bool, StoreError> {
        let done = transaction::Entity::update_many()
            .col_expr(transaction::Column::State, Expr::value(PURGED))
            .filter(transaction::Column::Id.eq(id.as_uuid()))
            .filter(transaction::Column::TenantId.eq(tenant.as_uuid()))
            .filter(transaction::Column::State.eq(ERASED))
            .exec(self.transaction)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// At most `most` erased transactions of all tenants of which pictures may still be stored.
    pub async fn for_maintenance_unpurged(
        &mut self,
        most: u64,
    ) -> Result<Vec<(TenantId, TransactionId)>, StoreError> {
        let rows = transaction::Entity::find()
            .filter(transaction::Column::State.eq(ERASED))
            .order_by_asc(transaction::Column::NextAttemptAt)
            .limit(most)
            .all(self.transaction)
            .await?;
        Ok(rows
            .iter()
            .map(|row| (TenantId::from_uuid(row.tenant_id), TransactionId::from_uuid(row.id)))
            .collect())
    }

    /// At most `most` transactions of all tenants that have a facemap, in the order of their ids, those after `after`.
    pub async fn for_maintenance_with_facemap(
        &mut self,
        after: Option<TransactionId>,
        most: u64,
    ) -> Result<Vec<TransactionRow>, StoreError> {
        let mut found = transaction::Entity::find()
            .filter(transaction::Column::Facemap.eq(true))
            .filter(transaction::Column::ErasedAt.is_null());
        if let Some(after) = after {
            found = found.filter(transaction::Column::Id.gt(after.as_uuid()));
        }
        let rows = found.order_by_asc(transaction::Column::Id).limit(most).all(self.transaction).await?;
        let found: Result<Vec<_>, _> = rows.into_iter().map(from_row).collect();
        Ok(found?
            .into_iter()
            .filter_map(|found| match found {
                TransactionFound::Here(row) => Some(*row),
                TransactionFound::Erased { .. } => None,
            })
            .collect())
    }

    /// At most `most` transactions of all tenants whose term is over, oldest first.
    pub async fn for_maintenance_expired(
        &mut self,
        now: Timestamp,
        most: u64,
    ) -> Result<Vec<(TenantId, TransactionId)>, StoreError> {
        let rows = transaction::Entity::find()
            .filter(transaction::Column::ExpiresAt.lte(now.as_millis()))
            .filter(transaction::Column::ErasedAt.is_null())
            .order_by_asc(transaction::Column::ExpiresAt)
            .limit(most)
            .all(self.transaction)
            .await?;
        Ok(rows
            .iter()
            .map(|row| (TenantId::from_uuid(row.tenant_id), TransactionId::from_uuid(row.id)))
            .collect())
    }
}

/// Held by nobody at `now`.
fn free(now: Timestamp) -> Condition {
    Condition::any()
        .add(transaction::Column::LeaseUntil.is_null())
        .add(transaction::Column::LeaseUntil.lte(now.as_millis()))
}

/// The name that a row has a state by.
fn state_name(state: &TransactionState) -> &'static str {
    match state {
        TransactionState::Processing => PENDING,
        TransactionState::SessionExpired { .. } => FAILED,
        other => other.name(),
    }
}

fn state_of(name: &str, decision: Option<Decision>, at: Option<Timestamp>) -> Option<TransactionState> {
    match (name, decision, at) {
        ("awaiting", None, _) => Some(TransactionState::Awaiting),
        ("acquiring", None, _) => Some(TransactionState::Acquiring),
        (PENDING, None, _) => Some(TransactionState::Processing),
        ("in_review", None, _) => Some(TransactionState::InReview),
        (DECIDED, Some(decision), _) => Some(TransactionState::Decided(decision)),
        ("token_expired", None, Some(at)) => Some(TransactionState::TokenExpired { at }),
        (FAILED, None, Some(at)) => Some(TransactionState::SessionExpired { at }),
        ("superseded", None, Some(at)) => Some(TransactionState::Superseded { at }),
        _ => None,
    }
}

fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Json)
}

fn from_row(row: transaction::Model) -> Result<TransactionFound, StoreError> {
    let wrong = |column| impossible(TABLE, column, row.id);
    let id = TransactionId::from_uuid(row.id);
    let tenant_id = TenantId::from_uuid(row.tenant_id);
    let read = |text: &String| serde_json::from_str(text).map_err(|_| wrong("decision"));
    let decision = row.decision.as_ref().map(read).transpose()?;
    let consent = row.consent.as_deref().map(serde_json::from_str).transpose();
    let consent = consent.map_err(|_| wrong("consent"))?;
    if let Some(erased_at) = row.erased_at {
        let erased_at = Timestamp::from_millis(erased_at);
        return Ok(TransactionFound::Erased(Box::new(Tombstone {
            id,
            tenant_id,
            decision,
            consent,
            erased_at,
        })));
    }
    let ended_at = row.ended_at.map(Timestamp::from_millis);
    let state = state_of(&row.state, decision, ended_at).ok_or_else(|| wrong("state"))?;
    let request = row.request.as_deref().ok_or_else(|| wrong("request"))?;
    let request: StoredRequest = serde_json::from_str(request).map_err(|_| wrong("request"))?;
    let callback = match (row.callback_url, row.callback_dialect) {
        (Some(url), Some(dialect)) => Some(CallbackTarget { url, dialect }),
        (None, None) => None,
        _ => return Err(impossible(TABLE, "callback_dialect", row.id)),
    };
    let version = u32::try_from(row.workflow_version).map_err(|_| wrong("workflow_version"))?;
    let workflow = WorkflowRef { key: row.workflow.clone(), version };
    let request = NewTransaction {
        reference: request.reference,
        reporting_criteria: request.reporting_criteria,
        customer_id: request.customer_id,
        country: request.country,
        kind: request.kind,
        fields: request.fields,
        mrz_check: request.mrz_check,
        callback,
        granularity: request.granularity,
        consent,
        pictures: request.pictures,
        keeps_portrait: request.keeps_portrait,
    };
    let transaction = Transaction {
        id,
        tenant_id,
        request,
        state,
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    };
    Ok(TransactionFound::Here(Box::new(TransactionRow {
        transaction,
        workflow,
        wrapped_key: row.wrapped_key.ok_or_else(|| impossible(TABLE, "wrapped_key", row.id))?,
        sealed_claims: row.claims.ok_or_else(|| impossible(TABLE, "claims", row.id))?,
        sealed_reading: row.reading,
        has_facemap: row.facemap,
        attempts: u32::try_from(row.attempts).map_err(|_| impossible(TABLE, "attempts", row.id))?,
    })))
}
