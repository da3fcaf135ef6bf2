//! Which lines are labels, and of what.

use selfsame_domain::document::DocumentType;

use super::dates::PrintedDate;
use super::fold::{alike, folded, folded_letter};
use super::line::{Flat, Line};
use super::words::{Label, Title, labels, licence_number, titles};

/// A label that was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub(crate) label: Label,
    /// What stands behind it on the same line, if anything does.
    pub(crate) rest: Option<Line>,
    /// The rest is divided from the label by more than a blank: by a colon, or by the label being a number.
    pub(crate) divided: bool,
    /// It is the number of a field of driving licences, without a word.
    pub(crate) number: bool,
}

/// What label a line is, or begins with. `numbered` is whether bare numbers count as labels, as on driving licences.
pub(crate) fn label_of(line: &Line, flat: &Flat, numbered: bool) -> Option<Found> {
    if PrintedDate::parse(&line.text()).is_some() {
        return None;
    }
    let characters: Vec<char> = line.letters.iter().map(|letter| letter.character).collect();
    let (prefix, after) = number_prefix(&characters);
    let colon = characters[after..].iter().position(|c| *c == ':').map(|at| after + at);
    // The words of a label end at a colon.
    let end = colon.unwrap_or(characters.len());
    let rest = |from: usize| line.part(from..characters.len(), flat);
    if let Some((label, used)) = labelled(&characters[after..end]) {
        let used = after + used;
        let rest = if used < end { rest(used) } else { colon.and_then(|colon| rest(colon + 1)) };
        let divided = used >= end && rest.is_some();
        return Some(Found { label, rest, divided, number: false });
    }
    // A house number is no label: one without letter or point has to stand alone.
    let told =
        after == characters.len() || prefix.as_deref().is_some_and(|prefix| characters[prefix.len()] != ' ');
    let label = prefix.filter(|_| numbered && told).and_then(|prefix| licence_number(&prefix))?;
    let rest = rest(after);
    Some(Found { label, divided: true, rest, number: true })
}

/// Whether a line is nothing but the number of a field of driving licences.
pub(crate) fn is_bare_number(line: &Line) -> bool {
    let characters: Vec<char> = line.letters.iter().map(|letter| letter.character).collect();
    let (prefix, after) = number_prefix(&characters);
    after == characters.len()
        && characters.len() > 1
        && prefix.is_some_and(|prefix| licence_number(&prefix).is_some())
}

/// The number at the beginning of a label, `4a` of `4a.` or `(3)`, and where what follows begins. A number without point or
/// bracket counts only before a space, or at the end.
fn number_prefix(characters: &[char]) -> (Option<String>, usize) {
    let mut at = usize::from(matches!(characters.first(), Some('(' | '[')));
    let begin = at;
    while characters.get(at).is_some_and(char::is_ascii_digit) {
        at += 1;
    }
    if at == begin || at > begin + 2 {
        return (None, 0);
    }
    if characters.get(at).is_some_and(|c| matches!(c, 'a'..='d' | 'A'..='D'))
        && characters.get(at + 1).is_none_or(|c| !c.is_alphanumeric())
    {
        at += 1;
    }
    let number: String = characters[begin..at].iter().map(char::to_ascii_lowercase).collect();
    let mut after = at;
    while characters.get(after).is_some_and(|c| matches!(c, '.' | ')' | ']' | ',' | ':')) {
        after += 1;
    }
    let ended = after > at || characters.get(at).is_none_or(|c| *c == ' ');
    // 12.08.1974 is a date, 1.5 a size.
    if !ended
        || after == at + 1 && characters.get(after).is_some_and(char::is_ascii_digit) && after - begin > 2
    {
        return (None, 0);
    }
    while characters.get(after) == Some(&' ') {
        after += 1;
    }
    (Some(number), after)
}

/// The label that words begin with, and how many characters belong to it. What is divided by strokes are labels in several
/// languages: they are one when any of them is known, and then all of the words belong to it.
fn labelled(words: &[char]) -> Option<(Label, usize)> {
    let mut known: Option<Label> = None;
    let (mut unknown, mut from) = (0, 0);
    for at in 0..=words.len() {
        if !words.get(at).is_none_or(|c| matches!(c, '/' | '|' | '·' | '\\')) {
            continue;
        }
        let part = &words[from..at];
        from = at + 1;
        match whole(part) {
            Some(label) => {
                known =
                    Some(known.filter(|known| !matches!(known, Label::Name | Label::Other)).unwrap_or(label));
            }
            None if part.iter().all(|c| !c.is_alphanumeric()) => {}
            None => unknown += 1,
        }
    }
    if let Some(label) = known
        && unknown <= 1
    {
        return Some((label, words.len()));
    }
    // A label in two languages without the stroke, or a label with its value behind.
    let mut ends: Vec<usize> =
        (1..words.len()).filter(|at| !words[*at].is_alphanumeric() && words[at - 1] != ' ').collect();
    ends.reverse();
    for end in ends {
        // To the letter: words of a value may be like a label's.
        let Some(label) = exactly(&words[..end]) else { continue };
        // `Van` is a label of visas, and `van der Berg` is none.
        if folded_length(&words[..end]) < if label == Label::Other { 5 } else { 3 } {
            continue;
        }
        let next = end + words[end..].iter().take_while(|c| !c.is_alphanumeric() && **c != '<').count();
        return match labelled(&words[next..]) {
            Some((_, used)) => Some((label, next + used)),
            None => Some((label, next)),
        };
    }
    None
}

fn folded_length(words: &[char]) -> usize {
    words.iter().filter_map(|c| folded_letter(*c)).count()
}

/// Words in plain letters, without a number before them: it may stand in the second language as well, `1. Surname / 1. Nom`.
fn plain(words: &[char]) -> String {
    let text: String = words.iter().collect();
    folded(text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '.' | '(' | ')')))
}

/// The label that words are, all of them, to the letter.
fn exactly(words: &[char]) -> Option<Label> {
    let read = plain(words);
    labels().iter().find(|(known, _)| *known == read).map(|(_, label)| *label)
}

/// The label that words are, all of them.
fn whole(words: &[char]) -> Option<Label> {
    if let Some(label) = exactly(words) {
        return Some(label);
    }
    let (read, all) = (plain(words), labels());
    // With a mistake only when it is no mistake for something else.
    let mut found = all.iter().filter(|(known, _)| alike(&read, known)).map(|(_, label)| *label);
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// The type of document that a line names as a title: all of it, all between two strokes, or several words at its beginning or end.
pub(crate) fn title_of(line: &Line) -> Option<DocumentType> {
    let text = line.text();
    text.split(['/', '|', '·', '-', '•']).find_map(|part| {
        let read = folded(part);
        // `Passport Office` is no title; `Utopia driver license` is one.
        let of = |title: &Title| {
            alike(&read, &title.word)
                || title.several && (read.starts_with(&title.word) || read.ends_with(&title.word))
        };
        titles().iter().find(|title| of(title)).map(|title| title.kind)
    })
}

#[cfg(test)]
mod tests {
    use selfsame_domain::document::FieldName;

    use super::*;
    use crate::document::visual::line::tests::{FLAT, line};

    fn found(text: &str) -> Option<(Label, Option<String>)> {
        let line = line(text, 0.0, 0.0, 200.0);
        label_of(&line, &FLAT, true).map(|found| (found.label, found.rest.map(|rest| rest.text())))
    }

    #[test]
    fn labels_in_one_language_or_two_with_and_without_values() {
        let field = |name, rest: Option<&str>| Some((Label::Field(name), rest.map(str::to_owned)));
        for (text, expected) in [
            ("Surname", field(FieldName::Surname, None)),
            ("Surname / Nom", field(FieldName::Surname, None)),
            ("Nazwisko/Surname", field(FieldName::Surname, None)),
            ("Name / Surname / Nom", field(FieldName::Surname, None)),
            ("Namo / Nam / Surname", None),
            ("Bezeichnung / Date of birth", field(FieldName::BirthDate, None)),
            ("Date of brith", None),
            ("Date of birtn", field(FieldName::BirthDate, None)),
            ("Dateofbirth/Geburtsdatum", field(FieldName::BirthDate, None)),
            ("Sex: F", field(FieldName::Sex, Some("F"))),
            ("Sex F", field(FieldName::Sex, Some("F"))),
            ("3. Date of birth 12.08.1974", field(FieldName::BirthDate, Some("12.08.1974"))),
            ("3 DOB 08/31/1978", field(FieldName::BirthDate, Some("08/31/1978"))),
            ("4b.", field(FieldName::ExpiryDate, None)),
            ("4b. 12.08.2030", field(FieldName::ExpiryDate, Some("12.08.2030"))),
            ("1. MÜLLER", field(FieldName::Surname, Some("MÜLLER"))),
            ("(5) Nationality", field(FieldName::Nationality, None)),
            ("12.08.1974", None),
            ("12 08 1974", None),
            ("8 Harbour Street", None),
            ("8. Harbour Street", field(FieldName::Address, Some("Harbour Street"))),
            ("MÜLLER", None),
            ("Height / Taille", Some((Label::Other, None))),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn titles_are_known_within_longer_lines() {
        let title = |text: &str| title_of(&line(text, 0.0, 0.0, 200.0));
        assert_eq!(title("REISEPASS / PASSPORT"), Some(DocumentType::Passport));
        assert_eq!(title("DRIVING LICENCE"), Some(DocumentType::DrivingLicence));
        assert_eq!(title("UTOPIA DRIVER LICENSE"), Some(DocumentType::DrivingLicence));
        assert_eq!(title("PERSONALAUSWEIS"), Some(DocumentType::IdentityCard));
        assert_eq!(title("PASS"), Some(DocumentType::Passport));
        assert_eq!(title("PASSAU"), None);
        assert_eq!(title("Passport Office 104"), None);
    }
}
