//! Forms and their parts, read within bounds.

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderValue, StatusCode, header};
use futures_util::{StreamExt as _, stream};

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    #[error("a part is larger than the {0} bytes that it may have")]
    TooLarge(usize),
    #[error("the multipart body is malformed or breaks off")]
    Malformed,
}

/// Reads a part of at most `most` bytes; stops reading when there are more.
pub async fn bounded_part(mut field: Field<'_>, most: usize) -> Result<Vec<u8>, PartError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => PartError::TooLarge(most),
        _ => PartError::Malformed,
    })? {
        if bytes.len() + chunk.len() > most {
            return Err(PartError::TooLarge(most));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// A multipart form. The boundary is the content type's, or else the one in the body's first line.
///
/// Clients that set the header `Content-Type: multipart/form-data` by hand overwrite the one that names their boundary.
#[derive(Debug)]
pub struct Form(pub Multipart);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = MultipartRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, MultipartRejection> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let nameless =
            content_type.is_some_and(|text| is_form(text) && boundary_in_content_type(text).is_none());
        let request = if nameless { with_boundary(request).await } else { request };
        Multipart::from_request(request, state).await.map(Self)
    }
}

/// The longest boundary (RFC 2046, section 5.1.1).
const LONGEST_BOUNDARY: usize = 70;
/// A first line ends within so many bytes, or it holds no boundary.
const LONGEST_FIRST_LINE: usize = 256;

fn is_form(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("multipart/form-data")
}

/// The parameter `boundary`, without its quotes. `None` where there is none, or an empty one.
pub fn boundary_in_content_type(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case("boundary") && !value.is_empty()).then_some(value)
    })
}

/// The boundary as the first line of a form has it, behind two hyphens. What stands in the line has to be able to be one.
pub fn boundary_in_body(body: &[u8]) -> Option<&str> {
    let line = body.trim_ascii_start().split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let boundary = std::str::from_utf8(line.trim_ascii_end()).ok()?.strip_prefix("--")?;
    let fits = (1..=LONGEST_BOUNDARY).contains(&boundary.len());
    let is_plain = |byte: u8| (byte.is_ascii_graphic() || byte == b' ') && !matches!(byte, b'"' | b'\\');
    (fits && boundary.bytes().all(is_plain)).then_some(boundary)
}

/// Names the boundary in the content type, after a look at the beginning of the body. The request is as it was where there is none.
async fn with_boundary(request: Request) -> Request {
    let (mut parts, body) = request.into_parts();
    let mut rest = body.into_data_stream();
    let mut seen: Vec<u8> = Vec::new();
    let mut beginning: Vec<Result<Bytes, axum::Error>> = Vec::new();
    while seen.len() < LONGEST_FIRST_LINE && !seen.trim_ascii_start().contains(&b'\n') {
        let Some(chunk) = rest.next().await else { break };
        let bytes = chunk.as_deref().unwrap_or_default();
        seen.extend_from_slice(&bytes[..bytes.len().min(LONGEST_FIRST_LINE)]);
        let broken = chunk.is_err();
        beginning.push(chunk);
        if broken {
            break;
        }
    }
    let content_type = boundary_in_body(&seen).and_then(|boundary| {
        HeaderValue::from_str(&format!("multipart/form-data; boundary=\"{boundary}\"")).ok()
    });
    if let Some(content_type) = content_type {
        parts.headers.insert(header::CONTENT_TYPE, content_type);
    }
    Request::from_parts(parts, Body::from_stream(stream::iter(beginning).chain(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundary_is_found_in_the_content_type() {
        for (content_type, expected) in [
            ("multipart/form-data; boundary=xyz", Some("xyz")),
            ("Multipart/Form-Data; charset=utf-8; Boundary=\"x y\"", Some("x y")),
            ("multipart/form-data; boundary=", None),
            ("multipart/form-data; boundary=\"\"", None),
            ("multipart/form-data", None),
            ("boundary=xyz", None),
            ("", None),
        ] {
            assert_eq!(boundary_in_content_type(content_type), expected, "{content_type}");
        }
    }

    #[test]
    fn the_boundary_is_found_in_the_first_line() {
        let long = format!("--{}\r\n", "x".repeat(71));
        for (body, expected) in [
            ("--xyz\r\nContent", Some("xyz")),
            ("\r\n----------------------------31415\n", Some("--------------------------31415")),
            ("--xyz", Some("xyz")),
            ("--\r\n", None),
            ("xyz\r\n", None),
            ("--x\"y\r\n", None),
            ("--\u{e4}\r\n", None),
            (long.as_str(), None),
            ("", None),
        ] {
            assert_eq!(boundary_in_body(body.as_bytes()), expected, "{body:?}");
        }
    }

    /// The parts of a form that arrives in chunks of `size` bytes.
    async fn parts(content_type: &str, body: &str, size: usize) -> Option<Vec<(String, Vec<u8>)>> {
        let chunks: Vec<Result<Bytes, axum::Error>> =
            body.as_bytes().chunks(size).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
        let mut request = Request::new(Body::from_stream(stream::iter(chunks)));
        request.headers_mut().insert(header::CONTENT_TYPE, content_type.parse().ok()?);
        let Form(mut form) = Form::from_request(request, &()).await.ok()?;
        let mut parts = Vec::new();
        while let Some(part) = form.next_field().await.ok()? {
            let name = part.name().unwrap_or_default().to_owned();
            parts.push((name, bounded_part(part, 100).await.ok()?));
        }
        Some(parts)
    }

    #[tokio::test]
    async fn forms_without_a_boundary_in_the_header_are_read_however_they_arrive() {
        let body = "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--xyz--\r\n";
        let expected = Some(vec![("a".to_owned(), b"1".to_vec())]);
        for content_type in
            ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=xyz"]
        {
            for size in [1, 3, 7, 1_000] {
                assert_eq!(parts(content_type, body, size).await, expected, "{content_type} {size}");
            }
        }
        for (content_type, body) in [
            ("multipart/form-data", "hello"),
            ("multipart/form-data", ""),
            ("multipart/form-data", &"x".repeat(1_000)),
            ("multipart/form-data; boundary=abc", body),
            ("text/plain", body),
        ] {
            assert_eq!(parts(content_type, body, 7).await, None, "{content_type}: {body:.40}");
        }
    }
}
