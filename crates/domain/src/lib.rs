//! The language of Selfsame: what a tenant, a bio-session, a face and a verdict are, and what may become of them.
//!
//! No I/O, no async, no vendor words. Time and randomness are parameters ([`Clock`], [`Entropy`]); life cycles are
//! enums whose variants carry their data and whose transitions consume `self`.

pub mod audit;
mod bio_session;
mod callback;
mod clock;
mod credential;
pub mod document;
mod entropy;
mod face;
mod geometry;
mod id;
pub mod identity;
mod lockout;
mod personal;
mod remark;
mod tenant;
pub mod transaction;
mod verdict;

pub use bio_session::{
    BioSession, BioSessionState, LivenessMode, NewBioSession, SecurityLevel, TransitionError,
};
pub use callback::{CallbackEvent, CallbackMoment, CallbackSubject, CallbackTarget};
pub use clock::{Clock, SystemClock, Timestamp};
pub use credential::{ApiCredential, CredentialKind, SecretString};
pub use entropy::{Entropy, OsEntropy, SeededEntropy};
pub use face::{Face, FaceImageType, FaceQuality};
pub use geometry::{Point, Rect};
pub use id::{ConsentId, CredentialId, EvidenceId, FaceId, IdentityId, SessionId, TenantId, TransactionId};
pub use identity::{
    Assessment, AssuranceLevel, Confidence, Consent, ConsentKind, Evidence, EvidenceComparison, EvidenceKind,
    EvidenceProblem, EvidenceState, Identity, IdentityStatus, NewConsent, NewIdentity, PictureFacts,
    Submission,
};
pub use lockout::{FailedAttempts, LockoutParams, network};
pub use personal::Personal;
pub use remark::{Diagnostic, Reason, Remark, Saw};
pub use tenant::{CaptureChainPolicy, Setting, SettingError, Tenant, TenantSettings, UnknownSetting};
pub use verdict::{
    BestImage, DeviceInfo, LivenessReport, LivenessStatus, StoredRecording, Testimony, Verdict, Witness,
    WitnessReport,
};
