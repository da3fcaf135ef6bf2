//! Files that no encoder would write, byte by byte.

/// A PNG file in the making.
pub(crate) struct Png {
    bytes: Vec<u8>,
}

impl Png {
    /// With any header, allowed or not.
    pub(crate) fn new(width: u32, height: u32, depth: u8, colour: u8) -> Self {
        let mut png = Self { bytes: b"\x89PNG\r\n\x1a\n".to_vec() };
        let header =
            [&width.to_be_bytes()[..], &height.to_be_bytes()[..], &[depth, colour, 0, 0, 0]].concat();
        png.chunk(b"IHDR", &header);
        png
    }

    pub(crate) fn chunk(&mut self, kind: &[u8; 4], data: &[u8]) {
        self.bytes.extend_from_slice(&u32::try_from(data.len()).unwrap().to_be_bytes());
        let start = self.bytes.len();
        self.bytes.extend_from_slice(kind);
        self.bytes.extend_from_slice(data);
        let checksum = crc32(&self.bytes[start..]);
        self.bytes.extend_from_slice(&checksum.to_be_bytes());
    }

    /// Rows of samples, unfiltered, in one stored (uncompressed) block.
    pub(crate) fn rows(mut self, rows: &[&[u8]]) -> Self {
        let plain: Vec<u8> = rows.iter().flat_map(|row| [&[0][..], row].concat()).collect();
        let length = u16::try_from(plain.len()).unwrap();
        let mut zlib = vec![0x78, 0x01, 1];
        zlib.extend_from_slice(&length.to_le_bytes());
        zlib.extend_from_slice(&(!length).to_le_bytes());
        zlib.extend_from_slice(&plain);
        zlib.extend_from_slice(&adler32(&plain).to_be_bytes());
        self.chunk(b"IDAT", &zlib);
        self
    }

    pub(crate) fn build(mut self) -> Vec<u8> {
        self.chunk(b"IEND", &[]);
        self.bytes
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    b << 16 | a
}

/// A JPEG that ends after its frame header: three components, and any marker, precision and size.
pub(crate) fn jpeg_header(width: u16, height: u16, marker: u8, precision: u8) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, marker, 0, 17, precision];
    bytes.extend_from_slice(&height.to_be_bytes());
    bytes.extend_from_slice(&width.to_be_bytes());
    bytes.extend_from_slice(&[3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
    bytes.extend_from_slice(&[0xff, 0xd9]);
    bytes
}

/// A lossless WebP that ends after its size.
pub(crate) fn webp_lossless_header(width: u32, height: u32) -> Vec<u8> {
    let size = (width - 1) | (height - 1) << 14;
    let mut bytes = b"RIFF\x14\0\0\0WEBPVP8L\x08\0\0\0\x2f".to_vec();
    bytes.extend_from_slice(&size.to_le_bytes());
    bytes.extend_from_slice(&[0; 3]);
    bytes
}

/// The JPEG with an EXIF segment in front; `exif` is the TIFF structure, at most 65,000 bytes.
pub(crate) fn with_exif(jpeg: &[u8], exif: &[u8]) -> Vec<u8> {
    let length = u16::try_from(exif.len() + 8).unwrap();
    [&jpeg[..2], &[0xff, 0xe1], &length.to_be_bytes(), b"Exif\0\0", exif, &jpeg[2..]].concat()
}

/// A TIFF structure that holds one entry: the orientation.
pub(crate) fn orientation_exif(orientation: u8) -> Vec<u8> {
    let mut bytes = b"MM\0*\0\0\0\x08\0\x01".to_vec();
    bytes.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    bytes.extend_from_slice(&[0; 4]);
    bytes
}
