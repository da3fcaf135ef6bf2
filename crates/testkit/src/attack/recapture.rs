//! One picture photographed again, with the optics that make moiré: what a pixel of the camera sees of stripes and dots that
//! are about as large as itself.
//!
//! Light is added up linearly over a fourfold grid of samples, blurred by the lens and integrated over the whole area of each
//! pixel; there is no colour-filter array. (One would sample red and blue at half the rate and show more moiré, so that what
//! is found here is found with less help than cameras give.)

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use selfsame_vision::{Picture, Rect};

use crate::head::gaussian;

/// Samples per pixel of the camera and axis.
const FINE: usize = 4;
const GAMMA: f64 = 2.2;

/// What the picture is shown on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Carrier {
    /// A display with upright stripes of red, green and blue. `pitch`: pixels of the camera per pixel of the display.
    Display { pitch: f64 },
    /// Offset printing: dots of four inks on grids at 15, 75, 0 and 45 degrees. `pitch`: pixels of the camera per cell.
    Halftone { pitch: f64 },
    /// Nothing of its own: a photo on paper, or a print whose dots the camera cannot see.
    Paper,
}

/// The edges of what is held before the camera.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Device {
    /// Width in widths of the face that it shows, and width over height. Bezel or margin included.
    pub width: f64,
    pub aspect: f64,
    /// Width of the bezel (or the margin of a sheet) in widths of the device, and how bright it is, 0..1.
    pub rim: f64,
    pub rim_light: f64,
}

impl Device {
    /// A phone held upright: 71 x 147 mm, a dark rim of 4 mm.
    pub const PHONE: Self = Self { width: 1.5, aspect: 0.48, rim: 0.06, rim_light: 0.03 };
    /// A tablet held upright.
    pub const TABLET: Self = Self { width: 2.0, aspect: 0.72, rim: 0.07, rim_light: 0.03 };
    /// A sheet with a white margin.
    pub const SHEET: Self = Self { width: 1.9, aspect: 0.707, rim: 0.05, rim_light: 0.92 };
}

/// How a picture is photographed again.
#[derive(Debug, Clone, PartialEq)]
pub struct Recapture {
    pub carrier: Carrier,
    /// `None`: it fills the view.
    pub device: Option<Device>,
    /// How far it is rolled, in degrees.
    pub roll: f64,
    /// How much larger the pitch is at the right edge of the view than in its middle, as a share: a screen that is turned.
    pub keystone: f64,
    /// Standard deviation of the lens's blur in pixels: 0.4 is sharp, 0.7 a webcam in focus, 1.2 out of it.
    pub blur: f64,
    /// Standard deviation of the noise in steps of 1/255.
    pub noise: f64,
    pub seed: u64,
}

impl Default for Recapture {
    fn default() -> Self {
        Self {
            carrier: Carrier::Paper,
            device: None,
            roll: 0.0,
            keystone: 0.0,
            blur: 0.6,
            noise: 1.6,
            seed: 1,
        }
    }
}

impl Recapture {
    /// The picture as seen again: of the same size, with the face (`face`, in its pixels) where it was and as large as it was.
    /// Around a device the picture itself is seen, as if the attacker sat where the person sits.
    pub fn of(&self, picture: &Picture, face: Rect) -> Picture {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let linear: Vec<f32> = {
            let table: Vec<f32> = (0..=255_u8).map(|v| (f64::from(v) / 255.0).powf(GAMMA) as f32).collect();
            picture.rgb().iter().map(|value| table[usize::from(*value)]).collect()
        };
        let source = Source { linear: &linear, width, height };
        let kernel = self.kernel();
        // Rows of samples, already brought to the camera's columns.
        let mut narrowed = vec![0.0_f32; height * FINE * width * 3];
        let mut samples = vec![[0.0_f32; 3]; width * FINE];
        for (row, narrow) in narrowed.chunks_exact_mut(width * 3).enumerate() {
            let y = (row as f64 + 0.5) / FINE as f64;
            for (column, sample) in samples.iter_mut().enumerate() {
                *sample = self.light(&source, face, (column as f64 + 0.5) / FINE as f64, y);
            }
            for (x, pixel) in narrow.chunks_exact_mut(3).enumerate() {
                for (k, weight) in kernel.iter().enumerate() {
                    let at = (x * FINE + k + FINE / 2).saturating_sub(kernel.len() / 2).min(width * FINE - 1);
                    for channel in 0..3 {
                        pixel[channel] += weight * samples[at][channel];
                    }
                }
            }
        }
        let mut noise = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        let mut rgb = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            for cell in 0..width * 3 {
                let light: f32 = kernel
                    .iter()
                    .enumerate()
                    .map(|(k, weight)| {
                        let row = (y * FINE + k + FINE / 2).saturating_sub(kernel.len() / 2);
                        weight * narrowed[row.min(height * FINE - 1) * width * 3 + cell]
                    })
                    .sum();
                let encoded = f64::from(light.clamp(0.0, 1.0)).powf(1.0 / GAMMA) * 255.0;
                rgb.push((encoded + gaussian(&mut noise) * self.noise).round().clamp(0.0, 255.0) as u8);
            }
        }
        Picture::from_rgb(picture.width(), picture.height(), rgb).expect("a picture of the size it had")
    }

    /// The blur of the lens over the area of a pixel, in samples; of even length, sum 1.
    fn kernel(&self) -> Vec<f32> {
        let reach = (self.blur * 3.0 * FINE as f64).ceil() as usize + FINE / 2;
        let weights: Vec<f64> = (0..2 * reach)
            .map(|k| {
                let from_middle = k as f64 + 0.5 - reach as f64;
                (0..FINE)
                    .map(|part| {
                        let offset = from_middle - (part as f64 + 0.5 - FINE as f64 / 2.0);
                        (-0.5 * (offset / FINE as f64 / self.blur.max(0.05)).powi(2)).exp()
                    })
                    .sum()
            })
            .collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| (weight / sum) as f32).collect()
    }

    /// What comes from the direction of a place in the camera's picture, linear.
    fn light(&self, source: &Source<'_>, face: Rect, x: f64, y: f64) -> [f32; 3] {
        let centre = face.centre();
        let (dx, dy) = (x - f64::from(centre.x), y - f64::from(centre.y));
        let (sin, cos) = self.roll.to_radians().sin_cos();
        // Places on the medium, in pixels of the camera, upright.
        let turned = 1.0 + self.keystone * dx / (source.width as f64 / 2.0);
        let (u, v) = ((dx * cos + dy * sin) * turned, (-dx * sin + dy * cos) * turned);
        if let Some(device) = self.device {
            let width = device.width * f64::from(face.width);
            let rim = device.rim * width;
            let (half_width, half_height) = (width / 2.0, width / device.aspect / 2.0);
            if u.abs() > half_width || v.abs() > half_height {
                return source.at(x, y);
            }
            if u.abs() > half_width - rim || v.abs() > half_height - rim {
                return [device.rim_light.powf(GAMMA) as f32; 3];
            }
        }
        let show = |u: f64, v: f64| source.at(u + f64::from(centre.x), v + f64::from(centre.y));
        match self.carrier {
            Carrier::Paper => show(u, v),
            Carrier::Display { pitch } => {
                let colour = show(u, v);
                // Half a sample, in pixels of the display. Apertures: nine tenths of the height and of a third of the width.
                let half = 0.5 / FINE as f64 / pitch;
                let lit = aperture(v / pitch, half, 0.9);
                std::array::from_fn(|channel| {
                    let stripe = aperture(u / pitch - (channel as f64 + 0.05) / 3.0, half, 0.3);
                    // As bright as the picture where it is averaged.
                    colour[channel] * (lit * stripe / (0.9 * 0.3)) as f32
                })
            }
            Carrier::Halftone { pitch } => {
                let rgb = show(u, v);
                let ink = rgb.map(|value| 1.0 - f64::from(value).powf(1.0 / GAMMA));
                let black = ink.into_iter().fold(1.0, f64::min) * 0.6;
                let mut light = [0.88_f64; 3];
                for (at, degrees) in [15.0_f64, 75.0, 0.0, 45.0].into_iter().enumerate() {
                    let coverage = if at < 3 { (ink[at] - black) / (1.0 - black) } else { black };
                    let (s, c) = degrees.to_radians().sin_cos();
                    let (a, b) = ((u * c + v * s) / pitch, (v * c - u * s) / pitch);
                    let wave =
                        ((std::f64::consts::TAU * a).cos() + (std::f64::consts::TAU * b).cos()) / 4.0 + 0.5;
                    // The wave exceeds 1 - coverage on about that share of the cell; a sample on the rim of a dot is half in it.
                    let slope = std::f64::consts::FRAC_PI_2 / pitch / FINE as f64;
                    let inked = ((wave - (1.0 - coverage)) / slope + 0.5).clamp(0.0, 1.0);
                    match at {
                        3 => light = light.map(|light| light * (1.0 - 0.88 * inked)),
                        _ => light[at] *= 1.0 - 0.8 * inked,
                    }
                }
                light.map(|light| light as f32)
            }
        }
    }
}

/// What share of the stretch from `at - half` to `at + half` lies in openings as wide as `open` that repeat every 1 and begin at
/// 0. Taken exactly: what is only sampled has a moiré with the samples, which no camera sees.
fn aperture(at: f64, half: f64, open: f64) -> f64 {
    let opened = |to: f64| to.floor() * open + (to - to.floor()).min(open);
    (opened(at + half) - opened(at - half)) / (2.0 * half)
}

struct Source<'a> {
    linear: &'a [f32],
    width: usize,
    height: usize,
}

impl Source<'_> {
    /// Bilinear, edges repeated.
    fn at(&self, x: f64, y: f64) -> [f32; 3] {
        let x = (x - 0.5).clamp(0.0, self.width as f64 - 1.0);
        let y = (y - 0.5).clamp(0.0, self.height as f64 - 1.0);
        let (left, top) = (x as usize, y as usize);
        let (fx, fy) = ((x - left as f64) as f32, (y - top as f64) as f32);
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        std::array::from_fn(|channel| {
            let at = |x: usize, y: usize| self.linear[(y * self.width + x) * 3 + channel];
            let above = at(left, top) + (at(right, top) - at(left, top)) * fx;
            let below = at(left, bottom) + (at(right, bottom) - at(left, bottom)) * fx;
            above + (below - above) * fy
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACE: Rect = Rect { x: 40.0, y: 30.0, width: 60.0, height: 70.0 };

    fn grey(light: u8) -> Picture {
        Picture::from_rgb(140, 130, vec![light; 140 * 130 * 3]).unwrap()
    }

    /// Mean and standard deviation of a channel around the middle.
    fn channel(picture: &Picture, channel: usize) -> (f64, f64) {
        let middle = picture.crop(40, 40, 60, 50).unwrap();
        let values: Vec<f64> =
            middle.rgb().iter().skip(channel).step_by(3).map(|value| f64::from(*value)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
        (mean, variance.sqrt())
    }

    #[test]
    fn a_display_is_as_bright_as_the_picture_and_its_grid_fades_with_its_pitch() {
        let seen = |pitch| {
            let carrier = Carrier::Display { pitch };
            channel(&Recapture { carrier, noise: 0.0, ..Recapture::default() }.of(&grey(120), FACE), 1)
        };
        let (coarse, fine) = (seen(3.0), seen(1.37));
        assert!((fine.0 - 120.0).abs() < 8.0, "{fine:?}");
        assert!(coarse.1 > 10.0 && coarse.1 > 4.0 * fine.1, "{coarse:?} {fine:?}");
    }

    #[test]
    fn paper_shows_the_picture_and_halftone_has_dots() {
        let seen = |carrier| {
            channel(&Recapture { carrier, noise: 0.0, ..Recapture::default() }.of(&grey(120), FACE), 0)
        };
        assert_eq!(seen(Carrier::Paper), (120.0, 0.0));
        assert!(seen(Carrier::Halftone { pitch: 4.0 }).1 > 8.0);
    }

    #[test]
    fn the_same_seed_makes_the_same_picture_and_a_device_leaves_the_room_as_it_is() {
        let recapture = Recapture { device: Some(Device::PHONE), noise: 0.0, ..Recapture::default() };
        let picture = recapture.of(&grey(120), FACE);
        assert!(picture == recapture.of(&grey(120), FACE));
        let at = |x: usize, y: usize| picture.rgb()[(y * 140 + x) * 3];
        assert_eq!((at(5, 65), at(70, 65)), (120, 120));
        // 90 pixels wide about x = 70: its rim is dark.
        assert!(at(27, 65) < 40, "{}", at(27, 65));
    }
}
