//! The real networks, opened once. Needs `make models`.

use std::path::PathBuf;
use std::sync::OnceLock;

use selfsame_vision::{Vision, VisionSettings};

pub(crate) fn vision() -> &'static Vision {
    static VISION: OnceLock<Vision> = OnceLock::new();
    VISION.get_or_init(|| {
        let weights_dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models");
        let settings = VisionSettings { weights_dir, sessions: Some(2), ..VisionSettings::default() };
        Vision::load(&settings).unwrap_or_else(|error| panic!("these tests need the networks: {error}"))
    })
}
