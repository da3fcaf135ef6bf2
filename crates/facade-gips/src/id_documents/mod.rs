//! `/gips/v1/identities/{id}/id-documents…`

pub(crate) mod capture;
mod details;
