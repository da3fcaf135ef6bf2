//! What is known of tenants, credentials, bio-sessions and faces, in a database.
//!
//! A [`Repository`] *is* a transaction: `repository.noun().verb(…)`, then [`Repository::save`]; dropping it rolls back. Every read
//! starts from the tenant; the exceptions are a browser's claim by session id, the look-up of a credential, and verbs that begin
//! with `for_maintenance_`. Not found is `Ok(None)`; an impossible row is an error that names table and column.
//!
//! # Nouns and verbs
//! | noun | verbs |
//! |---|---|
//! | `tenants` | `add`, `get`, `by_name` |
//! | `credentials` | `add_api_key`, `add_token_secret`, `add_administration`, `find_by_api_key_hash`, `find_by_token`, `find_pair`, `has_administration`, `set_secret_hash`, `revoke` |
//! | `server_keys` | `get`, `put_if_absent` |
//! | `sessions` | `add`, `get`, `get_with_key`, `get_for_capture`, `transition` (compare-and-set), `count`, `forget_key`, `delete`, `for_maintenance_undecided`, `for_maintenance_expired` |
//! | `faces` | `add`, `get`, `list`, `list_with_templates`, `delete` |
//! | `outbox` | `add`, `list`, `for_maintenance_due`, `for_maintenance_lease` (compare-and-set), `for_maintenance_record`, `for_maintenance_list`, `for_maintenance_get`, `for_maintenance_replay`, `for_maintenance_purge` |
//! | `failed_attempts` | `get`, `put`, `for_maintenance_purge` |
//! | `identities` | `add`, `get`, `find_by_session`, `add_consent`, `consents`, `add_evidence`, `evidence`, `transition_evidence` (compare-and-set), `forget_key`, `delete`, `for_maintenance_expired` |
//! | `scans` | `add`, `find`, `get`, `end` (by whoever holds it), `erase` (leaves a tombstone), `for_maintenance_claim`, `for_maintenance_renew`, `for_maintenance_release`, `for_maintenance_expired` |
//! | `callback_secrets` | `add`, `list`, `expire`, `for_maintenance_purge` |
//!
//! Keys, templates and server secrets arrive and leave sealed. `friendly_name`, `correlation_id` and `evidence_id`, which the
//! integrator chooses, are in the clear, and so is the context of an identity: guard the database as what it is.
//!
//! # Adding a noun
//! 1. `migration/`: a new file with the next number; earlier ones are never edited.
//! 2. `entity/`: the row, as the database has it. One set of entities serves every backend: SQL of one of them alone is in `backend.rs`, or nowhere.
//! 3. `repository/`: the noun with its verbs, from rows to domain types and back; tenant first.
//! 4. `tests/suite.rs`: what must hold, once for all backends.

mod backend;
mod entity;
mod error;
mod migration;
mod repository;

use sea_orm::{Database, DatabaseConnection, TransactionTrait};
use sea_orm_migration::MigratorTrait as _;
use sha2::{Digest, Sha256};

pub use error::StoreError;
pub use repository::{
    CallbackSecrets, Credentials, EvidenceRow, Faces, FailedAttempts, Identities, IdentityWithKey, Lease,
    NewOutboxEntry, Outbox, OutboxAttempt, OutboxEntry, OutboxNext, OutboxState, Repository, ScanFound,
    ScanRow, Scans, SealedSecret, SentPicture, ServerKeys, Sessions, Tenants, WithKey,
};

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
    /// Opens the database, made when it is missing for its owner alone, and brings its schema up to date.
    ///
    /// # Errors
    /// An address of no known kind, a file that cannot be opened, a migration that fails.
    pub async fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let connection = Database::connect(backend::options(&settings.url)?).await?;
        migration::Migrator::up(&connection, None).await?;
        backend::wipe_erased(&connection).await;
        Ok(Self { connection })
    }

    /// Begins a transaction. Hold it no longer than needed, and never two at once: there is one connection.
    pub async fn begin(&self) -> Result<Repository, StoreError> {
        Ok(Repository::new(self.connection.begin().await?, self.connection.clone()))
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
