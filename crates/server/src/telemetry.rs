//! The log: for people on a terminal, JSON for machines. Standard error, so that standard output stays the caller's.

use std::io::IsTerminal as _;

use selfsame_config::{LogConfig, LogFormat};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// A second start in one process (tests) keeps the first.
///
/// # Errors
/// A filter that cannot be read: a log that says less than was asked for would be noticed too late.
pub(crate) fn start(config: &LogConfig) -> Result<(), ParseError> {
    let filter = EnvFilter::try_new(&config.filter)?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = match config.format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Human => builder.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init(),
    };
    Ok(())
}
