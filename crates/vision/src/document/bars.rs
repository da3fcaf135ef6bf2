//! Where the bars of a code may stand: places in which brightness changes along one direction and hardly across it.
//!
//! It takes a few milliseconds, where the decoder takes half a second to find nothing.

use crate::image::{Picture, Window};

use super::grey::Grey;

/// What looks like bars.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BarParams {
    /// Longest side that the picture is reduced to. 1000: the narrowest bars of a code that the decoder reads blend, the wider ones stay.
    pub(crate) longest: u32,
    /// How steep brightness is in a tile on average, 0..=255 over two pixels, at least. 14: a code in bad light has 20.
    pub(crate) least_steepness: f64,
    /// How much more brightness changes along the code than across it: 0 as much, 1 along it alone. 0.4: codes have 0.5 to 0.9, text 0.1
    /// to 0.35.
    pub(crate) least_coherence: f64,
    /// Tiles of a code, at least. 20: at 12 pixels a tile that is a code of 180 by 40 pixels.
    pub(crate) least_tiles: usize,
    /// Share of the smallest rectangle about a code's tiles that they fill, at least. 0.35: a code in half shadow fills so much; bricks,
    /// leaves and cloth fill 0.05 to 0.25.
    pub(crate) least_filled: f64,
    /// Length along which brightness changes against the other one, at least. 0.6: codes of licences are two to six times as long as
    /// high; an edge with little beside it is a fifth.
    pub(crate) least_aspect: f64,
    /// Places that are looked at, the largest first.
    pub(crate) most: usize,
}

impl Default for BarParams {
    fn default() -> Self {
        Self {
            longest: 1000,
            least_steepness: 14.0,
            least_coherence: 0.4,
            least_tiles: 20,
            least_filled: 0.35,
            least_aspect: 0.6,
            most: 2,
        }
    }
}

/// Side of a tile, pixels of the reduced picture.
const TILE: usize = 12;
/// Neighbouring tiles of one code differ by less in direction, degrees.
const ONE_DIRECTION: f64 = 18.0;

/// A place that looks like a code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bars {
    /// About the code, with a margin; pixels of the picture.
    pub(crate) window: Window,
    /// By how much the picture has to be turned so that the code lies along rows or columns, -45..=45.
    pub(crate) lean: f64,
    tiles: usize,
}

/// Finds the places that look most like a code, the largest first.
pub(crate) fn bars(
    picture: &Picture,
    resizer: &mut fast_image_resize::Resizer,
    params: &BarParams,
) -> Vec<Bars> {
    let (grey, scale) = Grey::reduced(picture, resizer, params.longest);
    let mut found = places(&grey, params);
    for place in &mut found {
        let Window { x, y, width, height } = place.window;
        // Start and stop patterns are wide bars: they may have been left out.
        let margin = 0.12 * width.max(height) + 2.0 * TILE as f64;
        place.window = Window {
            x: (x - margin) * scale,
            y: (y - margin) * scale,
            width: (width + 2.0 * margin) * scale,
            height: (height + 2.0 * margin) * scale,
        }
        .clamped(picture);
    }
    found
}

/// The direction in which brightness changes in a tile, degrees from 0 to 180; `None` where it changes little or in every direction.
fn direction(grey: &Grey, left: usize, top: usize, params: &BarParams) -> Option<f64> {
    let (mut xx, mut yy, mut xy) = (0_i64, 0_i64, 0_i64);
    for y in top..top + TILE {
        let at = y * grey.width + left;
        for n in at..at + TILE {
            let gx = i64::from(grey.values[n + 1]) - i64::from(grey.values[n - 1]);
            let gy = i64::from(grey.values[n + grey.width]) - i64::from(grey.values[n - grey.width]);
            xx += gx * gx;
            yy += gy * gy;
            xy += gx * gy;
        }
    }
    let (xx, yy, xy) = (xx as f64, yy as f64, xy as f64);
    let power = (xx + yy) / (TILE * TILE) as f64;
    if power < params.least_steepness.powi(2) {
        return None;
    }
    let coherence = (xx - yy).hypot(2.0 * xy) / (xx + yy);
    (coherence >= params.least_coherence)
        .then(|| ((2.0 * xy).atan2(xx - yy).to_degrees() / 2.0).rem_euclid(180.0))
}

/// Connected tiles of one direction; windows are in pixels of the reduced picture.
fn places(grey: &Grey, params: &BarParams) -> Vec<Bars> {
    if grey.width < TILE + 2 || grey.height < TILE + 2 {
        return Vec::new();
    }
    let (columns, rows) = ((grey.width - 2) / TILE, (grey.height - 2) / TILE);
    let tiles: Vec<Option<f64>> = (0..columns * rows)
        .map(|at| direction(grey, 1 + at % columns * TILE, 1 + at / columns * TILE, params))
        .collect();
    let apart = |a: f64, b: f64| {
        let off = (a - b).rem_euclid(180.0);
        off.min(180.0 - off)
    };
    let mut seen = vec![false; tiles.len()];
    let mut found = Vec::new();
    let mut stack = Vec::new();
    for start in 0..tiles.len() {
        let Some(first) = tiles[start].filter(|_| !seen[start]) else { continue };
        // The mean direction, of doubled angles.
        let (mut cosine, mut sine, mut members) = (0.0, 0.0, Vec::new());
        let (mut low, mut high) = ([columns, rows], [0, 0]);
        stack.push((start, first));
        seen[start] = true;
        while let Some((at, angle)) = stack.pop() {
            let (doubled, place) = ((2.0 * angle).to_radians(), [at % columns, at / columns]);
            (cosine, sine) = (cosine + doubled.cos(), sine + doubled.sin());
            members.push(place);
            for i in 0..2 {
                (low[i], high[i]) = (low[i].min(place[i]), high[i].max(place[i]));
            }
            let [x, y] = place;
            for ny in y.saturating_sub(1)..(y + 2).min(rows) {
                for nx in x.saturating_sub(1)..(x + 2).min(columns) {
                    let next = ny * columns + nx;
                    if let Some(other) = tiles[next].filter(|other| apart(angle, *other) < ONE_DIRECTION)
                        && !seen[next]
                    {
                        seen[next] = true;
                        stack.push((next, other));
                    }
                }
            }
        }
        let along = sine.atan2(cosine).to_degrees() / 2.0;
        if members.len() < params.least_tiles {
            continue;
        }
        let sides = extents(&members, along);
        let filled = members.len() as f64 / (sides[0] * sides[1]);
        if filled < params.least_filled || sides[0] < params.least_aspect * sides[1] {
            continue;
        }
        let side = |i: usize| ((high[i] - low[i] + 1) * TILE) as f64;
        let corner = |i: usize| (low[i] * TILE + 1) as f64;
        let window = Window { x: corner(0), y: corner(1), width: side(0), height: side(1) };
        found.push(Bars { window, lean: -((along + 45.0).rem_euclid(90.0) - 45.0), tiles: members.len() });
    }
    found.sort_by_key(|bars| std::cmp::Reverse(bars.tiles));
    found.truncate(params.most);
    found
}

/// The sides of the smallest rectangle about tiles, one of which lies at `along` degrees: that side, then the other.
fn extents(tiles: &[[usize; 2]], along: f64) -> [f64; 2] {
    let (sine, cosine) = along.to_radians().sin_cos();
    [[cosine, sine], [-sine, cosine]].map(|[x, y]| {
        let places = tiles.iter().map(|tile| x * tile[0] as f64 + y * tile[1] as f64);
        let (least, most) =
            places.fold((f64::MAX, f64::MIN), |(least, most), at| (least.min(at), most.max(at)));
        most - least + 1.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bars of 3 pixels, and of 6 and 9, one after another, in rows of 9 that differ, turned by degrees about the middle.
    fn drawn(degrees: f64) -> Grey {
        let (width, height) = (600, 400);
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let mut values = vec![230; width * height];
        for (at, value) in values.iter_mut().enumerate() {
            let (x, y) = ((at % width) as f64 - 300.0, (at / width) as f64 - 200.0);
            let (u, v) = (cosine * x + sine * y, cosine * y - sine * x);
            if u.abs() < 180.0 && v.abs() < 45.0 {
                let row = ((v + 45.0) / 9.0) as usize;
                let bar = ((u + 180.0) / 3.0) as usize + 5 * row;
                *value = if [0, 1, 3, 7, 8, 11].contains(&(bar % 12)) { 20 } else { 230 };
            }
        }
        Grey { width, height, values }
    }

    #[test]
    fn a_rectangle_of_tiles_has_its_sides_at_any_angle() {
        let all: Vec<[usize; 2]> = (0..40).flat_map(|x| (0..40).map(move |y| [x, y])).collect();
        for degrees in [0.0, 30.0, 45.0, 100.0] {
            let (sine, cosine) = f64::to_radians(degrees).sin_cos();
            let inside = |[x, y]: &[usize; 2]| {
                let (x, y) = (*x as f64 - 20.0, *y as f64 - 20.0);
                (cosine * x + sine * y).abs() < 12.0 && (cosine * y - sine * x).abs() < 4.0
            };
            let code: Vec<_> = all.iter().copied().filter(inside).collect();
            let [long, short] = extents(&code, degrees);
            assert!((22.0..26.0).contains(&long) && (7.0..10.0).contains(&short), "{degrees} {long} {short}");
        }
    }

    #[test]
    fn bars_are_found_with_their_place_and_lean() {
        for degrees in [0.0, 14.0, -30.0, 80.0] {
            let found = places(&drawn(degrees), &BarParams::default());
            assert!(!found.is_empty(), "{degrees}");
            let expected: f64 = if degrees > 45.0 { degrees - 90.0 } else { degrees };
            assert!((found[0].lean + expected).abs() < 8.0, "{degrees}: {found:?}");
            let Window { x, y, width, height } = found[0].window;
            assert!((x + width / 2.0 - 300.0).abs() < 20.0 && (y + height / 2.0 - 200.0).abs() < 20.0);
            assert!(width > 60.0 && height > 60.0, "{degrees}: {found:?}");
        }
    }

    #[test]
    fn noise_and_a_plain_picture_have_no_bars() {
        let (width, height) = (600, 400);
        let plain = Grey { width, height, values: vec![128; width * height] };
        assert!(places(&plain, &BarParams::default()).is_empty());
        let mut state = 7_u32;
        let noise = (0..width * height).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        });
        let noise = Grey { width, height, values: noise.collect() };
        assert!(places(&noise, &BarParams::default()).is_empty());
    }
}
