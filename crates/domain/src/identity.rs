//! Proofing an identity: the person consents, evidence is submitted and judged, and the level of assurance follows from the
//! evidence that counts.
//!
//! An identity has one portrait, one portrait reference and one identity document: what is submitted later takes the place of what was
//! there. Its status and level are computed from these and stored nowhere, so that they cannot disagree with them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::document::{FraudReason, UnreadableReason};
use crate::transaction::{Decision, Outcome};
use crate::{
    CallbackTarget, ConsentId, EvidenceId, FaceQuality, IdentityId, LivenessStatus, SecurityLevel, SessionId,
    TenantId, Timestamp, TransactionId,
};

/// What an integrator attaches to an identity.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewIdentity {
    /// Pairs of key and value that mean something to the integrator alone.
    pub context: Vec<(String, String)>,
    /// Where the end of each live capture and of each document's examination is told.
    pub callback: Option<CallbackTarget>,
}

/// An identity that is being proofed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub id: IdentityId,
    pub tenant_id: TenantId,
    pub request: NewIdentity,
    pub created_at: Timestamp,
    /// After this the identity, its evidence and its captures are erased.
    pub expires_at: Timestamp,
}

impl Identity {
    pub fn open(
        id: IdentityId,
        tenant_id: TenantId,
        request: NewIdentity,
        now: Timestamp,
        time_to_live: Duration,
    ) -> Self {
        Self { id, tenant_id, request, created_at: now, expires_at: now + time_to_live }
    }

    pub fn has_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}

/// What a person consents to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentKind {
    /// That their portrait is taken and compared.
    Portrait,
    /// That what they say of themselves is looked up with third parties.
    IdentityVerification,
}

/// What a person said, as the integrator reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewConsent {
    pub kind: ConsentKind,
    /// `false` withdraws what was said before.
    pub approved: bool,
    pub valid_from: Option<Timestamp>,
    /// The last moment at which it holds.
    pub valid_to: Option<Timestamp>,
}

/// A consent on record. The latest of its kind counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    pub id: ConsentId,
    pub tenant_id: TenantId,
    pub identity_id: IdentityId,
    pub said: NewConsent,
    pub created_at: Timestamp,
}

/// Whether the latest consent of a kind, in the order in which they were recorded, allows it now.
pub fn consented(consents: &[Consent], kind: ConsentKind, now: Timestamp) -> bool {
    let latest = consents.iter().rev().find(|consent| consent.said.kind == kind);
    latest.is_some_and(|Consent { said, .. }| {
        said.approved
            && said.valid_from.is_none_or(|from| from <= now)
            && said.valid_to.is_none_or(|to| now <= to)
    })
}

/// Whether a kind of consent allowed what was done at a moment past: the latest at that moment does, and so does the latest on record.
/// What is withdrawn later is not used any more, and what is said later cannot have allowed it then.
pub fn consented_then(consents: &[Consent], kind: ConsentKind, then: Timestamp) -> bool {
    let said_by_then: Vec<_> =
        consents.iter().filter(|consent| consent.created_at <= then).copied().collect();
    consented(&said_by_then, kind, then) && consented(consents, kind, then)
}

/// How evidence came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceKind {
    /// The best image of a live capture, which is judged in a bio-session.
    LivePortrait { session_id: SessionId, security_level: SecurityLevel },
    /// A picture that was sent. Says nothing about a living person in front of a camera.
    UploadedPortrait,
    /// A picture that the integrator trusts, to compare the live portrait with.
    PortraitReference,
    /// Pictures of an identity document, which are examined in a transaction. A portrait is compared with that of the document.
    IdDocument { transaction_id: TransactionId },
}

impl EvidenceKind {
    pub const fn is_portrait(&self) -> bool {
        matches!(self, Self::LivePortrait { .. } | Self::UploadedPortrait)
    }

    pub const fn is_reference(&self) -> bool {
        matches!(self, Self::PortraitReference)
    }

    pub const fn is_document(&self) -> bool {
        matches!(self, Self::IdDocument { .. })
    }
}

/// How much a verified piece of evidence is worth, 1 (low confidence) to 4 (very high).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Confidence {
    Level1,
    Level2,
    Level3,
    Level4,
}

impl Confidence {
    /// Of a live capture by itself: what the check asked for.
    fn of_liveness(level: SecurityLevel) -> Self {
        match level {
            SecurityLevel::Low => Self::Level1,
            SecurityLevel::Medium => Self::Level2,
            SecurityLevel::High => Self::Level3,
        }
    }

    /// What a genuine document is worth that was seen in pictures alone. Check digits that were asked for and are right make it harder to
    /// invent; nobody felt it or read its chip, so it is never very high.
    const fn of_document(mrz_verified: bool) -> Self {
        if mrz_verified { Self::Level3 } else { Self::Level2 }
    }

    /// One step more, for a live person who is the one on the reference or on the document.
    fn raised(self) -> Self {
        match self {
            Self::Level1 => Self::Level2,
            Self::Level2 => Self::Level3,
            Self::Level3 | Self::Level4 => Self::Level4,
        }
    }
}

/// Why evidence is not verified. Closed: every dialect has a word for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceProblem {
    /// The live capture looked like a presentation attack.
    SpoofSuspected,
    /// The challenge was not met, or the pictures were never good enough.
    LivenessFailed,
    /// Nobody came, or nothing usable arrived in time.
    CaptureTimedOut,
    /// The capture broke off, on the browser's side or on ours.
    CaptureBroken,
    /// The portrait was sent, not captured: nobody has seen a living person.
    LivenessNotChecked,
    /// The live portrait and the reference show different people.
    ReferenceMismatch,
    /// The portrait and the document's portrait show different people.
    DocumentMismatch,
    /// The document contradicts itself, or was tampered with.
    DocumentContradictory(FraudReason),
    /// The pictures do not show enough of a document to decide.
    DocumentUnreadable(UnreadableReason),
    /// A document of another kind or country than was announced or is accepted, or one that has run out.
    DocumentUnsupported,
    /// Nothing came of its examination, or the person's consent did not hold.
    DocumentNotExamined,
}

/// Where a piece of evidence stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceState {
    /// Its live capture has no verdict yet, or its document no decision.
    Processing,
    Verified {
        confidence: Confidence,
        at: Timestamp,
    },
    /// Not enough is known to decide; with no problem named, something to compare it with is missing.
    NotVerified {
        problems: Vec<EvidenceProblem>,
        at: Timestamp,
    },
    /// Looked at and refused.
    Invalid {
        problems: Vec<EvidenceProblem>,
        at: Timestamp,
    },
}

/// What is known of a picture that was sent, without the picture and its template (these are encrypted elsewhere).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PictureFacts {
    /// SHA-256 of the JPEG that is kept, hexadecimal.
    pub digest: String,
    /// Name of the embedder and its version: templates of different modes are never compared.
    pub mode: String,
    pub quality: FaceQuality,
    /// Width and height of the upright picture, in pixels.
    pub image_size: (u32, u32),
}

/// What a comparison of a portrait with a reference, or with a document's portrait, showed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EvidenceComparison {
    /// The other piece of evidence.
    pub with: EvidenceId,
    /// How often strangers look at least this alike, 0..=1.
    pub false_match_rate: f64,
    /// The rate up to which it counts as a match.
    pub threshold: f64,
    pub at: Timestamp,
}

impl EvidenceComparison {
    pub fn is_match(&self) -> bool {
        // Also false for what is no number.
        self.false_match_rate <= self.threshold
    }
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub id: EvidenceId,
    pub tenant_id: TenantId,
    pub identity_id: IdentityId,
    pub kind: EvidenceKind,
    pub state: EvidenceState,
    /// The latest comparison, if it was compared since it or its counterpart came.
    pub comparison: Option<EvidenceComparison>,
    pub submitted_at: Timestamp,
}

/// A transition that the life of evidence does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceTransitionError {
    #[error("only a live portrait that is being processed waits for a verdict")]
    NotWaiting,
    #[error("only a document that is being processed waits for a decision")]
    NotExamined,
    #[error(
        "only a reference, a verified document and a portrait whose liveness was established are compared"
    )]
    NotComparable,
}

impl Evidence {
    /// Submitted just now. Only live captures and documents are still to be judged.
    pub fn submit(id: EvidenceId, identity: &Identity, kind: EvidenceKind, now: Timestamp) -> Self {
        let state = match kind {
            EvidenceKind::LivePortrait { .. } | EvidenceKind::IdDocument { .. } => EvidenceState::Processing,
            EvidenceKind::UploadedPortrait => {
                EvidenceState::NotVerified { problems: vec![EvidenceProblem::LivenessNotChecked], at: now }
            }
            EvidenceKind::PortraitReference => EvidenceState::NotVerified { problems: Vec::new(), at: now },
        };
        Self {
            id,
            tenant_id: identity.tenant_id,
            identity_id: identity.id,
            kind,
            state,
            comparison: None,
            submitted_at: now,
        }
    }

    /// The live capture has its verdict. Only SUCCESS verifies.
    pub fn judge(self, status: LivenessStatus, at: Timestamp) -> Result<Self, EvidenceTransitionError> {
        let (EvidenceState::Processing, EvidenceKind::LivePortrait { security_level, .. }) =
            (&self.state, self.kind)
        else {
            return Err(EvidenceTransitionError::NotWaiting);
        };
        let not_verified = |problem| EvidenceState::NotVerified { problems: vec![problem], at };
        let state = match status {
            LivenessStatus::Success => {
                EvidenceState::Verified { confidence: Confidence::of_liveness(security_level), at }
            }
            LivenessStatus::Spoof => {
                EvidenceState::Invalid { problems: vec![EvidenceProblem::SpoofSuspected], at }
            }
            LivenessStatus::Failed => not_verified(EvidenceProblem::LivenessFailed),
            LivenessStatus::Timeout => not_verified(EvidenceProblem::CaptureTimedOut),
            LivenessStatus::Error => not_verified(EvidenceProblem::CaptureBroken),
        };
        Ok(Self { state, ..self })
    }

    /// The document's transaction has ended, `None`: without a decision that may be used. Only an approved document is verified.
    ///
    /// # Errors
    /// [`EvidenceTransitionError::NotExamined`] unless it is a document that is being processed.
    pub fn examine(
        self,
        decision: Option<&Decision>,
        at: Timestamp,
    ) -> Result<Self, EvidenceTransitionError> {
        use EvidenceProblem::{
            DocumentContradictory, DocumentNotExamined, DocumentUnreadable, DocumentUnsupported,
        };
        let (EvidenceState::Processing, EvidenceKind::IdDocument { .. }) = (&self.state, self.kind) else {
            return Err(EvidenceTransitionError::NotExamined);
        };
        let not_verified = |problem| EvidenceState::NotVerified { problems: vec![problem], at };
        let state = match decision.map(|decision| (&decision.outcome, decision.mrz_verified)) {
            Some((Outcome::Approved, mrz_verified)) => {
                EvidenceState::Verified { confidence: Confidence::of_document(mrz_verified), at }
            }
            Some((Outcome::Fraud { reason, .. }, _)) => {
                EvidenceState::Invalid { problems: vec![DocumentContradictory(*reason)], at }
            }
            Some((Outcome::NotReadable { reason: UnreadableReason::NotProcessed, .. }, _)) | None => {
                not_verified(DocumentNotExamined)
            }
            Some((Outcome::NotReadable { reason, .. }, _)) => not_verified(DocumentUnreadable(*reason)),
            Some((Outcome::UnsupportedKind | Outcome::UnsupportedCountry, _)) => {
                not_verified(DocumentUnsupported)
            }
            Some((Outcome::NothingUploaded, _)) => {
                not_verified(DocumentUnreadable(UnreadableReason::NoDocument))
            }
        };
        Ok(Self { state, ..self })
    }

    /// Whether a living person was seen, whomever a reference may show.
    pub fn liveness_passed(&self) -> bool {
        if !matches!(self.kind, EvidenceKind::LivePortrait { .. }) {
            return false;
        }
        match &self.state {
            EvidenceState::Verified { .. } => true,
            EvidenceState::NotVerified { problems, .. } => {
                use EvidenceProblem::{DocumentMismatch, ReferenceMismatch};
                matches!(problems.as_slice(), [ReferenceMismatch | DocumentMismatch])
            }
            EvidenceState::Processing | EvidenceState::Invalid { .. } => false,
        }
    }

    /// A live portrait and a reference, or a document's portrait, were compared; each is told so. A document stays as genuine as it was
    /// found: that it shows somebody else speaks against the portrait.
    ///
    /// # Errors
    /// [`EvidenceTransitionError::NotComparable`] of evidence that cannot be held against another.
    pub fn compare(self, comparison: EvidenceComparison) -> Result<Self, EvidenceTransitionError> {
        let confidence = match self.kind {
            EvidenceKind::LivePortrait { security_level, .. } if self.liveness_passed() => {
                Confidence::of_liveness(security_level).raised()
            }
            // The comparison holds; where the picture comes from is the integrator's word.
            EvidenceKind::PortraitReference => Confidence::Level2,
            EvidenceKind::IdDocument { .. } if self.is_verified() => {
                return Ok(Self { comparison: Some(comparison), ..self });
            }
            EvidenceKind::LivePortrait { .. }
            | EvidenceKind::UploadedPortrait
            | EvidenceKind::IdDocument { .. } => return Err(EvidenceTransitionError::NotComparable),
        };
        let at = comparison.at;
        let state = if comparison.is_match() {
            EvidenceState::Verified { confidence, at }
        } else {
            EvidenceState::NotVerified { problems: vec![EvidenceProblem::ReferenceMismatch], at }
        };
        Ok(Self { state, comparison: Some(comparison), ..self })
    }

    /// What a portrait is after everything that it was compared with, each with its kind: all have to show the same person, and the first
    /// that does not decides. With nothing to compare it with it is what it was before. One that was sent stays unverified: likeness is
    /// not life.
    ///
    /// # Errors
    /// [`EvidenceTransitionError::NotComparable`] of what is no portrait, or a live one that was not passed.
    pub fn weigh(
        self,
        told: &[(EvidenceKind, EvidenceComparison)],
        at: Timestamp,
    ) -> Result<Self, EvidenceTransitionError> {
        let deciding = told.iter().find(|(_, one)| !one.is_match()).or(told.first()).copied();
        let comparison = deciding.map(|(_, comparison)| comparison);
        let known = |one: EvidenceComparison| (one.with, one.at, one.is_match());
        if self.kind.is_portrait() && comparison.map(known) == self.comparison.map(known) {
            return Ok(self);
        }
        let mismatch = deciding.filter(|(_, one)| !one.is_match()).map(|(kind, _)| {
            if kind.is_document() {
                EvidenceProblem::DocumentMismatch
            } else {
                EvidenceProblem::ReferenceMismatch
            }
        });
        let at = comparison.map_or(at, |comparison| comparison.at);
        let state = match (self.kind, mismatch) {
            (EvidenceKind::LivePortrait { .. }, _) if !self.liveness_passed() => {
                return Err(EvidenceTransitionError::NotComparable);
            }
            (EvidenceKind::LivePortrait { .. }, Some(mismatch)) => {
                EvidenceState::NotVerified { problems: vec![mismatch], at }
            }
            (EvidenceKind::LivePortrait { security_level, .. }, None) => {
                let alone = Confidence::of_liveness(security_level);
                let confidence = if comparison.is_some() { alone.raised() } else { alone };
                EvidenceState::Verified { confidence, at }
            }
            (EvidenceKind::UploadedPortrait, mismatch) => {
                let problems = [EvidenceProblem::LivenessNotChecked].into_iter().chain(mismatch).collect();
                EvidenceState::NotVerified { problems, at }
            }
            (EvidenceKind::PortraitReference | EvidenceKind::IdDocument { .. }, _) => {
                return Err(EvidenceTransitionError::NotComparable);
            }
        };
        Ok(Self { state, comparison, ..self })
    }

    /// The portrait that this reference or document was compared with is no more the identity's: it waits for the next.
    #[must_use]
    pub fn forget_comparison(self, at: Timestamp) -> Self {
        match (self.kind, &self.comparison) {
            (EvidenceKind::PortraitReference, Some(_)) => Self {
                state: EvidenceState::NotVerified { problems: Vec::new(), at },
                comparison: None,
                ..self
            },
            (EvidenceKind::IdDocument { .. }, Some(_)) => Self { comparison: None, ..self },
            _ => self,
        }
    }

    /// Whether it was compared with that piece of evidence, and both show the same person.
    fn matches(&self, other: &Self) -> bool {
        self.comparison.is_some_and(|comparison| comparison.with == other.id && comparison.is_match())
    }

    /// When its state was last decided.
    pub fn evaluated_at(&self) -> Timestamp {
        match &self.state {
            EvidenceState::Processing => self.submitted_at,
            EvidenceState::Verified { at, .. }
            | EvidenceState::NotVerified { at, .. }
            | EvidenceState::Invalid { at, .. } => *at,
        }
    }

    pub fn is_verified(&self) -> bool {
        matches!(self.state, EvidenceState::Verified { .. })
    }
}

/// Where an identity stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityStatus {
    /// More evidence can be submitted.
    ExpectingInput,
    /// The portrait's live capture has no verdict yet, or the document no decision.
    Processing,
}

/// How sure one may be of an identity. Each level needs what the one below needs, and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssuranceLevel {
    /// Nothing is known.
    Loa0,
    /// A living person was in front of the camera.
    Loa1,
    /// A living person was in front of the camera, and is the one whom the integrator's reference, or the document's portrait, shows.
    Loa2,
    /// That person holds an identity document that was found genuine. Its portrait serves as the reference.
    Loa3,
    /// And what the document says was confirmed elsewhere.
    Loa4,
}

/// What has to be submitted for a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submission {
    LivePortrait,
    PortraitReference,
    IdDocument,
    IdentityVerification,
}

impl AssuranceLevel {
    /// All that can be reached, in rising order.
    pub const ABOVE_NOTHING: [Self; 4] = [Self::Loa1, Self::Loa2, Self::Loa3, Self::Loa4];

    /// Everything that this level needs, in the order in which it is best submitted.
    pub fn needs(self) -> &'static [Submission] {
        use Submission::{IdDocument, IdentityVerification, LivePortrait, PortraitReference};
        match self {
            Self::Loa0 => &[],
            Self::Loa1 => &[LivePortrait],
            Self::Loa2 => &[LivePortrait, PortraitReference],
            Self::Loa3 => &[LivePortrait, PortraitReference, IdDocument],
            Self::Loa4 => &[LivePortrait, PortraitReference, IdDocument, IdentityVerification],
        }
    }
}

/// What follows from the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    pub status: IdentityStatus,
    pub level: AssuranceLevel,
    /// When evidence last changed what is known.
    pub evaluated_at: Timestamp,
    /// For every level above the present one, what is still missing.
    pub upgrade_paths: Vec<(AssuranceLevel, Vec<Submission>)>,
}

/// The portrait that counts: the one submitted last. `evidence` in the order of submission, here and below.
pub fn portrait(evidence: &[Evidence]) -> Option<&Evidence> {
    evidence.iter().rev().find(|evidence| evidence.kind.is_portrait())
}

/// The reference that counts: the one submitted last.
pub fn reference(evidence: &[Evidence]) -> Option<&Evidence> {
    evidence.iter().rev().find(|evidence| evidence.kind.is_reference())
}

/// The identity document that counts: the one submitted last.
pub fn document(evidence: &[Evidence]) -> Option<&Evidence> {
    evidence.iter().rev().find(|evidence| evidence.kind.is_document())
}

/// How sure one may be of an identity with this evidence.
pub fn assess(identity: &Identity, evidence: &[Evidence]) -> Assessment {
    let (portrait, reference, document) = (portrait(evidence), reference(evidence), document(evidence));
    let processing =
        [portrait, document].into_iter().flatten().any(|awaited| awaited.state == EvidenceState::Processing);
    let live = portrait.filter(|portrait| portrait.is_verified());
    let genuine = document.filter(|document| document.is_verified());
    let shown_by =
        |other: Option<&Evidence>| live.zip(other).is_some_and(|(live, other)| other.matches(live));
    let holds = shown_by(genuine);
    let matched = holds || shown_by(reference.filter(|reference| reference.is_verified()));
    let level = match (live, matched, holds) {
        (None, ..) => AssuranceLevel::Loa0,
        (Some(_), false, _) => AssuranceLevel::Loa1,
        (Some(_), true, false) => AssuranceLevel::Loa2,
        (Some(_), true, true) => AssuranceLevel::Loa3,
    };
    // A genuine document need not be sent again while it waits for a live portrait, unless it shows somebody else.
    let waits = live.is_none()
        && genuine.is_some_and(|genuine| genuine.comparison.is_none_or(|comparison| comparison.is_match()));
    let held = |submission: &Submission| match submission {
        Submission::LivePortrait => live.is_some(),
        Submission::PortraitReference => matched || waits,
        Submission::IdDocument => holds || waits,
        Submission::IdentityVerification => false,
    };
    let upgrade_paths = AssuranceLevel::ABOVE_NOTHING
        .into_iter()
        .filter(|above| *above > level)
        .map(|above| (above, above.needs().iter().copied().filter(|need| !held(need)).collect()))
        .collect();
    let evaluated_at = evidence.iter().map(Evidence::evaluated_at).max().unwrap_or(identity.created_at);
    let status = if processing { IdentityStatus::Processing } else { IdentityStatus::ExpectingInput };
    Assessment { status, level, evaluated_at, upgrade_paths }
}

#[cfg(test)]
mod tests;
