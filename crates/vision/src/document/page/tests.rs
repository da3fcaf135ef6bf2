//! On invented documents that are photographed in software, whose corners are known.

use std::sync::OnceLock;

use selfsame_testkit_documents::{Document, Fonts, Kind, Photo, Portrait, Severity, Shot, Side, photograph};

use super::*;

const KINDS: [Kind; 4] = [Kind::Passport, Kind::IdentityCardTd1, Kind::DrivingLicence, Kind::VisaA];

/// A photograph of a third of the width that photographs of its severity have: as many edges, a ninth of the time.
fn photo(kind: Kind, severity: u8, seed: u64) -> Photo {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| Fonts::load().unwrap());
    let page =
        Document::random(kind, seed).render(Side::Front, &Portrait::silhouette(0.5), fonts, 150.0).unwrap();
    let mut shot = Shot::random(Severity::new(severity).unwrap(), seed);
    shot.size = (shot.size.0 / 3, shot.size.1 / 3);
    (shot.defocus, shot.shake) = (shot.defocus / 3.0, shot.shake / 3.0);
    photograph(&page, &shot)
}

fn found(photo: &Photo) -> Option<Corners> {
    let picture = &photo.picture;
    let picture = Picture::from_rgb(picture.width(), picture.height(), picture.as_raw().clone()).unwrap();
    find_page(&picture, &mut fast_image_resize::Resizer::new(), &[], &PageParams::default())
}

/// The largest distance of a corner from where it is, as a share of the page's longer side; whichever corner comes first.
fn error(photo: &Photo, found: &Corners) -> f64 {
    let truth = photo.corners.map(|corner| corner.map(f64::from));
    let [wide, high] = sides(&truth);
    let off = |turn: usize| {
        (0..4)
            .map(|n| (truth[n][0] - found[(n + turn) % 4][0]).hypot(truth[n][1] - found[(n + turn) % 4][1]))
            .fold(0.0, f64::max)
    };
    (0..4).map(off).fold(f64::INFINITY, f64::min) / wide.max(high)
}

#[test]
fn pages_are_found_on_every_kind_of_table() {
    let (mut right, mut wrong) = (0, 0);
    for (n, kind) in (0..24).map(|n| (n, KINDS[n % 4])) {
        let photo = photo(kind, 2, n as u64);
        match found(&photo).map(|corners| error(&photo, &corners)) {
            Some(error) if error < 0.03 => right += 1,
            Some(_) => wrong += 1,
            None => {}
        }
    }
    assert!(right >= 20 && wrong <= 2, "{right} right and {wrong} wrong of 24");
}

#[test]
fn where_no_page_is_none_is_found() {
    let mut resizer = fast_image_resize::Resizer::new();
    let find = |rgb: Vec<u8>, resizer: &mut _| {
        find_page(&Picture::from_rgb(480, 320, rgb).unwrap(), resizer, &[], &PageParams::default())
    };
    let plain = vec![180; 480 * 320 * 3];
    assert_eq!(find(plain, &mut resizer), None);
    let striped = (0..480 * 320).flat_map(|at| [if at % 480 / 24 % 2 == 0 { 90 } else { 200 }; 3]).collect();
    assert_eq!(find(striped, &mut resizer), None, "stripes have no ends");
    let flat = photo(Kind::Passport, 0, 0);
    let clean = flat.picture.width() > 0 && found(&flat).is_none_or(|corners| error(&flat, &corners) < 0.06);
    assert!(clean, "a scan that is cut to the page");
}

/// `cargo test --workspace --lib page -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes; prints figures"]
fn measures() {
    for severity in 0..=4 {
        let mut errors = Vec::new();
        let mut spent = std::time::Duration::ZERO;
        let count = 40;
        for seed in 0..count {
            let photo = photo(KINDS[seed % 4], severity, 100 + seed as u64);
            let began = std::time::Instant::now();
            let found = found(&photo);
            spent += began.elapsed();
            let error = found.map(|corners| error(&photo, &corners));
            if error.is_none_or(|error| error > 0.03) {
                println!("  severity {severity} seed {} {:?}: {error:?}", 100 + seed, KINDS[seed % 4]);
            }
            errors.extend(error);
        }
        errors.sort_by(f64::total_cmp);
        let near = |limit: f64| errors.iter().filter(|error| **error < limit).count();
        println!(
            "severity {severity}: of {count} found {}, within 1 % {}, 3 % {}, 6 % {}; {:?} each",
            errors.len(),
            near(0.01),
            near(0.03),
            near(0.06),
            spent / count as u32
        );
    }
}
