//! How this dialect tells that a session has its result: `{"sessionId": "…"}`, and the result is asked for.

use selfsame_domain::{CallbackMoment, CallbackSubject};
use selfsame_verification::callbacks::{Dialect, DialectError, Event, Message, Wording};
use serde_json::json;

/// What sessions of this dialect are opened with.
pub const DIALECT: &str = "bioserver";

/// Words events for receivers that speak bioserver.
#[derive(Debug, Default, Clone, Copy)]
pub struct BioserverDialect;

impl Dialect for BioserverDialect {
    fn name(&self) -> &'static str {
        DIALECT
    }

    fn word<'a>(&'a self, event: &'a Event) -> Wording<'a> {
        Box::pin(async move {
            match (event.event.subject, event.event.moment) {
                (CallbackSubject::Session, CallbackMoment::Decided) => {
                    let body = json!({ "sessionId": event.subject_id.hyphenated().to_string() });
                    Ok(Message { content_type: "application/json", body: body.to_string().into_bytes() })
                }
                // Of transactions their own dialects tell, and of sessions only the end is told.
                (CallbackSubject::Transaction, _) | (CallbackSubject::Session, CallbackMoment::Received) => {
                    Err(DialectError::Gone)
                }
            }
        })
    }
}
