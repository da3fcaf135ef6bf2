//! One struct per section; what each key means stands in `default.toml`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use selfsame_domain::{CaptureChainPolicy, SecretString};
use serde::{Deserialize, Deserializer};

use crate::ConfigError;

/// A secret setting: never printed.
pub type Secret = SecretString;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    pub listen: SocketAddr,
    pub max_sessions: usize,
    pub request_timeout_seconds: u64,
    pub try_page: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    pub dir: PathBuf,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    pub url: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecurityConfig {
    #[serde(deserialize_with = "secret")]
    pub master_key: Option<Secret>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BootstrapConfig {
    #[serde(deserialize_with = "secret")]
    pub api_key: Option<Secret>,
    #[serde(deserialize_with = "secret")]
    pub api_token: Option<Secret>,
    #[serde(deserialize_with = "secret")]
    pub api_secret: Option<Secret>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelsConfig {
    pub dir: PathBuf,
    pub sessions: Option<usize>,
    #[serde(default)]
    pub slots: BTreeMap<String, PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LivenessConfig {
    pub capture_chain: CaptureChainPolicy,
    pub no_face_timeout_seconds: u64,
    pub capture_timeout_seconds: u64,
    pub evidence_timeout_seconds: u64,
    pub session_minutes: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImagesConfig {
    pub max_bytes: usize,
    pub max_side: u32,
    pub max_pixels: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionConfig {
    pub session_minutes: u64,
    pub purge_interval_seconds: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Human,
    Json,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    pub format: LogFormat,
    pub filter: String,
}

fn bounds<T: PartialOrd + ToString>(
    key: &'static str,
    value: T,
    least: T,
    most: T,
    rule: &'static str,
) -> Result<(), ConfigError> {
    if value < least || value > most {
        return Err(ConfigError::OutOfBounds { key, value: value.to_string(), rule });
    }
    Ok(())
}

impl ServerConfig {
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        bounds("server.max_sessions", self.max_sessions, 1, 10_000, "1 to 10000")?;
        bounds("server.request_timeout_seconds", self.request_timeout_seconds, 1, 600, "1 to 600")
    }
}

impl ModelsConfig {
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        bounds("models.sessions", self.sessions.unwrap_or(1), 1, 256, "1 to 256")
    }
}

impl LivenessConfig {
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        bounds("liveness.no_face_timeout_seconds", self.no_face_timeout_seconds, 1, 600, "1 to 600")?;
        bounds("liveness.capture_timeout_seconds", self.capture_timeout_seconds, 1, 600, "1 to 600")?;
        bounds("liveness.evidence_timeout_seconds", self.evidence_timeout_seconds, 1, 600, "1 to 600")?;
        bounds("liveness.session_minutes", self.session_minutes, 1, 24 * 60, "1 to 1440")
    }
}

impl ImagesConfig {
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        bounds("images.max_bytes", self.max_bytes, 10_000, 50_000_000, "10000 to 50000000")?;
        bounds("images.max_side", self.max_side, 300, 16_000, "300 to 16000")?;
        bounds(
            "images.max_pixels",
            self.max_pixels,
            90_000,
            40_000_000,
            "90000 to 40000000, which takes 120 MB",
        )
    }
}

impl RetentionConfig {
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        bounds("retention.session_minutes", self.session_minutes, 1, 60 * 24 * 400, "1 to 576000")?;
        bounds("retention.purge_interval_seconds", self.purge_interval_seconds, 1, 86_400, "1 to 86400")
    }
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    struct Visitor;
    impl serde::de::Visitor<'_> for Visitor {
        type Value = Option<Secret>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a string of at least 1 character")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            if text.is_empty() { Err(E::custom("the secret is empty")) } else { Ok(Some(Secret::new(text))) }
        }
    }
    deserializer.deserialize_str(Visitor)
}
