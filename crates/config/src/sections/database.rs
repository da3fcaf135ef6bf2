//! Section `[database]`.

use serde::Deserialize;

use super::OutOfBounds;

/// Which database.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `sqlite://PATH`; unset: a file in the data folder.
    pub url: Option<String>,
}

impl DatabaseConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        match &self.url {
            Some(url) if !url.starts_with("sqlite:") => Err(OutOfBounds {
                key: "database.url",
                // Addresses of databases carry passwords.
                value: "(not shown)".to_owned(),
                rule: "an address that begins with sqlite:",
            }),
            Some(_) | None => Ok(()),
        }
    }
}
