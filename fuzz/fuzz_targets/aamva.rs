//! Any bytes as the payload of a barcode.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|payload: &[u8]| {
    let _ = selfsame_aamva::parse(payload);
});
