//! One attempt over HTTP.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use selfsame_domain::Timestamp;
use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use url::{Host, Url};
use uuid::Uuid;

use crate::resolver::Forbidden;
use crate::signing::seconds;
use crate::{AddressRules, GuardedResolver, Lookup, Message, SigningSecret, signature};

/// Bounds of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientParams {
    /// For the name, the connection and its encryption.
    pub connect_timeout: Duration,
    /// For the whole attempt, up to the answer's head. 15 s is what the Standard Webhooks text recommends at least.
    pub timeout: Duration,
    pub rules: AddressRules,
}

impl Default for ClientParams {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(15),
            rules: AddressRules::default(),
        }
    }
}

/// The answer's body says nothing that counts; a little of it is read, so that the receiver can finish.
const MOST_BODY: usize = 64 * 1024;
const LONGEST_BODY: Duration = Duration::from_secs(1);

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Any answer, a redirect too: none is followed.
    Answered {
        status: u16,
        retry_after: Option<Duration>,
    },
    TimedOut,
    /// No name, no connection, a certificate that does not verify, a connection that broke.
    Unreachable,
    /// The address is one that may not be called.
    Forbidden,
    /// Nothing was sent: its dialect could not word it just now.
    Unworded,
}

impl Outcome {
    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Answered { status, .. } => Some(*status),
            Self::TimedOut | Self::Unreachable | Self::Forbidden | Self::Unworded => None,
        }
    }

    /// For logs and records: no URL, nothing that the receiver said.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Answered { status: 200..=299, .. } => "the receiver took it",
            Self::Answered { status: 300..=399, .. } => "the receiver redirects, which is not followed",
            Self::Answered { status: 410, .. } => "the receiver wants no more of it",
            Self::Answered { .. } => "the receiver refused it",
            Self::TimedOut => "no answer in time",
            Self::Unreachable => "no connection (name, network or certificate)",
            Self::Forbidden => {
                "the address may not be called: it is not a public one, nor in callbacks.allowed_private"
            }
            Self::Unworded => "what it tells of could not be read",
        }
    }
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error(
        "no client for callbacks could be made: {0}. Are the system's certificate authorities there (package ca-certificates)?"
    )]
    Build(String),
}

/// Sends callbacks. Follows no redirect, uses no proxy, keeps no connection.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    params: ClientParams,
}

impl Client {
    /// # Errors
    /// [`ClientError`].
    pub fn new(params: ClientParams, lookup: Arc<dyn Lookup>) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("Selfsame-Callbacks/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .referer(false)
            // A proxy would look names up itself, and dial what it finds.
            .no_proxy()
            // A kept connection would be of an address that was checked for an earlier attempt.
            .pool_max_idle_per_host(0)
            .connect_timeout(params.connect_timeout)
            .https_only(!params.rules.development)
            .dns_resolver(Arc::new(GuardedResolver::new(lookup, params.rules.clone())))
            .build()
            .map_err(|error| ClientError::Build(causes(&error)))?;
        Ok(Self { http, params })
    }

    /// The longest that [`Client::attempt`] takes.
    pub fn longest_attempt(&self) -> Duration {
        self.params.timeout + LONGEST_BODY
    }

    /// Sends a message once. `id` and `at` are told to the receiver and signed.
    pub async fn attempt(
        &self,
        url: &str,
        id: Uuid,
        at: Timestamp,
        message: Message,
        secrets: &[SigningSecret],
    ) -> Outcome {
        let Ok(url) = Url::parse(url) else { return Outcome::Forbidden };
        // A resolver is asked for names only.
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Outcome::Forbidden,
        };
        if literal.is_some_and(|address| !self.params.rules.allows(address)) {
            return Outcome::Forbidden;
        }
        if url.scheme() != "https" && !self.params.rules.development {
            return Outcome::Forbidden;
        }
        let request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, message.content_type)
            .header("webhook-id", id.hyphenated().to_string())
            .header("webhook-timestamp", seconds(at))
            .header("webhook-signature", signature(secrets, id, at, &message.body))
            .body(message.body);
        match tokio::time::timeout(self.params.timeout, request.send()).await {
            Err(_) => Outcome::TimedOut,
            Ok(Err(error)) if is_forbidden(&error) => Outcome::Forbidden,
            Ok(Err(error)) if error.is_timeout() => Outcome::TimedOut,
            Ok(Err(_)) => Outcome::Unreachable,
            Ok(Ok(response)) => {
                let status = response.status().as_u16();
                let retry_after = retry_after(response.headers(), at);
                drop_body(response).await;
                Outcome::Answered { status, retry_after }
            }
        }
    }
}

async fn drop_body(mut response: reqwest::Response) {
    // Too long or too slow: the connection is closed on it.
    let _ = tokio::time::timeout(LONGEST_BODY, async {
        let mut read = 0;
        while let Ok(Some(chunk)) = response.chunk().await {
            read += chunk.len();
            if read > MOST_BODY {
                break;
            }
        }
    })
    .await;
}

fn is_forbidden(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<Forbidden>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

const HTTP_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// `Retry-After`: seconds, or a date (RFC 9110, 10.2.3). What is neither is as if it were not there.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = PrimitiveDateTime::parse(text, HTTP_DATE).ok()?.assume_utc();
    Some(Timestamp::from_millis(date.unix_timestamp().checked_mul(1_000)?).since(now))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp::from_millis(1_445_412_420_000);
        let read = |text: &'static str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]);
            retry_after(&headers, now)
        };
        assert_eq!(read("120"), Some(Duration::from_secs(120)));
        assert_eq!(read("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::from_secs(60)));
        assert_eq!(read("Wed, 21 Oct 2015 07:00:00 GMT"), Some(Duration::ZERO));
        for text in ["", "-1", "soon", "Wed, 21 Oct 2015 07:28:00 CET"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
