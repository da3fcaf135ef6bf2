//! The life of a transaction. Transitions consume it; one that is not allowed gives an error that names both ends.

use std::time::Duration;

use super::{Decision, NewTransaction};
use crate::document::Extraction;
use crate::transaction::Outcome;
use crate::{TenantId, Timestamp, TransactionId};

/// Where a transaction stands.
#[derive(Debug, Clone, PartialEq)]
pub enum TransactionState {
    /// Opened; the person has not come yet.
    Awaiting,
    /// Parts are coming in.
    Acquiring,
    /// All parts are there; it is worked on, or waits for that.
    Processing,
    /// Its rules leave the decision to a person.
    InReview,
    Decided(Decision),
    /// Nobody came while the invitation held.
    TokenExpired {
        at: Timestamp,
    },
    /// The person came, and not all parts did.
    SessionExpired {
        at: Timestamp,
    },
    /// Another attempt took its place.
    Superseded {
        at: Timestamp,
    },
}

impl TransactionState {
    /// The name that rows and errors have it by.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Awaiting => "awaiting",
            Self::Acquiring => "acquiring",
            Self::Processing => "processing",
            Self::InReview => "in_review",
            Self::Decided(_) => "decided",
            Self::TokenExpired { .. } => "token_expired",
            Self::SessionExpired { .. } => "session_expired",
            Self::Superseded { .. } => "superseded",
        }
    }

    /// When it ended; `None` while it has not.
    pub const fn ended_at(&self) -> Option<Timestamp> {
        match self {
            Self::Awaiting | Self::Acquiring | Self::Processing | Self::InReview => None,
            Self::Decided(decision) => Some(decision.at),
            Self::TokenExpired { at } | Self::SessionExpired { at } | Self::Superseded { at } => Some(*at),
        }
    }
}

/// A transition that a state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a transaction that is {from} cannot be {to}")]
pub struct TransitionError {
    /// The state it is in, as rows have it.
    pub from: &'static str,
    /// The state that was asked for.
    pub to: &'static str,
}

/// One run of a workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Transaction {
    pub id: TransactionId,
    pub tenant_id: TenantId,
    pub request: NewTransaction,
    pub state: TransactionState,
    pub created_at: Timestamp,
    /// After this it is erased.
    pub expires_at: Timestamp,
}

impl Transaction {
    /// One that waits for the person.
    pub fn open(
        id: TransactionId,
        tenant_id: TenantId,
        request: NewTransaction,
        now: Timestamp,
        keep_for: Duration,
    ) -> Self {
        let state = TransactionState::Awaiting;
        Self { id, tenant_id, request, state, created_at: now, expires_at: now + keep_for }
    }

    /// One whose parts all came with the request: nothing is waited for.
    pub fn accept(
        id: TransactionId,
        tenant_id: TenantId,
        request: NewTransaction,
        now: Timestamp,
        keep_for: Duration,
    ) -> Self {
        Self { state: TransactionState::Processing, ..Self::open(id, tenant_id, request, now, keep_for) }
    }

    /// The person came, or the first part did. Parts may follow one another: acquiring goes on acquiring.
    ///
    /// # Errors
    /// [`TransitionError`] unless it awaits or acquires.
    pub fn acquire(self) -> Result<Self, TransitionError> {
        match self.state {
            TransactionState::Awaiting | TransactionState::Acquiring => {
                Ok(Self { state: TransactionState::Acquiring, ..self })
            }
            _ => Err(self.refused("acquiring")),
        }
    }

    /// All parts are there.
    ///
    /// # Errors
    /// [`TransitionError`] unless it acquires.
    pub fn finalize(self) -> Result<Self, TransitionError> {
        match self.state {
            TransactionState::Acquiring => Ok(Self { state: TransactionState::Processing, ..self }),
            _ => Err(self.refused("processing")),
        }
    }

    /// Its rules leave the decision to a person.
    ///
    /// # Errors
    /// [`TransitionError`] unless it is processed.
    pub fn review(self) -> Result<Self, TransitionError> {
        match self.state {
            TransactionState::Processing => Ok(Self { state: TransactionState::InReview, ..self }),
            _ => Err(self.refused("in_review")),
        }
    }

    /// Ends it with a decision, by rules or by a reviewer.
    ///
    /// # Errors
    /// [`TransitionError`] unless it is processed or in review: it ends once.
    pub fn decide(self, decision: Decision) -> Result<Self, TransitionError> {
        match self.state {
            TransactionState::Processing | TransactionState::InReview => {
                Ok(Self { state: TransactionState::Decided(decision), ..self })
            }
            _ => Err(self.refused("decided")),
        }
    }

    /// Ends it because its time is over: nobody came, or not all parts did.
    ///
    /// # Errors
    /// [`TransitionError`] unless it awaits or acquires.
    pub fn run_out(self, at: Timestamp) -> Result<Self, TransitionError> {
        match self.state {
            TransactionState::Awaiting => Ok(Self { state: TransactionState::TokenExpired { at }, ..self }),
            TransactionState::Acquiring => {
                Ok(Self { state: TransactionState::SessionExpired { at }, ..self })
            }
            _ => Err(self.refused("session_expired")),
        }
    }

    /// Ends it because another attempt takes its place.
    ///
    /// # Errors
    /// [`TransitionError`] unless it awaits or acquires.
    pub fn supersede(self, at: Timestamp) -> Result<Self, TransitionError> {
        match self.state {
            TransactionState::Awaiting | TransactionState::Acquiring => {
                Ok(Self { state: TransactionState::Superseded { at }, ..self })
            }
            _ => Err(self.refused("superseded")),
        }
    }

    const fn refused(&self, to: &'static str) -> TransitionError {
        TransitionError { from: self.state.name(), to }
    }

    pub const fn decision(&self) -> Option<&Decision> {
        match &self.state {
            TransactionState::Decided(decision) => Some(decision),
            _ => None,
        }
    }

    /// Whose document it is, ISO 3166-1 alpha-3: what was read on it, else, of one that was approved, what was announced, because that is
    /// what it was judged by. The latter is the integrator's word, and no field of the document.
    pub fn issuing_country<'a>(&'a self, extraction: &'a Extraction) -> Option<&'a str> {
        let approved = self.decision().is_some_and(|decision| decision.outcome == Outcome::Approved);
        extraction.issuing_country.as_deref().or_else(|| approved.then_some(self.request.country.as_str()))
    }

    pub fn has_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}
