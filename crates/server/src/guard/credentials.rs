//! Wrong credentials cost who shows them, and nobody else: strangers are slowed down before anything is looked up or hashed, and what
//! was recognised before goes past them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use selfsame_domain::network;
use selfsame_facade_kit::Visit;

use super::Client;
use super::rates::Buckets;

/// Credentials that are remembered as recognised: a few for each tenant. When there is no room, they are recognised anew.
const MOST_PROVEN: usize = 4_096;
/// Different credentials that one address may have looked at at once, of those that nobody has recognised yet. Each may cost a
/// password hash.
const MOST_STRANGE: usize = 8;
/// Then there is room again.
const SOON: Duration = Duration::from_secs(1);

/// What is known of credentials that were shown. Clones know the same.
#[derive(Debug, Clone)]
pub(super) struct Proofs(Arc<Known>);

#[derive(Debug)]
struct Known {
    failures: Buckets<IpAddr>,
    proven: Mutex<HashMap<Client, ()>>,
    /// By address: the credentials under way that nobody has recognised, with how often.
    strange: Mutex<HashMap<IpAddr, HashMap<Client, usize>>>,
}

/// A credential that is under way. Dropping it, as when the connection breaks, gives its place back.
#[derive(Debug)]
pub(super) struct Shown {
    proofs: Proofs,
    address: IpAddr,
    credential: Client,
    strange: bool,
}

impl Proofs {
    /// `failures`: wrong credentials of one address in a minute, 0 for no bound.
    pub(super) fn new(failures: u32) -> Self {
        let known =
            Known { failures: Buckets::new(failures), proven: Mutex::default(), strange: Mutex::default() };
        Self(Arc::new(known))
    }

    /// Whether the credential was recognised before, in this process.
    pub(super) fn is_proven(&self, credential: Client) -> bool {
        self.0.proven.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&credential)
    }

    /// A request that shows a credential.
    ///
    /// # Errors
    /// When the address has to wait before it shows another: for how long.
    pub(super) fn show(&self, client: IpAddr, credential: Client) -> Result<Shown, Duration> {
        let address = network(client);
        let strange = !self.is_proven(credential);
        if strange {
            self.0.failures.look(address, Instant::now())?;
            let mut all = self.0.strange.lock().unwrap_or_else(PoisonError::into_inner);
            let of_address = all.entry(address).or_default();
            if of_address.len() >= MOST_STRANGE && !of_address.contains_key(&credential) {
                return Err(SOON);
            }
            *of_address.entry(credential).or_default() += 1;
        }
        Ok(Shown { proofs: self.clone(), address, credential, strange })
    }
}

impl Shown {
    /// What came of it.
    pub(super) fn answered(self, visit: &Visit) {
        let known = &self.proofs.0;
        let mut proven = known.proven.lock().unwrap_or_else(PoisonError::into_inner);
        if visit.was_refused() {
            proven.remove(&self.credential);
            // That there is none left is seen by the next one.
            let _ = known.failures.take(self.address, Instant::now());
        } else if visit.was_recognised() {
            if proven.len() >= MOST_PROVEN {
                proven.clear();
            }
            proven.insert(self.credential, ());
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if !self.strange {
            return;
        }
        let mut all = self.proofs.0.strange.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(of_address) = all.get_mut(&self.address) else { return };
        if let Some(times) = of_address.get_mut(&self.credential) {
            *times -= 1;
            if *times == 0 {
                of_address.remove(&self.credential);
            }
        }
        if of_address.is_empty() {
            all.remove(&self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGER: [u8; 4] = [203, 0, 113, 9];

    fn recognised() -> Visit {
        let visit = Visit::new(STRANGER.into());
        visit.recognised();
        visit
    }

    fn refused() -> Visit {
        let visit = Visit::new(STRANGER.into());
        visit.refused();
        visit
    }

    #[test]
    fn wrong_ones_use_up_the_addresss_patience_and_what_was_right_goes_past_them() {
        let proofs = Proofs::new(10);
        let right = Client(1);
        proofs.show(STRANGER.into(), right).unwrap().answered(&recognised());
        for wrong in 100..110 {
            proofs.show(STRANGER.into(), Client(wrong)).expect("patience").answered(&refused());
        }
        assert!(proofs.show(STRANGER.into(), Client(999)).is_err());
        assert!(proofs.show(STRANGER.into(), right).is_ok());
        assert!(proofs.show([203, 0, 113, 10].into(), Client(999)).is_ok(), "another address");
        // A credential that was revoked is a stranger's again.
        proofs.show(STRANGER.into(), right).unwrap().answered(&refused());
        assert!(proofs.show(STRANGER.into(), right).is_err());
    }

    #[test]
    fn few_strange_ones_are_under_way_at_once() {
        let proofs = Proofs::new(0);
        let mut under_way = Vec::new();
        for wrong in 0..MOST_STRANGE as u64 {
            under_way.push(proofs.show(STRANGER.into(), Client(wrong)).expect("room"));
        }
        assert_eq!(proofs.show(STRANGER.into(), Client(999)).map(drop), Err(SOON));
        let again = proofs.show(STRANGER.into(), Client(0));
        assert!(again.is_ok(), "one client may ask several things at once");
        drop(under_way.pop());
        assert!(proofs.show(STRANGER.into(), Client(999)).is_ok());
        drop((under_way, again));
        assert!(proofs.0.strange.lock().unwrap().is_empty(), "nobody is remembered");
    }

    #[test]
    fn what_no_handler_looked_at_proves_nothing() {
        let proofs = Proofs::new(10);
        proofs.show(STRANGER.into(), Client(1)).unwrap().answered(&Visit::new(STRANGER.into()));
        assert!(!proofs.is_proven(Client(1)));
    }
}
