//! What a frame, a face and a comparison cost. Needs the weights (`make models`) and the fixtures (`scripts/fixtures.sh`):
//!
//!     cargo bench -p selfsame-vision --bench faces
//!
//! One thread, one session. The last lines state what everything around the networks (decoding, resampling, warps, planes,
//! suppression, fits) costs in relation to the networks themselves.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Instant;

use divan::{Bencher, black_box};
use selfsame_vision::image::decode;
use selfsame_vision::{FaceSighting, Limits, Picture, Template, Vision, VisionSettings};

fn main() {
    divan::main();
    if !std::env::args().any(|argument| argument == "--list") {
        around_the_networks();
    }
}

/// Time outside the networks as a share of the time inside, for the two paths that matter: the median of single runs, so
/// that what other processes take does not count.
fn around_the_networks() {
    let report = |name: &str, work: &dyn Fn()| {
        work();
        let mut shares: Vec<f64> = (0..101)
            .map(|_| {
                let (before, start) = (vision().time_in_networks(), Instant::now());
                work();
                let inside = vision().time_in_networks() - before;
                start.elapsed().saturating_sub(inside).as_secs_f64() / inside.as_secs_f64()
            })
            .collect();
        shares.sort_by(f64::total_cmp);
        println!("{name}: everything around the networks costs {:.1} % of their time", shares[50] * 100.0);
    };
    let small = read(&frame("single_face/0001.jpg")).resized(320, 240).to_jpeg(60);
    let (a, b) = (frame("single_face/0001.jpg"), frame("single_face/0050.jpg"));
    report("tracking_frame", &|| drop(black_box(vision().track(&read(&small)))));
    report("compare_two_720p", &|| drop(black_box((template_of(&a), template_of(&b)))));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn vision() -> &'static Vision {
    static VISION: OnceLock<Vision> = OnceLock::new();
    VISION.get_or_init(|| load().unwrap_or_else(|error| panic!("{error}")))
}

fn load() -> Result<Vision, selfsame_vision::ModelError> {
    Vision::load(&VisionSettings {
        weights_dir: root().join("models"),
        sessions: Some(1),
        ..VisionSettings::default()
    })
}

/// A full frame of 1280 x 720, as a JPEG.
fn frame(name: &str) -> Vec<u8> {
    let file = root().join(".fixtures/frames").join(name);
    std::fs::read(&file)
        .unwrap_or_else(|error| panic!("{} ({error}): run scripts/fixtures.sh first", file.display()))
}

fn read(bytes: &[u8]) -> Picture {
    decode(bytes, &Limits::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn face() -> (Picture, FaceSighting) {
    let picture = read(&frame("single_face/0001.jpg"));
    let faces = vision().detect(&picture).unwrap_or_else(|error| panic!("{error}"));
    let face = faces.into_iter().next().expect("the clip shows a face");
    (picture, face)
}

fn template_of(jpeg: &[u8]) -> Template {
    let picture = read(jpeg);
    let faces = vision().detect(&picture).unwrap_or_else(|error| panic!("{error}"));
    vision().embed(&picture, &faces[0]).unwrap_or_else(|error| panic!("{error}"))
}

#[divan::bench(sample_count = 10)]
fn load_every_network(bencher: Bencher<'_, '_>) {
    bencher.bench_local(load);
}

/// A tracking frame: JPEG of 320 x 240 in; face, landmarks and pose out.
#[divan::bench]
fn tracking_frame(bencher: Bencher<'_, '_>) {
    let jpeg = read(&frame("single_face/0001.jpg")).resized(320, 240).to_jpeg(60);
    assert_eq!(vision().track(&read(&jpeg)).map(|faces| faces.len()).ok(), Some(1));
    bencher.bench_local(|| vision().track(&read(black_box(&jpeg))));
}

#[divan::bench]
fn decode_720p(bencher: Bencher<'_, '_>) {
    let jpeg = frame("single_face/0001.jpg");
    bencher.bench_local(|| read(black_box(&jpeg)));
}

#[divan::bench]
fn detect_720p(bencher: Bencher<'_, '_>) {
    let picture = read(&frame("single_face/0001.jpg"));
    bencher.bench_local(|| vision().detect(black_box(&picture)));
}

/// No face: the further passes are made.
#[divan::bench(sample_count = 20)]
fn detect_720p_without_a_face(bencher: Bencher<'_, '_>) {
    let empty = Picture::from_rgb(1280, 720, vec![120; 1280 * 720 * 3]).expect("sides fit");
    bencher.bench_local(|| vision().detect(black_box(&empty)));
}

#[divan::bench]
fn embed(bencher: Bencher<'_, '_>) {
    let (picture, face) = face();
    bencher.bench_local(|| vision().embed(black_box(&picture), &face));
}

#[divan::bench]
fn texture(bencher: Bencher<'_, '_>) {
    let (picture, face) = face();
    bencher.bench_local(|| vision().texture(black_box(&picture), &face));
}

#[divan::bench]
fn pose_by_network(bencher: Bencher<'_, '_>) {
    let (picture, face) = face();
    bencher.bench_local(|| vision().pose_by_network(black_box(&picture), &face));
}

#[divan::bench]
fn quality(bencher: Bencher<'_, '_>) {
    let (picture, face) = face();
    bencher.bench_local(|| vision().quality(black_box(&picture), &face));
}

/// The search for a screen's grid and a device's edges, in the part of the frame that a capture sends.
#[divan::bench]
fn recapture(bencher: Bencher<'_, '_>) {
    let (picture, face) = face();
    bencher.bench_local(|| vision().recapture(black_box(&picture), &face));
}

/// Two JPEGs of 1280 x 720 in, a comparison out.
#[divan::bench]
fn compare_two_720p(bencher: Bencher<'_, '_>) {
    let (a, b) = (frame("single_face/0001.jpg"), frame("single_face/0050.jpg"));
    bencher.bench_local(|| vision().compare(&template_of(black_box(&a)), &template_of(black_box(&b))));
}
