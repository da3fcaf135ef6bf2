//! Everything that is mounted, and what surrounds every request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics::{counter, histogram};
use selfsame_facade_kit::Base;
use selfsame_verification::Verification;
use serde_json::json;
use tower_http::catch_panic::CatchPanicLayer;

use crate::guard::{self, Guard, GuardSaid, WRONG_CREDENTIAL};
use crate::try_it::TryIt;
use crate::{draining, web};

pub(crate) struct Mounts {
    pub(crate) app: Verification,
    /// Routers and bases of every facade; their dialects are the courier's.
    pub(crate) facades: Vec<(Router, &'static [Base])>,
    /// The try-it pages; `None` switches them off.
    pub(crate) try_it: Option<TryIt>,
    pub(crate) request_timeout: Duration,
    pub(crate) guard: Guard,
}

pub(crate) fn router(mounts: Mounts) -> Router {
    let Mounts { app, facades, try_it, request_timeout, guard } = mounts;
    let bases: Bases = facades.iter().flat_map(|(_, bases)| *bases).collect();
    let own = Router::new()
        .route("/health/live", get(async || StatusCode::NO_CONTENT))
        .route("/health/ready", get(ready))
        .route("/.well-known/jwks.json", get(jwks))
        .route("/.well-known/result-signing.pem", get(certificate))
        .with_state(app.clone());
    let mut router = Router::new().merge(own).merge(web::router());
    for (facade, _) in facades {
        router = router.merge(facade);
    }
    // Of all routes that are there by now and have none of their own.
    router = router.method_not_allowed_fallback(async || {
        problem(StatusCode::METHOD_NOT_ALLOWED, "the method is not allowed here")
    });
    if let Some(try_it) = try_it {
        router = router.merge(try_it.router(app));
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
        .layer(middleware::from_fn_with_state((guard, Arc::clone(&bases)), guard::guard))
        .layer(middleware::from_fn_with_state(bases, in_dialect))
        .layer(middleware::from_fn(draining::drain_on_error))
        .layer(middleware::from_fn(log))
}

/// What is answered here, and not by a dialect. [`in_dialect`] finds it beside the answer.
#[derive(Debug, Clone, Copy)]
struct Problem {
    status: StatusCode,
    error: &'static str,
}

/// A refusal in the words of the dialect whose path was asked for.
pub(crate) fn problem(status: StatusCode, error: &'static str) -> Response {
    let mut response = (status, Json(json!({ "code": status.as_u16(), "error": error }))).into_response();
    response.extensions_mut().insert(Problem { status, error });
    response
}

/// The bases of all dialects. What lies under none of them is answered in the server's own words.
pub(crate) type Bases = Arc<[&'static Base]>;

/// The longest base that the path lies under.
pub(crate) fn base_of(bases: &[&'static Base], path: &str) -> Option<&'static Base> {
    bases.iter().copied().filter(|base| base.holds(path)).max_by_key(|base| base.path.len())
}

/// Words what is answered here as the dialect does that the path belongs to.
async fn in_dialect(State(bases): State<Bases>, request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let began = Instant::now();
    let response = next.run(request).await;
    told(base_of(&bases, uri.path()), &response, began);
    let Some(Problem { status, error }) = response.extensions().get().copied() else { return response };
    let Some(base) = base_of(&bases, uri.path()) else { return response };
    let mut worded = (base.problem)(status, error, &uri);
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = response.headers().get(&name) {
            worded.headers_mut().insert(name, value.clone());
        }
    }
    worded
}

/// Counts an answer by the dialect that its path belongs to.
fn told(base: Option<&'static Base>, response: &Response, began: Instant) {
    let dialect = base.map_or("own", |base| base.dialect);
    let status = match response.status().as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    counter!("selfsame_http_requests_total", "dialect" => dialect, "status" => status).increment(1);
    histogram!("selfsame_http_request_seconds", "dialect" => dialect).record(began.elapsed());
    if let Some(GuardSaid(kind)) = response.extensions().get() {
        if *kind == WRONG_CREDENTIAL {
            counter!("selfsame_auth_failures_total", "dialect" => dialect).increment(1);
        } else {
            counter!("selfsame_rate_limited_total", "dialect" => dialect, "kind" => *kind).increment(1);
        }
    }
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

/// The public half of a key is anybody's to keep, for a while.
const PUBLIC: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "public, max-age=300")];

/// The keys that verify signed results (RFC 7517).
async fn jwks(State(app): State<Verification>) -> Result<Response, StatusCode> {
    let key = app.signing_key().ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
    Ok((PUBLIC, Json(json!({ "keys": [key.jwk()] }))).into_response())
}

/// The same key as a certificate, for tools that know no JWKS.
async fn certificate(State(app): State<Verification>) -> Result<Response, StatusCode> {
    let key = app.signing_key().ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
    Ok((PUBLIC, [(header::CONTENT_TYPE, "application/x-pem-file")], key.certificate_pem()).into_response())
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
    // Nearly every answer is about a person: what says nothing else is kept by nobody on the way.
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let status = response.status();
    let millis = started.elapsed().as_millis();
    if status.is_server_error() {
        tracing::warn!(%method, route, status = status.as_u16(), millis, "request");
    } else {
        tracing::debug!(%method, route, status = status.as_u16(), millis, "request");
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::Uri;
    use serde_json::Value;

    use super::*;

    /// What a problem at this path has as members, sorted.
    async fn members(path: &'static str) -> Option<String> {
        let bases: Vec<&'static Base> =
            [selfsame_facade_bioserver::BASES, selfsame_facade_gips::BASES, selfsame_facade_netverify::BASES]
                .into_iter()
                .flatten()
                .collect();
        let base = base_of(&bases, path)?;
        let response = (base.problem)(StatusCode::NOT_FOUND, "nothing", &Uri::from_static(path));
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        let body: Value = serde_json::from_slice(&to_bytes(response.into_body(), 1_000).await.ok()?).ok()?;
        let mut names: Vec<&str> = body.as_object()?.keys().map(String::as_str).collect();
        names.sort_unstable();
        Some(names.join(" "))
    }

    #[tokio::test]
    async fn each_base_has_the_words_of_its_dialect() {
        for (paths, expected) in [
            (&["/video-server/x", "/bioserver-app", "/bioserver-app/v2/x"][..], Some("code error")),
            (&["/gips", "/gips/", "/gips/v1/x", "/gips/v9"], Some("code errors message")),
            (
                &[
                    "/api",
                    "/api/x",
                    "/api/v4/initiate",
                    "/api/v10",
                    "/api/authentication/v1/x",
                    "/api/netverify",
                    "/api/netverify/v2/x",
                    "/recognition/v1/x",
                ],
                Some("errors httpStatus message requestURI"),
            ),
            (&["/api/v1", "/api/v1/accounts", "/api/v1/accounts/x/"], Some("detail status title")),
            (&["/oauth2", "/oauth2/token", "/oauth2/x"], Some("error error_description")),
            (&["/", "/x", "/apis", "/gipsy", "/oauth2x", "/health/x", "/try/x"], None),
        ] {
            for path in paths {
                assert_eq!(members(path).await.as_deref(), expected, "{path}");
            }
        }
    }
}
