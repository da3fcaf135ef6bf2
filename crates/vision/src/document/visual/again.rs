//! The second reading: what the quick recogniser left in doubt, and what would accuse somebody, is read by the careful one.

use std::time::Duration;

use selfsame_domain::document::{DocumentField, DocumentReading, FieldName};
use time::Date;

use crate::document::effort::Effort;
use crate::document::recognise::LatinReader;
use crate::image::Picture;
use crate::inference::{Lane, Slot, VisionError};

use super::agree::{AgreeParams, Stand, meanings, stand};
use super::assign::{Assigned, Page};
use super::dates::PrintedDate;
use super::fold::{folded, within};
use super::line::{Flat, Line, LineParams, read_box};
use super::value::{Reading, date_of, value_of};

/// What is read twice.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AgainParams {
    /// Lines at most. 8: a document without a zone has as many fields that count; one takes 25 ms.
    pub(crate) most: usize,
    /// A value that nothing else vouches for is read again where it is less sure. 0.9: what a verdict asks of it.
    pub(crate) sure: f32,
}

impl Default for AgainParams {
    fn default() -> Self {
        Self { most: 8, sure: 0.9 }
    }
}

/// What a line usually costs on one core.
const USUAL: Duration = Duration::from_millis(25);

/// The fields in the order in which they count.
const ORDER: [FieldName; 12] = [
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
    fn is_in_doubt(&self, value: &Assigned, (params, agree): (&AgainParams, &AgreeParams)) -> bool {
        let sureness = value.line.confidence();
        let Some(known) = self.field(value.name) else { return sureness < params.sure };
        let same = meanings(value, self.today)
            .iter()
            .any(|text| stand(value.name, text, &known.value, self.truncated) == Stand::Same);
        // Its spelling is worth a look: the zone has no diacritics.
        let spelled = matches!(value.name, FieldName::Surname | FieldName::GivenNames)
            && value.value != known.value
            && sureness < agree.spells;
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

/// Reads again what is in doubt, the fields that count first. What the careful recogniser says stands in the place of what the quick one
/// said; a value that it does not confirm as one is none.
pub(crate) fn read_again(
    lane: &mut Lane,
    picture: &Picture,
    (reading, page, flat): (&DocumentReading, &mut Page, &Flat),
    (today, (params, agree, lines)): (Date, (&AgainParams, &AgreeParams, &LineParams)),
    effort: &mut Effort,
) -> Result<(), VisionError> {
    let truncated = reading.mrz.as_ref().is_some_and(|mrz| mrz.name_truncated);
    let known = Known { reading, truncated, today };
    let dates = Reading { order: page.order, today };
    let mut left = params.most;
    for name in ORDER {
        let at = page.values.iter().position(|value| value.name == name);
        if let Some(at) = at {
            let wanted = left > 0 && known.is_in_doubt(&page.values[at], (params, agree));
            if !wanted || !effort.allows(USUAL) {
                continue;
            }
            left -= 1;
            let again = carefully(lane, picture, &page.values[at].line, flat, lines, effort)?;
            let value = again.and_then(|line| Some((value_of(name, &line.text(), &dates)?, line)));
            match value {
                Some((value, line)) => page.values[at] = Assigned { name, value, line },
                None => drop(page.values.remove(at)),
            }
            continue;
        }
        // A name or a number that is compared, and whose label or whose own letters were misread.
        let doubtful = page.others.iter().position(|line| known.may_say(name, line));
        if let Some(at) = doubtful.filter(|_| left > 0 && effort.allows(USUAL)) {
            left -= 1;
            if let Some(line) = carefully(lane, picture, &page.others[at], flat, lines, effort)? {
                page.others[at] = line;
            }
        }
    }
    Ok(())
}

/// A line as the careful recogniser reads it; `None` where it reads none, or two.
fn carefully(
    lane: &mut Lane,
    picture: &Picture,
    line: &Line,
    flat: &Flat,
    params: &LineParams,
    effort: &mut Effort,
) -> Result<Option<Line>, VisionError> {
    let reader = LatinReader::of(lane, Slot::TextRecogniser)?;
    let mut read = read_box(lane, picture, (line.bounds, flat), &reader, params, effort)?;
    Ok(if read.len() == 1 { read.pop() } else { None })
}
