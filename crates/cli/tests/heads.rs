//! The three modes rehearsed with rendered heads: the state machine, the eyes and the witnesses of the server, without its
//! network, and time that passes as fast as frames can be rendered.

use std::sync::Arc;

use selfsame_domain::{
    CaptureChainPolicy, DeviceInfo, LivenessStatus, SecurityLevel, SeededEntropy, Timestamp,
};
use selfsame_liveness::{
    CameraClaims, Capture, EnvironmentClaims, EvidenceObservation, FrameOutcome, FrameSize, Judgement, Plan,
    judge,
};
use selfsame_testkit::head::{ActiveGuidance, Actor, ChallengeCircle, Guidance, Head, HeadPose, Scene};
use selfsame_testkit::{fixture, read_frames, repository};
use selfsame_verification::Settings;
use selfsame_verification::capture::observe::{self, Motion};
use selfsame_vision::{Picture, Template, Vision, VisionSettings};

const SIZE: (u32, u32) = (1280, 720);
const RATE: f64 = 7.0;

fn vision() -> Vision {
    Vision::load(&VisionSettings {
        weights_dir: repository().join("models"),
        sessions: Some(2),
        slots: std::collections::BTreeMap::default(),
    })
    .expect("the networks load")
}

fn head(vision: &Vision) -> Arc<Head> {
    let frames = read_frames(&fixture("frames/single_face"));
    Arc::new(Head::from_portrait(vision, &frames[frames.len() / 2]).expect("the fixture shows a face"))
}

/// What is before the camera.
trait Subject {
    fn advance(&mut self, seconds: f64, told: &Guidance);
    /// What was there at a moment that has been advanced to.
    fn picture(&self, moment: &Moment, size: (u32, u32)) -> Picture;
    fn pose(&self) -> HeadPose;
}

#[derive(Clone, Copy)]
struct Moment {
    pose: HeadPose,
    seconds: f64,
}

struct Person {
    actor: Actor,
    scene: Scene,
}

impl Person {
    fn new(head: &Arc<Head>, seed: u64) -> Self {
        Self { actor: Actor::person(seed), scene: Scene::random(Arc::clone(head), seed) }
    }
}

impl Subject for Person {
    fn advance(&mut self, seconds: f64, told: &Guidance) {
        self.actor.advance(seconds, told);
    }

    fn picture(&self, moment: &Moment, size: (u32, u32)) -> Picture {
        self.scene.render(&moment.pose, moment.seconds, size)
    }

    fn pose(&self) -> HeadPose {
        self.actor.pose()
    }
}

/// Follows no dots and comes no closer, whatever it is told.
struct Deaf(Person);

impl Subject for Deaf {
    fn advance(&mut self, seconds: f64, _: &Guidance) {
        self.0.advance(seconds, &Guidance::default());
    }

    fn picture(&self, moment: &Moment, size: (u32, u32)) -> Picture {
        self.0.picture(moment, size)
    }

    fn pose(&self) -> HeadPose {
        self.0.pose()
    }
}

/// The picture is enlarged where a person would come closer.
struct Zoom {
    person: Person,
    zoom: f64,
}

impl Subject for Zoom {
    fn advance(&mut self, seconds: f64, told: &Guidance) {
        self.person.advance(seconds, &Guidance::default());
        if let (Some(half), Some(face)) = (told.target_half_height, told.face) {
            let wanted = 2.0 * half / f64::from(face.height);
            // As quickly as fingers spread.
            self.zoom = (self.zoom * wanted.clamp(0.97, 1.05)).clamp(1.0, 2.5);
        }
    }

    fn picture(&self, moment: &Moment, size: (u32, u32)) -> Picture {
        let whole = self.person.picture(moment, SIZE);
        let (width, height) = (f64::from(SIZE.0) / moment.pose.roll, f64::from(SIZE.1) / moment.pose.roll);
        let (x, y) = ((f64::from(SIZE.0) - width) / 2.0, (f64::from(SIZE.1) - height) / 2.0);
        whole.crop(x as u32, y as u32, width as u32, height as u32).expect("inside").resized(size.0, size.1)
    }

    /// The zoom travels in the roll, which a person who sits still does not need.
    fn pose(&self) -> HeadPose {
        HeadPose { roll: self.zoom, ..self.person.pose() }
    }
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
        active: outcome.dots.as_ref().map(|view| ActiveGuidance {
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

/// `None` when the capture ended before it could be judged.
fn rehearse(vision: &Vision, subject: &mut dyn Subject, plan: Plan) -> Result<Judgement, String> {
    let settings = Settings::default();
    let level = SecurityLevel::High;
    let at = |seconds: f64| Timestamp::from_millis((seconds * 1e3) as i64);
    let mut capture = Capture::new(settings.capture_for(level), plan, DeviceInfo::default(), at(0.0));
    capture.start(CameraClaims::default(), EnvironmentClaims::default(), at(0.0));
    let size = FrameSize { width: SIZE.0, height: SIZE.1 };
    let mut motion = Motion::default();
    let mut guidance = Guidance::default();
    let mut moments = vec![];
    for seq in 1..400_u32 {
        let seconds = f64::from(seq) / RATE;
        if let Some(ending) = capture.tick(at(seconds)) {
            return Err(format!("{ending:?}"));
        }
        subject.advance(seconds, &guidance);
        let moment = Moment { pose: subject.pose(), seconds };
        moments.push(moment);
        let jpeg = subject.picture(&moment, (320, 180)).to_jpeg(60);
        let frame =
            observe::tracking_frame(vision, &mut motion, seq, seconds * 1e3, size, &jpeg).expect("a frame");
        let outcome = capture.frame(frame, at(seconds));
        if let Some(ending) = outcome.ending {
            return Err(format!("{ending:?}"));
        }
        guidance = told(&outcome);
        if outcome.evidence.is_empty() {
            continue;
        }
        let mut first: Option<Template> = None;
        for request in &outcome.evidence {
            let whole = subject.picture(&moments[request.seq as usize - 1], SIZE);
            let crop = request.crop;
            let picture = whole
                .crop(crop.x as u32, crop.y as u32, crop.width as u32, crop.height as u32)
                .expect("inside");
            let seen =
                observe::inspect(vision, *request, first.as_ref(), &picture).expect("the networks work");
            let observation = match seen {
                Some((observation, _, template)) => {
                    first.get_or_insert(template);
                    // A rendered skin is no person's: what is rehearsed here is everything but texture.
                    EvidenceObservation { texture: Some(0.8), ..observation }
                }
                None => EvidenceObservation { seq: request.seq, ..EvidenceObservation::default() },
            };
            capture.evidence(observation);
        }
        return Ok(judge(&capture, &settings.witnesses_for(level), CaptureChainPolicy::Observe));
    }
    Err("never ended".to_owned())
}

fn describe(outcome: &Result<Judgement, String>) -> String {
    match outcome {
        Err(why) => why.clone(),
        Ok(judgement) => {
            let words: Vec<String> = judgement
                .report
                .witnesses
                .iter()
                .map(|word| {
                    format!("{:?} {:?} {:.3}", word.witness, word.testimony, word.score.unwrap_or(f32::NAN))
                })
                .collect();
            format!(
                "{:?} {:.2} {:?} [{}]",
                judgement.status,
                judgement.score,
                judgement.diagnostic,
                words.join("; ")
            )
        }
    }
}

fn plan(mode: &str, seed: u64) -> Plan {
    let entropy = SeededEntropy::new(seed);
    match mode {
        "passive" => Plan::Passive,
        "video" => Plan::passive_video(&entropy),
        _ => Plan::active(2, &entropy),
    }
}

fn succeeded(outcome: &Result<Judgement, String>) -> bool {
    outcome.as_ref().is_ok_and(|judgement| judgement.status == LivenessStatus::Success)
}

#[test]
fn people_pass_each_mode() {
    let vision = vision();
    let head = head(&vision);
    let mut few = Vec::new();
    for mode in ["passive", "video", "active"] {
        let outcomes: Vec<_> =
            (1..=4).map(|seed| rehearse(&vision, &mut Person::new(&head, seed), plan(mode, seed))).collect();
        for outcome in &outcomes {
            eprintln!("{mode}: {}", describe(outcome));
        }
        let passed = outcomes.iter().filter(|outcome| succeeded(outcome)).count();
        few.extend((passed < 3).then(|| format!("{mode}: {passed} of 4")));
    }
    assert!(few.is_empty(), "{few:?}");
}

#[test]
fn who_does_not_do_what_is_asked_never_passes() {
    let vision = vision();
    let head = head(&vision);
    for mode in ["video", "active"] {
        for seed in 11..=12 {
            let outcome = rehearse(&vision, &mut Deaf(Person::new(&head, seed)), plan(mode, seed));
            eprintln!("{mode}: {}", describe(&outcome));
            assert!(!succeeded(&outcome));
        }
    }
}

#[test]
fn an_enlarged_picture_has_not_come_closer() {
    let vision = vision();
    let head = head(&vision);
    for seed in 21..=22 {
        let mut zoom = Zoom { person: Person::new(&head, seed), zoom: 1.0 };
        let outcome = rehearse(&vision, &mut zoom, plan("video", seed));
        eprintln!("{}", describe(&outcome));
        assert!(!succeeded(&outcome));
    }
}
