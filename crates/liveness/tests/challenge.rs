//! Whether motion that was not made for a challenge meets it: perfect faces, whose heads move as the recording of another
//! session, in another order, or at random. Time passes as fast as numbers do.

use std::time::Duration;

use selfsame_domain::{
    DeviceInfo, Entropy, LivenessReport, Point, Rect, SeededEntropy, Testimony, Timestamp, Witness,
};
use selfsame_liveness::witness::{ObedienceParams, WitnessParams, obedience};
use selfsame_liveness::{
    CameraClaims, Capture, CaptureParams, Challenge, Direction, Dot, DotsParams, DotsView, Ending,
    EnvironmentClaims, FaceObservation, FrameObservation, FrameOutcome, FrameSize, Plan, report_early,
};

const RATE: f64 = 7.0;
const SIZE: FrameSize = FrameSize { width: 1280, height: 720 };

struct Dice(SeededEntropy);

impl Dice {
    /// 0..1
    fn roll(&self) -> f64 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
    }

    fn between(&self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.roll()
    }
}

/// Where a head points over time: from place to place, along paths of least jerk. In ones of the challenge.
struct Motion {
    /// Begin, end, and the place then reached.
    moves: Vec<(f64, f64, Point)>,
    tremor: f64,
}

impl Motion {
    fn at(&self, seconds: f64, dice: &Dice) -> Point {
        let mut from = Point::default();
        let mut now = from;
        for (begin, end, to) in &self.moves {
            if seconds < *begin {
                break;
            }
            let part = ((seconds - begin) / (end - begin)).clamp(0.0, 1.0);
            // Flash and Hogan, "The coordination of arm movements", 1985.
            let way = (part.powi(3) * (10.0 - 15.0 * part + 6.0 * part * part)) as f32;
            now = Point { x: from.x + (to.x - from.x) * way, y: from.y + (to.y - from.y) * way };
            from = *to;
        }
        let shake = || (dice.between(-1.0, 1.0) * self.tremor) as f32;
        Point { x: now.x + shake(), y: now.y + shake() }
    }
}

/// A recording of somebody who met `challenge` in a session of its own.
fn recording(challenge: &Challenge, dice: &Dice) -> Motion {
    let mut moves = Vec::new();
    // The session's first frames: positioning and the straight look.
    let mut shown = 0.9;
    for dot in challenge.dots.iter().take(challenge.asked) {
        shown += dot.pause.as_secs_f64();
        let begin = shown + dice.between(0.3, 0.75);
        let end = begin + dice.between(0.5, 1.0);
        let place = dot.place();
        let aim = dice.between(0.92, 1.06) as f32;
        moves.push((begin, end, Point { x: place.x * aim, y: place.y * aim }));
        shown = end + dice.between(0.3, 0.5);
    }
    Motion { moves, tremor: 0.03 }
}

fn wandering(dice: &Dice) -> Motion {
    let mut moves = Vec::new();
    let mut begin = 1.0;
    for _ in 0..30 {
        let angle = dice.between(0.0, std::f64::consts::TAU);
        let length = dice.between(0.3, 1.3);
        let end = begin + dice.between(0.4, 1.2);
        moves.push((
            begin,
            end,
            Point { x: (angle.cos() * length) as f32, y: (angle.sin() * length) as f32 },
        ));
        begin = end + dice.between(0.0, 1.0);
    }
    Motion { moves, tremor: 0.03 }
}

/// Whether the dots were reached and the obedience witness is content. `aim` is told which dot is shown, and where, in ones.
fn meets(challenge: &Challenge, aim: impl FnMut(f64, Option<(usize, Point)>) -> Point) -> bool {
    performs(challenge, aim, |_, _| {})
}

/// The same, and `look` sees what follows from each frame.
fn performs(
    challenge: &Challenge,
    aim: impl FnMut(f64, Option<(usize, Point)>) -> Point,
    look: impl FnMut(&FrameOutcome, &Capture),
) -> bool {
    performs_at(RATE, challenge, aim, look)
}

/// The same at another rate of frames.
fn performs_at(
    rate: f64,
    challenge: &Challenge,
    mut aim: impl FnMut(f64, Option<(usize, Point)>) -> Point,
    mut look: impl FnMut(&FrameOutcome, &Capture),
) -> bool {
    let params = CaptureParams::default();
    let DotsParams { full_yaw, full_pitch, .. } = params.dots;
    let at = |seconds: f64| Timestamp::from_millis((seconds * 1e3) as i64);
    let mut capture = Capture::new(params, Plan::Active(challenge.clone()), DeviceInfo::default(), at(0.0));
    capture.start(CameraClaims::default(), EnvironmentClaims::default(), at(0.0));
    let mut shown: Option<(usize, Point)> = None;
    for seq in 1..300_u32 {
        let seconds = f64::from(seq) / rate;
        if capture.tick(at(seconds)).is_some() {
            return false;
        }
        let point = aim(seconds, shown);
        let face = FaceObservation {
            bounds: Rect { x: 520.0, y: 210.0, width: 240.0, height: 300.0 },
            landmarks: vec![Point::default(); 68],
            yaw: point.x * full_yaw,
            pitch: -point.y * full_pitch,
            roll: 0.0,
            brightness: 120.0,
        };
        let frame = FrameObservation {
            seq,
            captured_at: seconds * 1e3,
            size: SIZE,
            faces: vec![face],
            ..FrameObservation::default()
        };
        let outcome = capture.frame(frame, at(seconds));
        look(&outcome, &capture);
        shown = outcome.dots.as_ref().and_then(|view| {
            let dot = view.dots.last()?;
            // As a page sees it: about the middle of the face, a third of the frame's height being one.
            let one = dot.radius / 0.17;
            let place = Point { x: (dot.centre.x - 640.0) / one, y: (dot.centre.y - 360.0) / one };
            // One that was missed makes room for the next, at another place.
            let number = shown.map_or(0, |(number, last)| number + usize::from(last != place));
            Some((number, place))
        });
        if outcome.ending.is_some() {
            return false;
        }
        if !outcome.evidence.is_empty() {
            let word = obedience(capture.dots(), &ObedienceParams::default());
            return word.testimony == Testimony::BonaFide;
        }
    }
    false
}

fn challenge(seed: u64) -> Challenge {
    Challenge::random(2, &SeededEntropy::new(seed))
}

/// Someone who goes to each dot when it is shown, except to those that `errs` says, where they go astray.
fn follower(challenge: &Challenge, seed: u64, errs: impl Fn(usize) -> bool) -> bool {
    watched_follower(challenge, seed, errs, |_, _| {})
}

fn watched_follower(
    challenge: &Challenge,
    seed: u64,
    errs: impl Fn(usize) -> bool,
    look: impl FnMut(&FrameOutcome, &Capture),
) -> bool {
    let dice = Dice(SeededEntropy::new(seed ^ 0xA5A5));
    let mut motion = Motion { moves: Vec::new(), tremor: 0.03 };
    let mut told: Option<(usize, Point)> = None;
    let aim = |seconds: f64, shown: Option<(usize, Point)>| {
        if shown != told {
            told = shown;
            if let Some((index, place)) = shown {
                let begin = seconds + dice.between(0.25, 0.7);
                let aim = dice.between(0.92, 1.07) as f32 * if errs(index) { -1.0 } else { 1.0 };
                let to = Point { x: place.x * aim, y: place.y * aim };
                motion.moves.push((begin, begin + dice.between(0.5, 1.0), to));
            }
        }
        motion.at(seconds, &dice)
    };
    performs(challenge, aim, look)
}

#[test]
fn the_page_is_told_how_many_dots_were_reached() {
    for (seed, missed) in [(3, 0), (4, 1), (5, 2)] {
        let mut views: Vec<DotsView> = Vec::new();
        let mut reached = 0;
        let met = watched_follower(
            &challenge(seed),
            seed,
            |index| index < missed,
            |outcome, capture| {
                views.push(outcome.dots.clone().expect("active mode tells of its challenge in every frame"));
                if let Some(record) = capture.dots() {
                    assert_eq!(record.dots.iter().filter(|dot| dot.reached_at.is_none()).count(), missed);
                    reached = record.dots.len() - missed;
                }
            },
        );
        assert!(met && reached >= 2, "{seed}");
        assert!(views[0].dots.is_empty() && views[0].done == 0, "before the challenge");
        let (last, before) = views.split_last().expect("frames");
        assert_eq!((last.done, last.dots.len()), (reached, reached), "the last dot counts");
        let mut told = 0;
        for view in before.iter().filter(|view| !view.dots.is_empty()) {
            assert_eq!(view.done + 1, view.dots.len(), "the index is that of the dot to go to");
            assert!(view.done >= told && view.done < reached);
            told = view.done;
        }
    }
}

#[test]
fn a_challenge_that_fails_keeps_the_count_of_what_was_reached() {
    let mut last = None;
    let seed = 6;
    assert!(!watched_follower(
        &challenge(seed),
        seed,
        |index| index > 0,
        |outcome, _| {
            last = Some(outcome.clone());
        }
    ));
    let last = last.expect("frames");
    assert!(matches!(last.ending, Some(Ending::Unmet(_))), "{:?}", last.ending);
    let view = last.dots.expect("the final frame tells of it as well");
    assert_eq!((view.done, view.dots.len()), (1, 2));
}

#[test]
fn who_ends_early_leaves_the_word_of_those_who_need_no_evidence() {
    let params = WitnessParams::default();
    let nobody = Capture::new(
        CaptureParams::default(),
        Plan::Active(challenge(1)),
        DeviceInfo::default(),
        Timestamp::from_millis(0),
    );
    assert!(report_early(&nobody, &params).witnesses.is_empty());
    let names =
        |report: &LivenessReport| report.witnesses.iter().map(|word| word.witness).collect::<Vec<_>>();
    let (mut before, mut under_way, mut unmet) = (None, None, None);
    let met = watched_follower(
        &challenge(6),
        6,
        |_| true,
        |outcome, capture| {
            let report = report_early(capture, &params);
            assert!(report.score.is_none() && report.witnesses.iter().all(|word| !word.binding));
            if outcome.ending.is_some() {
                unmet = Some(report);
            } else if outcome.dots.as_ref().is_some_and(|view| !view.dots.is_empty()) {
                under_way.get_or_insert(report);
            } else {
                before.get_or_insert(report);
            }
        },
    );
    assert!(!met);
    let before = names(&before.expect("positioning"));
    assert!(before.contains(&Witness::MicroMotion) && !before.contains(&Witness::Obedience), "{before:?}");
    for report in [under_way, unmet] {
        let report = report.expect("a challenge");
        assert!(names(&report).contains(&Witness::Obedience), "{report:?}");
        assert!(!names(&report).contains(&Witness::Texture), "there is no evidence");
    }
}

#[test]
fn a_dot_is_not_shown_where_the_head_happens_to_be() {
    let dot = Dot { direction: Direction::Left, aside: 0.0, reach: 0.55, pause: Duration::from_secs(2) };
    let challenge = Challenge { asked: 1, dots: vec![dot] };
    let dice = Dice(SeededEntropy::new(1));
    let mut motion =
        Motion { moves: vec![(1.8, 2.4, Point { x: dot.place().x - 0.13, y: 0.0 })], tremor: 0.01 };
    let mut told = None;
    let met = meets(&challenge, |seconds, shown| {
        if let (None, Some((_, place))) = (told, shown) {
            assert!((place.x - 0.42).hypot(place.y) > 0.35, "{place:?}");
            told = shown;
            motion.moves.push((seconds + 0.4, seconds + 1.1, place));
        }
        motion.at(seconds, &dice)
    });
    assert!(told.is_some() && met);
}

#[test]
fn people_who_follow_the_dots_are_believed() {
    let met = (0..200_u64).filter(|seed| follower(&challenge(*seed), *seed, |_| false));
    let met = met.count();
    assert!(met >= 196, "{met} of 200");
}

#[test]
fn who_misses_dots_is_asked_again_but_not_without_end() {
    let met = |count: u8, errs: &dyn Fn(usize) -> bool| {
        let met = |seed: &u64| follower(&Challenge::random(count, &SeededEntropy::new(*seed)), *seed, errs);
        (0..40_u64).filter(met).count()
    };
    let once = met(2, &|index| index == 0);
    let twice = met(2, &|index| index < 2);
    assert!(once >= 36 && twice >= 34, "{once} and {twice} of 40");
    // Two of five are right: guesses are no better.
    assert_eq!(met(2, &|index| index % 2 == 0 || index == 3), 0);
    assert_eq!(met(2, &|index| index < 3), 0);
    // Eight leave no place for others: one may be missed all the same.
    let many = met(8, &|index| index == 3);
    assert!(many >= 32, "{many} of 40");
    assert_eq!(met(8, &|index| index > 4), 0);
}

#[test]
fn motion_that_was_made_for_something_else_never_meets_the_challenge() {
    let tries = 200_u64;
    let met = |make: &dyn Fn(u64, &Challenge, &Dice) -> Motion| {
        (0..tries)
            .filter(|seed| {
                let challenge = challenge(*seed);
                let dice = Dice(SeededEntropy::new(seed ^ 0x5A5A_0000));
                let motion = make(*seed, &challenge, &dice);
                meets(&challenge, |seconds, _| motion.at(seconds, &dice))
            })
            .count()
    };
    let replayed = met(&|seed, _, dice| recording(&self::challenge(seed + 1_000_003), dice));
    let reordered = met(&|_, challenge, dice| {
        let mut dots = challenge.dots.clone();
        dots[..challenge.asked].reverse();
        recording(&Challenge { dots, ..*challenge }, dice)
    });
    let random = met(&|_, _, dice| wandering(dice));
    let still = met(&|_, _, _| Motion { moves: Vec::new(), tremor: 0.03 });
    assert_eq!((replayed, reordered, random, still), (0, 0, 0, 0));
}

/// Two heads in turn: one looks straight on but for a little, and the other, for a single frame, beyond the dot, which draws the smoothed
/// point there; what remains of that keeps it on the dot when the first is back.
#[test]
fn single_frames_of_another_head_do_not_draw_the_point_to_a_dot() {
    let (mut told, mut since) = (None, 0);
    let mut drawn = 0;
    let met = (0..50_u64).any(|seed| {
        let aim = |_: f64, shown: Option<(usize, Point)>| {
            since = if shown == told { since + 1 } else { 0 };
            told = shown;
            let Some((_, dot)) = shown else { return Point::default() };
            let reach = dot.x.hypot(dot.y);
            let to = |length: f32| Point { x: dot.x / reach * length, y: dot.y / reach * length };
            // As the smoothing weighs the newest frame.
            match since {
                0 => Point::default(),
                1 => to((reach + 0.24) / 0.65),
                _ => to(reach - 0.5),
            }
        };
        performs_at(4.5, &challenge(seed), aim, |_, capture| drawn += usize::from(capture.is_on_dot()))
    });
    assert!(!met && drawn == 0, "{drawn}");
}

/// How often it would in the long run. Slow, and a figure for docs/benchmarks.md rather than a test.
#[test]
#[ignore = "a figure, not a test: cargo test -p selfsame-liveness --release --test challenge -- --ignored --nocapture"]
fn how_often_a_recording_of_another_session_fits() {
    let tries = 100_000_u64;
    let met = |make: &dyn Fn(u64, &Dice) -> Motion| {
        (0..tries)
            .filter(|seed| {
                let dice = Dice(SeededEntropy::new(seed ^ 0x1234_5678_0000));
                let motion = make(*seed, &dice);
                meets(&challenge(*seed), |seconds, _| motion.at(seconds, &dice))
            })
            .count()
    };
    let replayed = met(&|seed, dice| recording(&challenge(seed + 7_000_003), dice));
    let random = met(&|_, dice| wandering(dice));
    println!(
        "of {tries} challenges of two dots met: {replayed} by the recording of another session, {random} at random"
    );
    assert!(replayed.max(random) * 500 < tries as usize, "{replayed} {random}");
}
