//! The bioserver dialect: bioserver-video under `/video-server`, bioserver-core under `/bioserver-app/v2`.
//!
//! Path on disk = path in the URL. A domain state becomes a word of this dialect in `words`, with exhaustive matches; an
//! error becomes status and body in `error`.

mod callback;
mod core;
mod error;
mod video;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use selfsame_domain::TenantId;
use selfsame_facade_kit::{Base, CallbackUrlRules, Mount, TrustedProxies};
use selfsame_verification::Verification;
use selfsame_verification::tenants::Recognised;

pub use callback::{BioserverDialect, DIALECT};
pub use error::ApiError;
use error::problem;
pub use video::liveness_mode;
pub use words::{face_json, result_json};

/// Where this dialect is spoken.
pub const BASES: &[Base] = &[base("/video-server"), base("/bioserver-app")];

const fn base(path: &'static str) -> Base {
    Base { path, dialect: "webcapture", credential: "apikey", problem }
}

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct BioserverState {
    pub app: Verification,
    pub outbound: CallbackUrlRules,
    /// Whose word on a browser's address is believed.
    pub proxies: TrustedProxies,
    /// Where best images are, as results name it.
    pub images: ImagePlace,
    /// What `capabilities` names as version.
    pub version: &'static str,
}

/// The object store in the words of `imageStorage`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImagePlace {
    pub region: String,
    pub bucket: String,
}

/// All of the dialect.
pub fn mount(state: BioserverState) -> Mount {
    Mount { bases: BASES, router: router(state), dialect: Arc::new(BioserverDialect) }
}

/// All routes of the dialect. The scripts themselves are static files of the web build and are mounted by the server.
fn router(state: BioserverState) -> Router {
    Router::new().merge(video::router(&state)).merge(core::router()).with_state(state)
}

/// The caller's tenant, by the header `apikey`. A handler without it serves browsers, which have no key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller(pub(crate) TenantId);

impl<S> FromRequestParts<S> for Caller
where
    BioserverState: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Accountable(caller) = Accountable::from_request_parts(parts, state).await?;
        Ok(Self(caller.tenant))
    }
}

/// The caller, for what is recorded with whoever did it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accountable(pub(crate) Recognised);

impl<S> FromRequestParts<S> for Accountable
where
    BioserverState: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let state = BioserverState::from_ref(state);
        Ok(Self(selfsame_facade_kit::caller_by_api_key(parts, &state.app).await?))
    }
}
