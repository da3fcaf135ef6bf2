//! `GET /gips/healthcheck`: without a key, for whoever watches over the server.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::GipsState;

/// 200 `{"status": "UP"}`; 503 `{"status": "DOWN"}` while proofs cannot be signed yet.
pub(crate) async fn handle(State(state): State<GipsState>) -> (StatusCode, Json<Value>) {
    let (code, status) = match state.app.signing_key() {
        Some(_) => (StatusCode::OK, "UP"),
        None => (StatusCode::SERVICE_UNAVAILABLE, "DOWN"),
    };
    (code, Json(json!({ "status": status, "version": state.version })))
}
