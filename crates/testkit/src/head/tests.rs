//! Tests of how people move; how they look is tested with the networks, in `tests/head.rs`.

use super::*;
use crate::Challenge;

const FRAMES_PER_SECOND: f64 = 8.0;

/// Plays a challenge with an actor; seconds from each new dot to the first degree of movement, and whether it was finished.
fn plays(actor: &mut Actor, seed: u64) -> (Vec<f64>, bool) {
    let mut challenge = Challenge::new(4, 1.0, seed);
    let mut reactions = Vec::new();
    let mut asked: Option<(f64, HeadPose)> = None;
    let mut target = usize::MAX;
    // Looks at the page far more often than the page says anything, to time reactions.
    for tick in 0..25 * 40 {
        let seconds = f64::from(tick) / 40.0;
        let guidance = challenge.guidance(seconds, &actor.pose());
        actor.advance(seconds, &guidance);
        let pose = actor.pose();
        if let Some(active) = &guidance.active
            && active.target != target
            && active.wanted().is_some()
        {
            target = active.target;
            asked = Some((seconds, pose));
        }
        if let Some((since, before)) = asked
            && (pose.yaw - before.yaw).hypot(pose.pitch - before.pitch) > 2.5
        {
            reactions.push(seconds - since);
            asked = None;
        }
        if challenge.is_done() {
            return (reactions, true);
        }
    }
    (reactions, false)
}

#[test]
fn people_finish_the_challenge_in_human_time() {
    let mut all = Vec::new();
    for seed in 0..40 {
        let (reactions, done) = plays(&mut Actor::person(seed), seed);
        assert!(done, "seed {seed}");
        all.extend(reactions);
    }
    all.sort_by(f64::total_cmp);
    let median = all[all.len() / 2];
    assert!((0.35..1.0).contains(&median), "{median}");
    // Sway may look like a start now and then, never often.
    let early = all.iter().filter(|seconds| **seconds < 0.2).count();
    assert!(early * 10 < all.len(), "{early} of {}", all.len());
}

#[test]
fn a_program_starts_at_once() {
    for seed in 0..10 {
        let (mut reactions, done) = plays(&mut Actor::new(ActorParams::machine(), seed), seed);
        reactions.sort_by(f64::total_cmp);
        // One that comes while it still turns waits for the end of that, a third of a second.
        assert!(
            done && reactions[1] < 0.1 && reactions.iter().all(|seconds| *seconds < 0.45),
            "{reactions:?}"
        );
    }
}

#[test]
fn people_come_nearer_until_the_face_fits() {
    for seed in 0..20 {
        let mut actor = Actor::person(seed);
        let begin = actor.pose().distance;
        let mut half = 0.0;
        for tick in 0..64 {
            let seen = Challenge::seen(&actor.pose());
            half = f64::from(seen.face.expect("a face").height) / 2.0;
            let target_half_height = (tick > 8).then_some(300.0);
            actor.advance(f64::from(tick) / FRAMES_PER_SECOND, &Guidance { target_half_height, ..seen });
        }
        assert!((half / 300.0 - 1.0).abs() < 0.08, "seed {seed}: {half}");
        assert!(actor.pose().distance < 0.8 * begin, "seed {seed}");
    }
}

#[test]
fn a_person_who_just_looks_sways_and_blinks_but_does_not_turn_away() {
    let mut actor = Actor::person(3);
    let mut poses = Vec::new();
    for tick in 0..480 {
        actor.advance(f64::from(tick) / 30.0, &Guidance::default());
        poses.push(actor.pose());
    }
    let spread = |value: fn(&HeadPose) -> f64| {
        let values = poses.iter().map(value);
        values.clone().fold(f64::MIN, f64::max) - values.fold(f64::MAX, f64::min)
    };
    assert!((0.4..8.0).contains(&spread(|pose| pose.yaw)), "{}", spread(|pose| pose.yaw));
    assert!((0.001..0.05).contains(&spread(|pose| pose.distance)));
    assert!(poses.iter().any(|pose| pose.blink > 0.9));
}

#[test]
fn the_same_seed_is_the_same_person() {
    let path = |seed: u64| {
        let mut actor = Actor::person(seed);
        let mut challenge = Challenge::new(3, 0.5, 1);
        (0..40)
            .map(|tick| {
                let guidance = challenge.guidance(f64::from(tick) / 8.0, &actor.pose());
                actor.advance(f64::from(tick) / 8.0, &guidance);
                actor.pose()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(path(5), path(5));
    assert_ne!(path(5), path(6));
}

#[test]
fn who_is_told_to_move_moves_that_way() {
    let moved = |said: &str| {
        let mut actor = Actor::person(8);
        let before = actor.pose();
        for tick in 0..40 {
            let seen = Challenge::seen(&actor.pose());
            let position_info = if tick < 12 { said.to_owned() } else { "GOOD".to_owned() };
            actor.advance(f64::from(tick) / 8.0, &Guidance { position_info, ..seen });
        }
        actor.pose().distance / before.distance
    };
    assert!(moved("CENTER_MOVE_FORWARDS") < 0.93);
    assert!(moved("CENTER_MOVE_BACKWARDS") > 1.07);
    assert!((moved("GOOD") - 1.0).abs() < 0.05);
}
