//! A transaction: one run of a workflow, whichever dialect it came in.
//!
//! It is opened, takes its parts, is worked on and ends exactly once ([`TransactionState`]). Erasing it leaves a [`Tombstone`]: that it
//! was, and what was found, without the person.
//!
//! * `state`: the life of a transaction;
//! * `part`: what it is made of;
//! * `judge`: from what was seen to the results of its capabilities; `capability`: such a result;
//! * `decision`: what these results amount to;
//! * `workflow`: which capabilities are asked, and by which rules they are decided, as data;
//! * `policy`: what holds for the transactions of one tenant.

mod capability;
mod decision;
mod judge;
mod part;
mod policy;
mod state;
pub mod workflow;

use serde::{Deserialize, Serialize};

use crate::document::{DocumentType, WantedFields};
use crate::{CallbackTarget, TenantId, Timestamp, TransactionId};

pub use capability::{Capability, CapabilityResult, Refusal, Results, Standing};
pub use decision::{Decision, FaceMatch, Outcome, Similarity, decide};
pub use judge::{AcceptedDocuments, Asked, judge, results};
pub use part::{PartRole, PictureFormat};
pub use policy::{FaceMatchPolicy, TransactionPolicy};
pub use state::{Transaction, TransactionState, TransitionError};

/// When the integrator is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackGranularity {
    #[default]
    OnFinish,
    /// Also when the pictures have come.
    OnAllSteps,
}

/// What the person agreed to, and when. Kept without address and place when the transaction is erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionConsent {
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

/// What an integrator asks for. Holds what identifies nobody; the rest is [`Claims`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTransaction {
    /// The integrator's own reference, which must not identify a person.
    pub reference: String,
    pub reporting_criteria: Option<String>,
    pub customer_id: Option<String>,
    /// ISO 3166-1 alpha-3, or XKX.
    pub country: String,
    pub kind: DocumentType,
    pub fields: WantedFields,
    /// Whether check digits have to be right.
    pub mrz_check: bool,
    pub callback: Option<CallbackTarget>,
    pub granularity: CallbackGranularity,
    pub consent: Option<TransactionConsent>,
    /// Which pictures came, and how they are encoded.
    pub pictures: Vec<(PartRole, PictureFormat)>,
    /// Whether the template of an approved document's portrait is kept, to compare a portrait with it later.
    pub keeps_portrait: bool,
}

impl NewTransaction {
    pub fn has(&self, side: PartRole) -> bool {
        self.picture(side).is_some()
    }

    /// What the judge is asked.
    pub fn asked(&self) -> Asked<'_> {
        Asked {
            kind: self.kind,
            country: &self.country,
            front: self.has(PartRole::Front),
            back: self.has(PartRole::Back),
            selfie: self.has(PartRole::Face),
            check_digits: self.mrz_check,
            fields: self.fields,
        }
    }

    pub fn picture(&self, side: PartRole) -> Option<PictureFormat> {
        self.pictures.iter().find(|(of, _)| *of == side).map(|(_, format)| *format)
    }
}

/// What the integrator says of the person. Personal: stored sealed, never printed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Claims {
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

impl std::fmt::Debug for Claims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[personal]")
    }
}

/// What stays of a transaction that was erased: enough to know whether its owner was enrolled, nothing to know who that was.
#[derive(Debug, Clone, PartialEq)]
pub struct Tombstone {
    pub id: TransactionId,
    pub tenant_id: TenantId,
    /// `None` when it was erased before it was decided.
    pub decision: Option<Decision>,
    pub consent: Option<TransactionConsent>,
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
