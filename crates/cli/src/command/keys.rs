//! `selfsame keys …`

use std::process::ExitCode;

use selfsame_config::Config;
use selfsame_server::open_keys;
use selfsame_server::rewrap::{Rewrap, RewrapReport, Rewrapped};
use serde::Serialize;

use crate::args::{KeysCommand, KeysRewrapArgs};
use crate::failure::Failure;
use crate::terminal::{Tone, progress, say, say_json, toned};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    dry_run: bool,
    replaced: u64,
    unknown: u64,
    data_keys: Tally,
    server_keys: Tally,
    callback_secrets: Tally,
}

#[derive(Serialize)]
struct Tally {
    current: u64,
    replaced: u64,
    unknown: u64,
}

impl From<Rewrapped> for Tally {
    fn from(Rewrapped { current, replaced, unknown }: Rewrapped) -> Self {
        Self { current, replaced, unknown }
    }
}

pub(crate) fn run(command: &KeysCommand) -> Result<ExitCode, Failure> {
    let KeysCommand::Rewrap(args) = command;
    rewrap(args)
}

fn rewrap(args: &KeysRewrapArgs) -> Result<ExitCode, Failure> {
    let mut config = Config::load(args.server.config.as_deref())?;
    if let Some(data) = &args.server.data {
        config.data.dir.clone_from(data);
    }
    let how = if args.dry_run { Rewrap::Count } else { Rewrap::Replace };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    let report = runtime.block_on(async {
        let keys = open_keys(&config).await?;
        let count = keys.count().await.map_err(Failure::Rewrap)?;
        let bar = progress(usize::try_from(count).unwrap_or(usize::MAX), "keys");
        let report = keys.rewrap(how, || bar.inc(1)).await.map_err(Failure::Rewrap)?;
        bar.finish_and_clear();
        Ok::<_, Failure>(report)
    })?;
    let RewrapReport { data_keys, server_keys, callback_secrets } = report;
    if args.json {
        say_json(&Report {
            dry_run: args.dry_run,
            replaced: report.replaced(),
            unknown: report.unknown(),
            data_keys: data_keys.into(),
            server_keys: server_keys.into(),
            callback_secrets: callback_secrets.into(),
        })?;
    } else {
        say_words(args.dry_run, &report)?;
    }
    Ok(if report.unknown() > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn say_words(dry_run: bool, report: &RewrapReport) -> Result<(), Failure> {
    let done = if dry_run { "to be wrapped anew" } else { "wrapped anew" };
    for (what, tally) in [
        ("data keys", report.data_keys),
        ("secrets of the server", report.server_keys),
        ("callback secrets", report.callback_secrets),
    ] {
        let replaced = toned(Tone::Strong, &tally.replaced.to_string());
        let Rewrapped { current, unknown, .. } = tally;
        say(&format!(
            "{what:<22}  {replaced} {done}, {current} as they should be, {unknown} that no key opens"
        ))?;
    }
    if report.unknown() > 0 {
        return say(
            "Destroy no key: bring back the one that wrapped what cannot be opened, and run this again.",
        );
    }
    if dry_run {
        return say("Nothing was changed.");
    }
    say(
        "Everything is wrapped by the newest master key. Older ones can go: remove their files, and restart the server.",
    )
}
