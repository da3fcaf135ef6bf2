//! An upright picture in memory.

use ::image::ExtendedColorType;
use ::image::codecs::jpeg::JpegEncoder;
use fast_image_resize as fir;

use super::Format;

/// An upright 8-bit RGB picture: rows from the top, pixels from the left, three bytes each, no padding.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
    format: Option<Format>,
}

impl std::fmt::Debug for Picture {
    /// Says the size only: pixels are personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Picture")
            .field("width", &self.width)
            .field("height", &self.height)
            .finish_non_exhaustive()
    }
}

impl Picture {
    /// A picture from raw pixels, or `None` when a side is 0 or `rgb` is not `width * height * 3` bytes long.
    pub fn from_rgb(width: u32, height: u32, rgb: Vec<u8>) -> Option<Self> {
        let length = u64::from(width) * u64::from(height) * 3;
        (length > 0 && rgb.len() as u64 == length).then_some(Self { width, height, rgb, format: None })
    }

    pub(super) fn decoded(width: u32, height: u32, rgb: Vec<u8>, format: Format) -> Self {
        debug_assert_eq!(rgb.len() as u64, u64::from(width) * u64::from(height) * 3);
        Self { width, height, rgb, format: Some(format) }
    }

    pub const fn width(&self) -> u32 {
        self.width
    }

    pub const fn height(&self) -> u32 {
        self.height
    }

    /// `width * height * 3` bytes.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// What it was decoded from; `None` for pictures made here.
    pub const fn format(&self) -> Option<Format> {
        self.format
    }

    /// Whether it holds no colour: on a sample of pixels, the largest of R, G, B exceeds the smallest by at most 8 (JPEG
    /// rounding) in 99 of 100.
    pub fn is_grey(&self) -> bool {
        let pixels = self.rgb.len() / 3;
        // A prime step, so that the samples do not line up in columns.
        let step = if pixels > 20_000 { (pixels / 10_000) | 1 } else { 1 };
        let (mut seen, mut coloured) = (0_u32, 0_u32);
        for pixel in self.rgb.chunks_exact(3).step_by(step) {
            let high = pixel[0].max(pixel[1]).max(pixel[2]);
            let low = pixel[0].min(pixel[1]).min(pixel[2]);
            seen += 1;
            coloured += u32::from(high - low > 8);
        }
        coloured * 100 <= seen
    }

    /// The part of the picture inside the rectangle (whole pixels, cut at the picture's edges); `None` when nothing is left.
    pub fn crop(&self, x: u32, y: u32, width: u32, height: u32) -> Option<Self> {
        let right = x.saturating_add(width).min(self.width);
        let bottom = y.saturating_add(height).min(self.height);
        if x >= right || y >= bottom {
            return None;
        }
        let (columns, rows) = ((right - x) as usize, (bottom - y) as usize);
        let stride = self.width as usize * 3;
        let mut rgb = Vec::with_capacity(columns * rows * 3);
        for row in 0..rows {
            let start = (y as usize + row) * stride + x as usize * 3;
            rgb.extend_from_slice(&self.rgb[start..start + columns * 3]);
        }
        Some(Self { width: right - x, height: bottom - y, rgb, format: None })
    }

    /// The picture at another size (sides of 0 become 1), antialiased when it shrinks.
    pub fn resized(&self, width: u32, height: u32) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let whole = (0.0, 0.0, f64::from(self.width), f64::from(self.height));
        let mut resizer = fir::Resizer::new();
        Self { width, height, rgb: self.resample(&mut resizer, whole, width, height), format: None }
    }

    /// A part of the picture (left, top, width, height; not of whole pixels) at another size. `None` where the part does not lie inside.
    pub fn resized_part(&self, part: [f64; 4], width: u32, height: u32) -> Option<Self> {
        let [left, top, wide, high] = part;
        let (width, height) = (width.max(1), height.max(1));
        // A hundredth of a pixel is rounding. Written so that what is no number is refused.
        let right = f64::from(self.width) + 0.01;
        let bottom = f64::from(self.height) + 0.01;
        if !(left >= -0.01
            && top >= -0.01
            && wide >= 1.0
            && high >= 1.0
            && left + wide <= right
            && top + high <= bottom)
        {
            return None;
        }
        let (left, top) = (left.max(0.0), top.max(0.0));
        let window =
            (left, top, wide.min(f64::from(self.width) - left), high.min(f64::from(self.height) - top));
        let mut resizer = fir::Resizer::new();
        Some(Self { width, height, rgb: self.resample(&mut resizer, window, width, height), format: None })
    }

    /// As a PNG file.
    pub fn to_png(&self) -> Vec<u8> {
        let mut png = Vec::new();
        let encoder = ::image::codecs::png::PngEncoder::new(&mut png);
        let written = ::image::ImageEncoder::write_image(
            encoder,
            &self.rgb,
            self.width,
            self.height,
            ::image::ExtendedColorType::Rgb8,
        );
        // Writing to memory does not fail; should it, an empty file is no picture of anybody.
        if written.is_err() {
            png.clear();
        }
        png
    }

    /// As a JPEG file, quality 1..=100.
    pub fn to_jpeg(&self, quality: u8) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.rgb.len() / 8);
        let encoder = JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100));
        // The only failures are a mismatched buffer, which the constructors forbid, a writer that fails, which a vector does
        // not, and sides over 65535, which nothing here makes.
        encode(encoder, self);
        bytes
    }

    /// Where the new pixel (x, y) comes from is told by `source(x, y, width, height)`, with the old sides; `transpose` swaps
    /// the sides.
    pub(super) fn remapped(
        self,
        transpose: bool,
        source: impl Fn(usize, usize, usize, usize) -> (usize, usize),
    ) -> Self {
        let (width, height) = (self.width as usize, self.height as usize);
        let (new_width, new_height) = if transpose { (height, width) } else { (width, height) };
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for y in 0..new_height {
            for x in 0..new_width {
                let (sx, sy) = source(x, y, width, height);
                let at = (sy * width + sx) * 3;
                rgb.extend_from_slice(&self.rgb[at..at + 3]);
            }
        }
        let (width, height) = if transpose { (self.height, self.width) } else { (self.width, self.height) };
        Self { width, height, rgb, format: self.format }
    }

    /// The window (left, top, width, height; fractions of pixels allowed, inside the picture) resampled to `width x height`.
    /// Bilinear, widened when shrinking so that nothing aliases; plain averages where it shrinks much.
    pub(super) fn resample(
        &self,
        resizer: &mut fir::Resizer,
        window: (f64, f64, f64, f64),
        width: u32,
        height: u32,
    ) -> Vec<u8> {
        if window == (0.0, 0.0, f64::from(width), f64::from(height))
            && (width, height) == (self.width, self.height)
        {
            return self.rgb.clone();
        }
        let reduction = (window.2 / f64::from(width)).min(window.3 / f64::from(height));
        let filter = if reduction >= BOX_FROM { fir::FilterType::Box } else { fir::FilterType::Bilinear };
        let mut target = fir::images::Image::new(width, height, fir::PixelType::U8x3);
        let source = fir::images::ImageRef::new(self.width, self.height, &self.rgb, fir::PixelType::U8x3);
        let options = fir::ResizeOptions::new()
            .crop(window.0, window.1, window.2, window.3)
            .resize_alg(fir::ResizeAlg::Convolution(filter));
        let done = source.ok().map(|source| resizer.resize(&source, &mut target, &options));
        debug_assert!(matches!(done, Some(Ok(()))), "the window lies inside the picture");
        target.into_vec()
    }
}

/// From this reduction on, averaging whole pixels looks the same as the wider bilinear window and costs half.
const BOX_FROM: f64 = 3.0;

fn encode(mut encoder: JpegEncoder<&mut Vec<u8>>, picture: &Picture) {
    let outcome = encoder.encode(&picture.rgb, picture.width, picture.height, ExtendedColorType::Rgb8);
    debug_assert!(outcome.is_ok(), "an RGB buffer of the right length encodes");
}
