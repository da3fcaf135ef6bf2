//! The witnesses' words into one status. The only way to SUCCESS is that every binding witness speaks for a live person.

use selfsame_domain::{
    CaptureChainPolicy, LivenessReport, LivenessStatus, Testimony, Witness, WitnessReport,
};

use crate::capture::Capture;
use crate::witness::{WitnessParams, capture_chain, consistency, micro_motion, quality, texture};

/// What the witnesses together say.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    pub status: LivenessStatus,
    /// Which witness decided and what can be done; `None` on SUCCESS.
    pub diagnostic: Option<String>,
    pub report: LivenessReport,
}

/// Hears every witness on a capture whose evidence is complete.
pub fn judge(capture: &Capture, params: &WitnessParams, policy: CaptureChainPolicy) -> Judgement {
    let held = || capture.held.iter().filter_map(|seq| capture.sighting(*seq));
    let mut chain =
        capture_chain(&capture.camera, &capture.environment, &capture.frames, &params.capture_chain);
    chain.binding = policy == CaptureChainPolicy::Enforce;
    let witnesses = vec![
        texture(&capture.evidence, &params.texture),
        consistency(&capture.evidence, &capture.requested, |seq| capture.sighting(seq), &params.consistency),
        micro_motion(held(), &params.micro_motion),
        chain,
        quality(&capture.evidence, &params.quality),
    ];
    let (status, diagnostic) = fuse(&witnesses);
    Judgement { status, diagnostic, report: report(capture, witnesses) }
}

/// The report of a capture that ended early: nobody testified.
pub fn report(capture: &Capture, witnesses: Vec<WitnessReport>) -> LivenessReport {
    LivenessReport {
        witnesses,
        frames_tracked: capture.frames_tracked,
        frames_of_evidence: u32::try_from(capture.evidence.len()).unwrap_or(u32::MAX),
        device: capture.device.clone(),
    }
}

/// An attack outweighs missing quality, and missing quality outweighs everything that speaks for a person.
fn fuse(witnesses: &[WitnessReport]) -> (LivenessStatus, Option<String>) {
    let binding = || witnesses.iter().filter(|word| word.binding);
    if let Some(word) = binding().find(|word| word.testimony == Testimony::Attack) {
        let diagnostic = format!("{}: {}. {}", name(word.witness), word.saw, advice(word.witness));
        return (LivenessStatus::Spoof, Some(diagnostic));
    }
    if let Some(word) = binding().find(|word| word.testimony != Testimony::BonaFide) {
        let diagnostic = format!("{}: {}. {}", name(word.witness), word.saw, advice(word.witness));
        return (LivenessStatus::Failed, Some(diagnostic));
    }
    // Nobody bound, nobody heard: silence is not a yes.
    let heard = |witness| binding().any(|word| word.witness == witness);
    if [Witness::Texture, Witness::Consistency, Witness::MicroMotion, Witness::Quality].into_iter().all(heard)
    {
        (LivenessStatus::Success, None)
    } else {
        (LivenessStatus::Error, Some("a witness that is needed was not heard".to_owned()))
    }
}

fn name(witness: Witness) -> &'static str {
    match witness {
        Witness::Texture => "texture",
        Witness::Consistency => "consistency",
        Witness::MicroMotion => "micro-motion",
        Witness::CaptureChain => "capture chain",
        Witness::Quality => "quality",
    }
}

fn advice(witness: Witness) -> &'static str {
    match witness {
        Witness::Texture => "Clean the lens, face the light and try again with your own face",
        Witness::Consistency => "Stay alone in front of the camera and try again",
        Witness::MicroMotion => "Try again with a camera in front of a person",
        Witness::CaptureChain => "Use the device's own camera in an ordinary browser",
        Witness::Quality => "Come closer, face the light, hold still and try again",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Witness; 5] = [
        Witness::Texture,
        Witness::Consistency,
        Witness::MicroMotion,
        Witness::CaptureChain,
        Witness::Quality,
    ];

    fn words(change: Option<(Witness, Testimony)>) -> Vec<WitnessReport> {
        ALL.into_iter()
            .map(|witness| WitnessReport {
                witness,
                testimony: change
                    .filter(|(changed, _)| *changed == witness)
                    .map_or(Testimony::BonaFide, |(_, testimony)| testimony),
                score: Some(1.0),
                threshold: Some(0.5),
                saw: "x".to_owned(),
                binding: true,
            })
            .collect()
    }

    #[test]
    fn all_for_a_person_is_success() {
        assert_eq!(fuse(&words(None)).0, LivenessStatus::Success);
    }

    #[test]
    fn every_single_dissent_breaks_the_yes() {
        for witness in ALL {
            assert_eq!(fuse(&words(Some((witness, Testimony::Attack)))).0, LivenessStatus::Spoof);
            assert_eq!(fuse(&words(Some((witness, Testimony::Insufficient)))).0, LivenessStatus::Failed);
            assert_eq!(fuse(&words(Some((witness, Testimony::Abstained)))).0, LivenessStatus::Failed);
        }
    }

    #[test]
    fn only_a_witness_that_does_not_bind_may_dissent() {
        let mut words = words(Some((Witness::CaptureChain, Testimony::Attack)));
        words[3].binding = false;
        assert_eq!(fuse(&words).0, LivenessStatus::Success);
    }

    #[test]
    fn silence_is_not_a_yes() {
        assert_eq!(fuse(&[]).0, LivenessStatus::Error);
        for missing in [0, 1, 2, 4] {
            let mut words = words(None);
            words.remove(missing);
            assert_eq!(fuse(&words).0, LivenessStatus::Error);
        }
    }
}
