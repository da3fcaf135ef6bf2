//! Bases of the same vendor's later interfaces. Nothing is served there yet, and clients are told so in the form that they read.

use axum::Json;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

/// `{"title": "Not Found", "status": 404, "detail": "…"}`, the one error body of accounts and workflows that is documented.
pub(crate) fn accounts_problem(status: StatusCode, message: &str, _: &Uri) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = json!({ "title": title, "status": status.as_u16(), "detail": message });
    (status, Json(body)).into_response()
}

/// `{"error": "invalid_request", "error_description": "…"}`, as RFC 6749 has it: clients look the word up in a closed list.
pub(crate) fn token_problem(status: StatusCode, message: &str, _: &Uri) -> Response {
    let error = match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => "temporarily_unavailable",
        status if status.is_server_error() => "server_error",
        _ => "invalid_request",
    };
    (status, Json(json!({ "error": error, "error_description": message }))).into_response()
}
