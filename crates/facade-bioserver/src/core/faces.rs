//! `POST /bioserver-app/v2/bio-sessions/{id}/faces`: adds the largest face of a picture to the session; `GET`: those it has.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use selfsame_domain::{FaceImageType, Personal};
use selfsame_facade_kit::{Form, bounded_part};
use selfsame_verification::faces::NewFace;
use serde::Deserialize;
use serde_json::Value;

use super::session_id;
use crate::{ApiError, BioserverState, Caller, words};

const LONGEST_NAME: usize = 255;
const FACE_PART_LIMIT: usize = 16 * 1024;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct FacePart {
    image_type: Option<String>,
    friendly_name: Option<String>,
    /// Clients send the string "true".
    image_rotation_enabled: Option<Value>,
}

pub(crate) async fn list(
    Caller(tenant): Caller,
    State(state): State<BioserverState>,
    Path(session): Path<String>,
) -> Result<Json<Vec<Value>>, ApiError> {
    let faces = state.app.faces(tenant, session_id(&session)?).await?;
    Ok(Json(faces.iter().map(words::face_json).collect()))
}

pub(crate) async fn handle(
    Caller(tenant): Caller,
    State(state): State<BioserverState>,
    Path(session): Path<String>,
    form: Result<Form, MultipartRejection>,
) -> Result<(StatusCode, [(HeaderName, String); 1]), ApiError> {
    let session = session_id(&session)?;
    let Form(mut form) = form.map_err(|_| {
        ApiError::bad_request("the body must be multipart/form-data with the parts image and face")
    })?;
    let most = state.app.settings().images.max_bytes;
    let (mut image, mut face) = (None, None);
    while let Some(part) = form
        .next_field()
        .await
        .map_err(|_| ApiError::bad_request("the multipart body is malformed, breaks off or is too large"))?
    {
        match part.name() {
            Some("image") if image.is_none() => image = Some(bounded_part(part, most).await?),
            Some("face") if face.is_none() => face = Some(bounded_part(part, FACE_PART_LIMIT).await?),
            Some("image" | "face") => {
                return Err(ApiError::bad_request("the parts image and face may be sent once each"));
            }
            _ => {}
        }
    }
    // After the body was read: a client that is still sending would see a broken connection instead of the answer.
    state.app.session(tenant, session).await?;
    let image = image.ok_or_else(|| ApiError::bad_request("the part image is missing"))?;
    let face: FacePart = match face {
        None => FacePart::default(),
        Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
            ApiError::bad_request(format!("the part face is not the JSON that is expected: {error}"))
        })?,
    };
    let new = parse(face)?;
    let added = state.app.add_face(tenant, session, image, new).await?;
    let location = format!("/v2/bio-sessions/{session}/faces/{}", added.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)]))
}

fn parse(face: FacePart) -> Result<NewFace, ApiError> {
    let image_type = match face.image_type.as_deref() {
        None | Some("SELFIE") => FaceImageType::Selfie,
        Some("ID_DOCUMENT") => FaceImageType::IdDocument,
        Some(_) => return Err(ApiError::bad_request("imageType: must be SELFIE or ID_DOCUMENT")),
    };
    if face
        .friendly_name
        .as_ref()
        .is_some_and(|name| name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control))
    {
        return Err(ApiError::bad_request(format!(
            "friendlyName: must have at most {LONGEST_NAME} printable characters"
        )));
    }
    let try_rotations = match face.image_rotation_enabled {
        None | Some(Value::Null) => false,
        Some(Value::Bool(enabled)) => enabled,
        Some(Value::String(text)) if text == "true" => true,
        Some(Value::String(text)) if text == "false" => false,
        Some(_) => return Err(ApiError::bad_request("imageRotationEnabled: must be true or false")),
    };
    Ok(NewFace { image_type, friendly_name: face.friendly_name.map(Personal::new), try_rotations })
}
