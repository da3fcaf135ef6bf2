//! Section `[lockout]`.

use serde::Deserialize;

use super::{OutOfBounds, bounds};

/// How often may be failed before a wait.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockoutConfig {
    /// Failures of one device within the window that block it, 0 (never) to 1000.
    pub device_failures: u32,
    /// The same of one address, 0 (never) to 100000.
    pub address_failures: u32,
    /// 1 to 1440.
    pub window_minutes: u64,
    /// How long the first block lasts, the second, and so on; 1 to 10 of them, each 1 to 1440.
    pub block_minutes: Vec<u64>,
}

impl LockoutConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        bounds("lockout.device_failures", self.device_failures, 0, 1_000, "0 (never) to 1000")?;
        bounds("lockout.address_failures", self.address_failures, 0, 100_000, "0 (never) to 100000")?;
        bounds("lockout.window_minutes", self.window_minutes, 1, 1_440, "1 to 1440")?;
        bounds("lockout.block_minutes", self.block_minutes.len(), 1, 10, "1 to 10 blocks")?;
        for block in &self.block_minutes {
            bounds("lockout.block_minutes", *block, 1, 1_440, "each block 1 to 1440 minutes")?;
        }
        Ok(())
    }
}
