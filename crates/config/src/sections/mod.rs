//! One file per section. What a key means to an operator stands in `default.toml`; here are its type and its bounds.

mod audit;
mod blobs;
mod bootstrap;
mod callbacks;
mod data;
mod database;
mod documents;
mod identities;
mod images;
mod limits;
mod liveness;
mod lockout;
mod log;
mod models;
mod netverify;
mod retention;
mod secret;
mod security;
mod server;

pub use audit::AuditConfig;
pub use blobs::{BlobStoreKind, BlobsConfig};
pub use bootstrap::BootstrapConfig;
pub use callbacks::CallbacksConfig;
pub use data::DataConfig;
pub use database::DatabaseConfig;
pub use documents::DocumentsConfig;
pub use identities::IdentitiesConfig;
pub use images::ImagesConfig;
pub use limits::LimitsConfig;
pub use liveness::LivenessConfig;
pub use lockout::LockoutConfig;
pub use log::{LogConfig, LogFormat};
pub use models::ModelsConfig;
pub use netverify::{NetverifyConfig, NoSuchSetting, setting_name, setting_named, setting_words};
pub use retention::RetentionConfig;
pub use secret::Secret;
pub use security::SecurityConfig;
pub use server::ServerConfig;

/// A value that parses and still may not be. Never made of a secret.
pub(crate) struct OutOfBounds {
    /// As in `default.toml`, with its section.
    pub(crate) key: &'static str,
    pub(crate) value: String,
    /// What is allowed.
    pub(crate) rule: &'static str,
}

/// `least..=most`, which `rule` says in words.
fn bounds<T: PartialOrd + ToString>(
    key: &'static str,
    value: T,
    least: T,
    most: T,
    rule: &'static str,
) -> Result<(), OutOfBounds> {
    if value < least || value > most {
        return Err(OutOfBounds { key, value: value.to_string(), rule });
    }
    Ok(())
}

/// A text that must hold something: an empty environment variable is more often a mistake than a wish.
fn not_empty(key: &'static str, text: &std::ffi::OsStr, rule: &'static str) -> Result<(), OutOfBounds> {
    if text.is_empty() {
        return Err(OutOfBounds { key, value: "\"\"".to_owned(), rule });
    }
    Ok(())
}
