//! From a portrait to a mesh.

use image::imageops::{FilterType, resize};
use image::{ImageBuffer, Rgb};
use selfsame_vision::{FaceSighting, Picture, Vision, VisionError, subject};

use super::HeadPose;
use super::lids::Lids;
use super::outline::{self, Outline, RAYS};
use super::plate::ThinPlate;
use super::raster::Texture;
use super::shape::{
    FIRM, MIDDLE, OUTLINE_DEPTH, PIVOT, SKULL_DEPTH, between, landmarks, rotate, rotation, smoothstep,
};

/// Rings of the skull's mesh from its middle to its back, and how far round they reach (degrees from the front).
const RINGS: usize = 66;
const REACH: f64 = 150.0;
/// Where the texture begins to lag behind the surface, and by how much it can at most go on (degrees from the front): past the
/// outline a portrait shows nothing, so the hair and cheek before it are drawn out.
const TEXTURE_TURN: (f64, f64) = (62.0, 16.0);
/// Share of the outline's radius that is surely head in the portrait. What lies beyond is replaced by its mirror image.
const TEXTURE_EDGE: f64 = 0.94;
/// Views of the portrait over which the landmarks are averaged: side of the crop in sides of the face's box, and shift of its
/// middle in sides of the crop. One view's landmarks are a pixel or two off.
const VIEWS: [(f32, f32, f32); 7] = [
    (1.7, 0.0, 0.0),
    (1.9, 0.05, -0.04),
    (2.1, -0.05, 0.04),
    (2.3, 0.03, 0.05),
    (2.6, -0.03, -0.05),
    (2.0, 0.06, 0.03),
    (2.4, -0.06, 0.0),
];
/// Rows and columns of the bust's mesh, its height in millimetres under the eyes, and how far round it reaches (degrees).
const BUST: (usize, usize) = (60, 49);
const BUST_FROM: f64 = 55.0;
const BUST_TO: f64 = 620.0;
const BUST_REACH: f64 = 105.0;
/// Texture pixels per millimetre wanted; portraits with less are enlarged smoothly, as cameras do it, at most this much.
const FINE_ENOUGH: f64 = 1.6;
const LARGEST_SCALE: f64 = 3.0;

/// Why a portrait makes no head.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    #[error("the portrait shows no face; use one that shows a person from the front")]
    NoFace,
    #[error("the face is {0:.0} pixels between the eyes; use a portrait with at least 24")]
    TooSmall(f32),
    #[error("the face is turned {0:.0} degrees away; use a portrait from the front")]
    Turned(f32),
    #[error("the landmarks of the portrait span no face; use another portrait")]
    Degenerate,
    #[error(transparent)]
    Vision(#[from] VisionError),
}

/// A person's head, ready to be drawn from any side that a camera in front sees.
#[derive(Debug)]
pub struct Head {
    /// The portrait, with the head continued beyond its outline.
    pub(crate) texture: Texture,
    /// The portrait as it is.
    pub(crate) clothes: Texture,
    pub(crate) skull: Surface,
    pub(crate) bust: Surface,
    pub(crate) eyes: [Lids; 2],
    /// Texture pixels per metre.
    pub(crate) texels: f64,
    /// Edges of both eyes' openings in the texture's u, v: where a mask would be cut out.
    pub(crate) holes: [Hole; 2],
}

/// An ellipse of the texture: u and v of its middle, and its half axes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hole {
    pub(crate) middle: [f32; 2],
    pub(crate) half: [f32; 2],
}

/// A grid of points.
#[derive(Debug, Default)]
pub(crate) struct Surface {
    pub(crate) columns: usize,
    /// Whether the last column is the first again.
    pub(crate) closed: bool,
    pub(crate) points: Vec<Vertex>,
}

/// A point of the head in metres, relative to [`PIVOT`] (skull and bust alike).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Vertex {
    pub(crate) place: [f32; 3],
    pub(crate) normal: [f32; 3],
    pub(crate) uv: [f32; 2],
    /// How much it turns with the head: 1 for the skull, less along the neck, 0 for the shoulders.
    pub(crate) follows: f32,
    /// Where expressions move it, in metres at their full strength.
    pub(crate) mouth: [f32; 3],
    pub(crate) smile: [f32; 3],
    pub(crate) brow: [f32; 3],
}

/// How the portrait was taken: from millimetres of the head to shares of the picture.
struct Portrait {
    turned: [[f64; 3]; 3],
    /// Pixels per millimetre.
    scale: f64,
    shift: [f64; 2],
    size: [f64; 2],
}

impl Portrait {
    fn pixel(&self, place: [f64; 3]) -> [f64; 2] {
        let seen = rotate(&self.turned, place);
        [self.scale * seen[0] + self.shift[0], self.scale * seen[1] + self.shift[1]]
    }

    fn colour(&self, portrait: &Picture, place: [f64; 3]) -> Option<[f32; 3]> {
        let [x, y] = self.pixel(place);
        let inside = x >= 0.0 && y >= 0.0 && x < self.size[0] && y < self.size[1];
        inside.then(|| {
            let at = (y as usize * portrait.width() as usize + x as usize) * 3;
            std::array::from_fn(|channel| f32::from(portrait.rgb()[at + channel]))
        })
    }

    fn uv(&self, place: [f64; 3]) -> [f32; 2] {
        let [x, y] = self.pixel(place);
        [(x / self.size[0]) as f32, (y / self.size[1]) as f32]
    }

    /// The x and y that a point of depth `z` has if the portrait shows it at `pixel`.
    fn place(&self, pixel: [f32; 2], z: f64) -> [f64; 3] {
        let r = &self.turned;
        let a = (f64::from(pixel[0]) - self.shift[0]) / self.scale - r[0][2] * z;
        let b = (f64::from(pixel[1]) - self.shift[1]) / self.scale - r[1][2] * z;
        let determinant = r[0][0] * r[1][1] - r[0][1] * r[1][0];
        [(a * r[1][1] - b * r[0][1]) / determinant, (b * r[0][0] - a * r[1][0]) / determinant, z]
    }

    /// Scale and place from the landmarks that neither expression nor outline moves, least squares.
    fn measured(face: &FaceSighting, picture: &Picture) -> Self {
        let pose = face.pose;
        let turned = rotation(f64::from(pose.yaw), f64::from(pose.pitch), f64::from(pose.roll));
        let model = landmarks();
        let pairs: Vec<([f64; 3], [f64; 2])> =
            FIRM.iter().map(|&at| (rotate(&turned, model[at]), face.landmarks[at].map(f64::from))).collect();
        let count = pairs.len() as f64;
        let mean = |axis: usize| {
            (
                pairs.iter().map(|p| p.0[axis]).sum::<f64>() / count,
                pairs.iter().map(|p| p.1[axis]).sum::<f64>() / count,
            )
        };
        let means = [mean(0), mean(1)];
        let (mut explained, mut length) = (0.0, 0.0);
        for (model, seen) in &pairs {
            for axis in 0..2 {
                let off = model[axis] - means[axis].0;
                explained += off * (seen[axis] - means[axis].1);
                length += off * off;
            }
        }
        let scale = explained / length;
        let shift = [means[0].1 - scale * means[0].0, means[1].1 - scale * means[1].0];
        Self { turned, scale, shift, size: [f64::from(picture.width()), f64::from(picture.height())] }
    }
}

impl Head {
    /// A head with the face, hair and shoulders of the most prominent person of the portrait.
    ///
    /// The face's proportions are the person's (each landmark lies where the portrait shows it), depths are a generic
    /// adult's. The texture is the portrait itself, enlarged if it is small.
    ///
    /// # Errors
    /// [`HeadError`]: no face, too small or turned too far, or a network failed.
    pub fn from_portrait(vision: &Vision, portrait: &Picture) -> Result<Self, HeadError> {
        let faces = vision.detect(portrait)?;
        let face = subject(&faces, portrait).ok_or(HeadError::NoFace)?;
        if face.eye_distance() < 24.0 {
            return Err(HeadError::TooSmall(face.eye_distance()));
        }
        let face = &averaged(vision, portrait, face)?;
        if face.pose.away() > 25.0 {
            return Err(HeadError::Turned(face.pose.away()));
        }
        let view = Portrait::measured(face, portrait);
        if !(view.scale.is_finite() && view.scale > 0.0) {
            return Err(HeadError::Degenerate);
        }
        let model = landmarks();
        let places: Vec<[f64; 3]> = (0..68).map(|at| view.place(face.landmarks[at], model[at][2])).collect();
        let relief = Relief::new(&places).ok_or(HeadError::Degenerate)?;
        let jaw: Vec<[f64; 2]> = places[..17].iter().map(|p| [p[0], p[1]]).collect();
        let bald = outline::bald(&jaw);
        let colour = |x: f64, y: f64| view.colour(portrait, [x, y, OUTLINE_DEPTH]);
        let outline = Outline::find(&bald, colour);
        let skull = skull(&view, &bald, &outline, &places, &relief);
        let bust = bust(&view, portrait, &outline, &places);
        let pixels = |at: usize| face.landmarks[at].map(|value| value / portrait.width() as f32);
        let eye = |first: usize, outer: usize| {
            Lids::new(&std::array::from_fn(|offset| pixels(first + offset)), outer)
        };
        let hole = |first: usize| hole(face, portrait, first);
        let large = enlarged(portrait, view.scale);
        Ok(Self {
            texture: Texture::new(&continued(&large, &view, &outline, &relief)),
            clothes: Texture::new(&large),
            skull,
            bust,
            eyes: [eye(36, 0), eye(42, 3)],
            texels: 1e3 * view.scale * f64::from(large.width()) / f64::from(portrait.width()),
            holes: [hole(36), hole(42)],
        })
    }

    /// Metres between the middles of the eyes' openings.
    pub(crate) fn eye_gap(&self) -> f64 {
        let [left, right] = &self.holes;
        let size = [self.clothes.width() as f64, self.clothes.height() as f64];
        let gap = |axis: usize| f64::from(right.middle[axis] - left.middle[axis]) * size[axis];
        gap(0).hypot(gap(1)) / self.texels
    }

    /// Every vertex of a surface at a pose: metres in the camera's axes (x right, y down, z away), and its normal.
    pub(crate) fn placed(surface: &Surface, pose: &HeadPose) -> Vec<([f32; 3], [f32; 3])> {
        let turned = rotation(pose.yaw, pose.pitch, pose.roll);
        // The shoulders follow a little.
        let body = rotation(pose.yaw * 0.08, 0.0, pose.roll * 0.15);
        let turned = turned.map(|row| row.map(|value| value as f32));
        let body = body.map(|row| row.map(|value| value as f32));
        let apply = |m: &[[f32; 3]; 3], p: [f32; 3]| -> [f32; 3] {
            std::array::from_fn(|row| m[row][0] * p[0] + m[row][1] * p[1] + m[row][2] * p[2])
        };
        let origin = [
            pose.x as f32 + (PIVOT[0] / 1e3) as f32,
            pose.y as f32 + (PIVOT[1] / 1e3) as f32,
            pose.distance as f32 + (PIVOT[2] / 1e3) as f32,
        ];
        let (mouth, smile, brow) = (pose.mouth as f32, pose.smile as f32, pose.brow as f32);
        surface
            .points
            .iter()
            .map(|vertex| {
                let place: [f32; 3] = std::array::from_fn(|axis| {
                    vertex.place[axis]
                        + mouth * vertex.mouth[axis]
                        + smile * vertex.smile[axis]
                        + brow * vertex.brow[axis]
                });
                let (place, normal) = if vertex.follows >= 1.0 {
                    (apply(&turned, place), apply(&turned, vertex.normal))
                } else {
                    let share = vertex.follows;
                    let mix = |a: [f32; 3], b: [f32; 3]| -> [f32; 3] {
                        std::array::from_fn(|axis| b[axis] + share * (a[axis] - b[axis]))
                    };
                    (
                        mix(apply(&turned, place), apply(&body, place)),
                        mix(apply(&turned, vertex.normal), apply(&body, vertex.normal)),
                    )
                };
                (std::array::from_fn(|axis| place[axis] + origin[axis]), normal)
            })
            .collect()
    }
}

/// The opening of an eye as an ellipse, a fifth larger than its landmarks.
fn hole(face: &FaceSighting, portrait: &Picture, first: usize) -> Hole {
    let points: Vec<[f32; 2]> = (first..first + 6).map(|at| face.landmarks[at]).collect();
    let span = |axis: usize| {
        let values = points.iter().map(|point| point[axis]);
        let low = values.clone().fold(f32::INFINITY, f32::min);
        (low, values.fold(f32::NEG_INFINITY, f32::max))
    };
    let (x, y) = (span(0), span(1));
    let (width, height) = (portrait.width() as f32, portrait.height() as f32);
    let half_width = (x.1 - x.0) / 2.0;
    Hole {
        middle: [f32::midpoint(x.0, x.1) / width, f32::midpoint(y.0, y.1) / height],
        half: [half_width * 1.2 / width, ((y.1 - y.0) / 2.0).max(half_width * 0.4) * 1.25 / height],
    }
}

/// The portrait at [`FINE_ENOUGH`] pixels per millimetre, if it has less.
fn enlarged(portrait: &Picture, scale: f64) -> Picture {
    let factor = (FINE_ENOUGH / scale).min(LARGEST_SCALE);
    if factor <= 1.0 {
        return portrait.clone();
    }
    let (width, height) = (portrait.width(), portrait.height());
    let source: ImageBuffer<Rgb<u8>, &[u8]> =
        ImageBuffer::from_raw(width, height, portrait.rgb()).expect("a picture's buffer has its size");
    let size = |side: u32| (f64::from(side) * factor).round() as u32;
    let larger = resize(&source, size(width), size(height), FilterType::CatmullRom);
    Picture::from_rgb(larger.width(), larger.height(), larger.into_raw()).expect("a picture of that size")
}

/// Depth of the face between its landmarks.
struct Relief {
    depth: ThinPlate,
}

impl Relief {
    /// `places`: the person's landmarks in millimetres. The points between them are carried along by the landmarks around.
    fn new(places: &[[f64; 3]]) -> Option<Self> {
        let model = landmarks();
        let flat = |points: &[[f64; 3]]| points.iter().map(|p| [p[0], p[1]]).collect::<Vec<_>>();
        let carried = |axis: usize| {
            let offsets: Vec<f64> = (0..68).map(|at| places[at][axis] - model[at][axis]).collect();
            // Landmarks jitter by a millimetre or two; the warp need not.
            ThinPlate::through(&flat(&model), &offsets, 200.0)
        };
        let (right, down) = (carried(0)?, carried(1)?);
        let mut points = flat(places);
        let mut depths: Vec<f64> = places.iter().map(|p| p[2]).collect();
        for [x, y, z] in between() {
            // Far from the landmarks the warp would run away.
            let share = smoothstep(-95.0, -40.0, y);
            points.push([x + share * right.at(x, y), y + share * down.at(x, y)]);
            depths.push(z);
        }
        Some(Self { depth: ThinPlate::through(&points, &depths, 60.0)? })
    }
}

/// The face with landmarks and pose that are means over several views of it.
fn averaged(vision: &Vision, portrait: &Picture, face: &FaceSighting) -> Result<FaceSighting, HeadError> {
    let mut mean = face.clone();
    let (mut count, mut pitch, mut yaw, mut roll) = (1.0, face.pose.pitch, face.pose.yaw, face.pose.roll);
    let (centre, side) = (face.bounds.centre(), face.bounds.width.max(face.bounds.height));
    for (size, right, down) in VIEWS {
        let side = side * size;
        let corner = |middle: f32, shift: f32| (middle + shift * side - side / 2.0).max(0.0) as u32;
        let (x, y) = (corner(centre.x, right), corner(centre.y, down));
        let Some(crop) = portrait.crop(x, y, side as u32, side as u32) else { continue };
        let faces = vision.detect(&crop)?;
        let Some(seen) = subject(&faces, &crop) else { continue };
        count += 1.0;
        for (sum, point) in mean.landmarks.iter_mut().zip(&seen.landmarks) {
            *sum = [sum[0] + point[0] + x as f32, sum[1] + point[1] + y as f32];
        }
        (yaw, pitch, roll) = (yaw + seen.pose.yaw, pitch + seen.pose.pitch, roll + seen.pose.roll);
    }
    for point in &mut mean.landmarks {
        *point = point.map(|value| value / count);
    }
    // Two opinions: the landmarks' is misled by smiles and long chins, the network's by hair.
    let other = vision.pose_by_network(portrait, face)?;
    mean.pose.yaw = f32::midpoint(yaw / count, other.yaw);
    mean.pose.pitch = f32::midpoint(pitch / count, other.pitch);
    mean.pose.roll = f32::midpoint(roll / count, other.roll);
    Ok(mean)
}

/// The portrait with everything around the head replaced by the head's mirror image at its outline: hair goes on as hair, and
/// nothing of what was behind the person turns with the head.
fn continued(large: &Picture, view: &Portrait, outline: &Outline, relief: &Relief) -> Picture {
    let (width, height) = (large.width() as usize, large.height() as usize);
    let factor = width as f64 / view.size[0];
    // The outline in pixels: the hair's is as deep as the middle of the skull, the jaw's as deep as the jaw.
    let rim: Vec<[f64; 2]> = (0..RAYS)
        .map(|ray| {
            let (sin, cos) = (ray as f64 * std::f64::consts::TAU / RAYS as f64).sin_cos();
            let (x, y) = (MIDDLE[0] + cos * outline.hair[ray], MIDDLE[1] + sin * outline.hair[ray]);
            let jaw = relief.depth.at(0.93 * x, MIDDLE[1] + 0.93 * (y - MIDDLE[1])).clamp(0.0, OUTLINE_DEPTH);
            let depth = OUTLINE_DEPTH + smoothstep(0.2, 0.6, sin) * (jaw - OUTLINE_DEPTH);
            view.pixel([x, y, depth]).map(|value| value * factor)
        })
        .collect();
    let middle: [f64; 2] = std::array::from_fn(|axis| rim.iter().map(|p| p[axis]).sum::<f64>() / RAYS as f64);
    // Radius of the rim for each of many directions around that middle.
    const TURNS: usize = 720;
    let mut edges = vec![0.0_f64; TURNS];
    for ray in 0..RAYS {
        let (a, b) = (rim[ray], rim[(ray + 1) % RAYS]);
        for step in 0..32 {
            let share = f64::from(step) / 32.0;
            let (dx, dy) =
                (a[0] + share * (b[0] - a[0]) - middle[0], a[1] + share * (b[1] - a[1]) - middle[1]);
            let turn = dy.atan2(dx).rem_euclid(std::f64::consts::TAU) / std::f64::consts::TAU * TURNS as f64;
            let edge = &mut edges[turn as usize % TURNS];
            *edge = edge.max(dx.hypot(dy));
        }
    }
    let source = Texture::new(large);
    let source = source.level(0);
    let mut rgb = large.rgb().to_vec();
    for y in 0..height {
        for x in 0..width {
            let (dx, dy) = (x as f64 - middle[0], y as f64 - middle[1]);
            let turn = dy.atan2(dx).rem_euclid(std::f64::consts::TAU) / std::f64::consts::TAU * TURNS as f64;
            let edge = TEXTURE_EDGE * edges[turn as usize % TURNS];
            let radius = dx.hypot(dy);
            if radius <= edge {
                continue;
            }
            // Mirrored, but never far in: what is drawn out long is drawn from the rim.
            let inner = (2.0 * edge - radius).max(0.88 * edge) / radius;
            let (fx, fy) = (middle[0] + dx * inner, middle[1] + dy * inner);
            let colour = source.sample_at(fx as f32, fy as f32);
            let at = (y * width + x) * 3;
            for (byte, value) in rgb[at..at + 3].iter_mut().zip(colour) {
                *byte = value as u8;
            }
        }
    }
    Picture::from_rgb(large.width(), large.height(), rgb).expect("a picture of the size it had")
}

/// The mesh of the skull: rings around the face from its middle over the outline to the back.
fn skull(view: &Portrait, bald: &[f64], outline: &Outline, places: &[[f64; 3]], relief: &Relief) -> Surface {
    let hairy = &outline.hair;
    let solid = |ray: usize, turn: f64| {
        let (sin, cos) = (ray as f64 * std::f64::consts::TAU / RAYS as f64).sin_cos();
        let (ts, tc) = turn.to_radians().sin_cos();
        let radius = hairy[ray] * ts;
        let (x, y) = (MIDDLE[0] + cos * radius, MIDDLE[1] + sin * radius);
        let dome = OUTLINE_DEPTH - SKULL_DEPTH * tc;
        if turn >= 90.0 {
            return [x, y, dome];
        }
        // Within the bald head the face has its relief; from there to the outline, hair and jaw bend away.
        let face = 1.0
            - smoothstep(
                if sin > 0.3 { 0.93 } else { 0.72 },
                if sin > 0.3 { 1.0 } else { 0.99 },
                radius / bald[ray].min(hairy[ray]),
            );
        let depth = if face > 0.0 { relief.depth.at(x, y).min(OUTLINE_DEPTH) } else { dome };
        [x, y, dome + face * (depth - dome)]
    };
    let lag = |turn: f64| {
        let (from, most) = TEXTURE_TURN;
        if turn <= from { turn } else { from + most * (1.0 - (-(turn - from) / most).exp()) }
    };
    let columns = RAYS + 1;
    let mut surface = Surface { columns, closed: true, points: Vec::with_capacity(columns * (RINGS + 1)) };
    for ring in 0..=RINGS {
        let turn = REACH * ring as f64 / RINGS as f64;
        for column in 0..columns {
            let ray = column % RAYS;
            let place = solid(ray, turn);
            let textured = if turn <= TEXTURE_TURN.0 { place } else { solid(ray, lag(turn)) };
            surface.points.push(vertex(place, view.uv(textured), 1.0));
        }
    }
    express(&mut surface, places);
    normals(&mut surface);
    surface
}

/// Neck, shoulders and chest: elliptic slices, from inside the head downwards.
fn bust(view: &Portrait, portrait: &Picture, outline: &Outline, places: &[[f64; 3]]) -> Surface {
    let chin = places[8][1];
    let (rows, columns) = BUST;
    // Finer at the neck than at the chest.
    let heights: Vec<f64> = (0..rows)
        .map(|row| row as f64 / (rows - 1) as f64)
        .map(|share| BUST_FROM + (BUST_TO - BUST_FROM) * share * (0.35 + 0.65 * share))
        .collect();
    let likely: Vec<f64> = heights
        .iter()
        .map(|&y| {
            let slope = smoothstep(chin + 22.0, chin + 120.0, y);
            56.0 + 152.0 * slope + 20.0 * smoothstep(chin + 110.0, chin + 300.0, y)
        })
        .collect();
    // Above the chin a portrait shows the face, not the neck.
    let seen = |x: f64, y: f64| view.colour(portrait, [x, y.max(chin + 14.0), 0.0]);
    let halves = outline.shoulders(&heights, &likely, seen);
    // Under the portrait's lower edge its last row goes on.
    let last = (0..rows)
        .rev()
        .find(|&row| view.pixel([0.0, heights[row], 0.0])[1] < view.size[1] - 2.0)
        .unwrap_or(0);
    let mut surface = Surface { columns, closed: false, points: Vec::with_capacity(rows * columns) };
    for (row, &y) in heights.iter().enumerate() {
        let half_depth = 56.0 + 48.0 * smoothstep(chin + 15.0, chin + 150.0, y);
        let axis = 96.0 + 16.0 * smoothstep(70.0, 200.0, y);
        for column in 0..columns {
            let turn = BUST_REACH * (2.0 * column as f64 / (columns - 1) as f64 - 1.0);
            let (sin, cos) = turn.to_radians().sin_cos();
            let half = &halves[usize::from(turn > 0.0)];
            // Under the jaw the neck is hidden; it must not look out beside it.
            let neck = 1.0 - smoothstep(chin + 8.0, chin + 60.0, y);
            let wide = half[row] + neck * (half[row].min(50.0) - half[row]);
            let place = [wide * sin, y, axis - half_depth * cos];
            // Pixels of the neck begin under the jaw; above it the portrait shows the face.
            let x = wide.min(half[row.min(last)]) * (0.92 - 0.22 * neck) * sin;
            let jaw = chin + 5.0 - 20.0 * (x / 60.0).powi(2).min(1.0);
            let textured = [x, y.max(jaw + 0.12 * (y - BUST_FROM)), 0.0];
            let mut vertex = vertex(place, view.uv(textured), 1.0 - smoothstep(75.0, chin + 75.0, y));
            // What is drawn out sideways must not leave the picture.
            vertex.uv = vertex.uv.map(|value| value.clamp(0.004, 0.996));
            surface.points.push(vertex);
        }
    }
    normals(&mut surface);
    surface
}

fn vertex(place: [f64; 3], uv: [f32; 2], follows: f64) -> Vertex {
    Vertex {
        place: std::array::from_fn(|axis| ((place[axis] - PIVOT[axis]) / 1e3) as f32),
        uv,
        follows: follows as f32,
        ..Vertex::default()
    }
}

/// Where expressions move the skin.
fn express(surface: &mut Surface, places: &[[f64; 3]]) {
    let lips = f64::midpoint(places[62][1], places[66][1]);
    for vertex in &mut surface.points {
        let at: [f64; 3] = std::array::from_fn(|axis| f64::from(vertex.place[axis]) * 1e3 + PIVOT[axis]);
        let bump = |middle: [f64; 3], radius: f64| {
            let square = (at[0] - middle[0]).powi(2) + (at[1] - middle[1]).powi(2);
            if at[2] > 60.0 { 0.0 } else { (-square / (2.0 * radius * radius)).exp() }
        };
        // The lower lip, chin and jaw drop; towards the ears they turn less.
        let jaw = smoothstep(lips - 1.5, lips + 8.0, at[1]) * (1.0 - smoothstep(15.0, 75.0, at[2]));
        vertex.mouth = [0.0, (0.010 * jaw) as f32, (0.003 * jaw) as f32];
        let (left, right) = (bump(places[48], 15.0), bump(places[54], 15.0));
        vertex.smile = [
            (0.004 * (right - left)) as f32,
            (-0.0025 * (left + right)) as f32,
            (0.0015 * (left + right)) as f32,
        ];
        let brows = bump(places[19], 17.0) + bump(places[24], 17.0);
        vertex.brow = [0.0, (-0.004 * brows) as f32, 0.0];
    }
}

/// Normals of a grid of points, outwards (towards the camera for what faces it).
fn normals(surface: &mut Surface) {
    let columns = surface.columns;
    let rows = surface.points.len() / columns;
    let place = |points: &[Vertex], row: usize, column: usize| points[row * columns + column].place;
    let mut found = Vec::with_capacity(surface.points.len());
    for row in 0..rows {
        for column in 0..columns {
            let points = &surface.points;
            let (up, down) = (row.saturating_sub(1), (row + 1).min(rows - 1));
            let (left, right) = if surface.closed {
                ((column + columns - 2) % (columns - 1), (column + 1) % (columns - 1))
            } else {
                (column.saturating_sub(1), (column + 1).min(columns - 1))
            };
            let a = difference(place(points, down, column), place(points, up, column));
            // The first ring of a skull is a single point: the one after it tells the direction across.
            let b = difference(place(points, row.max(1), right), place(points, row.max(1), left));
            found.push(unit(cross(a, b)));
        }
    }
    // One sign for the whole surface: the first rows of both face the camera.
    let flip = found.iter().take(columns * 4).map(|normal| normal[2]).sum::<f32>() > 0.0;
    for (vertex, normal) in surface.points.iter_mut().zip(found) {
        vertex.normal = if flip { normal.map(|value| -value) } else { normal };
    }
}

fn difference(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    std::array::from_fn(|axis| a[axis] - b[axis])
}

fn cross(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn unit(a: [f32; 3]) -> [f32; 3] {
    let length = a.iter().map(|value| value * value).sum::<f32>().sqrt().max(1e-9);
    a.map(|value| value / length)
}
