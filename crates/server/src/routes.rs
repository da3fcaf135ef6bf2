//! Everything that is mounted, and what surrounds every request.

use std::time::{Duration, Instant};

use axum::Json;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use selfsame_domain::TenantId;
use selfsame_facade_bioserver::BioserverState;
use selfsame_facade_gips::GipsState;
use selfsame_facade_netverify::NetverifyState;
use selfsame_verification::Verification;
use serde_json::{Value, json};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{draining, try_it, web};

pub(crate) struct Mounts {
    pub(crate) app: Verification,
    pub(crate) bioserver: BioserverState,
    pub(crate) gips: GipsState,
    pub(crate) netverify: NetverifyState,
    /// The tenant of the try-it page; `None` switches it off.
    pub(crate) try_it: Option<TenantId>,
    pub(crate) request_timeout: Duration,
}

pub(crate) fn router(mounts: Mounts) -> Router {
    let Mounts { app, bioserver, gips, netverify, try_it, request_timeout } = mounts;
    let own = Router::new()
        .route("/health/live", get(async || StatusCode::NO_CONTENT))
        .route("/health/ready", get(ready))
        .route("/.well-known/jwks.json", get(jwks))
        .route("/.well-known/result-signing.pem", get(certificate))
        .with_state(app.clone());
    let mut router = Router::new()
        .merge(own)
        .merge(selfsame_facade_bioserver::router(bioserver))
        .merge(selfsame_facade_gips::router(gips))
        .merge(selfsame_facade_netverify::router(netverify))
        .merge(web::router())
        .method_not_allowed_fallback(async || {
            problem(StatusCode::METHOD_NOT_ALLOWED, "the method is not allowed here")
        });
    if let Some(tenant) = try_it {
        router = router.merge(try_it::router(app, tenant));
    }
    router
        .fallback(async || {
            problem(StatusCode::NOT_FOUND, "there is nothing at this path; see the API guide in docs/")
        })
        .layer(middleware::from_fn_with_state(request_timeout, in_time))
        .layer(CatchPanicLayer::custom(|_| {
            tracing::error!("a handler panicked");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "Internal error. The server's log says more")
        }))
        .layer(middleware::from_fn(readable_path))
        .layer(middleware::from_fn(in_dialect))
        .layer(middleware::from_fn(draining::drain_on_error))
        .layer(middleware::from_fn(log))
}

/// What is answered here, and not by a dialect. [`in_dialect`] finds it beside the answer.
#[derive(Debug, Clone, Copy)]
struct Problem {
    status: StatusCode,
    error: &'static str,
}

fn problem(status: StatusCode, error: &'static str) -> Response {
    let mut response = (status, Json(json!({ "code": status.as_u16(), "error": error }))).into_response();
    response.extensions_mut().insert(Problem { status, error });
    response
}

/// Words what is answered here as the dialect does that the path belongs to.
async fn in_dialect(request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let response = next.run(request).await;
    let Some(Problem { status, error }) = response.extensions().get().copied() else { return response };
    let is_under = |base: &str| uri.path().starts_with(base);
    let mut worded = if is_under("/api/netverify/") || is_under("/recognition/") {
        selfsame_facade_netverify::problem(status, error, &uri)
    } else if is_under("/gips/") {
        selfsame_facade_gips::problem(status, error)
    } else {
        return response;
    };
    if let Some(seconds) = response.headers().get(header::RETRY_AFTER) {
        worded.headers_mut().insert(header::RETRY_AFTER, seconds.clone());
    }
    worded
}

/// What is not answered in time is answered with 503.
async fn in_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(|_| {
        let mut response = problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "the server was too busy to answer in time; send the request again after a few seconds",
        );
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        response
    })
}

/// A path that is no text names nothing: handlers are not asked to read it.
async fn readable_path(request: Request, next: Next) -> Response {
    if percent_encoding::percent_decode_str(request.uri().path()).decode_utf8().is_err() {
        return problem(StatusCode::NOT_FOUND, "there is nothing at this path; it is no text");
    }
    next.run(request).await
}

/// A database that needs longer than this to answer would keep callers waiting too.
const DATABASE_ANSWERS_WITHIN: Duration = Duration::from_secs(3);

/// Ready while results can be signed and the database answers; the networks were checked before anything is answered.
async fn ready(State(app): State<Verification>) -> StatusCode {
    let answers = tokio::time::timeout(DATABASE_ANSWERS_WITHIN, app.reaches_database());
    let ready = app.signing_key().is_some() && matches!(answers.await, Ok(Ok(())));
    if ready { StatusCode::NO_CONTENT } else { StatusCode::SERVICE_UNAVAILABLE }
}

/// The keys that verify signed results (RFC 7517).
async fn jwks(State(app): State<Verification>) -> Result<Json<Value>, StatusCode> {
    let key = app.signing_key().ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(Json(json!({ "keys": [key.jwk()] })))
}

/// The same key as a certificate, for tools that know no JWKS.
async fn certificate(State(app): State<Verification>) -> Result<Response, StatusCode> {
    let key = app.signing_key().ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], key.certificate_pem()).into_response())
}

/// One line per request: the route, never the path, which holds identifiers, and never the query.
async fn log(matched: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = matched.map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .entry(header::X_CONTENT_TYPE_OPTIONS)
        .or_insert(HeaderValue::from_static("nosniff"));
    let status = response.status();
    let millis = started.elapsed().as_millis();
    if status.is_server_error() {
        tracing::warn!(%method, route, status = status.as_u16(), millis, "request");
    } else {
        tracing::debug!(%method, route, status = status.as_u16(), millis, "request");
    }
    response
}
