//! `/gips/v1/identities/{id}/attributes/portrait/capture`: the portrait's picture.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use serde_json::Value;

use crate::form::{answer, picture};
use crate::portrait::part;
use crate::{ApiError, Caller, GipsState, identity_id, words};

/// 200 multipart with the part `Portrait`, a JPEG; 404 while there is none.
pub(crate) async fn get(
    Caller(tenant): Caller,
    State(state): State<GipsState>,
    Path(identity): Path<String>,
) -> Result<Response, ApiError> {
    let id = identity_id(&identity)?;
    let jpeg = state.app.portrait_image(tenant, id).await?.ok_or_else(ApiError::no_portrait)?;
    Ok(answer(id.as_uuid(), &[part(jpeg)]))
}

/// A selfie that was taken elsewhere, part `Portrait`. Nobody has seen a living person: never VERIFIED.
pub(crate) async fn post(
    Caller(tenant): Caller,
    State(state): State<GipsState>,
    Path(identity): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Json<Value>, ApiError> {
    let id = identity_id(&identity)?;
    let image = picture(form, &["Portrait"], state.app.settings().images.max_bytes).await?;
    let (record, evidence) = state.app.add_portrait(tenant, id, image).await?;
    let evidence = record.find(evidence).ok_or_else(ApiError::no_evidence)?;
    Ok(Json(words::evidence(evidence)))
}
