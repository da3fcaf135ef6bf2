//! `GET /gips/v1/identities/{id}/status`, and the same of one piece of evidence under both of its paths.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::Value;

use crate::{ApiError, Caller, GipsState, evidence_id, identity_id, words};

pub(crate) async fn of_identity(
    Caller(tenant): Caller,
    State(state): State<GipsState>,
    Path(identity): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let record = state.app.identity(tenant, identity_id(&identity)?).await?;
    Ok(Json(words::global_status(&record)))
}

pub(crate) async fn of_evidence(
    Caller(tenant): Caller,
    State(state): State<GipsState>,
    Path((identity, evidence)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let record = state.app.identity(tenant, identity_id(&identity)?).await?;
    let evidence = record.find(evidence_id(&evidence)?).ok_or_else(ApiError::no_evidence)?;
    Ok(Json(words::evidence(evidence)))
}
