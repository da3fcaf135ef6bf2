//! A word across the page that says it is none: SPECIMEN, SAMPLE, VOID.
//!
//! Such a word is large, slanted and pale, and print stands over it. So the page is looked at small, and what is dark and thin, the print,
//! is taken away first; what remains is made strong.

use std::time::Duration;

use selfsame_domain::Rect;
use selfsame_domain::document::DocumentReading;

use super::detect::{DetectParams, TextBox, text_boxes};
use super::fold::{alike, folded, within};
use super::line::{Flat, LineParams, read_box};
use crate::document::effort::Effort;
use crate::document::grey::Grey;
use crate::document::recognise::LatinReader;
use crate::document::signs::{Frame, KnownBy};
use crate::image::{Picture, Similarity, grey_bytes, warp_onto};
use crate::inference::{Lane, Slot, VisionError};

/// Words that mark documents of no validity, folded, in the languages whose labels are known. None is a title or a label.
const WORDS: [&str; 9] =
    ["specimen", "especimen", "especime", "sample", "muster", "muestra", "wzor", "void", "voorbeeld"];
/// Longest side of the page that is looked at, pixels: letters a tenth of a page high are what the recogniser takes then.
const LONGEST: f64 = 512.0;
/// What is wider, in pixels, is no print: 0.8 mm of a passport's page.
const PAPER_FROM: usize = 5;
/// Length of the word as a share of the longest side, at least.
const LEAST_LENGTH: f64 = 0.2;
/// Height as a share of the longest side, at least: titles are a thirtieth.
const LEAST_HEIGHT: f64 = 0.06;
/// Boxes that are read, the largest first.
const MOST: usize = 4;

/// What the search usually costs on one core.
const USUAL: Duration = Duration::from_millis(60);

/// The mean probability of the letters of such a word, and where it is in the picture.
pub(crate) fn overprint(
    lane: &mut Lane,
    picture: &Picture,
    reading: &DocumentReading,
    effort: &mut Effort,
) -> Result<Option<(f32, Rect)>, VisionError> {
    // Where nothing was read there is nothing that such a word would void.
    if reading.document_type.is_none() && reading.mrz.is_none() && reading.fields.is_empty() {
        return Ok(None);
    }
    if !effort.allows(USUAL) {
        return Ok(None);
    }
    let frame = Frame::of(picture, reading);
    let (map, size) = if frame.known != KnownBy::Nothing {
        let [width, height] = frame.size();
        let scale = LONGEST / width.max(height);
        (frame.upright(scale), [width * scale, height * scale])
    } else {
        let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
        let scale = LONGEST / width.max(height);
        (Similarity { a: scale, b: 0.0, tx: 0.0, ty: 0.0 }, [width * scale, height * scale])
    };
    let [width, height] = size.map(|side| side.round().clamp(1.0, LONGEST) as u32);
    let rgb = warp_onto(picture, &mut lane.resizer, &map, (width, height));
    let columns = width as usize;
    // Without what is dark and thin.
    let grey = Grey { width: columns, height: height as usize, values: grey_bytes(&rgb) };
    let bright = Grey { values: grey.closed(PAPER_FROM), ..grey };
    let Some(page) = Picture::from_rgb(width, height, bright.strengthened(columns / 8)) else {
        return Ok(None);
    };
    let params = DetectParams { longest: width.max(height), ..DetectParams::default() };
    let mut boxes = text_boxes(lane, &page, None, &params, effort)?;
    boxes.retain(|found| {
        let (long, short) = (found.half[0].max(found.half[1]) * 2.0, found.half[0].min(found.half[1]) * 2.0);
        long > LEAST_LENGTH * LONGEST && short > LEAST_HEIGHT * LONGEST
    });
    boxes.truncate(MOST);
    let mut best: Option<(f32, Rect)> = None;
    for found in boxes {
        // Upright pages are read from the left; of others it is not known from where.
        let ways: &[[f64; 2]] = match frame.known {
            KnownBy::Zone => &[[1.0, 0.0]],
            KnownBy::Edges => &[[1.0, 0.0], [-1.0, 0.0]],
            KnownBy::Nothing => &[[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]],
        };
        for way in ways {
            let turned = found.read_along(*way);
            if turned.half[0] < turned.half[1] || !may_say_one(lane, &page, turned, *way, effort)? {
                continue;
            }
            let reader = LatinReader::of(lane, Slot::TextRecogniser)?;
            let flat = Flat::of(None, *way);
            for line in read_box(lane, &page, (turned, &flat), &reader, &LineParams::default(), effort)? {
                let read = folded(&line.text());
                if !WORDS.iter().any(|word| alike(&read, word)) {
                    continue;
                }
                let sure: f32 = line.letters.iter().map(|l| l.probability).sum::<f32>()
                    / line.letters.len().max(1) as f32;
                if best.is_none_or(|best| sure > best.0) {
                    best = Some((sure, map.source_box(line.rect())));
                }
            }
        }
    }
    Ok(best)
}

/// Whether the quick recogniser reads half of such a word's letters: then the careful one is asked.
fn may_say_one(
    lane: &mut Lane,
    page: &Picture,
    found: TextBox,
    way: [f64; 2],
    effort: &mut Effort,
) -> Result<bool, VisionError> {
    let reader = LatinReader::of(lane, Slot::QuickRecogniser)?;
    let anything = LineParams { least_probability: 0.0, ..LineParams::default() };
    let lines = read_box(lane, page, (found, &Flat::of(None, way)), &reader, &anything, effort)?;
    let read: Vec<String> = lines.iter().map(|line| folded(&line.text())).collect();
    Ok(read.iter().any(|read| WORDS.iter().any(|word| within(read, word, word.len() / 2))))
}
