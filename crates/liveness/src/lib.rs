//! One capture session as a pure state machine: `(observation, clock) -> (guidance, evidence wanted, verdict)`.
//!
//! Nothing here decodes a picture, waits or sends. The caller feeds what it saw in each frame and what time it is;
//! [`Capture`] answers what to tell the person, which full frames to ask for, and finally a [`Judgement`].
//!
//! - [`capture`]: the phases of a capture and its time limits
//! - [`guidance`]: what to tell the person, from one frame
//! - [`witness`]: each witness in a module of its own, a function of evidence
//! - [`fusion`]: the witnesses' words into one status, fail closed

pub mod capture;
pub mod challenge;
pub mod fusion;
pub mod guidance;
mod motion;
mod observation;
mod task;
pub mod witness;

pub use capture::{Capture, CaptureParams, Ending, EvidenceRequest, FrameOutcome, Instruction, Phase};
pub use challenge::{Challenge, Direction, Dot, Plan};
pub use fusion::{FusionParams, Judgement, judge, judge_recording, report_early, weigh};
pub use guidance::{Guidance, GuidanceParams, Position};
pub use observation::{
    Around, CameraClaims, EnvironmentClaims, EvidenceObservation, Explained, FaceObservation,
    FrameObservation, FrameSize, Recognised, Recognition, TrackedPoint,
};
pub use task::{
    ApproachParams, ApproachRecord, DotRecord, DotsParams, DotsRecord, DotsView, ShownDot, Target,
};
