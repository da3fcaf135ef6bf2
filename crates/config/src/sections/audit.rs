//! Section `[audit]`.

use serde::Deserialize;

use super::{OutOfBounds, bounds};

/// The record of who did what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditConfig {
    /// How long an entry is kept, 1 to 3660 (ten years).
    pub retention_days: u64,
}

impl AuditConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        bounds("audit.retention_days", self.retention_days, 1, 3_660, "1 to 3660")
    }
}
