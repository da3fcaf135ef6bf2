//! Section `[log]`.

use serde::Deserialize;

use super::{OutOfBounds, not_empty};

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Human,
    Json,
}

/// The log.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    pub format: LogFormat,
    /// Directives separated by commas: a level, or a crate, `=` and a level.
    pub filter: String,
}

impl LogConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        not_empty("log.filter", self.filter.as_ref(), "a level, as in \"info\", or \"off\"")
    }
}
