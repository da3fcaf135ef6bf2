//! From lines to fields: which value belongs to which label, by where they stand.

use selfsame_domain::document::{DocumentType, FieldName};
use time::Date;

use super::dates::{DateOrder, PrintedDate};
use super::fold::folded;
use super::label::{Found, is_bare_number, label_of, title_of};
use super::line::{Flat, Line};
use super::value::{Reading, date_of, value_of};
use super::words::Label;

/// How labels and values find each other. Distances are in heights of a line's box, which is about 1.6 times the height of its capitals.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AssignParams {
    /// From the middle of a label to the middle of the value below it, at most. 2.2: a label in a second line may stand between.
    pub(crate) below: f64,
    /// How far left of its label a value below it may begin. 0.8: the boxes of small and large print grow by different lengths.
    pub(crate) outdent: f64,
    /// From the end of a label to the value right of it, at most. 7: forms with a column of labels.
    pub(crate) right: f64,
    /// What a value on the right is worse than one below. 0.6: labels in rows have other labels on the right.
    pub(crate) right_penalty: f64,
    /// Between two boxes of one value, at most. 0.7: the detector splits what is printed with wide blanks.
    pub(crate) join: f64,
    /// From the middle of a line of an address to that of the next, at most. 1.6: lines of one address, not of two fields.
    pub(crate) next_line: f64,
    /// A value whose least sure character is less probable is not taken. 0.5: it is more likely right than wrong.
    pub(crate) least_probability: f32,
    /// Different numbers of driving licences on a page that make it one. 4: other documents number a field or two by chance.
    pub(crate) licence_numbers: usize,
    /// Labels on a page, at least, before a title word on it tells what document it is. 2.
    pub(crate) least_labels: usize,
}

impl Default for AssignParams {
    fn default() -> Self {
        Self {
            below: 2.2,
            outdent: 0.8,
            right: 7.0,
            right_penalty: 0.6,
            join: 0.7,
            next_line: 1.6,
            least_probability: 0.5,
            licence_numbers: 4,
            least_labels: 2,
        }
    }
}

/// A value that was read at a label.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Assigned {
    pub(crate) name: FieldName,
    /// In the form of `DocumentField::value`.
    pub(crate) value: String,
    /// Where it stands, and as what.
    pub(crate) line: Line,
}

/// What the lines of a page say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Page {
    pub(crate) kind: Option<DocumentType>,
    pub(crate) values: Vec<Assigned>,
    /// Everything that is no label and no title, in whole values.
    pub(crate) others: Vec<Line>,
    /// How its dates are to be understood.
    pub(crate) order: DateOrder,
    /// Labels that were found, of whatever they are.
    pub(crate) labels: usize,
}

/// What is known of a page before its lines are looked at.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) kind: Option<DocumentType>,
    pub(crate) country: Option<String>,
    /// Days that the machine-readable zone or the barcode names, YYYY-MM-DD: they show the order in which others are printed.
    pub(crate) days: Vec<String>,
    pub(crate) today: Date,
}

/// Assigns values to labels.
pub(crate) fn assigned(lines: &[Line], flat: &Flat, known: &Known, params: &AssignParams) -> Page {
    let titled = lines.iter().find_map(title_of);
    let mut numbers: Vec<String> =
        lines.iter().filter(|line| is_bare_number(line) || starts_numbered(line)).map(number_of).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let numbered = numbers.len() >= params.licence_numbers
        || titled == Some(DocumentType::DrivingLicence) && numbers.len() >= 2;
    let mut labels: Vec<(Line, Found)> = Vec::new();
    let mut others: Vec<Line> = Vec::new();
    for line in lines {
        match label_of(line, flat, numbered) {
            Some(found) => labels.push((line.clone(), found)),
            None => others.push(line.clone()),
        }
    }
    let mut others = joined(others, &labels, flat, params);
    // A word alone is no title: `Visa` stands on payment cards.
    let titled = others.iter().find_map(title_of).filter(|_| labels.len() >= params.least_labels);
    let kind = known.kind.or_else(|| numbered.then_some(DocumentType::DrivingLicence)).or(titled);
    // Not before: `Passport` may be a piece of `Passport Office`.
    others.retain(|line| title_of(line).is_none());
    let reading = Reading { order: date_order(&others, &labels, lines, known), today: known.today };
    let fields = fields(&labels, kind);
    let candidates = candidates(&labels, &fields, &others, &reading, params);
    let mut values = chosen(candidates, &others, &reading, params);
    for name in [FieldName::GivenNames, FieldName::Surname] {
        if numbered && values.iter().all(|value| value.name != name) {
            let found = name_by_place(name, &values, &others, &reading);
            values.extend(found.filter(|value| value.line.confidence() >= params.least_probability));
        }
    }
    Page { kind, values, others, order: reading.order, labels: labels.len() }
}

fn starts_numbered(line: &Line) -> bool {
    let text = line.text();
    let number: String = text.chars().take_while(char::is_ascii_alphanumeric).collect();
    matches!(number.as_str(), "1" | "2" | "3" | "4a" | "4b" | "4c" | "4d" | "5" | "8" | "9")
        && PrintedDate::parse(&text).is_none()
        && (number.len() == 2 || text[number.len()..].starts_with(['.', ')']))
}

fn number_of(line: &Line) -> String {
    line.text().chars().filter(char::is_ascii_alphanumeric).take(2).collect()
}

/// Pieces of one value that the detector took apart, put together.
fn joined(mut lines: Vec<Line>, labels: &[(Line, Found)], flat: &Flat, params: &AssignParams) -> Vec<Line> {
    lines.sort_by(|one, other| one.place.left.total_cmp(&other.place.left));
    let mut whole: Vec<Line> = Vec::new();
    for line in lines {
        let height = line.place.height();
        // What has a label of its own over it is a value of its own.
        let begins = labels.iter().any(|(label, _)| {
            let down = (line.place.middle() - label.place.middle()) / height;
            (0.3..params.below).contains(&down) && (line.place.left - label.place.left).abs() < 0.5 * height
        });
        let fits = |left: &Line| {
            let gap = line.place.left - left.place.right;
            let ratio = left.place.height() / height.max(1e-6);
            left.place.level_with(&line.place)
                && gap < params.join * height
                && gap > -0.9 * height
                && (0.7..1.4).contains(&ratio)
        };
        let left = whole.iter().position(|left| !begins && fits(left));
        match left.and_then(|at| Some((at, whole[at].joined(&line, flat)?))) {
            Some((at, both)) => whole[at] = both,
            None => whole.push(line),
        }
    }
    whole.sort_by(|one, other| one.place.top.total_cmp(&other.place.top));
    whole
}

/// Which of two numbers is the day: as other dates of the page show, else by the country.
fn date_order(others: &[Line], labels: &[(Line, Found)], lines: &[Line], known: &Known) -> DateOrder {
    let rests = labels.iter().filter_map(|(_, found)| found.rest.as_ref());
    let dates: Vec<PrintedDate> =
        others.iter().chain(rests).filter_map(|line| PrintedDate::parse(&line.text())).collect();
    let mut votes = (0, 0);
    for date in &dates {
        let order = date.shows_by_numbers().or_else(|| {
            // A date that another source names as well shows its order, when it can be that day in one order only.
            let is = |order| {
                [super::dates::DateOf::Birth, super::dates::DateOf::Document]
                    .into_iter()
                    .filter_map(|of| date.resolved(of, order, known.today))
                    .any(|day| known.days.contains(&day))
            };
            match (is(DateOrder::DayFirst), is(DateOrder::MonthFirst)) {
                (true, false) => Some(DateOrder::DayFirst),
                (false, true) => Some(DateOrder::MonthFirst),
                _ => None,
            }
        });
        match order {
            Some(DateOrder::DayFirst) => votes.0 += 1,
            Some(DateOrder::MonthFirst) => votes.1 += 1,
            None => {}
        }
    }
    let american = known.country.as_deref() == Some("USA")
        || known.country.is_none() && lines.iter().any(|line| folded(&line.text()).contains("driverlicense"));
    match votes.0.cmp(&votes.1) {
        std::cmp::Ordering::Less => DateOrder::MonthFirst,
        std::cmp::Ordering::Greater => DateOrder::DayFirst,
        std::cmp::Ordering::Equal if american => DateOrder::MonthFirst,
        std::cmp::Ordering::Equal => DateOrder::DayFirst,
    }
}

/// The field of each label, where it has one.
fn fields(labels: &[(Line, Found)], kind: Option<DocumentType>) -> Vec<Option<FieldName>> {
    let has = |name: FieldName| labels.iter().any(|(_, found)| found.label == Label::Field(name));
    let (surname, given) = (has(FieldName::Surname), has(FieldName::GivenNames));
    labels
        .iter()
        .map(|(_, found)| match found.label {
            Label::Field(name) => Some(name),
            Label::Name if given && !surname => Some(FieldName::Surname),
            Label::Name if surname && !given => Some(FieldName::GivenNames),
            Label::PassportNumber if matches!(kind, None | Some(DocumentType::Passport)) => {
                Some(FieldName::DocumentNumber)
            }
            Label::Name | Label::PassportNumber | Label::Other => None,
        })
        .collect()
}

/// A value at a label, and how far it is from it.
struct Candidate {
    label: usize,
    name: FieldName,
    /// Which of the other lines it is; none for what stands behind its label on the same line.
    other: Option<usize>,
    line: Line,
    distance: f64,
}

fn candidates(
    labels: &[(Line, Found)],
    fields: &[Option<FieldName>],
    others: &[Line],
    reading: &Reading,
    params: &AssignParams,
) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for (at, ((line, found), field)) in labels.iter().zip(fields).enumerate() {
        let Some(name) = *field else { continue };
        if let Some(rest) = &found.rest {
            // Words behind words may be more of the label; only what has a form of its own is told from it.
            let shaped = found.divided
                || date_of(name).is_some()
                || name == FieldName::Sex
                || name == FieldName::DocumentNumber;
            if shaped && value_of(name, &rest.text(), reading).is_some() {
                candidates.push(Candidate {
                    label: at,
                    name,
                    other: None,
                    line: rest.clone(),
                    distance: 0.0,
                });
                continue;
            }
            if found.number {
                continue;
            }
        }
        for (n, other) in others.iter().enumerate() {
            let Some(distance) = distance(line, other, found.number, params) else { continue };
            let between = |(middle, (label, _)): (usize, &(Line, Found))| {
                middle != at && fields[middle] != *field && stands_between(line, label, other)
            };
            if value_of(name, &other.text(), reading).is_none() || labels.iter().enumerate().any(between) {
                continue;
            }
            candidates.push(Candidate { label: at, name, other: Some(n), line: other.clone(), distance });
        }
    }
    candidates.sort_by(|one, other| one.distance.total_cmp(&other.distance));
    candidates
}

/// How far a value is from its label: below it, or right of it; `None` when it is neither.
fn distance(label: &Line, value: &Line, number: bool, params: &AssignParams) -> Option<f64> {
    let (l, v) = (&label.place, &value.place);
    let height = v.height().max(l.height());
    let gap = v.left - l.right;
    // The box of a number is lower than that of its value, and stands on the same line or a little above its middle.
    let level = if number { (v.middle() - l.middle()).abs() < 0.5 * height } else { l.level_with(v) };
    if level && gap > -0.6 * height && gap < params.right * height {
        let penalty = if number { 0.0 } else { params.right_penalty };
        return Some((gap / height).max(0.0) * 0.3 + penalty);
    }
    if number {
        return None;
    }
    let down = (v.middle() - l.middle()) / height;
    let begins = (v.left - l.left) / height;
    let under = v.left < l.right && begins > -params.outdent;
    (under && down > 0.3 && down < params.below).then(|| (down - 0.7).abs() + 0.3 * begins.abs())
}

/// Whether a label stands between another one and a value: it is the nearer one then.
fn stands_between(label: &Line, middle: &Line, value: &Line) -> bool {
    let (l, m, v) = (&label.place, &middle.place, &value.place);
    if l.level_with(v) {
        return m.level_with(l) && m.left > l.left && m.right < v.right;
    }
    m.middle() > l.middle() + 0.2 * l.height()
        && m.middle() < v.middle()
        && m.left < v.right
        && m.right > v.left
}

/// The nearest pairs, each label and each line once, each field once.
fn chosen(
    candidates: Vec<Candidate>,
    others: &[Line],
    reading: &Reading,
    params: &AssignParams,
) -> Vec<Assigned> {
    let mut values: Vec<Assigned> = Vec::new();
    let (mut labels, mut lines) = (Vec::new(), Vec::new());
    for candidate in candidates {
        let taken = labels.contains(&candidate.label)
            || candidate.other.is_some_and(|other| lines.contains(&other))
            || values.iter().any(|value| value.name == candidate.name);
        if taken {
            continue;
        }
        labels.push(candidate.label);
        lines.extend(candidate.other);
        let Some(value) = value_of(candidate.name, &candidate.line.text(), reading) else { continue };
        values.push(Assigned { name: candidate.name, value, line: candidate.line });
    }
    for value in &mut values {
        if value.name == FieldName::Address {
            continue_address(value, others, &mut lines, params);
        }
    }
    // Half an address is none: its least sure line decides.
    values.retain(|value| value.line.confidence() >= params.least_probability);
    values
}

/// Adds the lines that follow an address.
fn continue_address(value: &mut Assigned, others: &[Line], taken: &mut Vec<usize>, params: &AssignParams) {
    let mut last = value.line.place;
    // Three more at most: what follows is something else.
    for _ in 0..3 {
        let next = others.iter().enumerate().find(|(at, other)| {
            let down = (other.place.middle() - last.middle()) / last.height();
            let ratio = other.place.height() / last.height();
            !taken.contains(at)
                && down > 0.4
                && down < params.next_line
                && (other.place.left - last.left).abs() < 0.6 * last.height()
                && (0.7..1.4).contains(&ratio)
                && is_of_address(&other.text())
        });
        let Some((at, line)) = next else { break };
        taken.push(at);
        value.value = format!("{}, {}", value.value, line.text());
        value.line = covering(&value.line, line);
        last = line.place;
    }
}

/// A street, a town or a postal code: neither a date nor letters of a few classes of vehicles.
fn is_of_address(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let word = text.split(' ').any(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= 4);
    PrintedDate::parse(text).is_none() && (word || letters >= 1 && digits >= 3)
}

/// Names on a licence whose lone `1.` or `2.` was not seen: surname, given names and date of birth stand under one another.
fn name_by_place(
    name: FieldName,
    values: &[Assigned],
    others: &[Line],
    reading: &Reading,
) -> Option<Assigned> {
    let next = if name == FieldName::Surname { FieldName::GivenNames } else { FieldName::BirthDate };
    let next = &values.iter().find(|value| value.name == next)?.line;
    let height = next.place.height();
    let line = others.iter().find(|other| {
        let up = (next.place.middle() - other.place.middle()) / height;
        (0.7..2.0).contains(&up)
            && (other.place.left - next.place.left).abs() < 0.6 * height
            && values.iter().all(|value| value.line.bounds != other.bounds)
    })?;
    let value = value_of(name, &line.text(), reading)?;
    Some(Assigned { name, value, line: line.clone() })
}

/// Both lines' letters in a box around both.
fn covering(above: &Line, below: &Line) -> Line {
    let mut both = above.clone();
    both.letters.extend(below.letters.iter().copied());
    let (one, other) = (above.bounds.corners(), below.bounds.corners());
    let longer = if above.bounds.half[0] >= below.bounds.half[0] { &above.bounds } else { &below.bounds };
    let [x, y] = longer.axis;
    let at = |p: [f64; 2]| [p[0] * x + p[1] * y, -p[0] * y + p[1] * x];
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for corner in one.into_iter().chain(other).map(at) {
        for i in 0..2 {
            (low[i], high[i]) = (low[i].min(corner[i]), high[i].max(corner[i]));
        }
    }
    let [a, b] = [f64::midpoint(low[0], high[0]), f64::midpoint(low[1], high[1])];
    both.bounds.axis = longer.axis;
    both.bounds.middle = [a * x - b * y, a * y + b * x];
    both.bounds.half = [(high[0] - low[0]) / 2.0, (high[1] - low[1]) / 2.0];
    both.place.left = above.place.left.min(below.place.left);
    both.place.right = above.place.right.max(below.place.right);
    both.place.bottom = below.place.bottom;
    both
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::document::visual::line::tests::{FLAT, line};

    fn known() -> Known {
        Known { kind: None, country: None, days: Vec::new(), today: date!(2026 - 03 - 01) }
    }

    /// Lines 10 pixels wide per letter.
    fn page(lines: &[(&str, f64, f64)]) -> Page {
        let lines: Vec<Line> = lines
            .iter()
            .map(|(text, left, top)| line(text, *left, *top, 10.0 * text.chars().count() as f64))
            .collect();
        assigned(&lines, &FLAT, &known(), &AssignParams::default())
    }

    fn value(page: &Page, name: FieldName) -> Option<&str> {
        page.values.iter().find(|value| value.name == name).map(|value| value.value.as_str())
    }

    #[test]
    fn values_below_their_labels_and_a_missing_one_is_not_its_neighbours() {
        let page = page(&[
            ("REISEPASS / PASSPORT", 10.0, 0.0),
            ("Name / Surname", 200.0, 40.0),
            ("MÜLLER", 200.0, 60.0),
            ("Vornamen / Given names", 200.0, 90.0),
            ("JÜRGEN", 200.0, 110.0),
            ("Geburtsdatum", 200.0, 140.0),
            ("Geschlecht", 400.0, 140.0),
            ("12.08.1974", 200.0, 160.0),
            ("M", 400.0, 160.0),
            ("Ausstellungsdatum", 200.0, 190.0),
            ("Gültig bis", 400.0, 190.0),
            ("01.02.2030", 400.0, 210.0),
        ]);
        assert_eq!(page.kind, Some(DocumentType::Passport));
        assert_eq!(value(&page, FieldName::Surname), Some("MÜLLER"));
        assert_eq!(value(&page, FieldName::GivenNames), Some("JÜRGEN"));
        assert_eq!(value(&page, FieldName::BirthDate), Some("1974-08-12"));
        assert_eq!(value(&page, FieldName::Sex), Some("M"));
        assert_eq!(value(&page, FieldName::ExpiryDate), Some("2030-02-01"));
        assert_eq!(value(&page, FieldName::IssueDate), None);
    }

    #[test]
    fn a_driving_licence_by_its_numbers() {
        let page = page(&[
            ("RIJBEWIJS", 10.0, 0.0),
            ("1.", 200.0, 40.0),
            ("van der Berg", 230.0, 40.0),
            ("2. Sanne", 200.0, 64.0),
            ("3. 31.12.1980", 200.0, 88.0),
            ("4a.", 200.0, 112.0),
            ("01.02.2020", 240.0, 112.0),
            ("4b. 01.02.2030", 200.0, 136.0),
            ("5.", 200.0, 160.0),
            ("AB123456", 230.0, 160.0),
            ("8.", 200.0, 184.0),
            ("Molenweg 8", 230.0, 184.0),
            ("12345 Zuidhaven", 230.0, 208.0),
            ("9.", 200.0, 232.0),
            ("AM B", 230.0, 232.0),
        ]);
        assert_eq!(page.kind, Some(DocumentType::DrivingLicence));
        assert_eq!(value(&page, FieldName::Surname), Some("van der Berg"));
        assert_eq!(value(&page, FieldName::GivenNames), Some("Sanne"));
        assert_eq!(value(&page, FieldName::BirthDate), Some("1980-12-31"));
        assert_eq!(value(&page, FieldName::IssueDate), Some("2020-02-01"));
        assert_eq!(value(&page, FieldName::ExpiryDate), Some("2030-02-01"));
        assert_eq!(value(&page, FieldName::DocumentNumber), Some("AB123456"));
        assert_eq!(value(&page, FieldName::Address), Some("Molenweg 8, 12345 Zuidhaven"));
    }

    #[test]
    fn a_word_alone_makes_no_document() {
        let card =
            page(&[("VISA", 10.0, 0.0), ("4000 1234 5678 9010", 10.0, 60.0), ("ERIKA MUSTER", 10.0, 90.0)]);
        assert!(card.kind.is_none() && card.values.is_empty());
    }

    #[test]
    fn one_date_shows_the_order_of_the_others() {
        let page = page(&[
            ("Date of birth", 0.0, 0.0),
            ("08/31/1978", 0.0, 20.0),
            ("Date of expiry", 0.0, 60.0),
            ("03/04/2030", 0.0, 80.0),
        ]);
        assert_eq!(value(&page, FieldName::ExpiryDate), Some("2030-03-04"));
    }
}
