//! Section `[identities]`.

use serde::Deserialize;

use super::{OutOfBounds, bounds};

/// Identities of the GIPS interface.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitiesConfig {
    /// From the opening of an identity, 1 to 576000 (400 days).
    pub keep_minutes: u64,
    /// 1e-9 to 0.01.
    pub false_match_rate: f64,
}

impl IdentitiesConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        bounds("identities.keep_minutes", self.keep_minutes, 1, 60 * 24 * 400, "1 to 576000")?;
        // Written so that what is no number is refused as well.
        if !(1e-9..=1e-2).contains(&self.false_match_rate) {
            let value = self.false_match_rate.to_string();
            return Err(OutOfBounds { key: "identities.false_match_rate", value, rule: "1e-9 to 0.01" });
        }
        Ok(())
    }
}
