//! Configuration: one annotated TOML that is compiled in and *is* the default, a file over it, the environment over that.
//!
//! Add a setting: a line with a comment in `default.toml`, a member of its section here, its bounds in `validate`.

mod sections;

use std::path::Path;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::Deserialize;

pub use sections::{
    BootstrapConfig, DataConfig, DatabaseConfig, ImagesConfig, LivenessConfig, LogConfig, LogFormat,
    ModelsConfig, RetentionConfig, Secret, SecurityConfig, ServerConfig,
};

/// The default, with a comment for every key.
pub const DEFAULT: &str = include_str!("default.toml");

/// Keys whose values are taken as they are.
const SECRETS: &[&str] =
    &["security.master_key", "bootstrap.api_key", "bootstrap.api_token", "bootstrap.api_secret"];

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub development: bool,
    pub server: ServerConfig,
    pub data: DataConfig,
    pub database: DatabaseConfig,
    pub security: SecurityConfig,
    pub bootstrap: BootstrapConfig,
    pub models: ModelsConfig,
    pub liveness: LivenessConfig,
    pub images: ImagesConfig,
    pub retention: RetentionConfig,
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
    #[error("{key} = {value} is not allowed: {rule}")]
    OutOfBounds { key: &'static str, value: String, rule: &'static str },
}

impl Config {
    /// The default, then `file`, then `SELFSAME__SECTION__KEY`.
    ///
    /// # Errors
    /// An unreadable file, an unknown key, a value of the wrong type or out of bounds; the error names key and source.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Toml::string(DEFAULT));
        if let Some(file) = file {
            // Not left to the provider, for which a missing file is an empty one.
            let text = std::fs::read_to_string(file)
                .map_err(|_| ConfigError::Unreadable(file.display().to_string()))?;
            figment = figment.merge(Toml::string(&text));
        }
        // The environment's values are read as TOML, which would turn the secret 007 into 7.
        figment = figment.merge(Env::prefixed("SELFSAME__").split("__").ignore(SECRETS));
        for key in SECRETS {
            let name = format!("SELFSAME__{}", key.to_uppercase().replace('.', "__"));
            if let Ok(secret) = std::env::var(&name) {
                figment = figment.merge(Serialized::default(key, secret));
            }
        }
        let config: Self = figment.extract().map_err(|error| ConfigError::Invalid(Box::new(error)))?;
        config.validate()?;
        Ok(config)
    }

    fn validate(&self) -> Result<(), ConfigError> {
        self.server.validate()?;
        self.models.validate()?;
        self.liveness.validate()?;
        self.images.validate()?;
        self.retention.validate()?;
        if self.retention.session_minutes < self.liveness.session_minutes {
            return Err(ConfigError::OutOfBounds {
                key: "retention.session_minutes",
                value: self.retention.session_minutes.to_string(),
                rule: "a session must be kept at least as long as it may be captured (liveness.session_minutes)",
            });
        }
        Ok(())
    }

    /// Where the database is: the setting, or a file in the data folder.
    pub fn database_url(&self) -> String {
        self.database
            .url
            .clone()
            .unwrap_or_else(|| format!("sqlite://{}", self.data.dir.join("selfsame.sqlite3").display()))
    }
}

#[cfg(test)]
mod tests {
    // figment's Jail gives each case its own environment and folder.
    #![expect(clippy::result_large_err, reason = "the signature is the Jail's")]

    use figment::Jail;
    use selfsame_domain::CaptureChainPolicy;

    use super::*;

    #[test]
    fn the_default_file_is_complete_and_every_key_has_a_comment() {
        Jail::expect_with(|_| {
            Config::load(None).map_err(|error| error.to_string())?;
            Ok(())
        });
        let lines: Vec<&str> = DEFAULT.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let is_key = line.trim_start_matches("# ").split_once(" = ").is_some_and(|(key, _)| {
                !key.is_empty() && key.chars().all(|char| char.is_ascii_lowercase() || char == '_')
            });
            if is_key {
                assert!(index > 0 && lines[index - 1].starts_with("# "), "no comment above: {line}");
            }
        }
    }

    #[test]
    fn the_environment_goes_over_the_file_and_the_file_over_the_default() {
        Jail::expect_with(|jail| {
            jail.create_file("c.toml", "[server]\nlisten = \"127.0.0.1:9\"\nmax_sessions = 5\n")?;
            jail.set_env("SELFSAME__SERVER__LISTEN", "127.0.0.1:10");
            jail.set_env("SELFSAME__LIVENESS__CAPTURE_CHAIN", "observe");
            jail.set_env("SELFSAME__BOOTSTRAP__API_KEY", "a-key");
            jail.set_env("SELFSAME__DEVELOPMENT", "true");
            let config = Config::load(Some(Path::new("c.toml"))).map_err(|error| error.to_string())?;
            assert_eq!(config.server.listen.port(), 10);
            assert_eq!(config.server.max_sessions, 5);
            assert_eq!(config.liveness.capture_chain, CaptureChainPolicy::Observe);
            assert!(config.development);
            assert_eq!(
                config.bootstrap.api_key.as_ref().map(|key| key.expose().to_owned()).as_deref(),
                Some("a-key")
            );
            assert!(!format!("{config:?}").contains("a-key"));
            Ok(())
        });
    }

    #[test]
    fn a_key_that_looks_like_a_number_stays_a_string() {
        Jail::expect_with(|jail| {
            jail.set_env("SELFSAME__BOOTSTRAP__API_KEY", "007");
            let config = Config::load(None).map_err(|error| error.to_string())?;
            assert_eq!(
                config.bootstrap.api_key.as_ref().map(|key| key.expose().to_owned()).as_deref(),
                Some("007")
            );
            Ok(())
        });
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (key, value, named) in [
            ("SELFSAME__SERVER__LISTEN", "here", "listen"),
            ("SELFSAME__SERVER__LISTENN", "127.0.0.1:1", "listenn"),
            ("SELFSAME__LIVENESS__CAPTURE_CHAIN", "maybe", "capture_chain"),
            ("SELFSAME__IMAGES__MAX_PIXELS", "999000000", "images.max_pixels"),
            ("SELFSAME__SERVER__MAX_SESSIONS", "0", "server.max_sessions"),
            ("SELFSAME__RETENTION__SESSION_MINUTES", "1", "retention.session_minutes"),
            ("SELFSAME__LOG__FORMAT", "xml", "format"),
        ] {
            Jail::expect_with(|jail| {
                jail.set_env(key, value);
                let error = Config::load(None).expect_err(key).to_string();
                assert!(error.to_lowercase().contains(named), "{key}: {error}");
                Ok(())
            });
        }
        assert!(
            Config::load(Some(Path::new("/nonexistent.toml")))
                .unwrap_err()
                .to_string()
                .contains("nonexistent")
        );
    }
}
