//! Files that are no picture this product reads, and files that are nothing at all.

use image::ImageFormat;

use super::faceless_file;

pub(super) fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let padded = |start: &[u8]| [start, &[0; 600]].concat();
    vec![
        ("empty", Vec::new()),
        ("one-byte", vec![0xFF]),
        ("zeros", vec![0; 4_096]),
        ("text", b"this is not a picture\n".repeat(50)),
        ("json-error-saved-as-picture", br#"{"error":{"code":"not_found"}}"#.to_vec()),
        ("html", b"<!doctype html><title>Not found</title><h1>Not found</h1>".to_vec()),
        ("svg", br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>"#.to_vec()),
        ("pdf", padded(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")),
        ("gif", padded(b"GIF89a\x80\x02\xE0\x01\xF0\x00\x00")),
        ("bmp", padded(b"BM\x36\x10\x0E\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00")),
        ("tiff-little-endian", padded(b"II*\0\x08\0\0\0")),
        ("tiff-big-endian", padded(b"MM\0*\0\0\0\x08")),
        ("heic", padded(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")),
        ("avif", padded(b"\0\0\0\x1Cftypavif\0\0\0\0avifmif1miaf")),
        ("jpeg-xl", padded(b"\0\0\0\x0CJXL \r\n\x87\n")),
        ("jpeg-2000", padded(b"\0\0\0\x0CjP  \r\n\x87\n")),
        ("ico", padded(b"\0\0\x01\0\x01\0\x10\x10")),
        ("mp4", padded(b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41")),
        ("zip", padded(b"PK\x03\x04\x14\0\0\0")),
        ("elf", padded(b"\x7FELF\x02\x01\x01\0")),
        ("base64-of-a-jpeg", b"/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRof".to_vec()),
        ("jpeg-after-noise", [vec![0x20; 100], faceless_file(640, 480, ImageFormat::Jpeg)].concat()),
    ]
}
