//! The door: limits, decoding, orientation, eight-bit RGB.

use std::io::Cursor;

use ::image::codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use ::image::metadata::Orientation;
use ::image::{ColorType, ImageDecoder};

use super::header::{self, Header};
use super::picture::Picture;
use super::{Format, ImageError, Limits};

/// Decodes a JPEG, PNG or WebP file into an upright picture.
///
/// EXIF orientation is applied; 16 bits become 8; alpha is laid over white; grey becomes RGB; CMYK and YCCK JPEGs are converted.
/// Animated files, other formats, truncated files and files beyond the limits are refused; a JPEG that lacks nothing but its last
/// marker is read. Sizes are judged from the header
/// before pixels are allocated.
///
/// # Errors
/// See [`ImageError`].
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, ImageError> {
    if bytes.len() > limits.max_bytes {
        return Err(ImageError::TooManyBytes { bytes: bytes.len(), max: limits.max_bytes });
    }
    let header = header::read(bytes)?;
    check(&header, limits)?;
    match header.format {
        Format::Jpeg => {
            // Decoders leave the last pixels out where something else than the marker follows them.
            let marked = header.unmarked_end.map(|end| [&bytes[..end], &[0xff, 0xd9]].concat());
            let bytes = marked.as_deref().unwrap_or(bytes);
            let decoder =
                JpegDecoder::new(Cursor::new(bytes)).map_err(|error| refusal(Format::Jpeg, &error))?;
            finish(decoder, &header, limits)
        }
        Format::Png => {
            let mut bounds = ::image::Limits::no_limits();
            bounds.max_alloc = Some(limits.max_memory);
            let decoder = PngDecoder::with_limits(Cursor::new(bytes), bounds)
                .map_err(|error| refusal(Format::Png, &error))?;
            if decoder.is_apng().map_err(|error| refusal(Format::Png, &error))? {
                return Err(ImageError::Animated { format: Format::Png });
            }
            finish(decoder, &header, limits)
        }
        Format::WebP => {
            let decoder =
                WebPDecoder::new(Cursor::new(bytes)).map_err(|error| refusal(Format::WebP, &error))?;
            if decoder.has_animation() {
                return Err(ImageError::Animated { format: Format::WebP });
            }
            finish(decoder, &header, limits)
        }
    }
}

/// Looks at a file without decoding its pixels: its format and its sides before EXIF orientation is applied.
///
/// # Errors
/// What the header and the limits say; a file that passes may still be damaged inside.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<(Format, u32, u32), ImageError> {
    if bytes.len() > limits.max_bytes {
        return Err(ImageError::TooManyBytes { bytes: bytes.len(), max: limits.max_bytes });
    }
    let header = header::read(bytes)?;
    check(&header, limits)?;
    Ok((header.format, header.width, header.height))
}

fn check(header: &Header, limits: &Limits) -> Result<(), ImageError> {
    let Header { width, height, bytes_per_pixel, .. } = *header;
    if width.max(height) > limits.max_side {
        return Err(ImageError::SideTooLong { width, height, max: limits.max_side });
    }
    // Six bytes: RGB and its rotated copy.
    let max = limits.max_pixels.min(limits.max_memory / bytes_per_pixel.max(6));
    if u64::from(width) * u64::from(height) > max {
        return Err(ImageError::TooManyPixels { width, height, max });
    }
    match limits.longest_side_above {
        Some(above) if width.max(height) <= above => Err(ImageError::TooSmall { width, height, above }),
        _ => Ok(()),
    }
}

fn finish(mut decoder: impl ImageDecoder, header: &Header, limits: &Limits) -> Result<Picture, ImageError> {
    let format = header.format;
    // The decoder is believed only as far as it agrees with the header that was judged.
    if decoder.dimensions() != (header.width, header.height) || decoder.total_bytes() > limits.max_memory {
        return Err(ImageError::Corrupt { format, detail: "its headers contradict each other".to_owned() });
    }
    // Unreadable EXIF says nothing about the pixels: such a picture counts as upright.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let colour = decoder.color_type();
    let length = usize::try_from(decoder.total_bytes()).unwrap_or(usize::MAX);
    let mut pixels = vec![0; length];
    decoder.read_image(&mut pixels).map_err(|error| refusal(format, &error))?;
    let rgb = match colour {
        ColorType::Rgb8 => pixels,
        ColorType::L8 => grow(&pixels, 1, |p| p[0]),
        ColorType::La8 => grow(&pixels, 2, |p| over_white(p[0], p[1])),
        ColorType::Rgba8 => {
            shrink(pixels, 4, |p| [over_white(p[0], p[3]), over_white(p[1], p[3]), over_white(p[2], p[3])])
        }
        ColorType::L16 => grow(&pixels, 2, |p| high(p, 0)),
        ColorType::La16 => shrink(pixels, 4, |p| [over_white(high(p, 0), high(p, 1)); 3]),
        ColorType::Rgb16 => shrink(pixels, 6, |p| [high(p, 0), high(p, 1), high(p, 2)]),
        ColorType::Rgba16 => shrink(pixels, 8, |p| {
            let alpha = high(p, 3);
            [over_white(high(p, 0), alpha), over_white(high(p, 1), alpha), over_white(high(p, 2), alpha)]
        }),
        other => return Err(ImageError::UnsupportedKind { format, kind: format!("{other:?}") }),
    };
    let picture = Picture::decoded(header.width, header.height, rgb, format);
    Ok(upright(picture, orientation))
}

/// The eight high bits of the `index`-th 16-bit sample, rounded. Samples are in native byte order.
fn high(pixel: &[u8], index: usize) -> u8 {
    let value = u16::from_ne_bytes([pixel[2 * index], pixel[2 * index + 1]]);
    u8::try_from((u32::from(value) * 255 + 32_767) / 65_535).unwrap_or(u8::MAX)
}

fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    u8::try_from((value * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}

/// Spreads one grey value per pixel over three bytes.
fn grow(pixels: &[u8], stride: usize, grey: impl Fn(&[u8]) -> u8) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(pixels.len() / stride * 3);
    for pixel in pixels.chunks_exact(stride) {
        rgb.extend_from_slice(&[grey(pixel); 3]);
    }
    rgb
}

/// Rewrites wider pixels as RGB within the same buffer, so that no second one is needed.
fn shrink(mut pixels: Vec<u8>, stride: usize, rgb: impl Fn(&[u8]) -> [u8; 3]) -> Vec<u8> {
    let count = pixels.len() / stride;
    for index in 0..count {
        let pixel = rgb(&pixels[index * stride..(index + 1) * stride]);
        pixels[index * 3..index * 3 + 3].copy_from_slice(&pixel);
    }
    pixels.truncate(count * 3);
    pixels.shrink_to_fit();
    pixels
}

fn upright(picture: Picture, orientation: Orientation) -> Picture {
    match orientation {
        Orientation::NoTransforms => picture,
        Orientation::FlipHorizontal => picture.remapped(false, |x, y, w, _| (w - 1 - x, y)),
        Orientation::Rotate180 => picture.remapped(false, |x, y, w, h| (w - 1 - x, h - 1 - y)),
        Orientation::FlipVertical => picture.remapped(false, |x, y, _, h| (x, h - 1 - y)),
        Orientation::Rotate90FlipH => picture.remapped(true, |x, y, _, _| (y, x)),
        Orientation::Rotate90 => picture.remapped(true, |x, y, _, h| (y, h - 1 - x)),
        Orientation::Rotate270FlipH => picture.remapped(true, |x, y, w, h| (w - 1 - y, h - 1 - x)),
        Orientation::Rotate270 => picture.remapped(true, |x, y, w, _| (w - 1 - y, x)),
    }
}

fn refusal(format: Format, error: &::image::ImageError) -> ImageError {
    use ::image::ImageError as E;
    match error {
        E::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => ImageError::Truncated { format },
        E::Unsupported(kind) => ImageError::UnsupportedKind { format, kind: plain(&kind.to_string()) },
        other => {
            let detail = plain(&other.to_string());
            let lower = detail.to_lowercase();
            if ["unexpected eof", "unexpected end", "exhausted", "no more bytes", "not enough bytes"]
                .iter()
                .any(|sign| lower.contains(sign))
            {
                ImageError::Truncated { format }
            } else {
                ImageError::Corrupt { format, detail }
            }
        }
    }
}

/// A decoder's message cut to what belongs in one line of an answer.
fn plain(message: &str) -> String {
    message.chars().filter(|c| !c.is_control()).take(160).collect()
}
