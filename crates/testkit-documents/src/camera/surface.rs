//! What documents lie on, made from numbers.

use std::f32::consts::TAU;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

use super::{Light, Shot};

/// What the page lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surface {
    /// A scanner's lid: nearly white, nothing on it.
    Lid,
    /// One colour into another.
    Gradient,
    /// A table with its grain.
    Wood,
    /// Woven stripes.
    Cloth,
    /// Sheets with lines of something like print, lying across one another.
    Papers,
}

impl Surface {
    /// The ones of photos.
    pub const CLUTTERED: &[Self] = &[Self::Gradient, Self::Wood, Self::Cloth, Self::Papers];
}

/// The empty table.
pub(crate) fn paint(shot: &Shot) -> Light {
    let (width, height) = (shot.size.0 as usize, shot.size.1 as usize);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(shot.seed ^ 0x7AB1E);
    let mut light = Light { width, height, pixels: vec![[0.94; 3]; width * height] };
    let lump = Noise::new(&mut rng);
    let colour: [f32; 3] = std::array::from_fn(|_| rng.random_range(0.15..0.75));
    let other: [f32; 3] = std::array::from_fn(|_| rng.random_range(0.15..0.75));
    let angle = rng.random_range(0.0..TAU);
    let (sin, cos) = angle.sin_cos();
    let unit = 1.0 / width.max(height) as f32;
    let each = |light: &mut Light, paint: &dyn Fn(f32, f32) -> [f32; 3]| {
        for y in 0..height {
            for x in 0..width {
                *light.at(x, y) = paint(x as f32 * unit, y as f32 * unit);
            }
        }
    };
    match shot.surface {
        Surface::Lid => {}
        Surface::Gradient => each(&mut light, &|x, y| {
            let t = (0.5 + (x - 0.5) * cos + (y - 0.4) * sin + 0.1 * (lump.at(x * 3.0, y * 3.0) - 0.5))
                .clamp(0.0, 1.0);
            mix(colour, other, t)
        }),
        Surface::Wood => {
            let dark = [0.28 + 0.1 * colour[0], 0.17 + 0.08 * colour[1], 0.09 + 0.05 * colour[2]];
            let bright = [0.68, 0.5, 0.32 + 0.1 * colour[2]];
            each(&mut light, &|x, y| {
                let (u, v) = (x * cos + y * sin, y * cos - x * sin);
                let bend = lump.at(u * 1.5, v * 6.0) * 5.0;
                let ring = 0.5 + 0.5 * ((v * 60.0 + bend * 3.0).sin());
                let fibre = lump.at(u * 12.0, v * 350.0);
                let plank = ((v * 5.0).rem_euclid(1.0) - 0.5).abs();
                let gap = if plank > 0.495 { 0.35 } else { 1.0 };
                mix(dark, bright, 0.25 + 0.45 * ring * lump.at(u * 3.0, v * 20.0) + 0.3 * fibre)
                    .map(|c| c * gap)
            });
        }
        Surface::Cloth => {
            let (wide, narrow) = (rng.random_range(8.0..20.0), rng.random_range(2.0..7.0));
            each(&mut light, &|x, y| {
                let (u, v) = (x * cos + y * sin, y * cos - x * sin);
                let weave = 0.5 + 0.25 * (u * 900.0).sin() + 0.25 * (v * 900.0).sin();
                let stripe = ((u * wide).rem_euclid(1.0) < 0.4) ^ ((v * narrow).rem_euclid(1.0) < 0.25);
                let base = if stripe { colour } else { other };
                let fold = 0.75 + 0.5 * lump.at(u * 2.0 + 3.0, v * 2.5);
                base.map(|c| c * (0.8 + 0.4 * weave) * fold)
            });
        }
        Surface::Papers => {
            each(&mut light, &|x, y| {
                let shade = 0.85 + 0.3 * lump.at(x * 4.0, y * 4.0);
                colour.map(|c| c * shade)
            });
            for _ in 0..rng.random_range(4..9) {
                sheet(&mut light, &mut rng, unit);
            }
        }
    }
    light
}

/// A sheet of paper with blocks of lines, some of words.
fn sheet(light: &mut Light, rng: &mut Xoshiro256PlusPlus, unit: f32) {
    let (cx, cy) = (rng.random_range(0.0..1.0_f32), rng.random_range(0.0..0.8_f32));
    let (w, h) = (rng.random_range(0.15..0.45_f32), rng.random_range(0.15..0.45_f32));
    let (sin, cos) = rng.random_range(0.0..TAU).sin_cos();
    let tone = rng.random_range(0.8..0.98_f32);
    let tint: [f32; 3] = std::array::from_fn(|_| tone * rng.random_range(0.9..1.0_f32));
    let pitch = rng.random_range(0.008..0.02_f32);
    let words = Noise::new(rng);
    for y in 0..light.height {
        for x in 0..light.width {
            let (dx, dy) = (x as f32 * unit - cx, y as f32 * unit - cy);
            let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
            if u.abs() > w / 2.0 || v.abs() > h / 2.0 {
                continue;
            }
            let line = (v / pitch).floor();
            let inner = u.abs() < w * 0.42 && v.abs() < h * 0.42;
            let stroke = (v / pitch).rem_euclid(1.0) < 0.45 && words.at(u * 260.0, line * 7.3) > 0.42;
            let ink = inner && stroke && words.at(u * 40.0, line * 3.1) > 0.35;
            *light.at(x, y) = if ink { [0.2; 3] } else { tint };
        }
    }
}

fn mix(from: [f32; 3], to: [f32; 3], t: f32) -> [f32; 3] {
    std::array::from_fn(|c| from[c] + (to[c] - from[c]) * t)
}

/// Smooth noise of 0–1 on a lattice of random values that repeats every 256 cells.
pub(crate) struct Noise(Vec<f32>);

impl Noise {
    pub(crate) fn new(rng: &mut Xoshiro256PlusPlus) -> Self {
        Self((0..65_536).map(|_| rng.random_range(0.0..1.0)).collect())
    }

    pub(crate) fn at(&self, x: f32, y: f32) -> f32 {
        let (column, row) = (x.floor(), y.floor());
        let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
        let (tx, ty) = (smooth(x - column), smooth(y - row));
        let value = |dx: i32, dy: i32| {
            let (cell_x, cell_y) = ((column as i32 + dx) & 255, (row as i32 + dy) & 255);
            self.0[(cell_y * 256 + cell_x) as usize]
        };
        let above = value(0, 0) + (value(1, 0) - value(0, 0)) * tx;
        let below = value(0, 1) + (value(1, 1) - value(0, 1)) * tx;
        above + (below - above) * ty
    }
}
