//! The life of a bio-session: opened by the integrator's server, captured once in a browser, decided, and gone when it expires.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{CallbackTarget, SessionId, TenantId, Timestamp, Verdict};

/// Which liveness check is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LivenessMode {
    /// Nothing is asked of the person.
    Passive,
    /// The person comes closer, led by an oval.
    PassiveVideo,
    /// The person follows dots with the head.
    Active,
}

/// How strict the check is. Higher asks for more evidence and tolerates less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SecurityLevel {
    Low,
    Medium,
    #[default]
    High,
}

/// What the integrator asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBioSession {
    pub mode: LivenessMode,
    pub security_level: SecurityLevel,
    /// Number of challenges, for [`LivenessMode::Active`].
    pub challenges: u8,
    pub correlation_id: Option<String>,
    pub evidence_id: Option<String>,
    /// Where the verdict is told.
    pub callback: Option<CallbackTarget>,
    /// Whether pictures may be read back.
    pub image_storage: bool,
}

impl NewBioSession {
    /// A passive check at the default level, with pictures kept and nothing attached.
    pub fn passive() -> Self {
        Self {
            mode: LivenessMode::Passive,
            security_level: SecurityLevel::default(),
            challenges: 0,
            correlation_id: None,
            evidence_id: None,
            callback: None,
            image_storage: true,
        }
    }
}

/// Where a session stands.
#[derive(Debug, Clone, PartialEq)]
pub enum BioSessionState {
    /// Waiting for a browser.
    Opened,
    /// A browser has claimed it; no second one can.
    Capturing { since: Timestamp },
    /// Decided. Final.
    Decided(Box<Verdict>),
}

/// A bio-session.
#[derive(Debug, Clone, PartialEq)]
pub struct BioSession {
    pub id: SessionId,
    pub tenant_id: TenantId,
    pub request: NewBioSession,
    pub state: BioSessionState,
    pub created_at: Timestamp,
    /// After this the session, its faces and its pictures are purged.
    pub expires_at: Timestamp,
}

/// A transition that the life cycle does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    #[error("the session was captured before; a session serves one capture")]
    AlreadyClaimed,
    #[error("the session has been decided")]
    AlreadyDecided,
    #[error("the session has expired")]
    Expired,
}

impl BioSession {
    pub fn open(
        id: SessionId,
        tenant_id: TenantId,
        request: NewBioSession,
        now: Timestamp,
        time_to_live: Duration,
    ) -> Self {
        Self {
            id,
            tenant_id,
            request,
            state: BioSessionState::Opened,
            created_at: now,
            expires_at: now + time_to_live,
        }
    }

    pub fn has_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }

    /// A browser takes the session.
    pub fn claim(mut self, now: Timestamp) -> Result<Self, TransitionError> {
        if self.has_expired(now) {
            return Err(TransitionError::Expired);
        }
        match self.state {
            BioSessionState::Opened => {
                self.state = BioSessionState::Capturing { since: now };
                Ok(self)
            }
            BioSessionState::Capturing { .. } => Err(TransitionError::AlreadyClaimed),
            BioSessionState::Decided(_) => Err(TransitionError::AlreadyDecided),
        }
    }

    /// The capture ended. From `Opened` too: a session that nobody came for times out.
    pub fn decide(mut self, verdict: Verdict) -> Result<Self, TransitionError> {
        if matches!(self.state, BioSessionState::Decided(_)) {
            return Err(TransitionError::AlreadyDecided);
        }
        self.state = BioSessionState::Decided(Box::new(verdict));
        Ok(self)
    }

    pub fn verdict(&self) -> Option<&Verdict> {
        match &self.state {
            BioSessionState::Decided(verdict) => Some(verdict),
            BioSessionState::Opened | BioSessionState::Capturing { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LivenessReport, LivenessStatus};

    fn session() -> BioSession {
        BioSession::open(
            SessionId::from_uuid(uuid::Uuid::from_u128(1)),
            TenantId::from_uuid(uuid::Uuid::from_u128(2)),
            NewBioSession::passive(),
            Timestamp::from_millis(1_000),
            Duration::from_secs(60),
        )
    }

    fn timeout() -> Verdict {
        Verdict::without_image(
            LivenessStatus::Timeout,
            crate::Reason::NoFaceInTime,
            LivenessReport::default(),
            Timestamp::from_millis(2_000),
        )
    }

    #[test]
    fn serves_one_capture_only() {
        let claimed = session().claim(Timestamp::from_millis(1_500)).unwrap();
        assert_eq!(
            claimed.clone().claim(Timestamp::from_millis(1_600)),
            Err(TransitionError::AlreadyClaimed)
        );
        let decided = claimed.decide(timeout()).unwrap();
        assert_eq!(
            decided.clone().claim(Timestamp::from_millis(1_700)),
            Err(TransitionError::AlreadyDecided)
        );
        assert_eq!(decided.decide(timeout()), Err(TransitionError::AlreadyDecided));
    }

    #[test]
    fn cannot_be_claimed_after_it_expired() {
        assert_eq!(session().claim(Timestamp::from_millis(61_000)), Err(TransitionError::Expired));
    }

    #[test]
    #[cfg(not(debug_assertions))]
    fn a_yes_without_an_image_becomes_an_error() {
        let verdict = Verdict::without_image(
            LivenessStatus::Success,
            "",
            LivenessReport::default(),
            Timestamp::from_millis(0),
        );
        assert_eq!(verdict.status, LivenessStatus::Error);
    }
}
