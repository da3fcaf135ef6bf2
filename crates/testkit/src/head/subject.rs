//! Whatever is before the camera, asked frame by frame.

use selfsame_vision::Picture;

use super::{Actor, Guidance, HeadPose, Scene};

/// Something before a camera that is told what the page shows.
pub trait Subject: Send + Sync {
    /// Lets time pass until `seconds` after the camera was switched on, with `guidance` on the screen, and says how things
    /// are then. Time must not run backwards.
    fn advance(&mut self, seconds: f64, guidance: &Guidance) -> Moment;

    /// What the camera saw at a moment: any moment, as often and at any size wanted. The same moment and size give the same
    /// bytes, so that a full frame can be asked for long after its tracking frame.
    fn picture(&self, moment: &Moment, size: (u32, u32)) -> Picture;

    /// The frame at `seconds`: [`Subject::advance`], then [`Subject::picture`].
    fn frame(&mut self, seconds: f64, guidance: &Guidance, size: (u32, u32)) -> Picture {
        let moment = self.advance(seconds, guidance);
        self.picture(&moment, size)
    }
}

/// How things are before the camera.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Seconds since the camera was switched on.
    pub seconds: f64,
    /// The pose that the face seems to have: what one would measure who knows nothing of media.
    pub pose: HeadPose,
    /// The pose of the head that was photographed.
    pub(crate) shown: HeadPose,
    /// Seconds since the camera that recorded what is shown was switched on.
    pub(crate) clip: f64,
    /// Where the medium is: a pose like a head's, of its middle.
    pub(crate) held: HeadPose,
    /// How much the picture is magnified.
    pub(crate) zoom: f64,
}

impl Moment {
    pub(crate) fn live(seconds: f64, pose: HeadPose) -> Self {
        Self { seconds, pose, shown: pose, clip: seconds, held: HeadPose::default(), zoom: 1.0 }
    }
}

/// A person before the camera, as should be.
#[derive(Debug, Clone)]
pub struct Person {
    pub scene: Scene,
    pub actor: Actor,
}

impl Subject for Person {
    fn advance(&mut self, seconds: f64, guidance: &Guidance) -> Moment {
        self.actor.advance(seconds, guidance);
        Moment::live(seconds, self.actor.pose())
    }

    fn picture(&self, moment: &Moment, size: (u32, u32)) -> Picture {
        self.scene.render(&moment.pose, moment.seconds, size)
    }
}
