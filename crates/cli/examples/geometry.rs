//! Geometry alone, the texture witness abstaining: rendered people against attacks on the same heads, with random seeds.
//!
//! `geometry RUNS [--mode video,active] [--species NAME,NAME] [--seed 1] [--texture 0..1] [--show]`: prints JSON. A capture that ended early, or in
//! which a witness other than texture forbade SUCCESS, scores nothing; the others have the fused score. For each mode: the
//! threshold at which at most 1 % of the people are refused, and the share of each species' attacks that reach it. `success` counts
//! verdicts of HIGH, which there are only when texture is given.

#[path = "../tests/rehearsal/mod.rs"]
mod rehearsal;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use rehearsal::{Texture, heads, present, vision};
use selfsame_testkit::Presentation;
use serde_json::json;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value =
        |name: &str| arguments.iter().position(|word| word == name).and_then(|at| arguments.get(at + 1));
    let runs: u64 = arguments.first().and_then(|runs| runs.parse().ok()).unwrap_or_else(|| {
        eprintln!("usage: geometry RUNS [--mode video,active] [--species NAME,NAME] [--seed 1] [--show]");
        std::process::exit(2);
    });
    let first: u64 = value("--seed").and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let modes = value("--mode").map_or("video,active", String::as_str);
    let species: Vec<Presentation> = match value("--species") {
        Some(names) => Presentation::ATTACKS
            .into_iter()
            .filter(|one| names.split(',').any(|name| name == one.name()))
            .collect(),
        None => Presentation::ATTACKS.into_iter().collect(),
    };
    let texture =
        value("--texture").and_then(|score| score.parse().ok()).map_or(Texture::Abstains, Texture::Given);
    let show = arguments.iter().any(|word| word == "--show");
    let vision = vision();
    let heads = heads(&vision);
    let measure = |mode: &str, presentation: Presentation| -> (Vec<f32>, usize) {
        let next = AtomicU64::new(0);
        let mut scores = Vec::new();
        std::thread::scope(|scope| {
            let worker = || {
                let mut own = Vec::new();
                loop {
                    let run = next.fetch_add(1, Ordering::Relaxed);
                    if run >= runs {
                        return own;
                    }
                    let seed = (first + run).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    let ended = present(&vision, &heads, presentation, mode, seed, texture);
                    if show {
                        eprintln!("{mode} {} {}: {}", presentation.name(), first + run, ended.describe());
                    }
                    own.push((ended.geometry().unwrap_or(f32::NEG_INFINITY), ended.succeeded()));
                }
            };
            let threads: Vec<_> = (0..2).map(|_| scope.spawn(worker)).collect();
            for thread in threads {
                scores.extend(thread.join().expect("a run"));
            }
        });
        let succeeded = scores.iter().filter(|(_, succeeded)| *succeeded).count();
        let mut scores: Vec<f32> = scores.into_iter().map(|(score, _)| score).collect();
        scores.sort_by(f32::total_cmp);
        (scores, succeeded)
    };
    let mut report = serde_json::Map::new();
    for mode in modes.split(',') {
        let (people, accepted) = measure(mode, Presentation::BonaFide);
        let finished = people.iter().filter(|score| score.is_finite()).count();
        // One percent may score less.
        let threshold = people[people.len() / 100];
        let mut attacks = BTreeMap::new();
        for presentation in &species {
            // Who turns to other dots does nothing wrong where there are none.
            if mode != "active" && (presentation.is_disobedient() || *presentation == Presentation::Puppet) {
                continue;
            }
            let (scores, accepted) = measure(mode, *presentation);
            let passed = scores.iter().filter(|score| score.is_finite() && **score >= threshold).count();
            eprintln!("{mode} {}: {passed} of {}", presentation.name(), scores.len());
            let best = scores.last().copied().filter(|score| score.is_finite());
            attacks.insert(
                presentation.name(),
                json!({"runs": scores.len(), "passed": passed, "apcer": passed as f64 / scores.len() as f64, "best": best, "success": accepted}),
            );
        }
        report.insert(
            mode.to_owned(),
            json!({
                "people": people.len(),
                "success": accepted,
                "refused": people.len() - finished,
                "threshold": threshold.is_finite().then_some(threshold),
                "attacks": attacks,
            }),
        );
    }
    println!("{:#}", serde_json::Value::Object(report));
}
