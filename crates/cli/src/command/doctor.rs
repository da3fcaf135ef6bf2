//! `selfsame doctor`: is everything in place, and what to do where it is not.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::ExitCode;

use selfsame_config::Config;
use selfsame_domain::{Clock as _, SystemClock, Timestamp};
use selfsame_server::{DatabaseLook, KeysLook, check_blobs, look_at_database, look_at_keys};
use selfsame_vision::Vision;
use serde::Serialize;

use crate::args::DoctorArgs;
use crate::failure::Failure;
use crate::picture::vision_settings;
use crate::terminal::{Tone, say, say_json, toned};

/// What the networks, the database and a few captures take together, measured (docs/benchmarks.md), with room to spare.
const MEMORY_WANTED: u64 = 768 << 20;
/// 1 January 2026: a clock before it was never set, and signed results would carry a wrong time.
const EARLIEST_PLAUSIBLE: Timestamp = Timestamp::from_millis(1_767_225_600_000);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    /// Works, but not as it should in production.
    Warning,
    /// The server would not start, or not work.
    Failed,
}

#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    status: Status,
    saw: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    todo: Option<String>,
}

impl Finding {
    fn ok(check: &'static str, saw: impl Into<String>) -> Self {
        Self { check, status: Status::Ok, saw: saw.into(), todo: None }
    }

    fn warning(check: &'static str, saw: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { check, status: Status::Warning, saw: saw.into(), todo: Some(todo.into()) }
    }

    fn failed(check: &'static str, saw: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { check, status: Status::Failed, saw: saw.into(), todo: Some(todo.into()) }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    ok: bool,
    checks: &'a [Finding],
}

pub(crate) fn doctor(args: &DoctorArgs) -> Result<ExitCode, Failure> {
    let findings = match args.sources.config() {
        Ok(mut config) => {
            if let Some(listen) = args.listen {
                config.server.listen = listen;
            }
            if let Some(data) = &args.data {
                config.data.dir.clone_from(data);
            }
            let mut findings = vec![Finding::ok("configuration", "valid")];
            findings.extend(networks(&config));
            findings.extend([
                data_folder(&config.data.dir),
                cores(&config),
                memory(),
                clock(SystemClock.now()),
            ]);
            findings.extend(stores(&config)?);
            findings.extend([port(config.server.listen), exposure(&config)]);
            findings
        }
        Err(failure) => {
            vec![Finding::failed(
                "configuration",
                failure.to_string(),
                "correct it; nothing else can be checked before",
            )]
        }
    };
    let ok = findings.iter().all(|finding| finding.status != Status::Failed);
    if args.json {
        say_json(&Report { ok, checks: &findings })?;
    } else {
        for finding in &findings {
            say_words(finding)?;
        }
    }
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn say_words(finding: &Finding) -> Result<(), Failure> {
    let mark = match finding.status {
        Status::Ok => toned(Tone::Good, "ok     "),
        Status::Warning => toned(Tone::Warning, "warning"),
        Status::Failed => toned(Tone::Bad, "failed "),
    };
    say(&format!("{mark} {:<14} {}", finding.check, finding.saw))?;
    match &finding.todo {
        Some(todo) => say(&format!("        {:<14} -> {todo}", "")),
        None => Ok(()),
    }
}

/// Loading is the check: hashes, the engine, and every network's inputs and outputs.
fn networks(config: &Config) -> Vec<Finding> {
    match Vision::load(&vision_settings(config)) {
        Ok(vision) => {
            let (files, bytes) = vision
                .files()
                .iter()
                .fold((0_u32, 0), |(files, bytes), file| (files + 1, bytes + file.bytes));
            let engine = vision.files().iter().find(|file| file.slot == "engine");
            vec![
                Finding::ok(
                    "models",
                    format!("{files} files verified, {:.0} MB, mode {}", bytes as f64 / 1e6, vision.mode()),
                ),
                Finding::ok(
                    "engine",
                    engine.map_or("loaded".to_owned(), |engine| format!("{} loaded", engine.name)),
                ),
            ]
        }
        // The text names the file and the command that mends it.
        Err(error) => {
            let check = if error.code().starts_with("engine") { "engine" } else { "models" };
            let todo = format!(
                "models are looked for in {}; another folder is set with models.dir",
                config.models.dir.display()
            );
            vec![Finding::failed(check, error.to_string(), todo)]
        }
    }
}

fn data_folder(folder: &Path) -> Finding {
    const CHECK: &str = "data folder";
    if !folder.exists() {
        // The server makes it: what counts is the nearest folder above that exists.
        let above = folder
            .ancestors()
            .skip(1)
            .map(|above| if above.as_os_str().is_empty() { Path::new(".") } else { above });
        return match above.into_iter().find(|above| above.exists()) {
            Some(above) if is_writable(above) => {
                Finding::ok(CHECK, format!("{} does not exist yet and can be made", folder.display()))
            }
            _ => Finding::failed(
                CHECK,
                format!("{} does not exist and cannot be made", folder.display()),
                "make it, owned by the user that runs the server, or name another with --data",
            ),
        };
    }
    if !folder.is_dir() {
        return Finding::failed(
            CHECK,
            format!("{} is no folder", folder.display()),
            "name another with --data",
        );
    }
    if !is_writable(folder) {
        return Finding::failed(
            CHECK,
            format!("{} is not writable", folder.display()),
            "make it writable for the user that runs the server, or name another with --data",
        );
    }
    if let Some(mode) = open_to_others(folder) {
        return Finding::warning(
            CHECK,
            format!("{} is open to other users (mode {mode:03o})", folder.display()),
            format!("it holds the keys: chmod 700 {}", folder.display()),
        );
    }
    Finding::ok(CHECK, format!("{} is writable", folder.display()))
}

/// Tried, not asked: permissions, read-only mounts and quotas all show.
fn is_writable(folder: &Path) -> bool {
    let probe = folder.join(format!(".selfsame-doctor-{}", std::process::id()));
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(&probe).is_ok();
    if made {
        // The probe is empty; one that stays behind harms nothing.
        let _ = std::fs::remove_file(&probe);
    }
    made
}

#[cfg(unix)]
fn open_to_others(folder: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(folder).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> Option<u32> {
    None
}

/// The database and the bucket, where there is one: reached as the server would.
fn stores(config: &Config) -> Result<Vec<Finding>, Failure> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    let (database, blobs) =
        runtime.block_on(async { (look_at_database(config).await, check_blobs(config).await) });
    let keys = keys(config, database.as_ref().ok().map(|look| look.sealed.as_slice()));
    let mut findings = vec![match database {
        Ok(look) => database_finding(look),
        Err(error) => Finding::failed(
            "database",
            error.to_string(),
            if config.database.url.is_some() {
                "the address is database.url; for a new PostgreSQL: CREATE ROLE selfsame LOGIN PASSWORD '…'; CREATE DATABASE selfsame OWNER selfsame"
            } else {
                "it is a file in the data folder: run this as the user that runs the server, or name another folder with --data"
            },
        ),
    }];
    findings.push(keys);
    match blobs {
        // Part of the data folder.
        Ok(None) => {}
        Ok(Some(place)) => {
            findings.push(Finding::ok("blobs", format!("{place}: written, read, listed and removed")));
        }
        Err(error) => findings.push(Finding::failed(
            "blobs",
            error.to_string(),
            "the bucket has to exist before the first start; see [blobs] in selfsame serve --print-config",
        )),
    }
    Ok(findings)
}

/// The master keys: there, nobody else's to read, and those that the database was sealed with. `sealed`: what it keeps; `None`
/// when it cannot be looked at.
fn keys(config: &Config, sealed: Option<&[(String, Vec<u8>)]>) -> Finding {
    const CHECK: &str = "keys";
    let is_setting = config.security.master_key.is_some();
    match look_at_keys(config, sealed.unwrap_or_default()) {
        Ok(KeysLook::ToBeMade(folder)) if folder.exists() && !is_writable(&folder) => Finding::failed(
            CHECK,
            format!("{} holds no master key, and none can be made in it", folder.display()),
            "make it writable for the user that runs the server, or set security.master_key",
        ),
        Ok(KeysLook::ToBeMade(folder)) if sealed.is_none() => Finding::warning(
            CHECK,
            format!("{} holds none, and whether the database needs one cannot be told", folder.display()),
            "mend the database first, then look again",
        ),
        Ok(KeysLook::ToBeMade(folder)) => Finding::ok(
            CHECK,
            format!("{} holds none yet; the first start of the server makes one", folder.display()),
        ),
        Ok(KeysLook::Found { place, count, tried }) => {
            let keys = if count == 1 { "one master key".to_owned() } else { format!("{count} master keys") };
            let folder = config.data.dir.join("keys");
            if let Some(mode) = open_to_others(&folder).filter(|_| !is_setting) {
                return Finding::warning(
                    CHECK,
                    format!("{keys} in {place}, which is open to other users (mode {mode:03o})"),
                    format!("chmod 700 {}", folder.display()),
                );
            }
            let opens = match (tried, sealed) {
                (true, _) => "opens what the database keeps",
                (false, Some(_)) => "the database keeps nothing sealed yet",
                (false, None) => "not tried, as the database cannot be looked at",
            };
            Finding::ok(CHECK, format!("{keys} from {place}: {opens}"))
        }
        // The text names the place; key material is in none of them.
        Err(error) => Finding::failed(
            CHECK,
            error.to_string(),
            if is_setting {
                "set security.master_key to the key of the earlier starts, 32 bytes in base64; if they had key files, leave it unset".to_owned()
            } else {
                format!(
                    "key files ({}/*.key, mode 600, 32 bytes in base64) come back from their back-up; without the right one what is stored cannot be read",
                    config.data.dir.join("keys").display()
                )
            },
        ),
    }
}

fn database_finding(look: DatabaseLook) -> Finding {
    const CHECK: &str = "database";
    let DatabaseLook { address, version, pending, unverified, sealed: _ } = look;
    let Some(version) = version else {
        return Finding::ok(CHECK, format!("{address} does not exist yet; the server makes it"));
    };
    if unverified {
        return Finding::warning(
            CHECK,
            format!("{version} at {address}, whose certificate is not verified"),
            "add ?sslmode=verify-full&sslrootcert=FILE to database.url, or whoever is between can read along",
        );
    }
    if pending > 0 {
        return Finding::warning(
            CHECK,
            format!("{version} at {address}, whose schema lacks {pending} migrations"),
            "make a back-up; the next start applies them, or: selfsame database migrate",
        );
    }
    Finding::ok(CHECK, format!("{version} at {address}, schema up to date"))
}

fn cores(config: &Config) -> Finding {
    const CHECK: &str = "cores";
    let Ok(cores) = std::thread::available_parallelism() else {
        return Finding::warning(
            CHECK,
            "the number of cores is unknown",
            "set models.sessions to the cores of this machine",
        );
    };
    match config.models.sessions {
        Some(sessions) if sessions > cores.get() => Finding::warning(
            CHECK,
            format!("models.sessions is {sessions}, but this process may use {cores} cores"),
            "unset it: more sessions than cores are several times slower",
        ),
        _ => Finding::ok(CHECK, format!("{cores} may be used (affinity and cgroup quota counted)")),
    }
}

fn memory() -> Finding {
    const CHECK: &str = "memory";
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let machine = available_memory(&meminfo);
    let membership = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let limit = cgroup_memory_limit(&membership, |file| std::fs::read_to_string(file).ok());
    let megabytes = |bytes: u64| format!("{} MB", bytes >> 20);
    match (machine, limit) {
        (_, Some(limit)) if limit < MEMORY_WANTED => Finding::warning(
            CHECK,
            format!("the cgroup allows {}", megabytes(limit)),
            format!("allow at least {}, or captures may be killed in the middle", megabytes(MEMORY_WANTED)),
        ),
        (Some(available), _) if available < MEMORY_WANTED => Finding::warning(
            CHECK,
            format!("{} are available", megabytes(available)),
            format!("free memory: at least {} are wanted", megabytes(MEMORY_WANTED)),
        ),
        (Some(available), limit) => {
            let limit = limit
                .map_or("no cgroup limit".to_owned(), |limit| format!("cgroup limit {}", megabytes(limit)));
            Finding::ok(CHECK, format!("{} available, {limit}", megabytes(available)))
        }
        (None, Some(limit)) => Finding::ok(CHECK, format!("cgroup limit {}", megabytes(limit))),
        (None, None) => Finding::ok(CHECK, "not told by this system"),
    }
}

/// `MemAvailable` of /proc/meminfo, in bytes.
fn available_memory(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1_024)
}

/// The tightest memory limit from the process's own cgroup (version 2) up to the root, in bytes.
///
/// `membership`: /proc/self/cgroup, whose line `0::/path` names it.
fn cgroup_memory_limit(membership: &str, read: impl Fn(&Path) -> Option<String>) -> Option<u64> {
    let path = membership.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let root = Path::new("/sys/fs/cgroup");
    root.join(path)
        .ancestors()
        .take_while(|folder| folder.starts_with(root))
        // "max" is no number, and no limit.
        .filter_map(|folder| read(&folder.join("memory.max"))?.trim().parse().ok())
        .min()
}

fn clock(now: Timestamp) -> Finding {
    let told = now.to_rfc3339();
    if now < EARLIEST_PLAUSIBLE {
        return Finding::failed(
            "clock",
            format!("it says {told}, which is past"),
            "set the machine's clock and keep it set (NTP): results are signed with their time",
        );
    }
    Finding::ok("clock", told)
}

fn port(address: SocketAddr) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::ok("port", format!("{address} is free")),
        Err(cause) => Finding::failed(
            "port",
            format!("cannot listen on {address}: {cause}"),
            "end what holds it (a server that runs already?), or name another with --listen",
        ),
    }
}

fn exposure(config: &Config) -> Finding {
    const CHECK: &str = "exposure";
    let loopback = config.server.listen.ip().is_loopback();
    if config.development && !loopback {
        return Finding::warning(
            CHECK,
            "development is on and the address is not loopback",
            "set development = false: it lets integrators name internal addresses",
        );
    }
    if loopback && config.server.try_page {
        return Finding::ok(
            CHECK,
            "loopback only, with the try-it pages for this machine; a proxy does not reach them",
        );
    }
    if loopback {
        return Finding::ok(CHECK, "loopback only");
    }
    if config.server.try_page {
        return Finding::warning(
            CHECK,
            "reachable from outside, and anybody may use the try-it pages",
            "set server.try_page = false, unless this server is there to be tried",
        );
    }
    if config.netverify.public_url.is_none() && config.server.public_url.is_none() {
        return Finding::warning(
            CHECK,
            "reachable from outside, and callbacks of the Netverify interface name the address listened on",
            "set server.public_url to the address that others see, as https://id.example.com",
        );
    }
    Finding::ok(CHECK, "reachable from outside; put a TLS proxy in front")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tightest_cgroup_limit_counts() {
        let limits = |file: &Path| match file.to_str()? {
            "/sys/fs/cgroup/a/b/memory.max" => Some("max\n".to_owned()),
            "/sys/fs/cgroup/a/memory.max" => Some("536870912\n".to_owned()),
            "/sys/fs/cgroup/memory.max" => Some("1073741824\n".to_owned()),
            _ => None,
        };
        assert_eq!(cgroup_memory_limit("0::/a/b\n", limits), Some(536_870_912));
        assert_eq!(cgroup_memory_limit("0::/\n", limits), Some(1_073_741_824));
        assert_eq!(cgroup_memory_limit("0::/c\n", |_| Some("max\n".to_owned())), None);
        assert_eq!(cgroup_memory_limit("4:memory:/x\n", limits), None);
    }

    #[test]
    fn available_memory_is_in_bytes() {
        assert_eq!(available_memory("MemTotal:  100 kB\nMemAvailable:   2048 kB\n"), Some(2_097_152));
        assert_eq!(available_memory(""), None);
    }

    #[test]
    fn a_clock_that_was_never_set_is_found() {
        assert_eq!(clock(Timestamp::from_millis(0)).status, Status::Failed);
        assert_eq!(clock(Timestamp::from_millis(1_800_000_000_000)).status, Status::Ok);
    }

    #[test]
    fn what_others_may_reach_is_told() {
        let mut config = Config::load(None).unwrap();
        config.server.listen = ([0, 0, 0, 0], 8080).into();
        assert_eq!(exposure(&config).status, Status::Warning, "no public address");
        config.server.public_url = Some("https://id.example.com".to_owned());
        assert_eq!(exposure(&config).status, Status::Ok);
        config.server.try_page = true;
        assert_eq!(exposure(&config).status, Status::Warning, "open to anybody");
        config.server.listen = ([127, 0, 0, 1], 8080).into();
        assert_eq!(exposure(&config).status, Status::Ok);
    }

    #[test]
    fn a_taken_port_is_found() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        assert_eq!(port(address).status, Status::Failed);
        drop(taken);
        assert_eq!(port(address).status, Status::Ok);
    }

    #[test]
    fn the_data_folder_is_tried() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(data_folder(&folder.path().join("a/b")).status, Status::Ok);
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(data_folder(&file).status, Status::Failed);
        #[cfg(unix)]
        for (mode, status) in [(0o700, Status::Ok), (0o755, Status::Warning)] {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(data_folder(folder.path()).status, status);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no probe is left");
    }
}
