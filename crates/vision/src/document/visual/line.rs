//! Lines of print: boxes that were read, on the page as it lies flat.

use selfsame_domain::document::PrintedLine;
use selfsame_domain::{Point, Rect};

use crate::image::Picture;
use crate::inference::{Lane, VisionError};

use super::detect::TextBox;
use crate::document::band::TextLine;
use crate::document::effort::Effort;
use crate::document::page::{Corners, Homography, sides};
use crate::document::recognise::{LatinReader, Letter, latin_line, strip_height};
use crate::document::strip::{StripShape, strip};

/// How lines are read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LineParams {
    /// Horizontal scale of the strips against the vertical one. 0.8: a fifth of the time is saved, and none of 500 generated lines was
    /// read worse.
    pub(crate) squeeze: f64,
    /// A gap between the middles of two characters that divides a line in two, against the height of its box. 1.15: two columns that
    /// the detector took for one; between words it is about 0.7.
    pub(crate) column_gap: f64,
    /// A line whose least sure character is less probable says nothing. 0.2.
    pub(crate) least_probability: f32,
}

impl Default for LineParams {
    fn default() -> Self {
        Self { squeeze: 0.8, column_gap: 1.15, least_probability: 0.2 }
    }
}

/// The page's own coordinates: along the direction of reading, and downwards; in pixels of the picture, as many as the page has there on
/// average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Flat(FlatKind);

#[derive(Debug, Clone, Copy, PartialEq)]
enum FlatKind {
    /// The page's edges are not known: it is turned, and not tilted. The unit vector of reading in the picture.
    Turned([f64; 2]),
    Tilted(Homography),
}

impl Flat {
    /// `direction` is that of reading; where the page's edges are known, more or less.
    pub(crate) fn of(page: Option<&Corners>, direction: [f64; 2]) -> Self {
        let tilted = page.and_then(|corners| {
            // The upper edge is the one that runs most nearly in the direction of reading.
            let along = |from: usize| {
                let (a, b) = (corners[from], corners[(from + 1) % 4]);
                let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
                (dx * direction[0] + dy * direction[1]) / dx.hypot(dy).max(1e-9)
            };
            let upper = (0..4).max_by(|one, other| along(*one).total_cmp(&along(*other)))?;
            let mut corners = *corners;
            corners.rotate_left(upper);
            let [width, height] = sides(&corners);
            Homography::between(corners, [[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]])
        });
        Self(tilted.map_or(FlatKind::Turned(direction), FlatKind::Tilted))
    }

    /// A point of the picture in these coordinates.
    pub(crate) fn map(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        match &self.0 {
            FlatKind::Turned([dx, dy]) => [x * dx + y * dy, -x * dy + y * dx],
            FlatKind::Tilted(homography) => homography.map([x, y]),
        }
    }
}

/// An upright rectangle on the flat page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

impl Place {
    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub(crate) fn middle(&self) -> f64 {
        f64::midpoint(self.top, self.bottom)
    }

    /// Whether the two stand beside each other on one line.
    pub(crate) fn level_with(&self, other: &Self) -> bool {
        (self.middle() - other.middle()).abs() < 0.35 * self.height().max(other.height())
    }
}

/// A line that was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// Without space at its ends; not empty.
    pub(crate) letters: Vec<Letter>,
    pub(crate) bounds: TextBox,
    pub(crate) place: Place,
}

impl Line {
    fn new(letters: Vec<Letter>, bounds: TextBox, flat: &Flat) -> Option<Self> {
        let first = letters.iter().position(|letter| letter.character != ' ')?;
        let last = letters.iter().rposition(|letter| letter.character != ' ')?;
        let letters = letters[first..=last].to_vec();
        let corners = bounds.corners().map(|corner| flat.map(corner));
        let extreme =
            |i: usize, pick: fn(f64, f64) -> f64, a: usize, b: usize| pick(corners[a][i], corners[b][i]);
        // The mean of both ends: a slanted line is not higher than a level one.
        let place = Place {
            left: extreme(0, f64::midpoint, 0, 3),
            right: extreme(0, f64::midpoint, 1, 2),
            top: extreme(1, f64::midpoint, 0, 1),
            bottom: extreme(1, f64::midpoint, 2, 3),
        };
        Some(Self { letters, bounds, place })
    }

    pub(crate) fn text(&self) -> String {
        self.letters.iter().map(|letter| letter.character).collect()
    }

    /// Of the least sure character, spaces aside: a word is as sure as its worst letter.
    pub(crate) fn confidence(&self) -> f32 {
        let probabilities =
            self.letters.iter().filter(|letter| letter.character != ' ').map(|l| l.probability);
        probabilities.fold(1.0, f32::min)
    }

    /// A part of the line as one of its own; `None` when there is nothing but space in it.
    pub(crate) fn part(&self, letters: std::ops::Range<usize>, flat: &Flat) -> Option<Self> {
        let whole = &self.letters;
        let inside = whole.get(letters.clone())?;
        if inside.is_empty() {
            return None;
        }
        // Halfway to the neighbours.
        let edge = |at: usize| match (at.checked_sub(1).and_then(|before| whole.get(before)), whole.get(at)) {
            (Some(before), Some(after)) => f64::midpoint(before.at, after.at),
            (None, _) => 0.0,
            (_, None) => 1.0,
        };
        let (from, to) = (edge(letters.start), edge(letters.end));
        let span = (to - from).max(1e-6);
        let bounds = TextBox {
            middle: self.bounds.at(from + to - 1.0, 0.0),
            half: [self.bounds.half[0] * span, self.bounds.half[1]],
            ..self.bounds
        };
        let moved = inside.iter().map(|letter| Letter { at: (letter.at - from) / span, ..*letter }).collect();
        Self::new(moved, bounds, flat)
    }

    /// This line and another one right of it as one.
    pub(crate) fn joined(&self, right: &Self, flat: &Flat) -> Option<Self> {
        let ends = [self.bounds.at(-1.0, 0.0), right.bounds.at(1.0, 0.0)];
        let (dx, dy) = (ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]);
        let length = dx.hypot(dy).max(1e-6);
        let bounds = TextBox {
            middle: [f64::midpoint(ends[0][0], ends[1][0]), f64::midpoint(ends[0][1], ends[1][1])],
            axis: [dx / length, dy / length],
            half: [length / 2.0, self.bounds.half[1].max(right.bounds.half[1])],
        };
        let share = |line: &Self| 2.0 * line.bounds.half[0] / length;
        let (first, second) = (share(self), share(right));
        let mut letters: Vec<Letter> =
            self.letters.iter().map(|letter| Letter { at: letter.at * first, ..*letter }).collect();
        let gap = 1.0 - second;
        letters.push(Letter { character: ' ', at: f64::midpoint(first, gap), probability: 1.0 });
        letters.extend(right.letters.iter().map(|letter| Letter { at: gap + letter.at * second, ..*letter }));
        Self::new(letters, bounds, flat)
    }

    /// The box around it in pixels of the picture.
    pub(crate) fn rect(&self) -> Rect {
        let corners = self.bounds.corners();
        let extreme = |i: usize, pick: fn(f64, f64) -> f64, from: f64| {
            corners.iter().map(|corner| corner[i]).fold(from, pick)
        };
        let (left, top) = (extreme(0, f64::min, f64::INFINITY), extreme(1, f64::min, f64::INFINITY));
        let (right, bottom) =
            (extreme(0, f64::max, f64::NEG_INFINITY), extreme(1, f64::max, f64::NEG_INFINITY));
        Rect { x: left as f32, y: top as f32, width: (right - left) as f32, height: (bottom - top) as f32 }
    }

    /// In the words of the domain.
    pub(crate) fn printed(&self) -> PrintedLine {
        let corners = self.bounds.corners().map(|[x, y]| Point { x: x as f32, y: y as f32 });
        PrintedLine { text: self.text(), confidence: self.confidence(), corners }
    }
}

/// Reads a box; two lines where it spans two columns, none where nothing certain stands in it.
pub(crate) fn read_box(
    lane: &mut Lane,
    picture: &Picture,
    (bounds, flat): (TextBox, &Flat),
    reader: &LatinReader,
    params: &LineParams,
    effort: &mut Effort,
) -> Result<Vec<Line>, VisionError> {
    let letters = letters(lane, picture, &bounds, reader, params, effort)?;
    let gap = params.column_gap * bounds.half[1] / bounds.half[0].max(1e-6);
    let Some(whole) = Line::new(letters, bounds, flat) else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    let mut begin = 0;
    let ink: Vec<usize> = (0..whole.letters.len()).filter(|at| whole.letters[*at].character != ' ').collect();
    for pair in ink.windows(2) {
        if whole.letters[pair[1]].at - whole.letters[pair[0]].at > gap {
            lines.extend(whole.part(begin..pair[0] + 1, flat));
            begin = pair[1];
        }
    }
    if begin == 0 {
        lines.push(whole);
    } else {
        lines.extend(whole.part(begin..whole.letters.len(), flat));
    }
    lines.retain(|line| line.confidence() >= params.least_probability);
    Ok(lines)
}

fn letters(
    lane: &mut Lane,
    picture: &Picture,
    bounds: &TextBox,
    reader: &LatinReader,
    params: &LineParams,
    effort: &mut Effort,
) -> Result<Vec<Letter>, VisionError> {
    // The strip has a margin of one thickness at both ends: a thin one inside of the box, and all of the box's height.
    const SHARE: f64 = 8.0;
    let thickness = 2.0 * bounds.half[1] / SHARE;
    let inset = (1.0 - thickness / bounds.half[0].max(1e-6)).max(0.1);
    let line = TextLine {
        from: bounds.at(-inset, 0.0),
        middle: bounds.middle,
        to: bounds.at(inset, 0.0),
        thickness: [thickness; 2],
    };
    let shape = StripShape { height: SHARE, squeeze: params.squeeze };
    let strip = strip(picture, &line, strip_height(lane), shape);
    effort.ran(reader.usual(strip.width));
    latin_line(lane, &strip, reader)
}

/// The direction of reading: that of the longest boxes, the way round in which the recogniser is surer of them.
pub(crate) fn direction(
    lane: &mut Lane,
    picture: &Picture,
    boxes: &[TextBox],
    reader: &LatinReader,
    params: &LineParams,
    effort: &mut Effort,
) -> Result<[f64; 2], VisionError> {
    let Some(along) = undirected(boxes) else { return Ok([1.0, 0.0]) };
    // Not the longest: titles and barcodes are. Three are enough where one is read upside down by chance.
    let aspect = |found: &TextBox| found.half[0] / found.half[1].max(1e-6);
    let mut tried: Vec<TextBox> = boxes.iter().map(|found| found.read_along(along)).collect();
    tried.retain(|found| (2.5..14.0).contains(&aspect(found)));
    tried.sort_by(|one, other| other.half[0].total_cmp(&one.half[0]));
    tried.truncate(4);
    let mut sureness = [0.0, 0.0];
    for found in tried {
        for (sign, sureness) in [1.0, -1.0].into_iter().zip(&mut sureness) {
            let found = found.read_along([along[0] * sign, along[1] * sign]);
            let letters = letters(lane, picture, &found, reader, params, effort)?;
            *sureness += letters.iter().map(|letter| f64::from(letter.probability).powi(4)).sum::<f64>();
        }
    }
    let sign = if sureness[1] > sureness[0] { -1.0 } else { 1.0 };
    Ok([along[0] * sign, along[1] * sign])
}

/// The mean direction of long boxes, either way round; `None` without any.
fn undirected(boxes: &[TextBox]) -> Option<[f64; 2]> {
    // Of doubled angles, so that both ways round are the same.
    let (mut cosine, mut sine) = (0.0, 0.0);
    for found in boxes {
        let turned = found.half[0] < found.half[1];
        let (long, short) =
            if turned { (found.half[1], found.half[0]) } else { (found.half[0], found.half[1]) };
        let [x, y] = if turned { [-found.axis[1], found.axis[0]] } else { found.axis };
        if long > 2.5 * short {
            cosine += long * (x * x - y * y);
            sine += long * 2.0 * x * y;
        }
    }
    if cosine == 0.0 && sine == 0.0 {
        return None;
    }
    let angle = sine.atan2(cosine) / 2.0;
    Some([angle.cos(), angle.sin()])
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::document::visual) const FLAT: Flat = Flat(FlatKind::Turned([1.0, 0.0]));

    /// A line 20 pixels high whose letters stand at equal distances.
    pub(in crate::document::visual) fn line(text: &str, left: f64, top: f64, width: f64) -> Line {
        let count = text.chars().count() as f64;
        let letters = text
            .chars()
            .enumerate()
            .map(|(n, character)| Letter { character, at: (n as f64 + 0.5) / count, probability: 0.9 })
            .collect();
        let bounds =
            TextBox { middle: [left + width / 2.0, top + 10.0], axis: [1.0, 0.0], half: [width / 2.0, 10.0] };
        Line::new(letters, bounds, &FLAT).unwrap()
    }

    #[test]
    fn parts_stand_where_their_letters_do_and_join_again() {
        let whole = line("Sex: F", 100.0, 50.0, 60.0);
        let part = whole.part(4..6, &FLAT).unwrap();
        assert_eq!(part.text(), "F");
        assert!((part.place.left - 140.0).abs() < 1e-6 && (part.place.right - 160.0).abs() < 1e-6);
        let left = whole.part(0..4, &FLAT).unwrap();
        let joined = left.joined(&part, &FLAT).unwrap();
        assert_eq!(joined.text(), "Sex: F");
        assert!((joined.place.left - 100.0).abs() < 1e-6 && (joined.place.right - 160.0).abs() < 1e-6);
        assert!(whole.part(4..5, &FLAT).is_none(), "only space");
    }

    #[test]
    fn the_direction_of_boxes_is_the_same_whichever_side_they_name_first() {
        let one = TextBox { middle: [0.0, 0.0], axis: [0.0, 1.0], half: [50.0, 5.0] };
        let same = TextBox { middle: [9.0, 0.0], axis: [1.0, 0.0], half: [5.0, 40.0] };
        let [x, y] = undirected(&[one, same]).unwrap();
        assert!(x.abs() < 1e-6 && (y.abs() - 1.0).abs() < 1e-6);
        assert_eq!(undirected(&[]), None);
    }
}
