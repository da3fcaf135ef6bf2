//! A capture without network and clock: the state machine, the eyes and the witnesses of the server, before a rendered
//! subject. Time passes as fast as frames can be made.

use std::path::Path;
use std::sync::Arc;

use selfsame_domain::{
    CaptureChainPolicy, DeviceInfo, Entropy, LivenessStatus, SecurityLevel, SeededEntropy, Testimony,
    Timestamp, Witness,
};
use selfsame_liveness::{CameraClaims, Capture, EnvironmentClaims, FrameOutcome, FrameSize, Judgement, Plan};
use selfsame_testkit::head::{ActiveGuidance, ChallengeCircle, Guidance, Head, Moment, Subject};
use selfsame_testkit::{Presentation, fixture, read_frames, repository};
use selfsame_verification::capture::examination::{Cores, Examination, TrackingFrame};
use selfsame_verification::capture::observe;
use selfsame_verification::{Settings, Urgency, WorkError};
use selfsame_vision::image::decode;
use selfsame_vision::{Limits, Vision, VisionSettings};

const SIZE: (u32, u32) = (1280, 720);
const TRACKING: (u32, u32) = (320, 180);
/// Tracking frames a second.
const RATE: f64 = 7.0;

/// What the texture witness is told. A rendered skin is no person's: what is rehearsed is everything but texture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Texture {
    /// That the skin is a person's, as a perfect print or screen would have it.
    Given(f32),
    /// Nothing: it abstains, and its word is not waited for.
    Abstains,
}

/// How a rehearsal ended.
#[derive(Debug, Clone)]
pub(crate) enum Ended {
    /// It was judged.
    Judged(Box<Judgement>),
    /// It ended before that: the challenge was not met, or there was nothing good to see.
    Early(String),
}

impl Ended {
    pub(crate) fn succeeded(&self) -> bool {
        matches!(self, Self::Judged(judgement) if judgement.status == LivenessStatus::Success)
    }

    /// The fused score, unless the capture ended early or a witness other than texture forbade SUCCESS.
    pub(crate) fn geometry(&self) -> Option<f32> {
        let Self::Judged(judgement) = self else { return None };
        let forbidden = judgement.report.witnesses.iter().any(|word| {
            word.binding && word.witness != Witness::Texture && word.testimony != Testimony::BonaFide
        });
        (!forbidden).then_some(judgement.score)
    }

    /// One line for people.
    pub(crate) fn describe(&self) -> String {
        let judgement = match self {
            Self::Judged(judgement) => judgement,
            Self::Early(why) => return why.clone(),
        };
        let words: Vec<String> = judgement
            .report
            .witnesses
            .iter()
            .map(|word| {
                let score = word.score.unwrap_or(f32::NAN);
                format!("{:?} {:?} {score:.3}", word.witness, word.testimony)
            })
            .collect();
        let Judgement { status, score, reason, .. } = &**judgement;
        format!("{status:?} {score:.2} {reason:?} [{}]", words.join("; "))
    }
}

pub(crate) fn vision() -> Arc<Vision> {
    let vision = Vision::load(&VisionSettings {
        weights_dir: repository().join("models"),
        sessions: Some(2),
        slots: std::collections::BTreeMap::default(),
        on_demand: false,
    });
    Arc::new(vision.expect("the networks load; run `make models`"))
}

/// Heads made of what `make fixtures` fetches.
pub(crate) fn heads(vision: &Vision) -> Vec<Arc<Head>> {
    let frames = read_frames(&fixture("frames/single_face"));
    let portrait = |path: &Path| {
        let bytes = std::fs::read(path).expect("a fixture");
        decode(&bytes, &Limits::default()).expect("a picture")
    };
    [frames[frames.len() / 2].clone(), portrait(&fixture("frames/astronaut/astronaut.png"))]
        .iter()
        .map(|picture| Arc::new(Head::from_portrait(vision, picture).expect("the fixture shows a face")))
        .collect()
}

pub(crate) fn plan(mode: &str, seed: u64) -> Plan {
    let entropy = SeededEntropy::new(seed);
    match mode {
        "passive" => Plan::Passive,
        "video" => Plan::passive_video(&entropy),
        _ => Plan::active(2, &entropy),
    }
}

/// Nobody else wants the cores.
struct AtOnce;

impl Cores for AtOnce {
    async fn run<T, F>(&self, _: Urgency, work: F) -> Result<T, WorkError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        Ok(work())
    }
}

/// One capture at security level HIGH.
pub(crate) fn rehearse(
    vision: &Arc<Vision>,
    subject: &mut dyn Subject,
    plan: Plan,
    texture: Texture,
) -> Ended {
    let whole = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    whole.block_on(perform(vision, subject, plan, texture, Arc::new(SeededEntropy::new(7)), |_, _| ()))
}

/// The same. `entropy` says when it is looked at who is there; `watch` is told of each frame's number, once it was looked at.
pub(crate) async fn perform(
    vision: &Arc<Vision>,
    subject: &mut dyn Subject,
    plan: Plan,
    texture: Texture,
    entropy: Arc<dyn Entropy>,
    mut watch: impl FnMut(&Examination, u32),
) -> Ended {
    let settings = Settings::default();
    let level = SecurityLevel::High;
    let at = |seconds: f64| Timestamp::from_millis((seconds * 1e3) as i64);
    let mut capture = Capture::new(settings.capture_for(level), plan, DeviceInfo::default(), at(0.0));
    capture.start(CameraClaims::default(), EnvironmentClaims::default(), at(0.0));
    let mut examination = Examination::new(capture, Arc::clone(vision), entropy);
    let size = FrameSize { width: SIZE.0, height: SIZE.1 };
    let mut guidance = Guidance::default();
    let mut moments: Vec<Moment> = Vec::new();
    for seq in 1..600_u32 {
        let seconds = f64::from(seq) / RATE;
        if let Some(ending) = examination.capture_mut().tick(at(seconds)) {
            return Ended::Early(format!("{ending:?}"));
        }
        let moment = subject.advance(seconds, &guidance);
        moments.push(moment);
        let picture = subject.picture(&moment, TRACKING).to_jpeg(60).into();
        let frame = TrackingFrame { seq, captured_at: seconds * 1e3, arrived: at(seconds), size, picture };
        let outcome = examination.frame(&AtOnce, frame).await.expect("a frame");
        watch(&examination, seq);
        if let Some(ending) = outcome.ending {
            return Ended::Early(format!("{ending:?}"));
        }
        guidance = told(&outcome);
        if outcome.evidence.is_empty() {
            continue;
        }
        for request in &outcome.evidence {
            let whole = subject.picture(&moments[request.seq as usize - 1], SIZE);
            let crop = request.crop;
            let picture = whole
                .crop(crop.x as u32, crop.y as u32, crop.width as u32, crop.height as u32)
                .expect("inside");
            let (glimpse, best) = (examination.glimpse(request.seq), examination.best_quality());
            let mut seen = observe::inspect(vision, *request, glimpse.as_ref(), best, &picture)
                .expect("the networks work");
            seen.observation.texture = match texture {
                Texture::Given(score) => seen.observation.texture.map(|_| score),
                Texture::Abstains => None,
            };
            examination.add(seen);
        }
        let judgement = examination
            .judge(&settings.witnesses_for(level), CaptureChainPolicy::Observe)
            .expect("one embedder");
        return Ended::Judged(Box::new(judgement));
    }
    Ended::Early("never ended".to_owned())
}

/// A presentation, chosen by its seed like everything else about it.
pub(crate) fn present(
    vision: &Arc<Vision>,
    heads: &[Arc<Head>],
    presentation: Presentation,
    mode: &str,
    seed: u64,
    texture: Texture,
) -> Ended {
    rehearse(vision, &mut *presentation.subject(heads, seed), plan(mode, seed ^ 0x706C_616E), texture)
}

fn told(outcome: &FrameOutcome) -> Guidance {
    let place = |point: selfsame_domain::Point| [f64::from(point.x), f64::from(point.y)];
    let names = ["T", "TR", "R", "BR", "B", "BL", "L", "TL"];
    Guidance {
        size: (f64::from(SIZE.0), f64::from(SIZE.1)),
        face: outcome.guidance.face.as_ref().map(|face| face.bounds),
        position_info: String::new(),
        too_close: outcome.guidance.too_close,
        too_far: outcome.guidance.too_far,
        target_half_height: outcome.target.map(|target| f64::from(target.radius)),
        active: outcome.dots.as_ref().filter(|view| !view.dots.is_empty()).map(|view| ActiveGuidance {
            controlled: place(view.controlled),
            target: view.done,
            circles: view
                .dots
                .iter()
                .map(|dot| ChallengeCircle {
                    x: f64::from(dot.centre.x),
                    y: f64::from(dot.centre.y),
                    radius: f64::from(dot.radius),
                    position: names[dot.direction as usize].to_owned(),
                })
                .collect(),
        }),
    }
}
