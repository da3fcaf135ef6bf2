//! Errors of this dialect. The original documents the items (`field`, `code`, `message`) and not the body around them.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use selfsame_facade_kit::{AuthFailure, PartError};
use selfsame_verification::UseCaseError;
use selfsame_verification::identities::IdentityError;
use serde_json::{Value, json};

/// The codes of items; docs/api-gips.md lists them. 1006 is the original's own, the others are ours.
pub(crate) mod code {
    pub(crate) const MISSING: &str = "1001";
    pub(crate) const FORMAT: &str = "1006";
    pub(crate) const NOT_ALLOWED: &str = "1007";
    pub(crate) const UNAUTHORIZED: &str = "1100";
    pub(crate) const NOT_FOUND: &str = "2001";
    pub(crate) const CONSENT_MISSING: &str = "2002";
    pub(crate) const PROCESSING: &str = "2003";
    pub(crate) const TOO_MUCH: &str = "2004";
    pub(crate) const OVERLOADED: &str = "2005";
    pub(crate) const SPOOF: &str = "3001";
    pub(crate) const LIVENESS_FAILED: &str = "3002";
    pub(crate) const CAPTURE_TIMED_OUT: &str = "3003";
    pub(crate) const CAPTURE_BROKEN: &str = "3004";
    pub(crate) const LIVENESS_NOT_CHECKED: &str = "3005";
    pub(crate) const REFERENCE_MISMATCH: &str = "3006";
    pub(crate) const PICTURE: &str = "3007";
    pub(crate) const NO_FACE: &str = "3008";
    pub(crate) const DOCUMENT_MISMATCH: &str = "3009";
    pub(crate) const DOCUMENT_CONTRADICTORY: &str = "3010";
    pub(crate) const DOCUMENT_UNREADABLE: &str = "3011";
    pub(crate) const DOCUMENT_UNSUPPORTED: &str = "3012";
    pub(crate) const DOCUMENT_NOT_EXAMINED: &str = "3013";
    pub(crate) const INTERNAL: &str = "5000";
}

/// Status and one item: `{"code": 400, "message": "…", "errors": [{"field": "type", "code": "1006", "message": "…"}]}`.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    field: String,
    code: &'static str,
    message: String,
    retry_after: Option<u32>,
}

/// Words what no handler of this dialect says about its paths.
pub(crate) fn problem(status: StatusCode, message: &str, _: &Uri) -> Response {
    let code = match status {
        StatusCode::NOT_FOUND => code::NOT_FOUND,
        StatusCode::SERVICE_UNAVAILABLE => code::OVERLOADED,
        status if status.is_server_error() => code::INTERNAL,
        _ => code::NOT_ALLOWED,
    };
    ApiError::new(status, "", code, message).into_response()
}

/// An item as it stands in errors and in the status of evidence.
pub(crate) fn item(field: &str, code: &str, message: &str) -> Value {
    json!({ "field": field, "code": code, "message": message })
}

impl ApiError {
    fn new(status: StatusCode, field: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, field: field.to_owned(), code, message: message.into(), retry_after: None }
    }

    pub(crate) fn missing(field: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, field, code::MISSING, format!("{field} is missing"))
    }

    pub(crate) fn format(field: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, field, code::FORMAT, message)
    }

    pub(crate) fn not_allowed(field: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, field, code::NOT_ALLOWED, message)
    }

    pub(crate) fn picture(field: &str, message: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, field, code::PICTURE, format!("{field}: {message}"))
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "the method is not allowed here";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "", code::NOT_ALLOWED, message)
    }

    pub(crate) fn no_identity() -> Self {
        let message = "there is no identity of this id; it may have been deleted or have expired";
        Self::new(StatusCode::NOT_FOUND, "identityId", code::NOT_FOUND, message)
    }

    pub(crate) fn no_evidence() -> Self {
        let message = "the identity has no evidence of this id";
        Self::new(StatusCode::NOT_FOUND, "evidenceId", code::NOT_FOUND, message)
    }

    pub(crate) fn no_portrait() -> Self {
        let message = "the identity has no portrait yet; ask again when its status is no more PROCESSING";
        Self::new(StatusCode::NOT_FOUND, "portrait", code::NOT_FOUND, message)
    }

    pub(crate) fn still_processing() -> Self {
        let message = "the identity is still PROCESSING; ask again when its status has changed";
        Self::new(StatusCode::FORBIDDEN, "status", code::PROCESSING, message)
    }

    fn internal() -> Self {
        let message = "internal error. The server's log says more";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "", code::INTERNAL, message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({
            "code": self.status.as_u16(),
            "message": self.message,
            "errors": [item(&self.field, self.code, &self.message)],
        });
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
            AuthFailure::Missing | AuthFailure::Unknown => {
                let message = format!("authentication is required: {failure}");
                Self::new(StatusCode::UNAUTHORIZED, "apikey", code::UNAUTHORIZED, message)
            }
            AuthFailure::Internal(error) => error.into(),
        }
    }
}

impl From<UseCaseError> for ApiError {
    fn from(error: UseCaseError) -> Self {
        match error {
            UseCaseError::NotFound => Self::no_identity(),
            UseCaseError::Image(cause) => {
                Self::new(StatusCode::BAD_REQUEST, "Portrait", code::PICTURE, format!("Portrait: {cause}"))
            }
            UseCaseError::NoFace => {
                Self::new(StatusCode::BAD_REQUEST, "Portrait", code::NO_FACE, format!("Portrait: {error}"))
            }
            UseCaseError::TooManyFaces(_) | UseCaseError::Invalid(_) | UseCaseError::OtherMode { .. } => {
                Self::not_allowed("", error.to_string())
            }
            UseCaseError::Overloaded => {
                let message = "the server is busy; send the request again after a few seconds";
                let status = StatusCode::TOO_MANY_REQUESTS;
                Self { retry_after: Some(3), ..Self::new(status, "", code::OVERLOADED, message) }
            }
            UseCaseError::OtherMasterKey(_) | UseCaseError::Internal => Self::internal(),
        }
    }
}

impl From<IdentityError> for ApiError {
    fn from(error: IdentityError) -> Self {
        let message = error.to_string();
        match error {
            IdentityError::UseCase(error) => error.into(),
            IdentityError::ConsentMissing => {
                Self::new(StatusCode::FORBIDDEN, "consents", code::CONSENT_MISSING, message)
            }
            IdentityError::TooMuchEvidence(_) => {
                Self::new(StatusCode::CONFLICT, "evidences", code::TOO_MUCH, message)
            }
            IdentityError::TooManyConsents(_) => {
                Self::new(StatusCode::CONFLICT, "consents", code::TOO_MUCH, message)
            }
        }
    }
}

impl From<PartError> for ApiError {
    fn from(error: PartError) -> Self {
        Self::format("Portrait", error.to_string())
    }
}
