//! Why evidence is not verified: codes and sentences.

use selfsame_domain::EvidenceProblem;
use selfsame_domain::document::{FraudReason, UnreadableReason};

use crate::error::code;

/// What an item says when the capture itself has nothing more exact.
pub(super) fn problem(problem: EvidenceProblem) -> (&'static str, &'static str) {
    match problem {
        EvidenceProblem::SpoofSuspected => {
            (code::SPOOF, "the capture looked like a presentation attack; look into it before trying again")
        }
        EvidenceProblem::LivenessFailed => (
            code::LIVENESS_FAILED,
            "the liveness check was not passed; open a new live capture and try again",
        ),
        EvidenceProblem::CaptureTimedOut => {
            (code::CAPTURE_TIMED_OUT, "nothing usable arrived in time; open a new live capture and try again")
        }
        EvidenceProblem::CaptureBroken => {
            (code::CAPTURE_BROKEN, "the capture broke off; open a new live capture and try again")
        }
        EvidenceProblem::LivenessNotChecked => (
            code::LIVENESS_NOT_CHECKED,
            "the portrait was sent, not captured live; open a live capture to verify it",
        ),
        EvidenceProblem::ReferenceMismatch => (
            code::REFERENCE_MISMATCH,
            "the live portrait and the portrait reference do not show the same person",
        ),
        EvidenceProblem::DocumentMismatch => (
            code::DOCUMENT_MISMATCH,
            "the portrait and the portrait of the identity document do not show the same person",
        ),
        EvidenceProblem::DocumentContradictory(reason) => (code::DOCUMENT_CONTRADICTORY, fraud(reason)),
        EvidenceProblem::DocumentUnreadable(reason) => (code::DOCUMENT_UNREADABLE, unreadable(reason)),
        EvidenceProblem::DocumentUnsupported => (
            code::DOCUMENT_UNSUPPORTED,
            "the document is not of the type or jurisdiction that was announced, is not accepted, or has run out",
        ),
        EvidenceProblem::DocumentNotExamined => (
            code::DOCUMENT_NOT_EXAMINED,
            "the document could not be examined, or the consent did not hold; send it again",
        ),
    }
}

fn fraud(reason: FraudReason) -> &'static str {
    match reason {
        FraudReason::ManipulatedDocument => "parts of the document were altered or replaced",
        FraudReason::Fraudster => "the document is known from attempts at fraud",
        FraudReason::Fake => "the document is no genuine one",
        FraudReason::PhotoMismatch => "the photograph does not belong to the document",
        FraudReason::MrzCheckFailed => "check digits of the machine-readable zone are wrong",
        FraudReason::PunchedDocument => "the document was punched: it is not valid any more",
        FraudReason::ChipDataManipulated => "the data of the chip were altered",
        FraudReason::PrintedBarcodeMismatch => {
            "what is printed and what the barcode says contradict one another"
        }
        FraudReason::ChipMissing => "the document should have a chip and has none",
        FraudReason::RepeatedFaceMismatch => "the document's portraits do not show the same person",
        FraudReason::DigitalManipulation => "the picture was altered after it was taken",
        FraudReason::PrintedMrzMismatch => {
            "what is printed and what the machine-readable zone says contradict one another"
        }
        FraudReason::SuperimposedText => "text was laid over the document",
        FraudReason::FrontBackMismatch => "front and back are not of one document",
    }
}

fn unreadable(reason: UnreadableReason) -> &'static str {
    match reason {
        UnreadableReason::PhotocopyBlackWhite | UnreadableReason::PhotocopyColour => {
            "the picture shows a photocopy; send one of the document itself"
        }
        UnreadableReason::DigitalCopy => "the picture shows a screen; send one of the document itself",
        UnreadableReason::NotReadable => {
            "the document could not be read; send sharp pictures of all of it, without glare"
        }
        UnreadableReason::NoDocument => "there is no document in the picture",
        UnreadableReason::Specimen => "the document is a specimen",
        UnreadableReason::MissingBack => "the back is missing; send both sides",
        UnreadableReason::WrongPage => "the picture shows another page; send the one with the portrait",
        UnreadableReason::MissingSignature => "the signature is missing",
        UnreadableReason::CameraBlackWhite => "the picture has no colours; send one in colour",
        UnreadableReason::DifferentPersons => "front and back name different persons",
        UnreadableReason::InvalidWatermark => "the picture bears a watermark; send one without",
        UnreadableReason::MissingFront => "the front is missing; send the side with the portrait",
        UnreadableReason::NotProcessed => "the document could not be examined; send it again",
    }
}
