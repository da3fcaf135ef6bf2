//! What an integrator wants to be told, and where.

/// Where an integrator is told of something, and in whose words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackTarget {
    /// Absolute URL, checked when it was named.
    pub url: String,
    /// The name under which a facade has registered how it words events.
    pub dialect: String,
}

/// What an integrator is told about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallbackSubject {
    /// A bio-session.
    Session,
    Transaction,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallbackMoment {
    /// All its parts have come.
    Received,
    /// It has ended.
    Decided,
}

/// What happened that an integrator wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallbackEvent {
    pub subject: CallbackSubject,
    pub moment: CallbackMoment,
}

impl CallbackEvent {
    pub const SESSION_DECIDED: Self =
        Self { subject: CallbackSubject::Session, moment: CallbackMoment::Decided };
    pub const TRANSACTION_RECEIVED: Self =
        Self { subject: CallbackSubject::Transaction, moment: CallbackMoment::Received };
    pub const TRANSACTION_DECIDED: Self =
        Self { subject: CallbackSubject::Transaction, moment: CallbackMoment::Decided };
    /// All that happen.
    pub const ALL: [Self; 3] = [Self::SESSION_DECIDED, Self::TRANSACTION_RECEIVED, Self::TRANSACTION_DECIDED];
}
