//! From what was seen to what is decided. Pure, and closed to everything that is not an explicit yes.

use serde::Serialize;

use super::{
    Decision, FaceMatch, FaceProblem, FraudReason, IdKind, LegibilityDetail, ManipulationDetail, NewScan,
    Outcome, ScanSide, Similarity, UnreadableReason,
};
use crate::Timestamp;
use crate::document::MrzSettledBy;

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
    pub kind: Option<IdKind>,
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
    /// Of fields that do not agree.
    pub disagreeing: Vec<ManipulationDetail>,
    /// The same for a barcode.
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
    /// It is valid on the day of the scan; unknown where no such day was read with certainty.
    pub in_date: Step,
    /// The same of a day that was read with doubt.
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

/// What may be approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgeParams {
    /// Whether a document that has run out may be.
    pub accept_expired: bool,
    pub kinds: Vec<IdKind>,
    /// ISO 3166-1 alpha-3; empty: all.
    pub countries: Vec<String>,
}

impl Default for JudgeParams {
    /// All kinds of all countries, and nothing that is not valid today.
    fn default() -> Self {
        Self { accept_expired: false, kinds: IdKind::ALL.to_vec(), countries: Vec::new() }
    }
}

/// Decides. The first no that is found names the outcome; only a yes of every required step approves.
pub fn judge(request: &NewScan, seen: &Findings, params: &JudgeParams, at: Timestamp) -> Decision {
    let outcome = document(request, &seen.document, params);
    // Said only of a document that stands: a face that is like one of a refused document proves nothing.
    let face = (request.fields.face_match && outcome == Outcome::Approved).then(|| face(request, seen.face));
    let mrz_verified = request.mrz_check && seen.document.has_mrz && seen.document.mrz.is_yes();
    Decision { outcome, face, mrz_verified, at }
}

fn unreadable(reason: UnreadableReason, details: &[LegibilityDetail]) -> Outcome {
    Outcome::NotReadable { reason, details: details.to_vec() }
}

fn document(request: &NewScan, seen: &DocumentFindings, params: &JudgeParams) -> Outcome {
    if !request.has(ScanSide::Front) {
        return Outcome::NothingUploaded;
    }
    if !params.kinds.contains(&request.kind) {
        return Outcome::UnsupportedKind;
    }
    if !params.countries.is_empty() && !params.countries.contains(&request.country) {
        return Outcome::UnsupportedCountry;
    }
    if seen.no_specimen == Step::No {
        return unreadable(UnreadableReason::Specimen, &[]);
    }
    if let Some(copy) = seen.copy {
        return unreadable(copy, &[]);
    }
    if let Some(reason) = seen.misplaced {
        return unreadable(reason, &[]);
    }
    if seen.found == Step::No {
        return unreadable(UnreadableReason::NoDocument, &[]);
    }
    if seen.whole == Step::No {
        return unreadable(UnreadableReason::NotReadable, &seen.legibility);
    }
    if !seen.found.is_yes() || !seen.legible.is_yes() {
        return unreadable(UnreadableReason::NotReadable, &seen.legibility);
    }
    if request.mrz_check && seen.mrz == Step::No {
        // What excuses a misread zone excuses no sign of another hand.
        return tampered(seen).unwrap_or_else(|| broken_zone(seen));
    }
    match seen.kind {
        Some(kind) if kind == request.kind => {}
        Some(_) => return Outcome::UnsupportedKind,
        None => return unreadable(UnreadableReason::NotReadable, &seen.legibility),
    }
    match &seen.country {
        Some(country) if *country == request.country => {}
        Some(_) => return Outcome::UnsupportedCountry,
        // Most licences name no country where a machine reads it. The others do, in their zone: where none was read, it may be covered.
        None if seen.country_unstated.is_yes() && request.kind == IdKind::DrivingLicence => {}
        None => return unreadable(UnreadableReason::NotReadable, &seen.legibility),
    }
    let fraud = |reason, details: &[ManipulationDetail]| Outcome::Fraud { reason, details: details.to_vec() };
    if let Some(fraud) = tampered(seen) {
        return fraud;
    }
    if seen.sides_agree == Step::No {
        return fraud(FraudReason::FrontBackMismatch, &seen.disagreeing);
    }
    if seen.barcode_agrees == Step::No {
        return fraud(FraudReason::PrintedBarcodeMismatch, &seen.disagreeing);
    }
    if seen.printed_agrees == Step::No {
        return fraud(FraudReason::PrintedMrzMismatch, &seen.disagreeing);
    }
    if !seen.impossible.is_empty() {
        return fraud(FraudReason::ManipulatedDocument, &seen.impossible);
    }
    if !seen.complete.is_yes() && request.kind.has_back() && !seen.back.is_yes() {
        return unreadable(UnreadableReason::MissingBack, &[]);
    }
    if !seen.complete.is_yes() || !seen.one_document.is_yes() {
        let mut details = seen.legibility.clone();
        details.push(LegibilityDetail::MissingFields);
        return unreadable(UnreadableReason::NotReadable, &details);
    }
    // Passports and visas are read by their zone: without one whose digits are right there is nothing to stand on.
    let zone_required = seen.has_mrz || matches!(request.kind, IdKind::Passport | IdKind::Visa);
    if request.mrz_check && zone_required && !seen.mrz.is_yes() {
        return unreadable(UnreadableReason::NotReadable, &[LegibilityDetail::BadQuality]);
    }
    if let Some(refused) = out_of_date(request, seen, params) {
        return refused;
    }
    if !seen.no_specimen.is_yes() || !seen.original.is_yes() {
        return unreadable(UnreadableReason::NotReadable, &[LegibilityDetail::BadQuality]);
    }
    Outcome::Approved
}

/// What signs of another hand in a picture amount to.
fn tampered(seen: &DocumentFindings) -> Option<Outcome> {
    let fraud = |reason, details: &[ManipulationDetail]| Outcome::Fraud { reason, details: details.to_vec() };
    if seen.unaltered == Step::No {
        Some(fraud(FraudReason::DigitalManipulation, &seen.altered))
    } else if !seen.replaced.is_empty() {
        Some(fraud(FraudReason::ManipulatedDocument, &seen.replaced))
    } else {
        None
    }
}

/// A zone that is wrong. It accuses nobody where its picture explains that it was misread, nor where its check digits agree: a date that
/// no calendar has stands more often in what was misread than in what was altered.
fn broken_zone(seen: &DocumentFindings) -> Outcome {
    if !seen.mrz_spoilt.is_empty() {
        unreadable(UnreadableReason::NotReadable, &seen.mrz_spoilt)
    } else if seen.check_digits == Step::No {
        Outcome::Fraud { reason: FraudReason::MrzCheckFailed, details: Vec::new() }
    } else {
        unreadable(UnreadableReason::NotReadable, &[LegibilityDetail::BadQuality])
    }
}

/// What refuses a document that may have run out.
fn out_of_date(request: &NewScan, seen: &DocumentFindings, params: &JudgeParams) -> Option<Outcome> {
    let doubted = seen.in_date_in_doubt == Step::No;
    match seen.in_date {
        Step::Yes => None,
        Step::No | Step::Unknown if params.accept_expired => None,
        Step::No => Some(Outcome::UnsupportedKind),
        // There is no such day, or nobody asked for it; one that was read and is past speaks all the same, be it in doubt.
        Step::Unknown if (seen.expiry_unstated.is_yes() || !request.fields.expiry) && !doubted => None,
        // It may stand there.
        Step::Unknown
            if seen.in_date_in_doubt == Step::Unknown && request.kind.has_back() && !seen.back.is_yes() =>
        {
            Some(unreadable(UnreadableReason::MissingBack, &[]))
        }
        Step::Unknown => Some(unreadable(UnreadableReason::NotReadable, &[LegibilityDetail::MissingFields])),
    }
}

fn face(request: &NewScan, seen: FaceFindings) -> FaceMatch {
    let none = |reason| FaceMatch { similarity: Similarity::NotPossible, valid: false, reason: Some(reason) };
    if !request.has(ScanSide::Face) {
        return none(FaceProblem::NoFace);
    }
    if !seen.selfie.is_yes() {
        return none(seen.problem.unwrap_or(FaceProblem::BadQuality));
    }
    let similarity = match (seen.portrait, seen.alike) {
        (Step::Yes, Step::Yes) => Similarity::Match,
        (Step::Yes, Step::No) => Similarity::NoMatch,
        _ => Similarity::NotPossible,
    };
    let valid = seen.genuine.is_yes() && seen.problem.is_none();
    let reason = match (seen.problem, valid) {
        (Some(problem), _) => Some(problem),
        (None, true) if similarity == Similarity::NotPossible => Some(FaceProblem::BadQuality),
        (None, true) => None,
        (None, false) => Some(FaceProblem::LivenessFailed),
    };
    FaceMatch { similarity, valid, reason }
}
