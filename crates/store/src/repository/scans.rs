//! Scans, the claim of whoever works on one, and what stays when they are erased.

use sea_orm::sea_query::{Expr, ExprTrait as _, LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use selfsame_domain::scan::{
    CallbackGranularity, IdKind, NewScan, PictureFormat, Scan, ScanFields, ScanSide, ScanState, Tombstone,
};
use selfsame_domain::{CallbackTarget, ScanId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Lease, Outbox, impossible};
use crate::StoreError;
use crate::entity::scan;

pub struct Scans<'t> {
    pub(super) transaction: &'t DatabaseTransaction,
    /// Set when a data key is forgotten.
    pub(super) erased: &'t mut bool,
}

/// A scan with what is sealed under its data key.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanRow {
    pub scan: Scan,
    pub wrapped_key: Vec<u8>,
    pub sealed_claims: Vec<u8>,
    pub sealed_reading: Option<Vec<u8>>,
    pub has_facemap: bool,
    /// Times that somebody began to work on it, this one included.
    pub attempts: u32,
}

/// What is there under a reference.
#[derive(Debug, Clone, PartialEq)]
pub enum ScanFound {
    Here(Box<ScanRow>),
    Erased(Box<Tombstone>),
}

/// The part of a request that is stored as one.
#[derive(Serialize, Deserialize)]
struct StoredRequest {
    reference: String,
    reporting_criteria: Option<String>,
    customer_id: Option<String>,
    country: String,
    kind: IdKind,
    fields: ScanFields,
    mrz_check: bool,
    granularity: CallbackGranularity,
    pictures: Vec<(ScanSide, PictureFormat)>,
}

const TABLE: &str = "scans";
const PENDING: &str = "pending";
const DECIDED: &str = "decided";
const FAILED: &str = "failed";
/// A tombstone whose pictures may still be stored, and one that has none any more. Earlier versions left the state as it was.
const ERASED: &str = "erased";
const PURGED: &str = "purged";

impl Scans<'_> {
    /// A scan that was accepted just now. Due at once.
    pub async fn add(
        &mut self,
        scan: &Scan,
        wrapped_key: &[u8],
        sealed_claims: &[u8],
    ) -> Result<(), StoreError> {
        let request = scan.request.clone();
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
        };
        let (callback_url, callback_dialect) = match request.callback {
            Some(target) => (Some(target.url), Some(target.dialect)),
            None => (None, None),
        };
        let row = scan::Model {
            id: scan.id.as_uuid(),
            tenant_id: scan.tenant_id.as_uuid(),
            request: Some(json(&stored)?),
            consent: request.consent.as_ref().map(json).transpose()?,
            callback_url,
            callback_dialect,
            claims: Some(sealed_claims.to_vec()),
            reading: None,
            facemap: false,
            state: PENDING.to_owned(),
            decision: None,
            ended_at: None,
            wrapped_key: Some(wrapped_key.to_vec()),
            attempts: 0,
            next_attempt_at: scan.created_at.as_millis(),
            lease_owner: None,
            lease_until: None,
            created_at: scan.created_at.as_millis(),
            expires_at: scan.expires_at.as_millis(),
            erased_at: None,
        };
        row.into_active_model().insert(self.transaction).await?;
        Ok(())
    }

    pub async fn find(&mut self, tenant: TenantId, id: ScanId) -> Result<Option<ScanFound>, StoreError> {
        let row = scan::Entity::find_by_id(id.as_uuid())
            .filter(scan::Column::TenantId.eq(tenant.as_uuid()))
            .one(self.transaction)
            .await?;
        row.map(from_row).transpose()
    }

    /// The scan, unless it was erased.
    pub async fn get(&mut self, tenant: TenantId, id: ScanId) -> Result<Option<ScanRow>, StoreError> {
        Ok(match self.find(tenant, id).await? {
            Some(ScanFound::Here(row)) => Some(*row),
            Some(ScanFound::Erased(_)) | None => None,
        })
    }

    /// Takes the scan that has waited longest, of any tenant. Where several processes look at once, each is given another. `None`
    /// when nothing waits.
    pub async fn for_maintenance_claim(
        &mut self,
        now: Timestamp,
        lease: Lease,
    ) -> Result<Option<ScanRow>, StoreError> {
        let waiting = scan::Entity::find()
            .filter(scan::Column::State.eq(PENDING))
            .filter(scan::Column::ErasedAt.is_null())
            .filter(scan::Column::NextAttemptAt.lte(now.as_millis()))
            .filter(free(now))
            .order_by_asc(scan::Column::NextAttemptAt)
            .order_by_asc(scan::Column::Id)
            .limit(1)
            // SQLite, which has one writer, knows no such words and is not told them.
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .one(self.transaction)
            .await?;
        let Some(mut row) = waiting else { return Ok(None) };
        let done = scan::Entity::update_many()
            .col_expr(scan::Column::LeaseOwner, Expr::value(Some(lease.owner)))
            .col_expr(scan::Column::LeaseUntil, Expr::value(Some(lease.until.as_millis())))
            .col_expr(scan::Column::Attempts, Expr::col(scan::Column::Attempts).add(1))
            .filter(scan::Column::Id.eq(row.id))
            .filter(scan::Column::State.eq(PENDING))
            .filter(scan::Column::ErasedAt.is_null())
            .filter(free(now))
            .exec(self.transaction)
            .await?;
        if done.rows_affected == 1 {
            row.attempts += 1;
            if let ScanFound::Here(row) = from_row(row)? {
                return Ok(Some(*row));
            }
        }
        Ok(None)
    }

    /// Whoever holds it goes on holding it. False when they do not hold it any more.
    pub async fn for_maintenance_renew(&mut self, id: ScanId, lease: Lease) -> Result<bool, StoreError> {
        let done = scan::Entity::update_many()
            .col_expr(scan::Column::LeaseUntil, Expr::value(Some(lease.until.as_millis())))
            .filter(scan::Column::Id.eq(id.as_uuid()))
            .filter(scan::Column::LeaseOwner.eq(lease.owner))
            .filter(scan::Column::State.eq(PENDING))
            .exec(self.transaction)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Gives a scan back untouched; it is due again at `at`.
    pub async fn for_maintenance_release(
        &mut self,
        id: ScanId,
        owner: Uuid,
        at: Timestamp,
        attempt_counts: bool,
    ) -> Result<bool, StoreError> {
        let done = scan::Entity::update_many()
            .col_expr(scan::Column::LeaseOwner, Expr::value(None::<Uuid>))
            .col_expr(scan::Column::LeaseUntil, Expr::value(None::<i64>))
            .col_expr(scan::Column::NextAttemptAt, Expr::value(at.as_millis()))
            .col_expr(
                scan::Column::Attempts,
                Expr::col(scan::Column::Attempts).sub(i32::from(!attempt_counts)),
            )
            .filter(scan::Column::Id.eq(id.as_uuid()))
            .filter(scan::Column::LeaseOwner.eq(owner))
            .filter(scan::Column::State.eq(PENDING))
            .exec(self.transaction)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Writes how a scan ended. False when `owner` does not hold it any more, when it has ended, or when it was erased: then
    /// nothing is written, and nothing may be told.
    pub async fn end(
        &mut self,
        scan: &Scan,
        owner: Uuid,
        sealed_reading: Option<Vec<u8>>,
        has_facemap: bool,
    ) -> Result<bool, StoreError> {
        let (state, decision, at) = match &scan.state {
            ScanState::Pending => return Err(impossible(TABLE, "state", scan.id)),
            ScanState::Decided(decision) => (DECIDED, Some(json(decision)?), decision.at),
            ScanState::Failed { at } => (FAILED, None, *at),
        };
        let done = scan::Entity::update_many()
            .col_expr(scan::Column::State, Expr::value(state))
            .col_expr(scan::Column::Decision, Expr::value(decision))
            .col_expr(scan::Column::EndedAt, Expr::value(Some(at.as_millis())))
            .col_expr(scan::Column::Reading, Expr::value(sealed_reading))
            .col_expr(scan::Column::Facemap, Expr::value(has_facemap))
            .col_expr(scan::Column::LeaseOwner, Expr::value(None::<Uuid>))
            .col_expr(scan::Column::LeaseUntil, Expr::value(None::<i64>))
            .filter(scan::Column::Id.eq(scan.id.as_uuid()))
            .filter(scan::Column::TenantId.eq(scan.tenant_id.as_uuid()))
            .filter(scan::Column::LeaseOwner.eq(owner))
            .filter(scan::Column::State.eq(PENDING))
            .filter(scan::Column::ErasedAt.is_null())
            .exec(self.transaction)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Makes it a tombstone: key, sealed data, references and address are gone, result and consent stay.
    /// What was still to be told of it becomes a dead letter. Found by [`Scans::for_maintenance_unpurged`] until [`Scans::purged`].
    /// False when there is none, or it is one already.
    pub async fn erase(&mut self, tenant: TenantId, id: ScanId, now: Timestamp) -> Result<bool, StoreError> {
        let done = scan::Entity::update_many()
            .col_expr(scan::Column::State, Expr::value(ERASED))
            .col_expr(scan::Column::Request, Expr::value(None::<String>))
            .col_expr(scan::Column::CallbackUrl, Expr::value(None::<String>))
            .col_expr(scan::Column::CallbackDialect, Expr::value(None::<String>))
            .col_expr(scan::Column::Claims, Expr::value(None::<Vec<u8>>))
            .col_expr(scan::Column::Reading, Expr::value(None::<Vec<u8>>))
            .col_expr(scan::Column::Facemap, Expr::value(false))
            .col_expr(scan::Column::WrappedKey, Expr::value(None::<Vec<u8>>))
            .col_expr(scan::Column::LeaseOwner, Expr::value(None::<Uuid>))
            .col_expr(scan::Column::LeaseUntil, Expr::value(None::<i64>))
            .col_expr(scan::Column::ErasedAt, Expr::value(Some(now.as_millis())))
            .filter(scan::Column::Id.eq(id.as_uuid()))
            .filter(scan::Column::TenantId.eq(tenant.as_uuid()))
            .filter(scan::Column::ErasedAt.is_null())
            .exec(self.transaction)
            .await?;
        if done.rows_affected == 1 {
            *self.erased = true;
            Outbox(self.transaction).subject_erased(tenant, id.as_uuid(), now).await?;
        }
        Ok(done.rows_affected == 1)
    }

    /// Nothing of an erased scan is stored any more. False when that was known, or it was not erased.
    pub async fn purged(&mut self, tenant: TenantId, id: ScanId) -> Result<bool, StoreError> {
        let done = scan::Entity::update_many()
            .col_expr(scan::Column::State, Expr::value(PURGED))
            .filter(scan::Column::Id.eq(id.as_uuid()))
            .filter(scan::Column::TenantId.eq(tenant.as_uuid()))
            .filter(scan::Column::State.eq(ERASED))
            .exec(self.transaction)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// At most `most` erased scans of all tenants of which pictures may still be stored.
    pub async fn for_maintenance_unpurged(
        &mut self,
        most: u64,
    ) -> Result<Vec<(TenantId, ScanId)>, StoreError> {
        let rows = scan::Entity::find()
            .filter(scan::Column::State.eq(ERASED))
            .order_by_asc(scan::Column::NextAttemptAt)
            .limit(most)
            .all(self.transaction)
            .await?;
        Ok(rows.iter().map(|row| (TenantId::from_uuid(row.tenant_id), ScanId::from_uuid(row.id))).collect())
    }

    /// At most `most` scans of all tenants that have a facemap, in the order of their ids, those after `after`.
    pub async fn for_maintenance_with_facemap(
        &mut self,
        after: Option<ScanId>,
        most: u64,
    ) -> Result<Vec<ScanRow>, StoreError> {
        let mut found = scan::Entity::find()
            .filter(scan::Column::Facemap.eq(true))
            .filter(scan::Column::ErasedAt.is_null());
        if let Some(after) = after {
            found = found.filter(scan::Column::Id.gt(after.as_uuid()));
        }
        let rows = found.order_by_asc(scan::Column::Id).limit(most).all(self.transaction).await?;
        let found: Result<Vec<_>, _> = rows.into_iter().map(from_row).collect();
        Ok(found?
            .into_iter()
            .filter_map(|found| match found {
                ScanFound::Here(row) => Some(*row),
                ScanFound::Erased { .. } => None,
            })
            .collect())
    }

    /// At most `most` scans of all tenants whose term is over, oldest first.
    pub async fn for_maintenance_expired(
        &mut self,
        now: Timestamp,
        most: u64,
    ) -> Result<Vec<(TenantId, ScanId)>, StoreError> {
        let rows = scan::Entity::find()
            .filter(scan::Column::ExpiresAt.lte(now.as_millis()))
            .filter(scan::Column::ErasedAt.is_null())
            .order_by_asc(scan::Column::ExpiresAt)
            .limit(most)
            .all(self.transaction)
            .await?;
        Ok(rows.iter().map(|row| (TenantId::from_uuid(row.tenant_id), ScanId::from_uuid(row.id))).collect())
    }
}

/// Held by nobody at `now`.
fn free(now: Timestamp) -> Condition {
    Condition::any()
        .add(scan::Column::LeaseUntil.is_null())
        .add(scan::Column::LeaseUntil.lte(now.as_millis()))
}

fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Json)
}

fn from_row(row: scan::Model) -> Result<ScanFound, StoreError> {
    let wrong = |column| impossible(TABLE, column, row.id);
    let id = ScanId::from_uuid(row.id);
    let tenant_id = TenantId::from_uuid(row.tenant_id);
    let read = |text: &String| serde_json::from_str(text).map_err(|_| wrong("decision"));
    let decision = row.decision.as_ref().map(read).transpose()?;
    let consent = row.consent.as_deref().map(serde_json::from_str).transpose();
    let consent = consent.map_err(|_| wrong("consent"))?;
    if let Some(erased_at) = row.erased_at {
        let erased_at = Timestamp::from_millis(erased_at);
        return Ok(ScanFound::Erased(Box::new(Tombstone { id, tenant_id, decision, consent, erased_at })));
    }
    let state = match (row.state.as_str(), decision, row.ended_at) {
        (PENDING, None, _) => ScanState::Pending,
        (DECIDED, Some(decision), _) => ScanState::Decided(decision),
        (FAILED, None, Some(at)) => ScanState::Failed { at: Timestamp::from_millis(at) },
        _ => return Err(wrong("state")),
    };
    let request = row.request.as_deref().ok_or_else(|| wrong("request"))?;
    let request: StoredRequest = serde_json::from_str(request).map_err(|_| wrong("request"))?;
    let callback = match (row.callback_url, row.callback_dialect) {
        (Some(url), Some(dialect)) => Some(CallbackTarget { url, dialect }),
        (None, None) => None,
        _ => return Err(impossible(TABLE, "callback_dialect", row.id)),
    };
    let request = NewScan {
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
    };
    let scan = Scan {
        id,
        tenant_id,
        request,
        state,
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    };
    Ok(ScanFound::Here(Box::new(ScanRow {
        scan,
        wrapped_key: row.wrapped_key.ok_or_else(|| impossible(TABLE, "wrapped_key", row.id))?,
        sealed_claims: row.claims.ok_or_else(|| impossible(TABLE, "claims", row.id))?,
        sealed_reading: row.reading,
        has_facemap: row.facemap,
        attempts: u32::try_from(row.attempts).map_err(|_| impossible(TABLE, "attempts", row.id))?,
    })))
}
