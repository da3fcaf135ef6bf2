//! What is SQLite's own: its pragmas, its files, and what may be read in them.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbErr};

use super::address::sqlite_file;
use crate::StoreError;
use crate::error::summary;

pub(super) async fn connect(url: &str) -> Result<DatabaseConnection, StoreError> {
    Database::connect(options(url)).await.map_err(|error| named(url, error.into()))
}

/// SQLite's own words name neither the file nor what the file system has against it.
pub(super) fn named(url: &str, error: StoreError) -> StoreError {
    let StoreError::Database(error) = error else { return error };
    let Some(file) = sqlite_file(url) else { return error.into() };
    let (cause, todo) = hindrance(&file).unwrap_or_else(|| {
        let words = match &error {
            DbErr::Conn(cause) => cause.to_string(),
            _ => summary(&error),
        };
        (words, "See that it is a SQLite database and that its disk is in order, or restore a back-up")
    });
    StoreError::File { file: file.display().to_string(), cause, todo }
}

/// What the file system has against reading and writing the file, and what to do; `None` when nothing.
fn hindrance(file: &Path) -> Option<(String, &'static str)> {
    const NAME_ANOTHER: &str = "See that the path is right, or name another with --data or database.url";
    const ALLOW: &str = "Run this as the user that the server runs as, or let this user read and write the file and its folder";
    let advice = |cause: std::io::Error| {
        let todo = if cause.kind() == ErrorKind::PermissionDenied { ALLOW } else { NAME_ANOTHER };
        (cause.to_string(), todo)
    };
    match OpenOptions::new().read(true).write(true).open(file) {
        Ok(_) => None,
        Err(cause) if cause.kind() == ErrorKind::NotFound => {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            // SQLite makes the file, but no folder; and not in every folder.
            Some(match std::fs::metadata(folder) {
                Ok(_) => (format!("it is not there and cannot be made in {}", folder.display()), ALLOW),
                Err(cause) if cause.kind() == ErrorKind::NotFound => (
                    format!("there is no folder {}", folder.display()),
                    "Make the folder, or name another with --data or database.url",
                ),
                Err(cause) => advice(cause),
            })
        }
        Err(cause) => Some(advice(cause)),
    }
}

/// How to connect to the database that `url` names.
pub(crate) fn options(url: &str) -> ConnectOptions {
    let url = if url.contains('?') { url.to_owned() } else { format!("{url}?mode=rwc") };
    let mut options = ConnectOptions::new(url);
    options
        // SQLite has one writer; one connection makes waiting fair, and "busy" impossible within this process.
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(20))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|options| {
            make_private_file(options.get_filename());
            options
                .pragma("journal_mode", "WAL")
                // What was acknowledged is on disk, not only in the kernel.
                .pragma("synchronous", "FULL")
                .pragma("foreign_keys", "ON")
                // What is deleted is overwritten in the table's pages; see `wipe_erased` for the log.
                .pragma("secure_delete", "ON")
                .busy_timeout(BUSY)
        });
    options
}

const BUSY: Duration = Duration::from_secs(10);

/// SQLite makes its file as the process's mask says, which usually lets everybody read it; its log takes over the file's mode.
/// What hinders this hinders SQLite too, which then says so.
fn make_private_file(file: &Path) {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // A database in memory has a name, but no file.
    if !file.to_string_lossy().starts_with("file:") {
        let _there_already_or_told_by_sqlite = options.open(file);
    }
}

/// Empties SQLite's write-ahead log, which otherwise keeps the pages as they were before a key was deleted. Waits for nobody: when
/// another process is reading just now, or this one is killed here, the next erasure or the next start does it.
pub(crate) async fn wipe_erased(connection: &DatabaseConnection) {
    let statements = format!(
        "PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = {}",
        BUSY.as_millis()
    );
    let _done_or_left_to_the_next = connection.execute_unprepared(&statements).await;
}

#[cfg(test)]
mod tests {
    use sea_orm::{Database, DbBackend, Statement};

    use super::*;

    #[tokio::test]
    async fn durability_and_integrity_are_really_on() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.sqlite3").display());
        let connection = Database::connect(options(&url)).await.unwrap();
        for round in ["as connected", "after wiping"] {
            for (pragma, expected) in
                [("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("timeout", 10_000)]
            {
                // The only pragma whose column has another name than itself.
                let name = if pragma == "timeout" { "busy_timeout" } else { pragma };
                let query = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA {name}"));
                let row = connection.query_one_raw(query).await.unwrap().unwrap();
                assert_eq!(row.try_get::<i64>("", pragma).unwrap(), expected, "{pragma} {round}");
            }
            let query = Statement::from_string(DbBackend::Sqlite, "PRAGMA journal_mode");
            let row = connection.query_one_raw(query).await.unwrap().unwrap();
            assert_eq!(row.try_get::<String>("", "journal_mode").unwrap(), "wal");
            wipe_erased(&connection).await;
        }
    }
}
