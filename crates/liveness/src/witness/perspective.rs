//! Did the person really come closer? Perspective changes with distance: seen from near, a face is narrower at the ears for
//! the size of its eyes, and grows before a room that does not. A picture that is enlarged changes neither.

use selfsame_domain::{Testimony, Witness, WitnessReport};

use super::surroundings::{plus, share_at_rest};
use super::{abstained, median, report};
use crate::motion::{Fit, around};
use crate::{ApproachRecord, Explained, FrameObservation};

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
    pub frames: usize,
}

impl Default for PerspectiveParams {
    fn default() -> Self {
        Self { growth: 0.60, enlarged: 0.42, jump: 1.30, near_difference: 3.0, frames: 3 }
    }
}

/// Score: how much of the face's growth is its own and not its surroundings', 0..1.
pub fn perspective<'a>(
    record: Option<&ApproachRecord>,
    frame: impl Fn(u32) -> Option<&'a FrameObservation>,
    params: &PerspectiveParams,
) -> WitnessReport {
    let Some(record) = record else {
        return abstained(Witness::Perspective, "nobody was asked to come closer");
    };
    let seqs = [&record.far[..], &record.way, &record.near].concat();
    let frames: Vec<&FrameObservation> =
        seqs.iter().filter_map(|seq| frame(*seq)).filter(|frame| !frame.faces.is_empty()).collect();
    if record.far.len() < params.frames || record.near.len() < params.frames {
        return abstained(Witness::Perspective, "too few frames at one of the distances");
    }
    let height = |frame: &FrameObservation| frame.faces.first().map_or(0.0, |face| face.eye_distance());
    let jumps = frames.windows(2).any(|pair| {
        let (before, after) = (height(pair[0]), height(pair[1]));
        before > 0.0 && after / before > params.jump && pair[1].captured_at - pair[0].captured_at < 300.0
    });
    if jumps {
        let saw = "the face grew faster than anybody comes closer";
        return report(Witness::Perspective, Testimony::Attack, 0.0, params.growth, saw);
    }
    // About the head: also a phone that is brought closer before a room that stays grows with what is about the face. The camera may
    // be in a hand as well: its own motion is taken out, for it is neither the face's nor the room's.
    let near = frames
        .iter()
        .filter_map(|frame| frame.around)
        .fold(Explained::default(), |sum, around| plus(sum, around.steadied));
    let about_the_head = share_at_rest(near, params.near_difference);
    // The surroundings' growth is summed over short steps, as few points are seen from the beginning to the end.
    let (mut room, mut face, mut steps) = (0.0_f32, 0.0_f32, 0);
    let mut from = 0;
    for to in 1..frames.len() {
        if frames[to].captured_at - frames[from].captured_at < 300.0 {
            continue;
        }
        let grown = (height(frames[to]) / height(frames[from]).max(1.0)).ln();
        if let Some(fit) = Fit::of(&around(frames[from], frames[to])).filter(|fit| fit.scale > 0.0) {
            (room, face, steps) = (room + fit.scale.ln(), face + grown, steps + 1);
        }
        from = to;
    }
    let of_the_room =
        (steps > 0 && face >= 0.12 && face.is_finite()).then(|| (1.0 - room / face).clamp(0.0, 1.0));
    let score = match (about_the_head, of_the_room) {
        (Some(near), Some(room)) => near.min(room),
        // Before a plain wall the one, with a shaky camera the other may be silent.
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => {
            return abstained(Witness::Perspective, "too little around the face could be followed");
        }
    };
    let (testimony, saw) = if score >= params.growth {
        (Testimony::BonaFide, "the face came closer before surroundings that did not")
    } else if score <= params.enlarged {
        (
            Testimony::Attack,
            "face and surroundings grew alike: indicates a picture that was enlarged or brought closer",
        )
    } else {
        (Testimony::Insufficient, "the growth of the face and of its surroundings are hard to tell apart")
    };
    report(Witness::Perspective, testimony, score, params.growth, saw)
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
