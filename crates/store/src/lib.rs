//! What is known of tenants, credentials, bio-sessions and faces, in a database.
//!
//! A [`Repository`] *is* a transaction: `repository.noun().verb(…)`, then [`Repository::save`]; dropping it rolls back. Every read
//! starts from the tenant; the exceptions are a browser's claim by session id, the look-up of a credential, and verbs that begin
//! with `for_maintenance_`. Not found is `Ok(None)`; an impossible row is an error that names table and column.
//!
//! # Adding a noun
//! 1. `migration/`: a new file with the next number; earlier ones are never edited.
//! 2. `entity/`: the row, as the database has it. One set of entities serves every backend: no SQL of one of them alone.
//! 3. `repository/`: the noun with its verbs, from rows to domain types and back; tenant first.
//! 4. `tests/suite.rs`: what must hold, once for all backends.

mod entity;
mod error;
mod migration;
mod repository;

use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection, TransactionTrait};
use sea_orm_migration::MigratorTrait as _;
use sha2::{Digest, Sha256};

pub use error::StoreError;
pub use repository::{Credentials, Faces, Repository, ServerKeys, Sessions, Tenants, WithKey};

/// Where the database is.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// `sqlite:///path/of/file`; the file is made when it is missing.
    pub url: String,
}

/// An open database with its schema up to date. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    connection: DatabaseConnection,
}

impl Store {
    /// Opens the database and brings its schema up to date.
    pub async fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let url = &settings.url;
        if !url.starts_with("sqlite:") {
            return Err(StoreError::UnknownKind);
        }
        let url = if url.contains('?') { url.clone() } else { format!("{url}?mode=rwc") };
        let mut options = ConnectOptions::new(url);
        options
            // SQLite has one writer; one connection makes waiting fair, and "busy" impossible within this process.
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(20))
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(|options| {
                options
                    .pragma("journal_mode", "WAL")
                    // What was acknowledged is on disk, not only in the kernel.
                    .pragma("synchronous", "FULL")
                    .pragma("foreign_keys", "ON")
                    // A deleted wrapped key is overwritten, not only unlinked.
                    .pragma("secure_delete", "ON")
                    .busy_timeout(Duration::from_secs(10))
            });
        let connection = Database::connect(options).await?;
        migration::Migrator::up(&connection, None).await?;
        Ok(Self { connection })
    }

    /// Begins a transaction. Hold it no longer than needed, and never two at once: there is one connection.
    pub async fn begin(&self) -> Result<Repository, StoreError> {
        Ok(Repository::new(self.connection.begin().await?))
    }
}

/// What an API key is looked up by: its SHA-256, hexadecimal. Keys hold 256 random bits, so a slow hash would add nothing.
pub fn api_key_hash(key: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(key.as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
