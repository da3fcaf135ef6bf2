//! Faces: where they are, how they are turned, who they look like, and how well they can be seen.

mod align;
mod compare;
mod detect;
mod embed;
mod landmarks;
mod pose;
mod quality;
mod same;

pub use compare::{Calibration, CompareError, Comparison};
pub use detect::DetectParams;
pub(crate) use detect::{detect, track};
pub use embed::{Embedding, Template, TemplateError};
pub(crate) use embed::{embed, embed_alone};
pub(crate) use landmarks::{eyes_open, landmarks};
pub use pose::Pose;
pub(crate) use pose::{fit_pose, pose_by_network};
pub use quality::{Knots, Quality, QualityParams, QualityReason};
pub(crate) use quality::{assess, with_length};
pub(crate) use same::correlation;

use selfsame_domain::Rect;

use crate::image::Picture;

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

/// The face a picture is about: large and near the middle. `None` without faces.
///
/// A face counts by its area, less the further its centre is from the picture's: `area * exp(-6 d^2)`, d the distance as a
/// share of half the diagonal (a face in a corner counts as a four-hundredth of its area). On LFW this finds the same faces as
/// "the most central" and 0.27 % more pairs than "the largest", which is a bystander now and then.
pub fn subject<'a>(faces: &'a [FaceSighting], picture: &Picture) -> Option<&'a FaceSighting> {
    let (x, y) = (picture.width() as f32 / 2.0, picture.height() as f32 / 2.0);
    let weight = |face: &FaceSighting| {
        let centre = face.bounds.centre();
        let distance = (centre.x - x).hypot(centre.y - y) / x.hypot(y);
        face.bounds.area() * (-6.0 * distance * distance).exp()
    };
    faces.iter().max_by(|a, b| weight(a).total_cmp(&weight(b)))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn face(x: f32, y: f32, side: f32) -> FaceSighting {
        FaceSighting {
            bounds: Rect { x, y, width: side, height: side },
            score: 1.0,
            landmarks: [[0.0; 2]; 68],
            pose: Pose::default(),
        }
    }

    #[test]
    fn the_subject_is_large_and_near_the_middle() {
        let picture = Picture::from_rgb(200, 200, vec![0; 200 * 200 * 3]).unwrap();
        let bystander = face(-20.0, 0.0, 90.0);
        let middle = face(70.0, 70.0, 60.0);
        let speck = face(98.0, 98.0, 4.0);
        let faces = [bystander, speck, middle.clone()];
        assert_eq!(subject(&faces, &picture), Some(&middle));
        assert_eq!(subject(&[], &picture), None);
    }

    #[test]
    fn closed_eyes_have_a_low_aspect_ratio() {
        let mut open = face(0.0, 0.0, 100.0);
        for first in [36, 42] {
            let x = first as f32;
            open.landmarks[first] = [x, 0.0];
            open.landmarks[first + 1] = [x + 10.0, -4.0];
            open.landmarks[first + 2] = [x + 20.0, -4.0];
            open.landmarks[first + 3] = [x + 30.0, 0.0];
            open.landmarks[first + 4] = [x + 20.0, 5.0];
            open.landmarks[first + 5] = [x + 10.0, 5.0];
        }
        assert!((open.eye_openness() - 0.3).abs() < 1e-6);
        assert_eq!(face(0.0, 0.0, 1.0).eye_openness(), 0.0);
    }
}
