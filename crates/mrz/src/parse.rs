//! Exact text into fields, check digits and broken rules.

use thiserror::Error;

use crate::check::check_digit;
use crate::date::MrzDate;
use crate::format::{Field, Format};
use crate::profile::Customs;
use crate::state;

/// The holder's sex (ICAO 9303-4, section 4.2.2, and alike in the other parts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Sex {
    /// `F`
    Female,
    /// `M`
    Male,
    /// `<`, or the `X` of the printed zone that some issuers repeat
    Unspecified,
}

/// One check digit of a machine-readable zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Check {
    /// What it vouches for.
    pub field: Field,
    /// The digit that its field calls for, `0`–`9`; `?` when the field holds a character that has no value.
    pub expected: char,
    /// The character that stands there.
    pub found: char,
    /// Whether they agree. A filler agrees with 0 where the format allows it (empty optional data of a TD3).
    pub ok: bool,
}

/// A rule of the format that a text breaks, check digits apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Issue {
    /// A character that this field may not hold.
    WrongCharacter(Field),
    /// A character that could not be read.
    Unreadable(Field),
    /// Fillers where none may be.
    WrongShape(Field),
    /// A field without content that needs some, and that its issuer is not known to leave empty.
    Empty(Field),
    /// A state code that is on no list: see [`state::is_known`].
    UnknownState(Field),
    /// A document code that the format does not begin with.
    UnknownDocumentCode,
    /// A date that no calendar has.
    ImpossibleDate(Field),
}

impl Issue {
    /// Whether the zone cannot be what was printed: something is wrong that a check digit covers, or was not read at all. The other rules
    /// genuine documents break now and then, and the rest of them can be read all the same.
    #[must_use]
    pub fn is_grave(self) -> bool {
        match self {
            Self::Unreadable(_) | Self::ImpossibleDate(_) => true,
            Self::WrongCharacter(field) | Self::WrongShape(field) | Self::Empty(field) => !matches!(
                field,
                Field::DocumentCode
                    | Field::IssuingState
                    | Field::Nationality
                    | Field::Name
                    | Field::GivenNames
                    | Field::Sex
            ),
            Self::UnknownState(_) | Self::UnknownDocumentCode => false,
        }
    }
}

/// A machine-readable zone, taken apart.
///
/// Text fields are without fillers; fillers inside a number or optional data stay.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Mrz {
    /// The layout.
    pub format: Format,
    /// The lines as they stand, fillers included.
    pub lines: Vec<String>,
    /// One or two characters: `P`, `ID`, `V` …
    pub document_code: String,
    /// Who issued the document, one to three letters: see [`state`].
    pub issuing_state: String,
    /// The primary identifier (surname), its parts joined by single spaces.
    pub primary_identifier: String,
    /// The secondary identifier (given names), its parts joined by single spaces; empty when there is none.
    pub secondary_identifier: String,
    /// The name fills its field to the end, so that some of it may be cut off (ICAO 9303-4, section 4.2.3, and alike).
    pub name_truncated: bool,
    /// The document number, with what went over into the optional data. On the French card: year and month of issue, office,
    /// running number. On the Swiss licence: the licence's number.
    pub document_number: String,
    /// The nationality, one to three letters; `None` where the format has none (French card, Swiss licence), or it is empty.
    pub nationality: Option<String>,
    /// The birth date; `None` when it is no date.
    pub birth_date: Option<MrzDate>,
    /// The sex; `None` where the format has none, the issuer states none, or the character is no such.
    pub sex: Option<Sex>,
    /// The last day of validity; `None` where the format has none, or it is no date. What it says is no day where
    /// `does_not_expire` is set.
    pub expiry_date: Option<MrzDate>,
    /// In the place of the last day stands what says that there is none: fillers, or what the issuer is known to write (`990101` on
    /// Spanish cards).
    pub does_not_expire: bool,
    /// Year and month of issue, on the French card only.
    pub issue_date: Option<MrzDate>,
    /// The (first) optional data without what a long number took; on the French card department and office of issue, on the Swiss
    /// licence the blank's number and language letter.
    pub optional_data: String,
    /// The second optional data of a TD1; empty elsewhere.
    pub optional_data_2: String,
    /// Every check digit of the format, in the order of their positions in the layout, the composite one last.
    pub checks: Vec<Check>,
    /// Every other rule that the text breaks; empty when none.
    pub issues: Vec<Issue>,
}

impl Mrz {
    /// Whether every check digit agrees. True of a format that has none.
    #[must_use]
    pub fn checks_ok(&self) -> bool {
        self.checks.iter().all(|check| check.ok)
    }

    /// Whether the format has check digits, every one agrees, and no [grave](Issue::is_grave) issue is among [`Self::issues`].
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.checks.is_empty() && self.checks_ok() && !self.is_broken()
    }

    /// Whether a grave rule is broken, check digits apart.
    pub(crate) fn is_broken(&self) -> bool {
        self.issues.iter().any(|issue| issue.is_grave())
    }
}

/// Why a text is no machine-readable zone at all. A text of the right shape with wrong content is not an error: see
/// [`Mrz::checks`] and [`Mrz::issues`]. The messages name positions, never content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseError {
    /// The number of lines, or their lengths, are those of no format.
    #[error(
        "{lines} lines, the first of {first} characters, are no machine-readable zone: give 3 lines of 30, 2 of 36 or 44, or 9, 30 and 30"
    )]
    Shape {
        /// How many lines were given.
        lines: usize,
        /// Characters of the first one.
        first: usize,
    },
    /// A character other than `A`–`Z`, `0`–`9`, `<`.
    #[error(
        "line {line}, column {column} holds a character that no machine-readable zone has: only A to Z, 0 to 9 and < are; use `read` for text from an OCR"
    )]
    Character {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// The lengths fit a format, but not the beginning (`FACHE` for the Swiss licence).
    #[error(
        "lines of 9, 30 and 30 characters begin with FACHE on the second line, or are no machine-readable zone"
    )]
    Head,
}

/// Takes exact text apart: the lines of one machine-readable zone, from the top. White space at the ends of a line is ignored.
///
/// # Errors
/// When number and length of the lines fit no format, or a character is none of `A`–`Z`, `0`–`9`, `<`.
///
/// ```
/// let mrz = selfsame_mrz::parse(&[
///     "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
///     "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
/// ])?;
/// assert!(mrz.is_valid());
/// assert_eq!(mrz.primary_identifier, "ERIKSSON");
/// # Ok::<(), selfsame_mrz::ParseError>(())
/// ```
pub fn parse<S: AsRef<str>>(lines: &[S]) -> Result<Mrz, ParseError> {
    let lines: Vec<&str> = lines.iter().map(|line| line.as_ref().trim()).collect();
    for (at, line) in lines.iter().enumerate() {
        let odd = |c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '<');
        if let Some(column) = line.chars().position(odd) {
            return Err(ParseError::Character { line: at + 1, column: column + 1 });
        }
    }
    let lengths: Vec<usize> = lines.iter().map(|line| line.len()).collect();
    let text = lines.concat();
    let mut of_shape = Format::ALL.into_iter().filter(|format| format.line_lengths() == lengths).peekable();
    if of_shape.peek().is_none() {
        return Err(ParseError::Shape { lines: lines.len(), first: lengths.first().copied().unwrap_or(0) });
    }
    let head = |format: Format| &text.as_bytes()[format.head_at()..format.head_at() + 5];
    let format = of_shape.find(|format| format.fits_head(head(*format)));
    format.map(|format| build(format, text.as_bytes())).ok_or(ParseError::Head)
}

/// Takes `text`, all lines of `format` one behind another, apart. Bytes that are no characters of a machine-readable zone are
/// taken for unreadable: they break [`Issue::WrongCharacter`].
pub(crate) fn build(format: Format, text: &[u8]) -> Mrz {
    debug_assert_eq!(text.len(), format.len());
    let customs = format.customs(text);
    let mut issues = wrong_characters(format, text, &customs);
    let part = |field| format.field(field).map_or(&[][..], |at| &text[at]);

    let document_code = trimmed(part(Field::DocumentCode));
    if !code_fits(format, part(Field::DocumentCode)) {
        issues.push(Issue::UnknownDocumentCode);
    }
    let mut state_code = |field| {
        let code = trimmed(part(field));
        issues.extend(state_issue(field, &code, &customs));
        code
    };
    let issuing_state = state_code(Field::IssuingState);
    let nationality = format.field(Field::Nationality).map(|_| state_code(Field::Nationality));
    let nationality = nationality.filter(|code| !code.is_empty());

    let (primary_identifier, secondary_identifier) = if format == Format::FrenchIdentityCard {
        (words(part(Field::Name)), words(part(Field::GivenNames)))
    } else {
        split_name(part(Field::Name))
    };
    issues.extend(name_issues(format, text, &primary_identifier, &secondary_identifier, &customs));
    let given = part(Field::GivenNames);
    let ends_full = |name: &[u8]| name.last().is_some_and(|&c| c != b'<');
    let name_truncated = ends_full(part(Field::Name)) || ends_full(given);

    let (document_number, optional_data) = number_and_optional(format, text, &mut issues);

    let mut date = |field| {
        format.field(field).and_then(|at| {
            let date = MrzDate::parse(&text[at]);
            if date.is_none() {
                issues.push(Issue::ImpossibleDate(field));
            }
            date
        })
    };
    let birth_date = date(Field::BirthDate);
    let expiry_date = date(Field::ExpiryDate);
    let issue_date = (format == Format::FrenchIdentityCard)
        .then(|| MrzDate::parse(&[&part(Field::DocumentNumber)[..4], b"<<"].concat()))
        .flatten();
    if format == Format::FrenchIdentityCard && issue_date.is_none() {
        issues.push(Issue::ImpossibleDate(Field::DocumentNumber));
    }
    let expiry = part(Field::ExpiryDate);
    let does_not_expire =
        !expiry.is_empty() && (expiry.iter().all(|&c| c == b'<') || customs.never_expires(expiry));
    let sex = part(Field::Sex).first().and_then(|&letter| sex_of(letter, &customs));

    Mrz {
        format,
        lines: lines(format, text),
        document_code,
        issuing_state,
        primary_identifier,
        secondary_identifier,
        name_truncated,
        document_number,
        nationality,
        birth_date,
        sex,
        expiry_date,
        does_not_expire,
        issue_date,
        optional_data,
        optional_data_2: trimmed(part(Field::OptionalData2)),
        checks: checks(format, text, &customs),
        issues,
    }
}

/// The lines of `text`, from the top.
fn lines(format: Format, text: &[u8]) -> Vec<String> {
    let mut rest = text;
    let line = |&length: &usize| {
        let (line, after) = rest.split_at(length);
        rest = after;
        lossy(line)
    };
    format.line_lengths().iter().map(line).collect()
}

/// What is wrong with the code of a state. Some issuers are known to leave it empty.
fn state_issue(field: Field, code: &str, customs: &Customs) -> Option<Issue> {
    if code.is_empty() {
        (!customs.leaves_empty(field)).then_some(Issue::Empty(field))
    } else {
        (!state::is_known(code)).then_some(Issue::UnknownState(field))
    }
}

/// The document number and the first optional data. A number that is too long for its field goes on in the optional data (ICAO 9303-5,
/// section 4.2.2).
fn number_and_optional(format: Format, text: &[u8], issues: &mut Vec<Issue>) -> (String, String) {
    let part = |field| format.field(field).map_or(&[][..], |at| &text[at]);
    let begins = part(Field::DocumentNumber);
    let mut number = trimmed(begins);
    let mut optional = trimmed(part(Field::OptionalData));
    if let Some(rest) = format.long_number(text) {
        number += &lossy(&text[rest.start..rest.end - 1]);
        let end = format.field(Field::OptionalData).map_or(rest.end, |at| at.end);
        optional = trimmed(text.get(rest.end + 1..end).unwrap_or(&[]));
        if begins.contains(&b'<') {
            issues.push(Issue::WrongShape(Field::DocumentNumber));
        }
    }
    if number.is_empty() {
        issues.push(Issue::Empty(Field::DocumentNumber));
    } else if begins.first() == Some(&b'<') {
        issues.push(Issue::WrongShape(Field::DocumentNumber));
    }
    (number, optional)
}

/// Each field with a character that it may not hold, or that could not be read, once.
fn wrong_characters(format: Format, text: &[u8], customs: &Customs) -> Vec<Issue> {
    let mut issues = Vec::new();
    for place in format.places() {
        for &c in text[place.at.clone()].iter().filter(|&&c| !place.allows(c, customs)) {
            let issue = if crate::check::value(c).is_none() {
                Issue::Unreadable(place.field)
            } else {
                Issue::WrongCharacter(place.field)
            };
            if !issues.contains(&issue) {
                issues.push(issue);
            }
        }
    }
    issues
}

/// What is wrong with the shape of the names.
fn name_issues(format: Format, text: &[u8], primary: &str, secondary: &str, customs: &Customs) -> Vec<Issue> {
    let mut issues = Vec::new();
    let digits = customs.has_name_digits();
    let separated = format != Format::FrenchIdentityCard;
    let name = format.field(Field::Name).map_or(&[][..], |at| &text[at]);
    // Without a surname the two fillers that part the names come first.
    let without = separated && primary.is_empty() && !secondary.is_empty();
    let well_formed = match name.strip_prefix(b"<<") {
        Some(rest) if without => name_well_formed(rest, false, digits),
        _ => name_well_formed(name, separated, digits),
    };
    if primary.is_empty() {
        issues.push(Issue::Empty(Field::Name));
    }
    if !well_formed && (without || !primary.is_empty()) {
        issues.push(Issue::WrongShape(Field::Name));
    }
    let given = format.field(Field::GivenNames).map_or(&[][..], |at| &text[at]);
    if !given.is_empty() && secondary.is_empty() {
        issues.push(Issue::Empty(Field::GivenNames));
    } else if !given.is_empty() && !name_well_formed(given, false, digits) {
        issues.push(Issue::WrongShape(Field::GivenNames));
    }
    issues
}

/// What a letter in the place of the sex says: as the issuer means it, else as the standard does.
fn sex_of(letter: u8, customs: &Customs) -> Option<Sex> {
    customs.sex(letter).or(match letter {
        b'F' => Some(Sex::Female),
        b'M' => Some(Sex::Male),
        b'<' if customs.leaves_empty(Field::Sex) => None,
        b'<' | b'X' => Some(Sex::Unspecified),
        _ => None,
    })
}

/// Every check digit of `text`.
fn checks(format: Format, text: &[u8], customs: &Customs) -> Vec<Check> {
    let one = |place: crate::format::CheckPlace| {
        let covered: Vec<u8> = place.over.iter().flat_map(|at| &text[at.clone()]).copied().collect();
        let expected = check_digit(&covered).map(|digit| b'0' + digit);
        let found = text[place.at];
        let empty = place.filler_when_empty && found == b'<' && covered.iter().all(|&c| c == b'<');
        Check {
            field: place.field,
            expected: expected.map_or('?', char::from),
            found: char::from(found),
            ok: empty || expected == Some(found),
        }
    };
    format.checks(text, customs).into_iter().map(one).collect()
}

/// Which document codes a format begins with: `A`, `C`, `I` on cards (ICAO 9303-5 and 9303-6, section 4.2.2), `P` on passports
/// (9303-4, section 4.2.2), `V` on visas (9303-7). A second character must be a letter or `<`, but for the `C1` and `C2` of the
/// United States' residence cards.
fn code_fits(format: Format, code: &[u8]) -> bool {
    let &[first, second] = code else { return false };
    let first_fits = match format {
        Format::Td1 | Format::Td2 => matches!(first, b'A' | b'C' | b'I'),
        Format::Td3 => first == b'P',
        Format::MrvA | Format::MrvB => first == b'V',
        Format::FrenchIdentityCard => return code == b"ID",
        Format::SwissDrivingLicence => return code == b"FA",
    };
    let numbered = format == Format::Td1 && first == b'C' && matches!(second, b'1' | b'2');
    first_fits && (second.is_ascii_uppercase() || second == b'<' || numbered)
}

/// A name begins with a letter; its parts are one filler apart, primary and secondary identifier two, once; nothing follows three.
/// The French card's fields hold one identifier each, and may part given names by two. `digits`: they stand for letters.
fn name_well_formed(name: &[u8], separated: bool, digits: bool) -> bool {
    let end = name.iter().rposition(|&c| c != b'<').map_or(0, |last| last + 1);
    let gaps = name[..end].split(|&c| c != b'<').map(<[u8]>::len).filter(|&gap| gap > 1);
    let (mut doubles, mut wider) = (0, 0);
    for gap in gaps {
        if gap == 2 { doubles += 1 } else { wider += 1 }
    }
    let begins = |c: &u8| c.is_ascii_uppercase() || digits && c.is_ascii_digit();
    name.first().is_some_and(begins) && wider == 0 && (!separated || doubles <= 1)
}

/// The primary and the secondary identifier, parted by `<<` (ICAO 9303-3, section 4.6).
fn split_name(name: &[u8]) -> (String, String) {
    match name.windows(2).position(|pair| pair == b"<<") {
        Some(at) => (words(&name[..at]), words(&name[at..])),
        None => (words(name), String::new()),
    }
}

fn words(name: &[u8]) -> String {
    let words: Vec<String> = name.split(|&c| c == b'<').filter(|word| !word.is_empty()).map(lossy).collect();
    words.join(" ")
}

fn trimmed(field: &[u8]) -> String {
    lossy(field).trim_end_matches('<').to_owned()
}

fn lossy(text: &[u8]) -> String {
    text.iter().map(|&c| char::from(c)).collect()
}
