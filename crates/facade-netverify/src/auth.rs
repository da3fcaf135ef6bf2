//! Who calls: HTTP Basic (RFC 7617), and the headers that every honest client sends.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use selfsame_domain::SecretString;
use selfsame_facade_kit::Visit;
use selfsame_verification::audit::NotRecognised;
use selfsame_verification::tenants::{PairFor, Recognised};

use crate::{ApiError, NetverifyState};

/// Longest token and longest secret that are looked at.
const LONGEST: usize = 256;
/// Longest `User-Agent` that is not suspicious.
const LONGEST_AGENT: usize = 512;

/// The caller, for what makes transactions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller(pub(crate) Recognised);

/// The caller, for what is about no transaction: by either kind of pair.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Anyone(pub(crate) Recognised);

/// The caller, for what reads and deletes results: by the pair for that, if the tenant has one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Administrator(pub(crate) Recognised);

macro_rules! shown_for {
    ($caller:ident, $needed:expr) => {
        impl<S> FromRequestParts<S> for $caller
        where
            NetverifyState: FromRef<S>,
            S: Send + Sync,
        {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
                caller(parts, &NetverifyState::from_ref(state), $needed).await.map(Self)
            }
        }
    };
}

shown_for!(Caller, PairFor::Transactions);
shown_for!(Anyone, PairFor::Lists);
shown_for!(Administrator, PairFor::Results);

async fn caller(parts: &Parts, state: &NetverifyState, needed: PairFor) -> Result<Recognised, ApiError> {
    let visit = Visit::of(&parts.extensions);
    let address = visit.map(Visit::client);
    let found = async {
        check_agent(&parts.headers)?;
        let found = match pair(&parts.headers) {
            Ok((token, secret)) => state.app.recognise_pair(&token, secret.expose(), needed, address).await?,
            Err(error) if error.is_unauthorized() => {
                state.app.caller_not_recognised(NotRecognised::Malformed, None, address);
                None
            }
            Err(error) => {
                state.app.caller_not_recognised(NotRecognised::Missing, None, address);
                return Err(error);
            }
        };
        if let Some(visit) = visit {
            if found.is_some() { visit.recognised() } else { visit.refused() }
        }
        found.ok_or_else(ApiError::unauthorized)
    };
    found.await.map_err(|error: ApiError| error.at(&parts.uri))
}

fn check_agent(headers: &HeaderMap) -> Result<(), ApiError> {
    let agent = headers.get(header::USER_AGENT).map(|value| value.to_str().unwrap_or_default().trim());
    match agent {
        None | Some("") => Err(ApiError::forbidden(
            "the header User-Agent is missing; name your company and application in it",
        )),
        Some(agent) if agent.len() > LONGEST_AGENT => {
            Err(ApiError::forbidden("the header User-Agent is too long"))
        }
        Some(_) => Ok(()),
    }
}

/// What the body of performNetverify needs: it is JSON, of a known length, and JSON may be answered.
pub(crate) fn check_body_headers(headers: &HeaderMap) -> Result<usize, ApiError> {
    let text = |name| {
        let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
        values.collect::<Vec<_>>().join(",").to_lowercase()
    };
    let accepts = text(header::ACCEPT);
    if !["application/json", "application/*", "*/*"].iter().any(|kind| accepts.contains(kind)) {
        return Err(ApiError::forbidden("the header Accept is missing, or does not take application/json"));
    }
    let content_type = text(header::CONTENT_TYPE);
    if content_type.split(';').next().unwrap_or_default().trim() != "application/json" {
        return Err(ApiError::forbidden("the header Content-Type is missing, or is not application/json"));
    }
    text(header::CONTENT_LENGTH)
        .trim()
        .parse()
        .map_err(|_| ApiError::forbidden("the header Content-Length is missing"))
}

/// Token and secret. Without Basic authentication the documentation has 403.
fn pair(headers: &HeaderMap) -> Result<(String, SecretString), ApiError> {
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Basic"))
        .map(|(_, shown)| shown.trim())
        .ok_or_else(|| {
            ApiError::forbidden("HTTP Basic authentication with API token and secret is needed")
        })?;
    let decoded = STANDARD.decode(shown).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = SecretString::new(decoded.ok_or_else(ApiError::unauthorized)?);
    let (token, secret) = decoded.expose().split_once(':').ok_or_else(ApiError::unauthorized)?;
    if token.is_empty() || token.len() > LONGEST || secret.is_empty() || secret.len() > LONGEST {
        return Err(ApiError::unauthorized());
    }
    // No token holds any, and PostgreSQL refuses to look for one with a zero character.
    if token.contains(char::is_control) {
        return Err(ApiError::unauthorized());
    }
    Ok((token.to_owned(), SecretString::new(secret)))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    fn status(result: Result<impl Sized, ApiError>) -> u16 {
        use axum::response::IntoResponse as _;
        result.err().map_or(200, |error| error.into_response().status().as_u16())
    }

    #[test]
    fn basic_is_read_as_the_rfc_has_it() {
        let read = |value: &str| pair(&headers(&[(header::AUTHORIZATION, value)]));
        let (token, secret) = read("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==").unwrap();
        assert_eq!((token.as_str(), secret.expose()), ("Aladdin", "open sesame"));
        let colon = format!("basic {}", STANDARD.encode("a:b:c"));
        assert_eq!(read(&colon).unwrap().1.expose(), "b:c");
        for (value, expected) in [("Bearer x", 403), ("Basic", 403), ("", 403), ("Basic !!", 401)] {
            assert_eq!(status(read(value)), expected, "{value}");
        }
        for text in ["nothing", ":", "a:", ":b", "\0a:b", "a\n:b"] {
            assert_eq!(status(read(&format!("Basic {}", STANDARD.encode(text)))), 401, "{text}");
        }
        assert_eq!(status(pair(&HeaderMap::new())), 403);
    }

    #[test]
    fn a_missing_header_is_forbidden() {
        let all = [
            (header::ACCEPT, "application/json"),
            (header::CONTENT_TYPE, "application/json; charset=utf-8"),
            (header::CONTENT_LENGTH, "12"),
        ];
        assert_eq!(check_body_headers(&headers(&all)).unwrap(), 12);
        for left_out in 0..all.len() {
            let rest: Vec<_> = all
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != left_out)
                .map(|(_, pair)| pair.clone())
                .collect();
            assert_eq!(status(check_body_headers(&headers(&rest))), 403, "{left_out}");
        }
        let text = [(header::CONTENT_TYPE, "text/plain"), all[0].clone(), all[2].clone()];
        assert_eq!(status(check_body_headers(&headers(&text))), 403);
        assert_eq!(status(check_agent(&headers(&[(header::USER_AGENT, " ")]))), 403);
        assert_eq!(status(check_agent(&headers(&[(header::USER_AGENT, "Company App/1.0")]))), 200);
    }
}
