//! What the camera showed during one capture, where the operator has it kept: the tracking frames as they came, none encoded anew.

use std::collections::VecDeque;

use bytes::Bytes;
use selfsame_domain::Timestamp;
use selfsame_vision::image::{Format, Limits, inspect};

use super::mp4;

/// A minute of frames from the scripts is 2.5 MB. Beyond this the oldest go: what the verdict rests on came last.
const MOST_BYTES: usize = 6_000_000;
/// Each frame costs some bytes of its own.
const MOST_FRAMES: usize = 2_000;

/// Frames of one capture.
#[derive(Default)]
pub(super) struct Recording {
    frames: VecDeque<(Timestamp, Bytes)>,
    bytes: usize,
    /// Width and height of the newest frame.
    size: (u16, u16),
}

impl Recording {
    /// `arrived` by the server's clock: a page's own times would let it stretch what it did.
    ///
    /// # Errors
    /// The frame is no JPEG. An MP4 holds nothing else that comes here, and who sends it must not stay out of the recording.
    pub(super) fn add(&mut self, arrived: Timestamp, picture: &Bytes) -> Result<(), &'static str> {
        let no_jpeg = "captures are recorded here, and a tracking frame is no JPEG";
        let size = match inspect(picture, &Limits::default()) {
            Ok((Format::Jpeg, width, height)) => u16::try_from(width).ok().zip(u16::try_from(height).ok()),
            _ => None,
        };
        self.size = size.ok_or(no_jpeg)?;
        self.bytes += picture.len();
        // Copied: as a part of the message that it came in, it would keep all of that.
        self.frames.push_back((arrived, Bytes::copy_from_slice(picture)));
        while self.bytes > MOST_BYTES || self.frames.len() > MOST_FRAMES {
            let Some((_, oldest)) = self.frames.pop_front() else { break };
            self.bytes -= oldest.len();
        }
        Ok(())
    }

    /// As a video; `None` where nothing was seen.
    pub(super) fn into_mp4(self) -> Option<Vec<u8>> {
        let frames: Vec<_> =
            self.frames.iter().map(|(at, picture)| (at.as_millis(), picture.as_ref())).collect();
        (!frames.is_empty()).then(|| mp4::motion_jpeg(&frames, self.size))
    }
}

#[cfg(test)]
mod tests {
    use selfsame_vision::image::Picture;

    use super::*;

    fn jpeg(side: u32) -> Bytes {
        Picture::from_rgb(side, side, vec![90; (side * side * 3) as usize]).unwrap().to_jpeg(60).into()
    }

    #[test]
    fn only_what_can_be_played_is_taken() {
        let mut recording = Recording::default();
        for rubbish in [&b""[..], b"RIFF\x10\0\0\0WEBPVP8 ", &jpeg(16)[..20], b"no picture"] {
            assert!(recording.add(Timestamp::from_millis(1), &Bytes::copy_from_slice(rubbish)).is_err());
        }
        assert!(recording.into_mp4().is_none());
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let mut recording = Recording::default();
        let picture = jpeg(64);
        for at in 0..MOST_FRAMES as i64 + 10 {
            recording.add(Timestamp::from_millis(at), &picture).unwrap();
        }
        assert_eq!(recording.frames.len(), MOST_FRAMES);
        assert_eq!(recording.frames[0].0, Timestamp::from_millis(10));
        assert_eq!(recording.bytes, picture.len() * MOST_FRAMES);

        // A JPEG may be followed by anything; that counts as well.
        let mut large = picture.to_vec();
        large.resize(60_000, 0);
        let large = Bytes::from(large);
        let mut recording = Recording::default();
        for at in 0..200 {
            recording.add(Timestamp::from_millis(at), &large).unwrap();
        }
        assert_eq!((recording.frames.len(), recording.bytes), (100, MOST_BYTES));
        assert_eq!(recording.frames[99].0, Timestamp::from_millis(199));
        assert!(recording.into_mp4().unwrap().len() > MOST_BYTES);
    }
}
