//! The log: for people on a terminal, JSON for machines. Standard error, so that standard output stays the caller's.

use std::io::IsTerminal as _;

use selfsame_config::{LogConfig, LogFormat};
use tracing_subscriber::EnvFilter;

/// A second start in one process (tests) keeps the first.
pub(crate) fn start(config: &LogConfig) {
    let filter = EnvFilter::try_new(&config.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = match config.format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Human => builder.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init(),
    };
}
