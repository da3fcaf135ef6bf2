//! Which lines of a page are read, and when to stop.

use std::time::Duration;

use crate::document::effort::Effort;
use crate::document::page::{Corners, holds};
use crate::document::recognise::LatinReader;
use crate::image::Picture;
use crate::inference::{Lane, Slot, VisionError};

use super::VisualParams;
use super::detect::{DetectParams, TextBox, text_boxes};
use super::label::{is_bare_number, label_of, title_of};
use super::line::{Flat, Line, direction, read_box};

/// How many lines are read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReadParams {
    /// Lines that are read before it is decided whether the picture shows a document. 16: of a card that has 25, five are labels.
    pub(crate) first: usize,
    /// Lines that are read at most. 64: pages with a zone have up to 60, and one takes 5 ms.
    pub(crate) most: usize,
    /// Lines on what was taken for a page, at least, after which nothing else is taken for one. 6.
    pub(crate) page: usize,
    /// Length of a line, in heights of its box, above which it is read only on what is known to be a document. 20: a title in two
    /// languages has 18, and text that runs over a page 30 and more.
    pub(crate) longest: f64,
    /// Height of a box, pixels of the picture, below which nothing in it can be read. 10: print of 6 pixels.
    pub(crate) least_height: f64,
}

impl Default for ReadParams {
    fn default() -> Self {
        Self { first: 16, most: 64, page: 6, longest: 20.0, least_height: 10.0 }
    }
}

/// What a line usually costs on one core.
const USUAL: Duration = Duration::from_millis(5);

/// What is known of a picture before its print is read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Before {
    /// Areas whose content is known already: a zone's and a barcode's. Four corners each, in order.
    pub(crate) areas: Vec<[[f64; 2]; 4]>,
    /// The direction of reading, where that is known.
    pub(crate) along: Option<[f64; 2]>,
    /// Whether something shows that it is a document: a zone that breaks no rule, or a barcode.
    pub(crate) document: bool,
}

/// Reads the lines of text outside of what is known: all of them on a document, and some where nothing shows that it is one.
///
/// Where nothing does as yet, a glance at the reduced picture comes first: it takes half the time of the search for small print, and most
/// pictures that show no document show no print, or much of it and no label.
pub(crate) fn read_lines(
    lane: &mut Lane,
    picture: &Picture,
    page: Option<&Corners>,
    (before, params): (&Before, &VisualParams),
    effort: &mut Effort,
) -> Result<(Vec<Line>, Flat), VisionError> {
    let known = before.document || !before.areas.is_empty();
    if !known && picture.width().max(picture.height()) > params.detect.glance {
        let glance = VisualParams {
            detect: DetectParams { longest: params.detect.glance, ..params.detect.clone() },
            ..params.clone()
        };
        let seen = read_boxes(lane, picture, page, (before, &glance, true), effort)?;
        // A page that lies flat and shows hardly any print at this size has none.
        let least = if page.is_some() { params.read.page } else { 1 };
        if !seen.document && (seen.boxes < least || seen.boxes >= params.read.first) {
            return Ok((seen.lines, seen.flat));
        }
    }
    let seen = read_boxes(lane, picture, page, (before, params, false), effort)?;
    Ok((seen.lines, seen.flat))
}

/// What one search for print found.
struct Seen {
    boxes: usize,
    lines: Vec<Line>,
    flat: Flat,
    /// Whether anything shows that it is a document.
    document: bool,
}

/// Reads what one search for print found; at a glance no more than shows that it is a document.
fn read_boxes(
    lane: &mut Lane,
    picture: &Picture,
    page: Option<&Corners>,
    (before, params, glance): (&Before, &VisualParams, bool),
    effort: &mut Effort,
) -> Result<Seen, VisionError> {
    let mut boxes = text_boxes(lane, picture, page, &params.detect, effort)?;
    boxes.retain(|found| {
        let height = 2.0 * found.half[0].min(found.half[1]);
        height >= params.read.least_height && !before.areas.iter().any(|area| holds(area, found.middle))
    });
    let reader = LatinReader::of(lane, Slot::QuickRecogniser)?;
    let along = match before.along {
        Some(along) => along,
        None => direction(lane, picture, &boxes, &reader, &params.line, effort)?,
    };
    let flat = Flat::of(page, along);
    let boxes: Vec<TextBox> = boxes.into_iter().map(|found| found.read_along(along)).collect();
    effort.note(format!("{} boxes", boxes.len()));
    let (count, mut lines, mut document) = (boxes.len(), Vec::new(), before.document);
    for (n, found) in likeliest(boxes, &flat, &params.read).into_iter().enumerate() {
        let decides = n >= params.read.first || is_long(&found, &params.read);
        document = document || (decides || glance) && shows_document(&lines, &flat);
        if n == params.read.most || decides && !document || glance && document || !effort.allows(USUAL) {
            break;
        }
        lines.extend(read_box(lane, picture, (found, &flat), &reader, &params.line, effort)?);
    }
    document = document || shows_document(&lines, &flat);
    // Lines of a zone that could not be read as one say nothing of a person.
    lines.retain(|line| !line.letters.iter().any(|letter| letter.character == '<'));
    lines.sort_by(|one, other| one.place.top.total_cmp(&other.place.top));
    Ok(Seen { boxes: count, lines, flat, document })
}

fn is_long(found: &TextBox, params: &ReadParams) -> bool {
    found.half[0] > params.longest * found.half[1]
}

/// The boxes in the order in which they are read: at first the highest ones, which hold titles, and as many from all over the page; long
/// ones at last.
fn likeliest(boxes: Vec<TextBox>, flat: &Flat, params: &ReadParams) -> Vec<TextBox> {
    let (long, mut boxes): (Vec<_>, Vec<_>) = boxes.into_iter().partition(|found| is_long(found, params));
    boxes.sort_by(|one, other| other.half[1].total_cmp(&one.half[1]));
    let titles = params.first / 2;
    let mut rest = boxes.split_off(boxes.len().min(titles));
    rest.sort_by(|one, other| flat.map(one.middle)[1].total_cmp(&flat.map(other.middle)[1]));
    let step = (rest.len() / (params.first - titles).max(1)).max(1);
    let (spread, left): (Vec<_>, Vec<_>) = rest.into_iter().enumerate().partition(|(n, _)| n % step == 0);
    boxes.extend(spread.into_iter().chain(left).map(|(_, found)| found));
    boxes.extend(long);
    boxes
}

/// Whether any line is a title or a label of a document. Of a licence's numbers two are asked for: lists have some.
fn shows_document(lines: &[Line], flat: &Flat) -> bool {
    let named = |line: &Line| title_of(line).is_some() || label_of(line, flat, false).is_some();
    lines.iter().any(named) || lines.iter().filter(|line| is_bare_number(line)).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::visual::line::tests::{FLAT, line};

    #[test]
    fn titles_come_first_and_then_lines_from_all_over_the_page() {
        let found = |top: f64, height: f64| TextBox {
            middle: [100.0, top],
            axis: [1.0, 0.0],
            half: [50.0, height / 2.0],
        };
        let mut boxes: Vec<TextBox> = (0..40).map(|n| found(20.0 * f64::from(n), 10.0)).collect();
        boxes.push(found(500.0, 30.0));
        boxes.push(TextBox { half: [300.0, 7.0], ..found(10.0, 14.0) });
        let order = likeliest(boxes, &FLAT, &ReadParams { first: 8, ..ReadParams::default() });
        assert_eq!(order.len(), 42);
        assert!((order[41].half[0] - 300.0).abs() < 1e-9, "long ones at last");
        assert!((order[0].half[1] - 15.0).abs() < 1e-9);
        let tops: Vec<f64> = order[4..8].iter().map(|found| found.middle[1]).collect();
        assert!(tops[3] - tops[0] > 400.0, "{tops:?}");
    }

    #[test]
    fn a_label_or_a_title_shows_a_document_and_other_words_do_not() {
        let of = |texts: &[&str]| {
            let lines: Vec<Line> = texts.iter().map(|text| line(text, 0.0, 0.0, 100.0)).collect();
            shows_document(&lines, &FLAT)
        };
        assert!(of(&["Anything", "Date of birth"]) && of(&["REPUBLIC", "PASSPORT"]) && of(&["4a.", "4b."]));
        assert!(!of(&["Breaking news", "Read more", "12.08.1974"]) && !of(&["4a."]) && !of(&[]));
    }
}
