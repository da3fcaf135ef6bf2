//! `selfsame faces remake`

use std::process::ExitCode;

use selfsame_config::Config;
use selfsame_server::open_verification;
use selfsame_verification::remake::{Remade, Remake, RemakeReport};
use serde::Serialize;

use crate::args::FacesRemakeArgs;
use crate::failure::Failure;
use crate::terminal::{Tone, progress, say, say_json, toned};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    dry_run: bool,
    /// Of the networks that compare now.
    mode: &'a str,
    faces: Tally,
    evidence: Tally,
    facemaps: Tally,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tally {
    made: u64,
    without_picture: u64,
    unusable: u64,
}

impl From<Remade> for Tally {
    fn from(Remade { made, without_picture, unusable }: Remade) -> Self {
        Self { made, without_picture, unusable }
    }
}

pub(crate) fn remake(args: &FacesRemakeArgs) -> Result<ExitCode, Failure> {
    let mut config = Config::load(args.server.config.as_deref())?;
    if let Some(data) = &args.server.data {
        config.data.dir.clone_from(data);
    }
    if let Some(models) = &args.models {
        config.models.dir.clone_from(models);
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    let (mode, report) = runtime.block_on(async {
        let app = open_verification(&config).await?;
        // Counted first: the bar knows how far it is to go.
        let mut report = app.remake(Remake::Count, || {}).await.map_err(Failure::Remake)?;
        if !args.dry_run {
            let bar = progress(usize::try_from(report.total()).unwrap_or(usize::MAX), "remaking");
            report = app.remake(Remake::Make, || bar.inc(1)).await.map_err(Failure::Remake)?;
            bar.finish_and_clear();
        }
        Ok::<_, Failure>((app.mode(), report))
    })?;
    if args.json {
        let RemakeReport { faces, evidence, facemaps } = report;
        say_json(&Report {
            dry_run: args.dry_run,
            mode: &mode,
            faces: faces.into(),
            evidence: evidence.into(),
            facemaps: facemaps.into(),
        })?;
    } else {
        say_words(args.dry_run, &mode, &report)?;
    }
    let left =
        [report.faces, report.evidence, report.facemaps].iter().any(|tally| tally.made < tally.total());
    Ok(if left { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn say_words(dry_run: bool, mode: &str, report: &RemakeReport) -> Result<(), Failure> {
    if report.total() == 0 {
        return say(&format!("Everything is of mode {} already.", toned(Tone::Strong, mode)));
    }
    let done = if dry_run { "can be made again" } else { "made again" };
    for (what, tally) in [
        ("faces of sessions", report.faces),
        ("pictures of identities", report.evidence),
        ("facemaps of scans", report.facemaps),
    ] {
        if tally.total() == 0 {
            continue;
        }
        say(&format!(
            "{what:<22}  {} {done}, {} without a picture, {} unusable",
            toned(Tone::Strong, &tally.made.to_string()),
            tally.without_picture,
            tally.unusable
        ))?;
    }
    if dry_run {
        return say(&format!("Nothing was changed. Without --dry-run they become mode {mode}."));
    }
    Ok(())
}
