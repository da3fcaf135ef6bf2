//! From a TOML text to a workflow, or to everything that is wrong with it.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::{
    Condition, CredentialKind, OnUnavailable, RetentionClass, Rule, Step, Wanted, Workflow, WorkflowRef,
    WorkflowVerdict,
};
use crate::transaction::{Capability, CapabilityResult, Results, Standing};

/// What is wrong with a definition, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct WorkflowError {
    pub file: String,
    /// From 1 on.
    pub line: usize,
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    key: Spanned<String>,
    version: Spanned<u32>,
    retention: RetentionClass,
    #[serde(default)]
    credentials: Vec<WrittenCredential>,
    #[serde(default)]
    steps: Vec<WrittenStep>,
    #[serde(default)]
    rules: Vec<Spanned<WrittenRule>>,
    #[serde(default)]
    examples: Vec<Spanned<WrittenExample>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCredential {
    name: Spanned<String>,
    kind: CredentialKind,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStep {
    capability: Spanned<String>,
    #[serde(default)]
    needs: Vec<Spanned<String>>,
    attempts: Option<Spanned<u32>>,
    #[serde(default)]
    on_unavailable: OnUnavailable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    field: Option<Spanned<String>>,
    is: Option<Vec<Spanned<String>>>,
    is_not: Option<Vec<Spanned<String>>>,
    verdict: WorkflowVerdict,
    label: Option<String>,
    risk: Option<Spanned<u8>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenExample {
    results: BTreeMap<String, String>,
    verdict: WorkflowVerdict,
}

/// Times that a step is begun where nothing is said.
const ATTEMPTS: u32 = 10;

/// Collects what is wrong.
struct Checker<'a> {
    file: &'a str,
    text: &'a str,
    errors: Vec<WorkflowError>,
}

impl Checker<'_> {
    fn wrong(&mut self, at: Range<usize>, what: String) {
        let line = 1 + self.text.as_bytes()[..at.start.min(self.text.len())]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        self.errors.push(WorkflowError { file: self.file.to_owned(), line, what });
    }

    fn capability(&mut self, name: &Spanned<String>) -> Option<Capability> {
        let found = Capability::named(name.get_ref());
        if found.is_none() {
            let known = Capability::ALL.map(Capability::name).join(", ");
            self.wrong(name.span(), format!("{:?} is no capability; there are {known}", name.get_ref()));
        }
        found
    }

    fn standings(&mut self, names: &[Spanned<String>]) -> Vec<Standing> {
        let mut found = Vec::new();
        for name in names {
            match Standing::named(name.get_ref()) {
                Some(standing) => found.push(standing),
                None => {
                    let known = Standing::ALL.map(Standing::name).join(", ");
                    self.wrong(name.span(), format!("{:?} is no result; there are {known}", name.get_ref()));
                }
            }
        }
        found
    }
}

pub(super) fn parse(file: &str, text: &str) -> Result<Workflow, Vec<WorkflowError>> {
    let mut checker = Checker { file, text, errors: Vec::new() };
    let written: Written = match toml::from_str(text) {
        Ok(written) => written,
        Err(error) => {
            checker.wrong(error.span().unwrap_or(0..0), error.message().to_owned());
            return Err(checker.errors);
        }
    };
    let id = WorkflowRef { key: written.key.get_ref().clone(), version: *written.version.get_ref() };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if id.key.is_empty() || id.key.len() > 64 || !id.key.chars().all(plain) {
        let what = "a key is 1 to 64 small letters, digits and underscores".to_owned();
        checker.wrong(written.key.span(), what);
    }
    if id.version == 0 {
        checker.wrong(written.version.span(), "versions begin with 1".to_owned());
    }
    let credentials = credentials(&mut checker, &written.credentials);
    let steps = steps(&mut checker, &written.steps, &credentials);
    let rules = rules(&mut checker, &written.rules, &steps);
    let workflow = Workflow { id, retention: written.retention, credentials, steps, rules };
    if checker.errors.is_empty() {
        run_examples(&mut checker, &workflow, &written.examples);
    }
    if checker.errors.is_empty() { Ok(workflow) } else { Err(checker.errors) }
}

fn credentials(checker: &mut Checker<'_>, written: &[WrittenCredential]) -> Vec<Wanted> {
    let mut found: Vec<Wanted> = Vec::new();
    for credential in written {
        let name = credential.name.get_ref();
        if found.iter().any(|other| other.name == *name) || Capability::named(name).is_some() {
            let what = format!("{name:?} is a credential or a capability already; name this one otherwise");
            checker.wrong(credential.name.span(), what);
        }
        found.push(Wanted { name: name.clone(), kind: credential.kind });
    }
    found
}

/// The steps in an order in which each comes after what it needs.
fn steps(checker: &mut Checker<'_>, written: &[WrittenStep], credentials: &[Wanted]) -> Vec<Step> {
    let mut waiting: Vec<(Step, Range<usize>)> = Vec::new();
    for step in written {
        let Some(capability) = checker.capability(&step.capability) else { continue };
        if waiting.iter().any(|(other, _)| other.capability == capability) {
            let what = format!("{} is asked already; leave one of the two steps out", capability.name());
            checker.wrong(step.capability.span(), what);
            continue;
        }
        for need in &step.needs {
            let name = need.get_ref();
            let known = credentials.iter().any(|credential| credential.name == *name)
                || written.iter().any(|other| other.capability.get_ref() == name);
            if !known {
                let what = format!("{name:?} is neither a credential nor a step; add it, or leave it out");
                checker.wrong(need.span(), what);
            }
        }
        let attempts = step.attempts.as_ref().map_or(ATTEMPTS, |attempts| *attempts.get_ref());
        if !(1..=100).contains(&attempts) {
            let at = step.attempts.as_ref().map_or(0..0, Spanned::span);
            checker.wrong(at, format!("attempts = {attempts} is not allowed: 1 to 100"));
        }
        let needs = step.needs.iter().map(|need| need.get_ref().clone()).collect();
        let step_of = Step { capability, needs, attempts, on_unavailable: step.on_unavailable };
        waiting.push((step_of, step.capability.span()));
    }
    in_order(checker, waiting)
}

fn in_order(checker: &mut Checker<'_>, mut waiting: Vec<(Step, Range<usize>)>) -> Vec<Step> {
    let mut sorted: Vec<Step> = Vec::new();
    while !waiting.is_empty() {
        let is_waiting =
            |name: &String| waiting.iter().any(|(other, _)| other.capability.name() == name.as_str());
        let Some(next) = waiting.iter().position(|(step, _)| !step.needs.iter().any(is_waiting)) else {
            let names: Vec<_> = waiting.iter().map(|(step, _)| step.capability.name()).collect();
            let what = format!("{} need one another; leave one of their needs out", names.join(", "));
            checker.wrong(waiting[0].1.clone(), what);
            break;
        };
        sorted.push(waiting.remove(next).0);
    }
    sorted
}

fn rules(checker: &mut Checker<'_>, written: &[Spanned<WrittenRule>], steps: &[Step]) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for spanned in written {
        let rule = spanned.get_ref();
        let when = condition(checker, spanned, steps);
        if rules.iter().any(|earlier| covers(earlier.when.as_ref(), when.as_ref())) {
            let what =
                "no result reaches this rule, an earlier one holds; put it before that one, or leave it out";
            checker.wrong(spanned.span(), what.to_owned());
        }
        if let Some(risk) = rule.risk.as_ref().filter(|risk| *risk.get_ref() > 100) {
            checker.wrong(risk.span(), format!("risk = {} is not allowed: 0 to 100", risk.get_ref()));
        }
        let risk = rule.risk.as_ref().map(|risk| *risk.get_ref());
        rules.push(Rule { when, verdict: rule.verdict, label: rule.label.clone(), risk });
    }
    if rules.last().is_none_or(|last| last.when.is_some()) {
        let at = written.last().map_or(0..0, Spanned::span);
        checker.wrong(at, "the last rule has to hold always; add one without a field".to_owned());
    }
    rules
}

fn condition(checker: &mut Checker<'_>, spanned: &Spanned<WrittenRule>, steps: &[Step]) -> Option<Condition> {
    let rule = spanned.get_ref();
    let Some(name) = &rule.field else {
        if rule.is.is_some() || rule.is_not.is_some() {
            checker.wrong(spanned.span(), "a rule with results needs a field".to_owned());
        }
        return None;
    };
    let field = checker.capability(name)?;
    if !steps.iter().any(|step| step.capability == field) {
        let what = format!("no step asks {}; add one, or leave the rule out", field.name());
        checker.wrong(name.span(), what);
    }
    let standings = match (&rule.is, &rule.is_not) {
        (Some(is), None) => checker.standings(is),
        (None, Some(is_not)) => {
            let not = checker.standings(is_not);
            Standing::ALL.into_iter().filter(|standing| !not.contains(standing)).collect()
        }
        _ => Vec::new(),
    };
    if standings.is_empty() {
        let what = "a rule with a field has either `is` or `is_not`, with at least one result that can be";
        checker.wrong(spanned.span(), what.to_owned());
    }
    Some(Condition { field, standings })
}

/// Whether every result for which `later` holds is decided by `earlier`.
fn covers(earlier: Option<&Condition>, later: Option<&Condition>) -> bool {
    match (earlier, later) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(earlier), Some(later)) => {
            earlier.field == later.field
                && later.standings.iter().all(|standing| earlier.standings.contains(standing))
        }
    }
}

fn run_examples(checker: &mut Checker<'_>, workflow: &Workflow, examples: &[Spanned<WrittenExample>]) {
    if examples.is_empty() {
        checker.wrong(0..0, "there is no example; add one for each verdict".to_owned());
    }
    for spanned in examples {
        let example = spanned.get_ref();
        let mut results = Results::default();
        for (name, standing) in &example.results {
            let (Some(capability), Some(standing)) = (Capability::named(name), Standing::named(standing))
            else {
                let what = format!("{name} = {standing:?} is no capability with a result");
                checker.wrong(spanned.span(), what);
                continue;
            };
            results.results.push(CapabilityResult {
                capability,
                standing,
                refusals: Vec::new(),
                problem: None,
            });
        }
        let found = workflow.decide(&results).verdict;
        if found != example.verdict {
            let what =
                format!("the rules say {found:?} to this example, which expects {:?}", example.verdict);
            checker.wrong(spanned.span(), what);
        }
    }
}
