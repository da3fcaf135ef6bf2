//! The program `selfsame`: the server, and on the command line what the server does to pictures.
//!
//! Results go to standard output, everything else to standard error, so that `--json` prints only JSON.

mod allocator;
mod args;
mod command;
mod eval;
mod failure;
mod metrics;
mod parallel;
mod picture;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

use args::{
    CallbacksCommand, Cli, Command, DatabaseCommand, EvalCommand, FacesArgs, FacesCommand, ModelsCommand,
    WorkflowsCommand,
};

fn main() -> ExitCode {
    allocator::give_memory_back();
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Serve(args) => command::serve(&args),
        Command::Faces(FacesArgs { command: Some(FacesCommand::Remake(args)), .. }) => command::remake(&args),
        Command::Faces(args) => command::faces(&args),
        Command::Compare(args) => return command::compare(&args),
        Command::Document(args) => command::document(&args),
        Command::Eval { command: EvalCommand::Verification(args) } => eval::verification(&args),
        Command::Eval { command: EvalCommand::Pad(args) } => eval::pad(&args),
        Command::Eval { command: EvalCommand::Mrz(args) } => eval::mrz(&args),
        Command::Models { command: ModelsCommand::Check(args) } => command::models_check(&args),
        Command::Callbacks { command: CallbacksCommand::List(args) } => command::callbacks::list(&args),
        Command::Callbacks { command: CallbacksCommand::Show(args) } => command::callbacks::show(&args),
        Command::Callbacks { command: CallbacksCommand::Replay(args) } => command::callbacks::replay(&args),
        Command::Callbacks { command: CallbacksCommand::Secret(args) } => command::callbacks::secret(&args),
        Command::Audit { command } => command::audit::run(&command),
        Command::Tenants { command } => command::tenants::run(&command),
        Command::Database { command: DatabaseCommand::Migrate(args) } => command::database_migrate(&args),
        Command::Workflows { command: WorkflowsCommand::Check(args) } => command::workflows_check(&args),
        Command::Doctor(args) => command::doctor(&args),
    };
    done.unwrap_or_else(|failure| failure.report())
}
