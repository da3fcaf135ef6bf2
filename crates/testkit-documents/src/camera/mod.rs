//! The camera: a page on a table, seen from somewhere, under some light, through some lens.
//!
//! Everything is drawn at random from a seed within the bounds of a [`Severity`], or set by hand in a [`Shot`]. The same page and
//! shot give the same pixels. Where everything ended up is told by [`Photo`].

mod geometry;
mod optics;
mod surface;

use image::{Rgb, RgbImage};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

pub use geometry::Homography;
pub use surface::Surface;

use crate::{Field, Page, Role};

/// How bad the conditions are.
///
/// | | arrangement | light | lens and sensor | JPEG |
/// |---|---|---|---|---|
/// | 0 | a flat scan: the page alone, or straight on a plain lid with a margin; 1476 to 2400 pixels wide | even | none | 95–100 |
/// | 1 | a flat scan, up to 3° askew, sometimes upside down; 2400 x 1648 | even | slight noise | 85–95 |
/// | 2 | a photo of 4000 x 3000 by hand: up to 12° askew in any quarter turn, mild perspective, cluttered ground | soft shadow | slight defocus, noise | 80–92 |
/// | 3 | any angle, strong perspective, page smaller in the picture | shadow, sometimes glare, tinted light | defocus or shake, noise | 65–85 |
/// | 4 | as 3, and one time in three a part is cut off | deep shadow and glare | defocus and shake, much noise | 40–65 |
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Severity(u8);

impl Severity {
    /// Every severity.
    pub const ALL: &[Self] = &[Self(0), Self(1), Self(2), Self(3), Self(4)];

    /// 0 to 4; nothing else is one.
    #[must_use]
    pub fn new(severity: u8) -> Option<Self> {
        (severity <= 4).then_some(Self(severity))
    }
}

/// One picture to be taken.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shot {
    /// Seed of noise and ground.
    pub seed: u64,
    /// Width and height of the photo in pixels.
    pub size: (u32, u32),
    /// Width of the page in the photo before perspective, as a share of the photo's width or height, whichever limits it first:
    /// at 1 the unturned page just fits.
    pub fill: f32,
    /// Clockwise turn of the page in degrees.
    pub rotation: f32,
    /// Tilt of the page about its vertical and horizontal middle, degrees.
    pub tilt: (f32, f32),
    /// Where the page's middle is, as shares of the photo's width and height.
    pub centre: (f32, f32),
    /// The page is made smaller and moved inwards as far as it takes to have all of it in the photo.
    pub keep_whole: bool,
    /// What the page lies on.
    pub surface: Surface,
    /// How much the deepest shadow takes, 0–1.
    pub shadow: f32,
    /// How strong the glare spot is, 0–1; 1 wipes print out.
    pub glare: f32,
    /// Radius of the circle of confusion, pixels.
    pub defocus: f32,
    /// Length of the shake, pixels.
    pub shake: f32,
    /// Standard deviation of the sensor's noise, 0–255.
    pub noise: f32,
    /// Factors of red, green and blue; all above or below 1 is the exposure.
    pub white_balance: [f32; 3],
    /// JPEG quality 1–100.
    pub quality: u8,
}

impl Shot {
    /// A picture of the page and nothing else: no light, no lens, quality 100.
    #[must_use]
    pub fn flat(size: (u32, u32)) -> Self {
        Self {
            seed: 0,
            size,
            fill: 1.0,
            rotation: 0.0,
            tilt: (0.0, 0.0),
            centre: (0.5, 0.5),
            keep_whole: false,
            surface: Surface::Lid,
            shadow: 0.0,
            glare: 0.0,
            defocus: 0.0,
            shake: 0.0,
            noise: 0.0,
            white_balance: [1.0; 3],
            quality: 100,
        }
    }

    /// The shot of a seed, within the bounds of the severity.
    #[must_use]
    pub fn random(severity: Severity, seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(
            seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ u64::from(severity.0),
        );
        let rng = &mut rng;
        let mut shot = Self { seed, ..Self::flat((2400, 1648)) };
        let quarter = 90.0 * f32::from(rng.random_range(0..4_u8));
        let signed = |rng: &mut Xoshiro256PlusPlus, most: f32| rng.random_range(-most..=most);
        match severity.0 {
            0 => {
                shot.size = [(2400, 1648), (1600, 1130), (2000, 1400)][rng.random_range(0..3_usize)];
                shot.fill = [1.0, 0.98, 0.9][rng.random_range(0..3_usize)];
                shot.quality = rng.random_range(95..=100);
            }
            1 => {
                shot.fill = rng.random_range(0.8..0.95);
                shot.keep_whole = true;
                shot.rotation = signed(rng, 3.0) + if rng.random_bool(0.25) { 180.0 } else { 0.0 };
                shot.noise = rng.random_range(0.0..2.0);
                shot.quality = rng.random_range(85..=95);
            }
            2 => {
                shot.photo(rng, 0.7..0.9);
                shot.rotation = signed(rng, 12.0) + quarter;
                shot.tilt = (signed(rng, 12.0), signed(rng, 12.0));
                shot.shadow = rng.random_range(0.0..0.3);
                shot.defocus = rng.random_range(0.0..2.0);
                shot.noise = rng.random_range(1.0..4.0);
                shot.quality = rng.random_range(80..=92);
            }
            3 => {
                shot.photo(rng, 0.55..0.8);
                shot.rotation = signed(rng, 180.0);
                shot.tilt = (signed(rng, 24.0), signed(rng, 24.0));
                shot.shadow = rng.random_range(0.1..0.5);
                shot.glare = if rng.random_bool(0.5) { rng.random_range(0.2..0.7) } else { 0.0 };
                if rng.random_bool(0.5) {
                    shot.defocus = rng.random_range(1.0..4.0);
                } else {
                    shot.shake = rng.random_range(2.0..7.0);
                }
                shot.noise = rng.random_range(2.0..7.0);
                shot.tint(rng, 0.12);
                shot.quality = rng.random_range(65..=85);
            }
            _ => {
                shot.photo(rng, 0.45..0.75);
                shot.rotation = signed(rng, 180.0);
                shot.tilt = (signed(rng, 32.0), signed(rng, 32.0));
                shot.shadow = rng.random_range(0.3..0.7);
                shot.glare = rng.random_range(0.4..1.0);
                shot.defocus = rng.random_range(1.0..5.0);
                shot.shake = rng.random_range(0.0..9.0);
                shot.noise = rng.random_range(4.0..12.0);
                shot.tint(rng, 0.2);
                if rng.random_bool(0.33) {
                    shot.keep_whole = false;
                    let off = rng.random_range(0.32..0.42) * if rng.random_bool(0.5) { 1.0 } else { -1.0 };
                    shot.fill = 0.8;
                    shot.centre = if rng.random_bool(0.5) { (0.5 + off, 0.5) } else { (0.5, 0.5 + off) };
                }
                shot.quality = rng.random_range(40..=65);
            }
        }
        shot
    }

    fn photo(&mut self, rng: &mut Xoshiro256PlusPlus, fill: std::ops::Range<f32>) {
        self.size = if rng.random_bool(0.8) { (4000, 3000) } else { (3000, 4000) };
        self.fill = rng.random_range(fill);
        self.keep_whole = true;
        self.centre = (rng.random_range(0.46..0.54), rng.random_range(0.46..0.54));
        self.surface = Surface::CLUTTERED[rng.random_range(0..Surface::CLUTTERED.len())];
    }

    fn tint(&mut self, rng: &mut Xoshiro256PlusPlus, most: f32) {
        let warm = rng.random_range(-most..=most);
        self.white_balance = [1.0 + warm, 1.0, 1.0 - warm];
    }
}

/// Something of the page in the photo.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sighting {
    /// What it is.
    pub role: Role,
    /// The field of a label or value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// The characters as printed.
    pub text: String,
    /// Its corners in pixels of the photo, in the page's order: upper left, upper right, lower right, lower left of the upright page.
    pub corners: [[f32; 2]; 4],
    /// All four corners are in the photo.
    pub whole: bool,
}

/// A picture that was taken, and where everything is in it.
#[derive(Clone, Debug)]
pub struct Photo {
    /// The pixels as a reader of the file sees them, after the JPEG.
    pub picture: RgbImage,
    /// The file.
    pub jpeg: Vec<u8>,
    /// From pixels of the page to pixels of the photo.
    pub homography: Homography,
    /// The page's corners: upper left, upper right, lower right, lower left of the upright page. They may lie outside of the photo.
    pub corners: [[f32; 2]; 4],
    /// Everything on the page.
    pub sightings: Vec<Sighting>,
}

impl Photo {
    /// Whether the whole page is in the photo.
    #[must_use]
    pub fn whole(&self) -> bool {
        inside(&self.corners, self.picture.dimensions())
    }
}

fn inside(corners: &[[f32; 2]; 4], (width, height): (u32, u32)) -> bool {
    // A page that fills the photo ends half a rounding error outside.
    let within = |value: f32, size: u32| (-0.5..=size as f32 + 0.5).contains(&value);
    corners.iter().all(|[x, y]| within(*x, width) && within(*y, height))
}

/// Takes a picture of a page.
///
/// For a sharp photo the page should have at least as many pixels as it covers in the photo: 500 to 600 dpi for a passport that fills
/// 4000 x 3000.
#[must_use]
pub fn photograph(page: &Page, shot: &Shot) -> Photo {
    let homography = Homography::of_shot(page.picture.dimensions(), shot);
    let mut light = surface::paint(shot);
    optics::shade_below(&mut light, shot, &homography, page.picture.dimensions());
    optics::lay(&mut light, &page.picture, &homography);
    optics::illuminate(&mut light, shot);
    optics::defocus(&mut light, shot);
    optics::shake(&mut light, shot);
    let picture = optics::expose(&light, shot);
    let jpeg = jpeg(&picture, shot.quality);
    // What comes out of the file, not what went in.
    let picture = match image::load_from_memory_with_format(&jpeg, image::ImageFormat::Jpeg) {
        Ok(decoded) => decoded.to_rgb8(),
        Err(error) => unreachable!("the encoder's own file: {error}"),
    };
    let sightings = page.items.iter().map(|item| {
        let corners = item.area.corners().map(|corner| homography.map(corner));
        let whole = inside(&corners, picture.dimensions());
        Sighting { role: item.role, field: item.field, text: item.text.clone(), corners, whole }
    });
    let sightings = sightings.collect();
    let corners = geometry::frame(page.picture.dimensions()).map(|corner| homography.map(corner));
    Photo { picture, jpeg, homography, corners, sightings }
}

/// Encodes a picture as JPEG of a quality 1–100.
#[must_use]
pub fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100));
    if let Err(error) = picture.write_with_encoder(encoder) {
        unreachable!("pictures are smaller than JPEG's bounds, and memory does not refuse: {error}");
    }
    bytes
}

/// A picture while light falls on it: red, green and blue of 0–1 per pixel, row by row.
pub(crate) struct Light {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<[f32; 3]>,
}

impl Light {
    pub(crate) fn at(&mut self, x: usize, y: usize) -> &mut [f32; 3] {
        &mut self.pixels[y * self.width + x]
    }
}

pub(crate) fn unit(pixel: Rgb<u8>) -> [f32; 3] {
    pixel.0.map(|value| f32::from(value) / 255.0)
}
