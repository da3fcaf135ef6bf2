//! PDF417 and QR codes on cards.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::helpers::detect_in_luma_with_hints;
use rxing::{BarcodeFormat, DecodeHints};
use selfsame_aamva::{Card, Country, Expiry, Kind};
use selfsame_domain::Point;
use selfsame_domain::document::{
    BarcodeContent, BarcodeKind, BarcodeReading, DOES_NOT_EXPIRE, DocumentField, DocumentReading,
    DocumentSide, DocumentType, DocumentWarning, FieldName, FieldSource,
};

use crate::image::{Picture, Window, grey_bytes, rgb_window};

use super::bars::{BarParams, bars};
use super::grey::Grey;

/// How barcodes are searched for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BarcodeParams {
    pub(crate) bars: BarParams,
    /// Longest sides that the picture is reduced to where bars were found, tried one after another. The narrowest bar of a licence is
    /// 0.17 mm of 86 (AAMVA, Annex D), three pixels of 1600. The decoder says the code of a hard picture one time and not the next (it
    /// lets votes in a hash map decide), and a code that fills the picture at no size for certain: the small ones cost little and are
    /// another chance.
    pub(crate) sides: [u32; 4],
    /// The decoder finds a code that leans less than about 10 degrees in any quarter turn by itself; a picture that leans more than this
    /// is turned. 6.
    pub(crate) level: f64,
    /// The longest side for QR codes, which are looked for last: cards that have both kinds say more in the other. They are found at any
    /// angle.
    pub(crate) qr_side: u32,
}

impl Default for BarcodeParams {
    fn default() -> Self {
        Self { bars: BarParams::default(), sides: [1600, 2800, 800, 1200], level: 6.0, qr_side: 1000 }
    }
}

/// The first barcode that is found.
pub(crate) fn read_barcode(
    picture: &Picture,
    resizer: &mut fast_image_resize::Resizer,
    params: &BarcodeParams,
) -> Option<BarcodeReading> {
    let longest = picture.width().max(picture.height());
    for place in bars(picture, resizer, &params.bars) {
        let lean = if place.lean.abs() > params.level { place.lean } else { 0.0 };
        for (n, side) in params.sides.iter().enumerate() {
            // No picture is enlarged: at this size it was looked at already.
            if params.sides[..n].iter().any(|before| *before.min(&longest) == *side.min(&longest)) {
                continue;
            }
            let scale = f64::from(longest.min(*side)) / f64::from(longest);
            let found = search(picture, resizer, (place.window, scale, lean), BarcodeKind::Pdf417);
            if found.is_some() {
                return found;
            }
        }
    }
    let scale = f64::from(longest.min(params.qr_side)) / f64::from(longest);
    search(picture, resizer, (Window::whole(picture), scale, 0.0), BarcodeKind::QrCode)
}

/// Looks for a code in a part of the picture, reduced and turned.
fn search(
    picture: &Picture,
    resizer: &mut fast_image_resize::Resizer,
    (window, scale, degrees): (Window, f64, f64),
    kind: BarcodeKind,
) -> Option<BarcodeReading> {
    let to = |length: f64| ((length * scale).round() as u32).max(1);
    let (width, height) = (to(window.width), to(window.height));
    let values = grey_bytes(&rgb_window(picture, resizer, window, width, height));
    let grey = Grey { width: width as usize, height: height as usize, values };
    let turn = Turn::new(&grey, degrees);
    let (text, points) = decoded(turn.render(&grey), kind)?;
    let corners = points
        .into_iter()
        .map(|(x, y)| {
            let (x, y) = turn.source(f64::from(x), f64::from(y));
            Point { x: (window.x + x / scale) as f32, y: (window.y + y / scale) as f32 }
        })
        .collect();
    let content =
        selfsame_aamva::parse(&text).map_or(BarcodeContent::Unknown, |card| BarcodeContent::Aamva {
            version: card.header.version,
            issuer: card.issuer().map(|issuer| issuer.code.to_owned()),
        });
    Some(BarcodeReading { kind, content, text, corners })
}

/// What the decoder says, and the points it found. It walks over whatever a stranger sent: should it panic, there is no barcode.
fn decoded(grey: Grey, kind: BarcodeKind) -> Option<(String, Vec<(f32, f32)>)> {
    let format = match kind {
        BarcodeKind::Pdf417 => BarcodeFormat::PDF_417,
        BarcodeKind::QrCode => BarcodeFormat::QR_CODE,
    };
    let mut hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    let (width, height) = (u32::try_from(grey.width).ok()?, u32::try_from(grey.height).ok()?);
    let found = catch_unwind(AssertUnwindSafe(|| {
        detect_in_luma_with_hints(grey.values, width, height, Some(format), &mut hints).ok()
    }));
    let found = found.ok().flatten()?;
    let points = found.getPoints().iter().map(|point| (point.x, point.y)).collect();
    Some((found.getText().to_owned(), points))
}

/// A picture turned about its middle into a frame that holds all of it.
struct Turn {
    sine: f64,
    cosine: f64,
    from: (f64, f64),
    to: (f64, f64),
    size: (usize, usize),
}

impl Turn {
    fn new(grey: &Grey, degrees: f64) -> Self {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let (width, height) = (grey.width as f64, grey.height as f64);
        let size = (
            (width * cosine.abs() + height * sine.abs()).ceil().max(1.0),
            (width * sine.abs() + height * cosine.abs()).ceil().max(1.0),
        );
        Self {
            sine,
            cosine,
            from: (width / 2.0, height / 2.0),
            to: (size.0 / 2.0, size.1 / 2.0),
            size: (size.0 as usize, size.1 as usize),
        }
    }

    /// Where a point of the turned picture comes from.
    fn source(&self, x: f64, y: f64) -> (f64, f64) {
        let (x, y) = (x - self.to.0, y - self.to.1);
        (self.from.0 + self.cosine * x + self.sine * y, self.from.1 - self.sine * x + self.cosine * y)
    }

    fn render(&self, grey: &Grey) -> Grey {
        if self.sine == 0.0 {
            return grey.clone();
        }
        let (width, height) = self.size;
        let mut values = vec![u8::MAX; width * height];
        for (y, row) in values.chunks_exact_mut(width).enumerate() {
            for (x, value) in row.iter_mut().enumerate() {
                let (sx, sy) = self.source(x as f64 + 0.5, y as f64 + 0.5);
                if let Some(found) = grey.bilinear(sx - 0.5, sy - 0.5) {
                    *value = found;
                }
            }
        }
        Grey { width, height, values }
    }
}

/// What a barcode with the data of a North American licence adds to a reading; any other barcode is only noted.
pub(crate) fn add_barcode(reading: &mut DocumentReading, barcode: BarcodeReading) {
    match selfsame_aamva::parse(&barcode.text) {
        Ok(card) => {
            add_card(reading, &card);
            if card.is_bent() {
                reading.warnings.push(DocumentWarning::BarcodeIrregular);
            }
        }
        Err(_) => reading.warnings.push(DocumentWarning::BarcodeNotUnderstood),
    }
    reading.barcode = Some(barcode);
}

/// The bars carry error correction of their own (ISO/IEC 15438): what was decoded is what was printed.
const DECODED: f32 = 0.995;

fn add_card(reading: &mut DocumentReading, card: &Card) {
    reading.warnings.retain(|warning| *warning != DocumentWarning::UnknownDocument);
    reading.side = reading.side.or(Some(DocumentSide::Back));
    reading.document_type = reading.document_type.or(match card.kind {
        Some(Kind::Licence) => Some(DocumentType::DrivingLicence),
        Some(Kind::IdentityCard) => Some(DocumentType::IdentityCard),
        None => None,
    });
    let country = card.issuing_country().map(|country| country.alpha3().to_owned());
    reading.issuing_country = reading.issuing_country.take().or_else(|| country.clone());
    let date = |date: Option<time::Date>| {
        date.map(|date| format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day()))
    };
    let expiry = match card.expiry {
        Some(Expiry::Never) => Some(DOES_NOT_EXPIRE.to_owned()),
        _ => date(card.expiry_date()),
    };
    let place = card.home();
    let address: Vec<&str> =
        [&place.street, &place.street_2, &place.city, &place.jurisdiction, &place.postal_code]
            .into_iter()
            .filter_map(Option::as_deref)
            .collect();
    let sex = card.sex.map(|sex| match sex {
        selfsame_aamva::Sex::Female => "F",
        selfsame_aamva::Sex::Male => "M",
        selfsame_aamva::Sex::NotSpecified => "X",
    });
    let values = [
        (FieldName::Surname, card.name.family.clone()),
        (FieldName::GivenNames, card.name.given()),
        (FieldName::DocumentNumber, card.number.clone()),
        (FieldName::IssuingCountry, country),
        (FieldName::BirthDate, date(card.birth_date)),
        (FieldName::Sex, sex.map(str::to_owned)),
        (FieldName::IssueDate, date(card.issue_date)),
        (FieldName::ExpiryDate, expiry),
        (FieldName::BirthPlace, card.birth_place.clone()),
        (FieldName::Address, (!address.is_empty()).then(|| address.join(", "))),
        (FieldName::State, us_issuer(card).map(str::to_owned)),
    ];
    for (name, value) in values {
        let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
        match reading.fields.iter_mut().find(|field| field.name == name) {
            Some(known) if known.value == value => {
                known.sources.push(FieldSource::Barcode);
                known.confidence = known.confidence.max(DECODED);
            }
            Some(_) => {}
            None => reading.fields.push(DocumentField {
                name,
                value,
                printed: None,
                sources: vec![FieldSource::Barcode],
                confidence: DECODED,
                bounds: None,
                side: DocumentSide::Back,
            }),
        }
    }
    reading.fields.sort_by_key(|field| field.name);
}

/// The state, district or territory of the USA that issued the card, by its number in the header. The address (DAJ) is where the holder gets
/// mail, which may be in another one.
fn us_issuer(card: &Card) -> Option<&'static str> {
    let issuer = card.issuer().filter(|issuer| issuer.country == Country::Usa)?;
    Some(issuer.code).filter(|code| !code.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_picture_keeps_its_points_and_white_is_outside() {
        let (width, height) = (60, 40);
        let mut values = vec![200; width * height];
        for y in 8..13 {
            for x in 40..45 {
                values[y * width + x] = 10;
            }
        }
        let grey = Grey { width, height, values };
        let turn = Turn::new(&grey, 28.0);
        let turned = turn.render(&grey);
        assert_eq!(turned.values[0], u8::MAX);
        // The centre of what is dark lies where the map says.
        let dark: Vec<(f64, f64)> = (0..turned.values.len())
            .filter(|at| turned.values[*at] < 60)
            .map(|at| ((at % turned.width) as f64 + 0.5, (at / turned.width) as f64 + 0.5))
            .collect();
        let count = dark.len() as f64;
        let (x, y) =
            (dark.iter().map(|p| p.0).sum::<f64>() / count, dark.iter().map(|p| p.1).sum::<f64>() / count);
        let (x, y) = turn.source(x, y);
        assert!((x - 42.5).abs() < 0.5 && (y - 10.5).abs() < 0.5, "{x} {y}");
    }

    #[test]
    fn a_licence_becomes_fields_and_other_content_is_only_noted() {
        let reading = || DocumentReading {
            document_type: None,
            side: None,
            issuing_country: None,
            mrz: None,
            barcode: None,
            fields: Vec::new(),
            alternatives: Vec::new(),
            disagreements: Vec::new(),
            lines: Vec::new(),
            page: None,
            warnings: vec![DocumentWarning::UnknownDocument],
        };
        let barcode = |text: &str| BarcodeReading {
            kind: BarcodeKind::Pdf417,
            content: BarcodeContent::Unknown,
            text: text.to_owned(),
            corners: Vec::new(),
        };
        let mut licence = reading();
        let payload = "@\n\x1e\rANSI 636000100001DL00310082DLDAQT00000001\nDCSEXAMPLE\nDACPAT\nDADNONE\nDBB06061986\nDBC9\n\
                       DAIRICHMOND\nDAJVA\nDAK232690000  \nDCGUSA\r";
        add_barcode(&mut licence, barcode(payload));
        assert_eq!(licence.document_type, Some(DocumentType::DrivingLicence));
        assert_eq!(licence.issuing_country.as_deref(), Some("USA"));
        assert!(licence.warnings.is_empty());
        for (name, value) in [
            (FieldName::Surname, "EXAMPLE"),
            (FieldName::GivenNames, "PAT"),
            (FieldName::DocumentNumber, "T00000001"),
            (FieldName::BirthDate, "1986-06-06"),
            (FieldName::Sex, "X"),
            (FieldName::Address, "RICHMOND, VA, 23269"),
            (FieldName::State, "VA"),
        ] {
            assert_eq!(licence.value(name), Some(value), "{name:?}");
        }
        // The issuer's state, wherever the holder gets mail; only states of the USA are one.
        for (iin, country, mail, state) in [
            ("636000", "USA", "MD", Some("VA")),
            ("636015", "USA", "MD", Some("TX")),
            ("604431", "USA", "FL", Some("PR")),
            ("636012", "CAN", "NY", None),
            ("636027", "USA", "DC", None),
            ("999999", "USA", "MD", None),
        ] {
            let mut card = reading();
            let payload = payload
                .replace("636000", iin)
                .replace("DAJVA", &format!("DAJ{mail}"))
                .replace("DCGUSA", &format!("DCG{country}"));
            add_barcode(&mut card, barcode(&payload));
            assert_eq!(card.value(FieldName::Surname), Some("EXAMPLE"), "{iin}");
            assert_eq!(card.value(FieldName::State), state, "{iin}");
            assert!(card.value(FieldName::Address).is_some_and(|address| address.contains(mail)), "{iin}");
        }
        // A card that does not run out says so; one without a word says nothing.
        for (value, expected) in [
            ("12102030", Some("2030-12-10")),
            ("99999999", Some(DOES_NOT_EXPIRE)),
            ("12319999", Some(DOES_NOT_EXPIRE)),
            ("INDEF", Some(DOES_NOT_EXPIRE)),
            ("NONE", None),
            ("13319999", None),
        ] {
            let mut card = reading();
            add_barcode(&mut card, barcode(&payload.replace("DBC9", &format!("DBC9\nDBA{value}"))));
            assert_eq!(card.value(FieldName::ExpiryDate), expected, "{value}");
        }
        // Where mail goes to, or else where the holder lives: never a half of each.
        let residence = "DAL7 RURAL ROUTE\nDANST LOUIS\nDAOMO\nDAP63301\nDCGUSA";
        for (mail, expected) in
            [("DAIRICHMOND\n", "RICHMOND, VA, 23269"), ("", "7 RURAL ROUTE, ST LOUIS, MO, 63301")]
        {
            let mut card = reading();
            let payload = payload.replace("DAIRICHMOND\n", mail).replace("DCGUSA", residence);
            add_barcode(&mut card, barcode(&payload));
            assert_eq!(card.value(FieldName::Address), Some(expected));
        }
        // A card that lost its separators is read, with a warning.
        let mut bent = reading();
        add_barcode(&mut bent, barcode(&payload.replace('\n', " ")));
        assert_eq!(bent.value(FieldName::Surname), Some("EXAMPLE"));
        assert_eq!(bent.warnings, [DocumentWarning::BarcodeIrregular]);
        let mut other = reading();
        add_barcode(&mut other, barcode("https://example.org"));
        assert!(other.fields.is_empty() && other.document_type.is_none());
        assert!(other.warnings.contains(&DocumentWarning::BarcodeNotUnderstood));
    }
}
