//! Types of documents.

use serde::{Deserialize, Serialize};

/// What kind of document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DocumentType {
    // In small letters as rows of earlier versions have it.
    #[serde(alias = "passport")]
    Passport,
    #[serde(alias = "identity_card")]
    IdentityCard,
    #[serde(alias = "driving_licence")]
    DrivingLicence,
    #[serde(alias = "visa")]
    Visa,
}

impl DocumentType {
    pub const ALL: [Self; 4] = [Self::Passport, Self::DrivingLicence, Self::IdentityCard, Self::Visa];

    /// Whether what is to be read may stand on the other side.
    pub const fn has_back(self) -> bool {
        match self {
            Self::DrivingLicence | Self::IdentityCard => true,
            Self::Passport | Self::Visa => false,
        }
    }

    /// The name that settings have it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passport => "PASSPORT",
            Self::DrivingLicence => "DRIVING_LICENCE",
            Self::IdentityCard => "IDENTITY_CARD",
            Self::Visa => "VISA",
        }
    }

    /// The name that configurations and commands have it by.
    pub const fn alias(self) -> &'static str {
        match self {
            Self::DrivingLicence => "DRIVING_LICENSE",
            Self::IdentityCard => "ID_CARD",
            other => other.name(),
        }
    }

    /// The type of a name or an alias.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name || kind.alias() == name)
    }
}
