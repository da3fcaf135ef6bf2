//! The desk for tenants, for the command line: without the networks and without the keys.

use std::sync::Arc;

use selfsame_config::Config;
use selfsame_domain::{OsEntropy, SystemClock};
use selfsame_verification::tenants::Tenants;

use crate::ServeError;
use crate::stores::open_database;

/// Opens the database that the settings name, and nothing else.
///
/// # Errors
/// A folder without a database, one that cannot be opened.
pub async fn open_tenants(config: &Config) -> Result<Tenants, ServeError> {
    Ok(Tenants::new(open_database(config).await?, Arc::new(SystemClock), Arc::new(OsEntropy)))
}
