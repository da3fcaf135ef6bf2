//! `GET /gips/v1/identities/{id}/proof`: a signed statement on what is known, and the portrait that it is about.

use axum::extract::{Path, State};
use axum::response::Response;
use selfsame_domain::IdentityStatus;
use selfsame_verification::tenants::Recognised;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::form::{Part, answer};
use crate::portrait::part;
use crate::{Accountable, ApiError, GipsState, identity_id, words};

/// 200 multipart: first `Proof`, a JWS (compact, RS256) over the statement; then `Portrait`, if there is one, whose SHA-256 the
/// statement holds. 403 while PROCESSING: a statement must not be out of date the moment it is signed.
pub(crate) async fn handle(
    Accountable(Recognised { tenant, by }): Accountable,
    State(state): State<GipsState>,
    Path(identity): Path<String>,
) -> Result<Response, ApiError> {
    let id = identity_id(&identity)?;
    let record = state.app.identity(tenant, id).await?;
    match record.assessment.status {
        IdentityStatus::Processing => return Err(ApiError::still_processing()),
        IdentityStatus::ExpectingInput => {}
    }
    let portrait = state.app.portrait_image(tenant, by, id).await?;
    let mut statement = words::identity(&record, true);
    statement["evidences"] = Value::Array(
        [record.portrait(), record.reference(), record.document()]
            .into_iter()
            .flatten()
            .map(words::detailed_evidence)
            .collect(),
    );
    if let Some(jpeg) = &portrait {
        statement["portraitImage"] = json!({
            "hash": hex::encode(Sha256::digest(jpeg)), "hashAlgorithm": "SHA_256", "contentType": "image/jpeg",
        });
    }
    let proof = state.app.sign(&statement)?.into_bytes();
    let mut parts =
        vec![Part { name: "Proof", filename: "proof.jws", content_type: "application/jose", body: proof }];
    parts.extend(portrait.map(part));
    Ok(answer(id.as_uuid(), &parts))
}
