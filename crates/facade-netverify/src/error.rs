//! Errors of this dialect. The original documents statuses, and no body: ours names every field that is wrong.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use selfsame_verification::UseCaseError;
use serde_json::{Map, Value, json};

use crate::FieldError;

/// `{"message": "…", "httpStatus": "400", "errors": [{"field": "country", "message": "is missing"}], "requestURI": "/api/…"}`
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    message: String,
    fields: Vec<FieldError>,
    uri: Option<String>,
    retry_after: Option<u32>,
}

impl ApiError {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), fields: Vec::new(), uri: None, retry_after: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Fields that are wrong; the message names them too, for whoever reads only that.
    pub(crate) fn wrong(fields: Vec<FieldError>) -> Self {
        let named: Vec<String> =
            fields.iter().map(|wrong| format!("{} {}", wrong.field, wrong.message)).collect();
        Self { fields, ..Self::bad_request(format!("the request is not valid: {}", named.join("; "))) }
    }

    pub(crate) fn wrong_field(field: &str, message: impl Into<String>) -> Self {
        Self::wrong(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "the API token or secret is not valid, or may not do this")
    }

    pub(crate) fn is_unauthorized(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    pub(crate) fn not_found() -> Self {
        let message = "there is nothing under this reference; it may have been deleted or have expired, or not be there yet";
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(crate) fn too_large(most: usize) -> Self {
        let message = format!("the body is larger than {most} bytes, or breaks off");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    pub(crate) fn busy() -> Self {
        let message = "the server is busy; send the request again after a few seconds";
        Self { retry_after: Some(3), ..Self::new(StatusCode::TOO_MANY_REQUESTS, message) }
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal error. The server's log says more")
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "the method is not allowed here")
    }

    /// With the path that was asked for.
    #[must_use]
    pub(crate) fn at(self, uri: &Uri) -> Self {
        Self { uri: Some(uri.path().to_owned()), ..self }
    }
}

/// Words what no handler of this dialect says about its paths.
pub(crate) fn problem(status: StatusCode, message: &str, uri: &Uri) -> Response {
    ApiError::new(status, message).at(uri).into_response()
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut body = Map::new();
        body.insert("message".to_owned(), self.message.into());
        body.insert("httpStatus".to_owned(), self.status.as_u16().to_string().into());
        let fields: Vec<Value> = self
            .fields
            .iter()
            .map(|wrong| json!({ "field": wrong.field, "message": wrong.message }))
            .collect();
        body.insert("errors".to_owned(), fields.into());
        if let Some(uri) = self.uri {
            body.insert("requestURI".to_owned(), uri.into());
        }
        let mut response = (self.status, Json(Value::Object(body))).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"Netverify\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<UseCaseError> for ApiError {
    fn from(error: UseCaseError) -> Self {
        match error {
            UseCaseError::NotFound => Self::not_found(),
            UseCaseError::Image(_) | UseCaseError::NoFace => Self::bad_request(error.to_string()),
            UseCaseError::TooManyFaces(_) | UseCaseError::Invalid(_) | UseCaseError::OtherMode { .. } => {
                Self::bad_request(error.to_string())
            }
            UseCaseError::Overloaded => Self::busy(),
            UseCaseError::OtherMasterKey(_) | UseCaseError::Internal => Self::internal(),
        }
    }
}
