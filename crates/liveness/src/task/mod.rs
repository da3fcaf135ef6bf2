//! What the person does between a good position and the request for evidence, one small state machine per kind of task.

mod approach;
mod dots;
mod hold;

use selfsame_domain::{Remark, Timestamp};

pub use approach::{ApproachParams, ApproachRecord, Target};
#[cfg(test)]
pub(crate) use dots::Aim;
pub use dots::{DotRecord, DotsParams, DotsRecord, DotsView, ShownDot};

pub(crate) use approach::Approach;
pub(crate) use dots::Dots;
pub(crate) use hold::Hold;

use crate::guidance::{Guidance, Position};
use crate::observation::FrameObservation;

/// A frame, and what was told about it.
pub(crate) struct Seen<'a> {
    pub(crate) frame: &'a FrameObservation,
    pub(crate) guidance: &'a Guidance,
    pub(crate) now: Timestamp,
}

impl Seen<'_> {
    pub(crate) fn good(&self) -> bool {
        self.guidance.position == Position::Good
    }
}

/// How a task goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    On,
    /// From the beginning: the position was lost.
    Lost,
    Done,
    /// The person did not do it; says what was missing.
    Unmet(Remark),
}
