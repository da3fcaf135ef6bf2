//! Connections that capture nothing yet: anybody can open one, so there is room for so many and no more, and for nobody to take it all.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use selfsame_facade_kit::{Share, Shares, TrustedProxies};
use serde_json::json;

/// Each is kept for some seconds, which a browser needs for a fraction of one.
const MOST: usize = 1024;
/// Of these, from one address or one /64 of IPv6: a long poll holds a place, but no connection.
const MOST_PER_ADDRESS: usize = 64;

/// The room that there is.
#[derive(Debug, Clone)]
pub(super) struct Room {
    shares: Shares,
    proxies: TrustedProxies,
}

impl Room {
    pub(super) fn new(proxies: TrustedProxies) -> Self {
        Self { shares: Shares::new(MOST, MOST_PER_ADDRESS, proxies.clone()), proxies }
    }
}

/// A place in it. Lies among what the connection keeps of its request, and so is given back also where none comes about.
#[derive(Debug, Clone)]
struct Newcomer(Arc<Mutex<Option<Share>>>);

/// A connection needs a place before it is opened; requests of one that is open name its `sid`.
pub(super) async fn one_place_each(State(room): State<Room>, mut request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    if !query.split('&').any(|pair| pair.starts_with("sid=")) {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        // Who is served without a peer is on this machine.
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| peer.ip());
        let client = room.proxies.client(peer, request.headers());
        let Ok(place) = room.shares.take(client) else { return full() };
        request.extensions_mut().insert(Newcomer(Arc::new(Mutex::new(Some(place)))));
    }
    next.run(request).await
}

/// The connection captures now, or is over: its place is another's.
pub(super) fn give_back(request: &Parts) {
    if let Some(Newcomer(place)) = request.extensions.get() {
        place.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

fn full() -> Response {
    let error = "too many connections wait for their capture; connect again after a few seconds";
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let body = Json(json!({ "code": status.as_u16(), "error": error }));
    (status, [(header::RETRY_AFTER, HeaderValue::from_static("5"))], body).into_response()
}
