//! The outbox: what integrators are to be told, written in the transaction that makes it true.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use selfsame_domain::{Entropy, SessionId, TenantId, Timestamp};
use uuid::Uuid;

use super::impossible;
use crate::StoreError;
use crate::entity::outbox;

/// What happened to a session that its integrator wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxEvent {
    /// It has a verdict.
    SessionDecided,
}

/// Something to tell. How it is worded, and where it goes, follows from the session when it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Stays the same however often it is told, so that the receiver can recognise repetitions.
    pub id: Uuid,
    pub tenant_id: TenantId,
    pub session_id: SessionId,
    pub event: OutboxEvent,
    pub created_at: Timestamp,
}

pub struct Outbox<'t>(pub(super) &'t DatabaseTransaction);

impl Outbox<'_> {
    /// Call it between the transition and [`crate::Repository::save`].
    ///
    /// # Errors
    /// Among others when the session is not the tenant's.
    pub async fn add(
        &mut self,
        entropy: &dyn Entropy,
        tenant: TenantId,
        session: SessionId,
        event: OutboxEvent,
        now: Timestamp,
    ) -> Result<OutboxEntry, StoreError> {
        let row = outbox::Model {
            id: entropy.uuid(),
            tenant_id: tenant.as_uuid(),
            session_id: session.as_uuid(),
            event: to_text(event).to_owned(),
            created_at: now.as_millis(),
        };
        row.clone().into_active_model().insert(self.0).await?;
        from_row(row)
    }

    /// Oldest first.
    pub async fn list(
        &mut self,
        tenant: TenantId,
        session: SessionId,
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        let rows = outbox::Entity::find()
            .filter(outbox::Column::TenantId.eq(tenant.as_uuid()))
            .filter(outbox::Column::SessionId.eq(session.as_uuid()))
            .order_by_asc(outbox::Column::CreatedAt)
            .order_by_asc(outbox::Column::Id)
            .all(self.0)
            .await?;
        rows.into_iter().map(from_row).collect()
    }

    /// At most `most` entries of all tenants, oldest first.
    pub async fn for_maintenance_oldest(&mut self, most: u64) -> Result<Vec<OutboxEntry>, StoreError> {
        let rows = outbox::Entity::find()
            .order_by_asc(outbox::Column::CreatedAt)
            .order_by_asc(outbox::Column::Id)
            .limit(most)
            .all(self.0)
            .await?;
        rows.into_iter().map(from_row).collect()
    }
}

fn to_text(event: OutboxEvent) -> &'static str {
    match event {
        OutboxEvent::SessionDecided => "session_decided",
    }
}

fn from_row(row: outbox::Model) -> Result<OutboxEntry, StoreError> {
    let event = [OutboxEvent::SessionDecided].into_iter().find(|event| to_text(*event) == row.event);
    Ok(OutboxEntry {
        id: row.id,
        tenant_id: TenantId::from_uuid(row.tenant_id),
        session_id: SessionId::from_uuid(row.session_id),
        event: event.ok_or_else(|| impossible("outbox", "event", row.id))?,
        created_at: Timestamp::from_millis(row.created_at),
    })
}
