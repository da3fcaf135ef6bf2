//! Attacks behind the camera, or with a head that does not do what the page says.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use selfsame_vision::Picture;

use super::Challenge;
use crate::head::raster::Texture;
use crate::head::{ActiveGuidance, Actor, Guidance, HeadPose, Moment, Reach, Scene, Subject, Wander};

/// Frames per second of a recording.
const CLIP_RATE: f64 = 30.0;

/// Magnifies the picture until the face fills the oval.
pub(super) struct Zoomed {
    scene: Scene,
    actor: Actor,
    zoom: Reach<1>,
}

impl Zoomed {
    pub(super) fn new(scene: Scene, actor: Actor) -> Self {
        Self { scene, actor, zoom: Reach::still([1.0]) }
    }
}

impl Subject for Zoomed {
    fn advance(&mut self, seconds: f64, guidance: &Guidance) -> Moment {
        // The person is told nothing: the program does the coming closer.
        self.actor.advance(seconds, &Guidance::default());
        if let (Some(wanted), Some(face), true) =
            (guidance.target_half_height, guidance.face, self.zoom.is_over(seconds))
        {
            let now = self.zoom.at(seconds)[0];
            let ratio = wanted / (f64::from(face.height) / 2.0);
            if !(0.97..=1.03).contains(&ratio) {
                let to = (now * ratio).clamp(1.0, 3.5);
                self.zoom = Reach {
                    from: [now],
                    to: [to],
                    begins: seconds,
                    takes: 0.4 + 1.4 * (to / now).ln().abs(),
                    overshoot: 0.0,
                    linear: false,
                };
            }
        }
        Moment { zoom: self.zoom.at(seconds)[0], ..Moment::live(seconds, self.actor.pose()) }
    }

    fn picture(&self, moment: &Moment, size: (u32, u32)) -> Picture {
        if moment.zoom <= 1.001 {
            return self.scene.render(&moment.pose, moment.seconds, size);
        }
        // A cut-out of the sensor has the fewer pixels the more it is magnified.
        let side = |side: u32| (f64::from(side) / moment.zoom).round().max(16.0) as u32;
        let cut =
            self.scene.zoomed(moment.zoom).render(&moment.pose, moment.seconds, (side(size.0), side(size.1)));
        cut.resized(size.0, size.1)
    }
}

/// A short recording, over and over.
pub(super) struct Looped {
    scene: Scene,
    poses: Vec<HeadPose>,
    ping_pong: bool,
}

impl Looped {
    pub(super) fn new(scene: Scene, mut actor: Actor, seconds: f64, ping_pong: bool) -> Self {
        let count = (seconds * CLIP_RATE) as usize + 1;
        let poses = (0..count)
            .map(|frame| {
                actor.advance(1.0 + frame as f64 / CLIP_RATE, &Guidance::default());
                actor.pose()
            })
            .collect();
        Self { scene, poses, ping_pong }
    }
}

impl Subject for Looped {
    fn advance(&mut self, seconds: f64, _: &Guidance) -> Moment {
        let tick = (seconds.max(0.0) * CLIP_RATE) as usize;
        let last = self.poses.len() - 1;
        let index = if self.ping_pong {
            let place = tick % (2 * last).max(1);
            if place <= last { place } else { 2 * last - place }
        } else {
            tick % self.poses.len()
        };
        // The recording's own clock: noise and shake repeat as well.
        let clip = 1.0 + index as f64 / CLIP_RATE;
        Moment { clip, ..Moment::live(seconds, self.poses[index]) }
    }

    fn picture(&self, moment: &Moment, size: (u32, u32)) -> Picture {
        self.scene.render(&moment.pose, moment.clip, size)
    }
}

/// One still, moved by a program as if the camera shook.
pub(super) struct Injected {
    still: Texture,
    pose: HeadPose,
    /// Shares of the width, a factor and radians.
    right: Wander,
    down: Wander,
    nearer: Wander,
    turn: Wander,
}

/// The still's longer side.
const STILL: u32 = 1280;

impl Injected {
    pub(super) fn new(scene: &Scene, actor: &Actor, seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x696E_6A65);
        let pose = HeadPose { blink: 0.0, ..actor.pose() };
        let still = scene.render(&pose, 0.0, (STILL, STILL * 9 / 16));
        let mut wander = |amplitude: f64| Wander::new(&mut rng, amplitude, 0.2..2.5, amplitude * 0.05);
        Self {
            still: Texture::new(&still),
            pose,
            right: wander(0.012),
            down: wander(0.009),
            nearer: wander(0.02),
            turn: wander(0.012),
        }
    }
}

impl Subject for Injected {
    fn advance(&mut self, seconds: f64, _: &Guidance) -> Moment {
        Moment::live(seconds, self.pose)
    }

    fn picture(&self, moment: &Moment, size: (u32, u32)) -> Picture {
        let t = moment.seconds;
        // A little larger than the view, so that no edge shows.
        let scale = 0.93 * (1.0 + self.nearer.at(t));
        let (sin, cos) = self.turn.at(t).sin_cos();
        let long = f64::from(size.0.max(size.1));
        let level = self.still.level(self.still.level_for((f64::from(STILL) / long) as f32));
        let across = level.width as f64;
        let (right, down) = (self.right.at(t), self.down.at(t));
        let mut rgb = Vec::with_capacity((size.0 * size.1 * 3) as usize);
        for y in 0..size.1 {
            let dy = (f64::from(y) + 0.5 - f64::from(size.1) / 2.0) / long;
            for x in 0..size.0 {
                let dx = (f64::from(x) + 0.5 - f64::from(size.0) / 2.0) / long;
                let sx = scale * (cos * dx - sin * dy) + right;
                let sy = scale * (sin * dx + cos * dy) + down;
                let colour = level.sample_at(
                    (level.width as f64 / 2.0 + sx * across) as f32,
                    (level.height as f64 / 2.0 + sy * across) as f32,
                );
                rgb.extend(colour[..3].iter().map(|value| (value + 0.5) as u8));
            }
        }
        Picture::from_rgb(size.0, size.1, rgb).expect("a picture of the size asked for")
    }
}

/// A real head that follows something else than the page.
pub(super) struct Recited {
    scene: Scene,
    actor: Actor,
    score: Score,
}

/// What it follows.
enum Score {
    /// The dots of the page, once, in another order and at its own pace: what decides the order, seconds per dot, and since
    /// when.
    OtherOrder { seed: u64, pace: f64, began: Option<f64> },
    /// A challenge of its own.
    Replayed(Box<Challenge>),
    /// A dot anywhere, for a while.
    Random { rng: Xoshiro256PlusPlus, until: f64, dot: [f64; 2], count: usize },
}

impl Recited {
    pub(super) fn other_order(scene: Scene, actor: Actor, seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x6F72_6465);
        let pace = rng.random_range(1.2..2.2);
        Self { scene, actor, score: Score::OtherOrder { seed: rng.random(), pace, began: None } }
    }

    pub(super) fn replayed(scene: Scene, actor: Actor, seed: u64) -> Self {
        // Recorded in a session of its own; nobody knows when this one begins its challenge.
        let challenge = Challenge::new(8, 1.5, seed ^ 0x7265_7065);
        Self { scene, actor, score: Score::Replayed(Box::new(challenge)) }
    }

    pub(super) fn random(scene: Scene, actor: Actor, seed: u64) -> Self {
        let rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x7261_6E64);
        Self { scene, actor, score: Score::Random { rng, until: 0.0, dot: [640.0, 360.0], count: 0 } }
    }

    fn followed(&mut self, seconds: f64, guidance: &Guidance) -> Guidance {
        let pose = self.actor.pose();
        match &mut self.score {
            Score::Replayed(challenge) => challenge.guidance(seconds, &pose),
            Score::OtherOrder { seed, pace, began } => {
                let mut own = guidance.clone();
                if let Some(active) = &mut own.active {
                    let step = ((seconds - *began.get_or_insert(seconds)) / *pace) as usize;
                    let order = other_order(active.circles.len(), *seed);
                    // With one dot there is no other order: it goes to the opposite side.
                    if let [dot] = active.circles.as_mut_slice() {
                        (dot.x, dot.y) = (guidance.size.0 - dot.x, guidance.size.1 - dot.y);
                    }
                    active.target = order.get(step).copied().unwrap_or(active.circles.len());
                }
                own
            }
            Score::Random { rng, until, dot, count } => {
                if seconds >= *until {
                    *until = seconds + rng.random_range(0.7..2.0);
                    *dot = [640.0 + rng.random_range(-230.0..230.0), 360.0 + rng.random_range(-170.0..170.0)];
                    *count += 1;
                }
                let mut own = Challenge::new(2, 0.0, 0).guidance(seconds, &pose);
                if let Some(ActiveGuidance { circles, target, .. }) = &mut own.active {
                    // Every place is a new dot to the actor.
                    *target = *count % 2;
                    for circle in circles {
                        (circle.x, circle.y) = (dot[0], dot[1]);
                    }
                }
                own
            }
        }
    }
}

/// An order of `count` things that is not the one they are in.
fn other_order(count: usize, seed: u64) -> Vec<usize> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..count).collect();
    while count > 1 && order.is_sorted() {
        for index in 0..count {
            let other = rng.random_range(index..count);
            order.swap(index, other);
        }
    }
    order
}

impl Subject for Recited {
    fn advance(&mut self, seconds: f64, guidance: &Guidance) -> Moment {
        let followed = self.followed(seconds, guidance);
        self.actor.advance(seconds, &followed);
        Moment::live(seconds, self.actor.pose())
    }

    fn picture(&self, moment: &Moment, size: (u32, u32)) -> Picture {
        self.scene.render(&moment.pose, moment.seconds, size)
    }
}
