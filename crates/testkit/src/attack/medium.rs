//! What a picture is shown on, as a camera sees it: the colour of a point of a print or a screen.

use std::f64::consts::TAU;
use std::sync::LazyLock;

/// A turn of the cosine, from [`WAVE_STEPS`] places: a dozen are asked for per pixel. The nearest place is off by 0.0008 at most,
/// a thirtieth of a grey level in what is made of it.
static WAVE: LazyLock<[f64; WAVE_STEPS]> =
    LazyLock::new(|| std::array::from_fn(|step| (TAU * step as f64 / WAVE_STEPS as f64).cos()));
/// A power of two, as places are found by masking.
const WAVE_STEPS: usize = 4096;

/// The cosine of so many turns.
fn wave(wave: &[f64; WAVE_STEPS], turns: f64) -> f64 {
    // The cosine is even, so cutting towards zero and adding a half first rounds on both sides.
    let step = (turns.abs() * WAVE_STEPS as f64 + 0.5) as i64 as usize;
    wave[step & (WAVE_STEPS - 1)]
}

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
const SCREEN_PIXELS: f64 = 1_040.0;
/// Share of light between two stripes that a pixel loses; panels leave a tenth to a fifth of their area black.
const SCREEN_GRID: f64 = 0.16;
/// Light that a dark screen reflects and leaks.
const SCREEN_BLACK: f64 = 0.05;
/// Panels are set brighter in the middle tones than the camera's curve expects.
const SCREEN_GAMMA: f64 = 0.88;
/// Depth and number (per height of the picture) of the bands that a rolling shutter makes of the backlight.
const SCREEN_BANDS: (f64, f64) = (0.03, 2.3);
/// Levels per channel: cheap panels have six bits.
const SCREEN_LEVELS: f64 = 63.0;

/// Halftone cells across the shown picture: about 130 lines per inch on an A5 photo.
const PRINT_CELLS: f64 = 420.0;
/// How far the dots swing the tone.
const PRINT_DOTS: f64 = 0.13;
/// Paper is no perfect white and ink no perfect black.
const PRINT_RANGE: (f64, f64) = (0.12, 0.88);
/// Share of colour that inks keep.
const PRINT_SATURATION: f64 = 0.68;

/// Light of each level a screen can show. A table, as it is asked for every pixel of every frame.
static CURVE: LazyLock<[f64; SCREEN_LEVELS as usize + 1]> =
    LazyLock::new(|| std::array::from_fn(|level| (level as f64 / SCREEN_LEVELS).powf(SCREEN_GAMMA)));

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
        self.show_part(rgb, u, v, row, seconds, 1.0)
    }

    /// The same, with only a share `detail` of dots and stripes left: a camera that is far away averages over them.
    pub(super) fn show_part(
        self,
        rgb: [f64; 3],
        u: f64,
        v: f64,
        row: f64,
        seconds: f64,
        detail: f64,
    ) -> [f64; 3] {
        match self {
            Self::Plain => rgb,
            Self::Print => print(rgb, u, v, detail),
            Self::Screen => screen(rgb, u, v, row, seconds, detail),
        }
    }

    /// What share of dots and stripes a camera sees that has `pixels` pixels across the shown picture: all while its pixels
    /// are half as large, none when they are twice as large.
    pub(super) fn detail(self, pixels: f64) -> f64 {
        let cycles = match self {
            Self::Plain => 0.0,
            Self::Print => PRINT_CELLS,
            Self::Screen => SCREEN_PIXELS,
        };
        ((2.0 - cycles / pixels.max(1.0)) / 1.2).clamp(0.0, 1.0)
    }
}

/// Sine and cosine of the angles at which the inks are laid. There are four; three are told apart here (15, 75 and 45 degrees).
static ANGLES: LazyLock<[(f64, f64); 3]> =
    LazyLock::new(|| [15.0_f64, 75.0, 45.0].map(|angle| angle.to_radians().sin_cos()));

fn print(rgb: [f64; 3], u: f64, v: f64, detail: f64) -> [f64; 3] {
    let grey = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
    let (table, angles) = (&*WAVE, &*ANGLES);
    let (low, high) = PRINT_RANGE;
    std::array::from_fn(|channel| {
        let (s, c) = angles[channel];
        let (a, b) = (u * c - v * s, u * s + v * c);
        let dots = (wave(table, PRINT_CELLS * a) + wave(table, PRINT_CELLS * b)) / 2.0;
        let tone = grey + PRINT_SATURATION * (rgb[channel] - grey);
        // Dots vanish in paper white and in full ink.
        let tone = tone + detail * PRINT_DOTS * dots * 4.0 * tone * (1.0 - tone);
        low + (high - low) * tone.clamp(0.0, 1.0)
    })
}

fn screen(rgb: [f64; 3], u: f64, v: f64, row: f64, seconds: f64, detail: f64) -> [f64; 3] {
    // A bluish white, as monitors are delivered (7500 K against 6500 K).
    let white = [0.94, 0.98, 1.0];
    let (depth, bands) = SCREEN_BANDS;
    let (table, curve) = (&*WAVE, &*CURVE);
    // The backlight is not in step with the shutter: the bands wander. A quarter of a turn makes a sine of the cosine.
    let backlight = 1.0 - depth * (1.0 + wave(table, bands * row + 1.7 * seconds - 0.25));
    let line = wave(table, SCREEN_PIXELS * v);
    std::array::from_fn(|channel| {
        // Cutting what is half a level more rounds.
        let level = curve[(rgb[channel].clamp(0.0, 1.0) * SCREEN_LEVELS + 0.5) as usize];
        let stripe = wave(table, SCREEN_PIXELS * u - channel as f64 / 3.0);
        let grid = 1.0 - SCREEN_GRID * (2.0 - detail * (stripe + line)) / 2.0;
        SCREEN_BLACK + (1.0 - SCREEN_BLACK) * level * white[channel] * grid * backlight
    })
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
        let at = |u: f64| Medium::Screen.show([0.5; 3], u / SCREEN_PIXELS, 0.0, 0.0, 0.0);
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
