//! Rows, as the database has them. Times are milliseconds since the Unix epoch.

#![expect(unreachable_pub, reason = "the derive makes its companions public")]

pub(crate) mod audit_entry;
pub(crate) mod audit_head;
pub(crate) mod bio_session;
pub(crate) mod callback_attempt;
pub(crate) mod callback_secret;
pub(crate) mod credential;
pub(crate) mod face;
pub(crate) mod failed_attempts;
pub(crate) mod identity;
pub(crate) mod identity_consent;
pub(crate) mod identity_evidence;
pub(crate) mod outbox;
pub(crate) mod server_key;
pub(crate) mod server_process;
pub(crate) mod tenant;
pub(crate) mod transaction;
pub(crate) mod transaction_result;
