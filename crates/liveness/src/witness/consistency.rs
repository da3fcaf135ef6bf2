//! Do the uploaded full frames agree with the live stream? They must show one face, the same in each, where the small
//! tracking frames of the same sequence number showed it, and be the same pictures. And the page's time must be the server's.

use selfsame_domain::{Testimony, Witness, WitnessReport};

use super::{abstained, report};
use crate::capture::EvidenceRequest;
use crate::{EvidenceObservation, FrameObservation};

#[derive(Debug, Clone, PartialEq)]
pub struct ConsistencyParams {
    /// Least intersection over union of the face in a full frame and in its tracking frame. Both come from the same instant;
    /// what remains is the detector's noise between 320 px and full size.
    pub overlap: f32,
    /// The face of any full frame and of the first are one person's when strangers look as alike at most this often: a rate, which
    /// means the same whatever network compares. Frontal frames of one capture lie far below, turned heads less so.
    pub false_match_rate: f64,
    /// Least likeness of a full frame and its tracking frame. Both come from one picture: what remains is compression. Another picture
    /// in its place, be it of the same person, is another in its details.
    pub likeness: f32,
    /// By how much the page's time over all full frames may differ from the server's, milliseconds, and by which part of the longer one:
    /// networks hold frames up.
    pub drift: (f64, f64),
}

impl Default for ConsistencyParams {
    fn default() -> Self {
        Self { overlap: 0.45, false_match_rate: 1e-4, likeness: 0.9, drift: (1_500.0, 0.25) }
    }
}

/// Score: the worst overlap over all frames, 0..1; 0 when a frame shows another face or none.
pub fn consistency<'a>(
    evidence: &[EvidenceObservation],
    requested: &[EvidenceRequest],
    tracked: impl Fn(u32) -> Option<&'a FrameObservation>,
    params: &ConsistencyParams,
) -> WitnessReport {
    if evidence.is_empty() || evidence.len() < requested.len() {
        return abstained(Witness::Consistency, "not all full frames that were asked for arrived");
    }
    let attack = |saw: &str| report(Witness::Consistency, Testimony::Attack, 0.0, params.overlap, saw);
    let mut worst = 1.0_f32;
    for (index, frame) in evidence.iter().enumerate() {
        let Some(face) = &frame.face else {
            return attack("a full frame shows no face where the stream showed one");
        };
        let Some(seen) = tracked(frame.seq).and_then(|tracked| tracked.faces.first()) else {
            return attack("a full frame does not belong to the stream");
        };
        worst = worst.min(face.bounds.iou(&seen.bounds));
        match frame.false_match_rate {
            // Written so that a rate that is not a number fails.
            Some(rate) if rate <= params.false_match_rate => {}
            None if index == 0 => {}
            _ => return attack("the full frames do not show one and the same face"),
        }
        // Written so that what is no number fails.
        if !frame.likeness.is_some_and(|likeness| likeness >= params.likeness) {
            return attack("a full frame is another picture than the stream showed");
        }
    }
    let seen = || evidence.iter().filter_map(|frame| tracked(frame.seq));
    let span = |time: fn(&FrameObservation) -> f64| {
        let times = seen().map(time);
        times.clone().fold(f64::NEG_INFINITY, f64::max) - times.fold(f64::INFINITY, f64::min)
    };
    let (claimed, passed) = (span(|frame| frame.captured_at), span(|frame| frame.arrived_at));
    let allowed = params.drift.0 + params.drift.1 * claimed.max(passed);
    // A time that is no number agrees with none.
    let agrees = (claimed - passed).abs() <= allowed;
    if !agrees {
        return attack("the page's clock is not the server's");
    }
    if worst >= params.overlap {
        let saw = "the full frames show the face where the stream showed it";
        report(Witness::Consistency, Testimony::BonaFide, worst, params.overlap, saw)
    } else {
        let saw = "the face in a full frame is not where the stream showed it";
        report(Witness::Consistency, Testimony::Attack, worst, params.overlap, saw)
    }
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
                false_match_rate: (seq > 1).then_some(1e-7),
                likeness: Some(0.97),
                ..EvidenceObservation::default()
            })
            .collect();
        let requested: Vec<_> = (1..=3).map(|seq| EvidenceRequest { seq, crop: BOUNDS }).collect();
        change(&mut evidence, &mut stream);
        let tracked = |seq| stream.iter().find(|frame| frame.seq == seq);
        consistency(&evidence, &requested, tracked, &ConsistencyParams::default()).testimony
    }

    #[test]
    fn the_same_face_in_the_same_place_is_bona_fide() {
        assert_eq!(judged(|_, _| {}), Testimony::BonaFide);
    }

    #[test]
    fn each_disagreement_alone_breaks_the_yes() {
        assert_eq!(judged(|evidence, _| evidence[1].face = None), Testimony::Attack);
        assert_eq!(
            judged(|evidence, _| evidence[1].face = Some(face(Rect { x: 0.0, ..BOUNDS }))),
            Testimony::Attack
        );
        assert_eq!(judged(|evidence, _| evidence[2].false_match_rate = Some(1.1e-4)), Testimony::Attack);
        assert_eq!(judged(|evidence, _| evidence[2].false_match_rate = Some(f64::NAN)), Testimony::Attack);
        assert_eq!(judged(|evidence, _| evidence[2].false_match_rate = None), Testimony::Attack);
        assert_eq!(judged(|_, stream| stream.clear()), Testimony::Attack);
        assert_eq!(judged(|_, stream| stream[0].faces.clear()), Testimony::Attack);
    }

    #[test]
    fn another_picture_than_the_stream_showed_is_an_attack() {
        for likeness in [None, Some(0.5), Some(f32::NAN)] {
            assert_eq!(
                judged(|evidence, _| evidence[1].likeness = likeness),
                Testimony::Attack,
                "{likeness:?}"
            );
        }
    }

    #[test]
    fn a_page_with_another_clock_is_an_attack() {
        let over = |claimed: f64, passed: f64| {
            judged(|_, stream| {
                (stream[2].captured_at, stream[2].arrived_at) = (claimed, passed);
            })
        };
        assert_eq!(over(5_500.0, 5_500.0), Testimony::BonaFide);
        assert_eq!(over(1_600.0, 2_900.0), Testimony::BonaFide, "a slow network");
        assert_eq!(over(650.0, 5_500.0), Testimony::Attack);
        assert_eq!(over(9_000.0, 4_000.0), Testimony::Attack);
        assert_eq!(over(f64::NAN, 4_000.0), Testimony::Attack);
    }

    #[test]
    fn missing_evidence_is_no_yes() {
        assert_eq!(judged(|evidence, _| evidence.truncate(2)), Testimony::Abstained);
        assert_eq!(judged(|evidence, _| evidence.clear()), Testimony::Abstained);
    }
}
