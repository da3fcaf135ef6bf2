//! What the try-it page at `/` calls: one capture for the development tenant, without a key. Only where it is switched on:
//! by default on a loopback address.

use std::collections::HashMap;

use axum::Json;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use selfsame_domain::{FaceId, LivenessMode, NewBioSession, SessionId, TenantId};
use selfsame_facade_bioserver::{ApiError, face_json, liveness_mode, result_json};
use selfsame_verification::Verification;
use serde_json::json;

#[derive(Clone)]
struct TryIt {
    app: Verification,
    tenant: TenantId,
}

/// Routes of the page, for the tenant that its captures belong to.
pub(crate) fn router(app: Verification, tenant: TenantId) -> Router {
    Router::new()
        .route("/try/sessions", post(open))
        .route("/try/sessions/{session}/result", get(result))
        .route("/try/sessions/{session}/image", get(image))
        .route("/try/sessions/{session}/face", get(face))
        .with_state(TryIt { app, tenant })
}

/// Dots that a person joins on the page: the number that the WebCapture demo app asks for.
const CHALLENGES: u8 = 2;

/// `?mode=` is as `livenessMode` of `init-liveness-session`; LIVENESS_PASSIVE when absent.
async fn open(
    State(state): State<TryIt>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, ApiError> {
    let mode = query.get("mode").map_or(Ok(LivenessMode::Passive), |word| liveness_mode(word))?;
    let challenges = if mode == LivenessMode::Active { CHALLENGES } else { 0 };
    let session = NewBioSession { mode, challenges, ..NewBioSession::passive() };
    let id = state.app.open_session(state.tenant, session).await?;
    Ok((StatusCode::CREATED, Json(json!({ "sessionId": id.to_string() }))).into_response())
}

async fn result(State(state): State<TryIt>, Path(session): Path<String>) -> Result<Response, ApiError> {
    let session = state.app.session(state.tenant, parse(&session)?).await?;
    Ok(match session.verdict() {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(verdict) => Json(result_json(&session, verdict)).into_response(),
    })
}

/// The best image of a capture of this page.
async fn best(state: &TryIt, session: &str) -> Result<(SessionId, FaceId), ApiError> {
    let session = state.app.session(state.tenant, parse(session)?).await?;
    let best = session.verdict().and_then(|verdict| verdict.best_image);
    let best = best.ok_or_else(|| ApiError::not_found("the session has no best image"))?;
    Ok((session.id, best.face_id))
}

async fn face(State(state): State<TryIt>, Path(session): Path<String>) -> Result<Response, ApiError> {
    let (session, face) = best(&state, &session).await?;
    let face = state.app.face(state.tenant, session, face).await?;
    Ok(Json(face_json(&face)).into_response())
}

async fn image(State(state): State<TryIt>, Path(session): Path<String>) -> Result<Response, ApiError> {
    let (session, face) = best(&state, &session).await?;
    let jpeg = state.app.face_image(state.tenant, session, face, false).await?;
    let jpeg = jpeg.ok_or_else(|| ApiError::not_found("the session keeps no pictures"))?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "no-store")], jpeg).into_response())
}

fn parse(text: &str) -> Result<SessionId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("there is no such session"))
}
