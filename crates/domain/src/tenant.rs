//! Tenants and the settings that belong to them.

mod settings;

use serde::{Deserialize, Serialize};

use crate::{TenantId, Timestamp};

pub use settings::{Setting, SettingError, TenantSettings, UnknownSetting};

/// A customer of this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub created_at: Timestamp,
}

impl Tenant {
    /// What a name may be, in words.
    pub const NAME_RULE: &'static str = "1 to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or digit, and not the form of an id";

    /// Whether a tenant may be named so: what can be typed and printed anywhere, and is not taken for an id.
    pub fn may_be_named(name: &str) -> bool {
        let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        let rest = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
        first && rest && name.len() <= 64 && name.parse::<TenantId>().is_err()
    }
}

/// What a virtual camera or an automated browser does to a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaptureChainPolicy {
    /// The report shows it; the verdict is what the other witnesses say. For tests and first trials only.
    Observe,
    /// It forbids SUCCESS.
    #[default]
    Enforce,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_be_typed_and_are_no_ids() {
        for name in ["a", "bank-1", "Bank_of.Examples", "7"] {
            assert!(Tenant::may_be_named(name), "{name}");
        }
        let long = "a".repeat(65);
        for name in [
            "",
            "-a",
            ".",
            "a b",
            "a/b",
            "ä",
            "a\n",
            &long,
            "0b6c8a52-6d2f-4a8e-9b6e-2f1f3c7d9e10",
            &"0".repeat(32),
        ] {
            assert!(!Tenant::may_be_named(name), "{name}");
        }
    }
}
