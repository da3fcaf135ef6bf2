//! Staying in a good position.

use std::time::Duration;

use selfsame_domain::Timestamp;

use super::{Seen, Step};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hold {
    since: Timestamp,
    good: Vec<u32>,
    lost: usize,
}

impl Hold {
    /// Begins with a frame that is good.
    pub(crate) fn begin(seen: &Seen<'_>) -> Self {
        Self { since: seen.now, good: vec![seen.frame.seq], lost: 0 }
    }

    pub(crate) fn step(&mut self, seen: &Seen<'_>, time: Duration, frames: usize, grace: usize) -> Step {
        if seen.good() {
            self.good.push(seen.frame.seq);
            self.lost = 0;
        } else {
            self.lost += 1;
            if self.lost > grace {
                return Step::Lost;
            }
        }
        let long_enough = seen.now.since(self.since) >= time && self.good.len() >= frames;
        if seen.good() && long_enough { Step::Done } else { Step::On }
    }

    pub(crate) fn lasts(&self, now: Timestamp) -> Duration {
        now.since(self.since)
    }

    /// The good frames so far.
    pub(crate) fn good(&self) -> &[u32] {
        &self.good
    }
}
