//! What the server sees: pictures through one bounded door, faces in them, and what can be said about a face.
//!
//! * [`image`]: decoding within limits, upright pictures, crops and warps into tensors;
//! * [`inference`]: the engine, the manifest of networks, sessions and who may use them;
//! * [`face`]: detection, landmarks, pose, alignment, embedding, comparison, quality;
//! * `document`: machine-readable zones, barcodes and what is printed for people, found and read;
//! * [`pad`]: presentation-attack detection from a single picture;
//! * [`recapture`]: the grid of a screen and the edges of a device, measured on the pixels.
//!
//! [`Vision`] is the way in. **Every method of [`Vision`] computes for milliseconds and may wait for a free session: call it
//! from a blocking thread (`spawn_blocking`), never from an async task.**
//!
//! Nothing here logs, keeps or writes a picture or a template.

mod document;
pub mod face;
pub mod image;
pub mod inference;
mod motion;
pub mod pad;
pub mod recapture;
mod vision;

pub use document::{Effort, EffortParams, EffortStep, both_sides, signs};
pub use face::{
    CompareError, Comparison, Embedding, FaceSighting, Pose, Quality, QualityReason, Template, TemplateError,
    subject,
};
pub use image::{Format, ImageError, Limits, Picture};
pub use inference::{ModelError, ModelFile, VisionError};
pub use motion::{Around, Explained, FollowedPoint, Motion, MotionStep};
pub use pad::Texture;
pub use recapture::Recapture;
pub use selfsame_domain::document::DocumentReading;
pub use selfsame_domain::{Point, Rect};
pub use vision::{DocumentWants, Vision, VisionSettings};
