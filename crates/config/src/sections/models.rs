//! Section `[models]`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::{OutOfBounds, bounds, not_empty};

/// Where the networks are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelsConfig {
    /// Folder of `manifest.toml` and `node_modules`.
    pub dir: PathBuf,
    /// Copies of each network that work at once, 1 to 256; unset: one per core.
    pub sessions: Option<usize>,
    /// Slot of the manifest to the file that describes the operator's own network.
    #[serde(default)]
    pub slots: BTreeMap<String, PathBuf>,
}

impl ModelsConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        not_empty("models.dir", self.dir.as_os_str(), "the path of a folder")?;
        bounds("models.sessions", self.sessions.unwrap_or(1), 1, 256, "1 to 256")
    }
}
