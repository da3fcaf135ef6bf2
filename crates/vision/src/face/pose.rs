//! How a head is turned.

use std::ops::RangeInclusive;

use nalgebra::{Matrix2x3, Matrix3, Vector2, Vector3};

use super::{FaceSighting, Landmarks};
use crate::image::{Picture, Window, fill_planes, rgb_window};
use crate::inference::{Lane, Slot, VisionError};

/// How a head is turned, in degrees, as seen in the picture (a mirrored picture has yaw and roll mirrored).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pose {
    /// Above 0 when the face turns towards the right edge of the picture.
    pub yaw: f32,
    /// Above 0 when the face turns up.
    pub pitch: f32,
    /// Above 0 when the head leans clockwise in the picture: the top of the head to the right.
    pub roll: f32,
}

impl Pose {
    /// The larger of |yaw| and |pitch|: how far the face looks away.
    pub fn away(&self) -> f32 {
        self.yaw.abs().max(self.pitch.abs())
    }
}

/// A generic adult face: iBUG index, position in millimetres, weight in the fit. x to the right of the picture, y down, z away
/// from the camera, origin between the eyes. Left and right are mirrored from the entries for the left of the picture.
///
/// Widths and heights follow published averages of adult anthropometry (Farkas, "Anthropometry of the Head and Face", 1994,
/// means over women and men, rounded): inner corners of the eyes 33 mm apart, outer corners 90, wings of the nose 35, mouth
/// 52; eye level to nose base 45, to lips 67, to chin 108. Depths are the nose's protrusion (20 mm over its base) and the
/// curve of brow, cheek and lips relative to the inner corners of the eyes. Points that move with expression weigh less; the
/// jaw, whose points slide along the outline as the head turns, is left out.
const HALF_MODEL: [(usize, usize, [f64; 3], f64); 18] = [
    (36, 45, [-45.0, 0.5, 9.0], 1.0),
    (37, 44, [-36.5, -4.5, 3.0], 0.5),
    (38, 43, [-26.0, -4.5, 0.5], 0.5),
    (39, 42, [-16.5, 1.0, 1.5], 1.0),
    (40, 47, [-26.0, 4.5, 1.0], 0.5),
    (41, 46, [-36.5, 4.5, 3.5], 0.5),
    (27, 27, [0.0, -3.0, -9.0], 1.0),
    (28, 28, [0.0, 9.0, -15.0], 1.0),
    (29, 29, [0.0, 20.5, -22.0], 1.0),
    (30, 30, [0.0, 32.0, -29.0], 1.0),
    (31, 35, [-14.5, 41.0, -9.0], 1.0),
    (32, 34, [-7.5, 43.5, -13.0], 1.0),
    (33, 33, [0.0, 45.0, -16.0], 1.0),
    (48, 54, [-26.0, 66.5, -4.0], 0.8),
    (51, 51, [0.0, 60.0, -18.0], 0.3),
    (57, 57, [0.0, 77.0, -15.0], 0.2),
    (19, 24, [-37.0, -24.0, -2.0], 0.2),
    (21, 22, [-12.0, -20.0, -9.0], 0.2),
];

/// Pose from the landmarks: the affine map that takes the generic face, seen from afar, closest to the points by weighted least squares,
/// and the rotation nearest to it. Costs microseconds.
///
/// The map may stretch and shear, as faces differ from the generic one in their plane, and networks draw them so; that a rigid face would
/// fit better is not asked. With a rigid fit a face whose mouth stands aside was turned: some heads by twice as much as they were, and a
/// tilted sheet by half of what it was. What is left to the turn is what comes of depth.
///
/// Zero when the points have no spread.
pub(crate) fn fit_pose(landmarks: &Landmarks) -> Pose {
    rotation(landmarks).map_or(Pose::default(), |rotation| angles(&rotation))
}

struct Pair {
    model: Vector3<f64>,
    seen: Vector2<f64>,
    weight: f64,
}

fn pairs(landmarks: &Landmarks) -> Vec<Pair> {
    let mut pairs = Vec::with_capacity(32);
    let seen = |at: usize| Vector2::new(f64::from(landmarks[at][0]), f64::from(landmarks[at][1]));
    for (left, right, [x, y, z], weight) in HALF_MODEL {
        pairs.push(Pair { model: Vector3::new(x, y, z), seen: seen(left), weight });
        if right != left {
            pairs.push(Pair { model: Vector3::new(-x, y, z), seen: seen(right), weight });
        }
    }
    let total: f64 = pairs.iter().map(|p| p.weight).sum();
    let model = pairs.iter().map(|p| p.model * p.weight).sum::<Vector3<f64>>() / total;
    let centre = pairs.iter().map(|p| p.seen * p.weight).sum::<Vector2<f64>>() / total;
    for pair in &mut pairs {
        pair.model -= model;
        pair.seen -= centre;
    }
    pairs
}

fn rotation(landmarks: &Landmarks) -> Option<Matrix3<f64>> {
    let pairs = pairs(landmarks);
    let mut cross = Matrix2x3::zeros();
    let mut square = Matrix3::zeros();
    for pair in &pairs {
        cross += pair.seen * pair.model.transpose() * pair.weight;
        square += pair.model * pair.model.transpose() * pair.weight;
    }
    let rotation = nearest_rotation(&(cross * square.try_inverse()?))?;
    rotation.iter().all(|value| value.is_finite()).then_some(rotation)
}

/// The rotation whose first two rows are nearest to the directions of an affine projection's.
fn nearest_rotation(affine: &Matrix2x3<f64>) -> Option<Matrix3<f64>> {
    let (u, v) = (affine.row(0).transpose(), affine.row(1).transpose());
    let (u, v) = (u.try_normalize(1e-12)?, v.try_normalize(1e-12)?);
    // The symmetric way to make two directions perpendicular: turn both by the same angle.
    let (along, across) = ((u + v).try_normalize(1e-9)?, (u - v).try_normalize(1e-9)?);
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let (u, v) = ((along + across) * half, (along - across) * half);
    Some(Matrix3::from_rows(&[u.transpose(), v.transpose(), u.cross(&v).transpose()]))
}

/// Yaw and pitch are where the face looks; roll is what remains about that direction.
fn angles(rotation: &Matrix3<f64>) -> Pose {
    let looking = rotation * Vector3::new(0.0, 0.0, -1.0);
    let yaw = looking.x.atan2(-looking.z);
    let pitch = (-looking.y).clamp(-1.0, 1.0).asin();
    let turned = turn(yaw, pitch);
    let rest = turned.transpose() * rotation;
    let roll = rest[(1, 0)].atan2(rest[(0, 0)]);
    Pose { yaw: yaw.to_degrees() as f32, pitch: pitch.to_degrees() as f32, roll: roll.to_degrees() as f32 }
}

/// The rotation that makes a frontal face look `yaw` to the right of the picture and `pitch` up (radians).
fn turn(yaw: f64, pitch: f64) -> Matrix3<f64> {
    let (sy, cy) = yaw.sin_cos();
    let (sp, cp) = pitch.sin_cos();
    let about_y = Matrix3::new(cy, 0.0, -sy, 0.0, 1.0, 0.0, sy, 0.0, cy);
    let about_x = Matrix3::new(1.0, 0.0, 0.0, 0.0, cp, sp, 0.0, -sp, cp);
    about_y * about_x
}

/// The bins of 60 degrees to both sides: more than any challenge asks for, and turned farther a face hides half of its landmarks. The bins
/// beyond draw a second peak at 75 to 84 degrees on some faces that are turned by 17 to the other side, and by the mean of both these looked
/// the wrong way.
const BINS: RangeInclusive<usize> = 13..=53;

/// What the network expects, in degrees: bins of 3 from -99 on.
fn expected(logits: &[f32]) -> f32 {
    let highest = BINS.map(|bin| logits[bin]).fold(f32::MIN, f32::max);
    let (mut sum, mut weighted) = (0.0, 0.0);
    for bin in BINS {
        let share = (logits[bin] - highest).exp();
        sum += share;
        weighted += share * bin as f32;
    }
    weighted / sum * 3.0 - 99.0
}

/// Pose by the network: three angles from 66 bins of 3 degrees each, in a crop a quarter larger on each side than the box.
pub(crate) fn pose_by_network(
    lane: &mut Lane,
    picture: &Picture,
    face: &FaceSighting,
) -> Result<Pose, VisionError> {
    let input = lane.input(Slot::Pose).clone();
    let (x, y) = (f64::from(face.bounds.x), f64::from(face.bounds.y));
    let (width, height) = (f64::from(face.bounds.width), f64::from(face.bounds.height));
    let window = Window { x: x - width / 4.0, y: y - height / 4.0, width: width * 1.5, height: height * 1.5 };
    let crop = rgb_window(picture, &mut lane.resizer, window, input.width(), input.height());
    let outputs = lane.run(Slot::Pose, &fill_planes(&crop, &input))?;
    // The network counts yaw towards the left of the picture.
    Ok(Pose { yaw: -expected(&outputs[0]), pitch: expected(&outputs[1]), roll: expected(&outputs[2]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The generic face, turned and projected; perspective as from `distance` millimetres.
    fn project(yaw: f64, pitch: f64, roll: f64, distance: f64) -> Landmarks {
        let (sin, cos) = roll.to_radians().sin_cos();
        let roll = Matrix3::new(cos, -sin, 0.0, sin, cos, 0.0, 0.0, 0.0, 1.0);
        let rotation = turn(yaw.to_radians(), pitch.to_radians()) * roll;
        let mut points = [[0.0; 2]; 68];
        for (left, right, [x, y, z], _) in HALF_MODEL {
            for (at, x) in [(left, x), (right, -x)] {
                let p = rotation * Vector3::new(x, y, z);
                let zoom = 2.0 * distance / (distance + p.z);
                points[at] = [(300.0 + zoom * p.x) as f32, (200.0 + zoom * p.y) as f32];
            }
        }
        points
    }

    #[test]
    fn a_second_peak_far_to_the_other_side_turns_no_head() {
        let at = |degrees: f32| ((degrees + 99.0) / 3.0) as usize;
        let mut logits = vec![0.0; 66];
        logits[at(12.0)] = 20.0;
        assert!((expected(&logits) - 12.0).abs() < 0.01);
        logits[at(-81.0)] = 21.0;
        assert!((expected(&logits) - 12.0).abs() < 0.01);
        for edge in [-60.0, 60.0] {
            let mut logits = vec![0.0; 66];
            logits[at(edge)] = 20.0;
            assert!((expected(&logits) - edge).abs() < 0.01, "{edge}");
        }
        // Within what can be seen it is unsure, and says so.
        logits[at(-12.0)] = 20.0;
        assert!(expected(&logits).abs() < 0.01);
        logits[at(0.0)] = f32::NAN;
        assert!(expected(&logits).is_nan());
    }

    #[test]
    fn recovers_synthetic_rotations() {
        for yaw in [-50.0, -20.0, 0.0, 15.0, 45.0] {
            for pitch in [-30.0, -10.0, 0.0, 25.0] {
                for roll in [-35.0, 0.0, 20.0] {
                    let pose = fit_pose(&project(yaw, pitch, roll, 1e7));
                    let off = [pose.yaw - yaw as f32, pose.pitch - pitch as f32, pose.roll - roll as f32];
                    assert!(off.iter().all(|d| d.abs() < 0.2), "{yaw} {pitch} {roll}: {pose:?}");
                }
            }
        }
    }

    #[test]
    fn perspective_at_arms_length_costs_few_degrees() {
        for (yaw, pitch) in [(0.0, 0.0), (30.0, 0.0), (-30.0, 10.0), (0.0, 20.0), (15.0, -20.0)] {
            let pose = fit_pose(&project(yaw, pitch, 0.0, 400.0));
            assert!(
                (pose.yaw - yaw as f32).abs() < 6.0 && (pose.pitch - pitch as f32).abs() < 6.0,
                "{yaw} {pitch}: {pose:?}"
            );
        }
    }

    #[test]
    fn signs_are_those_of_the_picture() {
        // Turned to the right of the picture, the nose's tip lies right of the middle of the eyes.
        let right = project(30.0, 0.0, 0.0, 1e7);
        assert!(right[30][0] > (right[36][0] + right[45][0]) / 2.0);
        // Turned up, the tip rises towards the eyes.
        let (level, up) = (project(0.0, 0.0, 0.0, 1e7), project(0.0, 25.0, 0.0, 1e7));
        assert!(up[30][1] - up[39][1] < level[30][1] - level[39][1]);
        // Clockwise, the eye on the right of the picture sinks.
        let clockwise = project(0.0, 0.0, 15.0, 1e7);
        assert!(clockwise[45][1] > clockwise[36][1]);
    }

    #[test]
    fn only_depth_turns() {
        // A mouth aside, as networks draw it on some faces, and a sheet that is held obliquely.
        for (yaw, of_plane) in [
            (0.0, [[1.0, 0.15], [0.0, 1.0]]),
            (12.0, [[1.0, -0.15], [0.0, 1.0]]),
            (0.0, [[0.7, 0.1], [0.0, 1.0]]),
        ] {
            let mut points = project(yaw, 0.0, 0.0, 1e7);
            for point in &mut points {
                let (x, y) = (point[0] - 300.0, point[1] - 200.0);
                *point = of_plane.map(|[along, across]| along * x + across * y);
            }
            let pose = fit_pose(&points);
            assert!((pose.yaw - yaw as f32).abs() < 1.5 && pose.pitch.abs() < 1.5, "{yaw}: {pose:?}");
        }
    }

    /// What no map of a plane explains of a sheet's turn: perspective, when it is held near. It is little beside the turn.
    #[test]
    fn a_sheet_turns_less_than_it_is_turned() {
        for turned in [20.0_f64, 34.0, 50.0] {
            let rotation = turn(turned.to_radians(), 0.0);
            let mut points = [[0.0; 2]; 68];
            for (left, right, [x, y, _], _) in HALF_MODEL {
                for (at, x) in [(left, x), (right, -x)] {
                    let p = rotation * Vector3::new(x, y, 0.0);
                    let zoom = 2.0 * 370.0 / (370.0 + p.z);
                    points[at] = [(300.0 + zoom * p.x) as f32, (200.0 + zoom * p.y) as f32];
                }
            }
            let seen = fit_pose(&points).yaw;
            eprintln!("{turned}: {seen}");
            assert!(seen.abs() < turned as f32 / 3.0, "{turned}: {seen}");
        }
    }

    #[test]
    fn no_spread_is_no_pose() {
        assert_eq!(fit_pose(&[[3.0, 3.0]; 68]), Pose::default());
        assert_eq!(fit_pose(&[[f32::NAN, 3.0]; 68]), Pose::default());
    }
}
