//! Which characters recognisers take for one another, and what each kind of field makes of that.

use crate::format::Kind;

/// The pairs of letter and digit that look alike in OCR-B and in the print of recognisers' training sets.
///
/// In a field that holds only letters, or only digits, the kind of the field decides all of them; of a digit 0 in a field of letters
/// the letter O is made (in a state code the one of O, D and Q that gives a state that exists).
///
/// Where both may stand, check digits decide, and they cannot decide every pair: `G` is worth 16 and `6` is worth 6, `L` 21 and `1` 1,
/// which is the same modulo 10 whatever the weight. Those pairs are not tried there, unless the recogniser itself names the other
/// one as likely: then the reading is ambiguous.
pub const CONFUSIONS: &[(char, char)] = &[
    ('O', '0'),
    ('I', '1'),
    ('B', '8'),
    ('S', '5'),
    ('Z', '2'),
    ('G', '6'),
    ('D', '0'),
    ('Q', '0'),
    ('L', '1'),
];

/// The digit for a letter of the table.
pub(crate) fn as_digit(c: u8) -> Option<u8> {
    pairs().find(|&(letter, _)| letter == c).map(|(_, digit)| digit)
}

/// The letter for a digit of the table: the first one.
pub(crate) fn as_letter(c: u8) -> Option<u8> {
    letters(c).next()
}

/// Every letter for a digit of the table.
pub(crate) fn letters(c: u8) -> impl Iterator<Item = u8> {
    pairs().filter(move |&(_, digit)| digit == c).map(|(letter, _)| letter)
}

fn pairs() -> impl Iterator<Item = (u8, u8)> {
    // The table is ASCII.
    CONFUSIONS.iter().map(|&(letter, digit)| (letter as u8, digit as u8))
}

/// The one character that a field of this kind makes of `c`, if it may not stand there as it is.
pub(crate) fn forced(kind: Kind, c: u8) -> Option<u8> {
    match kind {
        Kind::Letters => as_letter(c),
        Kind::Digits => as_digit(c),
        Kind::Either | Kind::Sex | Kind::Filler => None,
    }
}

/// Whether the two are a pair of the table.
pub(crate) fn are_look_alikes(one: u8, other: u8) -> bool {
    pairs().any(|pair| pair == (one, other) || pair == (other, one))
}

/// Whether a text holds digits, and letters of the table only.
pub(crate) fn is_digits_but_for_confusions(text: &[u8]) -> bool {
    let (mut digits, mut letters) = (0, 0);
    for &c in text.iter().filter(|&&c| c != b'<') {
        match c {
            b'0'..=b'9' => digits += 1,
            c if as_digit(c).is_some() => letters += 1,
            _ => return false,
        }
    }
    digits > letters && letters > 0
}

/// Whether a text of letters and digits that no check digit covers would be all digits, or all letters, but for characters of the
/// table: then one of them may well be confused.
pub(crate) fn is_suspect_mix(text: &[u8]) -> bool {
    let letters = |c: &u8| c.is_ascii_uppercase();
    let mixed = text.iter().any(letters) && text.iter().any(u8::is_ascii_digit);
    let letters_but_for_confusions =
        text.iter().all(|&c| c == b'<' || c.is_ascii_uppercase() || as_letter(c).is_some());
    mixed && (is_digits_but_for_confusions(text) || letters_but_for_confusions)
}

/// Whether a text of letters and digits that no check digit covers may well have a look-alike in place of what stands there: of a mix,
/// any zero may be the letter.
pub(crate) fn is_open(text: &[u8]) -> bool {
    is_suspect_mix(text) || (text.contains(&b'0') && text.iter().any(u8::is_ascii_uppercase))
}

/// Where a text of letters and digits has a zero that may well be the letter O: recognisers take an O among digits for a zero, and are
/// sure of it, twenty times as often as the other way round. In a number of letters and then digits only zeros that follow the letters
/// at once are in question; where letters follow digits as well all are.
pub(crate) fn open_zeros(text: &[u8]) -> Vec<usize> {
    let letter = |c: &u8| c.is_ascii_uppercase();
    let Some(first) = text.iter().position(letter) else { return Vec::new() };
    let digits = |text: &[u8]| text.iter().any(|c| matches!(c, b'1'..=b'9'));
    let last = text.iter().rposition(letter).unwrap_or(first);
    let interleaved = digits(&text[..last]);
    let run = if interleaved { text.len() } else { last + 1 + zeros_at_start(&text[last + 1..]) };
    (0..run).filter(|&at| text[at] == b'0').collect()
}

fn zeros_at_start(text: &[u8]) -> usize {
    text.iter().take_while(|&&c| c == b'0').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_among_letters_may_be_letters() {
        for (text, open) in [
            ("900100200", vec![]),
            ("A12003400", vec![]),
            ("A00123400", vec![1, 2]),
            ("C01X00T47", vec![1, 4, 5]),
            ("12340A<<<", vec![4]),
            ("00XBNB7K6", vec![0, 1]),
            ("ABOC<<<<<", vec![]),
            ("<<<<<<<<<", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(open_zeros(text.as_bytes()), open, "{text}");
        }
    }

    #[test]
    fn without_a_check_digit_any_zero_beside_letters_is_open() {
        for (text, open) in [
            ("A12003400", true),
            ("123450O<<", true),
            ("B3SF<1146", false),
            ("9001002<<", false),
            ("<<<", false),
        ] {
            assert_eq!(is_open(text.as_bytes()), open, "{text}");
        }
    }

    #[test]
    fn mixes_that_may_be_a_confusion() {
        for (text, suspect) in [
            ("12O45<<", true),
            ("AB0RT", true),
            ("B3SFO000123AB", false),
            ("12345<<", false),
            ("ABC<D", false),
            ("<<<", false),
        ] {
            assert_eq!(is_suspect_mix(text.as_bytes()), suspect, "{text}");
        }
    }
}
