//! The use cases without a server, for the command line: to make templates again.

use std::sync::Arc;

use selfsame_config::Config;
use selfsame_verification::Verification;
use selfsame_vision::Vision;

use crate::stores::{open_blobs, open_database};
use crate::{ServeError, keys, parts, settings, telemetry, vision_settings};

/// Opens database, keys, objects and networks of a server that ran before; the server may run meanwhile. The log is the server's.
///
/// # Errors
/// What hinders, and what to do.
pub async fn open_verification(config: &Config) -> Result<Verification, ServeError> {
    telemetry::start(&config.log)?;
    let networks = vision_settings(config);
    let store = open_database(config).await?;
    let master = keys::open_servers_master(config, &store).await?;
    let blobs = open_blobs(config)?;
    let loading = tokio::task::spawn_blocking(move || Vision::load(&networks));
    let vision = Arc::new(loading.await.map_err(|_| ServeError::Panicked)??);
    let parts = parts(config, store, blobs, master, vision);
    Ok(Verification::new(parts, settings(config)))
}
