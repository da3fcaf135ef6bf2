//! Bodies as clients of this dialect really send them: JSON under `multipart/form-data` without a boundary, real forms with and
//! without one, nothing.
//!
//! The content type alone says little, so the body itself is looked at.

use axum::RequestExt as _;
use axum::body::Body;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderValue, header};
use bytes::Bytes;
use selfsame_facade_kit::{boundary_in_body, boundary_in_content_type};
use serde_json::{Map, Value};

use crate::{ApiError, JSON_LIMIT};

/// Parts that a form may have.
const MOST_PARTS: usize = 32;
/// The part, and the member of an object, that holds the context of an identity.
pub(crate) const CONTEXT: &str = "context";

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

async fn form(content_type: &str, body: &Bytes) -> Result<Value, ApiError> {
    let broken = || ApiError::format("", "the multipart body is malformed or breaks off");
    // The boundary stands in the first line too, which is the only place where some clients say it.
    let line =
        body.trim_ascii_start().split(|byte| *byte == b'\r' || *byte == b'\n').next().unwrap_or_default();
    let line = std::str::from_utf8(line).map_err(|_| broken())?.trim_end();
    let boundary = line.trim_start_matches("--");
    let named = boundary_in_content_type(content_type);
    // A form without parts is its closing delimiter alone.
    if boundary
        .strip_suffix("--")
        .is_some_and(|rest| named.is_none_or(|named| named.trim_start_matches('-') == rest))
    {
        return Ok(Value::Null);
    }
    let boundary = named.or_else(|| boundary_in_body(body)).ok_or_else(broken)?;
    let content_type = format!("multipart/form-data; boundary=\"{boundary}\"");
    let content_type = HeaderValue::from_str(&content_type).map_err(|_| broken())?;
    let mut request = Request::new(Body::from(body.clone()));
    request.headers_mut().insert(header::CONTENT_TYPE, content_type);
    let parts: Result<Multipart, MultipartRejection> = request.extract().await;
    let mut parts = parts.map_err(|_| broken())?;
    let mut members = Map::new();
    let mut count = 0;
    while let Some(part) = parts.next_field().await.map_err(|_| broken())? {
        count += 1;
        if count > MOST_PARTS {
            return Err(ApiError::format("", format!("a form may have at most {MOST_PARTS} parts")));
        }
        let name = part.name().unwrap_or_default().to_owned();
        let text = part.text().await.map_err(|_| broken())?;
        if let Some(value) = part_value(&name, text)? {
            members.insert(name, value);
        }
    }
    let only = members.len() == 1;
    Ok(match members.values().next() {
        None => Value::Null,
        Some(value @ (Value::Array(_) | Value::Object(_))) if only => value.clone(),
        Some(_) => Value::Object(members),
    })
}

/// JSON as what it is, and any other text as a text. A context that is not JSON is none: older clients mean to send pairs, and their
/// form library makes one zero byte, or `[object Object]`, of them.
fn part_value(name: &str, text: String) -> Result<Option<Value>, ApiError> {
    let is_context = name.eq_ignore_ascii_case(CONTEXT);
    match text.trim_ascii_start().as_bytes() {
        [b'{' | b'[', ..] => match serde_json::from_str(&text) {
            Ok(value) => Ok(Some(value)),
            Err(_) if is_context => Ok(None),
            Err(error) => Err(ApiError::format(name, format!("{name} is not JSON: {error}"))),
        },
        _ if is_context => Ok(None),
        _ => Ok(Some(Value::String(text))),
    }
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
    async fn a_context_that_is_not_json_is_none() {
        let boundary = "--------------------------314159265358979323846264";
        let part = |name: &str, text: &str| {
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n{text}\r\n"
            )
        };
        let quoted = format!("multipart/form-data; charset=utf-8; BOUNDARY=\"{boundary}\"");
        for content_type in ["multipart/form-data", "multipart/form-data; boundary=", &quoted, ""] {
            for text in ["\0", "", "[object Object]", "LOA1P", "{\"key\":", "null"] {
                for name in ["context", "Context"] {
                    let alone = format!("{}--{boundary}--\r\n", part(name, text));
                    assert_eq!(
                        value(content_type, &alone).await,
                        Some(Value::Null),
                        "{content_type}: {text:?}"
                    );
                }
                let pair = part("BUSINESS_ID", "LOA1P");
                let beside = format!("{}{pair}--{boundary}--\r\n", part("context", text));
                let expected = json!({ "BUSINESS_ID": "LOA1P" });
                assert_eq!(value(content_type, &beside).await, Some(expected), "{content_type}: {text:?}");
            }
        }
    }

    #[tokio::test]
    async fn dropped_parts_count_as_well() {
        let part = "--xyz\r\nContent-Disposition: form-data; name=\"context\"\r\n\r\n\0\r\n";
        let form = |count| format!("{}--xyz--\r\n", part.repeat(count));
        assert_eq!(value("multipart/form-data", &form(MOST_PARTS)).await, Some(Value::Null));
        assert_eq!(value("multipart/form-data", &form(MOST_PARTS + 1)).await, None);
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
