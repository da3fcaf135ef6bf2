//! Triangles, a depth buffer, and pictures laid over them.

use selfsame_vision::Picture;

/// A picture to sample from, with ever smaller copies of itself for views from afar.
#[derive(Debug, Clone)]
pub(crate) struct Texture {
    levels: Vec<Level>,
}

/// One copy: pixels padded to four bytes, which fetches faster than three.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<[u8; 4]>,
    /// Where the last pixels on the right and below begin to be interpolated.
    last: [f32; 2],
}

/// Red, green and blue, 0..=255 and not rounded, and nothing: four numbers are one register.
pub(crate) type Colour = [f32; 4];

/// Copies of a texture; the smallest is an eighth as wide.
const LEVELS: usize = 4;

impl Texture {
    pub(crate) fn new(picture: &Picture) -> Self {
        let mut levels = vec![Level::new(picture)];
        while levels.len() < LEVELS && levels[levels.len() - 1].can_be_halved() {
            levels.push(levels[levels.len() - 1].halved());
        }
        Self { levels }
    }

    /// The copy whose pixels are nearest to `texels` pixels of the whole, but not smaller than half.
    pub(crate) fn level_for(&self, texels: f32) -> usize {
        wanted_level(texels).min(self.levels.len() - 1)
    }

    pub(crate) fn level(&self, level: usize) -> &Level {
        &self.levels[level]
    }

    pub(crate) fn width(&self) -> usize {
        self.levels[0].width
    }

    pub(crate) fn height(&self) -> usize {
        self.levels[0].height
    }
}

/// How often a picture is halved until its pixels are nearest to `texels` of its own.
pub(crate) fn wanted_level(texels: f32) -> usize {
    texels.max(1.0).log2().round() as usize
}

impl Level {
    pub(crate) fn new(picture: &Picture) -> Self {
        let pixels = picture.rgb().as_chunks::<3>().0.iter().map(|[r, g, b]| [*r, *g, *b, 0]).collect();
        Self::of(picture.width() as usize, picture.height() as usize, pixels)
    }

    /// Pixels row after row.
    pub(crate) fn of(width: usize, height: usize, pixels: Vec<[u8; 4]>) -> Self {
        Self { width, height, pixels, last: [width as f32 - 1.001, height as f32 - 1.001] }
    }

    const fn can_be_halved(&self) -> bool {
        self.width >= 16 && self.height >= 16
    }

    /// Every pixel the mean of four.
    fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut pixels = Vec::with_capacity(width * height);
        for pair in self.pixels.chunks_exact(2 * self.width).take(height) {
            let (upper, lower) = pair.split_at(self.width);
            let (upper, lower) = (upper.as_chunks::<2>().0, lower.as_chunks::<2>().0);
            pixels.extend(upper.iter().zip(lower).map(|([a, b], [c, d])| {
                std::array::from_fn::<u8, 4, _>(|channel| {
                    let value = |pixel: &[u8; 4]| u16::from(pixel[channel]);
                    ((value(a) + value(b) + value(c) + value(d) + 2) / 4) as u8
                })
            }));
        }
        Self::of(width, height, pixels)
    }

    /// Bilinear, edges repeated. `u`, `v`: 0..1 over the picture. Channels 0..=255.
    #[inline(always)]
    pub(crate) fn sample(&self, u: f32, v: f32) -> Colour {
        self.sample_at(u * self.width as f32 - 0.5, v * self.height as f32 - 0.5)
    }

    /// Bilinear, edges repeated. `x`, `y`: pixels, whole numbers at their centres.
    #[inline(always)]
    pub(crate) fn sample_at(&self, x: f32, y: f32) -> Colour {
        let x = x.max(0.0).min(self.last[0]);
        let y = y.max(0.0).min(self.last[1]);
        // What is left of a whole number in the last bits of a large one, which is cheaper than a conversion. A whole place may be
        // taken for the end of the stretch before it, where the interpolation gives the same.
        let (whole_x, whole_y) = (x - 0.5 + WHOLE, y - 0.5 + WHOLE);
        let (fx, fy) = (x - (whole_x - WHOLE), y - (whole_y - WHOLE));
        let place = |whole: f32| (whole.to_bits() - WHOLE.to_bits()) as usize;
        let start = place(whole_y) * self.width + place(whole_x);
        let (above, below) = (&self.pixels[start..start + 2], &self.pixels[start + self.width..][..2]);
        let value = |pixel: [u8; 4]| pixel.map(f32::from);
        let (a, b, c, d) = (value(above[0]), value(above[1]), value(below[0]), value(below[1]));
        std::array::from_fn(|channel| {
            let top = a[channel] + (b[channel] - a[channel]) * fx;
            let bottom = c[channel] + (d[channel] - c[channel]) * fx;
            top + (bottom - top) * fy
        })
    }
}

/// Added to a number between -2^22 and 2^22 it leaves the nearest whole one (of two as near, the even) in the last bits.
pub(crate) const WHOLE: f32 = 12_582_912.0;

/// A corner of a triangle, as the camera sees it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Corner {
    /// Pixels of the view, whole numbers at the corners of pixels.
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// One over the distance along the camera's axis; 0 or less is behind the camera.
    pub(crate) near: f32,
    pub(crate) u: f32,
    pub(crate) v: f32,
    /// What the light does to the texture's colour: a factor.
    pub(crate) gain: f32,
}

/// What a camera sees, before it is a picture.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) colours: Vec<Colour>,
    /// One over the distance of what is nearest; 0 is infinitely far.
    near: Vec<f32>,
}

impl Frame {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { width, height, colours: vec![[0.0; 4]; width * height], near: vec![0.0; width * height] }
    }

    /// Draws a triangle where it is nearer than what was drawn. `shade(u, v, gain)` colours a point, or leaves a hole.
    #[inline]
    pub(crate) fn triangle(
        &mut self,
        corners: [&Corner; 3],
        mut shade: impl FnMut(f32, f32, f32) -> Option<Colour>,
    ) {
        let [a, b, c] = corners;
        if a.near <= 0.0 || b.near <= 0.0 || c.near <= 0.0 {
            return;
        }
        let area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
        if area.abs() < 1e-9 {
            return;
        }
        let bound = |value: f32, most: usize| value.clamp(0.0, most as f32) as usize;
        let left = bound(a.x.min(b.x).min(c.x).floor(), self.width);
        let right = bound(a.x.max(b.x).max(c.x).ceil(), self.width);
        let top = bound(a.y.min(b.y).min(c.y).floor(), self.height);
        let bottom = bound(a.y.max(b.y).max(c.y).ceil(), self.height);
        let inverse = 1.0 / area;
        for y in top..bottom {
            let py = y as f32 + 0.5;
            for x in left..right {
                let px = x as f32 + 0.5;
                let wb = ((px - a.x) * (c.y - a.y) - (c.x - a.x) * (py - a.y)) * inverse;
                let wc = ((b.x - a.x) * (py - a.y) - (px - a.x) * (b.y - a.y)) * inverse;
                let wa = 1.0 - wb - wc;
                // A hair of overlap: no pixel on a shared edge is left out.
                if wa < -1e-4 || wb < -1e-4 || wc < -1e-4 {
                    continue;
                }
                let near = wa * a.near + wb * b.near + wc * c.near;
                let at = y * self.width + x;
                if near <= self.near[at] {
                    continue;
                }
                // What is linear on the surface is linear in the view once divided by the distance.
                let far = 1.0 / near;
                let (ka, kb, kc) = (wa * a.near * far, wb * b.near * far, wc * c.near * far);
                let shaded = shade(
                    ka * a.u + kb * b.u + kc * c.u,
                    ka * a.v + kb * b.v + kc * c.v,
                    ka * a.gain + kb * b.gain + kc * c.gain,
                );
                if let Some(colour) = shaded {
                    self.near[at] = near;
                    self.colours[at] = colour;
                }
            }
        }
    }

    /// Draws a grid of `columns` x (corners / columns) corners, row after row.
    pub(crate) fn grid(
        &mut self,
        corners: &[Corner],
        columns: usize,
        mut shade: impl FnMut(f32, f32, f32) -> Option<Colour>,
    ) {
        let rows = corners.len() / columns;
        for row in 1..rows {
            for column in 1..columns {
                let at = |dx: usize, dy: usize| &corners[(row - dy) * columns + column - dx];
                for corners in [[at(1, 1), at(0, 1), at(1, 0)], [at(0, 1), at(0, 0), at(1, 0)]] {
                    self.triangle(corners, &mut shade);
                }
            }
        }
    }

    /// Colours what nothing was drawn on. `shade(row, columns, colours)` is asked for each stretch of a row.
    pub(crate) fn behind(&mut self, mut shade: impl FnMut(usize, usize, &mut [Colour])) {
        let rows = self.colours.chunks_exact_mut(self.width).zip(self.near.chunks_exact(self.width));
        for (y, (colours, near)) in rows.enumerate() {
            let mut x = 0;
            while x < near.len() {
                if near[x] > 0.0 {
                    x += 1;
                    continue;
                }
                let length = near[x..].iter().take_while(|near| **near <= 0.0).count();
                shade(y, x, &mut colours[x..x + length]);
                x += length;
            }
        }
    }

    /// Half as wide and high, every pixel the mean of four.
    pub(crate) fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut colours = Vec::with_capacity(width * height);
        for pair in self.colours.chunks_exact(2 * self.width).take(height) {
            let (upper, lower) = pair.split_at(self.width);
            let (upper, lower) = (upper.as_chunks::<2>().0, lower.as_chunks::<2>().0);
            colours.extend(upper.iter().zip(lower).map(|([a, b], [c, d])| {
                std::array::from_fn::<f32, 4, _>(|channel| {
                    (a[channel] + b[channel] + c[channel] + d[channel]) / 4.0
                })
            }));
        }
        Self { width, height, colours, near: Vec::new() }
    }

    /// What a lens leaves of a point: `spread` of a pixel's light goes to each of its neighbours above, below and beside it.
    pub(crate) fn soften(&mut self, spread: f32) {
        // Plain runs of numbers, without a turn in them: the compiler takes several at once.
        let keep = 1.0 - 2.0 * spread;
        let stride = 4 * self.width;
        let values = self.colours.as_flattened_mut();
        // A row with its ends repeated.
        let mut padded = vec![0.0; stride + 8];
        for row in values.chunks_exact_mut(stride) {
            padded[4..stride + 4].copy_from_slice(row);
            padded[..4].copy_from_slice(&row[..4]);
            padded[stride + 4..].copy_from_slice(&row[stride - 4..]);
            let neighbours = padded.iter().zip(&padded[4..]).zip(&padded[8..]);
            for (value, ((before, here), after)) in row.iter_mut().zip(neighbours) {
                *value = keep * here + spread * (before + after);
            }
        }
        let mut above = values[..stride].to_vec();
        let mut rest = values;
        while rest.len() > stride {
            let (row, below) = rest.split_at_mut(stride);
            for ((value, above), after) in row.iter_mut().zip(&mut above).zip(&below[..stride]) {
                let here = *value;
                *value = keep * here + spread * (*above + after);
                *above = here;
            }
            rest = below;
        }
        for (value, above) in rest.iter_mut().zip(&above) {
            let here = *value;
            *value = keep * here + spread * (above + here);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corner(x: f32, y: f32, distance: f32, u: f32) -> Corner {
        Corner { x, y, near: 1.0 / distance, u, v: 0.0, gain: 1.0 }
    }

    #[test]
    fn the_nearer_triangle_is_seen_whatever_is_drawn_first() {
        let draw = |order: [f32; 2]| {
            let mut frame = Frame::new(8, 8);
            for distance in order {
                let corners = [
                    corner(-9.0, -9.0, distance, 0.0),
                    corner(30.0, -9.0, distance, 0.0),
                    corner(-9.0, 30.0, distance, 0.0),
                ];
                frame.triangle([&corners[0], &corners[1], &corners[2]], |_, _, _| Some([distance; 4]));
            }
            frame.colours[9]
        };
        assert_eq!(draw([1.0, 2.0]), [1.0; 4]);
        assert_eq!(draw([2.0, 1.0]), [1.0; 4]);
    }

    #[test]
    fn texture_is_laid_in_perspective() {
        // A floor that runs from distance 1 to 3: half of the view shows less than half of it.
        let mut frame = Frame::new(101, 3);
        let corners = [
            corner(0.0, 0.0, 1.0, 0.0),
            corner(101.0, 0.0, 3.0, 1.0),
            corner(0.0, 3.0, 1.0, 0.0),
            corner(101.0, 3.0, 3.0, 1.0),
        ];
        frame.grid(&corners, 2, |u, _, _| Some([u; 4]));
        assert!((frame.colours[101 + 50][0] - 0.25).abs() < 0.01, "{:?}", frame.colours[101 + 50]);
        assert!(frame.colours.iter().all(|colour| colour[0] > 0.0), "no hole between the triangles");
    }

    #[test]
    fn what_is_behind_is_seen_beside_what_was_drawn_and_nowhere_else() {
        let mut frame = Frame::new(8, 2);
        let corners = [corner(2.0, -9.0, 1.0, 0.0), corner(5.0, -9.0, 1.0, 0.0), corner(2.0, 9e3, 1.0, 0.0)];
        frame.triangle([&corners[0], &corners[1], &corners[2]], |_, _, _| Some([200.0; 4]));
        frame.behind(|row, column, colours| {
            for (x, colour) in (column..).zip(colours) {
                *colour = [(10 * row + x) as f32; 4];
            }
        });
        let row = |y: usize| -> Vec<f32> { frame.colours[8 * y..][..8].iter().map(|four| four[0]).collect() };
        assert_eq!(row(0), [0.0, 1.0, 200.0, 200.0, 200.0, 5.0, 6.0, 7.0]);
        assert_eq!(row(1), [10.0, 11.0, 200.0, 200.0, 200.0, 15.0, 16.0, 17.0]);
    }

    #[test]
    fn between_pixels_there_is_what_lies_between_and_beyond_the_edge_the_edge() {
        let level = Level::of(3, 2, [0, 100, 200, 10, 110, 210].map(|value| [value, 0, 255, 0]).to_vec());
        for (place, wanted) in [
            ((0.0, 0.0), 0.0),
            ((1.0, 0.0), 100.0),
            ((0.25, 0.0), 25.0),
            ((1.5, 0.5), 155.0),
            ((-7.0, -1.0), 0.0),
            ((9.0, 9.0), 210.0),
        ] {
            let seen = level.sample_at(place.0, place.1);
            assert!((seen[0] - wanted).abs() < 0.2 && seen[2] == 255.0, "{place:?}: {seen:?}");
        }
    }

    #[test]
    fn a_smaller_copy_is_the_mean_of_the_larger() {
        let rgb = (0..48 * 34 * 3_u32).map(|index| (index * 37 % 251) as u8).collect();
        let texture = Texture::new(&Picture::from_rgb(48, 34, rgb).unwrap());
        assert_eq!(
            [0.3, 1.0, 1.6, 3.0, 7.0, 90.0].map(|texels| texture.level_for(texels)),
            [0, 0, 1, 2, 2, 2]
        );
        let half = texture.level(1);
        assert_eq!((half.width, half.height), (24, 17));
        let at = |x: usize, y: usize| u32::from(texture.level(0).pixels[y * 48 + x][1]);
        assert_eq!(u32::from(half.pixels[24 + 2][1]), (at(4, 2) + at(5, 2) + at(4, 3) + at(5, 3) + 2) / 4);
    }

    #[test]
    fn a_lens_keeps_the_light() {
        let mut frame = Frame::new(9, 9);
        frame.colours[40] = [100.0; 4];
        frame.soften(0.2);
        let sum: f32 = frame.colours.iter().map(|colour| colour[0]).sum();
        assert!((sum - 100.0).abs() < 1e-3 && (frame.colours[40][0] - 36.0).abs() < 1e-3);
    }
}
