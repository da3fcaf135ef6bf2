//! How entries hang together, and how a chain is checked.
//!
//! The hash of an entry covers all its members and the hash before it. The head of a chain says which entry is the last, and up to which
//! entry the oldest were removed in order; it bears a keyed hash of its own, so that the last entries cannot be cut off unnoticed.

use std::fmt;

use super::{Digest, Entry, Event};
use crate::{TenantId, Timestamp};

/// Makes keyed hashes: nobody who lacks the key can make one.
pub trait ChainKey: Send + Sync {
    fn tag(&self, message: &[u8]) -> Digest;
}

/// The hash before the first entry.
pub const NOTHING: Digest = [0; 32];

/// The end of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Whose chain it is; `None` is the server's own.
    pub tenant: Option<TenantId>,
    /// Sequence of the last entry; 0 where there is none yet.
    pub sequence: u64,
    /// Hash of the last entry.
    pub hash: Digest,
    /// Up to and with this entry the chain was removed, because its term had ended. 0: nothing was.
    pub pruned: u64,
    /// Hash of the last entry that was removed.
    pub pruned_hash: Digest,
    /// How many chains of tenants were ever begun. Counted at the server's own chain alone.
    pub chains: u64,
    pub seal: Digest,
}

/// Members one after the other, each with its length in front: no two different entries have the same bytes.
struct Canonical(Vec<u8>);

impl Canonical {
    fn new(kind: &str) -> Self {
        let mut bytes = Self(Vec::with_capacity(384));
        bytes.put(kind.as_bytes());
        bytes
    }

    fn put(&mut self, member: &[u8]) {
        // No member is longer than some hundred bytes.
        let length = u32::try_from(member.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(member);
    }

    /// What is absent differs from what is empty.
    fn put_optional(&mut self, member: Option<&[u8]>) {
        self.0.push(u8::from(member.is_some()));
        self.put(member.unwrap_or_default());
    }
}

fn chain_bytes(tenant: Option<TenantId>) -> [u8; 16] {
    tenant.map_or([0; 16], |tenant| *tenant.as_uuid().as_bytes())
}

/// The hash of an entry with these members.
fn entry_tag(
    key: &dyn ChainKey,
    (tenant, sequence, at): (Option<TenantId>, u64, Timestamp),
    event: &Event,
    previous: &Digest,
) -> Digest {
    let mut bytes = Canonical::new("selfsame audit entry 1");
    bytes.put(&chain_bytes(tenant));
    bytes.put(&sequence.to_be_bytes());
    bytes.put(&at.as_millis().to_be_bytes());
    bytes.put(event.actor.kind().as_bytes());
    bytes.put_optional(event.actor.id().as_ref().map(|id| id.as_bytes().as_slice()));
    bytes.put(event.action.name().as_bytes());
    bytes.put_optional(event.subject.as_ref().map(|subject| subject.kind.name().as_bytes()));
    bytes.put_optional(event.subject.as_ref().map(|subject| subject.id.as_bytes()));
    bytes.put(event.outcome.name().as_bytes());
    bytes.put_optional(event.code.as_deref().map(str::as_bytes));
    bytes.put(&event.count.to_be_bytes());
    let address = event.address.as_ref().map(|address| address.expose().to_string());
    bytes.put_optional(address.as_deref().map(str::as_bytes));
    bytes.put(previous);
    key.tag(&bytes.0)
}

impl Head {
    /// The head of a chain without entries.
    pub fn of_nothing(key: &dyn ChainKey, tenant: Option<TenantId>) -> Self {
        let head = Self {
            tenant,
            sequence: 0,
            hash: NOTHING,
            pruned: 0,
            pruned_hash: NOTHING,
            chains: 0,
            seal: NOTHING,
        };
        head.sealed(key)
    }

    fn tag(&self, key: &dyn ChainKey) -> Digest {
        let mut bytes = Canonical::new("selfsame audit head 1");
        bytes.put(&chain_bytes(self.tenant));
        bytes.put(&self.sequence.to_be_bytes());
        bytes.put(&self.hash);
        bytes.put(&self.pruned.to_be_bytes());
        bytes.put(&self.pruned_hash);
        bytes.put(&self.chains.to_be_bytes());
        key.tag(&bytes.0)
    }

    fn sealed(mut self, key: &dyn ChainKey) -> Self {
        self.seal = self.tag(key);
        self
    }

    /// Whether it is as whoever holds the key wrote it.
    pub fn is_genuine(&self, key: &dyn ChainKey) -> bool {
        self.seal == self.tag(key)
    }

    /// The next entry, and the head after it.
    pub fn append(self, key: &dyn ChainKey, at: Timestamp, event: Event) -> (Entry, Self) {
        let (tenant, sequence, previous) = (self.tenant, self.sequence + 1, self.hash);
        let hash = entry_tag(key, (tenant, sequence, at), &event, &previous);
        let head = Self { sequence, hash, ..self }.sealed(key);
        (Entry { tenant, sequence, at, event, previous, hash }, head)
    }

    /// The head after all entries up to this one were removed.
    #[must_use]
    pub fn pruned_to(self, key: &dyn ChainKey, sequence: u64, hash: Digest) -> Self {
        Self { pruned: sequence, pruned_hash: hash, ..self }.sealed(key)
    }

    /// The server's head after one more tenant's chain was begun.
    #[must_use]
    pub fn one_more_chain(self, key: &dyn ChainKey) -> Self {
        Self { chains: self.chains + 1, ..self }.sealed(key)
    }
}

/// A row as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    Entry(Box<Entry>),
    /// A value in it is none that an entry can have.
    Unreadable {
        sequence: u64,
        column: &'static str,
    },
}

impl Stored {
    pub fn sequence(&self) -> u64 {
        match self {
            Self::Entry(entry) => entry.sequence,
            Self::Unreadable { sequence, .. } => *sequence,
        }
    }
}

/// The first thing that is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Sequence of the first entry that is not as it was written, or not there.
    pub sequence: u64,
    pub kind: FaultKind,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The head is not as it was written.
    HeadAltered,
    /// There are entries, and no head.
    HeadMissing,
    Missing,
    Altered,
    /// It follows another entry than the one before it.
    Misplaced,
    /// A value in this column is none that an entry can have.
    Unreadable(&'static str),
    /// It stands behind the last entry, or before the first that is kept.
    Surplus,
    /// Chains of tenants are missing, or are there that were never begun.
    Chains {
        begun: u64,
        found: u64,
    },
}

impl FaultKind {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HeadAltered => "head_altered",
            Self::HeadMissing => "head_missing",
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::Misplaced => "misplaced",
            Self::Unreadable(_) => "unreadable",
            Self::Surplus => "surplus",
            Self::Chains { .. } => "chains",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sequence = self.sequence;
        match self.kind {
            FaultKind::HeadAltered => {
                write!(f, "the head of the chain, which names entry {sequence} as the last, was altered")
            }
            FaultKind::HeadMissing => write!(f, "there are entries, but the head of the chain was removed"),
            FaultKind::Missing => write!(f, "entry {sequence} was removed"),
            FaultKind::Altered => {
                write!(f, "entry {sequence} was altered, or was not written by the server")
            }
            FaultKind::Misplaced => {
                write!(f, "entry {sequence} does not follow the entry before it: it was moved or inserted")
            }
            FaultKind::Unreadable(column) => {
                write!(f, "entry {sequence} was altered: its column {column} cannot be read")
            }
            FaultKind::Surplus => write!(f, "entry {sequence} was inserted: it lies outside of the chain"),
            FaultKind::Chains { begun, found } => {
                write!(f, "{begun} chains of tenants were begun, but {found} are there")
            }
        }
    }
}

/// Follows a chain from its first entry to its last.
pub struct Check<'k> {
    key: &'k dyn ChainKey,
    head: Head,
    next: u64,
    previous: Digest,
}

impl<'k> Check<'k> {
    /// # Errors
    /// The head is not genuine.
    pub fn begin(key: &'k dyn ChainKey, head: Head) -> Result<Self, Fault> {
        if !head.is_genuine(key) {
            return Err(Fault { sequence: head.sequence, kind: FaultKind::HeadAltered });
        }
        Ok(Self { key, next: head.pruned + 1, previous: head.pruned_hash, head })
    }

    /// The hash of the entry that was looked at last.
    pub fn reached(&self) -> (u64, Digest) {
        (self.next - 1, self.previous)
    }

    /// The next row, by rising sequence.
    ///
    /// # Errors
    /// It is not the entry that was written there.
    pub fn step(&mut self, row: &Stored) -> Result<(), Fault> {
        let found = row.sequence();
        if found > self.head.sequence || found < self.next {
            return Err(Fault { sequence: found, kind: FaultKind::Surplus });
        }
        if found > self.next {
            return Err(Fault { sequence: self.next, kind: FaultKind::Missing });
        }
        let fault = |kind| Err(Fault { sequence: found, kind });
        let entry = match row {
            Stored::Entry(entry) => entry,
            Stored::Unreadable { column, .. } => return fault(FaultKind::Unreadable(column)),
        };
        if entry.previous != self.previous {
            return fault(FaultKind::Misplaced);
        }
        let place = (self.head.tenant, found, entry.at);
        if entry_tag(self.key, place, &entry.event, &self.previous) != entry.hash {
            return fault(FaultKind::Altered);
        }
        self.previous = entry.hash;
        self.next += 1;
        Ok(())
    }

    /// After the last row.
    ///
    /// # Errors
    /// Entries at the end are missing.
    pub fn end(self) -> Result<(), Fault> {
        if self.next <= self.head.sequence {
            return Err(Fault { sequence: self.next, kind: FaultKind::Missing });
        }
        // The head is genuine, so the last entry that it names is the one that was written.
        let kind = FaultKind::Altered;
        if self.previous == self.head.hash {
            Ok(())
        } else {
            Err(Fault { sequence: self.head.sequence, kind })
        }
    }
}

impl fmt::Debug for Check<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check").field("next", &self.next).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
