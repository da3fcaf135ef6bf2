//! What a transaction is examined for, and what was found, in codes.

use serde::{Deserialize, Serialize};

use super::Outcome;
use crate::document::FaceProblem;

/// What a transaction can be examined for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Whether the pictures show a document of an accepted type and country that can be read.
    Usability,
    /// Whether the pictures show the document itself, unaltered: no copy, no specimen, no second hand.
    ImageChecks,
    /// What the document says.
    Extraction,
    /// Whether what it says agrees with itself and with the day.
    DataChecks,
    /// Whether the selfie is a living person's own picture.
    Liveness,
    /// Whether the selfie shows the document's holder.
    Similarity,
    /// Whether a live capture shows the person of an enrolled facemap.
    Authentication,
    /// Whether the person is on a list.
    WatchlistScreening,
}

impl Capability {
    pub const ALL: [Self; 8] = [
        Self::Usability,
        Self::ImageChecks,
        Self::Extraction,
        Self::DataChecks,
        Self::Liveness,
        Self::Similarity,
        Self::Authentication,
        Self::WatchlistScreening,
    ];

    /// The name that workflows and rows have it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Usability => "usability",
            Self::ImageChecks => "image_checks",
            Self::Extraction => "extraction",
            Self::DataChecks => "data_checks",
            Self::Liveness => "liveness",
            Self::Similarity => "similarity",
            Self::Authentication => "authentication",
            Self::WatchlistScreening => "watchlist_screening",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|capability| capability.name() == name)
    }
}

/// How an examination ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Standing {
    Passed,
    Warning,
    Rejected,
    /// It was not asked for, or what it needs was not there. Never counts as passed.
    NotExecuted,
}

impl Standing {
    pub const ALL: [Self; 4] = [Self::Passed, Self::Warning, Self::Rejected, Self::NotExecuted];

    /// The name that workflows and rows have it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Warning => "WARNING",
            Self::Rejected => "REJECTED",
            Self::NotExecuted => "NOT_EXECUTED",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.name() == name)
    }
}

/// A reason against a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Its place among all reasons: the one with the lowest place is told where only one can be.
    pub place: u8,
    /// What it amounts to alone. Never [`Outcome::Approved`].
    pub outcome: Outcome,
}

/// What one examination found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapabilityResult {
    pub capability: Capability,
    pub standing: Standing,
    /// Reasons against the document, in the order of their places. Empty unless `standing` is rejected.
    #[serde(default)]
    pub refusals: Vec<Refusal>,
    /// What is wrong with the selfie, or why nothing could be compared.
    #[serde(default)]
    pub problem: Option<FaceProblem>,
}

/// Everything that was found of one transaction: at most one result of each capability, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Results {
    pub results: Vec<CapabilityResult>,
    /// Whether check digits were asked for, there, and right.
    pub mrz_verified: bool,
}

impl Results {
    pub fn of(&self, capability: Capability) -> Option<&CapabilityResult> {
        self.results.iter().find(|result| result.capability == capability)
    }

    /// How an examination ended; one that is not listed was not executed.
    pub fn standing(&self, capability: Capability) -> Standing {
        self.of(capability).map_or(Standing::NotExecuted, |result| result.standing)
    }

    /// All reasons against the document, those first that are told first.
    pub fn refusals(&self) -> Vec<&Refusal> {
        let mut all: Vec<_> = self.results.iter().flat_map(|result| &result.refusals).collect();
        all.sort_by_key(|refusal| refusal.place);
        all
    }
}
