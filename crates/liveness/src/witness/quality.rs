//! Is there a frame good enough to be compared with?

use selfsame_domain::{Remark, Testimony, Witness, WitnessReport};

use super::{abstained, report};
use crate::EvidenceObservation;

#[derive(Debug, Clone, PartialEq)]
pub struct QualityParams {
    /// Least quality of the best frame from -100 to 200, where negative means that it has to be sent again.
    pub least: f32,
}

impl Default for QualityParams {
    fn default() -> Self {
        Self { least: 0.0 }
    }
}

/// Score: quality of the best evidence frame, from -100 to 200. Too low is no accusation.
pub fn quality(evidence: &[EvidenceObservation], params: &QualityParams) -> WitnessReport {
    let best = evidence.iter().filter_map(|frame| frame.quality).fold(f32::NEG_INFINITY, f32::max);
    if !best.is_finite() {
        return abstained(Witness::Quality, Remark::NoFaceInFullFrames);
    }
    let (testimony, saw) = if best >= params.least {
        (Testimony::BonaFide, Remark::GoodFrame)
    } else {
        (Testimony::Insufficient, Remark::NoGoodFrame)
    };
    report(Witness::Quality, testimony, best, params.least, saw)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(qualities: &[Option<f32>]) -> Testimony {
        let evidence: Vec<_> = qualities
            .iter()
            .map(|quality| EvidenceObservation {
                seq: 1,
                face: None,
                texture: None,
                quality: *quality,
                ..EvidenceObservation::default()
            })
            .collect();
        quality(&evidence, &QualityParams::default()).testimony
    }

    #[test]
    fn one_good_frame_suffices_and_without_one_there_is_no_yes() {
        assert_eq!(judged(&[Some(-50.0), Some(120.0)]), Testimony::BonaFide);
        assert_eq!(judged(&[Some(-50.0), Some(-1.0)]), Testimony::Insufficient);
        assert_eq!(judged(&[Some(f32::NAN), None]), Testimony::Abstained);
        assert_eq!(judged(&[]), Testimony::Abstained);
    }
}
