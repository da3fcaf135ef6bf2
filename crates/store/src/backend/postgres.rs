//! What is PostgreSQL's own: how it is connected to, and what it says when that fails.

use std::time::Duration;

use sea_orm::{DatabaseConnection, SqlxPostgresConnector};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use url::Url;

use super::address::without_passwords;
use super::shown;
use crate::StoreError;

/// Connections of one process. A use case holds one for a few milliseconds; PostgreSQL's own default allows 100 in all.
const CONNECTIONS: u32 = 10;
/// How long the server may take to answer at all.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a use case waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(20);

/// What ends a process's hold on rows: no statement runs longer, none waits longer for another's rows, and a transaction whose
/// process is silent for longer (its machine has vanished, say) is rolled back, so that others can go on.
const LIMITS: [(&str, &str); 3] =
    [("statement_timeout", "30s"), ("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "60s")];

/// What may follow the `?`. Anything else would be written to the log with its value.
const PARAMETERS: [&str; 12] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "statement-cache-capacity",
];

pub(super) async fn connect(url: &str) -> Result<DatabaseConnection, StoreError> {
    let options = parse(url)?.options(LIMITS);
    reach(url, &options).await?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE)
        // One that a firewall or a fail-over cut is found out before it is used.
        .test_before_acquire(true)
        .connect_lazy_with(options);
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

/// Without limits: a migration may take its time.
pub(super) async fn connect_to_migrate(url: &str) -> Result<DatabaseConnection, StoreError> {
    let options = parse(url)?;
    reach(url, &options).await?;
    let pool = PgPoolOptions::new().max_connections(2).acquire_timeout(ACQUIRE).connect_lazy_with(options);
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

fn parse(url: &str) -> Result<PgConnectOptions, StoreError> {
    let unreadable = |what: String| StoreError::Address { address: shown(url), what };
    let parsed = Url::parse(url).map_err(|error| {
        unreadable(format!("{error}; a password with / ? # @ or % in it has to be percent-encoded"))
    })?;
    for (key, _) in parsed.query_pairs() {
        if !PARAMETERS.contains(&&*key) {
            return Err(unreadable(format!("its parameter {key} is not known")));
        }
    }
    let options: PgConnectOptions =
        url.parse().map_err(|error: sqlx::Error| unreadable(without_passwords(url, &error.to_string())))?;
    // Statements can hold what may not be logged.
    Ok(options.application_name("selfsame").disable_statement_logging())
}

/// A pool would try again and again, and say in the end only that it took too long.
async fn reach(url: &str, options: &PgConnectOptions) -> Result<(), StoreError> {
    let unreachable = |cause: String| StoreError::Unreachable {
        address: shown(url),
        cause: without_passwords(url, &cause),
    };
    match tokio::time::timeout(CONNECT, options.connect()).await {
        Err(_) => Err(unreachable(format!("no answer within {} s", CONNECT.as_secs()))),
        Ok(Err(error)) => Err(unreachable(words(&error))),
        Ok(Ok(connection)) => connection.close().await.map_err(|error| unreachable(words(&error))),
    }
}

/// What a server says of a failed log-in holds names, no values.
fn words(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(said) => said.message().to_owned(),
        sqlx::Error::Io(cause) => cause.to_string(),
        other => other.to_string(),
    }
}
