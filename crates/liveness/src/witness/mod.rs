//! The witnesses. Each is a function of evidence, with a score of its own and a word on what it saw; docs/liveness.md has
//! a section for each. A witness that has nothing to go by abstains, and abstaining is never a yes.

mod capture_chain;
mod consistency;
mod depth;
mod edges;
mod eyes;
mod micro_motion;
mod obedience;
mod patterns;
mod perspective;
mod quality;
mod replay;
mod surroundings;
mod texture;

pub use capture_chain::{CaptureChainParams, capture_chain};
pub use consistency::{ConsistencyParams, consistency};
pub use depth::{DepthParams, depth};
pub use edges::{EdgesParams, edges};
pub use eyes::{EyesParams, eyes};
pub use micro_motion::{MicroMotionParams, micro_motion};
pub(crate) use obedience::tally;
pub use obedience::{ObedienceParams, obedience};
pub use patterns::{PatternsParams, patterns};
pub use perspective::{PerspectiveParams, perspective, width_over_eyes};
pub use quality::{QualityParams, quality};
pub use replay::{ReplayParams, replay};
pub use surroundings::{SurroundingsParams, surroundings};
pub use texture::{TextureParams, texture};

use selfsame_domain::{Remark, Saw, Testimony, Witness, WitnessReport};

use crate::fusion::FusionParams;

/// Limits of all witnesses.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WitnessParams {
    pub texture: TextureParams,
    pub consistency: ConsistencyParams,
    pub micro_motion: MicroMotionParams,
    pub capture_chain: CaptureChainParams,
    pub quality: QualityParams,
    pub depth: DepthParams,
    pub surroundings: SurroundingsParams,
    pub obedience: ObedienceParams,
    pub perspective: PerspectiveParams,
    pub replay: ReplayParams,
    pub eyes: EyesParams,
    pub patterns: PatternsParams,
    pub edges: EdgesParams,
    pub fusion: FusionParams,
}

fn report(
    witness: Witness,
    testimony: Testimony,
    score: f32,
    threshold: f32,
    saw: impl Into<Saw>,
) -> WitnessReport {
    // A score that is not a number is no score: whoever compared with it would get "false" both ways.
    if !score.is_finite() {
        return abstained(witness, Remark::NoScore);
    }
    WitnessReport {
        witness,
        testimony,
        score: Some(score),
        threshold: Some(threshold),
        saw: saw.into(),
        binding: true,
    }
}

fn abstained(witness: Witness, saw: impl Into<Saw>) -> WitnessReport {
    WitnessReport {
        witness,
        testimony: Testimony::Abstained,
        score: None,
        threshold: None,
        saw: saw.into(),
        binding: true,
    }
}

fn mean(values: impl IntoIterator<Item = f32>) -> Option<f32> {
    let (sum, count) = values.into_iter().fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f32)
}

fn median(mut values: Vec<f32>) -> Option<f32> {
    values.retain(|value| value.is_finite());
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied()
}
