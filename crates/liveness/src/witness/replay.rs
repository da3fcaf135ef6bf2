//! Is a stretch of the stream shown twice? No camera delivers the same picture again; a looped clip does.

use std::collections::HashMap;

use selfsame_domain::{Remark, Testimony, Witness, WitnessReport};

use super::{abstained, report};
use crate::FrameObservation;

#[derive(Debug, Clone, PartialEq)]
pub struct ReplayParams {
    /// Share of frames that may be equal to an earlier one. Cameras that fall to a few frames a second in the dark make the
    /// page send a picture twice in a row: these are not counted.
    pub repeated: f32,
    pub frames: usize,
}

impl Default for ReplayParams {
    fn default() -> Self {
        Self { repeated: 0.34, frames: 6 }
    }
}

/// Score: 1 less the share of frames that repeat an earlier one, other than the one just before.
pub fn replay<'a>(
    frames: impl IntoIterator<Item = &'a FrameObservation>,
    params: &ReplayParams,
) -> WitnessReport {
    let mut distinct: Vec<u64> = Vec::new();
    for frame in frames {
        if distinct.last() != Some(&frame.digest) {
            distinct.push(frame.digest);
        }
    }
    if distinct.len() < params.frames {
        return abstained(Witness::Replay, Remark::TooFewDifferentFrames);
    }
    let mut seen: HashMap<u64, u32> = HashMap::new();
    for digest in &distinct {
        *seen.entry(*digest).or_default() += 1;
    }
    let repeated = distinct.len() - seen.len();
    let score = 1.0 - repeated as f32 / distinct.len() as f32;
    let threshold = 1.0 - params.repeated;
    let (testimony, saw) = if score >= threshold {
        (Testimony::BonaFide, Remark::NoRepetition)
    } else {
        (Testimony::Attack, Remark::PicturesComeAgain)
    };
    report(Witness::Replay, testimony, score, threshold, saw)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(digests: &[u64]) -> Testimony {
        let frames: Vec<_> = digests
            .iter()
            .map(|digest| FrameObservation { digest: *digest, ..FrameObservation::default() })
            .collect();
        replay(&frames, &ReplayParams::default()).testimony
    }

    #[test]
    fn a_loop_is_found_and_a_slow_camera_is_not_accused() {
        assert_eq!(judged(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), Testimony::BonaFide);
        assert_eq!(judged(&[1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7]), Testimony::BonaFide);
        assert_eq!(judged(&[1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]), Testimony::Attack);
        assert_eq!(judged(&[1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1]), Testimony::Attack, "forth and back");
        assert_eq!(judged(&[1, 2, 3]), Testimony::Abstained);
        assert_eq!(judged(&[0; 30]), Testimony::Abstained, "a frozen picture is another witness's matter");
    }
}
