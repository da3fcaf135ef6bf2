//! Fields into lines: what an issuer prints, check digits computed.
//!
//! For test documents and tests. Names are spelled as [`names::transliterate`] does and cut as ICAO 9303-4, section 4.2.3 (and
//! alike in the other parts) has it: the last position is then a letter.

use thiserror::Error;

use crate::check::check_digit;
use crate::date::MrzDate;
use crate::format::{Field, Format};
use crate::names;
use crate::parse::{Mrz, Sex, build};
use crate::profile::Customs;

/// What to write. Letters are made capital; blanks and hyphens in numbers and optional data become fillers. The formats of fixed
/// content say at their functions which fields they leave out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// `P`, `ID`, `V` …, one or two characters.
    pub document_code: String,
    /// One to three letters, such as `UTO` or `D`.
    pub issuing_state: String,
    /// The surname as printed.
    pub primary_identifier: String,
    /// The given names as printed, or nothing.
    pub secondary_identifier: String,
    /// At most 9 characters; on TD1 22 and on TD2 14, of which the tenth and later go into the optional data.
    pub document_number: String,
    /// One to three letters.
    pub nationality: String,
    /// Parts may be unknown.
    pub birth_date: MrzDate,
    /// `X` is written as a filler.
    pub sex: Sex,
    /// The last day of validity.
    pub expiry_date: MrzDate,
    /// The (first) optional data.
    pub optional_data: String,
    /// The second optional data of a TD1.
    pub optional_data_2: String,
}

impl Default for Draft {
    /// A passport of Utopia without a holder's name and number, born and expiring on days not known.
    fn default() -> Self {
        let unknown = MrzDate { year: None, month: None, day: None };
        Self {
            document_code: "P".to_owned(),
            issuing_state: "UTO".to_owned(),
            primary_identifier: String::new(),
            secondary_identifier: String::new(),
            document_number: String::new(),
            nationality: "UTO".to_owned(),
            birth_date: unknown,
            sex: Sex::Unspecified,
            expiry_date: unknown,
            optional_data: String::new(),
            optional_data_2: String::new(),
        }
    }
}

/// Why a draft cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ComposeError {
    /// A field is longer than its place.
    #[error("{field:?} is too long: at most {longest} characters fit here")]
    TooLong {
        /// Which field.
        field: Field,
        /// How many characters its place has.
        longest: usize,
    },
    /// The fields are written, but break a rule of the format: an unknown state, an empty name or number, an impossible date, a
    /// character that its field may not hold, a document code of another format.
    #[error("{field:?} breaks a rule of the format: check its characters, its code or its date")]
    Content {
        /// Which field.
        field: Field,
    },
}

/// Three lines of 30 (ICAO 9303-5).
///
/// # Errors
/// As [`compose`].
pub fn td1(draft: &Draft) -> Result<Vec<String>, ComposeError> {
    compose(Format::Td1, draft)
}

/// Two lines of 36 (ICAO 9303-6).
///
/// # Errors
/// As [`compose`].
pub fn td2(draft: &Draft) -> Result<Vec<String>, ComposeError> {
    compose(Format::Td2, draft)
}

/// Two lines of 44, a passport (ICAO 9303-4).
///
/// # Errors
/// As [`compose`].
///
/// ```
/// use selfsame_mrz::{MrzDate, Sex, compose::{Draft, td3}};
/// let lines = td3(&Draft {
///     primary_identifier: "Eriksson".into(),
///     secondary_identifier: "Anna Maria".into(),
///     document_number: "L898902C3".into(),
///     birth_date: MrzDate { year: Some(74), month: Some(8), day: Some(12) },
///     sex: Sex::Female,
///     expiry_date: MrzDate { year: Some(12), month: Some(4), day: Some(15) },
///     optional_data: "ZE184226B".into(),
///     ..Draft::default()
/// })?;
/// assert_eq!(lines[1], "L898902C36UTO7408122F1204159ZE184226B<<<<<10");
/// # Ok::<(), selfsame_mrz::compose::ComposeError>(())
/// ```
pub fn td3(draft: &Draft) -> Result<Vec<String>, ComposeError> {
    compose(Format::Td3, draft)
}

/// Two lines of 44, a visa (ICAO 9303-7).
///
/// # Errors
/// As [`compose`].
pub fn mrv_a(draft: &Draft) -> Result<Vec<String>, ComposeError> {
    compose(Format::MrvA, draft)
}

/// Two lines of 36, a visa (ICAO 9303-7).
///
/// # Errors
/// As [`compose`].
pub fn mrv_b(draft: &Draft) -> Result<Vec<String>, ComposeError> {
    compose(Format::MrvB, draft)
}

/// The French identity card of 1988 to 2021: document code `ID`, issuing state `FRA`; the document number is YYMM of issue, three
/// characters of the office and five digits; the optional data department and office, at most six characters. Nationality and
/// expiry are not written.
///
/// # Errors
/// As [`compose`].
pub fn french_identity_card(draft: &Draft) -> Result<Vec<String>, ComposeError> {
    compose(Format::FrenchIdentityCard, draft)
}

/// The Swiss driving licence: document code `FA`, issuing state `CHE`, a number of 12 digits, as optional data the blank's three
/// letters and three digits and the letter of the language. Nationality, sex and expiry are not written.
///
/// # Errors
/// As [`compose`].
pub fn swiss_driving_licence(draft: &Draft) -> Result<Vec<String>, ComposeError> {
    compose(Format::SwissDrivingLicence, draft)
}

/// The lines of `format` for a draft, from the top.
///
/// # Errors
/// When a field other than a name is longer than its place, or what would be printed breaks a rule of the format.
pub fn compose(format: Format, draft: &Draft) -> Result<Vec<String>, ComposeError> {
    let mut text = vec![b'<'; format.len()];
    put(format, &mut text, Field::DocumentCode, &draft.document_code)?;
    put(format, &mut text, Field::IssuingState, &draft.issuing_state)?;
    put(format, &mut text, Field::Nationality, &draft.nationality)?;
    put(format, &mut text, Field::BirthDate, &draft.birth_date.to_text())?;
    put(format, &mut text, Field::ExpiryDate, &draft.expiry_date.to_text())?;
    put(format, &mut text, Field::OptionalData2, &draft.optional_data_2)?;
    let sex = match draft.sex {
        Sex::Female => "F",
        Sex::Male => "M",
        Sex::Unspecified => "<",
    };
    put(format, &mut text, Field::Sex, sex)?;
    put_number(format, &mut text, draft)?;
    put_names(format, &mut text, draft);
    for place in format.checks(&text, &Customs::default()) {
        let covered: Vec<u8> = place.over.iter().flat_map(|at| &text[at.clone()]).copied().collect();
        let empty = place.filler_when_empty && covered.iter().all(|&c| c == b'<');
        // Without a digit the text holds a character of no value, and is refused below.
        let digit = check_digit(&covered).map_or(b'<', |digit| b'0' + digit);
        text[place.at] = if empty { b'<' } else { digit };
    }
    let mrz = build(format, &text);
    refuse_broken(&mrz)?;
    Ok(mrz.lines)
}

fn refuse_broken(mrz: &Mrz) -> Result<(), ComposeError> {
    use crate::parse::Issue;
    let field = match mrz.issues.first() {
        None => match mrz.checks.iter().find(|check| !check.ok) {
            None => return Ok(()),
            Some(check) => check.field,
        },
        Some(
            Issue::WrongCharacter(field)
            | Issue::Unreadable(field)
            | Issue::WrongShape(field)
            | Issue::Empty(field)
            | Issue::UnknownState(field)
            | Issue::ImpossibleDate(field),
        ) => *field,
        Some(Issue::UnknownDocumentCode) => Field::DocumentCode,
    };
    Err(ComposeError::Content { field })
}

/// Capital letters; blanks and hyphens as fillers; anything else not ASCII as a byte that no field allows.
fn plain(text: &str) -> Vec<u8> {
    text.trim()
        .chars()
        .map(|c| match c {
            ' ' | '-' => b'<',
            c => u8::try_from(c.to_ascii_uppercase()).unwrap_or(b'?'),
        })
        .collect()
}

fn put(format: Format, text: &mut [u8], field: Field, content: &str) -> Result<(), ComposeError> {
    let Some(at) = format.field(field) else { return Ok(()) };
    let content = plain(content);
    if content.len() > at.len() {
        return Err(ComposeError::TooLong { field, longest: at.len() });
    }
    text[at.start..at.start + content.len()].copy_from_slice(&content);
    Ok(())
}

/// The number, and the optional data behind what of the number goes over into it.
fn put_number(format: Format, text: &mut [u8], draft: &Draft) -> Result<(), ComposeError> {
    let number = plain(&draft.document_number);
    let long = matches!(format, Format::Td1 | Format::Td2) && number.len() > 9;
    let (Some(place), Some(optional), true) =
        (format.field(Field::DocumentNumber), format.field(Field::OptionalData), long)
    else {
        put(format, text, Field::DocumentNumber, &draft.document_number)?;
        if let (Some(place), Format::Td1 | Format::Td2) = (format.field(Field::DocumentNumber), format) {
            // Its check digit's place, which a filler would make a long number's.
            text[place.end] = b'0';
        }
        return put(format, text, Field::OptionalData, &draft.optional_data);
    };
    let (principal, rest) = number.split_at(place.len());
    // Its check digit and a filler follow.
    let longest = place.len() + optional.len() - 2;
    if number.len() > longest {
        return Err(ComposeError::TooLong { field: Field::DocumentNumber, longest });
    }
    if number.contains(&b'<') {
        return Err(ComposeError::Content { field: Field::DocumentNumber });
    }
    text[place].copy_from_slice(principal);
    let mut content = rest.to_vec();
    // The check digit's place: it is computed with the others.
    content.extend(b"0<");
    let room = optional.len() - content.len();
    let more = plain(&draft.optional_data);
    if more.len() > room {
        return Err(ComposeError::TooLong { field: Field::OptionalData, longest: room });
    }
    content.extend(more);
    text[optional.start..optional.start + content.len()].copy_from_slice(&content);
    Ok(())
}

fn put_names(format: Format, text: &mut [u8], draft: &Draft) {
    let fillers = |name: &str| names::transliterate(name).replace(' ', "<");
    let primary = fillers(&draft.primary_identifier);
    let secondary = fillers(&draft.secondary_identifier);
    let mut write = |field, name: &str| {
        if let Some(at) = format.field(field) {
            text[at.start..at.start + name.len()].copy_from_slice(name.as_bytes());
        }
    };
    let width = |field| format.field(field).map_or(0, |at| at.len());
    if format == Format::FrenchIdentityCard {
        write(Field::Name, &cut(&primary, width(Field::Name)));
        write(Field::GivenNames, &cut(&secondary, width(Field::GivenNames)));
    } else {
        write(Field::Name, &fit_names(&primary, &secondary, width(Field::Name)));
    }
}

/// Both names in at most `width` positions: the given names are cut first, down to one letter, then the surname.
fn fit_names(primary: &str, secondary: &str, width: usize) -> String {
    if secondary.is_empty() {
        return cut(primary, width);
    }
    let surname_width = width - 3;
    let primary =
        if primary.len() > surname_width { cut(primary, surname_width) } else { primary.to_owned() };
    let left = width - 2 - primary.len();
    format!("{primary}<<{}", cut(secondary, left))
}

/// A name cut to `width` such that its last position is a letter: where a gap falls on it, the part before loses a letter.
fn cut(name: &str, width: usize) -> String {
    if name.len() <= width {
        return name.to_owned();
    }
    let mut short = name[..width].to_owned();
    if short.ends_with('<') {
        let next = &name[width..=width];
        short.truncate(width - 2);
        if short.ends_with('<') || short.is_empty() {
            // A part of one letter: it goes, gap and all.
            return name[..width].trim_end_matches('<').to_owned();
        }
        short.push('<');
        short.push_str(next);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_to_end_in_a_letter() {
        assert_eq!(
            fit_names("NILAVADHANANANDA", "CHAYAPA<DEJTHAMRONG", 30),
            "NILAVADHANANANDA<<CHAYAPA<DEJT"
        );
        assert_eq!(fit_names("SMITH", "JOHN<WARREN", 12), "SMITH<<JOH<W");
        assert_eq!(fit_names("PAPANDROPOULOUS", "JONATHON", 12), "PAPANDROP<<J");
        assert_eq!(fit_names("PAPANDROPOULOUS", "", 12), "PAPANDROPOUL");
        assert_eq!(fit_names("SMITH", "JO", 12), "SMITH<<JO");
        assert_eq!(cut("A<B<C", 4), "A<B");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let good =
            Draft { primary_identifier: "Eriksson".into(), document_number: "A1".into(), ..Draft::default() };
        assert!(td3(&good).is_ok());
        let long = Draft { document_number: "1234567890".into(), ..good.clone() };
        assert_eq!(td3(&long), Err(ComposeError::TooLong { field: Field::DocumentNumber, longest: 9 }));
        for (draft, field) in [
            (Draft { issuing_state: "QQQ".into(), ..good.clone() }, Field::IssuingState),
            (Draft { primary_identifier: String::new(), ..good.clone() }, Field::Name),
            (Draft { document_number: String::new(), ..good.clone() }, Field::DocumentNumber),
            (Draft { document_number: "Ä1".into(), ..good.clone() }, Field::DocumentNumber),
            (Draft { document_code: "V".into(), ..good.clone() }, Field::DocumentCode),
        ] {
            assert_eq!(td3(&draft), Err(ComposeError::Content { field }));
        }
    }
}
