//! A head that can be turned: a portrait laid over a generic skull, before a room, seen by a pinhole camera, and moved as
//! people move.
//!
//! * [`Head::from_portrait`] measures a portrait with the project's own detector and landmarks and makes a textured mesh;
//! * [`Scene`] is a head, a room and a camera: [`Scene::render`] photographs a [`HeadPose`] at any size, when asked;
//! * [`Actor`] moves as someone does who reads the page: it hears [`Guidance`] and answers with poses.
//!
//! The attacks on it, behind the same interface, are in [`attack::live`](crate::attack::live).
//!
//! Signs are those of `selfsame_vision::Pose` and of the camera's picture (not of the mirror that a page shows): yaw above 0
//! turns the face towards the right edge of the picture, pitch above 0 turns it up, roll above 0 leans it clockwise.

mod actor;
mod camera;
mod fit;
mod guidance;
mod lids;
mod movement;
mod outline;
mod plate;
pub(crate) mod raster;
mod room;
mod scene;
pub(crate) mod shape;
mod subject;

pub use actor::{Actor, ActorParams};
pub use camera::{Hold, Lens};
pub use fit::{Head, HeadError};
pub use guidance::{ActiveGuidance, ChallengeCircle, Guidance};
pub use scene::{Scene, SceneParams};
pub use subject::{Moment, Person, Subject};

pub(crate) use camera::{Noise, gaussian};
pub(crate) use movement::{Reach, Wander};
pub(crate) use scene::View;

/// Where a head is and what its face does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeadPose {
    /// Degrees, above 0 towards the right edge of the picture.
    pub yaw: f64,
    /// Degrees, above 0 up.
    pub pitch: f64,
    /// Degrees, above 0 clockwise in the picture.
    pub roll: f64,
    /// Metres from the camera's axis to the middle of the eyes of the upright head, to the right of the picture.
    pub x: f64,
    /// The same, downwards.
    pub y: f64,
    /// Metres from the camera to the eyes of the upright head.
    pub distance: f64,
    /// 0 = eyes open as in the portrait, 1 = closed.
    pub blink: f64,
    /// 0 = as in the portrait, 1 = the jaw a centimetre lower.
    pub mouth: f64,
    /// -1..1: corners of the mouth drawn in or out by 4 mm.
    pub smile: f64,
    /// -1..1: brows lowered or raised by 4 mm.
    pub brow: f64,
}

impl Default for HeadPose {
    /// Frontal, in the middle, at 0.6 m.
    fn default() -> Self {
        Self {
            yaw: 0.0,
            pitch: 0.0,
            roll: 0.0,
            x: 0.0,
            y: 0.0,
            distance: 0.6,
            blink: 0.0,
            mouth: 0.0,
            smile: 0.0,
            brow: 0.0,
        }
    }
}

#[cfg(test)]
mod tests;
