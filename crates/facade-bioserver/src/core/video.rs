//! `GET /bioserver-app/v2/bio-sessions/{id}/video`: ours. The original leaves it to the integrator to read the bucket, which holds nothing
//! readable here.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use selfsame_verification::tenants::Recognised;

use super::session_id;
use crate::{Accountable, ApiError, BioserverState};

/// 200 with an MP4; 204 where no video of the capture is kept, or there was none yet.
pub(crate) async fn handle(
    Accountable(Recognised { tenant, by }): Accountable,
    State(state): State<BioserverState>,
    Path(session): Path<String>,
) -> Result<Response, ApiError> {
    Ok(match state.app.recording(tenant, by, session_id(&session)?).await? {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(video) => {
            let headers = [(header::CONTENT_TYPE, "video/mp4"), (header::CACHE_CONTROL, "no-store")];
            (headers, video).into_response()
        }
    })
}
