//! What a transaction is made of: the pictures that were sent.

use serde::{Deserialize, Serialize};

/// Which picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartRole {
    Front,
    Back,
    Face,
}

impl PartRole {
    pub const ALL: [Self; 3] = [Self::Front, Self::Back, Self::Face];
}

/// How a picture is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureFormat {
    Jpeg,
    Png,
}
