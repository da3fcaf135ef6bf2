//! A challenge without a server: dots to go to, and a point that follows the head.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use selfsame_vision::Rect;

use crate::head::{ActiveGuidance, ChallengeCircle, Guidance, HeadPose};

/// Directions of the dots and where they are, in radii of the ring, in the camera's picture (a page mirrors it: what is to
/// the right here is on the left there).
const DOTS: [(&str, f64, f64); 8] = [
    ("T", 0.0, -1.0),
    ("TL", 0.7, -0.7),
    ("L", 1.0, 0.0),
    ("BL", 0.7, 0.7),
    ("B", 0.0, 1.0),
    ("BR", -0.7, 0.7),
    ("R", -1.0, 0.0),
    ("TR", -0.7, -0.7),
];
/// Frame, ring and dots in pixels.
const FRAME: (f64, f64) = (1280.0, 720.0);
const RING: (f64, f64) = (190.0, 150.0);
const DOT: f64 = 45.0;
/// Pixels per degree: 20 degrees of yaw or 15 of pitch reach a dot.
const GAIN: (f64, f64) = (9.5, 10.0);
/// Seconds that the point must stay on a dot.
const STAY: f64 = 0.25;

/// Join the dots, played by oneself: what the attacks that record another session follow, and what shows that an actor
/// follows at all. It knows the pose instead of measuring it.
#[derive(Debug, Clone)]
pub struct Challenge {
    circles: Vec<ChallengeCircle>,
    target: usize,
    /// Since when the point is on the dot.
    since: Option<f64>,
    begins: f64,
}

impl Challenge {
    /// `dots` different directions in an order of the seed's, from `begins` seconds on.
    ///
    /// # Panics
    /// When more than eight dots are wanted.
    pub fn new(dots: usize, begins: f64, seed: u64) -> Self {
        assert!(dots <= DOTS.len(), "there are eight directions");
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x646F_7473);
        let mut order: Vec<usize> = (0..DOTS.len()).collect();
        for index in 0..dots {
            let other = rng.random_range(index..order.len());
            order.swap(index, other);
        }
        let circles = order[..dots].iter().map(|&dot| circle(dot)).collect();
        Self { circles, target: 0, since: None, begins }
    }

    /// How many dots were reached.
    pub const fn reached(&self) -> usize {
        self.target
    }

    pub fn is_done(&self) -> bool {
        self.target >= self.circles.len()
    }

    /// Guidance without any demand: just the face's box as a lens of 0.95 sees it in a frame of 1280 x 720.
    pub fn seen(pose: &HeadPose) -> Guidance {
        let (width, height) = (0.145 / pose.distance * 1216.0, 0.19 / pose.distance * 1216.0);
        let (x, y) = (pose.x / pose.distance * 1216.0, (pose.y + 0.03) / pose.distance * 1216.0);
        Guidance {
            size: FRAME,
            face: Some(Rect {
                x: (FRAME.0 / 2.0 + x - width / 2.0) as f32,
                y: (FRAME.1 / 2.0 + y - height / 2.0) as f32,
                width: width as f32,
                height: height as f32,
            }),
            position_info: "GOOD".to_owned(),
            ..Guidance::default()
        }
    }

    /// What the page shows at `seconds` to a head in this pose.
    pub fn guidance(&mut self, seconds: f64, pose: &HeadPose) -> Guidance {
        let mut guidance = Self::seen(pose);
        if seconds < self.begins {
            return guidance;
        }
        let controlled = [FRAME.0 / 2.0 + GAIN.0 * pose.yaw, FRAME.1 / 2.0 - GAIN.1 * pose.pitch];
        if let Some(dot) = self.circles.get(self.target) {
            if (controlled[0] - dot.x).hypot(controlled[1] - dot.y) > dot.radius {
                self.since = None;
            } else if seconds - *self.since.get_or_insert(seconds) >= STAY {
                (self.target, self.since) = (self.target + 1, None);
            }
        }
        guidance.active =
            Some(ActiveGuidance { controlled, target: self.target, circles: self.circles.clone() });
        guidance
    }
}

fn circle(dot: usize) -> ChallengeCircle {
    let (position, x, y) = DOTS[dot];
    ChallengeCircle {
        x: FRAME.0 / 2.0 + x * RING.0,
        y: FRAME.1 / 2.0 + y * RING.1,
        radius: DOT,
        position: position.to_owned(),
    }
}
