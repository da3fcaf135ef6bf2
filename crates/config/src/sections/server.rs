//! Section `[server]`.

use std::net::SocketAddr;

use serde::Deserialize;

use super::{OutOfBounds, bounds};

/// The listener and its limits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// Port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Scheme, host and port under which others reach this server; unset: http and the address listened on. A section of an interface may
    /// have another.
    #[serde(default)]
    pub public_url: Option<String>,
    /// Live captures at once, 1 to 10000.
    pub max_sessions: usize,
    /// Connections at once, `max_sessions` to 1000000.
    pub max_connections: usize,
    /// Of these, from one address that is no trusted proxy and not this machine; 1 to 1000000.
    pub max_connections_per_address: usize,
    /// 1 to 600.
    pub request_timeout_seconds: u64,
    /// How long a connection is kept open for its next request, 1 to 3600.
    pub keep_alive_seconds: u64,
    /// Addresses and networks, read by whoever serves.
    pub trusted_proxies: Vec<String>,
    /// Whether anybody may capture on the page at `/`.
    pub try_page: bool,
}

impl ServerConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        public_url("server.public_url", self.public_url.as_ref())?;
        bounds("server.max_sessions", self.max_sessions, 1, 10_000, "1 to 10000")?;
        let (least, rule) = (self.max_sessions, "server.max_sessions, as each holds one, to 1000000");
        bounds("server.max_connections", self.max_connections, least, 1_000_000, rule)?;
        let per_address = self.max_connections_per_address;
        bounds("server.max_connections_per_address", per_address, 1, 1_000_000, "1 to 1000000")?;
        bounds("server.keep_alive_seconds", self.keep_alive_seconds, 1, 3600, "1 to 3600")?;
        bounds("server.request_timeout_seconds", self.request_timeout_seconds, 1, 600, "1 to 600")
    }
}

/// Whether an address that is made known has a scheme that callers understand.
pub(crate) fn public_url(key: &'static str, url: Option<&String>) -> Result<(), OutOfBounds> {
    match url {
        Some(url) if !(url.starts_with("https://") || url.starts_with("http://")) => {
            let rule = "a URL that begins with https:// or http://";
            Err(OutOfBounds { key, value: url.clone(), rule })
        }
        _ => Ok(()),
    }
}
