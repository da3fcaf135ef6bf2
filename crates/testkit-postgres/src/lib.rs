//! A throw-away PostgreSQL: one server per test program, one database per test.
//!
//! The server is Debian's package, started as a process of its own in a temporary folder. It ends with the test program, however
//! that ends: a shell watches over it whose standard input is a pipe that only the test program holds. Where the tests run as
//! root, whom PostgreSQL refuses, it runs as `postgres` or `nobody`.
//!
//! Knows no other crate of ours, so that the store's tests build without the networks.

use std::fmt;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Name and password of the one user. The password has to be escaped in an address, as an operator's may have to be.
const USER: &str = "selfsame";
const PASSWORD: &str = "pass/word@1";
const PASSWORD_IN_URL: &str = "pass%2Fword%401";

/// `initdb` takes a second or two; a busy machine takes longer.
const START_WITHIN: Duration = Duration::from_secs(60);

/// A database of its own, empty. It goes with the server.
#[derive(Clone)]
pub struct TestDatabase {
    port: u16,
    name: String,
}

impl fmt::Debug for TestDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TestDatabase({} at port {})", self.name, self.port)
    }
}

impl TestDatabase {
    /// Makes one. The first call starts the server.
    ///
    /// # Panics
    /// Where PostgreSQL is not installed or does not start: never skips.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let server = server();
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        server.tool("createdb", &["--template=template0", &name]);
        Self { port: server.port, name }
    }

    /// `postgres://user:password@127.0.0.1:port/name`
    pub fn url(&self) -> String {
        format!("postgres://{USER}:{PASSWORD_IN_URL}@127.0.0.1:{}/{}", self.port, self.name)
    }

    /// Takes it away from whoever uses it, as if its machine were gone.
    pub fn remove(&self) {
        server().tool("dropdb", &["--force", &self.name]);
    }

    /// What no log and no error may hold.
    pub fn password() -> &'static str {
        PASSWORD
    }
}

impl Default for TestDatabase {
    fn default() -> Self {
        Self::new()
    }
}

/// One for the program.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}

struct Server {
    port: u16,
    programs: PathBuf,
    /// Its end of the pipe closes with this process.
    _watch: Child,
}

/// Starts the server and ends it when standard input ends. `$1` programs, `$2` folder, `$3` port.
const WATCH: &str = r#"
set -eu
"$1/initdb" -D "$2/data" -U "$4" --pwfile="$2/password" -A scram-sha-256 --no-sync -E UTF8 --locale=C.UTF-8 >"$2/log" 2>&1
"$1/postgres" -D "$2/data" -h 127.0.0.1 -p "$3" -k '' -c fsync=off -c full_page_writes=off -c max_connections=300 \
  -c shared_buffers=32MB >>"$2/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -QUIT "$server"
wait "$server" || true
cd / && rm -rf "$2"
"#;

impl Server {
    fn start() -> Self {
        let programs = programs();
        for attempt in 1.. {
            match Self::try_start(&programs) {
                Ok(server) => return server,
                // Somebody may have taken the port between looking and using.
                Err(log) => assert!(attempt < 3, "PostgreSQL did not start; it said:\n{log}"),
            }
        }
        unreachable!("the loop ends by returning or panicking")
    }

    fn try_start(programs: &Path) -> Result<Self, String> {
        // The shell removes it: nothing of this process runs when it is killed.
        let folder = tempfile::Builder::new()
            .prefix("selfsame-postgres-")
            .tempdir()
            .expect("a temporary folder")
            .keep();
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port on loopback")
            .port();
        fs::write(folder.join("password"), PASSWORD).expect("a file in the temporary folder");
        let mut command = Command::new("sh");
        command
            .args(["-c", WATCH, "sh"])
            .arg(programs)
            .arg(&folder)
            .arg(port.to_string())
            .arg(USER)
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        give_away(&mut command, &folder);
        let mut watch = command.spawn().expect("a shell");
        let server = |watch| Self { port, programs: programs.to_owned(), _watch: watch };
        let started = Instant::now();
        let log = || fs::read_to_string(folder.join("log")).unwrap_or_default();
        loop {
            if watch.try_wait().expect("the state of a child").is_some() {
                return Err(log());
            }
            let ready = Command::new(programs.join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-U", USER, "-p", &port.to_string()])
                .status()
                .expect("pg_isready, which comes with the server");
            // Another server on the same port would be ready too; ours says so in its log.
            if ready.success() && log().contains("ready to accept connections") {
                return Ok(server(watch));
            }
            if started.elapsed() > START_WITHIN {
                drop(watch.stdin.take());
                return Err(log());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn tool(&self, name: &str, arguments: &[&str]) {
        let output = Command::new(self.programs.join(name))
            .args(["-h", "127.0.0.1", "-U", USER, "-p", &self.port.to_string()])
            .args(arguments)
            .env("PGPASSWORD", PASSWORD)
            .output()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Debian keeps each version in a folder of its own; the newest is taken.
fn programs() -> PathBuf {
    let root = Path::new("/usr/lib/postgresql");
    let version = |folder: &PathBuf| {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.parse::<u32>().unwrap_or(0)
    };
    fs::read_dir(root)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|folder| folder.join("bin/initdb").is_file() && folder.join("bin/postgres").is_file())
        .max_by_key(version)
        .map(|folder| folder.join("bin"))
        .expect(
            "PostgreSQL's server under /usr/lib/postgresql/*/bin, which these tests need: run scripts/install-system.sh (or: apt-get install postgresql)",
        )
}

/// Lets another user run the command in the folder when this one is root, whom PostgreSQL refuses; and a Ctrl-C reach only us.
fn give_away(command: &mut Command, folder: &Path) {
    use std::os::unix::fs::{MetadataExt as _, chown};
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
    // What was just made belongs to whom this process runs as.
    if fs::metadata(folder).expect("the folder that was just made").uid() != 0 {
        return;
    }
    let (user, group) = unprivileged();
    for path in [folder.to_owned(), folder.join("password")] {
        chown(&path, Some(user), Some(group)).expect("root may give its files away");
    }
    command.uid(user).gid(group);
}

/// User and group of `postgres`, else of `nobody`.
fn unprivileged() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").expect("/etc/passwd");
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next() == Some(name)).then_some(())?;
            let (user, group) = (fields.nth(1)?, fields.next()?);
            Some((user.parse().ok()?, group.parse().ok()?))
        })
    };
    find("postgres").or_else(|| find("nobody")).expect("a user postgres or nobody to run PostgreSQL as")
}
