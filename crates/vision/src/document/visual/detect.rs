//! Where lines of text are: the detector's map of probabilities, and boxes around what is likely.

use std::time::Duration;

use crate::document::effort::Effort;
use crate::document::page::{Corners, Homography, View, sides};
use crate::image::{Picture, Window, fill_planes, rgb_window};
use crate::inference::{Lane, Slot, VisionError};

/// How lines of text are looked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DetectParams {
    /// The longest side that the picture is reduced to. 960: labels of a card that fills two thirds of the picture are 10 pixels high
    /// then, the least that the network finds; it takes 0.08 s on one core.
    pub(crate) longest: u32,
    /// The longest side for a glance at a picture that nothing shows to be of a document. 640: titles and values are found.
    pub(crate) glance: u32,
    /// By how much a page that is smaller is enlarged, at most. 1.25.
    pub(crate) enlarged: f64,
    /// The mean probability within a box, at least. 0.5; the network's authors have 0.6, which loses pale labels on patterns.
    pub(crate) least_score: f32,
    /// The network is taught text areas shrunk by their area over their perimeter; by this much of it they grow again. 1.5, as its
    /// authors have it.
    pub(crate) unclip: f64,
    /// Shorter side of what it marks, at least, in pixels of the reduced picture. 3, as its authors have it.
    pub(crate) least_side: f64,
    /// Boxes at most, the largest first: pictures of pages of text are no documents.
    pub(crate) most: usize,
}

impl Default for DetectParams {
    fn default() -> Self {
        Self {
            longest: 960,
            glance: 640,
            enlarged: 1.25,
            least_score: 0.5,
            unclip: 1.5,
            least_side: 3.0,
            most: 90,
        }
    }
}

/// A rectangle around a line of text, in pixels of the picture: its middle, the unit vector of one pair of sides, and half the length
/// along it and across it. Which side is the direction of reading is not known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TextBox {
    pub(crate) middle: [f64; 2],
    pub(crate) axis: [f64; 2],
    pub(crate) half: [f64; 2],
}

impl TextBox {
    /// The same box with the axis that lies nearest to `direction`, pointing its way.
    pub(crate) fn read_along(self, direction: [f64; 2]) -> Self {
        let [dx, dy] = direction;
        let along = self.axis[0] * dx + self.axis[1] * dy;
        let across = -self.axis[1] * dx + self.axis[0] * dy;
        let (axis, half, sign) = if along.abs() >= across.abs() {
            (self.axis, self.half, along)
        } else {
            ([-self.axis[1], self.axis[0]], [self.half[1], self.half[0]], across)
        };
        let axis = if sign < 0.0 { [-axis[0], -axis[1]] } else { axis };
        Self { middle: self.middle, axis, half }
    }

    /// The point at `along` and `across`, in half lengths from the middle.
    pub(crate) fn at(&self, along: f64, across: f64) -> [f64; 2] {
        let (a, b) = (along * self.half[0], across * self.half[1]);
        let [x, y] = self.axis;
        [self.middle[0] + x * a - y * b, self.middle[1] + y * a + x * b]
    }

    /// Top left, top right, bottom right, bottom left in the direction of the axis.
    pub(crate) fn corners(&self) -> [[f64; 2]; 4] {
        [self.at(-1.0, -1.0), self.at(1.0, -1.0), self.at(1.0, 1.0), self.at(-1.0, 1.0)]
    }
}

/// Finds lines of text, on the page where that is known; the largest first.
pub(crate) fn text_boxes(
    lane: &mut Lane,
    picture: &Picture,
    page: Option<&Corners>,
    params: &DetectParams,
    effort: &mut Effort,
) -> Result<Vec<TextBox>, VisionError> {
    let view = page.and_then(|page| {
        // Print that had to be enlarged to be found cannot be read.
        let [wide, high] = sides(page);
        let longest = params.longest.min((wide.max(high) * params.enlarged) as u32).max(STEP as u32);
        View::of(picture, &mut lane.resizer, page, (longest, STEP))
    });
    let mut boxes: Vec<TextBox> = match view {
        Some(view) => {
            let boxes = marked(lane, &view.rgb, (view.width, view.height), params, effort)?;
            boxes.into_iter().map(|found| seen(found, &view.to_picture)).collect()
        }
        None => {
            let longest = picture.width().max(picture.height());
            let scale = f64::from(params.longest.min(longest)) / f64::from(longest);
            let side =
                |length: u32| ((f64::from(length) * scale / STEP as f64).round() as usize).max(1) * STEP;
            let (width, height) = (side(picture.width()), side(picture.height()));
            let whole = Window::whole(picture);
            let rgb = rgb_window(picture, &mut lane.resizer, whole, width as u32, height as u32);
            let scale =
                [f64::from(picture.width()) / width as f64, f64::from(picture.height()) / height as f64];
            let boxes = marked(lane, &rgb, (width, height), params, effort)?;
            boxes.into_iter().map(|found| stretched(found, scale)).collect()
        }
    };
    boxes.sort_by(|one, other| (other.half[0] * other.half[1]).total_cmp(&(one.half[0] * one.half[1])));
    boxes.truncate(params.most);
    Ok(boxes)
}

/// What the search for text in so many pixels usually costs on one core.
const fn usual(pixels: usize) -> Duration {
    Duration::from_nanos(125 * pixels as u64)
}

/// The network halves the picture five times.
const STEP: usize = 32;

/// The boxes in a picture of the size that the network is to see.
fn marked(
    lane: &mut Lane,
    rgb: &[u8],
    (width, height): (usize, usize),
    params: &DetectParams,
    effort: &mut Effort,
) -> Result<Vec<TextBox>, VisionError> {
    effort.ran(usual(width * height));
    let planes = fill_planes(rgb, lane.input(Slot::TextDetector));
    let least = lane.threshold(Slot::TextDetector);
    lane.run_sized(Slot::TextDetector, (height, width), &planes, |_, map| {
        if map.len() == width * height { boxes(map, width, least, params) } else { Vec::new() }
    })
}

/// A box of the flat page as it lies in the picture.
fn seen(found: TextBox, to_picture: &Homography) -> TextBox {
    let point = |along, across| to_picture.map(found.at(along, across));
    let ends = |from: [f64; 2], to: [f64; 2]| {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let length = dx.hypot(dy).max(1e-9);
        ([dx / length, dy / length], length / 2.0)
    };
    let (axis, half) = ends(point(-1.0, 0.0), point(1.0, 0.0));
    let (_, across) = ends(point(0.0, -1.0), point(0.0, 1.0));
    TextBox { middle: point(0.0, 0.0), axis, half: [half, across] }
}

/// The reduced picture's sides are rounded to multiples of 32, each by its own factor.
fn stretched(found: TextBox, scale: [f64; 2]) -> TextBox {
    let [x, y] = found.axis;
    let along = [x * scale[0], y * scale[1]];
    let across = (-y * scale[0]).hypot(x * scale[1]);
    let length = along[0].hypot(along[1]).max(1e-9);
    TextBox {
        middle: [found.middle[0] * scale[0], found.middle[1] * scale[1]],
        axis: [along[0] / length, along[1] / length],
        half: [found.half[0] * length, found.half[1] * across],
    }
}

/// Boxes around the connected parts of a map where the probability is at least `least`.
fn boxes(map: &[f32], width: usize, least: f32, params: &DetectParams) -> Vec<TextBox> {
    let height = map.len() / width.max(1);
    let mut seen = vec![false; map.len()];
    let mut found = Vec::new();
    let mut stack = Vec::new();
    for start in 0..map.len() {
        if seen[start] || map[start] < least {
            continue;
        }
        let (mut sum, mut count) = (0.0_f64, 0_u32);
        // Of each row the first and the last pixel: the hull has no others.
        let mut rows: std::collections::BTreeMap<usize, (usize, usize)> = std::collections::BTreeMap::new();
        stack.push(start);
        seen[start] = true;
        while let Some(at) = stack.pop() {
            let (x, y) = (at % width, at / width);
            sum += f64::from(map[at]);
            count += 1;
            rows.entry(y)
                .and_modify(|(from, to)| (*from, *to) = ((*from).min(x), (*to).max(x)))
                .or_insert((x, x));
            for ny in y.saturating_sub(1)..(y + 2).min(height) {
                for nx in x.saturating_sub(1)..(x + 2).min(width) {
                    let next = ny * width + nx;
                    if !seen[next] && map[next] >= least {
                        seen[next] = true;
                        stack.push(next);
                    }
                }
            }
        }
        if sum / f64::from(count.max(1)) < f64::from(params.least_score) {
            continue;
        }
        let points = rows.iter().flat_map(|(&y, &(from, to))| {
            let (top, bottom) = (y as f64, y as f64 + 1.0);
            let (left, right) = (from as f64, to as f64 + 1.0);
            [[left, top], [left, bottom], [right, top], [right, bottom]]
        });
        let Some(mut smallest) = smallest_box(&hull(points.collect())) else { continue };
        if 2.0 * smallest.half[0].min(smallest.half[1]) < params.least_side {
            continue;
        }
        let [a, b] = smallest.half;
        let grown = a * b / (a + b) * params.unclip;
        smallest.half = [a + grown, b + grown];
        found.push(smallest);
    }
    found
}

/// The convex hull (Andrew's monotone chain).
fn hull(mut points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    points.dedup();
    let turn =
        |o: [f64; 2], a: [f64; 2], b: [f64; 2]| (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
    let mut chain: Vec<[f64; 2]> = Vec::new();
    for backwards in [false, true] {
        let begin = chain.len();
        let mut add = |point: [f64; 2]| {
            while chain.len() >= begin + 2
                && turn(chain[chain.len() - 2], chain[chain.len() - 1], point) <= 0.0
            {
                chain.pop();
            }
            chain.push(point);
        };
        if backwards {
            points.iter().rev().for_each(|point| add(*point));
        } else {
            points.iter().for_each(|point| add(*point));
        }
        // Its end is the other half's beginning.
        chain.pop();
    }
    chain
}

/// The smallest rectangle about a convex polygon: one of its sides lies on one of the polygon's.
fn smallest_box(hull: &[[f64; 2]]) -> Option<TextBox> {
    let mut best: Option<TextBox> = None;
    for (n, from) in hull.iter().enumerate() {
        let to = hull[(n + 1) % hull.len()];
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let length = dx.hypot(dy);
        if length < 1e-9 {
            continue;
        }
        let axis = [dx / length, dy / length];
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for point in hull {
            let at = [point[0] * axis[0] + point[1] * axis[1], -point[0] * axis[1] + point[1] * axis[0]];
            for i in 0..2 {
                (low[i], high[i]) = (low[i].min(at[i]), high[i].max(at[i]));
            }
        }
        let half = [(high[0] - low[0]) / 2.0, (high[1] - low[1]) / 2.0];
        if best.is_none_or(|best| half[0] * half[1] < best.half[0] * best.half[1] - 1e-9) {
            let [a, b] = [f64::midpoint(low[0], high[0]), f64::midpoint(low[1], high[1])];
            let middle = [a * axis[0] - b * axis[1], a * axis[1] + b * axis[0]];
            best = Some(TextBox { middle, axis, half });
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_areas_become_boxes_that_grow_and_faint_ones_do_not() {
        let (width, height) = (100, 60);
        let mut map = vec![0.0; width * height];
        for y in 10..16 {
            map[y * width + 20..y * width + 80].fill(0.9);
        }
        for y in 40..46 {
            map[y * width + 20..y * width + 80].fill(0.35);
        }
        let found = boxes(&map, width, 0.3, &DetectParams::default());
        assert_eq!(found.len(), 1);
        let along = found[0].read_along([1.0, 0.0]);
        assert!((along.middle[0] - 50.0).abs() < 1e-6 && (along.middle[1] - 13.0).abs() < 1e-6);
        // 60 x 6: area over perimeter is 2.73, one and a half of it 4.09.
        assert!((along.half[0] - 34.09).abs() < 0.01 && (along.half[1] - 7.09).abs() < 0.01, "{along:?}");
        // The same area read downwards, as on a page that lies on its side.
        let down = found[0].read_along([0.0, 1.0]);
        assert!((down.half[0] - 7.09).abs() < 0.01 && (down.axis[1] - 1.0).abs() < 1e-9);
        assert!((down.corners()[0][0] - 84.09).abs() < 0.01, "its top is on the right: {:?}", down.corners());
    }

    #[test]
    fn a_slanted_line_has_a_slanted_box() {
        let width = 200;
        let mut map = vec![0.0; width * 100];
        for x in 20..180 {
            let top = 20 + (x - 20) / 4;
            for y in top..top + 8 {
                map[y * width + x] = 0.8;
            }
        }
        let found = boxes(&map, width, 0.3, &DetectParams::default());
        assert_eq!(found.len(), 1);
        let [x, y] = found[0].read_along([1.0, 0.0]).axis;
        assert!((y / x - 0.25).abs() < 0.03, "{x} {y}");
    }
}
