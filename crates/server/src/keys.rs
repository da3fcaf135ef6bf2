//! The master keys: opened as the settings say, and held against what the database keeps.

use std::path::PathBuf;
use std::sync::Arc;

use selfsame_blobs::{BlobError, BlobKey, MasterKeys};
use selfsame_config::Config;
use selfsame_domain::{OsEntropy, SystemClock};
use selfsame_store::Store;
use selfsame_verification::rewrap::Keys;

use crate::ServeError;
use crate::stores::open_database;

/// Secrets that every server seals at its first start: keys that open them open everything else.
const SEALED_FIRST: [&str; 2] = ["lockout", "result-signing"];

/// Name and sealed form.
pub(crate) type Sealed = (String, Vec<u8>);

fn folder(config: &Config) -> PathBuf {
    config.data.dir.join("keys")
}

/// As a start of the server does: where the settings name no key and there is none, it is made.
pub(crate) fn open_master(config: &Config) -> Result<MasterKeys, ServeError> {
    Ok(match &config.security.master_key {
        Some(key) => MasterKeys::from_base64(key.expose()).map_err(ServeError::MasterKeys)?,
        None => MasterKeys::load_or_create(&folder(config), &OsEntropy).map_err(ServeError::MasterKeys)?,
    })
}

/// The keys of the server that ran on `store`, and no others: what those would seal, it could not open. Before its first start,
/// as [`open_master`].
pub(crate) async fn open_servers_master(config: &Config, store: &Store) -> Result<MasterKeys, ServeError> {
    let mut repository = store.begin().await?;
    let mut kept = Vec::new();
    for name in SEALED_FIRST {
        let sealed = repository.server_keys().get(name).await?;
        kept.extend(sealed.map(|sealed| (name.to_owned(), sealed)));
    }
    drop(repository);
    if kept.is_empty() {
        return open_master(config);
    }
    let (place, keys) = find(config)?;
    let keys = keys.ok_or(ServeError::NoMasterKey(folder(config)))?;
    opens(&keys, &kept).map_err(|cause| ServeError::OtherMasterKey { place, cause })?;
    Ok(keys)
}

/// Where the settings look for the keys, in words, and the keys; makes none.
fn find(config: &Config) -> Result<(String, Option<MasterKeys>), ServeError> {
    Ok(match &config.security.master_key {
        Some(key) => (
            "the setting security.master_key".to_owned(),
            Some(MasterKeys::from_base64(key.expose()).map_err(ServeError::MasterKeys)?),
        ),
        None => {
            let folder = folder(config);
            (folder.display().to_string(), MasterKeys::load(&folder).map_err(ServeError::MasterKeys)?)
        }
    })
}

fn opens(keys: &MasterKeys, kept: &[Sealed]) -> Result<(), BlobError> {
    let first = kept.iter().filter(|(name, _)| SEALED_FIRST.contains(&name.as_str()));
    first.into_iter().try_for_each(|(name, sealed)| keys.open(&BlobKey::server(name), sealed).map(drop))
}

/// The master keys of a server that ran before, and what they wrap; the server may run meanwhile.
///
/// # Errors
/// Keys that cannot be read or are not the server's, a database that cannot be opened.
pub async fn open_keys(config: &Config) -> Result<Keys, ServeError> {
    let store = open_database(config).await?;
    let master = open_servers_master(config, &store).await?;
    Ok(Keys::new(store, master, Arc::new(SystemClock), Arc::new(OsEntropy)))
}

/// What a look at the master keys found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeysLook {
    /// None yet, and nothing that one sealed: the first start makes one in this folder.
    ToBeMade(PathBuf),
    Found {
        /// The setting, or the folder.
        place: String,
        count: usize,
        /// They opened what the database keeps; false where there is nothing of it yet.
        tried: bool,
    },
}

/// Looks at the master keys of the settings, and makes none. `kept`: what the database keeps sealed, as far as that is known.
///
/// # Errors
/// What hinders: keys that cannot be read or that others can, none where something is sealed, others than what it is sealed with.
pub fn look_at_keys(config: &Config, kept: &[Sealed]) -> Result<KeysLook, ServeError> {
    let tried = kept.iter().any(|(name, _)| SEALED_FIRST.contains(&name.as_str()));
    match find(config)? {
        (_, None) if tried => Err(ServeError::NoMasterKey(folder(config))),
        (_, None) => Ok(KeysLook::ToBeMade(folder(config))),
        (place, Some(keys)) => match opens(&keys, kept) {
            Ok(()) => Ok(KeysLook::Found { place, count: keys.count(), tried }),
            Err(cause) => Err(ServeError::OtherMasterKey { place, cause }),
        },
    }
}
