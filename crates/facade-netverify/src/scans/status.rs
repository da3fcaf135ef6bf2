//! `GET /api/netverify/v2/scans/{reference}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use selfsame_verification::tenants::Recognised;
use serde_json::{Map, Value};

use super::{scan_id, stamped};
use crate::auth::Administrator;
use crate::{ApiError, NetverifyState, words};

/// `{timestamp, scanReference, status}`
pub(crate) async fn handle(
    Administrator(Recognised { tenant, .. }): Administrator,
    State(state): State<NetverifyState>,
    Path(scan): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    let id = scan_id(&scan).map_err(|error| error.at(&uri))?;
    let record = state.app.transaction(tenant, id).await.map_err(|error| ApiError::from(error).at(&uri))?;
    let mut members = Map::new();
    members.insert("status".to_owned(), words::scan_status(&record.transaction.state).into());
    Ok(Json(stamped(&state, id, members)))
}
