//! How many connections are open: in all, and for each address.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use selfsame_config::ServerConfig;
use selfsame_facade_kit::{NoShare, Share, Shares, TrustedProxies};

/// Who floods the server shall not flood its log as well.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// A connection takes a place before it is served, and gives it back when it is closed.
#[derive(Debug)]
pub(crate) struct Places {
    shares: Shares,
    told: Mutex<Option<Instant>>,
}

impl Places {
    /// As set, but no more than the process can open: what is left is for the database, pictures and callbacks.
    pub(crate) fn from_settings(server: &ServerConfig, proxies: TrustedProxies) -> Self {
        let mut most = server.max_connections;
        let files = std::fs::read_to_string("/proc/self/limits").ok().and_then(|limits| files(&limits));
        if let Some(files) = files
            && files - files / 4 < most
        {
            most = files - files / 4;
            tracing::warn!(
                files,
                connections = most,
                "this process may open too few files for server.max_connections; raise the limit (ulimit -n)"
            );
        }
        let shares = Shares::new(most, server.max_connections_per_address, proxies);
        Self { shares, told: Mutex::default() }
    }

    /// `None` when there is none for this peer.
    pub(super) fn take(&self, peer: IpAddr) -> Option<Share> {
        let bound = match self.shares.take(peer) {
            Ok(share) => return Some(share),
            Err(NoShare::Full) => "server.max_connections",
            Err(NoShare::Greedy) => "server.max_connections_per_address",
        };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| told.elapsed() >= TOLD_EVERY) {
            *told = Some(Instant::now());
            let connections = self.shares.in_all();
            tracing::warn!(bound, connections, "connections are closed: there are too many");
        }
        None
    }
}

/// The soft limit in Linux' `/proc/self/limits`; `None` where there is none.
fn files(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_the_process_is_read() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
             Max processes             63704                63704                processes \n\
             Max open files            1024                 524288               files     \n";
        assert_eq!(files(limits), Some(1024));
        assert_eq!(files("Max open files            unlimited            unlimited            files"), None);
        assert_eq!(files(""), None);
    }
}
