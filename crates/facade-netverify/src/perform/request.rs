//! From JSON to a scan, or to a list of everything that is wrong with it. Pure: no clock, no network, no database.

use selfsame_domain::document::{DocumentType, WantedFields};
use selfsame_domain::transaction::{
    CallbackGranularity, Claims, FaceMatchPolicy, NewTransaction, PartRole, PictureFormat, TransactionPolicy,
};
use selfsame_domain::{CallbackTarget, Timestamp};
use selfsame_facade_kit::OutboundUrlRules;
use serde_json::{Map, Value};

use super::consent::consent;
use super::picture::{Inspect, picture};
use super::reader::{FieldError, Reader};
use crate::callback::DIALECT;
use crate::country;
use crate::words::{FIELDS, id_type};

/// What decides beside the request itself.
pub(crate) struct Rules<'a> {
    /// What holds for the caller's tenant.
    pub(crate) policy: &'a TransactionPolicy,
    pub(crate) outbound: OutboundUrlRules,
    /// Of a picture, decoded from base64.
    pub(crate) max_bytes: usize,
    pub(crate) inspect: Inspect<'a>,
    pub(crate) now: Timestamp,
}

/// What is asked for, valid in every field.
#[derive(Debug)]
pub(crate) struct PerformRequest {
    pub(crate) scan: NewTransaction,
    pub(crate) claims: Claims,
    pub(crate) pictures: Vec<(PartRole, Vec<u8>)>,
    /// What is wrong with the consent or missing from it, while its rules are not enforced.
    pub(crate) warnings: Vec<FieldError>,
}

/// Why it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A value that no honest client sends, in the member of that name.
    Suspicious(String),
    Wrong(Vec<FieldError>),
}

const GRANULARITIES: [(&str, CallbackGranularity); 2] =
    [("onFinish", CallbackGranularity::OnFinish), ("onAllSteps", CallbackGranularity::OnAllSteps)];

/// Every field of the body. Members that are not known are not looked at.
pub(crate) fn parse(body: Map<String, Value>, rules: &Rules<'_>) -> Result<PerformRequest, Refusal> {
    let mut reader = Reader::new(body);
    let reference = reader.required("merchantIdScanReference", 100);
    let country = reader.required("country", 3).filter(|code| {
        let known = country::is_alpha3(code);
        if !known {
            reader.wrong("country", "must be an ISO 3166-1 alpha-3 code, or XKX");
        }
        known
    });
    let before = reader.errors.len();
    let kind = reader.word("idType", &DocumentType::ALL.map(|kind| (id_type(kind), kind)));
    if kind.is_none() && reader.errors.len() == before {
        reader.wrong("idType", "is missing");
    }
    let fields = enabled_fields(&mut reader, rules.policy);
    let Sent { pictures, formats, face_match } = sent(&mut reader, fields.wanted, rules);
    let reporting_criteria = reader.text("merchantReportingCriteria", 100);
    let customer_id = reader.text("customerId", 100);
    let screening = reader.object("additionalChecks").is_some_and(|mut checks| {
        let asked = checks.object("watchlistScreening").is_some();
        reader.absorb(checks);
        asked
    });
    if customer_id.is_none() && (rules.policy.screening || screening) {
        reader.wrong("customerId", "is missing, and screening is used");
    }
    let callback = reader.text("callbackUrl", 255).or_else(|| rules.policy.callback_url.clone());
    let callback = callback.and_then(|url| callback_target(&mut reader, url, rules.outbound));
    let granularity = reader.word("callbackGranularity", &GRANULARITIES).unwrap_or_default();
    let mut claims = Claims {
        first_name: reader.text("firstName", 100),
        last_name: reader.text("lastName", 100),
        us_state: us_state(&mut reader, kind),
        expiry: reader.date("expiry"),
        number: reader.text("number", 100),
        birth_date: reader.date("dob"),
        personal_number: reader.text("personalNumber", 14),
        ..Claims::default()
    };
    let mrz_check = reader.boolean("mrzCheck").unwrap_or(true);
    let (consent, faults) = consent(&mut reader, &mut claims, face_match, rules.now);
    let warnings = if rules.policy.enforce_consent {
        reader.errors.extend(faults);
        Vec::new()
    } else {
        faults
    };

    if let Some(member) = reader.suspicious {
        return Err(Refusal::Suspicious(member));
    }
    let (Some(reference), Some(country), Some(kind), true) =
        (reference, country, kind, reader.errors.is_empty())
    else {
        return Err(Refusal::Wrong(reader.errors));
    };
    let scan = NewTransaction {
        reference,
        reporting_criteria,
        customer_id,
        country,
        kind,
        fields: WantedFields { face_match, ..fields.read },
        mrz_check,
        callback,
        granularity,
        consent,
        pictures: formats,
        keeps_portrait: false,
    };
    Ok(PerformRequest { scan, claims, pictures, warnings })
}

/// The pictures of a request.
struct Sent {
    pictures: Vec<(PartRole, Vec<u8>)>,
    formats: Vec<(PartRole, PictureFormat)>,
    /// Whether faces are compared.
    face_match: bool,
}

/// Reads the pictures, and says which are missing.
fn sent(reader: &mut Reader, wanted: Wanted, rules: &Rules<'_>) -> Sent {
    let (mut pictures, mut formats) = (Vec::new(), Vec::new());
    let mut face_was_wrong = false;
    for (side, name) in [
        (PartRole::Front, "frontsideImage"),
        (PartRole::Back, "backsideImage"),
        (PartRole::Face, "faceImage"),
    ] {
        let before = reader.errors.len();
        let found = picture(reader, name, rules.max_bytes, rules.inspect);
        let wrong = reader.errors.len() > before;
        match found {
            Some((format, bytes)) => {
                formats.push((side, format));
                pictures.push((side, bytes));
            }
            None if side == PartRole::Front && !wrong => reader.wrong(name, "is missing"),
            None => {}
        }
        face_was_wrong |= side == PartRole::Face && wrong;
    }
    let has_face = formats.iter().any(|(side, _)| *side == PartRole::Face);
    let face_match = match wanted {
        Wanted::Always => true,
        Wanted::WhenSent => has_face,
        Wanted::Never => false,
    };
    if face_match && !has_face && !face_was_wrong {
        reader.wrong("faceImage", "is missing, and face match is enabled");
    }
    Sent { pictures, formats, face_match }
}

/// Whether faces are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Always,
    WhenSent,
    Never,
}

struct Enabled {
    read: WantedFields,
    wanted: Wanted,
}

/// The list of the request in place of the setting's, within what the account offers.
fn enabled_fields(reader: &mut Reader, policy: &TransactionPolicy) -> Enabled {
    let offered = policy.face_match;
    let Some(list) = reader.text("enabledFields", 100) else {
        let wanted = match offered {
            FaceMatchPolicy::Required => Wanted::Always,
            FaceMatchPolicy::Optional => Wanted::WhenSent,
            FaceMatchPolicy::Off => Wanted::Never,
        };
        return Enabled { read: policy.fields, wanted };
    };
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    let (known, unknown): (Vec<_>, Vec<_>) = names.partition(|name| FIELDS.contains(name));
    let mut read = WantedFields::named(&known.join(",")).unwrap_or(WantedFields::NONE);
    if !unknown.is_empty() {
        reader.wrong("enabledFields", format!("names fields that are not known: {}", unknown.join(", ")));
        read = WantedFields::NONE;
    }
    // Only where the account has it.
    read.address &= policy.fields.address;
    let wanted =
        if read.face_match && offered != FaceMatchPolicy::Off { Wanted::Always } else { Wanted::Never };
    Enabled { read, wanted }
}

fn callback_target(reader: &mut Reader, url: String, outbound: OutboundUrlRules) -> Option<CallbackTarget> {
    if !url.is_ascii() {
        reader.wrong("callbackUrl", "must be ASCII; write other host names in Punycode");
        return None;
    }
    match outbound.check(&url) {
        Ok(checked) if checked.query().is_some() => {
            reader.wrong("callbackUrl", "must not have a query");
            None
        }
        Ok(_) => Some(CallbackTarget { url, dialect: DIALECT.to_owned() }),
        Err(error) => {
            reader.wrong("callbackUrl", error.to_string());
            None
        }
    }
}

fn us_state(reader: &mut Reader, kind: Option<DocumentType>) -> Option<String> {
    let text = reader.text("usState", 100)?;
    let (fits, rule) = match kind {
        Some(DocumentType::DrivingLicence) => {
            (country::is_us_state(&text), "must be the last two characters of an ISO 3166-2:US code")
        }
        // The documentation states nothing for visas: what passports may say, they may.
        Some(DocumentType::Passport | DocumentType::IdentityCard | DocumentType::Visa) | None => (
            country::is_state_or_country(&text),
            "must be the last two characters of an ISO 3166-2:US code, or the name or code of a country by ISO 3166-1",
        ),
    };
    if !fits {
        reader.wrong("usState", rule);
        return None;
    }
    Some(text)
}

#[cfg(test)]
mod tests;
