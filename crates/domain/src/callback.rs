//! What an integrator wants to be told, and where.

/// Where an integrator is told of something, and in whose words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackTarget {
    /// Absolute URL, checked when it was named.
    pub url: String,
    /// The name under which a facade has registered how it words events.
    pub dialect: String,
}

/// What happened that an integrator wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallbackEvent {
    /// A bio-session has a verdict. The subject is the session.
    SessionDecided,
    /// The pictures of a transaction have come. The subject is the transaction.
    TransactionReceived,
    /// A transaction has ended. The subject is the transaction.
    TransactionDecided,
}
