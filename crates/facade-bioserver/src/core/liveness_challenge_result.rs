//! `GET /bioserver-app/v2/bio-sessions/{id}/liveness-challenge-result`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use selfsame_domain::TenantId;
use selfsame_verification::faces::stored_recording;

use super::session_id;
use crate::{ApiError, BioserverState, Caller, words};

/// 200 with the signed result; 204 while there is none yet.
pub(crate) async fn handle(
    Caller(tenant): Caller,
    State(state): State<BioserverState>,
    Path(session): Path<String>,
) -> Result<Response, ApiError> {
    result(&state, tenant, &session).await
}

/// `…/liveness-challenge-result/{livenessMode}/{securityLevel}`, as clients of versions up to 3.22 ask. What they name is what
/// they opened the session with: it decides nothing here.
pub(crate) async fn handle_with_level(
    Caller(tenant): Caller,
    State(state): State<BioserverState>,
    Path((session, _mode, _level)): Path<(String, String, String)>,
) -> Result<Response, ApiError> {
    result(&state, tenant, &session).await
}

/// `…/liveness-challenge-result/{livenessMode}`, of older ones still, with or without `?numberOfChallenge=`: the same.
pub(crate) async fn handle_with_mode(
    Caller(tenant): Caller,
    State(state): State<BioserverState>,
    Path((session, _mode)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    result(&state, tenant, &session).await
}

async fn result(state: &BioserverState, tenant: TenantId, session: &str) -> Result<Response, ApiError> {
    let session = state.app.session(tenant, session_id(session)?).await?;
    let Some(verdict) = session.verdict() else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let mut result = words::result_json(&session, verdict);
    if let Some(best) = &verdict.best_image
        && let Some(stored) = state.app.stored_image(tenant, session.id, best.face_id).await?
    {
        result["imageStorage"] = words::storage_json(&state.images, &stored, "image/jpeg");
    }
    if let Some(stored) = stored_recording(&session) {
        result["videoStorage"] = words::storage_json(&state.images, &stored, "video/mp4");
    }
    let signature = state.app.sign(&result)?;
    result["signature"] = signature.into();
    Ok(Json(result).into_response())
}
