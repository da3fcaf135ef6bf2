//! The audit trail for the command line, without the networks.

use std::sync::Arc;

use selfsame_config::Config;
use selfsame_domain::{OsEntropy, SystemClock};
use selfsame_verification::audit::Trail;

use crate::ServeError;
use crate::keys::open_servers_master;
use crate::stores::open_database;

/// Opens the database that the settings name, and the master keys that sealed the key of the trail.
///
/// # Errors
/// A folder without a database, one that cannot be opened, keys that cannot be read or are not the server's.
pub async fn open_trail(config: &Config) -> Result<Trail, ServeError> {
    let store = open_database(config).await?;
    let master = open_servers_master(config, &store).await?;
    Ok(Trail::new(store, master, Arc::new(SystemClock), Arc::new(OsEntropy)))
}
