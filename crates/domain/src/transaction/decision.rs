//! What the results of a transaction amount to, in words that are no vendor's.

use serde::{Deserialize, Serialize};

use super::{Capability, Results, Standing};
use crate::Timestamp;
use crate::document::{FaceProblem, FraudReason, LegibilityDetail, ManipulationDetail, UnreadableReason};

/// How a transaction ended. Holds nothing of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub outcome: Outcome,
    /// When faces were compared.
    pub face: Option<FaceMatch>,
    /// Whether check digits were asked for, there, and right.
    pub mrz_verified: bool,
    pub at: Timestamp,
}

impl Decision {
    /// Approved, the same person, and their picture is a valid one.
    pub fn enrols(&self) -> bool {
        self.outcome == Outcome::Approved
            && self.face.is_some_and(|face| face.valid && face.similarity == Similarity::Match)
    }
}

/// What became of the document. Closed: every dialect has a word for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Approved,
    Fraud { reason: FraudReason, details: Vec<ManipulationDetail> },
    UnsupportedKind,
    UnsupportedCountry,
    NotReadable { reason: UnreadableReason, details: Vec<LegibilityDetail> },
    NothingUploaded,
}

/// Whether document and selfie show one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Similarity {
    Match,
    NoMatch,
    NotPossible,
}

/// A comparison of the document's portrait with the selfie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaceMatch {
    pub similarity: Similarity,
    /// Whether the selfie is one.
    pub valid: bool,
    /// Why it is not, or why nothing could be compared.
    pub reason: Option<FaceProblem>,
}

/// Decides by results: the first reason against the document names the outcome, and only its absence approves.
///
/// Faces are told of only where `similarity` was asked for and the document stands: a face that is like one of a refused document
/// indicates nothing.
pub fn decide(results: &Results, similarity: bool, at: Timestamp) -> Decision {
    let examined =
        [Capability::Usability, Capability::ImageChecks, Capability::Extraction, Capability::DataChecks];
    let stands = |capability| matches!(results.standing(capability), Standing::Passed | Standing::Warning);
    let outcome = match results.refusals().first() {
        Some(refusal) => refusal.outcome.clone(),
        None if examined.into_iter().all(stands) => Outcome::Approved,
        // What was not examined is not approved.
        None => Outcome::NotReadable { reason: UnreadableReason::NotProcessed, details: Vec::new() },
    };
    let face = (similarity && outcome == Outcome::Approved).then(|| FaceMatch::of(results));
    Decision { outcome, face, mrz_verified: results.mrz_verified, at }
}

impl FaceMatch {
    fn of(results: &Results) -> Self {
        let problem = |capability| results.of(capability).and_then(|result| result.problem);
        let similarity = match results.standing(Capability::Similarity) {
            Standing::Passed => Similarity::Match,
            Standing::Rejected => Similarity::NoMatch,
            Standing::Warning | Standing::NotExecuted => Similarity::NotPossible,
        };
        Self {
            similarity,
            valid: results.standing(Capability::Liveness) == Standing::Passed,
            reason: problem(Capability::Liveness).or_else(|| problem(Capability::Similarity)),
        }
    }
}
