//! `GET /bioserver-app/v2/bio-sessions/{id}/faces/{faceId}`

use axum::Json;
use axum::extract::{Path, State};
use serde_json::Value;

use super::{face_id, session_id};
use crate::{ApiError, BioserverState, Caller, words};

pub(crate) async fn handle(
    Caller(tenant): Caller,
    State(state): State<BioserverState>,
    Path((session, face)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let face = state.app.face(tenant, session_id(&session)?, face_id(&face)?).await?;
    Ok(Json(words::face_json(&face)))
}
