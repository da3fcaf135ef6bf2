//! `selfsame eval mrz`

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use selfsame_domain::document::{MrzReading, MrzVerdict};
use selfsame_domain::{Clock as _, SystemClock, Timestamp};
use selfsame_vision::Effort;
use serde::Serialize;

use super::percent;
use crate::args::MrzArgs;
use crate::failure::{Failure, PictureFailure};
use crate::metrics::quantile;
use crate::parallel::in_order;
use crate::picture::Eyes;
use crate::terminal::{Tone, printable, progress, say, say_json, toned};

/// Endings of pictures.
const ENDINGS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    images: usize,
    /// Documents of which every line is exact.
    exact: usize,
    exact_rate: f64,
    lines: usize,
    exact_lines: usize,
    /// Character error rate: edit distance to the true lines over their characters; a zone that was not read counts whole.
    cer: f64,
    /// Documents in which a zone was found.
    found: usize,
    /// Readings reported valid.
    valid: usize,
    /// Of those, the wrong ones.
    valid_wrong: usize,
    /// Pictures that could not be decoded.
    unreadable: usize,
    /// Milliseconds from the file's bytes to the reading, wall clock.
    ms_per_image: Timing,
    /// Milliseconds of processor time for the same.
    cpu_ms_per_image: Timing,
}

#[derive(Serialize)]
struct Timing {
    p50: Option<f64>,
    p95: Option<f64>,
    max: Option<f64>,
    threads: usize,
}

impl Timing {
    fn of(mut millis: Vec<f64>, threads: usize) -> Self {
        millis.sort_by(f64::total_cmp);
        let at = |share| quantile(&millis, share);
        Self { p50: at(0.5), p95: at(0.95), max: millis.last().copied(), threads }
    }
}

/// One picture and the lines that stand in it.
struct Sample {
    picture: PathBuf,
    truth: Vec<String>,
}

/// What became of one picture.
struct Outcome {
    reading: Result<Option<MrzReading>, PictureFailure>,
    millis: f64,
    cpu_millis: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Each<'a> {
    file: String,
    exact: bool,
    verdict: Option<MrzVerdict>,
    corrected: Option<u32>,
    millis: f64,
    cpu_millis: f64,
    truth: &'a [String],
    lines: &'a [String],
}

pub(crate) fn mrz(args: &MrzArgs) -> Result<ExitCode, Failure> {
    let samples = samples(&args.dir)?;
    let eyes = Eyes::open(&args.sources)?;
    let threads = args.threads.unwrap_or(1).min(eyes.threads());
    let now = SystemClock.now();
    // The networks are opened by the first picture; that is not a picture's time.
    if let Some(first) = samples.first() {
        read(&eyes, &first.picture, now)?;
    }
    let bar = progress(samples.len(), "reading");
    let mut tally = Tally::default();
    let mut each = Vec::new();
    in_order(
        &samples,
        threads,
        |sample| read(&eyes, &sample.picture, now),
        |index, outcome| {
            let outcome = outcome?;
            if args.each.is_some() {
                each.push(line(&samples[index], &outcome)?);
            }
            tally.add(&samples[index], &outcome);
            bar.inc(1);
            Ok::<(), Failure>(())
        },
    )?;
    bar.finish_and_clear();
    if let Some(file) = &args.each {
        std::fs::write(file, each.concat())
            .map_err(|cause| Failure::Unwritable { file: file.clone(), cause })?;
    }
    let report = tally.report(threads);
    if args.json { say_json(&report) } else { say_words(&report) }?;
    Ok(ExitCode::SUCCESS)
}

/// Pictures of the folder that have a text of the same name beside them, by name.
fn samples(folder: &Path) -> Result<Vec<Sample>, Failure> {
    let unreadable = |cause| Failure::Unreadable { file: folder.to_owned(), cause };
    let mut pictures: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
        if ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
            && path.with_extension("txt").is_file()
        {
            pictures.push(path);
        }
    }
    pictures.sort();
    if pictures.is_empty() {
        return Err(Failure::Input(format!(
            "{} holds no picture with a text of the same name; put name.jpg and name.txt with the lines of the zone there",
            printable(&folder.display().to_string())
        )));
    }
    pictures
        .into_iter()
        .map(|picture| {
            let file = picture.with_extension("txt");
            let text = std::fs::read_to_string(&file)
                .map_err(|cause| Failure::Unreadable { file: file.clone(), cause })?;
            let truth: Vec<String> =
                text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
            if truth.is_empty() {
                return Err(Failure::Line {
                    file,
                    line: 1,
                    what: "the lines of the zone are expected".to_owned(),
                });
            }
            Ok(Sample { picture, truth })
        })
        .collect()
}

/// A picture that cannot be decoded is an outcome; a network that fails ends it all.
fn read(eyes: &Eyes, file: &Path, now: Timestamp) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let mut effort = Effort::default();
    let reading = match effort.step("decode", "the file as a picture", |_| eyes.read(file)) {
        Ok(picture) => Ok(eyes.vision.read_mrz(&picture, now, &mut effort)?),
        Err(failure) => Err(failure),
    };
    let millis = started.elapsed().as_secs_f64() * 1e3;
    Ok(Outcome { reading, millis, cpu_millis: effort.processor().as_secs_f64() * 1e3 })
}

#[derive(Default)]
struct Tally {
    images: usize,
    exact: usize,
    lines: usize,
    exact_lines: usize,
    errors: usize,
    characters: usize,
    found: usize,
    valid: usize,
    valid_wrong: usize,
    unreadable: usize,
    millis: Vec<f64>,
    cpu_millis: Vec<f64>,
}

impl Outcome {
    fn lines(&self) -> &[String] {
        match &self.reading {
            Ok(Some(reading)) => &reading.lines,
            _ => &[],
        }
    }
}

impl Tally {
    fn add(&mut self, sample: &Sample, outcome: &Outcome) {
        let lines = outcome.lines();
        let exact = lines == sample.truth;
        self.images += 1;
        self.exact += usize::from(exact);
        for (n, truth) in sample.truth.iter().enumerate() {
            let read = lines.get(n).map_or("", String::as_str);
            self.lines += 1;
            self.exact_lines += usize::from(read == truth);
            self.errors += edit_distance(read.as_bytes(), truth.as_bytes());
            self.characters += truth.len();
        }
        self.errors += lines.iter().skip(sample.truth.len()).map(String::len).sum::<usize>();
        match &outcome.reading {
            Ok(Some(reading)) => {
                self.found += 1;
                if reading.verdict == MrzVerdict::Valid {
                    self.valid += 1;
                    self.valid_wrong += usize::from(!exact);
                }
            }
            Ok(None) => {}
            Err(_) => self.unreadable += 1,
        }
        self.millis.push(outcome.millis);
        self.cpu_millis.push(outcome.cpu_millis);
    }

    fn report(self, threads: usize) -> Report {
        Report {
            images: self.images,
            exact: self.exact,
            exact_rate: self.exact as f64 / self.images.max(1) as f64,
            lines: self.lines,
            exact_lines: self.exact_lines,
            cer: self.errors as f64 / self.characters.max(1) as f64,
            found: self.found,
            valid: self.valid,
            valid_wrong: self.valid_wrong,
            unreadable: self.unreadable,
            ms_per_image: Timing::of(self.millis, threads),
            cpu_ms_per_image: Timing::of(self.cpu_millis, threads),
        }
    }
}

fn line(sample: &Sample, outcome: &Outcome) -> Result<String, Failure> {
    let reading = outcome.reading.as_ref().ok().and_then(Option::as_ref);
    let each = Each {
        file: sample.picture.display().to_string(),
        exact: outcome.lines() == sample.truth,
        verdict: reading.map(|reading| reading.verdict),
        corrected: reading.map(|reading| reading.corrected),
        millis: outcome.millis,
        cpu_millis: outcome.cpu_millis,
        truth: &sample.truth,
        lines: outcome.lines(),
    };
    let mut line = serde_json::to_string(&each).map_err(|error| Failure::Output(error.into()))?;
    line.push('\n');
    Ok(line)
}

/// Levenshtein.
fn edit_distance(one: &[u8], other: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

fn say_words(report: &Report) -> Result<(), Failure> {
    let tone = if report.exact == report.images { Tone::Good } else { Tone::Strong };
    say(&format!(
        "{} of {} documents exact ({}), {} of {} lines",
        toned(tone, &report.exact.to_string()),
        report.images,
        percent(report.exact_rate),
        report.exact_lines,
        report.lines
    ))?;
    say(&format!("character error rate {}", percent(report.cer)))?;
    let wrong = format!("{} of them wrong", report.valid_wrong);
    let tone = if report.valid_wrong == 0 { Tone::Good } else { Tone::Bad };
    say(&format!(
        "a zone was found in {}; {} readings are valid, {}",
        report.found,
        report.valid,
        toned(tone, &wrong)
    ))?;
    if report.unreadable > 0 {
        say(&toned(Tone::Warning, &format!("{} pictures could not be decoded", report.unreadable)))?;
    }
    if let Timing { p50: Some(p50), p95: Some(p95), threads, .. } = report.ms_per_image {
        say(&format!("{p50:.0} ms per picture (p50), {p95:.0} ms (p95), {threads} at a time"))?;
    }
    if let Timing { p50: Some(p50), p95: Some(p95), max: Some(max), .. } = report.cpu_ms_per_image {
        say(&format!("{p50:.0} ms of processor time per picture (p50), {p95:.0} (p95), {max:.0} at most"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_distances() {
        for (one, other, distance) in
            [("", "", 0), ("", "AB", 2), ("ABC", "ABC", 0), ("KITTEN", "SITTING", 3)]
        {
            assert_eq!(edit_distance(one.as_bytes(), other.as_bytes()), distance, "{one} {other}");
            assert_eq!(edit_distance(other.as_bytes(), one.as_bytes()), distance, "{other} {one}");
        }
    }

    #[test]
    fn what_was_not_read_counts_whole() {
        let sample = Sample { picture: PathBuf::new(), truth: vec!["AB<".to_owned(), "12<".to_owned()] };
        let mut tally = Tally::default();
        tally.add(&sample, &Outcome { reading: Ok(None), millis: 3.0, cpu_millis: 2.0 });
        let report = tally.report(1);
        assert_eq!((report.images, report.exact, report.exact_lines, report.found), (1, 0, 0, 0));
        assert!((report.cer - 1.0).abs() < 1e-9 && report.ms_per_image.p50 == Some(3.0));
        assert_eq!(report.cpu_ms_per_image.max, Some(2.0));
    }
}
