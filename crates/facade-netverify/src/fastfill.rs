//! `POST /api/netverify/v2/fastfill`: what stands on a document, to fill in a form with. Nothing is judged and nothing kept.

use axum::Json;
use axum::extract::State;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::http::{StatusCode, Uri};
use selfsame_facade_kit::{Form, bounded_part};
use serde_json::{Map, Value};

use crate::auth::Caller;
use crate::scans::data::reading_members;
use crate::words::unusable;
use crate::{ApiError, FASTFILL_LIMIT, FieldError, NetverifyState};

/// Of one picture.
const PICTURE_LIMIT: usize = 5 * 1024 * 1024;
const METADATA_LIMIT: usize = 64 * 1024;

/// Parts `metadata` (JSON), `frontsideImage` and, if there is one, `backsideImage`.
pub(crate) async fn handle(
    _: Caller,
    State(state): State<NetverifyState>,
    uri: Uri,
    form: Result<Form, MultipartRejection>,
) -> Result<Json<Value>, ApiError> {
    fill(&state, form).await.map_err(|error| error.at(&uri))
}

async fn fill(
    state: &NetverifyState,
    form: Result<Form, MultipartRejection>,
) -> Result<Json<Value>, ApiError> {
    let malformed = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(FASTFILL_LIMIT),
        _ => ApiError::bad_request("the multipart body is malformed or breaks off"),
    };
    let Form(mut form) = form.map_err(|_| ApiError::forbidden("Content-Type must be multipart/form-data"))?;
    let (mut metadata, mut front, mut back) = (false, None, None);
    while let Some(field) = form.next_field().await.map_err(malformed)? {
        let name = field.name().unwrap_or_default().to_owned();
        let (slot, most) = match name.as_str() {
            "metadata" => (None, METADATA_LIMIT),
            "frontsideImage" => (Some(&mut front), PICTURE_LIMIT),
            "backsideImage" => (Some(&mut back), PICTURE_LIMIT),
            _ => continue,
        };
        let bytes = bounded_part(field, most).await;
        let bytes = bytes.map_err(|error| ApiError::wrong_field(&name, error.to_string()))?;
        match slot {
            Some(slot) => {
                let checked = state.app.inspect_transaction_picture(&bytes);
                checked.map_err(|error| ApiError::wrong_field(&name, unusable(error.code(), &error)))?;
                *slot = Some(bytes);
            }
            None => {
                let object = serde_json::from_slice::<Map<String, Value>>(&bytes);
                object.map_err(|_| ApiError::wrong_field(&name, "must be a JSON object"))?;
                metadata = true;
            }
        }
    }
    let mut missing = Vec::new();
    for (name, there) in [("metadata", metadata), ("frontsideImage", front.is_some())] {
        if !there {
            missing.push(FieldError { field: name.to_owned(), message: "is missing".to_owned() });
        }
    }
    let (Some(front), true) = (front, missing.is_empty()) else { return Err(ApiError::wrong(missing)) };
    let reading = state.app.read_document(front, back).await?;
    let mut members = reading.map(|reading| reading_members(&reading)).unwrap_or_default();
    members.insert("timestamp".to_owned(), state.app.now().to_rfc3339().into());
    Ok(Json(members.into()))
}
