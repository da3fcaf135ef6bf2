//! What the use cases can be told.

use std::time::Duration;

use selfsame_domain::transaction::workflow::Workflow;
use selfsame_domain::{CaptureChainPolicy, SecurityLevel};
use selfsame_liveness::witness::WitnessParams;
use selfsame_liveness::{ApproachParams, CaptureParams, DotsParams};
use selfsame_vision::image::Limits;

use crate::identities::IdentityParams;
use crate::lockout::LockoutSettings;
use crate::processes::ProcessParams;
use crate::transactions::TransactionParams;

/// Limits and policies, one value for all tenants but where [`TransactionParams::policy`] says otherwise.
#[derive(Debug, Clone)]
pub struct Settings {
    pub capture_chain: CaptureChainPolicy,
    pub no_face_timeout: Duration,
    pub capture_timeout: Duration,
    pub evidence_timeout: Duration,
    /// Whether a video of each capture is kept. Not where a session keeps no pictures.
    pub video_storage: bool,
    /// How long after it was opened a browser may take a session.
    pub open_for: Duration,
    /// How long after it was opened a session, its faces and pictures are kept.
    pub keep_for: Duration,
    /// How long the record of a callback is kept after it was delivered or given up.
    pub keep_callbacks: Duration,
    /// How long entries of the audit trail are kept.
    pub keep_audit: Duration,
    /// How often may be failed before a wait.
    pub lockout: LockoutSettings,
    /// Live captures at once.
    pub max_captures: usize,
    /// Pieces of work that may wait for a core.
    pub most_waiting: usize,
    /// Bounds of pictures that integrators upload.
    pub images: Limits,
    /// Faces that one session may hold.
    pub max_faces: usize,
    /// Makes every challenge the same. Development mode only; see [`SeededEntropy`](selfsame_domain::SeededEntropy).
    pub challenge_seed: Option<u64>,
    pub identities: IdentityParams,
    /// How this server process is told from one that is no more.
    pub processes: ProcessParams,
    pub transactions: TransactionParams,
    /// The workflows that transactions may have pinned. The built-in ones by default.
    pub workflows: Vec<Workflow>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            capture_chain: CaptureChainPolicy::Enforce,
            no_face_timeout: Duration::from_secs(20),
            capture_timeout: Duration::from_secs(60),
            evidence_timeout: Duration::from_secs(30),
            video_storage: false,
            open_for: Duration::from_secs(15 * 60),
            keep_for: Duration::from_secs(60 * 60),
            keep_callbacks: Duration::from_secs(7 * 24 * 60 * 60),
            keep_audit: Duration::from_secs(400 * 24 * 60 * 60),
            lockout: LockoutSettings::default(),
            max_captures: 64,
            most_waiting: 256,
            images: Limits::default(),
            max_faces: 16,
            challenge_seed: None,
            identities: IdentityParams::default(),
            processes: ProcessParams::default(),
            transactions: TransactionParams::default(),
            // A server looks at their faults when it starts. Without a workflow nothing is decided.
            workflows: Workflow::built_in().unwrap_or_default(),
        }
    }
}

impl Settings {
    /// What a level asks of the stream.
    pub fn capture_for(&self, level: SecurityLevel) -> CaptureParams {
        let defaults = CaptureParams {
            no_face_timeout: self.no_face_timeout,
            capture_timeout: self.capture_timeout,
            evidence_timeout: self.evidence_timeout,
            ..CaptureParams::default()
        };
        let obedience = self.witnesses_for(level).obedience;
        let dots = DotsParams { obedience, ..DotsParams::default() };
        match level {
            SecurityLevel::High => CaptureParams { dots, ..defaults },
            SecurityLevel::Medium => CaptureParams {
                evidence_frames: 4,
                hold: Duration::from_millis(1_300),
                hold_most: Duration::from_millis(4_000),
                life: 0.0,
                dots: DotsParams { strays: 10, tolerance: 0.29, ..dots },
                ..defaults
            },
            SecurityLevel::Low => CaptureParams {
                evidence_frames: 3,
                hold: Duration::from_millis(1_000),
                hold_most: Duration::from_millis(1_000),
                hold_frames: 6,
                dots: DotsParams { strays: 12, tolerance: 0.34, rest_angle: 30.0, ..dots },
                approach: ApproachParams {
                    stay: Duration::from_millis(600),
                    tolerance: 0.15,
                    ..ApproachParams::default()
                },
                ..defaults
            },
        }
    }

    /// What a level asks of the witnesses. The steps are documented in docs/liveness.md.
    pub fn witnesses_for(&self, level: SecurityLevel) -> WitnessParams {
        let mut params = WitnessParams::default();
        match level {
            SecurityLevel::High => {}
            SecurityLevel::Medium => {
                (params.texture.live, params.texture.attack) = (0.40, 0.28);
                params.fusion.least = 0.27;
                params.depth.head = 0.042;
                (params.obedience.slowest, params.obedience.slowest_first) = (2_600, 5_000);
                (params.obedience.aside, params.obedience.strays) = (105.0, 8);
                (params.obedience.corridor, params.obedience.outside) = (1.0, 4);
            }
            SecurityLevel::Low => {
                (params.texture.live, params.texture.attack, params.texture.every_frame) = (0.35, 0.25, 0.05);
                params.fusion.least = 0.10;
                params.fusion.optional_attacks_bind = false;
                params.depth.head = 0.035;
                (params.obedience.slowest, params.obedience.slowest_first) = (5_000, 10_000);
                (params.obedience.aside, params.obedience.strays) = (120.0, 10);
                (params.obedience.corridor, params.obedience.outside) = (1.2, 6);
                params.perspective.growth = 0.52;
            }
        }
        params
    }
}
