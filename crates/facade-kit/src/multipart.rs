//! Parts of a form, read within bounds.

use axum::extract::multipart::Field;
use axum::http::StatusCode;

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
