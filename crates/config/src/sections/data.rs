//! Section `[data]`.

use std::path::PathBuf;

use serde::Deserialize;

use super::{OutOfBounds, not_empty};

/// Where everything is kept that must outlive the server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// Folder; made at the first start.
    pub dir: PathBuf,
}

impl DataConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        not_empty("data.dir", self.dir.as_os_str(), "the path of a folder")
    }
}
