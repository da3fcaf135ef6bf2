use super::*;
use crate::head::HeadPose;

#[test]
fn names_are_unique_and_fit_a_list() {
    let all: Vec<_> = Presentation::ATTACKS.iter().chain([&Presentation::BonaFide]).collect();
    let names: std::collections::HashSet<_> = all.iter().map(|species| species.name()).collect();
    assert_eq!(names.len(), all.len());
    assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    assert!(Presentation::ATTACKS.iter().all(|species| *species != Presentation::BonaFide));
}

#[test]
fn a_challenge_wants_its_dots_in_order() {
    let mut challenge = Challenge::new(3, 0.0, 9);
    let dots = challenge.guidance(0.0, &HeadPose::default()).active.expect("a challenge").circles;
    // The pose that brings the point to a dot: what the gain of the point says.
    let pose = |index: usize| HeadPose {
        yaw: (dots[index].x - 640.0) / 9.5,
        pitch: -(dots[index].y - 360.0) / 10.0,
        ..HeadPose::default()
    };
    let mut seconds = 0.0;
    let mut stay = |challenge: &mut Challenge, index: usize| {
        for _ in 0..4 {
            seconds += 0.125;
            challenge.guidance(seconds, &pose(index));
        }
    };
    for (index, reached) in [(1, 0), (2, 0), (0, 1), (2, 1), (1, 2), (2, 3)] {
        stay(&mut challenge, index);
        assert_eq!(challenge.reached(), reached, "after dot {index}");
    }
    assert!(challenge.is_done());
}
