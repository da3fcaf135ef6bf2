//! Whose face the stream shows, looked at about once a second: whoever does what is asked has to be whom the full frames show, and these
//! reach back only as far as pages keep them. When is not to be foreseen, or another could sit there in between.

use std::sync::Arc;

use selfsame_domain::Entropy;
use selfsame_liveness::Recognition;
use selfsame_vision::{FaceSighting, Picture, Template, Vision, VisionError};

/// Milliseconds from one look to the next, in the mean and at most.
const AGAIN: (f64, f64) = (1_200.0, 2_500.0);
/// The least probability of a look at any frame, however soon after another it came: a burst is no hiding place.
const LEAST: f64 = 0.1;

/// The most faces that are kept: two minutes at eight frames a second have some hundred and fifty. A page that floods is not looked at any
/// more, and has no yes from then on: too much of what it sent lies near no face that was compared.
const MOST: usize = 600;

/// Templates of the stream, 2 kB each.
pub(super) struct Identities {
    of: Vec<(u32, Template)>,
    entropy: Arc<dyn Entropy>,
    /// When the last face was asked about, and when one was looked at.
    asked: Option<f64>,
    looked: Option<f64>,
}

impl Identities {
    pub(super) fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self { of: Vec::new(), entropy, asked: None, looked: None }
    }

    /// Whether a face is to be looked at; `millis`: of the server's clock, from 0. What was looked at before does not change what is likely:
    /// each frame is as likely as the time that it stands for is long.
    pub(super) fn is_due(&mut self, millis: f64) -> bool {
        let passed = millis - self.asked.unwrap_or(millis);
        self.asked = Some(millis);
        let likely = (1.0 - (-passed / AGAIN.0).exp()).max(LEAST);
        let due = self.looked.is_none_or(|looked| millis - looked >= AGAIN.1) || self.draw() < likely;
        if due {
            self.looked = Some(millis);
        }
        due
    }

    /// The next face is looked at.
    pub(super) fn forget_when(&mut self) {
        (self.asked, self.looked) = (None, None);
    }

    pub(super) fn has(&self, seq: u32) -> bool {
        self.of.iter().any(|(of, _)| *of == seq)
    }

    pub(super) fn look(
        &mut self,
        vision: &Vision,
        seq: u32,
        picture: &Picture,
        face: &FaceSighting,
    ) -> Result<(), VisionError> {
        if self.of.len() < MOST {
            self.of.push((seq, vision.embed(picture, face)?));
        }
        Ok(())
    }

    /// 0..1
    fn draw(&self) -> f64 {
        let mut bytes = [0; 4];
        self.entropy.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }

    /// How often strangers look as alike as each of them and the nearest of the given faces.
    pub(super) fn compared(
        &self,
        vision: &Vision,
        full: &[Template],
    ) -> Result<Vec<Recognition>, VisionError> {
        let compare = |(seq, own): &(u32, Template)| {
            // Without any, nothing was recognised.
            let false_match_rate = nearest(vision, own, full)?.unwrap_or(f64::NAN);
            Ok(Recognition { seq: *seq, false_match_rate })
        };
        self.of.iter().map(compare).collect()
    }
}

/// How often strangers look as alike as a face and the one of `others` that is most like it: a face that looks down is compared best with
/// another that does. `None` when there are no others; what is no number only when all are none.
pub(super) fn nearest(
    vision: &Vision,
    template: &Template,
    others: &[Template],
) -> Result<Option<f64>, VisionError> {
    let mut least: Option<f64> = None;
    for other in others {
        let rate = vision.compare(other, template)?.false_match_rate;
        least = Some(least.map_or(rate, |least| least.min(rate)));
    }
    Ok(least)
}

#[cfg(test)]
mod tests {
    use selfsame_domain::OsEntropy;

    use super::*;

    #[test]
    fn looks_come_soon_and_nobody_knows_when() {
        let mut identities = Identities::new(Arc::new(OsEntropy));
        assert!(identities.is_due(0.0), "the first");
        let mut looks = vec![0.0];
        for frame in 1..70_000 {
            let at = f64::from(frame) * 1_000.0 / 7.0;
            if identities.is_due(at) {
                looks.push(at);
            }
        }
        let waits: Vec<f64> = looks.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mean = waits.iter().sum::<f64>() / waits.len() as f64;
        assert!((900.0..1_200.0).contains(&mean), "{mean}");
        assert!(waits.iter().all(|wait| *wait < 2_650.0), "as soon as a frame comes after the longest");
        // Also right after another, as often as at any other time.
        let at_once = waits.iter().filter(|wait| **wait < 150.0).count() as f64 / waits.len() as f64;
        assert!((0.09..0.15).contains(&at_once), "{at_once}");
    }

    #[test]
    fn a_burst_is_looked_at_as_well_and_who_begins_anew_at_once() {
        let mut identities = Identities::new(Arc::new(OsEntropy));
        assert!(identities.is_due(0.0));
        let looks = (0..10_000).filter(|_| identities.is_due(0.0)).count();
        assert!((850..1_150).contains(&looks), "{looks}");
        identities.forget_when();
        assert!(identities.is_due(0.0));
    }
}
