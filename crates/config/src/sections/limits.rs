//! Section `[limits]`.

use serde::Deserialize;

use super::{OutOfBounds, bounds};

/// What one client may take, so that others are served.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    /// Requests in a minute with one recognised credential; 0 for no bound.
    pub requests_per_minute: u32,
    /// Requests in a minute without a recognised credential from one address that is no trusted proxy and not this machine; 0 for no
    /// bound.
    pub requests_per_minute_per_address: u32,
    /// Wrong credentials in a minute from one address; 0 for no bound.
    pub wrong_credentials_per_minute: u32,
    /// Megabytes of bodies that are held at once, 64 to 65536; half of them by one client.
    pub body_mb: usize,
    /// Bytes a second that a body has to come with, after ten seconds; 0 for no bound.
    pub least_bytes_per_second: usize,
    /// Transactions of one tenant that wait at once, 1 to 1000000.
    pub waiting_transactions: u64,
}

impl LimitsConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        bounds("limits.body_mb", self.body_mb, 64, 65_536, "64 to 65536")?;
        let waiting = self.waiting_transactions;
        bounds("limits.waiting_transactions", waiting, 1, 1_000_000, "1 to 1000000")
    }
}
