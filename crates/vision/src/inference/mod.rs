//! The inference engine: which files it needs, whether they are what the manifest says, and who may run a network when.
//!
//! * [`Manifest`] is `models/manifest.toml`: files, hashes, tensor layouts, thresholds and calibration as data;
//! * `Engine` is ONNX Runtime, loaded from the library that the manifest names for this platform;
//! * `Lane` holds one session per network; as many threads compute at once as there are lanes.

mod engine;
mod manifest;
mod pool;
mod weights;

use std::path::{Path, PathBuf};

pub use engine::Slot;
pub(crate) use engine::{Engine, Lane};
pub use manifest::{
    CalibrationPoint, EngineLibrary, InputSpec, LengthSpec, Manifest, Opened, OutputSpec, PlaneOrder,
    SlotSpec,
};
pub(crate) use pool::Pool;

/// The command that makes stored templates again after the embedders have changed.
pub const REMAKING_COMMAND: &str = "selfsame faces remake";

/// The command that mends a missing or altered file.
pub const MENDING_COMMAND: &str = "make models";

/// Why the networks could not be loaded. The server does not start with any of these.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("{} cannot be read ({detail}); run `{MENDING_COMMAND}` or point the models folder at the one that came with the program", file.display())]
    Missing { file: PathBuf, detail: String },
    #[error("{} is not the file that the manifest names (sha256 {found}, expected {expected}); run `{MENDING_COMMAND}`", file.display())]
    Altered { file: PathBuf, expected: String, found: String },
    #[error("the manifest {} cannot be used: {detail}; restore it from the release, or correct your own", file.display())]
    Manifest { file: PathBuf, detail: String },
    #[error("{} does not fit the slot {slot}: {detail}; run `{MENDING_COMMAND}`, or correct the manifest of your own network", file.display())]
    Misshapen { file: PathBuf, slot: &'static str, detail: String },
    #[error("there is no inference engine for {os} on {arch}; the manifest {} names those there are", file.display())]
    Platform { file: PathBuf, os: &'static str, arch: &'static str },
    #[error("the inference engine {} does not load ({detail}); run `{MENDING_COMMAND}`", file.display())]
    Engine { file: PathBuf, detail: String },
}

impl ModelError {
    /// The file it is about.
    pub fn file(&self) -> &Path {
        match self {
            Self::Missing { file, .. }
            | Self::Altered { file, .. }
            | Self::Manifest { file, .. }
            | Self::Misshapen { file, .. }
            | Self::Platform { file, .. }
            | Self::Engine { file, .. } => file,
        }
    }

    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "model_missing",
            Self::Altered { .. } => "model_altered",
            Self::Manifest { .. } => "model_manifest_invalid",
            Self::Misshapen { .. } => "model_misshapen",
            Self::Platform { .. } => "engine_platform_unsupported",
            Self::Engine { .. } => "engine_not_loaded",
        }
    }
}

/// A file that was found to be what the manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile {
    /// `engine`, or the slot's name.
    pub slot: String,
    /// What is in the slot.
    pub name: String,
    pub file: PathBuf,
    /// Lower-case hexadecimal.
    pub sha256: String,
    pub bytes: u64,
    pub licence: String,
}

/// Why a network gave no answer. Never a yes, never a no.
#[derive(Debug, thiserror::Error)]
pub enum VisionError {
    #[error("the {slot} network failed ({detail}); see the server's log, and `selfsame doctor`")]
    Inference { slot: &'static str, detail: String },
    #[error("the {slot} network answered with numbers that are not finite; the picture is not usable")]
    NotFinite { slot: &'static str },
    #[error(
        "the templates are of different modes, {left} and {right}; make the older one again from its picture (`{REMAKING_COMMAND}` does so for all that the server keeps), or enrol the person again"
    )]
    ModeMismatch { left: String, right: String },
}

impl VisionError {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Inference { .. } => "inference_failed",
            Self::NotFinite { .. } => "inference_not_finite",
            Self::ModeMismatch { .. } => "template_mode_mismatch",
        }
    }
}
