//! What holds for the transactions of one tenant, and the names by which operators and integrators choose it.

use std::time::Duration;

use super::AcceptedDocuments;
use crate::document::{DocumentType, WantedFields};

/// Whether the portrait is compared with a selfie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FaceMatchPolicy {
    /// Every request needs a selfie, unless its own list of fields leaves the comparison out.
    Required,
    /// When a selfie is sent, or the request's own list of fields asks for it.
    #[default]
    Optional,
    Off,
}

impl FaceMatchPolicy {
    pub const ALL: [Self; 3] = [Self::Required, Self::Optional, Self::Off];

    pub fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
            Self::Off => "off",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }
}

/// What holds for the transactions of one tenant: the server's settings, and over them the tenant's own.
#[derive(Debug, Clone, PartialEq)]
pub struct TransactionPolicy {
    pub face_match: FaceMatchPolicy,
    /// What is read when a request has no list of its own.
    pub fields: WantedFields,
    /// Makes a customer's id mandatory, as screening does. Nobody is screened.
    pub screening: bool,
    /// Makes what the rules of consent miss an error.
    pub enforce_consent: bool,
    /// Where results are told when a request names no address.
    pub callback_url: Option<String>,
    /// At least one.
    pub accepted_kinds: Vec<DocumentType>,
    /// ISO 3166-1 alpha-3; empty: all.
    pub accepted_countries: Vec<String>,
    /// Whether a document that has run out may be approved.
    pub accept_expired: bool,
    /// How long after it was accepted a transaction is kept with its pictures, 1 to 3660.
    pub keep_days: u64,
    /// Portrait and selfie match when strangers look as alike at most this often, 1e-9 to 0.01.
    pub false_match_rate: f64,
}

impl Default for TransactionPolicy {
    /// Everything is read of all kinds of all countries. 360 days: what the portal of the original starts with. 1e-4: the
    /// score of 3000.
    fn default() -> Self {
        Self {
            face_match: FaceMatchPolicy::Optional,
            fields: WantedFields::READ,
            screening: false,
            enforce_consent: false,
            callback_url: None,
            accepted_kinds: DocumentType::ALL.to_vec(),
            accepted_countries: Vec::new(),
            accept_expired: false,
            keep_days: 360,
            false_match_rate: 1e-4,
        }
    }
}

impl TransactionPolicy {
    pub fn keep_for(&self) -> Duration {
        Duration::from_secs(self.keep_days * 24 * 60 * 60)
    }

    /// What may be approved.
    pub fn accepted(&self) -> AcceptedDocuments {
        AcceptedDocuments {
            accept_expired: self.accept_expired,
            kinds: self.accepted_kinds.clone(),
            countries: self.accepted_countries.clone(),
        }
    }
}
