//! `GET /video-server/network-latency`, `POST /video-server/network-speed`: what the network check of the scripts measures with.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, StatusCode, header};
use serde_json::{Value, json};

use crate::ApiError;

/// Most bytes of one measurement: at 400 kbit/s, the least that is supported, 500 kB take ten seconds.
pub(crate) const SPEED_LIMIT: usize = 2 * 1024 * 1024;

const NO_STORE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

pub(crate) async fn latency() -> (StatusCode, [(HeaderName, &'static str); 1]) {
    (StatusCode::NO_CONTENT, NO_STORE)
}

pub(crate) async fn preflight() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Reads and forgets the body; answers how much it was.
pub(crate) async fn speed(body: Body) -> Result<([(HeaderName, &'static str); 1], Json<Value>), ApiError> {
    let bytes = to_bytes(body, SPEED_LIMIT)
        .await
        .map_err(|_| ApiError::bad_request(format!("a measurement may have at most {SPEED_LIMIT} bytes")))?;
    Ok((NO_STORE, Json(json!({ "received": bytes.len() }))))
}
