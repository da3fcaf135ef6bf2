//! Accuracy, measured on pictures of the user's own.

mod captures;
mod mrz;
mod pad;
mod pairs;
mod verification;

pub(crate) use mrz::mrz;
pub(crate) use pad::pad;
pub(crate) use verification::verification;

/// A rate for people: percent with what the number of trials can tell.
fn percent(rate: f64) -> String {
    format!("{:.2} %", rate * 100.0)
}
