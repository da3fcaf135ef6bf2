//! From what was read of a document to what is judged.

use selfsame_domain::Timestamp;
use selfsame_domain::document::{
    DocumentField, DocumentReading, DocumentSide, DocumentWarning, FieldName, FieldSource, MrzFormat,
    MrzRule, MrzVerdict, PrintedLine,
};
use selfsame_domain::document::{
    DocumentFindings, Extraction, Findings, LegibilityDetail, ManipulationDetail, PartialDay, Step,
    UnreadableReason,
};
use selfsame_domain::transaction::Asked;
use selfsame_vision::Rect;
use selfsame_vision::signs::{Indication, Signs};

use super::agreement::{self, AgreementParams};
use super::reading::{has_code, is_empty};
use super::seen::{LookParams, Seen};

mod confirmation;
mod country;

/// The state that ICAO's specimens are issued by.
const SPECIMEN_STATE: &str = "UTO";
/// What stands in the place of a name on documents that are shown about. Only words that nobody is called.
const SPECIMEN_NAMES: [&str; 4] = ["SPECIMEN", "SPÉCIMEN", "ESPECIMEN", "MUSTERMANN"];

/// What explains that something could not be read, and as what it is told.
const FAULTS: [(Indication, LegibilityDetail); 5] = [
    (Indication::CutOff, LegibilityDetail::MissingPart),
    (Indication::Blurred, LegibilityDetail::Blurred),
    (Indication::Glare, LegibilityDetail::Glare),
    (Indication::TooSmall, LegibilityDetail::BadQuality),
    (Indication::TooDark, LegibilityDetail::BadQuality),
];

/// What is wrong with a picture, each detail once.
fn faults(signs: &Signs) -> Vec<LegibilityDetail> {
    let mut details: Vec<_> =
        FAULTS.into_iter().filter(|(sign, _)| signs.indicate(*sign)).map(|(_, detail)| detail).collect();
    details.dedup();
    details
}

/// Whether it is explained that nothing was read in the front's picture: that is a better answer than that there is nothing.
fn is_spoilt(signs: &Signs) -> bool {
    [Indication::Blurred, Indication::Glare, Indication::TooSmall, Indication::TooDark]
        .into_iter()
        .any(|indication| signs.indicate(indication))
}

/// Letters and digits that make print of a line, and the least that its least sure character is: a fold or an edge is read as a stroke or two.
const PRINT: (usize, f32) = (3, 0.5);

/// Whether a line is print, and no edge that was taken for some.
fn is_print(line: &PrintedLine) -> bool {
    line.text.chars().filter(|c| c.is_alphanumeric()).count() >= PRINT.0 && line.confidence >= PRINT.1
}

/// Whether a document is in the front's picture. What could not be read may be one all the same: where a page, a barcode or any print
/// was seen, or the picture is too bad to see anything, nobody can tell.
fn found(front: &DocumentReading, signs: &Signs) -> Step {
    let anything = front.page.is_some() || front.barcode.is_some() || front.lines.iter().any(is_print);
    if !is_empty(front) {
        Step::Yes
    } else if anything || is_spoilt(signs) {
        Step::Unknown
    } else {
        Step::No
    }
}

/// What the front's picture shows in the place of a front. Who says who it is with the other picture alone may show any face in this one.
fn misplaced(asked: &Asked<'_>, seen: &Seen) -> Option<UnreadableReason> {
    let front = seen.front.as_ref()?;
    let back = seen.back.as_ref().filter(|back| !is_empty(back));
    let prints =
        |name| front.field(name).is_some_and(|field| field.sources.contains(&FieldSource::VisualZone));
    // A sheet may show both sides.
    let is_back = front.side == Some(DocumentSide::Back)
        && !agreement::IDENTIFYING.into_iter().chain([FieldName::GivenNames]).any(prints);
    if is_empty(front) {
        back.filter(|_| !is_spoilt(&seen.front_signs)).map(|_| UnreadableReason::MissingFront)
    } else if is_back
        || !asked.kind.has_back() && front.mrz.is_none() && back.is_some_and(|b| b.mrz.is_some())
    {
        Some(UnreadableReason::WrongPage)
    } else {
        None
    }
}

/// Whether the back is a picture of its own that shows something of a document, and not the front again.
fn shows_back(seen: &Seen) -> bool {
    seen.back.as_ref().filter(|_| !seen.back_is_front).is_some_and(|back| {
        let coded = has_code(back) || back.mrz.is_some() || back.barcode.is_some();
        let printed = back.page.is_some() || !is_empty(back);
        coded || printed && back.side != Some(DocumentSide::Front)
    })
}

/// Whether front and back are of one document. The back needs no word for that where all that counts stands on the front.
fn one_document(front: &DocumentReading, back: Option<&DocumentReading>) -> bool {
    let Some(back) = back else { return true };
    let names = |name| front.field(name).is_none() && back.field(name).is_some();
    let counts = has_code(back)
        || [FieldName::Surname, FieldName::GivenNames, FieldName::BirthDate].into_iter().any(names);
    !counts || agreement::one_document(front, back)
}

/// What both sides say together: where one prints what the other has in a zone or barcode, the latter.
struct Whole<'a>(&'a DocumentReading);

impl Whole<'_> {
    fn value(&self, name: FieldName) -> Option<String> {
        self.0.value(name).map(str::to_owned)
    }

    /// Whether a value can be relied on: a zone or barcode that vouches for itself has it, or it was read with certainty.
    fn is_sure(&self, name: FieldName, vouched: &[FieldSource], params: &AgreementParams) -> bool {
        let misspelt = self.is_misspelt(name);
        self.0.field(name).is_some_and(|field| {
            let vouches =
                |source: &FieldSource| vouched.contains(source) && !(misspelt && *source == FieldSource::Mrz);
            field.sources.iter().any(vouches) || field.confidence >= params.least_confidence
        })
    }

    /// Whether the zone has a character in a name that no name has, and that is no custom of its issuer: it may be misread, and no check
    /// digit covers it.
    fn is_misspelt(&self, name: FieldName) -> bool {
        let names = [FieldName::Surname, FieldName::GivenNames];
        let rules = self.0.mrz.iter().flat_map(|mrz| &mrz.irregularities);
        names.contains(&name)
            && rules
                .filter(|broken| broken.rule == MrzRule::Characters)
                .any(|broken| broken.field.is_some_and(|field| names.contains(&field)))
    }

    fn country(&self, name: FieldName) -> Option<String> {
        self.0.value(name).and_then(selfsame_mrz::state::iso).map(str::to_owned)
    }

    fn does_not_expire(&self) -> bool {
        self.0.field(FieldName::ExpiryDate).is_some_and(DocumentField::does_not_expire)
    }

    fn day(&self, name: FieldName) -> Option<PartialDay> {
        self.0.value(name).and_then(day)
    }

    /// As the document spells it.
    fn issuer(&self) -> Option<&str> {
        self.0.issuing_country.as_deref()
    }

    fn names_a_specimen(&self) -> bool {
        [FieldName::Surname, FieldName::GivenNames]
            .into_iter()
            .filter_map(|name| self.value(name))
            .any(|value| value.to_uppercase().split_whitespace().any(|word| SPECIMEN_NAMES.contains(&word)))
    }

    /// A zone or a barcode was read: something vouches for more than print.
    fn has_code(&self) -> bool {
        has_code(self.0)
    }

    fn is_empty(&self) -> bool {
        is_empty(self.0)
    }

    /// What stands in the zone for the issuer to use, by the line that it stands in: first or second.
    fn optional_data(&self) -> [Option<String>; 2] {
        let (one, other) = (self.value(FieldName::OptionalData), self.value(FieldName::OptionalData2));
        match self.0.mrz.as_ref().map(|mrz| mrz.format) {
            Some(MrzFormat::Td2 | MrzFormat::Td3 | MrzFormat::MrvA | MrzFormat::MrvB) => [other, one],
            _ => [one, other],
        }
    }

    /// A passport's zone has a place for it (ICAO Doc 9303-4, 4.2.2).
    fn personal_number(&self) -> Option<String> {
        let passport = self.0.mrz.as_ref().is_some_and(|mrz| mrz.format == MrzFormat::Td3);
        let printed = self.value(FieldName::PersonalNumber);
        printed.or_else(|| self.value(FieldName::OptionalData).filter(|_| passport))
    }

    fn reading(&self) -> Extraction {
        let [optional_data_1, optional_data_2] = self.optional_data();
        Extraction {
            kind: self.0.document_type,
            issuing_country: self.issuer().and_then(selfsame_mrz::state::iso).map(str::to_owned),
            first_name: self.value(FieldName::GivenNames),
            last_name: self.value(FieldName::Surname),
            birth_date: self.day(FieldName::BirthDate),
            expiry: self.day(FieldName::ExpiryDate),
            does_not_expire: self.does_not_expire(),
            issued: self.day(FieldName::IssueDate),
            number: self.value(FieldName::DocumentNumber),
            personal_number: self.personal_number(),
            sex: self.value(FieldName::Sex),
            nationality: self.country(FieldName::Nationality),
            place_of_birth: self.value(FieldName::BirthPlace),
            address: self.value(FieldName::Address),
            us_state: self.value(FieldName::State),
            issuing_authority: self.value(FieldName::Authority),
            optional_data_1,
            optional_data_2,
        }
    }
}

/// `YYYY[-MM[-DD]]`
fn day(text: &str) -> Option<PartialDay> {
    let mut parts = text.split('-');
    let year = parts.next()?.parse().ok()?;
    let mut part = || parts.next().and_then(|part| part.parse().ok()).filter(|part| *part > 0);
    Some(PartialDay { year, month: part(), day: part() })
}

/// The fields of a whole document; `None` when nothing was read.
pub(crate) fn extraction(whole: &DocumentReading) -> Option<Extraction> {
    let whole = Whole(whole);
    (!whole.is_empty()).then(|| whole.reading())
}

/// Findings for [`judge`](selfsame_domain::transaction::judge), and the fields; `None` when nothing was read.
pub(crate) fn findings(
    asked: &Asked<'_>,
    seen: &Seen,
    params: &LookParams,
    now: Timestamp,
) -> (Findings, Option<Extraction>) {
    let mut document =
        DocumentFindings { original: seen.original, copy: seen.copy, ..DocumentFindings::default() };
    let (Some(whole), Some(front)) = (seen.whole.as_ref().map(Whole), &seen.front) else {
        document.legibility.push(LegibilityDetail::BadQuality);
        return (Findings { document, face: seen.face }, None);
    };
    let sides: Vec<_> = [&seen.front, &seen.back].into_iter().flatten().collect();
    let anything = !whole.is_empty();
    // The back speaks for the front in neither.
    document.found = found(front, &seen.front_signs);
    document.legible = Step::of(front.mrz.is_some() || !front.fields.is_empty());
    document.misplaced = misplaced(asked, seen);
    document.back = Step::of(shows_back(seen));
    document.one_document = Step::of(one_document(front, seen.back.as_ref()));
    if asked.back && seen.back.is_none() {
        // It came and could not be opened: what it would have said is not known.
        document.legible = Step::No;
        document.legibility.push(LegibilityDetail::BadQuality);
    }
    document.kind = whole.0.document_type;
    let specimen = whole.issuer() == Some(SPECIMEN_STATE)
        || whole.names_a_specimen()
        || seen.front_signs.indicate(Indication::SpecimenWord);
    document.country = whole.issuer().and_then(selfsame_mrz::state::iso).map(str::to_owned);
    document.country_unstated = Step::of(country::is_unstated(&sides, asked.country));
    document.no_specimen = if anything { Step::of(!specimen) } else { Step::Unknown };
    check(seen, &sides, whole.0, params, &mut document);
    let agreed = agreement::agreed(&sides, whole.0, &params.agreement);
    (document.printed_agrees, document.barcode_agrees) = (agreed.printed, agreed.barcode);
    (document.sides_agree, document.disagreeing) = (agreed.sides, agreed.differing);
    document.impossible = agreement::impossible_dates(&sides, &params.agreement, now);
    signs(seen, &mut document);

    let wanted = asked.fields;
    // A zone whose check digits do not agree, or that has none, is as good as it was read.
    let vouched: &[FieldSource] = if document.mrz == Step::Yes {
        &[FieldSource::Barcode, FieldSource::Mrz]
    } else {
        &[FieldSource::Barcode]
    };
    let sure = |name| whole.is_sure(name, vouched, &params.agreement);
    let read = [
        !wanted.number || sure(FieldName::DocumentNumber),
        !wanted.last_name || sure(FieldName::Surname) || sure(FieldName::GivenNames),
        !wanted.birth_date || sure(FieldName::BirthDate),
        if asked.kind.has_back() {
            // Print alone is believed when the whole document was shown.
            whole.has_code() || document.back.is_yes()
        } else {
            front.mrz.is_some()
        },
    ];
    // A budget that ended leaves open what else stands there, and whether it agrees.
    let finished = !sides.iter().any(|side| side.warnings.contains(&DocumentWarning::ReadingIncomplete));
    if !finished {
        document.legibility.push(LegibilityDetail::BadQuality);
    }
    document.complete = Step::of(finished && anything && read.into_iter().all(|read| read));
    let reading = whole.reading();
    let last_day = match &reading.expiry {
        _ if reading.does_not_expire => Step::Yes,
        Some(expiry) => in_date(expiry, now),
        None => Step::Unknown,
    };
    if sure(FieldName::ExpiryDate) {
        document.in_date = last_day;
    } else {
        document.in_date_in_doubt = last_day;
    }
    document.expiry_unstated = Step::of(document.back.is_yes() && has_no_expiry(&sides));
    (Findings { document, face: seen.face }, anything.then_some(reading))
}

/// What the zones are worth.
fn check(
    seen: &Seen,
    sides: &[&DocumentReading],
    whole: &DocumentReading,
    params: &LookParams,
    document: &mut DocumentFindings,
) {
    let pictures = [(&seen.front, &seen.front_signs), (&seen.back, &seen.back_signs)];
    let mut verdicts = Vec::new();
    let mut broken = Vec::new();
    for (reading, signs) in pictures {
        let Some(zone) = reading.as_ref().and_then(|reading| reading.mrz.as_ref()) else { continue };
        let ambiguous = zone.verdict == MrzVerdict::Ambiguous;
        let confirmed_by =
            ambiguous.then(|| confirmation::confirmed_by(zone, sides, whole, &params.agreement)).flatten();
        verdicts.push(if confirmed_by.is_some() { MrzVerdict::Valid } else { zone.verdict });
        document.mrz_settled_by = document.mrz_settled_by.or(confirmed_by).or(zone.settled_by);
        if zone.verdict == MrzVerdict::Invalid {
            broken.push((zone.checks.iter().any(|check| !check.ok), faults(signs)));
        }
    }
    // A layout without check digits has nothing to check.
    document.has_mrz = verdicts.iter().any(|verdict| *verdict != MrzVerdict::Unprotected);
    document.mrz = if verdicts.contains(&MrzVerdict::Invalid) {
        Step::No
    } else if !verdicts.is_empty() && verdicts.iter().all(|verdict| *verdict == MrzVerdict::Valid) {
        Step::Yes
    } else {
        Step::Unknown
    };
    document.check_digits = match document.mrz {
        Step::No if broken.iter().any(|(wrong, _)| *wrong) => Step::No,
        Step::Yes => Step::Yes,
        Step::No | Step::Unknown => Step::Unknown,
    };
    // A picture without a fault excuses nothing, whatever is wrong with the other one.
    if !broken.iter().any(|(wrong, faults)| *wrong && faults.is_empty()) {
        for detail in broken.into_iter().flat_map(|(_, faults)| faults) {
            if !document.mrz_spoilt.contains(&detail) {
                document.mrz_spoilt.push(detail);
            }
        }
    }
}

/// Whether the document is of a form that has no day of expiry, the Swiss licence, and none is printed on it either.
fn has_no_expiry(sides: &[&DocumentReading]) -> bool {
    let form = |side: &&DocumentReading| {
        side.mrz.as_ref().is_some_and(|zone| zone.format == MrzFormat::SwissDrivingLicence)
    };
    // A label with a day that could not be read: `Carte valable jusqu'au`, `4b.`
    let labelled = |text: &str| {
        let text = text.to_lowercase();
        text.contains("valable")
            || text.strip_prefix("4b").is_some_and(|rest| rest.contains(char::is_numeric))
    };
    sides.iter().any(form)
        && sides.iter().all(|side| {
            side.field(FieldName::ExpiryDate).is_none() && !side.lines.iter().any(|line| labelled(&line.text))
        })
}

/// Whether the document has not run out, good through its last day, wherever that day ends last. Where day or month are not known, the last that they can be.
fn in_date(expiry: &PartialDay, now: Timestamp) -> Step {
    let today = now.to_rfc3339();
    let last =
        format!("{:04}-{:02}-{:02}", expiry.year, expiry.month.unwrap_or(12), expiry.day.unwrap_or(31));
    Step::of(today.get(..10).is_some_and(|today| last.as_str() >= today))
}

/// What the pictures indicate about themselves. What explains that something could not be read is only an explanation; a page that is cut
/// off, or of two histories, is refused.
fn signs(seen: &Seen, document: &mut DocumentFindings) {
    let pictures = [(&seen.front, &seen.front_signs), (&seen.back, &seen.back_signs)];
    for detail in pictures.iter().flat_map(|(_, signs)| faults(signs)) {
        if !document.legibility.contains(&detail) {
            document.legibility.push(detail);
        }
    }
    let anywhere = |indication| {
        let measured = pictures.iter().any(|(_, signs)| signs.of(indication).is_some());
        let speaks = pictures.iter().any(|(_, signs)| signs.indicate(indication));
        if speaks {
            Step::No
        } else if measured {
            Step::Yes
        } else {
            Step::Unknown
        }
    };
    document.whole = anywhere(Indication::CutOff);
    document.unaltered = anywhere(Indication::CompressionBreak);
    for (reading, signs) in pictures {
        if let Some(broken) = signs.speaking(Indication::CompressionBreak) {
            document.altered.extend(altered(reading.as_ref(), broken.bounds, seen.faces.portrait));
        }
        if let Some(broken) = signs.speaking(Indication::LineBreak) {
            document.replaced.extend(altered(reading.as_ref(), broken.bounds, None));
        }
    }
    if seen.front_signs.indicate(Indication::OtherPortrait) {
        document.replaced.push(ManipulationDetail::Photo);
    }
    for details in [&mut document.altered, &mut document.replaced] {
        once(details);
    }
}

/// Each detail once, where it stood first.
fn once(details: &mut Vec<ManipulationDetail>) {
    let mut known = Vec::new();
    details.retain(|detail| {
        let new = !known.contains(detail);
        known.push(*detail);
        new
    });
}

/// What stands in the part that was altered.
fn altered(
    reading: Option<&DocumentReading>,
    bounds: Option<Rect>,
    portrait: Option<Rect>,
) -> Vec<ManipulationDetail> {
    let Some(bounds) = bounds else { return vec![ManipulationDetail::SecurityChecks] };
    let overlaps = |other: Rect| {
        let across = (bounds.x + bounds.width).min(other.x + other.width) - bounds.x.max(other.x);
        let down = (bounds.y + bounds.height).min(other.y + other.height) - bounds.y.max(other.y);
        across > 0.0 && down > 0.0
    };
    // A value has its place in print, and the zone has one for each of its own.
    let printed = reading.into_iter().flat_map(|reading| &reading.fields);
    let zone = reading.and_then(|reading| reading.mrz.as_ref()).into_iter().flat_map(|zone| &zone.fields);
    let mut details: Vec<_> = printed
        .chain(zone)
        .filter(|field| field.bounds.is_some_and(overlaps))
        .map(|field| agreement::detail(field.name))
        .collect();
    if portrait.is_some_and(overlaps) {
        details.insert(0, ManipulationDetail::Photo);
    }
    if details.is_empty() {
        details.push(ManipulationDetail::SecurityChecks);
    }
    once(&mut details);
    details
}

#[cfg(test)]
mod tests;
