use selfsame_domain::{Point, Rect};

use super::*;
use crate::observation::FrameSize;

const SIZE: FrameSize = FrameSize { width: 1280, height: 720 };

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn frame(seq: u32, face: bool) -> FrameObservation {
    let face = face.then(|| FaceObservation {
        bounds: Rect { x: 500.0, y: 200.0, width: 240.0, height: 300.0 },
        landmarks: vec![Point::default(); 68],
        yaw: 0.0,
        pitch: 0.0,
        roll: 0.0,
        brightness: 120.0,
    });
    FrameObservation {
        seq,
        captured_at: f64::from(seq) * 125.0,
        size: SIZE,
        faces: face.into_iter().collect(),
        ..FrameObservation::default()
    }
}

fn started() -> Capture {
    let mut capture = Capture::new(CaptureParams::default(), Plan::Passive, DeviceInfo::default(), at(0));
    capture.start(CameraClaims::default(), EnvironmentClaims::default(), at(0));
    capture
}

fn collecting() -> (Capture, Vec<EvidenceRequest>) {
    let mut capture = started();
    for seq in 1..100 {
        let outcome = capture.frame(frame(seq, true), at(i64::from(seq) * 125));
        if !outcome.evidence.is_empty() {
            return (capture, outcome.evidence);
        }
    }
    panic!("the hold never ended");
}

fn seen(seq: u32) -> EvidenceObservation {
    EvidenceObservation { seq, ..EvidenceObservation::default() }
}

#[test]
fn a_good_face_is_held_and_evidence_is_spread_over_the_hold() {
    let (_, evidence) = collecting();
    assert_eq!(evidence.len(), 5);
    assert_eq!(evidence[0].seq, 1);
    assert!(evidence.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    assert!(evidence[4].seq >= 13, "1.6 s at 8 frames a second");
}

#[test]
fn a_page_does_not_choose_by_its_clock_which_frames_are_asked_for() {
    let mut capture = started();
    let (mut held, mut wanted) = (0, Vec::new());
    // From the ninth on the page says that ten seconds passed in between.
    for seq in 1..100 {
        let mut seen = frame(seq, true);
        seen.captured_at += if seq > 8 { 10_000.0 } else { 0.0 };
        wanted = capture.frame(seen, at(i64::from(seq) * 125)).evidence;
        held = seq;
        if !wanted.is_empty() {
            break;
        }
    }
    assert_eq!(wanted.len(), 5);
    assert_eq!((wanted[0].seq, wanted[4].seq), (1, held));
}

#[test]
fn losing_the_face_starts_the_hold_again() {
    let mut capture = started();
    capture.frame(frame(1, true), at(125));
    assert!(matches!(capture.phase(), Phase::Performing { .. }));
    for seq in 2..5 {
        capture.frame(frame(seq, false), at(i64::from(seq) * 125));
    }
    assert!(matches!(capture.phase(), Phase::Positioning { .. }));
}

#[test]
fn frames_before_the_start_never_lead_to_evidence() {
    let mut capture = Capture::new(CaptureParams::default(), Plan::Passive, DeviceInfo::default(), at(0));
    for seq in 1..60 {
        assert!(capture.frame(frame(seq, true), at(i64::from(seq) * 125)).evidence.is_empty());
    }
}

#[test]
fn only_what_was_asked_for_counts_as_evidence_and_only_once() {
    let (mut capture, wanted) = collecting();
    assert!(!capture.evidence(seen(9_999)));
    for _ in 0..20 {
        assert!(!capture.evidence(seen(wanted[0].seq)));
    }
    for request in &wanted[1..4] {
        assert!(!capture.evidence(seen(request.seq)));
    }
    assert!(capture.evidence(seen(wanted[4].seq)));
    assert_eq!(capture.evidence.len(), 5);
}

#[test]
fn each_phase_ends_in_time() {
    let mut capture = Capture::new(CaptureParams::default(), Plan::Passive, DeviceInfo::default(), at(0));
    assert_eq!(capture.tick(at(59_999)), None);
    assert_eq!(capture.tick(at(60_000)), Some(Ending::NeverStarted));
    assert_eq!(capture.tick(at(90_000)), None, "an ending is told once");

    let mut capture = started();
    capture.frame(frame(1, false), at(100));
    assert_eq!(capture.tick(at(20_000)), Some(Ending::NoFace));

    let (mut capture, _) = collecting();
    assert_eq!(capture.tick(at(40_000)), Some(Ending::EvidenceMissing));
}

#[test]
fn a_face_in_the_wallpaper_now_and_then_is_nobody() {
    let mut capture = started();
    for seq in 1..160 {
        let now = at(i64::from(seq) * 125);
        assert_eq!(capture.tick(now), None);
        capture.frame(frame(seq, seq % 5 < 2), now);
    }
    assert_eq!(capture.tick(at(20_100)), Some(Ending::NoFace));
}

#[test]
fn a_person_who_left_is_told_so() {
    let mut capture = started();
    for seq in 1..9 {
        let mut seen = frame(seq, true);
        seen.faces[0].yaw = 60.0;
        capture.frame(seen, at(i64::from(seq) * 125));
    }
    assert_eq!(capture.tick(at(20_900)), None);
    assert_eq!(capture.tick(at(21_100)), Some(Ending::NoFace));
}

#[test]
fn nobody_is_told_not_to_move_in_a_hold_that_is_lost() {
    let mut capture = started();
    let mut told = Vec::new();
    for seq in 1..100 {
        // Gone for a second in the middle of the first hold.
        let outcome = capture.frame(frame(seq, !(7..15).contains(&seq)), at(i64::from(seq) * 125));
        told.extend(outcome.instructions.into_iter().map(|what| (seq, what)));
    }
    let [(hold, Instruction::HoldStill), (pending, Instruction::Pending)] = told[..] else {
        panic!("{told:?}")
    };
    assert!(hold == pending && hold > 15, "{told:?}");
}
