//! The GIPS (ID&V) dialect, version 1, under `/gips`: identities, consents, the portrait and its reference, identity documents, status and
//! proof.
//!
//! Path on disk follows the path in the URL. A domain state becomes a word of this dialect in `words`, with exhaustive matches; an
//! error becomes status and body in `error`. What bodies may look like, whatever their content type says, is in `body`.

mod body;
mod callback;
mod error;
mod form;
mod healthcheck;
mod id_documents;
mod identities;
mod moment;
mod portrait;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::routing::{get, post};
use selfsame_domain::{EvidenceId, IdentityId, TenantId};
use selfsame_facade_kit::{Base, CallbackUrlRules, Mount};
use selfsame_verification::Verification;
use selfsame_verification::tenants::Recognised;
use tower_http::set_header::SetResponseHeaderLayer;

pub use callback::{DIALECT, GipsDialect};
pub use error::ApiError;
use error::problem;

/// Where this dialect is spoken.
pub const BASES: &[Base] = &[Base { path: "/gips", dialect: "gips", credential: "apikey", problem }];

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct GipsState {
    pub app: Verification,
    pub outbound: CallbackUrlRules,
    /// What the health check names as version.
    pub version: &'static str,
}

/// Parameters are a few hundred bytes.
pub(crate) const JSON_LIMIT: usize = 64 * 1024;
/// A picture of 15 MB, and the form around it.
const PICTURE_LIMIT: usize = 16 * 1024 * 1024;
/// Two of them.
const DOCUMENT_LIMIT: usize = 2 * PICTURE_LIMIT;

/// All of the dialect.
pub fn mount(state: GipsState) -> Mount {
    let dialect = Arc::new(GipsDialect::new(state.app.clone()));
    Mount { bases: BASES, router: router(state), dialect }
}

/// All routes of the dialect.
fn router(state: GipsState) -> Router {
    Router::new()
        .route("/gips/healthcheck", get(healthcheck::handle))
        .merge(identities("/gips/v1/identities"))
        // The base of older releases, as the demo app's example has it.
        .merge(identities("/gips/rest/v1/identities"))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(DefaultBodyLimit::max(JSON_LIMIT))
        // Answers are about a person: no one on the way keeps them.
        .layer(SetResponseHeaderLayer::overriding(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .with_state(state)
}

fn identities(base: &str) -> Router<GipsState> {
    let identity = format!("{base}/{{identity}}");
    let portrait = format!("{identity}/attributes/portrait");
    let picture = DefaultBodyLimit::max(PICTURE_LIMIT);
    Router::new()
        .route(base, post(identities::post::handle))
        .route(&identity, get(identities::get::handle).delete(identities::delete::handle))
        .route(
            &format!("{identity}/consents"),
            get(identities::consents::get).post(identities::consents::post),
        )
        .route(&format!("{identity}/status"), get(identities::status::of_identity))
        .route(&format!("{identity}/status/{{evidence}}"), get(identities::status::of_evidence))
        .route(&format!("{identity}/evidences/{{evidence}}/status"), get(identities::status::of_evidence))
        .route(&format!("{identity}/proof"), get(identities::proof::handle))
        .route(&format!("{portrait}/live-capture-session"), post(portrait::live_capture::handle))
        .route(&format!("{portrait}/live-capture-video-session"), post(portrait::live_capture::handle))
        .route(
            &format!("{portrait}/capture"),
            get(portrait::capture::get).post(portrait::capture::post).layer(picture),
        )
        .route(
            &format!("{identity}/attributes/portrait-reference"),
            post(portrait::reference::handle).layer(picture),
        )
        .route(
            &format!("{identity}/id-documents/capture"),
            post(id_documents::capture::post).layer(DefaultBodyLimit::max(DOCUMENT_LIMIT)),
        )
        .route(&format!("{identity}/id-documents/{{evidence}}/capture"), get(id_documents::capture::get))
}

/// The caller's tenant, by the header `apikey`. The keys of the original's two roles (back end and user agent) are one here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller(pub(crate) TenantId);

impl<S> FromRequestParts<S> for Caller
where
    GipsState: FromRef<S>,
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
    GipsState: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let state = GipsState::from_ref(state);
        Ok(Self(selfsame_facade_kit::caller_by_api_key(parts, &state.app).await?))
    }
}

/// What is no identifier names nothing.
pub(crate) fn identity_id(text: &str) -> Result<IdentityId, ApiError> {
    text.parse().map_err(|_| ApiError::no_identity())
}

pub(crate) fn evidence_id(text: &str) -> Result<EvidenceId, ApiError> {
    text.parse().map_err(|_| ApiError::no_evidence())
}
