//! A line of text cut out of the picture, straightened, at the recogniser's height.

use std::cell::OnceCell;

use crate::image::Picture;

use super::band::TextLine;
use super::grey::Grey;

/// How a line is cut out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct StripShape {
    /// Height of the strip against the thickness of the line.
    pub(crate) height: f64,
    /// Horizontal scale against the vertical one: below 1 the characters are squeezed.
    pub(crate) squeeze: f64,
}

/// RGB bytes of `width x height`.
pub(crate) struct Strip {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) rgb: Vec<u8>,
}

/// Widths are multiples of this: the recogniser has a column of answers per 8 pixels, and the engine plans for each new width.
const WIDTH_STEP: usize = 32;
/// A strip is never wider: time and memory grow with it. Longer lines are squeezed more.
const MAX_WIDTH: usize = 1600;

/// Cuts a line out. Thickness and direction change along it as the line says; a margin of one thickness is left at both ends.
pub(crate) fn strip(picture: &Picture, line: &TextLine, height: usize, shape: StripShape) -> Strip {
    let mut rgb = Vec::new();
    let width = cut(
        line,
        height,
        shape,
        |x, y| sample(picture, x, y),
        |colour: [f32; 3]| {
            rgb.extend(colour.map(|value| (value + 0.5) as u8));
        },
    );
    Strip { width, height, rgb }
}

/// A strip in brightness alone, one byte per pixel.
pub(crate) struct GreyStrip {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) values: Vec<u8>,
}

/// A picture in brightness alone, and reduced to half for lines that are large in it: a strip of those is cut in a quarter of the time.
pub(crate) struct Brightness {
    whole: Grey,
    half: OnceCell<Grey>,
}

impl Brightness {
    pub(crate) fn of(picture: &Picture) -> Self {
        Self { whole: Grey::whole(picture), half: OnceCell::new() }
    }
}

/// Cuts a line out as [`strip`] does, of a picture in brightness alone.
pub(crate) fn grey_strip(from: &Brightness, line: &TextLine, height: usize, shape: StripShape) -> GreyStrip {
    let (_, [along, across]) = reductions(line, height, shape);
    let (grey, line) = if along.min(across) >= 2.0 {
        (from.half.get_or_init(|| from.whole.halved()), line.halved())
    } else {
        (&from.whole, *line)
    };
    let mut values = Vec::new();
    let width = cut(
        &line,
        height,
        shape,
        |x, y| [grey.sample(x as f32, y as f32)],
        |[value]: [f32; 1]| {
            values.push((value + 0.5) as u8);
        },
    );
    GreyStrip { width, height, values }
}

/// Width of the strip, and pixels of the picture per pixel of it along the line and across.
fn reductions(line: &TextLine, height: usize, shape: StripShape) -> (usize, [f64; 2]) {
    let thickness = line.mean_thickness().max(1.0);
    let length = line.length() + 2.0 * thickness;
    let natural = length / (thickness * shape.height) * height as f64 * shape.squeeze;
    let width = ((natural / WIDTH_STEP as f64).round() as usize * WIDTH_STEP).clamp(WIDTH_STEP, MAX_WIDTH);
    (width, [length / width as f64, thickness * shape.height / height as f64])
}

/// Samples a line row by row and gives each pixel to `push`; returns the width.
fn cut<const N: usize>(
    line: &TextLine,
    height: usize,
    shape: StripShape,
    sample: impl Fn(f64, f64) -> [f32; N],
    mut push: impl FnMut([f32; N]),
) -> usize {
    let (width, [along, across]) = reductions(line, height, shape);
    let margin = line.mean_thickness().max(1.0) / line.length().max(1.0);
    let (first, span) = (-margin, 1.0 + 2.0 * margin);
    // Several samples per pixel where the strip shrinks the picture, so that no stroke falls between them.
    let (across, down) = (samples(along), samples(across));
    let columns: Vec<_> = (0..width * across)
        .map(|column| {
            let t = first + span * (column as f64 + 0.5) / (width * across) as f64;
            place(line, t)
        })
        .collect();
    let count = (across * down) as f32;
    for y in 0..height {
        for x in 0..width {
            let mut sum = [0.0_f32; N];
            for sub in 0..down {
                let v = ((y * down + sub) as f64 + 0.5) / (height * down) as f64 - 0.5;
                for (point, normal, thickness) in &columns[x * across..(x + 1) * across] {
                    let off = v * shape.height * thickness;
                    let value = sample(point[0] + normal[0] * off, point[1] + normal[1] * off);
                    for (sum, value) in sum.iter_mut().zip(value) {
                        *sum += value;
                    }
                }
            }
            push(sum.map(|value| value / count));
        }
    }
    width
}

fn samples(reduction: f64) -> usize {
    (reduction.ceil() as usize).clamp(1, 4)
}

/// The point of the line at `t`, the unit vector downwards there, and the thickness.
fn place(line: &TextLine, t: f64) -> ([f64; 2], [f64; 2], f64) {
    // The derivative of the parabola through the three points.
    let (da, db, dc) = (4.0 * t - 3.0, 4.0 - 8.0 * t, 4.0 * t - 1.0);
    let mix = |i: usize, a: f64, b: f64, c: f64| a * line.from[i] + b * line.middle[i] + c * line.to[i];
    let (tx, ty) = (mix(0, da, db, dc), mix(1, da, db, dc));
    let norm = tx.hypot(ty).max(1e-9);
    let thickness = line.thickness[0] + (line.thickness[1] - line.thickness[0]) * t.clamp(0.0, 1.0);
    (line.point(t), [-ty / norm, tx / norm], thickness)
}

/// Bilinear; positions are in pixels with pixel centres at halves. Outside is like the edge.
pub(super) fn sample(picture: &Picture, x: f64, y: f64) -> [f32; 3] {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let x = (x - 0.5).clamp(0.0, (width - 1) as f64) as f32;
    let y = (y - 0.5).clamp(0.0, (height - 1) as f64) as f32;
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (fx, fy) = (x - left as f32, y - top as f32);
    let rgb = picture.rgb();
    let pixel = |x: usize, y: usize| &rgb[(y * width + x) * 3..][..3];
    let (a, b, c, d) = (pixel(left, top), pixel(right, top), pixel(left, bottom), pixel(right, bottom));
    std::array::from_fn(|i| {
        let upper = f32::from(a[i]) + (f32::from(b[i]) - f32::from(a[i])) * fx;
        let lower = f32::from(c[i]) + (f32::from(d[i]) - f32::from(c[i])) * fx;
        upper + (lower - upper) * fy
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Red grows to the right, green downwards.
    fn gradient() -> Picture {
        let rgb = (0..200_u8).flat_map(|y| (0..250_u8).flat_map(move |x| [x, y, 9])).collect();
        Picture::from_rgb(250, 200, rgb).unwrap()
    }

    #[test]
    fn a_large_line_is_cut_from_the_halved_picture_as_from_the_whole_one() {
        let line = TextLine {
            from: [30.0, 100.0],
            middle: [120.0, 100.0],
            to: [210.0, 100.0],
            thickness: [60.0, 60.0],
        };
        let from = Brightness::of(&gradient());
        let small = grey_strip(&from, &line, 20, PLAIN);
        let whole = cut_whole(&from, &line);
        assert!(from.half.get().is_some() && small.values.len() == whole.len());
        let apart = small.values.iter().zip(&whole).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(apart <= Some(2), "{apart:?}");
    }

    fn cut_whole(from: &Brightness, line: &TextLine) -> Vec<u8> {
        let mut values = Vec::new();
        let sample = |x, y| [from.whole.sample(x as f32, y as f32)];
        cut(line, 20, PLAIN, sample, |[value]: [f32; 1]| values.push((value + 0.5) as u8));
        values
    }

    const PLAIN: StripShape = StripShape { height: 1.5, squeeze: 1.0 };

    #[test]
    fn a_level_line_keeps_its_rows_and_an_upside_down_one_reverses_them() {
        let line = TextLine {
            from: [40.0, 100.0],
            middle: [120.0, 100.0],
            to: [200.0, 100.0],
            thickness: [20.0, 20.0],
        };
        let cut = strip(&gradient(), &line, 30, PLAIN);
        assert_eq!(cut.rgb.len(), cut.width * cut.height * 3);
        let pixel =
            |cut: &Strip, x: usize, y: usize| [0, 1].map(|i| f64::from(cut.rgb[(y * cut.width + x) * 3 + i]));
        let [x, y] = pixel(&cut, 0, 0);
        assert!((x - 20.0).abs() < 1.5 && (y - 85.0).abs() < 1.5, "{x} {y}");
        let [x, y] = pixel(&cut, cut.width - 1, 29);
        assert!((x - 219.0).abs() < 1.5 && (y - 114.0).abs() < 1.5, "{x} {y}");

        let turned = strip(&gradient(), &line.turned(), 30, PLAIN);
        let [x, y] = pixel(&turned, 0, 0);
        assert!((x - 219.0).abs() < 1.5 && (y - 114.0).abs() < 1.5, "{x} {y}");
    }

    #[test]
    fn a_line_that_reads_downwards_has_its_top_on_the_right() {
        let line = TextLine {
            from: [120.0, 40.0],
            middle: [120.0, 100.0],
            to: [120.0, 160.0],
            thickness: [20.0, 20.0],
        };
        let cut = strip(&gradient(), &line, 30, PLAIN);
        assert!(cut.rgb[0] > 130 && cut.rgb[1] < 24, "{:?}", &cut.rgb[..3]);
    }
}
