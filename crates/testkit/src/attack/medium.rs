//! What a picture is shown on, as a camera sees it: the colour of a point of a print or a screen.

use std::f32::consts::TAU;
use std::sync::LazyLock;

use crate::head::raster::WHOLE;

/// The carrier of a presentation attack instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Medium {
    /// The pixels as they are: a flat picture and nothing else. Isolates the geometry from the texture.
    Plain,
    /// Halftone dots on paper, with the small gamut and soft detail of office printing.
    Print,
    /// An LCD: stripes of red, green and blue, its own gamma and white point, backlight bands.
    Screen,
}

/// Screen pixels across the shown picture. Close to the camera's own pixels (1280), as a monitor that fills the view: the
/// camera samples the stripes below their Nyquist rate, so moiré appears by itself.
const SCREEN_PIXELS: f32 = 1_040.0;
/// Share of light between two stripes that a pixel loses; panels leave a tenth to a fifth of their area black.
const SCREEN_GRID: f32 = 0.16;
/// Light that a dark screen reflects and leaks.
const SCREEN_BLACK: f32 = 0.05;
/// Panels are set brighter in the middle tones than the camera's curve expects.
const SCREEN_GAMMA: f32 = 0.88;
/// Depth and number (per height of the picture) of the bands that a rolling shutter makes of the backlight.
const SCREEN_BANDS: (f32, f32) = (0.03, 2.3);
/// Levels per channel, but for the first: cheap panels have six bits.
const SCREEN_LEVELS: f32 = 63.0;

/// Halftone cells across the shown picture: about 130 lines per inch on an A5 photo.
const PRINT_CELLS: f32 = 420.0;
/// How far the dots swing the tone.
const PRINT_DOTS: f32 = 0.13;
/// Paper is no perfect white and ink no perfect black.
const PRINT_RANGE: (f32, f32) = (0.12, 0.88);
/// Share of colour that inks keep.
const PRINT_SATURATION: f32 = 0.68;

/// Places of a turn at which [`Tables`] has the cosine: a power of two, as they are found by masking. The nearest is off by 0.0015
/// at most, a fifteenth of a grey level in what is made of it.
const WAVE_STEPS: usize = 2048;

/// What is asked for a dozen times for each pixel of each frame.
struct Tables {
    /// A turn of the cosine.
    wave: [f32; WAVE_STEPS],
    /// Light of each level a screen can show.
    curve: [f32; SCREEN_LEVELS as usize + 1],
    /// Sine and cosine of the angles at which inks are laid. There are four; three are told apart here (15, 75 and 45 degrees).
    inks: [(f32, f32); 3],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    wave: std::array::from_fn(|step| (TAU * step as f32 / WAVE_STEPS as f32).cos()),
    curve: std::array::from_fn(|level| (level as f32 / SCREEN_LEVELS).powf(SCREEN_GAMMA)),
    inks: [15.0_f32, 75.0, 45.0].map(|angle| angle.to_radians().sin_cos()),
});

impl Tables {
    /// The cosine of so many turns, 2000 at most.
    #[inline(always)]
    fn wave(&self, turns: f32) -> f32 {
        self.wave[(turns * WAVE_STEPS as f32 + WHOLE).to_bits() as usize & (WAVE_STEPS - 1)]
    }
}

impl Medium {
    /// How much the shown picture is softened first, as the radius of a box in its own pixels.
    pub(super) const fn softness(self) -> u32 {
        match self {
            Self::Plain => 0,
            Self::Print => 2,
            Self::Screen => 1,
        }
    }

    /// The light that leaves the medium where the picture has colour `rgb` (0..1, as encoded).
    ///
    /// `u`, `v`: place on the medium in widths of the picture. `row`: row of the camera as a share of its height. `seconds`:
    /// time, for what flickers.
    pub(super) fn show(self, rgb: [f64; 3], u: f64, v: f64, row: f64, seconds: f64) -> [f64; 3] {
        let [u, v, row, seconds] = [u, v, row, seconds].map(|value| value as f32);
        self.look(seconds, 1.0).show(rgb.map(|value| value as f32), u, v, row).map(f64::from)
    }

    /// How it looks at `seconds`, with only a share `detail` of dots and stripes left: a camera that is far away averages over
    /// them.
    pub(super) fn look(self, seconds: f32, detail: f32) -> Look {
        Look { medium: self, seconds, detail, tables: &TABLES }
    }

    /// What share of dots and stripes a camera sees that has `pixels` pixels across the shown picture: all while its pixels
    /// are half as large, none when they are twice as large.
    pub(super) fn detail(self, pixels: f64) -> f64 {
        let cycles = match self {
            Self::Plain => 0.0,
            Self::Print => f64::from(PRINT_CELLS),
            Self::Screen => f64::from(SCREEN_PIXELS),
        };
        ((2.0 - cycles / pixels.max(1.0)) / 1.2).clamp(0.0, 1.0)
    }
}

/// A medium at one moment, from one distance.
#[derive(Clone, Copy)]
pub(super) struct Look {
    medium: Medium,
    seconds: f32,
    detail: f32,
    tables: &'static Tables,
}

impl Look {
    /// As [`Medium::show`].
    #[inline(always)]
    pub(super) fn show(&self, rgb: [f32; 3], u: f32, v: f32, row: f32) -> [f32; 3] {
        match self.medium {
            Medium::Plain => rgb,
            Medium::Print => self.print(rgb, u, v),
            Medium::Screen => self.screen(rgb, u, v, row),
        }
    }

    #[inline(always)]
    fn print(&self, rgb: [f32; 3], u: f32, v: f32) -> [f32; 3] {
        let grey = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
        let (low, high) = PRINT_RANGE;
        std::array::from_fn(|channel| {
            let (s, c) = self.tables.inks[channel];
            let (a, b) = (u * c - v * s, u * s + v * c);
            let dots = (self.tables.wave(PRINT_CELLS * a) + self.tables.wave(PRINT_CELLS * b)) / 2.0;
            let tone = grey + PRINT_SATURATION * (rgb[channel] - grey);
            // Dots vanish in paper white and in full ink.
            let tone = tone + self.detail * PRINT_DOTS * dots * 4.0 * tone * (1.0 - tone);
            low + (high - low) * tone.clamp(0.0, 1.0)
        })
    }

    #[inline(always)]
    fn screen(&self, rgb: [f32; 3], u: f32, v: f32, row: f32) -> [f32; 3] {
        // A bluish white, as monitors are delivered (7500 K against 6500 K).
        let white = [0.94, 0.98, 1.0];
        let (depth, bands) = SCREEN_BANDS;
        // The backlight is not in step with the shutter: the bands wander. A quarter of a turn makes a sine of the cosine.
        let backlight = 1.0 - depth * (1.0 + self.tables.wave(bands * row + 1.7 * self.seconds - 0.25));
        let line = self.tables.wave(SCREEN_PIXELS * v);
        std::array::from_fn(|channel| {
            let level = rgb[channel].clamp(0.0, 1.0) * SCREEN_LEVELS + WHOLE;
            let light = self.tables.curve[level.to_bits() as usize & SCREEN_LEVELS as usize];
            let stripe = self.tables.wave(SCREEN_PIXELS * u - channel as f32 / 3.0);
            let grid = 1.0 - SCREEN_GRID * (2.0 - self.detail * (stripe + line)) / 2.0;
            SCREEN_BLACK + (1.0 - SCREEN_BLACK) * light * white[channel] * grid * backlight
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paper_has_neither_black_nor_white_and_little_colour() {
        for (place, rgb) in [(0.1, [0.0; 3]), (0.37, [1.0; 3]), (0.7, [1.0, 0.0, 0.0])] {
            let shown = Medium::Print.show(rgb, place, place, 0.0, 0.0);
            assert!(shown.iter().all(|value| (0.11..=0.89).contains(value)), "{shown:?}");
        }
        // The mean over many dots of pure red keeps 0.68 of its colour, squeezed into the range of the paper.
        let mean = |channel: usize| {
            (0..900)
                .map(|i| {
                    Medium::Print.show(
                        [0.7, 0.3, 0.3],
                        f64::from(i) * 0.003_17,
                        f64::from(i) * 0.001_3,
                        0.0,
                        0.0,
                    )[channel]
                })
                .sum::<f64>()
                / 900.0
        };
        assert!((mean(0) - mean(1) - 0.4 * 0.68 * 0.76).abs() < 0.02, "{}", mean(0) - mean(1));
    }

    #[test]
    fn a_screen_shows_stripes_of_the_three_colours_side_by_side() {
        let at = |u: f64| Medium::Screen.show([0.5; 3], u / f64::from(SCREEN_PIXELS), 0.0, 0.0, 0.0);
        let (red, blue) = (at(0.0), at(2.0 / 3.0));
        assert!(red[0] > at(0.5)[0] && blue[2] > at(1.0 / 6.0)[2]);
        assert!(red[0] - red[1] > blue[0] - blue[1]);
    }

    #[test]
    fn the_backlight_moves_with_time_and_row() {
        let at = |row, seconds| Medium::Screen.show([0.5; 3], 0.2, 0.2, row, seconds)[1];
        assert!((at(0.1, 0.0) - at(0.3, 0.0)).abs() > 0.005);
        assert!((at(0.1, 0.0) - at(0.1, 0.3)).abs() > 0.005);
    }
}
