//! A regular pattern over the face: the stripes of a display, the moiré they make with the camera's own pixels, the dots of a
//! print.
//!
//! The skin is cut into overlapping blocks, and each block's power spectrum is divided by its own noise. What belongs to the
//! face (the edge of an eye, a strand of hair) is in one block and not in the next; a grid is at nearly the same frequency in
//! all of them. So a frequency counts by what most blocks have there, and stands out when that is many times what the same
//! blocks have around it. Frequencies where codecs leave traces of their own are not looked at.

use std::sync::Arc;

use rustfft::num_complex::Complex32;
use rustfft::{Fft, FftPlanner};
use selfsame_domain::Rect;

use crate::image::Picture;

/// Side of a block in pixels, and so the number of frequencies: bin `k` is `k / 64` cycles per pixel. On a face 150 pixels wide
/// there are still a dozen blocks.
const SIDE: usize = 64;
/// Frequencies from 0 up to and including half a cycle per pixel.
const HALF: usize = SIDE / 2;
/// Rows of the half plane that is kept: the spectrum of a real picture is the same at `-f`.
const ROWS: usize = HALF + 1;

/// What is looked at, and what stands out.
#[derive(Debug, Clone, PartialEq)]
pub struct PatternParams {
    /// Fewest blocks that are enough to speak of a face as a whole.
    pub blocks: usize,
    /// Most blocks; larger faces are sampled more thinly. Bounds the cost.
    pub most_blocks: usize,
    /// The share of blocks that must have a peak for it to count.
    pub share: f32,
    /// How far a peak may wander over the face, in bins (a tilted screen is nearer on one side): about 3 %.
    pub wander: usize,
    /// Lowest frequency that is looked at, in bins: coarser structure belongs to faces, to the light, and to shadows of blinds.
    pub lowest: usize,
    /// Highest, in bins: next to half a cycle per pixel lie the traces of colour filters and of interlacing.
    pub highest: usize,
    /// Highest in the colour: pictures are sent with half the colour's resolution, and what lies higher was made by enlarging it.
    pub highest_in_colour: usize,
    /// How many bins beside the axes are left out, in the brightness and in the colour, whose blocks are twice as large and
    /// coarser: enlarged pictures have peaks three bins from the axis.
    pub axis: usize,
    pub axis_in_colour: usize,
    /// How far a peak stands above its surroundings (ratio of powers): below the first the score is 1, from the second on 0.
    /// Frames of people reached 3.4 (4.8 when they were compressed to the utmost and enlarged); displays reach hundreds
    /// (docs/liveness.md).
    pub contrast: (f32, f32),
    /// Least noise in the skin's finest detail, as root mean square in steps of 1/255: what was enlarged or strongly compressed
    /// has none left, and such pictures carry the traces of their codec where a screen has its grid.
    pub least_detail: f32,
}

impl Default for PatternParams {
    fn default() -> Self {
        Self {
            blocks: 8,
            most_blocks: 48,
            share: 0.6,
            wander: 2,
            lowest: 7,
            highest: 29,
            highest_in_colour: 14,
            axis: 1,
            axis_in_colour: 3,
            contrast: (4.0, 7.0),
            least_detail: 0.1,
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PatternSearch {
    /// 0 (a pattern) to 1 (none).
    pub score: f32,
    /// Power of the strongest peak over that of its surroundings.
    pub contrast: f32,
    /// Where it is, in cycles per pixel to the right and down.
    pub frequency: (f32, f32),
    /// Whether it was seen in the brightness or in the colour.
    pub in_colour: bool,
    /// Root mean square of the finest detail, in steps of 1/255.
    pub detail: f32,
}

/// Searches the face for a pattern; `None` when the face is too small or too smooth.
pub fn search(picture: &Picture, face: Rect, params: &PatternParams) -> Option<PatternSearch> {
    let blocks = blocks(picture, face, params)?;
    let in_light = Range::new(params.lowest, params.highest, params.axis);
    let in_colour = Range::new(params.lowest, params.highest_in_colour, params.axis_in_colour);
    let mut spectrum = Spectrum::new();
    let mut scratch = Vec::new();
    let mut light = Vec::with_capacity(blocks.len());
    let mut colour = Vec::with_capacity(blocks.len());
    let mut details = Vec::with_capacity(blocks.len());
    for &(x, y) in &blocks {
        let (of_light, of_colour) = spectrum.of(picture, x, y);
        details.push(of_light.detail(&in_light, &mut scratch));
        light.extend(of_light.whitened(&in_light, params.wander, &mut scratch));
        colour.extend(of_colour.whitened(&in_colour, params.wander, &mut scratch));
    }
    details.sort_by(f32::total_cmp);
    let detail = details[details.len() / 2];
    if detail < params.least_detail {
        return None;
    }
    let found = [(light, &in_light, false), (colour, &in_colour, true)]
        .into_iter()
        .filter(|(maps, ..)| maps.len() >= params.blocks)
        .filter_map(|(maps, range, in_colour)| {
            let (contrast, frequency) = strongest(&maps, range, params)?;
            Some((contrast, frequency, in_colour))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))?;
    let (none, certain) = params.contrast;
    Some(PatternSearch {
        score: (1.0 - (found.0 - none) / (certain - none)).clamp(0.0, 1.0),
        contrast: found.0,
        frequency: found.1,
        in_colour: found.2,
        detail,
    })
}

/// Corners of the blocks: on a grid over the middle of the face, no closer than half a block.
fn blocks(picture: &Picture, face: Rect, params: &PatternParams) -> Option<Vec<(usize, usize)>> {
    // Hair, background and collars are in the rim of the box.
    let inner = Rect {
        x: face.x + face.width * 0.08,
        y: face.y + face.height * 0.05,
        width: face.width * 0.84,
        height: face.height * 0.90,
    };
    let clamp = |value: f32, most: u32| (value.max(0.0) as usize).min(most as usize);
    let (left, right) = (clamp(inner.x, picture.width()), clamp(inner.x + inner.width, picture.width()));
    let (top, bottom) = (clamp(inner.y, picture.height()), clamp(inner.y + inner.height, picture.height()));
    let (width, height) = (right.saturating_sub(left), bottom.saturating_sub(top));
    if width < SIDE || height < SIDE {
        return None;
    }
    let count = |length: usize| (length - SIDE) / (SIDE / 2) + 1;
    let (mut columns, mut rows) = (count(width), count(height));
    while columns * rows > params.most_blocks && columns * rows > 1 {
        if columns > rows { columns -= 1 } else { rows -= 1 }
    }
    let place = |first: usize, length: usize, index: usize, count: usize| {
        first + if count > 1 { (length - SIDE) * index / (count - 1) } else { (length - SIDE) / 2 }
    };
    let all: Vec<_> = (0..rows)
        .flat_map(|row| (0..columns).map(move |column| (column, row)))
        .map(|(column, row)| (place(left, width, column, columns), place(top, height, row, rows)))
        .collect();
    (all.len() >= params.blocks).then_some(all)
}

/// Power of a block at each frequency: rows from 0 to half a cycle per pixel downwards, columns `SIDE` to the right (the upper
/// half of them negative frequencies).
struct Power(Vec<f32>);

/// Turns blocks into spectra. Brightness and colour go through one transform: as real and imaginary part.
struct Spectrum {
    fft: Arc<dyn Fft<f32>>,
    scratch: Vec<Complex32>,
    window: [f32; SIDE],
    block: Vec<Complex32>,
    turned: Vec<Complex32>,
}

impl Spectrum {
    fn new() -> Self {
        let fft = FftPlanner::new().plan_fft_forward(SIDE);
        let zero = Complex32::new(0.0, 0.0);
        Self {
            scratch: vec![zero; fft.get_inplace_scratch_len()],
            fft,
            // Hann.
            window: std::array::from_fn(|at| {
                0.5 - 0.5 * (std::f32::consts::TAU * (at as f32 + 0.5) / SIDE as f32).cos()
            }),
            block: vec![zero; SIDE * SIDE],
            turned: vec![zero; SIDE * SIDE],
        }
    }

    /// Of brightness (Rec. 601) and of colour (red less blue: what the stripes of a display differ most in).
    fn of(&mut self, picture: &Picture, x: usize, y: usize) -> (Power, Power) {
        let stride = picture.width() as usize * 3;
        for row in 0..SIDE {
            let start = (y + row) * stride + x * 3;
            let pixels = picture.rgb()[start..start + SIDE * 3].chunks_exact(3);
            for (pixel, cell) in pixels.zip(&mut self.block[row * SIDE..]) {
                let [r, g, b] = [f32::from(pixel[0]), f32::from(pixel[1]), f32::from(pixel[2])];
                *cell = Complex32::new(0.299 * r + 0.587 * g + 0.114 * b, r - b);
            }
        }
        self.flatten();
        self.fft.process_with_scratch(&mut self.block, &mut self.scratch);
        turn(&self.block, &mut self.turned);
        self.fft.process_with_scratch(&mut self.turned, &mut self.scratch);
        // `turned` holds columns of frequencies downwards: at (u, v) is `turned[u * SIDE + v]`.
        let (mut light, mut colour) = (Vec::with_capacity(ROWS * SIDE), Vec::with_capacity(ROWS * SIDE));
        for v in 0..ROWS {
            for u in 0..SIDE {
                let here = self.turned[u * SIDE + v];
                let there = self.turned[(SIDE - u) % SIDE * SIDE + (SIDE - v) % SIDE].conj();
                light.push((here + there).norm_sqr() / 4.0);
                colour.push((here - there).norm_sqr() / 4.0);
            }
        }
        (Power(light), Power(colour))
    }

    /// Takes away the plane that fits best (shading would leak over all frequencies) and fades to the edges.
    fn flatten(&mut self) {
        let centre = (SIDE as f32 - 1.0) / 2.0;
        let (mut mean, mut across, mut down, mut square) =
            (Complex32::default(), Complex32::default(), Complex32::default(), 0.0);
        for (index, value) in self.block.iter().enumerate() {
            let (dx, dy) = ((index % SIDE) as f32 - centre, (index / SIDE) as f32 - centre);
            mean += value;
            across += value * dx;
            down += value * dy;
            square += dx * dx;
        }
        mean /= (SIDE * SIDE) as f32;
        across /= square;
        down /= square;
        for (index, value) in self.block.iter_mut().enumerate() {
            let (column, row) = (index % SIDE, index / SIDE);
            let (dx, dy) = (column as f32 - centre, row as f32 - centre);
            *value = (*value - mean - across * dx - down * dy) * (self.window[column] * self.window[row]);
        }
    }
}

fn turn(from: &[Complex32], to: &mut [Complex32]) {
    for (row, values) in from.chunks_exact(SIDE).enumerate() {
        for (column, value) in values.iter().enumerate() {
            to[column * SIDE + row] = *value;
        }
    }
}

/// The frequency of a column, in bins: the upper half is negative.
const fn signed(column: usize) -> isize {
    if column > HALF { column as isize - SIDE as isize } else { column as isize }
}

/// Where a pattern is looked for in one of the two spectra.
struct Range {
    /// Whether a frequency is looked at.
    open: Vec<bool>,
    /// By distance from 0, in bins, rounded.
    rings: Vec<Ring>,
    /// The finest detail: beyond three quarters of half a cycle per pixel, off the axes.
    fine: Vec<u16>,
}

/// The frequencies at one distance from 0.
#[derive(Default)]
struct Ring {
    all: Vec<u16>,
    open: Vec<u16>,
}

impl Range {
    fn new(lowest: usize, highest: usize, axis: usize) -> Self {
        let radius = |u: usize, v: usize| (u as f32).hypot(v as f32).round() as usize;
        let open = |across: usize, down: usize| {
            // Along the axes lie the steps between the blocks of codecs, at whatever size they had, and the rows of
            // interlacing.
            let on_axis = across.min(down) <= axis;
            // The lattice of 8 x 8 blocks of JPEG.
            let on_lattice = |k: usize| matches!(k % (SIDE / 8), 0 | 1) || k % (SIDE / 8) == SIDE / 8 - 1;
            radius(across, down) >= lowest
                && across.max(down) <= highest
                && !on_axis
                && !(on_lattice(across) && on_lattice(down))
        };
        let mut range = Self { open: vec![false; ROWS * SIDE], rings: Vec::new(), fine: Vec::new() };
        range.rings.resize_with(radius(HALF, HALF) + 1, Ring::default);
        for at in 0..(ROWS * SIDE) as u16 {
            let place = usize::from(at);
            let (across, down) = (signed(place % SIDE).unsigned_abs(), place / SIDE);
            let distance = radius(across, down);
            let ring = &mut range.rings[distance];
            ring.all.push(at);
            if open(across, down) {
                ring.open.push(at);
                range.open[place] = true;
            }
            if distance >= HALF * 3 / 4 && across.min(down) > 1 {
                range.fine.push(at);
            }
        }
        range
    }
}

impl Power {
    /// Median power beyond three quarters of half a cycle per pixel, as the root mean square that white noise of such power has.
    fn detail(&self, range: &Range, scratch: &mut Vec<f32>) -> f32 {
        let median = self.median(&range.fine, scratch);
        // Power of noise is exponentially distributed: mean = median / ln 2. The window keeps (3/8)^2 of the power.
        (median / std::f32::consts::LN_2 / (SIDE * SIDE) as f32 / (9.0 / 64.0)).sqrt()
    }

    fn median(&self, places: &[u16], scratch: &mut Vec<f32>) -> f32 {
        scratch.clear();
        scratch.extend(places.iter().map(|at| self.0[usize::from(*at)]));
        let middle = scratch.len() / 2;
        if scratch.is_empty() { 0.0 } else { *scratch.select_nth_unstable_by(middle, f32::total_cmp).1 }
    }

    /// Divided by the median at the same distance from 0, each frequency with the largest of its neighbours (a pattern wanders a
    /// little over the face); `None` when the block is empty.
    fn whitened(&self, range: &Range, wander: usize, scratch: &mut Vec<f32>) -> Option<Vec<f32>> {
        let mut white = vec![0.0_f32; ROWS * SIDE];
        for ring in range.rings.iter().filter(|ring| !ring.open.is_empty()) {
            // A fraction of a step of rounding, as power: below it there is nothing to compare with.
            let usual = self.median(&ring.all, scratch).max(ROUNDING);
            for &at in &ring.open {
                white[usize::from(at)] = self.0[usize::from(at)] / usual;
            }
        }
        let widened = widened(&white, wander);
        widened.iter().any(|value| *value > 0.0).then_some(widened)
    }
}

/// Power of noise of 0.03 steps of 1/255 under the window.
const ROUNDING: f32 = 0.03 * 0.03 * (SIDE * SIDE) as f32 * 9.0 / 64.0;

/// Each value the largest within `reach` bins; columns wrap, rows end.
fn widened(map: &[f32], reach: usize) -> Vec<f32> {
    let reach = reach.min(SIDE);
    let mut across = map.to_vec();
    let mut round = vec![0.0_f32; SIDE + 2 * reach];
    for (row, wide) in map.chunks_exact(SIDE).zip(across.chunks_exact_mut(SIDE)) {
        round[..reach].copy_from_slice(&row[SIDE - reach..]);
        round[reach..reach + SIDE].copy_from_slice(row);
        round[reach + SIDE..].copy_from_slice(&row[..reach]);
        for shift in 0..=2 * reach {
            for (value, near) in wide.iter_mut().zip(&round[shift..shift + SIDE]) {
                *value = value.max(*near);
            }
        }
    }
    let mut both = vec![0.0_f32; map.len()];
    for v in 0..ROWS {
        for w in v.saturating_sub(reach)..=(v + reach).min(ROWS - 1) {
            let (to, from) = (&mut both[v * SIDE..(v + 1) * SIDE], &across[w * SIDE..(w + 1) * SIDE]);
            for (value, near) in to.iter_mut().zip(from) {
                *value = value.max(*near);
            }
        }
    }
    both
}

/// The frequency at which most blocks have most, compared with what they have around it: the ratio and the frequency.
fn strongest(maps: &[Vec<f32>], range: &Range, params: &PatternParams) -> Option<(f32, (f32, f32))> {
    let mut common = vec![0.0_f32; ROWS * SIDE];
    let mut column = vec![0.0_f32; maps.len()];
    // Of the values in ascending order, the one that `share` of the blocks reach.
    let rank = (((1.0 - params.share) * maps.len() as f32) as usize).min(maps.len() - 1);
    for (at, value) in common.iter_mut().enumerate().filter(|(at, _)| range.open[*at]) {
        for (cell, map) in column.iter_mut().zip(maps) {
            *cell = map[at];
        }
        *value = *column.select_nth_unstable_by(rank, f32::total_cmp).1;
    }
    let mut best: Option<(f32, (f32, f32))> = None;
    for at in (0..ROWS * SIDE).filter(|at| range.open[*at]) {
        // Nothing is usual below 1: the median of noise is above it. And a peak is no lower than its neighbours.
        if common[at] <= best.map_or(0.0, |best| best.0) || !is_summit(&common, at) {
            continue;
        }
        let (u, v) = (signed(at % SIDE), (at / SIDE) as isize);
        let Some(usual) = usual(&common, range, u, v, params.wander as isize) else { continue };
        let contrast = common[at] / usual.max(1.0);
        if best.is_none_or(|best| contrast > best.0) {
            best = Some((contrast, (u as f32 / SIDE as f32, v as f32 / SIDE as f32)));
        }
    }
    best
}

fn is_summit(map: &[f32], at: usize) -> bool {
    let row = at / SIDE;
    (row.saturating_sub(1)..=(row + 1).min(ROWS - 1))
        .flat_map(|v| [SIDE - 1, 0, 1].map(|off| v * SIDE + (at + off) % SIDE))
        .all(|near| map[near] <= map[at])
}

/// What is usual around a frequency: the median of all around it, or of a strip through it, whichever is most. Edges and codecs
/// make ridges; whoever stands on a ridge is no peak. `None` at the rim.
fn usual(common: &[f32], range: &Range, u: isize, v: isize, wander: isize) -> Option<f32> {
    let (inner, outer) = (wander + 3, wander + 7);
    let value = |du: isize, dv: isize| {
        let (u, v) = (u + du, v + dv);
        // Below the first row lies the mirror image.
        let (u, v) = if v < 0 { (-u, -v) } else { (u, v) };
        if v >= ROWS as isize || u.unsigned_abs() > HALF {
            return None;
        }
        let at = v as usize * SIDE + u.rem_euclid(SIDE as isize) as usize;
        range.open[at].then(|| common[at])
    };
    let mut all = Vec::with_capacity(400);
    let mut strips: [Vec<f32>; 4] = Default::default();
    for dv in -outer..=outer {
        for du in -outer..=outer {
            if du.abs().max(dv.abs()) < inner {
                continue;
            }
            let Some(value) = value(du, dv) else { continue };
            all.push(value);
            for (strip, off) in strips.iter_mut().zip([dv, du, dv - du, dv + du]) {
                if off.abs() <= 1 {
                    strip.push(value);
                }
            }
        }
    }
    if all.len() < 40 {
        return None;
    }
    let median = |values: &mut Vec<f32>| {
        let middle = values.len() / 2;
        *values.select_nth_unstable_by(middle, f32::total_cmp).1
    };
    let whole = median(&mut all);
    Some(strips.iter_mut().filter(|strip| strip.len() >= 5).map(median).fold(whole, f32::max))
}
