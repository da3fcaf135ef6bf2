//! Section `[documents]`.

use serde::Deserialize;

use super::OutOfBounds;

/// From where on something is said of a picture of a document, or of a selfie beside it. Names follow `Indication` in the vision crate.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentsConfig {
    /// Pixels, 1 to 50.
    pub blurred: f32,
    /// Share of the page, 0 to 1.
    pub glare: f32,
    /// Share of the page, 0 to 1.
    pub cut_off: f32,
    /// Millimetres of the page in a pixel, 0.02 to 2.
    pub too_small: f32,
    /// 255 less the median brightness, 0 to 255.
    pub too_dark: f32,
    /// 0 to 1.
    pub grey_page: f32,
    /// Times the power of the surroundings, 1 to 10000.
    pub pattern: f32,
    /// 0 to 1.
    pub compression_break: f32,
    /// Millimetres, 0.01 to 5.
    pub line_break: f32,
    /// 0 to 1.
    pub specimen_word: f32,
    /// 0 to 2.
    pub other_portrait: f32,
    /// 0.5 to 1.
    pub least_confidence: f32,
    /// Years, 50 to 200.
    pub greatest_age: i32,
    /// Pixels, 40 to 400.
    pub least_eye_distance: f32,
    /// 0 to 1.
    pub selfie_texture: f32,
    /// 0 to 1.
    pub selfie_pattern: f32,
    /// Correlation, 0.5 to 1.
    pub same_photograph: f32,
    /// Share of the first face's area, 0 to 1.
    pub second_person: f32,
    /// -100 to 200.
    pub facemap_quality: f32,
}

impl DocumentsConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        let share = (0.0, 1.0, "0 to 1");
        for (key, value, (least, most, rule)) in [
            ("documents.blurred", self.blurred, (1.0, 50.0, "1 to 50")),
            ("documents.glare", self.glare, share),
            ("documents.cut_off", self.cut_off, share),
            ("documents.too_small", self.too_small, (0.02, 2.0, "0.02 to 2")),
            ("documents.too_dark", self.too_dark, (0.0, 255.0, "0 to 255")),
            ("documents.grey_page", self.grey_page, share),
            ("documents.pattern", self.pattern, (1.0, 10_000.0, "1 to 10000")),
            ("documents.compression_break", self.compression_break, share),
            ("documents.line_break", self.line_break, (0.01, 5.0, "0.01 to 5")),
            ("documents.specimen_word", self.specimen_word, share),
            ("documents.other_portrait", self.other_portrait, (0.0, 2.0, "0 to 2")),
            ("documents.least_confidence", self.least_confidence, (0.5, 1.0, "0.5 to 1")),
            ("documents.greatest_age", self.greatest_age as f32, (50.0, 200.0, "50 to 200")),
            ("documents.least_eye_distance", self.least_eye_distance, (40.0, 400.0, "40 to 400")),
            ("documents.selfie_texture", self.selfie_texture, share),
            ("documents.selfie_pattern", self.selfie_pattern, share),
            ("documents.same_photograph", self.same_photograph, (0.5, 1.0, "0.5 to 1")),
            ("documents.second_person", self.second_person, share),
            ("documents.facemap_quality", self.facemap_quality, (-100.0, 200.0, "-100 to 200")),
        ] {
            // Written so that what is no number is refused as well.
            if !(least..=most).contains(&value) {
                return Err(OutOfBounds { key, value: value.to_string(), rule });
            }
        }
        Ok(())
    }
}
