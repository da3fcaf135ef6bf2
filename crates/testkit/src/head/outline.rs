//! Where a head ends in a portrait: hair and background told apart along rays.

use super::shape::{MIDDLE, TOP};

/// Directions in which the outline is known, evenly round from the right of the picture, clockwise.
pub(crate) const RAYS: usize = 96;

/// Millimetres between two radii that are considered.
const STEP: f64 = 1.5;
/// Radii considered, as shares of the bald head's.
const REACH: (f64, f64) = (0.90, 1.42);
/// The background is looked at there, in the same shares.
const BEYOND: (f64, f64) = (1.50, 2.00);
/// Colours further apart than this (of 441) are no longer the background's: more than the noise and shading of a wall.
const UNLIKE: f64 = 42.0;
/// Cost of a step of the outline from ray to ray.
const ROUGHNESS: f64 = 18.0;
/// Cost of being a whole radius away from where the outline is likely.
const PRIOR: f64 = 150.0;
/// Rays to either side whose background counts as well.
const AROUND: usize = 5;

/// Radius of the bald generic head around [`MIDDLE`], given the jaw of the person: millimetres per ray.
pub(crate) fn bald(jaw: &[[f64; 2]]) -> Vec<f64> {
    // The skull above the ears: an ellipse as wide as the jaw's upper ends and a little more, up to the top.
    let half_width = jaw.iter().map(|point| point[0].abs()).fold(70.0, f64::max) + 5.0;
    let mut polar: Vec<(f64, f64)> = jaw
        .iter()
        .map(|[x, y]| {
            let (x, y) = (x - MIDDLE[0], y - MIDDLE[1]);
            // The contour's points lie on the skin; the head goes on behind it.
            (y.atan2(x).to_degrees(), x.hypot(y) * 1.05 + 1.5)
        })
        .map(|(angle, radius)| (if angle < -90.0 { angle + 360.0 } else { angle }, radius))
        .collect();
    polar.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (first, last) = (polar[0], polar[polar.len() - 1]);
    (0..RAYS)
        .map(|ray| {
            let angle = ray as f64 * 360.0 / RAYS as f64;
            let angle = if angle > 270.0 { angle - 360.0 } else { angle };
            let (sin, cos) = angle.to_radians().sin_cos();
            // From the middle up to the ellipse around a centre above it.
            let centre = -8.0 - MIDDLE[1];
            let (a, b) = (half_width, TOP - 8.0);
            let skull = solve_ellipse(cos, sin, centre, a, b);
            if angle < first.0 || angle > last.0 {
                return skull;
            }
            let next = polar.partition_point(|point| point.0 < angle).clamp(1, polar.len() - 1);
            let (before, after) = (polar[next - 1], polar[next]);
            let share = ((angle - before.0) / (after.0 - before.0).max(1e-9)).clamp(0.0, 1.0);
            let contour = before.1 + share * (after.1 - before.1);
            // Near the ears both describe the head; the wider one is right.
            if sin < 0.2 { contour.max(skull) } else { contour }
        })
        .collect()
}

/// Distance along (cos, sin) to the ellipse with half axes a and b, whose centre lies `centre` below the origin.
fn solve_ellipse(cos: f64, sin: f64, centre: f64, a: f64, b: f64) -> f64 {
    let qa = (cos / a).powi(2) + (sin / b).powi(2);
    let qb = -2.0 * sin * centre / (b * b);
    let qc = (centre / b).powi(2) - 1.0;
    (-qb + (qb * qb - 4.0 * qa * qc).max(0.0).sqrt()) / (2.0 * qa)
}

/// Where a person ends in a portrait, found by telling apart hair and clothes from what is behind.
#[derive(Debug)]
pub(crate) struct Outline {
    /// Radius of the head with hair around [`MIDDLE`]: millimetres per ray.
    pub(crate) hair: Vec<f64>,
    /// Colours of the background on either side, left first.
    backdrop: [Vec<[f32; 3]>; 2],
}

impl Outline {
    /// `colour` gives the portrait's colour at a place in millimetres, `None` outside the picture.
    ///
    /// Along each ray the outline is put where what lies within is unlike the background further out and what lies beyond
    /// is like it, with a cost for jumps (dynamic programming round the head). Rays that leave the picture keep the bald
    /// head.
    pub(crate) fn find(bald: &[f64], colour: impl Fn(f64, f64) -> Option<[f32; 3]>) -> Self {
        let at = |ray: usize, radius: f64| {
            let (sin, cos) = direction(ray);
            colour(MIDDLE[0] + cos * radius, MIDDLE[1] + sin * radius)
        };
        let behind: Vec<Vec<[f32; 3]>> = (0..RAYS)
            .map(|ray| {
                let share = |sample: i32| BEYOND.0 + (BEYOND.1 - BEYOND.0) * f64::from(sample) / 7.0;
                (0..8).filter_map(|sample| at(ray, bald[ray] * share(sample))).collect()
            })
            .collect();
        let longest = bald.iter().copied().fold(0.0, f64::max);
        let states = ((REACH.1 - REACH.0) * longest / STEP) as usize + 1;
        let radius = |ray: usize, state: usize| bald[ray] * REACH.0 + state as f64 * STEP;
        let costs: Vec<Vec<f64>> = (0..RAYS)
            .map(|ray| {
                let prior = |state: usize| ((radius(ray, state) / bald[ray] - 1.0) * PRIOR).abs();
                // A wall has more than one colour: those of the directions around count as well.
                let around: Vec<[f32; 3]> = (0..2 * AROUND + 1)
                    .flat_map(|offset| behind[(ray + RAYS + offset - AROUND) % RAYS].iter().copied())
                    .collect();
                let seen: Option<Vec<f64>> = (is_free(ray) && around.len() >= 24)
                    .then(|| {
                        (0..states).map(|state| Some(unlike(at(ray, radius(ray, state))?, &around))).collect()
                    })
                    .flatten();
                match seen {
                    Some(seen) => {
                        let mut costs = edge_costs(&seen);
                        costs.iter_mut().enumerate().for_each(|(state, cost)| *cost += prior(state));
                        costs
                    }
                    None => (0..states).map(|state| 20.0 * prior(state)).collect(),
                }
            })
            .collect();
        // Begin and end at the chin, where the path is known.
        let start = RAYS / 4;
        let turned: Vec<&[f64]> = (0..RAYS).map(|step| costs[(start + step) % RAYS].as_slice()).collect();
        let chosen = cheapest(&turned);
        let rough: Vec<f64> = (0..RAYS)
            .map(|ray| {
                let state = chosen[(ray + RAYS - start) % RAYS];
                if is_free(ray) { radius(ray, state) } else { bald[ray] }
            })
            .collect();
        let side = |left: bool| {
            let rays = (0..RAYS).filter(|&ray| (direction(ray).1 < 0.0) == left && direction(ray).0 < 0.3);
            rays.flat_map(|ray| behind[ray].iter().copied()).collect()
        };
        Self { hair: smooth(&rough), backdrop: [side(true), side(false)] }
    }

    /// Half the width of neck and shoulders to the left and right at each height: millimetres. `likely`: of the generic
    /// person.
    pub(crate) fn shoulders(
        &self,
        heights: &[f64],
        likely: &[f64],
        colour: impl Fn(f64, f64) -> Option<[f32; 3]>,
    ) -> [Vec<f64>; 2] {
        [(0, -1.0), (1, 1.0)].map(|(side, sign)| {
            let backdrop = &self.backdrop[side];
            let states = 44;
            let share = |state: usize| 0.7 + 0.6 * state as f64 / (states - 1) as f64;
            let costs: Vec<Vec<f64>> = heights
                .iter()
                .zip(likely)
                .map(|(y, half)| {
                    let prior = |state: usize| 2.0 * ((share(state) - 1.0) * PRIOR).abs();
                    let seen: Vec<f64> = (0..states)
                        // Outside the picture nothing speaks for either.
                        .map(|state| {
                            let here = colour(sign * half * share(state), *y);
                            here.filter(|_| backdrop.len() >= 24)
                                .map_or(UNLIKE, |here| unlike(here, backdrop))
                        })
                        .collect();
                    let mut costs = edge_costs(&seen);
                    costs.iter_mut().enumerate().for_each(|(state, cost)| *cost += prior(state));
                    costs
                })
                .collect();
            let rows: Vec<&[f64]> = costs.iter().map(Vec::as_slice).collect();
            cheapest(&rows).iter().zip(likely).map(|(&state, half)| share(state) * half).collect()
        })
    }
}

/// Sine and cosine of a ray: down and to the right.
fn direction(ray: usize) -> (f64, f64) {
    (ray as f64 * std::f64::consts::TAU / RAYS as f64).sin_cos()
}

/// From 25 degrees under the horizontal upwards; the jaw below is known from the landmarks.
fn is_free(ray: usize) -> bool {
    direction(ray).0 < 0.42
}

/// Distance of a colour to those of the background; a few of them may be the person's own.
fn unlike(here: [f32; 3], backdrop: &[[f32; 3]]) -> f64 {
    let mut distances: Vec<f64> = backdrop.iter().map(|other| distance(here, *other)).collect();
    let rank = distances.len() / 12;
    *distances.select_nth_unstable_by(rank, f64::total_cmp).1
}

/// Cost of an edge after each of the places, from inside out, given how unlike the background they are: background within
/// costs, person beyond costs.
fn edge_costs(unlike: &[f64]) -> Vec<f64> {
    let gains: Vec<f64> = unlike.iter().map(|d| (UNLIKE - d).clamp(-UNLIKE, UNLIKE)).collect();
    let total: f64 = gains.iter().sum();
    let mut within = 0.0;
    gains
        .iter()
        .map(|gain| {
            within += gain;
            within - (total - within)
        })
        .collect()
}

/// The path of least cost from the first to the last row: one state per row.
fn cheapest(costs: &[&[f64]]) -> Vec<usize> {
    let states = costs[0].len();
    let mut best = costs[0].to_vec();
    let mut came: Vec<Vec<usize>> = Vec::new();
    for here in &costs[1..] {
        let mut next = vec![f64::INFINITY; states];
        let mut from = vec![0; states];
        for state in 0..states {
            let reach = state.saturating_sub(4)..(state + 5).min(states);
            let through = |previous: usize| best[previous] + ROUGHNESS * state.abs_diff(previous) as f64;
            let nearest = reach.min_by(|a, b| through(*a).total_cmp(&through(*b))).unwrap_or(state);
            (next[state], from[state]) = (through(nearest) + here[state], nearest);
        }
        best = next;
        came.push(from);
    }
    let mut state = (0..states).min_by(|a, b| best[*a].total_cmp(&best[*b])).unwrap_or(0);
    let mut path = vec![state];
    for from in came.iter().rev() {
        state = from[state];
        path.push(state);
    }
    path.reverse();
    path
}

/// The eye is kinder to a smooth outline than to strands of hair.
fn smooth(rough: &[f64]) -> Vec<f64> {
    const WEIGHTS: [f64; 7] = [1.0, 3.0, 5.0, 6.0, 5.0, 3.0, 1.0];
    (0..RAYS)
        .map(|ray| {
            let sum: f64 = WEIGHTS
                .iter()
                .enumerate()
                .map(|(offset, w)| w * rough[(ray + RAYS + offset - 3) % RAYS])
                .sum();
            let mean = sum / WEIGHTS.iter().sum::<f64>();
            if is_free(ray) { mean } else { 0.5 * (mean + rough[ray]) }
        })
        .collect()
}

/// How unlike a colour is to one of the background, in steps of 1/255 over the three channels; shadows of the person fall on
/// what is behind, so darker shades of it are nearly as good.
fn distance(here: [f32; 3], behind: [f32; 3]) -> f64 {
    let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let shade = (dot(here, behind) / dot(behind, behind).max(1.0)).clamp(0.55, 1.05);
    let off: f32 = (0..3).map(|c| (here[c] - shade * behind[c]).powi(2)).sum();
    f64::from(off.sqrt() + 25.0 * (1.0 - shade).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::shape::landmarks;

    #[test]
    fn finds_the_hair_of_a_drawn_head() {
        let jaw: Vec<[f64; 2]> = landmarks()[..17].iter().map(|p| [p[0], p[1]]).collect();
        let bald = bald(&jaw);
        // Dark hair, a quarter larger than the bald head above the ears, before a light wall with a stripe.
        let colour = |x: f64, y: f64| {
            let (dx, dy) = (x - MIDDLE[0], y - MIDDLE[1]);
            let turn = dy.atan2(dx).rem_euclid(std::f64::consts::TAU);
            let ray = (turn / std::f64::consts::TAU * RAYS as f64) as usize % RAYS;
            let head = bald[ray] * if dy < -20.0 { 1.25 } else { 1.0 };
            Some(if dx.hypot(dy) < head {
                [60.0, 45.0, 30.0]
            } else {
                [200.0, 190.0 + (x as f32) / 20.0, 180.0]
            })
        };
        let found = Outline::find(&bald, colour).hair;
        let up = RAYS * 3 / 4;
        assert!((found[up] / bald[up] - 1.25).abs() < 0.03, "{}", found[up] / bald[up]);
        let down = RAYS / 4;
        assert!((found[down] / bald[down] - 1.0).abs() < 0.01);
    }

    #[test]
    fn outside_the_picture_the_head_is_bald() {
        let jaw: Vec<[f64; 2]> = landmarks()[..17].iter().map(|p| [p[0], p[1]]).collect();
        let bald = bald(&jaw);
        let found = Outline::find(&bald, |_, _| None).hair;
        for (a, b) in found.iter().zip(&bald) {
            assert!((a / b - 1.0).abs() < 0.05, "{a} {b}");
        }
    }
}
