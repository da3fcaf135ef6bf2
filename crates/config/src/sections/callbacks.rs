//! Section `[callbacks]`.

use serde::Deserialize;

use super::{OutOfBounds, bounds};

/// How integrators are told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallbacksConfig {
    /// Seconds before each attempt; 1 to 20 of them, each up to 604800 (a week), the first 0.
    pub schedule_seconds: Vec<u64>,
    /// Each pause is lengthened by up to this part of itself, 0 to 1.
    pub jitter: f64,
    /// 1 to 60.
    pub timeout_seconds: u64,
    /// Deliveries at once, 1 to 1000.
    pub most_at_once: usize,
    /// Deliveries at once to one receiver, 1 to 100.
    pub most_per_receiver: usize,
    /// How long the record of a callback is kept, 1 to 365.
    pub keep_days: u64,
    /// Networks that are not public and may be called; at most 100.
    pub allowed_private: Vec<String>,
}

impl CallbacksConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        bounds("callbacks.schedule_seconds", self.schedule_seconds.len(), 1, 20, "1 to 20 pauses")?;
        bounds(
            "callbacks.schedule_seconds",
            self.schedule_seconds[0],
            0,
            0,
            "the first attempt is made at once: 0",
        )?;
        for pause in &self.schedule_seconds {
            bounds("callbacks.schedule_seconds", *pause, 0, 604_800, "each pause 0 to 604800 seconds")?;
        }
        bounds("callbacks.jitter", self.jitter, 0.0, 1.0, "0 to 1")?;
        if self.jitter.is_nan() {
            return Err(OutOfBounds { key: "callbacks.jitter", value: "nan".to_owned(), rule: "0 to 1" });
        }
        bounds("callbacks.timeout_seconds", self.timeout_seconds, 1, 60, "1 to 60")?;
        bounds("callbacks.most_at_once", self.most_at_once, 1, 1_000, "1 to 1000")?;
        bounds("callbacks.most_per_receiver", self.most_per_receiver, 1, 100, "1 to 100")?;
        bounds("callbacks.keep_days", self.keep_days, 1, 365, "1 to 365")?;
        bounds("callbacks.allowed_private", self.allowed_private.len(), 0, 100, "at most 100 networks")
    }
}
