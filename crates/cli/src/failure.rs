//! Why a command did not do what it was asked.

use std::path::PathBuf;
use std::process::ExitCode;

use selfsame_config::ConfigError;
use selfsame_server::ServeError;
use selfsame_server::tenant_desk::TenantsError;
use selfsame_verification::UseCaseError;
use selfsame_vision::{ImageError, ModelError, VisionError};

use crate::terminal;

/// Every text says what happened, to what, and what to do next.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Config(#[from] ConfigError),
    #[error("{0}")]
    Models(#[from] ModelError),
    #[error("{0}")]
    Serve(#[from] ServeError),
    #[error("{}: {cause}", file.display())]
    Picture { file: PathBuf, cause: PictureFailure },
    #[error("{0}")]
    Tenants(TenantsError),
    #[error("{0}")]
    Vision(#[from] VisionError),
    #[error(
        "the templates could not all be made again: {0}. The log above says why; run it again, and it goes on where it was"
    )]
    Remake(UseCaseError),
    #[error(
        "not every key could be wrapped anew: {0}. Run it again, and it goes on where it was; destroy no key before"
    )]
    Rewrap(UseCaseError),
    #[error("{} cannot be read: {cause}; check its name and permissions", file.display())]
    Unreadable { file: PathBuf, cause: std::io::Error },
    #[error("{} cannot be written: {cause}; check the folder and its permissions", file.display())]
    Unwritable { file: PathBuf, cause: std::io::Error },
    #[error("{}, line {line}: {what}", file.display())]
    Line { file: PathBuf, line: usize, what: String },
    #[error("{0}")]
    Input(String),
    #[error("standard output cannot be written: {0}")]
    Output(std::io::Error),
    #[error("the runtime did not start: {0}; check the limits of this process with `selfsame doctor`")]
    Runtime(std::io::Error),
}

impl From<TenantsError> for Failure {
    fn from(error: TenantsError) -> Self {
        match error {
            TenantsError::Setting(error) => Self::Input(selfsame_config::setting_words(&error)),
            error => Self::Tenants(error),
        }
    }
}

/// Why one picture gave no face.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureFailure {
    #[error("there is no such file; check its name")]
    Missing,
    #[error("it cannot be read ({0}); check its permissions")]
    Unreadable(std::io::Error),
    #[error("it is a folder; name a picture in it: a JPEG, PNG or WebP file")]
    Folder,
    #[error("{0}")]
    Image(#[from] ImageError),
    #[error("no face was found; send a sharp, well-lit picture in which the face is larger")]
    NoFace,
    #[error("{0}")]
    Vision(#[from] VisionError),
}

impl PictureFailure {
    /// A stable name for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Missing => "file_missing",
            Self::Unreadable(_) | Self::Folder => "file_unreadable",
            Self::Image(error) => error.code(),
            Self::NoFace => "no_face",
            Self::Vision(error) => error.code(),
        }
    }
}

impl Failure {
    /// A stable name for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Config(_) => "configuration_invalid",
            Self::Models(error) => error.code(),
            Self::Serve(_) => "server_failed",
            Self::Remake(_) => "remake_incomplete",
            Self::Rewrap(_) => "rewrap_incomplete",
            Self::Tenants(_) => "tenant_not_changed",
            Self::Picture { cause, .. } => cause.code(),
            Self::Vision(error) => error.code(),
            Self::Unreadable { .. } => "file_unreadable",
            Self::Unwritable { .. } => "file_unwritable",
            Self::Line { .. } | Self::Input(_) => "input_invalid",
            Self::Output(_) => "output_failed",
            Self::Runtime(_) => "runtime_failed",
        }
    }

    /// Told on standard error; the exit status is 1. A reader that went away (`selfsame … | head`) is no failure.
    pub(crate) fn report(self) -> ExitCode {
        if let Self::Output(cause) = &self
            && cause.kind() == std::io::ErrorKind::BrokenPipe
        {
            return ExitCode::SUCCESS;
        }
        terminal::complain(&self.to_string());
        ExitCode::FAILURE
    }
}
