//! The transaction, and its nouns.

mod credentials;
mod faces;
mod server_keys;
mod sessions;
mod tenants;

use sea_orm::DatabaseTransaction;

pub use credentials::Credentials;
pub use faces::Faces;
pub use server_keys::ServerKeys;
pub use sessions::{Sessions, WithKey};
pub use tenants::Tenants;

use crate::StoreError;

/// A transaction. Dropping it rolls back.
pub struct Repository {
    transaction: DatabaseTransaction,
}

impl Repository {
    pub(crate) fn new(transaction: DatabaseTransaction) -> Self {
        Self { transaction }
    }

    pub fn tenants(&mut self) -> Tenants<'_> {
        Tenants(&self.transaction)
    }

    pub fn credentials(&mut self) -> Credentials<'_> {
        Credentials(&self.transaction)
    }

    pub fn server_keys(&mut self) -> ServerKeys<'_> {
        ServerKeys(&self.transaction)
    }

    pub fn sessions(&mut self) -> Sessions<'_> {
        Sessions(&self.transaction)
    }

    pub fn faces(&mut self) -> Faces<'_> {
        Faces(&self.transaction)
    }

    /// Makes it durable.
    pub async fn save(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit().await?)
    }
}

fn impossible(table: &'static str, column: &'static str, row: impl ToString) -> StoreError {
    StoreError::Impossible { table, column, row: row.to_string() }
}
