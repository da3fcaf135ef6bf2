//! Configuration: one annotated TOML that is compiled in and *is* the default, a file over it, the environment over that.
//!
//! Add a setting: a line with a comment in `default.toml`, a member of its section here, its bounds in `validate`.

mod layer;
mod sections;

use std::path::Path;

use figment::Figment;
use sections::OutOfBounds;
use serde::Deserialize;

pub use sections::{
    AuditConfig, BlobStoreKind, BlobsConfig, BootstrapConfig, CallbacksConfig, DataConfig, DatabaseConfig,
    DocumentsConfig, IdentitiesConfig, ImagesConfig, LimitsConfig, LivenessConfig, LockoutConfig, LogConfig,
    LogFormat, ModelsConfig, NetverifyConfig, NoSuchSetting, RetentionConfig, Secret, SecurityConfig,
    ServerConfig, setting_name, setting_named, setting_words,
};

/// The default, with a comment for every key.
pub const DEFAULT: &str = include_str!("default.toml");

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub development: bool,
    pub server: ServerConfig,
    pub limits: LimitsConfig,
    pub data: DataConfig,
    pub database: DatabaseConfig,
    pub blobs: BlobsConfig,
    pub security: SecurityConfig,
    pub bootstrap: BootstrapConfig,
    pub models: ModelsConfig,
    pub liveness: LivenessConfig,
    pub images: ImagesConfig,
    pub retention: RetentionConfig,
    pub audit: AuditConfig,
    pub identities: IdentitiesConfig,
    pub netverify: NetverifyConfig,
    pub documents: DocumentsConfig,
    pub callbacks: CallbacksConfig,
    pub lockout: LockoutConfig,
    pub log: LogConfig,
}

/// What is wrong with the settings, and where.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration file {0} cannot be read; name another with --config")]
    Unreadable(String),
    /// Names key and source.
    #[error(
        "the configuration is not valid: {0}. Every key is explained in the default file: selfsame serve --print-config"
    )]
    Invalid(Box<figment::Error>),
    /// The value parses; what it says may not be.
    #[error("{key} = {value} in {origin} is not allowed: {rule}")]
    OutOfBounds { key: &'static str, value: String, origin: String, rule: &'static str },
}

impl Config {
    /// The default, then `file`, then `SELFSAME__SECTION__KEY`.
    ///
    /// # Errors
    /// An unreadable file, an unknown key, a value of the wrong type or out of bounds; the error names key and source.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(layer::toml("the default", DEFAULT));
        if let Some(file) = file {
            let name = file.display().to_string();
            let text = std::fs::read_to_string(file).map_err(|_| ConfigError::Unreadable(name.clone()))?;
            figment = figment.merge(layer::toml(format!("the file {name}"), &text));
        }
        let figment = layer::with_environment(figment);
        let config: Self = figment.extract().map_err(|error| ConfigError::Invalid(Box::new(error)))?;
        config.validate().map_err(|OutOfBounds { key, value, rule }| {
            let origin = figment.find_metadata(key).map_or("the default", |found| &found.name).to_owned();
            ConfigError::OutOfBounds { key, value, origin, rule }
        })?;
        Ok(config)
    }

    fn validate(&self) -> Result<(), OutOfBounds> {
        self.server.validate()?;
        self.limits.validate()?;
        self.bootstrap.validate(self.development)?;
        self.data.validate()?;
        self.database.validate()?;
        self.blobs.validate(self.development)?;
        self.models.validate()?;
        self.liveness.validate()?;
        self.images.validate()?;
        self.retention.validate()?;
        self.audit.validate()?;
        self.identities.validate()?;
        self.netverify.validate()?;
        self.documents.validate()?;
        self.callbacks.validate()?;
        self.lockout.validate()?;
        self.log.validate()?;
        if let Some(seed) = self.liveness.challenge_seed.filter(|_| !self.development) {
            return Err(OutOfBounds {
                key: "liveness.challenge_seed",
                value: seed.to_string(),
                rule: "whoever knows the seed knows every challenge; remove it, or set development = true on a laptop",
            });
        }
        if self.retention.session_minutes < self.liveness.session_minutes {
            return Err(OutOfBounds {
                key: "retention.session_minutes",
                value: self.retention.session_minutes.to_string(),
                rule: "a session must be kept at least as long as it may be captured (liveness.session_minutes)",
            });
        }
        if self.identities.keep_minutes < self.liveness.session_minutes {
            return Err(OutOfBounds {
                key: "identities.keep_minutes",
                value: self.identities.keep_minutes.to_string(),
                rule: "an identity must be kept at least as long as its live capture may take (liveness.session_minutes)",
            });
        }
        Ok(())
    }

    /// Where the database is: the setting, or a file in the data folder.
    pub fn database_url(&self) -> String {
        self.database.url.as_ref().map(|url| url.expose().to_owned()).unwrap_or_else(|| {
            let file = self.data.dir.join("selfsame.sqlite3").display().to_string();
            // The two characters that mean something in such an address, and may well stand in a path.
            format!("sqlite://{}", file.replace('%', "%25").replace('?', "%3f"))
        })
    }
}

#[cfg(test)]
mod tests;
