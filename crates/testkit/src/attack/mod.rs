//! Presentation attacks made from a bona fide clip: the same face as a flat thing held before a camera.
//!
//! These are tests, not a benchmark: they show that a witness hears what it should. How a product does against instruments
//! that people make is measured on recordings of such, with `selfsame eval pad`.
//!
//! [`attack()`] turns a clip into a clip. [`live`] has attacks on a [`Head`](crate::Head), made while the server speaks.

pub mod live;
mod medium;
mod plane;
pub mod recapture;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use selfsame_vision::Picture;

use crate::head::gaussian;
use medium::Medium;
use plane::{HandMotion, Homography};

/// Frames per second that the motion is made for.
pub const FRAMES_PER_SECOND: f64 = 30.0;

/// Standard deviation of a webcam's noise in an indoor scene, in steps of 1/255.
const SENSOR_NOISE: f64 = 1.6;
/// The medium is held this much nearer than what would just fill the view, so that its edges stay outside.
const OVERFILL: f64 = 0.78;

/// A presentation attack instrument species (ISO/IEC 30107-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Species {
    /// One frame, moved as a plane and otherwise untouched.
    FlatPhoto,
    /// One frame printed on paper that fills the view.
    Print,
    /// One frame on a monitor that fills the view.
    ScreenPhoto,
    /// One frame on a phone: its bezel and the room around it are seen.
    PhonePhoto,
    /// The clip played on a monitor that fills the view.
    ScreenReplay,
    /// The clip played on a phone.
    PhoneReplay,
}

impl Species {
    pub const ALL: [Self; 6] = [
        Self::FlatPhoto,
        Self::Print,
        Self::ScreenPhoto,
        Self::PhonePhoto,
        Self::ScreenReplay,
        Self::PhoneReplay,
    ];

    /// As written in the lists of `selfsame eval pad`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FlatPhoto => "flat-photo",
            Self::Print => "print",
            Self::ScreenPhoto => "screen-photo",
            Self::PhonePhoto => "phone-photo",
            Self::ScreenReplay => "screen-replay",
            Self::PhoneReplay => "phone-replay",
        }
    }

    const fn medium(self) -> Medium {
        match self {
            Self::FlatPhoto => Medium::Plain,
            Self::Print => Medium::Print,
            Self::ScreenPhoto | Self::PhonePhoto | Self::ScreenReplay | Self::PhoneReplay => Medium::Screen,
        }
    }

    /// Whether the shown picture moves by itself.
    const fn plays(self) -> bool {
        matches!(self, Self::ScreenReplay | Self::PhoneReplay)
    }

    const fn has_frame(self) -> bool {
        matches!(self, Self::PhonePhoto | Self::PhoneReplay)
    }
}

/// As many frames as were given, of the same size, showing the attack; the same seed makes the same bytes.
///
/// `frames`: a bona fide clip at [`FRAMES_PER_SECOND`]. Photos show its middle frame.
///
/// # Panics
/// When there is no frame.
pub fn attack(species: Species, frames: &[Picture], seed: u64) -> Vec<Picture> {
    assert!(!frames.is_empty(), "an attack is made from at least one frame");
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let motion = HandMotion::new(&mut rng);
    let medium = species.medium();
    let photo = soften(&frames[frames.len() / 2], medium.softness());
    let room = species.has_frame().then(|| Room::new(&mut rng));
    let make = |index: usize| {
        let played;
        let shown = if species.plays() {
            played = soften(&frames[index], medium.softness());
            &played
        } else {
            &photo
        };
        let seconds = index as f64 / FRAMES_PER_SECOND;
        let mut pose = motion.at(seconds);
        if !species.has_frame() {
            pose.distance *= OVERFILL;
        }
        let scene = Scene { shown, medium, room: room.as_ref(), from_camera: pose.homography().inverse() };
        // Each frame has noise of its own, whichever thread makes it.
        let mut noise = Xoshiro256PlusPlus::seed_from_u64(seed.rotate_left(32) ^ (index as u64 + 1));
        scene.photographed(seconds, &mut noise)
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = frames.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let make = &make;
        let parts: Vec<_> = (0..frames.len())
            .step_by(share)
            .map(|first| {
                scope.spawn(move || (first..(first + share).min(frames.len())).map(make).collect::<Vec<_>>())
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().expect("a frame can be made")).collect()
    })
}

/// Everything before the camera at one moment.
struct Scene<'a> {
    shown: &'a Picture,
    medium: Medium,
    /// Present when the medium has edges.
    room: Option<&'a Room>,
    /// From the camera's picture to the plane of the medium.
    from_camera: Homography,
}

impl Scene<'_> {
    fn photographed(&self, seconds: f64, rng: &mut Xoshiro256PlusPlus) -> Picture {
        let (width, height) = (self.shown.width(), self.shown.height());
        let per_width = 1.0 / f64::from(width);
        let mut rgb = Vec::with_capacity(self.shown.rgb().len());
        for y in 0..height {
            let row = f64::from(y) / f64::from(height);
            for x in 0..width {
                let cx = (f64::from(x) + 0.5) * per_width - 0.5;
                let cy = (f64::from(y) + 0.5 - f64::from(height) / 2.0) * per_width;
                let light = self.light(cx, cy, row, seconds);
                for value in light {
                    let noise = gaussian(rng) * SENSOR_NOISE;
                    rgb.push((value * 255.0 + noise).round().clamp(0.0, 255.0) as u8);
                }
            }
        }
        Picture::from_rgb(width, height, rgb).expect("a picture of the size of the one that was shown")
    }

    /// What the camera sees in a direction, 0..1 per channel.
    fn light(&self, cx: f64, cy: f64, row: f64, seconds: f64) -> [f64; 3] {
        let (u, v) = self.from_camera.apply(cx, cy);
        if let Some(room) = self.room {
            let half_height = f64::from(self.shown.height()) / f64::from(self.shown.width()) / 2.0;
            match Phone::part(u, v, half_height) {
                Part::Outside => return room.light(cx, cy),
                Part::Bezel => return [0.045, 0.045, 0.05],
                Part::Display => {}
            }
        }
        self.medium.show(sample(self.shown, u, v), u, v, row, seconds)
    }
}

/// A phone held upright that shows the middle of the picture.
struct Phone;

enum Part {
    Outside,
    Bezel,
    Display,
}

impl Phone {
    /// `half_height`: half the height of the shown picture in widths of it. The display is four fifths of that high and three
    /// quarters as wide as high, the bezel a twelfth.
    fn part(u: f64, v: f64, half_height: f64) -> Part {
        let (display_y, bezel) = (half_height * 0.88, half_height * 0.09);
        let display_x = display_y * 0.75;
        if u.abs() <= display_x && v.abs() <= display_y {
            return Part::Display;
        }
        // Rounded corners: distance to a smaller rectangle.
        let (dx, dy) = ((u.abs() - display_x).max(0.0), (v.abs() - display_y).max(0.0));
        if dx.hypot(dy) <= bezel { Part::Bezel } else { Part::Outside }
    }
}

/// What is behind a phone: a wall lit from one side, with a few dim shapes, out of focus. It does not move.
struct Room {
    tint: [f64; 3],
    /// (x, y, radius, difference in brightness)
    shapes: Vec<(f64, f64, f64, f64)>,
}

impl Room {
    fn new(rng: &mut Xoshiro256PlusPlus) -> Self {
        let base = rng.random_range(0.42..0.6);
        Self {
            tint: [base * 1.05, base, base * 0.9],
            shapes: (0..6)
                .map(|_| {
                    (
                        rng.random_range(-0.5..0.5),
                        rng.random_range(-0.3..0.3),
                        rng.random_range(0.05..0.2),
                        rng.random_range(-0.18..0.18),
                    )
                })
                .collect(),
        }
    }

    fn light(&self, x: f64, y: f64) -> [f64; 3] {
        let shade: f64 = self
            .shapes
            .iter()
            .map(|(sx, sy, radius, depth)| {
                let distance = (x - sx).hypot(y - sy) / radius;
                depth / (1.0 + distance.powi(6))
            })
            .sum();
        self.tint.map(|tint| (tint + 0.12 * x + shade).clamp(0.0, 1.0))
    }
}

/// Bilinear, edges repeated. `u`, `v` in widths of the picture, origin in its middle; 0..1 per channel.
fn sample(picture: &Picture, u: f64, v: f64) -> [f64; 3] {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let x = ((u + 0.5) * width - 0.5).clamp(0.0, width - 1.0);
    let y = (v * width + height / 2.0 - 0.5).clamp(0.0, height - 1.0);
    let (x0, y0) = (x.floor(), y.floor());
    let (fx, fy) = (x - x0, y - y0);
    let (x0, y0) = (x0 as usize, y0 as usize);
    let (x1, y1) = ((x0 + 1).min(picture.width() as usize - 1), (y0 + 1).min(picture.height() as usize - 1));
    let rgb = picture.rgb();
    let stride = picture.width() as usize;
    std::array::from_fn(|channel| {
        let at = |x: usize, y: usize| f64::from(rgb[(y * stride + x) * 3 + channel]);
        let top = at(x0, y0) * (1.0 - fx) + at(x1, y0) * fx;
        let bottom = at(x0, y1) * (1.0 - fx) + at(x1, y1) * fx;
        (top * (1.0 - fy) + bottom * fy) / 255.0
    })
}

/// A box blur of the given radius in pixels, rows then columns, edges repeated.
fn soften(picture: &Picture, radius: u32) -> Picture {
    if radius == 0 {
        return picture.clone();
    }
    let (width, height, radius) = (picture.width() as usize, picture.height() as usize, radius as usize);
    let pass = |source: &[u8], count: usize, length: usize, step: usize, next: usize| {
        let mut blurred = vec![0_u8; source.len()];
        for line in 0..count {
            for place in 0..length {
                for channel in 0..3 {
                    let sum: u32 = (0..=2 * radius)
                        .map(|offset| {
                            let at = (place + offset).saturating_sub(radius).min(length - 1);
                            u32::from(source[(line * next + at * step) * 3 + channel])
                        })
                        .sum();
                    blurred[(line * next + place * step) * 3 + channel] =
                        (sum / (2 * radius as u32 + 1)) as u8;
                }
            }
        }
        blurred
    };
    let rows = pass(picture.rgb(), height, width, 1, width);
    let both = pass(&rows, width, height, width, 1);
    Picture::from_rgb(picture.width(), picture.height(), both).expect("a picture of the size it had")
}

#[cfg(test)]
mod tests;
