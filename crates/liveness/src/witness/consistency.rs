//! Do the uploaded full frames agree with the live stream? They must show one face, the same in each and in the stream from beginning to
//! end, where the small tracking frames of the same sequence number showed it, and be the same pictures. And the page's time must be
//! the server's.

use selfsame_domain::{Remark, Testimony, Witness, WitnessReport};

use super::{abstained, report};
use crate::capture::EvidenceRequest;
use crate::{EvidenceObservation, FrameObservation, Recognised, Recognition};

#[derive(Debug, Clone, PartialEq)]
pub struct ConsistencyParams {
    /// Least intersection over union of the face in a full frame and in its tracking frame. Both come from the same instant;
    /// what remains is the detector's noise between 320 px and full size.
    pub overlap: f32,
    /// A full frame's face is one person's with the others when strangers look as alike as it and the nearest of them at most this often:
    /// a rate, which means the same whatever network compares. Frontal frames of one capture lie far below, turned heads less so: a face
    /// that looks down is like itself looking up only through one in between.
    pub false_match_rate: f64,
    /// The same of the faces in the stream, which are small and turned; with a hand before it a face has 0.5 (docs/liveness.md).
    pub stream_false_match_rate: f64,
    /// And of any of them and the best full frame, the one that is kept: or somebody could become another in small steps. One head looking
    /// up and looking down had 1.3e-2.
    pub best_false_match_rate: f64,
    /// From any frame of what was done to one whose face was compared, milliseconds at most.
    pub unrecognised: f64,
    /// Least likeness of a full frame and its tracking frame. Both come from one picture: what remains is compression. Another picture
    /// in its place, be it of the same person, is another in its details.
    pub likeness: f32,
    /// By how much the page's clock may come to differ from the server's over the hold, milliseconds, and by which part of the time that
    /// passed: networks hold frames up.
    pub drift: (f64, f64),
}

impl Default for ConsistencyParams {
    fn default() -> Self {
        Self {
            overlap: 0.45,
            false_match_rate: 1e-4,
            stream_false_match_rate: 1e-2,
            best_false_match_rate: 5e-2,
            unrecognised: 3_500.0,
            likeness: 0.9,
            drift: (4_000.0, 0.05),
        }
    }
}

/// Score: the worst overlap over all frames, 0..1; 0 when a frame shows another face or none. `wanted`: of how many full frames the
/// level wants to decide; only so many could be asked for as the stream had faces.
pub fn consistency<'a>(
    (evidence, requested, wanted): (&[EvidenceObservation], &[EvidenceRequest], usize),
    recognised: &Recognised,
    held: impl IntoIterator<Item = &'a FrameObservation> + Clone,
    tracked: impl Fn(u32) -> Option<&'a FrameObservation>,
    params: &ConsistencyParams,
) -> WitnessReport {
    if evidence.is_empty() || evidence.len() < requested.len() {
        return abstained(Witness::Consistency, Remark::FullFramesMissing);
    }
    let unsure =
        |saw: Remark| report(Witness::Consistency, Testimony::Insufficient, 0.0, params.overlap, saw);
    let attack = |saw: Remark| report(Witness::Consistency, Testimony::Attack, 0.0, params.overlap, saw);
    let mut worst = 1.0_f32;
    for frame in evidence {
        let Some(face) = &frame.face else {
            return attack(Remark::FullFrameWithoutFace);
        };
        let Some(seen) = tracked(frame.seq).and_then(|tracked| tracked.faces.first()) else {
            return attack(Remark::FullFrameOfNoStream);
        };
        worst = worst.min(face.bounds.iou(&seen.bounds));
        let compared = recognised.full.iter().find(|compared| compared.seq == frame.seq);
        if !compared.is_some_and(|compared| is_one_person(compared, params.false_match_rate, params)) {
            return attack(Remark::FullFramesOfSeveralFaces);
        }
        match frame.likeness {
            // Written so that what is no number fails.
            Some(likeness) if likeness >= params.likeness => {}
            Some(_) => return attack(Remark::FullFrameIsAnotherPicture),
            None => return unsure(Remark::FullFrameTooPlain),
        }
    }
    let stream = &recognised.stream;
    let others = stream.iter().filter(|seen| !is_one_person(seen, params.stream_false_match_rate, params));
    match others.count() {
        0 => {}
        // A hand before the face looks the same.
        1 => return unsure(Remark::StreamOnceOfAnotherFace),
        _ => return attack(Remark::StreamOfAnotherFace),
    }
    if evidence.len() < wanted {
        return unsure(Remark::TooFewFramesToAskFor);
    }
    if !is_recognised(held.clone(), stream, &tracked, params) {
        return unsure(Remark::StreamSeldomRecognised);
    }
    if !is_in_step(held, params) {
        // A connection that stalls looks the same.
        return unsure(Remark::ClocksDisagree);
    }
    if worst >= params.overlap {
        let saw = Remark::FullFramesFitStream;
        report(Witness::Consistency, Testimony::BonaFide, worst, params.overlap, saw)
    } else {
        let saw = Remark::FaceElsewhereInFullFrame;
        report(Witness::Consistency, Testimony::Attack, worst, params.overlap, saw)
    }
}

/// Written so that rates that are not numbers fail.
fn is_one_person(seen: &Recognition, nearest: f64, params: &ConsistencyParams) -> bool {
    seen.nearest <= nearest && seen.best <= params.best_false_match_rate
}

/// Whether near each frame there is one whose face was compared.
fn is_recognised<'a>(
    held: impl IntoIterator<Item = &'a FrameObservation>,
    recognised: &[Recognition],
    tracked: impl Fn(u32) -> Option<&'a FrameObservation>,
    params: &ConsistencyParams,
) -> bool {
    let times: Vec<f64> = recognised.iter().filter_map(|seen| Some(tracked(seen.seq)?.arrived_at)).collect();
    let near = |frame: &FrameObservation| {
        times.iter().any(|time| (time - frame.arrived_at).abs() <= params.unrecognised)
    };
    let mut faces = held.into_iter().filter(|frame| !frame.faces.is_empty()).peekable();
    // Nobody at all is no yes.
    faces.peek().is_some() && faces.all(near)
}

/// Whether from frame to frame about as much time passed for the page as for the server, all along: frames that are said to lie apart,
/// or close together, would not be compared as they have to be.
fn is_in_step<'a>(held: impl IntoIterator<Item = &'a FrameObservation>, params: &ConsistencyParams) -> bool {
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut first, mut last) = (f64::INFINITY, f64::NEG_INFINITY);
    for frame in held {
        let ahead = frame.captured_at - frame.arrived_at;
        // Comparisons leave out what is no number.
        if !ahead.is_finite() {
            return false;
        }
        (least, most) = (least.min(ahead), most.max(ahead));
        (first, last) = (first.min(frame.arrived_at), last.max(frame.arrived_at));
    }
    // Without a frame nothing is known.
    first.is_finite() && most - least <= params.drift.0 + params.drift.1 * (last - first)
}

#[cfg(test)]
mod tests {
    use selfsame_domain::{Point, Rect};

    use super::*;
    use crate::{FaceObservation, FrameSize};

    const BOUNDS: Rect = Rect { x: 500.0, y: 200.0, width: 240.0, height: 300.0 };

    fn face(bounds: Rect) -> FaceObservation {
        let landmarks = vec![Point::default(); 68];
        FaceObservation { bounds, landmarks, yaw: 0.0, pitch: 0.0, roll: 0.0, brightness: 120.0 }
    }

    fn judged(change: impl Fn(&mut Vec<EvidenceObservation>, &mut Vec<FrameObservation>)) -> Testimony {
        judged_of(change, &[(1, 1e-7), (3, 1e-3)])
    }

    /// `stream`: frames of it whose faces were compared, and with what rate.
    fn judged_of(
        change: impl Fn(&mut Vec<EvidenceObservation>, &mut Vec<FrameObservation>),
        stream: &[(u32, f64)],
    ) -> Testimony {
        let seen = |&(seq, rate): &(u32, f64)| Recognition { seq, nearest: rate, best: rate };
        let full = [(1, 1e-7), (2, 0.0), (3, 1e-7)].iter().map(seen).collect();
        judged_as(
            change,
            &Recognised { full, stream: stream.iter().map(seen).collect(), ..Recognised::default() },
        )
    }

    fn judged_as(
        change: impl Fn(&mut Vec<EvidenceObservation>, &mut Vec<FrameObservation>),
        recognised: &Recognised,
    ) -> Testimony {
        judged_wanting(3, change, recognised)
    }

    fn judged_wanting(
        wanted: usize,
        change: impl Fn(&mut Vec<EvidenceObservation>, &mut Vec<FrameObservation>),
        recognised: &Recognised,
    ) -> Testimony {
        let size = FrameSize { width: 1280, height: 720 };
        let mut stream: Vec<_> = (1..=3)
            .map(|seq| FrameObservation {
                seq,
                captured_at: 0.0,
                size,
                faces: vec![face(BOUNDS)],
                ..FrameObservation::default()
            })
            .collect();
        let mut evidence: Vec<_> = (1..=3)
            .map(|seq| EvidenceObservation {
                seq,
                face: Some(face(BOUNDS)),
                texture: None,
                quality: None,
                likeness: Some(0.97),
                ..EvidenceObservation::default()
            })
            .collect();
        let requested: Vec<_> = (1..=3).map(|seq| EvidenceRequest { seq, crop: BOUNDS }).collect();
        change(&mut evidence, &mut stream);
        let tracked = |seq| stream.iter().find(|frame| frame.seq == seq);
        let params = ConsistencyParams::default();
        consistency((&evidence, &requested, wanted), recognised, &stream, tracked, &params).testimony
    }

    #[test]
    fn the_same_face_in_the_same_place_is_bona_fide() {
        assert_eq!(judged(|_, _| {}), Testimony::BonaFide);
    }

    #[test]
    fn fewer_full_frames_than_the_level_wants_are_no_yes() {
        let seen = |seq| Recognition { seq, nearest: 1e-9, best: 1e-9 };
        let all: Vec<_> = [1, 2, 3].map(seen).into();
        let recognised = Recognised { full: all.clone(), stream: all, ..Recognised::default() };
        assert_eq!(judged_wanting(3, |_, _| {}, &recognised), Testimony::BonaFide);
        assert_eq!(judged_wanting(4, |_, _| {}, &recognised), Testimony::Insufficient);
    }

    #[test]
    fn each_disagreement_alone_breaks_the_yes() {
        assert_eq!(judged(|evidence, _| evidence[1].face = None), Testimony::Attack);
        assert_eq!(
            judged(|evidence, _| evidence[1].face = Some(face(Rect { x: 0.0, ..BOUNDS }))),
            Testimony::Attack
        );
        assert_eq!(judged(|_, stream| stream.clear()), Testimony::Attack);
        assert_eq!(judged(|_, stream| stream[0].faces.clear()), Testimony::Attack);
    }

    #[test]
    fn faces_hang_together_and_are_all_like_the_one_that_is_kept() {
        let judged = |full: &[(f64, f64)], stream: &[(f64, f64)]| {
            let seen = |(seq, &(nearest, best)): (u32, &(f64, f64))| Recognition { seq, nearest, best };
            let [full, stream] = [full, stream].map(|faces| (1..).zip(faces).map(seen).collect());
            judged_as(|_, _| {}, &Recognised { full, stream, ..Recognised::default() })
        };
        let (best, good, far) = ((0.0, 0.0), (1e-9, 1e-8), (1e-9, 0.02));
        // A face looking down is far from one looking up, and hangs together with it by one in between.
        assert_eq!(judged(&[best, good, far], &[good, far]), Testimony::BonaFide);
        let others = [(1e-9, 0.06), (1.1e-4, 1e-8), (f64::NAN, 1e-8), (1e-9, f64::NAN), (0.3, 0.3)];
        for other in others {
            assert_eq!(judged(&[best, good, other], &[good]), Testimony::Attack, "{other:?}");
        }
        assert_eq!(judged(&[best, good], &[good]), Testimony::Attack, "one that was not compared");
        for other in [(1e-9, 0.06), (0.011, 1e-8), (f64::NAN, 1e-8), (1e-9, f64::NAN)] {
            assert_eq!(judged(&[best, good, far], &[good, other]), Testimony::Insufficient, "{other:?}");
            assert_eq!(judged(&[best, good, far], &[good, other, other]), Testimony::Attack, "{other:?}");
        }
    }

    #[test]
    fn another_picture_than_the_stream_showed_is_an_attack() {
        for (likeness, testimony) in [
            (None, Testimony::Insufficient),
            (Some(0.5), Testimony::Attack),
            (Some(f32::NAN), Testimony::Attack),
        ] {
            assert_eq!(judged(|evidence, _| evidence[1].likeness = likeness), testimony, "{likeness:?}");
        }
    }

    #[test]
    fn somebody_else_in_the_stream_is_an_attack_and_nobody_is_no_yes() {
        let judged = |recognised: &[(u32, f64)]| judged_of(|_, _| {}, recognised);
        assert_eq!(judged(&[(1, 1e-7)]), Testimony::BonaFide);
        for rate in [0.4, 0.011, f64::NAN] {
            assert_eq!(judged(&[(1, rate), (2, 1e-7), (3, 1e-7)]), Testimony::Insufficient, "{rate}");
            assert_eq!(judged(&[(1, rate), (2, rate), (3, 1e-7)]), Testimony::Attack, "{rate}");
            // Longer ago than is remembered.
            assert_eq!(judged(&[(77, rate), (78, rate), (3, 1e-7)]), Testimony::Attack, "{rate}");
        }
        assert_eq!(judged(&[]), Testimony::Insufficient);
        assert_eq!(judged(&[(77, 1e-7)]), Testimony::Insufficient, "nothing is known of when");
        let late = |millis: f64| {
            let change = |_: &mut Vec<EvidenceObservation>, stream: &mut Vec<FrameObservation>| {
                (stream[2].captured_at, stream[2].arrived_at) = (millis, millis);
            };
            judged_of(change, &[(1, 1e-7)])
        };
        assert_eq!(late(3_500.0), Testimony::BonaFide);
        assert_eq!(late(3_600.0), Testimony::Insufficient);
        assert_eq!(late(f64::NAN), Testimony::Insufficient);
    }

    #[test]
    fn a_page_with_another_clock_is_no_yes() {
        // Of the second and the third of three frames.
        let over = |claimed: [f64; 2], passed: [f64; 2]| {
            judged(|_, stream| {
                for (n, frame) in stream[1..].iter_mut().enumerate() {
                    (frame.captured_at, frame.arrived_at) = (claimed[n], passed[n]);
                }
            })
        };
        let no = Testimony::Insufficient;
        assert_eq!(over([2_000.0, 5_500.0], [2_000.0, 5_500.0]), Testimony::BonaFide);
        assert_eq!(
            over([800.0, 1_600.0], [4_700.0, 4_700.0]),
            Testimony::BonaFide,
            "a connection that stalls"
        );
        assert_eq!(over([300.0, 650.0], [3_000.0, 5_500.0]), no);
        assert_eq!(over([4_500.0, 9_500.0], [2_000.0, 4_000.0]), no);
        // Between those whose full frames were asked for as well.
        assert_eq!(over([12_000.0, 5_500.0], [2_000.0, 5_500.0]), no);
        for odd in [f64::NAN, f64::INFINITY, -1e300] {
            assert_eq!(over([odd, 5_500.0], [2_000.0, 5_500.0]), no, "{odd}");
        }
    }

    #[test]
    fn missing_evidence_is_no_yes() {
        assert_eq!(judged(|evidence, _| evidence.truncate(2)), Testimony::Abstained);
        assert_eq!(judged(|evidence, _| evidence.clear()), Testimony::Abstained);
    }
}
