//! Faces: where they are, how they are turned, who they look like, and how well they can be seen.

mod align;
mod compare;
mod detect;
mod embed;
mod landmarks;
mod pose;
mod quality;

pub use compare::{Calibration, CompareError, Comparison};
pub use detect::DetectParams;
pub(crate) use detect::{detect, track};
pub(crate) use embed::embed;
pub use embed::{Template, TemplateError};
pub(crate) use landmarks::{eyes_open, landmarks};
pub use pose::Pose;
pub(crate) use pose::{fit_pose, pose_by_network};
pub(crate) use quality::assess;
pub use quality::{Quality, QualityParams, QualityReason};

use selfsame_domain::Rect;

/// 68 points in pixels of the picture, in the order of the iBUG 300-W scheme: 0..=16 jaw from the left of the picture to the
/// right, 17..=26 brows, 27..=35 nose (30 its tip), 36..=41 the eye on the left of the picture, 42..=47 the eye on the right,
/// 48..=59 outer and 60..=67 inner lips.
pub type Landmarks = [[f32; 2]; 68];

/// A face that was found in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceSighting {
    /// Pixels of the picture, cut at its edges.
    pub bounds: Rect,
    /// The detector's confidence, 0..=1.
    pub score: f32,
    pub landmarks: Landmarks,
    /// From the landmarks (a fit that costs microseconds); [`Vision::pose_by_network`](crate::Vision::pose_by_network) is the
    /// second opinion.
    pub pose: Pose,
}

impl FaceSighting {
    /// Centres of the eyes in pixels: the one on the left of the picture (the person's right) first.
    pub fn eyes(&self) -> [[f32; 2]; 2] {
        let mean = |points: [usize; 4]| {
            let sum = points.iter().fold([0.0, 0.0], |sum, &at| {
                [sum[0] + self.landmarks[at][0], sum[1] + self.landmarks[at][1]]
            });
            [sum[0] / 4.0, sum[1] / 4.0]
        };
        [mean([37, 38, 40, 41]), mean([43, 44, 46, 47])]
    }

    /// Distance between the centres of the eyes, in pixels.
    pub fn eye_distance(&self) -> f32 {
        let [left, right] = self.eyes();
        (right[0] - left[0]).hypot(right[1] - left[1])
    }

    /// How wide the eyes are open: height over width of the lids, averaged over both eyes (the eye aspect ratio of Soukupová
    /// and Čech, 2016). About 0.3 when open, under 0.2 when closed; differs between people, so that only its change within
    /// one capture means much.
    pub fn eye_openness(&self) -> f32 {
        let distance = |a: usize, b: usize| {
            let (a, b) = (self.landmarks[a], self.landmarks[b]);
            (a[0] - b[0]).hypot(a[1] - b[1])
        };
        let ratio = |first: usize| {
            let width = distance(first, first + 3);
            if width <= f32::EPSILON {
                return 0.0;
            }
            (distance(first + 1, first + 5) + distance(first + 2, first + 4)) / (2.0 * width)
        };
        f32::midpoint(ratio(36), ratio(42))
    }
}
