//! Frames, prepared once and shared by any number of captures.

use std::path::Path;
use std::sync::Arc;

use selfsame_vision::Picture;
use selfsame_vision::image::{Limits, decode};

/// Width that the server asks tracking frames to have, and their JPEG quality (`ready.tracking` of the protocol).
const TRACKING_WIDTH: u32 = 320;
const TRACKING_QUALITY: u8 = 60;
/// A camera never sends the same picture twice: each round through the clip is encoded a little differently.
const ROUNDS: u8 = 6;

/// A clip that plays over and over; cheap to clone.
#[derive(Debug, Clone)]
pub struct Clip {
    frames: Arc<Vec<Frame>>,
    frames_per_second: f64,
}

#[derive(Debug)]
struct Frame {
    full: Picture,
    tracking: Vec<Vec<u8>>,
}

impl Clip {
    /// # Panics
    /// When there is no frame, or frames differ in size.
    pub fn new(frames: Vec<Picture>, frames_per_second: f64) -> Self {
        let size = frames.first().map(|frame| (frame.width(), frame.height())).expect("a clip has frames");
        assert!(frames.iter().all(|frame| (frame.width(), frame.height()) == size), "frames of one size");
        let height = (TRACKING_WIDTH * size.1 / size.0).max(1);
        let frames = frames
            .into_iter()
            .map(|full| {
                let small = full.resized(TRACKING_WIDTH, height);
                let tracking = (0..ROUNDS).map(|round| small.to_jpeg(TRACKING_QUALITY - round)).collect();
                Frame { full, tracking }
            })
            .collect();
        Self { frames: Arc::new(frames), frames_per_second }
    }

    /// Every `*.jpg` of a folder, in the order of their names.
    ///
    /// # Panics
    /// When the folder or a frame cannot be read: the fixtures are missing.
    pub fn from_folder(folder: &Path, frames_per_second: f64) -> Self {
        Self::new(read_frames(folder), frames_per_second)
    }

    /// Width and height of the full frames.
    pub fn size(&self) -> (u32, u32) {
        let first = &self.frames[0].full;
        (first.width(), first.height())
    }

    pub fn frames_per_second(&self) -> f64 {
        self.frames_per_second
    }

    /// The frame that a camera would show, `seconds` after it began. Plays forwards, then backwards: a cut back to the start
    /// would be a jump that no person makes.
    pub(super) fn index_at(&self, seconds: f64) -> usize {
        let count = self.frames.len();
        if count == 1 {
            return 0;
        }
        let round = 2 * (count - 1);
        let place = (seconds.max(0.0) * self.frames_per_second) as usize % round;
        if place < count { place } else { round - place }
    }

    /// JPEG, 320 pixels wide, as it is `seconds` after the camera began.
    pub(super) fn tracking(&self, index: usize, seconds: f64) -> &[u8] {
        let length = (self.frames.len() as f64 - 1.0).max(1.0) / self.frames_per_second;
        let round = (seconds.max(0.0) / length) as usize % usize::from(ROUNDS);
        &self.frames[index].tracking[round]
    }

    pub(super) fn full(&self, index: usize) -> &Picture {
        // Of another clip, which may be shorter.
        &self.frames[index % self.frames.len()].full
    }
}

/// Every `*.jpg` of a folder, decoded, in the order of their names.
///
/// # Panics
/// When the folder or a frame cannot be read, or there is none: run `make fixtures`.
pub fn read_frames(folder: &Path) -> Vec<Picture> {
    let listing = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}; run `make fixtures`", folder.display()));
    let mut files: Vec<_> = listing.map(|entry| entry.expect("a readable folder").path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "jpg"));
    files.sort();
    assert!(!files.is_empty(), "{} holds no frame; run `make fixtures`", folder.display());
    files
        .iter()
        .map(|file| {
            let bytes = std::fs::read(file).expect("a readable frame");
            decode(&bytes, &Limits::default()).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::malformed::faceless_picture;

    #[test]
    fn plays_forwards_and_backwards_without_a_jump() {
        let frame = || Picture::from_rgb(64, 32, faceless_picture(64, 32).into_raw()).unwrap();
        let clip = Clip::new((0..4).map(|_| frame()).collect(), 10.0);
        let order: Vec<usize> = (0..9).map(|tick| clip.index_at(f64::from(tick) / 10.0 + 0.01)).collect();
        assert_eq!(order, [0, 1, 2, 3, 2, 1, 0, 1, 2]);
        assert_eq!(clip.size(), (64, 32));
        let tracking = decode(clip.tracking(0, 0.0), &Limits::default()).unwrap();
        assert_eq!((tracking.width(), tracking.height()), (320, 160));
    }
}
