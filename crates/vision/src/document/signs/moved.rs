//! A character that stands twice, grain and all.
//!
//! A font repeats its characters exactly and a camera never does: each time the same letter falls onto other pixels, and other noise. Two
//! characters that differ by less than the noise of the paper about them are one, copied over another. It is measured on their paper, where compression errs least. After J. Fridrich, D. Soukal and
//! J. Lukáš, "Detection of copy-move forgery in digital images" (2003), on characters instead of on all blocks.
//!
//! Silent where there is no noise: pages drawn without a camera repeat their characters to the last bit, and strong compression leaves
//! none. Ground that was copied to hide something is not looked for.

use selfsame_domain::Rect;
use selfsame_domain::document::{DocumentReading, MrzReading};

use super::{Indication, SignParams, Testimony};
use crate::image::Picture;

/// Least standard deviation of the paper's noise, levels: less is the rounding of JPEG.
const LEAST_NOISE: f32 = 0.8;
/// Side of the windows in which noise is measured, pixels, and how many have to be without print.
const WINDOW: usize = 10;
const LEAST_WINDOWS: usize = 20;
/// Least width and height of a character, and most, pixels.
const SIDES: (usize, usize) = (7, 160);
/// Paper about a character that was copied with it, pixels.
const MARGIN: usize = 1;
/// All of a character may differ by so many times the noise: compression errs more at edges than on paper.
const EDGES: f32 = 4.0;
/// Fewest pixels of paper about a character.
const LEAST_PAPER: f32 = 80.0;
/// Characters of the zone that are cut out together.
const TOGETHER: usize = 5;
/// Most pixels of a part that is searched for characters.
const LARGEST: usize = 1_500_000;

/// One character that stands alone.
struct Character {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    ink: usize,
    /// What is brighter is paper.
    paper: i32,
}

pub(super) fn measure(
    picture: &Picture,
    reading: &DocumentReading,
    params: &SignParams,
    all: &mut Vec<Testimony>,
) {
    let printed = reading.lines.iter().map(|line| about(line.corners.map(|corner| [corner.x, corner.y])));
    let areas = printed.chain(reading.mrz.iter().flat_map(parts));
    let (mut characters, mut noises) = (Vec::new(), Vec::new());
    for area in areas {
        collect(picture, area, &mut characters, &mut noises);
    }
    if noises.len() < LEAST_WINDOWS {
        return;
    }
    // A quarter of the windows are at most so uneven: ornaments are in the others.
    let at = noises.len() / 4;
    let variance = *noises.select_nth_unstable_by(at, f32::total_cmp).1;
    if variance < LEAST_NOISE * LEAST_NOISE {
        return;
    }
    let mut least: Option<(f32, &Character)> = None;
    for (at, one) in characters.iter().enumerate() {
        for other in &characters[at + 1..] {
            if alike(one, other)
                && let Some(difference) = difference(picture, one, other, variance)
                && least.is_none_or(|least| difference < least.0)
            {
                least = Some((difference, other));
            }
        }
    }
    if let Some((difference, place)) = least {
        all.push(Testimony {
            indicates: Indication::CopyMove,
            measure: 1.0 - difference.min(1.0),
            threshold: params.copy_move,
            bounds: Some(Rect {
                x: place.left as f32,
                y: place.top as f32,
                width: place.width as f32,
                height: place.height as f32,
            }),
        });
    }
}

/// The zone in parts of some characters, so that upright boxes about the parts of a slanted one hold little else.
fn parts(zone: &MrzReading) -> Vec<Rect> {
    let [a, b, c, d] = zone.corners;
    let columns = zone.lines.first().map_or(1, String::len).div_ceil(TOGETHER).max(1);
    let rows = zone.lines.len().max(1);
    let at = |u: f32, v: f32| {
        let mix = |a: f32, b: f32, c: f32, d: f32| {
            (a + (b - a) * u) * (1.0 - v) + (d + (c - d) * u) * v
        };
        [mix(a.x, b.x, c.x, d.x), mix(a.y, b.y, c.y, d.y)]
    };
    let mut all = Vec::with_capacity(columns * rows);
    for row in 0..rows {
        for column in 0..columns {
            let (u, v) = (column as f32 / columns as f32, row as f32 / rows as f32);
            let (u2, v2) = ((column + 1) as f32 / columns as f32, (row + 1) as f32 / rows as f32);
            all.push(about([at(u, v), at(u2, v), at(u2, v2), at(u, v2)]));
        }
    }
    all
}

/// The upright box about some corners.
fn about(corners: [[f32; 2]; 4]) -> Rect {
    let low = |i: usize| corners.iter().map(|corner| corner[i]).fold(f32::MAX, f32::min);
    let high = |i: usize| corners.iter().map(|corner| corner[i]).fold(f32::MIN, f32::max);
    Rect { x: low(0), y: low(1), width: high(0) - low(0), height: high(1) - low(1) }
}

fn luma(pixel: &[u8]) -> i32 {
    (i32::from(pixel[0]) * 77 + i32::from(pixel[1]) * 150 + i32::from(pixel[2]) * 29) >> 8
}

/// The characters inside an area, by connected ink, and how uneven its paper is where there is no print.
fn collect(picture: &Picture, area: Rect, characters: &mut Vec<Character>, noises: &mut Vec<f32>) {
    let margin = area.height.min(area.width) * 0.25;
    let clip = |at: f32, most: u32| (at.max(0.0) as usize).min(most as usize);
    let (left, top) = (clip(area.x - margin, picture.width()), clip(area.y - margin, picture.height()));
    let right = clip(area.x + area.width + margin, picture.width());
    let bottom = clip(area.y + area.height + margin, picture.height());
    let (width, height) = (right.saturating_sub(left), bottom.saturating_sub(top));
    if width < SIDES.0 || height < SIDES.0 || width * height > LARGEST {
        return;
    }
    let stride = picture.width() as usize * 3;
    let mut values = Vec::with_capacity(width * height);
    for y in top..bottom {
        let row = &picture.rgb()[y * stride + left * 3..y * stride + right * 3];
        values.extend(row.chunks_exact(3).map(luma));
    }
    let mut sorted = values.clone();
    let share = |sorted: &mut Vec<i32>, at: usize| *sorted.select_nth_unstable(at).1;
    let (ink, paper) = (share(&mut sorted, values.len() / 50), share(&mut sorted, values.len() * 3 / 4));
    if paper - ink < 50 {
        return;
    }
    let threshold = ink + (paper - ink) / 2;
    let light = ink + (paper - ink) * 4 / 5;
    unevenness(&values, width, light, noises);
    let mut open: Vec<bool> = values.iter().map(|value| *value < threshold).collect();
    let mut stack = Vec::new();
    for start in 0..open.len() {
        if !open[start] {
            continue;
        }
        open[start] = false;
        stack.push(start);
        let (mut low, mut high, mut count) = ([usize::MAX; 2], [0; 2], 0);
        while let Some(at) = stack.pop() {
            let (x, y) = (at % width, at / width);
            low = [low[0].min(x), low[1].min(y)];
            high = [high[0].max(x), high[1].max(y)];
            count += 1;
            let (x2, y2) = ((x + 2).min(width), (y + 2).min(height));
            for y in y.saturating_sub(1)..y2 {
                for x in x.saturating_sub(1)..x2 {
                    if std::mem::take(&mut open[y * width + x]) {
                        stack.push(y * width + x);
                    }
                }
            }
        }
        let (w, h) = (high[0] + 1 - low[0], high[1] + 1 - low[1]);
        let cut = low[0] < MARGIN || low[1] < MARGIN || high[0] + MARGIN >= width || high[1] + MARGIN >= height;
        if !cut && w.max(h) >= SIDES.0 * 2 && w.min(h) >= SIDES.0 && w.max(h) <= SIDES.1 {
            characters.push(Character { left: left + low[0], top: top + low[1], width: w, height: h, ink: count, paper: light });
        }
    }
}

/// Variances of paper about its plane, in windows without anything darker than `dark`.
fn unevenness(values: &[i32], width: usize, dark: i32, noises: &mut Vec<f32>) {
    let height = values.len() / width;
    for top in (0..height.saturating_sub(WINDOW)).step_by(WINDOW) {
        for left in (0..width.saturating_sub(WINDOW)).step_by(WINDOW) {
            let rows = (top..top + WINDOW).map(|y| &values[y * width + left..y * width + left + WINDOW]);
            if rows.clone().any(|row| row.iter().any(|value| *value < dark)) {
                continue;
            }
            let middle = (WINDOW - 1) as f32 / 2.0;
            let [mut sum, mut across, mut down, mut square] = [0.0_f32; 4];
            for (y, row) in rows.enumerate() {
                for (x, value) in row.iter().enumerate() {
                    let value = *value as f32 - dark as f32;
                    sum += value;
                    square += value * value;
                    across += value * (x as f32 - middle);
                    down += value * (y as f32 - middle);
                }
            }
            let count = (WINDOW * WINDOW) as f32;
            let spread = count * ((WINDOW * WINDOW - 1) as f32 / 12.0);
            let rest = square - sum * sum / count - (across * across + down * down) / spread;
            noises.push(rest.max(0.0) / (count - 3.0));
        }
    }
}

fn alike(one: &Character, other: &Character) -> bool {
    let apart = one.left.abs_diff(other.left) > one.width || one.top.abs_diff(other.top) > one.height;
    apart
        && one.width.abs_diff(other.width) <= 1
        && one.height.abs_diff(other.height) <= 1
        && one.ink.abs_diff(other.ink) * 8 <= one.ink
}

/// How much the paper about the two differs, as a share of what noise alone would make of two takes; at the shift at which they differ
/// least. `None` when they are not the same to begin with.
fn difference(picture: &Picture, one: &Character, other: &Character, variance: f32) -> Option<f32> {
    let (width, height) = (one.width + 2 * MARGIN, one.height + 2 * MARGIN);
    let stride = picture.width() as usize * 3;
    let row = |left: usize, top: usize, y: usize| {
        let start = (top + y) * stride + left * 3;
        picture.rgb().get(start..start + width * 3)
    };
    let (left, top) = (one.left.checked_sub(MARGIN)?, one.top.checked_sub(MARGIN)?);
    let most = EDGES * 2.0 * variance * (width * height) as f32;
    let light = one.paper.max(other.paper);
    let mut least: Option<(f32, f32)> = None;
    for shift in 0..9 {
        let x = (other.left + shift % 3).checked_sub(MARGIN + 1);
        let y = (other.top + shift / 3).checked_sub(MARGIN + 1);
        let (Some(x), Some(y)) = (x, y) else { continue };
        let (mut square, mut on_paper, mut count) = (0.0_f32, [0.0_f32; 2], 0.0_f32);
        for line in 0..height {
            let (a, b) = (row(left, top, line)?, row(x, y, line)?);
            for (a, b) in a.chunks_exact(3).zip(b.chunks_exact(3)) {
                let (a, b) = (luma(a), luma(b));
                let difference = (a - b) as f32;
                square += difference * difference;
                if a >= light && b >= light {
                    on_paper = [on_paper[0] + difference, on_paper[1] + difference * difference];
                    count += 1.0;
                }
            }
            if square > most {
                break;
            }
        }
        if square <= most && count >= LEAST_PAPER && least.is_none_or(|least| square < least.0) {
            let spread = (on_paper[1] - on_paper[0] * on_paper[0] / count) / (count - 1.0);
            least = Some((square, spread / (2.0 * variance)));
        }
    }
    least.map(|(_, share)| share)
}
