//! JPEG: markers `FF xx`, a two-byte length, then the segment (ITU-T T.81, annex B).

use image::{DynamicImage, ImageFormat};

use super::{encode, faceless_file, faceless_picture};

const SOF0: u8 = 0xC0;
const DHT: u8 = 0xC4;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;
const APP1: u8 = 0xE1;
const COM: u8 = 0xFE;

pub(super) fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let whole = faceless_file(640, 480, ImageFormat::Jpeg);
    let scan = segment(&whole, SOS).0;
    let promised = |name, width, height| (name, with_size(&whole, width, height));
    vec![
        ("jpeg-start-marker-only", vec![0xFF, 0xD8]),
        ("jpeg-start-and-end-only", vec![0xFF, 0xD8, 0xFF, 0xD9]),
        ("jpeg-cut-in-the-header", whole[..40].to_vec()),
        ("jpeg-cut-before-the-scan", whole[..scan].to_vec()),
        ("jpeg-cut-in-the-middle", whole[..scan + (whole.len() - scan) / 2].to_vec()),
        ("jpeg-cut-at-nine-tenths", whole[..whole.len() * 9 / 10].to_vec()),
        promised("jpeg-bomb-1x60000", 1, 60_000),
        promised("jpeg-bomb-60000x1", 60_000, 1),
        promised("jpeg-bomb-30000x30000", 30_000, 30_000),
        promised("jpeg-bomb-65535x65535", 65_535, 65_535),
        promised("jpeg-zero-width", 0, 480),
        promised("jpeg-zero-height", 640, 0),
        ("jpeg-no-components", with_components(&whole, 0)),
        ("jpeg-nine-components", with_components(&whole, 9)),
        ("jpeg-lossless-process", with_frame_marker(&whole, 0xC3)),
        ("jpeg-arithmetic-coding", with_frame_marker(&whole, 0xC9)),
        ("jpeg-no-huffman-tables", without(&whole, DHT)),
        ("jpeg-no-quantisation-tables", without(&whole, DQT)),
        ("jpeg-segment-of-length-zero", {
            let mut bytes = whole.clone();
            let (at, _) = segment(&bytes, DQT);
            bytes[at + 2..at + 4].copy_from_slice(&[0, 0]);
            bytes
        }),
        ("jpeg-exif-without-a-picture", {
            let mut bytes = vec![0xFF, 0xD8];
            bytes.extend(app_segment(APP1, &exif(6)));
            bytes.extend([0xFF, 0xD9]);
            bytes
        }),
    ]
}

pub(super) fn odd() -> Vec<(&'static str, Vec<u8>)> {
    let whole = faceless_file(640, 480, ImageFormat::Jpeg);
    let with = |marker, body: &[u8]| {
        let mut bytes = whole[..2].to_vec();
        bytes.extend(app_segment(marker, body));
        bytes.extend(&whole[2..]);
        bytes
    };
    vec![
        (
            "jpeg-grey",
            encode(
                &DynamicImage::ImageLuma8(DynamicImage::ImageRgb8(faceless_picture(640, 480)).to_luma8()),
                ImageFormat::Jpeg,
            ),
        ),
        ("jpeg-cmyk-with-three-components-of-data", with_components(&whole, 4)),
        ("jpeg-promises-7900x5000-holds-640x480", with_size(&whole, 7_900, 5_000)),
        ("jpeg-one-pixel", faceless_file(1, 1, ImageFormat::Jpeg)),
        ("jpeg-exif-fills-its-segment", with(APP1, &[exif(1), vec![0; 65_000 - 64]].concat())),
        ("jpeg-exif-orientation-6", with(APP1, &exif(6))),
        ("jpeg-exif-orientation-99", with(APP1, &exif(99))),
        ("jpeg-exif-points-at-itself", with(APP1, &exif_loop())),
        ("jpeg-exif-offset-outside", with(APP1, b"Exif\0\0MM\0*\xFF\xFF\xFF\xF0")),
        ("jpeg-two-thousand-comments", {
            let mut bytes = whole[..2].to_vec();
            for _ in 0..2_000 {
                bytes.extend(app_segment(COM, b"again"));
            }
            bytes.extend(&whole[2..]);
            bytes
        }),
        ("jpeg-and-zip-polyglot", [whole.clone(), b"PK\x05\x06".to_vec(), vec![0; 18]].concat()),
        ("jpeg-and-html-polyglot", with(COM, b"<script>alert(1)</script>")),
    ]
}

/// Where a segment begins (at its `FF`) and where the next one does.
fn segment(bytes: &[u8], marker: u8) -> (usize, usize) {
    let mut at = 2;
    while at + 4 <= bytes.len() {
        let end = at + 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        if bytes[at + 1] == marker {
            return (at, end);
        }
        at = end;
    }
    panic!("a JPEG that was written here has segment {marker:02X}");
}

fn with_size(bytes: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let (at, _) = segment(&bytes, SOF0);
    bytes[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    bytes[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// A frame header of `count` components, whatever the scan then says.
fn with_components(bytes: &[u8], count: u8) -> Vec<u8> {
    let (at, end) = segment(bytes, SOF0);
    let mut frame = bytes[at + 4..at + 9].to_vec();
    frame.push(count);
    for id in 1..=count {
        frame.extend([id, 0x11, 0]);
    }
    [&bytes[..at], &app_segment(SOF0, &frame), &bytes[end..]].concat()
}

fn with_frame_marker(bytes: &[u8], marker: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let (at, _) = segment(&bytes, SOF0);
    bytes[at + 1] = marker;
    bytes
}

/// Every segment of one kind taken out, as far as the scan.
fn without(bytes: &[u8], marker: u8) -> Vec<u8> {
    let mut kept = bytes[..2].to_vec();
    let mut at = 2;
    while bytes[at + 1] != SOS {
        let end = at + 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        if bytes[at + 1] != marker {
            kept.extend(&bytes[at..end]);
        }
        at = end;
    }
    kept.extend(&bytes[at..]);
    kept
}

fn app_segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).expect("a segment of at most 65533 bytes");
    [&[0xFF, marker][..], &length.to_be_bytes(), body].concat()
}

/// The smallest EXIF block that states an orientation (tag 0x0112; 1..8 are defined).
fn exif(orientation: u16) -> Vec<u8> {
    let mut block = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    block.extend(orientation.to_be_bytes());
    block.extend([0, 0, 0, 0, 0, 0]);
    block
}

/// An EXIF directory whose successor is itself.
fn exif_loop() -> Vec<u8> {
    let mut block = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x01\0\0".to_vec();
    block.extend([0, 0, 0, 8]);
    block
}
