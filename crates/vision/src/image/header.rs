//! What can be known of a file before it is decoded: its format, its size, what it will cost.

use super::{Format, ImageError, jpeg_scan};

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) format: Format,
    /// Pixels, before EXIF orientation is applied.
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bytes per pixel that decoding holds at its peak, without the rotated copy.
    pub(super) bytes_per_pixel: u64,
    /// Where the pixels of a JPEG end that lacks its last marker.
    pub(super) unmarked_end: Option<usize>,
}

/// Formats that people send and that are not read, so that the refusal can name them.
fn unsupported(bytes: &[u8]) -> Option<&'static str> {
    let brand = if bytes.get(4..8) == Some(b"ftyp") { bytes.get(8..12) } else { None };
    if let Some(brand) = brand {
        return Some(match brand {
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => "HEIC/HEIF",
            b"avif" | b"avis" => "AVIF",
            _ => "a video or another ISO media file",
        });
    }
    let starts: [(&[u8], &str); 13] = [
        (b"GIF87a", "GIF"),
        (b"GIF89a", "GIF"),
        (b"BM", "BMP"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"%PDF", "PDF"),
        (b"\0\0\x01\0", "ICO"),
        (b"8BPS", "PSD"),
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x0cJXL ", "JPEG XL"),
        (b"\0\0\0\x0cjP  ", "JPEG 2000"),
        (b"<svg", "SVG"),
        (b"<?xml", "XML or SVG"),
    ];
    starts.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, name)| *name)
}

/// Reads the header.
pub(super) fn read(bytes: &[u8]) -> Result<Header, ImageError> {
    if bytes.is_empty() {
        return Err(ImageError::Empty);
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        return read_jpeg(bytes);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return read_png(bytes);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return read_webp(bytes);
    }
    Err(unsupported(bytes).map_or(ImageError::UnknownFormat, |name| ImageError::UnsupportedFormat { name }))
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    let b = bytes.get(at..at + 3)?;
    Some(u32::from(b[0]) | u32::from(b[1]) << 8 | u32::from(b[2]) << 16)
}

/// Walks the segments to the first scan, and looks for the end-of-image marker behind it: decoders paint what is missing of a
/// truncated file grey, and a grey half is not what was sent. A file without the marker passes where all its pixels are there.
fn read_jpeg(bytes: &[u8]) -> Result<Header, ImageError> {
    let truncated = ImageError::Truncated { format: Format::Jpeg };
    let corrupt = |detail: &str| ImageError::Corrupt { format: Format::Jpeg, detail: detail.to_owned() };
    let (mut header, mut unmarked_end) = (None, None);
    let mut at = 2;
    loop {
        // A marker is 0xff (any number of them) and a code.
        let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == 0xff)) else {
            return Err(truncated);
        };
        at += found;
        while bytes.get(at) == Some(&0xff) {
            at += 1;
        }
        let Some(&code) = bytes.get(at) else { return Err(truncated) };
        at += 1;
        match code {
            0x00 | 0x01 | 0xd0..=0xd8 => continue,
            0xd9 => break,
            // Inside a scan 0xff is followed by 0 or a restart code, so that the pair can only be the marker. From the back,
            // because there it is.
            0xda => {
                let ended = bytes[at..].windows(2).rev().any(|pair| pair == [0xff, 0xd9]);
                if !ended {
                    unmarked_end = jpeg_scan::end_of_pixels(bytes);
                }
                if ended || unmarked_end.is_some() {
                    break;
                }
                return Err(truncated);
            }
            _ => {}
        }
        let Some(length) = be16(bytes, at).map(usize::from) else { return Err(truncated) };
        if length < 2 {
            return Err(corrupt("a segment shorter than its length field"));
        }
        let frame = matches!(code, 0xc0..=0xcf) && !matches!(code, 0xc4 | 0xc8 | 0xcc);
        if frame && header.is_none() {
            let (Some(precision), Some(height), Some(width), Some(&components)) =
                (bytes.get(at + 2), be16(bytes, at + 3), be16(bytes, at + 5), bytes.get(at + 7))
            else {
                return Err(truncated);
            };
            if *precision != 8 {
                return Err(ImageError::UnsupportedKind {
                    format: Format::Jpeg,
                    kind: format!("{precision} bits per sample"),
                });
            }
            if matches!(code, 0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) {
                return Err(ImageError::UnsupportedKind {
                    format: Format::Jpeg,
                    kind: "lossless, hierarchical or arithmetic coding".to_owned(),
                });
            }
            // Pixels out (3); a progressive file keeps 16-bit coefficients of every component until its last scan.
            let coefficients = if code == 0xc2 { 2 * u64::from(components) } else { 0 };
            header = Some(Header {
                format: Format::Jpeg,
                width: u32::from(width),
                height: u32::from(height),
                bytes_per_pixel: 3 + coefficients,
                unmarked_end: None,
            });
        }
        at += length;
    }
    let header: Header = header.ok_or_else(|| corrupt("no frame before the end of the image"))?;
    if header.width == 0 || header.height == 0 {
        return Err(corrupt("a side of 0 pixels"));
    }
    Ok(Header { unmarked_end, ..header })
}

fn read_png(bytes: &[u8]) -> Result<Header, ImageError> {
    let truncated = ImageError::Truncated { format: Format::Png };
    let corrupt = |detail: &str| ImageError::Corrupt { format: Format::Png, detail: detail.to_owned() };
    if bytes.len() >= 16 && bytes.get(12..16) != Some(b"IHDR") {
        return Err(corrupt("the first chunk is not IHDR"));
    }
    let (Some(width), Some(height), Some(&depth), Some(&colour)) =
        (be32(bytes, 16), be32(bytes, 20), bytes.get(24), bytes.get(25))
    else {
        return Err(truncated);
    };
    if width == 0 || height == 0 {
        return Err(corrupt("a side of 0 pixels"));
    }
    let channels: u64 = match colour {
        0 => 1,
        // A palette is spread to RGB, or RGBA where it has a transparency chunk.
        2 => 3,
        3 | 6 => 4,
        4 => 2,
        _ => return Err(corrupt("an unknown colour type")),
    };
    let decoded = channels * if depth == 16 { 2 } else { 1 };
    // Grey and alpha grow to three bytes in a second buffer; everything else shrinks in place.
    let bytes_per_pixel = if decoded < 3 { decoded + 3 } else { decoded };
    Ok(Header { format: Format::Png, width, height, bytes_per_pixel, unmarked_end: None })
}

fn read_webp(bytes: &[u8]) -> Result<Header, ImageError> {
    let truncated = ImageError::Truncated { format: Format::WebP };
    let corrupt = |detail: &str| ImageError::Corrupt { format: Format::WebP, detail: detail.to_owned() };
    let Some(riff) = bytes.get(4..8).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes) else {
        return Err(truncated);
    };
    if (bytes.len() as u64) < u64::from(riff) + 8 {
        return Err(truncated);
    }
    let size = match bytes.get(12..16) {
        Some(b"VP8 ") => {
            // Frame tag (3 bytes), start code 9d 01 2a, then two 14-bit sides.
            if bytes.len() >= 26 && bytes.get(23..26) != Some(b"\x9d\x01\x2a") {
                return Err(corrupt("no key frame"));
            }
            bytes.get(26..30).map(|b| {
                (
                    u32::from(u16::from_le_bytes([b[0], b[1]]) & 0x3fff),
                    u32::from(u16::from_le_bytes([b[2], b[3]]) & 0x3fff),
                )
            })
        }
        Some(b"VP8L") => bytes
            .get(21..25)
            .and_then(|b| b.try_into().ok())
            .map(u32::from_le_bytes)
            .map(|bits| ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)),
        Some(b"VP8X") => {
            if bytes.get(20).is_some_and(|flags| flags & 0x02 != 0) {
                return Err(ImageError::Animated { format: Format::WebP });
            }
            le24(bytes, 24).zip(le24(bytes, 27)).map(|(w, h)| (w + 1, h + 1))
        }
        Some(_) => return Err(corrupt("an unknown first chunk")),
        None => None,
    };
    let (width, height) = size.ok_or(truncated)?;
    if width == 0 || height == 0 {
        return Err(corrupt("a side of 0 pixels"));
    }
    // Lossless: RGBA inside the decoder and RGBA out. Lossy needs less.
    Ok(Header { format: Format::WebP, width, height, bytes_per_pixel: 8, unmarked_end: None })
}
