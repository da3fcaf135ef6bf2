//! Files that a picture decoder must refuse, and odd ones that it must survive.
//!
//! Everything is made here, byte by byte or from a picture drawn here: no file of anyone else, no picture of a person.

mod jpeg;
mod other;
mod png;
mod webp;

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// Files that must be refused with a named reason, each as (name for the failure message, bytes).
///
/// None may make a decoder allocate more than 256 MB: some promise far more than that.
pub fn malformed_images() -> Vec<(&'static str, Vec<u8>)> {
    [jpeg::malformed(), png::malformed(), webp::malformed(), other::malformed()].concat()
}

/// Files that are unusual but whose picture is whole: a decoder may accept or refuse them, by name, but must neither panic nor
/// allocate more than 256 MB.
pub fn odd_images() -> Vec<(&'static str, Vec<u8>)> {
    [jpeg::odd(), png::odd(), webp::odd()].concat()
}

/// A picture without a face: smooth colour with some edges, so that every coder has something to do.
///
/// Width and height in pixels; the same bytes every time.
pub fn faceless_picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let stripe = if (x / 16 + y / 16) % 2 == 0 { 40 } else { 0 };
        let ramp = |at: u32, of: u32| u8::try_from(at * 200 / of.max(1)).unwrap_or(200);
        Rgb([ramp(x, width) + stripe, ramp(y, height) + stripe, 90 + stripe])
    })
}

/// [`faceless_picture`] in a file format that the `image` crate writes.
pub fn faceless_file(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    encode(&DynamicImage::ImageRgb8(faceless_picture(width, height)), format)
}

/// A PNG of one colour: certainly no face, and nothing that resembles one.
pub fn flat_picture_file(width: u32, height: u32) -> Vec<u8> {
    encode(
        &DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, Rgb([120, 140, 160]))),
        ImageFormat::Png,
    )
}

fn encode(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("writing to memory a picture that was drawn here");
    bytes.into_inner()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_enough_and_each_has_its_own_name() {
        let all = [malformed_images(), odd_images()].concat();
        assert!(malformed_images().len() >= 40, "{}", malformed_images().len());
        let names: HashSet<_> = all.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), all.len());
        let contents: HashSet<_> = all.iter().map(|(_, bytes)| bytes).collect();
        assert_eq!(contents.len(), all.len(), "two names for the same bytes");
    }

    #[test]
    fn they_are_the_same_every_time_and_small_enough_to_send() {
        let (first, second) = (malformed_images(), malformed_images());
        assert!(first == second);
        for (name, bytes) in first {
            assert!(bytes.len() < 15_000_000, "{name} would be refused for its size alone");
        }
    }

    #[test]
    fn a_plain_decoder_reads_the_odd_ones_that_are_promised_to_be_whole() {
        for (name, bytes) in odd_images() {
            if name.contains("cmyk") || name.contains("bomb") {
                continue;
            }
            image::load_from_memory(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}
