//! Geometry alone, the texture witness abstaining: rendered people against attacks on the same heads, with random seeds.
//!
//! `geometry RUNS [--mode video,active] [--species NAME,NAME] [--seed 1] [--texture 0..1] [--jobs 2] [--minutes N] [--log FILE]
//! [--show]`: prints JSON. A capture that ended early, or in which a witness other than texture forbade SUCCESS, scores nothing;
//! the others have the fused score. For each mode: the threshold at which at most 1 % of the people are refused, and the share of
//! each species' attacks that reach it. `success` counts verdicts of HIGH, which there are only when texture is given.
//!
//! Every species has had about as many runs whenever it is stopped: each seed is run with all of them before the next. After
//! `--minutes` no run is begun. `--log` adds a line of JSON per run to a file, and what the file has already is not run again.

#[path = "../tests/rehearsal/mod.rs"]
mod rehearsal;

use std::collections::{BTreeMap, HashSet};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rehearsal::{Texture, heads, present, vision};
use selfsame_testkit::Presentation;
use serde_json::{Value, json};

const USAGE: &str = "usage: geometry RUNS [--mode video,active] [--species NAME,NAME] [--seed 1] [--texture 0..1] [--jobs 2] \
                     [--minutes N] [--log FILE] [--show]";

struct Arguments {
    /// Seeds per species.
    runs: u64,
    first: u64,
    modes: Vec<String>,
    species: Vec<Presentation>,
    texture: Texture,
    jobs: usize,
    most: Duration,
    log: Option<PathBuf>,
    show: bool,
}

impl Arguments {
    fn read() -> Option<Self> {
        let words: Vec<String> = std::env::args().skip(1).collect();
        let value = |name: &str| words.iter().position(|word| word == name).and_then(|at| words.get(at + 1));
        fn number<T: std::str::FromStr>(word: Option<&String>, otherwise: T) -> Option<T> {
            word.map_or(Some(otherwise), |word| word.parse().ok())
        }
        let minutes: f64 = number(value("--minutes"), 1e6)?;
        let named = |one: &Presentation| {
            value("--species").is_none_or(|names| names.split(',').any(|name| name == one.name()))
        };
        Some(Self {
            runs: words.first()?.parse().ok()?,
            first: number(value("--seed"), 1)?,
            modes: value("--mode")
                .map_or("video,active", String::as_str)
                .split(',')
                .map(str::to_owned)
                .collect(),
            species: Presentation::ATTACKS.into_iter().filter(named).collect(),
            texture: match value("--texture") {
                Some(score) => Texture::Given(score.parse().ok()?),
                None => Texture::Abstains,
            },
            jobs: number(value("--jobs"), 2)?.max(1),
            most: Duration::try_from_secs_f64(minutes * 60.0).ok()?,
            log: value("--log").map(PathBuf::from),
            show: words.iter().any(|word| word == "--show"),
        })
    }

    /// People first, then the attacks that make sense in a mode.
    fn presentations(&self, mode: &str) -> Vec<Presentation> {
        // Who turns to other dots does nothing wrong where there are none.
        let sensible =
            |one: &Presentation| mode == "active" || !(one.is_disobedient() || *one == Presentation::Puppet);
        [Presentation::BonaFide].into_iter().chain(self.species.iter().copied().filter(sensible)).collect()
    }
}

fn main() {
    let Some(arguments) = Arguments::read() else {
        eprintln!("{USAGE}");
        std::process::exit(2);
    };
    let mut done = arguments.log.as_ref().map_or_else(Vec::new, logged);
    let log = arguments.log.as_ref().map(|path| {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        Mutex::new(file.expect("the log can be written"))
    });
    let known: HashSet<String> = done.iter().map(key).collect();
    let vision = vision();
    let heads = heads(&vision);
    let begun = Instant::now();
    for mode in &arguments.modes {
        let wanted: Vec<(u64, Presentation)> = (arguments.first..arguments.first + arguments.runs)
            .flat_map(|seed| arguments.presentations(mode).into_iter().map(move |one| (seed, one)))
            .filter(|(seed, one)| {
                !known.contains(&key(&json!({"mode": mode, "as": one.name(), "seed": seed})))
            })
            .collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut own = Vec::new();
            while let Some((seed, presentation)) = wanted.get(next.fetch_add(1, Ordering::Relaxed))
                && begun.elapsed() < arguments.most
            {
                let mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
                let ended = present(&vision, &heads, *presentation, mode, mixed, arguments.texture);
                let line = json!({
                    "mode": mode,
                    "as": presentation.name(),
                    "seed": seed,
                    "score": ended.geometry(),
                    "success": ended.succeeded(),
                    "ended": ended.describe(),
                });
                if arguments.show {
                    eprintln!("{mode} {} {seed}: {}", presentation.name(), ended.describe());
                }
                if let Some(log) = &log {
                    writeln!(log.lock().expect("no writer panics"), "{line}")
                        .expect("the log can be written");
                }
                own.push(line);
            }
            own
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..arguments.jobs).map(|_| scope.spawn(work)).collect();
            for thread in threads {
                done.extend(thread.join().expect("a run"));
            }
        });
    }
    let report: serde_json::Map<String, Value> =
        arguments.modes.iter().map(|mode| (mode.clone(), summary(&arguments, mode, &done))).collect();
    println!("{:#}", Value::Object(report));
}

/// What a run is told from others by.
fn key(line: &Value) -> String {
    format!("{} {} {}", line["mode"], line["as"], line["seed"])
}

/// The runs that a file has. A last line that was cut off is left out.
fn logged(path: &PathBuf) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn summary(arguments: &Arguments, mode: &str, runs: &[Value]) -> Value {
    let of = |one: Presentation| {
        let mine = runs.iter().filter(|run| run["mode"] == mode && run["as"] == one.name());
        let (mut scores, mut succeeded) = (Vec::new(), 0);
        for run in mine {
            scores.push(run["score"].as_f64().unwrap_or(f64::NEG_INFINITY));
            succeeded += usize::from(run["success"] == true);
        }
        scores.sort_by(f64::total_cmp);
        (scores, succeeded)
    };
    let (people, accepted) = of(Presentation::BonaFide);
    let refused = people.iter().filter(|score| !score.is_finite()).count();
    // One percent may score less.
    let threshold = people.get(people.len() / 100).copied().unwrap_or(f64::NEG_INFINITY);
    let mut attacks = BTreeMap::new();
    for presentation in arguments.presentations(mode).into_iter().skip(1) {
        let (scores, accepted) = of(presentation);
        let finished = scores.iter().filter(|score| score.is_finite()).count();
        let passed = scores.iter().filter(|score| score.is_finite() && **score >= threshold).count();
        let best = scores.last().copied().filter(|score| score.is_finite());
        attacks.insert(
            presentation.name(),
            json!({
                "runs": scores.len(),
                "scored": finished,
                "passed": passed,
                "apcer": passed as f64 / scores.len().max(1) as f64,
                "best": best,
                "success": accepted,
            }),
        );
    }
    json!({
        "people": people.len(),
        "success": accepted,
        "refused": refused,
        "threshold": threshold.is_finite().then_some(threshold),
        "attacks": attacks,
    })
}
