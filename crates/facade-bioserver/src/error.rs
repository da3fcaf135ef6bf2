//! Errors of this dialect. The original's body is not documented; ours has the members of the browser's `errorFn`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use selfsame_facade_kit::{AuthFailure, PartError};
use selfsame_verification::UseCaseError;
use serde::Serialize;

/// Status and sentence: `{"code": 400, "error": "livenessMode is missing"}`.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    message: String,
    retry_after: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Body {
    code: u16,
    error: String,
}

/// Words what no handler of this dialect says about its paths.
pub(crate) fn problem(status: StatusCode, message: &str, _: &Uri) -> Response {
    ApiError { status, message: message.to_owned(), retry_after: None }.into_response()
}

impl ApiError {
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into(), retry_after: None }
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, message: message.into(), retry_after: None }
    }

    pub(crate) fn internal() -> Self {
        let message = "Internal error. The server's log says more".to_owned();
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, message, retry_after: None }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = Body { code: self.status.as_u16(), error: self.message };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<AuthFailure> for ApiError {
    fn from(failure: AuthFailure) -> Self {
        match failure {
            AuthFailure::Missing | AuthFailure::Unknown => Self {
                status: StatusCode::UNAUTHORIZED,
                message: format!("Authentication is required: {failure}"),
                retry_after: None,
            },
            AuthFailure::Internal(error) => error.into(),
        }
    }
}

impl From<UseCaseError> for ApiError {
    fn from(error: UseCaseError) -> Self {
        match error {
            UseCaseError::NotFound => {
                Self::not_found("Unable to find a bio-session or a face for the given identifier")
            }
            UseCaseError::Image(cause) => Self::bad_request(format!("image: {cause}")),
            UseCaseError::NoFace => Self::bad_request(format!("image: {error}")),
            UseCaseError::TooManyFaces(_) | UseCaseError::Invalid(_) | UseCaseError::OtherMode { .. } => {
                Self::bad_request(error.to_string())
            }
            UseCaseError::Overloaded => Self {
                status: StatusCode::TOO_MANY_REQUESTS,
                message:
                    "Server is currently experiencing high demand. Send the request again after a few seconds"
                        .to_owned(),
                retry_after: Some(3),
            },
            UseCaseError::OtherMasterKey(_) | UseCaseError::Internal => Self::internal(),
        }
    }
}

impl From<PartError> for ApiError {
    fn from(error: PartError) -> Self {
        Self::bad_request(error.to_string())
    }
}
