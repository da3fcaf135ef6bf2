//! Barcodes that were damaged, and how many are read against the decoder alone.

#![expect(clippy::unwrap_used, reason = "a test may panic; clippy knows only test functions as tests")]

#[path = "support/networks.rs"]
mod networks;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};
use networks::vision;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use rxing::{BarcodeFormat, DecodeHints, helpers::detect_in_luma_with_hints};
use selfsame_domain::Timestamp;
use selfsame_testkit_documents::{Document, Fonts, Kind, Portrait, Role, Side};
use selfsame_vision::Picture;

/// What the decoder says of the picture as it is, tried as hard as it can.
fn decoder_alone(picture: &RgbImage) -> Option<String> {
    let grey = image::DynamicImage::ImageRgb8(picture.clone()).to_luma8();
    let (width, height) = grey.dimensions();
    let mut hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    let format = Some(BarcodeFormat::PDF_417);
    let read = || detect_in_luma_with_hints(grey.into_raw(), width, height, format, &mut hints);
    let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).ok()?.ok()?;
    Some(found.getText().to_owned())
}

fn ours(picture: &RgbImage) -> Option<String> {
    let picture = Picture::from_rgb(picture.width(), picture.height(), picture.as_raw().clone()).unwrap();
    let reading = vision().read_document(&picture, Timestamp::from_millis(1_790_000_000_000)).unwrap();
    reading.barcode.map(|barcode| barcode.text)
}

fn pictures(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(pictures(&path));
        } else if path.extension().is_some_and(|kind| kind == "png" || kind == "jpg" || kind == "jpeg") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[derive(Default)]
struct Tally {
    pictures: u32,
    ours: u32,
    alone: u32,
    wrong: u32,
}

/// Noise, stains, lost lines and columns, parts that are somewhere else, an edge that is gone.
fn damaged(sound: &RgbImage, rng: &mut Xoshiro256PlusPlus) -> RgbImage {
    let mut picture = sound.clone();
    let (width, height) = picture.dimensions();
    for _ in 0..rng.random_range(1..8) {
        let (x, y) = (rng.random_range(0..width), rng.random_range(0..height));
        let (w, h) = (rng.random_range(1..=width / 3), rng.random_range(1..=height / 2));
        let part = |x: u32, y: u32| {
            (x..(x + w).min(width)).flat_map(move |x| (y..(y + h).min(height)).map(move |y| (x, y)))
        };
        match rng.random_range(0..6) {
            0 => {
                let ink = Rgb([rng.random_range(0..=255); 3]);
                part(x, y).for_each(|(x, y)| picture.put_pixel(x, y, ink));
            }
            1 => part(x, y).for_each(|(x, y)| picture.put_pixel(x, y, Rgb([rng.random_range(0..=255); 3]))),
            2 => part(x, y).for_each(|(x, y)| picture.put_pixel(x, y, *sound.get_pixel(width - 1 - x, y))),
            3 => (0..width).for_each(|x| picture.put_pixel(x, y, Rgb([255; 3]))),
            4 => (0..height).for_each(|y| picture.put_pixel(x, y, Rgb([0; 3]))),
            _ => {
                let (x, y) = (x.min(width / 4), y.min(height / 4));
                return image::imageops::crop_imm(&picture, x, y, width - x, height - y).to_image();
            }
        }
    }
    picture
}

#[test]
fn a_damaged_barcode_is_read_as_it_was_or_not_at_all() {
    let document = Document::random(Kind::DrivingLicence, 1);
    let page =
        document.render(Side::Back, &Portrait::silhouette(0.5), &Fonts::load().unwrap(), 200.0).unwrap();
    let area = page.of(Role::Pdf417).next().unwrap().area;
    // With the quiet zone that the standard asks for.
    let (x, y) = ((area.x - 12.0) as u32, (area.y - 12.0) as u32);
    let sound =
        image::imageops::crop_imm(&page.picture, x, y, area.width as u32 + 24, area.height as u32 + 24)
            .to_image();
    let truth = ours(&sound).expect("it is sound");
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(417);
    let mut read = 0;
    for turn in 0..48 {
        if let Some(text) = ours(&damaged(&sound, &mut rng)) {
            assert_eq!(text, truth, "turn {turn}");
            read += 1;
        }
    }
    // The bars correct what a stain hides; not everything.
    assert!((4..44).contains(&read), "{read} of 48");
}

#[test]
#[ignore = "needs pictures: SELFSAME_BARCODES=FOLDER"]
fn measures() {
    let folder = PathBuf::from(std::env::var("SELFSAME_BARCODES").unwrap());
    let mut tallies: BTreeMap<PathBuf, Tally> = BTreeMap::new();
    for path in pictures(&folder) {
        let upright = image::open(&path).unwrap().to_rgb8();
        let truth = std::fs::read_to_string(path.with_extension("txt")).ok();
        let tally = tallies.entry(path.parent().unwrap().to_owned()).or_default();
        for (turn, picture) in [upright.clone(), image::imageops::rotate180(&upright)].iter().enumerate() {
            let (ours, alone) = (ours(picture), decoder_alone(picture));
            tally.pictures += 1;
            tally.ours += u32::from(ours.is_some());
            tally.alone += u32::from(alone.is_some());
            let wrong = ours.is_some() && truth.is_some() && ours != truth;
            tally.wrong += u32::from(wrong);
            if ours != alone || wrong {
                println!(
                    "{} turn {turn}: ours {:?}, alone {:?}",
                    path.display(),
                    ours.is_some(),
                    alone.is_some()
                );
            }
        }
    }
    for (folder, tally) in &tallies {
        let Tally { pictures, ours, alone, wrong } = tally;
        println!(
            "{}: {pictures} pictures; read {ours} (the decoder alone {alone}), of which {wrong} wrong",
            folder.display()
        );
    }
    let sum = |of: fn(&Tally) -> u32| tallies.values().map(of).sum::<u32>();
    assert!(sum(|tally| tally.ours) >= sum(|tally| tally.alone), "fewer than the decoder alone");
}
