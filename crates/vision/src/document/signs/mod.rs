//! What a picture of a document indicates about itself: whether it can be used, whether it shows a copy, whether parts of it have
//! another history than the rest.
//!
//! Each sign is one number, compared with one threshold, and none is proof: docs/documents.md says what each was seen to find and how
//! often it accused a genuine document. A sign that the picture does not carry (too few pixels, no compression to compare) is absent
//! from the list, and absence is no testimony in favour.

mod compression;
mod copy;
mod frame;
mod line;
mod portrait;
mod second;
mod usability;

use selfsame_domain::Rect;
use selfsame_domain::document::DocumentReading;
use serde::Serialize;

use crate::image::Picture;

pub(crate) use frame::{Frame, KnownBy};
pub(crate) use portrait::on_page;
pub(crate) use second::second_portrait;

/// What a sign indicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Indication {
    /// Print is blurred. Measure: the width of its sharpest edges, in pixels.
    Blurred,
    /// Light wipes print out. Measure: share of the page, 0..=1.
    Glare,
    /// Part of the page is outside of the picture. Measure: share of the page, 0..=1.
    CutOff,
    /// The page has too few pixels. Measure: millimetres of the page in a pixel.
    TooSmall,
    /// Too dark. Measure: 255 less the median brightness of the page.
    TooDark,
    /// The page has no colour, though the picture may have. Measure: 1 less how much the page's colours differ, as the 90th percentile
    /// of their distance from its commonest colour in logarithms of ratios.
    GreyPage,
    /// A regular pattern covers the page, as the pixels of a display do. Measure: how many times its power is that of its surroundings.
    Pattern,
    /// A part of the picture was not compressed together with the rest. Measure: 1 less the share to which its coefficients stand on
    /// the steps of the others, as against the others themselves.
    CompressionBreak,
    /// Characters of the machine-readable zone stand off the line of the others. Measure: by how many millimetres three neighbours do, the
    /// one that does least.
    LineBreak,
    /// A word across the page says that it is a specimen. Measure: the mean probability of its letters.
    SpecimenWord,
    /// The faint second portrait is another picture than the portrait. Measure: 1 less how well the two correlate.
    OtherPortrait,
}

/// One sign that could be measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Testimony {
    pub indicates: Indication,
    /// What [`Indication`] says.
    pub measure: f32,
    /// From here on it is indicated.
    pub threshold: f32,
    /// Where, in pixels of the upright picture; `None`: all over the page.
    #[serde(rename = "box", skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Rect>,
}

impl Testimony {
    /// Whether the sign is there.
    pub fn speaks(&self) -> bool {
        self.measure >= self.threshold
    }
}

/// Every sign that could be measured, whether it speaks or not.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub struct Signs(pub Vec<Testimony>);

impl Signs {
    /// The testimony about something; `None`: it could not be measured.
    pub fn of(&self, indication: Indication) -> Option<&Testimony> {
        self.0.iter().find(|testimony| testimony.indicates == indication)
    }

    /// The same when the sign is there.
    pub fn speaking(&self, indication: Indication) -> Option<&Testimony> {
        self.of(indication).filter(|testimony| testimony.speaks())
    }

    /// Whether the sign is there.
    pub fn indicate(&self, indication: Indication) -> bool {
        self.speaking(indication).is_some()
    }
}

/// From where on each sign speaks, in the units of [`Indication`]. Measured on pictures of the documents of
/// `selfsame-testkit-documents`; docs/documents.md has the figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignParams {
    /// 5 pixels: what was read had up to 4.9.
    pub blurred: f32,
    /// A fiftieth of the page: pictures without a reflection had less than a hundredth.
    pub glare: f32,
    /// An eighth of the page: the place of a tilted page's far side is known to some hundredths only.
    pub cut_off: f32,
    /// A fifth of a millimetre: characters of the zone, 2.5 mm high, have 12 pixels.
    pub too_small: f32,
    /// A median brightness of 40.
    pub too_dark: f32,
    /// Copies in black and white have 0.998 and more, genuine documents of little colour up to 0.941.
    pub grey_page: f32,
    /// Genuine documents, photographed, reach 6.3, and drawn without a camera 17.8; displays 25 to 1800 where the grid is resolved.
    pub pattern: f32,
    /// Pictures of one history reach 0.88; those of two 1.01 and more.
    pub compression_break: f32,
    /// Zones printed in one pass reach 0.027 mm; digits pasted by hand, 0.13 to 0.3 mm off, have 0.097 and more.
    pub line_break: f32,
    /// Words that were read have 0.9 and more; on genuine documents none was.
    pub specimen_word: f32,
    /// Second prints of the same photograph have up to 0.23, one in bad light and out of focus 0.37; other people's 0.41 and more.
    pub other_portrait: f32,
}

impl Default for SignParams {
    fn default() -> Self {
        Self {
            blurred: 5.0,
            glare: 0.02,
            cut_off: 0.125,
            too_small: 0.2,
            too_dark: 215.0,
            grey_page: 0.97,
            pattern: 22.0,
            compression_break: 0.92,
            line_break: 0.07,
            specimen_word: 0.5,
            other_portrait: 0.4,
        }
    }
}

/// Measures every sign. `reading` is what was read of the same picture.
pub(crate) fn signs(picture: &Picture, reading: &DocumentReading, params: &SignParams) -> Signs {
    let frame = Frame::of(picture, reading);
    let mut all = Vec::new();
    usability::measure(picture, &frame, params, &mut all);
    copy::measure(picture, &frame, params, &mut all);
    compression::measure(picture, &frame, params, &mut all);
    if let Some(zone) = &reading.mrz {
        line::measure(picture, zone, params, &mut all);
    }
    Signs(all)
}
