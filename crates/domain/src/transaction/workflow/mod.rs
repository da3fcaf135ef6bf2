//! Workflows as data: which credentials are wanted, which capabilities are asked of them, and by which rules the results are decided.
//!
//! A definition is TOML. It has no loops, no clock, no network and no expressions. One that is wrong is refused with file, line and
//! what to do ([`WorkflowError`]). A transaction pins key and version when it begins ([`WorkflowRef`]); a version never changes.

mod check;

use serde::{Deserialize, Serialize};

use super::{Capability, Results, Standing};

pub use check::WorkflowError;

/// What a transaction was begun with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WorkflowRef {
    pub key: String,
    /// From 1 on.
    pub version: u32,
}

/// What is wanted of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CredentialKind {
    /// An identity document.
    Id,
    Selfie,
    /// A face that was enrolled before.
    Facemap,
    /// A paper that identifies nobody by itself.
    Document,
}

/// A credential, under the name that steps need it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub name: String,
    pub kind: CredentialKind,
}

/// What becomes of a transaction while something that a step needs is away. Never a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUnavailable {
    /// The step is tried again later.
    #[default]
    Retry,
    /// A person decides.
    Review,
}

/// A capability that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub capability: Capability,
    /// Names of credentials, and of capabilities that come first.
    pub needs: Vec<String>,
    /// Times that the step is begun at most, 1 to 100.
    pub attempts: u32,
    pub on_unavailable: OnUnavailable,
}

/// What the rules say of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WorkflowVerdict {
    Passed,
    Warning,
    Rejected,
    /// A person decides.
    Review,
}

impl WorkflowVerdict {
    /// The name that rows have it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Warning => "WARNING",
            Self::Rejected => "REJECTED",
            Self::Review => "REVIEW",
        }
    }
}

/// When a rule holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub field: Capability,
    /// It holds when the result stands in any of these.
    pub standings: Vec<Standing>,
}

/// One rule; the first that holds decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// `None`: it always holds.
    pub when: Option<Condition>,
    pub verdict: WorkflowVerdict,
    pub label: Option<String>,
    /// 0 to 100.
    pub risk: Option<u8>,
}

/// What the first rule that held says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowDecision {
    pub verdict: WorkflowVerdict,
    pub label: Option<String>,
    pub risk: Option<u8>,
}

/// How long what a workflow collects is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetentionClass {
    /// For as long as the tenant's settings say.
    Standard,
}

/// A definition that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workflow {
    pub id: WorkflowRef,
    pub retention: RetentionClass,
    pub credentials: Vec<Wanted>,
    /// In an order in which each comes after what it needs.
    pub steps: Vec<Step>,
    pub rules: Vec<Rule>,
}

/// The definitions that are compiled in: file name and text.
const BUILT_IN: [(&str, &str); 2] = [
    ("document.toml", include_str!("../../../workflows/document.toml")),
    ("document_and_selfie.toml", include_str!("../../../workflows/document_and_selfie.toml")),
];

impl Workflow {
    /// Reads a definition, checks it and runs its examples. `file` is the name that errors have it by.
    ///
    /// # Errors
    /// Everything that is wrong with it, at least one.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<WorkflowError>> {
        check::parse(file, text)
    }

    /// The workflows that are compiled in.
    ///
    /// # Errors
    /// What is wrong with them: the server does not start with a wrong one.
    pub fn built_in() -> Result<Vec<Self>, Vec<WorkflowError>> {
        BUILT_IN.into_iter().map(|(file, text)| Self::parse(file, text)).collect()
    }

    /// The built-in workflow that examines a document, with or without the comparison of its portrait with a selfie.
    pub fn of_documents(similarity: bool) -> WorkflowRef {
        let key = if similarity { "document_and_selfie" } else { "document" };
        WorkflowRef { key: key.to_owned(), version: 1 }
    }

    /// Times that a transaction is begun at most: those of the step that allows the fewest.
    pub fn attempts(&self) -> u32 {
        self.steps.iter().map(|step| step.attempts).min().unwrap_or(1)
    }

    /// What the rules say of these results: the first rule that holds.
    pub fn decide(&self, results: &Results) -> WorkflowDecision {
        let holds = |rule: &&Rule| {
            rule.when.as_ref().is_none_or(|when| when.standings.contains(&results.standing(when.field)))
        };
        // The last rule of a checked definition always holds.
        let review = WorkflowDecision { verdict: WorkflowVerdict::Review, label: None, risk: None };
        self.rules.iter().find(holds).map_or(review, |rule| WorkflowDecision {
            verdict: rule.verdict,
            label: rule.label.clone(),
            risk: rule.risk,
        })
    }
}

#[cfg(test)]
mod tests;
