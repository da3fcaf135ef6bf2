//! A face that belongs to a bio-session: the best image of a capture, or a picture that was uploaded to be compared.

use serde::{Deserialize, Serialize};

use crate::{FaceId, Personal, Point, Rect, SessionId, TenantId, Timestamp};

/// What kind of picture a face was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FaceImageType {
    Selfie,
    IdDocument,
}

/// Quality from -100 to 200: above 100 is a good template, negative means that the picture has to be sent again.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FaceQuality(pub f32);

/// What is known of a face, without its picture and its template (these are encrypted elsewhere).
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    pub id: FaceId,
    pub tenant_id: TenantId,
    pub session_id: SessionId,
    /// What the integrator calls the picture; often a person's name.
    pub friendly_name: Option<Personal<String>>,
    /// SHA-256 of the picture's bytes as they were received, hexadecimal.
    pub digest: String,
    /// Name of the embedder and its version: templates of different modes are never compared.
    pub mode: String,
    pub image_type: FaceImageType,
    pub quality: FaceQuality,
    /// Width and height of the upright picture, in pixels.
    pub image_size: (u32, u32),
    /// Pixels of the upright picture.
    pub bounds: Rect,
    /// Centres of the person's right and left eye (left and right in the picture), in pixels.
    pub eyes: [Point; 2],
    /// Whether the picture was kept; without it only metadata can be read.
    pub has_image: bool,
    pub created_at: Timestamp,
}
