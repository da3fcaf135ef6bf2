//! Machine-readable zones.
pub mod check;
pub mod compose;
pub mod date;
pub mod format;
pub mod names;
pub mod parse;
pub mod state;
pub use check::check_digit;
pub use date::{MrzDate, PartialDate};
pub use format::{Field, Format};
pub use parse::{Check, Issue, Mrz, ParseError, Sex, parse};
pub mod read;
pub use read::{CONFUSIONS, Line, ReadParams, Reading, Replacement, Verdict, read};
