//! The formats: how many lines of how many characters, what stands where, and what each check digit covers.
//!
//! Positions count from 0 over all lines put one behind another: in a TD3 (2 lines of 44), 44 is the first character of line 2.

use std::ops::Range;

use crate::profile::Customs;

/// A layout of the machine-readable zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Format {
    /// Card of 85.6 x 54 mm, 3 lines of 30 (ICAO 9303-5, section 4.2).
    Td1,
    /// Card or sheet of 105 x 74 mm, 2 lines of 36 (ICAO 9303-6, section 4.2).
    Td2,
    /// Passport, 2 lines of 44 (ICAO 9303-4, section 4.2).
    Td3,
    /// Full-size visa, 2 lines of 44 (ICAO 9303-7, section 4.2). It has no composite check digit.
    MrvA,
    /// Small visa, 2 lines of 36 (ICAO 9303-7, section 5.2). It has no composite check digit.
    MrvB,
    /// The French national identity card of 1988 to 2021, 2 lines of 36, not an ICAO layout: surname and office of issue, then
    /// number, given names, birth date, sex. (Layout as published with the card; its check digits are ICAO's.)
    FrenchIdentityCard,
    /// The Swiss driving licence in card format, lines of 9, 30 and 30. It has **no check digits**: see
    /// [`Verdict::Unprotected`](crate::Verdict::Unprotected).
    SwissDrivingLicence,
}

/// A field of the machine-readable zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Field {
    /// The one or two letters that say what kind of document it is.
    DocumentCode,
    /// Who issued the document: a code of [`state`](crate::state).
    IssuingState,
    /// Both names, or the surname where a format keeps them apart.
    Name,
    /// The given names where a format keeps them apart (the French identity card).
    GivenNames,
    /// The document's number.
    DocumentNumber,
    /// The holder's nationality: a code of [`state`](crate::state).
    Nationality,
    /// The holder's birth date, YYMMDD.
    BirthDate,
    /// `M`, `F` or `<`.
    Sex,
    /// The last day of validity, YYMMDD.
    ExpiryDate,
    /// The first optional field; on the French card the office of issue, on the Swiss licence the blank's number and language.
    OptionalData,
    /// The second optional field of a TD1.
    OptionalData2,
    /// What only the composite check digit is about.
    Composite,
    /// Positions that hold fillers only.
    Filler,
}

/// Which characters a position may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `A`–`Z` and `<`.
    Letters,
    /// `0`–`9` and `<`.
    Digits,
    /// `A`–`Z`, `0`–`9` and `<`.
    Either,
    /// `M`, `F`, `X`, `<`.
    Sex,
    /// `<`.
    Filler,
}

impl Kind {
    pub(crate) fn allows(self, character: u8) -> bool {
        match self {
            Self::Letters => character.is_ascii_uppercase() || character == b'<',
            Self::Digits => character.is_ascii_digit() || character == b'<',
            Self::Either => character.is_ascii_uppercase() || character.is_ascii_digit() || character == b'<',
            Self::Sex => matches!(character, b'M' | b'F' | b'X' | b'<'),
            Self::Filler => character == b'<',
        }
    }
}

/// One field's place.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) field: Field,
    pub(crate) at: Range<usize>,
    pub(crate) kind: Kind,
}

/// One check digit: which field it vouches for, where it stands, what it covers.
#[derive(Clone, Debug)]
pub(crate) struct CheckPlace {
    pub(crate) field: Field,
    pub(crate) at: usize,
    pub(crate) over: Vec<Range<usize>>,
    /// A filler stands for 0 when the field is empty (the optional data of a TD3: ICAO 9303-4, section 4.2.2; the expiry of issuers
    /// that are known for it).
    pub(crate) filler_when_empty: bool,
}

impl Place {
    /// Whether this place may hold `c`, on a document of an issuer of these customs.
    pub(crate) fn allows(&self, c: u8, customs: &Customs) -> bool {
        self.kind.allows(c)
            || match self.field {
                Field::Sex => customs.sex(c).is_some(),
                Field::Name | Field::GivenNames => customs.has_name_digits() && c.is_ascii_digit(),
                _ => false,
            }
    }
}

const fn place(field: Field, from: usize, to: usize, kind: Kind) -> Place {
    Place { field, at: from..to, kind }
}

const TD1: &[Place] = &[
    place(Field::DocumentCode, 0, 2, Kind::Either),
    place(Field::IssuingState, 2, 5, Kind::Letters),
    place(Field::DocumentNumber, 5, 14, Kind::Either),
    place(Field::DocumentNumber, 14, 15, Kind::Digits),
    place(Field::OptionalData, 15, 30, Kind::Either),
    place(Field::BirthDate, 30, 37, Kind::Digits),
    place(Field::Sex, 37, 38, Kind::Sex),
    place(Field::ExpiryDate, 38, 45, Kind::Digits),
    place(Field::Nationality, 45, 48, Kind::Letters),
    place(Field::OptionalData2, 48, 59, Kind::Either),
    place(Field::Composite, 59, 60, Kind::Digits),
    place(Field::Name, 60, 90, Kind::Letters),
];

const TD2: &[Place] = &[
    place(Field::DocumentCode, 0, 2, Kind::Either),
    place(Field::IssuingState, 2, 5, Kind::Letters),
    place(Field::Name, 5, 36, Kind::Letters),
    place(Field::DocumentNumber, 36, 45, Kind::Either),
    place(Field::DocumentNumber, 45, 46, Kind::Digits),
    place(Field::Nationality, 46, 49, Kind::Letters),
    place(Field::BirthDate, 49, 56, Kind::Digits),
    place(Field::Sex, 56, 57, Kind::Sex),
    place(Field::ExpiryDate, 57, 64, Kind::Digits),
    place(Field::OptionalData, 64, 71, Kind::Either),
    place(Field::Composite, 71, 72, Kind::Digits),
];

const TD3: &[Place] = &[
    place(Field::DocumentCode, 0, 2, Kind::Either),
    place(Field::IssuingState, 2, 5, Kind::Letters),
    place(Field::Name, 5, 44, Kind::Letters),
    place(Field::DocumentNumber, 44, 53, Kind::Either),
    place(Field::DocumentNumber, 53, 54, Kind::Digits),
    place(Field::Nationality, 54, 57, Kind::Letters),
    place(Field::BirthDate, 57, 64, Kind::Digits),
    place(Field::Sex, 64, 65, Kind::Sex),
    place(Field::ExpiryDate, 65, 72, Kind::Digits),
    place(Field::OptionalData, 72, 86, Kind::Either),
    place(Field::OptionalData, 86, 87, Kind::Digits),
    place(Field::Composite, 87, 88, Kind::Digits),
];

const MRV_A: &[Place] = &[
    place(Field::DocumentCode, 0, 2, Kind::Either),
    place(Field::IssuingState, 2, 5, Kind::Letters),
    place(Field::Name, 5, 44, Kind::Letters),
    place(Field::DocumentNumber, 44, 53, Kind::Either),
    place(Field::DocumentNumber, 53, 54, Kind::Digits),
    place(Field::Nationality, 54, 57, Kind::Letters),
    place(Field::BirthDate, 57, 64, Kind::Digits),
    place(Field::Sex, 64, 65, Kind::Sex),
    place(Field::ExpiryDate, 65, 72, Kind::Digits),
    place(Field::OptionalData, 72, 88, Kind::Either),
];

const MRV_B: &[Place] = &[
    place(Field::DocumentCode, 0, 2, Kind::Either),
    place(Field::IssuingState, 2, 5, Kind::Letters),
    place(Field::Name, 5, 36, Kind::Letters),
    place(Field::DocumentNumber, 36, 45, Kind::Either),
    place(Field::DocumentNumber, 45, 46, Kind::Digits),
    place(Field::Nationality, 46, 49, Kind::Letters),
    place(Field::BirthDate, 49, 56, Kind::Digits),
    place(Field::Sex, 56, 57, Kind::Sex),
    place(Field::ExpiryDate, 57, 64, Kind::Digits),
    place(Field::OptionalData, 64, 72, Kind::Either),
];

const FRENCH: &[Place] = &[
    place(Field::DocumentCode, 0, 2, Kind::Letters),
    place(Field::IssuingState, 2, 5, Kind::Letters),
    place(Field::Name, 5, 30, Kind::Letters),
    place(Field::OptionalData, 30, 36, Kind::Either),
    // Year and month of issue, then the office (`2A` and `2B` are Corsica), then a running number.
    place(Field::DocumentNumber, 36, 40, Kind::Digits),
    place(Field::DocumentNumber, 40, 43, Kind::Either),
    place(Field::DocumentNumber, 43, 48, Kind::Digits),
    place(Field::DocumentNumber, 48, 49, Kind::Digits),
    place(Field::GivenNames, 49, 63, Kind::Letters),
    place(Field::BirthDate, 63, 70, Kind::Digits),
    place(Field::Sex, 70, 71, Kind::Sex),
    place(Field::Composite, 71, 72, Kind::Digits),
];

const SWISS: &[Place] = &[
    place(Field::OptionalData, 0, 3, Kind::Letters),
    place(Field::OptionalData, 3, 6, Kind::Digits),
    place(Field::OptionalData, 6, 7, Kind::Letters),
    place(Field::Filler, 7, 9, Kind::Filler),
    place(Field::DocumentCode, 9, 11, Kind::Letters),
    place(Field::IssuingState, 11, 14, Kind::Letters),
    place(Field::DocumentNumber, 14, 26, Kind::Digits),
    place(Field::Filler, 26, 28, Kind::Filler),
    place(Field::BirthDate, 28, 34, Kind::Digits),
    place(Field::Filler, 34, 39, Kind::Filler),
    place(Field::Name, 39, 69, Kind::Letters),
];

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] = [
        Self::Td1,
        Self::Td2,
        Self::Td3,
        Self::MrvA,
        Self::MrvB,
        Self::FrenchIdentityCard,
        Self::SwissDrivingLicence,
    ];

    /// The lines' lengths in characters, from the top.
    #[must_use]
    pub fn line_lengths(self) -> &'static [usize] {
        match self {
            Self::Td1 => &[30, 30, 30],
            Self::Td2 | Self::MrvB | Self::FrenchIdentityCard => &[36, 36],
            Self::Td3 | Self::MrvA => &[44, 44],
            Self::SwissDrivingLicence => &[9, 30, 30],
        }
    }

    /// Whether one check digit covers number, dates and optional data together.
    #[must_use]
    pub fn has_composite_check(self) -> bool {
        matches!(self, Self::Td1 | Self::Td2 | Self::Td3 | Self::FrenchIdentityCard)
    }

    /// Whether a check digit covers a field. None covers issuing state, nationality, names and sex (on the French card a single one
    /// does, over the whole zone); on visas none covers the optional data; on the Swiss licence there are none at all.
    #[must_use]
    pub fn is_protected(self, field: Field) -> bool {
        let checks = self.fixed_checks();
        let covered = |position: usize| {
            checks
                .iter()
                .any(|check| check.at == position || check.over.iter().any(|at| at.contains(&position)))
        };
        self.field(field).is_some_and(|mut at| at.all(covered))
    }

    /// Whether a text of this format's lengths that begins like `head` (the five characters of document code and issuing state)
    /// is of this format. A leading `V` tells a visa from TD2 and TD3 (ICAO 9303-7, section 4.2.2), `IDFRA` on two lines of 36
    /// the French card.
    pub(crate) fn fits_head(self, head: &[u8]) -> bool {
        let visa = head.first() == Some(&b'V');
        match self {
            Self::Td1 | Self::Td3 => !visa,
            Self::Td2 => !visa && head != b"IDFRA",
            Self::MrvA | Self::MrvB => visa,
            Self::FrenchIdentityCard => head == b"IDFRA",
            Self::SwissDrivingLicence => head == b"FACHE",
        }
    }

    /// What is known of the issuer of a text of this format.
    pub(crate) fn customs(self, text: &[u8]) -> Customs {
        let part = |field| self.field(field).map_or(&[][..], |at| &text[at]);
        Customs::of(part(Field::DocumentCode), part(Field::IssuingState))
    }

    /// Where the five characters of document code and issuing state begin.
    pub(crate) fn head_at(self) -> usize {
        if self == Self::SwissDrivingLicence { 9 } else { 0 }
    }

    pub(crate) fn places(self) -> &'static [Place] {
        match self {
            Self::Td1 => TD1,
            Self::Td2 => TD2,
            Self::Td3 => TD3,
            Self::MrvA => MRV_A,
            Self::MrvB => MRV_B,
            Self::FrenchIdentityCard => FRENCH,
            Self::SwissDrivingLicence => SWISS,
        }
    }

    /// Characters on all lines together.
    pub(crate) fn len(self) -> usize {
        self.line_lengths().iter().sum()
    }

    /// Where a field stands, its check digit not included.
    pub(crate) fn field(self, field: Field) -> Option<Range<usize>> {
        let checks = self.check_positions();
        let mut positions = self
            .places()
            .iter()
            .filter(|place| place.field == field)
            .flat_map(|place| place.at.clone())
            .filter(|at| !checks.contains(at));
        let start = positions.next()?;
        Some(start..positions.next_back().unwrap_or(start) + 1)
    }

    /// The line and column, both from 0, of a position.
    pub(crate) fn line_and_column(self, mut position: usize) -> (usize, usize) {
        for (line, &length) in self.line_lengths().iter().enumerate() {
            if position < length {
                return (line, position);
            }
            position -= length;
        }
        (self.line_lengths().len(), position)
    }

    /// Where the check digits of [`Self::fixed_checks`] stand.
    fn check_positions(self) -> &'static [usize] {
        match self {
            Self::Td1 => &[14, 36, 44, 59],
            Self::Td2 => &[45, 55, 63, 71],
            Self::Td3 => &[53, 63, 71, 86, 87],
            Self::MrvA => &[53, 63, 71],
            Self::MrvB => &[45, 55, 63],
            Self::FrenchIdentityCard => &[48, 69, 71],
            Self::SwissDrivingLicence => &[],
        }
    }

    fn fixed_checks(self) -> Vec<CheckPlace> {
        fn one(field: Field, at: usize, over: Range<usize>) -> CheckPlace {
            CheckPlace { field, at, over: vec![over], filler_when_empty: false }
        }
        fn all(at: usize, over: &[Range<usize>]) -> CheckPlace {
            CheckPlace { field: Field::Composite, at, over: over.to_vec(), filler_when_empty: false }
        }
        match self {
            Self::Td1 => vec![
                one(Field::DocumentNumber, 14, 5..14),
                one(Field::BirthDate, 36, 30..36),
                one(Field::ExpiryDate, 44, 38..44),
                all(59, &[5..30, 30..37, 38..45, 48..59]),
            ],
            Self::Td2 => vec![
                one(Field::DocumentNumber, 45, 36..45),
                one(Field::BirthDate, 55, 49..55),
                one(Field::ExpiryDate, 63, 57..63),
                all(71, &[36..46, 49..56, 57..71]),
            ],
            Self::Td3 => vec![
                one(Field::DocumentNumber, 53, 44..53),
                one(Field::BirthDate, 63, 57..63),
                one(Field::ExpiryDate, 71, 65..71),
                CheckPlace { filler_when_empty: true, ..one(Field::OptionalData, 86, 72..86) },
                all(87, &[44..54, 57..64, 65..87]),
            ],
            Self::MrvA => vec![
                one(Field::DocumentNumber, 53, 44..53),
                one(Field::BirthDate, 63, 57..63),
                one(Field::ExpiryDate, 71, 65..71),
            ],
            Self::MrvB => vec![
                one(Field::DocumentNumber, 45, 36..45),
                one(Field::BirthDate, 55, 49..55),
                one(Field::ExpiryDate, 63, 57..63),
            ],
            Self::FrenchIdentityCard => vec![
                one(Field::DocumentNumber, 48, 36..48),
                one(Field::BirthDate, 69, 63..69),
                one(Field::Composite, 71, 0..71),
            ],
            Self::SwissDrivingLicence => vec![],
        }
    }

    /// Where a long document number goes on: TD1 and TD2 put `<` in the check digit's place, and the rest of the number, its
    /// check digit and a filler at the start of the optional data (ICAO 9303-5, section 4.2.2.1, note j; 9303-6, likewise).
    /// `None` when the number is not a long one.
    pub(crate) fn long_number(self, text: &[u8]) -> Option<Range<usize>> {
        let (check, optional) = match self {
            Self::Td1 => (14, 15..30),
            Self::Td2 => (45, 64..71),
            _ => return None,
        };
        let rest = text.get(optional.clone())?;
        let length = rest.iter().position(|&c| c == b'<').unwrap_or(rest.len());
        // At least one character of the number, and its check digit.
        (text.get(check) == Some(&b'<') && length >= 2).then(|| optional.start..optional.start + length)
    }

    /// The check digits of this format, with the number's as `text` lays it out.
    pub(crate) fn checks(self, text: &[u8], customs: &Customs) -> Vec<CheckPlace> {
        let mut checks = self.fixed_checks();
        if customs.has_expiry_filler() {
            let expiry = checks.iter_mut().filter(|check| check.field == Field::ExpiryDate);
            expiry.for_each(|check| check.filler_when_empty = true);
        }
        if let (Some(rest), Some(number)) = (self.long_number(text), self.field(Field::DocumentNumber)) {
            checks[0].over = vec![number, rest.start..rest.end - 1];
            checks[0].at = rest.end - 1;
        }
        checks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_cover_every_position_once() {
        for format in Format::ALL {
            let mut places: Vec<_> = format.places().iter().map(|place| place.at.clone()).collect();
            places.sort_by_key(|at| at.start);
            let mut next = 0;
            for at in places {
                assert_eq!(at.start, next, "{format:?}");
                next = at.end;
            }
            assert_eq!(next, format.len(), "{format:?}");
            let checks: Vec<_> = format.fixed_checks().iter().map(|check| check.at).collect();
            assert_eq!(checks, format.check_positions(), "{format:?}");
        }
    }

    #[test]
    fn fields_leave_out_their_check_digits() {
        assert_eq!(Format::Td3.field(Field::DocumentNumber), Some(44..53));
        assert_eq!(Format::Td3.field(Field::OptionalData), Some(72..86));
        assert_eq!(Format::Td3.field(Field::BirthDate), Some(57..63));
        assert_eq!(Format::FrenchIdentityCard.field(Field::DocumentNumber), Some(36..48));
        assert_eq!(Format::SwissDrivingLicence.field(Field::OptionalData), Some(0..7));
        assert_eq!(Format::SwissDrivingLicence.field(Field::BirthDate), Some(28..34));
        assert_eq!(Format::MrvB.field(Field::OptionalData2), None);
    }
}
