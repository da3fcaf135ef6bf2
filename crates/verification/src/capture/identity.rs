//! Whose face the stream shows, looked at every second or two: whoever does what is asked has to be whom the full frames show, and these
//! reach back only as far as pages keep them. When is not to be foreseen, or another could sit there in between.

use std::sync::Arc;

use selfsame_domain::Entropy;
use selfsame_liveness::Recognition;
use selfsame_vision::{Template, Vision, VisionError};

/// Milliseconds from one look to the next, at least and at most.
const AGAIN: (f64, f64) = (500.0, 2_000.0);

/// Templates of the stream. 2 kB each; in the longest capture, of two minutes, some hundred.
pub(super) struct Identities {
    of: Vec<(u32, Template)>,
    entropy: Arc<dyn Entropy>,
    next: f64,
}

impl Identities {
    pub(super) fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self { of: Vec::new(), entropy, next: 0.0 }
    }

    /// Whether a face is to be looked at; `millis`: of the server's clock, from 0.
    pub(super) fn is_due(&self, millis: f64) -> bool {
        millis >= self.next
    }

    pub(super) fn keep(&mut self, seq: u32, template: Template, millis: f64) {
        self.of.push((seq, template));
        self.next = millis + self.wait();
    }

    fn wait(&self) -> f64 {
        let mut bytes = [0; 2];
        self.entropy.fill(&mut bytes);
        let share = f64::from(u16::from_le_bytes(bytes)) / f64::from(u16::MAX);
        AGAIN.0 + share * (AGAIN.1 - AGAIN.0)
    }

    /// How often strangers look as alike as each of them and the given face.
    pub(super) fn compared(
        &self,
        vision: &Vision,
        template: &Template,
    ) -> Result<Vec<Recognition>, VisionError> {
        let compare = |(seq, own): &(u32, Template)| {
            let false_match_rate = vision.compare(own, template)?.false_match_rate;
            Ok(Recognition { seq: *seq, false_match_rate })
        };
        self.of.iter().map(compare).collect()
    }
}

#[cfg(test)]
mod tests {
    use selfsame_domain::OsEntropy;

    use super::*;

    #[test]
    fn the_next_look_comes_soon_and_nobody_knows_when() {
        let identities = Identities::new(Arc::new(OsEntropy));
        assert!(identities.is_due(0.0), "the first");
        let mut waits: Vec<f64> = (0..2_000).map(|_| identities.wait()).collect();
        waits.sort_by(f64::total_cmp);
        assert!(waits[0] >= 500.0 && waits[0] < 520.0, "{}", waits[0]);
        assert!(waits[1_999] <= 2_000.0 && waits[1_999] > 1_980.0, "{}", waits[1_999]);
        assert!((1_100.0..1_400.0).contains(&waits[1_000]), "{}", waits[1_000]);
    }
}
