//! What differs from one kind of database to another. Everything else is the same for all.

mod address;
mod postgres;
mod sqlite;

use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, Statement,
    TransactionTrait as _,
};
use selfsame_domain::Timestamp;
use sha2::{Digest, Sha256};

use crate::StoreError;
use crate::migration::{Migrated, apply};
pub use address::shown;

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One file, one server process.
    Sqlite,
    /// A server of its own; any number of server processes share it.
    Postgres,
}

impl Kind {
    /// `None` for an address of neither.
    pub fn of(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Connects, and looks at nothing.
pub(crate) async fn connect(url: &str) -> Result<DatabaseConnection, StoreError> {
    match Kind::of(url).ok_or(StoreError::UnknownKind)? {
        Kind::Sqlite => sqlite::connect(url).await,
        Kind::Postgres => postgres::connect(url).await,
    }
}

/// Connects and brings the schema up to date, by `steps` migrations at most. Of several processes that start at once, one does
/// it and the others wait.
pub(crate) async fn migrate(
    url: &str,
    steps: Option<u32>,
) -> Result<(DatabaseConnection, Migrated), StoreError> {
    match Kind::of(url).ok_or(StoreError::UnknownKind)? {
        Kind::Sqlite => {
            let connection = sqlite::connect(url).await?;
            let migrated = apply(&connection, steps).await.map_err(|error| sqlite::named(url, error))?;
            Ok((connection, migrated))
        }
        Kind::Postgres => {
            let unlimited = postgres::connect_to_migrate(url).await?;
            // The lock is held in one connection while the other works.
            let lock = unlimited.begin().await?;
            exclusively(&lock, "migration").await?;
            let migrated = apply(&unlimited, steps).await;
            lock.rollback().await?;
            unlimited.close().await?;
            Ok((postgres::connect(url).await?, migrated?))
        }
    }
}

/// Names the file where the database is one; a server was named when it could not be reached.
pub(crate) fn named(url: &str, error: StoreError) -> StoreError {
    if Kind::of(url) == Some(Kind::Sqlite) { sqlite::named(url, error) } else { error }
}

/// Waits until nobody else holds the lock of that name, and holds it until the transaction ends. SQLite has one writer anyway.
pub(crate) async fn exclusively(transaction: &DatabaseTransaction, name: &str) -> Result<(), StoreError> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        // Two names that share these 64 bits wait for one another without need; nothing worse.
        let digest = Sha256::digest(name.as_bytes());
        let mut key = [0; 8];
        key.copy_from_slice(&digest[..8]);
        let lock = Statement::from_sql_and_values(
            DbBackend::Postgres,
            "SELECT pg_advisory_xact_lock($1)",
            [i64::from_be_bytes(key).into()],
        );
        transaction.execute_raw(lock).await?;
    }
    Ok(())
}

/// The time that all who share the database agree on: PostgreSQL's clock. SQLite serves one process, whose own clock is `own`.
pub(crate) async fn agreed_time(
    transaction: &DatabaseTransaction,
    own: Timestamp,
) -> Result<Timestamp, StoreError> {
    if transaction.get_database_backend() != DbBackend::Postgres {
        return Ok(own);
    }
    const MILLIS: &str = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS millis";
    let row = transaction.query_one_raw(Statement::from_string(DbBackend::Postgres, MILLIS)).await?;
    let row = row.ok_or(StoreError::Impossible { table: "clock", column: "millis", row: String::new() })?;
    Ok(Timestamp::from_millis(row.try_get("", "millis")?))
}

/// Whether only one server process can be at work on the database.
pub(crate) fn is_for_one_process(transaction: &DatabaseTransaction) -> bool {
    transaction.get_database_backend() == DbBackend::Sqlite
}

/// Removes from SQLite's log what was erased. PostgreSQL's old row versions go with its vacuum, and its log with the retention
/// of the archive: that is the operator's (docs/operations.md).
pub(crate) async fn wipe_erased(connection: &DatabaseConnection) {
    if connection.get_database_backend() == DbBackend::Sqlite {
        let connection = connection.clone();
        // To its end, whoever stops waiting: cut off between its statements the connection would wait for no lock from then on.
        let _broke_off = tokio::spawn(async move { sqlite::wipe_erased(&connection).await }).await;
    }
}
