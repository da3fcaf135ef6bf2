//! `selfsame workflows check`

use std::process::ExitCode;

use selfsame_domain::transaction::workflow::{Workflow, WorkflowError};
use serde::Serialize;

use crate::args::WorkflowsCheckArgs;
use crate::failure::Failure;
use crate::terminal::{Tone, complain, say, say_json, toned};

#[derive(Serialize)]
struct Checked {
    file: String,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    errors: Vec<Fault>,
}

#[derive(Serialize)]
struct Fault {
    line: usize,
    what: String,
}

pub(crate) fn workflows_check(args: &WorkflowsCheckArgs) -> Result<ExitCode, Failure> {
    let mut all = Vec::new();
    for file in &args.files {
        let text = std::fs::read_to_string(file)
            .map_err(|cause| Failure::Unreadable { file: file.clone(), cause })?;
        let name = file.display().to_string();
        all.push(match Workflow::parse(&name, &text) {
            Ok(workflow) => {
                let (key, version) = (Some(workflow.id.key), Some(workflow.id.version));
                Checked { file: name, ok: true, key, version, errors: Vec::new() }
            }
            Err(errors) => {
                let faults = errors.into_iter().map(|WorkflowError { line, what, .. }| Fault { line, what });
                Checked { file: name, ok: false, key: None, version: None, errors: faults.collect() }
            }
        });
    }
    if args.json {
        say_json(&all)?;
    } else {
        for checked in &all {
            for Fault { line, what } in &checked.errors {
                complain(&format!("{}:{line}: {what}", checked.file));
            }
            if let (Some(key), Some(version)) = (&checked.key, checked.version) {
                say(&format!("{} {}: {key}, version {version}", toned(Tone::Good, "ok"), checked.file))?;
            }
        }
    }
    Ok(if all.iter().all(|checked| checked.ok) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
