//! `POST /gips/v1/identities/{id}/id-documents/capture` and `GET …/id-documents/{evidence}/capture`: pictures of an identity document.

use axum::Json;
use axum::extract::{FromRequest as _, Path, Request, State};
use axum::response::Response;
use selfsame_domain::transaction::{PartRole, PictureFormat};
use selfsame_facade_kit::{Form, bounded_part};
use selfsame_verification::identities::NewDocument;
use selfsame_verification::tenants::Recognised;
use serde_json::{Value, json};

use super::details::{self, Details};
use crate::form::{Part, answer};
use crate::{Accountable, ApiError, Caller, GipsState, JSON_LIMIT, evidence_id, identity_id, words};

const FRONT: &str = "DocumentFront";
const BACK: &str = "DocumentBack";
const DETAILS: &str = "DocumentCaptureDetails";

/// 200 with the document's id, PROCESSING: it is examined in the background. The parts are `DocumentFront`, `DocumentBack` where there is
/// one, and `DocumentCaptureDetails`, JSON.
pub(crate) async fn post(
    Caller(tenant): Caller,
    State(state): State<GipsState>,
    Path(identity): Path<String>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let id = identity_id(&identity)?;
    let new = parse(request, &state).await?;
    let evidence = state.app.add_document(tenant, id, new).await?;
    Ok(Json(json!({
        "status": words::evidence_status(&evidence.state),
        "type": words::evidence_type(evidence.kind),
        "id": evidence.id.to_string(),
    })))
}

async fn parse(request: Request, state: &GipsState) -> Result<NewDocument, ApiError> {
    let most = state.app.settings().images.max_bytes;
    let Form(mut form) = Form::from_request(request, state).await.map_err(|_| {
        let message = format!("the body must be multipart/form-data with the part {FRONT}");
        ApiError::format(FRONT, message)
    })?;
    let (mut front, mut back, mut details) = (None, None, None);
    while let Some(part) = form
        .next_field()
        .await
        .map_err(|_| ApiError::format(FRONT, "the multipart body is malformed, breaks off or is too large"))?
    {
        let named = |known: &&str| part.name().is_some_and(|name| name.eq_ignore_ascii_case(known));
        let Some(name) = [FRONT, BACK, DETAILS].into_iter().find(|known| named(known)) else { continue };
        let (slot, most) = match name {
            FRONT => (&mut front, most),
            BACK => (&mut back, most),
            _ => (&mut details, JSON_LIMIT),
        };
        if slot.is_some() {
            return Err(ApiError::format(name, format!("the part {name} may be sent once")));
        }
        let bytes = bounded_part(part, most).await;
        *slot = Some(bytes.map_err(|error| ApiError::format(name, error.to_string()))?);
    }
    let details = details.ok_or_else(|| ApiError::missing(DETAILS))?;
    let Details { kind, country, us_state } = details::parse(DETAILS, &details)?;
    // Forms of browsers send a part without bytes where nothing was chosen.
    let sent = |picture: Option<Vec<u8>>| picture.filter(|bytes| !bytes.is_empty());
    let front = sent(front).ok_or_else(|| ApiError::missing(FRONT))?;
    let mut pictures = Vec::new();
    for (side, name, picture) in [(PartRole::Front, FRONT, Some(front)), (PartRole::Back, BACK, sent(back))] {
        let Some(bytes) = picture else { continue };
        let format = state.app.inspect_transaction_picture(&bytes);
        pictures.push((side, format.map_err(|error| ApiError::picture(name, error))?, bytes));
    }
    Ok(NewDocument { kind, country, us_state, pictures })
}

/// 200 multipart with the parts `DocumentFront` and, where it was sent, `DocumentBack`, as they were sent; 404 where there is no such
/// document.
pub(crate) async fn get(
    Accountable(Recognised { tenant, by }): Accountable,
    State(state): State<GipsState>,
    Path((identity, evidence)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (id, evidence) = (identity_id(&identity)?, evidence_id(&evidence)?);
    let pictures = state.app.document_pictures(tenant, by, id, evidence).await?;
    let parts: Vec<Part> = pictures.ok_or_else(ApiError::no_evidence)?.into_iter().filter_map(part).collect();
    Ok(answer(evidence.as_uuid(), &parts))
}

fn part((side, format, body): (PartRole, PictureFormat, Vec<u8>)) -> Option<Part> {
    let (name, filename) = match (side, format) {
        (PartRole::Front, PictureFormat::Jpeg) => (FRONT, "front.jpg"),
        (PartRole::Front, PictureFormat::Png) => (FRONT, "front.png"),
        (PartRole::Back, PictureFormat::Jpeg) => (BACK, "back.jpg"),
        (PartRole::Back, PictureFormat::Png) => (BACK, "back.png"),
        // No part of a document.
        (PartRole::Face, _) => return None,
    };
    // Labelled as the portrait is.
    Some(Part { name, filename, content_type: "application/octet-stream", body })
}
