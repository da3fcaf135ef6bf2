//! What one client may take from all others: requests, guesses at credentials, and memory for bodies. It stands before every route
//! and knows no dialect; what it refuses is worded by the dialect whose path was asked for.

mod bytes;
mod credentials;
mod rates;

use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use selfsame_config::LimitsConfig;
use selfsame_domain::network;
use selfsame_facade_kit::{Base, TrustedProxies, Visit};
use selfsame_verification::Verification;

use bytes::{Bodies, BodyBounds, Charged, CutOff};
use credentials::Proofs;
use rates::Buckets;

use crate::routes::{Bases, base_of, problem};

/// What may be asked at any time, and costs next to nothing.
const ALWAYS: &str = "/health/";

/// Somebody, told from others: by the credential that was shown or, where none was, by the address. A keyed hash of this process, so
/// that no credential is kept and nobody can choose to be taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Client(u64);

/// Stands before all routes. Clones are the same guard.
#[derive(Debug, Clone)]
pub(crate) struct Guard(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    proxies: TrustedProxies,
    /// Told of who has to wait.
    app: Verification,
    hasher: RandomState,
    proofs: Proofs,
    by_credential: Buckets<Client>,
    by_address: Buckets<IpAddr>,
    bodies: Bodies,
}

impl Guard {
    pub(crate) fn new(limits: &LimitsConfig, proxies: TrustedProxies, app: Verification) -> Self {
        let most = limits.body_mb * 1024 * 1024;
        let bounds =
            BodyBounds { most, most_per_client: most / 2, least_pace: limits.least_bytes_per_second };
        Self(Arc::new(Inner {
            proxies,
            app,
            hasher: RandomState::new(),
            proofs: Proofs::new(limits.wrong_credentials_per_minute),
            by_credential: Buckets::new(limits.requests_per_minute),
            by_address: Buckets::new(limits.requests_per_minute_per_address),
            bodies: Bodies::new(bounds),
        }))
    }

    /// Whom a request shows itself to be, in the header that its dialect reads; `None` where it shows nothing there. What another header
    /// says makes nobody somebody else.
    fn credential(&self, headers: &HeaderMap, base: Option<&Base>) -> Option<Client> {
        let shown = headers.get(base?.credential)?;
        Some(Client(self.0.hasher.hash_one(("credential", shown.as_bytes()))))
    }

    /// # Errors
    /// When somebody asks too often: how long there is to wait.
    fn admit(&self, address: IpAddr, credential: Option<Client>) -> Result<(), Duration> {
        let now = Instant::now();
        match credential.filter(|credential| self.0.proofs.is_proven(*credential)) {
            Some(known) => self.0.by_credential.take(known, now),
            // Who speaks for others is not one client.
            None if address.is_loopback() || self.0.proxies.contain(address) => Ok(()),
            None => self.0.by_address.take(network(address), now),
        }
    }
}

/// What the guard says of a request, beside the answer: what it had too much of, or [`WRONG_CREDENTIAL`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct GuardSaid(pub(crate) &'static str);

/// The credential was nobody's; the handler refused it.
pub(crate) const WRONG_CREDENTIAL: &str = "credential";

/// A refusal, with the seconds after which it is worth asking again.
fn wait(kind: &'static str, error: &'static str, pause: Duration) -> Response {
    let mut response = problem(StatusCode::TOO_MANY_REQUESTS, error);
    response.extensions_mut().insert(GuardSaid(kind));
    let seconds = pause.as_secs_f64().ceil().clamp(1.0, 3600.0) as u32;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Lets a request through to its handler, within what its client may take.
pub(crate) async fn guard(
    State((guard, bases)): State<(Guard, Bases)>,
    request: Request,
    next: Next,
) -> Response {
    if request.uri().path().starts_with(ALWAYS) {
        return next.run(request).await;
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(peer)| peer.ip());
    let address = guard.0.proxies.client(peer, request.headers());
    let credential = guard.credential(request.headers(), base_of(&bases, request.uri().path()));
    if let Err(pause) = guard.admit(address, credential) {
        return wait("requests", "too many requests; send the next one later", pause);
    }
    let visit = Visit::new(address);
    let shown = match credential.map(|credential| guard.0.proofs.show(address, credential)).transpose() {
        Ok(shown) => shown,
        Err(pause) => {
            guard.0.app.caller_locked_out(address);
            let error = "too many wrong credentials came from this address; send the request again later";
            return wait("guesses", error, pause);
        }
    };
    let client = credential.unwrap_or_else(|| Client(guard.0.hasher.hash_one(("address", network(address)))));
    // Held until the handler is done: what came of the body may be in its hands for as long.
    let charge = Arc::new(guard.0.bodies.open(client, visit.clone()));
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(visit.clone());
    let (charged, cut_off) = Charged::new(body, Arc::clone(&charge));
    let mut response = next.run(Request::from_parts(parts, Body::new(charged))).await;
    if let Some(shown) = shown {
        shown.answered(&visit);
    }
    let cut_off = *cut_off.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match cut_off {
        None => {
            if visit.was_refused() {
                response.extensions_mut().insert(GuardSaid(WRONG_CREDENTIAL));
            }
            response
        }
        Some(CutOff::NoRoom) => wait(
            "bodies",
            "the server holds too many bodies; send the request again after a few seconds",
            Duration::from_secs(3),
        ),
        Some(CutOff::TooSlow) => problem(StatusCode::REQUEST_TIMEOUT, "the body came too slowly"),
    }
}
