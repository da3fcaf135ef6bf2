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

pub use key::{DataKey, MasterKeys, WrappedKey};
pub use name::BlobKey;
pub use objects::Blobs;

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
    #[error("the object store failed: {0}")]
    Store(#[from] object_store::Error),
    #[error("the file system failed: {0}")]
    Io(#[from] std::io::Error),
}
