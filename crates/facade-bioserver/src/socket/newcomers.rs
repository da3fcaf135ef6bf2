//! Connections that capture nothing yet: anybody can open one, so there is room for so many and no more, and for nobody to take it all.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use selfsame_domain::network;
use selfsame_facade_kit::TrustedProxies;
use serde_json::json;

/// Each is kept for some seconds, which a browser needs for a fraction of one.
const MOST: usize = 1024;
/// Of these, from one address or one /64 of IPv6: a long poll holds a place, but no connection.
const MOST_PER_ADDRESS: usize = 64;

/// The room that there is.
#[derive(Debug, Clone)]
pub(super) struct Room(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    proxies: TrustedProxies,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A place in it; dropping it gives it back.
#[derive(Debug)]
struct Place {
    room: Room,
    counted_for: Option<IpAddr>,
}

/// Lies among what the connection keeps of its request, and so is given back also where none comes about.
#[derive(Debug, Clone)]
struct Newcomer(Arc<Mutex<Option<Place>>>);

impl Room {
    pub(super) fn new(proxies: TrustedProxies) -> Self {
        Self(Arc::new(Shared { proxies, taken: Mutex::default() }))
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` when there is none for this client.
    fn take(&self, client: Option<IpAddr>) -> Option<Place> {
        // This machine, or a proxy that does not say for whom it speaks, is many.
        let counted_for = client
            .filter(|client| !client.to_canonical().is_loopback() && !self.0.proxies.contain(*client))
            .map(network);
        let mut taken = self.taken();
        let of_address = counted_for.and_then(|address| taken.by_address.get(&address).copied()).unwrap_or(0);
        if taken.in_all >= MOST || of_address >= MOST_PER_ADDRESS {
            return None;
        }
        taken.in_all += 1;
        if let Some(address) = counted_for {
            taken.by_address.insert(address, of_address + 1);
        }
        Some(Place { room: self.clone(), counted_for })
    }
}

impl Drop for Place {
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

/// A connection needs a place before it is opened; requests of one that is open name its `sid`.
pub(super) async fn one_place_each(State(room): State<Room>, mut request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    if !query.split('&').any(|pair| pair.starts_with("sid=")) {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let client = peer.map(|peer| room.0.proxies.client(peer, request.headers()));
        let Some(place) = room.take(client) else { return full() };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_share_of_the_room() {
        let room = Room::new(TrustedProxies::parse(&["10.1.0.0/16"]).unwrap());
        let take = |client: &str| room.take(Some(client.parse().unwrap()));
        let mut one: Vec<_> = (0..MOST_PER_ADDRESS).map(|_| take("203.0.113.9").unwrap()).collect();
        assert!(take("::ffff:203.0.113.9").is_none());
        assert!(take("203.0.113.10").is_some());
        one.pop();
        one.push(take("203.0.113.9").expect("it was given back"));
        let of_network = |n: usize| take(&format!("2001:db8::{n:x}"));
        one.extend((0..MOST_PER_ADDRESS).map(|n| of_network(n).unwrap()));
        assert!(of_network(MOST_PER_ADDRESS).is_none());
        // Who speaks for others is bound by the whole.
        while let Some(place) = take("10.1.2.3").or_else(|| take("127.0.0.1")) {
            one.push(place);
        }
        assert_eq!(one.len(), MOST);
        assert!(take("203.0.113.10").is_none());
        drop(one);
        assert!(room.taken().by_address.is_empty() && room.taken().in_all == 0);
    }
}
