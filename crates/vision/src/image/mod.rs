//! Pictures from outside: one bounded door in, upright RGB afterwards.

mod decode;
mod header;
mod jpeg_scan;
mod median;
mod picture;
mod sample;
mod turn;

pub use decode::{decode, inspect};
pub(crate) use median::median;
pub use picture::Picture;
pub(crate) use sample::{
    Similarity, Window, fill_planes, grey_bytes, letter_box, rgb_window, warp_onto, warp_similarity,
};

/// What a picture from outside may be. Checked from the header, before anything is allocated for pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the encoded picture. 15 MB: what interfaces allow for one image.
    pub max_bytes: usize,
    /// Pixels per side. 8000: the same source.
    pub max_side: u32,
    /// Width times height. 40 million: more than any phone sends after its own processing, and 120 MB as RGB.
    pub max_pixels: u64,
    /// The longest side has to be *longer* than this, in pixels, where a dialect says so.
    pub longest_side_above: Option<u32>,
    /// Bytes that decoding may hold at once beside the input: pixels, the decoder's own planes, a rotated copy. Formats that
    /// need more per pixel (progressive JPEG, 16-bit PNG) are refused earlier than `max_pixels` says.
    pub max_memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 15 * 1024 * 1024,
            max_side: 8000,
            max_pixels: 40_000_000,
            longest_side_above: None,
            max_memory: 240 * 1024 * 1024,
        }
    }
}

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Jpeg,
    Png,
    WebP,
}

impl Format {
    /// The MIME type, `image/jpeg` and so on.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
        })
    }
}

/// Why a picture was refused. [`code`](Self::code) is stable; the text is for people and holds nothing of the picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    #[error("the picture is empty; send the bytes of a JPEG, PNG or WebP file")]
    Empty,
    #[error(
        "the picture has {bytes} bytes, at most {max} are allowed; send a smaller or more compressed one"
    )]
    TooManyBytes { bytes: usize, max: usize },
    #[error("these bytes are no picture of a known format; send JPEG, PNG or WebP")]
    UnknownFormat,
    #[error("the picture is {name}; send JPEG, PNG or WebP")]
    UnsupportedFormat { name: &'static str },
    #[error("the picture is {width} x {height}, at most {max} pixels a side are allowed; send a smaller one")]
    SideTooLong { width: u32, height: u32, max: u32 },
    #[error(
        "the picture is {width} x {height}, for its kind at most {max} pixels are allowed; send a smaller one"
    )]
    TooManyPixels { width: u32, height: u32, max: u64 },
    #[error(
        "the picture is {width} x {height}, the longest side must be over {above} pixels; send a larger one"
    )]
    TooSmall { width: u32, height: u32, above: u32 },
    #[error("the {format} is animated; send a single picture")]
    Animated { format: Format },
    #[error("the {format} ends too early; send the whole file")]
    Truncated { format: Format },
    #[error("the {format} cannot be decoded ({detail}); encode it anew")]
    Corrupt { format: Format, detail: String },
    #[error("the {format} is of a kind that is not read ({kind}); save it as 8-bit RGB")]
    UnsupportedKind { format: Format, kind: String },
}

impl ImageError {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "image_empty",
            Self::TooManyBytes { .. } => "image_too_many_bytes",
            Self::UnknownFormat => "image_format_unknown",
            Self::UnsupportedFormat { .. } => "image_format_unsupported",
            Self::SideTooLong { .. } => "image_side_too_long",
            Self::TooManyPixels { .. } => "image_too_many_pixels",
            Self::TooSmall { .. } => "image_too_small",
            Self::Animated { .. } => "image_animated",
            Self::Truncated { .. } => "image_truncated",
            Self::Corrupt { .. } => "image_corrupt",
            Self::UnsupportedKind { .. } => "image_kind_unsupported",
        }
    }
}
