//! Words and colours for people; colours only on a terminal, and never where NO_COLOR is set.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::failure::Failure;

/// What a piece of text is, for those who see colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Warning,
    Bad,
    Quiet,
    Strong,
}

impl Tone {
    const fn sequence(self) -> &'static str {
        match self {
            Self::Good => "\x1b[32m",
            Self::Warning => "\x1b[33m",
            Self::Bad => "\x1b[31m",
            Self::Quiet => "\x1b[2m",
            Self::Strong => "\x1b[1m",
        }
    }
}

fn wants_colour(is_terminal: bool) -> bool {
    // https://no-color.org: set and not empty.
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    is_terminal && !refused && !dumb
}

/// Text for standard output.
pub(crate) fn toned(tone: Tone, text: &str) -> String {
    if wants_colour(std::io::stdout().is_terminal()) {
        format!("{}{text}\x1b[0m", tone.sequence())
    } else {
        text.to_owned()
    }
}

/// A line on standard output.
pub(crate) fn say(line: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout().lock(), "{line}").map_err(Failure::Output)
}

/// One JSON object in one line on standard output.
pub(crate) fn say_json<T: Serialize>(value: &T) -> Result<(), Failure> {
    let mut line = serde_json::to_string(value).map_err(|error| Failure::Output(error.into()))?;
    line.push('\n');
    std::io::stdout().lock().write_all(line.as_bytes()).map_err(Failure::Output)
}

/// An error on standard error. Nothing can be done when that fails as well.
pub(crate) fn complain(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let label = if wants_colour(stderr.is_terminal()) { "\x1b[31merror:\x1b[0m" } else { "error:" };
    let _ = writeln!(stderr, "{label} {text}");
}

/// A progress bar on standard error; it draws nothing where that is no terminal.
pub(crate) fn progress(steps: usize, what: &'static str) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(steps as u64), target).with_message(what);
    match ProgressStyle::with_template("{msg:<10} {wide_bar} {pos}/{len} {per_sec:>10} {eta:>5}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Text from a file name or a list, safe to print: control characters could drive the terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { char::REPLACEMENT_CHARACTER } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_drive_the_terminal() {
        assert_eq!(printable("a\x1b[31mb\n.jpg"), "a\u{FFFD}[31mb\u{FFFD}.jpg");
    }
}
