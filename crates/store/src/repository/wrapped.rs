//! Everything that a master key wraps or seals, of all tenants: so that another one can take its place.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use selfsame_domain::TenantId;
use uuid::Uuid;

use crate::StoreError;
use crate::entity::{bio_session, callback_secret, identity, server_key, transaction};

/// A table whose rows have a data key each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrappedIn {
    Sessions,
    Identities,
    Transactions,
}

impl WrappedIn {
    pub const ALL: [Self; 3] = [Self::Sessions, Self::Identities, Self::Transactions];
}

pub struct Wrapped<'t>(pub(super) &'t DatabaseTransaction);

/// Does the same to each of the three tables.
macro_rules! in_table {
    ($table:expr, $entity:ident => $done:expr) => {
        match $table {
            WrappedIn::Sessions => {
                use bio_session as $entity;
                $done
            }
            WrappedIn::Identities => {
                use identity as $entity;
                $done
            }
            WrappedIn::Transactions => {
                use transaction as $entity;
                $done
            }
        }
    };
}

impl Wrapped<'_> {
    /// How many rows have a data key.
    pub async fn for_maintenance_count(&mut self, table: WrappedIn) -> Result<u64, StoreError> {
        let counted = in_table!(table, of => {
            of::Entity::find().filter(of::Column::WrappedKey.is_not_null()).count(self.0).await
        });
        Ok(counted?)
    }

    /// Ids and wrapped data keys of at most `most` rows after the one of `after`, by id.
    pub async fn for_maintenance_page(
        &mut self,
        table: WrappedIn,
        after: Option<Uuid>,
        most: u64,
    ) -> Result<Vec<(Uuid, Vec<u8>)>, StoreError> {
        let rows = in_table!(table, of => {
            let mut query = of::Entity::find().filter(of::Column::WrappedKey.is_not_null());
            if let Some(after) = after {
                query = query.filter(of::Column::Id.gt(after));
            }
            query
                .select_only()
                .columns([of::Column::Id, of::Column::WrappedKey])
                .order_by_asc(of::Column::Id)
                .limit(most)
                .into_tuple()
                .all(self.0)
                .await
        });
        Ok(rows?)
    }

    /// Puts a data key wrapped anew in the place of the one that was read. False where that is not there any more.
    pub async fn for_maintenance_replace(
        &mut self,
        table: WrappedIn,
        id: Uuid,
        read: &[u8],
        anew: Vec<u8>,
    ) -> Result<bool, StoreError> {
        let done = in_table!(table, of => {
            of::Entity::update_many()
                .col_expr(of::Column::WrappedKey, Expr::value(anew))
                .filter(of::Column::Id.eq(id))
                .filter(of::Column::WrappedKey.eq(read))
                .exec(self.0)
                .await
        });
        Ok(done?.rows_affected == 1)
    }

    /// Names and sealed forms of the server's own secrets.
    pub async fn for_maintenance_server_keys(&mut self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let rows = server_key::Entity::find().order_by_asc(server_key::Column::Name).all(self.0).await?;
        Ok(rows.into_iter().map(|row| (row.name, row.sealed)).collect())
    }

    /// Puts a secret of the server sealed anew in the place of the one that was read.
    pub async fn for_maintenance_replace_server_key(
        &mut self,
        name: &str,
        read: &[u8],
        anew: Vec<u8>,
    ) -> Result<bool, StoreError> {
        let done = server_key::Entity::update_many()
            .col_expr(server_key::Column::Sealed, Expr::value(anew))
            .filter(server_key::Column::Name.eq(name))
            .filter(server_key::Column::Sealed.eq(read))
            .exec(self.0)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Tenants, ids and sealed forms of what callbacks are signed with.
    pub async fn for_maintenance_callback_secrets(
        &mut self,
    ) -> Result<Vec<(TenantId, Uuid, Vec<u8>)>, StoreError> {
        let rows = callback_secret::Entity::find().all(self.0).await?;
        Ok(rows.into_iter().map(|row| (TenantId::from_uuid(row.tenant_id), row.id, row.sealed)).collect())
    }

    /// Puts a callback secret sealed anew in the place of the one that was read.
    pub async fn for_maintenance_replace_callback_secret(
        &mut self,
        id: Uuid,
        read: &[u8],
        anew: Vec<u8>,
    ) -> Result<bool, StoreError> {
        let done = callback_secret::Entity::update_many()
            .col_expr(callback_secret::Column::Sealed, Expr::value(anew))
            .filter(callback_secret::Column::Id.eq(id))
            .filter(callback_secret::Column::Sealed.eq(read))
            .exec(self.0)
            .await?;
        Ok(done.rows_affected == 1)
    }
}
