//! What is printed against what the machine-readable zone or the barcode says.

use selfsame_domain::document::{
    DocumentField, DocumentReading, DocumentSide, FieldDisagreement, FieldName, FieldSource,
};
use selfsame_mrz::names::{Agreement, same_name, transliterate};
use time::Date;

use super::assign::{Assigned, Page};
use super::dates::PrintedDate;
use super::fold::{folded, within};
use super::line::Line;
use super::value::{Reading, date_of, value_of};

/// When printed values count.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AgreeParams {
    /// A printed value that nothing else vouches for is at most this sure: the reader's own probabilities promise more than they keep.
    pub(crate) alone: f32,
    /// How sure a printed value has to be before it contradicts another source. 0.9.
    pub(crate) contradicts: f32,
    /// How sure the other source has to be before it can be contradicted. 0.96: what check digits vouch for, names of a valid zone, and
    /// barcodes.
    pub(crate) contradicted: f32,
    /// How sure a line has to be before its spelling is given beside that of the zone. 0.8: diacritics are what is misread first.
    pub(crate) spells: f32,
    /// What two sources say with one voice is at most this sure.
    pub(crate) together: f32,
}

impl Default for AgreeParams {
    fn default() -> Self {
        Self { alone: 0.95, contradicts: 0.9, contradicted: 0.96, spells: 0.8, together: 0.999 }
    }
}

/// How a printed value stands to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stand {
    /// They say the same.
    Same,
    /// They differ by so little that one of them may be misread.
    Near,
    Different,
}

/// Adds what is printed to a reading of one side.
pub(crate) fn add_printed(
    reading: &mut DocumentReading,
    page: &Page,
    side: DocumentSide,
    today: Date,
    params: &AgreeParams,
) {
    let truncated = reading.mrz.as_ref().is_some_and(|mrz| mrz.name_truncated);
    for value in &page.values {
        let Some(known) = reading.fields.iter_mut().find(|known| known.name == value.name) else { continue };
        let texts = meanings(value, today);
        let stand = texts
            .iter()
            .map(|text| stand(value.name, text, &known.value, truncated))
            .min_by_key(|s| *s as u8);
        match stand {
            Some(Stand::Same) => vouch(known, &value.line, params),
            Some(Stand::Different) if contradicts(value, known, params) => {
                // It stands somewhere else on the page: then the label belongs to something else.
                if let Some(line) = elsewhere(known, page, today, truncated) {
                    vouch(known, &line, params);
                } else {
                    reading.disagreements.push(FieldDisagreement {
                        name: value.name,
                        printed: value.value.clone(),
                        other: known.value.clone(),
                        source: known.sources[0],
                        confidence: value.line.confidence(),
                        bounds: value.line.rect(),
                        side,
                    });
                }
            }
            _ => {}
        }
    }
    for known in &mut reading.fields {
        let done = known.sources.contains(&FieldSource::VisualZone)
            || reading.disagreements.iter().any(|disagreement| disagreement.name == known.name);
        if !done && let Some(line) = elsewhere(known, page, today, truncated) {
            vouch(known, &line, params);
        }
    }
    for value in &page.values {
        if reading.fields.iter().all(|known| known.name != value.name) {
            reading.fields.push(alone(value, reading, side, params));
        }
    }
    reading.fields.sort_by_key(|field| field.name);
}

/// A field that only the print has; its optional data may still vouch for a personal number.
fn alone(
    value: &Assigned,
    reading: &DocumentReading,
    side: DocumentSide,
    params: &AgreeParams,
) -> DocumentField {
    let mut field = DocumentField {
        name: value.name,
        value: value.value.clone(),
        printed: None,
        sources: vec![FieldSource::VisualZone],
        confidence: value.line.confidence().min(params.alone),
        bounds: Some(value.line.rect()),
        side,
    };
    if value.name == FieldName::PersonalNumber {
        let data = [FieldName::OptionalData, FieldName::OptionalData2].map(|name| reading.field(name));
        let plain = alphanumeric(&value.value);
        if let Some(data) = data.into_iter().flatten().find(|data| alphanumeric(&data.value) == plain) {
            field.sources.insert(0, FieldSource::Mrz);
            field.confidence = field.confidence.max(data.confidence);
        }
    }
    field
}

/// What a value may mean: a date as well as it would in the other order of day and month.
pub(crate) fn meanings(value: &Assigned, today: Date) -> Vec<String> {
    let dates =
        date_of(value.name).and_then(|of| Some(PrintedDate::parse(&value.line.text())?.meanings(of, today)));
    let mut all = vec![value.value.clone()];
    all.extend(dates.into_iter().flatten());
    all
}

/// The line that says what a field says, wherever it stands; for values that nothing else on a page is like.
fn elsewhere(known: &DocumentField, page: &Page, today: Date, truncated: bool) -> Option<Line> {
    let long_enough = match known.name {
        FieldName::Surname
        | FieldName::GivenNames
        | FieldName::DocumentNumber
        | FieldName::BirthDate
        | FieldName::IssueDate
        | FieldName::ExpiryDate => known.value.len() >= 3,
        _ => false,
    };
    if !long_enough {
        return None;
    }
    let reading = Reading { order: page.order, today };
    page.others
        .iter()
        .filter(|line| line.confidence() >= 0.5)
        .find(|line| {
            let text = line.text();
            let same = |text: &str| stand(known.name, text, &known.value, truncated) == Stand::Same;
            match date_of(known.name) {
                Some(of) => PrintedDate::parse(&text)
                    .is_some_and(|date| date.meanings(of, today).any(|day| day == known.value)),
                None => value_of(known.name, &text, &reading).is_some_and(|value| same(&value)),
            }
        })
        .cloned()
}

fn contradicts(value: &Assigned, known: &DocumentField, params: &AgreeParams) -> bool {
    value.line.confidence() >= params.contradicts
        && known.confidence >= params.contradicted
        && !known.sources.contains(&FieldSource::VisualZone)
}

/// A printed value that says the same: it adds its weight, its place and its spelling.
fn vouch(known: &mut DocumentField, line: &Line, params: &AgreeParams) {
    let printed = line.text();
    let spelled = matches!(known.name, FieldName::Surname | FieldName::GivenNames | FieldName::BirthPlace);
    if spelled && printed != known.value && line.confidence() >= params.spells {
        known.printed = Some(printed);
    }
    if !known.sources.contains(&FieldSource::VisualZone) {
        known.sources.push(FieldSource::VisualZone);
    }
    // Both would have to be wrong in the same way.
    let doubt = (1.0 - known.confidence) * (1.0 - line.confidence().min(params.alone));
    known.confidence = (1.0 - doubt).min(params.together).max(known.confidence);
    known.bounds = known.bounds.or(Some(line.rect()));
}

fn alphanumeric(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Characters that no font tells apart for certain, as one of them.
fn blurred(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'O' | 'Q' | 'D' => '0',
            'I' | 'L' => '1',
            'Z' => '2',
            'S' => '5',
            'G' => '6',
            'B' => '8',
            c => c,
        })
        .collect()
}

/// How a printed value stands to that of a zone or a barcode. `truncated`: the zone may have cut names short.
pub(crate) fn stand(name: FieldName, printed: &str, other: &str, truncated: bool) -> Stand {
    let near = |same: bool, near: bool| match (same, near) {
        (true, _) => Stand::Same,
        (_, true) => Stand::Near,
        _ => Stand::Different,
    };
    match name {
        FieldName::Surname | FieldName::GivenNames => {
            let same = same_name(printed, other, truncated) != Agreement::Different;
            let (one, two) = (transliterate(printed), transliterate(other));
            near(same || one == two, within(&folded(printed), &folded(other), 1) || within(&one, &two, 1))
        }
        FieldName::DocumentNumber
        | FieldName::PersonalNumber
        | FieldName::OptionalData
        | FieldName::OptionalData2 => {
            let (one, two) = (alphanumeric(printed), alphanumeric(other));
            let alike = blurred(&one) == blurred(&two);
            // A number that is cut short, or has a letter or a check digit more, is another way to write it.
            let part = !one.is_empty() && !two.is_empty() && (one.contains(&two) || two.contains(&one));
            near(one == two || alike, part)
        }
        FieldName::BirthDate | FieldName::IssueDate | FieldName::ExpiryDate => {
            // Parts of the other date may not be known.
            near(printed == other || !other.is_empty() && printed.starts_with(&format!("{other}-")), false)
        }
        FieldName::Sex => near(printed == other, false),
        FieldName::Nationality | FieldName::IssuingCountry | FieldName::State => {
            near(printed == other, within(printed, other, 1))
        }
        // Printed and coded in ways of their own.
        FieldName::BirthPlace | FieldName::Authority | FieldName::Address => {
            near(folded(printed) == folded(other), true)
        }
    }
}

/// What two sides of one document say together: as [`DocumentReading::with_back`], and what is printed on one of them is held against
/// the zone or the barcode of the other.
pub(crate) fn both_sides(
    mut front: DocumentReading,
    mut back: DocumentReading,
    params: &AgreeParams,
) -> DocumentReading {
    let truncated =
        [&front, &back].iter().any(|side| side.mrz.as_ref().is_some_and(|mrz| mrz.name_truncated));
    let mut found = Vec::new();
    for (printed_on, coded_on) in [(0, 1), (1, 0)] {
        let sides = [&mut front, &mut back];
        let (taken, coded) = {
            let printed = std::mem::take(&mut sides[printed_on].fields);
            (printed, &mut sides[coded_on].fields)
        };
        let mut kept = Vec::new();
        for field in taken {
            let only_printed = field.sources == [FieldSource::VisualZone];
            let known = coded.iter_mut().find(|known| {
                known.name == field.name
                    && known.sources.iter().any(|source| *source != FieldSource::VisualZone)
            });
            let Some(known) = known.filter(|_| only_printed) else {
                kept.push(field);
                continue;
            };
            match stand(field.name, &field.value, &known.value, truncated) {
                Stand::Same => {
                    if matches!(field.name, FieldName::Surname | FieldName::GivenNames)
                        && field.value != known.value
                    {
                        known.printed = known.printed.take().or(Some(field.value));
                    }
                    if !known.sources.contains(&FieldSource::VisualZone) {
                        known.sources.push(FieldSource::VisualZone);
                    }
                    let doubt = (1.0 - known.confidence) * (1.0 - field.confidence);
                    known.confidence = (1.0 - doubt).min(params.together).max(known.confidence);
                }
                Stand::Different
                    if field.confidence >= params.contradicts && known.confidence >= params.contradicted =>
                {
                    found.extend(field.bounds.map(|bounds| FieldDisagreement {
                        name: field.name,
                        printed: field.value,
                        other: known.value.clone(),
                        source: known.sources[0],
                        confidence: field.confidence,
                        bounds,
                        side: field.side,
                    }));
                }
                Stand::Near | Stand::Different => {}
            }
        }
        sides[printed_on].fields = kept;
    }
    let mut whole = front.with_back(back);
    whole.disagreements.extend(found);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_thing_are_the_same_and_slips_are_near() {
        use FieldName::{BirthDate, DocumentNumber, GivenNames, Sex, Surname};
        for (name, printed, other, expected) in [
            (Surname, "MÜLLER", "MUELLER", Stand::Same),
            (Surname, "Müller", "MULLER", Stand::Same),
            (Surname, "MUELLER", "MULLER", Stand::Same),
            (Surname, "Gżegżółka", "GZEGZOLKA", Stand::Same),
            (Surname, "MULLEP", "MULLER", Stand::Near),
            (Surname, "SCHMIDT", "MUELLER", Stand::Different),
            (GivenNames, "Anna-Maria", "ANNA MARIA", Stand::Same),
            (DocumentNumber, "AB O12345", "AB0I2345", Stand::Same),
            (DocumentNumber, "AB012346", "AB012345", Stand::Different),
            (BirthDate, "1974-08-12", "1974-08-12", Stand::Same),
            (BirthDate, "1974-08-12", "1974-08", Stand::Same),
            (BirthDate, "1974-08-12", "1974-08-13", Stand::Different),
            (Sex, "M", "F", Stand::Different),
        ] {
            assert_eq!(stand(name, printed, other, false), expected, "{name:?} {printed} {other}");
        }
    }
    /// Or an altered date on the front, too faint to contradict, would stand before that of the zone.
    #[test]
    fn what_a_zone_says_stands_before_what_the_other_side_prints() {
        let expiry = |value: &str, source, confidence| DocumentReading {
            fields: vec![DocumentField {
                name: FieldName::ExpiryDate,
                value: value.to_owned(),
                printed: None,
                sources: vec![source],
                confidence,
                bounds: Some(selfsame_domain::Rect::default()),
                side: DocumentSide::Front,
            }],
            ..DocumentReading::default()
        };
        for (confidence, disagreements) in [(0.7, 0), (0.95, 1)] {
            let printed = expiry("2031-01-01", FieldSource::VisualZone, confidence);
            let coded = expiry("2021-01-01", FieldSource::Mrz, 0.999);
            for (front, back) in [(printed.clone(), coded.clone()), (coded, printed)] {
                let whole = both_sides(front, back, &AgreeParams::default());
                assert_eq!(whole.value(FieldName::ExpiryDate), Some("2021-01-01"));
                assert_eq!(whole.disagreements.len(), disagreements);
            }
        }
    }
}
