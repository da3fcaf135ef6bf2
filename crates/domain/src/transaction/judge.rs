//! From what was seen to the results of each capability. Pure, and closed to everything that is not an explicit yes.

use super::{
    Capability, CapabilityResult, Decision, NewTransaction, Outcome, Refusal, Results, Standing, decide,
};
use crate::Timestamp;
use crate::document::{
    DocumentFindings, DocumentType, FaceFindings, FaceProblem, Findings, FraudReason, LegibilityDetail,
    ManipulationDetail, Step, UnreadableReason, WantedFields,
};

/// Which documents may be approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedDocuments {
    /// Whether a document that has run out may be.
    pub accept_expired: bool,
    pub kinds: Vec<DocumentType>,
    /// ISO 3166-1 alpha-3; empty: all.
    pub countries: Vec<String>,
}

impl Default for AcceptedDocuments {
    /// All kinds of all countries, and nothing that is not valid today.
    fn default() -> Self {
        Self { accept_expired: false, kinds: DocumentType::ALL.to_vec(), countries: Vec::new() }
    }
}

/// What is asked of the pictures of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The type that was announced.
    pub kind: DocumentType,
    /// The country that was announced: ISO 3166-1 alpha-3, or XKX.
    pub country: &'a str,
    /// Whether a picture of the front came.
    pub front: bool,
    /// Whether a picture of the back came.
    pub back: bool,
    /// Whether a selfie came.
    pub selfie: bool,
    /// Whether check digits have to be right.
    pub check_digits: bool,
    /// What is to be read, and whether the selfie is to be compared with the portrait.
    pub fields: WantedFields,
}

/// Decides a transaction by what was seen.
pub fn judge(
    request: &NewTransaction,
    seen: &Findings,
    accepted: &AcceptedDocuments,
    at: Timestamp,
) -> Decision {
    decide(&results(&request.asked(), seen, accepted), request.fields.face_match, at)
}

/// The results of every capability that looks at documents and selfies.
pub fn results(asked: &Asked<'_>, seen: &Findings, accepted: &AcceptedDocuments) -> Results {
    use Capability::{DataChecks, Extraction, ImageChecks, Usability};
    let against = against(asked, &seen.document, accepted);
    let nothing_came = !asked.front;
    let mut results: Vec<_> = [Usability, ImageChecks, Extraction, DataChecks]
        .into_iter()
        .map(|capability| {
            let refusals: Vec<Refusal> = against
                .iter()
                .filter(|(of, _)| *of == capability)
                .map(|(_, refusal)| refusal.clone())
                .collect();
            let standing = if !refusals.is_empty() {
                Standing::Rejected
            } else if nothing_came {
                Standing::NotExecuted
            } else if capability == DataChecks && has_run_out(&seen.document) {
                Standing::Warning
            } else {
                Standing::Passed
            };
            CapabilityResult { capability, standing, refusals, problem: None }
        })
        .collect();
    if asked.fields.face_match {
        results.extend(face(asked, seen.face));
    }
    let mrz_verified = asked.check_digits && seen.document.has_mrz && seen.document.mrz.is_yes();
    Results { results, mrz_verified }
}

/// Whether its last day is past, where such documents are accepted all the same.
fn has_run_out(seen: &DocumentFindings) -> bool {
    seen.in_date == Step::No
}

fn unreadable(reason: UnreadableReason, details: &[LegibilityDetail]) -> Outcome {
    Outcome::NotReadable { reason, details: details.to_vec() }
}

fn fraud(reason: FraudReason, details: &[ManipulationDetail]) -> Outcome {
    Outcome::Fraud { reason, details: details.to_vec() }
}

/// Reasons against a document, each with the capability that finds it, in the order in which they are told.
struct Against(Vec<(Capability, Refusal)>);

impl Against {
    fn add(&mut self, capability: Capability, outcome: Outcome) {
        // The places are counted once all are known.
        self.0.push((capability, Refusal { place: 0, outcome }));
    }

    fn add_if(&mut self, holds: bool, capability: Capability, outcome: impl FnOnce() -> Outcome) {
        if holds {
            self.add(capability, outcome());
        }
    }
}

/// Every reason against the document. Of a document that shows nothing there is one alone.
fn against(
    asked: &Asked<'_>,
    seen: &DocumentFindings,
    accepted: &AcceptedDocuments,
) -> Vec<(Capability, Refusal)> {
    let mut all = Against(Vec::new());
    if !asked.front {
        all.add(Capability::Usability, Outcome::NothingUploaded);
        return all.0;
    }
    unusable(&mut all, asked, seen, accepted);
    another_document(&mut all, asked, seen);
    for outcome in tampered(seen) {
        all.add(Capability::ImageChecks, outcome);
    }
    contradicting(&mut all, seen);
    incomplete(&mut all, asked, seen);
    if let Some(refused) = out_of_date(asked, seen, accepted) {
        all.add(Capability::DataChecks, refused);
    }
    all.add_if(!seen.no_specimen.is_yes() || !seen.original.is_yes(), Capability::ImageChecks, || {
        unreadable(UnreadableReason::NotReadable, &[LegibilityDetail::BadQuality])
    });
    for (place, (_, refusal)) in all.0.iter_mut().enumerate() {
        refusal.place = u8::try_from(place).unwrap_or(u8::MAX);
    }
    all.0
}

/// What is not accepted at all, and pictures that show no document that can be read.
fn unusable(all: &mut Against, asked: &Asked<'_>, seen: &DocumentFindings, accepted: &AcceptedDocuments) {
    use Capability::{DataChecks, ImageChecks, Usability};
    all.add_if(!accepted.kinds.contains(&asked.kind), Usability, || Outcome::UnsupportedKind);
    let elsewhere = !accepted.countries.is_empty() && !accepted.countries.iter().any(|c| c == asked.country);
    all.add_if(elsewhere, Usability, || Outcome::UnsupportedCountry);
    all.add_if(seen.no_specimen == Step::No, ImageChecks, || unreadable(UnreadableReason::Specimen, &[]));
    if let Some(copy) = seen.copy {
        all.add(ImageChecks, unreadable(copy, &[]));
    }
    if let Some(reason) = seen.misplaced {
        all.add(Usability, unreadable(reason, &[]));
    }
    all.add_if(seen.found == Step::No, Usability, || unreadable(UnreadableReason::NoDocument, &[]));
    let illegible = seen.whole == Step::No || !seen.found.is_yes() || !seen.legible.is_yes();
    all.add_if(illegible, Usability, || unreadable(UnreadableReason::NotReadable, &seen.legibility));
    if asked.check_digits && seen.mrz == Step::No {
        // What excuses a misread zone excuses no sign of another hand.
        for outcome in tampered(seen) {
            all.add(ImageChecks, outcome);
        }
        all.add(DataChecks, broken_zone(seen));
    }
}

/// A document of another type or country than was announced.
fn another_document(all: &mut Against, asked: &Asked<'_>, seen: &DocumentFindings) {
    use Capability::Usability;
    let unread = || unreadable(UnreadableReason::NotReadable, &seen.legibility);
    match seen.kind {
        Some(kind) if kind == asked.kind => {}
        Some(_) => all.add(Usability, Outcome::UnsupportedKind),
        None => all.add(Usability, unread()),
    }
    match &seen.country {
        Some(country) if country == asked.country => {}
        Some(_) => all.add(Usability, Outcome::UnsupportedCountry),
        // Most licences name no country where a machine reads it. The others do, in their zone: where none was read, it may be covered.
        None if seen.country_unstated.is_yes() && asked.kind == DocumentType::DrivingLicence => {}
        None => all.add(Usability, unread()),
    }
}

/// What signs of another hand in a picture amount to.
fn tampered(seen: &DocumentFindings) -> Vec<Outcome> {
    let altered =
        (seen.unaltered == Step::No).then(|| fraud(FraudReason::DigitalManipulation, &seen.altered));
    let replaced =
        (!seen.replaced.is_empty()).then(|| fraud(FraudReason::ManipulatedDocument, &seen.replaced));
    altered.into_iter().chain(replaced).collect()
}

/// Places of the document that contradict one another, and dates that cannot be.
fn contradicting(all: &mut Against, seen: &DocumentFindings) {
    for (agrees, reason) in [
        (seen.sides_agree, FraudReason::FrontBackMismatch),
        (seen.barcode_agrees, FraudReason::PrintedBarcodeMismatch),
        (seen.printed_agrees, FraudReason::PrintedMrzMismatch),
    ] {
        all.add_if(agrees == Step::No, Capability::DataChecks, || fraud(reason, &seen.disagreeing));
    }
    all.add_if(!seen.impossible.is_empty(), Capability::DataChecks, || {
        fraud(FraudReason::ManipulatedDocument, &seen.impossible)
    });
}

/// What has to be read and was not.
fn incomplete(all: &mut Against, asked: &Asked<'_>, seen: &DocumentFindings) {
    let complete = seen.complete.is_yes();
    all.add_if(!complete && asked.kind.has_back() && !seen.back.is_yes(), Capability::Usability, || {
        unreadable(UnreadableReason::MissingBack, &[])
    });
    all.add_if(!complete || !seen.one_document.is_yes(), Capability::Extraction, || {
        let mut details = seen.legibility.clone();
        details.push(LegibilityDetail::MissingFields);
        unreadable(UnreadableReason::NotReadable, &details)
    });
    // Passports and visas are read by their zone: without one whose digits are right there is nothing to stand on.
    let zone_required = seen.has_mrz || matches!(asked.kind, DocumentType::Passport | DocumentType::Visa);
    let unproven = asked.check_digits && zone_required && !seen.mrz.is_yes();
    all.add_if(unproven, Capability::DataChecks, || {
        unreadable(UnreadableReason::NotReadable, &[LegibilityDetail::BadQuality])
    });
}

/// A zone that is wrong. It accuses nobody where its picture explains that it was misread, nor where its check digits agree: a date that
/// no calendar has stands more often in what was misread than in what was altered.
fn broken_zone(seen: &DocumentFindings) -> Outcome {
    if !seen.mrz_spoilt.is_empty() {
        unreadable(UnreadableReason::NotReadable, &seen.mrz_spoilt)
    } else if seen.check_digits == Step::No {
        fraud(FraudReason::MrzCheckFailed, &[])
    } else {
        unreadable(UnreadableReason::NotReadable, &[LegibilityDetail::BadQuality])
    }
}

/// What refuses a document that may have run out.
fn out_of_date(asked: &Asked<'_>, seen: &DocumentFindings, accepted: &AcceptedDocuments) -> Option<Outcome> {
    let doubted = seen.in_date_in_doubt == Step::No;
    match seen.in_date {
        Step::Yes => None,
        Step::No | Step::Unknown if accepted.accept_expired => None,
        Step::No => Some(Outcome::UnsupportedKind),
        // There is no such day, or nobody asked for it; one that was read and is past speaks all the same, be it in doubt.
        Step::Unknown if (seen.expiry_unstated.is_yes() || !asked.fields.expiry) && !doubted => None,
        // It may stand there.
        Step::Unknown
            if seen.in_date_in_doubt == Step::Unknown && asked.kind.has_back() && !seen.back.is_yes() =>
        {
            Some(unreadable(UnreadableReason::MissingBack, &[]))
        }
        Step::Unknown => Some(unreadable(UnreadableReason::NotReadable, &[LegibilityDetail::MissingFields])),
    }
}

/// Whether the selfie is one, and whether it shows the holder.
fn face(asked: &Asked<'_>, seen: FaceFindings) -> [CapabilityResult; 2] {
    let result = |capability, standing, problem| CapabilityResult {
        capability,
        standing,
        refusals: Vec::new(),
        problem,
    };
    let none = |problem| {
        [Capability::Liveness, Capability::Similarity]
            .map(|capability| result(capability, Standing::NotExecuted, Some(problem)))
    };
    if !asked.selfie {
        return none(FaceProblem::NoFace);
    }
    if !seen.selfie.is_yes() {
        return none(seen.problem.unwrap_or(FaceProblem::BadQuality));
    }
    let liveness = if seen.genuine.is_yes() && seen.problem.is_none() {
        result(Capability::Liveness, Standing::Passed, None)
    } else {
        let problem = seen.problem.unwrap_or(FaceProblem::LivenessFailed);
        result(Capability::Liveness, Standing::Rejected, Some(problem))
    };
    let (standing, problem) = match (seen.portrait, seen.alike) {
        (Step::Yes, Step::Yes) => (Standing::Passed, None),
        (Step::Yes, Step::No) => (Standing::Rejected, None),
        _ => (Standing::NotExecuted, Some(FaceProblem::BadQuality)),
    };
    [liveness, result(Capability::Similarity, standing, problem)]
}
