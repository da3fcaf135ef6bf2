//! A page as it lies flat.

use crate::image::{Picture, Window, rgb_window};

use super::{Corners, Homography};

/// How much of what lies about the page is seen with it, as a share of its sides: the edges that were found are some pixels off.
const MARGIN: f64 = 0.015;
/// A page that is smaller is enlarged, up to this: print of a few pixels is found, but not read, by enlarging it more.
const LARGEST: f64 = 2.0;

/// RGB bytes of `width x height`, and where their pixels come from.
pub(crate) struct View {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) rgb: Vec<u8>,
    pub(crate) to_picture: Homography,
}

/// Lengths of the upper and lower, and of the left and right side, on average.
pub(crate) fn sides(corners: &Corners) -> [f64; 2] {
    let length =
        |from: usize, to: usize| (corners[to][0] - corners[from][0]).hypot(corners[to][1] - corners[from][1]);
    [f64::midpoint(length(0, 1), length(3, 2)), f64::midpoint(length(0, 3), length(1, 2))]
}

impl View {
    /// The page with its longest side at most `longest`, sides rounded to multiples of `step`.
    pub(crate) fn of(
        picture: &Picture,
        resizer: &mut fast_image_resize::Resizer,
        corners: &Corners,
        (longest, step): (u32, usize),
    ) -> Option<Self> {
        let [wide, high] = sides(corners).map(|side| side * (1.0 + 2.0 * MARGIN));
        let scale = (f64::from(longest) / wide.max(high)).min(LARGEST);
        let to = |side: f64| ((side * scale / step as f64).round() as usize).max(1) * step;
        let (width, height) = (to(wide), to(high));
        let (w, h) = (width as f64, height as f64);
        let (left, top) = (w * MARGIN / (1.0 + 2.0 * MARGIN), h * MARGIN / (1.0 + 2.0 * MARGIN));
        let flat = [[left, top], [w - left, top], [w - left, h - top], [left, h - top]];
        let to_picture = Homography::between(flat, *corners)?;
        // What is about the page is cut out and reduced first: sampling it pixel by pixel would lose thin strokes between.
        let around = [[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]].map(|corner| to_picture.map(corner));
        let extreme = |i: usize, pick: fn(f64, f64) -> f64, from: f64| {
            around.iter().map(|corner| corner[i]).fold(from, pick)
        };
        let (x, y) = (extreme(0, f64::min, f64::INFINITY), extreme(1, f64::min, f64::INFINITY));
        let (right, bottom) = (extreme(0, f64::max, -f64::INFINITY), extreme(1, f64::max, -f64::INFINITY));
        let window = Window { x, y, width: right - x, height: bottom - y }.clamped(picture);
        let reduced = scale.min(1.0);
        let side = |length: f64| ((length * reduced).round() as u32).clamp(1, 4096);
        let (cut_width, cut_height) = (side(window.width), side(window.height));
        let cut = rgb_window(picture, resizer, window, cut_width, cut_height);
        let factor = [f64::from(cut_width) / window.width, f64::from(cut_height) / window.height];
        let mut rgb = Vec::with_capacity(width * height * 3);
        for row in 0..height {
            for column in 0..width {
                let [x, y] = to_picture.map([column as f64 + 0.5, row as f64 + 0.5]);
                let at = [(x - window.x) * factor[0], (y - window.y) * factor[1]];
                rgb.extend(bilinear(&cut, (cut_width as usize, cut_height as usize), at));
            }
        }
        Some(Self { width, height, rgb, to_picture })
    }
}

/// Positions are in pixels with pixel centres at halves. Outside is like the edge.
fn bilinear(rgb: &[u8], (width, height): (usize, usize), [x, y]: [f64; 2]) -> [u8; 3] {
    let x = (x - 0.5).clamp(0.0, (width - 1) as f64) as f32;
    let y = (y - 0.5).clamp(0.0, (height - 1) as f64) as f32;
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (fx, fy) = (x - left as f32, y - top as f32);
    let pixel = |x: usize, y: usize| &rgb[(y * width + x) * 3..][..3];
    let (a, b, c, d) = (pixel(left, top), pixel(right, top), pixel(left, bottom), pixel(right, bottom));
    std::array::from_fn(|i| {
        let upper = f32::from(a[i]) + (f32::from(b[i]) - f32::from(a[i])) * fx;
        let lower = f32::from(c[i]) + (f32::from(d[i]) - f32::from(c[i])) * fx;
        (upper + (lower - upper) * fy + 0.5) as u8
    })
}
