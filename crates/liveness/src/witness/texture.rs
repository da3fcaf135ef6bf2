//! Skin texture: does the face look photographed from a person, or from a print or a screen?

use selfsame_domain::{Testimony, Witness, WitnessReport};

use super::{abstained, mean, report};
use crate::EvidenceObservation;

/// Limits on the mean score of the texture network over the evidence, 0..1.
#[derive(Debug, Clone, PartialEq)]
pub struct TextureParams {
    /// At least this speaks for a live person. Genuine webcam and phone clips ran from 0.13 to 1.00 and refilmed screens
    /// stayed at 0.32 or less (shared measurements in docs/liveness.md), so below 0.5 nothing is certain.
    pub live: f32,
    /// Every single frame must reach this: a few good frames must not carry a screen.
    pub every_frame: f32,
    /// At most this speaks for an attack; between the two the quality is said not to suffice.
    pub attack: f32,
    /// Frames with a face that are needed to testify at all.
    pub frames: usize,
}

impl Default for TextureParams {
    fn default() -> Self {
        Self { live: 0.60, every_frame: 0.20, attack: 0.40, frames: 3 }
    }
}

/// Score: mean over the evidence frames, 0 (print or screen) to 1 (live).
pub fn texture(evidence: &[EvidenceObservation], params: &TextureParams) -> WitnessReport {
    let scores: Vec<f32> = evidence.iter().filter_map(|frame| frame.texture).collect();
    let Some(score) = mean(scores.iter().copied()).filter(|_| scores.len() >= params.frames) else {
        return abstained(Witness::Texture, "too few full frames with a face");
    };
    let worst = scores.iter().copied().fold(f32::INFINITY, f32::min);
    let (testimony, saw) = if score >= params.live && worst >= params.every_frame {
        (Testimony::BonaFide, "skin texture indicates a person in front of the camera")
    } else if score <= params.attack || worst < params.every_frame {
        (Testimony::Attack, "texture indicates a print or a screen")
    } else {
        (Testimony::Insufficient, "texture is not clear enough to tell a person from a picture")
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
        assert_eq!(judged(&[1.0, 1.0, 1.0, 1.0, 0.01]), Testimony::Attack);
        assert_eq!(judged(&[0.1, 0.2, 0.3]), Testimony::Attack);
        assert_eq!(judged(&[0.5, 0.5, 0.5]), Testimony::Insufficient);
        assert_eq!(judged(&[1.0, 1.0]), Testimony::Abstained);
        assert_eq!(judged(&[]), Testimony::Abstained);
        assert_eq!(judged(&[f32::NAN, 1.0, 1.0]), Testimony::Abstained);
    }
}
