//! `DELETE /api/netverify/v2/scans/{reference}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use selfsame_verification::tenants::Recognised;
use serde_json::{Map, Value};

use super::{scan_id, stamped};
use crate::auth::Administrator;
use crate::{ApiError, NetverifyState};

/// 200 when nobody can read it any more.
pub(crate) async fn handle(
    Administrator(Recognised { tenant, by }): Administrator,
    State(state): State<NetverifyState>,
    Path(scan): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    let id = scan_id(&scan).map_err(|error| error.at(&uri))?;
    state.app.erase_transaction(tenant, by, id).await.map_err(|error| ApiError::from(error).at(&uri))?;
    Ok(Json(stamped(&state, id, Map::new())))
}
