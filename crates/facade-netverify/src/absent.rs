//! `/api/netverify/v2/authentications/{reference}`, its pictures, and `/api/netverify/v2/documents/{reference}`

use axum::http::Uri;

use crate::ApiError;
use crate::auth::Administrator;

/// Authentications and document verifications are not offered: whoever may ask is told that there is none.
pub(crate) async fn none(_: Administrator, uri: Uri) -> ApiError {
    ApiError::not_found().at(&uri)
}
