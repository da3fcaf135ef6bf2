//! Check digits (ICAO 9303-3, section 4.9).

/// The value of a character in a check digit: `0`–`9` are 0–9, `A`–`Z` are 10–35, `<` is 0.
/// `None` for any other byte. (ICAO 9303-3, section 4.9.)
#[must_use]
pub fn value(character: u8) -> Option<u32> {
    match character {
        b'0'..=b'9' => Some(u32::from(character - b'0')),
        b'A'..=b'Z' => Some(u32::from(character - b'A') + 10),
        b'<' => Some(0),
        _ => None,
    }
}

/// The check digit (0–9) over `characters`: values weighted 7, 3, 1, 7, 3, 1 … from the first one, summed, modulo 10.
/// `None` when a character is none of `A`–`Z`, `0`–`9`, `<`. (ICAO 9303-3, section 4.9.)
///
/// ```
/// assert_eq!(selfsame_mrz::check_digit(b"L898902C3"), Some(6));
/// assert_eq!(selfsame_mrz::check_digit(b"L898902c3"), None);
/// ```
#[must_use]
pub fn check_digit(characters: &[u8]) -> Option<u8> {
    digit_of(characters.iter().copied())
}

/// [`check_digit`] over characters that do not lie side by side.
pub(crate) fn digit_of(characters: impl Iterator<Item = u8>) -> Option<u8> {
    let mut sum = 0;
    for (character, weight) in characters.zip(WEIGHTS.into_iter().cycle()) {
        sum = (sum + value(character)? * weight) % 10;
    }
    u8::try_from(sum).ok()
}

/// The weights of the characters that a check digit covers, over and over.
pub(crate) const WEIGHTS: [u32; 3] = [7, 3, 1];

/// Whether a check digit can tell two characters apart at all. It cannot when their values are equal modulo 10, whatever the
/// weight: `6` and `G` (6 and 16), `1` and `L` (1 and 21), `0` and `A`, `K`, `U` (0, 10, 20, 30) … The common OCR confusions
/// O/0, I/1, B/8, S/5, Z/2 are all told apart.
#[must_use]
pub fn told_apart(one: u8, other: u8) -> bool {
    match (value(one), value(other)) {
        (Some(one), Some(other)) => one % 10 != other % 10,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_the_specimens() {
        for (text, digit) in [
            ("L898902C3", 6),
            ("740812", 2),
            ("120415", 9),
            ("ZE184226B<<<<<", 1),
            ("D23145890734", 9),
            ("<<<<<<", 0),
            ("", 0),
        ] {
            assert_eq!(check_digit(text.as_bytes()), Some(digit), "{text}");
        }
        assert_eq!(check_digit(b"A B"), None);
    }

    #[test]
    fn what_a_check_digit_cannot_see() {
        assert!(told_apart(b'O', b'0') && told_apart(b'D', b'0') && told_apart(b'Q', b'0'));
        assert!(told_apart(b'I', b'1') && told_apart(b'B', b'8') && told_apart(b'S', b'5'));
        assert!(told_apart(b'Z', b'2'));
        assert!(!told_apart(b'G', b'6') && !told_apart(b'L', b'1') && !told_apart(b'?', b'1'));
    }
}
