//! Who calls.

use axum::http::request::Parts;
use selfsame_domain::TenantId;
use selfsame_verification::{UseCaseError, Verification};

use crate::Visit;

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
///
/// # Errors
/// [`AuthFailure`], which the request's [`Visit`] is told of.
pub async fn tenant_by_api_key(parts: &Parts, app: &Verification) -> Result<TenantId, AuthFailure> {
    let shown = parts.headers.get("apikey").ok_or(AuthFailure::Missing)?;
    let found = match shown.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= LONGEST_KEY => app.tenant_by_api_key(key).await?,
        _ => None,
    };
    if let Some(visit) = Visit::of(&parts.extensions) {
        if found.is_some() { visit.recognised() } else { visit.refused() }
    }
    found.ok_or(AuthFailure::Unknown)
}
