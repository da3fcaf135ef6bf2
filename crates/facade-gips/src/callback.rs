//! How this dialect tells that a live capture has ended, or a document was examined. The original's body is not documented: ours names what to ask for, and
//! the status that the answer will show.

use selfsame_domain::{CallbackMoment, CallbackSubject, EvidenceId, IdentityId, SessionId, TransactionId};
use selfsame_verification::callbacks::{Dialect, DialectError, Event, Message, Wording};
use selfsame_verification::identities::{EvidenceRecord, IdentityError};
use selfsame_verification::{UseCaseError, Verification};
use serde_json::{Value, json};

use crate::words;

/// What live captures and documents of this dialect are opened with.
pub const DIALECT: &str = "gips";

/// Words events for receivers that speak GIPS.
#[derive(Debug, Clone)]
pub struct GipsDialect {
    app: Verification,
}

impl GipsDialect {
    pub fn new(app: Verification) -> Self {
        Self { app }
    }

    async fn evidence(&self, event: &Event) -> Result<(IdentityId, EvidenceRecord), IdentityError> {
        let tenant = event.tenant_id;
        let found = match (event.event.subject, event.event.moment) {
            (CallbackSubject::Session, CallbackMoment::Decided) => {
                self.app.identity_of_session(tenant, SessionId::from_uuid(event.subject_id)).await?
            }
            (CallbackSubject::Transaction, CallbackMoment::Decided) => {
                let transaction = TransactionId::from_uuid(event.subject_id);
                self.app.identity_of_transaction(tenant, transaction).await?
            }
            // Nothing of this dialect asks for it.
            (_, CallbackMoment::Received) => None,
        };
        let (identity, evidence) = found.ok_or(UseCaseError::NotFound)?;
        let record = self.app.identity(tenant, identity).await?;
        let evidence = record.find(evidence).ok_or(UseCaseError::NotFound)?.clone();
        Ok((identity, evidence))
    }
}

impl Dialect for GipsDialect {
    fn name(&self) -> &'static str {
        DIALECT
    }

    fn word<'a>(&'a self, event: &'a Event) -> Wording<'a> {
        Box::pin(async move {
            let (identity, record) = self.evidence(event).await.map_err(|error| match error {
                IdentityError::UseCase(UseCaseError::NotFound) => DialectError::Gone,
                _ => DialectError::Unavailable,
            })?;
            let evidence = &record.evidence;
            let body = body(
                identity,
                evidence.id,
                words::evidence_type(evidence.kind),
                words::evidence_status(&evidence.state),
            );
            Ok(Message { content_type: "application/json", body: body.to_string().into_bytes() })
        })
    }
}

fn body(identity: IdentityId, evidence: EvidenceId, kind: &str, status: &str) -> Value {
    json!({
        "identityId": identity.to_string(),
        "evidenceId": evidence.to_string(),
        "type": kind,
        "status": status,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn names_identity_evidence_and_status() {
        let identity = IdentityId::from_uuid(Uuid::from_u128(1));
        let evidence = EvidenceId::from_uuid(Uuid::from_u128(2));
        assert_eq!(
            body(identity, evidence, "PORTRAIT", "VERIFIED").to_string(),
            r#"{"evidenceId":"00000000-0000-0000-0000-000000000002","identityId":"00000000-0000-0000-0000-000000000001","status":"VERIFIED","type":"PORTRAIT"}"#
        );
    }
}
