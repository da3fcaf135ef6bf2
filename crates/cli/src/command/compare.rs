//! `selfsame compare`

use std::path::Path;
use std::process::ExitCode;

use selfsame_vision::{Comparison, Template};
use serde::Serialize;
use serde_json::json;

use super::FaceReport;
use crate::args::CompareArgs;
use crate::failure::{Failure, PictureFailure};
use crate::picture::Eyes;
use crate::terminal::{Tone, complain, say, say_json, toned};

/// The comparison could not be made.
const NOT_POSSIBLE: u8 = 2;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    score: f64,
    cosine: f32,
    /// Percent.
    false_acceptance_rate: f64,
    #[serde(rename = "match")]
    matches: bool,
    threshold: f64,
    faces: [FaceReport; 2],
}

/// Ends with the exit status itself: 0 match, 1 no match, 2 not possible.
pub(crate) fn compare(args: &CompareArgs) -> ExitCode {
    let said = match judged(args) {
        Ok(report) => {
            let matches = report.matches;
            let said = if args.json { say_json(&report) } else { say_words(&report) };
            said.map(|()| if matches { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Err(failure) => refused(args, &failure).map(|()| ExitCode::from(NOT_POSSIBLE)),
    };
    said.unwrap_or_else(|failure| {
        complain(&failure.to_string());
        // An answer that could not be written must not look like one.
        ExitCode::from(NOT_POSSIBLE)
    })
}

fn judged(args: &CompareArgs) -> Result<Report, Failure> {
    let eyes = Eyes::open(&args.sources)?;
    let (a, b) = std::thread::scope(|scope| {
        let b = scope.spawn(|| enrolled(&eyes, &args.b));
        let a = enrolled(&eyes, &args.a);
        (a, b.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let ((a, face_a), (b, face_b)) = (a?, b?);
    let Comparison { cosine, false_match_rate, score } = eyes.vision.compare(&a, &b)?;
    Ok(Report {
        score,
        cosine,
        false_acceptance_rate: false_match_rate * 100.0,
        matches: score >= args.threshold,
        threshold: args.threshold,
        faces: [face_a, face_b],
    })
}

/// The template of the largest face.
fn enrolled(eyes: &Eyes, file: &Path) -> Result<(Template, FaceReport), Failure> {
    let failed = |cause: PictureFailure| Failure::Picture { file: file.to_owned(), cause };
    let (picture, face) = eyes.read_face(file).map_err(failed)?;
    let (report, template) = FaceReport::of(eyes, &picture, &face).map_err(failed)?;
    Ok((template, report))
}

fn refused(args: &CompareArgs, failure: &Failure) -> Result<(), Failure> {
    if args.json {
        let file = match failure {
            Failure::Picture { file, .. } => Some(file.display().to_string()),
            _ => None,
        };
        say_json(
            &json!({ "error": { "code": failure.code(), "message": failure.to_string(), "file": file } }),
        )?;
    }
    complain(&failure.to_string());
    Ok(())
}

fn say_words(report: &Report) -> Result<(), Failure> {
    let verdict = if report.matches { toned(Tone::Good, "match") } else { toned(Tone::Bad, "no match") };
    say(&format!("{verdict}, score {:.0} (threshold {:.0})", report.score, report.threshold))?;
    let strangers = report.false_acceptance_rate / 100.0;
    say(&format!(
        "Two strangers look at least this alike {} (cosine {:.3}).",
        if strangers >= 0.01 {
            format!("in {:.0} of 100 comparisons", strangers * 100.0)
        } else {
            format!("once in {:.0} comparisons", 1.0 / strangers)
        },
        report.cosine
    ))?;
    for (name, face) in ["A", "B"].iter().zip(&report.faces) {
        if face.quality <= 100.0 {
            let hint =
                if face.quality < 0.0 { "too low to rely on; use a better picture" } else { "not good" };
            say(&toned(
                Tone::Warning,
                &format!("Quality of the face in {name}: {:.0}, {hint}.", face.quality),
            ))?;
        }
    }
    Ok(())
}
