//! Reduced brightness of a picture, and the dark thin strokes in it.

use fast_image_resize as fir;

use crate::image::{Picture, Window, grey_bytes, rgb_window};

use super::page::View;

/// Eight bits of brightness per pixel, rows from the top.
#[derive(Clone)]
pub(super) struct Grey {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<u8>,
}

impl Grey {
    /// The picture with its longest side reduced to at most `longest`; and how many pixels of the picture one of these is.
    pub(super) fn reduced(picture: &Picture, resizer: &mut fir::Resizer, longest: u32) -> (Self, f64) {
        let side = picture.width().max(picture.height());
        let scale = f64::from(longest.min(side)) / f64::from(side);
        let to = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
        let (width, height) = (to(picture.width()), to(picture.height()));
        let rgb = rgb_window(picture, resizer, Window::whole(picture), width, height);
        let grey = Self { width: width as usize, height: height as usize, values: grey_bytes(&rgb) };
        (grey, 1.0 / scale)
    }

    /// All of the picture, pixel by pixel.
    pub(super) fn whole(picture: &Picture) -> Self {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        Self { width, height, values: grey_bytes(picture.rgb()) }
    }

    /// Each side half as long: the mean of every two by two pixels. An odd last row or column is left out.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut values = Vec::with_capacity(width * height);
        for rows in self.values.chunks_exact(2 * self.width).take(height) {
            let (upper, lower) = rows.split_at(self.width);
            values.extend(upper.chunks_exact(2).zip(lower.chunks_exact(2)).map(|(a, b)| {
                ((u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]) + 2) / 4) as u8
            }));
        }
        Self { width, height, values }
    }

    /// The brightness at a point, bilinear; pixel centres are at halves, and outside is like the edge.
    pub(super) fn sample(&self, x: f32, y: f32) -> f32 {
        let x = (x - 0.5).clamp(0.0, (self.width - 1) as f32);
        let y = (y - 0.5).clamp(0.0, (self.height - 1) as f32);
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (fx, fy) = (x - left as f32, y - top as f32);
        let at = |x: usize, y: usize| f32::from(self.values[y * self.width + x]);
        let upper = at(left, top) + (at(right, top) - at(left, top)) * fx;
        let lower = at(left, bottom) + (at(right, bottom) - at(left, bottom)) * fx;
        upper + (lower - upper) * fy
    }

    /// A page as it lies flat.
    pub(super) fn of(view: &View) -> Self {
        Self { width: view.width, height: view.height, values: grey_bytes(&view.rgb) }
    }

    /// The brightness between pixels, whole numbers at pixel centres; `None` outside.
    pub(super) fn bilinear(&self, x: f64, y: f64) -> Option<u8> {
        if x < 0.0 || y < 0.0 || x > (self.width - 1) as f64 || y > (self.height - 1) as f64 {
            return None;
        }
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (fx, fy) = (x - left as f64, y - top as f64);
        let at = |x: usize, y: usize| f64::from(self.values[y * self.width + x]);
        let upper = at(left, top) + (at(right, top) - at(left, top)) * fx;
        let lower = at(left, bottom) + (at(right, bottom) - at(left, bottom)) * fx;
        Some((upper + (lower - upper) * fy + 0.5) as u8)
    }

    /// Rows become columns.
    pub(super) fn transposed(&self) -> Self {
        let mut values = vec![0; self.values.len()];
        // In blocks, so that both sides stay in the cache.
        const BLOCK: usize = 32;
        for top in (0..self.height).step_by(BLOCK) {
            for left in (0..self.width).step_by(BLOCK) {
                for y in top..(top + BLOCK).min(self.height) {
                    for x in left..(left + BLOCK).min(self.width) {
                        values[x * self.height + y] = self.values[y * self.width + x];
                    }
                }
            }
        }
        Self { width: self.height, height: self.width, values }
    }

    /// How much darker each pixel is than the paper about it, 0..=255: the share of the paper's brightness that is missing, so that
    /// shadows and lamps count out. What is wider than `size` pixels is paper.
    pub(super) fn strokes(&self, size: usize) -> Self {
        let closed = self.closed(size);
        let values = closed
            .iter()
            .zip(&self.values)
            .map(|(&paper, &value)| {
                let missing = u32::from(paper.saturating_sub(value));
                // A dark ground has a noise of its own: it counts as if it were a little brighter.
                (missing * 255 / (u32::from(paper) + DARK_GROUND)).min(255) as u8
            })
            .collect();
        Self { width: self.width, height: self.height, values }
    }

    /// The morphological closing with a square: the brightest of every square, then the darkest of those.
    pub(super) fn closed(&self, size: usize) -> Vec<u8> {
        let (width, height) = (self.width, self.height);
        let brightest =
            by_columns(&by_rows(&self.values, width, size, u8::max), width, height, size, u8::max);
        by_columns(&by_rows(&brightest, width, size, u8::min), width, height, size, u8::min)
    }

    /// What differs little from its surroundings (`around` pixels to each side) made to differ more: RGB bytes of one grey each.
    pub(super) fn strengthened(&self, around: usize) -> Vec<u8> {
        /// Pale words and pictures span about 50 levels: those become all. In halves.
        const GAIN: i64 = 9;
        /// What is darker than the median by more is print.
        const DARK: u8 = 60;
        let mut sorted = self.values.clone();
        let middle = sorted.len() / 2;
        let floor = sorted.select_nth_unstable(middle).1.saturating_sub(DARK);
        let pale = Self { values: self.values.iter().map(|value| (*value).max(floor)).collect(), ..*self };
        let level = |(value, ground): (&u8, &u8)| {
            let value = i64::from(Self::GROUND) + (i64::from(*value) - i64::from(*ground)) * GAIN / 2;
            [value.clamp(0, 255) as u8; 3]
        };
        pale.values.iter().zip(&pale.means(around).values).flat_map(level).collect()
    }

    /// What is like its surroundings has this brightness when [`strengthened`](Self::strengthened).
    pub(super) const GROUND: u8 = 160;

    /// The mean of each pixel's surroundings, `around` pixels to each side.
    pub(super) fn means(&self, around: usize) -> Self {
        let (width, height) = (self.width, self.height);
        let stride = width + 1;
        let mut sums = vec![0_u32; stride * (height + 1)];
        for (y, line) in self.values.chunks_exact(width).enumerate() {
            let mut sum = 0;
            for (x, value) in line.iter().enumerate() {
                sum += u32::from(*value);
                sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + sum;
            }
        }
        let mut values = Vec::with_capacity(self.values.len());
        for y in 0..height {
            let (top, bottom) = (y.saturating_sub(around), (y + around + 1).min(height));
            for x in 0..width {
                let (left, right) = (x.saturating_sub(around), (x + around + 1).min(width));
                let area = ((bottom - top) * (right - left)) as u32;
                let sum = sums[bottom * stride + right] + sums[top * stride + left]
                    - sums[top * stride + right]
                    - sums[bottom * stride + left];
                values.push((sum / area) as u8);
            }
        }
        Self { width, height, values }
    }
}

/// Added to the paper's brightness when strokes are measured against it: a tenth of white.
const DARK_GROUND: u32 = 24;

/// The extreme of the `size` values about each one in its row (van Herk: three comparisons each, whatever the size).
fn by_rows(values: &[u8], width: usize, size: usize, pick: fn(u8, u8) -> u8) -> Vec<u8> {
    let half = size / 2;
    let padded_len = (width + 2 * half).div_ceil(size) * size;
    let (mut padded, mut forward, mut backward) =
        (vec![0; padded_len], vec![0; padded_len], vec![0; padded_len]);
    let mut out = Vec::with_capacity(values.len());
    for row in values.chunks_exact(width) {
        // The border repeats: what is outside is like the edge.
        padded[..half].fill(row[0]);
        padded[half..half + width].copy_from_slice(row);
        padded[half + width..].fill(row[width - 1]);
        for start in (0..padded_len).step_by(size) {
            let block = start..start + size;
            let mut best = padded[start];
            for (to, &value) in forward[block.clone()].iter_mut().zip(&padded[block.clone()]) {
                best = pick(best, value);
                *to = best;
            }
            let mut best = padded[start + size - 1];
            for (to, &value) in backward[block.clone()].iter_mut().zip(&padded[block]).rev() {
                best = pick(best, value);
                *to = best;
            }
        }
        out.extend((0..width).map(|x| pick(backward[x], forward[x + 2 * half])));
    }
    out
}

/// The same in columns, whole rows at a time.
fn by_columns(values: &[u8], width: usize, height: usize, size: usize, pick: fn(u8, u8) -> u8) -> Vec<u8> {
    let half = size / 2;
    let row = |y: isize| {
        let y = y.clamp(0, height as isize - 1) as usize;
        &values[y * width..(y + 1) * width]
    };
    let merge = |into: &mut [u8], from: &[u8]| {
        for (a, &b) in into.iter_mut().zip(from) {
            *a = pick(*a, b);
        }
    };
    let mut out = vec![0; values.len()];
    // Blocks of rows between which forward and backward extremes meet.
    let padded = (height + 2 * half).div_ceil(size) * size;
    let at = |p: usize| row(p as isize - half as isize);
    let mut forward = vec![0_u8; padded * width];
    let mut backward = vec![0_u8; padded * width];
    for start in (0..padded).step_by(size) {
        for p in start..start + size {
            let (before, here) = forward.split_at_mut(p * width);
            here[..width].copy_from_slice(at(p));
            if p > start {
                merge(&mut here[..width], &before[(p - 1) * width..]);
            }
        }
        for p in (start..start + size).rev() {
            let (here, after) = backward.split_at_mut((p + 1) * width);
            here[p * width..].copy_from_slice(at(p));
            if p + 1 < start + size {
                merge(&mut here[p * width..], &after[..width]);
            }
        }
    }
    for y in 0..height {
        let target = &mut out[y * width..(y + 1) * width];
        target.copy_from_slice(&backward[y * width..(y + 1) * width]);
        merge(target, &forward[(y + 2 * half) * width..(y + 2 * half + 1) * width]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_fills_what_is_thinner_than_the_square_and_nothing_else() {
        let (width, height) = (23, 17);
        let mut values = vec![200; width * height];
        for y in 0..height {
            values[y * width + 10] = 20; // a stroke of one pixel
            for x in 15..22 {
                values[y * width + x] = 40; // a bar of seven
            }
        }
        let grey = Grey { width, height, values };
        let closed = grey.closed(5);
        let naive = |values: &[u8], pick: fn(u8, u8) -> u8| -> Vec<u8> {
            (0..height as i32)
                .flat_map(|y| (0..width as i32).map(move |x| (x, y)))
                .map(|(x, y)| {
                    let mut all =
                        (-2..=2).flat_map(|dy| (-2..=2).map(move |dx| (x + dx, y + dy))).map(|(x, y)| {
                            let (x, y) = (x.clamp(0, width as i32 - 1), y.clamp(0, height as i32 - 1));
                            values[y as usize * width + x as usize]
                        });
                    let first = all.next().unwrap();
                    all.fold(first, pick)
                })
                .collect()
        };
        assert_eq!(closed, naive(&naive(&grey.values, u8::max), u8::min));
        let strokes = grey.strokes(5);
        assert!(strokes.values[5 * width + 10] > 150);
        assert_eq!(strokes.values[5 * width + 17], 0);
        assert_eq!(strokes.values[5 * width + 3], 0);
    }

    #[test]
    fn transposing_twice_changes_nothing() {
        let grey = Grey { width: 70, height: 33, values: (0..70 * 33).map(|v| (v % 251) as u8).collect() };
        let turned = grey.transposed();
        assert_eq!((turned.width, turned.height, turned.values[5]), (33, 70, grey.values[5 * 70]));
        assert!(turned.transposed().values == grey.values);
    }
}
