//! `GET /api/netverify/v2/scans/{reference}/data[/{document,transaction,verification}]`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use selfsame_domain::audit::Action;
use selfsame_domain::document::{Extraction, PartialDay};
use selfsame_verification::tenants::Recognised;
use selfsame_verification::transactions::TransactionRecord;
use serde_json::{Map, Value, json};

use super::{scan_id, stamped};
use crate::auth::Administrator;
use crate::{ApiError, NetverifyState, address, national, words};

type Members = Map<String, Value>;

/// Everything. Of a scan that is pending, the transaction alone.
pub(crate) async fn all(
    Administrator(caller): Administrator,
    State(state): State<NetverifyState>,
    Path(scan): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    answer(&state, caller, &scan, &uri, true, |record| Some(everything(record, &state.public_url))).await
}

/// 404 while it is pending.
pub(crate) async fn document(
    Administrator(caller): Administrator,
    State(state): State<NetverifyState>,
    Path(scan): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    answer(&state, caller, &scan, &uri, true, document_members).await
}

pub(crate) async fn transaction(
    Administrator(caller): Administrator,
    State(state): State<NetverifyState>,
    Path(scan): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    answer(&state, caller, &scan, &uri, false, |record| Some(transaction_members(record))).await
}

/// 404 while it is pending.
pub(crate) async fn verification(
    Administrator(caller): Administrator,
    State(state): State<NetverifyState>,
    Path(scan): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, ApiError> {
    answer(&state, caller, &scan, &uri, false, verification_members).await
}

async fn answer(
    state: &NetverifyState,
    Recognised { tenant, by }: Recognised,
    scan: &str,
    uri: &Uri,
    tells_document: bool,
    members: impl Fn(&TransactionRecord) -> Option<Members>,
) -> Result<Json<Value>, ApiError> {
    let found = async {
        let id = scan_id(scan)?;
        let record = state.app.transaction(tenant, id).await?;
        let members = members(&record).ok_or_else(ApiError::not_found)?;
        if tells_document && record.reading.is_some() {
            state.app.was_read(tenant, by, Action::DocumentRead, id, "data").await?;
        }
        Ok(Json(stamped(state, id, members)))
    };
    found.await.map_err(|error: ApiError| error.at(uri))
}

pub(crate) fn everything(record: &TransactionRecord, public_url: &str) -> Members {
    let mut members = Members::new();
    members.insert("transaction".to_owned(), transaction_members(record).into());
    if let Some(document) = document_members(record) {
        members.insert("document".to_owned(), document.into());
    }
    if let Some(verification) = verification_members(record) {
        members.insert("verification".to_owned(), verification.into());
    }
    if record.has_facemap {
        let href = format!("{public_url}/api/netverify/v2/scans/{}/data/facemap", record.transaction.id);
        members.insert("facemap".to_owned(), json!({ "classifier": "facemap", "href": href }));
    }
    members
}

fn put(members: &mut Members, name: &str, value: Option<&str>, most: usize) {
    if let Some(value) = words::fitting(value, most) {
        members.insert(name.to_owned(), value.into());
    }
}

/// Under `name` when it is known to the day, else in `parts`.
fn put_day(members: &mut Members, name: &str, parts: &str, day: Option<PartialDay>) {
    let Some(day) = day else { return };
    match day.exact() {
        Some(text) => members.insert(name.to_owned(), text.into()),
        None => members.insert(parts.to_owned(), words::date_parts(day)),
    };
}

fn transaction_members(record: &TransactionRecord) -> Members {
    let request = &record.transaction.request;
    let mut members = Members::new();
    members.insert("status".to_owned(), words::scan_status(&record.transaction.state).into());
    members.insert("source".to_owned(), words::SOURCE.into());
    members.insert("date".to_owned(), record.transaction.created_at.to_rfc3339().into());
    put(&mut members, "clientIp", record.claims.user_ip.as_deref(), 45);
    put(&mut members, "customerId", request.customer_id.as_deref(), 100);
    put(&mut members, "merchantScanReference", Some(&request.reference), 100);
    put(&mut members, "merchantReportingCriteria", request.reporting_criteria.as_deref(), 100);
    members
}

fn document_members(record: &TransactionRecord) -> Option<Members> {
    let status = words::verification_status(&record.transaction.state)?;
    let mut members = Members::new();
    members.insert("status".to_owned(), status.into());
    members.extend(words::readable(record).map(reading_members).unwrap_or_default());
    members.extend(words::not_readable(record).map(naming_members).unwrap_or_default());
    Some(members)
}

/// Which document it is.
fn naming_members(reading: &Extraction) -> Members {
    let mut members = Members::new();
    put(&mut members, "type", reading.kind.map(words::id_type), 255);
    put(&mut members, "issuingCountry", reading.issuing_country.as_deref(), 3);
    members
}

pub(crate) fn reading_members(reading: &Extraction) -> Members {
    let mut members = naming_members(reading);
    for (name, value, most) in [
        ("firstName", &reading.first_name, 200),
        ("lastName", &reading.last_name, 200),
        ("number", &reading.number, 200),
        ("usState", &reading.us_state, 255),
        ("personalNumber", &reading.personal_number, 255),
        ("optionalData1", &reading.optional_data_1, 255),
        ("optionalData2", &reading.optional_data_2, 255),
        ("issuingAuthority", &reading.issuing_authority, 255),
        ("gender", &reading.sex, 2),
        ("nationality", &reading.nationality, 3),
        ("placeOfBirth", &reading.place_of_birth, 256),
    ] {
        put(&mut members, name, value.as_deref(), most);
    }
    put_day(&mut members, "dob", "dobParts", reading.birth_date);
    put_day(&mut members, "expiry", "expiryDateParts", reading.expiry);
    put_day(&mut members, "issuingDate", "issuingDateParts", reading.issued);
    members.extend(national::named(reading).map(|(name, number)| (name.to_owned(), number.into())));
    members.extend(address::raw(reading).map(|address| ("address".to_owned(), address)));
    members
}

fn verification_members(record: &TransactionRecord) -> Option<Members> {
    if !words::is_done(&record.transaction) {
        return None;
    }
    let decision = record.transaction.decision();
    let mut members = Members::new();
    let verified = decision.is_some_and(|decision| decision.mrz_verified);
    members.insert("mrzCheck".to_owned(), if verified { "OK" } else { "NOT_AVAILABLE" }.into());
    if let Some(reason) = decision.and_then(words::reject_reason) {
        members.insert("rejectReason".to_owned(), reason);
    }
    if let Some(identity) = decision.and_then(words::identity_verification) {
        members.insert("identityVerification".to_owned(), identity);
    }
    Some(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_are_not_known_whole_stand_in_parts_of_their_own_names() {
        let year = Some(PartialDay { year: 2031, month: Some(4), day: None });
        let reading = Extraction { birth_date: year, expiry: year, issued: year, ..Extraction::default() };
        let members = reading_members(&reading);
        let names: Vec<&str> = members.keys().map(String::as_str).collect();
        assert_eq!(names, ["dobParts", "expiryDateParts", "issuingDateParts"]);
        let whole = PartialDay { year: 2031, month: Some(4), day: Some(1) };
        let members = reading_members(&Extraction { expiry: Some(whole), ..Extraction::default() });
        assert_eq!(members["expiry"], "2031-04-01");
    }

    #[test]
    fn a_number_stands_whole_under_its_own_name() {
        let personal_number = Some("HEGG560427MVZRRL04".to_owned());
        let issuing_country = Some("MEX".to_owned());
        let reading = Extraction { personal_number, issuing_country, ..Extraction::default() };
        let members = reading_members(&reading);
        assert_eq!(members["curp"], "HEGG560427MVZRRL04");
        assert_eq!(members["personalNumber"], "HEGG560427MVZRRL04");
    }
}
