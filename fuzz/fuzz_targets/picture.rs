//! Any bytes as a picture: JPEG, PNG, WebP, with or without EXIF.
#![no_main]

use libfuzzer_sys::fuzz_target;
use selfsame_vision::Limits;
use selfsame_vision::image::decode;

fuzz_target!(|bytes: &[u8]| {
    // Small limits, so that what is slow is a bug and not a large picture.
    let limits = Limits { max_pixels: 1 << 20, ..Limits::default() };
    if let Ok(picture) = decode(bytes, &limits) {
        let (width, height) = (u64::from(picture.width()), u64::from(picture.height()));
        assert_eq!(picture.rgb().len() as u64, width * height * 3);
        assert!(width * height <= 1 << 20);
    }
});
