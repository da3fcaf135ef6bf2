//! What issuers do beyond ICAO Doc 9303: `profiles.toml`, compiled in.
//!
//! A profile settles doubts and excuses customs. None of it makes a wrong check digit right: `tests/profiles.rs` tries that with each.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::format::Field;
use crate::parse::Sex;

/// A document of a code that is on no list of ICAO Doc 9303, as its issuers use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// A card that says who somebody is, such as a residence permit.
    IdentityCard,
    /// A driving licence.
    DrivingLicence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum EmptyField {
    Nationality,
    Sex,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Profile {
    issuers: Vec<String>,
    #[serde(default)]
    documents: Vec<String>,
    #[serde(default)]
    numbers: Vec<String>,
    letters: Option<String>,
    male: Option<char>,
    female: Option<char>,
    #[serde(default)]
    never_expires: Vec<String>,
    #[serde(default)]
    left_empty: Vec<EmptyField>,
    #[serde(default)]
    expiry_filler: bool,
    #[serde(default)]
    name_digits: bool,
    #[cfg_attr(not(test), expect(dead_code, reason = "for who reads the table"))]
    source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StateCode {
    code: String,
    iso: Option<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "for who reads the table"))]
    source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentCode {
    code: String,
    kind: DocumentKind,
    #[cfg_attr(not(test), expect(dead_code, reason = "for who reads the table"))]
    source: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profiles {
    #[serde(rename = "profile")]
    profiles: Vec<Profile>,
    #[serde(rename = "state")]
    states: Vec<StateCode>,
    #[serde(rename = "document")]
    documents: Vec<DocumentCode>,
}

// A table that cannot be read leaves the standard alone; a test keeps that from happening.
static PROFILES: LazyLock<Profiles> =
    LazyLock::new(|| toml::from_str(include_str!("../profiles.toml")).unwrap_or_default());

impl Profile {
    /// Whether a number is of one of the forms.
    fn makes(&self, number: &str) -> bool {
        let letter = |c: char| {
            c.is_ascii_uppercase() && self.letters.as_ref().is_none_or(|letters| letters.contains(c))
        };
        self.numbers.iter().any(|form| {
            form.len() == number.len()
                && form.chars().zip(number.chars()).all(|(kind, c)| match kind {
                    'd' => c.is_ascii_digit(),
                    'a' => letter(c),
                    'x' => c.is_ascii_digit() || letter(c),
                    own => c == own,
                })
        })
    }

    fn leaves_empty(&self, field: Field) -> bool {
        self.left_empty.iter().any(|empty| match empty {
            EmptyField::Nationality => field == Field::Nationality,
            EmptyField::Sex => field == Field::Sex,
        })
    }
}

/// What is known of the issuer of one document: nothing, for most.
#[derive(Clone, Debug, Default)]
pub(crate) struct Customs(Vec<&'static Profile>);

impl Customs {
    /// By document code and issuing state as they stand, fillers included.
    pub(crate) fn of(code: &[u8], issuer: &[u8]) -> Self {
        let is = |known: &str, text: &[u8]| known.as_bytes() == trimmed(text);
        // From 2026 on ordinary passports begin with PP (ICAO Doc 9303-4, section 4.2.2).
        let of_code = |known: &str| is(known, code) || known == "P" && code == b"PP";
        let known = PROFILES.profiles.iter().filter(|profile| {
            profile.issuers.iter().any(|known| is(known, issuer))
                && (profile.documents.is_empty() || profile.documents.iter().any(|known| of_code(known)))
        });
        Self(known.collect())
    }

    /// Whether a number is made as the issuer makes them; `None` where that is not known.
    pub(crate) fn makes(&self, number: &str) -> Option<bool> {
        let mut forms = self.0.iter().filter(|profile| !profile.numbers.is_empty()).peekable();
        forms.peek()?;
        Some(forms.any(|profile| profile.makes(number)))
    }

    /// What a letter in the place of the sex means to this issuer, where that differs from the standard.
    pub(crate) fn sex(&self, letter: u8) -> Option<Sex> {
        let is = |own: Option<char>| own == Some(char::from(letter));
        self.0.iter().find_map(|profile| {
            if is(profile.male) {
                Some(Sex::Male)
            } else if is(profile.female) {
                Some(Sex::Female)
            } else {
                None
            }
        })
    }

    /// Whether the issuer writes this, six characters, on documents that do not run out.
    pub(crate) fn never_expires(&self, expiry: &[u8]) -> bool {
        self.0.iter().flat_map(|profile| &profile.never_expires).any(|known| known.as_bytes() == expiry)
    }

    pub(crate) fn leaves_empty(&self, field: Field) -> bool {
        self.0.iter().any(|profile| profile.leaves_empty(field))
    }

    /// Whether an empty expiry may have a filler for its check digit.
    pub(crate) fn has_expiry_filler(&self) -> bool {
        self.0.iter().any(|profile| profile.expiry_filler)
    }

    /// Whether digits stand for letters in names.
    pub(crate) fn has_name_digits(&self) -> bool {
        self.0.iter().any(|profile| profile.name_digits)
    }
}

/// Whether an issuer spells names in its zone otherwise than ICAO Doc 9303-3, section 6, so that they cannot be compared with print letter by
/// letter: by the first line of the zone.
///
/// ```
/// assert!(selfsame_mrz::has_own_spelling("PNRUSILIN8<<7LI8<SERGEEVNA<<<<<<<<<<<<<<<<<<"));
/// assert!(!selfsame_mrz::has_own_spelling("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"));
/// ```
#[must_use]
pub fn has_own_spelling(line: &str) -> bool {
    let head = line.as_bytes();
    head.len() >= 5 && Customs::of(&head[..2], &head[2..5]).has_name_digits()
}

/// What a letter in the place of the sex means on the identity cards of an issuer, in the zone as in print; `None` where it means what it
/// means in the standard.
///
/// ```
/// use selfsame_mrz::{Sex, card_sex};
/// assert_eq!(card_sex("MEX", 'M'), Some(Sex::Female));
/// assert_eq!(card_sex("UTO", 'M'), None);
/// ```
#[must_use]
pub fn card_sex(issuer: &str, letter: char) -> Option<Sex> {
    u8::try_from(letter).ok().and_then(|letter| Customs::of(b"ID", issuer.as_bytes()).sex(letter))
}

fn trimmed(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|&c| c != b'<').map_or(0, |last| last + 1);
    &text[..end]
}

/// Whether a code of a state is in use outside of ICAO's list.
pub(crate) fn is_state(code: &str) -> bool {
    PROFILES.states.iter().any(|state| state.code == code)
}

/// The ISO 3166-1 code for one that is in use outside of ICAO's list.
pub(crate) fn iso(code: &str) -> Option<&'static str> {
    PROFILES.states.iter().find(|state| state.code == code).and_then(|state| state.iso.as_deref())
}

/// What a document is whose code is in use outside of ICAO Doc 9303, without fillers; `None` for a code that is not known.
///
/// ```
/// use selfsame_mrz::{DocumentKind, document_kind};
/// assert_eq!(document_kind("RP"), Some(DocumentKind::IdentityCard));
/// assert_eq!(document_kind("P"), None);
/// ```
#[must_use]
pub fn document_kind(code: &str) -> Option<DocumentKind> {
    PROFILES.documents.iter().find(|document| document.code == code).map(|document| document.kind)
}

#[cfg(test)]
mod tests;
