//! Whose face the stream shows, looked at about once a second: whoever does what is asked has to be whom the full frames show, and these
//! reach back only as far as pages keep them. When is not to be foreseen, or another could sit there in between.

use std::sync::Arc;

use selfsame_domain::Entropy;
use selfsame_liveness::{Recognised, Recognition};
use selfsame_vision::{FaceSighting, Picture, Template, Vision, VisionError};

/// Milliseconds from one look to the next, in the mean and at most.
const AGAIN: (f64, f64) = (1_200.0, 2_500.0);
/// The least probability of a look at any frame, however soon after another it came: a burst is no hiding place.
const LEAST: f64 = 0.1;

/// The most faces that are compared: two minutes at eight frames a second have some hundred and fifty. One more, and the page floods: it is
/// not looked at any more, and nobody is recognised in what it sent.
const MOST: usize = 600;

/// A face that was looked at: whose it is, and where it looks by a network that sees the whole head.
struct Look {
    seq: u32,
    template: Template,
    yaw: f32,
}

/// Faces of the stream, 2 kB each.
pub(super) struct Identities {
    of: Vec<Look>,
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
        self.of.iter().any(|look| look.seq == seq)
    }

    pub(super) fn look(
        &mut self,
        vision: &Vision,
        seq: u32,
        picture: &Picture,
        face: &FaceSighting,
    ) -> Result<(), VisionError> {
        if self.of.len() <= MOST {
            let template = vision.embed_tracked(picture, face)?;
            self.of.push(Look { seq, template, yaw: vision.pose_by_network(picture, face)?.yaw });
        }
        Ok(())
    }

    /// 0..1
    fn draw(&self) -> f64 {
        let mut bytes = [0; 4];
        self.entropy.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }

    /// Whose the faces of the full frames are, and those of the stream beside them. Of the full frames the `best` is kept: nothing is
    /// recognised without it.
    pub(super) fn recognised(
        &self,
        vision: &Vision,
        full: &[(u32, Template)],
        best: u32,
    ) -> Result<Recognised, VisionError> {
        let kept = full.iter().find(|(seq, _)| *seq == best).filter(|_| self.of.len() <= MOST);
        let Some((_, kept)) = kept else { return Ok(Recognised::default()) };
        let rate =
            |a: &Template, b: &Template| Ok::<_, VisionError>(vision.compare_tracked(a, b)?.false_match_rate);
        let stream = self.of.iter().map(|Look { seq, template, .. }| {
            let mut nearest = 1.0_f64;
            for (_, full) in full {
                nearest = nearest.min(rate(template, full)?);
            }
            // Whoever is compared with several has as many chances to look like one.
            let nearest = (nearest * full.len() as f64).min(1.0);
            Ok(Recognition { seq: *seq, nearest, best: rate(template, kept)? })
        });
        Ok(Recognised {
            full: connected(vision, full, kept)?,
            stream: stream.collect::<Result<_, VisionError>>()?,
            yaws: self.of.iter().map(|look| (look.seq, look.yaw)).collect(),
        })
    }
}

/// How the faces of full frames hang together with the one that is kept: a set grows from it by the face that is nearest to any in it (Prim,
/// "Shortest connection networks", 1957). A face that looks down is like itself looking up by one in between, whichever came first.
fn connected(
    vision: &Vision,
    full: &[(u32, Template)],
    kept: &Template,
) -> Result<Vec<Recognition>, VisionError> {
    let mut left = Vec::with_capacity(full.len());
    for (seq, template) in full {
        let best = vision.compare_tracked(template, kept)?.false_match_rate;
        left.push((template, Recognition { seq: *seq, nearest: best, best }));
    }
    let mut joined = Vec::with_capacity(full.len());
    while let Some(next) = (0..left.len()).min_by(|a, b| left[*a].1.nearest.total_cmp(&left[*b].1.nearest)) {
        let (template, recognition) = left.swap_remove(next);
        joined.push(recognition);
        for (other, seen) in &mut left {
            seen.nearest = seen.nearest.min(vision.compare_tracked(other, template)?.false_match_rate);
        }
    }
    Ok(joined)
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
