//! What is counted of captures, transactions and queues. No name, reference or address is a label; each label has a few values.

use std::time::Duration;

use selfsame_domain::document::DocumentType;
use selfsame_domain::transaction::Outcome;
use selfsame_domain::{LivenessMode, Verdict};
use serde::Serialize;

use crate::{UseCaseError, Verification};

/// How things stand just now.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Live captures under way in this process.
    pub captures: usize,
    /// Work of this process that waits for a core: of guidance, and of evidence and requests.
    pub waiting: (usize, usize),
    /// Transactions of all processes that wait or are looked at.
    pub transactions: u64,
    /// How long the oldest of them waits.
    pub oldest: Duration,
    /// Callbacks of all processes by state: `pending`, `delivered`, `dead`.
    pub callbacks: Vec<(String, i64)>,
}

impl Verification {
    /// How things stand just now: for `/metrics`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn standing(&self) -> Result<Standing, UseCaseError> {
        let mut repository = self.store().begin().await?;
        let (transactions, since) = repository.transactions().for_maintenance_waiting().await?;
        let mut callbacks = repository.outbox().for_maintenance_counts().await?;
        // A state that nothing is in any more is told as well, or its last number would stay.
        for state in ["pending", "delivered", "dead"] {
            if !callbacks.iter().any(|(named, _)| named == state) {
                callbacks.push((state.to_owned(), 0));
            }
        }
        Ok(Standing {
            captures: self.captures(),
            waiting: self.workers().waiting(),
            transactions,
            oldest: since.map_or(Duration::ZERO, |since| self.now().since(since)),
            callbacks,
        })
    }
}

/// A capture was decided, and the decision is stored.
pub(crate) fn capture_decided(mode: LivenessMode, verdict: &Verdict) {
    let (mode, outcome) = (label(&mode), label(&verdict.status));
    ::metrics::counter!("selfsame_captures_total", "mode" => mode, "outcome" => outcome).increment(1);
    for report in &verdict.report.witnesses {
        let (witness, word) = (label(&report.witness), label(&report.testimony));
        ::metrics::counter!("selfsame_witness_testimonies_total", "witness" => witness, "word" => word)
            .increment(1);
    }
}

/// A transaction was decided, and the decision is stored.
pub(crate) fn transaction_decided(kind: DocumentType, outcome: &Outcome) {
    let kind = label(&kind);
    let outcome = match outcome {
        Outcome::Approved => "approved",
        Outcome::Fraud { .. } => "fraud",
        Outcome::UnsupportedKind => "unsupported_kind",
        Outcome::UnsupportedCountry => "unsupported_country",
        Outcome::NotReadable { .. } => "not_readable",
        Outcome::NothingUploaded => "nothing_uploaded",
    };
    ::metrics::counter!("selfsame_transactions_total", "kind" => kind, "outcome" => outcome).increment(1);
}

/// Another process took over a transaction that this one looks at.
pub(crate) fn lease_lost() {
    ::metrics::counter!("selfsame_lease_lost_total").increment(1);
}

/// Somebody was refused for want of room.
pub(crate) fn refused(reason: &'static str) {
    ::metrics::counter!("selfsame_admission_refused_total", "reason" => reason).increment(1);
}

/// The name that a value of a few is stored by, in small letters.
fn label(value: &impl Serialize) -> String {
    let name = serde_json::to_value(value).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or("other").to_lowercase()
}
