//! `selfsame document`

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use selfsame_domain::document::{
    BarcodeContent, BarcodeKind, BarcodeReading, DOES_NOT_EXPIRE, DocumentField, DocumentReading,
    DocumentSide, DocumentType, DocumentWarning, FieldAlternative, FieldDisagreement, FieldName, FieldSource,
    MrzAlternative, MrzFormat, MrzIrregularity, MrzReading, MrzRule, MrzSettledBy, MrzVerdict,
};
use selfsame_domain::{Clock as _, Point, SystemClock, Timestamp};
use selfsame_vision::signs::{Indication, SignParams, Signs, Testimony};
use selfsame_vision::{DocumentWants, Effort, EffortStep, VisionError};
use serde::Serialize;
use serde_json::json;

use crate::args::DocumentArgs;
use crate::failure::{Failure, PictureFailure};
use crate::picture::Eyes;
use crate::terminal::{Tone, complain, say, say_json, toned};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    document_type: Option<DocumentType>,
    issuing_country: Option<&'a str>,
    mrz: Option<MrzReport<'a>>,
    barcode: Option<&'a BarcodeReading>,
    fields: &'a [DocumentField],
    /// What some fields may be as well.
    alternatives: &'a [FieldAlternative],
    /// Where what is printed and what a machine reads differ.
    disagreements: &'a [FieldDisagreement],
    checks: Vec<CheckReport>,
    /// What the pictures indicate about themselves; each that could be measured, whether it speaks or not.
    signs: Vec<SignReport>,
    /// The page's corners in the first picture, where its edges show.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<[Point; 4]>,
    warnings: &'a [DocumentWarning],
    /// What was tried of each picture; only when it was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explanation: Vec<EffortReport<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EffortReport<'a> {
    side: DocumentSide,
    /// Processor time of the reading and the signs, in milliseconds.
    cpu: f64,
    /// Networks that were run.
    runs: u32,
    /// Whether the budget ended too early.
    incomplete: bool,
    steps: &'a [EffortStep],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MrzReport<'a> {
    format: MrzFormat,
    lines: &'a [String],
    valid: bool,
    verdict: MrzVerdict,
    checks: Vec<MrzCheckReport>,
    fields: BTreeMap<&'static str, &'a str>,
    corrected: u32,
    /// What decided between readings that all check digits accept.
    settled_by: Option<MrzSettledBy>,
    /// The readings that nothing decided between, besides this one.
    alternatives: &'a [MrzAlternative],
    /// Broken rules that no check digit covers.
    irregularities: &'a [MrzIrregularity],
    corners: [Point; 4],
}

#[derive(Serialize)]
struct MrzCheckReport {
    /// `composite` for the digit over all.
    field: &'static str,
    ok: bool,
}

#[derive(Serialize)]
struct SignReport {
    side: DocumentSide,
    /// Whether it is indicated.
    speaks: bool,
    #[serde(flatten)]
    testimony: Testimony,
}

#[derive(Serialize)]
struct CheckReport {
    check: &'static str,
    passed: bool,
}

/// What the reading says of itself. A check is there when there was something to check.
fn checks(reading: &DocumentReading, dates: &Dates) -> Vec<CheckReport> {
    // A layout without check digits has none to pass.
    let digits = reading.mrz.as_ref().filter(|mrz| !mrz.checks.is_empty());
    let digits = digits.map(|mrz| mrz.checks.iter().all(|check| check.ok));
    // One that is printed, and read in a zone or barcode as well.
    let twice = reading.fields.iter().map(|field| &field.sources);
    let twice =
        twice.filter(|sources| sources.contains(&FieldSource::VisualZone)).any(|sources| sources.len() > 1);
    let differing = !reading.disagreements.is_empty();
    let printed = (differing || twice).then_some(!differing);
    [
        ("mrzCheckDigits", digits),
        ("printAgrees", printed),
        ("datesPossible", dates.any.then_some(dates.impossible.is_empty())),
        ("notExpired", dates.expired.map(|expired| !expired)),
    ]
    .into_iter()
    .filter_map(|(check, passed)| Some(CheckReport { check, passed: passed? }))
    .collect()
}

/// What the dates say, by the rules that scans are judged by: only values that were read surely count.
#[derive(Debug, Default, PartialEq)]
struct Dates {
    /// There is one.
    any: bool,
    /// What cannot be.
    impossible: Vec<&'static str>,
    /// `None` when no end was read surely.
    expired: Option<bool>,
}

impl Dates {
    fn of(reading: &DocumentReading, least_confidence: f32, greatest_age: i32, now: Timestamp) -> Self {
        let now = now.to_rfc3339();
        let today = now.get(..10).unwrap_or_default();
        let sure = |name| {
            let field = reading.field(name).filter(|field| field.confidence >= least_confidence);
            field.map(|field| field.value.as_str())
        };
        // Days that are not known whole contradict none.
        let whole = |name| sure(name).filter(|date| date.len() == 10);
        let (birth, issue, expiry) =
            (whole(FieldName::BirthDate), whole(FieldName::IssueDate), whole(FieldName::ExpiryDate));
        let year = |date: &str| date.get(..4).and_then(|year| year.parse::<i32>().ok());
        let age = birth.and_then(|birth| Some(year(today)? - year(birth)?));
        let after =
            |one: Option<&str>, other: Option<&str>| one.zip(other).is_some_and(|(one, other)| one >= other);
        let impossible = [
            (birth.is_some_and(|birth| birth > today), "the birth is yet to come"),
            (age.is_some_and(|age| age > greatest_age), "the birth is too long ago"),
            (
                birth.zip(issue).is_some_and(|(birth, issue)| issue < birth),
                "it was issued before the holder was born",
            ),
            (after(issue, expiry), "it expired before it was issued"),
            (after(birth, expiry), "it expired before the holder was born"),
        ];
        // Good through its last day: where day or month are not known, the last that they can be.
        let last = |end: &str| match end.len() {
            4 => format!("{end}-12-31"),
            7 => format!("{end}-31"),
            _ => end.to_owned(),
        };
        Self {
            any: birth.or(issue).or(expiry).is_some(),
            impossible: impossible.into_iter().filter_map(|(wrong, words)| wrong.then_some(words)).collect(),
            expired: sure(FieldName::ExpiryDate)
                .map(|end| end != DOES_NOT_EXPIRE && last(end).as_str() < today),
        }
    }
}

impl<'a> Report<'a> {
    fn of(Seen { reading, signs, dates, efforts }: &'a Seen, explain: bool) -> Self {
        Self {
            document_type: reading.document_type,
            issuing_country: reading.issuing_country.as_deref(),
            mrz: reading.mrz.as_ref().map(MrzReport::of),
            barcode: reading.barcode.as_ref(),
            fields: &reading.fields,
            alternatives: &reading.alternatives,
            disagreements: &reading.disagreements,
            checks: checks(reading, dates),
            signs: signs
                .iter()
                .flat_map(|(side, signs)| signs.0.iter().map(move |testimony| (*side, *testimony)))
                .map(|(side, testimony)| SignReport { side, speaks: testimony.speaks(), testimony })
                .collect(),
            page: reading.page,
            warnings: &reading.warnings,
            explanation: efforts.iter().filter(|_| explain).map(EffortReport::of).collect(),
        }
    }
}

impl<'a> EffortReport<'a> {
    fn of((side, effort): &'a (DocumentSide, Effort)) -> Self {
        Self {
            side: *side,
            cpu: (effort.processor().as_secs_f64() * 1e4).round() / 10.0,
            runs: effort.runs(),
            incomplete: effort.is_incomplete(),
            steps: effort.steps(),
        }
    }
}

impl<'a> MrzReport<'a> {
    fn of(mrz: &'a MrzReading) -> Self {
        Self {
            format: mrz.format,
            lines: &mrz.lines,
            valid: mrz.verdict == MrzVerdict::Valid,
            verdict: mrz.verdict,
            checks: mrz
                .checks
                .iter()
                .map(|check| MrzCheckReport {
                    field: check.field.map_or("composite", FieldName::as_str),
                    ok: check.ok,
                })
                .collect(),
            fields: mrz.fields.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect(),
            corrected: mrz.corrected,
            settled_by: mrz.settled_by,
            alternatives: &mrz.alternatives,
            irregularities: &mrz.irregularities,
            corners: mrz.corners,
        }
    }
}

pub(crate) fn document(args: &DocumentArgs) -> Result<ExitCode, Failure> {
    let seen = match look(args) {
        Ok(seen) => seen,
        Err(failure) => {
            if args.json {
                let file = match &failure {
                    Failure::Picture { file, .. } => Some(file.display().to_string()),
                    _ => None,
                };
                let error = json!({ "code": failure.code(), "message": failure.to_string(), "file": file });
                say_json(&json!({ "error": error }))?;
            }
            return Err(failure);
        }
    };
    if args.json { say_json(&Report::of(&seen, args.explain)) } else { say_words(&seen) }?;
    if args.explain && !args.json {
        say_efforts(&seen.efforts)?;
    }
    Ok(if seen.reading.document_type.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was read of both sides, what the picture of each indicates, and what the dates say.
struct Seen {
    reading: DocumentReading,
    signs: Vec<(DocumentSide, Signs)>,
    dates: Dates,
    /// What the picture of each cost.
    efforts: Vec<(DocumentSide, Effort)>,
}

fn look(args: &DocumentArgs) -> Result<Seen, Failure> {
    let eyes = Eyes::open(&args.sources)?;
    let documents = args.sources.config()?.documents;
    let params = selfsame_server::sign_params(&documents);
    let now = SystemClock.now();
    let (reading, signs, effort) =
        side(&eyes, (&args.front, DocumentSide::Front), args.zone_only, &params, now)?;
    let mut seen = Seen {
        reading,
        signs: vec![(DocumentSide::Front, signs)],
        dates: Dates::default(),
        efforts: vec![(DocumentSide::Front, effort)],
    };
    if let Some(back) = &args.back {
        let (reading, signs, effort) = side(&eyes, (back, DocumentSide::Back), false, &params, now)?;
        seen.reading = selfsame_vision::both_sides(seen.reading, reading);
        seen.signs.push((DocumentSide::Back, signs));
        seen.efforts.push((DocumentSide::Back, effort));
    }
    seen.dates = Dates::of(&seen.reading, documents.least_confidence, documents.greatest_age, now);
    Ok(seen)
}

fn side(
    eyes: &Eyes,
    (file, side): (&Path, DocumentSide),
    zone_only: bool,
    params: &SignParams,
    now: Timestamp,
) -> Result<(DocumentReading, Signs, Effort), Failure> {
    let failed = |cause: PictureFailure| Failure::Picture { file: file.to_owned(), cause };
    let mut effort = Effort::default();
    let picture = effort.step("decode", "the file as a picture", |_| eyes.read(file)).map_err(failed)?;
    let mut look = || {
        let wants = if zone_only { DocumentWants::ZONE } else { DocumentWants::default() };
        let reading = eyes.vision.read_document_with(&picture, wants, now, &mut effort)?;
        // As a scan does: the portrait and words across it are of the front.
        let signs = match side {
            _ if zone_only => Signs::default(),
            DocumentSide::Front => eyes.vision.front_signs(&picture, &reading, params, &mut effort)?,
            DocumentSide::Back => eyes.vision.document_signs(&picture, &reading, params, &mut effort),
        };
        Ok::<_, VisionError>((reading, signs))
    };
    let (reading, signs) = look().map_err(|error| failed(error.into()))?;
    Ok((reading, signs, effort))
}

const fn type_words(document: Option<DocumentType>) -> &'static str {
    match document {
        Some(DocumentType::Passport) => "passport",
        Some(DocumentType::IdentityCard) => "identity card",
        Some(DocumentType::DrivingLicence) => "driving licence",
        Some(DocumentType::Visa) => "visa",
        None => "unknown document",
    }
}

/// A line per step, those within another one indented.
fn say_efforts(efforts: &[(DocumentSide, Effort)]) -> Result<(), Failure> {
    for (side, effort) in efforts {
        let side = if *side == DocumentSide::Front { "front" } else { "back" };
        say(&format!(
            "what was tried of the {side}: {:.0} ms of processor time, {} runs of networks",
            effort.processor().as_secs_f64() * 1e3,
            effort.runs()
        ))?;
        for step in effort.steps() {
            let name = format!("{}{}", "  ".repeat(step.depth + 1), step.what);
            let outcome = if step.outcome.is_empty() { "" } else { "; " };
            say(&format!(
                "{name:<24} {:>7.1} ms  {:>3} runs  {}",
                step.cpu.as_secs_f64() * 1e3,
                step.runs,
                toned(Tone::Quiet, &format!("{}{outcome}{}", step.why, step.outcome))
            ))?;
        }
    }
    Ok(())
}

fn say_words(Seen { reading, signs, dates, .. }: &Seen) -> Result<(), Failure> {
    let mut head = toned(Tone::Strong, type_words(reading.document_type));
    if let Some(country) = &reading.issuing_country {
        head.push_str(&format!(", {country}"));
    }
    say(&head)?;
    if let Some(mrz) = &reading.mrz {
        say_zone(mrz)?;
    }
    if let Some(barcode) = &reading.barcode {
        let kind = match barcode.kind {
            BarcodeKind::Pdf417 => "PDF417",
            BarcodeKind::QrCode => "QR code",
        };
        say(&match &barcode.content {
            BarcodeContent::Aamva { version, .. } => format!("{kind} of a licence, AAMVA version {version}"),
            BarcodeContent::Unknown => format!("{kind} of another content"),
        })?;
    }
    for field in &reading.fields {
        let sources: Vec<&str> = field.sources.iter().copied().map(source_words).collect();
        let printed =
            field.printed.as_ref().map(|printed| format!(", printed {printed}")).unwrap_or_default();
        say(&format!(
            "  {:<16} {}{printed}  {}",
            field.name.as_str(),
            field.value,
            toned(Tone::Quiet, &format!("({}, {:.2})", sources.join(", "), field.confidence))
        ))?;
    }
    for alternative in &reading.alternatives {
        let words = format!("  {:<16} {} is possible as well", alternative.name.as_str(), alternative.value);
        say(&toned(Tone::Warning, &words))?;
    }
    for disagreement in &reading.disagreements {
        let words = format!(
            "{} is printed as {}, but the {} says {}: look at both on the document",
            disagreement.name.as_str(),
            disagreement.printed,
            source_words(disagreement.source),
            disagreement.other
        );
        say(&toned(Tone::Bad, &words))?;
    }
    for words in &dates.impossible {
        say(&toned(Tone::Bad, &format!("dates that cannot be: {words}")))?;
    }
    if dates.expired == Some(true) {
        say(&toned(Tone::Warning, "it has expired"))?;
    }
    for (side, signs) in signs {
        for sign in signs.0.iter().filter(|sign| sign.speaks()) {
            let side = if *side == DocumentSide::Front { "front" } else { "back" };
            let words = format!(
                "the picture of the {side} indicates {} ({:.2}, from {})",
                sign_words(sign.indicates),
                sign.measure,
                sign.threshold
            );
            say(&toned(Tone::Warning, &words))?;
        }
    }
    for warning in &reading.warnings {
        complain(warning_words(*warning));
    }
    Ok(())
}

/// The machine-readable zone, what else it may say, and what is unusual about it.
fn say_zone(mrz: &MrzReading) -> Result<(), Failure> {
    let (tone, verdict) = match mrz.verdict {
        MrzVerdict::Valid => (Tone::Good, "valid"),
        MrzVerdict::Ambiguous => (Tone::Warning, "ambiguous: another reading is about as likely"),
        MrzVerdict::Unprotected => (Tone::Warning, "without check digits"),
        MrzVerdict::Invalid => (Tone::Bad, "invalid: check digits disagree, or a date cannot be"),
    };
    say(&format!("machine-readable zone: {}", toned(tone, verdict)))?;
    for line in &mrz.lines {
        say(&format!("  {line}"))?;
    }
    if let Some(by) = mrz.settled_by {
        say(&toned(Tone::Quiet, &format!("  another reading passes too; settled by {}", settled_words(by))))?;
    }
    for alternative in &mrz.alternatives {
        say("or, about as likely:")?;
        for line in &alternative.lines {
            say(&format!("  {line}"))?;
        }
    }
    for irregularity in &mrz.irregularities {
        let field = irregularity.field.map_or("document code", FieldName::as_str);
        let words = format!("  {field}: {}", rule_words(irregularity.rule));
        say(&toned(Tone::Warning, &words))?;
    }
    Ok(())
}

const fn source_words(source: FieldSource) -> &'static str {
    match source {
        FieldSource::Mrz => "machine-readable zone",
        FieldSource::Barcode => "barcode",
        FieldSource::VisualZone => "printed",
    }
}

const fn settled_words(by: MrzSettledBy) -> &'static str {
    match by {
        MrzSettledBy::Recogniser => "the recogniser's certainty",
        MrzSettledBy::Profile => "how the issuer's numbers are made",
        MrzSettledBy::Print => "what is printed",
        MrzSettledBy::Barcode => "the barcode",
    }
}

const fn rule_words(rule: MrzRule) -> &'static str {
    match rule {
        MrzRule::DocumentCode => "none of ICAO Doc 9303 for this layout",
        MrzRule::StateCode => "a code of no known state",
        MrzRule::Characters => "holds a character that it may not hold",
        MrzRule::Shape => "has fillers where none may be, or lacks some",
        MrzRule::Empty => "is empty",
    }
}

const fn sign_words(indication: Indication) -> &'static str {
    match indication {
        Indication::Blurred => "blur",
        Indication::Glare => "glare",
        Indication::CutOff => "that a part of the page is missing",
        Indication::TooSmall => "that the page is too small in it",
        Indication::TooDark => "too little light",
        Indication::GreyPage => "a copy in black and white",
        Indication::Pattern => "a display",
        Indication::CompressionBreak => "that a part was put in afterwards",
        Indication::LineBreak => "that characters of the machine-readable zone were replaced",
        Indication::SpecimenWord => "a specimen",
        Indication::OtherPortrait => "that the portrait was replaced",
    }
}

const fn warning_words(warning: DocumentWarning) -> &'static str {
    match warning {
        DocumentWarning::UnknownDocument => {
            "neither a machine-readable zone nor a known barcode nor a known title was found; send a sharp picture that shows the whole document, or its other side"
        }
        DocumentWarning::BarcodeIrregular => {
            "the barcode departs from its standard; what could not be told apart in it was left out"
        }
        DocumentWarning::BarcodeNotUnderstood => {
            "the barcode holds no data of a licence or identity card; look at its text with --json"
        }
        DocumentWarning::MrzInvalid => {
            "no reading of the machine-readable zone agrees with its check digits; send a sharper picture without glare"
        }
        DocumentWarning::MrzAmbiguous => {
            "the machine-readable zone can be read in several ways; compare it with what is printed"
        }
        DocumentWarning::ReadingIncomplete => {
            "the reading was ended before everything was read: what is absent may be there; send a sharper picture that shows the document alone"
        }
        DocumentWarning::MrzIrregular => {
            "the check digits of the machine-readable zone agree, but it breaks another rule; look at the fields that it names"
        }
    }
}

#[cfg(test)]
mod tests {
    use selfsame_domain::Rect;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn reading(fields: &[(FieldName, &str, FieldSource, f32)]) -> DocumentReading {
        let field = |(name, value, source, confidence): &(FieldName, &str, FieldSource, f32)| DocumentField {
            name: *name,
            value: (*value).to_owned(),
            printed: None,
            sources: vec![*source],
            confidence: *confidence,
            bounds: None,
            side: DocumentSide::Front,
        };
        DocumentReading { fields: fields.iter().map(field).collect(), ..DocumentReading::default() }
    }

    fn told(reading: &DocumentReading) -> Vec<(&'static str, bool)> {
        let dates = Dates::of(reading, 0.9, 125, NOW);
        checks(reading, &dates).into_iter().map(|check| (check.check, check.passed)).collect()
    }

    use FieldName::{BirthDate, ExpiryDate, IssueDate};
    use FieldSource::{Mrz, VisualZone};

    #[test]
    fn dates_are_checked_where_they_were_read_surely() {
        assert_eq!(NOW.to_rfc3339().get(..10), Some("2026-09-21"));
        for (fields, expected) in [
            (
                vec![(BirthDate, "1974-08-12"), (ExpiryDate, "2026-09-21")],
                vec![("datesPossible", true), ("notExpired", true)],
            ),
            (vec![(ExpiryDate, "2026-09-20")], vec![("datesPossible", true), ("notExpired", false)]),
            (vec![(ExpiryDate, "2026-09")], vec![("notExpired", true)]),
            (vec![(ExpiryDate, "2025")], vec![("notExpired", false)]),
            (vec![(ExpiryDate, DOES_NOT_EXPIRE)], vec![("notExpired", true)]),
            (vec![(BirthDate, "2074-08-12")], vec![("datesPossible", false)]),
            (vec![(BirthDate, "1874-08-12")], vec![("datesPossible", false)]),
            (vec![(BirthDate, "2000-01-01"), (IssueDate, "1999-01-01")], vec![("datesPossible", false)]),
            (
                vec![(IssueDate, "2030-01-01"), (ExpiryDate, "2030-01-01")],
                vec![("datesPossible", false), ("notExpired", true)],
            ),
            (vec![(BirthDate, "2000"), (IssueDate, "1999")], vec![]),
            (vec![], vec![]),
        ] {
            let with = |confidence| {
                let fields: Vec<_> =
                    fields.iter().map(|(name, value)| (*name, *value, Mrz, confidence)).collect();
                told(&reading(&fields))
            };
            assert_eq!(with(0.99), expected, "{fields:?}");
            assert_eq!(with(0.5), [], "{fields:?}");
        }
    }

    #[test]
    fn print_is_checked_against_what_a_machine_reads() {
        let surname = |source| (FieldName::Surname, "ERIKSSON", source, 0.99);
        assert_eq!(told(&reading(&[surname(VisualZone)])), []);
        assert_eq!(told(&reading(&[surname(Mrz)])), []);
        let mut both = reading(&[surname(Mrz), (FieldName::BirthPlace, "ZENITH", VisualZone, 0.9)]);
        assert_eq!(told(&both), [], "nothing stands in both");
        both.fields[0].sources.push(VisualZone);
        assert_eq!(told(&both), [("printAgrees", true)]);
        both.disagreements.push(FieldDisagreement {
            name: FieldName::Surname,
            printed: "ERICSSON".to_owned(),
            other: "ERIKSSON".to_owned(),
            source: Mrz,
            confidence: 0.95,
            bounds: Rect::default(),
            side: DocumentSide::Front,
        });
        assert_eq!(told(&both), [("printAgrees", false)]);
    }
}
