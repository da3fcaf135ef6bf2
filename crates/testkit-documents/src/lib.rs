//! Identity documents of invented countries, every field known, photographed in software.

mod barcode;
pub mod camera;
mod design;
mod document;
mod fonts;
mod language;
mod licence;
mod person;
mod sheet;
mod tamper;
mod template;
mod truth;

pub use camera::{Homography, Photo, Severity, Shot, Sighting, Surface, photograph};
pub use design::Design;
pub use document::{DateStyle, Document, Field, Kind, Side, Value};
pub use fonts::{DEBIAN_FONTS, FontError, Fonts};
pub use language::Language;
pub use person::Person;
pub use sheet::{Area, Item, Page, RenderError, Role};
pub use tamper::{Tampered, Tampering, tampered};
pub use template::Portrait;
pub use truth::Truth;

impl Document {
    /// Draws a side at `dpi` pixels per inch (72–1200; at 300 a passport is 1476 x 1039).
    ///
    /// # Errors
    /// When the resolution is out of range, or a changed field holds characters that the fonts or the barcode cannot write.
    pub fn render(
        &self,
        side: Side,
        portrait: &Portrait,
        fonts: &Fonts,
        dpi: f32,
    ) -> Result<Page, RenderError> {
        template::render(self, side, portrait, fonts, dpi)
    }
}
