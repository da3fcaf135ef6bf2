//! What a request and its handler tell the server's guard about each other.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};

use axum::http::Extensions;

const NOTHING_SHOWN: u8 = 0;
const RECOGNISED: u8 = 1;
const REFUSED: u8 = 2;

/// One request while it is under way. The guard puts it into the request's extensions; clones are the same visit.
#[derive(Debug, Clone)]
pub struct Visit(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: IpAddr,
    credential: AtomicU8,
    /// Bytes of the body that are held in memory.
    held: AtomicUsize,
    /// Whether what comes of the body is dropped as it comes.
    dropped: AtomicBool,
}

impl Visit {
    /// `client`: where the request really comes from, past trusted proxies.
    pub fn new(client: IpAddr) -> Self {
        Self(Arc::new(Inner {
            client,
            credential: AtomicU8::new(NOTHING_SHOWN),
            held: AtomicUsize::new(0),
            dropped: AtomicBool::new(false),
        }))
    }

    /// The visit of a request; `None` where no guard stands before the handler, as in tests of one.
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get()
    }

    /// Where the request comes from, past trusted proxies.
    pub fn client(&self) -> IpAddr {
        self.0.client
    }

    /// The credential that was shown is a tenant's.
    pub fn recognised(&self) {
        self.0.credential.store(RECOGNISED, Ordering::Relaxed);
    }

    /// The credential that was shown is nobody's.
    pub fn refused(&self) {
        self.0.credential.store(REFUSED, Ordering::Relaxed);
    }

    /// Whether the credential was a tenant's.
    pub fn was_recognised(&self) -> bool {
        self.0.credential.load(Ordering::Relaxed) == RECOGNISED
    }

    /// Whether the credential was nobody's.
    pub fn was_refused(&self) -> bool {
        self.0.credential.load(Ordering::Relaxed) == REFUSED
    }

    /// The handler keeps nothing of the body: what comes is not counted as held. To be called before the body is read.
    pub fn drops_body(&self) {
        self.0.dropped.store(true, Ordering::Relaxed);
    }

    /// Whether the handler keeps nothing of the body.
    pub fn is_body_dropped(&self) -> bool {
        self.0.dropped.load(Ordering::Relaxed)
    }

    /// Counts bytes of the body as held, and returns how many are held by now.
    pub fn hold(&self, bytes: usize) -> usize {
        self.0.held.fetch_add(bytes, Ordering::Relaxed) + bytes
    }

    /// Bytes of the body that are held.
    pub fn held(&self) -> usize {
        self.0.held.load(Ordering::Relaxed)
    }
}
