//! `GET /video-server/v2/capabilities`: version and algorithms; doubles as a health check.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::{ApiError, BioserverState, Caller};

pub(crate) async fn handle(_: Caller, State(state): State<BioserverState>) -> Result<Json<Value>, ApiError> {
    // The caller was recognised, so the database answers; the networks were checked at the start. Without a key no result can be given.
    if state.app.signing_key().is_none() {
        return Err(ApiError::internal());
    }
    Ok(Json(json!({
        "version": state.version,
        "bioserver-core": { "version": state.version, "currentMode": [state.app.mode()] },
    })))
}
