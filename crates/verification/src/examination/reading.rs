//! One picture of a document, read: what stands on it, whether it shows a document at all, and whether it is a copy.

use std::time::Duration;

use selfsame_domain::Timestamp;
use selfsame_domain::document::{DocumentReading, FieldSource, UnreadableReason};
use selfsame_vision::image::Picture;
use selfsame_vision::signs::{Indication, Signs};
use selfsame_vision::{DocumentWants, Effort, EffortParams, Vision, VisionError};

/// Reads one picture, what is printed on it included.
pub(crate) fn read(
    vision: &Vision,
    picture: &Picture,
    now: Timestamp,
    effort: &mut Effort,
) -> Result<DocumentReading, VisionError> {
    vision.read_document_with(picture, DocumentWants::default(), now, effort)
}

/// The longest side, in pixels, at which a selfie is looked at for a document. 760: zones and labels of pages that fill half of it are read,
/// in a third of the time that a picture of 12 megapixels takes.
const SELFIE_SIDE: u32 = 760;

/// What may be spent on that. A third of what a document may cost: a selfie that needs more shows no document that could be compared.
const SELFIE_EFFORT: EffortParams =
    EffortParams { networks: Duration::from_millis(400), processor: Duration::from_millis(700) };

/// Values that make a document of a selfie. 2: one may stand on a wall.
const LEAST_VALUES: usize = 2;

/// Whether a selfie shows a document: a zone, a page with labels on it, or values at their labels.
pub(super) fn shows_document(
    vision: &Vision,
    picture: &Picture,
    now: Timestamp,
) -> Result<bool, VisionError> {
    let longest = picture.width().max(picture.height());
    let reduced = (longest > SELFIE_SIDE).then(|| {
        let to = |side: u32| (f64::from(side) * f64::from(SELFIE_SIDE) / f64::from(longest)).round() as u32;
        picture.resized(to(picture.width()), to(picture.height()))
    });
    let mut effort = Effort::new(SELFIE_EFFORT);
    let read = read(vision, reduced.as_ref().unwrap_or(picture), now, &mut effort)?;
    let page = read.mrz.is_some() || read.document_type.is_some() || read.page.is_some();
    Ok(page || read.fields.len() >= LEAST_VALUES)
}

/// Whether nothing of a document was read.
pub(super) fn is_empty(side: &DocumentReading) -> bool {
    side.document_type.is_none() && side.mrz.is_none() && side.fields.is_empty()
}

/// Whether a zone or a barcode says something.
pub(super) fn has_code(side: &DocumentReading) -> bool {
    let mut sources = side.fields.iter().flat_map(|field| &field.sources);
    sources.any(|source| *source != FieldSource::VisualZone)
}

/// How a picture of a front, or of a back that carries the zone, shows a copy, when it indicates that. Other backs may be black on white,
/// and their barcodes are patterns. What has no colour and shows nothing that is read may be no document at all. A file without any colour
/// is told as a copy: whether the camera or the page lacks it cannot be seen.
pub(super) fn copy(picture: &Picture, reading: &DocumentReading, signs: &Signs) -> Option<UnreadableReason> {
    let grey = picture.is_grey() || signs.indicate(Indication::GreyPage);
    if grey && !is_empty(reading) {
        Some(UnreadableReason::PhotocopyBlackWhite)
    } else if signs.indicate(Indication::Pattern) {
        Some(UnreadableReason::DigitalCopy)
    } else {
        None
    }
}
