//! `GET /bioserver-app/v2/bio-sessions/{id}/faces/{faceId}/image`

use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use selfsame_verification::tenants::Recognised;

use super::{face_id, session_id};
use crate::{Accountable, ApiError, BioserverState};

/// 200 with a JPEG; 204 when the session keeps no pictures.
pub(crate) async fn handle(
    Accountable(Recognised { tenant, by }): Accountable,
    State(state): State<BioserverState>,
    Path((session, face)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let compressed =
        match query.as_deref().unwrap_or("").split('&').find_map(|pair| pair.strip_prefix("compression=")) {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(ApiError::bad_request("compression: must be true or false")),
        };
    let image = state.app.face_image(tenant, by, session_id(&session)?, face_id(&face)?, compressed).await?;
    Ok(match image {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(jpeg) => {
            let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "no-store")];
            (headers, jpeg).into_response()
        }
    })
}
