//! What the caller saw. Coordinates are pixels of the full camera frame unless stated otherwise.

use selfsame_domain::{Point, Rect};
use serde::Deserialize;

/// Width and height of the camera's full frame in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FrameSize {
    pub width: u32,
    pub height: u32,
}

/// A face in a frame.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FaceObservation {
    pub bounds: Rect,
    /// The 68 points of the iBUG annotation.
    pub landmarks: Vec<Point>,
    /// Degrees; signs as in `selfsame_vision::Pose`.
    pub yaw: f32,
    pub pitch: f32,
    pub roll: f32,
    /// Mean luminance of the face, 0..255.
    pub brightness: f32,
}

impl FaceObservation {
    /// Distance between the centres of the eyes.
    pub fn eye_distance(&self) -> f32 {
        let centre = |range: std::ops::Range<usize>| -> Option<Point> {
            let points = self.landmarks.get(range)?;
            let count = points.len() as f32;
            Some(Point {
                x: points.iter().map(|point| point.x).sum::<f32>() / count,
                y: points.iter().map(|point| point.y).sum::<f32>() / count,
            })
        };
        match (centre(36..42), centre(42..48)) {
            (Some(right), Some(left)) => (left.x - right.x).hypot(left.y - right.y),
            _ => 0.0,
        }
    }
}

/// A point of the scene that is followed from frame to frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackedPoint {
    /// The same in every frame that shows the point.
    pub id: u32,
    pub at: Point,
}

/// One tracking frame, looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FrameObservation {
    pub seq: u32,
    /// The page's own clock, milliseconds. A claim.
    pub captured_at: f64,
    /// The server's clock, milliseconds: when it was looked at. Set by the capture.
    pub arrived_at: f64,
    pub size: FrameSize,
    /// Largest first.
    pub faces: Vec<FaceObservation>,
    /// How open the person's eyes are, right and left, 0..1; `None` without a face.
    pub eyes_open: Option<[f32; 2]>,
    /// Points of face and surroundings that were followed into this frame.
    pub points: Vec<TrackedPoint>,
    /// How this frame compares with one a third of a second before; `None` in between, and without a face.
    pub around: Option<Around>,
    /// Of the picture's bytes: equal only when the same picture was sent again.
    pub digest: u64,
}

/// How well an earlier picture explains the present one in a zone: mean differences in grey levels beyond noise.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Explained {
    /// What remains when the earlier picture is carried along with the face.
    pub carried: f32,
    /// What remains when it is left where it was.
    pub left: f32,
}

/// A comparison with an earlier frame: does what is around the face move with it?
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Around {
    /// A ring about the head, down to the chin.
    pub near: Explained,
    /// Everything but the person.
    pub far: Explained,
    /// A narrower ring, clear of the hair, with the camera's own motion taken out of the picture that was left.
    pub steadied: Explained,
    /// How far the face moved meanwhile, over the distance of the eyes.
    pub moved: f32,
    /// How many times as large it became meanwhile.
    pub grown: f32,
}

/// A face, compared with those of its capture's full frames. Rates say how often strangers look as alike, 0..1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recognition {
    pub seq: u32,
    /// As this face and the nearest of them. Of a full frame: the nearest by which it hangs together with the best one.
    pub nearest: f64,
    /// As this face and that of the best full frame, which is the one that is kept.
    pub best: f64,
}

/// Whose faces a capture showed, as far as it was looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recognised {
    pub full: Vec<Recognition>,
    pub stream: Vec<Recognition>,
    /// Frames of the stream, and the yaw of their faces, in degrees with the sign of [`FaceObservation::yaw`], by a network that sees the
    /// whole head and knows nothing of landmarks.
    pub yaws: Vec<(u32, f32)>,
}

/// One full frame (or crop) that was uploaded as evidence, looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EvidenceObservation {
    pub seq: u32,
    /// The largest face, in pixels of the full frame; `None` when there was none.
    pub face: Option<FaceObservation>,
    /// 0..1 from the texture network; `None` when there was no face to look at.
    pub texture: Option<f32>,
    /// Quality from -100 to 200; `None` without a face.
    pub quality: Option<f32>,
    /// How alike the full frame is to the tracking frame of the same sequence number where the face is: correlation of details, -1
    /// to 1; `None` when they could not be compared.
    pub likeness: Option<f32>,
    /// 0..1, lower where the full frame shows the grid of a screen or the dots of a print; `None` when it was not looked for.
    pub pattern: Option<f32>,
    /// 0..1, lower where the edges of a device or a sheet lie about the face; `None` when they were not looked for.
    pub edges: Option<f32>,
}

/// What the page says of the camera. Every member is a claim.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CameraClaims {
    pub label: String,
    pub width: f64,
    pub height: f64,
    pub frame_rate: Option<f64>,
    pub facing_mode: Option<String>,
}

/// What the page says of the browser. Every member is a claim.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EnvironmentClaims {
    pub webdriver: bool,
    pub headless: bool,
    pub user_agent: String,
}
