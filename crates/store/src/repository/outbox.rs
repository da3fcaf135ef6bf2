//! The outbox: what integrators are to be told, written in the transaction that makes it true, and how far telling them went.

use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Func, LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use selfsame_domain::{
    CallbackEvent, CallbackMoment, CallbackSubject, CallbackTarget, Entropy, TenantId, Timestamp,
};
use uuid::Uuid;

use super::impossible;
use crate::StoreError;
use crate::entity::{callback_attempt, outbox};

const PENDING: &str = "pending";
const DELIVERED: &str = "delivered";
const DEAD: &str = "dead";
/// Why an entry is dead whose subject was erased first. One that was delivered keeps it too, and cannot be sent again.
const ERASED: &str = "what it told of was erased before it could be told";

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOutboxEntry {
    pub tenant_id: TenantId,
    /// Whom the event is about; the bio-session or the transaction.
    pub subject_id: Uuid,
    pub event: CallbackEvent,
    pub target: CallbackTarget,
    /// Scheme, host and port of the target: entries of one receiver share its places.
    pub receiver: String,
}

/// How far telling went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxState {
    Pending {
        next_attempt_at: Timestamp,
    },
    Delivered {
        at: Timestamp,
    },
    /// Given up, for a reason without values.
    Dead {
        at: Timestamp,
        because: String,
    },
}

/// Something to tell, and how far that went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Stays the same however often it is told, so that the receiver can recognise repetitions.
    pub id: Uuid,
    pub tenant_id: TenantId,
    pub subject_id: Uuid,
    pub event: CallbackEvent,
    pub target: CallbackTarget,
    pub receiver: String,
    pub created_at: Timestamp,
    /// Attempts that were recorded in this round; a replay begins a new one.
    pub attempts: u32,
    pub state: OutboxState,
}

/// Who holds an entry while telling it. Nobody else does until `until`; after that it is told again, under the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub owner: Uuid,
    pub until: Timestamp,
}

/// How one attempt went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxAttempt {
    pub at: Timestamp,
    pub millis: u64,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// In words without values.
    pub outcome: String,
}

/// What follows from an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxNext {
    Delivered,
    Again { at: Timestamp },
    Dead { because: String },
}

pub struct Outbox<'t>(pub(super) &'t DatabaseTransaction);

impl Outbox<'_> {
    /// Call it between what is told of and [`crate::Repository::save`]. Due at once.
    pub async fn add(
        &mut self,
        entropy: &dyn Entropy,
        new: NewOutboxEntry,
        now: Timestamp,
    ) -> Result<OutboxEntry, StoreError> {
        let row = outbox::Model {
            id: entropy.uuid(),
            tenant_id: new.tenant_id.as_uuid(),
            subject_id: new.subject_id,
            event: to_text(new.event).to_owned(),
            dialect: new.target.dialect,
            url: new.target.url,
            receiver: new.receiver,
            created_at: now.as_millis(),
            state: PENDING.to_owned(),
            attempts: 0,
            next_attempt_at: now.as_millis(),
            lease_owner: None,
            lease_until: None,
            finished_at: None,
            dead_because: None,
        };
        row.clone().into_active_model().insert(self.0).await?;
        from_row(row)
    }

    /// What is or was to be told about a subject, oldest first.
    pub async fn list(&mut self, tenant: TenantId, subject: Uuid) -> Result<Vec<OutboxEntry>, StoreError> {
        let rows = outbox::Entity::find()
            .filter(outbox::Column::TenantId.eq(tenant.as_uuid()))
            .filter(outbox::Column::SubjectId.eq(subject))
            .order_by_asc(outbox::Column::CreatedAt)
            .order_by_asc(outbox::Column::Id)
            .all(self.0)
            .await?;
        rows.into_iter().map(from_row).collect()
    }

    /// What is to be told and was not yet becomes a dead letter, and what was finished cannot be told again.
    pub(super) async fn subject_erased(
        &mut self,
        tenant: TenantId,
        subject: Uuid,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // All in one statement: an entry that is delivered or begun anew meanwhile is in it, whichever it is by then.
        let state = Expr::case(outbox::Column::State.eq(DELIVERED), Expr::value(DELIVERED))
            .finally(Expr::value(DEAD));
        let finished_at =
            Func::coalesce([Expr::col(outbox::Column::FinishedAt), Expr::value(now.as_millis())]);
        outbox::Entity::update_many()
            .col_expr(outbox::Column::State, state.into())
            .col_expr(outbox::Column::FinishedAt, finished_at.into())
            .col_expr(outbox::Column::DeadBecause, Expr::value(Some(ERASED)))
            .col_expr(outbox::Column::LeaseOwner, Expr::value(None::<Uuid>))
            .col_expr(outbox::Column::LeaseUntil, Expr::value(None::<i64>))
            .filter(outbox::Column::TenantId.eq(tenant.as_uuid()))
            .filter(outbox::Column::SubjectId.eq(subject))
            .exec(self.0)
            .await?;
        Ok(())
    }

    /// At most `most` entries of all tenants that are due at `now` and that nobody holds, longest due first, without those for the
    /// receivers in `busy`. Where several processes look at once, each is given others, which it may take until its transaction ends.
    pub async fn for_maintenance_due(
        &mut self,
        now: Timestamp,
        most: u64,
        busy: &[String],
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        let rows = outbox::Entity::find()
            .filter(outbox::Column::State.eq(PENDING))
            .filter(outbox::Column::NextAttemptAt.lte(now.as_millis()))
            .filter(outbox::Column::Receiver.is_not_in(busy))
            .filter(free(now))
            .order_by_asc(outbox::Column::NextAttemptAt)
            .order_by_asc(outbox::Column::Id)
            .limit(most)
            // SQLite, which has one writer, knows no such words and is not told them.
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .all(self.0)
            .await?;
        rows.into_iter().map(from_row).collect()
    }

    /// Takes an entry. Compare-and-set: false when somebody else holds it or it is not pending any more.
    pub async fn for_maintenance_lease(
        &mut self,
        id: Uuid,
        now: Timestamp,
        lease: Lease,
    ) -> Result<bool, StoreError> {
        let done = outbox::Entity::update_many()
            .col_expr(outbox::Column::LeaseOwner, Expr::value(Some(lease.owner)))
            .col_expr(outbox::Column::LeaseUntil, Expr::value(Some(lease.until.as_millis())))
            .filter(outbox::Column::Id.eq(id))
            .filter(outbox::Column::State.eq(PENDING))
            .filter(free(now))
            .exec(self.0)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Writes down how an attempt went and what follows. False when the lease was lost meanwhile (it ran out, or the subject was
    /// erased): then whoever holds the entry now says how it goes on, and only the attempt is kept.
    pub async fn for_maintenance_record(
        &mut self,
        id: Uuid,
        owner: Uuid,
        attempt: OutboxAttempt,
        next: OutboxNext,
    ) -> Result<bool, StoreError> {
        let finished = attempt.at.as_millis();
        let (state, next_attempt_at, finished_at, because) = match next {
            OutboxNext::Delivered => (DELIVERED, None, Some(finished), None),
            OutboxNext::Again { at } => (PENDING, Some(at.as_millis()), None, None),
            OutboxNext::Dead { because } => (DEAD, None, Some(finished), Some(because)),
        };
        let mut update = outbox::Entity::update_many()
            .col_expr(outbox::Column::State, Expr::value(state))
            .col_expr(outbox::Column::Attempts, Expr::col(outbox::Column::Attempts).add(1))
            .col_expr(outbox::Column::FinishedAt, Expr::value(finished_at))
            .col_expr(outbox::Column::DeadBecause, Expr::value(because))
            .col_expr(outbox::Column::LeaseOwner, Expr::value(None::<Uuid>))
            .col_expr(outbox::Column::LeaseUntil, Expr::value(None::<i64>));
        if let Some(at) = next_attempt_at {
            update = update.col_expr(outbox::Column::NextAttemptAt, Expr::value(at));
        }
        let done = update
            .filter(outbox::Column::Id.eq(id))
            .filter(outbox::Column::LeaseOwner.eq(owner))
            .exec(self.0)
            .await?;
        let row = callback_attempt::ActiveModel {
            id: sea_orm::ActiveValue::NotSet,
            outbox_id: sea_orm::ActiveValue::Set(id),
            at: sea_orm::ActiveValue::Set(attempt.at.as_millis()),
            millis: sea_orm::ActiveValue::Set(i64::try_from(attempt.millis).unwrap_or(i64::MAX)),
            status: sea_orm::ActiveValue::Set(attempt.status.map(i32::from)),
            outcome: sea_orm::ActiveValue::Set(attempt.outcome),
        };
        row.insert(self.0).await?;
        Ok(done.rows_affected == 1)
    }

    /// At most `most` entries of all tenants, or of one, in the state of that name (`pending`, `delivered`, `dead`) or in any;
    /// newest first.
    pub async fn for_maintenance_list(
        &mut self,
        tenant: Option<TenantId>,
        state: Option<&str>,
        most: u64,
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        let mut query = outbox::Entity::find();
        if let Some(tenant) = tenant {
            query = query.filter(outbox::Column::TenantId.eq(tenant.as_uuid()));
        }
        if let Some(state) = state {
            query = query.filter(outbox::Column::State.eq(state));
        }
        let rows = query
            .order_by_desc(outbox::Column::CreatedAt)
            .order_by_desc(outbox::Column::Id)
            .limit(most)
            .all(self.0)
            .await?;
        rows.into_iter().map(from_row).collect()
    }

    /// How many entries of all tenants stand in each state, by its name (`pending`, `delivered`, `dead`).
    pub async fn for_maintenance_counts(&mut self) -> Result<Vec<(String, i64)>, StoreError> {
        let counts = outbox::Entity::find()
            .select_only()
            .column(outbox::Column::State)
            .column_as(outbox::Column::Id.count(), "entries")
            .group_by(outbox::Column::State)
            .into_tuple()
            .all(self.0)
            .await?;
        Ok(counts)
    }

    /// An entry of any tenant with its attempts, oldest first.
    pub async fn for_maintenance_get(
        &mut self,
        id: Uuid,
    ) -> Result<Option<(OutboxEntry, Vec<OutboxAttempt>)>, StoreError> {
        let Some(row) = outbox::Entity::find_by_id(id).one(self.0).await? else { return Ok(None) };
        let attempts = callback_attempt::Entity::find()
            .filter(callback_attempt::Column::OutboxId.eq(id))
            .order_by_asc(callback_attempt::Column::Id)
            .all(self.0)
            .await?;
        let attempts = attempts
            .into_iter()
            .map(|row| OutboxAttempt {
                at: Timestamp::from_millis(row.at),
                millis: u64::try_from(row.millis).unwrap_or(0),
                status: row.status.and_then(|status| u16::try_from(status).ok()),
                outcome: row.outcome,
            })
            .collect();
        Ok(Some((from_row(row)?, attempts)))
    }

    /// Begins a new round for an entry of any tenant that was delivered or given up. False when it is still pending, is not
    /// there, or its subject was erased.
    pub async fn for_maintenance_replay(&mut self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let erased = Condition::any()
            .add(outbox::Column::DeadBecause.is_null())
            .add(outbox::Column::DeadBecause.ne(ERASED));
        let done = outbox::Entity::update_many()
            .col_expr(outbox::Column::State, Expr::value(PENDING))
            .col_expr(outbox::Column::Attempts, Expr::value(0))
            .col_expr(outbox::Column::NextAttemptAt, Expr::value(now.as_millis()))
            .col_expr(outbox::Column::FinishedAt, Expr::value(None::<i64>))
            .col_expr(outbox::Column::DeadBecause, Expr::value(None::<String>))
            .filter(outbox::Column::Id.eq(id))
            .filter(outbox::Column::State.ne(PENDING))
            .filter(erased)
            .exec(self.0)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Forgets entries of all tenants, and their attempts, that were finished by `before`.
    pub async fn for_maintenance_purge(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let done = outbox::Entity::delete_many()
            .filter(outbox::Column::FinishedAt.lte(before.as_millis()))
            .exec(self.0)
            .await?;
        Ok(done.rows_affected)
    }
}

/// Held by nobody at `now`.
fn free(now: Timestamp) -> Condition {
    Condition::any()
        .add(outbox::Column::LeaseUntil.is_null())
        .add(outbox::Column::LeaseUntil.lte(now.as_millis()))
}

/// The name that rows have an event by: transactions are called scans there, as earlier versions do.
fn to_text(event: CallbackEvent) -> &'static str {
    match (event.subject, event.moment) {
        (CallbackSubject::Session, CallbackMoment::Received) => "session_received",
        (CallbackSubject::Session, CallbackMoment::Decided) => "session_decided",
        (CallbackSubject::Transaction, CallbackMoment::Received) => "scan_received",
        (CallbackSubject::Transaction, CallbackMoment::Decided) => "scan_decided",
    }
}

fn from_row(row: outbox::Model) -> Result<OutboxEntry, StoreError> {
    const TABLE: &str = "outbox";
    let event = CallbackEvent::ALL.into_iter().find(|event| to_text(*event) == row.event);
    let finished_at = row.finished_at.map(Timestamp::from_millis);
    let state = match (row.state.as_str(), finished_at, row.dead_because) {
        (PENDING, ..) => {
            OutboxState::Pending { next_attempt_at: Timestamp::from_millis(row.next_attempt_at) }
        }
        (DELIVERED, Some(at), _) => OutboxState::Delivered { at },
        (DEAD, Some(at), Some(because)) => OutboxState::Dead { at, because },
        _ => return Err(impossible(TABLE, "state", row.id)),
    };
    Ok(OutboxEntry {
        id: row.id,
        tenant_id: TenantId::from_uuid(row.tenant_id),
        subject_id: row.subject_id,
        event: event.ok_or_else(|| impossible(TABLE, "event", row.id))?,
        target: CallbackTarget { url: row.url, dialect: row.dialect },
        receiver: row.receiver,
        created_at: Timestamp::from_millis(row.created_at),
        attempts: u32::try_from(row.attempts).map_err(|_| impossible(TABLE, "attempts", row.id))?,
        state,
    })
}
