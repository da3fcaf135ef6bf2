//! Bodies as clients of this dialect really send them: JSON under `multipart/form-data` without a boundary, real forms, nothing.
//!
//! The content type alone says little, so the body itself is looked at.

use axum::RequestExt as _;
use axum::body::Body;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderValue, header};
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{ApiError, JSON_LIMIT};

/// Parts that a form may have.
const MOST_PARTS: usize = 32;

/// JSON, or a form as a JSON object of its parts; [`Value::Null`] for no body. A form of one part that is a JSON array or object is
/// that part.
#[derive(Debug)]
pub(crate) struct Loose(pub(crate) Value);

impl<S: Send + Sync> FromRequest<S> for Loose {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let content_type = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let body: Bytes = request.extract().await.map_err(|_| {
            ApiError::format("", format!("the body breaks off or is larger than {JSON_LIMIT} bytes"))
        })?;
        read(&content_type, body).await.map(Self)
    }
}

async fn read(content_type: &str, body: Bytes) -> Result<Value, ApiError> {
    let trimmed = body.trim_ascii();
    match trimmed {
        [] => Ok(Value::Null),
        [b'{' | b'[', ..] => serde_json::from_slice(trimmed)
            .map_err(|error| ApiError::format("", format!("the body is not JSON: {error}"))),
        [b'-', b'-', ..] => form(content_type, &body).await,
        _ => Err(ApiError::format(
            "",
            "the body must be JSON, a form, or empty; see docs/api-gips.md for what each call takes",
        )),
    }
}

/// The content type of a form whose first line is this.
fn bounded_by(line: &str) -> Option<HeaderValue> {
    let boundary = line.strip_prefix("--")?;
    HeaderValue::from_str(&format!("multipart/form-data; boundary=\"{boundary}\"")).ok()
}

/// The parts of a form. Where the header does not say the boundary, as some clients have it, the first line of the body does.
///
/// # Errors
/// The body is no form, or is too large.
pub(crate) async fn parts(request: Request, expected: &str) -> Result<Multipart, ApiError> {
    let no_form = || {
        let message = format!("the body must be multipart/form-data with the part {expected}");
        ApiError::format(expected, message)
    };
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|content_type| content_type.contains("boundary=")) {
        return request.extract().await.map_err(|_| no_form());
    }
    let body: Bytes = request
        .extract()
        .await
        .map_err(|_| ApiError::format(expected, "the multipart body breaks off or is too large"))?;
    let line = body.split(|byte| *byte == b'\r' || *byte == b'\n').next().unwrap_or_default();
    let line = std::str::from_utf8(line).ok().filter(|line| line.len() > 2);
    let content_type = line.and_then(bounded_by).ok_or_else(no_form)?;
    let mut request = Request::new(Body::from(body));
    request.headers_mut().insert(header::CONTENT_TYPE, content_type);
    request.extract().await.map_err(|_| no_form())
}

async fn form(content_type: &str, body: &Bytes) -> Result<Value, ApiError> {
    let broken = || ApiError::format("", "the multipart body is malformed or breaks off");
    // The boundary stands in the first line too, which is the only place where some clients say it.
    let line =
        body.trim_ascii_start().split(|byte| *byte == b'\r' || *byte == b'\n').next().unwrap_or_default();
    let line = std::str::from_utf8(line).map_err(|_| broken())?.trim_end();
    let boundary = line.trim_start_matches("--");
    let named = content_type.split("boundary=").nth(1).map(|text| text.trim_matches('"'));
    // A form without parts is its closing delimiter alone.
    if boundary
        .strip_suffix("--")
        .is_some_and(|rest| named.is_none_or(|named| named.trim_start_matches('-') == rest))
    {
        return Ok(Value::Null);
    }
    let content_type =
        if named.is_some() { HeaderValue::from_str(content_type).ok() } else { bounded_by(line) };
    let content_type = content_type.ok_or_else(broken)?;
    let mut request = Request::new(Body::from(body.clone()));
    request.headers_mut().insert(header::CONTENT_TYPE, content_type);
    let parts: Result<Multipart, MultipartRejection> = request.extract().await;
    let mut parts = parts.map_err(|_| broken())?;
    let mut members = Map::new();
    while let Some(part) = parts.next_field().await.map_err(|_| broken())? {
        let name = part.name().unwrap_or_default().to_owned();
        let text = part.text().await.map_err(|_| broken())?;
        let value = match text.trim_ascii_start().as_bytes() {
            [b'{' | b'[', ..] => serde_json::from_str(&text)
                .map_err(|error| ApiError::format(&name, format!("{name} is not JSON: {error}")))?,
            _ => Value::String(text),
        };
        members.insert(name, value);
        if members.len() > MOST_PARTS {
            return Err(ApiError::format("", format!("a form may have at most {MOST_PARTS} parts")));
        }
    }
    let only = members.len() == 1;
    Ok(match members.values().next() {
        None => Value::Null,
        Some(value @ (Value::Array(_) | Value::Object(_))) if only => value.clone(),
        Some(_) => Value::Object(members),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn value(content_type: &str, body: &str) -> Option<Value> {
        read(content_type, Bytes::copy_from_slice(body.as_bytes())).await.ok()
    }

    #[tokio::test]
    async fn json_is_json_whatever_the_content_type_says() {
        let pairs = json!([{ "key": "BUSINESS_ID", "value": "LOA1P" }]);
        for content_type in ["multipart/form-data", "application", "application/json", "text/plain", ""] {
            assert_eq!(value(content_type, &pairs.to_string()).await, Some(pairs.clone()), "{content_type}");
            assert_eq!(value(content_type, " {}\n").await, Some(json!({})), "{content_type}");
            assert_eq!(value(content_type, "\r\n").await, Some(Value::Null), "{content_type}");
        }
    }

    #[tokio::test]
    async fn forms_are_read_with_and_without_a_boundary_in_the_header() {
        let part = |name: &str, text: &str| {
            format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let fields = format!("{}{}--xyz--\r\n", part("type", "LIVENESS_PASSIVE"), part("nbChallenge", "2"));
        let wrapped = format!("{}--xyz--\r\n", part("context", "[{\"key\":\"a\",\"value\":\"b\"}]"));
        for content_type in [
            "multipart/form-data; boundary=xyz",
            "multipart/form-data; boundary=\"xyz\"",
            "multipart/form-data",
            "",
        ] {
            let expected = json!({ "type": "LIVENESS_PASSIVE", "nbChallenge": "2" });
            assert_eq!(value(content_type, &fields).await, Some(expected), "{content_type}");
            let expected = json!([{ "key": "a", "value": "b" }]);
            assert_eq!(value(content_type, &wrapped).await, Some(expected), "{content_type}");
            assert_eq!(value(content_type, "--xyz--\r\n").await, Some(Value::Null), "{content_type}");
        }
    }

    #[tokio::test]
    async fn rubbish_is_refused() {
        for content_type in ["multipart/form-data", "multipart/form-data; boundary=xyz", "application/json"] {
            for body in [
                "hello",
                "{",
                "[1,",
                "\"text\"",
                "7",
                "null",
                "--",
                "--\r\n",
                "--xyz",
                "--xyz\r\n",
                "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{broken\r\n--xyz--\r\n",
                "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nbreaks off",
                &"[".repeat(20_000),
            ] {
                assert_eq!(value(content_type, body).await, None, "{content_type}: {body:.40}");
            }
        }
    }
}
