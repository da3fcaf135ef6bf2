//! Characters of the machine-readable zone that do not stand on the line of the others.
//!
//! A zone is printed in one pass: its characters have one height and stand on one line, whatever the paper. Digits that were put there
//! afterwards, in print or in the picture, seldom hit that line to a twentieth of a millimetre. Where the camera bends the line it
//! bends all of it, and a parabola takes that away.
//!
//! Only the zone is measured: what is printed for people is set in several fonts and sizes, and its values stand where their labels end.

use selfsame_domain::Rect;
use selfsame_domain::document::{MrzFormat, MrzReading};

use super::{Indication, SignParams, Testimony};
use crate::image::Picture;

/// Pixels of an advance in the straightened line: as many as it has in the picture, within these.
const FINENESS: (f64, f64) = (24.0, 64.0);
/// Height of the straightened line, in advances (2.54 mm): characters have about one, and lines are 2.5 apart.
const HEIGHT: f64 = 2.2;
/// From line to line, and a capital's height, in advances (ICAO 9303-3, 4.2; OCR-B of size 1).
const LINES: f64 = 2.5;
const CAPITAL: f64 = 0.95;
/// What the last character's advance is wider than its ink, in advances.
const GAP: f64 = 0.2;
/// Ink from this share of the way from paper to the darkest ink.
const INK: f32 = 0.5;
/// Fewest characters other than fillers in a line.
const LEAST: usize = 12;
/// Characters that have to be off together.
const GROUP: usize = 3;
/// Millimetres in an advance.
const ADVANCE: f32 = 2.54;

pub(super) fn measure(picture: &Picture, zone: &MrzReading, params: &SignParams, all: &mut Vec<Testimony>) {
    let mut worst: Option<(f32, Rect)> = None;
    for at in 0..zone.lines.len() {
        if let Some(found) = line(picture, zone, at)
            && worst.is_none_or(|worst| found.0 > worst.0)
        {
            worst = Some(found);
        }
    }
    if let Some((measure, bounds)) = worst {
        all.push(Testimony {
            indicates: Indication::LineBreak,
            measure,
            threshold: params.line_break,
            bounds: Some(bounds),
        });
    }
}

/// A line cut out and straightened: how dark each pixel is, 0 (paper) to 1 (ink).
struct Strip {
    width: usize,
    height: usize,
    /// Pixels of an advance.
    advance: f64,
    ink: Vec<f32>,
    from: [f64; 2],
    right: [f64; 2],
    down: [f64; 2],
}

/// One character: its middle along the line, its upper and lower edge, in pixels of the strip.
#[derive(Clone, Copy)]
struct Standing {
    x: f64,
    top: f64,
    bottom: f64,
    /// OCR-B's digits are a little higher than its letters.
    digit: bool,
}

fn line(picture: &Picture, zone: &MrzReading, at: usize) -> Option<(f32, Rect)> {
    let text = zone.lines.get(at)?.as_bytes();
    let strip = Strip::of(picture, zone, at, text.len())?;
    let runs = strip.runs();
    if runs.len() != text.len() {
        return None;
    }
    let standing: Vec<Standing> = runs
        .iter()
        .zip(text)
        // A filler is lower than the rest, and the tail of a Q hangs down.
        .filter(|(_, character)| !matches!(character, b'<' | b'Q' | b'J'))
        .filter_map(|(run, character)| {
            strip.standing(*run).map(|one| Standing { digit: character.is_ascii_digit(), ..one })
        })
        .collect();
    if standing.len() < LEAST {
        return None;
    }
    let off = |edge: fn(&Standing) -> f64| {
        let points: Vec<[f64; 3]> = standing
            .iter()
            .map(|one| [one.x / strip.width as f64, f64::from(u8::from(one.digit)), edge(one)])
            .collect();
        residuals(&points)
    };
    let (tops, bottoms) = (off(|one| one.top)?, off(|one| one.bottom)?);
    let shifts: Vec<f64> =
        tops.iter().zip(&bottoms).map(|(top, bottom)| f64::midpoint(*top, *bottom)).collect();
    let mut worst = (0.0_f64, 0);
    for (first, group) in shifts.windows(GROUP).enumerate() {
        // As far as all of them are off, to one side.
        let least = if group.iter().all(|shift| *shift > 0.0) || group.iter().all(|shift| *shift < 0.0) {
            group.iter().fold(f64::MAX, |least, shift| least.min(shift.abs()))
        } else {
            0.0
        };
        if least > worst.0 {
            worst = (least, first);
        }
    }
    let group = &standing[worst.1..worst.1 + GROUP];
    let millimetres = (worst.0 / strip.advance) as f32 * ADVANCE;
    Some((millimetres, strip.bounds(group)))
}

impl Strip {
    fn of(picture: &Picture, zone: &MrzReading, at: usize, characters: usize) -> Option<Self> {
        let [a, b, c, d] = zone.corners.map(|corner| [f64::from(corner.x), f64::from(corner.y)]);
        let lines = match zone.format {
            MrzFormat::Td1 | MrzFormat::SwissDrivingLicence => 3.0,
            _ => 2.0,
        };
        // The middle of the line, as a share of the zone's height.
        let share = (CAPITAL / 2.0 + at as f64 * LINES) / (CAPITAL + (lines - 1.0) * LINES);
        let mix = |one: [f64; 2], other: [f64; 2]| [0, 1].map(|i| one[i] + (other[i] - one[i]) * share);
        let (left, right) = (mix(a, d), mix(b, c));
        let length = (right[0] - left[0]).hypot(right[1] - left[1]);
        let advance_here = length / (characters as f64 - GAP);
        if !advance_here.is_finite() || advance_here < 10.0 {
            return None;
        }
        let advance = advance_here.clamp(FINENESS.0, FINENESS.1);
        // A little more on both sides: the zone's ends are known to a tenth of a character.
        let along = [0, 1].map(|i| (right[i] - left[i]) / length * advance_here / advance);
        let (width, height) =
            (((characters as f64 + 1.0) * advance) as usize, (HEIGHT * advance).round() as usize);
        let strip = Self {
            width,
            height,
            advance,
            ink: Vec::new(),
            from: [0, 1].map(|i| left[i] - along[i] * advance * 0.6),
            right: along,
            down: [-along[1], along[0]],
        };
        let mut luma = Vec::with_capacity(width * height);
        // Several samples per pixel where the strip shrinks the picture.
        let samples = ((advance_here / advance).ceil() as usize).clamp(1, 3);
        for y in 0..height {
            for x in 0..width {
                let mut sum = 0.0;
                for sub in 0..samples * samples {
                    let shift = |i: usize| (i as f64 + 0.5) / samples as f64;
                    let [px, py] = strip.at(x as f64 + shift(sub % samples), y as f64 + shift(sub / samples));
                    sum += sample(picture, px, py)?;
                }
                luma.push(sum / (samples * samples) as f32);
            }
        }
        Some(strip.inked(&luma))
    }

    /// The place in the picture of a place of the strip; the line's middle is half way down.
    fn at(&self, x: f64, y: f64) -> [f64; 2] {
        let y = y - self.height as f64 / 2.0;
        [0, 1].map(|i| self.from[i] + self.right[i] * x + self.down[i] * y)
    }

    fn inked(mut self, luma: &[f32]) -> Self {
        let mut sorted = luma.to_vec();
        let at = sorted.len() / 50;
        let ink = *sorted.select_nth_unstable_by(at, f32::total_cmp).1;
        // Paper is measured along the line: light and ground change.
        let step = self.advance as usize;
        let mut column = Vec::new();
        let papers: Vec<f32> = (0..self.width.div_ceil(step))
            .map(|cell| {
                column.clear();
                for y in 0..self.height {
                    let row = &luma[y * self.width..(y + 1) * self.width];
                    column.extend_from_slice(&row[cell * step..((cell + 1) * step).min(self.width)]);
                }
                let at = column.len() * 3 / 4;
                *column.select_nth_unstable_by(at, f32::total_cmp).1
            })
            .collect();
        self.ink = luma
            .iter()
            .enumerate()
            .map(|(at, value)| {
                let paper = papers[(at % self.width) / step];
                ((paper - value) / (paper - ink).max(20.0)).clamp(0.0, 1.0)
            })
            .collect();
        self
    }

    /// Columns with ink, in runs: one for each character, because those of a zone do not touch.
    fn runs(&self) -> Vec<(usize, usize)> {
        let (top, bottom) = (self.height / 5, self.height - self.height / 5);
        let inked = |x: usize| (top..bottom).any(|y| self.ink[y * self.width + x] >= INK);
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for x in (0..self.width).filter(|x| inked(*x)) {
            match runs.last_mut() {
                Some((_, end)) if *end == x => *end = x + 1,
                _ => runs.push((x, x + 1)),
            }
        }
        runs.retain(|(from, to)| (to - from) as f64 > self.advance * 0.12);
        runs
    }

    /// Where ink begins and ends above and below, to a part of a pixel; `None` where it does so at the strip's edge.
    fn standing(&self, (left, right): (usize, usize)) -> Option<Standing> {
        let rows: Vec<f32> = (0..self.height)
            .map(|y| {
                let row = &self.ink[y * self.width + left..y * self.width + right];
                // Two neighbours together, so that no single grain counts.
                row.windows(2).map(|two| two[0].min(two[1])).fold(0.0, f32::max)
            })
            .collect();
        let middle = self.height / 2;
        let crossing = |before: usize, after: usize| {
            let (low, high) = (rows[before], rows[after]);
            let part = f64::from((INK - low) / (high - low).max(1e-3));
            before as f64 + part * (after as f64 - before as f64)
        };
        let upper = (0..middle).find(|y| rows[*y] >= INK).filter(|y| *y > 0)?;
        let lower = (middle..self.height).rev().find(|y| rows[*y] >= INK).filter(|y| y + 1 < self.height)?;
        Some(Standing {
            x: (left + right) as f64 / 2.0,
            top: crossing(upper - 1, upper),
            bottom: crossing(lower + 1, lower),
            digit: false,
        })
    }

    fn bounds(&self, group: &[Standing]) -> Rect {
        let half = self.advance / 2.0;
        let corners: Vec<[f64; 2]> = group
            .iter()
            .flat_map(|one| [[one.x - half, one.top], [one.x + half, one.bottom]])
            .flat_map(|[x, y]| [self.at(x, y)])
            .collect();
        let low = |i: usize| corners.iter().map(|corner| corner[i]).fold(f64::MAX, f64::min);
        let high = |i: usize| corners.iter().map(|corner| corner[i]).fold(f64::MIN, f64::max);
        Rect {
            x: low(0) as f32,
            y: low(1) as f32,
            width: (high(0) - low(0)) as f32,
            height: (high(1) - low(1)) as f32,
        }
    }
}

/// Bilinear brightness; positions are in pixels with pixel centres at halves. `None` outside.
fn sample(picture: &Picture, x: f64, y: f64) -> Option<f32> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (x, y) = (x - 0.5, y - 0.5);
    if x < 0.0 || y < 0.0 || x >= (width - 1) as f64 || y >= (height - 1) as f64 {
        return None;
    }
    let (left, top) = (x as usize, y as usize);
    let (fx, fy) = ((x - left as f64) as f32, (y - top as f64) as f32);
    let rgb = picture.rgb();
    let luma = |x: usize, y: usize| {
        let pixel = &rgb[(y * width + x) * 3..][..3];
        0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2])
    };
    let upper = luma(left, top) * (1.0 - fx) + luma(left + 1, top) * fx;
    let lower = luma(left, top + 1) * (1.0 - fx) + luma(left + 1, top + 1) * fx;
    Some(upper * (1.0 - fy) + lower * fy)
}

/// What remains of points (x, whether a digit, y) above and below the parabola through most of them, on which digits have a distance of
/// their own: least squares in which what is far off counts less and less. `None` where they determine none.
fn residuals(points: &[[f64; 3]]) -> Option<Vec<f64>> {
    // A whiff of a pull to no distance: lines of letters alone determine none.
    const PULL: f64 = 1e-3;
    let mut weights = vec![1.0; points.len()];
    let mut rest = Vec::new();
    for _ in 0..12 {
        let mut normal = nalgebra::Matrix4::<f64>::zeros();
        normal[(3, 3)] = PULL;
        let mut right = nalgebra::Vector4::<f64>::zeros();
        for ([x, digit, y], weight) in points.iter().zip(&weights) {
            let row = nalgebra::Vector4::new(1.0, *x, x * x, *digit);
            normal += row * row.transpose() * *weight;
            right += row * (*y * *weight);
        }
        let fit = normal.cholesky()?.solve(&right);
        rest = points
            .iter()
            .map(|[x, digit, y]| y - fit[0] - fit[1] * x - fit[2] * x * x - fit[3] * digit)
            .collect();
        let mut sizes: Vec<f64> = rest.iter().map(|rest: &f64| rest.abs()).collect();
        let at = sizes.len() / 2;
        let scale = (1.5 * *sizes.select_nth_unstable_by(at, f64::total_cmp).1).max(0.05);
        for (weight, rest) in weights.iter_mut().zip(&rest) {
            *weight = 1.0 / (1.0 + (rest / scale).powi(4));
        }
    }
    Some(rest)
}
