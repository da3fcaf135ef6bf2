//! What delivers callbacks, put together from the settings; and the desk for the command line, without the networks.

use std::sync::Arc;
use std::time::Duration;

use selfsame_blobs::MasterKeys;
use selfsame_config::Config;
use selfsame_domain::{OsEntropy, SystemClock};
use selfsame_verification::Verification;
use selfsame_verification::callbacks::{
    AddressRules, Callbacks, Client, ClientParams, Courier, CourierParams, Dialect, PrivateNetworks,
    Schedule, SystemLookup,
};

use crate::ServeError;
use crate::keys::open_servers_master;
use crate::stores::open_database;

/// Where callbacks may go: what is checked when one is registered, and again when it is dialled.
pub(crate) fn address_rules(config: &Config) -> Result<AddressRules, ServeError> {
    let private = PrivateNetworks::parse(&config.callbacks.allowed_private)?;
    Ok(AddressRules { development: config.development, private })
}

pub(crate) fn courier(
    config: &Config,
    app: &Verification,
    rules: AddressRules,
    dialects: Vec<Arc<dyn Dialect>>,
) -> Result<Courier, ServeError> {
    let settings = &config.callbacks;
    let timeout = Duration::from_secs(settings.timeout_seconds);
    let client = ClientParams {
        connect_timeout: timeout.min(ClientParams::default().connect_timeout),
        timeout,
        rules,
    };
    let schedule = Schedule {
        pauses: settings.schedule_seconds.iter().copied().map(Duration::from_secs).collect(),
        jitter: settings.jitter,
        ..Schedule::default()
    };
    let params = CourierParams {
        most_at_once: settings.most_at_once,
        most_per_receiver: settings.most_per_receiver,
        ..CourierParams::default()
    };
    let client = Client::new(client, Arc::new(SystemLookup))?;
    Ok(Courier::new(app.callbacks(), client, schedule, dialects, params))
}

/// Opens the database that the settings name, and nothing else: callbacks are not sealed, their secrets cannot be had.
///
/// # Errors
/// A folder without a database, one that cannot be opened.
pub async fn open_callbacks(config: &Config) -> Result<Callbacks, ServeError> {
    let store = open_database(config).await?;
    Ok(Callbacks::new(store, MasterKeys::none(), Arc::new(SystemClock), Arc::new(OsEntropy)))
}

/// As [`open_callbacks`], with the secrets: opens the master keys that the settings name as well.
///
/// # Errors
/// Also keys that cannot be read, or that are not the server's: it could not open what they would seal.
pub async fn open_callback_secrets(config: &Config) -> Result<Callbacks, ServeError> {
    let store = open_database(config).await?;
    let master = open_servers_master(config, &store).await?;
    Ok(Callbacks::new(store, master, Arc::new(SystemClock), Arc::new(OsEntropy)))
}
