//! `GET /bioserver-app/v2/bio-sessions/{id}/faces/{referenceFaceId}/matches`

use axum::Json;
use axum::extract::{Path, State};
use serde_json::Value;

use super::{face_id, session_id};
use crate::{ApiError, BioserverState, Caller, words};

/// One entry for every other face of the session, best score first, each signed.
pub(crate) async fn handle(
    Caller(tenant): Caller,
    State(state): State<BioserverState>,
    Path((session, face)): Path<(String, String)>,
) -> Result<Json<Vec<Value>>, ApiError> {
    let session = state.app.session(tenant, session_id(&session)?).await?;
    let found = state.app.matches(tenant, session.id, face_id(&face)?).await?;
    let mut matches = Vec::with_capacity(found.len());
    for found in &found {
        let mut entry = words::match_json(&session, found);
        let signature = state.app.sign(&entry)?;
        entry["signature"] = signature.into();
        matches.push(entry);
    }
    Ok(Json(matches))
}
