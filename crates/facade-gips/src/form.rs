//! Forms, in and out.

use axum::extract::multipart::MultipartRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use selfsame_facade_kit::{Form, bounded_part};
use uuid::Uuid;

use crate::ApiError;

/// A part of an answer.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) filename: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
}

/// `multipart/form-data` that the parsers of this dialect's clients understand. They want exactly two header lines in this order, a
/// file name, and a boundary without quotes with nothing behind it. A random id serves as boundary: no picture holds it.
pub(crate) fn answer(boundary: Uuid, parts: &[Part]) -> Response {
    let boundary = boundary.hyphenated().to_string();
    let mut body = Vec::with_capacity(parts.iter().map(|part| part.body.len() + 200).sum());
    for Part { name, filename, content_type, body: bytes } in parts {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{filename}\"\r\nContent-Type: {content_type}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    ([(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))], body).into_response()
}

/// The picture of a form: the part of one of these names, the first of which is the documented one.
pub(crate) async fn picture(
    form: Result<Form, MultipartRejection>,
    names: &[&str],
    most: usize,
) -> Result<Vec<u8>, ApiError> {
    let expected = names.first().copied().unwrap_or_default();
    let Form(mut form) = form.map_err(|_| {
        ApiError::format(expected, format!("the body must be multipart/form-data with the part {expected}"))
    })?;
    let mut picture = None;
    while let Some(part) = form.next_field().await.map_err(|_| {
        ApiError::format(expected, "the multipart body is malformed, breaks off or is too large")
    })? {
        if !part.name().is_some_and(|name| names.iter().any(|known| known.eq_ignore_ascii_case(name))) {
            continue;
        }
        if picture.is_some() {
            return Err(ApiError::format(expected, format!("the part {expected} may be sent once")));
        }
        picture = Some(bounded_part(part, most).await?);
    }
    picture.ok_or_else(|| ApiError::missing(expected))
}
