//! Who calls.

use axum::http::request::Parts;
use selfsame_verification::audit::NotRecognised;
use selfsame_verification::tenants::Recognised;
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

/// The caller behind the header `apikey` (header names know no case: `apiKey` is the same). One who is not recognised is recorded.
///
/// # Errors
/// [`AuthFailure`], which the request's [`Visit`] is told of.
pub async fn caller_by_api_key(parts: &Parts, app: &Verification) -> Result<Recognised, AuthFailure> {
    let visit = Visit::of(&parts.extensions);
    let address = visit.map(Visit::client);
    let Some(shown) = parts.headers.get("apikey") else {
        app.caller_not_recognised(NotRecognised::Missing, None, address);
        return Err(AuthFailure::Missing);
    };
    let found = match shown.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= LONGEST_KEY => app.recognise_api_key(key, address).await?,
        _ => {
            app.caller_not_recognised(NotRecognised::Malformed, None, address);
            None
        }
    };
    if let Some(visit) = visit {
        if found.is_some() { visit.recognised() } else { visit.refused() }
    }
    found.ok_or(AuthFailure::Unknown)
}
