//! A head in a room before a camera.

use std::sync::Arc;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use selfsame_vision::Picture;

use super::camera::Shake;
use super::movement::Wander;
use super::raster::{Corner, Frame};
use super::room::{Room, WALL};
use super::{Head, HeadPose, Hold, Lens, Noise};

/// What surrounds a head.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SceneParams {
    pub lens: Lens,
    pub hold: Hold,
    /// Standard deviation of the sensor's noise at 1280 pixels across, in steps of 1/255: 1 to 2.5 for webcams in a lit room.
    pub noise: f64,
    /// Depth of the slow drift of the automatic exposure, as a share.
    pub exposure: f64,
    /// What the lens spreads of a pixel's light to each neighbour: 0 is sharper than any camera, 0.2 is out of focus.
    pub blur: f32,
}

impl Default for SceneParams {
    /// A laptop's camera.
    fn default() -> Self {
        Self { lens: Lens::default(), hold: Hold::Laptop, noise: 1.6, exposure: 0.02, blur: 0.10 }
    }
}

impl SceneParams {
    /// A camera, its hold and its faults drawn from what laptops and phones have.
    pub fn random(seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x6C65_6E73);
        let hold = if rng.random_range(0.0..1.0) < 0.5 { Hold::Laptop } else { Hold::Hand };
        Self {
            lens: Lens { focal: rng.random_range(0.80..1.08) },
            hold,
            noise: rng.random_range(0.8..2.6),
            exposure: rng.random_range(0.005..0.03),
            blur: rng.random_range(0.05..0.15),
        }
    }
}

/// A head, a room and a camera. Rendering changes nothing: any moment can be rendered again, at any size.
#[derive(Debug, Clone)]
pub struct Scene {
    head: Arc<Head>,
    room: Arc<Room>,
    noise: Arc<Noise>,
    params: SceneParams,
    shake: Shake,
    exposure: Wander,
    /// Towards the light, in the camera's axes.
    light: [f32; 3],
    seed: u64,
}

/// Where the camera is at one moment, and how large its picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    place: [f32; 3],
    /// From the world's axes to the camera's. Rows.
    turn: [[f32; 3]; 3],
    /// Pixels.
    pub(crate) focal: f32,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl View {
    /// Where a point is seen. `gain`: what the light does to it.
    pub(crate) fn corner(&self, point: [f32; 3], uv: [f32; 2], gain: f32) -> Corner {
        let off: [f32; 3] = std::array::from_fn(|axis| point[axis] - self.place[axis]);
        let [x, y, z] = self.turn.map(|row| row[0] * off[0] + row[1] * off[1] + row[2] * off[2]);
        // Nearer than 5 cm counts as behind the camera.
        let near = if z > 0.05 { 1.0 / z } else { 0.0 };
        Corner {
            x: self.width as f32 / 2.0 + self.focal * x * near,
            y: self.height as f32 / 2.0 + self.focal * y * near,
            near,
            u: uv[0],
            v: uv[1],
            gain,
        }
    }

    /// The direction in which a pixel looks, in the world's axes.
    fn direction(&self, x: f32, y: f32) -> [f32; 3] {
        let ray =
            [(x - self.width as f32 / 2.0) / self.focal, (y - self.height as f32 / 2.0) / self.focal, 1.0];
        std::array::from_fn(|axis| (0..3).map(|row| self.turn[row][axis] * ray[row]).sum())
    }
}

/// Pictures up to this long a side are drawn twice as large and averaged: their edges would be stairs otherwise.
const FINE: u32 = 640;

impl Scene {
    /// `seed` decides the room, the light and the camera's motion.
    pub fn new(head: Arc<Head>, params: SceneParams, seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x0073_6365_6E65);
        let shake = Shake::new(params.hold, &mut rng);
        let exposure = Wander::new(&mut rng, params.exposure, 0.05..0.4, 0.0);
        let light: [f32; 3] = [rng.random_range(-0.7..0.7), rng.random_range(-0.8..-0.2), -1.0];
        let length = light.iter().map(|value| value * value).sum::<f32>().sqrt();
        Self {
            head,
            room: Arc::new(Room::new(seed)),
            noise: Arc::new(Noise::new(seed)),
            params,
            shake,
            exposure,
            light: light.map(|value| value / length),
            seed,
        }
    }

    /// Cameras and rooms of all kinds.
    pub fn random(head: Arc<Head>, seed: u64) -> Self {
        Self::new(head, SceneParams::random(seed), seed)
    }

    pub fn head(&self) -> &Arc<Head> {
        &self.head
    }

    pub fn params(&self) -> &SceneParams {
        &self.params
    }

    /// The picture the camera takes `seconds` after it was switched on. The same arguments give the same bytes.
    ///
    /// `size`: width and height in pixels, up to 4096 each; the longer side spans the lens's view. A tracking frame is the
    /// full frame's view at a smaller size.
    pub fn render(&self, pose: &HeadPose, seconds: f64, size: (u32, u32)) -> Picture {
        let (mut frame, view) = self.empty(seconds, size);
        self.draw_head(&mut frame, &view, &self.head, pose);
        self.photograph(frame, &view, seconds, size)
    }

    /// The same, without care for edges: for what is photographed once more, with all the care there is.
    pub(crate) fn render_roughly(&self, pose: &HeadPose, seconds: f64, size: (u32, u32)) -> Picture {
        let (mut frame, view) = self.empty_of(seconds, size, 1);
        self.draw_head(&mut frame, &view, &self.head, pose);
        self.photograph(frame, &view, seconds, size)
    }

    /// The same scene through a lens `zoom` times as long.
    pub(crate) fn zoomed(&self, zoom: f64) -> Self {
        let mut zoomed = self.clone();
        zoomed.params.lens.focal *= zoom;
        zoomed
    }

    /// Nothing yet, and where the camera is. The room is drawn last, by [`Scene::photograph`], where it is not hidden.
    pub(crate) fn empty(&self, seconds: f64, size: (u32, u32)) -> (Frame, View) {
        self.empty_of(seconds, size, if size.0.max(size.1) <= FINE { 2 } else { 1 })
    }

    fn empty_of(&self, seconds: f64, size: (u32, u32), factor: u32) -> (Frame, View) {
        let (width, height) = ((size.0.max(1) * factor) as usize, (size.1.max(1) * factor) as usize);
        let (place, angles) = self.shake.at(seconds);
        let view = View {
            place: place.map(|value| value as f32),
            turn: turned(angles),
            focal: (self.params.lens.focal * width.max(height) as f64) as f32,
            width,
            height,
        };
        (Frame::new(width, height), view)
    }

    /// What is seen of the room beside and behind what was drawn.
    fn draw_room(&self, frame: &mut Frame, view: &View) {
        let room = &self.room;
        for board in &room.boards {
            let [left, top, wide, high] = board.place;
            let corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)]
                .map(|(u, v)| view.corner([left + u * wide, top + v * high, board.depth], [u, v], 1.0));
            let texels = board.texture.width() as f32 / wide * board.depth / view.focal;
            let level = board.texture.level(board.texture.level_for(texels));
            frame.grid(&corners, 2, |u, v, _| Some(level.sample(u, v)));
        }
        let texels_per_metre = room.wall.width() as f32 / WALL.0;
        let level = room.wall.level(room.wall.level_for(texels_per_metre * room.depth / view.focal));
        let scale = level.width as f32 / WALL.0;
        let (middle_x, middle_y) = (level.width as f32 / 2.0, level.height as f32 / 2.0);
        let ahead = room.depth - view.place[2];
        let step = view.turn[0].map(|value| value / view.focal);
        frame.behind(|y, column, colours| {
            let first = view.direction(0.5, y as f32 + 0.5);
            for (x, colour) in (column..).zip(colours) {
                let along = x as f32;
                let depth = ahead / (first[2] + step[2] * along);
                let wx = view.place[0] + depth * (first[0] + step[0] * along);
                let wy = view.place[1] + depth * (first[1] + step[1] * along);
                *colour = level.sample_at(middle_x + wx * scale, middle_y + wy * scale);
            }
        });
    }

    /// Adds a head. What is nearer hides what is further, whatever was drawn first.
    pub(crate) fn draw_head(&self, frame: &mut Frame, view: &View, head: &Head, pose: &HeadPose) {
        let texels = head.texels as f32 * pose.distance as f32 / view.focal;
        let number = head.texture.level_for(texels);
        let open = head.texture.level(number);
        let mut closing;
        let level = if pose.blink > 0.02 {
            closing = open.clone();
            for eye in &head.eyes {
                eye.close(open, &mut closing, pose.blink.min(1.0) as f32);
            }
            &closing
        } else {
            open
        };
        for (surface, level) in [(&head.skull, level), (&head.bust, head.clothes.level(number))] {
            let corners: Vec<Corner> = Head::placed(surface, pose)
                .into_iter()
                .zip(&surface.points)
                .map(|((place, normal), vertex)| {
                    let gain = self.lit(normal) / self.lit(vertex.normal);
                    view.corner(place, vertex.uv, gain)
                })
                .collect();
            frame.grid(&corners, surface.columns, |u, v, gain| {
                Some(level.sample(u, v).map(|value| value * gain))
            });
        }
    }

    /// How bright a surface is: soft light from one side, and as much from everywhere.
    pub(crate) fn lit(&self, normal: [f32; 3]) -> f32 {
        let towards: f32 = (0..3).map(|axis| normal[axis] * self.light[axis]).sum();
        0.62 + 0.38 * ((towards + 0.4) / 1.4).max(0.0)
    }

    /// Lens, exposure and sensor.
    pub(crate) fn photograph(
        &self,
        mut frame: Frame,
        view: &View,
        seconds: f64,
        size: (u32, u32),
    ) -> Picture {
        self.draw_room(&mut frame, view);
        let mut frame = if frame.width as u32 > size.0 { frame.halved() } else { frame };
        frame.soften(self.params.blur);
        let drift = self.exposure.at(seconds) as f32;
        // White balance follows exposure, a little.
        let gains = [1.0 + 1.1 * drift, 1.0 + drift, 1.0 + 0.85 * drift];
        // A small frame is the mean of many of the sensor's pixels; the camera's own filter has joined some already.
        let share = (f64::from(size.0.max(size.1)) / 1280.0).min(1.0).powf(0.6);
        let moment = (seconds * 1e6) as i64 as u64;
        let seed = self.seed.rotate_left(17) ^ moment.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(size.0);
        self.noise.expose(&frame, self.params.noise * share, gains, seed)
    }
}

/// Rotation about x, y and z by small angles (radians): rows.
fn turned([about_x, about_y, about_z]: [f64; 3]) -> [[f32; 3]; 3] {
    let degrees = super::shape::rotation(about_y.to_degrees(), about_x.to_degrees(), about_z.to_degrees());
    degrees.map(|row| row.map(|value| value as f32))
}
