//! `DELETE /bioserver-app/v2/bio-sessions/{id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use selfsame_verification::tenants::Recognised;

use super::session_id;
use crate::{Accountable, ApiError, BioserverState};

/// The person's pictures and templates are gone when it answers, before their term has ended.
pub(crate) async fn delete(
    Accountable(Recognised { tenant, by }): Accountable,
    State(state): State<BioserverState>,
    Path(session): Path<String>,
) -> Result<StatusCode, ApiError> {
    state.app.delete_session(tenant, by, session_id(&session)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
