//! Someone who reads the page and moves the head accordingly.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use super::movement::{Blinks, Reach, Wander, fitts};
use super::{Guidance, HeadPose};

/// How someone moves. The defaults are a person's.
#[derive(Debug, Clone, PartialEq)]
pub struct ActorParams {
    /// Seconds from a new demand to the first movement, drawn anew each time. Simple visual reactions take 0.2 s; choosing a
    /// direction and starting the head's mass takes 0.25 to 0.7.
    pub reaction: (f64, f64),
    /// Seconds of rest between a movement and the next correction of the aim.
    pub pause: (f64, f64),
    /// Share of the way that one movement is aimed to go; people fall short more than they go too far.
    pub aim: (f64, f64),
    /// Share of the way that a movement goes too far before it settles.
    pub overshoot: (f64, f64),
    /// Strength of what is not willed: sway, breathing, tremor, expressions. 1 for a person, 0 for a statue.
    pub life: f64,
    pub blinks: bool,
    /// Constant speed instead of the path of least jerk.
    pub linear: bool,
    /// Seconds for a turn, if not what Fitts' law says.
    pub takes: Option<f64>,
    /// Metres from the camera at first.
    pub distance: (f64, f64),
    /// Pixels that the controlled point goes per degree of yaw and of pitch in a frame 1280 wide, for someone who has played
    /// before. `None`: guessed at first, and learned from what each turn does.
    pub practised: Option<[f64; 2]>,
    /// Most yaw and pitch in degrees: people do not turn the page out of sight, hands turn a sheet as far as they like.
    pub furthest: [f64; 2],
    /// Least and most that a point on the screen is taken to go, in pixels per degree: whoever sees it creep does not turn away altogether.
    pub learned: (f64, f64),
}

impl Default for ActorParams {
    fn default() -> Self {
        Self {
            reaction: (0.25, 0.70),
            pause: (0.20, 0.45),
            aim: (0.84, 1.04),
            overshoot: (0.0, 0.07),
            life: 1.0,
            blinks: true,
            linear: false,
            takes: None,
            distance: (0.50, 0.68),
            practised: None,
            furthest: [34.0, 24.0],
            learned: (6.0, 30.0),
        }
    }
}

impl ActorParams {
    /// A program that turns a model: no reaction time, straight and even movements, nothing unwilled.
    pub fn machine() -> Self {
        Self {
            reaction: (0.0, 0.0),
            pause: (0.0, 0.0),
            aim: (1.0, 1.0),
            overshoot: (0.0, 0.0),
            life: 0.0,
            blinks: false,
            linear: true,
            takes: Some(0.35),
            distance: (0.55, 0.60),
            practised: None,
            ..Self::default()
        }
    }
}

/// The head of a person in front of the page. Its pose is a function of the time and of what it was told so far.
#[derive(Debug, Clone)]
pub struct Actor {
    params: ActorParams,
    rng: Xoshiro256PlusPlus,
    now: f64,
    /// Yaw, pitch and roll in degrees.
    turn: Reach<3>,
    /// x, y and distance in metres.
    place: Reach<3>,
    /// No movement is planned before.
    ready: f64,
    demand: Demand,
    /// Pixels that the controlled point goes per degree of yaw (to the right) and of pitch (up): what the person has learned.
    sensitivity: [f64; 2],
    /// Where point and head were when the last turn was planned.
    planned: Option<([f64; 2], [f64; 3])>,
    sway: Sway,
    blinks: Blinks,
    closed: f64,
}

/// What the person is busy with.
#[derive(Debug, Clone, PartialEq)]
enum Demand {
    Nothing,
    /// By index and direction: one that is shown in the place of one that was missed has the same index.
    Dot(usize, String),
    Nearer,
    Position(String),
}

/// What moves without being willed.
#[derive(Debug, Clone)]
struct Sway {
    turn: [Wander; 3],
    place: [Wander; 3],
    /// Hertz and phase.
    breath: (f64, f64),
    mouth: Wander,
    smile: Wander,
    brow: Wander,
}

impl Sway {
    fn new(rng: &mut Xoshiro256PlusPlus) -> Self {
        let size = rng.random_range(0.6..1.3);
        let mut wander = |amplitude: f64, tremor: f64| Wander::new(rng, amplitude * size, 0.08..0.6, tremor);
        Self {
            // Degrees and metres that people sway who sit and look at a screen.
            turn: [wander(1.6, 0.03), wander(1.1, 0.03), wander(0.8, 0.02)],
            place: [wander(0.005, 0.0), wander(0.003, 0.0), wander(0.008, 0.0)],
            breath: (rng.random_range(0.2..0.33), rng.random_range(0.0..6.0)),
            mouth: Wander::new(rng, 0.12, 0.1..0.9, 0.0),
            smile: Wander::new(rng, 0.35, 0.1..0.7, 0.0),
            brow: Wander::new(rng, 0.35, 0.1..0.8, 0.0),
        }
    }
}

impl Actor {
    /// `seed` decides who it is: where they sit, how they sway, how quick they are.
    pub fn new(params: ActorParams, seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x6163_746F_7200);
        let calm = params.life;
        let rest = [
            calm * rng.random_range(-0.025..0.025),
            calm * rng.random_range(-0.01..0.03),
            rng.random_range(params.distance.0..params.distance.1),
        ];
        let facing = [
            calm * rng.random_range(-3.0..3.0),
            calm * rng.random_range(-4.0..4.0),
            calm * rng.random_range(-2.5..2.5),
        ];
        let sway = Sway::new(&mut rng);
        let blinks = Blinks::new(Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x6C69_6473));
        // What one would guess of a point that follows the nose: 6 to 14 pixels per degree in a frame 1280 wide.
        let guessed = rng.random_range(7.0..12.0);
        let sensitivity = params.practised.unwrap_or([guessed; 2]);
        Self {
            params,
            rng,
            now: 0.0,
            turn: Reach::still(facing),
            place: Reach::still(rest),
            ready: 0.0,
            demand: Demand::Nothing,
            sensitivity,
            planned: None,
            sway,
            blinks,
            closed: 0.0,
        }
    }

    /// A person.
    pub fn person(seed: u64) -> Self {
        Self::new(ActorParams::default(), seed)
    }

    /// Lets time pass until `to_seconds`, with `guidance` on the screen. Time that runs backwards is ignored.
    pub fn advance(&mut self, to_seconds: f64, guidance: &Guidance) {
        if to_seconds < self.now {
            return;
        }
        self.now = to_seconds;
        if self.params.blinks {
            self.closed = self.blinks.closed(to_seconds);
        }
        let demand = self.demanded(guidance);
        if demand != self.demand {
            self.demand = demand;
            // Whoever turns already needs not decide to; a new dot is still a new decision.
            self.ready = self.ready.max(to_seconds).min(to_seconds + 0.1) + self.draw(self.params.reaction);
        }
        if to_seconds < self.ready || !self.turn.is_over(to_seconds) || !self.place.is_over(to_seconds) {
            return;
        }
        self.respond(guidance);
    }

    /// Where the head is now.
    pub fn pose(&self) -> HeadPose {
        let (now, life, sway) = (self.now, self.params.life, &self.sway);
        let [yaw, pitch, roll] = self.turn.at(now);
        let [x, y, distance] = self.place.at(now);
        let breath = (std::f64::consts::TAU * sway.breath.0 * now + sway.breath.1).sin();
        // Who leans closer sways less in metres.
        let near = (distance / 0.6).min(1.0) * life;
        HeadPose {
            yaw: yaw + life * sway.turn[0].at(now),
            pitch: pitch + life * (sway.turn[1].at(now) + 0.25 * breath),
            roll: roll + life * sway.turn[2].at(now) - 0.04 * yaw * life,
            x: x + near * sway.place[0].at(now),
            y: y + near * (sway.place[1].at(now) + 0.0015 * breath),
            distance: distance + near * (sway.place[2].at(now) + 0.002 * breath),
            blink: self.closed,
            mouth: life * sway.mouth.at(now).max(0.0),
            smile: life * sway.smile.at(now),
            brow: life * sway.brow.at(now),
        }
    }

    fn draw(&mut self, (low, high): (f64, f64)) -> f64 {
        low + (high - low) * self.rng.random_range(0.0..1.0)
    }

    fn demanded(&self, guidance: &Guidance) -> Demand {
        if let Some(active) = &guidance.active {
            let wanted = active.wanted().map(|dot| Demand::Dot(active.target, dot.position.clone()));
            return wanted.unwrap_or(Demand::Nothing);
        }
        if guidance.target_half_height.is_some() {
            return Demand::Nearer;
        }
        let said = &guidance.position_info;
        if guidance.too_far {
            return Demand::Position("CENTER_MOVE_FORWARDS".to_owned());
        }
        if guidance.too_close {
            return Demand::Position("CENTER_MOVE_BACKWARDS".to_owned());
        }
        if said.is_empty() || said == "GOOD" || said == "UNKNOWN" {
            return Demand::Nothing;
        }
        Demand::Position(said.clone())
    }

    fn respond(&mut self, guidance: &Guidance) {
        match self.demand.clone() {
            Demand::Nothing => {
                // Back to the screen once a challenge is over.
                let [yaw, pitch, _] = self.turn.to;
                if guidance.active.is_none() && (yaw.abs() > 6.0 || pitch.abs() > 6.0) {
                    self.face_the_screen();
                }
            }
            Demand::Dot(..) => self.follow(guidance),
            Demand::Nearer => self.come_nearer(guidance),
            Demand::Position(said) => self.obey(&said, guidance),
        }
    }

    /// Turns so that the controlled point goes to the dot.
    fn follow(&mut self, guidance: &Guidance) {
        let Some(active) = &guidance.active else { return };
        let Some(dot) = active.wanted() else { return };
        let here = self.turn.to;
        // What the last turn did to the point tells how far the next must go.
        if let (Some((point, head)), None) = (self.planned.take(), self.params.practised) {
            for (axis, sign) in [(0, 1.0), (1, -1.0)] {
                let turned = here[axis] - head[axis];
                let learned = sign * (active.controlled[axis] - point[axis]) / turned;
                // A short turn teaches little: what moved the point then may have been the other axis, or sway.
                if turned.abs() > 5.0 {
                    let learned = learned.clamp(self.params.learned.0, self.params.learned.1);
                    self.sensitivity[axis] = 0.5 * self.sensitivity[axis] + 0.5 * learned;
                }
            }
        }
        let off = [dot.x - active.controlled[0], dot.y - active.controlled[1]];
        let pause = self.draw(self.params.pause);
        if off[0].hypot(off[1]) < 0.35 * dot.radius {
            // There: wait for the page to agree.
            self.ready = self.now + pause;
            return;
        }
        let frame = if guidance.size.0 > 0.0 { guidance.size.0.max(guidance.size.1) / 1280.0 } else { 1.0 };
        let aim = self.draw(self.params.aim);
        let furthest = self.params.furthest;
        let mut to = here;
        for (axis, sign) in [(0, 1.0), (1, -1.0)] {
            let wanted = sign * off[axis] / (self.sensitivity[axis] * frame);
            to[axis] = (here[axis] + aim * wanted).clamp(-furthest[axis], furthest[axis]);
        }
        // Heads lean a little as they turn, never quite along the straight way.
        to[0] += self.params.life * self.rng.random_range(-0.7..0.7);
        to[1] += self.params.life * self.rng.random_range(-0.7..0.7);
        self.planned = Some((active.controlled, here));
        self.turn_to(to);
        self.ready = self.turn.begins + self.turn.takes + pause;
    }

    fn turn_to(&mut self, to: [f64; 3]) {
        let way = (0..2).map(|axis| (to[axis] - self.turn.to[axis]).powi(2)).sum::<f64>().sqrt();
        let overshoot = self.draw(self.params.overshoot);
        let tempo = if self.params.life > 0.0 { self.rng.random_range(0.9..1.35) } else { 1.0 };
        self.turn = Reach {
            from: self.turn.to,
            to,
            begins: self.now,
            takes: self.params.takes.unwrap_or_else(|| fitts(way) * tempo),
            overshoot,
            linear: self.params.linear,
        };
    }

    fn face_the_screen(&mut self) {
        let life = self.params.life;
        let to = [life * self.rng.random_range(-3.0..3.0), life * self.rng.random_range(-3.0..3.0), 0.0];
        self.turn_to(to);
        self.ready = self.now + self.turn.takes + self.draw(self.params.pause);
    }

    /// Moves until the face fills the oval.
    fn come_nearer(&mut self, guidance: &Guidance) {
        let (Some(face), Some(wanted)) = (guidance.face, guidance.target_half_height) else { return };
        let ratio = f64::from(face.height) / 2.0 / wanted;
        if !(0.97..=1.03).contains(&ratio) {
            let [_, _, distance] = self.place.to;
            let aim = self.draw(self.params.aim);
            let distance = (distance * ratio.clamp(0.4, 2.0).powf(aim)).clamp(0.16, 1.2);
            self.recentre(guidance, distance);
        }
        self.ready = self.place.begins.max(self.now - self.place.takes)
            + self.place.takes
            + self.draw(self.params.pause);
    }

    fn obey(&mut self, said: &str, guidance: &Guidance) {
        let distance = self.place.to[2];
        match said {
            "CENTER_MOVE_FORWARDS" => self.recentre(guidance, distance * 0.87),
            "CENTER_MOVE_BACKWARDS" => self.recentre(guidance, distance * 1.14),
            "CENTER_TURN_LEFT" | "CENTER_TURN_RIGHT" | "CENTER_ROTATE_UP" | "CENTER_ROTATE_DOWN"
            | "CENTER_TILT_LEFT" | "CENTER_TILT_RIGHT" => self.face_the_screen(),
            "OPEN_EYES" => self.blinks.hold(self.now),
            "STAND_STILL" | "MOVING_TOO_FAST" => {}
            _ => self.recentre(guidance, distance),
        }
        let pause = self.draw(self.params.pause) + self.draw(self.params.reaction);
        self.ready = self.ready.max(self.now + pause).max(self.place.begins + self.place.takes);
    }

    /// Moves to a distance, and so that the face comes to the middle of the frame.
    fn recentre(&mut self, guidance: &Guidance, distance: f64) {
        let [mut x, mut y, before] = self.place.to;
        // Seen from closer, what is off the middle is further off.
        if let (Some(face), true) = (guidance.face, guidance.size.0 > 0.0) {
            let centre = face.centre();
            let long = guidance.size.0.max(guidance.size.1);
            let off =
                [f64::from(centre.x) - guidance.size.0 / 2.0, f64::from(centre.y) - guidance.size.1 / 2.0];
            x -= 0.8 * off[0] / long * before;
            y -= 0.8 * off[1] / long * before;
        }
        let to = [x, y, distance];
        let way = (0..3).map(|axis| (to[axis] - self.place.to[axis]).powi(2)).sum::<f64>().sqrt();
        let tempo = if self.params.life > 0.0 { self.rng.random_range(0.85..1.4) } else { 1.0 };
        let takes = self.params.takes.unwrap_or((0.55 + way * 5.5) * tempo);
        let overshoot = self.draw(self.params.overshoot);
        self.place =
            Reach { from: self.place.to, to, begins: self.now, takes, overshoot, linear: self.params.linear };
    }
}
