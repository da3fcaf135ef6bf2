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

/// Radius of the person's head with hair: millimetres per ray. `colour` gives the portrait's colour at a place in
/// millimetres, `None` outside the picture.
///
/// Along each ray the outline is put where what lies within is unlike the background further out and what lies beyond is
/// like it, with a cost for jumps (dynamic programming round the head). Rays that leave the picture keep the bald head.
pub(crate) fn with_hair(bald: &[f64], colour: impl Fn(f64, f64) -> Option<[f32; 3]>) -> Vec<f64> {
    let place = |ray: usize, radius: f64| {
        let (sin, cos) = (ray as f64 * std::f64::consts::TAU / RAYS as f64).sin_cos();
        (MIDDLE[0] + cos * radius, MIDDLE[1] + sin * radius)
    };
    let at = |ray: usize, radius: f64| {
        let (x, y) = place(ray, radius);
        colour(x, y)
    };
    // From 25 degrees under the horizontal upwards; the jaw below is known from the landmarks.
    let free = |ray: usize| (ray as f64 * std::f64::consts::TAU / RAYS as f64).sin() < 0.42;
    let longest = bald.iter().copied().fold(0.0, f64::max);
    let states = ((REACH.1 - REACH.0) * longest / STEP) as usize + 1;
    let radius = |ray: usize, state: usize| bald[ray] * REACH.0 + state as f64 * STEP;
    let mut costs = vec![vec![0.0; states]; RAYS];
    for (ray, costs) in costs.iter_mut().enumerate() {
        let prior = |state: usize| ((radius(ray, state) / bald[ray] - 1.0) * 60.0).abs();
        let backdrop = free(ray).then(|| median((0..12).filter_map(|sample| {
            let share = BEYOND.0 + (BEYOND.1 - BEYOND.0) * f64::from(sample) / 11.0;
            at(ray, bald[ray] * share)
        }).collect())).flatten();
        let unlike: Option<Vec<f64>> = backdrop.and_then(|backdrop| {
            (0..states).map(|state| at(ray, radius(ray, state)).map(|here| distance(here, backdrop))).collect()
        });
        let Some(unlike) = unlike else {
            for (state, cost) in costs.iter_mut().enumerate() {
                *cost = 20.0 * prior(state);
            }
            continue;
        };
        let gains: Vec<f64> = unlike.iter().map(|d| (UNLIKE - d).clamp(-UNLIKE, UNLIKE)).collect();
        let total: f64 = gains.iter().sum();
        let mut within = 0.0;
        for (state, cost) in costs.iter_mut().enumerate() {
            within += gains[state];
            // Background within costs, head beyond costs.
            *cost = within - (total - within) + prior(state);
        }
    }
    let chosen = cheapest_round(&costs);
    let rough: Vec<f64> = chosen
        .iter()
        .enumerate()
        .map(|(ray, &state)| if free(ray) { radius(ray, state) } else { bald[ray] })
        .collect();
    // The eye is kinder to a smooth outline than to strands of hair.
    (0..RAYS)
        .map(|ray| {
            let near = |offset: usize| rough[(ray + RAYS + offset - 2) % RAYS];
            let mean = (near(0) + 4.0 * near(1) + 6.0 * near(2) + 4.0 * near(3) + near(4)) / 16.0;
            if free(ray) { mean } else { 0.5 * (mean + bald[ray]) }
        })
        .collect()
}

/// The closed path of least cost: one state per ray.
fn cheapest_round(costs: &[Vec<f64>]) -> Vec<usize> {
    // Begin and end where the path is known best: straight down, at the chin. Opening the round there costs nothing.
    let start = costs.len() / 4;
    let states = costs[0].len();
    let mut best = costs[start].clone();
    let mut came: Vec<Vec<usize>> = Vec::new();
    for step in 1..costs.len() {
        let here = &costs[(start + step) % costs.len()];
        let mut next = vec![f64::INFINITY; states];
        let mut from = vec![0; states];
        for state in 0..states {
            for previous in state.saturating_sub(4)..(state + 5).min(states) {
                let cost = best[previous] + ROUGHNESS * state.abs_diff(previous) as f64 + here[state];
                if cost < next[state] {
                    (next[state], from[state]) = (cost, previous);
                }
            }
        }
        best = next;
        came.push(from);
    }
    let mut state = (0..states).min_by(|a, b| best[*a].total_cmp(&best[*b])).unwrap_or(0);
    let mut path = vec![0; costs.len()];
    for step in (0..costs.len()).rev() {
        path[(start + step) % costs.len()] = state;
        if step > 0 {
            state = came[step - 1][state];
        }
    }
    path
}

fn median(colours: Vec<[f32; 3]>) -> Option<[f32; 3]> {
    if colours.len() < 6 {
        return None;
    }
    Some(std::array::from_fn(|channel| {
        let mut values: Vec<f32> = colours.iter().map(|colour| colour[channel]).collect();
        values.sort_by(f32::total_cmp);
        values[values.len() / 2]
    }))
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f64 {
    (0..3).map(|c| f64::from(a[c] - b[c]).powi(2)).sum::<f64>().sqrt()
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
            Some(if dx.hypot(dy) < head { [60.0, 45.0, 30.0] } else { [200.0, 190.0 + (x as f32) / 20.0, 180.0] })
        };
        let found = with_hair(&bald, colour);
        let up = RAYS * 3 / 4;
        assert!((found[up] / bald[up] - 1.25).abs() < 0.03, "{}", found[up] / bald[up]);
        let down = RAYS / 4;
        assert!((found[down] / bald[down] - 1.0).abs() < 0.01);
    }

    #[test]
    fn outside_the_picture_the_head_is_bald() {
        let jaw: Vec<[f64; 2]> = landmarks()[..17].iter().map(|p| [p[0], p[1]]).collect();
        let bald = bald(&jaw);
        let found = with_hair(&bald, |_, _| None);
        for (a, b) in found.iter().zip(&bald) {
            assert!((a / b - 1.0).abs() < 0.05, "{a} {b}");
        }
    }
}
