//! Connections that capture nothing yet: anybody can open one, so there is room for so many and no more.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Each is kept for some seconds, which a browser needs for a fraction of one.
const MOST: usize = 1024;

/// The room that there is.
#[derive(Debug, Clone)]
pub(super) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST)))
    }
}

/// A place in it. Lies among what the connection keeps of its request, and so is given back also where none comes about.
#[derive(Debug, Clone)]
struct Newcomer(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

/// A connection needs a place before it is opened; requests of one that is open name its `sid`.
pub(super) async fn one_place_each(State(room): State<Room>, mut request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    if !query.split('&').any(|pair| pair.starts_with("sid=")) {
        let Ok(place) = room.0.try_acquire_owned() else { return full() };
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
