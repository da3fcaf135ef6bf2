//! Genuine and falsified documents, and what is indicated of each. Needs `make models` and Debian's fonts (`make system`).

#![expect(clippy::unwrap_used, reason = "a test may panic; clippy knows only test functions as tests")]

#[path = "support/networks.rs"]
mod networks;

use std::sync::OnceLock;
use std::time::Instant;

use image::RgbImage;
use networks::vision;
use selfsame_domain::Timestamp;
use selfsame_testkit_documents::{
    Area, Document, Fonts, Kind, Page, Portrait, Severity, Shot, Side, Tampered, Tampering, photograph,
    tampered,
};
use selfsame_vision::image::{Limits, decode};
use selfsame_vision::signs::{Indication, SignParams, Signs};
use selfsame_vision::{DocumentWants, Effort, Picture, Rect};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn fonts() -> &'static Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(|| Fonts::load().unwrap())
}

fn genuine(seed: u64, dpi: f32) -> Page {
    let document = Document::random(Kind::Passport, seed);
    document.render(Side::Front, &Portrait::silhouette(0.5), fonts(), dpi).unwrap()
}

fn falsified(seed: u64, dpi: f32, tampering: Tampering) -> Tampered {
    let document = Document::random(Kind::Passport, seed);
    let (holder, stranger) = (Portrait::silhouette(0.5), Portrait::silhouette(0.1));
    tampered(&document, Side::Front, &holder, &stranger, fonts(), dpi, tampering, seed).unwrap()
}

/// A photo by hand.
fn by_hand(seed: u64) -> Shot {
    Shot::random(Severity::new(2).unwrap(), seed)
}

fn saved(picture: &RgbImage, quality: u8) -> Picture {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).unwrap();
    decode(&bytes, &Limits::default()).unwrap()
}

fn plain(picture: &RgbImage) -> Picture {
    Picture::from_rgb(picture.width(), picture.height(), picture.as_raw().clone()).unwrap()
}

fn signs(picture: &Picture) -> Signs {
    let reading = vision().read_document(picture, NOW).unwrap();
    vision().document_signs(picture, &reading, &SignParams::default(), &mut Effort::default())
}

/// What forbids an approval.
const FORBIDDING: [Indication; 5] = [
    Indication::GreyPage,
    Indication::Pattern,
    Indication::CompressionBreak,
    Indication::CutOff,
    Indication::LineBreak,
];

fn overlap(found: Rect, area: Area) -> bool {
    found.x < area.x + area.width
        && area.x < found.x + found.width
        && found.y < area.y + area.height
        && area.y < found.y + found.height
}

#[test]
fn genuine_documents_are_not_accused() {
    for seed in [1, 2] {
        let flat = genuine(seed, 300.0);
        let photo = photograph(&genuine(seed, 500.0), &by_hand(seed));
        for (how, picture) in [
            ("alone", plain(&flat.picture)),
            ("saved", saved(&flat.picture, 92)),
            ("saved twice", saved(&to_rgb(&saved(&flat.picture, 70)), 92)),
            ("by hand", plain(&photo.picture)),
        ] {
            let signs = signs(&picture);
            for indication in FORBIDDING {
                assert!(!signs.indicate(indication), "{seed} {how}: {:?}", signs.of(indication));
            }
            for explaining in [Indication::TooDark, Indication::TooSmall, Indication::Blurred] {
                assert!(!signs.indicate(explaining), "{seed} {how}: {:?}", signs.of(explaining));
            }
        }
    }
}

fn to_rgb(picture: &Picture) -> RgbImage {
    RgbImage::from_raw(picture.width(), picture.height(), picture.rgb().to_vec()).unwrap()
}

#[test]
fn a_grey_copy_is_told_by_its_page_whatever_lies_about_it() {
    for seed in [3, 4] {
        let copy = falsified(seed, 500.0, Tampering::GreyPhotocopy).page;
        let photo = photograph(&copy, &by_hand(seed));
        let picture = plain(&photo.picture);
        let signs = signs(&picture);
        assert!(signs.indicate(Indication::GreyPage), "{seed}: {signs:?}");
    }
}

#[test]
fn a_display_is_told_by_its_grid() {
    for seed in [500, 501] {
        let shown = falsified(seed, 600.0, Tampering::Screen).page;
        let shot = by_hand(seed);
        let shot = Shot { white_balance: shot.white_balance.map(|factor| factor * 1.6), ..shot };
        let signs = signs(&plain(&photograph(&shown, &shot).picture));
        assert!(signs.indicate(Indication::Pattern), "{seed}: {signs:?}");
    }
}

#[test]
fn a_field_of_another_compression_is_found_and_where_it_is() {
    for seed in [600, 601, 602] {
        let Tampered { page, areas } = falsified(seed, 300.0, Tampering::Recompressed);
        for (how, picture) in [("as it is", plain(&page.picture)), ("saved again", saved(&page.picture, 92))]
        {
            let signs = signs(&picture);
            let found = signs
                .speaking(Indication::CompressionBreak)
                .unwrap_or_else(|| panic!("{seed} {how}: {:?}", signs.of(Indication::CompressionBreak)));
            assert!(overlap(found.bounds.unwrap(), areas[0]), "{seed} {how}: {found:?} {areas:?}");
        }
    }
}

#[test]
fn a_part_put_into_a_photo_afterwards_is_found() {
    for seed in [1, 2] {
        let shot = Shot { quality: 75, ..by_hand(seed) };
        let mut photo = photograph(&genuine(seed, 500.0), &shot).picture;
        let other = photograph(&genuine(seed + 70, 500.0), &Shot { quality: 100, ..shot }).picture;
        let area = Area { x: 1750.0, y: 1300.0, width: 500.0, height: 400.0 };
        let part = image::imageops::crop_imm(&other, 1750, 1300, 500, 400).to_image();
        assert!(
            !signs(&saved(&photo, 95)).indicate(Indication::CompressionBreak),
            "{seed}: only saved again"
        );
        image::imageops::replace(&mut photo, &part, 1750, 1300);
        let signs = signs(&saved(&photo, 95));
        let found =
            signs.speaking(Indication::CompressionBreak).unwrap_or_else(|| panic!("{seed}: {signs:?}"));
        assert!(overlap(found.bounds.unwrap(), area), "{seed}: {found:?}");
    }
}

#[test]
fn what_keeps_a_picture_from_being_used_is_told() {
    let page = genuine(5, 500.0);
    let (width, height) = page.picture.dimensions();
    let cut = image::imageops::crop_imm(&page.picture, 0, height / 4, width, height - height / 4).to_image();
    assert!(signs(&plain(&cut)).indicate(Indication::CutOff));
    let scan = Shot { seed: 5, ..Shot::flat((2400, 1648)) };
    let taken = |shot: Shot| signs(&plain(&photograph(&page, &shot).picture));
    assert!(taken(Shot { defocus: 9.0, ..scan.clone() }).indicate(Indication::Blurred));
    assert!(taken(Shot { glare: 1.0, ..scan.clone() }).indicate(Indication::Glare));
    assert!(taken(Shot { white_balance: [0.15; 3], ..scan }).indicate(Indication::TooDark));
}

#[test]
fn pasted_digits_of_the_zone_stand_off_its_line_and_where_is_said() {
    for seed in [1, 2, 3] {
        let Tampered { page, areas } = falsified(seed, 300.0, Tampering::PastedZone);
        let taken = photograph(&falsified(seed, 600.0, Tampering::PastedZone).page, &by_hand(seed));
        let flat = signs(&saved(&page.picture, 92));
        let found = flat.speaking(Indication::LineBreak).unwrap_or_else(|| panic!("{seed}: {flat:?}"));
        assert!(overlap(found.bounds.unwrap(), areas[0]), "{seed}: {found:?} {areas:?}");
        let photo = signs(&plain(&taken.picture));
        assert!(photo.indicate(Indication::LineBreak), "{seed} by hand: {photo:?}");
    }
}

#[test]
fn a_word_across_the_page_is_read_and_print_is_none() {
    let word = |page: &RgbImage| {
        let picture = plain(page);
        let reading = vision().read_document(&picture, NOW).unwrap();
        vision().specimen_word(&picture, &reading, &SignParams::default(), &mut Effort::default()).unwrap()
    };
    let marked = [1, 2, 3].map(|seed| falsified(seed, 300.0, Tampering::SpecimenWord));
    let found = marked.iter().filter(|marked| {
        word(&marked.page.picture)
            .is_some_and(|found| found.speaks() && overlap(found.bounds.unwrap(), marked.areas[0]))
    });
    assert!(found.count() >= 2, "most such words are read");
    for seed in [1, 2, 3] {
        assert_eq!(word(&genuine(seed, 300.0).picture), None, "{seed}");
    }
}

#[test]
fn another_picture_over_the_portrait_is_told_by_the_second_one_that_stays() {
    let fixture = |file: &str| image::open(format!("{}/../../.fixtures/{file}", env!("CARGO_MANIFEST_DIR")));
    let holder = image::imageops::crop_imm(
        &fixture("frames/astronaut/astronaut.png").expect("make fixtures brings it").to_rgb8(),
        125,
        5,
        203,
        261,
    )
    .to_image();
    let other = fixture("frames/other_face/0005.jpg").expect("make fixtures brings it").to_rgb8();
    let (holder, other) = (Portrait::new(holder), Portrait::new(other));
    let said = |picture: &Picture| {
        let wants = DocumentWants::default();
        let reading = vision().read_document_with(picture, wants, NOW, &mut Effort::default()).unwrap();
        vision().second_portrait(picture, &reading, &SignParams::default(), &mut Effort::default()).unwrap()
    };
    let (mut genuine, mut replaced) = (0, 0);
    for (kind, seed) in
        [(Kind::Passport, 1), (Kind::Passport, 2), (Kind::IdentityCardTd2, 3), (Kind::Passport, 4)]
    {
        let document = Document::random(kind, seed);
        if !document.design.ghost {
            continue;
        }
        let page = document.render(Side::Front, &holder, fonts(), 500.0).unwrap();
        let photo = photograph(&page, &by_hand(seed));
        for picture in [plain(&page.picture), plain(&photo.picture)] {
            let testimony = said(&picture);
            eprintln!("genuine {kind:?} {seed} {testimony:?}");
            assert!(testimony.is_none_or(|found| !found.speaks()), "{kind:?} {seed}: {testimony:?}");
            genuine += usize::from(testimony.is_some());
        }
        let Tampered { page, .. } =
            tampered(&document, Side::Front, &holder, &other, fonts(), 500.0, Tampering::Portrait, seed)
                .unwrap();
        let photo = photograph(&page, &by_hand(seed));
        for picture in [plain(&page.picture), plain(&photo.picture)] {
            let testimony = said(&picture);
            eprintln!("replaced {kind:?} {seed} {testimony:?}");
            replaced += usize::from(testimony.is_some_and(|found| found.speaks()));
        }
    }
    assert!(genuine >= 4 && replaced >= 4, "{genuine} were compared, {replaced} were told");
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
            let reading = vision()
                .read_document_with(&picture, DocumentWants::default(), NOW, &mut Effort::default())
                .unwrap();
            let began = Instant::now();
            let mut signs =
                vision().document_signs(&picture, &reading, &SignParams::default(), &mut Effort::default());
            let took = began.elapsed().as_millis();
            let began = Instant::now();
            signs.0.extend(
                vision()
                    .specimen_word(&picture, &reading, &SignParams::default(), &mut Effort::default())
                    .unwrap(),
            );
            let word = began.elapsed().as_millis();
            let began = Instant::now();
            signs.0.extend(
                vision()
                    .second_portrait(&picture, &reading, &SignParams::default(), &mut Effort::default())
                    .unwrap(),
            );
            let second = began.elapsed().as_millis();
            let began = Instant::now();
            let on_page = vision().portrait_on_page(&picture, &reading).unwrap();
            let first = began.elapsed().as_millis();
            let eyes = on_page.map_or(0.0, |face| face.eye_distance());
            let verdict = reading.mrz.as_ref().map(|mrz| mrz.verdict);
            print!(
                "{} {} {took}+{word}+{second}+{first}ms eyes={eyes:.0} {verdict:?}",
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
