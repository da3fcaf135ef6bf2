//! Documents of invented countries, drawn and photographed in software, read by the real networks. Needs `make models` and
//! Debian's fonts (`make system`).

#![expect(clippy::unwrap_used, reason = "a test may panic; clippy knows only test functions as tests")]

#[path = "support/networks.rs"]
mod networks;

use std::sync::OnceLock;

use image::RgbImage;
use networks::vision;
use selfsame_domain::Timestamp;
use selfsame_domain::document::{
    BarcodeContent, BarcodeKind, DocumentReading, DocumentType, DocumentWarning, FieldName, FieldSource,
    MrzVerdict,
};
use selfsame_testkit_documents::{
    Document, Field, Fonts, Kind, Page, Portrait, Severity, Shot, Side, photograph,
};
use selfsame_vision::Picture;

fn page(kind: Kind, seed: u64, dpi: f32) -> (Document, Page) {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| Fonts::load().unwrap());
    let side = match kind {
        Kind::IdentityCardTd1 | Kind::DrivingLicence => Side::Back,
        _ => Side::Front,
    };
    let document = Document::random(kind, seed);
    let page = document.render(side, &Portrait::silhouette(0.5), fonts, dpi).unwrap();
    (document, page)
}

fn read(picture: &RgbImage) -> DocumentReading {
    let picture = Picture::from_rgb(picture.width(), picture.height(), picture.as_raw().clone()).unwrap();
    vision().read_document(&picture, Timestamp::from_millis(1_790_000_000_000)).unwrap()
}

/// Whether the zone was read to the letter. A reading that is called valid has to be.
fn exact(reading: &DocumentReading, page: &Page) -> bool {
    let exact = reading.mrz.as_ref().is_some_and(|mrz| mrz.lines == page.mrz());
    let valid = reading.mrz.as_ref().is_some_and(|mrz| mrz.verdict == MrzVerdict::Valid);
    assert!(exact || !valid, "valid and wrong");
    exact
}

const ZONES: [(Kind, DocumentType); 5] = [
    (Kind::Passport, DocumentType::Passport),
    (Kind::IdentityCardTd1, DocumentType::IdentityCard),
    (Kind::IdentityCardTd2, DocumentType::IdentityCard),
    (Kind::VisaA, DocumentType::Visa),
    (Kind::VisaB, DocumentType::Visa),
];

#[test]
fn flat_documents_of_every_kind_are_read_to_the_letter() {
    for (kind, document_type) in ZONES {
        let mut read_exactly = 0;
        for seed in 1..=4 {
            let (_, page) = page(kind, seed, 300.0);
            let reading = read(&page.picture);
            assert_eq!(reading.document_type, Some(document_type), "{kind:?} {seed}");
            read_exactly += usize::from(exact(&reading, &page));
        }
        // Numbers may hold a letter O among digits that no eye tells apart.
        assert!(read_exactly >= 3, "{kind:?}: {read_exactly} of 4");
    }
}

#[test]
fn a_page_is_read_in_every_quarter_turn_and_its_corners_turn_with_it() {
    let (_, page) = page(Kind::Passport, 1, 300.0);
    let upright = page.picture.clone();
    let turned = [
        upright.clone(),
        image::imageops::rotate90(&upright),
        image::imageops::rotate180(&upright),
        image::imageops::rotate270(&upright),
    ];
    for (quarter, picture) in turned.iter().enumerate() {
        let reading = read(picture);
        assert!(exact(&reading, &page), "{quarter} quarters");
        let [first, second, ..] = reading.mrz.unwrap().corners;
        let along = [second.x - first.x, second.y - first.y];
        let wanted = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]][quarter];
        let length = along[0].hypot(along[1]);
        assert!(along[0] * wanted[0] + along[1] * wanted[1] > 0.999 * length, "{quarter}: {along:?}");
    }
}

#[test]
fn pages_that_lie_askew_are_read_where_their_edges_show_and_among_other_papers() {
    let mut read_exactly = 0;
    let seeds = [
        (Kind::Passport, 1),
        (Kind::Passport, 2),
        (Kind::IdentityCardTd1, 3),
        (Kind::VisaB, 4),
        (Kind::Passport, 5),
    ];
    for (kind, seed) in seeds {
        let (_, page) = page(kind, seed, 400.0);
        let photo = photograph(&page, &Shot::random(Severity::new(3).unwrap(), seed));
        read_exactly += usize::from(exact(&read(&photo.picture), &page));
    }
    assert!(read_exactly >= 4, "{read_exactly} of 5");
}

#[test]
fn photographed_documents_are_read_and_what_is_not_certain_is_said_to_be_ambiguous() {
    let mut read_exactly = 0;
    for (kind, _) in ZONES {
        for seed in 1..=2 {
            let (_, page) = page(kind, seed, 400.0);
            let photo = photograph(&page, &Shot::random(Severity::new(2).unwrap(), seed));
            let reading = read(&photo.picture);
            if exact(&reading, &page) {
                read_exactly += 1;
            } else {
                // Of these two numbers begin with OI and OZ, where 01 and 02 agree with the check digits as well.
                assert_eq!(reading.warnings, [DocumentWarning::MrzAmbiguous], "{kind:?} {seed}");
            }
        }
    }
    assert!(read_exactly >= 8, "{read_exactly} of 10");
}

#[test]
fn the_barcode_of_a_licence_is_read_and_understood() {
    let (document, page) = page(Kind::DrivingLicence, 1, 300.0);
    let photo = photograph(&page, &Shot::random(Severity::new(1).unwrap(), 3));
    for picture in [&page.picture, &image::imageops::rotate90(&page.picture), &photo.picture] {
        let reading = read(picture);
        let barcode = reading.barcode.as_ref().expect("a barcode");
        assert_eq!(barcode.kind, BarcodeKind::Pdf417);
        assert!(matches!(barcode.content, BarcodeContent::Aamva { .. }));
        assert_eq!(reading.document_type, Some(DocumentType::DrivingLicence));
        let number = reading.field(FieldName::DocumentNumber).expect("a number");
        assert_eq!(
            (number.value.as_str(), &number.sources[..]),
            (document.printed(Field::Number), &[FieldSource::Barcode][..])
        );
    }
}
