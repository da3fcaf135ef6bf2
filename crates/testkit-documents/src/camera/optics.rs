//! Light, lens and sensor.

use image::{Rgb, RgbImage};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use super::surface::Noise;
use super::{Homography, Light, Shot, geometry, unit};

/// How far a page lifts from the table, as a share of the photo's longer side: the width of its own shadow's edge.
const LIFT: f32 = 0.006;

/// The page's own shadow on the table, below and right of it.
pub(crate) fn shade_below(light: &mut Light, shot: &Shot, homography: &Homography, page: (u32, u32)) {
    if shot.shadow == 0.0 {
        return;
    }
    let offset = LIFT * light.width.max(light.height) as f32;
    let corners = geometry::frame(page).map(|corner| homography.map(corner));
    let (low, high) = bounds(&corners, light, offset * 3.0);
    for y in low[1]..high[1] {
        for x in low[0]..high[0] {
            let point = [x as f32 + 0.5 - offset, y as f32 + 0.5 - offset];
            let distance = outside(&corners, point);
            let dark = (0.35 + 0.5 * shot.shadow) * (1.0 - distance / offset).clamp(0.0, 1.0);
            *light.at(x, y) = light.at(x, y).map(|c| c * (1.0 - dark));
        }
    }
}

/// Distance of a point from a convex shape, roughly: 0 inside.
fn outside(corners: &[[f32; 2]; 4], [x, y]: [f32; 2]) -> f32 {
    let mut furthest: f32 = 0.0;
    for at in 0..4 {
        let ([ax, ay], [bx, by]) = (corners[at], corners[(at + 1) % 4]);
        let (dx, dy) = (bx - ax, by - ay);
        let length = dx.hypot(dy).max(1e-6);
        furthest = furthest.max((dy * (x - ax) - dx * (y - ay)) / length);
    }
    furthest
}

fn bounds(corners: &[[f32; 2]; 4], light: &Light, margin: f32) -> ([usize; 2], [usize; 2]) {
    let sizes = [light.width, light.height];
    let end = |axis: usize, pick: fn(f32, f32) -> f32, start: f32| {
        corners.iter().fold(start, |end, corner| pick(end, corner[axis]))
    };
    let low = [0, 1].map(|axis| (end(axis, f32::min, f32::MAX) - margin).max(0.0) as usize);
    let high =
        [0, 1].map(|axis| ((end(axis, f32::max, f32::MIN) + margin).max(0.0) as usize + 1).min(sizes[axis]));
    (low, high)
}

/// Puts the page onto the table. Each pixel of the photo is the mean of a grid of points in the page, fine enough that none of the
/// page's pixels is skipped.
pub(crate) fn lay(light: &mut Light, page: &RgbImage, homography: &Homography) {
    let corners = geometry::frame(page.dimensions()).map(|corner| homography.map(corner));
    let back = homography.inverse();
    let (low, high) = bounds(&corners, light, 1.0);
    let step = |from: [f32; 2], to: [f32; 2]| (to[0] - from[0]).hypot(to[1] - from[1]);
    let shortest = (0..4).map(|at| {
        step(corners[at], corners[(at + 1) % 4])
            / if at % 2 == 0 { page.width() as f32 } else { page.height() as f32 }
    });
    let samples = (1.0 / shortest.fold(f32::MAX, f32::min)).ceil().clamp(2.0, 6.0) as usize;
    let share = 1.0 / (samples * samples) as f32;
    let straight = samples == 2 && is_copy(homography);
    for y in low[1]..high[1] {
        for x in low[0]..high[0] {
            if straight {
                if let Some(pixel) = page.get_pixel_checked(x as u32, y as u32) {
                    *light.at(x, y) = unit(*pixel);
                }
                continue;
            }
            let (mut sum, mut covered) = ([0.0; 3], 0.0);
            for sub in 0..samples * samples {
                let offset = |at: usize| (at as f32 + 0.5) / samples as f32;
                let point = [x as f32 + offset(sub % samples), y as f32 + offset(sub / samples)];
                let [px, py] = back.map(point);
                if let Some(value) = sample(page, px, py) {
                    covered += share;
                    for c in 0..3 {
                        sum[c] += value[c] * share;
                    }
                }
            }
            let below = light.at(x, y);
            *below = std::array::from_fn(|c| sum[c] + below[c] * (1.0 - covered));
        }
    }
}

/// The page goes into the photo pixel by pixel.
fn is_copy(homography: &Homography) -> bool {
    let identity = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    homography
        .rows()
        .iter()
        .flatten()
        .zip(identity.iter().flatten())
        .all(|(one, other): (&f64, &f64)| (one - other).abs() < 1e-6)
}

/// Bilinear; `None` outside of the page.
fn sample(page: &RgbImage, x: f32, y: f32) -> Option<[f32; 3]> {
    let (width, height) = page.dimensions();
    if !(0.0..width as f32).contains(&x) || !(0.0..height as f32).contains(&y) {
        return None;
    }
    let (x, y) = ((x - 0.5).max(0.0), (y - 0.5).max(0.0));
    let (left, top) = (x as u32, y as u32);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (tx, ty) = (x - left as f32, y - top as f32);
    let pixel = |x: u32, y: u32| unit(*page.get_pixel(x, y));
    let (a, b, c, d) = (pixel(left, top), pixel(right, top), pixel(left, bottom), pixel(right, bottom));
    Some(std::array::from_fn(|i| {
        let above = a[i] + (b[i] - a[i]) * tx;
        let below = c[i] + (d[i] - c[i]) * tx;
        above + (below - above) * ty
    }))
}

/// Shadow over table and page alike, and the glare spot.
pub(crate) fn illuminate(light: &mut Light, shot: &Shot) {
    if shot.shadow == 0.0 && shot.glare == 0.0 {
        return;
    }
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(shot.seed ^ 0x11647);
    let lump = Noise::new(&mut rng);
    let (sin, cos) = rng.random_range(0.0..std::f32::consts::TAU).sin_cos();
    let edge = rng.random_range(-0.15..0.15);
    let soft = rng.random_range(0.03..0.25);
    let (gx, gy) = (rng.random_range(0.3..0.7_f32), rng.random_range(0.3..0.7_f32));
    let (gw, gh) = (rng.random_range(0.05..0.14_f32), rng.random_range(0.03..0.08_f32));
    let (width, height) = (light.width as f32, light.height as f32);
    for y in 0..light.height {
        for x in 0..light.width {
            let (u, v) = (x as f32 / width, y as f32 / height);
            // A hand's or head's edge, wavering.
            let side = (u - 0.5) * cos + (v - 0.5) * sin - edge + 0.12 * (lump.at(u * 3.0, v * 3.0) - 0.5);
            let t = (0.5 + side / soft).clamp(0.0, 1.0);
            let shade = 1.0 - shot.shadow * t * t * (3.0 - 2.0 * t);
            let (dx, dy) = ((u - gx) / gw, (v - gy) / gh);
            let glare = shot.glare * (-(dx * dx + dy * dy)).exp() * 1.2;
            *light.at(x, y) = light.at(x, y).map(|c| c * shade + glare);
        }
    }
}

/// Blurs by a circle of confusion: three passes of a box come close to it at these sizes.
pub(crate) fn defocus(light: &mut Light, shot: &Shot) {
    if shot.defocus <= 0.0 {
        return;
    }
    // Three boxes of this radius spread as a disc of the wanted one does: variance r²/4 = 3 · ((2b + 1)² - 1) / 12.
    let radius = 0.5 * ((shot.defocus * shot.defocus + 1.0).sqrt() - 1.0);
    for _ in 0..3 {
        box_rows(light, radius);
        box_columns(light, radius);
    }
}

/// The mean over `2 * radius + 1` pixels, the outermost ones weighted by the fraction.
fn box_line(line: &[[f32; 3]], out: &mut [[f32; 3]], radius: f32) {
    let whole = radius.floor() as usize;
    let part = radius - whole as f32;
    let last = line.len() - 1;
    let norm = 1.0 / (2.0 * radius + 1.0);
    let at = |index: isize| line[index.clamp(0, last as isize) as usize];
    let reach = whole as isize;
    for c in 0..3 {
        let mut sum: f32 = (-reach..=reach).map(|offset| at(offset)[c]).sum();
        for (index, slot) in out.iter_mut().enumerate() {
            let index = index as isize;
            let ends = at(index - reach - 1)[c] + at(index + reach + 1)[c];
            slot[c] = (sum + part * ends) * norm;
            sum += at(index + reach + 1)[c] - at(index - reach)[c];
        }
    }
}

fn box_rows(light: &mut Light, radius: f32) {
    let mut out = vec![[0.0; 3]; light.width];
    for row in light.pixels.chunks_exact_mut(light.width) {
        box_line(row, &mut out, radius);
        row.copy_from_slice(&out);
    }
}

fn box_columns(light: &mut Light, radius: f32) {
    let (mut column, mut out) = (vec![[0.0; 3]; light.height], vec![[0.0; 3]; light.height]);
    for x in 0..light.width {
        for (y, slot) in column.iter_mut().enumerate() {
            *slot = light.pixels[y * light.width + x];
        }
        box_line(&column, &mut out, radius);
        for (y, value) in out.iter().enumerate() {
            light.pixels[y * light.width + x] = *value;
        }
    }
}

/// Blurs along a straight path.
pub(crate) fn shake(light: &mut Light, shot: &Shot) {
    if shot.shake < 1.0 {
        return;
    }
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(shot.seed ^ 0x5AAE);
    let (sin, cos) = rng.random_range(0.0..std::f32::consts::TAU).sin_cos();
    let steps = shot.shake.ceil() as usize + 1;
    let offsets: Vec<(isize, isize)> = (0..steps)
        .map(|step| {
            let along = shot.shake * (step as f32 / (steps - 1) as f32 - 0.5);
            ((along * cos).round() as isize, (along * sin).round() as isize)
        })
        .collect();
    let share = 1.0 / steps as f32;
    let (width, height) = (light.width as isize, light.height as isize);
    let source = light.pixels.clone();
    for y in 0..height {
        for x in 0..width {
            let mut sum = [0.0; 3];
            for (dx, dy) in &offsets {
                let from = (y + dy).clamp(0, height - 1) * width + (x + dx).clamp(0, width - 1);
                for c in 0..3 {
                    sum[c] += source[from as usize][c] * share;
                }
            }
            light.pixels[(y * width + x) as usize] = sum;
        }
    }
}

/// White balance, noise, eight bits.
pub(crate) fn expose(light: &Light, shot: &Shot) -> RgbImage {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(shot.seed ^ 0x0153);
    let mut picture = RgbImage::new(light.width as u32, light.height as u32);
    // The sum of two dice of width w has variance w²/6.
    let spread = shot.noise * 6.0_f32.sqrt();
    for (pixel, light) in picture.pixels_mut().zip(&light.pixels) {
        // Sensors' noise is about alike in the channels after the demosaic's smoothing; half of it is shared here.
        let dice: u64 = if spread > 0.0 { rng.random() } else { 0 };
        let die = |at: u32| ((dice >> (at * 8)) & 255) as f32 / 255.0 - 0.5;
        *pixel = Rgb(std::array::from_fn(|c| {
            let value = light[c] * shot.white_balance[c] * 255.0;
            let noise = if spread > 0.0 { spread * (die(6) + die(c as u32)) } else { 0.0 };
            (value + noise).round().clamp(0.0, 255.0) as u8
        }));
    }
    picture
}
