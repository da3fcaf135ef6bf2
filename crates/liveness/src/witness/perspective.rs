//! Did the person really come closer? Perspective changes with distance: seen from near, a face is narrower at the ears for
//! the size of its eyes, and grows before a room that does not. A picture that is enlarged changes neither.

use selfsame_domain::{Remark, Testimony, Witness, WitnessReport};

use super::surroundings::{plus, share_at_rest};
use super::{abstained, median, report};
use crate::motion::{Fit, around};
use crate::{ApproachRecord, Around, Explained, FrameObservation};

#[derive(Debug, Clone, PartialEq)]
pub struct PerspectiveParams {
    /// Least score that speaks for somebody who came closer: 1 when what is about the head stays as it is, 0 when it grows with the
    /// face. Of rendered people the lowest of 60 scored 0.67, of phones with films of them the highest of 60 0.56.
    pub growth: f32,
    /// At most this speaks for an attack. Well below the people, as their rooms are of all kinds.
    pub enlarged: f32,
    /// Growth of the face from one frame to the next that nobody manages.
    pub jump: f32,
    /// Least sum of the differences about the head, in grey levels, for it to be heard.
    pub near_difference: f32,
    /// At most so many times as much as those in which the face grows do the other comparisons count: who sways before a room, or waits, does
    /// what a film of a person does as well. Not left out, as one comparison of somebody who comes closer quickly says little.
    pub waiting: f32,
    /// Least part of the growth that lies in frames that were compared. Of 50 rendered people the lowest had 0.46.
    pub seen: f32,
    /// At each of the distances.
    pub frames: usize,
}

impl Default for PerspectiveParams {
    fn default() -> Self {
        Self {
            growth: 0.60,
            enlarged: 0.42,
            jump: 1.30,
            near_difference: 3.0,
            waiting: 1.25,
            seen: 0.3,
            frames: 3,
        }
    }
}

/// Score: how much of the face's growth is its own and not its surroundings', 0..1.
pub fn perspective<'a>(
    record: Option<&ApproachRecord>,
    frame: impl Fn(u32) -> Option<&'a FrameObservation>,
    params: &PerspectiveParams,
) -> WitnessReport {
    let Some(record) = record else {
        return abstained(Witness::Perspective, Remark::NotAskedCloser);
    };
    let seen = |seqs: &[u32]| -> Vec<&'a FrameObservation> {
        seqs.iter().filter_map(|seq| frame(*seq)).filter(|frame| !frame.faces.is_empty()).collect()
    };
    let [far, way, near] = [&record.far, &record.way, &record.near].map(|seqs| seen(seqs));
    if far.len() < params.frames || near.len() < params.frames {
        return abstained(Witness::Perspective, Remark::TooFewFramesAtDistance);
    }
    let whole = (size_of(&near) / size_of(&far)).ln();
    let frames = [far, way, near].concat();
    let jumps = frames.windows(2).any(|pair| {
        let (before, after) = (eye_distance(pair[0]), eye_distance(pair[1]));
        before > 0.0 && after / before > params.jump && pair[1].captured_at - pair[0].captured_at < 300.0
    });
    if jumps {
        let saw = Remark::GrewTooFast;
        return report(Witness::Perspective, Testimony::Attack, 0.0, params.growth, saw);
    }
    let comparisons = compared(&frames);
    let grown: f32 = comparisons.iter().map(|(weight, _)| weight).sum();
    let counted = comparisons.iter().filter(|(weight, _)| *weight > 0.0).count();
    // Written so that what is no number fails.
    if !(whole > 0.0 && grown >= params.seen * whole) {
        let saw = Remark::NotSeenComingCloser;
        return report(Witness::Perspective, Testimony::Insufficient, 0.0, params.growth, saw);
    }
    // About the head: also a phone that is brought closer before a room that stays grows with what is about the face. The camera may
    // be in a hand as well: its own motion is taken out, for it is neither the face's nor the room's.
    let share = |zone: fn(Around) -> Explained| {
        let (growing, rest) =
            comparisons.iter().fold(Default::default(), |(growing, rest), (weight, around)| {
                let here = zone(*around);
                if *weight > 0.0 {
                    (plus(growing, times(here, *weight)), rest)
                } else {
                    (growing, plus(rest, here))
                }
            });
        // As much as if all had grown alike.
        let growing = times(growing, counted as f32 / grown);
        // Whether there is anything to be seen is told by all of them.
        share_at_rest(plus(growing, rest), params.near_difference)?;
        let whole = |zone: Explained| zone.carried + zone.left;
        let most = params.waiting * whole(growing) / whole(rest);
        // Also where there is no rest, and the quotient no number.
        let rest = if most < 1.0 { times(rest, most) } else { rest };
        // Nothing, and no number, where those in which the face grew show nothing.
        share_at_rest(plus(growing, rest), 0.0).filter(|share| share.is_finite())
    };
    // The narrow ring may be as plain as the wall on a film: then the wider one, which reaches from the hair to a phone's edge.
    let about_the_head = share(|around| around.steadied).or_else(|| share(|around| around.near));
    let score = match (about_the_head, beyond_the_room(&frames)) {
        // With a shaky camera no corners of the room may be followed.
        (Some(near), room) => room.map_or(near, |room| near.min(room)),
        // Further away there is the rest of the room, also behind a phone: that it stays acquits nobody.
        (None, Some(room)) if room <= params.enlarged => room,
        (None, _) => {
            return abstained(Witness::Perspective, Remark::SurroundingsNotFollowed);
        }
    };
    let (testimony, saw) = if score >= params.growth {
        (Testimony::BonaFide, Remark::FaceCameCloser)
    } else if score <= params.enlarged {
        (Testimony::Attack, Remark::GrewAlike)
    } else {
        (Testimony::Insufficient, Remark::GrowthUnclear)
    };
    report(Witness::Perspective, testimony, score, params.growth, saw)
}

/// How much of the face's growth the room did not share, 0..1; `None` where the face hardly grew or nothing of the room was followed.
fn beyond_the_room(frames: &[&FrameObservation]) -> Option<f32> {
    // Summed over short steps, as few points are seen from the beginning to the end.
    let (mut room, mut face, mut steps) = (0.0_f32, 0.0_f32, 0);
    let mut from = 0;
    for to in 1..frames.len() {
        if frames[to].arrived_at - frames[from].arrived_at < 300.0 {
            continue;
        }
        let grown = (eye_distance(frames[to]) / eye_distance(frames[from]).max(1.0)).ln();
        if let Some(fit) = Fit::of(&around(frames[from], frames[to])).filter(|fit| fit.scale > 0.0) {
            (room, face, steps) = (room + fit.scale.ln(), face + grown, steps + 1);
        }
        from = to;
    }
    (steps > 0 && face >= 0.12 && face.is_finite()).then(|| (1.0 - room / face).clamp(0.0, 1.0))
}

/// Between the eyes of the frame's first face, in pixels; 0 without one.
fn eye_distance(frame: &FrameObservation) -> f32 {
    frame.faces.first().map_or(0.0, |face| face.eye_distance())
}

/// The height of the frame's first face in pixels; 0 without one.
fn height(frame: &FrameObservation) -> f32 {
    frame.faces.first().map_or(0.0, |face| face.bounds.height)
}

/// The comparisons, with how much larger than ever before the face became in each (natural logarithm); 0 where it swayed or waited.
fn compared(frames: &[&FrameObservation]) -> Vec<(f32, Around)> {
    let mut most = frames.first().map_or(0.0, |frame| height(frame));
    let mut compared = Vec::new();
    for frame in frames {
        let Some(around) = frame.around else { continue };
        let beyond = (height(frame) / most).ln();
        most = most.max(height(frame));
        // Both: the comparison spans the growth, and the face had not been as large.
        let grew = beyond > 0.0 && around.grown > 1.0 && around.grown.is_finite();
        compared.push((if grew { around.grown.ln().min(beyond) } else { 0.0 }, around));
    }
    compared
}

fn times(zone: Explained, by: f32) -> Explained {
    Explained { carried: zone.carried * by, left: zone.left * by }
}

/// Median height of the face.
fn size_of(frames: &[&FrameObservation]) -> f32 {
    let heights = frames.iter().filter_map(|frame| Some(frame.faces.first()?.bounds.height));
    median(heights.collect()).unwrap_or(0.0)
}

/// Width of the face at the jaw over the distance of the eyes: falls as a head comes closer. Reported by the tests of the
/// heads; too noisy on single captures to decide.
pub fn width_over_eyes<'a>(frames: impl IntoIterator<Item = &'a FrameObservation>) -> Option<f32> {
    median(
        frames
            .into_iter()
            .filter_map(|frame| {
                let face = frame.faces.first()?;
                let (left, right) = (face.landmarks.get(2)?, face.landmarks.get(14)?);
                let eyes = face.eye_distance();
                (eyes > 1.0).then(|| (right.x - left.x).hypot(right.y - left.y) / eyes)
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use selfsame_domain::Point;

    use super::*;
    use crate::{FaceObservation, FrameSize, TrackedPoint};

    const STILL: Explained = Explained { carried: 1.0, left: 0.1 };
    const CARRIED: Explained = Explained { carried: 0.1, left: 1.0 };
    const PLAIN: Explained = Explained { carried: 0.0, left: 0.0 };

    /// Somebody who grows to 1.4 times the size in twelve frames; what is seen about the head; and how much of the growth the room's
    /// corners share, `None` when there are none.
    fn said(steadied: Explained, near: Explained, room: Option<f32>) -> WitnessReport {
        let sizes: Vec<f32> = (0..12).map(|step| 1.4_f32.powf(step as f32 / 11.0)).collect();
        said_of(&sizes, |_| Some((steadied, near)), room)
    }

    /// The face's size in each frame, and what is seen about the head since the one before.
    fn said_of(
        sizes: &[f32],
        about: impl Fn(usize) -> Option<(Explained, Explained)>,
        room: Option<f32>,
    ) -> WitnessReport {
        let size = FrameSize { width: 1280, height: 720 };
        let frames: Vec<FrameObservation> = (0..)
            .zip(sizes)
            .map(|(seq, &grown): (u32, &f32)| {
                let before = sizes[(seq as usize).saturating_sub(1)];
                let eye = |side: f32| Point { x: 640.0 + side * 45.0 * grown, y: 300.0 };
                let mut landmarks = vec![Point { x: 640.0, y: 360.0 }; 68];
                landmarks[36..42].fill(eye(-1.0));
                landmarks[42..48].fill(eye(1.0));
                let bounds =
                    selfsame_domain::Rect { x: 540.0, y: 200.0, width: 200.0, height: 260.0 * grown };
                let corner = |id: u32| {
                    let shared = grown.powf(room.unwrap_or(0.0));
                    let x = if id.is_multiple_of(2) { -560.0 } else { 480.0 };
                    let at = Point {
                        x: 640.0 + x * shared,
                        y: 360.0 + (f32::from(id as u8) - 4.0) * 30.0 * shared,
                    };
                    TrackedPoint { id, at }
                };
                FrameObservation {
                    seq,
                    captured_at: f64::from(seq) * 350.0,
                    arrived_at: f64::from(seq) * 350.0,
                    size,
                    faces: vec![FaceObservation { bounds, landmarks, ..FaceObservation::default() }],
                    points: room.map_or_else(Vec::new, |_| (0..9).map(corner).collect()),
                    around: about(seq as usize).map(|(steadied, near)| Around {
                        near,
                        steadied,
                        grown: grown / before,
                        ..Around::default()
                    }),
                    ..FrameObservation::default()
                }
            })
            .collect();
        let all = sizes.len() as u32;
        let (far, near) = ((0..3).collect(), (all - 3..all).collect());
        let record = ApproachRecord { far, way: (3..all - 3).collect(), near };
        perspective(Some(&record), |seq| frames.get(seq as usize), &PerspectiveParams::default())
    }

    #[test]
    fn who_comes_closer_before_a_room_that_stays_is_a_person() {
        assert_eq!(said(STILL, STILL, Some(0.0)).testimony, Testimony::BonaFide);
        assert_eq!(said(STILL, STILL, None).testimony, Testimony::BonaFide, "no corners were followed");
        assert_eq!(said(STILL, CARRIED, Some(0.0)).testimony, Testimony::BonaFide, "a camera in a hand");
    }

    #[test]
    fn what_grows_with_its_surroundings_is_an_attack() {
        assert_eq!(said(CARRIED, CARRIED, Some(1.0)).testimony, Testimony::Attack, "a print");
        assert_eq!(said(CARRIED, CARRIED, Some(0.0)).testimony, Testimony::Attack, "a phone before a room");
        assert_eq!(said(STILL, STILL, Some(1.0)).testimony, Testimony::Attack, "a digital zoom");
        let between = Explained { carried: 1.0, left: 1.0 };
        assert_eq!(said(between, between, Some(0.0)).testimony, Testimony::Insufficient);
    }

    /// A film of somebody who moves before a room, and is then enlarged in a moment: most comparisons speak for a person.
    #[test]
    fn only_what_is_seen_while_the_face_grows_counts() {
        let swaying = |step: usize| 1.0 - 0.02 * (step % 3) as f32;
        let sizes = |grown: &[f32]| -> Vec<f32> {
            (0..40)
                .map(swaying)
                .chain(grown.iter().copied())
                .chain((0..6).map(|step| 1.4 * swaying(step)))
                .collect()
        };
        let zoomed = sizes(&[1.12, 1.25, 1.4]);
        let about =
            |step: usize| Some(if (40..43).contains(&step) { (CARRIED, CARRIED) } else { (STILL, STILL) });
        let said = said_of(&zoomed, about, None);
        assert!(said.testimony == Testimony::Insufficient && said.score < Some(0.57), "{said:?}");
        assert_eq!(said_of(&zoomed, |_| Some((STILL, STILL)), None).testimony, Testimony::BonaFide);
        // With the lens covered meanwhile nothing was compared.
        let covered = |step: usize| (!(40..43).contains(&step)).then_some((STILL, STILL));
        assert_eq!(said_of(&zoomed, covered, None).testimony, Testimony::Insufficient);
        // Nor where the comparison after it spans none of the growth.
        let sudden = sizes(&[]);
        let frames = |step: usize| (step != 40).then_some((STILL, STILL));
        assert_eq!(said_of(&sudden, frames, None).testimony, Testimony::Insufficient);
        // What is plain while the face grows says nothing, nor does a room that stays.
        let plain =
            |step: usize| Some(if (40..43).contains(&step) { (PLAIN, PLAIN) } else { (STILL, STILL) });
        assert_eq!(said_of(&zoomed, plain, Some(0.0)).testimony, Testimony::Abstained);
        let nonsense: Vec<f32> = sizes(&[1.2]).iter().map(|_| f32::NAN).collect();
        assert_ne!(said_of(&nonsense, about, None).testimony, Testimony::BonaFide);
    }

    #[test]
    fn a_room_that_stays_acquits_nobody_about_whose_head_nothing_is_seen() {
        assert_eq!(said(PLAIN, CARRIED, Some(0.0)).testimony, Testimony::Attack, "a plain wall on a phone");
        assert_eq!(said(PLAIN, PLAIN, Some(0.0)).testimony, Testimony::Abstained);
        assert_eq!(said(PLAIN, PLAIN, None).testimony, Testimony::Abstained);
        assert_eq!(said(PLAIN, PLAIN, Some(1.0)).testimony, Testimony::Attack, "everything grows");
        let nonsense = Explained { carried: f32::NAN, left: 1.0 };
        assert_eq!(said(nonsense, nonsense, Some(0.0)).testimony, Testimony::Abstained);
        assert_eq!(
            perspective(None, |_| None, &PerspectiveParams::default()).testimony,
            Testimony::Abstained
        );
    }
}
