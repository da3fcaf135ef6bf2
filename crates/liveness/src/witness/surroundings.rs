//! Does the face move against what is around it? A head moves before its room; the picture of a head moves with the room
//! that was pictured with it.

use selfsame_domain::{Testimony, Witness, WitnessReport};

use super::{abstained, median, report};
use crate::FrameObservation;
use crate::motion::{Fit, around};

#[derive(Debug, Clone, PartialEq)]
pub struct SurroundingsParams {
    /// Least part of the motion that must be the face's own.
    pub own: f32,
    /// At most this part speaks for an attack.
    pub shared: f32,
    /// Least motion of face or surroundings, summed over the capture, over the distance of the eyes. Below it the
    /// landmarks' trembling is all there is.
    pub motion: f32,
    /// Time between the frames that are compared, in ms: long enough to move.
    pub apart: f64,
}

impl Default for SurroundingsParams {
    fn default() -> Self {
        Self { own: 0.40, shared: 0.22, motion: 0.25, apart: 350.0 }
    }
}

/// Score: 0 when face and surroundings move as one plane, 1 when they have nothing in common.
pub fn surroundings<'a>(
    frames: impl IntoIterator<Item = &'a FrameObservation>,
    params: &SurroundingsParams,
) -> WitnessReport {
    let frames: Vec<_> = frames.into_iter().filter(|frame| !frame.faces.is_empty()).collect();
    let (mut own, mut all) = (0.0_f32, 0.0_f32);
    let mut pairs = 0;
    let mut from = 0;
    for to in 1..frames.len() {
        if frames[to].captured_at - frames[from].captured_at < params.apart {
            continue;
        }
        if let Some((relative, whole)) = motion(frames[from], frames[to]) {
            (own, all, pairs) = (own + relative, all + whole, pairs + 1);
        }
        from = to;
    }
    if pairs == 0 {
        return by_change(&frames, params);
    }
    if all < params.motion {
        return abstained(Witness::Surroundings, "neither the face nor its surroundings moved enough");
    }
    let score = (own / all).min(1.0);
    let (testimony, saw) = if score >= params.own {
        (Testimony::BonaFide, "the face moves against its surroundings")
    } else if score <= params.shared {
        (Testimony::Attack, "face and surroundings move as one plane: indicates a print or a screen")
    } else {
        (Testimony::Insufficient, "the face's motion and that of its surroundings are hard to tell apart")
    };
    report(Witness::Surroundings, testimony, score, params.own, saw)
}

/// Where nothing can be followed, in small or dark pictures: how much less the surroundings change than the face does. Coarser,
/// so that it weighs but neither accuses nor acquits.
fn by_change(frames: &[&FrameObservation], params: &SurroundingsParams) -> WitnessReport {
    let changes: Vec<_> = frames.iter().filter_map(|frame| frame.change).collect();
    let inside = median(changes.iter().map(|change| change.inside).collect());
    let outside = median(changes.iter().map(|change| change.outside).collect());
    let (Some(inside), Some(outside)) = (inside, outside) else {
        return abstained(Witness::Surroundings, "too little around the face could be followed");
    };
    let score = (1.0 - outside / inside.max(0.1)).clamp(0.0, 1.0);
    let saw = "nothing around the face could be followed; its brightness was compared";
    report(Witness::Surroundings, Testimony::Abstained, score, params.own, saw)
}

/// Motion of the eyes that the surroundings do not explain, and all motion, over the distance of the eyes.
fn motion(from: &FrameObservation, to: &FrameObservation) -> Option<(f32, f32)> {
    let fit = Fit::of(&around(from, to))?;
    let (a, b) = (from.faces.first()?, to.faces.first()?);
    let unit = a.eye_distance();
    if unit < 4.0 {
        return None;
    }
    // Eyes, nose and mouth corners: rigid enough.
    let (mut relative, mut moved, mut carried, mut count) = (0.0, 0.0, 0.0, 0.0_f32);
    for index in [36, 39, 42, 45, 30, 33, 48, 54] {
        let (before, after) = (a.landmarks.get(index)?, b.landmarks.get(index)?);
        let (x, y) = (before.x * fit.scale + fit.shift.x, before.y * fit.scale + fit.shift.y);
        relative += (after.x - x).hypot(after.y - y);
        moved += (after.x - before.x).hypot(after.y - before.y);
        carried += (x - before.x).hypot(y - before.y);
        count += 1.0;
    }
    let whole = f32::max(moved, carried);
    Some((relative / count / unit, whole / count / unit))
}

#[cfg(test)]
mod tests {
    use selfsame_domain::{Point, Rect};

    use super::*;
    use crate::{FaceObservation, FrameSize, TrackedPoint};

    /// The face is moved by `face`, the points around it by `room`, in pixels.
    fn frame(index: u8, face: f32, room: f32) -> FrameObservation {
        let sway = (f32::from(index) * 0.9).sin();
        let landmarks = (0..68_u8)
            .map(|n| Point { x: 560.0 + f32::from(n) * 2.0 + face * sway, y: 300.0 + f32::from(n) })
            .collect();
        let bounds = Rect { x: 540.0 + face * sway, y: 240.0, width: 180.0, height: 220.0 };
        let points = (0..40_u8)
            .map(|n| TrackedPoint {
                id: u32::from(n),
                at: Point {
                    x: f32::from(n % 8) * 30.0 + if n % 2 == 0 { 40.0 } else { 960.0 } + room * sway,
                    y: 60.0 + f32::from(n / 8) * 90.0,
                },
            })
            .collect();
        FrameObservation {
            seq: u32::from(index),
            captured_at: f64::from(index) * 400.0,
            size: FrameSize { width: 1280, height: 720 },
            faces: vec![FaceObservation { bounds, landmarks, ..FaceObservation::default() }],
            points,
            ..FrameObservation::default()
        }
    }

    fn judged(face: f32, room: f32) -> Testimony {
        let frames: Vec<_> = (0..12).map(|index| frame(index, face, room)).collect();
        surroundings(&frames, &SurroundingsParams::default()).testimony
    }

    #[test]
    fn what_moves_as_one_is_an_attack() {
        assert_eq!(judged(14.0, 0.0), Testimony::BonaFide);
        assert_eq!(judged(3.0, 14.0), Testimony::BonaFide, "a phone in the hand of a person");
        assert_eq!(judged(14.0, 14.0), Testimony::Attack);
        assert_eq!(judged(0.1, 0.1), Testimony::Abstained);
    }
}
