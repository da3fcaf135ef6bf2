//! The Netverify dialect, version 2: performNetverify, results, pictures, deletion, callbacks.
//!
//! Path on disk follows the path in the URL. A domain state becomes a word of this dialect in `words`, with exhaustive matches; an
//! error becomes status and body in `error`. What the documentation leaves open is decided in docs/api-netverify.md.

mod absent;
mod address;
mod auth;
mod callback;
mod country;
mod error;
mod fastfill;
mod id_types;
mod national;
mod neighbours;
mod perform;
mod scans;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use selfsame_facade_kit::{Base, Mount, OutboundUrlRules};
use selfsame_verification::Verification;
use tower_http::set_header::SetResponseHeaderLayer;

pub use callback::{DIALECT, NetverifyDialect};
pub use country::is_alpha3;
pub use error::ApiError;
use error::problem;
pub use perform::FieldError;

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct NetverifyState {
    pub app: Verification,
    pub outbound: OutboundUrlRules,
    /// Scheme, host and port under which integrators reach this server, without a slash at the end.
    pub public_url: Arc<str>,
}

impl NetverifyState {
    pub fn new(app: Verification, outbound: OutboundUrlRules, public_url: &str) -> Self {
        Self { app, outbound, public_url: public_url.into() }
    }
}

/// Where this dialect is spoken, and its vendor's others, which are not offered yet. A longer base goes before a shorter one.
pub const BASES: &[Base] = &[
    base("/api", "netverify", problem),
    base("/recognition", "netverify", problem),
    base("/api/v1", "platform", neighbours::accounts_problem),
    base("/oauth2", "platform", neighbours::token_problem),
];

const fn base(
    path: &'static str,
    dialect: &'static str,
    problem: fn(StatusCode, &str, &Uri) -> Response,
) -> Base {
    Base { path, dialect, credential: "authorization", problem }
}

/// Three pictures of 15 MB in base64, and the fields.
const PERFORM_LIMIT: usize = 64 * 1024 * 1024;
/// Two pictures of 5 MB, and the form around them.
const FASTFILL_LIMIT: usize = 11 * 1024 * 1024;

/// All of the dialect.
pub fn mount(state: NetverifyState) -> Mount {
    let dialect = Arc::new(NetverifyDialect::new(state.app.clone(), state.public_url.to_string()));
    Mount { bases: BASES, router: router(state), dialect }
}

/// All routes of the dialect, with and without a slash at the end.
fn router(state: NetverifyState) -> Router {
    let base = "/api/netverify/v2";
    let scan = format!("{base}/scans/{{scan}}");
    let authentication = format!("{base}/authentications/{{authentication}}");
    let routes: Vec<(String, MethodRouter<NetverifyState>)> = vec![
        (
            format!("{base}/performNetverify"),
            post(perform::handle).layer(DefaultBodyLimit::max(PERFORM_LIMIT)),
        ),
        (format!("{base}/fastfill"), post(fastfill::handle).layer(DefaultBodyLimit::max(FASTFILL_LIMIT))),
        (format!("{base}/supportedIdTypes"), get(id_types::supported)),
        (format!("{base}/acceptedIdTypes"), get(id_types::accepted)),
        (scan.clone(), get(scans::status::handle).delete(scans::delete::handle)),
        (format!("{scan}/data"), get(scans::data::all)),
        (format!("{scan}/data/document"), get(scans::data::document)),
        (format!("{scan}/data/transaction"), get(scans::data::transaction)),
        (format!("{scan}/data/verification"), get(scans::data::verification)),
        (format!("{scan}/data/facemap"), get(scans::facemap::handle)),
        (format!("{scan}/data/evidence"), get(scans::evidence::handle)),
        (format!("{scan}/images"), get(scans::images::list)),
        (format!("{scan}/images/{{side}}"), get(scans::images::one)),
        (format!("{scan}/images/liveness/{{number}}"), get(scans::images::liveness)),
        (authentication.clone(), get(absent::none).delete(absent::none)),
        (format!("{authentication}/images/face"), get(absent::none)),
        (format!("{authentication}/images/liveness/{{number}}"), get(absent::none)),
        (format!("{base}/documents/{{document}}"), get(absent::none).delete(absent::none)),
        // What callbacks name.
        ("/recognition/v1/idscan/{scan}/{side}".to_owned(), get(scans::images::one)),
    ];
    let mut router = Router::new();
    for (path, methods) in routes {
        router = router.route(&format!("{path}/"), methods.clone()).route(&path, methods);
    }
    router
        .method_not_allowed_fallback(async |uri: Uri| ApiError::method_not_allowed().at(&uri))
        // Answers are about a person: no one on the way keeps them.
        .layer(SetResponseHeaderLayer::overriding(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .with_state(state)
}
