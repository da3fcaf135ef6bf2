//! Where colour changes.

use super::PageParams;

/// A pixel at which colour changes more than at its neighbours on both sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    pub(super) x: f64,
    pub(super) y: f64,
    /// Unit vector across the edge; which of the two ways means nothing.
    pub(super) across: [f64; 2],
}

/// The edges of a reduced picture.
pub(super) struct Edges {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) list: Vec<Edge>,
    /// For every pixel the place in `list`, plus one.
    index: Vec<u32>,
}

impl Edges {
    pub(super) fn of(rgb: &[u8], width: usize, height: usize, params: &PageParams) -> Self {
        let smooth = smoothed(rgb, width, height);
        let mut steepness = vec![0.0_f32; width * height];
        let mut across = vec![[0.0_f32; 2]; width * height];
        for y in 1..height - 1 {
            for x in 1..width - 1 {
                let at = |dx: usize, dy: usize, channel: usize| {
                    smooth[((y + dy - 1) * width + x + dx - 1) * 3 + channel]
                };
                // A page may be as bright as the table and yet of another colour: the channel that changes most speaks.
                for channel in 0..3 {
                    let gx = (at(2, 0, channel) + 2.0 * at(2, 1, channel) + at(2, 2, channel)
                        - at(0, 0, channel)
                        - 2.0 * at(0, 1, channel)
                        - at(0, 2, channel))
                        / 4.0;
                    let gy = (at(0, 2, channel) + 2.0 * at(1, 2, channel) + at(2, 2, channel)
                        - at(0, 0, channel)
                        - 2.0 * at(1, 0, channel)
                        - at(2, 0, channel))
                        / 4.0;
                    let length = gx.hypot(gy);
                    if length > steepness[y * width + x] {
                        steepness[y * width + x] = length;
                        across[y * width + x] = [gx / length, gy / length];
                    }
                }
            }
        }
        let mut sorted = steepness.clone();
        let place = ((1.0 - params.steepest) * sorted.len() as f64) as usize;
        let place = place.min(sorted.len() - 1);
        let least = sorted.select_nth_unstable_by(place, f32::total_cmp).1.max(params.least_steepness);
        let mut found = Self { width, height, list: Vec::new(), index: vec![0; width * height] };
        for y in 1..height - 1 {
            for x in 1..width - 1 {
                let at = y * width + x;
                if steepness[at] < least {
                    continue;
                }
                let [ax, ay] = across[at];
                // The neighbours across the edge, to the nearest eighth of a turn.
                let step = |value: f32| {
                    if value > 0.383 {
                        1
                    } else if value < -0.383 {
                        -1_isize
                    } else {
                        0
                    }
                };
                let off = step(ay) * width as isize + step(ax);
                let (before, after) = ((at as isize - off) as usize, (at as isize + off) as usize);
                if steepness[at] >= steepness[before] && steepness[at] > steepness[after] {
                    found.list.push(Edge {
                        x: x as f64 + 0.5,
                        y: y as f64 + 0.5,
                        across: [f64::from(ax), f64::from(ay)],
                    });
                    found.index[at] = found.list.len() as u32;
                }
            }
        }
        found
    }

    /// The edge at a pixel.
    pub(super) fn at(&self, x: isize, y: isize) -> Option<&Edge> {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        if x >= self.width || y >= self.height {
            return None;
        }
        self.list.get((self.index[y * self.width + x] as usize).checked_sub(1)?)
    }
}

/// The mean of every three by three pixels, per channel.
fn smoothed(rgb: &[u8], width: usize, height: usize) -> Vec<f32> {
    let mut out = vec![0.0; rgb.len()];
    for y in 0..height {
        for x in 0..width {
            let mut sum = [0.0_f32; 3];
            let mut count = 0.0;
            for ny in y.saturating_sub(1)..(y + 2).min(height) {
                for nx in x.saturating_sub(1)..(x + 2).min(width) {
                    let pixel = &rgb[(ny * width + nx) * 3..][..3];
                    for (sum, value) in sum.iter_mut().zip(pixel) {
                        *sum += f32::from(*value);
                    }
                    count += 1.0;
                }
            }
            for (to, sum) in out[(y * width + x) * 3..][..3].iter_mut().zip(sum) {
                *to = sum / count;
            }
        }
    }
    out
}
