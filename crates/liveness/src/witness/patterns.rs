//! Do the full frames show the grid of a screen or the dots of a print?

use selfsame_domain::{Remark, Testimony, Witness, WitnessReport};

use super::{abstained, mean, report};
use crate::EvidenceObservation;

#[derive(Debug, Clone, PartialEq)]
pub struct PatternsParams {
    /// At most this mean over the evidence speaks for an attack. Every frame of a person that could be judged
    /// had 1 (docs/liveness.md).
    pub attack: f32,
    /// Frames that are needed to testify: those of the least security level.
    pub frames: usize,
}

impl Default for PatternsParams {
    fn default() -> Self {
        Self { attack: 0.25, frames: 3 }
    }
}

/// Score: mean over the evidence frames, 0 (a regular pattern lies over the face) to 1 (none is seen). That none is seen says
/// little: a good screen at a good distance shows none.
pub fn patterns(evidence: &[EvidenceObservation], params: &PatternsParams) -> WitnessReport {
    let scores: Vec<f32> = evidence.iter().filter_map(|frame| frame.pattern).collect();
    let Some(score) = mean(scores.iter().copied()).filter(|_| scores.len() >= params.frames) else {
        return abstained(Witness::Patterns, Remark::TooFewFramesForPatterns);
    };
    if score <= params.attack {
        let saw = Remark::PatternOverFace;
        return report(Witness::Patterns, Testimony::Attack, score, params.attack, saw);
    }
    report(Witness::Patterns, Testimony::BonaFide, score, params.attack, Remark::NoPatternOverFace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(scores: &[f32]) -> Testimony {
        let evidence: Vec<_> = scores
            .iter()
            .map(|score| EvidenceObservation { pattern: Some(*score), ..EvidenceObservation::default() })
            .collect();
        patterns(&evidence, &PatternsParams::default()).testimony
    }

    #[test]
    fn a_pattern_in_most_frames_is_an_attack() {
        assert_eq!(judged(&[0.1, 0.2, 0.1]), Testimony::Attack);
        assert_eq!(judged(&[0.9, 0.8, 1.0]), Testimony::BonaFide);
        assert_eq!(judged(&[0.1]), Testimony::Abstained);
        assert_eq!(judged(&[f32::NAN, 1.0, 1.0]), Testimony::Abstained);
    }
}
