//! The portrait, found by way of the page: a page that fills a small part of a large picture has a face that is too small for the detector
//! there, and pages lie in any direction.

use selfsame_domain::document::DocumentReading;

use super::{Frame, KnownBy};
use crate::face::{self, DetectParams, FaceSighting};
use crate::image::{Picture, Similarity, warp_onto};
use crate::inference::{Lane, VisionError};

/// Pixels of a millimetre of the page laid upright in which its portrait is looked for: faces of 15 mm are as large as the networks that
/// follow take them.
const PAGE_SCALE: f64 = 10.0;

/// The largest face on the page that the zone belongs to, or that its edges show, in pixels of the picture, whichever way the page is
/// turned in it; `None` where the page is not known or has no face.
pub(crate) fn on_page(
    lane: &mut Lane,
    picture: &Picture,
    reading: &DocumentReading,
    detection: &DetectParams,
) -> Result<Option<FaceSighting>, VisionError> {
    for (page, map) in flat_pages(lane, picture, reading) {
        if let Some(face) = face::detect(lane, &page, &at_once(detection))?.into_iter().next() {
            return Ok(Some(back(face, &map)));
        }
    }
    Ok(None)
}

/// Portraits are a tenth of a page wide and more: on the page laid upright they are as large as the detector takes them.
pub(super) fn at_once(detection: &DetectParams) -> DetectParams {
    DetectParams { tile_shares: &[], ..detection.clone() }
}

/// The page laid upright, in each way that it may lie; and how it came there from the picture. Empty where its place is not known.
pub(super) fn flat_pages(
    lane: &mut Lane,
    picture: &Picture,
    reading: &DocumentReading,
) -> Vec<(Picture, Similarity)> {
    let frame = Frame::of(picture, reading);
    let ways: &[Frame] = match frame.known {
        KnownBy::Zone => &[frame],
        KnownBy::Edges => &[frame, frame.turned()],
        KnownBy::Nothing => &[],
    };
    let flat = |frame: &Frame| {
        let map = frame.upright(PAGE_SCALE.min(frame.scale()));
        let side = |millimetres: f64| (millimetres * map.scale() * frame.scale()).round().max(1.0) as u32;
        let [width, height] = frame.size().map(side);
        let page = warp_onto(picture, &mut lane.resizer, &map, (width, height));
        Some((Picture::from_rgb(width, height, page)?, map))
    };
    ways.iter().filter_map(flat).collect()
}

/// A face of a part laid upright, in pixels of the picture: its box is the upright one about the turned one, its pose that on the page.
fn back(face: FaceSighting, map: &Similarity) -> FaceSighting {
    let source = |x: f32, y: f32| {
        let (x, y) = map.source(f64::from(x), f64::from(y));
        [x as f32, y as f32]
    };
    let landmarks = face.landmarks.map(|[x, y]| source(x, y));
    FaceSighting { bounds: map.source_box(face.bounds), landmarks, ..face }
}
