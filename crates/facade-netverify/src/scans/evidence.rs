//! `GET /api/netverify/v2/scans/{reference}/data/evidence`: not of the vendor's interface.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use selfsame_domain::audit::Action;
use selfsame_verification::tenants::Recognised;
use serde_json::Value;

use super::{scan_id, stamped};
use crate::auth::Administrator;
use crate::{ApiError, NetverifyState};

/// What the verdict rests on; 404 while there is none.
pub(crate) async fn handle(
    Administrator(Recognised { tenant, by }): Administrator,
    State(state): State<NetverifyState>,
    Path(scan): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    let found = async {
        let id = scan_id(&scan)?;
        let members = state.app.transaction_evidence(tenant, id).await?.ok_or_else(ApiError::not_found)?;
        state.app.was_read(tenant, by, Action::DocumentRead, id, "evidence").await?;
        Ok(Json(stamped(&state, id, members)))
    };
    found.await.map_err(|error: ApiError| error.at(&uri))
}
