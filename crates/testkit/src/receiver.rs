//! The integrator's server that callbacks are sent to: answers as it is told to and writes down what came.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One request, as it came.
#[derive(Debug, Clone)]
pub struct Received {
    pub at: Instant,
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    /// # Panics
    /// When there is no such header.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("no header {name} in {:?}", self.headers)).1
    }

    /// # Panics
    /// When the body is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a body of JSON")
    }
}

/// What to answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    /// Headers, each with its line end.
    pub headers: String,
    /// Before the answer.
    pub pause: Duration,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self { status, headers: String::new(), pause: Duration::ZERO }
    }

    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    #[must_use]
    pub fn after(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }
}

#[derive(Debug, Default)]
struct Shared {
    received: Vec<Received>,
    replies: VecDeque<Reply>,
}

/// A receiver on a port of its own, until it is dropped.
#[derive(Debug)]
pub struct CallbackReceiver {
    port: u16,
    shared: Arc<Mutex<Shared>>,
    accepting: JoinHandle<()>,
}

impl CallbackReceiver {
    /// Answers with `replies` one after another, and with the last for ever.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let shared =
            Arc::new(Mutex::new(Shared { received: Vec::new(), replies: replies.into_iter().collect() }));
        let heard = Arc::clone(&shared);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&heard)));
            }
        });
        Self { port, shared, accepting }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What came so far.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.shared).received.clone()
    }

    /// From now on answers so.
    pub fn answers(&self, reply: Reply) {
        lock(&self.shared).replies = VecDeque::from([reply]);
    }

    /// Waits until so many requests have come.
    ///
    /// # Panics
    /// When they do not come in time.
    pub async fn hears(&self, count: usize, within: Duration) -> Vec<Received> {
        let began = Instant::now();
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            assert!(began.elapsed() < within, "{} of {count} callbacks came in {within:?}", received.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for CallbackReceiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn converse(mut stream: TcpStream, shared: Arc<Mutex<Shared>>) {
    let Some(received) = read(&mut stream).await else { return };
    let reply = {
        let mut shared = lock(&shared);
        shared.received.push(received);
        if shared.replies.len() > 1 { shared.replies.pop_front() } else { shared.replies.front().cloned() }
    };
    let Some(Reply { status, headers, pause }) = reply else { return };
    tokio::time::sleep(pause).await;
    let answer = format!("HTTP/1.1 {status} X\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n");
    // A sender that has gone meanwhile needs no answer.
    let _ = stream.write_all(answer.as_bytes()).await;
}

/// A request with a `content-length`; `None` for what breaks off.
async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()?;
    while bytes.len() < head + 4 + length {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    }
    Some(Received { at: Instant::now(), path, headers, body: bytes.split_off(head + 4) })
}
