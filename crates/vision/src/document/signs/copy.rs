//! Whether the page is a copy: without colour, or covered by the grid of a display.

use selfsame_domain::Rect;

use super::{Frame, Indication, SignParams, Testimony};
use crate::image::Picture;
use crate::recapture::patterns::{self, PatternParams};

/// Side of the places in which a pattern is looked for, pixels: a grid is in all of a place, whatever is printed there, and keeps its
/// frequency over it in spite of perspective.
const PLACE: f64 = 250.0;
/// Where they are, in shares of the page's width and height; each six have some of every side.
const PLACES: [[f64; 2]; 9] = [
    [0.5, 0.5],
    [0.2, 0.2],
    [0.8, 0.8],
    [0.8, 0.2],
    [0.2, 0.8],
    [0.5, 0.2],
    [0.5, 0.8],
    [0.2, 0.5],
    [0.8, 0.5],
];
/// So many places without a pattern decide: those that are left are too few for a third of all.
const ENOUGH: usize = 6;
/// Cells in which colour is averaged, across and down the inner part of the page.
const CELLS: (usize, usize) = (60, 42);
/// What is darker than this (0..=255) has a colour that is mostly noise.
const DARK: f32 = 45.0;

pub(super) fn measure(picture: &Picture, frame: &Frame, params: &SignParams, all: &mut Vec<Testimony>) {
    if let Some(spread) = colour_spread(picture, frame) {
        all.push(Testimony {
            indicates: Indication::GreyPage,
            measure: 1.0 - spread,
            threshold: params.grey_page,
            bounds: None,
        });
    }
    if let Some(contrast) = pattern(picture, frame, params.pattern) {
        all.push(Testimony {
            indicates: Indication::Pattern,
            measure: contrast,
            threshold: params.pattern,
            bounds: None,
        });
    }
}

/// How much the page's colours differ, whatever the light's colour: the 90th percentile of the distance from the median, in natural
/// logarithms of red over green and blue over green.
fn colour_spread(picture: &Picture, frame: &Frame) -> Option<f32> {
    let (columns, rows) = CELLS;
    let cell = (frame.size()[0] * frame.scale() * 0.8 / columns as f64).clamp(1.0, 24.0) as usize;
    let mut ratios: Vec<[f32; 2]> = Vec::with_capacity(columns * rows);
    let stride = picture.width() as usize * 3;
    for at in 0..columns * rows {
        let (x, y) = ((at % columns) as f64 + 0.5, (at / columns) as f64 + 0.5);
        let [x, y] = frame.at(0.1 + 0.8 * x / columns as f64, 0.12 + 0.76 * y / rows as f64);
        if x < 0.0
            || y < 0.0
            || x as usize + cell >= picture.width() as usize
            || y as usize + cell >= picture.height() as usize
        {
            continue;
        }
        let mut sum = [0_u32; 3];
        for row in 0..cell {
            let start = (y as usize + row) * stride + x as usize * 3;
            for pixel in picture.rgb()[start..start + cell * 3].chunks_exact(3) {
                for (sum, value) in sum.iter_mut().zip(pixel) {
                    *sum += u32::from(*value);
                }
            }
        }
        let [r, g, b] = sum.map(|sum| sum as f32 / (cell * cell) as f32);
        if g >= DARK && r.max(g).max(b) < 250.0 {
            ratios.push([((r + 1.0) / (g + 1.0)).ln(), ((b + 1.0) / (g + 1.0)).ln()]);
        }
    }
    if ratios.len() < columns * rows / 5 {
        return None;
    }
    let mut median = |i: usize| {
        let middle = ratios.len() / 2;
        ratios.select_nth_unstable_by(middle, |a, b| a[i].total_cmp(&b[i])).1[i]
    };
    let centre = [median(0), median(1)];
    let mut distances: Vec<f32> =
        ratios.iter().map(|ratio| (ratio[0] - centre[0]).hypot(ratio[1] - centre[1])).collect();
    let at = distances.len() * 9 / 10;
    Some(*distances.select_nth_unstable_by(at, f32::total_cmp).1)
}

/// The contrast that a pattern reaches in a third of the places; `None` where too few can be looked at.
fn pattern(picture: &Picture, frame: &Frame, threshold: f32) -> Option<f32> {
    // `search` leaves a rim out, which faces have.
    let (width, height) = (PLACE / 0.84, PLACE / 0.90);
    let mut found: Vec<f32> = Vec::new();
    for [across, down] in PLACES {
        let [x, y] = frame.at(across, down);
        let place = Rect {
            x: (x - width / 2.0) as f32,
            y: (y - height / 2.0) as f32,
            width: width as f32,
            height: height as f32,
        };
        let search = patterns::search(picture, place, &PatternParams::default());
        found.extend(search.map(|found| found.contrast));
        if found.len() >= ENOUGH && found.iter().all(|contrast| *contrast < threshold) {
            break;
        }
    }
    if found.len() < 3 {
        return None;
    }
    found.sort_by(|a, b| b.total_cmp(a));
    Some(found[found.len() / 3])
}
