//! How many connections are open: in all, and for each address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use selfsame_config::ServerConfig;
use selfsame_domain::network;
use selfsame_facade_kit::TrustedProxies;

/// Who floods the server shall not flood its log as well.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// A connection takes a place before it is served, and gives it back when it is closed.
#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    most_per_address: usize,
    proxies: TrustedProxies,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    /// Without those who are not counted.
    by_address: HashMap<IpAddr, usize>,
    told: Option<Instant>,
}

/// One place; dropping it gives it back.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    counted_for: Option<IpAddr>,
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
        Self::new(most, server.max_connections_per_address, proxies)
    }

    pub(super) fn new(most: usize, most_per_address: usize, proxies: TrustedProxies) -> Self {
        Self { most, most_per_address, proxies, taken: Mutex::default() }
    }

    /// `None` when there is none for this peer.
    pub(super) fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let counted_for = (!self.speaks_for_others(peer)).then(|| network(peer));
        let mut taken = self.taken();
        let of_address =
            counted_for.map_or(0, |address| taken.by_address.get(&address).copied().unwrap_or(0));
        let over = if taken.in_all >= self.most {
            Some("server.max_connections")
        } else if of_address >= self.most_per_address {
            Some("server.max_connections_per_address")
        } else {
            None
        };
        if let Some(bound) = over {
            if taken.told.is_none_or(|told| told.elapsed() >= TOLD_EVERY) {
                taken.told = Some(Instant::now());
                tracing::warn!(
                    bound,
                    connections = taken.in_all,
                    "connections are closed: there are too many"
                );
            }
            return None;
        }
        taken.in_all += 1;
        if let Some(address) = counted_for {
            taken.by_address.insert(address, of_address + 1);
        }
        Some(Place { places: Arc::clone(self), counted_for })
    }

    /// A proxy whose word on its clients is believed, and this machine. The bound for one address is not theirs.
    fn speaks_for_others(&self, peer: IpAddr) -> bool {
        peer.to_canonical().is_loopback() || self.proxies.contain(peer)
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.in_all -= 1;
        if let Some(address) = self.counted_for
            && let Some(count) = taken.by_address.get_mut(&address)
        {
            *count -= 1;
            if *count == 0 {
                taken.by_address.remove(&address);
            }
        }
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

    fn places(most: usize, most_per_address: usize) -> Arc<Places> {
        let proxies = TrustedProxies::parse(&["10.1.0.0/16"]).unwrap();
        Arc::new(Places::new(most, most_per_address, proxies))
    }

    fn take(places: &Arc<Places>, peer: &str) -> Option<Place> {
        places.take(peer.parse().unwrap())
    }

    #[test]
    fn an_address_has_its_share_and_gets_back_what_it_gives_back() {
        let places = places(100, 2);
        let first = take(&places, "203.0.113.9").unwrap();
        let _second = take(&places, "::ffff:203.0.113.9").unwrap();
        assert!(take(&places, "203.0.113.9").is_none());
        let other = take(&places, "203.0.113.10");
        assert!(other.is_some(), "others are not concerned");
        drop(first);
        let again = take(&places, "203.0.113.9");
        assert!(again.is_some());
        assert!(take(&places, "203.0.113.9").is_none());
        // A whole network is one.
        let _network = [take(&places, "2001:db8::1").unwrap(), take(&places, "2001:db8::2").unwrap()];
        assert!(take(&places, "2001:db8::3").is_none());
        assert!(take(&places, "2001:db8:0:1::1").is_some());
    }

    #[test]
    fn who_speaks_for_others_is_bound_by_the_whole_only() {
        let places = places(5, 1);
        let mut held = Vec::new();
        for peer in ["127.0.0.1", "127.0.0.1", "10.1.2.3", "10.1.2.3", "::1"] {
            held.push(take(&places, peer).expect(peer));
        }
        for peer in ["127.0.0.1", "10.1.2.3", "203.0.113.9"] {
            assert!(take(&places, peer).is_none(), "{peer}");
        }
        held.clear();
        assert!(take(&places, "203.0.113.9").is_some());
        assert!(places.taken().by_address.is_empty(), "nothing is remembered of who has left");
    }

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
