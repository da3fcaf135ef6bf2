//! `GET /api/netverify/v2/supportedIdTypes`, `…/acceptedIdTypes`

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use selfsame_domain::document::DocumentType;
use serde_json::{Value, json};

use selfsame_verification::tenants::Recognised;

use crate::auth::Anyone;
use crate::{ApiError, NetverifyState, country, words};

/// The member that holds what can be read.
const SUPPORTED: &str = "supportedIdTypes";
/// The member that holds what the tenant accepts.
const ACCEPTED: &str = "acceptedIdTypes";

/// What can be read.
pub(crate) async fn supported(
    _: Anyone,
    State(state): State<NetverifyState>,
) -> Result<Json<Value>, ApiError> {
    let countries = listed(&DocumentType::ALL, &[]);
    Ok(Json(json!({ "timestamp": state.app.now().to_rfc3339(), SUPPORTED: countries })))
}

/// What the tenant's settings accept of it.
pub(crate) async fn accepted(
    Anyone(Recognised { tenant, .. }): Anyone,
    State(state): State<NetverifyState>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    let policy =
        state.app.transaction_policy(tenant).await.map_err(|error| ApiError::from(error).at(&uri))?;
    let countries = listed(&policy.accepted_kinds, &policy.accepted_countries);
    Ok(Json(json!({ "timestamp": state.app.now().to_rfc3339(), ACCEPTED: countries })))
}

/// `only`: alpha-3 codes; empty: all.
fn listed(kinds: &[DocumentType], only: &[String]) -> Vec<Value> {
    let kinds: Vec<Value> = kinds
        .iter()
        .map(|kind| {
            json!({ "idType": words::id_type(*kind), "acquisitionConfig": { "backSide": kind.has_back() } })
        })
        .collect();
    country::all()
        .into_iter()
        .filter(|country| only.is_empty() || only.iter().any(|code| code == country.alpha3))
        .map(
            |country| json!({ "countryCode": country.alpha3, "countryName": country.name, "idTypes": kinds }),
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_names_the_member_of_each_list() {
        let guide = include_str!("../../../docs/api-netverify.md");
        let row =
            guide.lines().find(|line| line.starts_with("| `GET /supportedIdTypes`, `/acceptedIdTypes`"));
        let row = row.expect("a row");
        for member in [SUPPORTED, ACCEPTED] {
            assert!(row.contains(&format!("{{timestamp, {member}: […]}}")), "{member}: {row}");
        }
    }

    #[test]
    fn lists_what_is_accepted_alone() {
        let listed = listed(&[DocumentType::IdentityCard], &["XKX".to_owned()]);
        let expected = json!([{
            "countryCode": "XKX",
            "countryName": "Kosovo",
            "idTypes": [{ "idType": "ID_CARD", "acquisitionConfig": { "backSide": true } }],
        }]);
        assert_eq!(Value::from(listed), expected);
    }
}
