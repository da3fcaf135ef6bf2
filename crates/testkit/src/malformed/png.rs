//! PNG: a signature, then chunks of length, type, body and CRC (W3C PNG, section 5).

use image::{DynamicImage, ImageFormat};

use super::{encode, faceless_file, faceless_picture};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1A\n";

pub(super) fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let whole = faceless_file(640, 480, ImageFormat::Png);
    let promised = |name, width: u32, height: u32| (name, with_header(&whole, width, height, 8, 2, 0));
    vec![
        ("png-signature-only", SIGNATURE.to_vec()),
        ("png-cut-in-the-header", whole[..20].to_vec()),
        ("png-cut-in-the-middle", whole[..whole.len() / 2].to_vec()),
        ("png-cut-at-nine-tenths", whole[..whole.len() * 9 / 10].to_vec()),
        promised("png-bomb-1x60000", 1, 60_000),
        promised("png-bomb-60000x1", 60_000, 1),
        promised("png-bomb-30000x30000", 30_000, 30_000),
        promised("png-bomb-2147483647x2147483647", 0x7FFF_FFFF, 0x7FFF_FFFF),
        promised("png-promises-7900x5000-holds-640x480", 7_900, 5_000),
        promised("png-zero-width", 0, 480),
        ("png-bit-depth-3", with_header(&whole, 640, 480, 3, 2, 0)),
        ("png-colour-type-5", with_header(&whole, 640, 480, 8, 5, 0)),
        ("png-interlace-7", with_header(&whole, 640, 480, 8, 2, 7)),
        ("png-palette-missing", with_header(&whole, 640, 480, 8, 3, 0)),
        ("png-header-checksum-wrong", {
            let mut bytes = whole.clone();
            bytes[SIGNATURE.len() + 8 + 13] ^= 1;
            bytes
        }),
        ("png-no-picture-data", [SIGNATURE, &header(640, 480, 8, 2, 0), &chunk(b"IEND", &[])].concat()),
        ("png-picture-data-is-noise", {
            let noise: Vec<u8> =
                (0..5_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
            [SIGNATURE, &header(640, 480, 8, 2, 0), &chunk(b"IDAT", &noise), &chunk(b"IEND", &[])].concat()
        }),
        (
            "png-picture-data-empty",
            [SIGNATURE, &header(640, 480, 8, 2, 0), &chunk(b"IDAT", &[]), &chunk(b"IEND", &[])].concat(),
        ),
        ("png-animated", {
            // acTL: number of frames, number of plays.
            let control = chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
            let after_header = SIGNATURE.len() + 25;
            [&whole[..after_header], &control, &whole[after_header..]].concat()
        }),
        ("png-chunk-longer-than-the-file", {
            let mut bytes = whole[..SIGNATURE.len() + 25].to_vec();
            bytes.extend(0x7FFF_FFF0_u32.to_be_bytes());
            bytes.extend(b"IDAT");
            bytes.extend(&[0; 64]);
            bytes
        }),
    ]
}

pub(super) fn odd() -> Vec<(&'static str, Vec<u8>)> {
    let picture = DynamicImage::ImageRgb8(faceless_picture(640, 480));
    let whole = encode(&picture, ImageFormat::Png);
    let after_header = SIGNATURE.len() + 25;
    let with = |extra: &[u8]| [&whole[..after_header], extra, &whole[after_header..]].concat();
    vec![
        ("png-16-bit", encode(&DynamicImage::ImageRgb16(picture.to_rgb16()), ImageFormat::Png)),
        ("png-grey", encode(&DynamicImage::ImageLuma8(picture.to_luma8()), ImageFormat::Png)),
        (
            "png-grey-16-bit-alpha",
            encode(&DynamicImage::ImageLumaA16(picture.to_luma_alpha16()), ImageFormat::Png),
        ),
        ("png-transparent", encode(&DynamicImage::ImageRgba8(picture.to_rgba8()), ImageFormat::Png)),
        (
            "png-text-bomb",
            with(&chunk(b"zTXt", &[b"Comment\0\0".to_vec(), zeros_deflated(300_000_000)].concat())),
        ),
        (
            "png-colour-profile-bomb",
            with(&chunk(b"iCCP", &[b"ICC\0\0".to_vec(), zeros_deflated(300_000_000)].concat())),
        ),
        ("png-one-pixel", faceless_file(1, 1, ImageFormat::Png)),
        ("png-followed-by-noise", [whole.clone(), vec![0x55; 100_000]].concat()),
    ]
}

fn header(width: u32, height: u32, depth: u8, colour: u8, interlace: u8) -> Vec<u8> {
    let body = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, interlace]].concat();
    chunk(b"IHDR", &body)
}

fn with_header(bytes: &[u8], width: u32, height: u32, depth: u8, colour: u8, interlace: u8) -> Vec<u8> {
    [SIGNATURE, &header(width, height, depth, colour, interlace), &bytes[SIGNATURE.len() + 25..]].concat()
}

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a chunk that was made here is small");
    let named = [&kind[..], body].concat();
    [&length.to_be_bytes()[..], &named, &crc32(&named).to_be_bytes()].concat()
}

/// The checksum of PNG, annex D: polynomial 0xEDB88320, reflected.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    })
}

/// A zlib stream of `count` zero bytes, 158 times smaller: one fixed-Huffman block (RFC 1951, 3.2.6) of one literal and then
/// matches of length 258 at distance 1.
fn zeros_deflated(count: usize) -> Vec<u8> {
    let mut bits = BitWriter { bytes: vec![0x78, 0x01], held: 0, count: 0 };
    bits.put(0b011, 3); // last block, fixed codes
    bits.put_code(0b0011_0000, 8); // literal 0
    for _ in 0..count.saturating_sub(1) / 258 {
        bits.put_code(0b1100_0101, 8); // length 258
        bits.put_code(0, 5); // distance 1
    }
    let zeros = 1 + count.saturating_sub(1) / 258 * 258;
    bits.put_code(0, 7); // end of block
    let mut bytes = bits.finish();
    // Adler-32 of n zeros: a = 1, b = n mod 65521.
    let b = u32::try_from(zeros % 65_521).expect("less than 65521");
    bytes.extend((b << 16 | 1).to_be_bytes());
    bytes
}

/// Least significant bit first, as deflate wants it.
struct BitWriter {
    bytes: Vec<u8>,
    held: u32,
    count: u32,
}

impl BitWriter {
    fn put(&mut self, value: u32, width: u32) {
        self.held |= value << self.count;
        self.count += width;
        while self.count >= 8 {
            self.bytes.push((self.held & 0xFF) as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    /// Huffman codes alone go most significant bit first.
    fn put_code(&mut self, code: u32, width: u32) {
        self.put(code.reverse_bits() >> (32 - width), width);
    }

    fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc_of_the_end_chunk_is_the_one_in_every_png() {
        assert_eq!(crc32(b"IEND"), 0xAE42_6082);
    }

    #[test]
    fn the_bomb_unpacks_to_zeros() {
        // A picture whose data is the deflated zeros: 258 * 3 + 1 bytes are 25 rows of 1 + 30 bytes.
        let bytes = [
            SIGNATURE,
            &header(10, 25, 8, 2, 0),
            &chunk(b"IDAT", &zeros_deflated(775)),
            &chunk(b"IEND", &[]),
        ]
        .concat();
        let picture = image::load_from_memory(&bytes).unwrap().to_rgb8();
        assert_eq!(picture.dimensions(), (10, 25));
        assert!(picture.as_raw().iter().all(|value| *value == 0));
    }
}
