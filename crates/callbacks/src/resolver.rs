//! Names become addresses here, and nowhere else: what is looked up is what is checked is what is dialled.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::AddressRules;

/// What [`Lookup::lookup`] returns.
pub type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Where names are looked up.
pub trait Lookup: Send + Sync {
    fn lookup(&self, host: &str) -> Looking;
}

/// The system's resolver.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: &str) -> Looking {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// The error by which an address that may not be dialled is recognised in an error's causes.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the name points to an address that may not be called")]
pub(crate) struct Forbidden;

/// A resolver that gives no address which [`AddressRules`] refuse.
#[derive(Clone)]
pub struct GuardedResolver {
    lookup: Arc<dyn Lookup>,
    rules: AddressRules,
}

impl GuardedResolver {
    pub fn new(lookup: Arc<dyn Lookup>, rules: AddressRules) -> Self {
        Self { lookup, rules }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.lookup.lookup(name.as_str());
        let rules = self.rules.clone();
        Box::pin(async move {
            let found = found.await?;
            // One forbidden address among good ones is enough: no honest name has such company.
            if found.iter().any(|address| !rules.allows(*address)) {
                return Err(Forbidden.into());
            }
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
