//! Why the database did not do it.

/// Carries no values, which could be personal, and no password.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("database.url must begin with sqlite: or postgres:")]
    UnknownKind,
    #[error("database.url cannot be read ({address}): {what}")]
    Address { address: String, what: String },
    #[error(
        "cannot connect to the database {address}: {cause}. See that it runs, that it can be reached from here, and that user, password and database are right"
    )]
    Unreachable { address: String, cause: String },
    #[error(
        "the database was made by a newer version of this program ({0}); start that version, or restore the back-up made before it"
    )]
    Newer(String),
    #[error("the SQLite file {file}: {cause}. {todo}")]
    File { file: String, cause: String, todo: &'static str },
    #[error("{}", summary(.0))]
    Database(#[from] sea_orm::DbErr),
    /// Somebody else wrote into the database, or a migration went wrong.
    #[error("the database holds what cannot be: table {table}, column {column}, row {row}")]
    Impossible { table: &'static str, column: &'static str, row: String },
    #[error(
        "the head of a chain of the audit trail is not as it was written, so nothing more is recorded in it: `selfsame audit verify` says which"
    )]
    AuditHead,
    #[error("a value could not be written as JSON")]
    Json,
}

/// The database's own words for a failed statement can quote values; its kind does not.
pub(crate) fn summary(error: &sea_orm::DbErr) -> String {
    match error {
        sea_orm::DbErr::Conn(cause) => format!("cannot connect: {cause}"),
        sea_orm::DbErr::ConnectionAcquire(_) => {
            "the database was busy for too long, or cannot be reached any more".to_owned()
        }
        sea_orm::DbErr::Migration(text) => format!("a migration failed: {text}"),
        sea_orm::DbErr::Exec(_) | sea_orm::DbErr::Query(_) => match error.sql_err() {
            Some(kind) => format!("a statement failed: {}", kind_of(&kind)),
            None => {
                "a statement failed (disk full, read-only or damaged, or the connection was lost?)".to_owned()
            }
        },
        _ => "a statement failed".to_owned(),
    }
}

fn kind_of(kind: &sea_orm::SqlErr) -> &'static str {
    match kind {
        sea_orm::SqlErr::UniqueConstraintViolation(_) => "it is there already",
        sea_orm::SqlErr::ForeignKeyConstraintViolation(_) => "what it belongs to is not there",
        _ => "a rule was violated",
    }
}
