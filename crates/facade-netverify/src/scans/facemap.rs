//! `GET /api/netverify/v2/scans/{reference}/data/facemap`

use axum::extract::{Path, State};
use axum::http::{Uri, header};
use axum::response::{IntoResponse as _, Response};
use selfsame_verification::tenants::Recognised;

use super::scan_id;
use crate::auth::Administrator;
use crate::{ApiError, NetverifyState};

/// Opaque bytes; 404 when there are none.
pub(crate) async fn handle(
    Administrator(Recognised { tenant, by }): Administrator,
    State(state): State<NetverifyState>,
    Path(scan): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let found = async {
        let id = scan_id(&scan)?;
        state.app.transaction_facemap(tenant, by, id).await?.ok_or_else(ApiError::not_found)
    };
    let bytes = found.await.map_err(|error: ApiError| error.at(&uri))?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}
