//! Does the face have the depth of a face? When a head turns or comes closer, the tip of the nose moves against the eyes and
//! the mouth; on a sheet or a screen, however it is moved or tilted, all points stay in one plane.
//!
//! Method: parallax against a reference plane (Irani and Anandan, "Parallax geometry of pairs of points for 3D scene
//! analysis", ECCV 1996), with the face's own relief as the only departure from the plane that counts. In each frame the
//! points are explained by an affine map of their mean arrangement (all that a plane can do, seen from afar) plus a shift in
//! proportion to the relief of a generic face. The shift is about the sine of the turn for a head and nothing for a plane.
//!
//! The same is asked of nose and mouth by themselves: behind a print with its eyes cut out those of whoever wears it move against
//! the paper, which is all that moves. The lesser of the two counts.
//!
//! A landmark network has seen heads only, and draws the nose of a sheet that is turned far a little aside as well; and so does perspective
//! with one that is near, or bent. A network that looks at the whole head, and knows nothing of landmarks, sees little turn there: where
//! the landmarks turned to the side, it has to have seen some of it. (Up and down it is too unsure of itself.)

use std::ops::Range;

use selfsame_domain::{Point, Remark, Testimony, Witness, WitnessReport};

use super::{abstained, report};
use crate::{FaceObservation, FrameObservation};

#[derive(Debug, Clone, PartialEq)]
pub struct DepthParams {
    /// Least spread (root of the variance) of the parallax over the frames that speaks for a head.
    pub head: f32,
    /// Below this spread the witness abstains instead of accusing: 0 where the head was asked to turn, and beyond any spread
    /// where it was asked to stay, as without a turn there is no parallax to see.
    pub turn: f32,
    /// Least turn to the side that the whole head has to show for what its landmarks show. Rendered heads had 0.36 and more, worn prints
    /// about none.
    pub in_proportion: f32,
    /// Spread of the sine of the landmarks' turn from which on that is asked for (0.1 is 6 degrees to both sides), and in how many frames
    /// at least it was looked at.
    pub least_turn: f32,
    pub looked: usize,
    pub frames: usize,
}

impl Default for DepthParams {
    fn default() -> Self {
        Self { head: 0.05, turn: 0.0, in_proportion: 0.3, least_turn: 0.1, looked: 3, frames: 6 }
    }
}

/// iBUG index and relief: how far the point stands in front of the plane through the corners of eyes and mouth, over the
/// distance of the eyes. From the adult averages in `selfsame_vision`'s pose model (Farkas 1994), 62 mm between the eyes.
const RELIEF: [(usize, f32); 17] = [
    (27, 0.19),
    (28, 0.28),
    (29, 0.40),
    (30, 0.50),
    (31, 0.17),
    (32, 0.24),
    (33, 0.28),
    (34, 0.24),
    (35, 0.17),
    (36, -0.11),
    (39, 0.02),
    (42, 0.02),
    (45, -0.11),
    (48, 0.06),
    (54, 0.06),
    (51, 0.28),
    (57, 0.24),
];

/// The corners of the eyes.
const EYES: Range<usize> = 36..48;

/// Score: spread of the parallax over the frames, 0 for a plane, about the sine of the turn for a head; below the limit where the whole
/// head did not turn in proportion. `yaws`: of the whole head, by frame, degrees.
pub fn depth<'a>(
    frames: impl IntoIterator<Item = &'a FrameObservation>,
    yaws: &[(u32, f32)],
    params: &DepthParams,
) -> WitnessReport {
    let (mut shapes, mut of_points, mut of_head) = (Vec::new(), Vec::new(), Vec::new());
    for frame in frames {
        let Some(face) = frame.faces.first() else { continue };
        let Some(shape) = normalised(face) else { continue };
        shapes.push(shape);
        if let Some((_, yaw)) = yaws.iter().find(|(seq, _)| *seq == frame.seq) {
            of_points.push(face.yaw.to_radians().sin());
            of_head.push(yaw.to_radians().sin());
        }
    }
    if shapes.len() < params.frames {
        return abstained(Witness::Depth, Remark::TooFewFaces);
    }
    let everywhere: Vec<usize> = (0..RELIEF.len()).collect();
    let on_paper: Vec<usize> = everywhere.iter().copied().filter(|&n| !EYES.contains(&RELIEF[n].0)).collect();
    let [Some(of_all), Some(on_paper)] = [everywhere, on_paper].map(|points| parallax(&shapes, &points))
    else {
        return abstained(Witness::Depth, Remark::LandmarksOfNoFace);
    };
    let mut score = spread(&of_all).min(spread(&on_paper));
    if let Some(share) = share(&of_head, &of_points, params) {
        let share = share / params.in_proportion;
        // Written so that what is no number is too little.
        if share.is_nan() || share < 1.0 {
            score = score.min(params.head * share.max(0.0));
        }
    }
    let (testimony, saw) = if score >= params.head {
        (Testimony::BonaFide, Remark::DepthOfAHead)
    } else if score < params.turn {
        let saw = Remark::TurnedTooLittle;
        return report(Witness::Depth, Testimony::Abstained, score, params.head, saw);
    } else {
        (Testimony::Attack, Remark::FaceInOnePlane)
    };
    report(Witness::Depth, testimony, score, params.head, saw)
}

type Shape = [Point; RELIEF.len()];

/// The points with the middle of the eyes at the origin, the distance of the eyes as unit and the roll taken out.
fn normalised(face: &FaceObservation) -> Option<Shape> {
    let centre = |range: std::ops::Range<usize>| {
        let points = face.landmarks.get(range)?;
        let count = points.len() as f32;
        Some((
            points.iter().map(|point| point.x).sum::<f32>() / count,
            points.iter().map(|point| point.y).sum::<f32>() / count,
        ))
    };
    let (right, left) = (centre(36..42)?, centre(42..48)?);
    let (dx, dy) = (left.0 - right.0, left.1 - right.1);
    let square = dx * dx + dy * dy;
    if square < 4.0 {
        return None;
    }
    let middle = ((left.0 + right.0) / 2.0, (left.1 + right.1) / 2.0);
    let mut shape = [Point::default(); RELIEF.len()];
    for (slot, (index, _)) in shape.iter_mut().zip(RELIEF) {
        let point = face.landmarks.get(index)?;
        let (x, y) = (point.x - middle.0, point.y - middle.1);
        *slot = Point { x: (x * dx + y * dy) / square, y: (y * dx - x * dy) / square };
    }
    Some(shape)
}

/// Per frame, the shift of these points of [`RELIEF`] along it.
fn parallax(shapes: &[Shape], points: &[usize]) -> Option<Vec<Point>> {
    let count = shapes.len() as f32;
    let mean: Vec<Point> = points
        .iter()
        .map(|&index| Point {
            x: shapes.iter().map(|shape| shape[index].x).sum::<f32>() / count,
            y: shapes.iter().map(|shape| shape[index].y).sum::<f32>() / count,
        })
        .collect();
    // The part of the relief that no affine map of the mean arrangement can imitate: what remains of it after least squares
    // on x, y and 1. Regressing on it alone gives the same coefficient as the joint fit (Frisch and Waugh 1933).
    let mut residual: Vec<f32> = points.iter().map(|&index| RELIEF[index].1).collect();
    let mut basis: Vec<Vec<f32>> = Vec::with_capacity(3);
    let columns: [Vec<f32>; 3] = [
        vec![1.0; points.len()],
        mean.iter().map(|point| point.x).collect(),
        mean.iter().map(|point| point.y).collect(),
    ];
    for mut column in columns {
        for earlier in &basis {
            subtract(&mut column, earlier);
        }
        let length = dot(&column, &column).sqrt();
        if length < 1e-3 {
            return None;
        }
        column.iter_mut().for_each(|value| *value /= length);
        subtract(&mut residual, &column);
        basis.push(column);
    }
    let square = dot(&residual, &residual);
    if square < 1e-3 {
        return None;
    }
    Some(
        shapes
            .iter()
            .map(|shape| {
                let along = |value: fn(&Point) -> f32| {
                    points.iter().zip(&residual).map(|(&at, r)| value(&shape[at]) * r).sum::<f32>() / square
                };
                Point { x: along(|point| point.x), y: along(|point| point.y) }
            })
            .collect(),
    )
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Takes out of `values` their part along the unit vector.
fn subtract(values: &mut [f32], unit: &[f32]) {
    let part = dot(values, unit);
    values.iter_mut().zip(unit).for_each(|(value, unit)| *value -= part * unit);
}

/// Of the landmarks' turn the share that the whole head shows, by least squares; `None` when there is too little of it to tell.
fn share(of_head: &[f32], of_points: &[f32], params: &DepthParams) -> Option<f32> {
    let count = of_points.len() as f32;
    let mean = |values: &[f32]| values.iter().sum::<f32>() / count;
    let (head, points) = (mean(of_head), mean(of_points));
    let square: f32 = of_points.iter().map(|value| (value - points).powi(2)).sum();
    let both: f32 = of_head.iter().zip(of_points).map(|(a, b)| (a - head) * (b - points)).sum();
    // Written so that what is no number is asked about, and has no share.
    let too_little = of_points.len() < params.looked || (square / count).sqrt() < params.least_turn;
    (!too_little).then(|| both / square)
}

fn spread(points: &[Point]) -> f32 {
    let count = points.len() as f32;
    let mean = |axis: fn(&Point) -> f32| points.iter().map(axis).sum::<f32>() / count;
    let (x, y) = (mean(|point| point.x), mean(|point| point.y));
    let sum: f32 = points.iter().map(|point| (point.x - x).powi(2) + (point.y - y).powi(2)).sum();
    (sum / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FaceObservation;

    /// Points of a generic face on a grid, turned by `yaw` degrees; `relief` 1 for a head, 0 for its picture. The eyes of a print
    /// that has holes there lie `behind` it.
    fn frame(seq: u32, yaw: f32, relief: f32, behind: f32) -> FrameObservation {
        let (sin, cos) = yaw.to_radians().sin_cos();
        let mut landmarks = vec![Point::default(); 68];
        let place = |index: usize| -> (f32, f32) {
            match index {
                36..=41 => (-0.5 + (index as f32 - 38.5) * 0.09, 0.0),
                42..=47 => (0.5 + (index as f32 - 44.5) * 0.09, 0.0),
                27..=30 => (0.0, 0.05 + (index as f32 - 27.0) * 0.17),
                31..=35 => ((index as f32 - 33.0) * 0.12, 0.7),
                48 => (-0.42, 1.07),
                54 => (0.42, 1.07),
                51 => (0.0, 0.97),
                57 => (0.0, 1.24),
                _ => (0.0, 0.0),
            }
        };
        for (index, landmark) in landmarks.iter_mut().enumerate() {
            let (x, y) = place(index);
            let mut z = RELIEF.iter().find(|(at, _)| *at == index).map_or(0.0, |(_, z)| *z) * relief;
            if EYES.contains(&index) {
                z -= behind;
            }
            *landmark = Point { x: 300.0 + 80.0 * (x * cos + z * sin), y: 200.0 + 80.0 * y };
        }
        FrameObservation {
            seq,
            faces: vec![FaceObservation { landmarks, yaw, ..FaceObservation::default() }],
            ..FrameObservation::default()
        }
    }

    fn turning(relief: f32, behind: f32) -> Vec<FrameObservation> {
        let turned = |n: u8| frame(u32::from(n), (f32::from(n) / 2.0).sin() * 15.0, relief, behind);
        (0..12).map(turned).collect()
    }

    #[test]
    fn a_head_has_depth_and_its_picture_has_none() {
        let params = DepthParams::default();
        let head = depth(&turning(1.0, 0.0), &[], &params);
        assert_eq!(head.testimony, Testimony::BonaFide, "{head:?}");
        let plane = depth(&turning(0.0, 0.0), &[], &params);
        assert_eq!(plane.testimony, Testimony::Attack, "{plane:?}");
        assert!(plane.score.unwrap() < 0.01, "{plane:?}");
        assert_eq!(depth(&turning(1.0, 0.0)[..3], &[], &params).testimony, Testimony::Abstained);
    }

    #[test]
    fn eyes_behind_a_print_give_it_no_depth() {
        let params = DepthParams::default();
        let points: Vec<Shape> =
            turning(0.0, 0.4).iter().filter_map(|frame| normalised(&frame.faces[0])).collect();
        let everywhere: Vec<usize> = (0..RELIEF.len()).collect();
        assert!(spread(&parallax(&points, &everywhere).unwrap()) > params.head, "else this shows nothing");
        let worn = depth(&turning(0.0, 0.4), &[], &params);
        assert_eq!(worn.testimony, Testimony::Attack, "{worn:?}");
    }

    #[test]
    fn the_whole_head_has_to_have_turned_as_well() {
        let params = DepthParams::default();
        let frames = turning(1.0, 0.0);
        let yaws = |share: f32, of: &[FrameObservation]| -> Vec<(u32, f32)> {
            of.iter().map(|frame| (frame.seq, frame.faces[0].yaw * share)).collect()
        };
        for (share, testimony) in [
            (1.0, Testimony::BonaFide),
            (0.4, Testimony::BonaFide),
            (0.2, Testimony::Attack),
            (0.0, Testimony::Attack),
            (-1.0, Testimony::Attack),
            (f32::NAN, Testimony::Attack),
        ] {
            let seen = depth(&frames, &yaws(share, &frames), &params);
            assert_eq!(seen.testimony, testimony, "{share}: {seen:?}");
        }
        // The less of it there is, the less it scores.
        let score = |share| depth(&frames, &yaws(share, &frames), &params).score.unwrap();
        assert!(score(0.1) < score(0.2));
        // Looks at other frames, or at too few, say nothing; nor do those while the head was still.
        assert_eq!(depth(&frames, &yaws(0.0, &frames[..2]), &params).testimony, Testimony::BonaFide);
        let mut others = yaws(0.0, &frames);
        others.iter_mut().for_each(|(seq, _)| *seq += 100);
        assert_eq!(depth(&frames, &others, &params).testimony, Testimony::BonaFide);
        let mut still = turning(1.0, 0.0);
        still.iter_mut().for_each(|frame| frame.faces[0].yaw /= 10.0);
        assert_eq!(depth(&still, &yaws(0.0, &still), &params).testimony, Testimony::BonaFide);
        still[0].faces[0].yaw = f32::NAN;
        assert_eq!(depth(&still, &yaws(1.0, &still), &params).testimony, Testimony::Attack);
    }
}
