//! Who calls.

use std::net::IpAddr;

use axum::http::Extensions;
use axum::http::request::Parts;
use selfsame_verification::audit::NotRecognised;
use selfsame_verification::tenants::Recognised;
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

/// Where a request comes from, as whoever serves found out: an extension of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// `None` where whoever serves did not say.
    pub fn of(extensions: &Extensions) -> Option<IpAddr> {
        extensions.get().map(|Self(address)| *address)
    }
}

/// The caller behind the header `apikey` (header names know no case: `apiKey` is the same). One who is not recognised is recorded.
pub async fn caller_by_api_key(parts: &Parts, app: &Verification) -> Result<Recognised, AuthFailure> {
    let address = ClientAddress::of(&parts.extensions);
    let refused = |why, failure| {
        app.caller_not_recognised(why, None, address);
        Err(failure)
    };
    let Some(key) = parts.headers.get("apikey") else {
        return refused(NotRecognised::Missing, AuthFailure::Missing);
    };
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY);
    let Some(key) = key else { return refused(NotRecognised::Malformed, AuthFailure::Unknown) };
    app.recognise_api_key(key, address).await?.ok_or(AuthFailure::Unknown)
}
