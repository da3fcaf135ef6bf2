//! Section `[database]`.

use serde::Deserialize;

use super::secret::secret;
use super::{OutOfBounds, Secret};

/// Which database.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`; unset: a file in the data folder. A secret, for the password.
    #[serde(deserialize_with = "secret")]
    pub url: Option<Secret>,
}

impl DatabaseConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        let known = |url: &Secret| {
            ["sqlite:", "postgres:", "postgresql:"].iter().any(|kind| url.expose().starts_with(kind))
        };
        match &self.url {
            Some(url) if !known(url) => Err(OutOfBounds {
                key: "database.url",
                value: "(not shown)".to_owned(),
                rule: "an address that begins with sqlite: or postgres:",
            }),
            Some(_) | None => Ok(()),
        }
    }
}
