//! `/api/netverify/v2/scans/{reference}`: results, pictures, deletion.

pub(crate) mod data;
pub(crate) mod delete;
pub(crate) mod evidence;
pub(crate) mod facemap;
pub(crate) mod images;
pub(crate) mod status;

use selfsame_domain::TransactionId;
use serde_json::Value;

use crate::{ApiError, NetverifyState};

/// What is no reference names nothing.
pub(crate) fn scan_id(text: &str) -> Result<TransactionId, ApiError> {
    // The one spelling that is given out.
    if text.len() != 36 {
        return Err(ApiError::not_found());
    }
    text.parse().map_err(|_| ApiError::not_found())
}

/// What every answer begins with.
fn stamped(state: &NetverifyState, id: TransactionId, mut members: serde_json::Map<String, Value>) -> Value {
    members.insert("timestamp".to_owned(), state.app.now().to_rfc3339().into());
    members.insert("scanReference".to_owned(), id.to_string().into());
    members.into()
}
