//! What is printed against what the machine-readable zone or the barcode says.

use selfsame_domain::document::{
    DOES_NOT_EXPIRE, DocumentField, DocumentReading, DocumentSide, DocumentType, FieldDisagreement,
    FieldName, FieldSource,
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
    let own_letters = has_own_letters(reading);
    let own_spelling = has_own_spelling(reading);
    for value in &page.values {
        let texts = in_the_standards_letters(value.name, meanings(value, today), own_letters);
        let sure = value.line.confidence() >= params.contradicts;
        let settles = |text: &&String| sure && settles_day(reading.field(value.name), text);
        if let Some(text) = texts.iter().find(settles) {
            reading.settle(value.name, text);
        }
        let Some(known) = reading.fields.iter_mut().find(|known| known.name == value.name) else { continue };
        let stand = texts
            .iter()
            .map(|text| stand(value.name, text, &known.value, truncated))
            .min_by_key(|s| *s as u8);
        match stand {
            Some(Stand::Same) => vouch(known, &value.line, params),
            Some(Stand::Different)
                if contradicts(value, known, params) && !(own_spelling && is_name(value.name)) =>
            {
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
    settle_elsewhere(reading, page, today, params);
    for known in &mut reading.fields {
        let done = known.sources.contains(&FieldSource::VisualZone)
            || reading.disagreements.iter().any(|disagreement| disagreement.name == known.name);
        if !done && let Some(line) = elsewhere(known, page, today, truncated) {
            vouch(known, &line, params);
        }
    }
    for value in &page.values {
        if reading.fields.iter().all(|known| known.name != value.name) {
            let mut field = alone(value, reading, side, params);
            let own = in_the_standards_letters(field.name, vec![field.value.clone()], own_letters);
            field.value = own.into_iter().next().unwrap_or(field.value);
            reading.fields.push(field);
        }
    }
    reading.fields.sort_by_key(|field| field.name);
    reading.settle_births(params.contradicts);
}

/// Whether the document's issuer writes the sex in letters of its own, as Mexican cards do in print and in their zone.
fn has_own_letters(reading: &DocumentReading) -> bool {
    let card = reading.document_type == Some(DocumentType::IdentityCard);
    card && reading
        .issuing_country
        .as_deref()
        .is_some_and(|issuer| selfsame_mrz::card_sex(issuer, 'M').is_some())
}

/// Whether the zone spells names in a way of its issuer's own: then print does not contradict them.
fn has_own_spelling(reading: &DocumentReading) -> bool {
    let line = reading.mrz.as_ref().and_then(|mrz| mrz.lines.first());
    line.is_some_and(|line| selfsame_mrz::has_own_spelling(line))
}

fn is_name(name: FieldName) -> bool {
    matches!(name, FieldName::Surname | FieldName::GivenNames)
}

/// Values of a sex in the standard's letters: where M is mujer it is F.
fn in_the_standards_letters(name: FieldName, values: Vec<String>, own_letters: bool) -> Vec<String> {
    if name != FieldName::Sex || !own_letters {
        return values;
    }
    let translated = |value: String| if value == "M" { "F".to_owned() } else { value };
    values.into_iter().map(translated).collect()
}

/// Whether a printed day, or that there is none, settles what a zone of two digits for the year leaves open.
fn settles_day(known: Option<&DocumentField>, printed: &str) -> bool {
    known.filter(|known| known.sources == [FieldSource::Mrz] && date_of(known.name).is_some()).is_some_and(
        |known| {
            same_but_for_century(printed, &known.value)
                || known.name == FieldName::ExpiryDate
                    && printed == DOES_NOT_EXPIRE
                    && is_last_of_9999(&known.value)
        },
    )
}

/// Whether two days are the same but for their century.
fn same_but_for_century(one: &str, other: &str) -> bool {
    one.len() == 10 && other.len() == 10 && one != other && one.get(2..) == other.get(2..)
}

/// Whether a zone that says this may mean the year 9999: its first or its last day.
fn is_last_of_9999(day: &str) -> bool {
    day.ends_with("99-01-01") || day.ends_with("99-12-31")
}

/// Takes the century from a day that is printed anywhere on the page.
fn settle_elsewhere(reading: &mut DocumentReading, page: &Page, today: Date, params: &AgreeParams) {
    for name in [FieldName::BirthDate, FieldName::ExpiryDate] {
        let Some(of) = date_of(name) else { continue };
        let lines = page.others.iter().filter(|line| line.confidence() >= params.contradicts);
        let dates = lines.filter_map(|line| PrintedDate::parse(&line.text()));
        let days: Vec<String> = dates.flat_map(|date| date.meanings(of, today)).collect();
        // One that is printed as the zone was understood leaves nothing open.
        let known = reading.field(name);
        let as_known = known.is_some_and(|known| days.contains(&known.value));
        if !as_known && let Some(day) = days.iter().find(|day| settles_day(known, day)) {
            reading.settle(name, day);
        }
    }
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
            // Some issuers print the day that their zone has for none.
            let never = other == DOES_NOT_EXPIRE && is_last_of_9999(printed);
            // Parts of the other date may not be known.
            near(
                never || printed == other || !other.is_empty() && printed.starts_with(&format!("{other}-")),
                false,
            )
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
/// the zone or the barcode of the other. No network is asked.
#[must_use]
pub fn both_sides(mut front: DocumentReading, mut back: DocumentReading) -> DocumentReading {
    let params = AgreeParams::default();
    let truncated =
        [&front, &back].iter().any(|side| side.mrz.as_ref().is_some_and(|mrz| mrz.name_truncated));
    // A side that knows its issuer has translated what is printed on it.
    let translated = [has_own_letters(&front), has_own_letters(&back)];
    let (mut found, mut settled) = (Vec::new(), Vec::new());
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
            let own_letters = translated[coded_on] && !translated[printed_on];
            let printed = in_the_standards_letters(field.name, vec![field.value.clone()], own_letters);
            if field.confidence >= params.contradicts && settles_day(Some(known), &field.value) {
                known.value.clone_from(&field.value);
                settled.push(field.name);
            }
            match stand(field.name, &printed[0], &known.value, truncated) {
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
                    found.push(FieldDisagreement {
                        name: field.name,
                        printed: field.value,
                        other: known.value.clone(),
                        source: known.sources[0],
                        confidence: field.confidence,
                        bounds: field.bounds.unwrap_or_default(),
                        side: field.side,
                    });
                }
                Stand::Near | Stand::Different => {}
            }
        }
        sides[printed_on].fields = kept;
    }
    let mut whole = front.with_back(back);
    whole.disagreements.extend(found);
    for name in settled {
        if let Some(day) = whole.value(name).map(str::to_owned) {
            whole.settle(name, &day);
        }
    }
    whole.settle_births(params.contradicts);
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
                let whole = both_sides(front, back);
                assert_eq!(whole.value(FieldName::ExpiryDate), Some("2021-01-01"));
                assert_eq!(whole.disagreements.len(), disagreements);
            }
        }
    }

    fn field(name: FieldName, value: &str, source: FieldSource) -> DocumentField {
        DocumentField {
            name,
            value: value.to_owned(),
            printed: None,
            sources: vec![source],
            confidence: 0.97,
            bounds: Some(selfsame_domain::Rect::default()),
            side: DocumentSide::Front,
        }
    }

    #[test]
    fn print_on_the_other_side_settles_what_a_zone_of_two_digits_leaves_open() {
        use FieldName::{BirthDate, ExpiryDate};
        let whole = |name, printed: &str, coded: &str| {
            let fields = vec![field(name, printed, FieldSource::VisualZone)];
            let front = DocumentReading { fields, ..DocumentReading::default() };
            let fields = vec![field(name, coded, FieldSource::Mrz)];
            let mut back = DocumentReading { fields, ..DocumentReading::default() };
            let value = "1925-01-01".to_owned();
            back.alternatives.push(selfsame_domain::document::FieldAlternative { name: BirthDate, value });
            let whole = both_sides(front, back);
            let open = whole.alternatives.iter().filter(|other| other.name == name).count();
            (whole.value(name).map(str::to_owned), whole.disagreements.len(), open)
        };
        let is = |value: &str, disagreements, open| (Some(value.to_owned()), disagreements, open);
        assert_eq!(whole(BirthDate, "1925-01-01", "2025-01-01"), is("1925-01-01", 0, 0));
        assert_eq!(whole(BirthDate, "2025-01-01", "2025-01-01").1, 0);
        assert_eq!(whole(BirthDate, "1925-01-02", "2025-01-01").1, 1);
        assert_eq!(whole(ExpiryDate, DOES_NOT_EXPIRE, "1999-01-01"), is(DOES_NOT_EXPIRE, 0, 0));
        assert_eq!(whole(ExpiryDate, "2099-01-01", DOES_NOT_EXPIRE), is(DOES_NOT_EXPIRE, 0, 0));
        assert_eq!(whole(ExpiryDate, "2024-06-01", DOES_NOT_EXPIRE), is(DOES_NOT_EXPIRE, 1, 0));
        assert_eq!(whole(ExpiryDate, DOES_NOT_EXPIRE, "2024-06-01").1, 1);
    }

    #[test]
    fn the_sex_is_printed_in_the_letters_of_the_issuer() {
        let whole = |issuer: &str, printed: &str, coded: &str| {
            let fields = vec![field(FieldName::Sex, printed, FieldSource::VisualZone)];
            let front = DocumentReading { fields, ..DocumentReading::default() };
            let back = DocumentReading {
                document_type: Some(DocumentType::IdentityCard),
                issuing_country: Some(issuer.to_owned()),
                fields: vec![field(FieldName::Sex, coded, FieldSource::Mrz)],
                ..DocumentReading::default()
            };
            both_sides(front, back).disagreements.len()
        };
        assert_eq!(whole("MEX", "M", "F"), 0, "mujer");
        assert_eq!(whole("MEX", "M", "M"), 1, "a woman is printed, a man is coded");
        assert_eq!(whole("UTO", "M", "F"), 1);
    }
}
