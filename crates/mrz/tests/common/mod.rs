//! Invented holders and documents, from a seed.

use rand::RngExt;
use rand::rngs::StdRng;
use selfsame_mrz::compose::{Draft, compose};
use selfsame_mrz::{Format, MrzDate, Sex};

const SYLLABLES: &[&str] = &[
    "BO", "DI", "QUI", "ZA", "SO", "GI", "LO", "MAR", "TEN", "ER", "IK", "SON", "OS", "IS", "BEL", "GUS",
    "DOR", "ZIL", "ANN", "O", "KAL", "VIC", "ELI", "JON", "HUG", "FE", "PAO", "WY", "XU", "YO", "CE", "RU",
];
const STATES: &[&str] =
    &["UTO", "D", "USA", "ISL", "BOL", "SGP", "DZA", "GIB", "BIH", "SOM", "ZWE", "LBY", "XXA", "GBR"];

fn pick<'a>(rng: &mut StdRng, from: &[&'a str]) -> &'a str {
    from[rng.random_range(0..from.len())]
}

fn name(rng: &mut StdRng) -> String {
    let words = rng.random_range(1..=2);
    let word = |rng: &mut StdRng| -> String {
        // One syllable of one letter is an initial; two and more are names.
        (0..rng.random_range(2..=4)).map(|_| pick(rng, SYLLABLES)).collect()
    };
    (0..words).map(|_| word(rng)).collect::<Vec<_>>().join(" ")
}

fn text(rng: &mut StdRng, alphabet: &[u8], length: usize) -> String {
    (0..length).map(|_| char::from(alphabet[rng.random_range(0..alphabet.len())])).collect()
}

fn date(rng: &mut StdRng) -> MrzDate {
    let two = |rng: &mut StdRng, most| Some(rng.random_range(1..=most));
    let mut date = MrzDate { year: two(rng, 99), month: two(rng, 12), day: two(rng, 28) };
    if rng.random_bool(0.01) {
        date.day = None;
    }
    date
}

/// Numbers of nine digits: what passports of these issuers have.
const OF_DIGITS: &[&str] = &["USA", "DZA", "GBR"];
/// German numbers have no other characters.
const GERMAN: &[u8] = b"0123456789CFGHJKLMNPRTVWXYZ";
const DIGITS: &[u8] = b"0123456789";
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const EITHER: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// A holder and a document that `format` can carry.
fn draft(rng: &mut StdRng, format: Format) -> Draft {
    let issuing_state = pick(rng, STATES);
    let number = match rng.random_range(0..3) {
        _ if issuing_state == "D" => text(rng, GERMAN, 9),
        0 => text(rng, DIGITS, 9),
        _ if format == Format::Td3 && OF_DIGITS.contains(&issuing_state) => text(rng, DIGITS, 9),
        1 => text(rng, LETTERS, 2) + &text(rng, DIGITS, 7),
        _ => text(rng, EITHER, 9),
    };
    let optional = |rng: &mut StdRng, most: usize| match rng.random_range(0..3) {
        0 => String::new(),
        1 => text(rng, DIGITS, most),
        _ => {
            let length = rng.random_range(1..=most);
            text(rng, EITHER, length)
        }
    };
    let mut draft = Draft {
        issuing_state: issuing_state.into(),
        nationality: pick(rng, STATES).into(),
        primary_identifier: name(rng),
        secondary_identifier: name(rng),
        document_number: number,
        birth_date: date(rng),
        sex: [Sex::Female, Sex::Male, Sex::Unspecified][rng.random_range(0..3)],
        expiry_date: date(rng),
        ..Draft::default()
    };
    match format {
        Format::Td1 => {
            draft.document_code = pick(rng, &["I", "ID", "AR"]).into();
            draft.optional_data_2 = optional(rng, 11);
            if rng.random_bool(0.2) {
                let rest = rng.random_range(1..=6);
                let more = if issuing_state == "D" { GERMAN } else { EITHER };
                draft.document_number += &text(rng, more, rest);
                draft.optional_data = optional(rng, 7);
            } else {
                draft.optional_data = optional(rng, 15);
            }
        }
        Format::Td2 => {
            draft.document_code = "I".into();
            draft.optional_data = optional(rng, 7);
        }
        Format::Td3 => draft.optional_data = optional(rng, 14),
        Format::MrvA | Format::MrvB => {
            draft.document_code = "V".into();
            draft.optional_data = optional(rng, 8);
        }
        Format::FrenchIdentityCard => {
            draft.document_code = "ID".into();
            draft.issuing_state = "FRA".into();
            let month = rng.random_range(1..=12);
            draft.document_number = text(rng, DIGITS, 2) + &format!("{month:02}") + &text(rng, DIGITS, 8);
            draft.optional_data = text(rng, DIGITS, 6);
        }
        Format::SwissDrivingLicence => {
            draft.document_code = "FA".into();
            draft.issuing_state = "CHE".into();
            draft.document_number = text(rng, DIGITS, 12);
            draft.optional_data = text(rng, LETTERS, 3) + &text(rng, DIGITS, 3) + "D";
        }
    }
    draft
}

pub(crate) fn composed(rng: &mut StdRng, format: Format) -> (Draft, Vec<String>) {
    let draft = draft(rng, format);
    let lines = compose(format, &draft).expect("a draft of the generator can be written");
    (draft, lines)
}
