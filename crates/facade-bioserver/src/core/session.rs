//! `DELETE /bioserver-app/v2/bio-sessions/{id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::session_id;
use crate::{ApiError, BioserverState, Caller};

/// The person's pictures and templates are gone when it answers, before their term has ended.
pub(crate) async fn delete(
    Caller(tenant): Caller,
    State(state): State<BioserverState>,
    Path(session): Path<String>,
) -> Result<StatusCode, ApiError> {
    state.app.delete_session(tenant, session_id(&session)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
