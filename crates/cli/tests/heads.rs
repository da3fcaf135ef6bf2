//! The three modes rehearsed with rendered heads, and attacks on them: everything of a capture but its network and its clock.

mod rehearsal;

use std::sync::Arc;

use rehearsal::{Texture, heads, perform, present, rehearse, vision};
use selfsame_domain::{Entropy, Rect, SeededEntropy};
use selfsame_liveness::{EvidenceObservation, EvidenceRequest, Plan, Recognised};
use selfsame_testkit::Presentation;
use selfsame_testkit::head::{Guidance, HeadPose, Moment, Scene, Subject};
use selfsame_verification::capture::observe::{Motion, evidence_frame, identify};
use selfsame_vision::Template;
use selfsame_vision::image::Picture;

/// As a perfect print, screen or mask would have it: the other witnesses are alone.
const PERFECT: Texture = Texture::Given(0.95);

#[test]
fn people_pass_each_mode() {
    let vision = vision();
    let heads = heads(&vision);
    let mut few = Vec::new();
    for mode in ["passive", "video", "active"] {
        let ended: Vec<_> = (1..=6)
            .map(|seed| present(&vision, &heads, Presentation::BonaFide, mode, seed, PERFECT))
            .collect();
        for end in &ended {
            eprintln!("{mode}: {}", end.describe());
        }
        let passed = ended.iter().filter(|end| end.succeeded()).count();
        few.extend((passed < 5).then(|| format!("{mode}: {passed} of 6")));
    }
    assert!(few.is_empty(), "{few:?}");
}

/// Who looks far up and down, and at first elsewhere than later, is still one person, and has a head.
#[test]
fn people_are_not_taken_for_others_or_for_prints_when_they_turn_far() {
    let vision = vision();
    let heads = heads(&vision);
    // Chosen among 500 because captures like these were refused when faces were compared with the first full frame only, or turns
    // were measured as if every face were the average one.
    let refused: Vec<_> = [31, 89, 114, 118, 167, 475]
        .into_iter()
        .map(|seed: u64| seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
        .map(|seed| present(&vision, &heads, Presentation::BonaFide, "active", seed, PERFECT))
        .filter(|end| !end.succeeded())
        .map(|end| end.describe())
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn geometry_alone_tells_heads_from_flat_things() {
    let vision = vision();
    let heads = heads(&vision);
    let mut wrong = Vec::new();
    for presentation in Presentation::ATTACKS.into_iter().filter(|one| one.is_flat()) {
        let end = present(&vision, &heads, presentation, "active", 31, Texture::Abstains);
        if end.geometry().is_some() {
            wrong.push(format!("{}: {}", presentation.name(), end.describe()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let people = (31..=34)
        .filter_map(|seed| {
            let end = present(&vision, &heads, Presentation::BonaFide, "active", seed, Texture::Abstains);
            eprintln!("{}", end.describe());
            end.geometry()
        })
        .filter(|score| *score >= 0.5)
        .count();
    assert_eq!(people, 4);
}

#[test]
fn attacks_with_a_perfect_skin_fail_where_something_is_asked() {
    let vision = vision();
    let heads = heads(&vision);
    let mut passed = Vec::new();
    for mode in ["video", "active"] {
        for presentation in Presentation::ATTACKS {
            // A puppet that is quick but not too quick passes any challenge, and paper bent about a face has depth (docs/liveness.md).
            if mode == "active" && [Presentation::Puppet, Presentation::BentMask].contains(&presentation) {
                continue;
            }
            // Only dots can tell who turns to other dots; and who wears a mask, or fills the oval with a phone, comes closer
            // before a room that stays: that is left to texture (docs/liveness.md).
            if mode == "video"
                && (presentation.is_disobedient()
                    || [
                        Presentation::Puppet,
                        Presentation::CutOutEyes,
                        Presentation::BentMask,
                        Presentation::PhoneReplay,
                    ]
                    .contains(&presentation))
            {
                continue;
            }
            let end = present(&vision, &heads, presentation, mode, 101, PERFECT);
            eprintln!("{mode}: {}: {}", presentation.name(), end.describe());
            passed.extend(end.succeeded().then(|| format!("{mode}: {}", presentation.name())));
        }
    }
    assert!(passed.is_empty(), "{passed:?}");
}

/// Somebody who does part of what is asked, and then another, who moves on from there.
struct Relay {
    runners: [Box<dyn Subject>; 2],
    /// After how many dots the other comes, and when that was.
    dots: usize,
    handed: Option<f64>,
}

impl Subject for Relay {
    fn advance(&mut self, seconds: f64, guidance: &Guidance) -> Moment {
        if guidance.active.as_ref().is_some_and(|active| active.target >= self.dots) {
            self.handed.get_or_insert(seconds);
        }
        let [first, second] = &mut self.runners;
        second.advance(seconds, guidance);
        first.advance(seconds, guidance)
    }

    fn picture(&self, moment: &Moment, size: (u32, u32)) -> Picture {
        let [first, second] = &self.runners;
        let runner = if self.handed.is_some_and(|at| moment.seconds >= at) { second } else { first };
        runner.picture(moment, size)
    }
}

#[test]
fn faces_of_one_person_hang_together_however_they_look_and_in_whatever_order() {
    let vision = vision();
    let heads = heads(&vision);
    let seen = |head: usize, pitch: f64, size: (u32, u32)| {
        let pose = HeadPose { pitch, distance: 0.5, ..HeadPose::default() };
        Scene::random(Arc::clone(&heads[head]), 5).render(&pose, 1.0, size)
    };
    let template = |head: usize, pitch: f64| {
        let picture = seen(head, pitch, (1280, 720));
        vision.embed(&picture, &vision.track(&picture).unwrap()[0]).unwrap()
    };
    let mut motion = Motion::new(Arc::new(SeededEntropy::new(1)));
    let down = seen(0, -22.0, (320, 180));
    identify(&vision, &mut motion, 7, &down.to_jpeg(60)).unwrap();
    let [up, level, lower, other] =
        [(0, 20.0), (0, 0.0), (0, -20.0), (1, -20.0)].map(|(head, pitch)| template(head, pitch));
    let recognised = |full: &[&Template], best: usize| {
        let full: Vec<_> = (1..).zip(full.iter().map(|template| (*template).clone())).collect();
        motion.recognise(&vision, &full, best as u32 + 1).unwrap()
    };
    let worst = |of: &Recognised| of.full.iter().map(|face| face.nearest).fold(0.0, f64::max);

    let apart = recognised(&[&up, &lower], 0);
    let (far, near) = (worst(&apart), worst(&recognised(&[&up, &level, &lower], 0)));
    assert!(near < 1e-4 && near < far / 10.0, "{far:e} {near:e}");
    for (order, best) in [([&up, &lower, &level], 0), ([&lower, &up, &level], 1), ([&level, &up, &lower], 1)]
    {
        let again = recognised(&order, best);
        assert_eq!(worst(&again), near);
        assert_eq!(again.full.len(), 3);
        assert!(again.full.iter().all(|face| face.best <= apart.full[1].best), "{again:?}");
    }

    // The face of the stream is compared with the one most like it, for which it has as many chances.
    let stream = |full: &[&Template]| recognised(full, 0).stream[0];
    let (alone, beside) = (stream(&[&up]), stream(&[&up, &lower]));
    assert_eq!((alone.seq, alone.nearest), (7, alone.best));
    assert!(beside.nearest < alone.nearest / 10.0 && beside.nearest < 1e-4 && beside.best == alone.best);
    assert_eq!(beside.nearest, 2.0 * stream(&[&lower]).nearest);
    assert_eq!(recognised(&[&up], 0).yaws.len(), 1);

    // Somebody else is nobody's step in between, and without the one that is kept nobody is recognised.
    assert!(stream(&[&other]).nearest > 1e-2);
    assert!(worst(&recognised(&[&up, &level, &other], 0)) > 1e-2);
    assert_eq!(recognised(&[&up], 1), Recognised::default());
}

#[test]
fn who_takes_over_in_the_middle_is_seen_however_long_ago_it_was() {
    let vision = vision();
    let heads = heads(&vision);
    // Seeds choose how somebody moves; whose head it is is given.
    let relay = |to: usize, seed: u64| {
        let runners =
            [0, to].map(|head| Presentation::BonaFide.subject(std::slice::from_ref(&heads[head]), seed));
        let mut relay = Relay { runners, dots: 1, handed: None };
        let ended = rehearse(&vision, &mut relay, Plan::active(5, &SeededEntropy::new(seed)), PERFECT);
        eprintln!("to head {to}: {}", ended.describe());
        (ended, relay.handed)
    };
    let seen = (1..=3)
        .filter(|seed| {
            let (ended, handed) = relay(1, *seed);
            assert!(handed.is_some() && !ended.succeeded());
            // And not by the full frames, which all show the second.
            ended.describe().contains("StreamOfAnotherFace")
        })
        .count();
    assert_eq!(seen, 3);
    assert!((1..=3).any(|seed| relay(0, seed).0.succeeded()), "one person who does the same passes");
}

/// Draws as high as can be: nothing that goes by chance happens.
#[derive(Debug)]
struct Never;

impl Entropy for Never {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(u8::MAX);
    }
}

#[test]
fn who_reaches_a_dot_is_looked_at_whenever_that_is() {
    let vision = vision();
    let heads = heads(&vision);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (mut frames, mut reaching, mut looked_at, mut unseen) = (0, Vec::new(), 0, Vec::new());
    let mut subject = Presentation::BonaFide.subject(&heads, 2);
    let plan = Plan::active(5, &SeededEntropy::new(2));
    let mut reached = 0;
    let ended =
        runtime.block_on(perform(&vision, &mut *subject, plan, PERFECT, Arc::new(Never), |seen, seq| {
            frames += 1;
            looked_at += usize::from(seen.has_identified(seq));
            // Who is on a dot draws the point there, whoever then stays.
            unseen.extend((seen.capture().is_on_dot() && !seen.has_identified(seq)).then_some(seq));
            if seen.capture().reached() > reached {
                reached = seen.capture().reached();
                reaching.push(seen.has_identified(seq));
            }
        }));
    assert!(ended.succeeded(), "{}", ended.describe());
    assert!(reaching.len() >= 5 && reaching.iter().all(|looked_at| *looked_at), "{reaching:?}");
    assert!(unseen.is_empty(), "on a dot: {unseen:?}");
    // These, and what no chance decides: the first, and one when nobody was looked at for long.
    assert!(looked_at < frames / 3, "{looked_at} of {frames}");
}

#[test]
fn a_full_frame_of_another_size_than_was_asked_for_shows_nothing() {
    let vision = vision();
    let heads = heads(&vision);
    let picture = Scene::random(Arc::clone(&heads[0]), 5).render(
        &HeadPose { distance: 0.5, ..HeadPose::default() },
        1.0,
        (640, 360),
    );
    let bytes = picture.to_jpeg(92);
    let seen = |width: f32, height: f32| {
        let request = EvidenceRequest { seq: 3, crop: Rect { x: 40.0, y: 20.0, width, height } };
        evidence_frame(&vision, request, None, f32::NEG_INFINITY, &bytes).unwrap()
    };
    let right = seen(640.0, 360.0);
    assert!(right.observation.face.is_some() && right.template.is_some() && right.portrait.is_some());
    for (width, height) in [(643.0, 360.0), (640.0, 357.0), (320.0, 180.0)] {
        let other = seen(width, height);
        assert_eq!(other.observation, EvidenceObservation { seq: 3, ..EvidenceObservation::default() });
        assert!(other.template.is_none() && other.portrait.is_none());
    }
}

#[test]
fn in_what_a_page_floods_with_nobody_is_recognised() {
    let vision = vision();
    let heads = heads(&vision);
    let pose = HeadPose { distance: 0.5, ..HeadPose::default() };
    let picture = Scene::random(Arc::clone(&heads[0]), 5).render(&pose, 1.0, (320, 180));
    let own = vision.embed(&picture, &vision.track(&picture).unwrap()[0]).unwrap();
    let jpeg = picture.to_jpeg(60);
    let mut motion = Motion::new(Arc::new(SeededEntropy::new(1)));
    for seq in 1..=600 {
        identify(&vision, &mut motion, seq, &jpeg).unwrap();
    }
    let full = [(1, own)];
    assert_eq!(motion.recognise(&vision, &full, 1).unwrap().stream.len(), 600);
    identify(&vision, &mut motion, 601, &jpeg).unwrap();
    assert_eq!(motion.recognise(&vision, &full, 1).unwrap(), Recognised::default());
}
