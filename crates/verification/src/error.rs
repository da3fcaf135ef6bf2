//! Why a use case did not succeed.

use selfsame_vision::image::ImageError;

use crate::workers::WorkError;

/// Closed set: a dialect maps each to a status and a body of its own. No variant carries personal data.
#[derive(Debug, thiserror::Error)]
pub enum UseCaseError {
    /// No such session, face or picture *of this tenant*.
    #[error("not found")]
    NotFound,
    /// The caller's picture cannot be used.
    #[error(transparent)]
    Image(#[from] ImageError),
    #[error(
        "no face was found in the picture; send one in which a face is at least 40 pixels wide, upright and uncovered"
    )]
    NoFace,
    /// More than the caller may keep.
    #[error("the session holds {0} faces, which is the most it may")]
    TooManyFaces(usize),
    /// Something in the request is not allowed.
    #[error("{0}")]
    Invalid(&'static str),
    /// A stored template is of the face networks of an earlier version. The operator makes it again.
    #[error(
        "a face was enrolled by other face networks ({found}) than the server compares with ({wanted}); send its picture again"
    )]
    OtherMode { found: String, wanted: String },
    #[error("the server is busy; try again in a few seconds")]
    Overloaded,
    /// The data were sealed under another master key: the operator's matter, told to no caller.
    #[error("{0}")]
    OtherMasterKey(selfsame_blobs::BlobError),
    #[error("internal error")]
    Internal,
}

impl UseCaseError {
    /// Logs the cause, which callers are not told.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a use case failed");
        Self::Internal
    }
}

impl From<selfsame_store::StoreError> for UseCaseError {
    fn from(error: selfsame_store::StoreError) -> Self {
        Self::internal(&error)
    }
}

impl From<selfsame_blobs::BlobError> for UseCaseError {
    fn from(error: selfsame_blobs::BlobError) -> Self {
        if matches!(error, selfsame_blobs::BlobError::UnknownMaster(_)) {
            tracing::error!(cause = %error, "a use case failed");
            return Self::OtherMasterKey(error);
        }
        Self::internal(&error)
    }
}

impl From<selfsame_vision::VisionError> for UseCaseError {
    fn from(error: selfsame_vision::VisionError) -> Self {
        if let selfsame_vision::VisionError::ModeMismatch { left, right } = &error {
            tracing::error!(cause = %error, "a stored template cannot be compared");
            return Self::OtherMode { found: left.clone(), wanted: right.clone() };
        }
        Self::internal(&error)
    }
}

impl From<WorkError> for UseCaseError {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::Overloaded => Self::Overloaded,
            WorkError::Panicked => Self::internal(&error),
        }
    }
}
