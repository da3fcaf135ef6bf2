//! Does what is around the face move with it? A head moves before its room; the picture of a head moves with the room that was
//! pictured with it, and with its own edges.
//!
//! Each comparison of a frame with an earlier one says how much of the picture about the head is explained by carrying the
//! earlier picture along with the face, and how much by leaving it where it was (`selfsame_vision::motion::around`).

use selfsame_domain::{Remark, Testimony, Witness, WitnessReport};

use super::{abstained, report};
use crate::{Explained, FrameObservation};

#[derive(Debug, Clone, PartialEq)]
pub struct SurroundingsParams {
    /// Least score that speaks for a person. On 28 stretches of ten seconds of two people before a webcam the score was 0.34 to
    /// 0.94 (median 0.58); of photos and films of them that were held in a simulated hand 0.02 to 0.51 (medians 0.06 to 0.29).
    pub own: f32,
    /// At most this speaks for an attack. Low, as a phone that is held in the hand moves face and room together as well: rendered
    /// people who film themselves that way scored 0.28 and more.
    pub shared: f32,
    /// Least motion of the face, summed over the comparisons, over the distance of the eyes. Below it the landmarks' trembling
    /// is all there is.
    pub motion: f32,
    /// Least sum of the differences, in grey levels: before a plain wall nothing can be told.
    pub near_difference: f32,
    pub far_difference: f32,
    /// Comparisons that are needed to testify.
    pub comparisons: usize,
}

impl Default for SurroundingsParams {
    fn default() -> Self {
        Self {
            own: 0.42,
            shared: 0.12,
            motion: 0.2,
            near_difference: 3.0,
            far_difference: 6.0,
            comparisons: 3,
        }
    }
}

/// Score: 0 when what is about the head moves with the face as one plane, 1 when it stays where it is.
pub fn surroundings<'a>(
    frames: impl IntoIterator<Item = &'a FrameObservation>,
    params: &SurroundingsParams,
) -> WitnessReport {
    let (mut near, mut far) = (Explained::default(), Explained::default());
    let (mut moved, mut comparisons) = (0.0_f32, 0);
    for around in frames.into_iter().filter_map(|frame| frame.around) {
        near = plus(near, around.near);
        far = plus(far, around.far);
        moved += around.moved;
        comparisons += 1;
    }
    if comparisons < params.comparisons || moved < params.motion || moved.is_nan() {
        return abstained(Witness::Surroundings, Remark::MovedTooLittle);
    }
    if let Some(score) = share_at_rest(near, params.near_difference) {
        let (testimony, saw) = if score >= params.own {
            (Testimony::BonaFide, Remark::MovesAgainstSurroundings)
        } else if score <= params.shared {
            (Testimony::Attack, Remark::MovesAsOnePlane)
        } else {
            (Testimony::Insufficient, Remark::MotionUnclear)
        };
        return report(Witness::Surroundings, testimony, score, params.own, saw);
    }
    // Far away there is the rest of the room, also behind a phone: that it stays acquits nobody.
    match share_at_rest(far, params.far_difference) {
        Some(score) if score <= params.shared => {
            let saw = Remark::EverythingMovesWithFace;
            report(Witness::Surroundings, Testimony::Attack, score, params.own, saw)
        }
        _ => abstained(Witness::Surroundings, Remark::PlainSurroundings),
    }
}

/// How much better leaving the earlier picture explains the zone than carrying it along, 0..1. `None` when neither leaves
/// enough to tell.
pub(super) fn share_at_rest(zone: Explained, least: f32) -> Option<f32> {
    let whole = zone.carried + zone.left;
    (whole >= least && whole.is_finite()).then(|| zone.carried / whole)
}

pub(super) fn plus(a: Explained, b: Explained) -> Explained {
    Explained { carried: a.carried + b.carried, left: a.left + b.left }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Around;

    fn judged(near: (f32, f32), far: (f32, f32), moved: f32) -> Testimony {
        let zone = |(carried, left)| Explained { carried, left };
        let around = Around { near: zone(near), far: zone(far), moved, ..Around::default() };
        let frames = vec![FrameObservation { around: Some(around), ..FrameObservation::default() }; 10];
        surroundings(&frames, &SurroundingsParams::default()).testimony
    }

    #[test]
    fn what_moves_as_one_is_an_attack() {
        assert_eq!(judged((2.0, 0.3), (3.0, 0.1), 0.1), Testimony::BonaFide);
        assert_eq!(judged((0.1, 2.0), (0.3, 3.0), 0.1), Testimony::Attack);
        assert_eq!(
            judged((0.1, 2.0), (3.0, 0.1), 0.1),
            Testimony::Attack,
            "a phone before a room that stands still"
        );
        assert_eq!(judged((0.5, 1.5), (3.0, 0.1), 0.1), Testimony::Insufficient);
    }

    #[test]
    fn where_nothing_can_be_told_nobody_is_accused_or_acquitted() {
        assert_eq!(judged((2.0, 0.3), (3.0, 0.1), 0.01), Testimony::Abstained, "no motion");
        assert_eq!(judged((0.01, 0.02), (3.0, 0.1), 0.1), Testimony::Abstained, "a plain wall");
        assert_eq!(judged((0.01, 0.02), (0.1, 3.0), 0.1), Testimony::Attack, "but everything else moves");
        assert_eq!(judged((f32::NAN, 1.0), (f32::NAN, 1.0), 0.1), Testimony::Abstained);
        assert_eq!(judged((1.0, 0.1), (1.0, 0.1), f32::NAN), Testimony::Abstained);
        let once = [FrameObservation { around: Some(Around::default()), ..FrameObservation::default() }];
        assert_eq!(surroundings(&once, &SurroundingsParams::default()).testimony, Testimony::Abstained);
    }
}
