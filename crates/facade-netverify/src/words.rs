//! Words of this dialect for states of the domain. Exhaustive matches: a new state does not compile until it has a word.

use selfsame_domain::Timestamp;
use selfsame_domain::document::{
    DocumentType, Extraction, FaceProblem, FraudReason, LegibilityDetail, ManipulationDetail, PartialDay,
    UnreadableReason,
};
use selfsame_domain::transaction::{
    Decision, FaceMatch, Outcome, PartRole, Similarity, Transaction, TransactionState,
};
use selfsame_verification::transactions::TransactionRecord;
use serde_json::{Map, Value, json};

/// Where all scans of this interface come from.
pub(crate) const SOURCE: &str = "API";

pub(crate) fn scan_status(state: &TransactionState) -> &'static str {
    match state {
        TransactionState::Awaiting
        | TransactionState::Acquiring
        | TransactionState::Processing
        | TransactionState::InReview => "PENDING",
        TransactionState::Decided(_) => "DONE",
        TransactionState::TokenExpired { .. }
        | TransactionState::SessionExpired { .. }
        | TransactionState::Superseded { .. } => "FAILED",
    }
}

/// `None` while nothing is decided.
pub(crate) fn verification_status(state: &TransactionState) -> Option<&'static str> {
    match state {
        TransactionState::Awaiting
        | TransactionState::Acquiring
        | TransactionState::Processing
        | TransactionState::InReview => None,
        TransactionState::TokenExpired { .. }
        | TransactionState::SessionExpired { .. }
        | TransactionState::Superseded { .. } => Some("NO_ID_UPLOADED"),
        TransactionState::Decided(decision) => Some(match decision.outcome {
            Outcome::Approved => "APPROVED_VERIFIED",
            Outcome::Fraud { .. } => "DENIED_FRAUD",
            Outcome::UnsupportedKind => "DENIED_UNSUPPORTED_ID_TYPE",
            Outcome::UnsupportedCountry => "DENIED_UNSUPPORTED_ID_COUNTRY",
            Outcome::NotReadable { .. } => "ERROR_NOT_READABLE_ID",
            Outcome::NothingUploaded => "NO_ID_UPLOADED",
        }),
    }
}

pub(crate) fn id_type(kind: DocumentType) -> &'static str {
    match kind {
        DocumentType::Passport => "PASSPORT",
        DocumentType::DrivingLicence => "DRIVING_LICENSE",
        DocumentType::IdentityCard => "ID_CARD",
        DocumentType::Visa => "VISA",
    }
}

/// Names of `enabledFields`.
pub(crate) const FIELDS: [&str; 9] = [
    "idNumber",
    "idFirstName",
    "idLastName",
    "idDob",
    "idExpiry",
    "idUsState",
    "idPersonalNumber",
    "idFaceMatch",
    "idAddress",
];

pub(crate) fn side(side: PartRole) -> &'static str {
    match side {
        PartRole::Front => "front",
        PartRole::Back => "back",
        PartRole::Face => "face",
    }
}

fn fraud(reason: FraudReason) -> (&'static str, &'static str) {
    match reason {
        FraudReason::ManipulatedDocument => ("100", "MANIPULATED_DOCUMENT"),
        FraudReason::Fraudster => ("105", "FRAUDSTER"),
        FraudReason::Fake => ("106", "FAKE"),
        FraudReason::PhotoMismatch => ("107", "PHOTO_MISMATCH"),
        FraudReason::MrzCheckFailed => ("108", "MRZ_CHECK_FAILED"),
        FraudReason::PunchedDocument => ("109", "PUNCHED_DOCUMENT"),
        FraudReason::ChipDataManipulated => ("110", "CHIP_DATA_MANIPULATED"),
        FraudReason::PrintedBarcodeMismatch => ("111", "MISMATCH_PRINTED_BARCODE_DATA"),
        FraudReason::ChipMissing => ("112", "CHIP_MISSING"),
        FraudReason::RepeatedFaceMismatch => ("113", "MISMATCHING_DATA_REPEATED_FACE"),
        FraudReason::DigitalManipulation => ("114", "DIGITAL_MANIPULATION"),
        FraudReason::PrintedMrzMismatch => ("115", "MISMATCH_HRZ_MRZ_DATA"),
        FraudReason::SuperimposedText => ("116", "SUPERIMPOSED_TEXT"),
        FraudReason::FrontBackMismatch => ("118", "MISMATCH_FRONT_BACK"),
    }
}

fn manipulation(detail: ManipulationDetail) -> (&'static str, &'static str) {
    match detail {
        ManipulationDetail::Photo => ("1001", "PHOTO"),
        ManipulationDetail::DocumentNumber => ("1002", "DOCUMENT_NUMBER"),
        ManipulationDetail::Expiry => ("1003", "EXPIRY"),
        ManipulationDetail::BirthDate => ("1004", "DOB"),
        ManipulationDetail::Name => ("1005", "NAME"),
        ManipulationDetail::Address => ("1006", "ADDRESS"),
        ManipulationDetail::SecurityChecks => ("1007", "SECURITY_CHECKS"),
        ManipulationDetail::Signature => ("1008", "SIGNATURE"),
        ManipulationDetail::PersonalNumber => ("1009", "PERSONAL_NUMBER"),
        ManipulationDetail::PlaceOfBirth => ("10011", "PLACE_OF_BIRTH"),
    }
}

fn unreadable(reason: UnreadableReason) -> (&'static str, &'static str) {
    match reason {
        UnreadableReason::PhotocopyBlackWhite => ("102", "PHOTOCOPY_BLACK_WHITE"),
        UnreadableReason::PhotocopyColour => ("103", "PHOTOCOPY_COLOR"),
        UnreadableReason::DigitalCopy => ("104", "DIGITAL_COPY"),
        UnreadableReason::NotReadable => ("200", "NOT_READABLE_DOCUMENT"),
        UnreadableReason::NoDocument => ("201", "NO_DOCUMENT"),
        UnreadableReason::Specimen => ("202", "SAMPLE_DOCUMENT"),
        UnreadableReason::MissingBack => ("206", "MISSING_BACK"),
        UnreadableReason::WrongPage => ("207", "WRONG_DOCUMENT_PAGE"),
        UnreadableReason::MissingSignature => ("209", "MISSING_SIGNATURE"),
        UnreadableReason::CameraBlackWhite => ("210", "CAMERA_BLACK_WHITE"),
        UnreadableReason::DifferentPersons => ("211", "DIFFERENT_PERSONS_SHOWN"),
        UnreadableReason::InvalidWatermark => ("213", "INVALID_WATERMARK"),
        UnreadableReason::MissingFront => ("214", "MISSING_FRONT"),
        UnreadableReason::NotProcessed => ("300", "MANUAL_REJECTION"),
    }
}

fn legibility(detail: LegibilityDetail) -> (&'static str, &'static str) {
    match detail {
        LegibilityDetail::Blurred => ("2001", "BLURRED"),
        LegibilityDetail::BadQuality => ("2002", "BAD_QUALITY"),
        LegibilityDetail::MissingPart => ("2003", "MISSING_PART_DOCUMENT"),
        LegibilityDetail::HiddenPart => ("2004", "HIDDEN_PART_DOCUMENT"),
        LegibilityDetail::Damaged => ("2005", "DAMAGED_DOCUMENT"),
        LegibilityDetail::Glare => ("2006", "GLARE"),
        LegibilityDetail::MissingFields => ("2007", "MISSING_MANDATORY_DATAPOINTS"),
    }
}

/// For documents that were refused for fraud or could not be read. Codes are strings; one detail is an object, several are an array.
pub(crate) fn reject_reason(decision: &Decision) -> Option<Value> {
    let ((code, description), details): (_, Vec<_>) = match &decision.outcome {
        Outcome::Fraud { reason, details } => {
            // Details are told of the code that has them.
            let told = *reason == FraudReason::ManipulatedDocument;
            let details = details.iter().filter(|_| told).map(|detail| manipulation(*detail)).collect();
            (fraud(*reason), details)
        }
        Outcome::NotReadable { reason, details } => {
            let told = *reason == UnreadableReason::NotReadable;
            let details = details.iter().filter(|_| told).map(|detail| legibility(*detail)).collect();
            (unreadable(*reason), details)
        }
        Outcome::Approved
        | Outcome::UnsupportedKind
        | Outcome::UnsupportedCountry
        | Outcome::NothingUploaded => return None,
    };
    let mut details: Vec<Value> = details
        .into_iter()
        .map(|(code, description): (&str, &str)| json!({ "detailsCode": code, "detailsDescription": description }))
        .collect();
    let mut reason = Map::new();
    reason.insert("rejectReasonCode".to_owned(), code.into());
    reason.insert("rejectReasonDescription".to_owned(), description.into());
    match details.len() {
        0 => {}
        1 => {
            reason.insert("rejectReasonDetails".to_owned(), details.remove(0));
        }
        _ => {
            reason.insert("rejectReasonDetails".to_owned(), details.into());
        }
    }
    Some(reason.into())
}

fn similarity(similarity: Similarity) -> &'static str {
    match similarity {
        Similarity::Match => "MATCH",
        Similarity::NoMatch => "NO_MATCH",
        Similarity::NotPossible => "NOT_POSSIBLE",
    }
}

fn face_problem(problem: FaceProblem) -> &'static str {
    match problem {
        FaceProblem::CroppedFromDocument => "SELFIE_CROPPED_FROM_ID",
        FaceProblem::WholeDocument => "ENTIRE_ID_USED_AS_SELFIE",
        FaceProblem::SeveralPeople => "MULTIPLE_PEOPLE",
        FaceProblem::ScreenPaperVideo => "SELFIE_IS_SCREEN_PAPER_VIDEO",
        FaceProblem::Manipulated => "SELFIE_MANIPULATED",
        FaceProblem::AgeDifference => "AGE_DIFFERENCE_TOO_BIG",
        FaceProblem::NoFace => "NO_FACE_PRESENT",
        FaceProblem::NotFullyVisible => "FACE_NOT_FULLY_VISIBLE",
        FaceProblem::BadQuality => "BAD_QUALITY",
        FaceProblem::BlackAndWhite => "BLACK_AND_WHITE",
        FaceProblem::LivenessFailed => "LIVENESS_FAILED",
    }
}

/// Of an approved document alone. The samples of retrieval write `validity` as a string.
pub(crate) fn identity_verification(decision: &Decision) -> Option<Value> {
    let FaceMatch { similarity: alike, valid, reason } = compared(decision)?;
    let mut value = Map::new();
    value.insert("similarity".to_owned(), similarity(alike).into());
    value.insert("validity".to_owned(), valid.to_string().into());
    if let Some(reason) = reason {
        value.insert("reason".to_owned(), face_problem(reason).into());
    }
    Some(value.into())
}

/// The same as callbacks write it: `validity` is a boolean, and the members stand as in the samples.
pub(crate) fn identity_verification_text(decision: &Decision) -> Option<String> {
    let FaceMatch { similarity: alike, valid, reason } = compared(decision)?;
    // Words of closed sets: nothing in them needs escaping.
    let reason = reason.map(|reason| format!(",\"reason\":\"{}\"", face_problem(reason))).unwrap_or_default();
    Some(format!("{{\"similarity\":\"{}\",\"validity\":{valid}{reason}}}", similarity(alike)))
}

fn compared(decision: &Decision) -> Option<FaceMatch> {
    decision.face.filter(|_| decision.outcome == Outcome::Approved)
}

/// The reading, where the document counts as readable.
pub(crate) fn readable(record: &TransactionRecord) -> Option<&Extraction> {
    let decision = record.transaction.decision()?;
    match decision.outcome {
        Outcome::Approved
        | Outcome::Fraud { .. }
        | Outcome::UnsupportedKind
        | Outcome::UnsupportedCountry => record.reading.as_ref(),
        Outcome::NotReadable { .. } | Outcome::NothingUploaded => None,
    }
}

/// The reading of a document that does not count as readable: its kind and country are told of it, and nothing else.
pub(crate) fn not_readable(record: &TransactionRecord) -> Option<&Extraction> {
    match record.transaction.decision()?.outcome {
        Outcome::NotReadable { .. } => record.reading.as_ref(),
        Outcome::Approved
        | Outcome::Fraud { .. }
        | Outcome::UnsupportedKind
        | Outcome::UnsupportedCountry
        | Outcome::NothingUploaded => None,
    }
}

/// When the person was first seen to try; `None` where nothing was uploaded. All pictures of this interface come at once.
pub(crate) fn first_attempt(scan: &Transaction) -> Option<Timestamp> {
    let nothing_came = match &scan.state {
        TransactionState::Awaiting
        | TransactionState::Acquiring
        | TransactionState::Processing
        | TransactionState::InReview => false,
        TransactionState::Decided(decision) => decision.outcome == Outcome::NothingUploaded,
        TransactionState::TokenExpired { .. }
        | TransactionState::SessionExpired { .. }
        | TransactionState::Superseded { .. } => true,
    };
    (!nothing_came).then_some(scan.created_at)
}

/// `{"day": "12", "month": "8", "year": "1974"}`, for dates that are not known to the day.
pub(crate) fn date_parts(day: PartialDay) -> Value {
    let mut parts = Map::new();
    if let Some(day) = day.day {
        parts.insert("day".to_owned(), day.to_string().into());
    }
    if let Some(month) = day.month {
        parts.insert("month".to_owned(), month.to_string().into());
    }
    parts.insert("year".to_owned(), day.year.to_string().into());
    parts.into()
}

/// A value that the dialect has room for. What is longer is left out: a part of a number is another number.
pub(crate) fn fitting(value: Option<&str>, most: usize) -> Option<&str> {
    value.filter(|value| value.chars().count() <= most)
}

/// When the scan ended.
pub(crate) fn is_done(scan: &Transaction) -> bool {
    scan.state.ended_at().is_some()
}

/// Why a picture is refused, by the error's code and text. The server reads a format that this dialect does not take.
pub(crate) fn unusable(code: &str, error: &impl std::fmt::Display) -> String {
    match code {
        "image_empty" | "image_format_unknown" | "image_format_unsupported" => {
            "cannot be used: it is neither JPEG nor PNG".to_owned()
        }
        _ => format!("cannot be used: {error}"),
    }
}
