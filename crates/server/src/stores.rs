//! What keeps data: opened as the settings say; and looked at for the command line, without the networks.

use std::path::PathBuf;

use selfsame_blobs::{Blobs, S3Settings};
use selfsame_config::{BlobStoreKind, Config};
use selfsame_domain::OsEntropy;
use selfsame_facade_bioserver::ImagePlace;
use selfsame_store::{Kind, Store, StoreSettings, shown};

use crate::ServeError;

pub use selfsame_store::Migrated;

/// Where pictures are kept: a folder, or a bucket. Reaches for nothing.
pub(crate) fn open_blobs(config: &Config) -> Result<Blobs, ServeError> {
    let blobs = &config.blobs;
    Ok(match blobs.store {
        BlobStoreKind::Folder => Blobs::local(&config.data.dir.join("objects"))?,
        BlobStoreKind::S3 => Blobs::s3(&S3Settings {
            bucket: blobs.bucket.clone().unwrap_or_default(),
            endpoint: blobs.endpoint.clone(),
            region: blobs.region.clone(),
            access_key_id: blobs.access_key_id.clone(),
            secret_access_key: blobs.secret_access_key.clone(),
            path_style: blobs.path_style,
            allow_http: config.development,
        })?,
    })
}

/// Where pictures are kept, as results name it.
pub(crate) fn image_place(config: &Config) -> ImagePlace {
    let blobs = &config.blobs;
    match blobs.store {
        BlobStoreKind::Folder => ImagePlace { region: "local".to_owned(), bucket: "objects".to_owned() },
        BlobStoreKind::S3 => {
            ImagePlace { region: blobs.region.clone(), bucket: blobs.bucket.clone().unwrap_or_default() }
        }
    }
}

/// Writes, reads, lists and removes a probe in the bucket of the settings. `None` where there is none: a folder is part of the
/// data folder. Returns the bucket, in words.
///
/// # Errors
/// What hinders, and what to do.
pub async fn check_blobs(config: &Config) -> Result<Option<String>, ServeError> {
    if config.blobs.store == BlobStoreKind::Folder {
        return Ok(None);
    }
    let blobs = open_blobs(config)?;
    blobs.check(&OsEntropy).await?;
    Ok(Some(blobs.place().to_owned()))
}

/// Opens the database of a server that ran before.
pub(crate) async fn open_database(config: &Config) -> Result<Store, ServeError> {
    // Opening would make one, and a look at the wrong folder would find it empty.
    if !has_database(config)? {
        return Err(ServeError::NoDatabase(database_file(config)));
    }
    Ok(Store::open(&StoreSettings { url: config.database_url() }).await?)
}

fn database_file(config: &Config) -> PathBuf {
    config.data.dir.join("selfsame.sqlite3")
}

/// False where there is no file yet. One that cannot be looked for may be there: that is told for what it is.
fn has_database(config: &Config) -> Result<bool, ServeError> {
    if config.database.url.is_some() {
        return Ok(true);
    }
    database_file(config)
        .try_exists()
        .map_err(|cause| ServeError::DataFolder { folder: config.data.dir.clone(), cause })
}

/// What a look at the database found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseLook {
    /// The address, without passwords.
    pub address: String,
    /// As in `PostgreSQL 15.10`; `None` where there is no file yet, which the server makes.
    pub version: Option<String>,
    /// Migrations that the next start applies.
    pub pending: usize,
    /// A PostgreSQL on another machine whose certificate is not verified.
    pub unverified: bool,
    /// Secrets of the server itself, sealed, by name: for [`crate::look_at_keys`].
    pub sealed: Vec<(String, Vec<u8>)>,
}

/// Looks at the database of the settings, and changes nothing.
///
/// # Errors
/// What hinders, and what to do.
pub async fn look_at_database(config: &Config) -> Result<DatabaseLook, ServeError> {
    let url = config.database_url();
    let address = shown(&url);
    if !has_database(config)? {
        return Ok(DatabaseLook {
            address,
            version: None,
            pending: 0,
            unverified: false,
            sealed: Vec::new(),
        });
    }
    let unverified = Kind::of(&url) == Some(Kind::Postgres) && is_unverified(&url);
    let looked = Store::look(&StoreSettings { url }).await?;
    Ok(DatabaseLook {
        address,
        version: Some(looked.version),
        pending: looked.pending.len(),
        unverified,
        sealed: looked.server_keys,
    })
}

/// Over a network that others may share, only a verified certificate keeps password and data from them.
fn is_unverified(url: &str) -> bool {
    let local = ["localhost", "127.0.0.1", "[::1]"];
    let (_, rest) = url.split_once("://").unwrap_or_default();
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let is_local = host.is_empty()
        || host.starts_with("%2F")
        || local.iter().any(|name| host == *name || host.starts_with(&format!("{name}:")));
    !is_local && !url.contains("sslmode=verify-full")
}

/// Brings the schema of the database up to date. Returns the kind of database, and how far it was brought.
///
/// # Errors
/// What hinders, and what to do.
pub async fn migrate_database(config: &Config) -> Result<(&'static str, Migrated), ServeError> {
    if config.database.url.is_none() {
        crate::make_private_folder(&config.data.dir)
            .map_err(|cause| ServeError::DataFolder { folder: config.data.dir.clone(), cause })?;
    }
    let url = config.database_url();
    let kind = Kind::of(&url).map_or("unknown", Kind::name);
    Ok((kind, Store::migrate(&StoreSettings { url }).await?))
}

/// Where only one process can work on the database, keeps others out for as long as it lives: they would take its captures for those of
/// a server that is gone.
pub(crate) fn alone(config: &Config) -> Result<Option<std::fs::File>, ServeError> {
    if !config.database_url().starts_with("sqlite:") {
        return Ok(None);
    }
    let folder = config.data.dir.clone();
    let cannot = |cause| ServeError::DataFolder { folder: folder.clone(), cause };
    let path = config.data.dir.join("server.lock");
    let file = std::fs::File::options().create(true).append(true).open(path).map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Err(ServeError::InUse(folder)),
        // Some network and FUSE file systems know no locks.
        Err(std::fs::TryLockError::Error(cause)) if cause.kind() == std::io::ErrorKind::Unsupported => {
            tracing::warn!("the data folder's file system has no locks: see to it that one server uses it");
            Ok(None)
        }
        Err(std::fs::TryLockError::Error(cause)) => Err(cannot(cause)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_said_to_be_where_they_are() {
        let mut config = Config::load(None).expect("the default");
        let place = |region: &str, bucket: &str| ImagePlace { region: region.into(), bucket: bucket.into() };
        assert_eq!(image_place(&config), place("local", "objects"));
        config.blobs.store = BlobStoreKind::S3;
        config.blobs.bucket = Some("pictures".to_owned());
        config.blobs.region = "eu-central-1".to_owned();
        assert_eq!(image_place(&config), place("eu-central-1", "pictures"));
    }

    #[test]
    fn a_database_elsewhere_is_to_be_verified() {
        for (url, unverified) in [
            ("postgres://u:p@db.example.com/selfsame", true),
            ("postgres://u:p@db.example.com/selfsame?sslmode=require", true),
            ("postgres://u:p@db.example.com/selfsame?sslmode=verify-full", false),
            ("postgres://u:p@localhost/selfsame", false),
            ("postgres://u:p@127.0.0.1:5433/selfsame", false),
            ("postgres:///selfsame?host=/run/postgresql", false),
            ("postgres://localhost.example.com/selfsame", true),
        ] {
            assert_eq!(is_unverified(url), unverified, "{url}");
        }
    }
}
