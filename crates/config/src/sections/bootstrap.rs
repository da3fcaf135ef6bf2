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

/// Least length of a secret, and least number of different characters in it: what is shorter or repeats itself is guessed.
const LEAST: (usize, usize) = (16, 8);

fn is_weak(secret: &str) -> bool {
    let different: std::collections::BTreeSet<char> = secret.chars().collect();
    secret.chars().count() < LEAST.0 || different.len() < LEAST.1
}

impl BootstrapConfig {
    /// `development`: credentials of a laptop may be as weak as it likes.
    pub(crate) fn validate(&self, development: bool) -> Result<(), OutOfBounds> {
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
                return broken(
                    "bootstrap.administration_token",
                    "set bootstrap.administration_secret as well",
                );
            }
            (None, Some(_)) => {
                return broken(
                    "bootstrap.administration_secret",
                    "set bootstrap.administration_token as well",
                );
            }
            _ => {}
        }
        for (key, secret) in [
            ("bootstrap.api_key", &self.api_key),
            ("bootstrap.api_secret", &self.api_secret),
            ("bootstrap.administration_secret", &self.administration_secret),
        ] {
            if !development && secret.as_ref().is_some_and(|secret| is_weak(secret.expose())) {
                return broken(
                    key,
                    "at least 16 characters, 8 of them different: take them from `openssl rand -hex 24`; development = true allows any",
                );
            }
        }
        Ok(())
    }
}
