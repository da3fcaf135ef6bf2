//! `GET /gips/v1/identities/{id}[?detailed=true]`

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::Value;

use crate::{ApiError, Caller, GipsState, identity_id, words};

pub(crate) async fn handle(
    Caller(tenant): Caller,
    State(state): State<GipsState>,
    Path(identity): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let id = identity_id(&identity)?;
    let detailed =
        match query.as_deref().unwrap_or("").split('&').find_map(|pair| pair.strip_prefix("detailed=")) {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(ApiError::format("detailed", "detailed must be true or false")),
        };
    let record = state.app.identity(tenant, id).await?;
    Ok(Json(words::identity(&record, detailed)))
}
