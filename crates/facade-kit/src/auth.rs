//! Who calls.

use axum::http::HeaderMap;
use selfsame_domain::TenantId;
use selfsame_verification::{UseCaseError, Verification};

/// Why a caller was not recognised.
#[derive(Debug, thiserror::Error)]
pub enum AuthFailure {
    #[error("the header apikey is missing")]
    Missing,
    #[error("the API key is not known here")]
    Unknown,
    #[error(transparent)]
    Internal(#[from] UseCaseError),
}

/// Longest key that is looked at.
const LONGEST_KEY: usize = 256;

/// The tenant behind the header `apikey` (header names know no case: `apiKey` is the same).
pub async fn tenant_by_api_key(headers: &HeaderMap, app: &Verification) -> Result<TenantId, AuthFailure> {
    let key =
        headers.get("apikey").ok_or(AuthFailure::Missing)?.to_str().map_err(|_| AuthFailure::Unknown)?;
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(AuthFailure::Unknown);
    }
    app.tenant_by_api_key(key).await?.ok_or(AuthFailure::Unknown)
}
