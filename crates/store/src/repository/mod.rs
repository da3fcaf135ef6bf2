//! The transaction, and its nouns.

mod audit;
mod callback_secrets;
mod credentials;
mod faces;
mod failed_attempts;
mod identities;
mod lists;
mod outbox;
mod processes;
mod server_keys;
mod sessions;
mod tenants;
mod transactions;

use sea_orm::{DatabaseConnection, DatabaseTransaction};

pub use audit::{Audit, AuditFilter, AuditOrder, Pruned};
pub use callback_secrets::{CallbackSecrets, SealedSecret};
pub use credentials::{Credentials, ListedCredential};
pub use faces::Faces;
pub use failed_attempts::FailedAttempts;
pub use identities::{EvidenceRow, Identities, IdentityWithKey, SentPicture};
pub use lists::{ListedTransaction, TransactionCursor, TransactionFilter, TransactionPage};
pub use outbox::{Lease, NewOutboxEntry, Outbox, OutboxAttempt, OutboxEntry, OutboxNext, OutboxState};
pub use processes::Processes;
pub use server_keys::ServerKeys;
pub use sessions::{Sessions, WithKey};
pub use tenants::Tenants;
pub use transactions::{TransactionFound, TransactionRow, Transactions};

use selfsame_domain::Timestamp;

use crate::{StoreError, backend};

/// A transaction. Dropping it rolls back.
pub struct Repository {
    transaction: DatabaseTransaction,
    connection: DatabaseConnection,
    /// Whether a key was forgotten in it.
    erased: bool,
}

impl Repository {
    pub(crate) fn new(transaction: DatabaseTransaction, connection: DatabaseConnection) -> Self {
        Self { transaction, connection, erased: false }
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
        Sessions { transaction: &self.transaction, erased: &mut self.erased }
    }

    pub fn faces(&mut self) -> Faces<'_> {
        Faces(&self.transaction)
    }

    pub fn identities(&mut self) -> Identities<'_> {
        Identities { transaction: &self.transaction, erased: &mut self.erased }
    }

    pub fn transactions(&mut self) -> Transactions<'_> {
        Transactions { transaction: &self.transaction, erased: &mut self.erased }
    }

    pub fn outbox(&mut self) -> Outbox<'_> {
        Outbox(&self.transaction)
    }

    pub fn failed_attempts(&mut self) -> FailedAttempts<'_> {
        FailedAttempts(&self.transaction)
    }

    pub fn callback_secrets(&mut self) -> CallbackSecrets<'_> {
        CallbackSecrets { transaction: &self.transaction, erased: &mut self.erased }
    }

    pub fn audit(&mut self) -> Audit<'_> {
        Audit(&self.transaction)
    }

    pub fn processes(&mut self) -> Processes<'_> {
        Processes(&self.transaction)
    }

    /// Waits until no other transaction holds the lock of that name, and holds it until this one ends: for what is read first and
    /// written accordingly, by whichever process. Take several always in the same order. Costs nothing on SQLite, which has one
    /// writer.
    pub async fn exclusively(&mut self, name: &str) -> Result<(), StoreError> {
        backend::exclusively(&self.transaction, name).await
    }

    /// The time that all server processes agree on, whatever their machines' clocks say: the database's, or `own` where there is
    /// one process only. For leases.
    pub async fn agreed_time(&mut self, own: Timestamp) -> Result<Timestamp, StoreError> {
        backend::agreed_time(&self.transaction, own).await
    }

    /// Makes it durable. What was erased in it is then gone from the database's files too, not only from its tables.
    pub async fn save(self) -> Result<(), StoreError> {
        let began = std::time::Instant::now();
        self.transaction.commit().await?;
        metrics::histogram!("selfsame_database_seconds", "operation" => "commit").record(began.elapsed());
        if self.erased {
            backend::wipe_erased(&self.connection).await;
        }
        Ok(())
    }
}

fn impossible(table: &'static str, column: &'static str, row: impl ToString) -> StoreError {
    StoreError::Impossible { table, column, row: row.to_string() }
}
