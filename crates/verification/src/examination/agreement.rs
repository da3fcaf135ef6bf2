//! Whether what is written several times on a document is the same each time, and can be.

use selfsame_domain::Timestamp;
use selfsame_domain::document::{DOES_NOT_EXPIRE, DocumentReading, FieldName, FieldSource};
use selfsame_domain::document::{ManipulationDetail, Step};
use selfsame_mrz::names::{Agreement, same_name};

/// From where on a contradiction counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgreementParams {
    /// A value read less surely contradicts nothing, 0..=1. 0.9: characters that a reader mistakes are less sure, and so are all fields
    /// of a zone whose check digits are wrong, which is reported as such.
    pub least_confidence: f32,
    /// No holder is older, in years.
    pub greatest_age: i32,
}

impl Default for AgreementParams {
    fn default() -> Self {
        Self { least_confidence: 0.9, greatest_age: 125 }
    }
}

/// One value, as one place of the document has it.
struct Said<'a> {
    name: FieldName,
    value: &'a str,
    source: FieldSource,
    /// Of the pictures, front first.
    side: usize,
    /// The name may be cut off.
    truncated: bool,
}

/// What the places of a document say about one another.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Agreed {
    /// Printed against the machine-readable zone of the same side.
    pub(super) printed: Step,
    /// Anything against a barcode.
    pub(super) barcode: Step,
    /// Front against back, barcodes aside.
    pub(super) sides: Step,
    /// Whose values differ.
    pub(super) differing: Vec<ManipulationDetail>,
}

impl Agreed {
    fn differs(&mut self, name: FieldName) {
        let detail = detail(name);
        if !self.differing.contains(&detail) {
            self.differing.push(detail);
        }
    }
}

fn everything<'a>(sides: &[&'a DocumentReading], params: &AgreementParams) -> Vec<Said<'a>> {
    let mut all = Vec::new();
    for (side, reading) in sides.iter().enumerate() {
        let truncated = reading.mrz.as_ref().is_some_and(|mrz| mrz.name_truncated);
        let of_zone = reading.mrz.iter().flat_map(|mrz| &mrz.fields);
        for field in reading.fields.iter().chain(of_zone) {
            if field.confidence < params.least_confidence {
                continue;
            }
            for &source in &field.sources {
                let truncated = truncated && source == FieldSource::Mrz;
                all.push(Said { name: field.name, value: &field.value, source, side, truncated });
            }
        }
    }
    all
}

/// Compares every value with every other of its field. What is printed contradicts nothing here but by the `disagreements` of whoever
/// read it and of `whole`, both sides together: they know what may have been misread, and where the same value stands besides.
pub(super) fn agreed(
    sides: &[&DocumentReading],
    whole: &DocumentReading,
    params: &AgreementParams,
) -> Agreed {
    let all = everything(sides, params);
    let mut agreed = Agreed::default();
    for disagreement in &whole.disagreements {
        let of_one_side = sides.iter().any(|side| side.disagreements.contains(disagreement));
        let step = match disagreement.source {
            FieldSource::Barcode => &mut agreed.barcode,
            _ if of_one_side => &mut agreed.printed,
            _ => &mut agreed.sides,
        };
        *step = Step::No;
        agreed.differs(disagreement.name);
    }
    for (at, one) in all.iter().enumerate() {
        for other in &all[at + 1..] {
            if one.name != other.name || (one.source, one.side) == (other.source, other.side) {
                continue;
            }
            let Some(same) = same(one, other) else { continue };
            if !same && [one.source, other.source].contains(&FieldSource::VisualZone) {
                continue;
            }
            let step = if [one.source, other.source].contains(&FieldSource::Barcode) {
                &mut agreed.barcode
            } else if one.side != other.side {
                &mut agreed.sides
            } else {
                &mut agreed.printed
            };
            if !same {
                *step = Step::No;
                agreed.differs(one.name);
            } else if *step == Step::Unknown {
                *step = Step::Yes;
            }
        }
    }
    agreed
}

/// Whether two spellings say the same; `None` for fields that each place may word in its own way.
fn same(one: &Said<'_>, other: &Said<'_>) -> Option<bool> {
    match one.name {
        FieldName::DocumentNumber | FieldName::PersonalNumber => Some(alike(one.value, other.value)),
        FieldName::BirthDate | FieldName::ExpiryDate | FieldName::IssueDate => {
            let never = |said: &Said<'_>| said.value == DOES_NOT_EXPIRE;
            if never(one) || never(other) {
                // The day that a zone of two digits for the year has for the last of 9999, where its issuer is not known for that.
                let day =
                    |said: &Said<'_>| said.value.ends_with("99-01-01") || said.value.ends_with("99-12-31");
                return Some(never(one) && never(other) || day(one) || day(other));
            }
            // Parts that one of them does not know cannot differ, and a zone knows two digits of a year.
            let zone = [one.source, other.source].contains(&FieldSource::Mrz);
            let (from, length) = (if zone { 2 } else { 0 }, one.value.len().min(other.value.len()));
            Some(one.value.get(from..length) == other.value.get(from..length))
        }
        FieldName::Sex => Some(one.value == other.value),
        FieldName::Surname | FieldName::GivenNames => {
            // The letters of the zone stand on the right; a given name may be one of several.
            let (print, zone) = if one.source == FieldSource::Mrz { (other, one) } else { (one, other) };
            let truncated = zone.truncated || zone.source != FieldSource::Mrz;
            let either = same_name(print.value, zone.value, truncated) != Agreement::Different
                || same_name(zone.value, print.value, truncated) != Agreement::Different;
            let (print, zone) = (print.value.to_uppercase(), zone.value.to_uppercase());
            let part = one.name == FieldName::GivenNames
                && (print.starts_with(zone.as_str()) || zone.starts_with(print.as_str()));
            Some(either || part)
        }
        _ => None,
    }
}

/// Letters and digits alone count, and those that no reader tells apart in print are one.
fn alike(one: &str, other: &str) -> bool {
    plain(one) == plain(other)
}

fn plain(text: &str) -> String {
    let folded = text.chars().filter(char::is_ascii_alphanumeric).map(|c| match c.to_ascii_uppercase() {
        'O' | 'Q' | 'D' => '0',
        'I' | 'L' => '1',
        'Z' => '2',
        'S' => '5',
        'B' => '8',
        'G' => '6',
        c => c,
    });
    folded.collect()
}

/// Fields of which few people have the same value. A sex, a state, a day of issue or a given name is that of many.
pub(super) const IDENTIFYING: [FieldName; 4] =
    [FieldName::DocumentNumber, FieldName::PersonalNumber, FieldName::Surname, FieldName::BirthDate];
/// Characters of a number that two documents do not share by chance.
const LEAST_NUMBER: usize = 4;

/// Whether a value that names the holder or the document stands on both sides. Other than for a contradiction it does not matter how surely
/// it was read: nothing is misread into what another picture says.
pub(super) fn one_document(front: &DocumentReading, back: &DocumentReading) -> bool {
    let truncated = [front, back].iter().any(|side| side.mrz.as_ref().is_some_and(|mrz| mrz.name_truncated));
    let values = |side: &DocumentReading, name: FieldName| -> Vec<String> {
        let fields = side.fields.iter().chain(side.mrz.iter().flat_map(|mrz| &mrz.fields));
        let fields = fields.filter(|field| field.name == name);
        fields.flat_map(|field| [Some(field.value.clone()), field.printed.clone()]).flatten().collect()
    };
    let shared = |name: FieldName, one: &str, other: &str| match name {
        FieldName::Surname => [(one, other), (other, one)]
            .into_iter()
            .any(|(printed, zone)| same_name(printed, zone, truncated) != Agreement::Different),
        // Whole days: a year is that of many. A zone has two digits of it.
        FieldName::BirthDate => one.len() == 10 && other.len() == 10 && one.get(2..) == other.get(2..),
        _ => plain(one).len() >= LEAST_NUMBER && alike(one, other),
    };
    IDENTIFYING.into_iter().any(|name| {
        let (one, other) = (values(front, name), values(back, name));
        one.iter().any(|one| other.iter().any(|other| shared(name, one, other)))
    })
}

/// The detail that names a field.
pub(super) fn detail(name: FieldName) -> ManipulationDetail {
    match name {
        FieldName::DocumentNumber => ManipulationDetail::DocumentNumber,
        FieldName::BirthDate => ManipulationDetail::BirthDate,
        FieldName::ExpiryDate => ManipulationDetail::Expiry,
        FieldName::PersonalNumber => ManipulationDetail::PersonalNumber,
        FieldName::Surname | FieldName::GivenNames => ManipulationDetail::Name,
        FieldName::Address => ManipulationDetail::Address,
        FieldName::BirthPlace => ManipulationDetail::PlaceOfBirth,
        _ => ManipulationDetail::SecurityChecks,
    }
}

/// Dates that cannot be: a birth that is yet to come or too long ago, a document issued before its holder was born, in days to come, or
/// not before it runs out. Only of values that were read surely.
pub(super) fn impossible_dates(
    sides: &[&DocumentReading],
    params: &AgreementParams,
    now: Timestamp,
) -> Vec<ManipulationDetail> {
    // A birth that another century explains is possible.
    let others: Vec<&str> = sides
        .iter()
        .flat_map(|side| &side.alternatives)
        .filter(|other| other.name == FieldName::BirthDate)
        .map(|other| other.value.as_str())
        .collect();
    let sure = |name: FieldName| {
        let fields = sides.iter().flat_map(|side| &side.fields);
        fields
            .filter(|field| field.name == name && field.confidence >= params.least_confidence)
            .find(|field| field.value.len() == 10)
            .map(|field| field.value.as_str())
    };
    let (birth, issue, expiry) =
        (sure(FieldName::BirthDate), sure(FieldName::IssueDate), sure(FieldName::ExpiryDate));
    let today = now.to_rfc3339();
    // Somewhere it is a day later already; a day too many does not matter.
    let today = today.get(..10).unwrap_or_default();
    let year = |date: &str| date.get(..4).and_then(|year| year.parse::<i32>().ok());
    let mut wrong = Vec::new();
    if let Some(birth) = birth {
        let age = year(today).zip(year(birth)).map(|(today, birth)| today - birth);
        if birth > today || age.is_none_or(|age| age > params.greatest_age) {
            wrong.push(ManipulationDetail::BirthDate);
        }
        let earliest = others.iter().copied().chain([birth]).min().unwrap_or(birth);
        if issue.is_some_and(|issue| issue < earliest) {
            wrong.push(ManipulationDetail::SecurityChecks);
        }
    }
    // What does not run out does so after every day.
    let expiry = expiry.filter(|day| *day != DOES_NOT_EXPIRE);
    let after =
        |one: Option<&str>, other: Option<&str>| one.zip(other).is_some_and(|(one, other)| one >= other);
    if after(issue, expiry) || after(birth, expiry) {
        wrong.push(ManipulationDetail::Expiry);
    }
    wrong
}

#[cfg(test)]
mod tests {
    use selfsame_domain::document::{DocumentField, DocumentSide, FieldDisagreement};

    use super::*;

    fn side(fields: &[(FieldName, &str, FieldSource, f32)]) -> DocumentReading {
        let field =
            |&(name, value, source, confidence): &(FieldName, &str, FieldSource, f32)| DocumentField {
                name,
                value: value.to_owned(),
                printed: None,
                sources: vec![source],
                confidence,
                bounds: None,
                side: DocumentSide::Front,
            };
        DocumentReading { fields: fields.iter().map(field).collect(), ..DocumentReading::default() }
    }

    fn compared(
        front: &[(FieldName, &str, FieldSource, f32)],
        back: &[(FieldName, &str, FieldSource, f32)],
    ) -> Agreed {
        agreed(&[&side(front), &side(back)], &DocumentReading::default(), &AgreementParams::default())
    }

    use FieldName::{BirthDate, DocumentNumber, ExpiryDate, GivenNames, IssueDate, Surname};
    use FieldSource::{Barcode, Mrz, VisualZone};

    #[test]
    fn a_back_of_another_document_contradicts_its_front() {
        let front =
            [(DocumentNumber, "X123 O56", VisualZone, 0.9), (BirthDate, "1974-08-12", VisualZone, 0.9)];
        let own = [(DocumentNumber, "X123056", Mrz, 0.999), (BirthDate, "1974-08", Mrz, 0.999)];
        assert_eq!(compared(&front, &own), Agreed { sides: Step::Yes, ..Agreed::default() });
        let front = [(DocumentNumber, "X123056", Mrz, 0.999), (BirthDate, "1974-08-12", Mrz, 0.999)];
        let other = [(DocumentNumber, "X987654", Mrz, 0.999), (BirthDate, "1974-08-13", Mrz, 0.999)];
        let found = compared(&front, &other);
        assert_eq!(found.sides, Step::No);
        assert_eq!(found.differing, [ManipulationDetail::DocumentNumber, ManipulationDetail::BirthDate]);
        // A barcode has a reason of its own.
        let coded = [(DocumentNumber, "X987654", Barcode, 0.999)];
        let found = compared(&front, &coded);
        assert_eq!((found.barcode, found.sides), (Step::No, Step::Unknown));
    }

    #[test]
    fn what_few_people_share_makes_two_sides_one_document() {
        let code = [
            (Surname, "MUELLER", Mrz, 0.97),
            (GivenNames, "ANNA", Mrz, 0.97),
            (DocumentNumber, "X123056", Mrz, 0.999),
            (BirthDate, "1974-08-12", Mrz, 0.999),
            (FieldName::Sex, "F", Mrz, 0.97),
        ];
        let shared = |front: (FieldName, &str, FieldSource, f32)| one_document(&side(&[front]), &side(&code));
        assert!(shared((Surname, "Müller", VisualZone, 0.6)));
        assert!(shared((DocumentNumber, "X123 O56", VisualZone, 0.6)));
        assert!(shared((BirthDate, "1974-08-12", VisualZone, 0.6)));
        for other in [
            (GivenNames, "Anna", VisualZone, 0.95),
            (FieldName::Sex, "F", VisualZone, 0.95),
            (BirthDate, "1974", VisualZone, 0.95),
            (Surname, "M", VisualZone, 0.95),
            (DocumentNumber, "", VisualZone, 0.95),
        ] {
            assert!(!shared(other), "{other:?}");
        }
        assert!(!one_document(&side(&[]), &side(&code)) && !one_document(&side(&code), &side(&[])));
    }

    #[test]
    fn what_was_not_read_surely_contradicts_nothing() {
        for front in [(DocumentNumber, "X123456", Mrz, 0.5), (DocumentNumber, "X123456", VisualZone, 0.95)] {
            assert_eq!(compared(&[front], &[(DocumentNumber, "X987654", Mrz, 0.999)]), Agreed::default());
        }
    }

    #[test]
    fn what_is_printed_contradicts_by_the_word_of_its_reader() {
        let told = |source| {
            let disagreement = FieldDisagreement {
                name: BirthDate,
                printed: "1974-08-12".to_owned(),
                other: "1984-08-12".to_owned(),
                source,
                confidence: 0.95,
                bounds: selfsame_domain::Rect::default(),
                side: DocumentSide::Front,
            };
            let whole = DocumentReading { disagreements: vec![disagreement], ..DocumentReading::default() };
            let one = DocumentReading { disagreements: whole.disagreements.clone(), ..side(&[]) };
            [&one, &side(&[])].map(|side| agreed(&[side], &whole, &AgreementParams::default()))
        };
        let [within, across] = told(Mrz);
        assert_eq!((within.printed, within.sides), (Step::No, Step::Unknown));
        assert_eq!((across.printed, across.sides), (Step::Unknown, Step::No));
        assert_eq!(across.differing, [ManipulationDetail::BirthDate]);
        assert!(told(Barcode).iter().all(|found| found.barcode == Step::No));
    }

    #[test]
    fn names_are_compared_as_names() {
        let front = [(Surname, "Müller", VisualZone, 0.9), (GivenNames, "Anna Maria", VisualZone, 0.9)];
        let own = [(Surname, "MUELLER", Mrz, 0.97), (GivenNames, "ANNA", Mrz, 0.97)];
        assert_eq!(compared(&front, &own).sides, Step::Yes);
        let found = compared(&[(Surname, "MUELLER", Mrz, 0.97)], &[(Surname, "SCHMIDT", Mrz, 0.97)]);
        assert_eq!((found.sides, &found.differing[..]), (Step::No, &[ManipulationDetail::Name][..]));
    }

    #[test]
    fn dates_that_cannot_be_are_told() {
        let now = Timestamp::from_millis(1_790_000_000_000);
        let wrong = |fields: &[(FieldName, &str)]| {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, *value, Mrz, 0.999)).collect();
            impossible_dates(&[&side(&fields)], &AgreementParams::default(), now)
        };
        let sound = [(BirthDate, "1974-08-12"), (IssueDate, "2020-01-01"), (ExpiryDate, "2030-01-01")];
        assert_eq!(wrong(&sound), []);
        assert_eq!(wrong(&[(BirthDate, "2074-08-12")]), [ManipulationDetail::BirthDate]);
        assert_eq!(wrong(&[(BirthDate, "1874-08-12")]), [ManipulationDetail::BirthDate]);
        assert_eq!(
            wrong(&[(BirthDate, "2000-01-01"), (IssueDate, "1999-01-01")]),
            [ManipulationDetail::SecurityChecks]
        );
        assert_eq!(
            wrong(&[(IssueDate, "2020-01-01"), (ExpiryDate, "2020-01-01")]),
            [ManipulationDetail::Expiry]
        );
        // Of months and years nothing is said.
        assert_eq!(wrong(&[(BirthDate, "2074")]), []);
    }
}
