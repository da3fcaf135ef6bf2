//! The web build, served from the binary: the try-it page at `/`, the SDK under `/sdk`, the classic scripts under `/video-server`.

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

mod files {
    include!(concat!(env!("OUT_DIR"), "/web_files.rs"));
}

/// What the page may do: run its own scripts, talk to its own server, use the camera.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
     media-src 'self' blob:; connect-src 'self' ws: wss:; font-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'self'";

const NOT_BUILT: &str = "This binary was built without its web part. Run `make web`, then build again.\n";

pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let mut router = Router::new();
    for &(path, bytes) in files::FILES {
        let etag = format!("\"{}\"", hex::encode(&Sha256::digest(bytes)[..12]));
        let serve = move |headers: HeaderMap| {
            let etag = etag.clone();
            async move { respond(path, bytes, &etag, &headers) }
        };
        if path == "/index.html" {
            router = router.route("/", get(serve.clone()));
        }
        router = router.route(path, get(serve));
    }
    if files::FILES.iter().all(|(path, _)| *path != "/index.html") {
        router = router.route("/", get(async || (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT)));
    }
    router
}

fn respond(path: &str, bytes: &'static [u8], etag: &str, request: &HeaderMap) -> Response {
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::ETAG, etag);
    set(header::CACHE_CONTROL, "no-cache");
    set(header::CONTENT_TYPE, content_type(path));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if path.ends_with(".html") {
        set(header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
        set(header::REFERRER_POLICY, "no-referrer");
        set(HeaderName::from_static("permissions-policy"), "camera=(self), microphone=(), geolocation=()");
    } else {
        // Pages of integrators load these, also pages that are isolated by COEP.
        set(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
        set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    let unchanged =
        request.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    if unchanged {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, bytes).into_response()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" => "application/json",
        "ts" | "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
