//! Which four straight edges are a document's.

use super::lines::StraightLine;
use super::{Corners, PageParams};

/// Opposite sides differ by less than this in direction (sine): perspective of a page held at arm's length.
const PARALLEL: f64 = 0.42;
/// Neighbouring sides differ by more (sine of 55 degrees).
const UPRIGHT: f64 = 0.82;
/// Longer over shorter side: a passport's page and the sizes TD2 and ID-3 (1.42), a visa (1.5), a card (1.586); ISO/IEC 7810 and ICAO 9303.
const SHAPES: [f64; 3] = [1.42, 1.5, 1.586];
/// By how much, as a factor, foreshortening changes that without and with doubt.
const SHAPE_SURE: f64 = 1.13;
const SHAPE_DOUBTFUL: f64 = 1.4;
/// A side is followed by so much of its length beyond its corners: edges of tables and floors go on there, those of pages do not.
const BEYOND: f64 = 0.12;

struct Candidate {
    score: f64,
    corners: Corners,
}

/// The four corners of what looks most like a document, clockwise from the one nearest to the upper left.
pub(super) fn best_quad(
    lines: &[StraightLine],
    size: (f64, f64),
    inside: &[[f64; 2]],
    params: &PageParams,
) -> Option<Corners> {
    let pairs = parallel_pairs(lines, size);
    let mut best: Option<Candidate> = None;
    for (n, one) in pairs.iter().enumerate() {
        for other in &pairs[n + 1..] {
            let upright = one.iter().all(|&a| other.iter().all(|&b| sine(&lines[a], &lines[b]) > UPRIGHT));
            if !upright {
                continue;
            }
            let sides = [one[0], other[0], one[1], other[1]].map(|at| &lines[at]);
            if let Some(found) = candidate(sides, size, inside, params)
                && best.as_ref().is_none_or(|best| found.score > best.score)
            {
                best = Some(found);
            }
        }
    }
    best.map(|best| best.corners)
}

fn sine(a: &StraightLine, b: &StraightLine) -> f64 {
    (a.normal[0] * b.normal[1] - a.normal[1] * b.normal[0]).abs()
}

/// Lines that may be opposite sides: nearly parallel, and an eighth of the picture apart.
fn parallel_pairs(lines: &[StraightLine], (width, height): (f64, f64)) -> Vec<[usize; 2]> {
    let middle = [width / 2.0, height / 2.0];
    let off = |line: &StraightLine, sign: f64| {
        sign * (line.distance - line.normal[0] * middle[0] - line.normal[1] * middle[1])
    };
    let mut pairs = Vec::new();
    for (a, one) in lines.iter().enumerate() {
        for (b, other) in lines.iter().enumerate().skip(a + 1) {
            let cosine = one.normal[0] * other.normal[0] + one.normal[1] * other.normal[1];
            let apart = (off(one, 1.0) - off(other, cosine.signum())).abs();
            if sine(one, other) < PARALLEL && apart > width.min(height) / 8.0 {
                pairs.push([a, b]);
            }
        }
    }
    pairs
}

/// What four lines in turn make; `None` when it is no document.
fn candidate(
    sides: [&StraightLine; 4],
    (width, height): (f64, f64),
    inside: &[[f64; 2]],
    params: &PageParams,
) -> Option<Candidate> {
    let mut corners = [[0.0; 2]; 4];
    for (n, corner) in corners.iter_mut().enumerate() {
        *corner = sides[n].crossing(sides[(n + 1) % 4])?;
        // A part of the page may be out of the picture, but not much.
        let within = |value: f64, most: f64| (-0.2 * most..=1.2 * most).contains(&value);
        if !within(corner[0], width) || !within(corner[1], height) {
            return None;
        }
    }
    let area = area(&corners);
    if area.abs() < params.least_area * width * height || !is_convex(&corners) {
        return None;
    }
    if !inside.iter().all(|point| holds(&corners, *point)) {
        return None;
    }
    let lengths: [f64; 4] = std::array::from_fn(|n| {
        let (from, to) = (corners[(n + 3) % 4], corners[n]);
        (to[0] - from[0]).hypot(to[1] - from[1])
    });
    let (one, other) = ((lengths[0] + lengths[2]) / 2.0, (lengths[1] + lengths[3]) / 2.0);
    let shape = one.max(other) / one.min(other).max(1.0);
    let off = SHAPES.iter().map(|known| (shape / known).max(known / shape)).fold(f64::INFINITY, f64::min);
    let fit = ((SHAPE_DOUBTFUL - off) / (SHAPE_DOUBTFUL - SHAPE_SURE)).clamp(0.0, 1.0);
    let (mut shown, mut beyond) = ([0.0; 4], 0.0);
    for n in 0..4 {
        let line = sides[n];
        let (from, to) = (line.along(corners[(n + 3) % 4]), line.along(corners[n]));
        let (inner, length) = visible(line, from, to, width, height);
        if length < lengths[n] * 0.5 {
            return None;
        }
        shown[n] = inner / length.max(1.0);
        let sign = (to - from).signum();
        let more = BEYOND * lengths[n];
        // Not from the corner itself: it is rounded, and known to some pixels.
        let gap = 3.0 * sign;
        let after =
            line.there(to + gap, to + gap + sign * more) + line.there(from - gap, from - gap - sign * more);
        beyond += after / (2.0 * more) / 4.0;
    }
    let mean = shown.iter().sum::<f64>() / 4.0;
    if mean < params.least_of_all || shown.iter().any(|shown| *shown < params.least_of_side) {
        return None;
    }
    // Frames within a page are pages as well as the page itself: the larger one is more likely it.
    let share = (area.abs() / (width * height)).min(1.0);
    let score = (mean - 0.35 * beyond) * fit * share.powf(0.2);
    (fit > 0.0).then(|| Candidate { score, corners: from_upper_left(corners) })
}

/// How much of a line between two places shows, and how long that part of it is that lies within the picture.
fn visible(line: &StraightLine, from: f64, to: f64, width: f64, height: f64) -> (f64, f64) {
    let at = |t: f64| {
        let [nx, ny] = line.normal;
        [nx * line.distance - ny * t, ny * line.distance + nx * t]
    };
    let steps = 32;
    let within = (0..steps)
        .filter(|step| {
            let t = from + (to - from) * (f64::from(*step) + 0.5) / f64::from(steps);
            let [x, y] = at(t);
            (0.0..width).contains(&x) && (0.0..height).contains(&y)
        })
        .count();
    let length = (to - from).abs() * within as f64 / f64::from(steps);
    (line.there(from, to).min(length), length)
}

/// Positive when the corners run clockwise, as pixels count downwards.
fn area(corners: &Corners) -> f64 {
    (0..4)
        .map(|n| {
            let (a, b) = (corners[n], corners[(n + 1) % 4]);
            (a[0] * b[1] - b[0] * a[1]) / 2.0
        })
        .sum()
}

fn turn(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> f64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

fn is_convex(corners: &Corners) -> bool {
    let turns = [0, 1, 2, 3].map(|n| turn(corners[n], corners[(n + 1) % 4], corners[(n + 2) % 4]));
    turns.iter().all(|turn| *turn > 0.0) || turns.iter().all(|turn| *turn < 0.0)
}

/// Whether a point lies within convex corners, whichever way round they run.
pub(crate) fn holds(corners: &Corners, point: [f64; 2]) -> bool {
    let turns = [0, 1, 2, 3].map(|n| turn(corners[n], corners[(n + 1) % 4], point));
    turns.iter().all(|turn| *turn >= 0.0) || turns.iter().all(|turn| *turn <= 0.0)
}

fn from_upper_left(mut corners: Corners) -> Corners {
    if area(&corners) < 0.0 {
        corners.reverse();
    }
    let nearest = (0..4)
        .min_by(|a, b| (corners[*a][0] + corners[*a][1]).total_cmp(&(corners[*b][0] + corners[*b][1])))
        .unwrap_or(0);
    corners.rotate_left(nearest);
    corners
}
