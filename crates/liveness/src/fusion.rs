//! The witnesses' words into one status. The only way to SUCCESS is that every binding witness speaks for a live person.

use selfsame_domain::{
    CaptureChainPolicy, LivenessReport, LivenessStatus, Reason, Testimony, Witness, WitnessReport,
};

use crate::capture::Capture;
use crate::challenge::Plan;
use crate::witness::{
    DepthParams, WitnessParams, capture_chain, consistency, depth, edges, eyes, micro_motion, obedience,
    patterns, perspective, quality, replay, surroundings, texture,
};
use crate::{EvidenceObservation, FrameObservation};

/// How the words are weighed together.
#[derive(Debug, Clone, PartialEq)]
pub struct FusionParams {
    /// Least fused score, 0..1, for SUCCESS. See [`weigh`].
    pub least: f32,
    /// Whether a witness that may abstain forbids SUCCESS when it says attack.
    pub optional_attacks_bind: bool,
}

impl Default for FusionParams {
    fn default() -> Self {
        Self { least: 0.5, optional_attacks_bind: true }
    }
}

/// What the witnesses together say.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    pub status: LivenessStatus,
    /// Which witness decided and what can be done; `None` on SUCCESS.
    pub reason: Option<Reason>,
    pub report: LivenessReport,
    /// The fused score, 0..1.
    pub score: f32,
}

/// Hears every witness on a capture whose evidence is complete.
pub fn judge(capture: &Capture, params: &WitnessParams, policy: CaptureChainPolicy) -> Judgement {
    let held = || capture.held.iter().filter_map(|seq| capture.sighting(*seq));
    let mut chain =
        capture_chain(&capture.camera, &capture.environment, &capture.frames, &params.capture_chain);
    chain.binding = policy == CaptureChainPolicy::Enforce;
    let optional = |mut word: WitnessReport| {
        word.binding = word.testimony == Testimony::Attack && params.fusion.optional_attacks_bind;
        word
    };
    // Whoever sat there before is nobody's business: a phone may have been handed over.
    let first = capture.held.iter().min().copied().unwrap_or(0);
    let mut recognised = capture.recognised.clone();
    recognised.stream.retain(|seen| seen.seq >= first);
    // Only who was asked to turn can be accused of having no depth.
    let turn = if matches!(capture.plan(), Plan::Active(_)) { params.depth.turn } else { f32::INFINITY };
    let depth = depth(held(), &recognised.yaws, &DepthParams { turn, ..params.depth.clone() });
    let surroundings = optional(surroundings(held(), &params.surroundings));
    let mut witnesses = vec![
        texture(&capture.evidence, &params.texture),
        consistency(
            (&capture.evidence, &capture.requested, capture.params.evidence_frames),
            &recognised,
            held(),
            |seq| capture.sighting(seq),
            &params.consistency,
        ),
        micro_motion(held(), &params.micro_motion),
        replay(held(), &params.replay),
        chain,
        quality(&capture.evidence, &params.quality),
        surroundings,
        optional(patterns(&capture.evidence, &params.patterns)),
        // Mirrors and counters have frames too: weighed, and never decides.
        WitnessReport { binding: false, ..edges(&capture.evidence, &params.edges) },
        optional(eyes(held(), &params.eyes)),
    ];
    match capture.plan() {
        // Who holds still shows little depth: it is weighed, and accuses nobody.
        Plan::Passive => witnesses.push(WitnessReport { binding: false, ..depth }),
        Plan::PassiveVideo { .. } => {
            witnesses.push(WitnessReport { binding: false, ..depth });
            let record = capture.approach.as_ref();
            witnesses.push(perspective(record, |seq| capture.sighting(seq), &params.perspective));
        }
        Plan::Active(_) => {
            witnesses.push(depth);
            witnesses.push(obedience(capture.dots.as_ref(), &params.obedience));
        }
    }
    let score = weigh(&witnesses);
    let (status, reason) = fuse(&witnesses, capture.plan(), score, &params.fusion);
    let report = LivenessReport { score: Some(score), ..report(capture, witnesses) };
    Judgement { status, reason, score, report }
}

/// The report of a capture that ended before its evidence was complete: what the witnesses say who need none. None of them binds,
/// for none of them decided; and there is no fused score, which is of all together.
pub fn report_early(capture: &Capture, params: &WitnessParams) -> LivenessReport {
    if capture.frames.is_empty() {
        return report(capture, Vec::new());
    }
    // Of what was asked, as far as it went; before anything was asked, of all that was seen.
    let held = capture.performed();
    let frames = || capture.frames.iter().filter(|frame| held.is_empty() || held.contains(&frame.seq));
    let turn = if matches!(capture.plan(), Plan::Active(_)) { params.depth.turn } else { f32::INFINITY };
    let mut witnesses = vec![
        micro_motion(frames(), &params.micro_motion),
        replay(frames(), &params.replay),
        capture_chain(&capture.camera, &capture.environment, &capture.frames, &params.capture_chain),
        surroundings(frames(), &params.surroundings),
        eyes(frames(), &params.eyes),
        depth(frames(), &[], &DepthParams { turn, ..params.depth.clone() }),
    ];
    if let Some(record) = capture.approach_so_far() {
        witnesses.push(perspective(Some(record), |seq| capture.sighting(seq), &params.perspective));
    }
    if let Some(record) = capture.dots_so_far() {
        witnesses.push(obedience(Some(record), &params.obedience));
    }
    for word in &mut witnesses {
        word.binding = false;
    }
    report(capture, witnesses)
}

/// The witnesses of a recording in which nothing was asked: frames in order, and some of them looked at in full. For
/// evaluation on recordings; a live capture is heard by [`judge`].
pub fn judge_recording(
    frames: &[FrameObservation],
    evidence: &[EvidenceObservation],
    params: &WitnessParams,
) -> (f32, Vec<WitnessReport>) {
    let witnesses = vec![
        texture(evidence, &params.texture),
        micro_motion(frames, &params.micro_motion),
        replay(frames, &params.replay),
        surroundings(frames, &params.surroundings),
        patterns(evidence, &params.patterns),
        edges(evidence, &params.edges),
        eyes(frames, &params.eyes),
        depth(frames, &[], &DepthParams { turn: f32::INFINITY, ..params.depth.clone() }),
    ];
    (weigh(&witnesses), witnesses)
}

/// What a person who is alive shows beyond skin, together. A film of a person shows all of it too: beyond this it counts no more.
const MOST_FOR_LIFE: f32 = 2.0;

/// The words on one scale, 0 (attack) to 1 (bona fide): a logistic sum of what each witness's score is worth. Monotone in each
/// score, and no witness reaches beyond what its line says, so that a verdict can be read off the report. Three things have to
/// come together: skin, signs of life, of which there can be enough but never too many, and the challenge. What speaks against
/// a person is subtracted in full. Middles and slopes were read off the distributions in docs/liveness.md, not fitted.
pub fn weigh(witnesses: &[WitnessReport]) -> f32 {
    let (mut skin, mut for_life, mut against, mut challenge) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
    for word in witnesses {
        let Some(score) = word.score else { continue };
        let worth =
            |middle: f32, slope: f32, least: f32, most: f32| ((score - middle) * slope).clamp(least, most);
        match word.witness {
            // A refilmed screen scores 0.32 at most, a good print anything.
            Witness::Texture => skin += worth(0.6, 12.0, -6.0, 0.0) + worth(0.6, 5.0, 0.0, 2.0),
            Witness::Perspective => challenge += worth(0.65, 12.0, -2.0, 1.0),
            Witness::Obedience => challenge += worth(0.9, 10.0, -2.0, 1.0),
            Witness::Patterns => against += worth(0.5, 3.0, -1.0, 0.0),
            Witness::Edges => against += worth(0.6, 2.0, -1.0, 0.0),
            Witness::Replay => against += worth(0.9, 10.0, -2.0, 0.0),
            Witness::Consistency | Witness::CaptureChain | Witness::Quality => {}
            Witness::Surroundings | Witness::Eyes | Witness::Depth | Witness::MicroMotion => {
                let worth = life(word.witness, score);
                for_life += worth.max(0.0);
                against += worth.min(0.0);
            }
        }
    }
    let sum = skin + for_life.min(MOST_FOR_LIFE) + against + challenge;
    1.0 / (1.0 + (-sum).exp())
}

/// What a sign of life is worth.
fn life(witness: Witness, score: f32) -> f32 {
    let worth =
        |middle: f32, slope: f32, least: f32, most: f32| ((score - middle) * slope).clamp(least, most);
    match witness {
        Witness::Surroundings => worth(0.42, 10.0, -3.0, 2.0),
        Witness::Eyes => worth(0.35, 3.0, -1.0, 1.5),
        Witness::Depth => worth(0.05, 80.0, -2.5, 2.0),
        // A picture moves in a hand as well: it can only be missing.
        Witness::MicroMotion => worth(0.012, 120.0, -1.0, 0.3),
        _ => 0.0,
    }
}

/// How much the frames so far show of a living person, in the units of [`weigh`]'s sum. From [`MOST_FOR_LIFE`] on there is no
/// more to wait for.
pub(crate) fn signs_of_life<'a>(frames: impl Iterator<Item = &'a FrameObservation> + Clone) -> f32 {
    let params = WitnessParams::default();
    let words = [
        surroundings(frames.clone(), &params.surroundings),
        eyes(frames.clone(), &params.eyes),
        depth(frames.clone(), &[], &params.depth),
        micro_motion(frames, &params.micro_motion),
    ];
    let worths = words.iter().filter_map(|word| Some(life(word.witness, word.score?)));
    let (for_life, against) =
        worths.fold((0.0_f32, 0.0_f32), |(more, less), worth| (more + worth.max(0.0), less + worth.min(0.0)));
    for_life.min(MOST_FOR_LIFE) + against
}

fn report(capture: &Capture, witnesses: Vec<WitnessReport>) -> LivenessReport {
    LivenessReport {
        witnesses,
        score: None,
        frames_tracked: capture.frames_tracked,
        frames_of_evidence: u32::try_from(capture.evidence.len()).unwrap_or(u32::MAX),
        device: capture.device.clone(),
    }
}

/// An attack outweighs missing quality, and missing quality outweighs everything that speaks for a person.
fn fuse(
    witnesses: &[WitnessReport],
    plan: &Plan,
    score: f32,
    params: &FusionParams,
) -> (LivenessStatus, Option<Reason>) {
    let binding = || witnesses.iter().filter(|word| word.binding);
    // Whoever has to mend it should not have to mend one thing to learn of the next: all that accuse are named.
    let against = |accusing: bool| {
        let words = binding().filter(|word| {
            (word.testimony == Testimony::Attack) == accusing && word.testimony != Testimony::BonaFide
        });
        let heard: Vec<_> = words.map(|word| (word.witness, word.saw.clone())).collect();
        (!heard.is_empty()).then_some(Reason::Witnesses(heard))
    };
    if let Some(reason) = against(true) {
        return (LivenessStatus::Spoof, Some(reason));
    }
    if let Some(reason) = against(false) {
        return (LivenessStatus::Failed, Some(reason));
    }
    // Nobody bound, nobody heard: silence is not a yes.
    let heard = |witness: &Witness| binding().any(|word| word.witness == *witness);
    if !required(plan).iter().all(heard) {
        return (LivenessStatus::Error, Some(Reason::NotHeard));
    }
    // Written so that a score that is not a number fails.
    if score >= params.least {
        (LivenessStatus::Success, None)
    } else {
        (LivenessStatus::Failed, Some(Reason::NotConvinced))
    }
}

/// Witnesses without whose word there is no SUCCESS.
fn required(plan: &Plan) -> &'static [Witness] {
    use Witness::{Consistency, Depth, MicroMotion, Obedience, Perspective, Quality, Replay, Texture};
    match plan {
        Plan::Passive => &[Texture, Consistency, MicroMotion, Replay, Quality],
        Plan::PassiveVideo { .. } => &[Texture, Consistency, MicroMotion, Replay, Quality, Perspective],
        Plan::Active(_) => &[Texture, Consistency, MicroMotion, Replay, Quality, Depth, Obedience],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::challenge::Challenge;

    fn plans() -> [Plan; 3] {
        [
            Plan::Passive,
            Plan::PassiveVideo { growth: 1.4 },
            Plan::Active(Challenge { asked: 0, dots: Vec::new() }),
        ]
    }

    fn words(plan: &Plan, change: Option<(Witness, Testimony)>) -> Vec<WitnessReport> {
        required(plan)
            .iter()
            .chain(&[Witness::CaptureChain])
            .map(|witness| WitnessReport {
                witness: *witness,
                testimony: change
                    .filter(|(changed, _)| changed == witness)
                    .map_or(Testimony::BonaFide, |(_, testimony)| testimony),
                score: Some(1.0),
                threshold: Some(0.5),
                saw: selfsame_domain::Remark::NoScore.into(),
                binding: true,
            })
            .collect()
    }

    fn fused(plan: &Plan, words: &[WitnessReport]) -> LivenessStatus {
        fuse(words, plan, 0.9, &FusionParams::default()).0
    }

    #[test]
    fn all_for_a_person_is_success() {
        for plan in plans() {
            assert_eq!(fused(&plan, &words(&plan, None)), LivenessStatus::Success);
        }
    }

    #[test]
    fn every_single_dissent_breaks_the_yes() {
        for plan in plans() {
            for witness in required(&plan).iter().copied().chain([Witness::CaptureChain]) {
                let status = |testimony| fused(&plan, &words(&plan, Some((witness, testimony))));
                assert_eq!(status(Testimony::Attack), LivenessStatus::Spoof);
                assert_eq!(status(Testimony::Insufficient), LivenessStatus::Failed);
                assert_eq!(status(Testimony::Abstained), LivenessStatus::Failed);
            }
        }
    }

    #[test]
    fn only_a_witness_that_does_not_bind_may_dissent() {
        let plan = Plan::Passive;
        let mut words = words(&plan, Some((Witness::CaptureChain, Testimony::Attack)));
        words.last_mut().unwrap().binding = false;
        assert_eq!(fused(&plan, &words), LivenessStatus::Success);
    }

    #[test]
    fn silence_is_not_a_yes() {
        for plan in plans() {
            assert_eq!(fused(&plan, &[]), LivenessStatus::Error);
            for missing in 0..required(&plan).len() {
                let mut words = words(&plan, None);
                words.remove(missing);
                assert_eq!(fused(&plan, &words), LivenessStatus::Error);
            }
        }
    }

    #[test]
    fn together_they_must_convince() {
        let plan = Plan::Passive;
        let status = |score| fuse(&words(&plan, None), &plan, score, &FusionParams::default()).0;
        assert_eq!(status(0.51), LivenessStatus::Success);
        assert_eq!(status(0.49), LivenessStatus::Failed);
        assert_eq!(status(f32::NAN), LivenessStatus::Failed);
    }

    #[test]
    fn the_fused_score_rises_with_each_score() {
        let word = |witness, score| WitnessReport {
            witness,
            testimony: Testimony::BonaFide,
            score: Some(score),
            threshold: None,
            saw: selfsame_domain::Remark::NoScore.into(),
            binding: true,
        };
        for witness in [
            Witness::Texture,
            Witness::Surroundings,
            Witness::Eyes,
            Witness::Depth,
            Witness::Patterns,
            Witness::MicroMotion,
            Witness::Replay,
            Witness::Perspective,
            Witness::Obedience,
            Witness::Edges,
        ] {
            let scores: Vec<f32> =
                (0..=20_u8).map(|n| weigh(&[word(witness, f32::from(n) / 20.0)])).collect();
            assert!(scores.windows(2).all(|pair| pair[0] <= pair[1]), "{witness:?} {scores:?}");
            assert!(scores[0] < 0.5, "{witness:?} can speak against a person");
        }
    }
}
