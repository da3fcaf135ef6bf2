//! Cards whose barcode says that they do not run out.

use selfsame_domain::document::DOES_NOT_EXPIRE;

use super::*;

/// A licence whose front prints everything but a day of expiry, unless one is named, and whose barcode says this of it.
fn card(barcode: Option<&str>, printed: Option<&str>) -> Seen {
    let side = |source, confidence, expiry: Option<&str>| {
        let mut side = page(source, confidence);
        side.fields.retain(|field| field.name != ExpiryDate || expiry.is_some());
        for field in side.fields.iter_mut().filter(|field| field.name == ExpiryDate) {
            field.value = expiry.unwrap_or_default().to_owned();
        }
        side
    };
    let back = DocumentReading {
        barcode: Some(BarcodeReading {
            kind: BarcodeKind::Pdf417,
            content: BarcodeContent::Aamva { version: 10, issuer: Some("VA".to_owned()) },
            text: String::new(),
            corners: Vec::new(),
        }),
        ..side(FieldSource::Barcode, 0.995, barcode)
    };
    sides(side(VisualZone, 0.95, printed), back)
}

#[test]
fn such_a_card_is_neither_past_its_last_day_nor_without_a_word() {
    let both = request(DocumentType::DrivingLicence, true);
    let missing = unreadable(&[LegibilityDetail::MissingFields]);
    for (barcode, printed, wanted) in [
        (Some(DOES_NOT_EXPIRE), None, Outcome::Approved),
        (Some("2030-01-01"), None, Outcome::Approved),
        (Some("2020-01-01"), None, Outcome::UnsupportedKind),
        (None, None, missing),
    ] {
        assert_eq!(outcome(&both, &card(barcode, printed)), wanted, "{barcode:?} {printed:?}");
    }
    // A last day is printed on a card that has none, or another one than the barcode says.
    for barcode in [DOES_NOT_EXPIRE, "2031-01-01"] {
        let printed = card(Some(barcode), Some("2030-01-01"));
        assert!(matches!(outcome(&both, &printed), Outcome::Fraud { .. }), "{barcode}");
    }
    let (_, reading) =
        findings(&both.asked(), &card(Some(DOES_NOT_EXPIRE), None), &LookParams::default(), now());
    let reading = reading.expect("a reading");
    assert!(reading.does_not_expire && reading.expiry.is_none());
}
