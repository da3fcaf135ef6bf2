//! What was found, in words that are no vendor's.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The end of a scan. Holds nothing of the person.
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

/// What indicates fraud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FraudReason {
    ManipulatedDocument,
    Fraudster,
    Fake,
    PhotoMismatch,
    MrzCheckFailed,
    PunchedDocument,
    ChipDataManipulated,
    PrintedBarcodeMismatch,
    ChipMissing,
    RepeatedFaceMismatch,
    DigitalManipulation,
    PrintedMrzMismatch,
    SuperimposedText,
    FrontBackMismatch,
}

/// What was manipulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManipulationDetail {
    Photo,
    DocumentNumber,
    Expiry,
    BirthDate,
    Name,
    Address,
    SecurityChecks,
    Signature,
    PersonalNumber,
    PlaceOfBirth,
}

/// Why nothing could be said of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnreadableReason {
    PhotocopyBlackWhite,
    PhotocopyColour,
    DigitalCopy,
    NotReadable,
    NoDocument,
    Specimen,
    MissingBack,
    WrongPage,
    MissingSignature,
    CameraBlackWhite,
    DifferentPersons,
    InvalidWatermark,
    MissingFront,
    /// Our own failure, and nothing about the document: somebody has to look.
    NotProcessed,
}

/// Why it was not readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegibilityDetail {
    Blurred,
    BadQuality,
    MissingPart,
    HiddenPart,
    Damaged,
    Glare,
    MissingFields,
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

/// What is wrong with a selfie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaceProblem {
    CroppedFromDocument,
    WholeDocument,
    SeveralPeople,
    ScreenPaperVideo,
    Manipulated,
    AgeDifference,
    NoFace,
    NotFullyVisible,
    BadQuality,
    BlackAndWhite,
    LivenessFailed,
}
