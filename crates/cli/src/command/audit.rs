//! `selfsame audit …`

use std::net::IpAddr;
use std::process::ExitCode;
use std::time::Duration;

use selfsame_config::Config;
use selfsame_domain::audit::{Action, Digest, Entry};
use selfsame_domain::{Clock as _, SystemClock, TenantId, Timestamp};
use selfsame_server::open_trail;
use selfsame_server::tenant_desk::TenantsError;
use selfsame_server::trail::{AuditFilter, AuditOrder, Chain, Chains, Fault, Stored, Trail};
use selfsame_verification::UseCaseError;
use serde::Serialize;
use uuid::Uuid;

use crate::args::{
    AuditChain, AuditCommand, AuditExportArgs, AuditListArgs, AuditVerifyArgs, AuditWhich, ServerData,
};
use crate::failure::Failure;
use crate::terminal::{Tone, complain, printable, progress, say, say_json, toned};

/// The name of the server's own chain.
const SERVER: &str = "server";

#[derive(Serialize)]
struct Named<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
}

#[derive(Serialize)]
struct Line<'a> {
    chain: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<TenantId>,
    sequence: u64,
    time: String,
    actor: Named<'a>,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<Named<'a>>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
    previous: String,
    hash: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    chain: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<TenantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pruned_to: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<Told>,
}

#[derive(Serialize)]
struct Told {
    kind: &'static str,
    sequence: u64,
    message: String,
}

impl From<&Fault> for Told {
    fn from(fault: &Fault) -> Self {
        Self { kind: fault.kind.name(), sequence: fault.sequence, message: fault.to_string() }
    }
}

fn hexadecimal(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn say_entry(chain: &str, entry: &Entry, json: bool) -> Result<(), Failure> {
    let event = &entry.event;
    let actor = event.actor.id().as_ref().map(Uuid::to_string);
    let address = event.address.map(|address| *address.expose());
    if json {
        return say_json(&Line {
            chain,
            tenant: entry.tenant,
            sequence: entry.sequence,
            time: entry.at.to_rfc3339(),
            actor: Named { kind: event.actor.kind(), id: actor.as_deref() },
            action: event.action.name(),
            subject: event
                .subject
                .as_ref()
                .map(|subject| Named { kind: subject.kind.name(), id: Some(&subject.id) }),
            outcome: event.outcome.name(),
            code: event.code.as_deref(),
            count: event.count,
            address,
            previous: hexadecimal(&entry.previous),
            hash: hexadecimal(&entry.hash),
        });
    }
    let mut words = vec![event.action.name().to_owned()];
    let subject = event.subject.as_ref().map(|subject| format!("{} {}", subject.kind.name(), subject.id));
    words.extend(subject);
    words.extend(event.code.clone());
    words.extend((event.count != 1).then(|| format!("{} times", event.count)));
    let by = actor.map_or_else(|| event.actor.kind().to_owned(), |id| format!("{} {id}", event.actor.kind()));
    words.push(format!("by {by}"));
    words.extend(address.map(|address| format!("from {address}")));
    let tone = if event.outcome.name() == "ok" { Tone::Good } else { Tone::Warning };
    say(&format!(
        "{}  {chain} {}  {}  {}",
        toned(Tone::Quiet, &entry.at.to_rfc3339()),
        entry.sequence,
        toned(tone, &format!("{:<7}", event.outcome.name())),
        printable(&words.join("  "))
    ))
}

pub(crate) fn run(command: &AuditCommand) -> Result<ExitCode, Failure> {
    match command {
        AuditCommand::List(args) => list(args),
        AuditCommand::Verify(args) => verify(args),
        AuditCommand::Export(args) => export(args),
    }
}

/// Runs `work` over the trail of the server's database.
fn with_trail<T>(
    server: &ServerData,
    work: impl AsyncFnOnce(Trail) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut config = Config::load(server.config.as_deref())?;
    if let Some(data) = &server.data {
        config.data.dir.clone_from(data);
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    runtime.block_on(async { work(open_trail(&config).await?).await })
}

fn not_read(error: &UseCaseError) -> Failure {
    Failure::Input(format!(
        "the audit trail cannot be read: {error}; `selfsame doctor` looks at the database and the keys"
    ))
}

/// The chains that are asked for, and what is wrong with their number. Empty where nothing was recorded yet.
async fn chains(trail: &Trail, wanted: &AuditChain) -> Result<Chains, Failure> {
    let found = trail.chains().await.map_err(|error| not_read(&error))?;
    let found = found.unwrap_or(Chains { chains: Vec::new(), fault: None });
    if wanted.own {
        let chains = found.chains.into_iter().filter(|chain| chain.tenant.is_none()).collect();
        return Ok(Chains { chains, ..found });
    }
    let Some(name) = &wanted.tenant else { return Ok(found) };
    let id = name.parse::<TenantId>().ok();
    let is_named = |chain: &Chain| {
        (id.is_some() && chain.tenant == id) || (chain.tenant.is_some() && chain.name.as_ref() == Some(name))
    };
    let chains: Vec<_> = found.chains.into_iter().filter(is_named).collect();
    if chains.is_empty() {
        let known = trail.tenant(name).await.map_err(|error| not_read(&error))?;
        if !known {
            return Err(TenantsError::NoSuchTenant(name.clone()).into());
        }
    }
    Ok(Chains { chains, fault: found.fault })
}

fn name_of(chain: &Chain) -> String {
    match (&chain.name, chain.tenant) {
        (Some(name), _) => name.clone(),
        (None, Some(tenant)) => tenant.to_string(),
        (None, None) => SERVER.to_owned(),
    }
}

fn filter(which: &AuditWhich) -> Result<AuditFilter, Failure> {
    let now = SystemClock.now();
    let moment = |name: &str, text: &Option<String>| {
        let Some(text) = text else { return Ok(None) };
        let read = moment(text, now);
        read.map(Some).ok_or_else(|| {
            Failure::Input(format!(
                "{name} {text:?} is no moment: write a day as in 2026-11-30, a moment as in 2026-11-30T12:00:00Z, or how long ago as in 90m, 24h, 7d"
            ))
        })
    };
    let action = which.action.as_deref().map(|name| {
        Action::named(name).ok_or_else(|| {
            let known: Vec<_> = Action::ALL.iter().map(|action| action.name()).collect();
            Failure::Input(format!("--action {name:?} is none; there are {}", known.join(", ")))
        })
    });
    Ok(AuditFilter {
        since: moment("--since", &which.since)?,
        until: moment("--until", &which.until)?,
        action: action.transpose()?,
        subject: which.subject.clone(),
    })
}

fn moment(text: &str, now: Timestamp) -> Option<Timestamp> {
    let seconds = match text.as_bytes().last()? {
        b'm' => 60,
        b'h' => 60 * 60,
        b'd' => 24 * 60 * 60,
        _ => return Timestamp::parse(text),
    };
    let count: u64 = text.get(..text.len() - 1)?.parse().ok()?;
    Some(now - Duration::from_secs(count.checked_mul(seconds)?))
}

/// An entry that cannot be read is told, and holds up none of the others.
fn readable<'a>(chain: &str, row: &'a Stored) -> Option<&'a Entry> {
    match row {
        Stored::Entry(entry) => Some(entry),
        Stored::Unreadable { sequence, column } => {
            complain(&format!(
                "entry {sequence} of the chain {chain} was altered: its column {column} cannot be read"
            ));
            None
        }
    }
}

fn list(args: &AuditListArgs) -> Result<ExitCode, Failure> {
    let filter = filter(&args.which)?;
    with_trail(&args.server, async |trail| {
        let mut found: Vec<(String, Entry)> = Vec::new();
        let mut altered = false;
        for chain in chains(&trail, &args.chain).await?.chains {
            let name = name_of(&chain);
            let order = AuditOrder::NewestFirst { before: None };
            let rows = trail.list(chain.tenant, &filter, order, args.most.into()).await;
            for row in rows.map_err(|error| not_read(&error))? {
                match readable(&name, &row) {
                    Some(entry) => found.push((name.clone(), entry.clone())),
                    None => altered = true,
                }
            }
        }
        found.sort_by_key(|(_, entry)| std::cmp::Reverse((entry.at, entry.tenant, entry.sequence)));
        for (chain, entry) in found.iter().take(args.most as usize) {
            say_entry(chain, entry, args.json)?;
        }
        if found.is_empty() && !args.json {
            say("There are no such entries.")?;
        }
        Ok(if altered { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    })
}

fn export(args: &AuditExportArgs) -> Result<ExitCode, Failure> {
    if args.after > 0 && args.chain.tenant.is_none() && !args.chain.own {
        let advice = "--after counts within one chain; name it with --tenant or --own";
        return Err(Failure::Input(advice.to_owned()));
    }
    let filter = filter(&args.which)?;
    with_trail(&args.server, async |trail| {
        let mut altered = false;
        for chain in chains(&trail, &args.chain).await?.chains {
            let name = name_of(&chain);
            let mut after = args.after;
            loop {
                let page = trail.page(chain.tenant, &filter, AuditOrder::OldestFirst { after }).await;
                let page = page.map_err(|error| not_read(&error))?;
                let Some(last) = page.last() else { break };
                after = last.sequence();
                for row in &page {
                    match readable(&name, row) {
                        Some(entry) => say_entry(&name, entry, true)?,
                        None => altered = true,
                    }
                }
            }
        }
        Ok(if altered { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    })
}

fn verify(args: &AuditVerifyArgs) -> Result<ExitCode, Failure> {
    with_trail(&args.server, async |trail| {
        let Chains { chains, fault } = chains(&trail, &args.chain).await?;
        let mut whole = true;
        if let Some(fault) = &fault {
            whole = false;
            tell(
                &Report {
                    chain: SERVER,
                    tenant: None,
                    entries: None,
                    pruned_to: None,
                    fault: Some(fault.into()),
                },
                args.json,
            )?;
        }
        if chains.is_empty() && fault.is_none() && !args.json {
            say("Nothing has been recorded yet.")?;
        }
        for chain in &chains {
            let name = name_of(chain);
            let bar = progress(
                usize::try_from(chain.last - chain.pruned.min(chain.last)).unwrap_or(usize::MAX),
                "entries",
            );
            let checked = trail.verify(chain.tenant, |entries| bar.inc(entries)).await;
            bar.finish_and_clear();
            let checked = checked.map_err(|error| not_read(&error))?;
            whole &= checked.is_ok();
            let pruned_to = checked.is_ok().then_some(chain.pruned);
            let (entries, fault) = match &checked {
                Ok(entries) => (Some(*entries), None),
                Err(fault) => (None, Some(fault.into())),
            };
            tell(&Report { chain: &name, tenant: chain.tenant, entries, pruned_to, fault }, args.json)?;
        }
        Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

fn tell(report: &Report<'_>, json: bool) -> Result<(), Failure> {
    if json {
        return say_json(report);
    }
    let chain = report.chain;
    match (&report.fault, report.entries, report.pruned_to) {
        (Some(fault), ..) => say(&format!("{}  {chain}: {}", toned(Tone::Bad, "broken"), fault.message)),
        (None, entries, pruned_to) => {
            let entries = entries.unwrap_or_default();
            let pruned = match pruned_to.unwrap_or_default() {
                0 => String::new(),
                to => format!("; those up to {to} were removed when their term was over"),
            };
            say(&format!("{}   {chain}: {entries} entries{pruned}", toned(Tone::Good, "whole")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_days_moments_and_spans() {
        let now = Timestamp::parse("2026-12-01T12:00:00Z").unwrap();
        for (text, expected) in [
            ("2026-11-30", "2026-11-30T00:00:00.000Z"),
            ("2026-11-30T08:30:00Z", "2026-11-30T08:30:00.000Z"),
            ("2026-11-30T08:30:00.250+01:00", "2026-11-30T07:30:00.250Z"),
            ("90m", "2026-12-01T10:30:00.000Z"),
            ("24h", "2026-11-30T12:00:00.000Z"),
            ("7d", "2026-11-24T12:00:00.000Z"),
        ] {
            assert_eq!(moment(text, now).unwrap().to_rfc3339(), expected, "{text}");
        }
        for text in [
            "",
            "d",
            "-1d",
            "1w",
            "yesterday",
            "2026-13-01",
            "2026-11-30 08:30",
            "ä",
            "99999999999999999999d",
        ] {
            assert_eq!(moment(text, now), None, "{text}");
        }
    }
}
