//! Whether the picture can be used at all: sharp, lit, whole, large enough.

use super::{Frame, Indication, KnownBy, SignParams, Testimony};
use crate::image::Picture;

/// Side of the tiles in which edges are measured, pixels of the picture.
const TILE: usize = 48;
/// Tiles across and down the page.
const TILES: (usize, usize) = (18, 12);
/// Least difference between a tile's bright and dark, 0..=255: paler tiles hold no print, or only noise.
const CONTRAST: i16 = 55;
/// Samples of brightness, across and down the page.
const SAMPLES: (usize, usize) = (160, 110);
/// A channel from here on is burnt out.
const BURNT: u8 = 250;

pub(super) fn measure(picture: &Picture, frame: &Frame, params: &SignParams, all: &mut Vec<Testimony>) {
    let mut say = |indicates, measure: f64, threshold| {
        all.push(Testimony { indicates, measure: measure as f32, threshold, bounds: None });
    };
    if let Some(width) = edge_width(picture, frame) {
        say(Indication::Blurred, width, params.blurred);
    }
    if frame.known != KnownBy::Nothing {
        say(Indication::CutOff, outside(picture, frame), params.cut_off);
        say(Indication::TooSmall, 1.0 / frame.scale(), params.too_small);
    }
    let samples = brightness(picture, frame);
    if samples.is_empty() {
        return;
    }
    let mut sorted: Vec<u8> = samples.iter().map(|(luma, _)| *luma).collect();
    let middle = sorted.len() / 2;
    let median = *sorted.select_nth_unstable(middle).1;
    say(Indication::TooDark, f64::from(255 - median), params.too_dark);
    // Paper that is burnt out as a whole is overexposed, and nothing can be said of a reflection on it.
    if median < BURNT - 15 {
        let burnt = samples.iter().filter(|(_, burnt)| *burnt).count();
        say(Indication::Glare, burnt as f64 / samples.len() as f64, params.glare);
    }
}

fn luma(pixel: &[u8]) -> i16 {
    ((i32::from(pixel[0]) * 77 + i32::from(pixel[1]) * 150 + i32::from(pixel[2]) * 29) >> 8) as i16
}

fn pixel(picture: &Picture, [x, y]: [f64; 2]) -> Option<&[u8]> {
    if x < 0.0 || y < 0.0 || x >= f64::from(picture.width()) || y >= f64::from(picture.height()) {
        return None;
    }
    let at = (y as usize * picture.width() as usize + x as usize) * 3;
    picture.rgb().get(at..at + 3)
}

/// Share of the page that is outside of the picture.
fn outside(picture: &Picture, frame: &Frame) -> f64 {
    let (columns, rows) = (40, 40);
    let lost = (0..columns * rows)
        .filter(|at| {
            let (x, y) = (f64::from(at % columns) + 0.5, f64::from(at / columns) + 0.5);
            pixel(picture, frame.at(x / f64::from(columns), y / f64::from(rows))).is_none()
        })
        .count();
    lost as f64 / f64::from(columns * rows)
}

/// Brightness over the page, and whether the pixel is burnt out.
fn brightness(picture: &Picture, frame: &Frame) -> Vec<(u8, bool)> {
    let (columns, rows) = SAMPLES;
    (0..columns * rows)
        .filter_map(|at| {
            let (x, y) = ((at % columns) as f64 + 0.5, (at / columns) as f64 + 0.5);
            let pixel = pixel(picture, frame.at(x / columns as f64, y / rows as f64))?;
            let burnt = pixel.iter().all(|channel| *channel >= BURNT);
            Some((luma(pixel).clamp(0, 255) as u8, burnt))
        })
        .collect()
}

/// Pixels that the sharpest print needs from dark to bright, in the direction in which that is more: a fifth of the tiles with print
/// are sharper. `None` where there is hardly any.
fn edge_width(picture: &Picture, frame: &Frame) -> Option<f64> {
    let (mut across, mut down) = (Vec::new(), Vec::new());
    let (columns, rows) = TILES;
    let mut tile = vec![0_i16; TILE * TILE];
    let half = TILE as f64 / 2.0;
    for at in 0..columns * rows {
        let (x, y) = ((at % columns) as f64 + 0.5, (at / columns) as f64 + 0.5);
        let [x, y] = frame.at(x / columns as f64, y / rows as f64);
        let (left, top) = (x - half, y - half);
        let (right, bottom) = (x + half, y + half);
        let inside = left >= 0.0
            && top >= 0.0
            && right <= f64::from(picture.width())
            && bottom <= f64::from(picture.height());
        if !inside {
            continue;
        }
        let stride = picture.width() as usize * 3;
        for row in 0..TILE {
            let start = (top as usize + row) * stride + left as usize * 3;
            let pixels = picture.rgb()[start..start + TILE * 3].chunks_exact(3);
            for (to, pixel) in tile[row * TILE..].iter_mut().zip(pixels) {
                *to = luma(pixel);
            }
        }
        let mut sorted = tile.clone();
        sorted.sort_unstable();
        let contrast = sorted[sorted.len() * 97 / 100] - sorted[sorted.len() * 3 / 100];
        if contrast < CONTRAST {
            continue;
        }
        // The tenth steepest step, so that single noisy pixels do not count.
        let steepest = |step: usize| {
            let mut steps: Vec<i16> =
                tile.iter().zip(&tile[2 * step..]).map(|(a, b)| (a - b).abs()).collect();
            let at = steps.len().saturating_sub(10);
            f64::from((*steps.select_nth_unstable(at).1).max(1)) / 2.0
        };
        across.push(f64::from(contrast) / steepest(1));
        down.push(f64::from(contrast) / steepest(TILE));
    }
    let sharp = |widths: &mut Vec<f64>| {
        let at = widths.len() / 5;
        *widths.select_nth_unstable_by(at, f64::total_cmp).1
    };
    (across.len() >= 8).then(|| sharp(&mut across).max(sharp(&mut down)))
}
