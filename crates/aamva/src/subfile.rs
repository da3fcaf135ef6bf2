//! From header to elements: where subfiles are, where they end, and what is in them.

use crate::header::{Entry, Located};
use crate::lines::{self, Body};
use crate::text::{holds, is_separator};
use crate::{Designator, Element, ElementId, Kind, Subfile, Warning, version};

/// The elements of the document, and the other subfiles.
pub(crate) struct Divided {
    pub(crate) kind: Option<Kind>,
    pub(crate) document: Vec<Element>,
    pub(crate) others: Vec<Subfile>,
}

/// A subfile found: `start` is the index of its type, or of its first element where the type is missing.
struct Found {
    designator: Designator,
    start: usize,
    /// Index of its first element.
    elements: usize,
    length: Option<u16>,
}

pub(crate) fn divide(text: &[char], located: &Located, warnings: &mut Vec<Warning>) -> Divided {
    let separated = text[located.body..].iter().any(|c| is_separator(*c));
    let found = find_all(text, located, separated, warnings);

    let mut kind = None;
    let mut document = None;
    let mut others = Vec::new();
    for (at, subfile) in found.iter().enumerate() {
        let next = found.get(at + 1).map(|next| next.start);
        let end = end(text, subfile, next, warnings);
        let body = &text[subfile.elements..end.index.max(subfile.elements)];
        let body = Body { text: body, cut: end.cut, version: located.header.version };
        let elements = if subfile.designator.is_document() {
            lines::document(body, warnings)
        } else {
            lines::jurisdiction(body, subfile.designator, warnings)
        };
        if subfile.designator.is_document() && document.is_none() {
            kind = match subfile.designator {
                Designator::LICENCE => Some(Kind::Licence),
                _ => Some(Kind::IdentityCard),
            };
            document = Some(elements);
        } else {
            others.push(Subfile { designator: subfile.designator, elements });
        }
    }
    Divided { kind, document: document.unwrap_or_default(), others }
}

/// The subfiles in the order of their places.
fn find_all(text: &[char], located: &Located, separated: bool, warnings: &mut Vec<Warning>) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut entries = located.entries.clone();
    if !entries.iter().any(|entry| entry.designator.is_document()) {
        found.extend(undesignated(text, located.body, separated, warnings));
    }
    for entry in entries.drain(..) {
        let stated = usize::try_from(located.origin + entry.offset as isize).ok();
        let there = stated.filter(|at| {
            *at >= located.body
                && holds(text, *at, entry.designator.as_str())
                && found.iter().all(|other| other.start != *at)
        });
        let start = there.or_else(|| scan(text, located.body, entry.designator, separated, &found));
        match start {
            Some(start) => {
                if there.is_none() {
                    let at = u16::try_from(start as isize - located.origin).unwrap_or(0);
                    let Entry { designator, offset: stated, .. } = entry;
                    warnings.push(Warning::SubfileOffset { designator, stated, found: at });
                }
                found.push(Found {
                    designator: entry.designator,
                    start,
                    elements: start + 2,
                    length: Some(entry.length),
                });
            }
            None if entry.designator.is_document() && found.iter().all(|it| !it.designator.is_document()) => {
                // Some payloads leave the type out and begin with the first element.
                warnings.push(Warning::SubfileTypeMissing);
                let start = located.body;
                found.push(Found { designator: entry.designator, start, elements: start, length: None });
            }
            None => warnings.push(Warning::SubfileMissing(entry.designator)),
        }
    }
    found.sort_by_key(|subfile| subfile.start);
    found
}

/// The document's subfile where no designator tells of it: it may be there all the same, and what is on the line of the header may be a
/// designator whose digits are none.
fn undesignated(text: &[char], body: usize, separated: bool, warnings: &mut Vec<Warning>) -> Option<Found> {
    let types = [Designator::LICENCE, Designator::IDENTITY_CARD];
    if let Some((designator, start)) =
        types.into_iter().find_map(|it| Some((it, scan(text, body, it, separated, &[])?)))
    {
        warnings.push(Warning::SubfileMissing(designator));
        return Some(Found { designator, start, elements: start + 2, length: None });
    }
    let designator = types.into_iter().find(|it| holds(text, body, it.as_str()))?;
    warnings.push(Warning::DesignatorUnreadable);
    // What is further off is no designator.
    let line = text[body..].iter().take(LONGEST_DESIGNATOR).take_while(|c| !is_separator(**c)).count();
    let typed = types.into_iter().find_map(|it| {
        let at = (body + 2..body + line)
            .find(|at| holds(text, *at, it.as_str()) && begins_elements(&text[at + 2..], it))?;
        Some(Found { designator: it, start: at, elements: at + 2, length: None })
    });
    typed.or_else(|| {
        let start = (body + 2..text.len().min(body + line + 3))
            .find(|at| begins_elements(&text[*at..], designator))?;
        warnings.push(Warning::SubfileTypeMissing);
        Some(Found { designator, start, elements: start, length: None })
    })
}

/// Characters after which designators are certainly over: more than any card has.
const LONGEST_DESIGNATOR: usize = 64;

/// The first place where a subfile of this type could begin: after the header or a separator, its type and then an element.
fn scan(text: &[char], body: usize, wanted: Designator, separated: bool, found: &[Found]) -> Option<usize> {
    (body..text.len()).find(|&at| {
        holds(text, at, wanted.as_str())
            && (at == body || !separated || is_separator(text[at - 1]) || text[at - 1] == ' ')
            && found.iter().all(|other| other.start != at)
            && begins_elements(&text[at + 2..], wanted)
    })
}

fn begins_elements(text: &[char], designator: Designator) -> bool {
    let separators = text.iter().take(3).take_while(|c| is_separator(**c)).count();
    let text = &text[separators..];
    let Some(id) = ElementId::of(text) else { return false };
    if designator.is_document() { version::is_known(id) } else { Designator::of(text) == Some(designator) }
}

/// Where a subfile ends.
struct End {
    index: usize,
    /// The payload ends before the subfile does: the last element may lack characters.
    cut: bool,
}

fn end(text: &[char], subfile: &Found, next: Option<usize>, warnings: &mut Vec<Warning>) -> End {
    let limit = next.unwrap_or(text.len());
    let Some(length) = subfile.length else { return End { index: limit, cut: false } };
    let stated_end = subfile.start + usize::from(length);
    let found = u16::try_from(limit - subfile.start).unwrap_or(u16::MAX);
    let wrong = Warning::SubfileLength { designator: subfile.designator, stated: length, found };
    if stated_end > limit {
        if next.is_some() {
            warnings.push(wrong);
            return End { index: limit, cut: false };
        }
        let missing = stated_end - limit;
        // What is missing may be separators only: the closing CR, which scanners trim, or all of them, one for each element.
        let body = &text[subfile.elements..];
        let stripped = !body.iter().any(|c| is_separator(*c)) && missing <= lines::identifiers(body);
        let complete = missing == 1 || stripped || text.last().is_some_and(|c| *c == '\r');
        if complete {
            if missing > 1 {
                warnings.push(wrong);
            }
            return End { index: limit, cut: false };
        }
        warnings.push(Warning::Truncated);
        return End { index: limit, cut: true };
    }
    let rest = &text[stated_end..limit];
    if rest.iter().all(|c| is_separator(*c) || *c == ' ') {
        return End { index: limit, cut: false };
    }
    let closed = stated_end > subfile.elements && is_separator(text[stated_end - 1]);
    let more =
        rest.split(|c| is_separator(*c)).any(|line| ElementId::of(line).is_some_and(version::is_known));
    if closed && !more {
        warnings.push(Warning::TrailingData { characters: rest.len() });
        return End { index: stated_end, cut: false };
    }
    warnings.push(wrong);
    End { index: limit, cut: false }
}
