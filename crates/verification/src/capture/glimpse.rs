//! The face as a tracking frame showed it, kept to be held against the full frame of the same instant.
//!
//! Both are one picture of the camera, so that they agree in every feature: another picture of whoever it may be, put in its place,
//! does not. Compared is what is between the fine (noise, compression) and the coarse (light, which a page may set at will).

use std::collections::VecDeque;

use selfsame_domain::Rect;
use selfsame_liveness::FrameSize;
use selfsame_vision::image::Picture;

/// Samples along a side.
const SIDE: usize = 64;
/// Side of the square that is kept, over the longer side of the face: the head and some of what is behind it.
const AROUND: f32 = 1.4;
/// Half widths of the means between whose differences detail lies, in samples.
const FINE: usize = 1;
const COARSE: usize = 5;
/// Least deviation of the detail, in grey levels: under it there is nothing to compare.
const LEAST_DETAIL: f32 = 0.5;
/// As many as pages keep full frames of.
const KEPT: usize = 64;

/// One face. 4 kB.
#[derive(Debug, Clone)]
pub struct Glimpse {
    /// What is shown, in pixels of the full frame.
    place: Rect,
    luma: Vec<u8>,
}

impl Glimpse {
    /// `face`: in pixels of the full frame, of which `picture` is the whole.
    fn of(picture: &Picture, size: FrameSize, face: Rect) -> Option<Self> {
        let (width, height) = (size.width as f32, size.height as f32);
        let side = (face.width.max(face.height) * AROUND).min(width).min(height);
        let centre = face.centre();
        let place = Rect {
            x: (centre.x - side / 2.0).clamp(0.0, width - side),
            y: (centre.y - side / 2.0).clamp(0.0, height - side),
            width: side,
            height: side,
        };
        let luma = sampled(picture, place, width / picture.width() as f32, height / picture.height() as f32)?;
        Some(Self { place, luma })
    }

    /// How alike the same place is in a full frame, of which `crop` was sent: the correlation of their details, -1 to 1. `None`
    /// when it was not sent, or there is nothing to compare.
    pub(super) fn likeness(&self, picture: &Picture, crop: Rect) -> Option<f32> {
        let place = Rect { x: self.place.x - crop.x, y: self.place.y - crop.y, ..self.place };
        let (here, there) = (detail(&self.luma), detail(&sampled(picture, place, 1.0, 1.0)?));
        let product =
            |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>() / a.len() as f32;
        let (own, other) = (product(&here, &here).sqrt(), product(&there, &there).sqrt());
        (own >= LEAST_DETAIL && other >= LEAST_DETAIL).then(|| product(&here, &there) / (own * other))
    }
}

/// Grey samples of a place in the picture; a pixel of the picture is `scale` of the place's.
fn sampled(picture: &Picture, place: Rect, scale_x: f32, scale_y: f32) -> Option<Vec<u8>> {
    let part = [place.x / scale_x, place.y / scale_y, place.width / scale_x, place.height / scale_y];
    let small = picture.resized_part(part.map(f64::from), SIDE as u32, SIDE as u32)?;
    let grey = |pixel: &[u8]| {
        ((299 * u32::from(pixel[0]) + 587 * u32::from(pixel[1]) + 114 * u32::from(pixel[2])) / 1000) as u8
    };
    Some(small.rgb().chunks_exact(3).map(grey).collect())
}

/// The fine mean less the coarse one; its own mean is next to nothing.
fn detail(luma: &[u8]) -> Vec<f32> {
    let mean = |x: usize, y: usize, half: usize| {
        let columns = x.saturating_sub(half)..(x + half + 1).min(SIDE);
        let rows = y.saturating_sub(half)..(y + half + 1).min(SIDE);
        let count = columns.len() * rows.len();
        let sum: u32 = rows
            .map(|row| luma[row * SIDE..][columns.clone()].iter().map(|v| u32::from(*v)).sum::<u32>())
            .sum();
        sum as f32 / count as f32
    };
    (0..SIDE * SIDE)
        .map(|at| {
            let (x, y) = (at % SIDE, at / SIDE);
            mean(x, y, FINE) - mean(x, y, COARSE)
        })
        .collect()
}

/// Those of the frames that pages still have in full.
#[derive(Debug, Default)]
pub(super) struct Glimpses(VecDeque<(u32, Glimpse)>);

impl Glimpses {
    pub(super) fn keep(&mut self, seq: u32, picture: &Picture, size: FrameSize, face: Rect) {
        if let Some(glimpse) = Glimpse::of(picture, size, face) {
            self.0.push_back((seq, glimpse));
        }
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    pub(super) fn get(&self, seq: u32) -> Option<&Glimpse> {
        self.0.iter().find(|(of, _)| *of == seq).map(|(_, glimpse)| glimpse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: FrameSize = FrameSize { width: 640, height: 360 };
    const FACE: Rect = Rect { x: 240.0, y: 90.0, width: 130.0, height: 160.0 };

    /// Blobs that are the same at any resolution; `seed` moves them.
    fn picture(width: u32, seed: f32) -> Picture {
        let height = width * SIZE.height / SIZE.width;
        let scale = SIZE.width as f32 / width as f32;
        let mut rgb = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let (u, v) = ((x as f32 + 0.5) * scale, (y as f32 + 0.5) * scale);
                let value = 120.0
                    + 50.0 * ((u + 31.0 * seed) / 11.0).sin() * ((v - 17.0 * seed) / 9.0).cos()
                    + 20.0 * ((u - v) / 17.0 + seed).sin();
                rgb.extend([value as u8; 3]);
            }
        }
        Picture::from_rgb(width, height, rgb).unwrap()
    }

    fn kept() -> Glimpse {
        let small = selfsame_vision::image::decode(
            &picture(320, 0.0).to_jpeg(50),
            &selfsame_vision::image::Limits::default(),
        );
        Glimpse::of(&small.unwrap(), SIZE, FACE).unwrap()
    }

    #[test]
    fn the_same_picture_is_alike_and_a_shifted_or_another_one_is_not() {
        let crop = Rect { x: 150.0, y: 30.0, width: 320.0, height: 300.0 };
        let full = |seed| picture(640, seed).crop(150, 30, 320, 300).unwrap();
        let same = kept().likeness(&full(0.0), crop).unwrap();
        assert!(same > 0.97, "{same}");
        let lit = {
            let picture = full(0.0);
            let rgb = picture.rgb().iter().map(|value| (f32::from(*value) * 0.6 + 30.0) as u8).collect();
            Picture::from_rgb(picture.width(), picture.height(), rgb).unwrap()
        };
        assert!(kept().likeness(&lit, crop).unwrap() > 0.97, "light alone makes no other picture");
        assert!(kept().likeness(&full(1.0), crop).unwrap() < 0.6);
        let elsewhere = Rect { x: 158.0, ..crop };
        assert!(kept().likeness(&full(0.0), elsewhere).unwrap() < 0.8);
    }

    #[test]
    fn what_cannot_be_compared_is_alike_to_nothing() {
        let crop = Rect { x: 300.0, y: 30.0, width: 320.0, height: 300.0 };
        let part = picture(640, 0.0).crop(300, 30, 320, 300).unwrap();
        assert_eq!(kept().likeness(&part, crop), None, "the face was not sent whole");
        let flat = Picture::from_rgb(640, 360, vec![90; 640 * 360 * 3]).unwrap();
        assert_eq!(kept().likeness(&flat, Rect { x: 0.0, y: 0.0, width: 640.0, height: 360.0 }), None);
    }

    #[test]
    fn as_many_are_kept_as_pages_keep() {
        let mut glimpses = Glimpses::default();
        let picture = picture(320, 0.0);
        for seq in 1..200 {
            glimpses.keep(seq, &picture, SIZE, FACE);
        }
        assert_eq!(glimpses.0.len(), KEPT);
        assert!(glimpses.get(199).is_some() && glimpses.get(199 - KEPT as u32).is_none());
    }
}
