//! Section `[retention]`.

use serde::Deserialize;

use super::{OutOfBounds, bounds};

/// How long what shows a person is kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionConfig {
    /// From the opening of a session, 1 to 576000 (400 days).
    pub session_minutes: u64,
    /// 1 to 86400.
    pub purge_interval_seconds: u64,
}

impl RetentionConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        bounds("retention.session_minutes", self.session_minutes, 1, 60 * 24 * 400, "1 to 576000")?;
        bounds("retention.purge_interval_seconds", self.purge_interval_seconds, 1, 86_400, "1 to 86400")
    }
}
