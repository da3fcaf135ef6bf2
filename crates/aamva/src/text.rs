//! The payload as characters: one per byte of the original symbol, so that stated offsets count in them.

/// UTF-8 where it is valid, ISO 8859-1 otherwise.
pub(crate) fn decode(payload: &[u8]) -> Vec<char> {
    match std::str::from_utf8(payload) {
        Ok(text) => text.chars().collect(),
        Err(_) => payload.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// The data element separator LF, the record separator RS, the segment terminator CR, and what stands for them in the wild: GS, FS, NUL.
pub(crate) fn is_separator(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\x1c'..='\x1e' | '\0')
}

/// Whether `text` holds `pattern` at `at`.
pub(crate) fn holds(text: &[char], at: usize, pattern: &str) -> bool {
    text.get(at..).is_some_and(|rest| {
        let mut rest = rest.iter();
        pattern.chars().all(|c| rest.next() == Some(&c))
    })
}

/// The decimal number in `text[at..at + width]`, when all of it is digits. `width` is at most 6.
pub(crate) fn number(text: &[char], at: usize, width: usize) -> Option<u32> {
    text.get(at..at + width)?.iter().try_fold(0u32, |sum, c| Some(sum * 10 + c.to_digit(10)?))
}
