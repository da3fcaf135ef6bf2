//! `GET /video-server/network-latency`, `POST /video-server/network-speed`: what the network check of the scripts measures with.

use axum::Extension;
use axum::Json;
use axum::body::Body;
use axum::http::{HeaderName, StatusCode, header};
use futures_util::StreamExt as _;
use selfsame_facade_kit::Visit;
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

/// Counts the body and forgets each piece of it as it comes; answers how much it was.
pub(crate) async fn speed(
    visit: Option<Extension<Visit>>,
    body: Body,
) -> Result<([(HeaderName, &'static str); 1], Json<Value>), ApiError> {
    if let Some(Extension(visit)) = visit {
        visit.drops_body();
    }
    let (mut received, mut pieces) = (0, body.into_data_stream());
    while let Some(piece) = pieces.next().await {
        received += piece.map_or(SPEED_LIMIT + 1, |piece| piece.len());
        if received > SPEED_LIMIT {
            let rule = format!("a measurement may have at most {SPEED_LIMIT} bytes");
            return Err(ApiError::bad_request(rule));
        }
    }
    Ok((NO_STORE, Json(json!({ "received": received }))))
}
