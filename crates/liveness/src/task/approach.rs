//! Passive video: the person comes closer until the face fills an oval.

use std::time::Duration;

use selfsame_domain::{Remark, Timestamp};

use super::{Seen, Step};
use crate::guidance::Position;

#[derive(Debug, Clone, PartialEq)]
pub struct ApproachParams {
    /// How far the face's size may be from the target's, as a share of it.
    pub tolerance: f32,
    /// How long the face must stay at the target.
    pub stay: Duration,
    pub stay_frames: usize,
    /// The oval is given up after so long.
    pub timeout: Duration,
    /// Largest height of the face that may be asked for, over the frame's shorter side.
    pub max_face: f32,
    /// The face may be lost for this many frames in a row.
    pub grace: usize,
}

impl Default for ApproachParams {
    fn default() -> Self {
        Self {
            tolerance: 0.12,
            stay: Duration::from_millis(900),
            stay_frames: 4,
            timeout: Duration::from_secs(20),
            max_face: 0.88,
            grace: 3,
        }
    }
}

/// The oval, as the page draws it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// Half the height of the face box to come to, in pixels of the frame.
    pub radius: f32,
    /// How much of the stay is done, 0..1.
    pub stability: f32,
}

/// How the person came closer; what the perspective witness looks at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ApproachRecord {
    /// Frames at the first distance.
    pub far: Vec<u32>,
    /// Frames on the way.
    pub way: Vec<u32>,
    /// Frames of the stay.
    pub near: Vec<u32>,
}

impl ApproachRecord {
    pub(crate) fn frames(&self) -> Vec<u32> {
        [&self.far[..], &self.way, &self.near].concat()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Approach {
    began: Timestamp,
    height: f32,
    stay_since: Option<Timestamp>,
    stability: f32,
    lost: usize,
    pub(crate) record: ApproachRecord,
}

impl Approach {
    /// `start`: height of the face at the first distance, in pixels.
    pub(crate) fn begin(start: f32, growth: f32, far: Vec<u32>, now: Timestamp) -> Self {
        let record = ApproachRecord { far, ..ApproachRecord::default() };
        Self { began: now, height: start * growth, stay_since: None, stability: 0.0, lost: 0, record }
    }

    pub(crate) fn target(&self) -> Target {
        Target { radius: self.height / 2.0, stability: self.stability }
    }

    /// What to tell the person instead of what one frame alone would say.
    pub(crate) fn position(&self, plain: Position, face_height: f32, params: &ApproachParams) -> Position {
        match plain {
            // Distance is this task's own business; everything else comes first.
            Position::Good | Position::MoveForwards | Position::MoveBackwards => {
                let ratio = face_height / self.height;
                if ratio < 1.0 - params.tolerance {
                    Position::MoveForwards
                } else if ratio > 1.0 + params.tolerance {
                    Position::MoveBackwards
                } else {
                    Position::StandStill
                }
            }
            other => other,
        }
    }

    /// `seen.guidance` carries what [`Self::position`] said.
    pub(crate) fn step(&mut self, seen: &Seen<'_>, params: &ApproachParams) -> Step {
        if seen.now.since(self.began) >= params.timeout {
            return Step::Unmet(Remark::OvalNeverFilled);
        }
        if seen.guidance.face.is_none() {
            self.lost += 1;
            if self.lost > params.grace {
                return Step::Lost;
            }
            return Step::On;
        }
        self.lost = 0;
        let seq = seen.frame.seq;
        if seen.guidance.position != Position::StandStill {
            self.stay_since = None;
            self.stability = 0.0;
            self.record.way.append(&mut self.record.near);
            self.record.way.push(seq);
            return Step::On;
        }
        let since = *self.stay_since.get_or_insert(seen.now);
        self.record.near.push(seq);
        let stayed = seen.now.since(since);
        self.stability = (stayed.as_secs_f32() / params.stay.as_secs_f32().max(0.001)).clamp(0.01, 1.0);
        if stayed >= params.stay && self.record.near.len() >= params.stay_frames {
            Step::Done
        } else {
            Step::On
        }
    }
}
