//! `selfsame callbacks …`

use std::process::ExitCode;

use selfsame_config::Config;
use selfsame_domain::TenantId;
use selfsame_domain::{CallbackMoment, CallbackSubject};
use selfsame_server::desk::{CallbackFilter, Callbacks, OutboxAttempt, OutboxEntry, OutboxState};
use selfsame_server::tenant_desk::TenantsError;
use selfsame_server::{open_callback_secrets, open_callbacks};
use selfsame_verification::UseCaseError;
use serde::Serialize;
use uuid::Uuid;

use crate::args::{
    CallbackStateArg, CallbacksListArgs, CallbacksReplayArgs, CallbacksSecretArgs, CallbacksShowArgs,
    ServerData,
};
use crate::failure::Failure;
use crate::terminal::{Tone, complain, say, say_json, toned};

/// Dead letters that one replay takes.
const MOST_REPLAYED: u64 = 100_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    id: Uuid,
    tenant: String,
    subject: Uuid,
    event: &'static str,
    dialect: &'a str,
    receiver: &'a str,
    created_at: String,
    state: &'static str,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tries: Option<Vec<Try<'a>>>,
}

#[derive(Serialize)]
struct Try<'a> {
    at: String,
    millis: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    outcome: &'a str,
}

#[derive(Serialize)]
struct Secrets<'a> {
    secrets: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn of(entry: &'a OutboxEntry) -> Self {
        let (state, next, finished, because) = match &entry.state {
            OutboxState::Pending { next_attempt_at } => ("pending", Some(*next_attempt_at), None, None),
            OutboxState::Delivered { at } => ("delivered", None, Some(*at), None),
            OutboxState::Dead { at, because } => ("dead", None, Some(*at), Some(because.as_str())),
        };
        Self {
            id: entry.id,
            tenant: entry.tenant_id.to_string(),
            subject: entry.subject_id,
            event: match (entry.event.subject, entry.event.moment) {
                (CallbackSubject::Session, CallbackMoment::Received) => "sessionReceived",
                (CallbackSubject::Session, CallbackMoment::Decided) => "sessionDecided",
                (CallbackSubject::Transaction, CallbackMoment::Received) => "scanReceived",
                (CallbackSubject::Transaction, CallbackMoment::Decided) => "scanDecided",
            },
            dialect: &entry.target.dialect,
            receiver: &entry.receiver,
            created_at: entry.created_at.to_rfc3339(),
            state,
            attempts: entry.attempts,
            next_attempt_at: next.map(|at| at.to_rfc3339()),
            finished_at: finished.map(|at| at.to_rfc3339()),
            because,
            tries: None,
        }
    }

    fn say(&self) -> Result<(), Failure> {
        let tone = match self.state {
            "delivered" => Tone::Good,
            "dead" => Tone::Bad,
            _ => Tone::Warning,
        };
        let after = match (&self.next_attempt_at, &self.finished_at, self.because) {
            (Some(next), ..) => format!("next attempt {next}"),
            (None, Some(at), None) => at.clone(),
            (None, Some(at), Some(because)) => format!("{at}: {because}"),
            (None, None, _) => String::new(),
        };
        say(&format!(
            "{}  {}  {}  {} attempts  {}",
            self.id,
            toned(tone, &format!("{:<9}", self.state)),
            self.receiver,
            self.attempts,
            toned(Tone::Quiet, &after)
        ))
    }
}

/// Runs `work` with the server's settings.
fn with_config<T>(
    server: &ServerData,
    work: impl AsyncFnOnce(Config) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut config = Config::load(server.config.as_deref())?;
    if let Some(data) = &server.data {
        config.data.dir.clone_from(data);
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    runtime.block_on(work(config))
}

/// Runs `work` over the server's store.
fn with_callbacks<T>(
    server: &ServerData,
    work: impl AsyncFnOnce(Callbacks) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_config(server, async |config| work(open_callbacks(&config).await?).await)
}

fn not_done(what: &str, error: &UseCaseError) -> Failure {
    Failure::Input(format!("{what}: {error}; `selfsame doctor` looks at the database and the keys"))
}

fn not_found(id: Uuid, error: &UseCaseError) -> Failure {
    match error {
        UseCaseError::NotFound => Failure::Input(format!(
            "there is no callback {id}, or its term is over (callbacks.keep_days); `selfsame callbacks list` shows those that are kept"
        )),
        error => not_done(&format!("the callback {id}"), error),
    }
}

fn id(text: &str) -> Result<Uuid, Failure> {
    Uuid::try_parse(text).map_err(|_| {
        Failure::Input(format!(
            "{text:?} is no webhook-id, the UUID that names a callback; `selfsame callbacks list` shows them"
        ))
    })
}

async fn tenant(callbacks: &Callbacks, name: &str) -> Result<TenantId, Failure> {
    callbacks.tenant(name).await.map_err(|error| match error {
        UseCaseError::NotFound => TenantsError::NoSuchTenant(name.to_owned()).into(),
        error => not_done(&format!("the tenant {name:?}"), &error),
    })
}

async fn filter(
    callbacks: &Callbacks,
    name: Option<&str>,
    state: Option<&'static str>,
    most: u64,
) -> Result<CallbackFilter, Failure> {
    let tenant = match name {
        Some(name) => Some(tenant(callbacks, name).await?),
        None => None,
    };
    Ok(CallbackFilter { tenant, state, most })
}

pub(crate) fn list(args: &CallbacksListArgs) -> Result<ExitCode, Failure> {
    with_callbacks(&args.server, async |callbacks| {
        let state = args.state.map(|state| match state {
            CallbackStateArg::Pending => "pending",
            CallbackStateArg::Delivered => "delivered",
            CallbackStateArg::Dead => "dead",
        });
        let filter = filter(&callbacks, args.tenant.as_deref(), state, u64::from(args.most)).await?;
        let found = callbacks.list(&filter).await.map_err(|error| not_done("the callbacks", &error))?;
        for entry in &found {
            let line = Line::of(entry);
            if args.json { say_json(&line)? } else { line.say()? }
        }
        if found.is_empty() && !args.json {
            say("There are no such callbacks.")?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

pub(crate) fn show(args: &CallbacksShowArgs) -> Result<ExitCode, Failure> {
    let id = id(&args.id)?;
    with_callbacks(&args.server, async |callbacks| {
        let (entry, attempts) = callbacks.show(id).await.map_err(|error| not_found(id, &error))?;
        let mut line = Line::of(&entry);
        line.tries = Some(attempts.iter().map(tried).collect());
        if args.json {
            say_json(&line)?;
        } else {
            line.say()?;
            say(&format!("  {} about {} of tenant {}", line.event, line.subject, line.tenant))?;
            for attempt in line.tries.iter().flatten() {
                let status = attempt.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
                say(&format!("  {}  {:>3}  {} ms  {}", attempt.at, status, attempt.millis, attempt.outcome))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn tried(attempt: &OutboxAttempt) -> Try<'_> {
    Try {
        at: attempt.at.to_rfc3339(),
        millis: attempt.millis,
        status: attempt.status,
        outcome: &attempt.outcome,
    }
}

pub(crate) fn replay(args: &CallbacksReplayArgs) -> Result<ExitCode, Failure> {
    let named = args.id.as_deref().map(id).transpose()?;
    with_callbacks(&args.server, async |callbacks| {
        let ids = match named {
            Some(id) => vec![id],
            None => {
                let filter = filter(&callbacks, args.tenant.as_deref(), Some("dead"), MOST_REPLAYED).await?;
                let dead =
                    callbacks.list(&filter).await.map_err(|error| not_done("the dead letters", &error))?;
                dead.iter().map(|entry| entry.id).collect()
            }
        };
        let (mut sent, mut kept) = (0, 0);
        for id in ids {
            if callbacks.replay(id).await.map_err(|error| not_found(id, &error))? {
                sent += 1;
            } else {
                kept += 1;
                complain(&format!(
                    "{id} is not sent again: it is pending anyway, or what it tells of was erased"
                ));
            }
        }
        say(&format!("{sent} are due now."))?;
        Ok(if kept == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

pub(crate) fn secret(args: &CallbacksSecretArgs) -> Result<ExitCode, Failure> {
    with_config(&args.server, async |config| {
        let callbacks = open_callback_secrets(&config).await?;
        let failed = |error| not_done(&format!("the secret of tenant {:?}", args.tenant), &error);
        let tenant = tenant(&callbacks, &args.tenant).await?;
        if args.rotate {
            callbacks.rotate_secret(tenant).await.map_err(failed)?;
        }
        let secrets = callbacks.secrets(tenant).await.map_err(failed)?;
        if args.json {
            say_json(&Secrets { secrets: secrets.iter().map(|secret| secret.text().expose()).collect() })?;
        } else {
            for (index, secret) in secrets.iter().enumerate() {
                let note =
                    if index == 0 { "" } else { "  replaced; signs beside the first for up to 24 hours" };
                say(&format!("{}{}", secret.text().expose(), toned(Tone::Quiet, note)))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}
