//! The full frames of a capture: which are asked for, and what came of them.

use selfsame_domain::{Rect, Timestamp};

use super::{Capture, Ending, Phase};
use crate::observation::{EvidenceObservation, FrameSize, Recognised};

/// A full frame that the server wants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EvidenceRequest {
    pub seq: u32,
    /// Pixels of the full frame.
    pub crop: Rect,
}

impl Capture {
    pub(super) fn ask_for_evidence(&mut self, size: FrameSize, now: Timestamp) {
        // Pages keep full frames for eight seconds: what is older cannot be had any more. By when frames came: a page that says when they
        // were taken would choose which of them are held against the stream.
        let newest = self.frames.back().map_or(0.0, |frame| frame.arrived_at);
        let mut seqs: Vec<u32> = self
            .held
            .iter()
            .copied()
            .filter(|seq| {
                self.sighting(*seq).is_some_and(|frame| {
                    !frame.faces.is_empty() && newest - frame.arrived_at <= self.params.ring_millis
                })
            })
            .collect();
        seqs.sort_unstable();
        seqs.dedup();
        // A face that is turned away is hard to compare: of where dots are followed, the frames that show it best.
        let turned = |seq: u32| {
            self.sighting(seq).and_then(|frame| frame.faces.first()).map_or(f32::INFINITY, |face| {
                (face.yaw.abs() / self.params.evidence_yaw).max(face.pitch.abs() / self.params.evidence_pitch)
            })
        };
        let frontal = seqs.iter().filter(|seq| turned(**seq) <= 1.0).count();
        seqs.sort_by(|a, b| turned(*a).total_cmp(&turned(*b)));
        seqs.truncate(frontal.max(2 * self.params.evidence_frames));
        seqs.sort_unstable();
        let wanted = spread(seqs.len(), self.params.evidence_frames)
            .filter_map(|index| {
                let frame = self.sighting(*seqs.get(index)?)?;
                let face = frame.faces.first()?;
                Some(EvidenceRequest {
                    seq: frame.seq,
                    crop: crop_around(face.bounds, self.params.crop, size),
                })
            })
            .collect::<Vec<_>>();
        self.requested = wanted.clone();
        self.phase = Phase::Collecting { since: now, wanted, received: Vec::new() };
    }

    /// The full frames that were asked for.
    pub fn requested(&self) -> &[EvidenceRequest] {
        &self.requested
    }

    /// Whether a full frame was asked for and has not come yet.
    pub fn wants(&self, seq: u32) -> Option<EvidenceRequest> {
        match &self.phase {
            Phase::Collecting { wanted, received, .. }
                if !received.iter().any(|evidence| evidence.seq == seq) =>
            {
                wanted.iter().find(|request| request.seq == seq).copied()
            }
            _ => None,
        }
    }

    /// A full frame arrived and was looked at. Returns true when nothing more is wanted.
    pub fn evidence(&mut self, observation: EvidenceObservation) -> bool {
        let expected = self.wants(observation.seq).is_some();
        let Phase::Collecting { wanted, received, .. } = &mut self.phase else { return false };
        if expected {
            received.push(observation);
        }
        if received.len() < wanted.len() {
            return false;
        }
        self.evidence = std::mem::take(received);
        self.phase = Phase::Ended;
        true
    }

    /// Whose faces it showed, once the full frames are there.
    pub fn recognise(&mut self, recognised: Recognised) {
        self.recognised = recognised;
    }

    /// The page no longer has a frame that was asked for.
    pub fn evidence_missing(&mut self) -> Ending {
        self.phase = Phase::Ended;
        Ending::EvidenceMissing
    }
}

/// `count` indices out of `available`, evenly spread, first and last included.
fn spread(available: usize, count: usize) -> impl Iterator<Item = usize> {
    let count = count.min(available);
    (0..count).map(move |index| if count < 2 { 0 } else { index * (available - 1) / (count - 1) })
}

/// A square about the face, `scale` times its longer side, shifted to stay within the frame and cut where it is larger.
fn crop_around(face: Rect, scale: f32, size: FrameSize) -> Rect {
    let (frame_width, frame_height) = (size.width as f32, size.height as f32);
    let side = face.width.max(face.height) * scale;
    let (width, height) = (side.min(frame_width), side.min(frame_height));
    let centre = face.centre();
    Rect {
        x: (centre.x - width / 2.0).clamp(0.0, frame_width - width).floor(),
        y: (centre.y - height / 2.0).clamp(0.0, frame_height - height).floor(),
        width: width.floor(),
        height: height.floor(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: FrameSize = FrameSize { width: 1280, height: 720 };

    #[test]
    fn crops_stay_inside_the_frame() {
        let crop = crop_around(Rect { x: 1200.0, y: 10.0, width: 70.0, height: 90.0 }, 3.2, SIZE);
        assert!(crop.x + crop.width <= 1280.0 && crop.y >= 0.0);
        let crop = crop_around(Rect { x: 100.0, y: 10.0, width: 700.0, height: 700.0 }, 3.2, SIZE);
        assert_eq!((crop.width, crop.height), (1280.0, 720.0));
    }

    #[test]
    fn spread_includes_both_ends() {
        assert_eq!(spread(14, 5).collect::<Vec<_>>(), [0, 3, 6, 9, 13]);
        assert_eq!(spread(2, 5).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(spread(0, 5).count(), 0);
    }
}
