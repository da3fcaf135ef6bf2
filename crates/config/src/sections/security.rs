//! Section `[security]`.

use serde::Deserialize;

use super::Secret;
use super::secret::secret;

/// What everything stored is sealed with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecurityConfig {
    /// 32 bytes in base64; unset: files in the key folder. Whoever opens the keys says whether it is one.
    #[serde(deserialize_with = "secret")]
    pub master_key: Option<Secret>,
}
