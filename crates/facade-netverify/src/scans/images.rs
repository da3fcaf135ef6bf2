//! `GET /api/netverify/v2/scans/{reference}/images[/{front,back,face}]`, and the addresses that callbacks name.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse as _, Response};
use selfsame_domain::transaction::{PartRole, PictureFormat};
use selfsame_verification::tenants::Recognised;
use serde_json::{Map, Value, json};

use super::{scan_id, stamped};
use crate::auth::Administrator;
use crate::perform::{format_of, mime};
use crate::{ApiError, NetverifyState, words};

/// `{timestamp, scanReference, images: [{classifier, href}], livenessImages: []}`
pub(crate) async fn list(
    Administrator(Recognised { tenant, .. }): Administrator,
    State(state): State<NetverifyState>,
    Path(scan): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    let id = scan_id(&scan).map_err(|error| error.at(&uri))?;
    let record = state.app.transaction(tenant, id).await.map_err(|error| ApiError::from(error).at(&uri))?;
    let images: Vec<Value> = PartRole::ALL
        .into_iter()
        .filter(|side| record.transaction.request.has(*side))
        .map(|side| {
            let side = words::side(side);
            let href = format!("{}/api/netverify/v2/scans/{id}/images/{side}", state.public_url);
            json!({ "classifier": side, "href": href })
        })
        .collect();
    let mut members = Map::new();
    members.insert("images".to_owned(), images.into());
    members.insert("livenessImages".to_owned(), json!([]));
    Ok(Json(stamped(&state, id, members)))
}

/// The picture, as JPEG or PNG by `Accept`; as it was sent where that takes both.
pub(crate) async fn one(
    Administrator(Recognised { tenant, by }): Administrator,
    State(state): State<NetverifyState>,
    Path((scan, side)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let found = async {
        let id = scan_id(&scan)?;
        let side = PartRole::ALL.into_iter().find(|known| words::side(*known) == side);
        let side = side.ok_or_else(ApiError::not_found)?;
        let picture = state.app.transaction_picture(tenant, by, id, side, wanted(&headers)).await?;
        picture.ok_or_else(ApiError::not_found)
    };
    let (format, bytes) = found.await.map_err(|error: ApiError| error.at(&uri))?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(mime(format)))], bytes).into_response())
}

/// Pictures that were sent have no frames of a liveness check.
pub(crate) async fn liveness(_: Administrator, uri: Uri) -> ApiError {
    ApiError::not_found().at(&uri)
}

/// The one format that is asked for; `None` when it is both, or neither.
fn wanted(headers: &HeaderMap) -> Option<PictureFormat> {
    let accepts = headers.get(header::ACCEPT)?.to_str().ok()?.to_lowercase();
    // A browser that takes any picture names PNG among others.
    if ["*/*", "image/*"].iter().any(|any| accepts.contains(any)) {
        return None;
    }
    let named = |format| accepts.split(',').any(|range| format_of(range) == Some(format));
    match (named(PictureFormat::Jpeg), named(PictureFormat::Png)) {
        (true, false) => Some(PictureFormat::Jpeg),
        (false, true) => Some(PictureFormat::Png),
        (true, true) | (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_decides_where_it_names_one() {
        for (accept, expected) in [
            ("image/jpeg", Some(PictureFormat::Jpeg)),
            ("image/png", Some(PictureFormat::Png)),
            ("image/jpg", Some(PictureFormat::Jpeg)),
            ("text/html, image/JPG;q=0.5", Some(PictureFormat::Jpeg)),
            ("image/jpeg, image/png", None),
            ("*/*", None),
            ("image/avif,image/webp,image/png,image/*;q=0.8,*/*;q=0.5", None),
            ("application/json", None),
        ] {
            let headers: HeaderMap =
                [(header::ACCEPT, HeaderValue::from_static(accept))].into_iter().collect();
            assert_eq!(wanted(&headers), expected, "{accept}");
        }
        assert_eq!(wanted(&HeaderMap::new()), None);
    }
}
