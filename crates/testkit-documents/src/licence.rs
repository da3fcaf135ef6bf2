//! The licence's barcode: an AAMVA card of the holder.

use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use selfsame_aamva as aamva;
use selfsame_mrz::{Sex, names};

use crate::{Document, Field};

/// Virginia's number, which the standard's own examples have: no number belongs to an invented country.
const ISSUER: u32 = 636_000;

/// What the barcode says, spelled in the letters of the machine-readable zone: many issuers do so, and the printed front keeps its
/// diacritics.
pub(crate) fn card(document: &Document, rng: &mut Xoshiro256PlusPlus) -> aamva::Card {
    let holder = &document.holder;
    let plain = |text: &str| names::transliterate(text).replace('<', " ").trim().to_owned();
    let mut given = holder.given_names.split([' ', '-']).map(plain);
    let mut card = aamva::Card::new(aamva::Kind::Licence, ISSUER);
    card.number = Some(document.printed(Field::Number).to_owned());
    card.name = aamva::Name {
        family: Some(plain(&holder.surname)),
        first: given.next(),
        middle: Some(given.collect::<Vec<_>>().join(" ")).filter(|names| !names.is_empty()),
        ..aamva::Name::default()
    };
    card.birth_date = Some(holder.birth_date);
    card.issue_date = Some(document.issue_date);
    card.expiry = Some(aamva::Expiry::On(document.expiry_date));
    card.sex = Some(match holder.sex {
        Sex::Female => aamva::Sex::Female,
        Sex::Male => aamva::Sex::Male,
        Sex::Unspecified => aamva::Sex::NotSpecified,
    });
    card.eyes = Some(aamva::EyeColour::ALL[rng.random_range(0..6)]);
    card.height = Some(aamva::Height::Centimetres(holder.height_cm));
    let (code, town) = holder.address[1].split_once(' ').unwrap_or(("", &holder.address[1]));
    card.address = aamva::Address {
        street: Some(street(&holder.address[0])),
        street_2: None,
        city: Some(street(town)),
        jurisdiction: Some("VA".to_owned()),
        postal_code: Some(code.to_owned()),
    };
    card.document_discriminator = Some(format!("{:08}", rng.random_range(0..99_999_999)));
    card.country = Some(aamva::Country::Usa);
    card.privileges.vehicle_class = Some("D".to_owned());
    card
}

/// Each word in plain letters, digits and points kept.
fn street(text: &str) -> String {
    let words = text.split_whitespace().map(|word| {
        if word.chars().all(|c| c.is_ascii_digit()) {
            word.to_owned()
        } else {
            names::transliterate(word).replace('<', " ").trim().to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The bytes of the barcode, in a version from 4 to 10: the drawn cards stay as they were before version 11.
pub(crate) fn payload(card: &aamva::Card, rng: &mut Xoshiro256PlusPlus) -> Vec<u8> {
    let version = if card.sex == Some(aamva::Sex::NotSpecified) { 10 } else { rng.random_range(4..=10) };
    match aamva::compose(card, version) {
        Ok(payload) => payload,
        Err(error) => unreachable!("what random documents hold fits the standard: {error}"),
    }
}
