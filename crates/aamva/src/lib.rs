//! Reads the data of the PDF417 barcode on North American driving licences and identity cards.
//!
//! The format is Annex D ("Mandatory PDF417 bar code") of the AAMVA DL/ID Card Design Standard, in its versions 1 (DL/ID-2000) to 11
//! (2025). Cards in people's pockets bend its rules: offsets and lengths are wrong, line ends were translated on the way, dates are in
//! the other country's order. [`parse`] reads what is certain, says in [`Card::warnings`] what was bent, and leaves out what it could
//! not read: a field that is `None` was not there or was not legible, and is never guessed.
//!
//! The crate does no I/O, allocates no more than a small multiple of its input and refuses input over [`MAX_LENGTH`].
//! `Debug` of the types that hold personal data prints no values, so that a card may not end up in a log by accident.
//!
//! ```
//! let payload = "@\n\x1e\rANSI 636000100001DL00310082DLDAQT00000001\nDCSEXAMPLE\nDACPAT\nDADNONE\nDBB06061986\nDBC9\n\
//!                DAK232690000  \nDCGUSA\r";
//! let card = selfsame_aamva::parse(payload)?;
//!
//! assert_eq!(card.header.version, 10);
//! assert_eq!(card.issuer().map(|issuer| issuer.code), Some("VA"));
//! assert_eq!(card.name.family.as_deref(), Some("EXAMPLE"));
//! assert_eq!(card.name.middle, None);
//! assert_eq!(card.sex, Some(selfsame_aamva::Sex::NotSpecified));
//! assert_eq!(card.address.postal_code.as_deref(), Some("23269"));
//! assert_eq!(card.expiry, None);
//! # Ok::<(), selfsame_aamva::ParseError>(())
//! ```
//!
//! # Versions
//!
//! | version | standard | what changed in the data |
//! |---|---|---|
//! | 0 | before DL/ID-2000 | read as version 1 |
//! | 1 | DL/ID-2000 | full name in one element, dates CCYYMMDD, header without jurisdiction version |
//! | 2 | 2003 | family name DCS, given names DCT, dates MMDDCCYY in the USA |
//! | 3 | 2005 | as 2, suffix and weight range optional |
//! | 4 | 2009 | DAC and DAD replace DCT; truncation; compliance, revision, limited duration |
//! | 5 | 2010 | dates of the 18th, 19th and 21st birthday |
//! | 6 | 2011 | organ donor |
//! | 7 | 2012 | veteran |
//! | 8 | 2013 | as 7 |
//! | 9 | 2016 | sex 9, not specified |
//! | 10 | 2020 | as 9 |
//! | 11 | 2025 | commercial, non-domiciled, enhanced, permit; no aliases, race or expiry of the hazardous materials endorsement |
//!
//! What it does not read: the compact encoding of ISO/IEC 18013-2, and the magnetic stripe tracks that some older barcodes carry
//! instead. Both end in [`ParseError::NoHeader`].

mod card;
mod codes;
mod compose;
mod date;
mod element;
mod form;
mod header;
mod issuer;
mod lines;
mod measure;
mod name;
mod read;
mod subfile;
mod text;
mod version;
mod warning;

pub use card::{Absence, Address, Card, Expiry, Kind, Privileges};
pub use codes::{Compliance, EyeColour, HairColour, Sex, Truncation};
pub use compose::{ComposeError, compose};
pub use element::{Designator, Element, ElementId, Subfile};
pub use header::Header;
pub use issuer::{Country, ISSUERS, Issuer, issuer};
pub use measure::{Height, Weight};
pub use name::Name;
pub use warning::{ParseError, Warning};

/// Longest input that is looked at, in bytes. A PDF417 symbol holds at most 1,850 characters of text or 1,108 bytes (ISO/IEC 15438);
/// this leaves room for translated line ends and for characters that became two bytes.
pub const MAX_LENGTH: usize = 4096;

/// Reads the data of one barcode: bytes as decoded, or text.
///
/// Bytes that are valid UTF-8 are read as such, others as ISO 8859-1, which the standard prescribes. Anything before the header and
/// after the last subfile is ignored with a warning.
///
/// # Errors
///
/// [`ParseError`] when the input is too long, has no AAMVA header, ends inside it, or holds no element at all. Everything less than
/// that is a [`Warning`] in the card.
pub fn parse(payload: impl AsRef<[u8]>) -> Result<Card, ParseError> {
    let payload = payload.as_ref();
    if payload.len() > MAX_LENGTH {
        return Err(ParseError::TooLong { length: payload.len(), limit: MAX_LENGTH });
    }
    let text = text::decode(payload);
    let mut warnings = Vec::new();
    let located = header::locate(&text, &mut warnings)?;
    let subfiles = subfile::divide(&text, &located, &mut warnings);
    read::card(located.header, subfiles, warnings)
}
