//! The forms that values have, by which a true element is told from letters in a name.

use crate::{Compliance, ElementId, EyeColour, HairColour, Sex, Truncation, codes, date};

/// What the standard says of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Date,
    Truncation,
    Sex,
    Compliance,
    Indicator,
    Country,
    Jurisdiction,
    Postal,
    Height,
    Weight,
    Eyes,
    Hair,
    /// Anything that may stand in a name or an address.
    Text,
}

fn form(id: ElementId) -> Form {
    match id.as_str() {
        "DBA" | "DBB" | "DBD" | "DDB" | "DDC" | "DDH" | "DDI" | "DDJ" => Form::Date,
        "DDE" | "DDF" | "DDG" => Form::Truncation,
        "DBC" => Form::Sex,
        "DDA" => Form::Compliance,
        "DDD" | "DDK" | "DDL" | "DDM" | "DDN" | "DDO" | "DDP" => Form::Indicator,
        "DCG" => Form::Country,
        "DAJ" | "DAO" => Form::Jurisdiction,
        "DAK" | "DAP" => Form::Postal,
        "DAU" | "DAV" => Form::Height,
        "DAW" | "DAX" | "DCE" => Form::Weight,
        "DAY" => Form::Eyes,
        "DAZ" => Form::Hair,
        _ => Form::Text,
    }
}

/// Whether any text may be the element's value.
pub(crate) fn is_free(id: ElementId) -> bool {
    form(id) == Form::Text
}

/// Whether the element's value is a single letter or digit.
pub(crate) fn is_letter(id: ElementId) -> bool {
    matches!(form(id), Form::Truncation | Form::Sex | Form::Compliance | Form::Indicator)
}

/// How a card says that it has no value.
fn is_absent(value: &str) -> bool {
    matches!(value, "NONE" | "UNAVL" | "UNAVAIL" | "UNAVAILABLE")
}

/// Whether the whole value is one of the element's. Of free text, anything is.
pub(crate) fn fits(id: ElementId, value: &[char]) -> bool {
    let value: String = value.iter().collect::<String>().trim_matches([' ', ',', '|']).to_ascii_uppercase();
    is_absent(&value)
        || match form(id) {
            Form::Date => date::read(&value).is_some() || (id == "DBA" && date::is_never(&value)),
            Form::Truncation => Truncation::read(&value).is_some(),
            Form::Sex => Sex::read(&value).is_some(),
            Form::Compliance => Compliance::read(&value).is_some(),
            Form::Indicator => codes::indicator(&value).is_some(),
            Form::Country => crate::Country::from_alpha3(&value).is_some(),
            Form::Jurisdiction => value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase()),
            Form::Postal => is_postal(&value),
            Form::Height | Form::Weight => {
                value.starts_with(|c: char| c.is_ascii_digit())
                    && value.len() <= 7
                    && !value.contains(['|', ','])
            }
            Form::Eyes => EyeColour::read(&value).is_some(),
            Form::Hair => HairColour::read(&value).is_some(),
            Form::Text => true,
        }
}

/// Five or nine digits, or a Canadian code with its filler.
fn is_postal(value: &str) -> bool {
    let packed: String = value.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let digits = packed.bytes().filter(u8::is_ascii_digit).count();
    match packed.len() {
        5 | 9 if digits == packed.len() => true,
        6 | 9 => packed
            .bytes()
            .take(6)
            .enumerate()
            .all(|(at, byte)| if at % 2 == 0 { byte.is_ascii_uppercase() } else { byte.is_ascii_digit() }),
        _ => false,
    }
}

/// Whether `rest` could begin with a value of the element: what is not even possible is a piece of another value. The DDI of `ADDISON` is no
/// date. Where the text ends at once, nothing speaks against it.
pub(crate) fn may_begin(id: ElementId, rest: &[char]) -> bool {
    let Some(first) = rest.iter().find(|c| **c != ' ').map(char::to_ascii_uppercase) else { return true };
    if form(id) == Form::Text || begins_with_a_word(rest) {
        return true;
    }
    let code = first.to_string();
    match form(id) {
        Form::Date | Form::Height | Form::Weight => {
            first.is_ascii_digit() || (id == "DBA" && matches!(first, 'I' | 'L' | 'P'))
        }
        Form::Truncation => Truncation::read(&code).is_some(),
        Form::Sex => Sex::read(&code).is_some(),
        Form::Compliance => Compliance::read(&code).is_some(),
        Form::Indicator => codes::indicator(&code).is_some(),
        Form::Country => matches!(first, 'U' | 'C' | 'M'),
        Form::Postal => {
            first.is_ascii_digit()
                || rest.iter().filter(|c| **c != ' ').nth(1).is_none_or(char::is_ascii_digit)
        }
        Form::Jurisdiction | Form::Eyes | Form::Hair | Form::Text => first.is_ascii_alphabetic(),
    }
}

/// How many characters of the text say that there is no value.
pub(crate) fn absence(text: &[char]) -> Option<usize> {
    ["UNAVAILABLE", "UNAVAIL", "UNAVL", "NONE"].into_iter().map(str::len).find(|length| {
        text.get(..*length)
            .is_some_and(|word| is_absent(&word.iter().collect::<String>().to_ascii_uppercase()))
    })
}

/// `NONE`, `unavl`, or as much of one as there is.
fn begins_with_a_word(rest: &[char]) -> bool {
    ["NONE", "UNAVL", "NO EXP", "NEVER"]
        .iter()
        .any(|word| rest.iter().zip(word.chars()).all(|(c, expected)| c.to_ascii_uppercase() == expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(id: &str) -> ElementId {
        ElementId::new(id).expect("an identifier")
    }

    #[test]
    fn letters_in_names_are_no_values() {
        for (element, rest) in [
            ("DDI", "SON"),
            ("DDE", "RICK"),
            ("DDA", "UGH"),
            ("DDH", "A"),
            ("DBA", "NKS"),
            ("DCG", "X"),
            ("DAK", "OTA"),
        ] {
            let rest: Vec<char> = rest.chars().collect();
            assert!(!may_begin(id(element), &rest), "{element}");
            assert!(!fits(id(element), &rest), "{element}");
        }
    }

    #[test]
    fn true_values_fit_and_begin() {
        for (element, value) in [
            ("DBA", "12102030"),
            ("DBA", "INDEF"),
            ("DBA", "99999999"),
            ("DBB", "NONE"),
            ("DDE", "N"),
            ("DBC", "F"),
            ("DCG", "CAN"),
            ("DAJ", "VA"),
            ("DAK", "K1A 0B1    "),
            ("DAK", "232690000  "),
            ("DAU", "068 in"),
            ("DAY", "BRO"),
            ("DDD", "1"),
            ("DCS", "ANY"),
        ] {
            let characters: Vec<char> = value.chars().collect();
            assert!(fits(id(element), &characters), "{element} {value}");
            for length in 0..=characters.len() {
                assert!(may_begin(id(element), &characters[..length]), "{element} {value} to {length}");
            }
        }
    }
}
