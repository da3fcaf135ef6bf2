//! The edges of a device or a sheet: straight lines on at least three sides of the face that make a rectangle.
//!
//! Rooms are full of rectangles (doors, windows, shelves, pictures on walls), but they are behind the person: the shoulders
//! cover their lower part. What is held before the camera covers the shoulders. So a rectangle counts only when it is seen
//! where the body would hide it: its lower side runs below the chin, or both its sides go down past the shoulders. And its
//! lines end where they meet; the lines of rooms mostly run on.

use selfsame_domain::Rect;

use crate::image::Picture;

/// What counts as an edge and as a rectangle. Lengths are in widths of the face unless stated otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeParams {
    /// Width to which the face is brought, in pixels: edges of devices are long, details are of no use.
    pub face: u32,
    /// How much around the face is looked at, in boxes of the face: as much as the full frames of a capture show.
    pub view: f32,
    /// Least step of brightness across an edge, in steps of 1/255 (a dark bezel before a bright room has 50 and more).
    pub step: f32,
    /// How far the rectangle may be rolled, in degrees.
    pub roll: f32,
    /// How far two sides may be from parallel or square, in degrees: a device that is held tilted.
    pub skew: f32,
    /// Narrowest and widest rectangle.
    pub width: (f32, f32),
    /// Least and largest width over height: from a phone upright (0.45) to a monitor (1.8), seen at an angle.
    pub aspect: (f32, f32),
    /// Share of a side that must be seen: fingers and reflections hide a part.
    pub seen: f32,
    /// Share of what lies beyond a corner (a fifth of a side) that may look as if the line went on.
    pub beyond: f32,
    /// How far below the chin (in heights of the face) the sides must reach when the lower side is out of view, and how far
    /// from the middle of the face they may be there: nearer than anybody's shoulders end.
    pub past_shoulders: f32,
    pub within_shoulders: f32,
}

impl Default for EdgeParams {
    fn default() -> Self {
        Self {
            face: 64,
            view: 3.2,
            step: 14.0,
            roll: 12.0,
            skew: 6.0,
            width: (1.1, 3.0),
            aspect: (0.4, 2.0),
            seen: 0.6,
            beyond: 0.4,
            past_shoulders: 0.45,
            within_shoulders: 1.15,
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EdgeSearch {
    /// 0 (a rectangle) to 1 (none).
    pub score: f32,
    /// The best rectangle's corners, from the upper left one clockwise, in pixels of the picture; `None` when no three lines
    /// come near to one.
    pub corners: Option<[[f32; 2]; 4]>,
}

/// Searches for a rectangle about the face; `None` when less than a fifth of a face's width is seen beside it on both sides.
pub fn search(picture: &Picture, face: Rect, params: &EdgeParams) -> Option<EdgeSearch> {
    let view = View::new(picture, face, params)?;
    let edges = view.edges(params);
    let upright = lines(&edges, &view, true, params);
    let level = lines(&edges, &view, false, params);
    let best = rectangles(&view, &upright, &level, params);
    let corners = best.as_ref().map(|(_, corners)| corners.map(|corner| view.in_picture(corner)));
    let likeness = best.map_or(0.0, |(likeness, _)| likeness);
    Some(EdgeSearch { score: (1.0 - likeness).clamp(0.0, 1.0), corners })
}

/// Face and surroundings in the size in which lines are looked for.
struct View {
    width: usize,
    height: usize,
    /// Brightness, 0..255, row by row.
    grey: Vec<f32>,
    /// The face, in pixels of the view.
    face: Rect,
    /// Pixels of the picture per pixel of the view, and where the view begins.
    scale: (f32, f32),
    origin: (f32, f32),
}

/// A pixel on an edge.
#[derive(Clone, Copy)]
struct Edge {
    x: f32,
    y: f32,
    /// Angle of the gradient against the axis that it is nearest to, in degrees.
    tilt: f32,
    upright: bool,
}

impl View {
    fn new(picture: &Picture, face: Rect, params: &EdgeParams) -> Option<Self> {
        let centre = face.centre();
        let (half_width, half_height) = (face.width * params.view / 2.0, face.height * params.view / 2.0);
        let clamp = |value: f32, most: u32| value.clamp(0.0, most as f32);
        let left = clamp(centre.x - half_width, picture.width()).floor();
        let top = clamp(centre.y - half_height, picture.height()).floor();
        let right = clamp(centre.x + half_width, picture.width()).ceil();
        let bottom = clamp(centre.y + half_height, picture.height()).ceil();
        let beside = (face.x - left).max(right - (face.x + face.width));
        if right - left < 8.0 || bottom - top < 8.0 || beside < face.width * 0.2 {
            return None;
        }
        let cut = picture.crop(left as u32, top as u32, (right - left) as u32, (bottom - top) as u32)?;
        // A face of a few pixels is not enlarged.
        let shrink = (params.face as f32 / face.width).min(1.0);
        let side = |pixels: u32| ((pixels as f32 * shrink).round() as u32).max(1);
        let (columns, rows) = (side(cut.width()), side(cut.height()));
        if columns < 8 || rows < 8 {
            return None;
        }
        let scale = (cut.width() as f32 / columns as f32, cut.height() as f32 / rows as f32);
        let small = cut.resized(columns, rows);
        let grey = small
            .rgb()
            .chunks_exact(3)
            .map(|p| 0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2]))
            .collect();
        Some(Self {
            width: columns as usize,
            height: rows as usize,
            grey,
            face: Rect {
                x: (face.x - left) / scale.0,
                y: (face.y - top) / scale.1,
                width: face.width / scale.0,
                height: face.height / scale.1,
            },
            scale,
            origin: (left, top),
        })
    }

    fn in_picture(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [x * self.scale.0 + self.origin.0, y * self.scale.1 + self.origin.1]
    }

    /// Pixels whose gradient is strong, the strongest across the edge, and near enough to one of the axes.
    fn edges(&self, params: &EdgeParams) -> Vec<Edge> {
        let (width, height) = (self.width, self.height);
        let mut gradient = vec![(0.0_f32, 0.0_f32); width * height];
        for y in 1..height - 1 {
            for x in 1..width - 1 {
                let at = |dx: usize, dy: usize| self.grey[(y + dy - 1) * width + x + dx - 1];
                let gx = (at(2, 0) + 2.0 * at(2, 1) + at(2, 2) - at(0, 0) - 2.0 * at(0, 1) - at(0, 2)) / 4.0;
                let gy = (at(0, 2) + 2.0 * at(1, 2) + at(2, 2) - at(0, 0) - 2.0 * at(1, 0) - at(2, 0)) / 4.0;
                gradient[y * width + x] = (gx, gy);
            }
        }
        let most = params.roll + params.skew;
        let mut edges = Vec::new();
        for y in 2..height.saturating_sub(2) {
            for x in 2..width.saturating_sub(2) {
                let (gx, gy) = gradient[y * width + x];
                let strength = gx.hypot(gy);
                if strength < params.step {
                    continue;
                }
                let upright = gx.abs() > gy.abs();
                // Positive when the line leans to the right going down, or down going right.
                let tilt = if upright { (-gy / gx).atan() } else { (-gx / gy).atan() }.to_degrees();
                if tilt.abs() > most + 6.0 {
                    continue;
                }
                let (before, after) = if upright {
                    (gradient[y * width + x - 1].0, gradient[y * width + x + 1].0)
                } else {
                    (gradient[(y - 1) * width + x].1, gradient[(y + 1) * width + x].1)
                };
                let here = if upright { gx.abs() } else { gy.abs() };
                if here >= before.abs() && here > after.abs() {
                    edges.push(Edge { x: x as f32, y: y as f32, tilt, upright });
                }
            }
        }
        edges
    }
}

/// A straight line with what of it is seen.
struct Line {
    /// Upright lines: `x = at + lean * (y - middle)`; level ones the same with x and y exchanged.
    at: f32,
    lean: f32,
    tilt: f32,
    middle: f32,
    /// How many places up to here along the line have an edge.
    seen: Vec<u16>,
}

impl Line {
    fn across(&self, along: f32) -> f32 {
        self.at + self.lean * (along - self.middle)
    }

    /// Share of the stretch that is seen; `None` when it is not at least three pixels inside the view.
    fn share(&self, from: f32, to: f32) -> Option<f32> {
        let most = self.seen.len() as f32 - 1.0;
        let (from, to) = (from.clamp(0.0, most), to.clamp(0.0, most));
        (to - from >= 3.0).then(|| {
            let (from, to) = (from as usize, to as usize);
            f32::from(self.seen[to] - self.seen[from]) / (to - from) as f32
        })
    }
}

/// Most lines of a direction that are tried as sides.
const MOST_LINES: usize = 24;

/// Lines on which the most edges lie (Hough, with the angle taken from the gradient), strongest first.
fn lines(edges: &[Edge], view: &View, upright: bool, params: &EdgeParams) -> Vec<Line> {
    let (length, breadth) = if upright { (view.height, view.width) } else { (view.width, view.height) };
    let middle = length as f32 / 2.0;
    let most = (params.roll + params.skew).round() as isize;
    let angles = (2 * most + 1) as usize;
    // Leaning lines leave the view to the sides.
    let margin = (middle * (most as f32).to_radians().tan()).ceil() as usize + 1;
    let columns = breadth + 2 * margin;
    let own: Vec<(f32, f32, f32)> = edges
        .iter()
        .filter(|edge| edge.upright == upright)
        .map(|edge| if upright { (edge.x, edge.y, edge.tilt) } else { (edge.y, edge.x, edge.tilt) })
        .collect();
    let leans: Vec<f32> = (0..angles).map(|k| ((k as isize - most) as f32).to_radians().tan()).collect();
    let mut votes = vec![0_u16; angles * columns];
    for &(across, along, tilt) in &own {
        for (k, lean) in leans.iter().enumerate() {
            // A gradient's angle is good to some degrees.
            if ((k as isize - most) as f32 - tilt).abs() > 7.0 {
                continue;
            }
            let at = across - lean * (along - middle) + margin as f32 + 0.5;
            if at >= 0.0 && (at as usize) < columns {
                votes[k * columns + at as usize] += 1;
            }
        }
    }
    let least = (view.face.width * 0.5).max(6.0) as u16;
    let mut order: Vec<usize> = (0..votes.len()).filter(|index| votes[*index] >= least).collect();
    order.sort_by_key(|index| (std::cmp::Reverse(votes[*index]), *index));
    let mut lines: Vec<Line> = Vec::new();
    for index in order {
        let tilt = (index / columns) as f32 - most as f32;
        let at = (index % columns) as f32 - margin as f32;
        if lines.iter().any(|line| (line.at - at).abs() < 3.0 && (line.tilt - tilt).abs() < 4.0) {
            continue;
        }
        let lean = leans[index / columns];
        let mut hit = vec![false; length];
        for &(across, along, angle) in &own {
            if (across - at - lean * (along - middle)).abs() <= 1.5 && (angle - tilt).abs() <= 10.0 {
                hit[along as usize] = true;
            }
        }
        let mut seen = Vec::with_capacity(length + 1);
        let mut sum = 0;
        seen.push(sum);
        for hit in hit {
            sum += u16::from(hit);
            seen.push(sum);
        }
        lines.push(Line { at, lean, tilt, middle, seen });
        if lines.len() == MOST_LINES {
            break;
        }
    }
    lines
}

/// The rectangle that is most like one: its likeness, 0..1, and corners in pixels of the view.
fn rectangles(
    view: &View,
    upright: &[Line],
    level: &[Line],
    params: &EdgeParams,
) -> Option<(f32, [[f32; 2]; 4])> {
    let face = view.face;
    let centre = face.centre();
    let chin = face.y + face.height;
    let mut best: Option<(f32, [[f32; 2]; 4])> = None;
    let lefts = || upright.iter().filter(|line| line.across(centre.y) < face.x);
    let rights = || upright.iter().filter(|line| line.across(centre.y) > face.x + face.width);
    // `None`: the side is out of view, or not there.
    let tops = || {
        level.iter().filter(|line| line.across(centre.x) < face.y + face.height * 0.1).map(Some).chain([None])
    };
    let bottoms = || {
        level.iter().filter(|line| line.across(centre.x) > chin - face.height * 0.05).map(Some).chain([None])
    };
    for left in lefts() {
        for right in rights().filter(|right| (right.tilt - left.tilt).abs() <= 2.0 * params.skew) {
            let width = right.across(centre.y) - left.across(centre.y);
            let roll = (left.tilt + right.tilt) / 2.0;
            if width < params.width.0 * face.width
                || width > params.width.1 * face.width
                || roll.abs() > params.roll
            {
                continue;
            }
            for top in tops() {
                for bottom in bottoms() {
                    if let Some(found) = rectangle(view, [left, right], [top, bottom], roll, width, params)
                        && best.as_ref().is_none_or(|best| found.0 > best.0)
                    {
                        best = Some(found);
                    }
                }
            }
        }
    }
    best
}

/// Where an upright and a level line meet.
fn meet(upright: &Line, level: &Line) -> [f32; 2] {
    let mut point = [upright.at, level.at];
    // Both lean little: three rounds are exact to less than a hundredth of a pixel.
    for _ in 0..3 {
        point = [upright.across(point[1]), level.across(point[0])];
    }
    point
}

fn rectangle(
    view: &View,
    [left, right]: [&Line; 2],
    [top, bottom]: [Option<&Line>; 2],
    roll: f32,
    width: f32,
    params: &EdgeParams,
) -> Option<(f32, [[f32; 2]; 4])> {
    let face = view.face;
    let chin = face.y + face.height;
    for line in [top, bottom].into_iter().flatten() {
        // A level line of a rolled rectangle goes up by as much as its sides lean to the right.
        if (line.tilt + roll).abs() > params.skew {
            return None;
        }
    }
    // Without a lower side, the sides must be seen where shoulders would hide them, down to the end of the view.
    let end = |line: Option<&Line>, upright: &Line, otherwise: f32| {
        line.map_or([upright.across(otherwise), otherwise], |line| meet(upright, line))
    };
    let (first, last) = (2.0, view.height as f32 - 3.0);
    let corners =
        [end(top, left, first), end(top, right, first), end(bottom, right, last), end(bottom, left, last)];
    let height = ((corners[2][1] + corners[3][1]) - (corners[0][1] + corners[1][1])) / 2.0;
    if height < 1.1 * face.height {
        return None;
    }
    let reach = params.past_shoulders * face.height;
    match (top, bottom) {
        (None, None) => return None,
        (_, None) => {
            let middle = face.centre().x;
            let near = |line: &Line| {
                (line.across(chin + reach) - middle).abs() < params.within_shoulders * face.width
            };
            if last < chin + reach || !near(left) || !near(right) || height > width / params.aspect.0 * 1.6 {
                return None;
            }
        }
        (Some(_), Some(_)) => {
            if !(params.aspect.0..=params.aspect.1).contains(&(width / height)) {
                return None;
            }
        }
        (None, Some(_)) => {}
    }
    let mut worst = f32::INFINITY;
    let mut judge = |line: &Line, from: f32, to: f32, closed: [bool; 2]| -> Option<()> {
        let tenth = (to - from) * 0.1;
        // Corners are round.
        let seen = line.share(from + tenth, to - tenth)?;
        worst = worst.min(seen);
        // Where nothing is left of the view beyond the corner, nothing runs on.
        let on = |from: f32, to: f32| line.share(from, to).unwrap_or(0.0);
        let runs_on = (closed[0] && on(from - 2.0 * tenth, from - 2.0) > params.beyond)
            || (closed[1] && on(to + 2.0, to + 2.0 * tenth) > params.beyond);
        (!runs_on).then_some(())
    };
    let [upper_left, upper_right, lower_right, lower_left] = corners;
    let ends = [top.is_some(), bottom.is_some()];
    judge(left, upper_left[1], lower_left[1], ends)?;
    judge(right, upper_right[1], lower_right[1], ends)?;
    if let Some(top) = top {
        judge(top, upper_left[0], upper_right[0], [true; 2])?;
    }
    if let Some(bottom) = bottom {
        judge(bottom, lower_left[0], lower_right[0], [true; 2])?;
    } else {
        // The stretch below the shoulders by itself.
        for line in [left, right] {
            worst = worst.min(line.share(chin + reach * 0.5, last)?);
        }
    }
    // From half of what is asked on: a rectangle begins to show.
    let likeness = ((worst - params.seen / 2.0) / (params.seen / 2.0)).clamp(0.0, 1.0);
    (likeness > 0.0).then_some((likeness, corners))
}
