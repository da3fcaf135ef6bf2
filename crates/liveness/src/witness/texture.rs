//! Skin texture: does the face look photographed from a person, or from a print or a screen?

use selfsame_domain::{Remark, Testimony, Witness, WitnessReport};

use super::{abstained, mean, report};
use crate::EvidenceObservation;

/// Limits on the mean score of the texture network over the evidence, 0..1.
#[derive(Debug, Clone, PartialEq)]
pub struct TextureParams {
    /// At least this, in the mean and in the median, does not speak against a live person; how much it speaks for one is weighed.
    /// Genuine webcam and phone clips ran from 0.13 to 1.00 and refilmed screens stayed at 0.32 or less (shared measurements in
    /// docs/liveness.md).
    pub live: f32,
    /// Every frame but one must reach this: a few good frames must not carry a screen, nor one blurred frame spoil a person's.
    pub every_frame: f32,
    /// At most this speaks for an attack; between the two the quality is said not to suffice.
    pub attack: f32,
    /// Frames with a face that are needed to testify at all.
    pub frames: usize,
}

impl Default for TextureParams {
    fn default() -> Self {
        Self { live: 0.45, every_frame: 0.12, attack: 0.32, frames: 3 }
    }
}

/// Score: mean over the evidence frames, 0 (print or screen) to 1 (live).
pub fn texture(evidence: &[EvidenceObservation], params: &TextureParams) -> WitnessReport {
    let scores: Vec<f32> = evidence.iter().filter_map(|frame| frame.texture).collect();
    let Some(score) = mean(scores.iter().copied()).filter(|_| scores.len() >= params.frames) else {
        return abstained(Witness::Texture, Remark::TooFewFullFrames);
    };
    let mut sorted = scores;
    sorted.sort_by(f32::total_cmp);
    let middle = sorted[sorted.len() / 2];
    let worst = sorted[1.min(sorted.len() - 1)];
    let (testimony, saw) = if score >= params.live && middle >= params.live && worst >= params.every_frame {
        (Testimony::BonaFide, Remark::TextureOfSkin)
    } else if score <= params.attack || worst < params.every_frame {
        (Testimony::Attack, Remark::TextureOfCopy)
    } else {
        (Testimony::Insufficient, Remark::TextureUnclear)
    };
    report(Witness::Texture, testimony, score, params.live, saw)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(scores: &[f32]) -> Testimony {
        let evidence: Vec<_> = scores
            .iter()
            .map(|score| EvidenceObservation {
                seq: 1,
                face: None,
                texture: Some(*score),
                ..EvidenceObservation::default()
            })
            .collect();
        texture(&evidence, &TextureParams::default()).testimony
    }

    #[test]
    fn only_a_clear_mean_without_a_bad_frame_is_bona_fide() {
        assert_eq!(judged(&[0.9, 0.95, 1.0]), Testimony::BonaFide);
        assert_eq!(judged(&[1.0, 1.0, 1.0, 1.0, 0.01]), Testimony::BonaFide, "one blurred frame");
        assert_eq!(judged(&[1.0, 1.0, 1.0, 0.01, 0.01]), Testimony::Attack);
        assert_eq!(
            judged(&[1.0, 1.0, 0.2, 0.2, 0.2]),
            Testimony::Insufficient,
            "most of them look like a picture"
        );
        assert_eq!(judged(&[0.1, 0.2, 0.3]), Testimony::Attack);
        assert_eq!(judged(&[0.4, 0.4, 0.4]), Testimony::Insufficient);
        assert_eq!(judged(&[1.0, 1.0]), Testimony::Abstained);
        assert_eq!(judged(&[]), Testimony::Abstained);
        assert_eq!(judged(&[f32::NAN, 1.0, 1.0]), Testimony::Abstained);
    }
}
