//! The lines of a subfile and the elements in them, also where separators are missing or something else stands for them.

use crate::text::is_separator;
use crate::{Designator, Element, ElementId, Warning, form, version};

/// The body of a document's subfile.
#[derive(Clone, Copy)]
pub(crate) struct Body<'a> {
    pub(crate) text: &'a [char],
    /// The payload ends inside of it: its last element may lack characters.
    pub(crate) cut: bool,
    /// The version in the header.
    pub(crate) version: u8,
}

/// Characters that stand for a separator in the wild, where an identifier follows them.
const STAND_INS: [char; 9] = ['|', '~', '^', ';', '\t', '\u{b}', '\u{c}', '¦', '¶'];

/// Identifiers inside of one line from which on the line is several elements in a row. Names and addresses hold one or two at most.
const RUN: usize = 3;

/// The elements of a licence or an identity card. A line without an identifier is left out, and with `cut` the last element.
pub(crate) fn document(body: Body<'_>, warnings: &mut Vec<Warning>) -> Vec<Element> {
    let known = |rest: &[char]| ElementId::of(rest).is_some_and(|id| version::may_occur(id, body.version));
    let lines = lines(body.text, known, warnings);
    let starts: Vec<ElementId> = lines.iter().filter_map(|line| ElementId::of(line)).collect();
    let context = Context { body, starts: &starts, separated: lines.len() > 1 };
    let inside = context.inside_all(&lines);
    let mut all = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let cut = body.cut && at + 1 == lines.len();
        let mut found = context.divide(line, &inside[at], cut, warnings);
        if cut && let Some(last) = found.pop() {
            warnings.push(Warning::ElementCut(last.id));
        }
        all.extend(found);
    }
    // What is no more than odd on a card with its separators may be two elements on one that lacks some.
    let bent = warnings.contains(&Warning::SeparatorsMissing);
    let mut elements = Vec::new();
    for part in all {
        if part.doubtful && bent {
            warnings.push(Warning::ElementAmbiguous(part.id));
        } else {
            push(&mut elements, part.id, part.value, warnings);
        }
    }
    elements
}

/// The elements of another subfile, whose identifiers are its type and a third character.
pub(crate) fn jurisdiction(body: Body<'_>, wanted: Designator, warnings: &mut Vec<Warning>) -> Vec<Element> {
    let own = |rest: &[char]| Designator::of(rest) == Some(wanted) && ElementId::of(rest).is_some();
    let lines = lines(body.text, own, warnings);
    let starts: Vec<ElementId> = lines.iter().filter_map(|line| ElementId::of(line)).collect();
    let mut elements = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let mut found = successors(line, wanted, &starts, warnings);
        if found.is_empty() && !line.is_empty() {
            warnings.push(Warning::StrayLine);
        }
        if body.cut && at + 1 == lines.len() {
            warnings.extend(found.pop().map(|last| Warning::ElementCut(last.id)));
        }
        for part in found {
            push(&mut elements, part.id, part.value, warnings);
        }
    }
    elements
}

/// The lines between separators, and between what stands for them, without padding. Empty ones are left out, except that what follows the
/// last separator is always the last line.
fn lines<'a>(
    text: &'a [char],
    begins_element: impl Fn(&[char]) -> bool,
    warnings: &mut Vec<Warning>,
) -> Vec<&'a [char]> {
    let mut lines = Vec::new();
    let mut replaced = false;
    let mut from = 0;
    for at in 0..=text.len() {
        let stands_in = || {
            let rest = &text[at + 1..];
            let blanks = rest.iter().take_while(|c| **c == ' ').count();
            STAND_INS.contains(&text[at]) && begins_element(&rest[blanks..])
        };
        let ends = at == text.len() || is_separator(text[at]);
        if ends || stands_in() {
            replaced |= !ends;
            let line = trim(&text[from..at]);
            if !line.is_empty() || at == text.len() {
                lines.push(line);
            }
            from = at + 1;
        }
    }
    if replaced {
        warn_of_separators(warnings);
    }
    lines
}

fn warn_of_separators(warnings: &mut Vec<Warning>) {
    if !warnings.contains(&Warning::SeparatorsMissing) {
        warnings.push(Warning::SeparatorsMissing);
    }
}

/// One element of a line.
#[derive(Clone, Copy)]
struct Part<'a> {
    id: ElementId,
    value: &'a [char],
    /// Its value holds an identifier that no other line has.
    doubtful: bool,
}

/// A place in a line where an identifier stands.
#[derive(Clone, Copy)]
struct Place {
    at: usize,
    id: ElementId,
    /// It stands nowhere else inside of a line.
    once: bool,
}

/// What is known about the lines beside the one that is looked at.
struct Context<'a> {
    body: Body<'a>,
    /// The identifiers that lines begin with.
    starts: &'a [ElementId],
    /// There is more than one line.
    separated: bool,
}

impl Context<'_> {
    fn starts_with(&self, id: &str) -> bool {
        self.starts.iter().any(|start| *start == id)
    }

    /// Each line's identifiers inside of it. One that stands right behind a whole value or its padding begins an element, and the same letters
    /// elsewhere are a part of a name.
    fn inside_all(&self, lines: &[&[char]]) -> Vec<Vec<Place>> {
        let mut all: Vec<Vec<Place>> = lines.iter().map(|line| self.inside(line)).collect();
        let sure = |line: &[char], places: &[Place], at: usize| {
            let before = match at.checked_sub(1) {
                Some(before) => Some((places[before].at, places[before].id)),
                None => ElementId::of(line).map(|first| (0, first)),
            };
            let padded = places[at].at >= 2 && line[places[at].at - 2..places[at].at] == [' ', ' '];
            padded
                || before.is_some_and(|(from, id)| {
                    let value = line.get(from + 3..places[at].at).unwrap_or(&[]);
                    !form::is_free(id) && !value.is_empty() && form::fits(id, value)
                })
        };
        let certain: Vec<ElementId> = (lines.iter().zip(&all))
            .flat_map(|(line, places)| {
                (0..places.len())
                    .filter(|at| sure(line, places, *at))
                    .map(|at| places[at].id)
                    .collect::<Vec<_>>()
            })
            .collect();
        for (line, places) in lines.iter().zip(&mut all) {
            let keep: Vec<bool> = (0..places.len())
                .map(|at| !certain.contains(&places[at].id) || sure(line, places, at))
                .collect();
            let mut keep = keep.into_iter();
            places.retain(|_| keep.next().unwrap_or(true));
        }
        let ids: Vec<ElementId> = all.iter().flatten().map(|place| place.id).collect();
        for place in all.iter_mut().flatten() {
            place.once = ids.iter().filter(|id| **id == place.id).count() == 1;
        }
        all
    }

    /// The elements of a line: one as a rule, and several where separators are missing.
    fn divide<'a>(
        &self,
        line: &'a [char],
        inside: &[Place],
        cut: bool,
        warnings: &mut Vec<Warning>,
    ) -> Vec<Part<'a>> {
        // What begins another line is a part of a name here.
        let new: Vec<Place> = inside.iter().copied().filter(|it| !self.starts.contains(&it.id)).collect();
        let first = ElementId::of(line).filter(|first| self.separated || version::is_known(*first));
        let Some(first) = first else {
            if line.is_empty() {
                return Vec::new();
            }
            warnings.push(Warning::StrayLine);
            return if new.len() > RUN { self.run(line, &new, cut, warnings) } else { Vec::new() };
        };
        let first = Place { at: 0, id: first, once: true };
        if new.len() >= RUN {
            let places: Vec<Place> = std::iter::once(first).chain(new).collect();
            return self.run(line, &places, cut, warnings);
        }
        if inside.len() > RUN {
            // It holds what other lines hold as well: where its own value ends cannot be told.
            warnings.push(Warning::ElementAmbiguous(first.id));
            return Vec::new();
        }
        let places = self.settled(line, first, &new);
        if places.len() > 1 {
            warn_of_separators(warnings);
        }
        let mut found = parts(line, &places);
        for open in new.iter().filter(|open| places.iter().all(|place| place.at != open.at)) {
            if let Some(part) = (places.iter().zip(&mut found)).rev().find(|(place, _)| place.at < open.at) {
                part.1.doubtful = true;
            }
            let expected = self.is_lacking(open.id) || self.is_of_a_kin(open.id);
            if expected && !self.body.cut {
                warn_of_separators(warnings);
            }
        }
        found
    }

    /// Where identifiers stand behind the one that begins the line, with something behind them that their values may begin with.
    fn inside(&self, line: &[char]) -> Vec<Place> {
        let from = if ElementId::of(line).is_some() { 3 } else { 0 };
        // A name is not empty: `DACDAIGLE` holds no DAI.
        let begins_name = |at: &usize| {
            let before = at.checked_sub(3).and_then(|before| ElementId::of(&line[before..]));
            before.is_some_and(|before| ["DCS", "DAC", "DAD", "DCT", "DAB"].contains(&before.as_str()))
        };
        let found = (from..line.len()).filter(|at| !begins_name(at)).filter_map(|at| {
            let id = ElementId::of(&line[at..])?;
            let rest = &line[at + 3..];
            let fits = version::may_occur(id, self.body.version)
                && form::may_begin(id, rest)
                && (!form::is_letter(id) || self.ends_after_letter(rest));
            fits.then_some(Place { at, id, once: true })
        });
        let found: Vec<Place> = found.collect();
        let residence = ["DAL", "DAN", "DAO"]
            .iter()
            .all(|id| self.starts_with(id) || found.iter().any(|place| place.id == *id));
        // A residence is written whole: the DAN of `JORDAN` stands alone.
        let alone =
            |id: ElementId| !residence && matches!(id.as_str(), "DAL" | "DAM" | "DAN" | "DAO" | "DAP");
        found.into_iter().filter(|place| !alone(place.id)).collect()
    }

    /// Whether nothing follows the first letter but another element: the N of `MADDEN HILLS` is followed by more.
    fn ends_after_letter(&self, rest: &[char]) -> bool {
        let value = form::absence(rest).unwrap_or(1);
        let behind = rest.get(value..).unwrap_or(&[]);
        let padding = behind.iter().take_while(|c| !c.is_ascii_alphanumeric()).count();
        let behind = &behind[padding..];
        behind.is_empty() || ElementId::of(behind).is_some_and(|id| version::may_occur(id, self.body.version))
    }

    /// Several elements in a row, divided at the identifiers. One that occurs more than once may be part of a value, and so may one in the
    /// middle of a word that the card does not have to have: the element before each, and the element itself, have no certain end and are
    /// left out.
    fn run<'a>(
        &self,
        line: &'a [char],
        places: &[Place],
        cut: bool,
        warnings: &mut Vec<Warning>,
    ) -> Vec<Part<'a>> {
        warn_of_separators(warnings);
        let blank_before = |place: &Place| place.at > 0 && line[place.at - 1] == ' ';
        let blanks = places.iter().filter(|place| blank_before(place)).count();
        // Where blanks stand for separators, an identifier within a word is none.
        let by_blanks = blanks >= RUN && blanks * 3 > places.len() * 2;
        let places: Vec<Place> = places
            .iter()
            .copied()
            .filter(|place| !by_blanks || place.at == 0 || blank_before(place))
            .collect();
        let all = parts(line, &places);
        let certain = |at: usize| {
            let Place { at: here, once, .. } = places[at];
            let overlaps = at.checked_sub(1).is_some_and(|before| places[before].at + 3 > here)
                || places.get(at + 1).is_some_and(|after| here + 3 > after.at);
            !overlaps && once && (at == 0 || self.parts_from(line, &all, at, here, by_blanks))
        };
        let mut found = Vec::new();
        for (at, part) in all.iter().enumerate() {
            let last = at + 1 == all.len();
            // What the payload ends in is dropped by its caller.
            if (last && cut) || (certain(at) && (last || certain(at + 1))) {
                found.push(*part);
            } else {
                warnings.push(Warning::ElementAmbiguous(part.id));
            }
        }
        found
    }

    /// Whether the identifier at `here` begins an element for all that can be seen.
    fn parts_from(&self, line: &[char], all: &[Part<'_>], at: usize, here: usize, by_blanks: bool) -> bool {
        let Part { id, value, .. } = all[at];
        let before = all[at - 1];
        let previous = line[here - 1];
        let word = previous.is_alphabetic() || previous == ' ';
        let complete = !form::is_free(before.id) && form::fits(before.id, before.value);
        let digits = !form::is_free(id) && value.first().is_some_and(char::is_ascii_digit);
        let demanded =
            version::is_demanded(id, self.body.version) && !self.body.cut && self.has_its_kin(id, all);
        // No word of a name or an address begins with the other groups' letters.
        let no_word = by_blanks && !id.as_str().starts_with("DA") && !id.as_str().starts_with("PA");
        !word || complete || digits || demanded || no_word
    }

    /// The truncations of the three names are written together or not at all: the DDE of `MADDEN` stands alone.
    fn has_its_kin(&self, id: ElementId, all: &[Part<'_>]) -> bool {
        let kin = ["DDE", "DDF", "DDG"];
        !kin.contains(&id.as_str())
            || kin
                .iter()
                .filter(|other| id != **other)
                .any(|other| self.starts_with(other) || all.iter().any(|part| part.id == *other))
    }

    /// The identifiers of a line at which a separator is missing beyond doubt. Names hold identifiers too: doubt leaves them whole.
    fn settled(&self, line: &[char], first: Place, new: &[Place]) -> Vec<Place> {
        let mut places = vec![first];
        for (at, place) in new.iter().enumerate() {
            let end = new.get(at + 1).map_or(line.len(), |next| next.at);
            let before = places[places.len() - 1];
            let apart = before.at + 3 < place.at && place.at + 3 <= end;
            if apart && self.is_missing_before(line, before, *place, end) {
                places.push(*place);
            }
        }
        places
    }

    fn is_missing_before(&self, line: &[char], before: Place, place: Place, end: usize) -> bool {
        let Place { at, id, .. } = place;
        let value = trim(&line[at + 3..end]);
        let previous = line[at - 1];
        let padded = previous == ' ' && line[at - 2] == ' ';
        let complete = !form::is_free(before.id) && form::fits(before.id, &line[before.at + 3..at]);
        let in_word = previous.is_alphabetic();
        // Without it the card would lack what every card has.
        let lacking = !self.body.cut && self.is_lacking(id);
        if form::is_free(id) {
            let of_middle_name = id == "DAD" && self.starts_with("DDG");
            return !value.is_empty() && (complete || (place.once && (padded || lacking || of_middle_name)));
        }
        let digits = value.first().is_some_and(char::is_ascii_digit);
        // A code of one letter behind a digit may be a house's number; behind the digit of a document's number it is none.
        let numbered = ["DAQ", "DCF", "DCJ", "DCK"].contains(&before.id.as_str());
        let ended = if value.len() > 1 { !in_word } else { previous == ' ' || (!in_word && numbered) };
        let expected = ended || digits || lacking || self.is_of_a_kin(id);
        form::fits(id, value) && (complete || (place.once && expected))
    }

    /// Whether no line begins with the element nor with one that says the same, and no card is without it.
    fn is_lacking(&self, id: ElementId) -> bool {
        const ESSENTIAL: [&str; 14] = [
            "DCF", "DAQ", "DCS", "DAC", "DCT", "DAA", "DAG", "DAI", "DAJ", "DAK", "DBA", "DBB", "DBC", "DBD",
        ];
        ESSENTIAL.contains(&id.as_str())
            && version::is_demanded(id, self.body.version)
            && !version::alternatives(id.as_str()).iter().any(|other| self.starts_with(other))
    }

    fn is_of_a_kin(&self, id: ElementId) -> bool {
        ["DDE", "DDF", "DDG"].contains(&id.as_str()) && self.has_its_kin(id, &[])
    }
}

/// The elements between places.
fn parts<'a>(line: &'a [char], places: &[Place]) -> Vec<Part<'a>> {
    places
        .iter()
        .enumerate()
        .map(|(at, place)| {
            let end = places.get(at + 1).map_or(line.len(), |next| next.at);
            Part { id: place.id, value: &line[(place.at + 3).min(end)..end], doubtful: false }
        })
        .collect()
}

/// The elements of a jurisdiction's line: where its separators are missing, each identifier is the next letter after the one before.
fn successors<'a>(
    line: &'a [char],
    own: Designator,
    starts: &[ElementId],
    warnings: &mut Vec<Warning>,
) -> Vec<Part<'a>> {
    let Some(first) = ElementId::of(line) else { return Vec::new() };
    let mut places = vec![Place { at: 0, id: first, once: true }];
    if first.as_str().starts_with(own.as_str()) {
        loop {
            let last = places[places.len() - 1];
            let Some(next) = last.id.successor().filter(|next| !starts.contains(next)) else { break };
            let mut found = (last.at + 3..line.len()).filter(|at| ElementId::of(&line[*at..]) == Some(next));
            let (Some(at), None) = (found.next(), found.next()) else { break };
            places.push(Place { at, id: next, once: true });
        }
    }
    if places.len() > 1 {
        warn_of_separators(warnings);
    }
    parts(line, &places)
}

/// How many identifiers of the standard stand in a text, wherever they do.
pub(crate) fn identifiers(text: &[char]) -> usize {
    (0..text.len()).filter(|at| ElementId::of(&text[*at..]).is_some_and(version::is_known)).count()
}

/// Adds an element, without its padding. Commas pad as well, except where they part names.
fn push(elements: &mut Vec<Element>, id: ElementId, value: &[char], warnings: &mut Vec<Warning>) {
    let value: String = trim(value).iter().collect();
    let value = match id.as_str() {
        "DAA" | "DCT" => value,
        _ => value.trim_matches(|c: char| c == ',' || c.is_whitespace()).to_owned(),
    };
    match elements.iter().find(|element| element.id == id) {
        None => elements.push(Element { id, value }),
        Some(first) if first.value == value => {}
        Some(_) => warnings.push(Warning::DuplicateElement(id)),
    }
}

fn trim(line: &[char]) -> &[char] {
    let padding = |c: &char| c.is_whitespace() || c.is_control();
    let start = line.iter().take_while(|c| padding(c)).count();
    let end = line.len() - line[start..].iter().rev().take_while(|c| padding(c)).count();
    &line[start..end.max(start)]
}
