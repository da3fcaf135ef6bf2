//! Photos: what they show is where they say.

use image::{Rgb, RgbImage};
use selfsame_testkit_documents::{
    Document, Fonts, Homography, Kind, Page, Portrait, Severity, Shot, Side, photograph,
};

fn page(dpi: f32) -> Page {
    let fonts = Fonts::load().expect("the fonts (scripts/install-system.sh)");
    let document = Document::random(Kind::IdentityCardTd2, 4);
    document.render(Side::Front, &Portrait::silhouette(0.5), &fonts, dpi).expect("a page")
}

/// A page with four coloured corners, and nothing to read.
fn marked() -> Page {
    let colours = [Rgb([230, 20, 20]), Rgb([20, 200, 20]), Rgb([20, 20, 230]), Rgb([230, 230, 20])];
    let picture = RgbImage::from_fn(600, 420, |x, y| match (x < 60, x >= 540, y < 60, y >= 360) {
        (true, _, true, _) => colours[0],
        (_, true, true, _) => colours[1],
        (_, true, _, true) => colours[2],
        (true, _, _, true) => colours[3],
        _ => Rgb([250, 250, 250]),
    });
    Page { picture, dpi: 150.0, items: Vec::new() }
}

#[test]
fn a_flat_shot_of_the_page_s_size_is_the_page() {
    let page = page(150.0);
    let photo = photograph(&page, &Shot::flat(page.picture.dimensions()));
    let worst = page
        .picture
        .as_raw()
        .iter()
        .zip(photo.picture.as_raw())
        .map(|(one, other)| one.abs_diff(*other))
        .max()
        .expect("pixels");
    // What JPEG at quality 100 leaves.
    assert!(worst <= 12, "{worst}");
    assert!(photo.whole());
    for (item, sighting) in page.items.iter().zip(&photo.sightings) {
        let [x, y] = sighting.corners[0];
        assert!((x - item.area.x).abs() < 0.01 && (y - item.area.y).abs() < 0.01);
    }
}

#[test]
fn four_points_go_where_they_should() {
    let from = [[0.0, 0.0], [100.0, 0.0], [100.0, 50.0], [0.0, 50.0]];
    let to = [[10.0, 20.0], [220.0, 5.0], [200.0, 150.0], [30.0, 120.0]];
    let homography = Homography::between(from, to).expect("a map");
    for (from, to) in from.into_iter().zip(to) {
        let [x, y] = homography.map(from);
        assert!((x - to[0]).abs() < 1e-3 && (y - to[1]).abs() < 1e-3);
        let [x, y] = homography.inverse().map(to);
        assert!((x - from[0]).abs() < 1e-3 && (y - from[1]).abs() < 1e-3);
    }
    assert!(Homography::between([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0]], to).is_none());
}

#[test]
fn corners_are_seen_where_they_are_told_in_every_turn() {
    let page = marked();
    for turn in [0.0, 33.0, 90.0, 141.0, 180.0, 270.0] {
        let flat = Shot::flat((1200, 900));
        let shot = Shot { rotation: turn, tilt: (15.0, -12.0), keep_whole: true, quality: 95, ..flat };
        let photo = photograph(&page, &shot);
        assert!(photo.whole());
        // The middle of each coloured corner.
        for (x, y) in [(30.0, 30.0), (570.0, 30.0), (570.0, 390.0), (30.0, 390.0)] {
            let expected = page.picture.get_pixel(x as u32, y as u32).0;
            let [px, py] = photo.homography.map([x, y]);
            let seen = photo.picture.get_pixel(px as u32, py as u32).0;
            let far =
                expected.iter().zip(seen).map(|(one, other)| one.abs_diff(other)).max().expect("channels");
            assert!(far < 25, "turn {turn}, corner {x} {y}: {expected:?} is seen as {seen:?}");
        }
    }
}

#[test]
fn a_seed_gives_the_same_photo() {
    let page = page(150.0);
    let shot = Shot { size: (800, 600), ..Shot::random(Severity::new(4).expect("a severity"), 11) };
    let (one, two) = (photograph(&page, &shot), photograph(&page, &shot));
    assert_eq!(one.jpeg, two.jpeg);
    let other = photograph(&page, &Shot { seed: 12, ..shot });
    assert_ne!(one.jpeg, other.jpeg);
}

#[test]
fn pages_are_whole_up_to_severity_three_and_sometimes_cut_at_four() {
    let (width, height) = (1476.0, 1039.0);
    let mut cut = 0;
    for &severity in Severity::ALL {
        for seed in 0..300 {
            let shot = Shot::random(severity, seed);
            let homography = Homography::of_shot((1476, 1039), &shot);
            let (photo_w, photo_h) = (shot.size.0 as f32, shot.size.1 as f32);
            let whole =
                [[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]].into_iter().all(|corner| {
                    let [x, y] = homography.map(corner);
                    (-0.5..=photo_w + 0.5).contains(&x) && (-0.5..=photo_h + 0.5).contains(&y)
                });
            if !whole {
                cut += 1;
                assert_eq!(severity, Severity::new(4).expect("a severity"), "seed {seed}");
            }
        }
    }
    assert!((50..200).contains(&cut), "{cut} of 300 at severity 4");
    assert_eq!(Severity::new(5), None);
}

#[test]
fn blur_noise_light_and_tint_do_what_they_say() {
    let page = page(150.0);
    let flat = Shot { quality: 100, ..Shot::flat(page.picture.dimensions()) };
    let sharpness = |shot: &Shot| {
        let picture = image::imageops::grayscale(&photograph(&page, shot).picture);
        let rows = picture.rows().map(|row| row.map(|pixel| i64::from(pixel.0[0])).collect::<Vec<_>>());
        rows.map(|row| row.windows(2).map(|pair| (pair[0] - pair[1]).pow(2)).sum::<i64>()).sum::<i64>()
    };
    let mean = |shot: &Shot, channel: usize| {
        let picture = photograph(&page, shot).picture;
        picture.pixels().map(|pixel| f64::from(pixel.0[channel])).sum::<f64>() / picture.pixels().len() as f64
    };
    let plain = sharpness(&flat);
    assert!(sharpness(&Shot { defocus: 2.0, ..flat.clone() }) * 2 < plain);
    assert!(sharpness(&Shot { shake: 6.0, ..flat.clone() }) * 4 < plain * 3);
    assert!(sharpness(&Shot { noise: 8.0, ..flat.clone() }) > plain * 11 / 10);
    assert!(mean(&Shot { shadow: 0.6, ..flat.clone() }, 1) < 0.95 * mean(&flat, 1));
    assert!(mean(&Shot { glare: 1.0, ..flat.clone() }, 1) > mean(&flat, 1));
    let warm = Shot { white_balance: [1.0, 1.0, 0.8], ..flat.clone() };
    assert!(mean(&warm, 2) < 0.85 * mean(&flat, 2));
}
