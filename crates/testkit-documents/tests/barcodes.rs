//! The codes on licences decode to the very payload.

use rxing::common::HybridBinarizer;
use rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource, Reader};
use selfsame_aamva as aamva;
use selfsame_testkit_documents::{
    Document, Field, Fonts, Kind, Page, Portrait, Role, Shot, Side, photograph,
};

fn back(document: &Document, dpi: f32) -> Page {
    let fonts = Fonts::load().expect("the fonts (scripts/install-system.sh)");
    document.render(Side::Back, &Portrait::silhouette(0.5), &fonts, dpi).expect("a page")
}

fn decode(picture: &image::RgbImage, format: BarcodeFormat) -> String {
    let grey = image::imageops::grayscale(picture);
    let source =
        Luma8LuminanceSource::new(grey.as_raw().clone(), grey.width(), grey.height()).expect("a picture");
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    let result = match format {
        BarcodeFormat::PDF_417 => rxing::pdf417::PDF417Reader.decode_with_hints(&mut bitmap, &hints),
        _ => rxing::qrcode::QRCodeReader.decode_with_hints(&mut bitmap, &hints),
    };
    result.expect("a code").getText().to_owned()
}

fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("ISO 8859-1")).collect()
}

#[test]
fn pdf417_and_qr_come_back_as_they_were_written() {
    for seed in 0..4 {
        let document = Document::random(Kind::DrivingLicence, seed);
        let page = back(&document, 300.0);
        assert_eq!(bytes(&decode(&page.picture, BarcodeFormat::PDF_417)), document.barcode, "seed {seed}");
        assert_eq!(decode(&page.picture, BarcodeFormat::QR_CODE), document.qr, "seed {seed}");
        let told = page.of(Role::Pdf417).next().expect("the code's place");
        assert_eq!(bytes(&told.text), document.barcode);
    }
}

#[test]
fn the_payload_is_the_card_of_the_front() {
    for seed in 0..50 {
        let document = Document::random(Kind::DrivingLicence, seed);
        let card = aamva::parse(&document.barcode).expect("an AAMVA payload");
        assert!(card.warnings.is_empty(), "seed {seed}: {:?}", card.warnings);
        assert_eq!(card.number.as_deref(), Some(document.printed(Field::Number)));
        assert_eq!(card.birth_date, Some(document.holder.birth_date));
        assert_eq!(card.expiry_date(), Some(document.expiry_date));
        let family = card.name.family.expect("a family name");
        assert_ne!(
            selfsame_mrz::names::same_name(&document.holder.surname, &family, false),
            selfsame_mrz::names::Agreement::Different,
            "seed {seed}"
        );
        let town = card.address.city.expect("a town");
        assert!(town.chars().all(|c| c.is_ascii_uppercase() || " -.'".contains(c)), "seed {seed}: {town}");
    }
}

#[test]
fn a_mild_photo_of_the_back_still_decodes() {
    let document = Document::random(Kind::DrivingLicence, 2);
    let page = back(&document, 500.0);
    let shot = Shot { fill: 0.8, rotation: 4.0, noise: 2.0, quality: 90, ..Shot::flat((2400, 1800)) };
    let photo = photograph(&page, &shot);
    assert_eq!(bytes(&decode(&photo.picture, BarcodeFormat::PDF_417)), document.barcode);
}
