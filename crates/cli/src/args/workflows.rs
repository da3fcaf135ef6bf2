//! Arguments of `selfsame workflows`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum WorkflowsCommand {
    /// Check definitions and run their examples
    Check(WorkflowsCheckArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame workflows check onboarding.toml
  selfsame workflows check workflows/*.toml --json | jq '.[].errors'

Checked are: names of capabilities and results, what steps need, cycles, rules that no result reaches, the last rule, and
every example. Each fault is told with file and line. --json prints [{file,ok,key,version,errors:[{line,what}]}].

Exit: 0 all are right, 1 one is wrong or cannot be read.")]
pub(crate) struct WorkflowsCheckArgs {
    /// Definitions, TOML
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[arg(long)]
    pub(crate) json: bool,
}
