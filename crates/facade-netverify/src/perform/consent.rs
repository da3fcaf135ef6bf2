//! `userConsent`: what the person agreed to.
//!
//! Until enforcement is turned on the original treats nothing by these values: what is wrong with them, or missing, is a warning.

use std::net::IpAddr;
use std::time::Duration;

use selfsame_domain::Timestamp;
use selfsame_domain::transaction::{Claims, ConsentAnswer, TransactionConsent};
use time::format_description::well_known::Rfc3339;

use super::reader::{FieldError, Reader};
use crate::country;

/// How long a continuing consent holds: three years, with their leap day.
const LONGEST: Duration = Duration::from_secs((3 * 365 + 1) * 24 * 60 * 60);
/// A clock may be ahead of ours by this.
const AHEAD: Duration = Duration::from_secs(5 * 60);

const ANSWERS: [(&str, ConsentAnswer); 3] =
    [("yes", ConsentAnswer::Yes), ("no", ConsentAnswer::No), ("na", ConsentAnswer::NotApplicable)];

/// Reads the member, and says what is wrong with it and what the rules miss: the caller's to make errors or warnings. A value that is
/// not understood is not kept. `needed`: faces are compared.
pub(crate) fn consent(
    reader: &mut Reader,
    claims: &mut Claims,
    needed: bool,
    now: Timestamp,
) -> (Option<TransactionConsent>, Vec<FieldError>) {
    let mut missed = Vec::new();
    let mut miss = |field: &str, message: &str| {
        missed.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    };
    let before = reader.errors.len();
    let Some(mut user) = reader.object("userConsent") else {
        let wrong = reader.errors.split_off(before);
        if needed && wrong.is_empty() {
            miss("userConsent", "is missing; faces are compared with the person's consent");
        }
        return (None, [wrong, missed].concat());
    };
    claims.user_ip = user.text("userIp", 45);
    if claims.user_ip.as_deref().is_some_and(|text| text.parse::<IpAddr>().is_err()) {
        user.wrong("userIp", "must be an IP address");
        claims.user_ip = None;
    }
    if claims.user_ip.is_none() {
        miss("userConsent.userIp", "is missing");
    }
    if let Some(mut place) = user.object("userLocation") {
        location(&mut place, claims);
        user.absorb(place);
    }
    if claims.user_country.is_none() {
        miss("userConsent.userLocation.country", "is missing");
    }
    let in_usa = claims.user_country.as_deref() == Some("USA");
    let mut said = TransactionConsent { obtained: None, obtained_at: None, recorded_at: now };
    if let Some(mut consent) = user.object("consent") {
        said.obtained = consent.word("obtained", &ANSWERS);
        if let Some(text) = consent.text("obtainedAt", 35) {
            match moment(&text) {
                None => consent.wrong("obtainedAt", "must be a moment in the form YYYY-MM-DDThh:mm:ss.SSSZ"),
                Some(at) if at > now + AHEAD => consent.wrong("obtainedAt", "is in the future"),
                Some(at) => said.obtained_at = Some(at),
            }
        }
        user.absorb(consent);
    } else if in_usa {
        miss("userConsent.consent", "is missing, and the person is in the USA");
    }
    // "na" is an answer: whether it is the right one only the integrator knows.
    if in_usa && said.obtained.is_none() {
        miss("userConsent.consent.obtained", "is missing, and the person is in the USA");
    }
    match (said.obtained, said.obtained_at) {
        (Some(ConsentAnswer::Yes), None) => {
            miss("userConsent.consent.obtainedAt", "is missing, and the consent was obtained");
        }
        (Some(ConsentAnswer::Yes), Some(at)) if now.since(at) > LONGEST => {
            miss("userConsent.consent.obtainedAt", "is more than three years ago; obtain the consent anew");
        }
        (Some(ConsentAnswer::No), _) => {
            miss("userConsent.consent.obtained", "is no; without consent nothing may be compared");
        }
        _ => {}
    }
    let wrong = std::mem::take(&mut user.errors);
    // Half a consent is none; a no stays one.
    let garbled = wrong.iter().any(|wrong| wrong.field.starts_with("userConsent.consent"));
    if garbled && said.obtained != Some(ConsentAnswer::No) {
        (said.obtained, said.obtained_at) = (None, None);
    }
    // What is there and wrong is not missing as well.
    let within = |field: &str, outer: &str| {
        field.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    missed.retain(|missed| needed && !wrong.iter().any(|wrong| within(&missed.field, &wrong.field)));
    reader.absorb(user);
    (Some(said), [wrong, missed].concat())
}

/// `userLocation`: where the person is. What is wrong is not kept.
fn location(place: &mut Reader, claims: &mut Claims) {
    claims.user_country = place.text("country", 3);
    claims.user_state = place.text("state", 100);
    if claims.user_country.as_deref().is_some_and(|code| !country::is_alpha3(code)) {
        place.wrong("country", "must be an ISO 3166-1 alpha-3 code, or XKX");
        claims.user_country = None;
    }
    if let (Some(country), Some(state)) = (&claims.user_country, &claims.user_state) {
        let alpha2 = match country.as_str() {
            "USA" => Some("US"),
            "CAN" => Some("CA"),
            "AUS" => Some("AU"),
            _ => None,
        };
        if alpha2.is_some_and(|alpha2| !country::is_subdivision(alpha2, state)) {
            let rule = format!("must be the code of a state of {country}, without country and hyphen");
            place.wrong("state", rule);
            claims.user_state = None;
        }
    }
}

/// `2022-07-20T17:20:35.000Z`, with 0 to 3 digits of milliseconds.
fn moment(text: &str) -> Option<Timestamp> {
    let moment = time::OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok().map(Timestamp::from_millis)
}
