//! Verifying a document, and whom it belongs to, from pictures that were sent.
//!
//! A scan is accepted, waits, and ends exactly once: decided, or failed when nothing came. Erasing it leaves a [`Tombstone`]: that it
//! was, and what was found, without the person.

mod decision;
mod judge;
mod policy;
mod reading;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{CallbackTarget, ScanId, TenantId, Timestamp};

pub use decision::{
    Decision, FaceMatch, FaceProblem, FraudReason, LegibilityDetail, ManipulationDetail, Outcome, Similarity,
    UnreadableReason,
};
pub use judge::{DocumentFindings, FaceFindings, Findings, JudgeParams, Step, judge};
pub use policy::{FaceMatchPolicy, ScanPolicy};
pub use reading::{PartialDay, ScanReading};

/// Kinds of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    Passport,
    DrivingLicence,
    IdentityCard,
    Visa,
}

impl IdKind {
    pub const ALL: [Self; 4] = [Self::Passport, Self::DrivingLicence, Self::IdentityCard, Self::Visa];

    /// Whether what is to be read may stand on the other side.
    pub fn has_back(self) -> bool {
        match self {
            Self::DrivingLicence | Self::IdentityCard => true,
            Self::Passport | Self::Visa => false,
        }
    }
}

/// What is to be read and checked. What is not asked for is neither stored nor told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanFields {
    pub number: bool,
    pub first_name: bool,
    pub last_name: bool,
    pub birth_date: bool,
    pub expiry: bool,
    pub us_state: bool,
    pub personal_number: bool,
    pub face_match: bool,
    pub address: bool,
}

impl ScanFields {
    pub const NONE: Self = Self {
        number: false,
        first_name: false,
        last_name: false,
        birth_date: false,
        expiry: false,
        us_state: false,
        personal_number: false,
        face_match: false,
        address: false,
    };
    /// Everything that is read from the document; no comparison of faces.
    pub const READ: Self = Self {
        number: true,
        first_name: true,
        last_name: true,
        birth_date: true,
        expiry: true,
        us_state: true,
        personal_number: true,
        face_match: false,
        address: true,
    };
}

/// When the integrator is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackGranularity {
    #[default]
    OnFinish,
    /// Also when the pictures have come.
    OnAllSteps,
}

/// Which picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanSide {
    Front,
    Back,
    Face,
}

impl ScanSide {
    pub const ALL: [Self; 3] = [Self::Front, Self::Back, Self::Face];
}

/// How a picture is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureFormat {
    Jpeg,
    Png,
}

/// What the person agreed to, and when. Kept without address and place when the scan is erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanConsent {
    pub obtained: Option<ConsentAnswer>,
    pub obtained_at: Option<Timestamp>,
    pub recorded_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentAnswer {
    Yes,
    No,
    NotApplicable,
}

/// What an integrator asks for. Holds what identifies nobody; the rest is [`ScanClaims`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewScan {
    /// The integrator's own reference, which must not identify a person.
    pub reference: String,
    pub reporting_criteria: Option<String>,
    pub customer_id: Option<String>,
    /// ISO 3166-1 alpha-3, or XKX.
    pub country: String,
    pub kind: IdKind,
    pub fields: ScanFields,
    /// Whether check digits have to be right.
    pub mrz_check: bool,
    pub callback: Option<CallbackTarget>,
    pub granularity: CallbackGranularity,
    pub consent: Option<ScanConsent>,
    /// Which pictures came, and how they are encoded.
    pub pictures: Vec<(ScanSide, PictureFormat)>,
}

impl NewScan {
    pub fn has(&self, side: ScanSide) -> bool {
        self.picture(side).is_some()
    }

    pub fn picture(&self, side: ScanSide) -> Option<PictureFormat> {
        self.pictures.iter().find(|(of, _)| *of == side).map(|(_, format)| *format)
    }
}

/// What the integrator says of the person. Personal: stored sealed, never printed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScanClaims {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub us_state: Option<String>,
    /// `YYYY-MM-DD`
    pub expiry: Option<String>,
    pub number: Option<String>,
    /// `YYYY-MM-DD`
    pub birth_date: Option<String>,
    pub personal_number: Option<String>,
    pub user_ip: Option<String>,
    pub user_country: Option<String>,
    pub user_state: Option<String>,
}

impl std::fmt::Debug for ScanClaims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[personal]")
    }
}

/// Where a scan stands.
#[derive(Debug, Clone, PartialEq)]
pub enum ScanState {
    /// Accepted; has no verdict yet.
    Pending,
    Decided(Decision),
    /// It ended without pictures to decide about.
    Failed {
        at: Timestamp,
    },
}

/// One verification.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    pub id: ScanId,
    pub tenant_id: TenantId,
    pub request: NewScan,
    pub state: ScanState,
    pub created_at: Timestamp,
    /// After this it is erased.
    pub expires_at: Timestamp,
}

/// A scan ends once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the scan has ended")]
pub struct ScanHasEnded;

impl Scan {
    pub fn accept(
        id: ScanId,
        tenant_id: TenantId,
        request: NewScan,
        now: Timestamp,
        keep_for: Duration,
    ) -> Self {
        Self {
            id,
            tenant_id,
            request,
            state: ScanState::Pending,
            created_at: now,
            expires_at: now + keep_for,
        }
    }

    /// # Errors
    /// [`ScanHasEnded`].
    pub fn decide(self, decision: Decision) -> Result<Self, ScanHasEnded> {
        match self.state {
            ScanState::Pending => Ok(Self { state: ScanState::Decided(decision), ..self }),
            ScanState::Decided(_) | ScanState::Failed { .. } => Err(ScanHasEnded),
        }
    }

    /// # Errors
    /// [`ScanHasEnded`].
    pub fn fail(self, at: Timestamp) -> Result<Self, ScanHasEnded> {
        match self.state {
            ScanState::Pending => Ok(Self { state: ScanState::Failed { at }, ..self }),
            ScanState::Decided(_) | ScanState::Failed { .. } => Err(ScanHasEnded),
        }
    }

    pub fn decision(&self) -> Option<&Decision> {
        match &self.state {
            ScanState::Decided(decision) => Some(decision),
            ScanState::Pending | ScanState::Failed { .. } => None,
        }
    }

    pub fn has_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}

/// What stays of a scan that was erased: enough to know whether its owner was enrolled, nothing to know who that was.
#[derive(Debug, Clone, PartialEq)]
pub struct Tombstone {
    pub id: ScanId,
    pub tenant_id: TenantId,
    /// `None` when it was erased before it was decided.
    pub decision: Option<Decision>,
    pub consent: Option<ScanConsent>,
    pub erased_at: Timestamp,
}

impl Tombstone {
    /// Whether a later authentication may refer to it: approved, the same person, and a valid picture of them.
    pub fn allows_authentication(&self) -> bool {
        self.decision.as_ref().is_some_and(Decision::enrols)
    }
}

#[cfg(test)]
mod tests;
