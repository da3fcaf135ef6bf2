//! `selfsame document`

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use selfsame_domain::document::{
    BarcodeContent, BarcodeKind, BarcodeReading, DocumentField, DocumentReading, DocumentSide, DocumentType,
    DocumentWarning, FieldDisagreement, FieldName, FieldSource, MrzFormat, MrzReading, MrzVerdict,
};
use selfsame_domain::{Clock as _, Point, SystemClock, Timestamp};
use selfsame_vision::signs::{Indication, SignParams, Signs, Testimony};
use selfsame_vision::{DocumentWants, VisionError};
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
    /// Where what is printed and what a machine reads differ.
    disagreements: &'a [FieldDisagreement],
    checks: Vec<CheckReport>,
    /// What the pictures indicate about themselves; each that could be measured, whether it speaks or not.
    signs: Vec<SignReport>,
    /// The page's corners in the first picture, where its edges show.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<[Point; 4]>,
    warnings: &'a [DocumentWarning],
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

impl<'a> Report<'a> {
    fn of(Seen { reading, signs }: &'a Seen) -> Self {
        // A layout without check digits has none to pass.
        let digits = reading.mrz.as_ref().filter(|mrz| !mrz.checks.is_empty());
        Self {
            document_type: reading.document_type,
            issuing_country: reading.issuing_country.as_deref(),
            mrz: reading.mrz.as_ref().map(MrzReport::of),
            barcode: reading.barcode.as_ref(),
            fields: &reading.fields,
            disagreements: &reading.disagreements,
            checks: digits
                .map(|mrz| CheckReport {
                    check: "mrzCheckDigits",
                    passed: mrz.checks.iter().all(|check| check.ok),
                })
                .into_iter()
                .collect(),
            signs: signs
                .iter()
                .flat_map(|(side, signs)| signs.0.iter().map(move |testimony| (*side, *testimony)))
                .map(|(side, testimony)| SignReport { side, speaks: testimony.speaks(), testimony })
                .collect(),
            page: reading.page,
            warnings: &reading.warnings,
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
    if args.json { say_json(&Report::of(&seen)) } else { say_words(&seen) }?;
    Ok(if seen.reading.document_type.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was read of both sides, and what the picture of each indicates.
struct Seen {
    reading: DocumentReading,
    signs: Vec<(DocumentSide, Signs)>,
}

fn look(args: &DocumentArgs) -> Result<Seen, Failure> {
    let eyes = Eyes::open(&args.sources)?;
    let params = selfsame_server::sign_params(&args.sources.config()?.documents);
    let now = SystemClock.now();
    let (reading, signs) = side(&eyes, &args.front, DocumentSide::Front, &params, now)?;
    let mut seen = Seen { reading, signs: vec![(DocumentSide::Front, signs)] };
    if let Some(back) = &args.back {
        let (reading, signs) = side(&eyes, back, DocumentSide::Back, &params, now)?;
        seen.reading = eyes.vision.both_sides(seen.reading, reading);
        seen.signs.push((DocumentSide::Back, signs));
    }
    Ok(seen)
}

fn side(
    eyes: &Eyes,
    file: &Path,
    side: DocumentSide,
    params: &SignParams,
    now: Timestamp,
) -> Result<(DocumentReading, Signs), Failure> {
    let failed = |cause: PictureFailure| Failure::Picture { file: file.to_owned(), cause };
    let picture = eyes.read(file).map_err(failed)?;
    let look = || {
        let reading = eyes.vision.read_document_with(&picture, DocumentWants::default(), now)?;
        // As a scan does: the portrait and words across it are of the front.
        let signs = match side {
            DocumentSide::Front => eyes.vision.front_signs(&picture, &reading, params)?,
            DocumentSide::Back => eyes.vision.document_signs(&picture, &reading, params),
        };
        Ok::<_, VisionError>((reading, signs))
    };
    look().map_err(|error| failed(error.into()))
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

fn say_words(Seen { reading, signs }: &Seen) -> Result<(), Failure> {
    let mut head = toned(Tone::Strong, type_words(reading.document_type));
    if let Some(country) = &reading.issuing_country {
        head.push_str(&format!(", {country}"));
    }
    say(&head)?;
    if let Some(mrz) = &reading.mrz {
        let (tone, verdict) = match mrz.verdict {
            MrzVerdict::Valid => (Tone::Good, "valid"),
            MrzVerdict::Ambiguous => (Tone::Warning, "ambiguous: another reading is about as likely"),
            MrzVerdict::Unprotected => (Tone::Warning, "without check digits"),
            MrzVerdict::Invalid => (Tone::Bad, "invalid: check digits disagree, or a rule is broken"),
        };
        say(&format!("machine-readable zone: {}", toned(tone, verdict)))?;
        for line in &mrz.lines {
            say(&format!("  {line}"))?;
        }
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

const fn source_words(source: FieldSource) -> &'static str {
    match source {
        FieldSource::Mrz => "machine-readable zone",
        FieldSource::Barcode => "barcode",
        FieldSource::VisualZone => "printed",
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
        DocumentWarning::BarcodeNotUnderstood => {
            "the barcode holds no data of a licence or identity card; look at its text with --json"
        }
        DocumentWarning::MrzInvalid => {
            "no reading of the machine-readable zone agrees with its check digits; send a sharper picture without glare"
        }
        DocumentWarning::MrzAmbiguous => {
            "the machine-readable zone can be read in several ways; compare it with what is printed"
        }
    }
}
