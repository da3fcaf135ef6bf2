//! Section `[liveness]`.

use selfsame_domain::CaptureChainPolicy;
use serde::Deserialize;

use super::{OutOfBounds, bounds};

/// Terms of a capture. What the witnesses measure against is theirs, not a setting: it belongs to the networks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LivenessConfig {
    pub capture_chain: CaptureChainPolicy,
    /// 1 to 600.
    pub no_face_timeout_seconds: u64,
    /// 1 to 600.
    pub capture_timeout_seconds: u64,
    /// 1 to 600.
    pub evidence_timeout_seconds: u64,
    /// 1 to 1440.
    pub session_minutes: u64,
    /// Whether a video of each capture is kept as long as its session.
    pub video_storage: bool,
    /// The same challenge every time; only with `development`.
    pub challenge_seed: Option<u64>,
}

impl LivenessConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        bounds("liveness.no_face_timeout_seconds", self.no_face_timeout_seconds, 1, 600, "1 to 600")?;
        bounds("liveness.capture_timeout_seconds", self.capture_timeout_seconds, 1, 600, "1 to 600")?;
        bounds("liveness.evidence_timeout_seconds", self.evidence_timeout_seconds, 1, 600, "1 to 600")?;
        bounds("liveness.session_minutes", self.session_minutes, 1, 24 * 60, "1 to 1440")
    }
}
