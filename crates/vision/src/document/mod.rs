//! Documents: where the machine-readable zone or a barcode is, and what it says.
//!
//! * `grey`, `band`: the zone is found on a reduced picture, by its two or three long lines of dark strokes, without reading anything;
//! * `strip`: its lines are cut out of the whole picture and straightened;
//! * `ocr_b`: the project's own network reads them; `recognise`: the general one, for zones in other type and for print;
//! * `mrz`: what it said, with its alternatives, is judged by `selfsame-mrz`; other cuts are tried where that is not enough;
//! * `zone`: the reading in the words of the domain;
//! * `bars`: where a barcode may stand;
//! * `barcode`: PDF417 and QR codes, and what those of North American licences say;
//! * `page`: where the page is, by its edges;
//! * `visual`: what is printed for people;
//! * `effort`: what may be spent on one picture, and the record of what it went to;
//! * [`signs`]: whether the picture can be used, and what indicates a copy or a falsification.

mod band;
mod barcode;
mod bars;
mod effort;
mod grey;
mod mrz;
mod ocr_b;
mod page;
mod recognise;
pub mod signs;
mod slant;
mod strip;
mod visual;
mod zone;

pub use effort::{Effort, EffortParams, EffortStep};

pub(crate) use barcode::{BarcodeParams, add_barcode, read_barcode};
pub(crate) use mrz::{MrzParams, read_zone};
pub use visual::both_sides;
pub(crate) use visual::{VisualParams, add_visual_zone, overprint};
pub(crate) use zone::{document_reading, mrz_reading};
