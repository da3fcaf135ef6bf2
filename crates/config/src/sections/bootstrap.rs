//! Section `[bootstrap]`.

use serde::Deserialize;

use super::Secret;
use super::secret::secret;

/// Credentials of the development tenant.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BootstrapConfig {
    #[serde(deserialize_with = "secret")]
    pub api_key: Option<Secret>,
    #[serde(deserialize_with = "secret")]
    pub api_token: Option<Secret>,
    #[serde(deserialize_with = "secret")]
    pub api_secret: Option<Secret>,
    #[serde(deserialize_with = "secret")]
    pub administration_token: Option<Secret>,
    #[serde(deserialize_with = "secret")]
    pub administration_secret: Option<Secret>,
}
