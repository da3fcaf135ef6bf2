//! `POST /api/netverify/v2/performNetverify`

mod consent;
mod picture;
mod reader;
mod request;

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use axum::response::{IntoResponse as _, Response};
use selfsame_domain::transaction::{PictureFormat, TransactionPolicy};
use selfsame_facade_kit::{OutboundUrlError, check_json_shape};
use selfsame_verification::tenants::Recognised;
use serde_json::{Value, json};

pub(crate) use picture::{format_of, mime};
pub use reader::FieldError;
use request::{PerformRequest, Refusal, Rules, parse};

use crate::auth::{Caller, check_body_headers};
use crate::words::unusable;
use crate::{ApiError, NetverifyState, PERFORM_LIMIT};

/// What is wrong with the consent or missing from it, while its rules are not enforced.
const WARNINGS: HeaderName = HeaderName::from_static("selfsame-warnings");

/// 200 with the reference, once everything is stored; the verdict comes later.
pub(crate) async fn handle(
    Caller(caller): Caller,
    State(state): State<NetverifyState>,
    uri: Uri,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    perform(caller, &state, &headers, request).await.map_err(|error| error.at(&uri))
}

async fn perform(
    caller: Recognised,
    state: &NetverifyState,
    headers: &HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let length = check_body_headers(headers)?;
    if length > PERFORM_LIMIT {
        return Err(ApiError::too_large(PERFORM_LIMIT));
    }
    let body = Bytes::from_request(request, &()).await.map_err(|_| ApiError::too_large(PERFORM_LIMIT))?;
    // What holds for the tenant is read once: the whole request goes by it.
    let tenant = caller.tenant;
    let policy = Arc::new(state.app.transaction_policy(tenant).await?);
    let (parsing, rules) = (state.clone(), Arc::clone(&policy));
    let now = state.app.now();
    let parsed = tokio::task::spawn_blocking(move || read(body, caller, &parsing, &rules, now))
        .await
        .map_err(|_| ApiError::internal())??;
    let PerformRequest { scan, claims, pictures, warnings } = parsed;
    let scan = state.app.open_transaction(tenant, &policy, scan, &claims, pictures).await?;
    if !warnings.is_empty() {
        tracing::warn!(scan = %scan.id, faults = warnings.len(), "a scan was accepted that breaks rules of consent");
    }
    let body = json!({
        "timestamp": scan.created_at.to_rfc3339(),
        "jumioIdScanReference": scan.id.to_string(),
    });
    let mut response = Json(body).into_response();
    let warnings: Vec<String> =
        warnings.iter().map(|missed| format!("{} {}", missed.field, missed.message)).collect();
    if let Ok(value) = HeaderValue::from_str(&warnings.join("; "))
        && !warnings.is_empty()
    {
        response.headers_mut().insert(WARNINGS, value);
    }
    Ok(response)
}

/// Takes a while for large pictures: runs on a blocking thread.
fn read(
    body: Bytes,
    caller: Recognised,
    state: &NetverifyState,
    policy: &TransactionPolicy,
    now: selfsame_domain::Timestamp,
) -> Result<PerformRequest, ApiError> {
    check_json_shape(&body).map_err(|error| ApiError::bad_request(error.to_string()))?;
    let members = serde_json::from_slice(&body);
    // What follows holds the pictures a second time.
    drop(body);
    let members = match members {
        Ok(Value::Object(members)) => members,
        Ok(_) => return Err(ApiError::bad_request("the body must be a JSON object")),
        // Says where, and quotes nothing of it.
        Err(error) => {
            let message = format!("the body is not JSON: line {}, column {}", error.line(), error.column());
            return Err(ApiError::bad_request(message));
        }
    };
    if let Some(Value::String(url)) = members.get("callbackUrl")
        && state.outbound.check(url).is_err_and(OutboundUrlError::is_guarded)
    {
        state.app.callback_refused(caller.tenant, caller.by);
    }
    let inspect = |bytes: &[u8]| -> Result<PictureFormat, String> {
        state.app.inspect_transaction_picture(bytes).map_err(|error| unusable(error.code(), &error))
    };
    let rules = Rules {
        policy,
        outbound: state.outbound,
        max_bytes: state.app.settings().images.max_bytes,
        inspect: &inspect,
        now,
    };
    parse(members, &rules).map_err(|refusal| match refusal {
        Refusal::Suspicious(field) => ApiError::forbidden(format!("{field} holds control characters")),
        Refusal::Wrong(fields) => ApiError::wrong(fields),
    })
}
