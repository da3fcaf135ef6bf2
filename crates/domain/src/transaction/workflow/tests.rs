use super::*;
use crate::transaction::CapabilityResult;

fn errors(text: &str) -> Vec<String> {
    let found = Workflow::parse("a.toml", text).expect_err("it is wrong");
    found.iter().map(ToString::to_string).collect()
}

/// A small definition that is right.
const RIGHT: &str = r#"key = "a"
version = 1
retention = "standard"
[[credentials]]
name = "id"
kind = "ID"
[[steps]]
capability = "usability"
needs = ["id"]
[[steps]]
capability = "extraction"
needs = ["usability"]
[[rules]]
field = "usability"
is_not = ["PASSED"]
verdict = "REJECTED"
[[rules]]
verdict = "PASSED"
[[examples]]
results = { usability = "PASSED" }
verdict = "PASSED"
"#;

#[test]
fn what_is_compiled_in_is_right_and_its_versions_are_told_apart() {
    let all = Workflow::built_in().expect("right");
    let keys: Vec<_> = all.iter().map(|workflow| (workflow.id.key.as_str(), workflow.id.version)).collect();
    assert_eq!(keys, [("document", 1), ("document_and_selfie", 1)]);
    for workflow in &all {
        assert_eq!(workflow.decide(&Results::default()).verdict, WorkflowVerdict::Rejected);
    }
}

#[test]
fn no_built_in_workflow_passes_unless_each_of_its_steps_did() {
    for workflow in Workflow::built_in().expect("right") {
        let result = |capability, standing| CapabilityResult {
            capability,
            standing,
            refusals: Vec::new(),
            problem: None,
        };
        let all = |except: Option<(Capability, Standing)>| {
            let results = workflow.steps.iter().map(|step| match except {
                Some((of, standing)) if of == step.capability => result(of, standing),
                _ => result(step.capability, Standing::Passed),
            });
            Results { results: results.collect(), mrz_verified: true }
        };
        assert_eq!(workflow.decide(&all(None)).verdict, WorkflowVerdict::Passed);
        for step in &workflow.steps {
            for standing in [Standing::Rejected, Standing::NotExecuted] {
                let decided = workflow.decide(&all(Some((step.capability, standing))));
                assert_eq!(decided.verdict, WorkflowVerdict::Rejected, "{:?} {standing:?}", step.capability);
            }
        }
    }
}

#[test]
fn steps_come_after_what_they_need_and_the_first_rule_that_holds_decides() {
    let text = RIGHT.replace("needs = [\"id\"]", "needs = [\"extraction\"]").replace(
        "capability = \"extraction\"\nneeds = [\"usability\"]",
        "capability = \"extraction\"\nneeds = [\"id\"]",
    );
    let workflow = Workflow::parse("a.toml", &text).expect("right");
    let order: Vec<_> = workflow.steps.iter().map(|step| step.capability).collect();
    assert_eq!(order, [Capability::Extraction, Capability::Usability]);
    assert_eq!((workflow.steps[0].attempts, workflow.attempts()), (10, 10));
    let fewer = text.replacen("needs = [\"id\"]", "needs = [\"id\"]\nattempts = 3", 1);
    assert_eq!(Workflow::parse("a.toml", &fewer).expect("right").attempts(), 3);
}

#[test]
fn each_fault_is_told_with_its_line_and_what_to_do() {
    for (from, to, line, words) in [
        ("capability = \"usability\"", "capability = \"taste\"", 8, "\"taste\" is no capability"),
        ("needs = [\"id\"]", "needs = [\"passport\"]", 9, "neither a credential nor a step"),
        ("needs = [\"id\"]", "needs = [\"extraction\"]", 8, "need one another"),
        ("capability = \"extraction\"", "capability = \"usability\"", 11, "asked already"),
        ("field = \"usability\"", "field = \"liveness\"", 14, "no step asks liveness"),
        ("is_not = [\"PASSED\"]", "is_not = [\"OK\"]", 15, "\"OK\" is no result"),
        ("is_not = [\"PASSED\"]", "", 13, "either `is` or `is_not`"),
        ("results = { usability = \"PASSED\" }", "results = {}", 19, "which expects Passed"),
        ("version = 1", "version = 0", 2, "versions begin with 1"),
        ("key = \"a\"", "key = \"A b\"", 1, "a key is"),
        ("kind = \"ID\"", "kind = \"HAT\"", 6, "HAT"),
        ("version = 1", "version = 1\ncolour = 7", 3, "colour"),
        ("needs = [\"id\"]", "needs = [\"id\"]\nattempts = 0", 10, "1 to 100"),
        ("needs = [\"id\"]", "needs = [\"id\"]\non_unavailable = \"approve\"", 10, "approve"),
        ("verdict = \"REJECTED\"", "verdict = \"REJECTED\"\nrisk = 101", 17, "0 to 100"),
    ] {
        assert!(RIGHT.contains(from), "{from}");
        let found = errors(&RIGHT.replacen(from, to, 1));
        let expected = format!("a.toml:{line}: ");
        assert!(
            found.iter().any(|error| error.starts_with(&expected) && error.contains(words)),
            "{to}: {found:?}"
        );
    }
}

#[test]
fn rules_that_nothing_reaches_or_that_leave_something_open_are_refused() {
    let always = "[[rules]]\nverdict = \"PASSED\"\n";
    let after = format!(
        "{always}[[rules]]\nfield = \"usability\"\nis = [\"WARNING\"]\nverdict = \"WARNING\"\n{always}"
    );
    let found = errors(&RIGHT.replace(always, &after));
    assert_eq!(
        found.iter().filter(|error| error.contains("no result reaches this rule")).count(),
        2,
        "{found:?}"
    );
    let narrower =
        format!("[[rules]]\nfield = \"usability\"\nis = [\"WARNING\"]\nverdict = \"WARNING\"\n{always}");
    let found = errors(&RIGHT.replace(always, &narrower));
    assert!(found[0].contains("no result reaches"), "what is not passed was refused before: {found:?}");
    let found = errors(&RIGHT.replace(always, ""));
    assert!(found[0].contains("has to hold always"), "{found:?}");
    let found = errors(&RIGHT[..RIGHT.find("[[examples]]").unwrap()]);
    assert!(found[0].contains("no example"), "{found:?}");
}
