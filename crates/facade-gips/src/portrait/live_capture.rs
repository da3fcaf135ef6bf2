//! `POST /gips/v1/identities/{id}/attributes/portrait/live-capture-session`, in older documents `live-capture-video-session`: opens a
//! bio-session that a browser captures.

use axum::Json;
use axum::extract::{Path, State};
use selfsame_domain::{EvidenceKind, LivenessMode, SecurityLevel};
use selfsame_verification::identities::NewLiveCapture;
use serde_json::{Value, json};

use crate::body::Loose;
use crate::{ApiError, Caller, GipsState, identity_id, words};

/// Most dots of an active challenge.
const MOST_CHALLENGES: u64 = 8;

/// 200 with the portrait's id and the bio-session's. The body may be JSON, a form, or nothing: then the person follows a challenge,
/// at the highest level.
pub(crate) async fn handle(
    Caller(tenant): Caller,
    State(state): State<GipsState>,
    Path(identity): Path<String>,
    Loose(body): Loose,
) -> Result<Json<Value>, ApiError> {
    let id = identity_id(&identity)?;
    let new = parse(&body)?;
    let evidence = state.app.open_live_capture(tenant, id, new).await?;
    let mut answer = json!({
        "status": words::evidence_status(&evidence.state),
        "type": words::evidence_type(evidence.kind),
        "id": evidence.id.to_string(),
        "livenessParameters": {
            "type": words::mode(new.mode),
            "securityLevel": words::security_level(new.security_level),
            "nbChallenge": new.challenges,
        },
    });
    if let EvidenceKind::LivePortrait { session_id, .. } = evidence.kind {
        answer["sessionId"] = session_id.to_string().into();
    }
    Ok(Json(answer))
}

fn parse(body: &Value) -> Result<NewLiveCapture, ApiError> {
    if !matches!(body, Value::Null | Value::Object(_)) {
        return Err(ApiError::format(
            "",
            "the body must be an object with type, securityLevel and nbChallenge, or empty",
        ));
    }
    let mode = match text(body, "type")? {
        None | Some("LIVENESS_HIGH" | "LIVENESS_ACTIVE" | "LIVENESS_ACTIVES") => LivenessMode::Active,
        Some("LIVENESS_PASSIVE") => LivenessMode::Passive,
        Some("LIVENESS_PASSIVE_VIDEO") => LivenessMode::PassiveVideo,
        Some(_) => {
            return Err(ApiError::not_allowed(
                "type",
                "type must be one of LIVENESS_PASSIVE, LIVENESS_PASSIVE_VIDEO, LIVENESS_ACTIVE, LIVENESS_HIGH",
            ));
        }
    };
    let security_level = match text(body, "securityLevel")? {
        None | Some("HIGH") => SecurityLevel::High,
        Some("MEDIUM") => SecurityLevel::Medium,
        Some("LOW") => SecurityLevel::Low,
        Some(_) => {
            return Err(ApiError::not_allowed(
                "securityLevel",
                "securityLevel must be one of LOW, MEDIUM, HIGH",
            ));
        }
    };
    let challenges = match body.get("nbChallenge") {
        None | Some(Value::Null) => 2,
        Some(value) => value
            .as_u64()
            .or_else(|| value.as_str()?.parse().ok())
            .filter(|number| (1..=MOST_CHALLENGES).contains(number))
            .and_then(|number| u8::try_from(number).ok())
            // Other modes ask for none, whatever it says.
            .or((mode != LivenessMode::Active).then_some(2))
            .ok_or_else(|| {
                let message = format!("nbChallenge must be a number from 1 to {MOST_CHALLENGES}");
                ApiError::not_allowed("nbChallenge", message)
            })?,
    };
    Ok(NewLiveCapture { mode, security_level, challenges })
}

fn text<'a>(body: &'a Value, name: &str) -> Result<Option<&'a str>, ApiError> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ApiError::format(name, format!("{name} must be a string"))),
    }
}
