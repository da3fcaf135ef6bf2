//! Do straight edges make a rectangle about the face, in front of the body?

use selfsame_domain::{Remark, Testimony, Witness, WitnessReport};

use super::{abstained, mean, report};
use crate::EvidenceObservation;

#[derive(Debug, Clone, PartialEq)]
pub struct EdgesParams {
    /// At most this mean over the evidence speaks for an attack: a rectangle in three frames of four.
    pub attack: f32,
    /// Frames that are needed to testify: those of the least security level.
    pub frames: usize,
}

impl Default for EdgesParams {
    fn default() -> Self {
        Self { attack: 0.25, frames: 3 }
    }
}

/// Score: mean over the evidence frames, 0 (a rectangle lies about the face) to 1 (none is seen). That none is seen says little:
/// a screen that fills the view shows none.
pub fn edges(evidence: &[EvidenceObservation], params: &EdgesParams) -> WitnessReport {
    let scores: Vec<f32> = evidence.iter().filter_map(|frame| frame.edges).collect();
    let Some(score) = mean(scores.iter().copied()).filter(|_| scores.len() >= params.frames) else {
        return abstained(Witness::Edges, Remark::TooLittleAroundFace);
    };
    if score <= params.attack {
        let saw = Remark::EdgesAboutFace;
        return report(Witness::Edges, Testimony::Attack, score, params.attack, saw);
    }
    let saw = Remark::NoEdgesAboutFace;
    report(Witness::Edges, Testimony::BonaFide, score, params.attack, saw)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(scores: &[f32]) -> Testimony {
        let evidence: Vec<_> = scores
            .iter()
            .map(|score| EvidenceObservation { edges: Some(*score), ..EvidenceObservation::default() })
            .collect();
        edges(&evidence, &EdgesParams::default()).testimony
    }

    #[test]
    fn a_rectangle_in_most_frames_is_an_attack_and_in_one_it_is_not() {
        assert_eq!(judged(&[0.1, 0.0, 0.3, 0.2]), Testimony::Attack);
        assert_eq!(judged(&[0.0, 1.0, 1.0, 1.0]), Testimony::BonaFide);
        assert_eq!(judged(&[1.0, 0.9, 1.0]), Testimony::BonaFide);
    }

    #[test]
    fn what_was_not_looked_at_is_not_judged() {
        assert_eq!(judged(&[]), Testimony::Abstained);
        assert_eq!(judged(&[0.0, 0.0]), Testimony::Abstained);
        assert_eq!(judged(&[f32::NAN, 1.0, 1.0]), Testimony::Abstained);
        let unseen = vec![EvidenceObservation::default(); 5];
        assert_eq!(edges(&unseen, &EdgesParams::default()).testimony, Testimony::Abstained);
    }
}
