//! From a picture to what a network is fed: windows, letter boxes and warps, and their conversion to planes of floats.

use fast_image_resize as fir;
use selfsame_domain::Rect;

use super::Picture;
use crate::inference::{InputSpec, PlaneOrder};

/// A rectangle in pixels of the picture; may lie partly outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Window {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Window {
    pub(crate) fn whole(picture: &Picture) -> Self {
        Self { x: 0.0, y: 0.0, width: f64::from(picture.width()), height: f64::from(picture.height()) }
    }

    /// The part inside the picture, at least one pixel large.
    pub(crate) fn clamped(self, picture: &Picture) -> Self {
        let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
        let left = self.x.clamp(0.0, width - 1.0);
        let top = self.y.clamp(0.0, height - 1.0);
        let right = (self.x + self.width).clamp(left + 1.0, width);
        let bottom = (self.y + self.height).clamp(top + 1.0, height);
        Self { x: left, y: top, width: right - left, height: bottom - top }
    }
}

/// The window, cut at the picture's edges, squashed to `width x height` RGB bytes.
pub(crate) fn rgb_window(
    picture: &Picture,
    resizer: &mut fir::Resizer,
    window: Window,
    width: u32,
    height: u32,
) -> Vec<u8> {
    let w = window.clamped(picture);
    picture.resample(resizer, (w.x, w.y, w.width, w.height), width, height)
}

/// A window fitted into a canvas: squashed by at most a given factor, what remains is padded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LetterBox {
    window: Window,
    canvas: (u32, u32),
    content: (u32, u32),
    offset: (u32, u32),
}

/// Plans a letter box. `max_stretch` is the largest ratio between horizontal and vertical scale (1 keeps
/// proportions); `fill` the share of the canvas that may be used.
pub(crate) fn letter_box(window: Window, canvas: (u32, u32), max_stretch: f64, fill: f64) -> LetterBox {
    let (cw, ch) = (f64::from(canvas.0), f64::from(canvas.1));
    let (sx, sy) = (fill * cw / window.width, fill * ch / window.height);
    let (sx, sy) = (sx.min(sy * max_stretch), sy.min(sx * max_stretch));
    let fit = |scaled: f64, side: u32| to_side(scaled).clamp(1, side);
    let content = (fit(window.width * sx, canvas.0), fit(window.height * sy, canvas.1));
    let offset = ((canvas.0 - content.0) / 2, (canvas.1 - content.1) / 2);
    LetterBox { window, canvas, content, offset }
}

fn to_side(value: f64) -> u32 {
    value.round().max(0.0) as u32
}

impl LetterBox {
    /// The canvas as RGB bytes; padding is mid-grey, which the detector's normalisation makes 0.
    pub(crate) fn render(&self, picture: &Picture, resizer: &mut fir::Resizer) -> Vec<u8> {
        let inside = rgb_window(picture, resizer, self.window, self.content.0, self.content.1);
        if self.content == self.canvas {
            return inside;
        }
        let stride = self.canvas.0 as usize * 3;
        let row_bytes = self.content.0 as usize * 3;
        let mut canvas = vec![127; stride * self.canvas.1 as usize];
        for (row, pixels) in inside.chunks_exact(row_bytes).enumerate() {
            let start = (row + self.offset.1 as usize) * stride + self.offset.0 as usize * 3;
            canvas[start..start + row_bytes].copy_from_slice(pixels);
        }
        canvas
    }

    /// Pixels of the picture for a point given as fractions of the canvas.
    pub(crate) fn to_picture(self, x: f32, y: f32) -> (f64, f64) {
        let px = f64::from(x) * f64::from(self.canvas.0) - f64::from(self.offset.0);
        let py = f64::from(y) * f64::from(self.canvas.1) - f64::from(self.offset.1);
        (
            self.window.x + px * self.window.width / f64::from(self.content.0),
            self.window.y + py * self.window.height / f64::from(self.content.1),
        )
    }
}

/// Luma of ITU-R BT.601, 0..=255, of interleaved RGB bytes.
pub(crate) fn grey_bytes(rgb: &[u8]) -> Vec<u8> {
    let luma =
        |p: &[u8]| (u32::from(p[0]) * 299 + u32::from(p[1]) * 587 + u32::from(p[2]) * 114 + 500) / 1000;
    rgb.chunks_exact(3).map(|p| u8::try_from(luma(p)).unwrap_or(u8::MAX)).collect()
}

/// Interleaved RGB bytes of exactly the tensor's size, as the planes that the network expects (`[1, planes, height, width]`).
pub(crate) fn fill_planes(rgb: &[u8], spec: &InputSpec) -> Vec<f32> {
    let area = rgb.len() / 3;
    let table = |plane: usize| -> [f32; 256] {
        let (mean, std) = (spec.mean[plane], spec.std[plane]);
        std::array::from_fn(|value| (f32::from(u8::try_from(value).unwrap_or(u8::MAX)) - mean) / std)
    };
    let channels: &[usize] = match spec.order {
        PlaneOrder::Rgb => &[0, 1, 2],
        PlaneOrder::Bgr => &[2, 1, 0],
        PlaneOrder::Grey => {
            let lookup = table(0);
            return grey_bytes(rgb).into_iter().map(|value| lookup[usize::from(value)]).collect();
        }
    };
    let mut planes = vec![0.0; area * channels.len()];
    for (plane, (target, &channel)) in planes.chunks_exact_mut(area).zip(channels).enumerate() {
        let lookup = table(plane);
        for (value, pixel) in target.iter_mut().zip(rgb.as_chunks::<3>().0) {
            *value = lookup[usize::from(pixel[channel])];
        }
    }
    planes
}

/// A similarity from pixels of a picture to pixels of an aligned crop: `x' = a x - b y + tx`, `y' = b x + a y + ty`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Similarity {
    pub(crate) a: f64,
    pub(crate) b: f64,
    pub(crate) tx: f64,
    pub(crate) ty: f64,
}

impl Similarity {
    /// Pixels of the crop per pixel of the picture.
    pub(crate) fn scale(&self) -> f64 {
        self.a.hypot(self.b)
    }

    /// The picture's point that lands on a point of the crop.
    pub(crate) fn source(&self, x: f64, y: f64) -> (f64, f64) {
        let square = self.a * self.a + self.b * self.b;
        let (x, y) = (x - self.tx, y - self.ty);
        ((self.a * x + self.b * y) / square, (self.a * y - self.b * x) / square)
    }

    /// The upright box in the picture about one of the crop.
    pub(crate) fn source_box(&self, rect: Rect) -> Rect {
        let (right, bottom) = (rect.x + rect.width, rect.y + rect.height);
        let corners = [(rect.x, rect.y), (right, rect.y), (rect.x, bottom), (right, bottom)]
            .map(|(x, y)| self.source(f64::from(x), f64::from(y)));
        let low = corners.iter().fold((f64::MAX, f64::MAX), |m, c| (m.0.min(c.0), m.1.min(c.1)));
        let high = corners.iter().fold((f64::MIN, f64::MIN), |m, c| (m.0.max(c.0), m.1.max(c.1)));
        let (width, height) = (high.0 - low.0, high.1 - low.1);
        Rect { x: low.0 as f32, y: low.1 as f32, width: width as f32, height: height as f32 }
    }
}

/// The square crop of `side` pixels that the similarity aligns, RGB bytes; black outside the picture, as the embedder was
/// trained. Points are pixel centres, whole numbers at the centre of a pixel.
pub(crate) fn warp_similarity(
    picture: &Picture,
    resizer: &mut fir::Resizer,
    map: &Similarity,
    side: u32,
) -> Vec<u8> {
    warp_onto(picture, resizer, map, (side, side))
}

/// The same for a canvas of any width and height.
///
/// What is much larger than the canvas is reduced first, so that the bilinear step never skips pixels.
pub(crate) fn warp_onto(
    picture: &Picture,
    resizer: &mut fir::Resizer,
    map: &Similarity,
    side: (u32, u32),
) -> Vec<u8> {
    let reduction = (1.0 / map.scale()).floor().clamp(1.0, 64.0);
    if reduction < 2.0 {
        return warp(picture, (0.0, 0.0), 1.0, map, side);
    }
    let last = (f64::from(side.0) - 1.0, f64::from(side.1) - 1.0);
    let corners = [(0.0, 0.0), (last.0, 0.0), (0.0, last.1), last].map(|(x, y)| map.source(x, y));
    let low = corners.iter().fold((f64::MAX, f64::MAX), |m, c| (m.0.min(c.0), m.1.min(c.1)));
    let high = corners.iter().fold((f64::MIN, f64::MIN), |m, c| (m.0.max(c.0), m.1.max(c.1)));
    let margin = 2.0 * reduction;
    let window = Window {
        x: (low.0 - margin).floor(),
        y: (low.1 - margin).floor(),
        width: (high.0 - low.0 + 2.0 * margin).ceil(),
        height: (high.1 - low.1 + 2.0 * margin).ceil(),
    }
    .clamped(picture);
    let (width, height) =
        (to_side(window.width / reduction).max(1), to_side(window.height / reduction).max(1));
    let reduced = rgb_window(picture, resizer, window, width, height);
    match Picture::from_rgb(width, height, reduced) {
        Some(reduced) => warp(&reduced, (window.x, window.y), window.width / f64::from(width), map, side),
        None => vec![0; side.0 as usize * side.1 as usize * 3],
    }
}

/// `picture` is the part of a larger one that begins at `origin` and was reduced by `step`.
fn warp(picture: &Picture, origin: (f64, f64), step: f64, map: &Similarity, side: (u32, u32)) -> Vec<u8> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let stride = width * 3;
    let rgb = picture.rgb();
    let pixel = |x: isize, y: isize| -> [f32; 3] {
        match (usize::try_from(x), usize::try_from(y)) {
            (Ok(x), Ok(y)) if x < width && y < height => floats(&rgb[y * stride + x * 3..][..3]),
            _ => [0.0; 3],
        }
    };
    let to_local =
        |(x, y): (f64, f64)| ((x + 0.5 - origin.0) / step - 0.5, (y + 0.5 - origin.1) / step - 0.5);
    let (zero, one) = (map.source(0.0, 0.0), map.source(1.0, 0.0));
    let (dx, dy) = ((one.0 - zero.0) / step, (one.1 - zero.1) / step);
    let mut out = Vec::with_capacity(side.0 as usize * side.1 as usize * 3);
    for row in 0..side.1 {
        let (mut x, mut y) = to_local(map.source(0.0, f64::from(row)));
        for _ in 0..side.0 {
            let (left, top) = (floor(x), floor(y));
            let (fx, fy) = ((x - left as f64) as f32, (y - top as f64) as f32);
            let inside = left >= 0 && top >= 0 && (left as usize) + 1 < width && (top as usize) + 1 < height;
            let [a, b, c, d] = if inside {
                let at = top as usize * stride + left as usize * 3;
                let (upper, lower) = (&rgb[at..at + 6], &rgb[at + stride..at + stride + 6]);
                [floats(&upper[..3]), floats(&upper[3..]), floats(&lower[..3]), floats(&lower[3..])]
            } else {
                let (right, bottom) = (left.saturating_add(1), top.saturating_add(1));
                [pixel(left, top), pixel(right, top), pixel(left, bottom), pixel(right, bottom)]
            };
            let mut mixed = [0; 3];
            for (channel, value) in mixed.iter_mut().enumerate() {
                let upper = a[channel] + (b[channel] - a[channel]) * fx;
                let lower = c[channel] + (d[channel] - c[channel]) * fx;
                *value = (upper + (lower - upper) * fy + 0.5) as u8;
            }
            out.extend_from_slice(&mixed);
            x += dx;
            y += dy;
        }
    }
    out
}

/// `f64::floor` is a call into the C library on baseline x86-64. Casts saturate: what is far outside stays outside.
fn floor(value: f64) -> isize {
    let towards_zero = value as isize;
    towards_zero.saturating_sub(isize::from((towards_zero as f64) > value))
}

fn floats(pixel: &[u8]) -> [f32; 3] {
    [f32::from(pixel[0]), f32::from(pixel[1]), f32::from(pixel[2])]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Red grows to the right, green downwards.
    fn gradient(width: u32, height: u32) -> Picture {
        let rgb = (0..height)
            .flat_map(|y| (0..width).flat_map(move |x| [(x % 256) as u8, (y % 256) as u8, 7]))
            .collect();
        Picture::from_rgb(width, height, rgb).unwrap()
    }

    #[test]
    fn a_letter_box_maps_back_to_the_picture() {
        for (width, height) in [(320, 180), (180, 320), (1280, 720), (250, 250), (4000, 30)] {
            let picture = gradient(width, height);
            let plan = letter_box(Window::whole(&picture), (320, 240), 1.34, 1.0);
            let (left, top) = plan.to_picture(plan.offset.0 as f32 / 320.0, plan.offset.1 as f32 / 240.0);
            assert!(left.abs() < 0.01 && top.abs() < 0.01, "{width}x{height}: {left} {top}");
            let (right, bottom) = plan.to_picture(
                (plan.offset.0 + plan.content.0) as f32 / 320.0,
                (plan.offset.1 + plan.content.1) as f32 / 240.0,
            );
            assert!((right - f64::from(width)).abs() < 0.1 && (bottom - f64::from(height)).abs() < 0.1);
            assert_eq!(plan.render(&picture, &mut fir::Resizer::new()).len(), 320 * 240 * 3);
        }
    }

    #[test]
    fn the_identity_warp_copies_and_outside_is_black() {
        let picture = gradient(40, 40);
        let identity = Similarity { a: 1.0, b: 0.0, tx: 0.0, ty: 0.0 };
        let crop = warp_similarity(&picture, &mut fir::Resizer::new(), &identity, 40);
        assert_eq!(crop, picture.rgb());
        let moved = Similarity { tx: 10.0, ..identity };
        let crop = warp_similarity(&picture, &mut fir::Resizer::new(), &moved, 40);
        assert_eq!(&crop[..3], &[0, 0, 0]);
        assert_eq!(&crop[30..33], &[0, 0, 7]);
    }

    #[test]
    fn a_reducing_warp_keeps_positions() {
        // A quarter of the size: the crop's pixel (x, y) shows the picture's (4x + 1.5, 4y + 1.5) when centres align.
        let picture = gradient(200, 200);
        let quarter = Similarity { a: 0.25, b: 0.0, tx: -0.375, ty: -0.375 };
        let crop = warp_similarity(&picture, &mut fir::Resizer::new(), &quarter, 50);
        for (x, y) in [(10_usize, 10_usize), (20, 35), (40, 5)] {
            let pixel = &crop[(y * 50 + x) * 3..][..3];
            assert!((f64::from(pixel[0]) - (4 * x) as f64 - 1.5).abs() <= 1.5, "{x} {y} {pixel:?}");
            assert!((f64::from(pixel[1]) - (4 * y) as f64 - 1.5).abs() <= 1.5, "{x} {y} {pixel:?}");
        }
    }
}
