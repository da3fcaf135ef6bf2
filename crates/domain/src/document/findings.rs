//! What was seen of a document and of faces, and the codes for what is wrong with them. Plain data.

use serde::{Deserialize, Serialize, Serializer};

use super::{DocumentType, MrzSettledBy};

/// The answer of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Yes,
    No,
    /// It was not made, broke off, or could not tell. Never counts as a yes.
    #[default]
    Unknown,
}

impl Step {
    pub fn of(answer: bool) -> Self {
        if answer { Self::Yes } else { Self::No }
    }

    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }
}

/// What was seen of the document. Its default is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentFindings {
    /// A document was found in the front picture.
    pub found: Step,
    /// What the picture of the front shows in its place, where that can be told: a back, another page, nothing of a document.
    pub misplaced: Option<UnreadableReason>,
    /// A back was seen: another picture than the front's, with something of a document in it.
    pub back: Step,
    /// The front picture itself shows what it can be read by.
    pub legible: Step,
    pub legibility: Vec<LegibilityDetail>,
    #[serde(serialize_with = "in_small_letters")]
    pub kind: Option<DocumentType>,
    /// ISO 3166-1 alpha-3, or XKX.
    pub country: Option<String>,
    /// Nothing on the document says whose it is: no zone, no licence's barcode and no print. Then what was announced has to do.
    pub country_unstated: Step,
    /// There is a machine-readable zone.
    pub has_mrz: bool,
    /// Its check digits are right, nothing that they cover is impossible, and there is one way to read it.
    pub mrz: Step,
    /// What decided how it is to be read, where its check digits accept another reading too.
    pub mrz_settled_by: Option<MrzSettledBy>,
    /// Its check digits. No: one disagrees. Unknown: there is none, or none disagrees in a zone that breaks another rule or is in doubt.
    pub check_digits: Step,
    /// What explains that a zone with a broken rule was misread: faults of the picture that it stands in.
    pub mrz_spoilt: Vec<LegibilityDetail>,
    /// Name, number and dates were read.
    pub complete: Step,
    /// The printed zone says what the machine-readable one says; unknown when one of them was not read.
    pub printed_agrees: Step,
    /// What the fields that do not agree are about.
    pub disagreeing: Vec<ManipulationDetail>,
    /// The printed fields say what the barcode says; unknown when one of them was not read.
    pub barcode_agrees: Step,
    /// Front and back say the same; unknown when one of them says nothing that the other does.
    pub sides_agree: Step,
    /// The back says nothing of the holder, or something that names the holder or the document stands on both sides: that they contradict
    /// one another in nothing does not make them one document.
    pub one_document: Step,
    /// All of the page is in the picture, as far as can be told.
    pub whole: Step,
    /// No part of the picture was put in afterwards, as far as can be told.
    pub unaltered: Step,
    /// Which parts seem to have been.
    pub altered: Vec<ManipulationDetail>,
    /// What was put in the place of something else on the document itself, in print or in the picture.
    pub replaced: Vec<ManipulationDetail>,
    /// Dates that cannot be.
    pub impossible: Vec<ManipulationDetail>,
    /// It is valid on the day of the transaction; unknown where no such day was read with certainty.
    pub in_date: Step,
    /// Whether it is valid on that day by a last day that was read with doubt; unknown where none was read.
    pub in_date_in_doubt: Step,
    /// It is of a form that has no such day, all of it was seen, and none stands there.
    pub expiry_unstated: Step,
    /// It is not marked as a specimen.
    pub no_specimen: Step,
    /// It is the thing itself: neither a photocopy nor a screen shows it.
    pub original: Step,
    /// How it is a copy, when it is one.
    pub copy: Option<UnreadableReason>,
}

/// What was seen of the faces. Its default is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FaceFindings {
    /// The document's portrait was found, large enough to compare.
    pub portrait: Step,
    /// The selfie shows a face that can be compared.
    pub selfie: Step,
    /// They are alike.
    pub alike: Step,
    /// The selfie is a living person's own picture, as far as one picture tells.
    pub genuine: Step,
    /// What speaks against it.
    pub problem: Option<FaceProblem>,
}

/// Everything that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Findings {
    pub document: DocumentFindings,
    pub face: FaceFindings,
}

/// Writes a type in small letters: kept evidence has it so.
fn in_small_letters<S: Serializer>(kind: &Option<DocumentType>, serializer: S) -> Result<S::Ok, S::Error> {
    kind.map(|kind| kind.name().to_ascii_lowercase()).serialize(serializer)
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
