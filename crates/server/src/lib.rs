//! The composition root: opens the parts, mounts the routes, serves until it is told to stop.

mod audit;
mod callbacks;
mod draining;
mod guard;
mod keys;
mod metrics;
mod netverify;
mod remaking;
mod routes;
mod serve;
mod stores;
mod telemetry;
mod tenants;
mod try_it;
mod web;

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use selfsame_blobs::{Blobs, MasterKeys};
use selfsame_config::{Config, LockoutConfig};
use selfsame_domain::transaction::workflow::{Workflow, WorkflowError};
use selfsame_domain::{LockoutParams, OsEntropy, SystemClock};
use selfsame_facade_bioserver::BioserverState;
use selfsame_facade_gips::GipsState;
use selfsame_facade_kit::{CallbackUrlRules, Mount, OutboundUrlRules, TrustedProxies};
use selfsame_facade_netverify::NetverifyState;
use selfsame_store::{Store, StoreSettings};
use selfsame_verification::callbacks::AddressRules;
use selfsame_verification::identities::IdentityParams;
use selfsame_verification::lockout::LockoutSettings;
use selfsame_verification::tenants::{Bootstrap, NewCredentials};
use selfsame_verification::{Parts, Settings, Verification};
use selfsame_vision::{Vision, VisionSettings};
use tokio::net::TcpListener;

use guard::Guard;
use metrics::Metrics;
use try_it::TryIt;

pub use audit::open_trail;
pub use callbacks::{open_callback_secrets, open_callbacks};
pub use keys::{KeysLook, look_at_keys, open_keys};
pub use netverify::{check_settings, server_policy, sign_params};
pub use remaking::open_verification;
pub use selfsame_verification::audit as trail;
pub use selfsame_verification::callbacks as desk;
pub use selfsame_verification::rewrap;
pub use selfsame_verification::tenants as tenant_desk;
pub use stores::{DatabaseLook, Migrated, check_blobs, look_at_database, migrate_database};
pub use tenants::{open_tenants, open_tenants_to_change};

/// Why the server did not start or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("a workflow that this program was built with is wrong: {}", told(.0))]
    Workflows(Vec<WorkflowError>),
    #[error(
        "the data folder {folder} cannot be used: {cause}. Name another with --data, or make it writable for this user"
    )]
    DataFolder { folder: PathBuf, cause: std::io::Error },
    #[error("log.filter cannot be read: {0}. Write it as in \"info,selfsame_verification=debug\"")]
    LogFilter(#[from] tracing_subscriber::filter::ParseError),
    #[error("cannot listen on {address}: {cause}. Name another address with --listen, or end what holds it")]
    Listen { address: SocketAddr, cause: std::io::Error },
    #[error("the networks cannot be loaded: {0}")]
    Models(#[from] selfsame_vision::ModelError),
    #[error("the database cannot be used: {0}")]
    Store(#[from] selfsame_store::StoreError),
    #[error("the object store cannot be opened: {0}")]
    Blobs(#[from] selfsame_blobs::BlobError),
    #[error("the master keys cannot be opened: {0}")]
    MasterKeys(selfsame_blobs::BlobError),
    #[error("the server could not be prepared: {0}")]
    Prepare(#[from] selfsame_verification::UseCaseError),
    #[error("{0}")]
    Callbacks(#[from] selfsame_verification::callbacks::ClientError),
    #[error(
        "there is no database at {0}: name the server's data folder with --data or its configuration with --config"
    )]
    NoDatabase(PathBuf),
    #[error(
        "there is no master key in {0}, but the database keeps what one sealed: bring its file back from its back-up, or set security.master_key as the server has it"
    )]
    NoMasterKey(PathBuf),
    #[error(
        "the master keys of {place} do not open what the database keeps: {cause}. See that security.master_key and data.dir are the server's own: --config, --data and the environment"
    )]
    OtherMasterKey { place: String, cause: selfsame_blobs::BlobError },
    #[error(
        "another server uses {0}: a SQLite database serves one. End it, name another folder with --data, or use PostgreSQL (database.url)"
    )]
    InUse(PathBuf),
    #[error("server.trusted_proxies: {0}")]
    TrustedProxies(#[from] selfsame_facade_kit::NetworkError),
    #[error("callbacks.allowed_private: {0}")]
    AllowedPrivate(#[from] selfsame_verification::callbacks::PrivateNetworkError),
    #[error("{}", selfsame_config::setting_words(.0))]
    Setting(#[from] selfsame_domain::SettingError),
    #[error("the server stopped: {0}")]
    Serve(std::io::Error),
    #[error("metrics cannot be counted: {0}")]
    Metrics(String),
    #[error("the start broke off")]
    Panicked,
}

/// A database that is away keeps nobody from stopping.
const LEFT_WITHIN: Duration = Duration::from_secs(5);

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// What kept it from starting, in words that name the thing and what to do. Nothing is served before everything is in order.
pub async fn run(config: Config) -> Result<(), ServeError> {
    telemetry::start(&config.log)?;
    let proxies = TrustedProxies::parse(&config.server.trusted_proxies)?;
    let addresses = callbacks::address_rules(&config)?;
    let folder = config.data.dir.clone();
    let in_data = |cause| ServeError::DataFolder { folder: folder.clone(), cause };
    make_private_folder(&config.data.dir).map_err(in_data)?;
    // Before anything slow: a port that is taken is told at once.
    let metrics = listen_for_metrics(&config).await?;
    let address = config.server.listen;
    let listener = TcpListener::bind(address).await.map_err(|cause| ServeError::Listen { address, cause })?;
    let address = listener.local_addr().map_err(ServeError::Serve)?;
    let _alone = stores::alone(&config)?;

    // Also before anything slow: what the settings name and nobody knows.
    let settings = Settings {
        transactions: netverify::scans(&config)?,
        workflows: Workflow::built_in().map_err(ServeError::Workflows)?,
        ..settings(&config)
    };
    let public_url = netverify::public_url(&config, address);

    let parts = open_parts(&config).await?;
    let app = Verification::new(parts, settings);
    let credentials = app.bootstrap(bootstrap(&config)).await?;
    // Captures of an earlier life are decided before anybody can ask for them.
    let ended = app.recover().await?;
    if ended > 0 {
        tracing::warn!(ended, "captures that the last stop cut off were decided as ERROR");
    }
    let staying = tokio::spawn(app.clone().stay());
    let mut preparing = {
        let app = app.clone();
        tokio::spawn(async move { app.prepare().await })
    };
    let tenant = if config.server.try_page { app.development_tenant().await? } else { None };
    let try_it = tenant.map(|tenant| TryIt { tenant, direct_only: address.ip().is_loopback() });
    let guard = Guard::new(&config.limits, proxies.clone(), app.clone());
    let places = serve::Places::from_settings(&config.server, proxies.clone());
    let patience = serve::Patience {
        request: Duration::from_secs(config.server.request_timeout_seconds),
        keep_alive: Duration::from_secs(config.server.keep_alive_seconds),
    };
    let facades = facades(&config, &app, &addresses, proxies, &public_url);
    let (routers, dialects): (Vec<_>, Vec<_>) =
        facades.into_iter().map(|Mount { bases, router, dialect }| ((router, bases), dialect)).unzip();
    let router = routes::router(routes::Mounts {
        app: app.clone(),
        facades: routers,
        try_it,
        request_timeout: patience.request,
        guard,
    });
    let courier = callbacks::courier(&config, &app, addresses, dialects)?;
    tokio::spawn(courier.run());
    if let Some(metrics) = metrics {
        tokio::spawn(metrics.serve(app.clone()));
    }
    tokio::spawn(app.clone().work_on_transactions());
    tokio::spawn(app.clone().record_repeated());
    tokio::spawn(tidy(app.clone(), Duration::from_secs(config.retention.purge_interval_seconds)));

    greet(address, credentials, try_it.is_some());
    let serving = serve::serve(listener, router, places, patience, stop());
    // A signing key that could not be made would leave a server without results: say so rather than go on.
    let served = tokio::select! {
        () = serving => Ok(()),
        failure = failed(&mut preparing) => Err(failure),
    };
    staying.abort();
    let left = match tokio::time::timeout(LEFT_WITHIN, app.leave()).await {
        Ok(left) => left.map_err(|error| error.to_string()),
        Err(late) => Err(late.to_string()),
    };
    if let Err(error) = left {
        tracing::warn!(error, "captures cut off by this stop wait for the lease of this process to run out");
    }
    served
}

/// Takes the port of the metrics, where the settings name one, and begins to count.
async fn listen_for_metrics(config: &Config) -> Result<Option<Metrics>, ServeError> {
    match config.server.metrics_listen {
        Some(address) => Metrics::listen(address).await.map(Some),
        None => Ok(None),
    }
}

/// The credentials that the settings name.
fn bootstrap(config: &Config) -> Bootstrap {
    let named = &config.bootstrap;
    Bootstrap {
        api_key: named.api_key.clone(),
        api_token: named.api_token.clone(),
        api_secret: named.api_secret.clone(),
        administration: named.administration_token.clone().zip(named.administration_secret.clone()),
    }
}

/// Networks, keys, database and objects, in the order in which a fault is told soonest.
async fn open_parts(config: &Config) -> Result<Parts, ServeError> {
    let networks = vision_settings(config);
    let loading = tokio::task::spawn_blocking(move || Vision::load(&networks));
    // Before the database is touched: a key of the wrong form is told first.
    let master = keys::open_master(config)?;
    let store = Store::open(&StoreSettings { url: config.database_url() }).await?;
    let blobs = stores::open_blobs(config)?;
    blobs.check(&OsEntropy).await?;
    let vision = Arc::new(loading.await.map_err(|_| ServeError::Panicked)??);
    Ok(parts(config, store, blobs, master, vision))
}

/// What was opened, with the clock and the entropy of this machine.
fn parts(config: &Config, store: Store, blobs: Blobs, master: MasterKeys, vision: Arc<Vision>) -> Parts {
    let cores = config.models.sessions.unwrap_or_else(available_cores);
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
    Parts { store, blobs, master, vision, clock, entropy, cores }
}

/// Every interface that the server speaks.
fn facades(
    config: &Config,
    app: &Verification,
    addresses: &AddressRules,
    proxies: TrustedProxies,
    public_url: &str,
) -> Vec<Mount> {
    let outbound = CallbackUrlRules { addresses: addresses.clone() };
    let version = env!("CARGO_PKG_VERSION");
    let bioserver = BioserverState {
        app: app.clone(),
        outbound: outbound.clone(),
        proxies,
        images: stores::image_place(config),
        version,
    };
    let names_only = OutboundUrlRules { development: config.development };
    vec![
        selfsame_facade_bioserver::mount(bioserver),
        selfsame_facade_gips::mount(GipsState { app: app.clone(), outbound, version }),
        selfsame_facade_netverify::mount(NetverifyState::new(app.clone(), names_only, public_url)),
    ]
}

/// Ends when the preparation fails, and never when it succeeds.
async fn failed(
    preparing: &mut tokio::task::JoinHandle<Result<(), selfsame_verification::UseCaseError>>,
) -> ServeError {
    match preparing.await {
        Ok(Ok(())) => std::future::pending().await,
        Ok(Err(error)) => error.into(),
        Err(_) => ServeError::Panicked,
    }
}

/// A new data folder is its owner's alone; one that exists keeps the permissions that the operator gave it.
fn make_private_folder(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn vision_settings(config: &Config) -> VisionSettings {
    VisionSettings {
        weights_dir: config.models.dir.clone(),
        sessions: config.models.sessions,
        slots: config.models.slots.clone(),
        on_demand: false,
    }
}

fn settings(config: &Config) -> Settings {
    let seconds = Duration::from_secs;
    Settings {
        capture_chain: config.liveness.capture_chain,
        no_face_timeout: seconds(config.liveness.no_face_timeout_seconds),
        capture_timeout: seconds(config.liveness.capture_timeout_seconds),
        evidence_timeout: seconds(config.liveness.evidence_timeout_seconds),
        open_for: seconds(config.liveness.session_minutes * 60),
        video_storage: config.liveness.video_storage,
        challenge_seed: config.liveness.challenge_seed,
        keep_for: seconds(config.retention.session_minutes * 60),
        keep_audit: seconds(config.audit.retention_days * 24 * 60 * 60),
        keep_callbacks: seconds(config.callbacks.keep_days * 24 * 60 * 60),
        lockout: lockout(&config.lockout),
        max_captures: config.server.max_sessions,
        images: selfsame_vision::image::Limits {
            max_bytes: config.images.max_bytes,
            max_side: config.images.max_side,
            max_pixels: config.images.max_pixels,
            ..selfsame_vision::image::Limits::default()
        },
        identities: IdentityParams {
            keep_for: seconds(config.identities.keep_minutes * 60),
            false_match_rate: config.identities.false_match_rate,
            ..IdentityParams::default()
        },
        ..Settings::default()
    }
}

fn lockout(config: &LockoutConfig) -> LockoutSettings {
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    let params = |failures| LockoutParams {
        failures,
        window: minutes(config.window_minutes),
        blocks: config.block_minutes.iter().copied().map(minutes).collect(),
    };
    LockoutSettings { device: params(config.device_failures), address: params(config.address_failures) }
}

/// Follows the cgroup's quota as well as the affinity.
fn available_cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

async fn tidy(app: Verification, every: Duration) {
    let mut tick = tokio::time::interval(every.max(Duration::from_secs(1)));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        match app.tidy().await {
            Ok((0, 0)) => {}
            Ok((decided, erased)) => tracing::info!(decided, erased, "tidied"),
            Err(error) => tracing::error!(%error, "could not tidy; will try again"),
        }
    }
}

/// What a person who started the server wants to know. Standard output, not the log: credentials are told here and nowhere else.
#[expect(clippy::print_stdout, reason = "the one time that credentials are told")]
fn greet(address: SocketAddr, credentials: Option<NewCredentials>, try_it: bool) {
    let colours =
        std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let (bold, plain) = if colours { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    println!("selfsame {} listens on {bold}http://{address}{plain}", env!("CARGO_PKG_VERSION"));
    if try_it {
        println!(
            "Open {bold}http://{address}/{plain} in a browser to try a liveness check, {bold}http://{address}/document.html{plain} to read a document."
        );
    }
    if let Some(credentials) = credentials {
        println!("\nCredentials of the development tenant, told this once:");
        for (name, made) in [
            ("apikey    ", &credentials.api_key),
            ("API token ", &credentials.api_token),
            ("API secret", &credentials.api_secret),
        ] {
            if let Some(made) = made {
                println!("  {name}  {}", made.expose());
            }
        }
        println!();
    }
}

async fn stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        else {
            let _ = interrupted.await;
            return;
        };
        tokio::select! {
            _ = interrupted => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupted.await;
}

fn told(errors: &[WorkflowError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
