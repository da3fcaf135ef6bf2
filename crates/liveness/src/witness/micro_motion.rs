//! A living face is never quite still, and no camera sends the same picture twice.

use selfsame_domain::{Remark, Testimony, Witness, WitnessReport};

use super::{abstained, median, report};
use crate::FrameObservation;

#[derive(Debug, Clone, PartialEq)]
pub struct MicroMotionParams {
    /// Least median movement of the landmarks between frames, over the distance of the eyes. Sensor noise alone moves the
    /// 64-px landmark network by 0.003 to 0.008; a repeated picture by exactly nothing; people move by 0.012 and more.
    pub movement: f32,
    /// Time between the frames that are compared, in ms.
    pub apart: f64,
    /// Frames of the hold that are needed to testify.
    pub frames: usize,
}

impl Default for MicroMotionParams {
    fn default() -> Self {
        Self { movement: 0.0008, apart: 350.0, frames: 6 }
    }
}

/// Score: median over pairs of frames some time apart of the mean landmark displacement, over the distance of the eyes.
/// It catches a frozen or injected still, nothing cleverer: a photo held in a hand moves.
pub fn micro_motion<'a>(
    held: impl IntoIterator<Item = &'a FrameObservation>,
    params: &MicroMotionParams,
) -> WitnessReport {
    let faces: Vec<_> =
        held.into_iter().filter_map(|frame| Some((frame.arrived_at, frame.faces.first()?))).collect();
    if faces.len() < params.frames {
        return abstained(Witness::MicroMotion, Remark::TooFewFacesInHold);
    }
    let movements = faces
        .iter()
        .enumerate()
        .filter_map(|(index, (began, from))| {
            let (_, to) = faces[index..].iter().find(|(at, _)| at - began >= params.apart)?;
            let eyes = from.eye_distance();
            if eyes <= 1.0 || from.landmarks.len() != to.landmarks.len() {
                return None;
            }
            let total: f32 =
                from.landmarks.iter().zip(&to.landmarks).map(|(a, b)| (b.x - a.x).hypot(b.y - a.y)).sum();
            Some(total / from.landmarks.len() as f32 / eyes)
        })
        .collect();
    let Some(score) = median(movements) else {
        return abstained(Witness::MicroMotion, Remark::NoLandmarks);
    };
    let (testimony, saw) = if score >= params.movement {
        (Testimony::BonaFide, Remark::FaceMoves)
    } else {
        (Testimony::Attack, Remark::FaceStandsStill)
    };
    report(Witness::MicroMotion, testimony, score, params.movement, saw)
}

#[cfg(test)]
mod tests {
    use selfsame_domain::{Point, Rect};

    use super::*;
    use crate::{FaceObservation, FrameSize};

    fn frames(step: f32) -> Vec<FrameObservation> {
        (0..10_u8)
            .map(|index| {
                let shift = f32::from(index % 2) * step;
                let landmarks = (0..68_u8)
                    .map(|point| Point { x: 100.0 + f32::from(point) * 3.0 + shift, y: 200.0 })
                    .collect();
                FrameObservation {
                    seq: u32::from(index),
                    arrived_at: f64::from(index) * 125.0,
                    size: FrameSize { width: 1280, height: 720 },
                    faces: vec![FaceObservation {
                        bounds: Rect::default(),
                        landmarks,
                        yaw: 0.0,
                        pitch: 0.0,
                        roll: 0.0,
                        brightness: 100.0,
                    }],
                    ..FrameObservation::default()
                }
            })
            .collect()
    }

    #[test]
    fn a_frozen_face_is_an_attack_and_a_moving_one_is_not() {
        let params = MicroMotionParams::default();
        assert_eq!(micro_motion(&frames(0.0), &params).testimony, Testimony::Attack);
        assert_eq!(micro_motion(&frames(0.4), &params).testimony, Testimony::BonaFide);
        assert_eq!(micro_motion(&frames(0.4)[..4], &params).testimony, Testimony::Abstained);
    }
}
