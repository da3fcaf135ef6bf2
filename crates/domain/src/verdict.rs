//! What a capture ended with, and what each witness said.

use serde::{Deserialize, Serialize};

use crate::{Diagnostic, FaceId, Reason, Rect, Saw, Timestamp};

/// How a liveness check ended. Only [`Success`](Self::Success) is a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LivenessStatus {
    Success,
    /// The challenge was not met, or quality never sufficed.
    Failed,
    /// An attack is suspected.
    Spoof,
    /// Something went wrong on our side.
    Error,
    /// Nothing usable arrived within the time allowed.
    Timeout,
}

/// The witnesses that can testify about a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Witness {
    /// Is the skin texture that of a person, or of a print or screen?
    Texture,
    /// Do the uploaded full frames agree with the live stream: same face, same place, plausible time?
    Consistency,
    /// Does the face move at all, as a living one does?
    MicroMotion,
    /// Camera name, automation, track settings, frame times.
    CaptureChain,
    /// Size, sharpness, exposure and pose of the face.
    Quality,
    /// Does the face have the depth of a face as it turns?
    Depth,
    /// Does the face move against what is around it?
    Surroundings,
    /// Active: did the head follow the dots in order, in time and as heads do?
    Obedience,
    /// Passive video: did the face come closer, or was its picture enlarged?
    Perspective,
    /// Are pictures shown twice?
    Replay,
    /// Did the eyes blink?
    Eyes,
    /// Do full frames show the grid of a screen or the dots of a print?
    Patterns,
    /// Do the edges of a device or a sheet lie about the face?
    Edges,
}

/// What a witness can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Testimony {
    /// Speaks for a live person.
    BonaFide,
    /// Speaks for an attack.
    Attack,
    /// Could not be met for lack of quality; not an accusation.
    Insufficient,
    /// Had nothing to go by. Never counts as a yes.
    Abstained,
}

/// One witness's word, with the number behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WitnessReport {
    pub witness: Witness,
    pub testimony: Testimony,
    /// Higher speaks for a live person; range and meaning per witness are in docs/liveness.md. Absent when it abstained.
    pub score: Option<f32>,
    pub threshold: Option<f32>,
    /// What it saw. Holds nothing of the person.
    pub saw: Saw,
    /// Whether its word is needed for SUCCESS under the policy that applied.
    pub binding: bool,
}

/// What the browser told of itself. Claims, not facts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceInfo {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser_version: Option<String>,
}

/// The picture a capture yields, and where the face is in it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BestImage {
    pub face_id: FaceId,
    /// Width and height of the picture in pixels.
    pub size: (u32, u32),
    /// Pixels of the picture.
    pub bounds: Rect,
}

/// A video of the capture that was kept. There is one a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredRecording {
    /// SHA-256 of the MP4 as it is read back, hexadecimal.
    pub hash: String,
}

/// Everything said about a capture.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LivenessReport {
    pub witnesses: Vec<WitnessReport>,
    /// What they come to together, 0 to 1; absent where the capture ended before all were heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
    /// Tracking frames that arrived and were looked at.
    pub frames_tracked: u32,
    /// Full frames that arrived as evidence.
    pub frames_of_evidence: u32,
    pub device: DeviceInfo,
}

/// The end of a capture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    pub status: LivenessStatus,
    /// Which witness decided, or what else happened; absent on SUCCESS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnostic: Option<Diagnostic>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_image: Option<BestImage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<StoredRecording>,
    pub report: LivenessReport,
    pub decided_at: Timestamp,
}

impl Verdict {
    /// A verdict without a best image: time-outs, errors, and captures that broke off.
    pub fn without_image(
        status: LivenessStatus,
        reason: Reason,
        report: LivenessReport,
        at: Timestamp,
    ) -> Self {
        debug_assert_ne!(status, LivenessStatus::Success, "a yes always has a best image");
        let status = if status == LivenessStatus::Success { LivenessStatus::Error } else { status };
        Self {
            status,
            diagnostic: Some(reason.into()),
            best_image: None,
            recording: None,
            report,
            decided_at: at,
        }
    }
}
