//! The desk for tenants, for the command line: without the networks.

use std::sync::Arc;

use selfsame_blobs::MasterKeys;
use selfsame_config::Config;
use selfsame_domain::{OsEntropy, SystemClock};
use selfsame_verification::tenants::Tenants;

use crate::ServeError;
use crate::keys::open_servers_master;
use crate::stores::open_database;

/// Opens the database that the settings name, and nothing else: tenants can be read, and not changed.
///
/// # Errors
/// A folder without a database, one that cannot be opened.
pub async fn open_tenants(config: &Config) -> Result<Tenants, ServeError> {
    let store = open_database(config).await?;
    Ok(Tenants::new(store, MasterKeys::none(), Arc::new(SystemClock), Arc::new(OsEntropy)))
}

/// Opens the database and the master keys, so that tenants can be changed: what is changed is recorded in the audit trail, whose key they seal.
///
/// # Errors
/// Also keys that cannot be read, or that are not the server's.
pub async fn open_tenants_to_change(config: &Config) -> Result<Tenants, ServeError> {
    let store = open_database(config).await?;
    let master = open_servers_master(config, &store).await?;
    Ok(Tenants::new(store, master, Arc::new(SystemClock), Arc::new(OsEntropy)))
}
