//! `selfsame eval pad`: presentation-attack detection by ISO/IEC 30107-3.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use selfsame_domain::{OsEntropy, SecurityLevel, WitnessReport};
use selfsame_liveness::{EvidenceObservation, FrameSize, judge_recording};
use selfsame_verification::Settings;
use selfsame_verification::capture::observe::{self, Motion};
use serde::Serialize;
use serde_json::json;

use super::captures::{self, Capture, Label};
use super::percent;
use crate::args::PadArgs;
use crate::failure::{Failure, PictureFailure};
use crate::metrics::{
    Interval, Ranking, RankingFigures, ranking_intervals, rate_interval, share_accepted, share_rejected,
};
use crate::parallel::in_order;
use crate::picture::Eyes;
use crate::terminal::{Tone, printable, progress, say, say_json, toned};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    /// All attacks together against all bona fide captures; absent when the list has only one of the two.
    auc: Option<f64>,
    eer: Option<f64>,
    /// Share of bona fide captures that are not accepted at `threshold`.
    bpcer: Option<f64>,
    /// Per species: share of attacks that are accepted at `threshold`.
    apcer: BTreeMap<String, f64>,
    threshold: f64,
    /// The threshold at the equal error rate, for comparison.
    eer_threshold: Option<f64>,
    confidence: Confidence,
    counts: Counts,
    /// What the score is made of.
    witnesses: [&'static str; 8],
    frames_per_capture: u32,
}

/// 95 % intervals: percentile bootstrap, 2000 resamples; exact one-sided bounds for rates of 0 and 1.
#[derive(Serialize)]
struct Confidence {
    level: f64,
    auc: Option<Interval>,
    eer: Option<Interval>,
    bpcer: Option<Interval>,
    apcer: BTreeMap<String, Option<Interval>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    bona_fide: Class,
    attacks: BTreeMap<String, Class>,
}

/// What became of the captures of one class.
#[derive(Serialize, Default, Clone, Copy)]
#[serde(rename_all = "camelCase")]
struct Class {
    captures: usize,
    accepted: usize,
    rejected: usize,
    /// Of the rejected: nothing of the capture could be read.
    unreadable: usize,
    /// Of the rejected: no face in any frame.
    without_face: usize,
}

/// What was made of one capture.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Outcome {
    Scored(f64),
    NoFace,
    Unreadable,
}

impl Outcome {
    /// What is not scored is never accepted.
    const fn score(self) -> f64 {
        match self {
            Self::Scored(score) => score,
            Self::NoFace | Self::Unreadable => f64::NEG_INFINITY,
        }
    }
}

pub(crate) fn pad(args: &PadArgs) -> Result<ExitCode, Failure> {
    let list = captures::read(&args.list)?;
    let eyes = Eyes::open(&args.sources)?;
    let most = usize::try_from(args.frames).unwrap_or(usize::MAX);
    let bar = progress(list.len(), "captures");
    let mut outcomes = Vec::with_capacity(list.len());
    let mut each = args.each.as_deref().map(Each::create).transpose()?;
    in_order(
        &list,
        eyes.threads(),
        |capture| judge(&eyes, &capture.path, most),
        |index, judged| {
            let (outcome, witnesses) = judged?;
            if let (Some(each), Some(capture)) = (&mut each, list.get(index)) {
                each.write(capture, outcome, &witnesses)?;
            }
            outcomes.push(outcome);
            bar.inc(1);
            Ok::<(), Failure>(())
        },
    )?;
    if let Some(each) = each {
        each.finish()?;
    }
    bar.finish_and_clear();
    let threshold = args
        .threshold
        .unwrap_or_else(|| f64::from(Settings::default().witnesses_for(SecurityLevel::High).fusion.least));
    let report = summarise(&list, &outcomes, threshold, args.frames);
    if args.json { say_json(&report) } else { say_words(&report) }?;
    Ok(ExitCode::SUCCESS)
}

/// Time between frames that is assumed, in ms: lists do not tell it. Recordings of several seconds in some twenty frames
/// come near to it; only the surroundings witness, which wants frames some time apart, depends on it.
const APART: f64 = 500.0;
/// Frames that are looked at by the slower networks, spread over the capture.
const LOOKED_AT: usize = 7;
/// Width of tracking frames, as browsers send them.
const TRACKING: u32 = 320;

/// The fused score of a recording, as the witnesses that need no challenge give it at security level HIGH. Frames without a
/// face are passed over; a capture of only such is not scored. A network that fails ends the evaluation.
fn judge(eyes: &Eyes, path: &Path, most: usize) -> Result<(Outcome, Vec<WitnessReport>), Failure> {
    let Ok(files) = captures::frames(path, most) else { return Ok((Outcome::Unreadable, Vec::new())) };
    let params = Settings::default().witnesses_for(SecurityLevel::High);
    let mut motion = Motion::new(Arc::new(OsEntropy));
    let (mut frames, mut evidence) = (Vec::with_capacity(files.len()), Vec::new());
    let mut read = 0;
    for (index, file) in files.iter().enumerate() {
        let picture = match eyes.read(file) {
            Ok(picture) => picture,
            Err(PictureFailure::Vision(error)) => return Err(error.into()),
            Err(_) => continue,
        };
        read += 1;
        let seq = u32::try_from(index).unwrap_or(u32::MAX);
        let size = FrameSize { width: picture.width(), height: picture.height() };
        let small = (size.width > TRACKING)
            .then(|| picture.resized(TRACKING, (TRACKING * size.height / size.width).max(1)));
        let tracked = small.as_ref().unwrap_or(&picture);
        let mut frame = observe::look(&eyes.vision, &mut motion, seq, f64::from(seq) * APART, size, tracked)?;
        // Recordings are no live streams: only a frame that is the same to the last pixel repeats another.
        frame.digest = fingerprint(picture.rgb());
        frames.push(frame);
        if files.len() <= LOOKED_AT || index * LOOKED_AT % files.len() < LOOKED_AT {
            match eyes.read_face(file) {
                Ok((picture, face)) => {
                    let recapture = eyes.vision.recapture(&picture, &face);
                    evidence.push(EvidenceObservation {
                        seq,
                        texture: Some(eyes.vision.texture(&picture, &face)?.live),
                        pattern: recapture.pattern,
                        edges: recapture.edges,
                        ..EvidenceObservation::default()
                    });
                }
                Err(PictureFailure::Vision(error)) => return Err(error.into()),
                Err(_) => {}
            }
        }
    }
    if read == 0 {
        return Ok((Outcome::Unreadable, Vec::new()));
    }
    if evidence.is_empty() {
        return Ok((Outcome::NoFace, Vec::new()));
    }
    // A picture alone is heard by the texture witness as well.
    let mut params = params;
    params.texture.frames = params.texture.frames.min(evidence.len());
    let (score, witnesses) = judge_recording(&frames, &evidence, &params);
    // A score that is no number says nothing for anybody.
    let outcome = if score.is_nan() { Outcome::Unreadable } else { Outcome::Scored(f64::from(score)) };
    Ok((outcome, witnesses))
}

/// The file of `--each`.
struct Each {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Each {
    fn create(path: &Path) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|cause| unwritable(path, cause))?;
        Ok(Self { path: path.to_owned(), file: BufWriter::new(file) })
    }

    fn write(
        &mut self,
        capture: &Capture,
        outcome: Outcome,
        witnesses: &[WitnessReport],
    ) -> Result<(), Failure> {
        let label = match &capture.label {
            Label::Live => "live".to_owned(),
            Label::Attack(species) => format!("attack:{species}"),
        };
        let score = Some(outcome.score()).filter(|score| score.is_finite());
        let line = json!({ "path": capture.path, "label": label, "score": score, "witnesses": witnesses });
        writeln!(self.file, "{line}").map_err(|cause| unwritable(&self.path, cause))
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.file.flush().map_err(|cause| unwritable(&self.path, cause))
    }
}

fn unwritable(path: &Path, cause: std::io::Error) -> Failure {
    Failure::Unwritable { file: path.to_owned(), cause }
}

/// FNV-1a, 64 bits: equal pictures, equal numbers.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3))
}

fn summarise(list: &[Capture], outcomes: &[Outcome], threshold: f64, frames_per_capture: u32) -> Report {
    let mut classes: BTreeMap<&Label, Vec<Outcome>> = BTreeMap::new();
    for (capture, outcome) in list.iter().zip(outcomes) {
        classes.entry(&capture.label).or_default().push(*outcome);
    }
    let scores = |outcomes: &[Outcome]| outcomes.iter().map(|outcome| outcome.score()).collect::<Vec<f64>>();
    let bona_fide = classes.get(&Label::Live).cloned().unwrap_or_default();
    let live = scores(&bona_fide);
    let mut all_attacks = Vec::new();
    let (mut apcer, mut apcer_interval, mut attacks) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (label, outcomes) in &classes {
        let Label::Attack(species) = label else { continue };
        let scores = scores(outcomes);
        let class = count(outcomes, threshold);
        if let Some(rate) = share_accepted(&scores, threshold) {
            apcer.insert(species.clone(), rate);
        }
        apcer_interval.insert(species.clone(), rate_interval(class.accepted, class.captures));
        attacks.insert(species.clone(), class);
        all_attacks.extend(scores);
    }
    let live_class = count(&bona_fide, threshold);
    let ranking = Ranking::new(&live, &all_attacks);
    let figures: Option<RankingFigures> = ranking.as_ref().map(Ranking::figures);
    let intervals = ranking.as_ref().and_then(ranking_intervals);
    Report {
        auc: figures.map(|figures| figures.auc),
        eer: figures.map(|figures| figures.eer),
        bpcer: share_rejected(&live, threshold),
        apcer,
        threshold,
        eer_threshold: figures.map(|figures| figures.eer_threshold).filter(|threshold| threshold.is_finite()),
        confidence: Confidence {
            level: 0.95,
            auc: intervals.map(|(auc, _)| auc),
            eer: intervals.map(|(_, eer)| eer),
            bpcer: rate_interval(live_class.rejected, live_class.captures),
            apcer: apcer_interval,
        },
        counts: Counts { bona_fide: live_class, attacks },
        witnesses: [
            "texture",
            "micro_motion",
            "replay",
            "surroundings",
            "patterns",
            "edges",
            "eyes",
            "depth",
        ],
        frames_per_capture,
    }
}

fn count(outcomes: &[Outcome], threshold: f64) -> Class {
    let of = |wanted: Outcome| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    let accepted = outcomes.iter().filter(|outcome| outcome.score() >= threshold).count();
    Class {
        captures: outcomes.len(),
        accepted,
        rejected: outcomes.len() - accepted,
        unreadable: of(Outcome::Unreadable),
        without_face: of(Outcome::NoFace),
    }
}

fn say_words(report: &Report) -> Result<(), Failure> {
    let within = |interval: Option<Interval>| {
        interval.map_or(String::new(), |Interval(low, high)| {
            format!(" (95 %: {} to {})", percent(low), percent(high))
        })
    };
    if let (Some(auc), Some(eer)) = (report.auc, report.eer) {
        say(&format!("AUC {auc:.4}, EER {}{}", percent(eer), within(report.confidence.eer)))?;
    }
    say(&format!("At the fused score {:.2} of the witnesses that need no challenge:", report.threshold))?;
    let Class { captures, rejected, unreadable, without_face, .. } = report.counts.bona_fide;
    if let Some(bpcer) = report.bpcer {
        say(&format!(
            "  BPCER {}{}: {rejected} of {captures} bona fide captures not accepted, {without_face} without a face, {unreadable} unreadable",
            toned(Tone::Strong, &percent(bpcer)),
            within(report.confidence.bpcer)
        ))?;
    }
    for (species, apcer) in &report.apcer {
        let Some(class) = report.counts.attacks.get(species) else { continue };
        let interval = report.confidence.apcer.get(species).copied().flatten();
        say(&format!(
            "  APCER {}{}: {} of {} attacks with {} accepted, {} without a face, {} unreadable",
            toned(Tone::Strong, &percent(*apcer)),
            within(interval),
            class.accepted,
            class.captures,
            printable(species),
            class.without_face,
            class.unreadable
        ))?;
    }
    say(&toned(
        Tone::Quiet,
        "A live capture hears more witnesses, and asks more of each, than a recording can show; see docs/liveness.md.",
    ))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn list(labels: &[(&str, Outcome)]) -> (Vec<Capture>, Vec<Outcome>) {
        labels
            .iter()
            .map(|(label, outcome)| {
                let label = if *label == "live" { Label::Live } else { Label::Attack((*label).to_owned()) };
                (Capture { path: PathBuf::from("x"), label }, *outcome)
            })
            .unzip()
    }

    #[test]
    fn what_is_not_scored_is_not_accepted_and_counted_apart() {
        use Outcome::{NoFace, Scored, Unreadable};
        let (list, outcomes) = list(&[
            ("live", Scored(0.9)),
            ("live", Scored(0.4)),
            ("live", NoFace),
            ("live", Unreadable),
            ("print", Scored(0.7)),
            ("print", Scored(0.1)),
            ("phone", NoFace),
        ]);
        let report = summarise(&list, &outcomes, 0.6, 20);
        assert_eq!(report.bpcer, Some(0.75));
        assert_eq!(report.apcer, BTreeMap::from([("print".to_owned(), 0.5), ("phone".to_owned(), 0.0)]));
        let live = report.counts.bona_fide;
        assert_eq!(
            (live.captures, live.accepted, live.rejected, live.unreadable, live.without_face),
            (4, 1, 3, 1, 1)
        );
        assert_eq!(report.counts.attacks["phone"].without_face, 1);
        // Live 0.9 beats all three attacks; 0.4 beats two; each of the unscored ties with the unscored attack.
        assert!((report.auc.unwrap() - (3.0 + 2.0 + 0.5 + 0.5) / 12.0).abs() < 1e-12);
        let Interval(low, high) = report.confidence.apcer["phone"].unwrap();
        assert!(low == 0.0 && high > 0.9, "one attack says next to nothing");
    }

    #[test]
    fn a_list_of_one_class_has_no_ranking() {
        let (list, outcomes) = list(&[("print", Outcome::Scored(0.2))]);
        let report = summarise(&list, &outcomes, 0.6, 20);
        assert_eq!((report.auc, report.eer, report.bpcer), (None, None, None));
        assert_eq!(report.apcer["print"], 0.0);
    }
}
