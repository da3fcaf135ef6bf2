//! Flat things before the camera: paper, phones, tablets, monitors, and a mask of paper.

use std::sync::Arc;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use selfsame_vision::Picture;

use super::super::medium::Medium;
use super::super::plane::HandMotion;
use super::Challenge;
use crate::head::raster::{Corner, Frame, Level, Texture, wanted_level};
use crate::head::shape::{PIVOT, rotate, rotation};
use crate::head::{Actor, Guidance, Head, HeadPose, Moment, Scene, Subject, View};

/// What carries the picture.
#[derive(Debug, Clone)]
pub(super) enum Carrier {
    Paper,
    BentPaper,
    /// Life-size paper without eyes, and whose eyes are behind it.
    Mask(Arc<Head>),
    /// The same, bent about a vertical axis.
    BentMask(Arc<Head>),
    Phone,
    Tablet,
    /// Larger than the view.
    Monitor,
}

/// What the picture shows.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Still,
    Looking(Box<Actor>),
    Challenged(Box<(Actor, Challenge)>),
}

impl Content {
    /// A recording of someone who just looks.
    pub(super) fn looking(seed: u64) -> Self {
        Self::Looking(Box::new(Actor::person(seed ^ 0x6C6F_6F6B)))
    }

    /// A recording of someone who follows a challenge.
    pub(super) fn challenged(seed: u64) -> Self {
        let challenge = Challenge::new(8, 1.2, seed ^ 0x6368_616C);
        Self::Challenged(Box::new((Actor::person(seed ^ 0x6C6F_6F6B), challenge)))
    }

    fn advance(&mut self, seconds: f64) -> HeadPose {
        match self {
            Self::Still => HeadPose::default(),
            Self::Looking(actor) => {
                actor.advance(seconds, &Guidance::default());
                actor.pose()
            }
            Self::Challenged(both) => {
                let (actor, challenge) = &mut **both;
                let guidance = challenge.guidance(seconds, &actor.pose());
                actor.advance(seconds, &guidance);
                actor.pose()
            }
        }
    }
}

/// Measures of a carrier in metres, and of the picture on it.
#[derive(Debug, Clone, Copy)]
struct Format {
    medium: Medium,
    /// Width and height of what shows the picture.
    shows: [f64; 2],
    /// Width of the margin around it: paper's is white, a screen's is black.
    margin: f64,
    /// Pixels of the picture.
    pixels: (u32, u32),
    /// Metres from its camera to the person when the picture was taken.
    taken_from: f64,
    /// Curvature about a vertical axis, 1/metre.
    bend: f64,
}

impl Carrier {
    /// Who wears it, if it is a mask.
    fn wearer(&self) -> Option<&Arc<Head>> {
        match self {
            Self::Mask(wearer) | Self::BentMask(wearer) => Some(wearer),
            _ => None,
        }
    }

    fn format(&self, rng: &mut Xoshiro256PlusPlus) -> Format {
        // A photo of head and shoulders on A4 or A3, three to four.
        let paper = if rng.random_range(0.0..1.0) < 0.5 { [0.195, 0.26] } else { [0.27, 0.36] };
        match self {
            Self::Paper | Self::BentPaper => Format {
                medium: Medium::Print,
                shows: paper,
                margin: rng.random_range(0.0..0.012),
                pixels: (720, 960),
                taken_from: 0.46,
                bend: if matches!(self, Self::BentPaper) { rng.random_range(2.5..6.0) } else { 0.0 },
            },
            Self::Mask(_) | Self::BentMask(_) => Format {
                medium: Medium::Print,
                shows: [0.20, 0.27],
                margin: 0.0,
                pixels: (720, 972),
                taken_from: 0.6,
                // A face has some 8 cm of radius.
                bend: if matches!(self, Self::BentMask(_)) { rng.random_range(3.0..10.0) } else { 0.0 },
            },
            Self::Phone => Format {
                medium: Medium::Screen,
                shows: [0.068, 0.138],
                margin: rng.random_range(0.002..0.006),
                pixels: (480, 974),
                taken_from: 0.42,
                bend: 0.0,
            },
            Self::Tablet => Format {
                medium: Medium::Screen,
                shows: [0.15, 0.20],
                margin: rng.random_range(0.006..0.014),
                pixels: (720, 960),
                taken_from: 0.42,
                bend: 0.0,
            },
            Self::Monitor => Format {
                medium: Medium::Screen,
                shows: [0.60, 0.3375],
                margin: 0.02,
                pixels: (1280, 720),
                taken_from: 0.58,
                bend: 0.0,
            },
        }
    }
}

/// Someone who holds a flat thing before the camera.
pub(super) struct Sheet {
    /// Where it is held.
    scene: Scene,
    /// Where its picture was taken.
    recorded: Scene,
    /// How one would move if one were the person: the hands do what they can of it.
    holder: Actor,
    carrier: Carrier,
    content: Content,
    format: Format,
    /// The picture, if it does not move.
    still: Option<Texture>,
    /// Metres on the medium for a metre of the person.
    scale: f64,
    hand: HandMotion,
    /// How much of a hand's motion: 1 for someone who moves it about, less for someone who holds it still.
    calm: f64,
    follows: bool,
}

impl Sheet {
    pub(super) fn new(
        scene: Scene,
        recorded: Scene,
        holder: Actor,
        carrier: Carrier,
        content: Content,
        calm: f64,
        seed: u64,
    ) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x7368_6565);
        let format = carrier.format(&mut rng);
        let focal = recorded.params().lens.focal * f64::from(format.pixels.0.max(format.pixels.1));
        // Metres that the picture's width was wide where the person was.
        let field = f64::from(format.pixels.0) * format.taken_from / focal;
        let still = match (&content, &carrier) {
            (_, Carrier::Mask(_) | Carrier::BentMask(_)) => Some(recorded.head().clothes.clone()),
            (Content::Still, _) => {
                let pose = HeadPose { distance: format.taken_from, y: 0.012, ..HeadPose::default() };
                Some(Texture::new(&recorded.render(&pose, 0.0, format.pixels)))
            }
            _ => None,
        };
        Self {
            scene,
            recorded,
            holder,
            carrier,
            content,
            format,
            still,
            scale: format.shows[0] / field,
            hand: HandMotion::new(&mut rng),
            calm,
            follows: false,
        }
    }

    /// Turns and tilts as the page asks.
    pub(super) fn following(mut self) -> Self {
        self.follows = true;
        self
    }

    /// Where the middle of the medium is, and how it is turned.
    fn held(&self, seconds: f64) -> HeadPose {
        let wanted = self.holder.pose();
        let hand = self.hand.at(seconds);
        let (turn, nod, roll) = (hand.turn.to_degrees(), hand.nod.to_degrees(), hand.roll.to_degrees());
        let turned = if self.follows { 1.0 } else { 0.0 };
        let (scale, distance) = match self.carrier {
            // A monitor stands where its edges are just outside the view.
            Carrier::Monitor => (0.0, 0.80 * self.format.shows[0] * self.scene.params().lens.focal),
            Carrier::Mask(_) | Carrier::BentMask(_) => (1.0, wanted.distance),
            // As far away as makes the face as large as the person's would be.
            _ => (self.scale, wanted.distance * self.scale),
        };
        HeadPose {
            yaw: turned * wanted.yaw + self.calm * turn,
            pitch: turned * wanted.pitch + self.calm * nod,
            roll: turned * wanted.roll + self.calm * roll,
            x: scale * wanted.x + self.calm * hand.right * distance,
            y: scale * wanted.y + self.calm * hand.down * distance,
            distance: distance * (1.0 + self.calm * (hand.distance - 1.0)),
            ..wanted
        }
    }

    /// The rectangle with its margin as a grid before the camera.
    fn corners(&self, view: &View, held: &HeadPose) -> (Vec<Corner>, usize) {
        let turned = rotation(held.yaw, held.pitch, held.roll);
        let (mut centre, mut lift) = ([held.x, held.y, held.distance], 0.0);
        if self.carrier.wearer().is_some() {
            // The paper moves with the head behind it, just before the tip of the nose.
            let offset = PIVOT.map(|value| value / 1e3);
            let eyes = rotate(&turned, [-offset[0], -offset[1], -offset[2] - 0.036]);
            centre = std::array::from_fn(|axis| centre[axis] + offset[axis] + eyes[axis]);
            lift = 0.02;
        }
        let [width, height] = self.format.shows.map(|side| side + 2.0 * self.format.margin);
        let columns = if self.format.bend > 0.0 { 25 } else { 2 };
        let rows = 2;
        let normal = rotate(&turned, [0.0, 0.0, -1.0]).map(|value| value as f32);
        let gain = self.scene.lit(normal) / self.scene.lit([0.0, 0.0, -1.0]);
        let mut corners = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            let v = row as f64 / (rows - 1) as f64;
            for column in 0..columns {
                let u = column as f64 / (columns - 1) as f64;
                let along = (u - 0.5) * width;
                let (x, z) = if self.format.bend > 0.0 {
                    let angle = along * self.format.bend;
                    (angle.sin() / self.format.bend, (1.0 - angle.cos()) / self.format.bend)
                } else {
                    (along, 0.0)
                };
                let place = rotate(&turned, [x, (v - 0.5) * height + lift, z]);
                let place = std::array::from_fn(|axis| (centre[axis] + place[axis]) as f32);
                corners.push(view.corner(place, [u as f32, v as f32], gain));
            }
        }
        (corners, columns)
    }

    fn draw(&self, frame: &mut Frame, view: &View, moment: &Moment, level: &Level) {
        let (corners, columns) = self.corners(view, &moment.held);
        let medium = self.format.medium;
        let [width, height] = self.format.shows;
        let margin = self.format.margin;
        let (whole, high) = (width + 2.0 * margin, height + 2.0 * margin);
        let across = f64::from(view.focal) * width / moment.held.distance;
        let detail = medium.detail(across);
        let edge = if medium == Medium::Print { [0.86; 3] } else { [0.05, 0.05, 0.055] };
        let (whole, high) = (whole as f32, high as f32);
        let (width, height) = (width as f32, height as f32);
        // A mask's print is the portrait in life size.
        let life = self.carrier.wearer().map(|wearer| Life::new(self.recorded.head(), wearer));
        let look = medium.look(moment.seconds as f32, detail as f32);
        frame.grid(&corners, columns, |u, v, gain| {
            let x = u * whole - whole / 2.0;
            let y = v * high - high / 2.0;
            let colour = if x.abs() > width / 2.0 || y.abs() > height / 2.0 {
                edge
            } else {
                let (tu, tv) = match &life {
                    Some(life) => life.uv(x, y + 0.02)?,
                    None => (x / width + 0.5, y / height + 0.5),
                };
                let [red, green, blue, _] = level.sample(tu, tv).map(|value| value / 255.0);
                look.show([red, green, blue], x / width, y / width, v)
            };
            let [red, green, blue] = colour.map(|value| value * 255.0 * gain);
            Some([red, green, blue, 0.0])
        });
    }
}

/// The portrait on a print as large as makes its eyes as far apart as those behind it.
struct Life<'a> {
    head: &'a Head,
    middle: [f32; 2],
    /// From metres on the paper to shares of the texture.
    right: [f32; 2],
    down: [f32; 2],
}

impl<'a> Life<'a> {
    fn new(head: &'a Head, wearer: &Head) -> Self {
        let [left, right] = &head.holes;
        let middle = std::array::from_fn(|axis| f32::midpoint(left.middle[axis], right.middle[axis]));
        // In pixels, as shares of width and height differ.
        let size = [head.clothes.width() as f64, head.clothes.height() as f64];
        let gap: [f64; 2] =
            std::array::from_fn(|axis| f64::from(right.middle[axis] - left.middle[axis]) * size[axis]);
        let metres = wearer.eye_gap();
        let along = gap.map(|value| value / metres);
        Self {
            head,
            middle,
            right: [along[0] / size[0], along[1] / size[1]].map(|value| value as f32),
            down: [-along[1] / size[0], along[0] / size[1]].map(|value| value as f32),
        }
    }

    /// `None` in the holes for the eyes. Metres from the middle of the eyes.
    fn uv(&self, x: f32, y: f32) -> Option<(f32, f32)> {
        let u = self.middle[0] + x * self.right[0] + y * self.down[0];
        let v = self.middle[1] + x * self.right[1] + y * self.down[1];
        let open = self.head.holes.iter().any(|hole| {
            let (dx, dy) = ((u - hole.middle[0]) / hole.half[0], (v - hole.middle[1]) / hole.half[1]);
            dx * dx + dy * dy < 1.0
        });
        (!open).then_some((u, v))
    }
}

impl Subject for Sheet {
    fn advance(&mut self, seconds: f64, guidance: &Guidance) -> Moment {
        self.holder.advance(seconds, guidance);
        let shown = self.content.advance(seconds);
        let held = self.held(seconds);
        if self.carrier.wearer().is_some() {
            let worn = self.holder.pose();
            return Moment { shown: worn, held, ..Moment::live(seconds, worn) };
        }
        let (yaw, pitch, roll) = (shown.yaw + held.yaw, shown.pitch + held.pitch, shown.roll + held.roll);
        Moment { shown, held, ..Moment::live(seconds, HeadPose { yaw, pitch, roll, ..shown }) }
    }

    fn picture(&self, moment: &Moment, size: (u32, u32)) -> Picture {
        let (mut frame, view) = self.scene.empty(moment.seconds, size);
        if let Some(wearer) = self.carrier.wearer() {
            // The wearer's body is what moves; his eyes are all that is seen of the face.
            self.scene.draw_head(&mut frame, &view, wearer, &moment.shown);
        }
        let texels = match &self.carrier {
            Carrier::Mask(_) | Carrier::BentMask(_) => {
                self.recorded.head().texels as f32 * moment.held.distance as f32 / view.focal
            }
            _ => {
                self.format.pixels.0 as f32 * moment.held.distance as f32
                    / (self.format.shows[0] as f32 * view.focal)
            }
        };
        let played;
        let level = match &self.still {
            Some(still) => still.level(still.level_for(texels)),
            None => {
                // Recordings show the person as close as their format wants, whatever the actor's own distance.
                let pose = HeadPose {
                    distance: moment.shown.distance * self.format.taken_from / 0.59,
                    ..moment.shown
                };
                // As large as it is seen: what is farther away is seen smaller.
                let halved = |side: u32| side >> wanted_level(texels);
                let size = (halved(self.format.pixels.0), halved(self.format.pixels.1));
                played = Level::new(&self.recorded.render_roughly(&pose, moment.clip, size));
                &played
            }
        };
        self.draw(&mut frame, &view, moment, level);
        self.scene.photograph(frame, &view, moment.seconds, size)
    }
}
