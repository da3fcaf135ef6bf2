//! `POST /video-server/init-liveness-session`: opens a bio-session for one capture.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderName, StatusCode, header};
use selfsame_domain::{CallbackTarget, LivenessMode, NewBioSession, SecurityLevel};
use selfsame_facade_kit::OutboundUrlError;
use selfsame_verification::tenants::Recognised;
use serde::Deserialize;
use serde_json::Value;

use super::INIT_LIMIT;
use crate::{Accountable, ApiError, BioserverState};

/// Longest identifier that an integrator may attach.
const LONGEST_ID: usize = 255;
/// Most dots of an active challenge.
const MOST_CHALLENGES: u64 = 8;

/// Unknown members are ignored, as clients of older versions send some.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    liveness_mode: Option<Value>,
    security_level: Option<Value>,
    correlation_id: Option<Value>,
    evidence_id: Option<Value>,
    #[serde(rename = "callbackURL")]
    callback_url: Option<Value>,
    number_of_challenge: Option<Value>,
    image_storage_enabled: Option<Value>,
}

pub(crate) async fn handle(
    Accountable(Recognised { tenant, by }): Accountable,
    State(state): State<BioserverState>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, [(HeaderName, String); 1]), ApiError> {
    let body = body.map_err(|_| {
        ApiError::bad_request(format!("the body breaks off or is larger than {INIT_LIMIT} bytes"))
    })?;
    let request: Request = serde_json::from_slice(&body).map_err(|error| {
        ApiError::bad_request(format!("the body is not the JSON object that is expected: {error}"))
    })?;
    if let Some(Value::String(url)) = &request.callback_url
        && state.outbound.check(url).is_err_and(OutboundUrlError::is_guarded)
    {
        state.app.callback_refused(tenant, by);
    }
    let session = parse(&request, &state)?;
    let id = state.app.open_session(tenant, session).await?;
    // Clients take what follows `/bio-sessions/` as the id: nothing may stand behind it.
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/v2/bio-sessions/{id}"))]))
}

fn parse(request: &Request, state: &BioserverState) -> Result<NewBioSession, ApiError> {
    let mode = text("livenessMode", request.liveness_mode.as_ref())?
        .ok_or_else(|| ApiError::bad_request("livenessMode is missing"))
        .and_then(liveness_mode)?;
    let security_level = match text("securityLevel", request.security_level.as_ref())? {
        None | Some("HIGH") => SecurityLevel::High,
        Some("MEDIUM") => SecurityLevel::Medium,
        Some("LOW") => SecurityLevel::Low,
        Some(_) => return Err(ApiError::bad_request("securityLevel: must be one of LOW, MEDIUM, HIGH")),
    };
    let challenges = match &request.number_of_challenge {
        None | Some(Value::Null) => 2,
        Some(value) => {
            let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
            let number = number.filter(|number| (1..=MOST_CHALLENGES).contains(number));
            // Other modes ask for none, whatever it says.
            number.or((mode != LivenessMode::Active).then_some(2)).ok_or_else(|| {
                ApiError::bad_request(format!(
                    "numberOfChallenge: must be a number from 1 to {MOST_CHALLENGES}"
                ))
            })?
        }
    };
    let callback = match text("callbackURL", request.callback_url.as_ref())? {
        None => None,
        Some(url) => {
            let url = state
                .outbound
                .check(url)
                .map_err(|error| ApiError::bad_request(format!("callbackURL {error}")))?;
            Some(CallbackTarget { url: url.to_string(), dialect: crate::DIALECT.to_owned() })
        }
    };
    let image_storage = match &request.image_storage_enabled {
        None | Some(Value::Null) => true,
        Some(Value::Bool(enabled)) => *enabled,
        Some(Value::String(text)) if text == "true" => true,
        Some(Value::String(text)) if text == "false" => false,
        Some(_) => return Err(ApiError::bad_request("imageStorageEnabled: must be true or false")),
    };
    Ok(NewBioSession {
        mode,
        security_level,
        challenges: u8::try_from(challenges).unwrap_or(2),
        correlation_id: identifier("correlationId", request.correlation_id.as_ref())?,
        evidence_id: identifier("evidenceId", request.evidence_id.as_ref())?,
        callback,
        image_storage,
    })
}

/// The mode that a word of this dialect means.
///
/// # Errors
/// 400 for a mode that is not supported any more, or does not exist.
pub fn liveness_mode(word: &str) -> Result<LivenessMode, ApiError> {
    match word {
        "LIVENESS_PASSIVE" => Ok(LivenessMode::Passive),
        "LIVENESS_PASSIVE_VIDEO" => Ok(LivenessMode::PassiveVideo),
        // A misprint of the original's guide, and the name of its older versions.
        "LIVENESS_ACTIVE" | "LIVENESS_ACTIVES" | "LIVENESS_HIGH" => Ok(LivenessMode::Active),
        "LIVENESS_MEDIUM" => Err(ApiError::bad_request(
            "livenessMode: LIVENESS_MEDIUM is not supported any more; use LIVENESS_PASSIVE",
        )),
        _ => Err(ApiError::bad_request(
            "livenessMode: must be one of LIVENESS_PASSIVE, LIVENESS_PASSIVE_VIDEO, LIVENESS_ACTIVE",
        )),
    }
}

fn text<'a>(name: &str, value: Option<&'a Value>) -> Result<Option<&'a str>, ApiError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ApiError::bad_request(format!("{name}: must be a string"))),
    }
}

fn identifier(name: &str, value: Option<&Value>) -> Result<Option<String>, ApiError> {
    let Some(text) = text(name, value)? else { return Ok(None) };
    if text.chars().count() > LONGEST_ID || text.chars().any(char::is_control) {
        return Err(ApiError::bad_request(format!(
            "{name}: must have at most {LONGEST_ID} printable characters"
        )));
    }
    Ok(Some(text.to_owned()))
}
