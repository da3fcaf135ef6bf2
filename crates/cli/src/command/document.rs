//! `selfsame document`

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use selfsame_domain::document::{
    BarcodeContent, BarcodeKind, BarcodeReading, DocumentField, DocumentReading, DocumentType,
    DocumentWarning, FieldDisagreement, FieldName, FieldSource, MrzFormat, MrzReading, MrzVerdict,
};
use selfsame_domain::{Clock as _, Point, SystemClock, Timestamp};
use selfsame_vision::DocumentWants;
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
struct CheckReport {
    check: &'static str,
    passed: bool,
}

impl<'a> Report<'a> {
    fn of(reading: &'a DocumentReading) -> Self {
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
    let reading = match read(args) {
        Ok(reading) => reading,
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
    if args.json { say_json(&Report::of(&reading)) } else { say_words(&reading) }?;
    Ok(if reading.document_type.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(args: &DocumentArgs) -> Result<DocumentReading, Failure> {
    let eyes = Eyes::open(&args.sources)?;
    let now = SystemClock.now();
    let front = side(&eyes, &args.front, now)?;
    match &args.back {
        Some(back) => Ok(eyes.vision.both_sides(front, side(&eyes, back, now)?)),
        None => Ok(front),
    }
}

fn side(eyes: &Eyes, file: &Path, now: Timestamp) -> Result<DocumentReading, Failure> {
    let failed = |cause: PictureFailure| Failure::Picture { file: file.to_owned(), cause };
    let picture = eyes.read(file).map_err(failed)?;
    let everything = DocumentWants::default();
    eyes.vision.read_document_with(&picture, everything, now).map_err(|error| failed(error.into()))
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

fn say_words(reading: &DocumentReading) -> Result<(), Failure> {
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
