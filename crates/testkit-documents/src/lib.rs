//! Identity documents of invented countries, every field known, photographed in software. For tests; never shipped.
//!
//! A [`Document`] is drawn from a seed: a person who does not exist, a design of no real country, fields in one or two of fourteen
//! languages, a machine-readable zone that is valid, on licences the AAMVA payload of a PDF417. [`Document::render`] prints a side into
//! a [`Page`] of pixels with the place of every label, value and line; [`tampered`] copies or falsifies it; [`photograph`] puts it on a
//! table and takes a picture as a [`Shot`] says, or as a [`Severity`] of 0 to 4 has it at random. [`Truth`] is all of that as JSON.
//! The same seeds give the same pixels: fonts are loaded by path ([`Fonts`]), never looked up in the system.
//!
//! ```
//! use selfsame_testkit_documents::{Document, Fonts, Kind, Portrait, Severity, Shot, Side, photograph};
//!
//! let fonts = Fonts::load()?;
//! let document = Document::random(Kind::Passport, 1);
//! let page = document.render(Side::Front, &Portrait::silhouette(0.5), &fonts, 150.0)?;
//! assert!(selfsame_mrz::parse(&page.mrz())?.is_valid());
//!
//! let Some(severity) = Severity::new(2) else { panic!("0 to 4") };
//! let shot = Shot { size: (800, 600), ..Shot::random(severity, 1) };
//! let photo = photograph(&page, &shot);
//! assert!(photo.whole());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is simplified
//!
//! - Real nationalities and, one time in three, real issuing codes stand in the zones, because readers refuse codes that ISO 3166
//!   does not know; the country's printed name stays an invented one.
//! - The AAMVA payload has the issuer number of the standard's own examples, and names in the letters of the zone, while the front keeps
//!   its diacritics.
//! - Lines of the zone have the pitch, size and distance of ICAO 9303-3, on a plain pale ground; laminates, holograms and changing inks
//!   are not drawn, and the light is one shadow and one glare spot.
//! - Pages are flat: no bent passports, no thumbs.

mod barcode;
pub mod camera;
mod design;
mod document;
mod fonts;
mod language;
mod licence;
mod person;
mod retouch;
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
