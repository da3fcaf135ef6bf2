//! `POST /gips/v1/identities/{id}/attributes/portrait-reference`: a picture that the integrator trusts, from a chip or an earlier
//! enrolment, to compare the live portrait with.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Path, State};
use selfsame_facade_kit::Form;
use serde_json::Value;

use crate::form::picture;
use crate::{ApiError, Caller, GipsState, identity_id, words};

/// The reference's status: VERIFIED or NOT_VERIFIED with an item when there was a live portrait to compare it with, NOT_VERIFIED
/// without items when that is still to come.
pub(crate) async fn handle(
    Caller(tenant): Caller,
    State(state): State<GipsState>,
    Path(identity): Path<String>,
    form: Result<Form, MultipartRejection>,
) -> Result<Json<Value>, ApiError> {
    let id = identity_id(&identity)?;
    let names = ["Portrait", "PortraitReference"];
    let image = picture(form, &names, state.app.settings().images.max_bytes).await?;
    let (record, evidence) = state.app.add_portrait_reference(tenant, id, image).await?;
    let evidence = record.find(evidence).ok_or_else(ApiError::no_evidence)?;
    Ok(Json(words::evidence(evidence)))
}
