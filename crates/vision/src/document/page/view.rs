//! A page as it lies flat.

use crate::image::{Picture, Window, rgb_window};

use super::{Corners, Homography};
use crate::document::strip::sample;

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
        let cut = Picture::from_rgb(cut_width, cut_height, cut)?;
        let factor = [f64::from(cut_width) / window.width, f64::from(cut_height) / window.height];
        let mut rgb = Vec::with_capacity(width * height * 3);
        for row in 0..height {
            for column in 0..width {
                let [x, y] = to_picture.map([column as f64 + 0.5, row as f64 + 0.5]);
                let colour = sample(&cut, (x - window.x) * factor[0], (y - window.y) * factor[1]);
                rgb.extend(colour.map(|value| (value + 0.5) as u8));
            }
        }
        Some(Self { width, height, rgb, to_picture })
    }
}
