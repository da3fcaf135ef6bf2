//! `/gips/v1/identities/{id}/attributes/portrait/capture`: the portrait's picture.

use axum::Json;
use axum::body::HttpBody as _;
use axum::extract::{FromRequest as _, Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use selfsame_facade_kit::Form;
use selfsame_verification::tenants::Recognised;

use crate::form::{answer, picture};
use crate::portrait::part;
use crate::{Accountable, ApiError, GipsState, identity_id, words};

/// 200 multipart with the part `Portrait`, a JPEG; 404 while there is none.
pub(crate) async fn get(
    Accountable(caller): Accountable,
    State(state): State<GipsState>,
    Path(identity): Path<String>,
) -> Result<Response, ApiError> {
    let id = identity_id(&identity)?;
    let Recognised { tenant, by } = caller;
    let jpeg = state.app.portrait_image(tenant, by, id).await?.ok_or_else(ApiError::no_portrait)?;
    Ok(answer(id.as_uuid(), &[part(jpeg)]))
}

/// A selfie that was taken elsewhere, part `Portrait`. Nobody has seen a living person: never VERIFIED. Without a body it asks for the
/// portrait, as one of the original's examples does.
pub(crate) async fn post(
    Accountable(caller): Accountable,
    State(state): State<GipsState>,
    Path(identity): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    if request.body().is_end_stream() {
        return get(Accountable(caller), State(state), Path(identity)).await;
    }
    let id = identity_id(&identity)?;
    let form = Form::from_request(request, &state).await;
    let image = picture(form, &["Portrait"], state.app.settings().images.max_bytes).await?;
    let (record, evidence) = state.app.add_portrait(caller.tenant, id, image).await?;
    let evidence = record.find(evidence).ok_or_else(ApiError::no_evidence)?;
    Ok(Json(words::evidence(evidence)).into_response())
}
