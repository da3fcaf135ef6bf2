//! WebP: `RIFF`, size, `WEBP`, then chunks of type, little-endian length and body, padded to even (RFC 9649).

use image::ImageFormat;

use super::faceless_file;

pub(super) fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let whole = faceless_file(640, 480, ImageFormat::WebP);
    let picture = &whole[12..];
    let canvas = |width: u32, height: u32| riff(&[&extended(0, width, height), picture]);
    vec![
        ("webp-riff-only", whole[..12].to_vec()),
        ("webp-cut-in-the-header", whole[..22].to_vec()),
        ("webp-cut-in-the-middle", whole[..whole.len() / 2].to_vec()),
        ("webp-bomb-canvas-1x60000", canvas(1, 60_000)),
        ("webp-bomb-canvas-30000x30000", canvas(30_000, 30_000)),
        ("webp-bomb-16384x16384", {
            // VP8L: signature byte, then 14 bits of width - 1 and 14 bits of height - 1, all ones.
            let mut bytes = whole.clone();
            let at =
                bytes.windows(4).position(|name| name == b"VP8L").expect("the encoder writes lossless WebP");
            bytes[at + 9..at + 13].copy_from_slice(&0x0FFF_FFFF_u32.to_le_bytes());
            bytes
        }),
        ("webp-animated", {
            // ANIM: background colour and loop count; ANMF: place, size and duration of a frame, then its picture.
            let frame = [
                &[0; 6][..],
                &639_u32.to_le_bytes()[..3],
                &479_u32.to_le_bytes()[..3],
                &[100, 0, 0, 0],
                picture,
            ]
            .concat();
            riff(&[
                &extended(0b10, 640, 480),
                &chunk(b"ANIM", &[0; 6]),
                &chunk(b"ANMF", &frame),
                &chunk(b"ANMF", &frame),
            ])
        }),
        ("webp-no-picture-chunk", riff(&[&extended(0, 640, 480)])),
        ("webp-lossy-chunk-is-noise", riff(&[&chunk(b"VP8 ", &[0xA5; 400])])),
        ("webp-lossless-chunk-is-noise", riff(&[&chunk(b"VP8L", &[0xA5; 400])])),
        ("webp-unknown-chunk-only", riff(&[&chunk(b"NOPE", &[0; 100])])),
    ]
}

pub(super) fn odd() -> Vec<(&'static str, Vec<u8>)> {
    let whole = faceless_file(640, 480, ImageFormat::WebP);
    vec![("webp-extended", riff(&[&extended(0, 640, 480), &whole[12..]]))]
}

/// The `VP8X` chunk: flags (bit 1 = animation), then canvas width and height, each less one, in three bytes.
fn extended(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let body =
        [&[flags, 0, 0, 0][..], &(width - 1).to_le_bytes()[..3], &(height - 1).to_le_bytes()[..3]].concat();
    chunk(b"VP8X", &body)
}

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a chunk that was made here is small");
    let mut bytes = [&kind[..], &length.to_le_bytes(), body].concat();
    if body.len() % 2 == 1 {
        bytes.push(0);
    }
    bytes
}

fn riff(chunks: &[&[u8]]) -> Vec<u8> {
    let body = [b"WEBP", chunks.concat().as_slice()].concat();
    let length = u32::try_from(body.len()).expect("a file that was made here is small");
    [b"RIFF", &length.to_le_bytes()[..], &body].concat()
}
