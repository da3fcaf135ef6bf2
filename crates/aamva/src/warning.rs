//! What went wrong, and what was bent. Neither holds personal data.

use crate::{Designator, ElementId};

/// Why nothing could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// More than a PDF417 symbol can hold.
    #[error(
        "the payload has {length} bytes, more than the {limit} looked at: pass the data of one PDF417 symbol"
    )]
    TooLong {
        /// Bytes passed.
        length: usize,
        /// [`crate::MAX_LENGTH`].
        limit: usize,
    },
    /// No `ANSI ` or `AAMVA` file type followed by an issuer number (Annex D, header).
    #[error(
        "no AAMVA header (\"ANSI \" or \"AAMVA\" and six digits) in the payload: it is not the barcode of a North American licence"
    )]
    NoHeader,
    /// The payload ends inside the header.
    #[error("the payload ends inside its header, after {characters} characters: decode the symbol again")]
    HeaderTruncated {
        /// Characters in the payload.
        characters: usize,
    },
    /// A header, but not one element in any licence or identity card subfile.
    #[error(
        "the payload has a header but no data element of a licence or identity card: decode the symbol again"
    )]
    NoElements,
}

/// One way in which a payload that could be read departs from the standard.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Characters before the header were ignored.
    LeadingJunk {
        /// How many.
        characters: usize,
    },
    /// The header does not begin with `@`, LF, RS, CR (Annex D, header fields 1 to 4).
    UnusualSeparators,
    /// A version above 11 was read by the rules of version 11.
    UnknownVersion(u8),
    /// The header's digits do not have the shape of its version.
    HeaderShape,
    /// No [`crate::Issuer`] has this number.
    UnknownIssuer(u32),
    /// The header states another number of subfiles than it designates.
    EntryCount {
        /// What it states.
        stated: u8,
        /// How many designators follow.
        found: u8,
    },
    /// A designator is not a type and eight digits; the elements of its subfile were looked for.
    DesignatorUnreadable,
    /// A subfile was not where its designator says, and was found by its type.
    SubfileOffset {
        /// Its type.
        designator: Designator,
        /// Offset stated, in characters from `@`.
        stated: u16,
        /// Offset at which it was found.
        found: u16,
    },
    /// A subfile does not have the length its designator states.
    SubfileLength {
        /// Its type.
        designator: Designator,
        /// Length stated, in characters.
        stated: u16,
        /// Length read.
        found: u16,
    },
    /// A subfile that the header designates is not there.
    SubfileMissing(Designator),
    /// Elements follow the header without the type of a subfile; the kind of the document is what the header designates.
    SubfileTypeMissing,
    /// Characters after the last subfile were ignored.
    TrailingData {
        /// How many.
        characters: usize,
    },
    /// The payload is shorter than it states: elements are missing.
    Truncated,
    /// The payload ends inside this element, which was left out.
    ElementCut(ElementId),
    /// Separators are missing, or blanks or another character stand for them: some of the payload was divided at the known element
    /// identifiers. Values may be wrong where a value itself contains an identifier.
    SeparatorsMissing,
    /// Without a separator, it could not be told where this element ends: it was left out.
    ElementAmbiguous(ElementId),
    /// A line without an element identifier was left out.
    StrayLine,
    /// An element occurs twice with different values; the first was kept.
    DuplicateElement(ElementId),
    /// The value is not one that the standard allows; the field is `None`, and the value as it stands is in [`crate::Card::other`].
    Unreadable(ElementId),
    /// A date is in the order of the other country, or of another version.
    DateOrder(ElementId),
    /// A measure without its unit was read in the unit of the issuing country.
    UnitMissing(ElementId),
    /// The country in DCG is not the one of the issuer number.
    CountryConflict,
    /// An element that the version demands is not there, not even as `NONE`.
    MandatoryMissing(ElementId),
}
