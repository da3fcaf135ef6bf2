//! `selfsame eval verification`

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use selfsame_vision::Template;
use selfsame_vision::face::subject;
use serde::Serialize;

use super::pairs::{Pair, PairList};
use super::percent;
use crate::args::VerificationArgs;
use crate::failure::{Failure, PictureFailure};
use crate::metrics::{FoldAccuracy, FoldPair, ScoreHistogram, accuracy_over_folds, quantile, share_rejected};
use crate::parallel::in_order;
use crate::picture::Eyes;
use crate::terminal::{Tone, progress, say, say_json, toned};

/// Pictures that are timed, one after another; their spread is a few per cent, so that more would not tell more.
const TIMED: usize = 200;
/// False-match rates that are reported.
const RATES: [f64; 4] = [1e-3, 1e-4, 1e-5, 1e-6];
/// Endings that are tried, in this order.
const ENDINGS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    /// 0..1, mean over folds.
    accuracy: f64,
    accuracy_deviation: f64,
    pairs: usize,
    /// Pairs of which at least one picture shows no face or cannot be read.
    undetected: usize,
    failures_as_errors: bool,
    fmr: Vec<OperatingPoint>,
    ms_per_image: f64,
    timing: Timing,
    images: Images,
    /// Pairs of embedded pictures of different people, all of them: what `fmr` rests on.
    impostor_pairs: u64,
    mode: String,
}

/// Threshold in cosine; absent figures could not be told from so few pairs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OperatingPoint {
    fmr: f64,
    threshold: Option<f64>,
    fnmr: Option<f64>,
    /// The threshold that the product uses for this rate, from its manifest.
    product_threshold: f64,
}

/// Milliseconds per picture.
#[derive(Serialize)]
struct Timing {
    images: usize,
    p50: f64,
    p95: f64,
    how: &'static str,
}

#[derive(Serialize, Default, Clone, Copy)]
#[serde(rename_all = "camelCase")]
struct Images {
    listed: usize,
    embedded: usize,
    without_face: usize,
    unreadable: usize,
}

/// What became of one picture.
enum Enrolment {
    Embedded(Template),
    NoFace,
    Unreadable,
}

pub(crate) fn verification(args: &VerificationArgs) -> Result<ExitCode, Failure> {
    let list = PairList::read(&args.pairs)?;
    let files = find_files(&args.images, list.images.iter().map(|image| image.stem.as_path()))?;
    let eyes = Eyes::open(&args.sources)?;

    let bar = progress(files.len(), "embedding");
    let mut enrolled = Vec::with_capacity(files.len());
    let mut millis = Vec::new();
    for file in files.iter().take(TIMED) {
        let started = Instant::now();
        enrolled.push(enrol(&eyes, file)?);
        millis.push(started.elapsed().as_secs_f64() * 1e3);
        bar.inc(1);
    }
    in_order(
        &files[enrolled.len()..],
        eyes.threads(),
        |file| enrol(&eyes, file),
        |_, enrolment| {
            enrolled.push(enrolment?);
            bar.inc(1);
            Ok::<(), Failure>(())
        },
    )?;
    bar.finish_and_clear();

    let report = evaluate(args, &eyes, &list, &enrolled, millis)?;
    if args.json { say_json(&report) } else { say_words(&report) }?;
    Ok(ExitCode::SUCCESS)
}

fn find_files<'a>(folder: &Path, stems: impl Iterator<Item = &'a Path>) -> Result<Vec<PathBuf>, Failure> {
    let (mut files, mut missing) = (Vec::new(), Vec::new());
    for stem in stems {
        let mut candidates = ENDINGS.iter().map(|ending| folder.join(stem).with_extension(ending));
        match candidates.find(|file| file.is_file()) {
            Some(file) => files.push(file),
            None => missing.push(stem.to_owned()),
        }
    }
    match missing.first() {
        None => Ok(files),
        Some(first) => Err(Failure::Input(format!(
            "{} of the {} listed pictures are not in {}, the first is {}.jpg; name the folder that holds one folder per person",
            missing.len(),
            files.len() + missing.len(),
            folder.display(),
            first.display()
        ))),
    }
}

/// A picture without a face, or one that cannot be read, is a finding; a network that fails is not, and ends the evaluation.
fn enrol(eyes: &Eyes, file: &Path) -> Result<Enrolment, Failure> {
    let picture = match eyes.read(file) {
        Ok(picture) => picture,
        Err(PictureFailure::Vision(error)) => return Err(error.into()),
        Err(_) => return Ok(Enrolment::Unreadable),
    };
    let faces = eyes.vision.detect(&picture)?;
    // The person that the picture is named after is large and in the middle.
    Ok(match subject(&faces, &picture) {
        Some(face) => Enrolment::Embedded(eyes.vision.embed(&picture, face)?),
        None => Enrolment::NoFace,
    })
}

/// The scores of all pairs, by fold; a pair with a picture in which no face was found has none.
fn compare_pairs(
    eyes: &Eyes,
    list: &PairList,
    enrolled: &[Enrolment],
) -> Result<Vec<Vec<FoldPair>>, Failure> {
    let judged = |pair: &Pair| {
        let score = match (&enrolled[pair.a], &enrolled[pair.b]) {
            (Enrolment::Embedded(a), Enrolment::Embedded(b)) => {
                Some(f64::from(eyes.vision.compare(a, b)?.cosine))
            }
            _ => None,
        };
        Ok(FoldPair { score, mated: pair.mated })
    };
    list.folds.iter().map(|fold| fold.iter().map(judged).collect()).collect()
}

fn evaluate(
    args: &VerificationArgs,
    eyes: &Eyes,
    list: &PairList,
    enrolled: &[Enrolment],
    mut millis: Vec<f64>,
) -> Result<Report, Failure> {
    let folds = compare_pairs(eyes, list, enrolled)?;
    let pairs = || folds.iter().flatten();
    let undetected = pairs().filter(|pair| pair.score.is_none()).count();
    let failed = args.failures_as_errors.then_some(f64::NEG_INFINITY);
    let mated_scores: Vec<_> =
        pairs().filter(|pair| pair.mated).filter_map(|pair| pair.score.or(failed)).collect();
    let FoldAccuracy { mean, deviation, .. } = accuracy_over_folds(&folds, args.failures_as_errors)
        .ok_or_else(|| {
            Failure::Input(
                "a fold has no pair in which both faces were found; check the pictures with `selfsame faces`"
                    .to_owned(),
            )
        })?;

    let impostors = impostor_distribution(eyes, list, enrolled)?;
    let fmr = RATES
        .iter()
        .map(|&fmr| {
            let threshold = impostors.threshold_at(fmr);
            let fnmr = threshold.and_then(|threshold| share_rejected(&mated_scores, threshold));
            OperatingPoint {
                fmr,
                threshold,
                fnmr,
                product_threshold: eyes.vision.calibration().cosine_at(fmr),
            }
        })
        .collect();

    let timed = millis.len();
    let ms_per_image = millis.iter().sum::<f64>() / timed.max(1) as f64;
    millis.sort_by(f64::total_cmp);
    let count =
        |wanted: fn(&Enrolment) -> bool| enrolled.iter().filter(|enrolment| wanted(enrolment)).count();
    Ok(Report {
        accuracy: mean,
        accuracy_deviation: deviation,
        pairs: list.pairs().count(),
        undetected,
        failures_as_errors: args.failures_as_errors,
        fmr,
        ms_per_image,
        timing: Timing {
            images: timed,
            p50: quantile(&millis, 0.5).unwrap_or(0.0),
            p95: quantile(&millis, 0.95).unwrap_or(0.0),
            how: "wall time from reading the file to the template, one picture after another on one thread, one intra-op thread",
        },
        images: Images {
            listed: enrolled.len(),
            embedded: count(|enrolment| matches!(enrolment, Enrolment::Embedded(_))),
            without_face: count(|enrolment| matches!(enrolment, Enrolment::NoFace)),
            unreadable: count(|enrolment| matches!(enrolment, Enrolment::Unreadable)),
        },
        impostor_pairs: impostors.total(),
        mode: eyes.vision.mode().to_owned(),
    })
}

/// Every pair of embedded pictures of different people.
fn impostor_distribution(
    eyes: &Eyes,
    list: &PairList,
    enrolled: &[Enrolment],
) -> Result<ScoreHistogram, Failure> {
    let embedded: Vec<(usize, &Template)> = list
        .images
        .iter()
        .zip(enrolled)
        .filter_map(|(image, enrolment)| match enrolment {
            Enrolment::Embedded(template) => Some((image.identity, template)),
            Enrolment::NoFace | Enrolment::Unreadable => None,
        })
        .collect();
    let bar = progress(embedded.len(), "impostors");
    let next = AtomicUsize::new(0);
    let count = || -> Result<ScoreHistogram, Failure> {
        let mut histogram = ScoreHistogram::new();
        loop {
            let row = next.fetch_add(1, Ordering::Relaxed);
            let Some((identity, probe)) = embedded.get(row) else { return Ok(histogram) };
            for (_, reference) in embedded[..row].iter().filter(|other| other.0 != *identity) {
                histogram.add(f64::from(eyes.vision.compare(probe, reference)?.cosine));
            }
            bar.inc(1);
        }
    };
    let histogram = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..eyes.threads()).map(|_| scope.spawn(count)).collect();
        let mut whole = ScoreHistogram::new();
        for thread in threads {
            whole.merge(&thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok::<_, Failure>(whole)
    });
    bar.finish_and_clear();
    histogram
}

fn say_words(report: &Report) -> Result<(), Failure> {
    let accuracy = format!("{} +- {}", percent(report.accuracy), percent(report.accuracy_deviation));
    say(&format!("accuracy     {} over {} pairs", toned(Tone::Strong, &accuracy), report.pairs))?;
    let failures = if report.failures_as_errors { "counted as errors" } else { "left out" };
    say(&format!(
        "undetected   {} pairs, {failures} ({} pictures without a face, {} unreadable, of {})",
        report.undetected, report.images.without_face, report.images.unreadable, report.images.listed
    ))?;
    say(&format!("impostors    {} pairs of different people, mode {}", report.impostor_pairs, report.mode))?;
    for point in &report.fmr {
        say(&match (point.threshold, point.fnmr) {
            (Some(threshold), Some(fnmr)) => {
                format!("FMR {:<8} at cosine {threshold:.3}: FNMR {}", point.fmr, percent(fnmr))
            }
            _ => format!("FMR {:<8} needs more pairs of different people", point.fmr),
        })?;
    }
    let Timing { images, p50, p95, .. } = report.timing;
    say(&format!(
        "time         {:.1} ms per picture on one core (median {p50:.1}, 95 % within {p95:.1}, {images} pictures)",
        report.ms_per_image
    ))
}
