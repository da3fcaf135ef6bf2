//! Identifiers, elements and subfiles.

use std::fmt;

/// A data element identifier: three characters, such as `DAQ` (Annex D, tables D.3 and D.4; DL/ID-2000 Annex E).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ElementId([u8; 3]);

impl ElementId {
    /// An identifier from its three characters: two capital letters, then a capital letter or a digit. `None` for anything else.
    pub fn new(id: &str) -> Option<Self> {
        Self::of_bytes(id.as_bytes().try_into().ok()?)
    }

    fn of_bytes([a, b, c]: [u8; 3]) -> Option<Self> {
        let fits = a.is_ascii_uppercase()
            && b.is_ascii_uppercase()
            && (c.is_ascii_uppercase() || c.is_ascii_digit());
        fits.then_some(Self([a, b, c]))
    }

    /// The three characters.
    pub fn as_str(&self) -> &str {
        // Built from ASCII only.
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// The identifier with the next letter or digit in its place.
    pub(crate) fn successor(self) -> Option<Self> {
        let [a, b, c] = self.0;
        Some(Self([a, b, c + 1])).filter(|_| !matches!(c, b'Z' | b'9'))
    }

    /// The identifier that begins `text`.
    pub(crate) fn of(text: &[char]) -> Option<Self> {
        let &[a, b, c] = text.get(..3)? else { return None };
        let byte = |c: char| u8::try_from(c).ok().filter(u8::is_ascii);
        Self::of_bytes([byte(a)?, byte(b)?, byte(c)?])
    }
}

impl fmt::Display for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq<&str> for ElementId {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

/// A subfile type: two characters, such as `DL`, `ID` or `ZV` (Annex D, subfile designator).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Designator([u8; 2]);

impl Designator {
    /// Driving licence.
    pub const LICENCE: Self = Self(*b"DL");
    /// Identity card.
    pub const IDENTITY_CARD: Self = Self(*b"ID");

    /// A type from its two characters: a capital letter, then a capital letter or a digit. `None` for anything else.
    pub fn new(designator: &str) -> Option<Self> {
        let &[a, b] = designator.as_bytes() else { return None };
        let fits = a.is_ascii_uppercase() && (b.is_ascii_uppercase() || b.is_ascii_digit());
        fits.then_some(Self([a, b]))
    }

    /// The two characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }

    /// The type that begins `text`.
    pub(crate) fn of(text: &[char]) -> Option<Self> {
        let designator: String = text.get(..2)?.iter().collect();
        Self::new(&designator)
    }

    /// Whether the subfile is a licence's or an identity card's, whose elements the standard defines.
    pub(crate) fn is_document(self) -> bool {
        self == Self::LICENCE || self == Self::IDENTITY_CARD
    }
}

impl fmt::Display for Designator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Designator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One element as it stands in the payload, without padding. `Debug` prints the identifier only.
#[derive(Clone, PartialEq, Eq)]
pub struct Element {
    /// Its identifier.
    pub id: ElementId,
    /// Its value, trimmed.
    pub value: String,
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Element({}, …)", self.id)
    }
}

/// A subfile with its elements in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subfile {
    /// Its type; those of jurisdictions begin with `Z`.
    pub designator: Designator,
    /// Its elements.
    pub elements: Vec<Element>,
}
