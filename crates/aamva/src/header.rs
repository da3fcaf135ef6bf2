//! The header and the designators that follow it (Annex D, header; subfile designator).

use crate::text::{holds, is_separator, number};
use crate::{Designator, ParseError, Warning, version};

/// Fields of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// AAMVA version, 0 to 99; the standards define 1 to 11.
    pub version: u8,
    /// Issuer identification number, six digits.
    pub iin: u32,
    /// Jurisdiction version, 0 to 99; not in version 1.
    pub jurisdiction_version: Option<u8>,
    /// Number of subfiles as stated.
    pub entries: u8,
}

/// A subfile as the header announces it, in characters from `@`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) designator: Designator,
    pub(crate) offset: u16,
    pub(crate) length: u16,
}

/// Where the header is and what it says.
pub(crate) struct Located {
    pub(crate) header: Header,
    /// Index of `@`, from which offsets count; of where it would be, when it is missing.
    pub(crate) origin: isize,
    /// Index after the last designator.
    pub(crate) body: usize,
    pub(crate) entries: Vec<Entry>,
}

/// More designators than any card has; the rest would not be believed.
const MOST_ENTRIES: usize = 16;

/// Characters of `@`, LF, RS and CR, with line ends doubled by translation, before the file type.
const LONGEST_PREFIX: usize = 8;

pub(crate) fn locate(text: &[char], warnings: &mut Vec<Warning>) -> Result<Located, ParseError> {
    let (file_type, iin_at) = find_file_type(text)?;
    let origin = origin(text, file_type, warnings);

    let iin = number(text, iin_at, 6).ok_or(ParseError::HeaderTruncated { characters: text.len() })?;
    let digits_at = iin_at + 6;
    let digits = text[digits_at..].iter().take_while(|c| c.is_ascii_digit()).count();
    let two = |at: usize| number(text, digits_at + at, 2).and_then(|n| u8::try_from(n).ok());
    let ended = digits_at + digits == text.len();
    let version = match two(0) {
        Some(version) => version,
        None if ended => return Err(ParseError::HeaderTruncated { characters: text.len() }),
        None => return Err(ParseError::NoHeader),
    };
    // Version 1 has no jurisdiction version; some issuers wrote one all the same, and the designator's letters tell.
    let (jurisdiction_version, entries) = match (digits, two(2), two(4)) {
        (4, Some(entries), _) => (None, entries),
        (6, Some(jurisdiction), Some(entries)) => (Some(jurisdiction), entries),
        _ if ended => return Err(ParseError::HeaderTruncated { characters: text.len() }),
        _ => {
            warnings.push(Warning::HeaderShape);
            (None, 0)
        }
    };
    if (version <= 1) != jurisdiction_version.is_none() && matches!(digits, 4 | 6) {
        warnings.push(Warning::HeaderShape);
    }
    if version > version::NEWEST {
        warnings.push(Warning::UnknownVersion(version));
    }
    if crate::issuer(iin).is_none() {
        warnings.push(Warning::UnknownIssuer(iin));
    }

    let mut body = digits_at + digits;
    let mut designated = Vec::new();
    while designated.len() < MOST_ENTRIES {
        match entry(text, body) {
            Some(entry) => designated.push(entry),
            // One whose digits are none, before one that is whole.
            None if text.get(body..).and_then(Designator::of).is_some()
                && entry(text, body + 10).is_some() =>
            {
                warnings.push(Warning::DesignatorUnreadable);
            }
            None => break,
        }
        body += 10;
    }
    let found = u8::try_from(designated.len()).unwrap_or(u8::MAX);
    if found != entries {
        warnings.push(Warning::EntryCount { stated: entries, found });
    }
    let header = Header { version, iin, jurisdiction_version, entries };
    Ok(Located { header, origin, body, entries: designated })
}

/// Index of the file type, and of the issuer number after it.
fn find_file_type(text: &[char]) -> Result<(usize, usize), ParseError> {
    let mut cut = false;
    for at in 0..text.len() {
        let skip = match text[at] {
            'A' if holds(text, at, "ANSI") => 4,
            'A' if holds(text, at, "AAMVA") => 5,
            _ => continue,
        };
        let spaces = text[at + skip..].iter().take(2).take_while(|c| **c == ' ').count();
        let iin_at = at + skip + spaces;
        if number(text, iin_at, 6).is_some() {
            return Ok((at, iin_at));
        }
        cut |= text[iin_at..].iter().all(char::is_ascii_digit);
    }
    Err(if cut { ParseError::HeaderTruncated { characters: text.len() } } else { ParseError::NoHeader })
}

fn origin(text: &[char], file_type: usize, warnings: &mut Vec<Warning>) -> isize {
    let at_sign = text[..file_type]
        .iter()
        .rposition(|c| *c == '@')
        .filter(|at| file_type - at <= LONGEST_PREFIX)
        .filter(|at| text[at + 1..file_type].iter().all(|c| is_separator(*c) || *c == ' '));
    if at_sign.is_none_or(|at| !holds(text, at, "@\n\x1e\r") || file_type - at != 4) {
        warnings.push(Warning::UnusualSeparators);
    }
    let start = at_sign.unwrap_or_else(|| {
        let kept = text[..file_type].iter().rev().take(3).take_while(|c| is_separator(**c)).count();
        file_type - kept
    });
    if start > 0 {
        warnings.push(Warning::LeadingJunk { characters: start });
    }
    // Without `@` the text is at most MAX_LENGTH long, far from the limits of the type.
    at_sign.map_or(file_type as isize - 4, |at| at as isize)
}

fn entry(text: &[char], at: usize) -> Option<Entry> {
    let four = |at| number(text, at, 4).and_then(|n| u16::try_from(n).ok());
    Some(Entry { designator: Designator::of(text.get(at..)?)?, offset: four(at + 2)?, length: four(at + 6)? })
}
