//! `POST /gips/v1/identities`: opens an identity.

use axum::Json;
use axum::extract::State;
use selfsame_domain::{CallbackTarget, NewIdentity};
use selfsame_facade_kit::OutboundUrlError;
use selfsame_verification::tenants::Recognised;
use serde_json::Value;

use crate::body::{CONTEXT, Loose};
use crate::{Accountable, ApiError, DIALECT, GipsState, words};

/// Pairs that one identity may be opened with.
const MOST_PAIRS: usize = 16;
const LONGEST_KEY: usize = 64;
const LONGEST_VALUE: usize = 255;
/// The pair that names where the end of live captures is told. Ours: the original sets it up in its portal.
const CALLBACK: &str = "CALLBACK_URL";

/// 200 with status and level. The body may be pairs `[{"key", "value"}]`, an object or a form of them, or nothing.
pub(crate) async fn handle(
    Accountable(Recognised { tenant, by }): Accountable,
    State(state): State<GipsState>,
    Loose(body): Loose,
) -> Result<Json<Value>, ApiError> {
    if names_guarded_callback(&body, &state) {
        state.app.callback_refused(tenant, by);
    }
    let request = parse(&body, &state)?;
    let record = state.app.open_identity(tenant, request).await?;
    Ok(Json(words::global_status(&record)))
}

/// Whether the callback lies where callers may not send the server.
fn names_guarded_callback(body: &Value, state: &GipsState) -> bool {
    let named = pairs(body).unwrap_or_default().into_iter().filter(|(key, _)| *key == CALLBACK);
    let mut urls = named.filter_map(|(_, value)| value.as_str());
    urls.any(|url| state.outbound.check(url).is_err_and(OutboundUrlError::is_guarded))
}

fn parse(body: &Value, state: &GipsState) -> Result<NewIdentity, ApiError> {
    let pairs = pairs(body)?;
    if pairs.len() > MOST_PAIRS {
        return Err(ApiError::not_allowed(
            "",
            format!("an identity may have at most {MOST_PAIRS} pairs of key and value"),
        ));
    }
    let mut request = NewIdentity::default();
    for (key, value) in pairs {
        let Value::String(value) = value else {
            return Err(ApiError::format("value", "the value of a pair must be a string"));
        };
        if key == CALLBACK {
            let url = state
                .outbound
                .check(value)
                .map_err(|error| ApiError::not_allowed(CALLBACK, format!("{CALLBACK} {error}")))?;
            request.callback = Some(CallbackTarget { url: url.to_string(), dialect: DIALECT.to_owned() });
            continue;
        }
        printable("key", key, LONGEST_KEY)?;
        printable("value", value, LONGEST_VALUE)?;
        request.context.push((key.to_owned(), value.clone()));
    }
    Ok(request)
}

/// The pairs of a body. The context may be the whole of it, or stand in it under its name.
fn pairs(body: &Value) -> Result<Vec<(&str, &Value)>, ApiError> {
    match body {
        Value::Null => Ok(Vec::new()),
        Value::Object(members) => {
            let mut pairs = Vec::new();
            for (key, value) in members {
                match value {
                    Value::Array(context) if key.eq_ignore_ascii_case(CONTEXT) => {
                        let named: Vec<_> = context.iter().map(pair).collect::<Result<_, _>>()?;
                        pairs.extend(named);
                    }
                    Value::Object(context) if key.eq_ignore_ascii_case(CONTEXT) => {
                        pairs.extend(context.iter().map(|(key, value)| (key.as_str(), value)));
                    }
                    _ => pairs.push((key.as_str(), value)),
                }
            }
            Ok(pairs)
        }
        Value::Array(pairs) => pairs.iter().map(pair).collect(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Err(no_pairs()),
    }
}

fn pair(entry: &Value) -> Result<(&str, &Value), ApiError> {
    match (entry.get("key"), entry.get("value")) {
        (Some(Value::String(key)), Some(value)) => Ok((key, value)),
        _ => Err(no_pairs()),
    }
}

fn no_pairs() -> ApiError {
    ApiError::format(
        "",
        "the body must be pairs, as in [{\"key\": \"BUSINESS_ID\", \"value\": \"LOA1P\"}], or empty",
    )
}

fn printable(field: &str, text: &str, most: usize) -> Result<(), ApiError> {
    if text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(ApiError::format(
            field,
            format!("{field} must have at most {most} printable characters"),
        ));
    }
    Ok(())
}
