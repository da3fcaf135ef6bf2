//! The door for pictures, from outside: what is read, what is refused, and under which name.

#![expect(clippy::unwrap_used, reason = "a test may panic; clippy knows only test functions as tests")]

#[path = "support/files.rs"]
mod files;

use files::Png;
use selfsame_vision::image::decode;
use selfsame_vision::{Format, ImageError, Limits, Picture};

/// A file of `tests/data`: the quadrants below, in formats that no encoder here writes.
fn data(name: &str) -> std::path::PathBuf {
    std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// 48 x 32: red, green over blue, white.
const QUADRANTS: [[u8; 3]; 4] = [[220, 30, 30], [30, 200, 40], [30, 40, 220], [240, 240, 240]];

fn quadrants() -> Picture {
    let rgb = (0..32_usize)
        .flat_map(|y| {
            (0..48_usize).flat_map(move |x| QUADRANTS[usize::from(x >= 24) + 2 * usize::from(y >= 16)])
        })
        .collect();
    Picture::from_rgb(48, 32, rgb).unwrap()
}

fn pixel(picture: &Picture, x: u32, y: u32) -> [u8; 3] {
    let at = ((y * picture.width() + x) * 3) as usize;
    picture.rgb()[at..at + 3].try_into().unwrap()
}

fn close(a: [u8; 3], b: [u8; 3], within: u8) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= within)
}

/// Colours at the centres of the four quadrants, in reading order.
fn corners(picture: &Picture) -> [[u8; 3]; 4] {
    let (w, h) = (picture.width(), picture.height());
    [(w / 4, h / 4), (w * 3 / 4, h / 4), (w / 4, h * 3 / 4), (w * 3 / 4, h * 3 / 4)]
        .map(|(x, y)| pixel(picture, x, y))
}

#[test]
fn reads_what_is_meant_to_be_read() {
    let read = |name: &str| std::fs::read(data(name)).unwrap();
    for (name, bytes, format, within) in [
        ("baseline JPEG", quadrants().to_jpeg(95), Format::Jpeg, 12),
        ("progressive JPEG", read("progressive.jpg"), Format::Jpeg, 12),
        ("lossy WebP", read("lossy.webp"), Format::WebP, 20),
        ("palette PNG", read("palette.png"), Format::Png, 12),
        // CMYK has no profile here: a saturated red comes back in another shade, not as another colour.
        ("CMYK JPEG", read("cmyk.jpg"), Format::Jpeg, 40),
    ] {
        let picture = decode(&bytes, &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((picture.width(), picture.height(), picture.format()), (48, 32, Some(format)), "{name}");
        for (seen, meant) in corners(&picture).into_iter().zip(QUADRANTS) {
            assert!(close(seen, meant, within), "{name}: {seen:?} for {meant:?}");
        }
        assert!(!picture.is_grey(), "{name}");
    }
}

#[test]
fn every_kind_of_png_becomes_eight_bit_rgb_over_white() {
    // Two pixels each; samples as they are stored.
    for (name, colour, depth, samples, pixels) in [
        ("grey", 0, 8, &[0_u8, 200][..], [[0; 3], [200; 3]]),
        ("grey 16", 0, 16, &[0x80, 0x80, 0xff, 0xff], [[128; 3], [255; 3]]),
        ("grey 1", 0, 1, &[0b0100_0000], [[0; 3], [255; 3]]),
        ("grey and alpha", 4, 8, &[0, 255, 0, 0], [[0; 3], [255; 3]]),
        ("grey and alpha 16", 4, 16, &[0, 0, 0xff, 0xff, 0, 0, 0x80, 0x80], [[0; 3], [127; 3]]),
        ("RGB 16", 2, 16, &[0xff, 0xff, 0x80, 0x80, 0, 0, 0, 0, 0, 0, 1, 1], [[255, 128, 0], [0, 0, 1]]),
        ("RGBA", 6, 8, &[255, 0, 0, 255, 255, 0, 0, 128], [[255, 0, 0], [255, 127, 127]]),
        (
            "RGBA 16",
            6,
            16,
            &[0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0],
            [[255, 0, 0], [255, 255, 255]],
        ),
    ] {
        let bytes = Png::new(2, 1, depth, colour).rows(&[samples]).build();
        let picture = decode(&bytes, &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!([pixel(&picture, 0, 0), pixel(&picture, 1, 0)], pixels, "{name}");
    }
    let transparent = std::fs::read(data("palette-transparent.png")).unwrap();
    let picture = decode(&transparent, &Limits::default()).unwrap();
    assert!(corners(&picture).contains(&[255, 255, 255]), "the transparent colour is laid over white");
}

#[test]
fn all_eight_orientations_come_out_upright() {
    let [red, green, blue, white] = QUADRANTS;
    for (orientation, expected, size) in [
        (1, [red, green, blue, white], (48, 32)),
        (2, [green, red, white, blue], (48, 32)),
        (3, [white, blue, green, red], (48, 32)),
        (4, [blue, white, red, green], (48, 32)),
        (5, [red, blue, green, white], (32, 48)),
        (6, [blue, red, white, green], (32, 48)),
        (7, [white, green, blue, red], (32, 48)),
        (8, [green, white, red, blue], (32, 48)),
    ] {
        let bytes = files::with_exif(&quadrants().to_jpeg(95), &files::orientation_exif(orientation));
        let picture = decode(&bytes, &Limits::default()).unwrap();
        assert_eq!((picture.width(), picture.height()), size, "orientation {orientation}");
        for (seen, meant) in corners(&picture).into_iter().zip(expected) {
            assert!(close(seen, meant, 12), "orientation {orientation}: {seen:?} for {meant:?}");
        }
    }
}

#[test]
fn strange_exif_does_not_matter() {
    let jpeg = quadrants().to_jpeg(95);
    let mut huge = files::orientation_exif(6);
    huge.resize(65_000, 0xab);
    let turned = decode(&files::with_exif(&jpeg, &huge), &Limits::default()).unwrap();
    assert_eq!(turned.width(), 32);
    for exif in
        [vec![0xff; 60_000], b"II*\0\xff\xff\xff\xff".to_vec(), Vec::new(), files::orientation_exif(9)]
    {
        let picture = decode(&files::with_exif(&jpeg, &exif), &Limits::default()).unwrap();
        assert_eq!(picture.width(), 48);
    }
    // Many segments: as much metadata as the size limit allows.
    let mut many = jpeg;
    for _ in 0..100 {
        many = files::with_exif(&many, &vec![0; 65_000]);
    }
    assert_eq!(decode(&many, &Limits::default()).unwrap().width(), 48);
}

fn code(bytes: &[u8]) -> &'static str {
    decode(bytes, &Limits::default()).map(|_| "read").unwrap_or_else(|error| error.code())
}

/// Colours that change from block to block, so that every part of the scan has bits of its own; no side is a multiple of 16.
fn patches(width: u32, height: u32) -> Picture {
    let colour = |x: u32, y: u32| [x * 7 % 251, y * 11 % 241, (x / 5 + y / 3) * 29 % 239];
    let rgb = (0..height).flat_map(|y| (0..width).flat_map(move |x| colour(x, y)));
    Picture::from_rgb(width, height, rgb.map(|value| u8::try_from(value).unwrap()).collect()).unwrap()
}

/// As panoramas of one phone maker end: without the last marker, with a half of it, or with the maker's own notes in its place.
#[test]
fn a_jpeg_without_its_last_marker_is_read_where_all_its_pixels_are_there() {
    for (width, height) in [(48, 32), (101, 67), (16, 16), (1, 1), (333, 20)] {
        let whole = patches(width, height).to_jpeg(90);
        let expected = decode(&whole, &Limits::default()).unwrap();
        let scan = whole.len() - 2;
        assert_eq!(whole[scan..], [0xff, 0xd9]);
        for tail in [&b""[..], b"\xff", b"\0\0\0\0", b"SEFH\x6b\0\0\0\x01\0\0\0SEFT", b"\xff\xe4\0\x04ab"] {
            let bytes = [&whole[..scan], tail].concat();
            let picture = decode(&bytes, &Limits::default())
                .unwrap_or_else(|error| panic!("{width} x {height}, {tail:?}: {error}"));
            assert!(picture.rgb() == expected.rgb(), "{width} x {height}, {tail:?}");
        }
        // One byte less of the pixels, and every tenth length below it.
        let start = whole.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap() + 14;
        for length in std::iter::once(scan - 1).chain((start..scan).step_by(10)) {
            assert_eq!(code(&whole[..length]), "image_truncated", "{width} x {height}, {length} of {scan}");
        }
    }
    // One component; four; three of unlike sampling, with restart markers.
    let mut grey = Vec::new();
    let values: Vec<u8> = (0..75_u32 * 43).map(|at| u8::try_from(at * 31 % 253).unwrap()).collect();
    let encoder = ::image::codecs::jpeg::JpegEncoder::new_with_quality(&mut grey, 90);
    ::image::ImageEncoder::write_image(encoder, &values, 75, 43, ::image::ExtendedColorType::L8).unwrap();
    for (name, whole) in [
        ("grey", grey),
        ("CMYK", std::fs::read(data("cmyk.jpg")).unwrap()),
        ("subsampled", std::fs::read(data("subsampled.jpg")).unwrap()),
    ] {
        assert_eq!(code(&whole[..whole.len() - 2]), "read", "{name}");
        for missing in 4..200 {
            assert_eq!(code(&whole[..whole.len() - missing]), "image_truncated", "{name} without {missing}");
        }
    }
}

#[test]
fn what_is_refused_is_refused_by_name() {
    let jpeg = quadrants().to_jpeg(95);
    let png = Png::new(2, 1, 8, 2).rows(&[&[1, 2, 3, 4, 5, 6]]).build();
    let webp = std::fs::read(data("lossy.webp")).unwrap();
    let read = |name: &str| std::fs::read(data(name)).unwrap();
    let mut bad_checksum = png.clone();
    bad_checksum[30] ^= 1;
    let mut no_scan = jpeg.clone();
    no_scan.truncate(200);
    let mut progressive = read("progressive.jpg");
    progressive.truncate(progressive.len() - 2);
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", Vec::new(), "image_empty"),
        ("one byte", vec![0xff], "image_format_unknown"),
        ("text", b"this is not a picture".to_vec(), "image_format_unknown"),
        ("zeros", vec![0; 4096], "image_format_unknown"),
        ("GIF", b"GIF89a\x01\0\x01\0".to_vec(), "image_format_unsupported"),
        ("BMP", b"BM\x46\0\0\0".to_vec(), "image_format_unsupported"),
        ("TIFF, little endian", b"II*\0\x08\0\0\0".to_vec(), "image_format_unsupported"),
        ("TIFF, big endian", b"MM\0*\0\0\0\x08".to_vec(), "image_format_unsupported"),
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(), "image_format_unsupported"),
        ("AVIF", b"\0\0\0\x18ftypavif\0\0\0\0".to_vec(), "image_format_unsupported"),
        ("PDF", b"%PDF-1.7".to_vec(), "image_format_unsupported"),
        ("SVG", b"<svg xmlns='x'/>".to_vec(), "image_format_unsupported"),
        ("JPEG XL", b"\xff\x0a\x00\x10".to_vec(), "image_format_unsupported"),
        ("JPEG, three bytes", vec![0xff, 0xd8, 0xff], "image_truncated"),
        ("JPEG, cut in its tables", no_scan, "image_truncated"),
        ("JPEG, cut in its pixels", jpeg[..jpeg.len() - 40].to_vec(), "image_truncated"),
        ("progressive JPEG, without its last marker", progressive, "image_truncated"),
        ("JPEG without a frame", b"\xff\xd8\xff\xe0\0\x04ab\xff\xd9".to_vec(), "image_corrupt"),
        ("JPEG with a segment of length 1", b"\xff\xd8\xff\xe0\0\x01ab\xff\xd9".to_vec(), "image_corrupt"),
        ("JPEG, 12 bits", files::jpeg_header(48, 32, 0xc1, 12), "image_kind_unsupported"),
        ("JPEG, lossless", files::jpeg_header(48, 32, 0xc3, 8), "image_kind_unsupported"),
        ("JPEG, arithmetic", files::jpeg_header(48, 32, 0xc9, 8), "image_kind_unsupported"),
        ("JPEG, no rows", files::jpeg_header(48, 0, 0xc0, 8), "image_corrupt"),
        ("JPEG, header only", files::jpeg_header(48, 32, 0xc0, 8), "image_corrupt"),
        ("JPEG bomb 1 x 60000", files::jpeg_header(1, 60_000, 0xc0, 8), "image_side_too_long"),
        ("JPEG bomb 30000 x 30000", files::jpeg_header(30_000, 30_000, 0xc0, 8), "image_side_too_long"),
        ("JPEG 7000 x 7000", files::jpeg_header(7000, 7000, 0xc0, 8), "image_too_many_pixels"),
        ("progressive JPEG 6000 x 6000", files::jpeg_header(6000, 6000, 0xc2, 8), "image_too_many_pixels"),
        ("PNG, signature only", png[..8].to_vec(), "image_truncated"),
        ("PNG, cut", png[..png.len() - 20].to_vec(), "image_truncated"),
        ("PNG, wrong checksum", bad_checksum, "image_corrupt"),
        ("PNG, first chunk unknown", [&png[..12], b"IDAT", &png[16..]].concat(), "image_corrupt"),
        ("PNG, no columns", Png::new(0, 5, 8, 2).build(), "image_corrupt"),
        ("PNG, colour type 5", Png::new(2, 1, 8, 5).build(), "image_corrupt"),
        ("PNG without pixels", Png::new(2, 1, 8, 2).build(), "image_corrupt"),
        ("PNG bomb 1 x 60000", Png::new(1, 60_000, 8, 2).build(), "image_side_too_long"),
        ("PNG bomb 30000 x 30000", Png::new(30_000, 30_000, 8, 2).build(), "image_side_too_long"),
        ("PNG of four milliard columns", Png::new(u32::MAX, 1, 8, 2).build(), "image_side_too_long"),
        ("PNG 16-bit 6300 x 6300", Png::new(6300, 6300, 16, 6).build(), "image_too_many_pixels"),
        ("animated PNG", read("animated.png"), "image_animated"),
        ("animated WebP", read("animated.webp"), "image_animated"),
        ("WebP, cut", webp[..webp.len() - 10].to_vec(), "image_truncated"),
        ("WebP, container only", webp[..12].to_vec(), "image_truncated"),
        ("WebP, unknown chunk", [b"RIFF\x08\0\0\0WEBPABCD"[..].to_vec()].concat(), "image_corrupt"),
        ("WebP bomb 16384 x 16384", files::webp_lossless_header(16_384, 16_384), "image_side_too_long"),
        ("WebP 6000 x 6000", files::webp_lossless_header(6000, 6000), "image_too_many_pixels"),
    ];
    for (name, bytes, expected) in &table {
        assert_eq!(code(bytes), *expected, "{name}");
    }
    assert!(table.len() >= 40);
}

#[test]
fn refusals_name_the_format_and_the_numbers() {
    let say = |bytes: &[u8], limits: &Limits| decode(bytes, limits).unwrap_err().to_string();
    let defaults = Limits::default();
    assert_eq!(say(b"GIF89a", &defaults), "the picture is GIF; send JPEG, PNG or WebP");
    assert_eq!(
        say(b"\0\0\0\x18ftypmif1\0\0\0\0", &defaults),
        "the picture is HEIC/HEIF; send JPEG, PNG or WebP"
    );
    assert_eq!(
        say(&files::jpeg_header(1, 60_000, 0xc0, 8), &defaults),
        "the picture is 1 x 60000, at most 8000 pixels a side are allowed; send a smaller one"
    );
    let jpeg = quadrants().to_jpeg(90);
    let small = Limits { max_bytes: 100, ..Limits::default() };
    assert!(matches!(decode(&jpeg, &small), Err(ImageError::TooManyBytes { max: 100, .. })));
    let dialect = Limits { longest_side_above: Some(300), ..Limits::default() };
    assert_eq!(
        say(&jpeg, &dialect),
        "the picture is 48 x 32, the longest side must be over 300 pixels; send a larger one"
    );
    let wide = Picture::from_rgb(301, 2, vec![9; 301 * 2 * 3]).unwrap();
    assert!(decode(&wide.to_jpeg(90), &dialect).is_ok());
}

#[test]
fn every_prefix_of_a_file_is_refused_and_none_panics() {
    let read = |name: &str| std::fs::read(data(name)).unwrap();
    for bytes in [quadrants().to_jpeg(80), read("progressive.jpg"), read("palette.png"), read("lossy.webp")] {
        for length in 0..bytes.len() {
            let outcome = decode(&bytes[..length], &Limits::default());
            // A PNG may lack its end chunk, and a JPEG of one scan its last marker: they hold nothing.
            let nothing = match bytes[0] {
                0x89 => 12,
                0xff if bytes.windows(2).all(|pair| pair != [0xff, 0xc2]) => 2,
                _ => 0,
            };
            let pixels_complete = length >= bytes.len() - nothing;
            assert!(outcome.is_err() || pixels_complete, "{length} of {}", bytes.len());
        }
    }
}

#[test]
fn altered_bytes_never_panic() {
    let read = |name: &str| std::fs::read(data(name)).unwrap();
    let mut state = 0x2545_f491_u32;
    for bytes in [
        quadrants().to_jpeg(80),
        read("progressive.jpg"),
        read("palette.png"),
        read("lossy.webp"),
        read("cmyk.jpg"),
    ] {
        for _ in 0..2000 {
            let mut altered = bytes.clone();
            for _ in 0..3 {
                // Marsaglia's xorshift: the same bytes at every run.
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                let at = state as usize % altered.len();
                altered[at] = (state >> 24) as u8;
            }
            if let Ok(picture) = decode(&altered, &Limits::default()) {
                assert_eq!(
                    picture.rgb().len() as u64,
                    u64::from(picture.width()) * u64::from(picture.height()) * 3
                );
            }
        }
    }
}

#[test]
fn crops_and_sizes_are_what_was_asked_for() {
    let picture = quadrants();
    let crop = picture.crop(24, 0, 100, 16).unwrap();
    assert_eq!((crop.width(), crop.height()), (24, 16));
    assert!(crop.rgb().chunks_exact(3).all(|p| p == QUADRANTS[1]));
    assert!(picture.crop(48, 0, 1, 1).is_none());
    let half = picture.resized(24, 16);
    for (seen, meant) in corners(&half).into_iter().zip(QUADRANTS) {
        assert!(close(seen, meant, 1));
    }
    assert!(Picture::from_rgb(2, 2, vec![0; 11]).is_none());
    assert!(Picture::from_rgb(0, 2, Vec::new()).is_none());
}
