//! The second reading: what the quick recogniser left in doubt, and what would accuse somebody, is read by the careful one.

use std::time::Duration;

use selfsame_domain::document::{DocumentField, DocumentReading, FieldName};
use time::Date;

use crate::document::effort::Effort;
use crate::document::page::holds;
use crate::document::recognise::LatinReader;
use crate::image::Picture;
use crate::inference::{Lane, Slot, VisionError};

use super::agree::{Stand, meanings, stand};
use super::assign::{Assigned, Page};
use super::dates::PrintedDate;
use super::fold::{folded, within};
use super::line::{Flat, Line, LineParams, read_box};
use super::value::date_of;

/// What is read twice.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AgainParams {
    /// Lines at most. 12: a document without a zone has as many that count; one takes 25 ms.
    pub(crate) most: usize,
    /// A number or a date that nothing else vouches for is read again where it is less sure. 0.95: what is surer counts no more.
    pub(crate) sure: f32,
}

impl Default for AgainParams {
    fn default() -> Self {
        Self { most: 12, sure: 0.95 }
    }
}

/// What a line usually costs on one core.
const USUAL: Duration = Duration::from_millis(25);

/// The fields in the order in which they count.
const ORDER: [FieldName; 13] = [
    FieldName::DocumentNumber,
    FieldName::Surname,
    FieldName::GivenNames,
    FieldName::BirthDate,
    FieldName::ExpiryDate,
    FieldName::IssueDate,
    FieldName::PersonalNumber,
    FieldName::Nationality,
    FieldName::IssuingCountry,
    FieldName::Sex,
    FieldName::BirthPlace,
    FieldName::Authority,
    FieldName::Address,
];

/// What the lines of a page are compared with.
struct Known<'a> {
    reading: &'a DocumentReading,
    truncated: bool,
    today: Date,
}

impl Known<'_> {
    fn field(&self, name: FieldName) -> Option<&DocumentField> {
        self.reading.fields.iter().find(|field| field.name == name)
    }

    /// Whether a value is in doubt: it differs from what is known, or nothing vouches for it.
    fn is_in_doubt(&self, value: &Assigned, params: &AgainParams) -> bool {
        let Some(known) = self.field(value.name) else {
            // Words are read again however sure the quick recogniser is: it leaves out marks of letters.
            let words = date_of(value.name).is_none()
                && value.line.letters.iter().filter(|letter| letter.character.is_alphabetic()).count() > 2;
            return words || value.line.confidence() < params.sure;
        };
        let same = meanings(value, self.today)
            .iter()
            .any(|text| stand(value.name, text, &known.value, self.truncated) == Stand::Same);
        // Its spelling is worth a look: the zone has no diacritics.
        let spelled = matches!(value.name, FieldName::Surname | FieldName::GivenNames)
            && value.value.to_uppercase() != known.value;
        !same || spelled
    }

    /// Whether a line that has no label may be what is known of a field, misread.
    fn may_say(&self, name: FieldName, line: &Line) -> bool {
        let Some(known) = self.field(name).filter(|known| known.value.len() >= 3) else { return false };
        let text = line.text();
        if date_of(name).is_some() {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            return PrintedDate::parse(&text).is_none() && (4..=9).contains(&digits);
        }
        let (read, value) = (folded(&text), folded(&known.value));
        read != value && within(&read, &value, (value.len() / 3).max(1))
    }
}

/// Reads the lines again that hold what is in doubt, the fields that count first: what the careful recogniser says stands in the place
/// of what the quick one said. Returns whether any were.
pub(crate) fn read_again(
    lane: &mut Lane,
    picture: &Picture,
    (reading, page, lines, flat): (&DocumentReading, &Page, &mut Vec<Line>, &Flat),
    (today, params, how): (Date, &AgainParams, &LineParams),
    effort: &mut Effort,
) -> Result<bool, VisionError> {
    let truncated = reading.mrz.as_ref().is_some_and(|mrz| mrz.name_truncated);
    let known = Known { reading, truncated, today };
    let mut chosen: Vec<usize> = Vec::new();
    for name in ORDER {
        let doubtful = match page.values.iter().find(|value| value.name == name) {
            Some(value) => Some(&value.line).filter(|_| known.is_in_doubt(value, params)),
            // A name or a number that is compared, and whose label or whose own letters were misread.
            None => page.others.iter().find(|line| known.may_say(name, line)),
        };
        let Some(doubtful) = doubtful else { continue };
        // It may be a part of a line, or several.
        for (at, line) in lines.iter().enumerate() {
            let within = holds(&doubtful.bounds.corners(), line.bounds.middle)
                || holds(&line.bounds.corners(), doubtful.bounds.middle);
            if within && !chosen.contains(&at) {
                chosen.push(at);
            }
        }
    }
    chosen.truncate(params.most);
    chosen.retain(|_| effort.allows(USUAL));
    if chosen.is_empty() {
        return Ok(false);
    }
    let reader = LatinReader::of(lane, Slot::TextRecogniser)?;
    let mut whole = Vec::new();
    for (at, line) in std::mem::take(lines).into_iter().enumerate() {
        if chosen.contains(&at) {
            whole.extend(read_box(lane, picture, (line.bounds, flat), &reader, how, effort)?);
        } else {
            whole.push(line);
        }
    }
    *lines = whole;
    Ok(true)
}
