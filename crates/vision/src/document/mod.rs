//! Documents: where the machine-readable zone is, and what it says.

mod band;
mod grey;
mod mrz;
mod recognise;
mod strip;
mod zone;

pub(crate) use mrz::{MrzParams, read_zone};
pub(crate) use zone::mrz_reading;
