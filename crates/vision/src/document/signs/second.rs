//! Whether a faint second portrait shows whom the portrait shows. Who sticks another photograph over the portrait leaves the second one.
//!
//! The second one is a print of the same photograph: not the two faces are compared, but the two pictures, pixel by pixel.

use std::time::Duration;

use selfsame_domain::Rect;
use selfsame_domain::document::DocumentReading;

use super::portrait::{at_once, flat_pages};
use super::{Frame, Indication, KnownBy, SignParams, Testimony};
use crate::document::effort::Effort;
use crate::document::grey::Grey;
use crate::face::{self, DetectParams};
use crate::image::{Picture, grey_bytes};
use crate::inference::{Lane, VisionError};

/// What is dark and narrower, in pixels of the flat page, is a line of the pattern over the picture: 0.4 mm. Its eyes are wider.
const LINES: usize = 5;
/// Surroundings against which a faint picture is made strong, as a share of the page's width: somewhat more than its half.
const SURROUNDINGS: f64 = 1.0 / 14.0;
/// About the portrait nothing is looked for, in widths and heights of its face: hair and shoulders.
const ABOUT: f32 = 0.8;
/// Area of the second face as a share of the first one's. Printed are a fifth to a half of its sides.
const AREA: std::ops::Range<f32> = 0.03..0.6;
/// Cells across and down that are compared; each is their mean brightness.
const CELLS: (usize, usize) = (20, 24);
/// Width of what is compared, in widths of the face: chin, ears and forehead are in it.
const WIDTH: f32 = 1.3;
/// The detector's box about a faint face is as far off, in widths of it to each side and as a factor.
const OFF: f32 = 0.4;
const FACTORS: std::ops::Range<f32> = 0.7..1.45;

/// What the search usually costs on one core.
const USUAL: Duration = Duration::from_millis(80);

/// `None` where the page's place is not known, or one of the two was not found.
pub(crate) fn second_portrait(
    lane: &mut Lane,
    picture: &Picture,
    reading: &DocumentReading,
    (detection, params): (&DetectParams, &SignParams),
    effort: &mut Effort,
) -> Result<Option<Testimony>, VisionError> {
    if Frame::of(picture, reading).known == KnownBy::Nothing || !effort.allows(USUAL) {
        return Ok(None);
    }
    for (page, map) in flat_pages(lane, picture, reading) {
        let Some(main) = face::detect(lane, &page, &at_once(detection))?.into_iter().next() else { continue };
        let (width, height) = (page.width() as usize, page.height() as usize);
        let grey = Grey { width, height, values: grey_bytes(page.rgb()) };
        let without_lines = Grey { values: grey.closed(LINES), ..grey.clone() };
        let mut strong = without_lines.strengthened((width as f64 * SURROUNDINGS) as usize);
        level(&mut strong, width, main.bounds);
        let Some(strong) = Picture::from_rgb(page.width(), page.height(), strong) else { return Ok(None) };
        // Somewhat more than half the page at a time: the second one is a thirtieth to a tenth of the page wide.
        let quarters = DetectParams { tile_shares: &[1.8], tile_overlap: 0.2, ..detection.clone() };
        let second = face::detect(lane, &strong, &quarters)?
            .into_iter()
            .filter(|face| AREA.contains(&(face.bounds.area() / main.bounds.area())))
            .max_by(|a, b| a.score.total_cmp(&b.score));
        return Ok(second.map(|second| Testimony {
            indicates: Indication::OtherPortrait,
            measure: 1.0 - correlation(&grey, main.bounds, &without_lines, second.bounds),
            threshold: params.other_portrait,
            bounds: Some(map.source_box(second.bounds)),
        }));
    }
    Ok(None)
}

/// Takes a face and what is about it out of a picture of RGB bytes.
fn level(rgb: &mut [u8], width: usize, face: Rect) {
    let from = |start: f32, side: f32| (start - ABOUT * side).max(0.0) as usize;
    let to = |start: f32, side: f32, most: usize| ((start + (1.0 + ABOUT) * side) as usize).min(most);
    let height = rgb.len() / (3 * width.max(1));
    let columns = from(face.x, face.width)..to(face.x, face.width, width);
    for y in from(face.y, face.height)..to(face.y, face.height, height) {
        rgb[(y * width + columns.start) * 3..(y * width + columns.end) * 3].fill(Grey::GROUND);
    }
}

/// The best correlation of a face with what lies about the place of another, -1..=1.
fn correlation(main: &Grey, face: Rect, other: &Grey, place: Rect) -> f32 {
    // Smoothed to the size of a cell.
    let cell = |width: f32| ((width * WIDTH / CELLS.0 as f32 / 2.0) as usize).max(1);
    // As wide as the first one would be, were it as large as the second.
    let wide = (place.area() * face.width / face.height.max(1.0)).sqrt();
    let middle = |rect: Rect| (rect.x + rect.width / 2.0, rect.y + rect.height / 2.0);
    let (x, y) = middle(face);
    let face = cells(&main.means(cell(face.width)), x, y, face.width);
    let other = other.means(cell(wide));
    let (x, y) = middle(place);
    let mut best = -1.0_f32;
    let mut factor = FACTORS.start;
    while factor < FACTORS.end {
        for step in 0..17 * 17 {
            let off = |step: usize| (step as f32 / 8.0 - 1.0) * OFF * wide;
            let there = cells(&other, x + off(step % 17), y + off(step / 17), wide * factor);
            best = best.max(face.iter().zip(&there).map(|(a, b)| a * b).sum());
        }
        factor *= 1.05;
    }
    best
}

/// Brightness about a point, less its mean and of length one.
fn cells(grey: &Grey, x: f32, y: f32, width: f32) -> Vec<f32> {
    let (columns, rows) = CELLS;
    let size = width * WIDTH / columns as f32;
    let at = |middle: f32, cell: usize, cells: usize, most: usize| {
        let place = middle + (cell as f32 + 0.5 - cells as f32 / 2.0) * size;
        place.clamp(0.0, (most - 1) as f32) as usize
    };
    let mut all: Vec<f32> = (0..columns * rows)
        .map(|cell| {
            let x = at(x, cell % columns, columns, grey.width);
            let y = at(y, cell / columns, rows, grey.height);
            f32::from(grey.values[y * grey.width + x])
        })
        .collect();
    let mean = all.iter().sum::<f32>() / all.len() as f32;
    all.iter_mut().for_each(|value| *value -= mean);
    let length = all.iter().map(|value| value * value).sum::<f32>().sqrt().max(1e-6);
    all.iter_mut().for_each(|value| *value /= length);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(value: impl Fn(f32, f32) -> f32) -> Grey {
        let (width, height) = (400, 300);
        let at = |i: usize| ((i % width) as f32, (i / width) as f32);
        let values = (0..width * height).map(|i| value(at(i).0, at(i).1).clamp(0.0, 255.0) as u8).collect();
        Grey { width, height, values }
    }

    /// A face of sorts, as large as 1: brightness 0..=255.
    fn drawing(x: f32, y: f32) -> f32 {
        127.0 + 60.0 * (x * 5.0).sin() + 60.0 * (y * 7.0 + x * 3.0).cos()
    }

    #[test]
    fn a_faint_smaller_print_of_the_same_picture_correlates_wherever_the_box_about_it_is_and_another_does_not()
     {
        let main = picture(|x, y| drawing((x - 100.0) / 80.0, (y - 120.0) / 80.0));
        let face = Rect { x: 60.0, y: 72.0, width: 80.0, height: 96.0 };
        let faint = |turn: f32| {
            picture(move |x, y| 180.0 + 0.2 * drawing(turn * (x - 300.0) / 30.0, (y - 200.0) / 30.0))
        };
        let place = Rect { x: 280.0, y: 178.0, width: 32.0, height: 38.0 };
        let same = correlation(&main, face, &faint(1.0), place);
        let other = correlation(&main, face, &faint(-2.0), place);
        assert!(same > 0.95, "{same}");
        assert!(other < 0.7, "{other}");
    }
}
