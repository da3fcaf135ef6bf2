//! From a file to a picture with faces.

use std::path::Path;

use selfsame_config::Config;
use selfsame_vision::image::{Limits, decode};
use selfsame_vision::{FaceSighting, Picture, Vision, VisionSettings};

use crate::args::Sources;
use crate::failure::{Failure, PictureFailure};

/// What looks at pictures, as the configuration says.
#[derive(Debug)]
pub(crate) struct Eyes {
    pub(crate) vision: Vision,
    limits: Limits,
}

impl Sources {
    /// The configuration, with `--models` over it.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let mut config = Config::load(self.config.as_deref())?;
        if let Some(models) = &self.models {
            config.models.dir.clone_from(models);
        }
        Ok(config)
    }
}

/// Where the networks are, as the configuration says.
pub(crate) fn vision_settings(config: &Config) -> VisionSettings {
    VisionSettings {
        weights_dir: config.models.dir.clone(),
        sessions: config.models.sessions,
        slots: config.models.slots.clone(),
        on_demand: false,
    }
}

impl Eyes {
    pub(crate) fn open(sources: &Sources) -> Result<Self, Failure> {
        let config = sources.config()?;
        Ok(Self {
            // What is not needed for these pictures is neither read nor opened.
            vision: Vision::load(&VisionSettings { on_demand: true, ..vision_settings(&config) })?,
            limits: Limits {
                max_bytes: config.images.max_bytes,
                max_side: config.images.max_side,
                max_pixels: config.images.max_pixels,
                ..Limits::default()
            },
        })
    }

    /// Threads that can look at pictures at once.
    pub(crate) fn threads(&self) -> usize {
        self.vision.sessions()
    }

    /// An upright picture within the limits that the server has too.
    pub(crate) fn read(&self, file: &Path) -> Result<Picture, PictureFailure> {
        let unreadable = |cause: std::io::Error| match cause.kind() {
            std::io::ErrorKind::NotFound => PictureFailure::Missing,
            _ => PictureFailure::Unreadable(cause),
        };
        let metadata = std::fs::metadata(file).map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(PictureFailure::Folder);
        }
        let size = metadata.len();
        // A file that is too long is refused before it is in memory.
        if size > self.limits.max_bytes as u64 {
            let bytes = usize::try_from(size).unwrap_or(usize::MAX);
            return Err(
                selfsame_vision::ImageError::TooManyBytes { bytes, max: self.limits.max_bytes }.into()
            );
        }
        Ok(decode(&std::fs::read(file).map_err(unreadable)?, &self.limits)?)
    }

    /// The picture and its largest face.
    pub(crate) fn read_face(&self, file: &Path) -> Result<(Picture, FaceSighting), PictureFailure> {
        let picture = self.read(file)?;
        let faces = self.vision.detect(&picture)?;
        let face = faces.into_iter().next().ok_or(PictureFailure::NoFace)?;
        Ok((picture, face))
    }
}
