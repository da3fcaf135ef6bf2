//! Parts with another history of compression than the rest.
//!
//! A JPEG keeps the coefficients of its 8 x 8 blocks as multiples of a step, one step per frequency. What was compressed once and saved
//! again more finely still stands on the first steps; what was put in between the two has never been on them. So the steps that most of
//! the page stands on are found, and windows are looked for in which they do not fit.
//! After A. C. Popescu and H. Farid, "Statistical tools for digital forensics" (2004), and J. Lukáš and J. Fridrich, "Estimation of
//! primary quantization matrix in double compressed JPEG images" (2003).
//!
//! Silent where there is no such trace: pictures that were never compressed, were resized since, or were compressed more strongly at last
//! than before. A picture compressed once has the same steps everywhere.

use std::f32::consts::{PI, TAU};

use selfsame_domain::Rect;

use super::{Frame, Indication, SignParams, Testimony};
use crate::image::Picture;

const SIDE: usize = 8;
/// Frequencies that are looked at: the lowest 4 x 4 without the mean.
const LOW: usize = 4;
const FREQUENCIES: usize = LOW * LOW - 1;
/// Steps that are told apart from noise: finer ones are lost in the rounding of pixels (about 0.4).
const STEPS: std::ops::RangeInclusive<u8> = 4..=48;
/// Coefficients are counted in cells of a quarter, up to this magnitude.
const REACH: f32 = 160.0;
/// How well a step has to fit (1: every coefficient is a multiple; 0: as good as none).
const FIT: f32 = 0.5;
/// A coefficient counts when it is at least so many steps large: what rounds to nothing tells nothing.
const COUNTS_FROM: f32 = 0.6;
/// Fewest coefficients that establish a step.
const LEAST_OF_STEP: u32 = 300;
/// Fewest frequencies with a step.
const LEAST_FREQUENCIES: usize = 4;
/// Windows in blocks, across and down: the shapes of lines of print, and of pictures.
const WINDOWS: [(usize, usize); 4] = [(10, 3), (3, 10), (6, 6), (20, 5)];
/// Fewest coefficients in a window.
const LEAST_IN_WINDOW: f32 = 60.0;

/// The first coefficients of every block of an area, zero where the block cannot tell (burnt out or black pixels were cut off there).
struct Blocks {
    columns: usize,
    rows: usize,
    /// Pixels of the picture at which the first block begins.
    origin: (usize, usize),
    values: Vec<[f32; FREQUENCIES]>,
}

pub(super) fn measure(picture: &Picture, frame: &Frame, params: &SignParams, all: &mut Vec<Testimony>) {
    let Some(area) = frame.bounds(picture) else { return };
    // Upright pictures may have been stored in another turn: then the odd rest of a side is at the other end.
    let (width, height) = (picture.width() as usize % SIDE, picture.height() as usize % SIDE);
    let mut grids = vec![(0, 0), (width, 0), (0, height), (width, height)];
    grids.sort_unstable();
    grids.dedup();
    let best = grids
        .into_iter()
        .filter_map(|grid| {
            let blocks = Blocks::of(picture, area, grid);
            let (steps, fit) = steps(&blocks)?;
            Some((blocks, steps, fit))
        })
        .max_by(|a, b| a.2.total_cmp(&b.2));
    let Some((blocks, steps, _)) = best else { return };
    if let Some((misfit, bounds)) = worst_window(&blocks, &steps) {
        all.push(Testimony {
            indicates: Indication::CompressionBreak,
            measure: misfit,
            threshold: params.compression_break,
            bounds: Some(bounds),
        });
    }
}

impl Blocks {
    fn of(picture: &Picture, area: Rect, grid: (usize, usize)) -> Self {
        let begin = |at: f32, off: usize| {
            let at = at.max(0.0) as usize;
            off + at.saturating_sub(off).div_ceil(SIDE) * SIDE
        };
        let origin = (begin(area.x, grid.0), begin(area.y, grid.1));
        let count = |from: usize, at: f32, length: f32, most: u32| {
            (((at + length) as usize).min(most as usize)).saturating_sub(from) / SIDE
        };
        let columns = count(origin.0, area.x, area.width, picture.width());
        let rows = count(origin.1, area.y, area.height, picture.height());
        let cosines: [[f32; SIDE]; LOW] = std::array::from_fn(|k| {
            let scale = if k == 0 { (1.0 / SIDE as f32).sqrt() } else { (2.0 / SIDE as f32).sqrt() };
            std::array::from_fn(|n| scale * ((2 * n + 1) as f32 * k as f32 * PI / (2 * SIDE) as f32).cos())
        });
        let mut values = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                values.push(block(picture, (origin.0 + column * SIDE, origin.1 + row * SIDE), &cosines));
            }
        }
        Self { columns, rows, origin, values }
    }
}

fn block(picture: &Picture, (x, y): (usize, usize), cosines: &[[f32; SIDE]; LOW]) -> [f32; FREQUENCIES] {
    let stride = picture.width() as usize * 3;
    let mut rows = [[0.0_f32; LOW]; SIDE];
    for (at, row) in rows.iter_mut().enumerate() {
        let start = (y + at) * stride + x * 3;
        for (n, pixel) in picture.rgb()[start..start + SIDE * 3].chunks_exact(3).enumerate() {
            if pixel.iter().any(|channel| *channel <= 1 || *channel >= 254) {
                return [0.0; FREQUENCIES];
            }
            let luma =
                0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2]);
            for (value, cosine) in row.iter_mut().zip(cosines) {
                *value += luma * cosine[n];
            }
        }
    }
    let mut low = [0.0; FREQUENCIES];
    for (at, value) in low.iter_mut().enumerate() {
        let (u, v) = ((at + 1) % LOW, (at + 1) / LOW);
        *value = rows.iter().zip(cosines[v]).map(|(row, cosine)| row[u] * cosine).sum();
    }
    low
}

/// Cells of a histogram of coefficients.
const CELLS: usize = (REACH * 4.0) as usize;

/// How well a step fits the coefficients that are large enough to tell, -1..=1; 0 when they are too few.
fn fit(histogram: &[u32; CELLS], step: f32) -> f32 {
    let (mut sum, mut count) = (0.0, 0);
    for (cell, &here) in histogram.iter().enumerate().skip((step * COUNTS_FROM * 4.0) as usize) {
        sum += here as f32 * (TAU * (cell as f32 + 0.5) / 4.0 / step).cos();
        count += here;
    }
    if count < LEAST_OF_STEP { 0.0 } else { sum / count as f32 }
}

/// The step that most coefficients of each frequency stand on (0: none was found), and how well all fit together; `None` when too few
/// frequencies have one.
fn steps(blocks: &Blocks) -> Option<([f32; FREQUENCIES], f32)> {
    let mut steps = [0.0; FREQUENCIES];
    let (mut sum, mut found) = (0.0, 0);
    for (at, step) in steps.iter_mut().enumerate() {
        let mut histogram = [0_u32; CELLS];
        for value in &blocks.values {
            if let Some(cell) = histogram.get_mut((value[at].abs() * 4.0) as usize) {
                *cell += 1;
            }
        }
        // The largest that fits, and of those about it the one that fits best: the step of the last compression fits as well, and says
        // nothing of the first.
        let mut best = 0.0;
        for candidate in STEPS.rev() {
            let fit = fit(&histogram, f32::from(candidate));
            if fit <= best {
                if best > 0.0 {
                    break;
                }
            } else if fit >= FIT {
                (*step, best) = (f32::from(candidate), fit);
            }
        }
        sum += best;
        found += usize::from(best > 0.0);
    }
    (found >= LEAST_FREQUENCIES).then_some((steps, sum))
}

/// How badly the steps fit where they fit worst, against how they fit over all, and where that is.
fn worst_window(blocks: &Blocks, steps: &[f32; FREQUENCIES]) -> Option<(f32, Rect)> {
    let width = blocks.columns + 1;
    // Sums of fits and of coefficients over everything above and to the left.
    let mut sums = vec![[0.0_f64; 2]; width * (blocks.rows + 1)];
    for row in 0..blocks.rows {
        let mut line = [0.0_f64; 2];
        for column in 0..blocks.columns {
            for (value, step) in blocks.values[row * blocks.columns + column].iter().zip(steps) {
                if *step > 0.0 && value.abs() >= step * COUNTS_FROM && value.abs() < REACH {
                    line[0] += f64::from((TAU * value / step).cos());
                    line[1] += 1.0;
                }
            }
            let above = sums[row * width + column + 1];
            sums[(row + 1) * width + column + 1] = [above[0] + line[0], above[1] + line[1]];
        }
    }
    let [fit, count] = *sums.last()?;
    let overall = fit / count.max(1.0);
    if overall <= 0.0 {
        return None;
    }
    let mut worst: Option<(f64, Rect)> = None;
    for (across, down) in WINDOWS {
        for row in 0..(blocks.rows + 1).saturating_sub(down) {
            for column in 0..(blocks.columns + 1).saturating_sub(across) {
                let at = |row: usize, column: usize| sums[row * width + column];
                let [a, b] = [at(row, column), at(row, column + across)];
                let [c, d] = [at(row + down, column), at(row + down, column + across)];
                let count = d[1] - b[1] - c[1] + a[1];
                if count < f64::from(LEAST_IN_WINDOW) {
                    continue;
                }
                let fit = (d[0] - b[0] - c[0] + a[0]) / count / overall;
                if worst.is_none_or(|worst| fit < worst.0) {
                    let pixels = |from: usize, blocks: usize| (from + blocks * SIDE) as f32;
                    let bounds = Rect {
                        x: pixels(blocks.origin.0, column),
                        y: pixels(blocks.origin.1, row),
                        width: (across * SIDE) as f32,
                        height: (down * SIDE) as f32,
                    };
                    worst = Some((fit, bounds));
                }
            }
        }
    }
    worst.map(|(fit, bounds)| ((1.0 - fit) as f32, bounds))
}
