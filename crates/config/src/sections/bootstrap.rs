//! Section `[bootstrap]`.

use serde::Deserialize;

use super::secret::secret;
use super::{OutOfBounds, Secret};

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

impl BootstrapConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        let broken = |key, rule| Err(OutOfBounds { key, value: "(not shown)".to_owned(), rule });
        for (key, token) in [
            ("bootstrap.api_token", &self.api_token),
            ("bootstrap.administration_token", &self.administration_token),
        ] {
            let wrong = |c: char| c == ':' || c.is_control();
            if token.as_ref().is_some_and(|token| token.expose().contains(wrong)) {
                return broken(
                    key,
                    "HTTP Basic ends the name at the first colon: use none, and no control characters",
                );
            }
        }
        // Half a pair would leave results to whoever has the ordinary one.
        match (&self.administration_token, &self.administration_secret) {
            (Some(_), None) => {
                broken("bootstrap.administration_token", "set bootstrap.administration_secret as well")
            }
            (None, Some(_)) => {
                broken("bootstrap.administration_secret", "set bootstrap.administration_token as well")
            }
            _ => Ok(()),
        }
    }
}
