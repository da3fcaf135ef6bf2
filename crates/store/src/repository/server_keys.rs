//! Secrets of the server itself, sealed by the master key.

use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait as _, IntoActiveModel as _};
use selfsame_domain::Timestamp;

use crate::StoreError;
use crate::entity::server_key;

pub struct ServerKeys<'t>(pub(super) &'t DatabaseTransaction);

impl ServerKeys<'_> {
    pub async fn get(&mut self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let row = server_key::Entity::find_by_id(name.to_owned()).one(self.0).await?;
        Ok(row.map(|row| row.sealed))
    }

    /// False when there is one already, which stays.
    pub async fn put_if_absent(
        &mut self,
        name: &str,
        sealed: Vec<u8>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = server_key::Model { name: name.to_owned(), sealed, created_at: now.as_millis() };
        let written = server_key::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::column(server_key::Column::Name).do_nothing().to_owned())
            .exec_without_returning(self.0)
            .await?;
        Ok(written == 1)
    }
}
