//! Room for so many, of whom no address takes all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use selfsame_domain::network;

use crate::TrustedProxies;

/// Hands out shares of a room, and counts them: in all, and for each address or /64 of IPv6. Clones are the same room.
#[derive(Debug, Clone)]
pub struct Shares(Arc<Room>);

#[derive(Debug)]
struct Room {
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
}

/// One share; dropping it gives it back.
#[derive(Debug)]
pub struct Share {
    room: Shares,
    counted_for: Option<IpAddr>,
}

/// Why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoShare {
    Full,
    /// The address has all that one may have.
    Greedy,
}

impl Shares {
    /// `proxies`: who speaks for others. They, and this machine, are bound by the whole only.
    pub fn new(most: usize, most_per_address: usize, proxies: TrustedProxies) -> Self {
        Self(Arc::new(Room { most, most_per_address, proxies, taken: Mutex::default() }))
    }

    /// # Errors
    /// [`NoShare`].
    pub fn take(&self, client: IpAddr) -> Result<Share, NoShare> {
        let speaks_for_others = client.to_canonical().is_loopback() || self.0.proxies.contain(client);
        let counted_for = (!speaks_for_others).then(|| network(client));
        let mut taken = self.taken();
        let of_address =
            counted_for.map_or(0, |address| taken.by_address.get(&address).copied().unwrap_or(0));
        if taken.in_all >= self.0.most {
            return Err(NoShare::Full);
        }
        if of_address >= self.0.most_per_address {
            return Err(NoShare::Greedy);
        }
        taken.in_all += 1;
        if let Some(address) = counted_for {
            taken.by_address.insert(address, of_address + 1);
        }
        Ok(Share { room: self.clone(), counted_for })
    }

    pub fn in_all(&self) -> usize {
        self.taken().in_all
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.room.taken();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(most: usize, most_per_address: usize) -> Shares {
        Shares::new(most, most_per_address, TrustedProxies::parse(&["10.1.0.0/16"]).unwrap())
    }

    fn take(shares: &Shares, client: &str) -> Result<Share, NoShare> {
        shares.take(client.parse().unwrap())
    }

    #[test]
    fn an_address_has_its_share_and_gets_back_what_it_gives_back() {
        let shares = shares(100, 2);
        let first = take(&shares, "203.0.113.9").unwrap();
        let _second = take(&shares, "::ffff:203.0.113.9").unwrap();
        assert_eq!(take(&shares, "203.0.113.9").unwrap_err(), NoShare::Greedy);
        let other = take(&shares, "203.0.113.10");
        assert!(other.is_ok(), "others are not concerned");
        drop(first);
        let again = take(&shares, "203.0.113.9");
        assert!(again.is_ok());
        assert!(take(&shares, "203.0.113.9").is_err());
        // A whole network is one.
        let _network = [take(&shares, "2001:db8::1").unwrap(), take(&shares, "2001:db8::2").unwrap()];
        assert!(take(&shares, "2001:db8::3").is_err());
        assert!(take(&shares, "2001:db8:0:1::1").is_ok());
    }

    #[test]
    fn who_speaks_for_others_is_bound_by_the_whole_only() {
        let shares = shares(5, 1);
        let mut held = Vec::new();
        for client in ["127.0.0.1", "127.0.0.1", "10.1.2.3", "10.1.2.3", "::1"] {
            held.push(take(&shares, client).expect(client));
        }
        for client in ["127.0.0.1", "10.1.2.3", "203.0.113.9"] {
            assert_eq!(take(&shares, client).unwrap_err(), NoShare::Full, "{client}");
        }
        drop(held);
        assert_eq!(shares.in_all(), 0);
        assert!(shares.taken().by_address.is_empty(), "nobody is remembered");
    }
}
