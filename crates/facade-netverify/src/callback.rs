//! How this dialect tells what became of a scan: a form, nested values as JSON.

use selfsame_domain::document::{Extraction, PartialDay};
use selfsame_domain::transaction::{Outcome, PartRole, Transaction};
use selfsame_domain::{CallbackMoment, CallbackSubject, Timestamp, TransactionId};
use selfsame_verification::callbacks::{Dialect, DialectError, Event, Message, Wording};
use selfsame_verification::transactions::TransactionRecord;
use selfsame_verification::{UseCaseError, Verification};
use url::form_urlencoded::Serializer;

use crate::{address, national, words};

/// What scans of this dialect are opened with.
pub const DIALECT: &str = "netverify";

/// As the documentation has it.
const CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// In the place of a value that there is none of.
const NOT_AVAILABLE: &str = "N/A";

/// Words events for receivers that speak Netverify.
#[derive(Debug, Clone)]
pub struct NetverifyDialect {
    app: Verification,
    public_url: String,
}

impl NetverifyDialect {
    /// `public_url`: scheme, host and port under which receivers find the pictures.
    pub fn new(app: Verification, public_url: String) -> Self {
        Self { app, public_url }
    }
}

impl Dialect for NetverifyDialect {
    fn name(&self) -> &'static str {
        DIALECT
    }

    fn word<'a>(&'a self, event: &'a Event) -> Wording<'a> {
        Box::pin(async move {
            let received = match (event.event.subject, event.event.moment) {
                (CallbackSubject::Transaction, CallbackMoment::Received) => true,
                (CallbackSubject::Transaction, CallbackMoment::Decided) => false,
                // Sessions are opened in other dialects.
                (CallbackSubject::Session, _) => return Err(DialectError::Gone),
            };
            let id = TransactionId::from_uuid(event.subject_id);
            let record = self.app.transaction(event.tenant_id, id).await.map_err(|error| match error {
                UseCaseError::NotFound => DialectError::Gone,
                _ => DialectError::Unavailable,
            })?;
            let fields = if received {
                received_fields(&record, &self.public_url, event.created_at)
            } else {
                fields(&record, &self.public_url, event.created_at)
            };
            Ok(Message { content_type: CONTENT_TYPE, body: form(&fields).into_bytes() })
        })
    }
}

type Fields = Vec<(&'static str, String)>;

fn form(fields: &Fields) -> String {
    let mut form = Serializer::new(String::new());
    for (name, value) in fields {
        form.append_pair(name, value);
    }
    form.finish()
}

/// What both callbacks say.
fn common(record: &TransactionRecord, status: &str, told_at: Timestamp) -> Fields {
    let request = &record.transaction.request;
    let mut fields: Fields = vec![
        ("callBackType", "NETVERIFYID".to_owned()),
        ("jumioIdScanReference", record.transaction.id.to_string()),
        ("merchantIdScanReference", request.reference.clone()),
        ("idScanStatus", status.to_owned()),
        ("idScanSource", words::SOURCE.to_owned()),
        ("transactionDate", record.transaction.created_at.to_rfc3339()),
        ("callbackDate", told_at.to_rfc3339()),
    ];
    let optional = [
        ("merchantReportingCriteria", &request.reporting_criteria),
        ("customerId", &request.customer_id),
        ("clientIp", &record.claims.user_ip),
    ];
    fields.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
    fields.extend(words::first_attempt(&record.transaction).map(|at| ("firstAttemptDate", at.to_rfc3339())));
    fields
}

fn pictures(record: &TransactionRecord, public_url: &str) -> Fields {
    [
        ("idScanImage", PartRole::Front),
        ("idScanImageBackside", PartRole::Back),
        ("idScanImageFace", PartRole::Face),
    ]
    .into_iter()
    .filter(|(_, side)| record.transaction.request.has(*side))
    .map(|(name, side)| {
        (name, format!("{public_url}/recognition/v1/idscan/{}/{}", record.transaction.id, words::side(side)))
    })
    .collect()
}

/// For `onAllSteps`: the pictures have come, nothing is decided.
fn received_fields(record: &TransactionRecord, public_url: &str, told_at: Timestamp) -> Fields {
    let mut fields = common(record, "PENDING", told_at);
    fields.extend(pictures(record, public_url));
    fields
}

/// Everything, in the order of the documentation.
pub(crate) fn fields(record: &TransactionRecord, public_url: &str, told_at: Timestamp) -> Fields {
    let decision = record.transaction.decision();
    let approved = decision.is_some_and(|decision| decision.outcome == Outcome::Approved);
    let status = words::verification_status(&record.transaction.state).unwrap_or("ERROR_NOT_READABLE_ID");
    let mut fields = common(record, if approved { "SUCCESS" } else { "ERROR" }, told_at);
    fields.insert(2, ("verificationStatus", status.to_owned()));
    let ok = |yes: bool| if yes { "OK" } else { NOT_AVAILABLE }.to_owned();
    let mrz = approved && decision.is_some_and(|decision| decision.mrz_verified);
    fields.extend([
        ("idCheckDataPositions", ok(approved)),
        ("idCheckDocumentValidation", ok(approved)),
        ("idCheckHologram", ok(approved)),
        ("idCheckMRZcode", ok(mrz)),
        ("idCheckMicroprint", ok(approved)),
        ("idCheckSecurityFeatures", ok(approved)),
        ("idCheckSignature", ok(approved)),
    ]);
    if let Some(decision) = decision {
        let identity = words::identity_verification_text(decision);
        fields.extend(identity.map(|value| ("identityVerification", value)));
        fields.extend(words::reject_reason(decision).map(|value| ("rejectReason", value.to_string())));
    }
    fields.extend(pictures(record, public_url));
    if record.has_facemap {
        let url = format!("{public_url}/api/netverify/v2/scans/{}/data/facemap", record.transaction.id);
        fields.push(("facemap", url));
    }
    if let Some(reading) = words::readable(record) {
        fields.extend(read_fields(&record.transaction, reading));
    }
    fields
}

fn read_fields(scan: &Transaction, reading: &Extraction) -> Fields {
    let mut fields = Fields::new();
    fields.extend(reading.kind.map(|kind| ("idType", words::id_type(kind).to_owned())));
    let country = words::fitting(scan.issuing_country(reading), 3);
    fields.extend(country.map(|country| ("idCountry", country.to_owned())));
    // A receiver that has to find the field is told that there is no number. One that is too long is left out, as it is there.
    let personal_number = reading.personal_number.clone().unwrap_or_else(|| NOT_AVAILABLE.to_owned());
    for (name, value, most) in [
        ("idNumber", &reading.number, 200),
        ("idFirstName", &reading.first_name, 200),
        ("idLastName", &reading.last_name, 200),
        ("idUsState", &reading.us_state, 255),
        ("personalNumber", &Some(personal_number), 14),
        ("issuingAuthority", &reading.issuing_authority, 50),
        ("gender", &reading.sex, 2),
        ("nationality", &reading.nationality, 3),
        ("placeOfBirth", &reading.place_of_birth, 256),
        ("optionalData1", &reading.optional_data_1, 255),
        ("optionalData2", &reading.optional_data_2, 255),
    ] {
        fields.extend(words::fitting(value.as_deref(), most).map(|value| (name, value.to_owned())));
    }
    fields.extend(national::named(reading));
    let mut day = |day: Option<PartialDay>, name, parts| {
        let Some(day) = day else { return };
        fields.push(match day.exact() {
            Some(text) => (name, text),
            None => (parts, words::date_parts(day).to_string()),
        });
    };
    day(reading.birth_date, "idDob", "dateOfBirthParts");
    day(reading.expiry, "idExpiry", "expiryDateParts");
    day(reading.issued, "issuingDate", "issuingDateParts");
    fields.extend(address::raw(reading).map(|address| ("idAddress", address.to_string())));
    fields
}

#[cfg(test)]
mod tests;
