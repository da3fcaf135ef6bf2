//! Section `[images]`.

use serde::Deserialize;

use super::{OutOfBounds, bounds};

/// Bounds of what is decoded.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImagesConfig {
    /// Of the file, 10000 to 15000000: no interface takes longer requests.
    pub max_bytes: usize,
    /// Pixels of the longer side, 300 to 16000.
    pub max_side: u32,
    /// Width times height, 90000 to 40000000.
    pub max_pixels: u64,
}

impl ImagesConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        bounds("images.max_bytes", self.max_bytes, 10_000, 15_000_000, "10000 to 15000000")?;
        bounds("images.max_side", self.max_side, 300, 16_000, "300 to 16000")?;
        // No picture may take 256 MB; with its decoder's own buffers, one of 40 million pixels takes half of that.
        bounds(
            "images.max_pixels",
            self.max_pixels,
            90_000,
            40_000_000,
            "90000 to 40000000, which takes 120 MB",
        )
    }
}
