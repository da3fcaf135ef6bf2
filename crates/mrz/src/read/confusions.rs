//! Which characters recognisers take for one another, and what each kind of field makes of that.

use super::line::Cell;
use super::{ReadParams, Swap};
use crate::check::told_apart;
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
fn forced(kind: Kind, c: u8) -> Option<u8> {
    match kind {
        Kind::Letters => as_letter(c),
        Kind::Digits => as_digit(c),
        Kind::Either | Kind::Sex | Kind::Filler => None,
    }
}

/// What may stand in a field of `kind` for what was read: the likeliest first, of cost 0, each other one with the natural logarithm
/// of how many times less likely it is. Where `swap` is false only alternatives of the recogniser itself follow.
pub(crate) fn choices(cell: &Cell, kind: Kind, swap: bool, params: &ReadParams) -> Vec<(u8, Swap)> {
    let mut likely: Vec<(u8, f64)> = Vec::new();
    let mut add = |c: u8, p: f64| match likely.iter_mut().find(|(known, _)| *known == c) {
        Some((_, sum)) => *sum += p,
        None => likely.push((c, p)),
    };
    for &(c, p) in &cell.options {
        if kind.allows(c) {
            add(c, p);
        } else if let Some(c) = forced(kind, c) {
            add(c, p);
        }
    }
    let Some(best) = likely.iter().map(|&(_, p)| p).max_by(f64::total_cmp) else {
        // Nothing that may stand here: the character stays, and breaks the field's rule.
        return vec![(cell.top(), Swap::none())];
    };
    let listed = likely.clone();
    if swap && kind == Kind::Either {
        let odds = if cell.weighed { params.unlisted_swap_odds } else { params.swap_odds };
        for &(c, p) in &listed {
            for other in as_digit(c).into_iter().chain(letters(c)).filter(|&other| told_apart(c, other)) {
                match likely.iter_mut().find(|(known, _)| *known == other) {
                    Some((_, known)) => *known = known.max(p * odds),
                    None => likely.push((other, p * odds)),
                }
            }
        }
    }
    likely.sort_by(|one, other| other.1.total_cmp(&one.1));
    likely
        .into_iter()
        .enumerate()
        .map(|(n, (c, p))| {
            let seen = listed.iter().any(|&(known, p)| known == c && p >= params.listed_probability * best);
            // A recogniser that weighed the position and did not name this character is a witness against it.
            let blind = if n == 0 || seen { 0 } else { 1 + usize::from(cell.weighed) };
            (c, Swap { cost: (best / p).ln().max(0.0), blind })
        })
        .collect()
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
    use super::super::line::{Line, cells};
    use super::*;

    fn characters(line: &Line, kind: Kind, swap: bool) -> String {
        let cell = &cells(line)[0];
        choices(cell, kind, swap, &ReadParams::default()).iter().map(|&(c, _)| char::from(c)).collect()
    }

    #[test]
    fn the_kind_of_a_field_decides() {
        for (read, kind, chosen) in [
            ("0", Kind::Letters, "O"),
            ("8", Kind::Letters, "B"),
            ("6", Kind::Letters, "G"),
            ("3", Kind::Letters, "3"),
            ("D", Kind::Digits, "0"),
            ("L", Kind::Digits, "1"),
            ("X", Kind::Digits, "X"),
            ("0", Kind::Either, "0ODQ"),
            ("Q", Kind::Either, "Q0"),
            ("G", Kind::Either, "G"),
            ("1", Kind::Either, "1I"),
            ("7", Kind::Either, "7"),
        ] {
            assert_eq!(characters(&Line::from(read), kind, true), chosen, "{read} {kind:?}");
        }
        assert_eq!(characters(&Line::from("0"), Kind::Either, false), "0");
    }

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
    fn what_the_recogniser_names_is_tried_before_the_table() {
        let line = Line::from_alternatives([vec![('0', 0.55), ('O', 0.4), ('8', 0.05)]]);
        assert_eq!(characters(&line, Kind::Either, true), "0O8DQB");
        assert_eq!(characters(&line, Kind::Either, false), "0O8");
        assert_eq!(characters(&line, Kind::Digits, true), "08");
        assert_eq!(
            characters(&Line::from_alternatives([vec![('6', 0.6), ('G', 0.4)]]), Kind::Either, true),
            "6G"
        );
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
