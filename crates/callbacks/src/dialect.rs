//! How an event is worded.

use std::pin::Pin;

use selfsame_domain::{CallbackEvent, TenantId, Timestamp};
use uuid::Uuid;

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The same at every attempt and replay.
    pub id: Uuid,
    pub tenant_id: TenantId,
    /// Whom it is about.
    pub subject_id: Uuid,
    pub event: CallbackEvent,
    pub created_at: Timestamp,
}

/// The body of a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

/// Why an event has no words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DialectError {
    /// What it tells of is not there any more: it is given up.
    #[error("what it tells of is gone")]
    Gone,
    /// It could not be read just now: it is tried again as if the receiver had failed.
    #[error("it could not be worded just now")]
    Unavailable,
}

/// What [`Dialect::word`] returns: a dialect may read what it words.
pub type Wording<'a> = Pin<Box<dyn Future<Output = Result<Message, DialectError>> + Send + 'a>>;

/// How a facade words events. Asked anew at every attempt, so that nothing personal has to be kept in the outbox; the words of
/// one event should stay the same.
pub trait Dialect: Send + Sync {
    /// The name that sessions are opened with (`CallbackTarget::dialect`). Stored: never change it.
    fn name(&self) -> &'static str;

    fn word<'a>(&'a self, event: &'a Event) -> Wording<'a>;
}
