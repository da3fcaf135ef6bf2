//! Encrypted objects: nothing that shows a person is written in the clear.
//!
//! Each subject (a bio-session) has a random [`DataKey`]; the server stores it only wrapped by a master key. Forgetting the
//! wrapped key erases everything sealed with it, also in backups. All encryption is AES-256-GCM with a random 96-bit nonce; the
//! *name* of what is sealed ([`BlobKey`]) is authenticated with it, so that a blob moved to another place does not open.
//!
//! Sealed form: `version (1) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. Wrapped data key: `version (1) ‖ master key id (4) ‖ sealed`.

mod key;
mod name;
mod objects;
mod s3;

pub use key::{DataKey, MasterKeys, WrappedKey};
pub use name::BlobKey;
pub use objects::Blobs;
pub use s3::S3Settings;

/// Why something could not be sealed, opened, written or read. Carries no personal data.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("what was stored does not open: it was altered, moved, or sealed with another key")]
    Sealed,
    #[error("the data could not be encrypted")]
    Seal,
    #[error(
        "the data key was wrapped by master key {0}, which is not here; bring it back into the key folder"
    )]
    UnknownMaster(String),
    #[error("security.master_key must be 32 bytes in base64")]
    MasterKeyForm,
    #[error("the master key file {file} {problem}")]
    MasterKeyFile { file: String, problem: &'static str },
    #[error(
        "{path}, where the master keys are, cannot be used: {cause}; see that it belongs to the user that runs the server"
    )]
    MasterKeyPlace { path: String, cause: std::io::Error },
    #[error("the object store failed: {}", said(.0))]
    Store(#[from] object_store::Error),
    #[error("[blobs] cannot be used: {0}")]
    Settings(String),
    #[error(
        "{place} cannot be used: an object could not be {step}: {cause}. See that it is there, that it can be reached from here, and that the credentials of [blobs] may read, write, list and delete in it"
    )]
    Unusable { place: String, step: &'static str, cause: String },
    #[error("the file system failed: {0}")]
    Io(#[from] std::io::Error),
}

/// What a store says of a failure, without what a service may repeat of the request (names of objects, signatures).
fn said(error: &object_store::Error) -> String {
    use object_store::Error;
    match error {
        Error::NotFound { .. } => "there is no such object or bucket".to_owned(),
        Error::PermissionDenied { .. } => "the credentials do not allow it".to_owned(),
        Error::Unauthenticated { .. } => "the credentials are not accepted".to_owned(),
        Error::Generic { source, .. } => innermost(source.as_ref()),
        Error::NotSupported { .. } | Error::NotImplemented { .. } => "the store does not know how".to_owned(),
        _ => "the request was refused".to_owned(),
    }
}

/// The first cause: `connection refused` says more than that a request failed. A service's answer is no cause but a body.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let text = cause.to_string();
    // An answer of the service: XML that repeats what was sent.
    match text.split_once('<') {
        Some((before, body)) => {
            let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
            let before = before.trim_end_matches([' ', ':']);
            match code {
                Some((code, _)) => format!("{before}: {code}"),
                None => before.to_owned(),
            }
        }
        None => text,
    }
}
