//! `DELETE /gips/v1/identities/{id}`: erases the identity with its consents, evidence and captures.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use selfsame_verification::tenants::Recognised;

use crate::{Accountable, ApiError, GipsState, identity_id};

/// 204 when all of it is gone; 404 when there is none, the second time too.
pub(crate) async fn handle(
    Accountable(Recognised { tenant, by }): Accountable,
    State(state): State<GipsState>,
    Path(identity): Path<String>,
) -> Result<StatusCode, ApiError> {
    state.app.erase_identity(tenant, by, identity_id(&identity)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
