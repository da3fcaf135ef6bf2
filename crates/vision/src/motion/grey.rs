//! Brightness in a pyramid of sizes.

use crate::image::Picture;

#[derive(Debug)]
pub(super) struct Grey {
    pub(super) width: usize,
    pub(super) height: usize,
    /// 0..255, row by row.
    pub(super) values: Vec<f32>,
}

/// Half the side of the window that is compared, and of that over which corners are looked for.
pub(super) const HALF: usize = 4;

impl Grey {
    /// Bilinear; the point must lie inside, a pixel from the border.
    #[inline]
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x as usize, y as usize);
        let (fx, fy) = (x - left as f32, y - top as f32);
        let upper = top * self.width + left;
        let lower = upper + self.width;
        let above = self.values[upper] + (self.values[upper + 1] - self.values[upper]) * fx;
        let below = self.values[lower] + (self.values[lower + 1] - self.values[lower]) * fx;
        above + (below - above) * fy
    }

    /// Whether a window about the point, with a pixel for gradients and one for interpolation, lies inside.
    pub(super) fn holds(&self, x: f32, y: f32) -> bool {
        let margin = (HALF + 2) as f32;
        x >= margin && y >= margin && x < self.width as f32 - margin && y < self.height as f32 - margin
    }

    /// Whether [`Grey::at`] can be asked.
    pub(super) fn spans(&self, x: f32, y: f32) -> bool {
        x >= 0.0 && y >= 0.0 && x < self.width as f32 - 1.0 && y < self.height as f32 - 1.0
    }

    /// Means over squares, so that `width` pixels remain across; unchanged when it is no wider.
    pub(super) fn reduced(&self, width: usize) -> Self {
        if self.width <= width {
            return Self { width: self.width, height: self.height, values: self.values.clone() };
        }
        let height = (self.height * width / self.width).max(1);
        let mut values = Vec::with_capacity(width * height);
        for y in 0..height {
            let rows =
                y * self.height / height..((y + 1) * self.height / height).max(y * self.height / height + 1);
            for x in 0..width {
                let columns = x * self.width / width..(x + 1) * self.width / width;
                let count = (rows.len() * columns.len()) as f32;
                let sum: f32 = rows
                    .clone()
                    .map(|row| self.values[row * self.width..][columns.clone()].iter().sum::<f32>())
                    .sum();
                values.push(sum / count);
            }
        }
        Self { width, height, values }
    }

    /// Smoothed by 1, 2, 1 along rows and columns.
    pub(super) fn softened(&self) -> Self {
        let (width, height) = (self.width, self.height);
        let pass = |source: &[f32], step: usize, place: &dyn Fn(usize) -> (usize, usize)| -> Vec<f32> {
            (0..source.len())
                .map(|at| {
                    let (position, length) = place(at);
                    let before = if position > 0 { source[at - step] } else { source[at] };
                    let after = if position + 1 < length { source[at + step] } else { source[at] };
                    (before + 2.0 * source[at] + after) / 4.0
                })
                .collect()
        };
        let rows = pass(&self.values, 1, &|at| (at % width, width));
        let values = pass(&rows, width, &|at| (at / width, height));
        Self { width, height, values }
    }

    fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut values = Vec::with_capacity(width * height);
        for y in 0..height {
            let upper = &self.values[2 * y * self.width..];
            let lower = &self.values[(2 * y + 1) * self.width..];
            values.extend(
                upper
                    .chunks_exact(2)
                    .zip(lower.chunks_exact(2))
                    .take(width)
                    .map(|(a, b)| (a[0] + a[1] + b[0] + b[1]) / 4.0),
            );
        }
        Self { width, height, values }
    }

    /// The place within the rectangle whose structure tensor has the largest smaller eigenvalue, if that is at least `least`
    /// per pixel. Looks at every third pixel.
    pub(super) fn best_corner(&self, from: (f32, f32), to: (f32, f32), least: f32) -> Option<(f32, f32)> {
        const STRIDE: usize = 3;
        let margin = HALF + 2;
        let columns = (from.0 as usize).max(margin)..(to.0 as usize).min(self.width.saturating_sub(margin));
        let rows = (from.1 as usize).max(margin)..(to.1 as usize).min(self.height.saturating_sub(margin));
        let mut best = None;
        let mut strongest = least;
        for y in rows.step_by(STRIDE) {
            for x in columns.clone().step_by(STRIDE) {
                let (mut xx, mut xy, mut yy) = (0.0_f32, 0.0_f32, 0.0_f32);
                for row in (y - HALF..=y + HALF).step_by(2) {
                    for column in (x - HALF..=x + HALF).step_by(2) {
                        let at = row * self.width + column;
                        let gx = (self.values[at + 1] - self.values[at - 1]) / 2.0;
                        let gy = (self.values[at + self.width] - self.values[at - self.width]) / 2.0;
                        xx += gx * gx;
                        xy += gx * gy;
                        yy += gy * gy;
                    }
                }
                let count = ((HALF + 1) * (HALF + 1)) as f32;
                let (half_trace, half_gap) = ((xx + yy) / 2.0, (xx - yy) / 2.0);
                let smaller = (half_trace - (half_gap * half_gap + xy * xy).sqrt()) / count;
                if smaller > strongest {
                    strongest = smaller;
                    best = Some((x as f32, y as f32));
                }
            }
        }
        best
    }
}

/// The picture, half of it, a quarter of it …
#[derive(Debug)]
pub(super) struct Pyramid {
    levels: Vec<Grey>,
}

impl Pyramid {
    pub(super) fn new(picture: &Picture, count: usize) -> Self {
        let values = picture
            .rgb()
            .chunks_exact(3)
            .map(|pixel| {
                // Rec. 601 luminance.
                0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2])
            })
            .collect();
        let mut levels =
            vec![Grey { width: picture.width() as usize, height: picture.height() as usize, values }];
        for level in 1..count {
            let half = levels[level - 1].halved();
            levels.push(half);
        }
        Self { levels }
    }

    pub(super) fn base(&self) -> &Grey {
        &self.levels[0]
    }

    /// Levels beyond the last are the last.
    pub(super) fn level(&self, level: usize) -> &Grey {
        &self.levels[level.min(self.levels.len() - 1)]
    }

    pub(super) fn count(&self) -> usize {
        self.levels.len()
    }

    pub(super) fn same_size(&self, other: &Self) -> bool {
        (self.base().width, self.base().height) == (other.base().width, other.base().height)
    }
}
