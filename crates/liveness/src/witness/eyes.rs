//! Do the eyes blink? People do so every few seconds; a picture never does.

use selfsame_domain::{Remark, Testimony, Witness, WitnessReport};

use super::{abstained, report};
use crate::FrameObservation;

#[derive(Debug, Clone, PartialEq)]
pub struct EyesParams {
    /// Least fall of the openness, from its highest tenth to its lowest value, that counts as a blink.
    pub blink: f32,
    /// Frames with eyes that are needed to testify.
    pub frames: usize,
}

impl Default for EyesParams {
    fn default() -> Self {
        Self { blink: 0.35, frames: 6 }
    }
}

/// Score: how far the openness of the eyes fell at least once, 0..1. Not blinking accuses nobody in a capture of seconds; it is
/// weighed, not required.
pub fn eyes<'a>(
    frames: impl IntoIterator<Item = &'a FrameObservation>,
    params: &EyesParams,
) -> WitnessReport {
    let mut open: Vec<f32> = frames
        .into_iter()
        .filter_map(|frame| frame.eyes_open)
        .map(|[right, left]| (right + left) / 2.0)
        .filter(|open| open.is_finite())
        .collect();
    if open.len() < params.frames {
        return abstained(Witness::Eyes, Remark::TooFewEyes);
    }
    open.sort_by(f32::total_cmp);
    let (lowest, usual) = (open[0], open[open.len() * 9 / 10]);
    let score = (usual - lowest).clamp(0.0, 1.0);
    if score < params.blink {
        // Weighed for what it is, but nobody is accused of not blinking.
        let word = report(Witness::Eyes, Testimony::Abstained, score, params.blink, Remark::NoBlink);
        return word;
    }
    report(Witness::Eyes, Testimony::BonaFide, score, params.blink, Remark::Blinked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blink_is_heard_and_its_absence_is_no_yes() {
        let judged = |values: &[f32]| {
            let frames: Vec<_> = values
                .iter()
                .map(|open| FrameObservation { eyes_open: Some([*open; 2]), ..FrameObservation::default() })
                .collect();
            eyes(&frames, &EyesParams::default()).testimony
        };
        assert_eq!(judged(&[0.9, 0.9, 0.95, 0.1, 0.9, 0.9, 0.9]), Testimony::BonaFide);
        assert_eq!(judged(&[0.9; 30]), Testimony::Abstained);
        assert_eq!(judged(&[f32::NAN; 30]), Testimony::Abstained);
    }
}
