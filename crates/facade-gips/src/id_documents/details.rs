//! The part `DocumentCaptureDetails`: what the pictures are said to show.

use selfsame_domain::document::DocumentType;
use serde_json::Value;

use crate::{ApiError, words};

/// Characters that `source` may have.
const LONGEST_SOURCE: usize = 64;
/// Kosovo is on no list of the standard.
const KOSOVO: &str = "XKX";

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Details {
    pub(crate) kind: DocumentType,
    /// ISO 3166-1 alpha-3, or XKX.
    pub(crate) country: String,
    pub(crate) us_state: Option<String>,
}

/// `{"jurisdiction": "USA-CA", "documentType": "DRIVING_LICENSE", "source": "LIVE_CAPTURE_IMAGE"}`. What `source` says changes nothing.
pub(crate) fn parse(part: &str, bytes: &[u8]) -> Result<Details, ApiError> {
    let details = match serde_json::from_slice(bytes) {
        Ok(Value::Object(details)) => details,
        _ => {
            let message = format!(
                "{part} must be JSON, as in {{\"jurisdiction\": \"FRA\", \"documentType\": \"PASSPORT\"}}"
            );
            return Err(ApiError::format(part, message));
        }
    };
    let text = |name: &str| match details.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(ApiError::format(name, format!("{name} must be a string"))),
    };
    let required = |name: &str| text(name)?.ok_or_else(|| ApiError::missing(name));
    let (country, us_state) = jurisdiction(required("jurisdiction")?).ok_or_else(|| {
        let message =
            "jurisdiction must be an ISO 3166-1 alpha-3 code, with a subdivision of ISO 3166-2 where there is one, as in FRA or USA-CA";
        ApiError::not_allowed("jurisdiction", message)
    })?;
    let kind = words::document_type_named(required("documentType")?).ok_or_else(|| {
        let message = "documentType must be one of PASSPORT, IDENTITY_CARD, DRIVING_LICENSE, VISA";
        ApiError::not_allowed("documentType", message)
    })?;
    let source = text("source")?.unwrap_or_default();
    if source.chars().count() > LONGEST_SOURCE || source.chars().any(char::is_control) {
        let message = format!("source must have at most {LONGEST_SOURCE} printable characters");
        return Err(ApiError::format("source", message));
    }
    Ok(Details { kind, country, us_state })
}

/// Country, and state where it is one of the United States.
fn jurisdiction(text: &str) -> Option<(String, Option<String>)> {
    let (country, subdivision) = match text.split_once('-') {
        Some((country, subdivision)) => (country, Some(subdivision)),
        None => (text, None),
    };
    if country == KOSOVO {
        return subdivision.is_none().then(|| (country.to_owned(), None));
    }
    let known = rust_iso3166::from_alpha3(country).filter(|known| known.alpha3 == country)?;
    if let Some(subdivision) = subdivision {
        rust_iso3166::iso3166_2::from_code(&format!("{}-{subdivision}", known.alpha2))?;
    }
    let us_state = subdivision.filter(|_| country == "USA").map(str::to_owned);
    Some((country.to_owned(), us_state))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(details: &Value) -> Option<Details> {
        parse("DocumentCaptureDetails", details.to_string().as_bytes()).ok()
    }

    #[test]
    fn jurisdictions_are_countries_and_their_subdivisions() {
        let of = |text: &str| {
            let details = parsed(&json!({ "jurisdiction": text, "documentType": "PASSPORT" }))?;
            Some((details.country, details.us_state))
        };
        let country = |code: &str| Some((code.to_owned(), None));
        for code in ["FRA", "DEU", "USA", "XKX"] {
            assert_eq!(of(code), country(code), "{code}");
        }
        assert_eq!(of("USA-CA"), Some(("USA".to_owned(), Some("CA".to_owned()))));
        assert_eq!(of("AUS-NSW"), country("AUS"));
        for no in ["", "FR", "fra", "ZZZ", "USA-", "USA-ZZ", "FRA-CA", "XKX-CA", "USA-CA-LA", "-CA", "D"] {
            assert_eq!(of(no), None, "{no}");
        }
    }

    #[test]
    fn types_are_those_that_are_examined() {
        for (word, kind) in [
            ("PASSPORT", DocumentType::Passport),
            ("IDENTITY_CARD", DocumentType::IdentityCard),
            ("DRIVING_LICENSE", DocumentType::DrivingLicence),
            ("DRIVING_LICENCE", DocumentType::DrivingLicence),
            ("VISA", DocumentType::Visa),
        ] {
            let details =
                json!({ "jurisdiction": "FRA", "documentType": word, "source": "LIVE_CAPTURE_IMAGE" });
            assert_eq!(parsed(&details).map(|details| details.kind), Some(kind), "{word}");
        }
        for no in ["", "passport", "ID_CARD", "HEALTH_CARD"] {
            assert_eq!(parsed(&json!({ "jurisdiction": "FRA", "documentType": no })), None, "{no}");
        }
    }

    #[test]
    fn what_is_no_object_or_lacks_a_member_is_refused() {
        for no in [
            json!([]),
            json!("FRA"),
            json!({}),
            json!({ "jurisdiction": "FRA" }),
            json!({ "documentType": "PASSPORT" }),
            json!({ "jurisdiction": 7, "documentType": "PASSPORT" }),
            json!({ "jurisdiction": "FRA", "documentType": "PASSPORT", "source": {} }),
            json!({ "jurisdiction": "FRA", "documentType": "PASSPORT", "source": "x".repeat(65) }),
        ] {
            assert_eq!(parsed(&no), None, "{no}");
        }
        assert!(parse("DocumentCaptureDetails", b"\xff{").is_err());
    }
}
