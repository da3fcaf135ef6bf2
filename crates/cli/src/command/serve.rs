//! `selfsame serve`

use std::process::ExitCode;

use selfsame_config::{Config, DEFAULT};

use crate::args::ServeArgs;
use crate::failure::Failure;
use crate::terminal::say;

pub(crate) fn serve(args: &ServeArgs) -> Result<ExitCode, Failure> {
    if args.print_config {
        say(DEFAULT.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut config = Config::load(args.config.as_deref())?;
    if let Some(listen) = args.listen {
        config.server.listen = listen;
    }
    if let Some(data) = &args.data {
        config.data.dir.clone_from(data);
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::Runtime)?;
    runtime.block_on(selfsame_server::run(config))?;
    Ok(ExitCode::SUCCESS)
}
