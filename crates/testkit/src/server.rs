//! The real server: the built program on a free port, with a data folder of its own, ended on demand or on drop.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Credentials that every test server is started with (`SELFSAME__BOOTSTRAP__…`).
pub const API_KEY: &str = "test-api-key-0123456789abcdef";
pub const API_TOKEN: &str = "test-api-token-0123456789abcdef";
pub const API_SECRET: &str = "test-api-secret-0123456789abcdef";

/// A server that has not answered by then never will: an unoptimised build on a busy machine takes a few seconds.
const START_WITHIN: Duration = Duration::from_secs(60);

/// How to start one.
#[derive(Debug, Clone, Default)]
pub struct TestServerSettings {
    environment: Vec<(String, String)>,
    binary: Option<PathBuf>,
}

impl TestServerSettings {
    /// A setting by its name in the environment, as in `("SELFSAME__SERVER__MAX_SESSIONS", "2")`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.environment.push((name.to_owned(), value.to_string()));
        self
    }

    /// Lets the capture chain only observe: a script is no person's browser.
    #[must_use]
    pub fn observing(self) -> Self {
        self.with("SELFSAME__LIVENESS__CAPTURE_CHAIN", "observe")
    }

    /// The program to start, where it is not beside the test (`env!("CARGO_BIN_EXE_selfsame")` in its own package).
    #[must_use]
    pub fn binary(mut self, file: impl Into<PathBuf>) -> Self {
        self.binary = Some(file.into());
        self
    }

    /// Starts it and waits until it is ready.
    ///
    /// # Panics
    /// When it does not become ready; the message holds what it said.
    pub async fn start(self) -> TestServer {
        let data = tempfile::tempdir().expect("a temporary folder");
        let mut server = TestServer {
            settings: self,
            data,
            child: None,
            origin: String::new(),
            http: reqwest::Client::builder()
                .timeout(Duration::from_secs(60))
                .build()
                .expect("an HTTP client"),
        };
        server.launch().await;
        server
    }
}

/// A running server. Dropping it kills it and removes its data.
#[derive(Debug)]
pub struct TestServer {
    settings: TestServerSettings,
    data: TempDir,
    child: Option<Child>,
    origin: String,
    http: reqwest::Client,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let header =
            |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (location, content_type) = (header("location"), header("content-type"));
        let status = response.status().as_u16();
        let body = response.bytes().await.expect("a whole answer").to_vec();
        Self { status, location, content_type, body }
    }

    /// # Panics
    /// When the body is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| {
            panic!("status {}, not JSON: {}", self.status, String::from_utf8_lossy(&self.body))
        })
    }

    /// The last part of `Location`.
    ///
    /// # Panics
    /// When nothing was created.
    pub fn created_id(&self) -> String {
        let location = self.location.as_deref().unwrap_or_else(|| {
            panic!("status {}, nothing created: {}", self.status, String::from_utf8_lossy(&self.body))
        });
        location.rsplit('/').next().unwrap_or_default().to_owned()
    }
}

impl TestServer {
    /// A server with the defaults, whose capture chain enforces.
    pub async fn start() -> Self {
        TestServerSettings::default().start().await
    }

    async fn launch(&mut self) {
        let binary = self.settings.binary.clone().unwrap_or_else(selfsame_binary);
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.log_file())
            .expect("a log in the data folder");
        let mut child = Command::new(&binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(self.data.path().join("data"))
            // Nothing of the developer's own settings.
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| !name.as_encoded_bytes().starts_with(b"SELFSAME__")))
            .env("SELFSAME__MODELS__DIR", repository().join("models"))
            .env("SELFSAME__BOOTSTRAP__API_KEY", API_KEY)
            .env("SELFSAME__BOOTSTRAP__API_TOKEN", API_TOKEN)
            .env("SELFSAME__BOOTSTRAP__API_SECRET", API_SECRET)
            // All attacks of a test come from one address.
            .env("SELFSAME__SERVER__TRY_PAGE", "true")
            .env("SELFSAME__LOCKOUT__ADDRESS_FAILURES", "0")
            .envs(self.settings.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.data.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", binary.display()));
        let stdout = BufReader::new(child.stdout.take().expect("standard output is piped"));
        self.child = Some(child);
        // The port is said on standard output. The thread goes on reading afterwards: a full pipe would stop the server.
        let (found, wait) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let origin = line.split_whitespace().find(|word| word.starts_with("http://"));
                if let Some(origin) = origin {
                    // Nobody waits for the second mention.
                    let _ = found.send(origin.trim_end_matches('/').to_owned());
                }
            }
        });
        let started = Instant::now();
        self.origin = tokio::task::spawn_blocking(move || wait.recv_timeout(START_WITHIN))
            .await
            .expect("the waiting thread")
            .unwrap_or_else(|_| panic!("the server named no address; it said:\n{}", self.log()));
        while self.http.get(self.url("/health/ready")).send().await.map(|r| r.status()).ok()
            != Some(StatusCode::NO_CONTENT)
        {
            assert!(started.elapsed() < START_WITHIN, "the server is not ready; it said:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// `http://127.0.0.1:port`
    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The folder with the database, the keys and the objects.
    pub fn data(&self) -> PathBuf {
        self.data.path().join("data")
    }

    fn log_file(&self) -> PathBuf {
        self.data.path().join("server.log")
    }

    /// What it logged so far, over all its lives.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Ends it as a power cut would (SIGKILL).
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // One that has ended by itself cannot be killed, and is as dead.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks it to end (SIGTERM) and waits; `None` when it has not ended `within`.
    ///
    /// # Panics
    /// When the server does not run, or cannot be asked.
    pub async fn terminate(&mut self, within: Duration) -> Option<ExitStatus> {
        let child = self.child.as_mut().expect("a running server");
        // A safe way to send a signal that needs no crate.
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        assert!(asked.is_ok_and(|asked| asked.success()), "the server cannot be asked to end");
        let started = Instant::now();
        while started.elapsed() < within {
            if let Some(ended) = child.try_wait().expect("a child of this process") {
                self.child = None;
                return Some(ended);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        None
    }

    /// Ends it if it runs, and starts it again on the same data, on another port.
    ///
    /// # Panics
    /// When it does not become ready.
    pub async fn restart(&mut self) {
        self.kill();
        self.launch().await;
    }

    /// Resident memory in bytes, from /proc.
    ///
    /// # Panics
    /// When the server does not run, or this system has no /proc.
    pub fn resident_memory(&self) -> u64 {
        self.memory("VmRSS:")
    }

    /// The most that was ever resident, in bytes, from /proc.
    ///
    /// # Panics
    /// As [`TestServer::resident_memory`].
    pub fn peak_memory(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// Open file descriptors, from /proc.
    ///
    /// # Panics
    /// As [`TestServer::resident_memory`].
    pub fn open_files(&self) -> usize {
        let id = self.child.as_ref().expect("a running server").id();
        std::fs::read_dir(format!("/proc/{id}/fd")).expect("/proc").count()
    }

    fn memory(&self, kind: &str) -> u64 {
        let id = self.child.as_ref().expect("a running server").id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("/proc");
        let line = status.lines().find_map(|line| line.strip_prefix(kind)).expect("a line for it");
        line.trim().trim_end_matches("kB").trim().parse::<u64>().expect("kilobytes") * 1024
    }

    /// A request without credentials.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// A request with the tenant's apikey.
    pub fn authorised(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).header("apikey", API_KEY)
    }

    /// Sends and reads to the end.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn answers(&self, request: RequestBuilder) -> Answer {
        Answer::of(request.send().await.expect("the server answers")).await
    }

    /// `POST /video-server/init-liveness-session`; the id of the session.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn opens_session(&self) -> String {
        self.opens_session_with(json!({ "livenessMode": "LIVENESS_PASSIVE", "securityLevel": "HIGH" }))
            .await
            .created_id()
    }

    /// The same with any body, and the answer as it is.
    pub async fn opens_session_with(&self, body: Value) -> Answer {
        self.answers(self.authorised(Method::POST, "/video-server/init-liveness-session").json(&body)).await
    }

    /// `GET …/liveness-challenge-result`
    pub async fn result(&self, session: &str) -> Answer {
        let path = format!("/bioserver-app/v2/bio-sessions/{session}/liveness-challenge-result");
        self.answers(self.authorised(Method::GET, &path)).await
    }

    /// `POST …/faces` with a picture, as the public demo does.
    pub async fn uploads_face(&self, session: &str, image_type: &str, picture: Vec<u8>) -> Answer {
        let part = |bytes: Vec<u8>, name: &str| {
            Part::bytes(bytes)
                .file_name(name.to_owned())
                .mime_str("application/octet-stream")
                .expect("a MIME type")
        };
        let face =
            json!({ "imageType": image_type, "friendlyName": "selfie", "imageRotationEnabled": "true" });
        let form = Form::new()
            .part("image", part(picture, "image"))
            .part("face", part(face.to_string().into_bytes(), "face"));
        let path = format!("/bioserver-app/v2/bio-sessions/{session}/faces");
        self.answers(self.authorised(Method::POST, &path).multipart(form)).await
    }

    /// `GET …/faces/{face}`
    pub async fn face(&self, session: &str, face: &str) -> Answer {
        self.answers(
            self.authorised(Method::GET, &format!("/bioserver-app/v2/bio-sessions/{session}/faces/{face}")),
        )
        .await
    }

    /// `GET …/faces/{face}/image`
    pub async fn face_image(&self, session: &str, face: &str) -> Answer {
        let path = format!("/bioserver-app/v2/bio-sessions/{session}/faces/{face}/image");
        self.answers(self.authorised(Method::GET, &path)).await
    }

    /// `GET …/faces/{face}/matches`
    pub async fn matches(&self, session: &str, face: &str) -> Answer {
        let path = format!("/bioserver-app/v2/bio-sessions/{session}/faces/{face}/matches");
        self.answers(self.authorised(Method::GET, &path)).await
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The root of the checkout that this was built from.
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("crates/testkit lies two folders down").to_owned()
}

/// A file that `make fixtures` brings.
///
/// # Panics
/// When it is not there.
pub fn fixture(path: &str) -> PathBuf {
    let file = repository().join(".fixtures").join(path);
    assert!(file.exists(), "{} is missing; run `make fixtures`", file.display());
    file
}

/// `SELFSAME_BIN`, or the program that cargo built beside the running test.
///
/// # Panics
/// When there is none.
pub fn selfsame_binary() -> PathBuf {
    if let Some(file) = std::env::var_os("SELFSAME_BIN") {
        return file.into();
    }
    let test = std::env::current_exe().expect("the path of this program");
    let folders = test.ancestors().skip(1).take(3);
    let found = folders.map(|folder| folder.join("selfsame")).find(|file| file.is_file());
    found
        .expect("the program selfsame; build it with `cargo build --bin selfsame` or name it in SELFSAME_BIN")
}
