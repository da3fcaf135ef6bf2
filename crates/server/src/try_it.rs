//! What the try-it pages call: `/` one capture for the development tenant, `/document.html` the reading of one picture, without a key.
//! Only where they are switched on.

use std::collections::HashMap;

use axum::Extension;
use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use selfsame_domain::audit::{Actor, Origin};
use selfsame_domain::{BioSession, FaceId, LivenessMode, NewBioSession, Personal, SessionId, TenantId};
use selfsame_facade_bioserver::{ApiError, face_json, liveness_mode, result_json};
use selfsame_facade_kit::Visit;
use selfsame_verification::Verification;
use serde_json::json;

use crate::routes::problem;

/// Whom the pages are for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TryIt {
    /// The tenant that captures of the page belong to.
    pub(crate) tenant: TenantId,
    /// Only those who reach the server themselves: it listens on loopback, and a proxy beside it may face the world.
    pub(crate) direct_only: bool,
}

#[derive(Clone)]
struct TryItState {
    app: Verification,
    tenant: TenantId,
}

/// What proxies write into requests.
const FORWARDED: [&str; 4] = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];

impl TryIt {
    /// Routes of the pages.
    pub(crate) fn router(self, app: Verification) -> Router {
        Router::new()
            .route("/try/sessions", post(open))
            .route("/try/sessions/{session}/result", get(result))
            .route("/try/sessions/{session}/image", get(image))
            .route("/try/sessions/{session}/face", get(face))
            .route("/try/document", post(document).layer(DefaultBodyLimit::max(PICTURE_LIMIT)))
            .route_layer(middleware::from_fn_with_state(self, reachable))
            .with_state(TryItState { app, tenant: self.tenant })
    }
}

/// Answers as if nothing were there where a request came through a proxy that it should not have come through.
async fn reachable(State(try_it): State<TryIt>, request: Request, next: Next) -> Response {
    let forwarded = FORWARDED.into_iter().any(|name| request.headers().contains_key(name));
    if try_it.direct_only && forwarded {
        return problem(StatusCode::NOT_FOUND, "there is nothing at this path; see the API guide in docs/");
    }
    next.run(request).await
}

/// Bytes of a picture of a document.
const PICTURE_LIMIT: usize = 15_000_000;

/// What the page's own sessions are told from others by: it needs no key, and shall say nothing of captures that it did not open.
const MARK: &str = "selfsame:try-it";

/// Dots that a person joins on the page: the number that the WebCapture demo app asks for.
const CHALLENGES: u8 = 2;

/// `?mode=` is as `livenessMode` of `init-liveness-session`; LIVENESS_PASSIVE when absent.
async fn open(
    State(state): State<TryItState>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, ApiError> {
    let mode = query.get("mode").map_or(Ok(LivenessMode::Passive), |word| liveness_mode(word))?;
    let challenges = if mode == LivenessMode::Active { CHALLENGES } else { 0 };
    let correlation_id = Some(MARK.to_owned());
    let session = NewBioSession { mode, challenges, correlation_id, ..NewBioSession::passive() };
    let id = state.app.open_trial_session(state.tenant, session).await?;
    Ok((StatusCode::CREATED, Json(json!({ "sessionId": id.to_string() }))).into_response())
}

/// A session that was opened here.
async fn own(state: &TryItState, session: &str) -> Result<BioSession, ApiError> {
    let session = state.app.session(state.tenant, parse(session)?).await?;
    if session.request.correlation_id.as_deref() == Some(MARK) { Ok(session) } else { Err(unknown()) }
}

async fn result(State(state): State<TryItState>, Path(session): Path<String>) -> Result<Response, ApiError> {
    let session = own(&state, &session).await?;
    Ok(match session.verdict() {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(verdict) => Json(result_json(&session, verdict)).into_response(),
    })
}

/// The best image of a capture of this page.
async fn best(state: &TryItState, session: &str) -> Result<(SessionId, FaceId), ApiError> {
    let session = own(state, session).await?;
    let best = session.verdict().and_then(|verdict| verdict.best_image);
    let best = best.ok_or_else(|| ApiError::not_found("the session has no best image"))?;
    Ok((session.id, best.face_id))
}

async fn face(State(state): State<TryItState>, Path(session): Path<String>) -> Result<Response, ApiError> {
    let (session, face) = best(&state, &session).await?;
    let face = state.app.face(state.tenant, session, face).await?;
    Ok(Json(face_json(&face)).into_response())
}

async fn image(
    State(state): State<TryItState>,
    Path(session): Path<String>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, ApiError> {
    let (session, face) = best(&state, &session).await?;
    let address = Some(Personal::new(visit.client()));
    let by = Origin { actor: Actor::BrowserSession(session), address };
    let jpeg = state.app.face_image(state.tenant, by, session, face, false).await?;
    let jpeg = jpeg.ok_or_else(|| ApiError::not_found("the session keeps no pictures"))?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "no-store")], jpeg).into_response())
}

/// The body is a picture; the answer what was read, in its pixels. Nothing is kept.
async fn document(
    State(state): State<TryItState>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let picture = body.map_err(|_| {
        ApiError::bad_request(format!(
            "the picture is larger than {} MB, or was cut off",
            PICTURE_LIMIT / 1_000_000
        ))
    })?;
    let sight = state.app.look_at_document(picture.into()).await?;
    let answer = json!({ "width": sight.width, "height": sight.height, "reading": sight.reading, "signs": sight.signs });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

fn parse(text: &str) -> Result<SessionId, ApiError> {
    text.parse().map_err(|_| unknown())
}

fn unknown() -> ApiError {
    ApiError::not_found("there is no such session")
}
