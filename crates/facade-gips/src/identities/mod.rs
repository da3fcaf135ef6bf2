//! `/gips/v1/identities`

pub(crate) mod consents;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod post;
pub(crate) mod proof;
pub(crate) mod status;
