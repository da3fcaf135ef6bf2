//! What is told of who did what: events, and the chains of entries that they become.
//!
//! Each tenant has a chain of entries, and the server has one for what belongs to no tenant. Every entry holds a keyed hash over its own
//! members and the hash of the entry before it ([`chain`]). So nobody without the key can alter, remove, insert or move an entry unnoticed.
//!
//! An entry names identifiers and stable words. Its only personal datum is the address that a request came from.

pub mod chain;
mod words;

use std::net::IpAddr;

use uuid::Uuid;

use crate::{CredentialId, IdentityId, Personal, SessionId, TenantId, Timestamp, TransactionId};

pub use words::{Action, Outcome, SubjectKind};

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// An integrator's server, by the id of the credential that it showed.
    Credential(CredentialId),
    /// Whoever runs the server, by its command line.
    Operator,
    /// A browser that holds the id of a session.
    BrowserSession(SessionId),
    /// The server by itself, as when a term has ended.
    Server,
    /// A caller that was not recognised.
    Stranger,
}

impl Actor {
    /// The stable name of the kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Credential(_) => "credential",
            Self::Operator => "operator",
            Self::BrowserSession(_) => "browser_session",
            Self::Server => "server",
            Self::Stranger => "stranger",
        }
    }

    /// The identifier, where actors of the kind have one.
    pub const fn id(&self) -> Option<Uuid> {
        match self {
            Self::Credential(id) => Some(id.as_uuid()),
            Self::BrowserSession(id) => Some(id.as_uuid()),
            Self::Operator | Self::Server | Self::Stranger => None,
        }
    }

    /// The actor of that kind and id; `None` where there is none such.
    pub fn named(kind: &str, id: Option<Uuid>) -> Option<Self> {
        match (kind, id) {
            ("credential", Some(id)) => Some(Self::Credential(CredentialId::from_uuid(id))),
            ("browser_session", Some(id)) => Some(Self::BrowserSession(SessionId::from_uuid(id))),
            ("operator", None) => Some(Self::Operator),
            ("server", None) => Some(Self::Server),
            ("stranger", None) => Some(Self::Stranger),
            _ => None,
        }
    }
}

/// Who asks, and from which address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    pub actor: Actor,
    /// `None` where there is no connection, as on the command line.
    pub address: Option<Personal<IpAddr>>,
}

impl Origin {
    /// The server by itself.
    pub const SERVER: Self = Self { actor: Actor::Server, address: None };
    /// Whoever runs the server, by its command line.
    pub const OPERATOR: Self = Self { actor: Actor::Operator, address: None };
    /// A caller that was not recognised.
    pub const STRANGER: Self = Self { actor: Actor::Stranger, address: None };

    /// The caller that showed this credential.
    pub fn credential(id: CredentialId, address: Option<IpAddr>) -> Self {
        Self { actor: Actor::Credential(id), address: address.map(Personal::new) }
    }
}

/// To what it was done. Names no person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject {
    pub kind: SubjectKind,
    /// An identifier, or the name of a setting or key.
    pub id: String,
}

impl Subject {
    pub fn new(kind: SubjectKind, id: impl std::fmt::Display) -> Self {
        Self { kind, id: id.to_string() }
    }
}

impl From<SessionId> for Subject {
    fn from(id: SessionId) -> Self {
        Self::new(SubjectKind::Session, id)
    }
}

impl From<IdentityId> for Subject {
    fn from(id: IdentityId) -> Self {
        Self::new(SubjectKind::Identity, id)
    }
}

impl From<TransactionId> for Subject {
    fn from(id: TransactionId) -> Self {
        Self::new(SubjectKind::Transaction, id)
    }
}

impl From<CredentialId> for Subject {
    fn from(id: CredentialId) -> Self {
        Self::new(SubjectKind::Credential, id)
    }
}

impl From<TenantId> for Subject {
    fn from(id: TenantId) -> Self {
        Self::new(SubjectKind::Tenant, id)
    }
}

/// Something that happened and is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub actor: Actor,
    pub action: Action,
    pub subject: Option<Subject>,
    pub outcome: Outcome,
    /// A short stable word: which part was read, or why it was refused.
    pub code: Option<String>,
    /// How often it happened; 1 of what is told each time.
    pub count: u32,
    pub address: Option<Personal<IpAddr>>,
}

impl Event {
    /// Something that was done, once.
    pub fn new(by: Origin, action: Action) -> Self {
        Self {
            actor: by.actor,
            action,
            subject: None,
            outcome: Outcome::Ok,
            code: None,
            count: 1,
            address: by.address,
        }
    }

    #[must_use]
    pub fn about(mut self, subject: impl Into<Subject>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    #[must_use]
    pub fn coded(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// It was asked for, and not allowed.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.outcome = Outcome::Refused;
        self
    }

    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.count = count;
        self
    }
}

/// A keyed hash.
pub type Digest = [u8; 32];

/// An event in its place in a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose chain it is; `None` is the server's own.
    pub tenant: Option<TenantId>,
    /// From 1, without gaps.
    pub sequence: u64,
    pub at: Timestamp,
    pub event: Event,
    /// The hash of the entry before it; zeros at the first.
    pub previous: Digest,
    pub hash: Digest,
}
