//! Examination: pictures and parameters in, findings out. It knows no transaction, no store and no clock.
//!
//! * `reading`: one picture of a document, read;
//! * `look`: all pictures of a transaction looked at; `seen`: what was seen;
//! * `agreement`: what two places of a document say of one another;
//! * `findings`: what was seen, as answers of each check;
//! * `evidence`: what a verdict rests on, as it is kept.

mod agreement;
mod evidence;
mod findings;
mod look;
mod reading;
mod seen;

pub use agreement::AgreementParams;
pub(crate) use evidence::{TransactionEvidence, is_of};
pub(crate) use findings::{extraction, findings};
pub(crate) use look::{Pictures, look};
pub(crate) use reading::read;
pub use seen::LookParams;
pub(crate) use seen::Seen;
