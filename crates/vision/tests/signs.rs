//! Genuine and falsified documents, and what is indicated of each. Needs `make models` and Debian's fonts (`make system`).

#![expect(clippy::unwrap_used, reason = "a test may panic; clippy knows only test functions as tests")]

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Instant;

use selfsame_domain::Timestamp;
use selfsame_vision::image::{Limits, decode};
use selfsame_vision::signs::SignParams;
use selfsame_vision::{Vision, VisionSettings};

fn vision() -> &'static Vision {
    static VISION: OnceLock<Vision> = OnceLock::new();
    VISION.get_or_init(|| {
        let weights_dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models");
        let settings = VisionSettings { weights_dir, sessions: Some(2), ..VisionSettings::default() };
        Vision::load(&settings).unwrap_or_else(|error| panic!("these tests need the networks: {error}"))
    })
}

/// The figures of docs/documents.md are made with this: a folder of folders of pictures, as the generator writes them.
#[test]
#[ignore = "prints every measure of the pictures in the folders of the folder SELFSAME_DOCUMENTS"]
fn measures() {
    let folder = std::env::var("SELFSAME_DOCUMENTS").expect("SELFSAME_DOCUMENTS names a folder");
    let entries = |folder: &std::path::Path| {
        let mut all: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        all.sort();
        all
    };
    for set in entries(std::path::Path::new(&folder)) {
        for file in entries(&set) {
            if !file.extension().is_some_and(|known| known == "png" || known == "jpg") {
                continue;
            }
            let Ok(picture) = decode(&std::fs::read(&file).unwrap(), &Limits::default()) else { continue };
            let reading =
                vision().read_document(&picture, Timestamp::from_millis(1_790_000_000_000)).unwrap();
            let began = Instant::now();
            let signs = vision().document_signs(&picture, &reading, &SignParams::default());
            let took = began.elapsed().as_millis();
            let verdict = reading.mrz.as_ref().map(|mrz| mrz.verdict);
            print!(
                "{} {} {took}ms {verdict:?}",
                set.file_name().unwrap().display(),
                file.file_stem().unwrap().display()
            );
            for testimony in &signs.0 {
                let mark = if testimony.speaks() { "!" } else { "" };
                print!(" {:?}{mark}={:.3}", testimony.indicates, testimony.measure);
            }
            println!();
        }
    }
}
