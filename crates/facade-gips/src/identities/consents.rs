//! `/gips/v1/identities/{id}/consents`: what the person said, as the integrator reports it.

use axum::Json;
use axum::extract::{Path, State};
use selfsame_domain::{ConsentKind, NewConsent, Timestamp};
use serde_json::Value;

use crate::body::Loose;
use crate::moment::{self, End};
use crate::{ApiError, Caller, GipsState, identity_id, words};

/// Every consent on record, oldest first.
pub(crate) async fn get(
    Caller(tenant): Caller,
    State(state): State<GipsState>,
    Path(identity): Path<String>,
) -> Result<Json<Vec<Value>>, ApiError> {
    let record = state.app.identity(tenant, identity_id(&identity)?).await?;
    Ok(Json(record.consents.iter().map(words::consent).collect()))
}

/// 200 with an array in the order of the request's, also for a request with one consent alone.
pub(crate) async fn post(
    Caller(tenant): Caller,
    State(state): State<GipsState>,
    Path(identity): Path<String>,
    Loose(body): Loose,
) -> Result<Json<Vec<Value>>, ApiError> {
    let id = identity_id(&identity)?;
    let said = parse(&body)?;
    let consents = state.app.add_consents(tenant, id, said).await?;
    Ok(Json(consents.iter().map(words::consent).collect()))
}

fn parse(body: &Value) -> Result<Vec<NewConsent>, ApiError> {
    match body {
        Value::Array(consents) if !consents.is_empty() => consents.iter().map(one).collect(),
        Value::Object(_) => Ok(vec![one(body)?]),
        _ => Err(ApiError::format(
            "consents",
            "the body must be consents, as in [{\"approved\": true, \"type\": \"PORTRAIT\"}]",
        )),
    }
}

fn one(consent: &Value) -> Result<NewConsent, ApiError> {
    let kind = match consent.get("type") {
        None | Some(Value::Null) => return Err(ApiError::missing("type")),
        Some(Value::String(text)) if text == "PORTRAIT" => ConsentKind::Portrait,
        Some(Value::String(text)) if text == "GIV" => ConsentKind::IdentityVerification,
        Some(_) => return Err(ApiError::not_allowed("type", "type must be PORTRAIT or GIV")),
    };
    let approved = match consent.get("approved") {
        None | Some(Value::Null) => return Err(ApiError::missing("approved")),
        Some(Value::Bool(approved)) => *approved,
        Some(_) => return Err(ApiError::format("approved", "approved must be true or false")),
    };
    let period = match consent.get("validityPeriod") {
        None | Some(Value::Null) => None,
        Some(period @ Value::Object(_)) => Some(period),
        Some(_) => {
            return Err(ApiError::format(
                "validityPeriod",
                "validityPeriod must be an object with from and to",
            ));
        }
    };
    let (valid_from, valid_to) = (bound(period, "from", End::From)?, bound(period, "to", End::To)?);
    if valid_from.zip(valid_to).is_some_and(|(from, to)| from > to) {
        return Err(ApiError::not_allowed("validityPeriod", "validityPeriod ends before it begins"));
    }
    Ok(NewConsent { kind, approved, valid_from, valid_to })
}

fn bound(period: Option<&Value>, name: &str, end: End) -> Result<Option<Timestamp>, ApiError> {
    let wrong = || ApiError::format(name, format!("{name} must be a date, as in 2018-01-01"));
    match period.and_then(|period| period.get(name)) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => moment::parse(text, end).map(Some).ok_or_else(wrong),
        Some(_) => Err(wrong()),
    }
}
