//! What is known of tenants, credentials, bio-sessions and faces, in a database.
//!
//! A [`Repository`] *is* a transaction: `repository.noun().verb(…)`, then [`Repository::save`]; dropping it rolls back. Every read
//! starts from the tenant; the exceptions are a browser's claim by session id, the look-up of a credential, and verbs that begin
//! with `for_maintenance_`. Not found is `Ok(None)`; an impossible row is an error that names table and column.
//!
//! # Nouns and verbs
//! | noun | verbs |
//! |---|---|
//! | `tenants` | `add`, `get`, `by_name`, `settings`, `set_settings`, `hold`, `for_maintenance_list` |
//! | `credentials` | `add_api_key`, `add_token_secret`, `add_administration`, `find_by_api_key_hash`, `find_by_token`, `find_pair`, `list`, `has_administration`, `set_secret_hash`, `revoke` |
//! | `server_keys` | `get`, `put_if_absent` |
//! | `sessions` | `add`, `get`, `get_with_key`, `get_for_capture`, `transition` (compare-and-set), `count`, `forget_key`, `delete`, `claim`, `for_maintenance_abandoned`, `for_maintenance_expired` |
//! | `faces` | `add`, `get`, `count`, `list`, `list_with_templates`, `delete` |
//! | `outbox` | `add`, `list`, `for_maintenance_due`, `for_maintenance_lease` (compare-and-set), `for_maintenance_record`, `for_maintenance_list`, `for_maintenance_get`, `for_maintenance_replay`, `for_maintenance_purge` |
//! | `failed_attempts` | `get`, `put`, `for_maintenance_purge` |
//! | `identities` | `add`, `get`, `find_by_session`, `add_consent`, `consents`, `add_evidence`, `evidence`, `transition_evidence` (compare-and-set), `forget_key`, `delete`, `for_maintenance_expired` |
//! | `transactions` | `add`, `find`, `get`, `end` (by whoever holds it), `erase` (leaves a tombstone), `purged`, `for_maintenance_claim`, `for_maintenance_renew`, `for_maintenance_release`, `for_maintenance_unpurged`, `for_maintenance_expired` |
//! | `processes` | `enter`, `renew`, `leave`, `alive`, `for_maintenance_purge` |
//! | `audit` | `append` (to a keyed chain), `head`, `list`, `prune`, `for_maintenance_heads`, `for_maintenance_chains`, `for_maintenance_last`, `for_maintenance_due` |
//! | `callback_secrets` | `add`, `list`, `expire`, `for_maintenance_purge` |
//!
//! Keys, templates, names of faces and server secrets arrive and leave sealed. `correlation_id` and `evidence_id`, which the
//! integrator chooses, are in the clear, and so is the context of an identity: guard the database as what it is.
//!
//! # Several server processes on one PostgreSQL
//! Work that any of them may do is taken with `FOR UPDATE SKIP LOCKED` (outbox entries, abandoned sessions), so that each gets
//! others; what lasts longer than a transaction is held under a lease (outbox entries for an attempt, processes for their life).
//! Leases are counted in [`Repository::agreed_time`]: clocks of machines differ. On SQLite, which serves one process, the same
//! compare-and-set verbs hold without locks.
//!
//! # Adding a noun
//! 1. `migration/`: a new file with the next number; earlier ones are never edited.
//! 2. `entity/`: the row, as the database has it. One set of entities serves every backend: SQL of one of them alone is in `backend/`, or nowhere.
//! 3. `repository/`: the noun with its verbs, from rows to domain types and back; tenant first.
//! 4. `tests/suite`: what must hold, once for all backends.

mod backend;
mod entity;
mod error;
mod migration;
mod repository;

use std::fmt;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, EntityTrait as _, TransactionTrait};
use sha2::{Digest, Sha256};

pub use backend::{Kind, shown};
pub use error::StoreError;
pub use migration::Migrated;
pub use repository::{
    Audit, AuditFilter, AuditOrder, CallbackSecrets, Credentials, EvidenceRow, Faces, FailedAttempts,
    Identities, IdentityWithKey, Lease, ListedCredential, ListedTransaction, NewOutboxEntry, Outbox,
    OutboxAttempt, OutboxEntry, OutboxNext, OutboxState, Processes, Pruned, Repository, SealedSecret,
    SentPicture, ServerKeys, Sessions, Tenants, TransactionCursor, TransactionFilter, TransactionFound,
    TransactionPage, TransactionRow, Transactions, WithKey,
};

/// Where the database is.
#[derive(Clone)]
pub struct StoreSettings {
    /// `sqlite:///path/of/file`, made when it is missing; or `postgres://user:password@host/database`.
    pub url: String,
}

impl fmt::Debug for StoreSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreSettings").field("url", &shown(&self.url)).finish()
    }
}

/// An open database with its schema up to date. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    connection: DatabaseConnection,
}

/// What a look at a database found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    pub kind: Kind,
    /// What the database says of itself, as in `PostgreSQL 15.10`.
    pub version: String,
    /// Names of the migrations that it lacks, oldest first; the next start applies them.
    pub pending: Vec<String>,
    /// Secrets of the server itself: their names, and how they are kept, sealed.
    pub server_keys: Vec<(String, Vec<u8>)>,
}

impl Store {
    /// Opens the database and brings its schema up to date. A SQLite file is made when it is missing, for its owner alone; a
    /// PostgreSQL database has to exist.
    ///
    /// # Errors
    /// An address of no known kind, a file that cannot be opened, a server that cannot be reached, a schema that is newer than
    /// this program, a migration that fails.
    pub async fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let (connection, _) = backend::migrate(&settings.url, None).await?;
        backend::wipe_erased(&connection).await;
        Ok(Self { connection })
    }

    /// Brings the schema up to date, and nothing else.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn migrate(settings: &StoreSettings) -> Result<Migrated, StoreError> {
        let (connection, migrated) = backend::migrate(&settings.url, None).await?;
        connection.close().await?;
        Ok(migrated)
    }

    /// Looks whether the database can be reached and how old its schema is. Changes nothing; a SQLite file has to exist.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn look(settings: &StoreSettings) -> Result<Looked, StoreError> {
        let kind = Kind::of(&settings.url).ok_or(StoreError::UnknownKind)?;
        let connection = backend::connect(&settings.url).await?;
        let looked = look(kind, &connection).await.map_err(|error| backend::named(&settings.url, error))?;
        connection.close().await?;
        Ok(looked)
    }

    /// Begins a transaction. Hold it no longer than needed, and never two at once: SQLite has one connection.
    ///
    /// On PostgreSQL it sees what others have saved meanwhile: compare and set, or take [`Repository::exclusively`] before
    /// reading what decides about a write.
    pub async fn begin(&self) -> Result<Repository, StoreError> {
        let began = std::time::Instant::now();
        let transaction = self.connection.begin().await?;
        metrics::histogram!("selfsame_database_seconds", "operation" => "begin").record(began.elapsed());
        Ok(Repository::new(transaction, self.connection.clone()))
    }
}

async fn look(kind: Kind, connection: &DatabaseConnection) -> Result<Looked, StoreError> {
    let statement = match kind {
        Kind::Sqlite => "SELECT 'SQLite ' || sqlite_version() AS version",
        Kind::Postgres => "SELECT 'PostgreSQL ' || current_setting('server_version') AS version",
    };
    let statement = sea_orm::Statement::from_string(connection.get_database_backend(), statement);
    let row = connection.query_one_raw(statement).await?;
    let version = row.map(|row| row.try_get("", "version")).transpose()?.unwrap_or_default();
    let pending = migration::pending(connection).await?;
    let server_keys = if migration::is_without_tables(&pending) {
        Vec::new()
    } else {
        let rows = entity::server_key::Entity::find().all(connection).await?;
        rows.into_iter().map(|row| (row.name, row.sealed)).collect()
    };
    Ok(Looked { kind, version, pending, server_keys })
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
