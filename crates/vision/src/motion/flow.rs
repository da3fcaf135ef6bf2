//! One point from one frame into the next.

use super::grey::{Grey, HALF, Pyramid};

/// Steps of Gauss and Newton per level; most points need three.
const STEPS: usize = 8;
/// A step shorter than this, in pixels, is the last.
const SHORT: f32 = 0.02;
/// Least determinant of the structure tensor: below it the window shows an edge or nothing.
const LEAST_DETERMINANT: f32 = 1e-2;
/// Most mean difference between the windows at the end, in grey levels: beyond, another thing is seen.
const MOST_DIFFERENCE: f32 = 22.0;
const SIDE: usize = 2 * HALF + 1;

/// Where the point of `from` is in `to`; `None` when it has left the picture or cannot be told.
pub(super) fn follow(from: &Pyramid, to: &Pyramid, point: (f32, f32)) -> Option<(f32, f32)> {
    let mut shift = (0.0_f32, 0.0_f32);
    for level in (0..from.count()).rev() {
        let scale = (1 << level) as f32;
        let at = (point.0 / scale, point.1 / scale);
        let found = refine(from.level(level), to.level(level), at, shift);
        match found {
            Some(refined) => shift = refined,
            // Small levels have wide margins: what is too near their border is looked for in the finer ones.
            None if level > 0 => {}
            None => return None,
        }
        if level > 0 {
            shift = (shift.0 * 2.0, shift.1 * 2.0);
        }
    }
    let there = (point.0 + shift.0, point.1 + shift.1);
    let similar = difference(from.base(), to.base(), point, there)? <= MOST_DIFFERENCE;
    similar.then_some(there)
}

fn refine(from: &Grey, to: &Grey, at: (f32, f32), start: (f32, f32)) -> Option<(f32, f32)> {
    if !from.holds(at.0, at.1) {
        return None;
    }
    let mut window = [0.0_f32; SIDE * SIDE];
    let mut gradients = [(0.0_f32, 0.0_f32); SIDE * SIDE];
    let (mut xx, mut xy, mut yy) = (0.0_f32, 0.0_f32, 0.0_f32);
    for row in 0..SIDE {
        for column in 0..SIDE {
            let x = at.0 + column as f32 - HALF as f32;
            let y = at.1 + row as f32 - HALF as f32;
            let gx = (from.at(x + 1.0, y) - from.at(x - 1.0, y)) / 2.0;
            let gy = (from.at(x, y + 1.0) - from.at(x, y - 1.0)) / 2.0;
            let index = row * SIDE + column;
            window[index] = from.at(x, y);
            gradients[index] = (gx, gy);
            xx += gx * gx;
            xy += gx * gy;
            yy += gy * gy;
        }
    }
    let determinant = xx * yy - xy * xy;
    if determinant < LEAST_DETERMINANT {
        return None;
    }
    let mut shift = start;
    for _ in 0..STEPS {
        let (cx, cy) = (at.0 + shift.0, at.1 + shift.1);
        if !to.holds(cx, cy) {
            return None;
        }
        let (mut bx, mut by) = (0.0_f32, 0.0_f32);
        for row in 0..SIDE {
            for column in 0..SIDE {
                let index = row * SIDE + column;
                let there = to.at(cx + column as f32 - HALF as f32, cy + row as f32 - HALF as f32);
                let off = window[index] - there;
                bx += off * gradients[index].0;
                by += off * gradients[index].1;
            }
        }
        let step = ((yy * bx - xy * by) / determinant, (xx * by - xy * bx) / determinant);
        shift = (shift.0 + step.0, shift.1 + step.1);
        if step.0.hypot(step.1) < SHORT {
            break;
        }
    }
    (shift.0.is_finite() && shift.1.is_finite()).then_some(shift)
}

fn difference(from: &Grey, to: &Grey, a: (f32, f32), b: (f32, f32)) -> Option<f32> {
    if !from.holds(a.0, a.1) || !to.holds(b.0, b.1) {
        return None;
    }
    let mut sum = 0.0;
    for row in 0..SIDE {
        for column in 0..SIDE {
            let (dx, dy) = (column as f32 - HALF as f32, row as f32 - HALF as f32);
            sum += (from.at(a.0 + dx, a.1 + dy) - to.at(b.0 + dx, b.1 + dy)).abs();
        }
    }
    Some(sum / (SIDE * SIDE) as f32)
}
