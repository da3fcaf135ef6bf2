//! Straight edges: a Hough transform in which every edge votes for the lines that run along it, and which parts of each line are there.

use std::f64::consts::PI;

use super::PageParams;
use super::edges::Edges;

/// One degree.
const ANGLES: usize = 180;
/// Width of a cell of distance, pixels of the reduced picture.
const CELL: f64 = 1.5;
/// Cells of angle to both sides of its own that an edge votes for: its direction is known to some degrees.
const SPREAD: isize = 4;
/// Lines that differ by less in angle (degrees) and in distance (pixels) are one.
const ONE_LINE: (f64, f64) = (3.0, 4.0);
/// How far an edge may be from the line that it belongs to, pixels, and how much its direction may differ (cosine of 15 degrees).
const NEAR: isize = 1;
const ALONG: f64 = 0.966;

/// A straight edge: points with `normal . point = distance`, and what of it is there.
#[derive(Debug, Clone)]
pub(super) struct StraightLine {
    pub(super) normal: [f64; 2],
    pub(super) distance: f64,
    /// For whole pixels along the line from `start` on: how many of those before have an edge.
    counts: Vec<u32>,
    start: f64,
}

impl StraightLine {
    fn of(normal: [f64; 2], distance: f64, edges: &Edges) -> Self {
        // Along the line, the nearest point to the origin is 0.
        let reach = (edges.width as f64).hypot(edges.height as f64);
        let mut counts = vec![0];
        let mut seen = 0;
        for step in 0..(2.0 * reach) as usize {
            let t = step as f64 - reach;
            let (x, y) = (normal[0] * distance - normal[1] * t, normal[1] * distance + normal[0] * t);
            let (x, y) = (x.floor() as isize, y.floor() as isize);
            let there = (-NEAR..=NEAR).any(|off| {
                // Across the line, whichever of both axes that is nearer to.
                let (dx, dy) = if normal[0].abs() > normal[1].abs() { (off, 0) } else { (0, off) };
                edges.at(x + dx, y + dy).is_some_and(|edge| {
                    (edge.across[0] * normal[0] + edge.across[1] * normal[1]).abs() >= ALONG
                })
            });
            seen += u32::from(there);
            counts.push(seen);
        }
        Self { normal, distance, counts, start: -reach }
    }

    /// Where a point of the line is along it.
    pub(super) fn along(&self, [x, y]: [f64; 2]) -> f64 {
        self.normal[0] * y - self.normal[1] * x
    }

    /// How much of the line between two places along it is there, pixels.
    pub(super) fn there(&self, from: f64, to: f64) -> f64 {
        let (from, to) = (from.min(to), from.max(to));
        let place = |t: f64| ((t - self.start).round().max(0.0) as usize).min(self.counts.len() - 1);
        f64::from(self.counts[place(to)] - self.counts[place(from)])
    }

    /// Where two lines meet; `None` when they hardly do.
    pub(super) fn crossing(&self, other: &Self) -> Option<[f64; 2]> {
        let area = self.normal[0] * other.normal[1] - self.normal[1] * other.normal[0];
        (area.abs() > 0.2).then(|| {
            [
                (self.distance * other.normal[1] - other.distance * self.normal[1]) / area,
                (self.normal[0] * other.distance - other.normal[0] * self.distance) / area,
            ]
        })
    }
}

/// The straight edges of a picture, the longest first.
pub(super) fn straight_lines(edges: &Edges, params: &PageParams) -> Vec<StraightLine> {
    let reach = (edges.width as f64).hypot(edges.height as f64);
    let cells = (2.0 * reach / CELL) as usize + 2;
    let directions: Vec<[f64; 2]> = (0..ANGLES)
        .map(|n| {
            let angle = n as f64 * PI / ANGLES as f64;
            [angle.cos(), angle.sin()]
        })
        .collect();
    let mut votes = vec![0_u32; ANGLES * cells];
    for edge in &edges.list {
        let angle = edge.across[1].atan2(edge.across[0]).rem_euclid(PI);
        let middle = (angle / PI * ANGLES as f64).round() as isize;
        for off in -SPREAD..=SPREAD {
            let n = (middle + off).rem_euclid(ANGLES as isize) as usize;
            let distance = directions[n][0] * edge.x + directions[n][1] * edge.y;
            let cell = ((distance + reach) / CELL) as usize;
            votes[n * cells + cell.min(cells - 1)] += 1;
        }
    }
    // A line half a cell off shares its votes between two.
    let least = (edges.width.min(edges.height) / 10) as u32;
    let mut peaks: Vec<(u32, usize, usize)> = (0..ANGLES * (cells - 1))
        .map(|at| (votes[at] + votes[at + 1], at / cells, at % cells))
        .filter(|peak| peak.0 >= least)
        .collect();
    peaks.sort_unstable_by(|one, other| other.0.cmp(&one.0).then((one.1, one.2).cmp(&(other.1, other.2))));
    let mut found: Vec<StraightLine> = Vec::new();
    for (_, n, cell) in peaks {
        let normal = directions[n];
        let distance = (cell as f64 + 1.0) * CELL - reach;
        if found.iter().any(|known| is_one_line(known, normal, distance, edges)) {
            continue;
        }
        let (normal, distance) = fitted(edges, normal, distance);
        found.push(StraightLine::of(normal, distance, edges));
        if found.len() == params.most_lines {
            break;
        }
    }
    found
}

/// Whether two lines are nearly one where they run through the picture.
fn is_one_line(known: &StraightLine, normal: [f64; 2], distance: f64, edges: &Edges) -> bool {
    let cosine = known.normal[0] * normal[0] + known.normal[1] * normal[1];
    if cosine.abs() < (ONE_LINE.0 * PI / 180.0).cos() {
        return false;
    }
    // At the foot of the picture's middle on the line.
    let middle = [edges.width as f64 / 2.0, edges.height as f64 / 2.0];
    let off = distance - normal[0] * middle[0] - normal[1] * middle[1];
    let foot = [middle[0] + normal[0] * off, middle[1] + normal[1] * off];
    (known.normal[0] * foot[0] + known.normal[1] * foot[1] - known.distance).abs() < ONE_LINE.1
}

/// The line that fits the edges near to it best, in the sense of least squares.
fn fitted(edges: &Edges, normal: [f64; 2], distance: f64) -> ([f64; 2], f64) {
    let (mut count, mut sx, mut sy, mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for edge in &edges.list {
        let off = normal[0] * edge.x + normal[1] * edge.y - distance;
        let along = (edge.across[0] * normal[0] + edge.across[1] * normal[1]).abs();
        if off.abs() <= 2.0 && along >= ALONG {
            count += 1.0;
            sx += edge.x;
            sy += edge.y;
            xx += edge.x * edge.x;
            xy += edge.x * edge.y;
            yy += edge.y * edge.y;
        }
    }
    if count < 8.0 {
        return (normal, distance);
    }
    let (mx, my) = (sx / count, sy / count);
    let (a, b, c) = (xx / count - mx * mx, xy / count - mx * my, yy / count - my * my);
    // The direction in which the points spread least.
    let angle = (2.0 * b).atan2(a - c) / 2.0;
    let mut fit = [-angle.sin(), angle.cos()];
    if fit[0] * normal[0] + fit[1] * normal[1] < 0.0 {
        fit = [-fit[0], -fit[1]];
    }
    // Clutter may pull the fit away: then the votes are believed.
    if fit[0] * normal[0] + fit[1] * normal[1] < 0.9986 {
        return (normal, distance);
    }
    (fit, fit[0] * mx + fit[1] * my)
}
