//! The visual zone: what is printed for people.
//!
//! * `detect`: boxes around lines of text;
//! * `read`, `line`: those that are worth it read, in the direction of the page;
//! * `words`, `fold`, `label`: which lines are labels of which field, or the title of a type of document;
//! * `dates`, `value`: what the others mean;
//! * `assign`: which value belongs to which label;
//! * `again`: what is in doubt read once more, by a recogniser that takes five times as long;
//! * `overprint`: a word across the page that says it is a specimen;
//! * `agree`: what is printed against what the machine-readable zone or the barcode says.

mod again;
mod agree;
mod assign;
mod dates;
mod detect;
mod fold;
mod label;
mod line;
mod overprint;
mod read;
mod value;
mod words;

use selfsame_domain::Point;
use selfsame_domain::document::{DocumentReading, DocumentSide, DocumentWarning, FieldName, MrzVerdict};
use time::Date;

use crate::image::Picture;
use crate::inference::{Lane, VisionError};

use again::{AgainParams, read_again};
use agree::{AgreeParams, add_printed};
use assign::{AssignParams, Known, Page, assigned};
use detect::DetectParams;
use line::{Flat, Line, LineParams};
use read::{Before, ReadParams, read_lines};

use super::effort::Effort;
use super::page::{PageParams, find_page};

pub use agree::both_sides;
pub(crate) use overprint::overprint;

/// How the visual zone is read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct VisualParams {
    pub(crate) detect: DetectParams,
    pub(crate) line: LineParams,
    pub(crate) read: ReadParams,
    pub(crate) again: AgainParams,
    pub(crate) assign: AssignParams,
    pub(crate) agree: AgreeParams,
    pub(crate) page: PageParams,
}

/// Reads what is printed, and adds it to a reading that has the zone's and the barcode's share already.
pub(crate) fn add_visual_zone(
    lane: &mut Lane,
    picture: &Picture,
    reading: &mut DocumentReading,
    today: Date,
    params: &VisualParams,
    effort: &mut Effort,
) -> Result<(), VisionError> {
    let corners = reading.mrz.as_ref().map(|mrz| mrz.corners.map(|p| [f64::from(p.x), f64::from(p.y)]));
    let along = corners.map(|[first, second, ..]| {
        let (dx, dy) = (second[0] - first[0], second[1] - first[1]);
        let length = dx.hypot(dy).max(1e-9);
        [dx / length, dy / length]
    });
    let sound = reading.mrz.as_ref().is_some_and(|mrz| mrz.verdict != MrzVerdict::Invalid);
    let before = Before {
        areas: corners.into_iter().chain(barcode_area(reading)).collect(),
        along,
        document: sound || reading.barcode.is_some(),
    };
    let inside: Vec<[f64; 2]> = before.areas.iter().flatten().copied().collect();
    let days = reading.fields.iter().filter(|field| value::date_of(field.name).is_some());
    let known = Known {
        kind: reading.document_type,
        country: reading.issuing_country.clone(),
        days: days.map(|field| field.value.clone()).collect(),
        today,
    };
    let mut found: Option<(Vec<Line>, Page, Flat)> = None;
    let edges = effort.step("page", "print is read on the page as it lies flat", |_| {
        find_page(picture, &mut lane.resizer, &inside, &params.page)
    });
    // What looked like a page and has no labels on it may have been the table: then all of the picture is read.
    for edges in edges.iter().map(Some).chain([None]) {
        let why = if edges.is_some() { "a page was found" } else { "all of the picture" };
        let (lines, flat) = effort.step("lines of print", why, |effort| {
            read_lines(lane, picture, edges, (&before, params), effort)
        })?;
        let page = assigned(&lines, &flat, &known, &params.assign);
        let enough = page.labels >= params.assign.least_labels;
        if found.as_ref().is_none_or(|(_, best, _)| page.labels > best.labels) {
            // A frame with nothing of a document in it is not said to be one.
            let page_of = edges.filter(|_| enough || !inside.is_empty());
            reading.page = page_of.map(|corners| corners.map(|[x, y]| Point { x: x as f32, y: y as f32 }));
            found = Some((lines, page, flat));
        }
        // Something is printed on it, in whatever script its labels are: all of the picture would show less of it.
        if enough || found.as_ref().is_some_and(|(lines, ..)| lines.len() >= params.read.page) {
            break;
        }
    }
    let Some((mut lines, mut page, flat)) = found else { return Ok(()) };
    let again =
        effort.step("second reading", "what is in doubt, and what would contradict a zone", |effort| {
            let how = (today, &params.again, &params.line);
            read_again(lane, picture, (reading, &page, &mut lines, &flat), how, effort)
        })?;
    if again {
        page = assigned(&lines, &flat, &known, &params.assign);
    }
    reading.lines = lines.iter().map(Line::printed).collect();
    reading.document_type = reading.document_type.or(page.kind);
    if reading.document_type.is_some() {
        reading.warnings.retain(|warning| *warning != DocumentWarning::UnknownDocument);
    }
    reading.side = reading.side.or_else(|| side(&page));
    let side = reading.side.unwrap_or(DocumentSide::Front);
    add_printed(reading, &page, side, today, &params.agree);
    let country = reading.value(FieldName::IssuingCountry).map(str::to_owned);
    reading.issuing_country = reading.issuing_country.take().or(country);
    Ok(())
}

/// A page with the holder's names at their labels is the front: the back of a card repeats neither.
fn side(page: &Page) -> Option<DocumentSide> {
    let has = |name: FieldName| page.values.iter().any(|value| value.name == name);
    let named = has(FieldName::Surname) || has(FieldName::GivenNames);
    (named && page.labels >= 3).then_some(DocumentSide::Front)
}

/// Where a barcode lies, so far as the points that were found of it span an area.
fn barcode_area(reading: &DocumentReading) -> Option<[[f64; 2]; 4]> {
    let points = &reading.barcode.as_ref()?.corners;
    let [a, b, c, d] = points.first_chunk::<4>()?.map(|p| [f64::from(p.x), f64::from(p.y)]);
    // Its four outer points, in the order of their angle about the middle.
    let middle = [(a[0] + b[0] + c[0] + d[0]) / 4.0, (a[1] + b[1] + c[1] + d[1]) / 4.0];
    let mut corners = [a, b, c, d];
    corners.sort_by(|one, other| {
        let angle = |p: &[f64; 2]| (p[1] - middle[1]).atan2(p[0] - middle[0]);
        angle(one).total_cmp(&angle(other))
    });
    Some(corners)
}
