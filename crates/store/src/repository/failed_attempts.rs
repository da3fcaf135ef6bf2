//! Failed attempts per device and address, which are known by keyed hashes only.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
};
use selfsame_domain::{FailedAttempts as Record, TenantId, Timestamp};

use super::impossible;
use crate::StoreError;
use crate::entity::failed_attempts;

pub struct FailedAttempts<'t>(pub(super) &'t DatabaseTransaction);

impl FailedAttempts<'_> {
    pub async fn get(&mut self, tenant: TenantId, subject: &str) -> Result<Option<Record>, StoreError> {
        let row =
            failed_attempts::Entity::find_by_id((tenant.as_uuid(), subject.to_owned())).one(self.0).await?;
        row.map(from_row).transpose()
    }

    /// Replaces the record; `None` removes it.
    pub async fn put(
        &mut self,
        tenant: TenantId,
        subject: &str,
        record: Option<&Record>,
    ) -> Result<(), StoreError> {
        let key = (tenant.as_uuid(), subject.to_owned());
        let Some(record) = record else {
            failed_attempts::Entity::delete_by_id(key).exec(self.0).await?;
            return Ok(());
        };
        let count = |number| i32::try_from(number).unwrap_or(i32::MAX);
        let row = failed_attempts::Model {
            tenant_id: key.0,
            subject: key.1,
            count: count(record.count),
            first_at: record.first_at.as_millis(),
            last_at: record.last_at.as_millis(),
            blocks: count(record.blocks),
            blocked_until: record.blocked_until.map(Timestamp::as_millis),
        };
        let columns = [
            failed_attempts::Column::Count,
            failed_attempts::Column::FirstAt,
            failed_attempts::Column::LastAt,
            failed_attempts::Column::Blocks,
            failed_attempts::Column::BlockedUntil,
        ];
        let key = [failed_attempts::Column::TenantId, failed_attempts::Column::Subject];
        failed_attempts::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::columns(key).update_columns(columns).to_owned())
            .exec_without_returning(self.0)
            .await?;
        Ok(())
    }

    /// Forgets records of all tenants to which nothing was added since `before`.
    pub async fn for_maintenance_purge(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let done = failed_attempts::Entity::delete_many()
            .filter(failed_attempts::Column::LastAt.lte(before.as_millis()))
            .exec(self.0)
            .await?;
        Ok(done.rows_affected)
    }
}

fn from_row(row: failed_attempts::Model) -> Result<Record, StoreError> {
    let count = |column, number| {
        u32::try_from(number).map_err(|_| impossible("failed_attempts", column, row.subject.clone()))
    };
    Ok(Record {
        count: count("count", row.count)?,
        first_at: Timestamp::from_millis(row.first_at),
        last_at: Timestamp::from_millis(row.last_at),
        blocks: count("blocks", row.blocks)?,
        blocked_until: row.blocked_until.map(Timestamp::from_millis),
    })
}
