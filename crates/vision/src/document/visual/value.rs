//! What a printed text says as the value of a field.

use selfsame_domain::document::FieldName;
use time::Date;

use super::dates::{DateOf, DateOrder, PrintedDate};
use super::fold::folded;

/// What decides how a text is to be understood.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) order: DateOrder,
    pub(crate) today: Date,
}

/// What the dates of a field are of; `None` for a field that is no date.
pub(crate) const fn date_of(name: FieldName) -> Option<DateOf> {
    match name {
        FieldName::BirthDate => Some(DateOf::Birth),
        FieldName::IssueDate | FieldName::ExpiryDate => Some(DateOf::Document),
        _ => None,
    }
}

/// The value in the form of `DocumentField::value`; `None` when the text cannot be one of this field.
pub(crate) fn value_of(name: FieldName, text: &str, reading: &Reading) -> Option<String> {
    let text = text.trim_matches(|c: char| matches!(c, ' ' | ':' | '*' | ';' | ',' | '_' | '|'));
    if let Some(of) = date_of(name) {
        return PrintedDate::parse(text)?.resolved(of, reading.order, reading.today);
    }
    match name {
        FieldName::Surname | FieldName::GivenNames => person(text),
        // A date without its points is no number.
        FieldName::DocumentNumber => number(text)
            .filter(|_| text.chars().all(char::is_alphanumeric) || PrintedDate::parse(text).is_none()),
        FieldName::PersonalNumber => personal_number(text),
        FieldName::IssuingCountry | FieldName::Nationality => state(text),
        FieldName::Sex => sex(text).map(str::to_owned),
        FieldName::BirthPlace => place(text).filter(|_| PrintedDate::parse(text).is_none()),
        FieldName::Authority | FieldName::Address => {
            place(text).filter(|_| PrintedDate::parse(text).is_none())
        }
        _ => None,
    }
}

/// Letters with what stands between them in names.
fn person(text: &str) -> Option<String> {
    let fits = |c: char| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '’' | '.' | '‘');
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let known = letters >= 2 && text.chars().all(fits) && text.chars().count() <= 80;
    known.then(|| text.to_owned())
}

/// Capitals and digits, of which a few at least are digits; 5 to 16, blanks and hyphens left out.
fn number(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.')).collect();
    let fits = plain.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    (fits && digits >= 2 && (5..=16).contains(&plain.len())).then_some(plain)
}

/// As printed: mostly digits.
fn personal_number(text: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, ' ' | '-' | '/' | '.');
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let known =
        text.chars().all(fits) && digits >= 5 && text.len() <= 20 && PrintedDate::parse(text).is_none();
    known.then(|| text.to_owned())
}

/// A code of ICAO 9303-3.
fn state(text: &str) -> Option<String> {
    let known = selfsame_mrz::state::is_known(text);
    known.then(|| selfsame_mrz::state::iso(text).unwrap_or(text).to_owned())
}

/// One letter, or two divided by a stroke, of which the latter is that of ICAO 9303-3, section 4.6. A single letter is taken as that
/// one too.
fn sex(text: &str) -> Option<&'static str> {
    let letter = |part: &str| -> Option<&'static str> {
        match part.trim() {
            "F" => Some("F"),
            "M" => Some("M"),
            "X" => Some("X"),
            _ => None,
        }
    };
    // A word that is written with a hyphen, or without it.
    if folded(text) == "lakilaki" {
        return Some("M");
    }
    match text.split_once(['/', '|', '-']) {
        Some((own, icao)) => {
            let own_is_short = own.trim().chars().count() <= 8;
            letter(icao)
                .filter(|_| own_is_short)
                .or_else(|| letter(own).filter(|_| icao.trim().chars().count() == 1))
        }
        None => letter(text).or_else(|| match folded(text).as_str() {
            "female" | "weiblich" | "feminin" | "perempuan" => Some("F"),
            "male" | "mannlich" | "masculin" | "lelaki" => Some("M"),
            // Letters of one language only: nobody else's word for the other sex.
            "k" | "w" | "v" | "z" if text.chars().all(char::is_uppercase) => Some("F"),
            _ => None,
        }),
    }
}

fn place(text: &str) -> Option<String> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let known = letters >= 2 && text.chars().count() <= 120 && !text.contains('<');
    known.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn read(name: FieldName, text: &str) -> Option<String> {
        value_of(name, text, &Reading { order: DateOrder::DayFirst, today: date!(2026 - 03 - 01) })
    }

    #[test]
    fn values_have_the_form_of_their_fields() {
        for (name, text, value) in [
            (FieldName::Surname, "Gżegżółka-O’Brien", Some("Gżegżółka-O’Brien")),
            (FieldName::Surname, "12.08.1974", None),
            (FieldName::DocumentNumber, "AB 123 456", Some("AB123456")),
            (FieldName::DocumentNumber, "Zenith", None),
            (FieldName::DocumentNumber, "19-07-1975", None),
            (FieldName::DocumentNumber, "PASSPORT", None),
            (FieldName::Nationality, "D", Some("DEU")),
            (FieldName::Nationality, "UTO", Some("UTO")),
            (FieldName::Nationality, "XQZ", None),
            (FieldName::Sex, "K/F", Some("F")),
            (FieldName::Sex, "F/M", Some("M")),
            (FieldName::Sex, "M", Some("M")),
            (FieldName::Sex, "H", None),
            (FieldName::Sex, "Ž/F", Some("F")),
            (FieldName::Sex, "LAKI-LAKI", Some("M")),
            (FieldName::Sex, "PEREMPUAN", Some("F")),
            (FieldName::PersonalNumber, "HEGG560427MVZRRL04", Some("HEGG560427MVZRRL04")),
            (FieldName::PersonalNumber, "RSSMRA85T10A562S", Some("RSSMRA85T10A562S")),
            (FieldName::PersonalNumber, "529.982.247-25", Some("529.982.247-25")),
            (FieldName::ExpiryDate, "12 08 2030", Some("2030-08-12")),
            (FieldName::ExpiryDate, "UTOPIA", None),
            (FieldName::BirthPlace, "12.08.1974", None),
            (FieldName::PersonalNumber, "850712/1234", Some("850712/1234")),
        ] {
            assert_eq!(read(name, text).as_deref(), value, "{name:?} {text}");
        }
    }
}
