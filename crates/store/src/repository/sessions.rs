//! Bio-sessions.

use sea_orm::sea_query::{Condition, Expr, LockBehavior, LockType, Query as SeaQuery};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use selfsame_domain::{
    BioSession, BioSessionState, CallbackTarget, LivenessMode, NewBioSession, SecurityLevel, SessionId,
    TenantId, Timestamp,
};
use uuid::Uuid;

use super::{Outbox, impossible};
use crate::StoreError;
use crate::entity::{bio_session, server_process};

pub struct Sessions<'t> {
    pub(super) transaction: &'t DatabaseTransaction,
    /// Set when a data key is forgotten.
    pub(super) erased: &'t mut bool,
}

const TABLE: &str = "bio_sessions";
const OPENED: &str = "opened";
const CAPTURING: &str = "capturing";
const DECIDED: &str = "decided";

/// A session, and its wrapped data key unless that was erased.
pub type WithKey = (BioSession, Option<Vec<u8>>);

impl Sessions<'_> {
    pub async fn add(&mut self, session: &BioSession, wrapped_key: &[u8]) -> Result<(), StoreError> {
        let columns = StateColumns::of(&session.state)?;
        let request = &session.request;
        let row = bio_session::Model {
            id: session.id.as_uuid(),
            tenant_id: session.tenant_id.as_uuid(),
            mode: mode_to_text(request.mode).to_owned(),
            security_level: level_to_text(request.security_level).to_owned(),
            challenges: i32::from(request.challenges),
            correlation_id: request.correlation_id.clone(),
            evidence_id: request.evidence_id.clone(),
            callback_url: request.callback.as_ref().map(|target| target.url.clone()),
            callback_dialect: request.callback.as_ref().map(|target| target.dialect.clone()),
            image_storage: request.image_storage,
            state: columns.state.to_owned(),
            capturing_since: columns.capturing_since,
            capture_owner: None,
            verdict: columns.verdict,
            wrapped_key: Some(wrapped_key.to_vec()),
            created_at: session.created_at.as_millis(),
            expires_at: session.expires_at.as_millis(),
        };
        row.into_active_model().insert(self.transaction).await?;
        Ok(())
    }

    pub async fn get(&mut self, tenant: TenantId, id: SessionId) -> Result<Option<BioSession>, StoreError> {
        Ok(self.get_with_key(tenant, id).await?.map(|(session, _)| session))
    }

    pub async fn get_with_key(
        &mut self,
        tenant: TenantId,
        id: SessionId,
    ) -> Result<Option<WithKey>, StoreError> {
        let row = bio_session::Entity::find_by_id(id.as_uuid())
            .filter(bio_session::Column::TenantId.eq(tenant.as_uuid()))
            .one(self.transaction)
            .await?;
        row.map(from_row).transpose()
    }

    /// By the id alone: the browser's way in, for which the unguessable id is the credential.
    pub async fn get_for_capture(&mut self, id: SessionId) -> Result<Option<WithKey>, StoreError> {
        let row = bio_session::Entity::find_by_id(id.as_uuid()).one(self.transaction).await?;
        row.map(from_row).transpose()
    }

    /// Compare-and-set: writes `after` only if the session is still in the state of `before`. False when it is not.
    pub async fn transition(&mut self, before: &BioSession, after: &BioSession) -> Result<bool, StoreError> {
        self.write(before, after, None).await
    }

    /// [`Sessions::transition`] to a capture that the server process `owner` has. When that process is no more, the capture is
    /// found by [`Sessions::for_maintenance_abandoned`].
    pub async fn claim(
        &mut self,
        before: &BioSession,
        after: &BioSession,
        owner: Uuid,
    ) -> Result<bool, StoreError> {
        self.write(before, after, Some(owner)).await
    }

    async fn write(
        &mut self,
        before: &BioSession,
        after: &BioSession,
        owner: Option<Uuid>,
    ) -> Result<bool, StoreError> {
        let from = StateColumns::of(&before.state)?.state;
        if from == DECIDED {
            // A verdict is final.
            return Ok(false);
        }
        let to = StateColumns::of(&after.state)?;
        let done = bio_session::Entity::update_many()
            .col_expr(bio_session::Column::State, Expr::value(to.state))
            .col_expr(bio_session::Column::CapturingSince, Expr::value(to.capturing_since))
            .col_expr(bio_session::Column::CaptureOwner, Expr::value(owner))
            .col_expr(bio_session::Column::Verdict, Expr::value(to.verdict))
            .filter(bio_session::Column::Id.eq(before.id.as_uuid()))
            .filter(bio_session::Column::TenantId.eq(before.tenant_id.as_uuid()))
            .filter(bio_session::Column::State.eq(from))
            .exec(self.transaction)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Sessions of a tenant that are not yet purged.
    pub async fn count(&mut self, tenant: TenantId) -> Result<u64, StoreError> {
        Ok(bio_session::Entity::find()
            .filter(bio_session::Column::TenantId.eq(tenant.as_uuid()))
            .count(self.transaction)
            .await?)
    }

    /// Erases the subject and keeps the record: with the data key gone, pictures and templates are noise.
    pub async fn forget_key(&mut self, tenant: TenantId, id: SessionId) -> Result<bool, StoreError> {
        let done = bio_session::Entity::update_many()
            .col_expr(bio_session::Column::WrappedKey, Expr::value(None::<Vec<u8>>))
            .filter(bio_session::Column::Id.eq(id.as_uuid()))
            .filter(bio_session::Column::TenantId.eq(tenant.as_uuid()))
            .filter(bio_session::Column::WrappedKey.is_not_null())
            .exec(self.transaction)
            .await?;
        *self.erased |= done.rows_affected > 0;
        Ok(done.rows_affected == 1)
    }

    /// Forgets the session, its key and its faces. What was to be told of it and was not yet becomes a dead letter, and nothing of
    /// it can be told again: the receiver would ask for a result that is gone.
    pub async fn delete(
        &mut self,
        tenant: TenantId,
        id: SessionId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        // The row first: it waits for a verdict that is just being written, and what tells of that is then seen below.
        let done = bio_session::Entity::delete_many()
            .filter(bio_session::Column::Id.eq(id.as_uuid()))
            .filter(bio_session::Column::TenantId.eq(tenant.as_uuid()))
            .exec(self.transaction)
            .await?;
        if done.rows_affected == 1 {
            *self.erased = true;
            Outbox(self.transaction).subject_erased(tenant, id.as_uuid(), now).await?;
        }
        Ok(done.rows_affected == 1)
    }

    /// At most `most` sessions of all tenants that nobody will decide any more, oldest first: opened before `opened_before` and not
    /// taken, or captured since `capturing_before` or earlier, or captured by a server process that is not alive at `agreed`.
    /// Where several processes look at once, each is given others.
    pub async fn for_maintenance_abandoned(
        &mut self,
        opened_before: Timestamp,
        capturing_before: Timestamp,
        agreed: Timestamp,
        most: u64,
    ) -> Result<Vec<BioSession>, StoreError> {
        let alive = SeaQuery::select()
            .column(server_process::Column::Id)
            .from(server_process::Entity)
            .and_where(server_process::Column::LeaseUntil.gt(agreed.as_millis()))
            .to_owned();
        let opened = Condition::all()
            .add(bio_session::Column::State.eq(OPENED))
            .add(bio_session::Column::CreatedAt.lt(opened_before.as_millis()));
        let without_owner = Condition::any()
            .add(bio_session::Column::CapturingSince.lte(capturing_before.as_millis()))
            .add(bio_session::Column::CaptureOwner.is_null())
            .add(bio_session::Column::CaptureOwner.not_in_subquery(alive));
        let capturing = Condition::all().add(bio_session::Column::State.eq(CAPTURING)).add(without_owner);
        let rows = bio_session::Entity::find()
            .filter(Condition::any().add(opened).add(capturing))
            .order_by_asc(bio_session::Column::CreatedAt)
            .limit(most)
            // SQLite, which has one writer, knows no such words and is not told them.
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .all(self.transaction)
            .await?;
        rows.into_iter().map(|row| from_row(row).map(|(session, _)| session)).collect()
    }

    /// At most `most` sessions of all tenants whose term is over, or whose erasure was broken off; oldest first.
    pub async fn for_maintenance_expired(
        &mut self,
        now: Timestamp,
        most: u64,
    ) -> Result<Vec<(TenantId, SessionId)>, StoreError> {
        let rows = bio_session::Entity::find()
            .filter(
                Condition::any()
                    .add(bio_session::Column::ExpiresAt.lte(now.as_millis()))
                    .add(bio_session::Column::WrappedKey.is_null()),
            )
            .order_by_asc(bio_session::Column::ExpiresAt)
            .limit(most)
            .all(self.transaction)
            .await?;
        Ok(rows
            .iter()
            .map(|row| (TenantId::from_uuid(row.tenant_id), SessionId::from_uuid(row.id)))
            .collect())
    }
}

/// A state, as columns.
struct StateColumns {
    state: &'static str,
    capturing_since: Option<i64>,
    verdict: Option<String>,
}

impl StateColumns {
    fn of(state: &BioSessionState) -> Result<Self, StoreError> {
        Ok(match state {
            BioSessionState::Opened => Self { state: OPENED, capturing_since: None, verdict: None },
            BioSessionState::Capturing { since } => {
                Self { state: CAPTURING, capturing_since: Some(since.as_millis()), verdict: None }
            }
            BioSessionState::Decided(verdict) => Self {
                state: DECIDED,
                capturing_since: None,
                verdict: Some(serde_json::to_string(verdict).map_err(|_| StoreError::Json)?),
            },
        })
    }
}

fn from_row(row: bio_session::Model) -> Result<WithKey, StoreError> {
    let state = match (row.state.as_str(), row.capturing_since, &row.verdict) {
        (OPENED, ..) => BioSessionState::Opened,
        (CAPTURING, Some(since), _) => BioSessionState::Capturing { since: Timestamp::from_millis(since) },
        (DECIDED, _, Some(verdict)) => {
            let verdict = serde_json::from_str(verdict).map_err(|_| impossible(TABLE, "verdict", row.id))?;
            BioSessionState::Decided(Box::new(verdict))
        }
        _ => return Err(impossible(TABLE, "state", row.id)),
    };
    let callback = match (row.callback_url, row.callback_dialect) {
        (Some(url), Some(dialect)) => Some(CallbackTarget { url, dialect }),
        (None, _) => None,
        (Some(_), None) => return Err(impossible(TABLE, "callback_dialect", row.id)),
    };
    let request = NewBioSession {
        mode: mode_from_text(&row.mode).ok_or_else(|| impossible(TABLE, "mode", row.id))?,
        security_level: level_from_text(&row.security_level)
            .ok_or_else(|| impossible(TABLE, "security_level", row.id))?,
        challenges: u8::try_from(row.challenges).map_err(|_| impossible(TABLE, "challenges", row.id))?,
        correlation_id: row.correlation_id,
        evidence_id: row.evidence_id,
        callback,
        image_storage: row.image_storage,
    };
    let session = BioSession {
        id: SessionId::from_uuid(row.id),
        tenant_id: TenantId::from_uuid(row.tenant_id),
        request,
        state,
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    };
    Ok((session, row.wrapped_key))
}

fn mode_to_text(mode: LivenessMode) -> &'static str {
    match mode {
        LivenessMode::Passive => "passive",
        LivenessMode::PassiveVideo => "passive_video",
        LivenessMode::Active => "active",
    }
}

fn mode_from_text(text: &str) -> Option<LivenessMode> {
    [LivenessMode::Passive, LivenessMode::PassiveVideo, LivenessMode::Active]
        .into_iter()
        .find(|mode| mode_to_text(*mode) == text)
}

fn level_to_text(level: SecurityLevel) -> &'static str {
    match level {
        SecurityLevel::Low => "low",
        SecurityLevel::Medium => "medium",
        SecurityLevel::High => "high",
    }
}

fn level_from_text(text: &str) -> Option<SecurityLevel> {
    [SecurityLevel::Low, SecurityLevel::Medium, SecurityLevel::High]
        .into_iter()
        .find(|level| level_to_text(*level) == text)
}
