//! Domain states in the words of this dialect. Exhaustive on purpose: a new state does not compile until it has a word here.

mod problem;

use selfsame_domain::document::DocumentType;
use selfsame_domain::{
    AssuranceLevel, BioSession, Confidence, Consent, ConsentKind, Evidence, EvidenceKind, EvidenceProblem,
    EvidenceState, IdentityStatus, LivenessMode, LivenessStatus, SecurityLevel, Submission,
};
use selfsame_facade_kit::diagnostic_words;
use selfsame_verification::identities::{EvidenceRecord, IdentityRecord};
use serde_json::{Map, Value, json};

use crate::error::item;
use crate::moment::{self, End};
use problem::problem;

pub(crate) fn mode(mode: LivenessMode) -> &'static str {
    match mode {
        LivenessMode::Passive => "LIVENESS_PASSIVE",
        LivenessMode::PassiveVideo => "LIVENESS_PASSIVE_VIDEO",
        LivenessMode::Active => "LIVENESS_ACTIVE",
    }
}

pub(crate) fn security_level(level: SecurityLevel) -> &'static str {
    match level {
        SecurityLevel::Low => "LOW",
        SecurityLevel::Medium => "MEDIUM",
        SecurityLevel::High => "HIGH",
    }
}

fn liveness_status(status: LivenessStatus) -> &'static str {
    match status {
        LivenessStatus::Success => "SUCCESS",
        LivenessStatus::Failed => "FAILED",
        LivenessStatus::Spoof => "SPOOF",
        LivenessStatus::Error => "ERROR",
        LivenessStatus::Timeout => "TIMEOUT",
    }
}

pub(crate) fn consent_type(kind: ConsentKind) -> &'static str {
    match kind {
        ConsentKind::Portrait => "PORTRAIT",
        ConsentKind::IdentityVerification => "GIV",
    }
}

pub(crate) fn evidence_type(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::LivePortrait { .. } | EvidenceKind::UploadedPortrait => "PORTRAIT",
        EvidenceKind::PortraitReference => "PORTRAIT_REFERENCE",
        EvidenceKind::IdDocument { .. } => "ID_DOCUMENT",
    }
}

/// The word for a type, and what is understood as well.
const DOCUMENT_TYPES: [(&str, DocumentType); 5] = [
    ("PASSPORT", DocumentType::Passport),
    ("IDENTITY_CARD", DocumentType::IdentityCard),
    ("DRIVING_LICENSE", DocumentType::DrivingLicence),
    ("DRIVING_LICENCE", DocumentType::DrivingLicence),
    ("VISA", DocumentType::Visa),
];

fn document_type(kind: DocumentType) -> &'static str {
    match kind {
        DocumentType::Passport => "PASSPORT",
        DocumentType::IdentityCard => "IDENTITY_CARD",
        DocumentType::DrivingLicence => "DRIVING_LICENSE",
        DocumentType::Visa => "VISA",
    }
}

pub(crate) fn document_type_named(word: &str) -> Option<DocumentType> {
    DOCUMENT_TYPES.into_iter().find(|(known, _)| *known == word).map(|(_, kind)| kind)
}

pub(crate) fn evidence_status(state: &EvidenceState) -> &'static str {
    match state {
        EvidenceState::Processing => "PROCESSING",
        EvidenceState::Verified { .. } => "VERIFIED",
        EvidenceState::NotVerified { .. } => "NOT_VERIFIED",
        EvidenceState::Invalid { .. } => "INVALID",
    }
}

fn score(state: &EvidenceState) -> &'static str {
    match state {
        EvidenceState::Verified { confidence, .. } => match confidence {
            Confidence::Level1 => "LEVEL1",
            Confidence::Level2 => "LEVEL2",
            Confidence::Level3 => "LEVEL3",
            Confidence::Level4 => "LEVEL4",
        },
        EvidenceState::Processing | EvidenceState::NotVerified { .. } | EvidenceState::Invalid { .. } => {
            "LEVEL0"
        }
    }
}

/// What the kind of evidence is worth at best: a face is the strongest, nobody feels a document or reads its chip here, and the origin of a
/// reference is the integrator's word.
fn strength(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::LivePortrait { .. } => "LEVEL4",
        EvidenceKind::UploadedPortrait => "LEVEL1",
        EvidenceKind::PortraitReference => "LEVEL2",
        EvidenceKind::IdDocument { .. } => "LEVEL3",
    }
}

pub(crate) fn level(level: AssuranceLevel) -> &'static str {
    match level {
        AssuranceLevel::Loa0 => "LOA0",
        AssuranceLevel::Loa1 => "LOA1",
        AssuranceLevel::Loa2 => "LOA2",
        AssuranceLevel::Loa3 => "LOA3",
        AssuranceLevel::Loa4 => "LOA4",
    }
}

pub(crate) fn identity_status(status: IdentityStatus) -> &'static str {
    match status {
        IdentityStatus::ExpectingInput => "EXPECTING_INPUT",
        IdentityStatus::Processing => "PROCESSING",
    }
}

fn submission(submission: Submission) -> &'static str {
    match submission {
        Submission::LivePortrait => "PORTRAIT",
        Submission::PortraitReference => "PORTRAIT_REFERENCE",
        Submission::IdDocument => "ID_DOCUMENT",
        Submission::IdentityVerification => "GIV",
    }
}

/// The items of evidence that is not verified; none otherwise.
fn errors(record: &EvidenceRecord) -> Vec<Value> {
    let problems = match &record.evidence.state {
        EvidenceState::Processing | EvidenceState::Verified { .. } => &[][..],
        EvidenceState::NotVerified { problems, .. } | EvidenceState::Invalid { problems, .. } => problems,
    };
    let field = match record.evidence.kind {
        EvidenceKind::LivePortrait { .. } | EvidenceKind::UploadedPortrait => "portrait",
        EvidenceKind::PortraitReference => "portraitReference",
        EvidenceKind::IdDocument { .. } => "idDocument",
    };
    let diagnostic =
        record.session.as_ref().and_then(BioSession::verdict).and_then(|v| v.diagnostic.as_ref());
    let diagnostic = diagnostic.map(diagnostic_words);
    let diagnostic = diagnostic.as_deref();
    let word = |one: EvidenceProblem| {
        let (code, message) = problem(one);
        let message = match one {
            EvidenceProblem::SpoofSuspected
            | EvidenceProblem::LivenessFailed
            | EvidenceProblem::CaptureTimedOut
            | EvidenceProblem::CaptureBroken => diagnostic.filter(|text| !text.is_empty()).unwrap_or(message),
            EvidenceProblem::LivenessNotChecked
            | EvidenceProblem::ReferenceMismatch
            | EvidenceProblem::DocumentMismatch
            | EvidenceProblem::DocumentContradictory(_)
            | EvidenceProblem::DocumentUnreadable(_)
            | EvidenceProblem::DocumentUnsupported
            | EvidenceProblem::DocumentNotExamined => message,
        };
        item(field, code, message)
    };
    problems.iter().copied().map(word).collect()
}

/// `{status, type, id}`, and `errors` if there are any: its presence means a no to clients.
pub(crate) fn evidence(record: &EvidenceRecord) -> Value {
    let Evidence { id, kind, state, .. } = &record.evidence;
    let mut object =
        json!({ "status": evidence_status(state), "type": evidence_type(*kind), "id": id.to_string() });
    let errors = errors(record);
    if !errors.is_empty() {
        object["errors"] = errors.into();
    }
    object
}

pub(crate) fn global_status(record: &IdentityRecord) -> Value {
    let assessment = &record.assessment;
    let paths: Map<_, _> = assessment
        .upgrade_paths
        .iter()
        .map(|(above, missing)| {
            let missing: Vec<_> = missing.iter().map(|one| json!({ "type": submission(*one) })).collect();
            (level(*above).to_owned(), json!({ "missingEvidences": missing }))
        })
        .collect();
    json!({
        "id": record.identity.id.to_string(),
        "status": identity_status(assessment.status),
        "levelOfAssurance": level(assessment.level),
        "creationDateTime": moment::text(record.identity.created_at),
        "evaluationDateTime": moment::text(assessment.evaluated_at),
        "upgradePaths": paths,
    })
}

pub(crate) fn consent(consent: &Consent) -> Value {
    let said = consent.said;
    let mut period = Map::new();
    if let Some(from) = said.valid_from {
        period.insert("from".into(), moment::period_text(from, End::From).into());
    }
    if let Some(to) = said.valid_to {
        period.insert("to".into(), moment::period_text(to, End::To).into());
    }
    json!({
        "consentId": consent.id.to_string(),
        "approved": said.approved,
        "type": consent_type(said.kind),
        "validityPeriod": period,
    })
}

/// A portrait, a reference or a document as it stands in its identity.
fn attribute(record: &EvidenceRecord) -> Value {
    let Evidence { id, kind, state, comparison, submitted_at, .. } = &record.evidence;
    let mut status = json!({
        "evaluationDateTime": moment::text(record.evidence.evaluated_at()),
        "status": evidence_status(state),
        "strength": strength(*kind),
        "score": score(state),
        // Nobody looks at evidence by hand here.
        "isAdjudicable": false,
    });
    let errors = errors(record);
    if !errors.is_empty() {
        status["errors"] = errors.into();
    }
    let mut object = json!({
        "evidenceId": id.to_string(),
        "submitDateTime": moment::text(*submitted_at),
        "type": evidence_type(*kind),
        "evidenceStatus": status,
    });
    let portrait = match kind {
        EvidenceKind::LivePortrait { .. } => Some(("LIVE_CAPTURE_VIDEO", "webSDK")),
        EvidenceKind::UploadedPortrait => Some(("SELFIE", "api")),
        EvidenceKind::PortraitReference => Some(("REFERENCE", "api")),
        EvidenceKind::IdDocument { .. } => None,
    };
    if let Some((source, channel)) = portrait {
        // Below 0 a picture is to be sent again.
        object["portraitQuality"] = record.quality.is_some_and(|quality| quality.0 >= 0.0).into();
        object["portraitData"] = json!({ "source": source, "channel": channel });
    }
    if let Some(transaction) = &record.transaction {
        object["idDocumentData"] = json!({
            "jurisdiction": transaction.request.country,
            "documentType": document_type(transaction.request.kind),
            "channel": "api",
        });
    }
    if let Some(comparison) = comparison {
        object["match"] = json!({
            "evidenceId": comparison.with.to_string(),
            "matched": comparison.is_match(),
            // In percent, as everywhere: 100 means that it is surely another person.
            "falseAcceptanceRate": comparison.false_match_rate * 100.0,
            "threshold": comparison.threshold * 100.0,
        });
    }
    object
}

/// What the liveness check of a live portrait was and said; absent for what was sent.
fn liveness(record: &EvidenceRecord) -> Option<Value> {
    let session = record.session.as_ref()?;
    let mut object = json!({
        "sessionId": session.id.to_string(),
        "livenessMode": mode(session.request.mode),
        "securityLevel": security_level(session.request.security_level),
    });
    if session.request.mode == LivenessMode::Active {
        object["numberOfChallenge"] = session.request.challenges.into();
    }
    if let Some(verdict) = session.verdict() {
        object["livenessStatus"] = liveness_status(verdict.status).into();
        object["decidedAt"] = moment::text(verdict.decided_at).into();
        if let Some(diagnostic) = &verdict.diagnostic {
            object["diagnostic"] = diagnostic_words(diagnostic).into();
        }
    }
    Some(object)
}

/// `GET /identities/{id}`. With details: the context, and every piece of evidence with its liveness check.
pub(crate) fn identity(record: &IdentityRecord, detailed: bool) -> Value {
    let mut object = json!({
        "globalStatus": global_status(record),
        "consents": record.consents.iter().map(consent).collect::<Vec<_>>(),
    });
    if let Some(portrait) = record.portrait() {
        object["portrait"] = attribute(portrait);
    }
    if let Some(reference) = record.reference() {
        object["portraitReference"] = attribute(reference);
    }
    if let Some(document) = record.document() {
        // Clients of the original read a list. There is one that counts.
        object["idDocuments"] = json!([attribute(document)]);
    }
    if detailed {
        let pairs = record.identity.request.context.iter();
        object["context"] = pairs.map(|(key, value)| json!({ "key": key, "value": value })).collect();
        object["expirationDateTime"] = moment::text(record.identity.expires_at).into();
        object["evidences"] = record.evidence.iter().map(detailed_evidence).collect();
    }
    object
}

pub(crate) fn detailed_evidence(record: &EvidenceRecord) -> Value {
    let mut object = attribute(record);
    if let Some(liveness) = liveness(record) {
        object["liveness"] = liveness;
    }
    object
}
