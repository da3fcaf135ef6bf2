//! Server processes: who is at work on the database, and whose work has nobody any more.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _,
};
use selfsame_domain::Timestamp;
use uuid::Uuid;

use crate::entity::server_process;
use crate::{StoreError, backend};

/// Times are those that all processes agree on: [`crate::Repository::agreed_time`].
pub struct Processes<'t>(pub(super) &'t DatabaseTransaction);

impl Processes<'_> {
    /// A process begins its work. Where only one can be at work, those of earlier lives are dead from now on.
    pub async fn enter(&mut self, id: Uuid, now: Timestamp, until: Timestamp) -> Result<(), StoreError> {
        if backend::is_for_one_process(self.0) {
            server_process::Entity::delete_many()
                .filter(server_process::Column::Id.ne(id))
                .exec(self.0)
                .await?;
        }
        self.renew(id, now, until).await
    }

    /// It lives. One that was taken for dead meanwhile is back, but not what others took from it.
    pub async fn renew(&mut self, id: Uuid, now: Timestamp, until: Timestamp) -> Result<(), StoreError> {
        let row = server_process::Model { id, started_at: now.as_millis(), lease_until: until.as_millis() };
        server_process::Entity::insert(row.into_active_model())
            .on_conflict(
                OnConflict::column(server_process::Column::Id)
                    .update_column(server_process::Column::LeaseUntil)
                    .to_owned(),
            )
            .exec_without_returning(self.0)
            .await?;
        Ok(())
    }

    /// It ends in order: what it left need not wait for its lease.
    pub async fn leave(&mut self, id: Uuid) -> Result<(), StoreError> {
        server_process::Entity::delete_by_id(id).exec(self.0).await?;
        Ok(())
    }

    /// Those that are taken to be at work, longest first.
    pub async fn alive(&mut self, now: Timestamp) -> Result<Vec<Uuid>, StoreError> {
        let rows = server_process::Entity::find()
            .filter(server_process::Column::LeaseUntil.gt(now.as_millis()))
            .order_by_asc(server_process::Column::StartedAt)
            .all(self.0)
            .await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Forgets those whose lease ran out by `before`.
    pub async fn for_maintenance_purge(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let done = server_process::Entity::delete_many()
            .filter(server_process::Column::LeaseUntil.lte(before.as_millis()))
            .exec(self.0)
            .await?;
        Ok(done.rows_affected)
    }
}
