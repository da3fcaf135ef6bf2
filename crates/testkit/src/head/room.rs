//! What is behind the head: a wall with things on it, and a piece of furniture nearer than the wall.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use selfsame_vision::Picture;

use super::raster::Texture;

/// Metres of wall that are drawn, and pixels per metre: at two metres coarser than the camera's pixels, as what is behind a
/// person is out of focus.
pub(crate) const WALL: (f32, f32) = (5.0, 3.6);
const PER_METRE: f32 = 260.0;

/// A room, the same for the same seed.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) wall: Texture,
    /// Metres from the camera to the wall.
    pub(crate) depth: f32,
    pub(crate) boards: Vec<Board>,
}

/// A flat thing before the wall: a shelf, a curtain, a chair's back.
#[derive(Debug)]
pub(crate) struct Board {
    pub(crate) texture: Texture,
    /// Left, top, width and height in metres, in the camera's axes.
    pub(crate) place: [f32; 4],
    pub(crate) depth: f32,
}

struct Canvas {
    width: usize,
    height: usize,
    rgb: Vec<[f32; 3]>,
}

impl Canvas {
    fn new(width: f32, height: f32, colour: [f32; 3]) -> Self {
        let (width, height) = ((width * PER_METRE) as usize, (height * PER_METRE) as usize);
        Self { width, height, rgb: vec![colour; width * height] }
    }

    /// Metres from the upper left corner.
    fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, colour: [f32; 3]) {
        let bound = |value: f32, most: usize| (value * PER_METRE).clamp(0.0, most as f32) as usize;
        let left = bound(x, self.width);
        let columns = left..bound(x + width, self.width).max(left);
        for row in bound(y, self.height)..bound(y + height, self.height) {
            self.rgb[row * self.width..][columns.clone()].fill(colour);
        }
    }

    fn blob(&mut self, x: f32, y: f32, radius: f32, colour: [f32; 3], strength: f32) {
        let bound = |value: f32, most: usize| (value * PER_METRE).clamp(0.0, most as f32) as usize;
        for row in bound(y - radius, self.height)..bound(y + radius, self.height) {
            for column in bound(x - radius, self.width)..bound(x + radius, self.width) {
                let (dx, dy) = (column as f32 / PER_METRE - x, row as f32 / PER_METRE - y);
                let share = strength * (1.0 - (dx * dx + dy * dy) / (radius * radius)).max(0.0);
                let pixel = &mut self.rgb[row * self.width + column];
                *pixel = std::array::from_fn(|c| pixel[c] + share * (colour[c] - pixel[c]));
            }
        }
    }

    /// Unevenness of paint and light: coarse cells, smoothly joined, and a fine grain.
    fn weather(&mut self, rng: &mut Xoshiro256PlusPlus, coarse: f32, fine: f32) {
        const CELL: usize = 24;
        let across = self.width / CELL + 2;
        let cells: Vec<f32> =
            (0..across * (self.height / CELL + 2)).map(|_| rng.random_range(-1.0..1.0)).collect();
        for row in 0..self.height {
            for column in 0..self.width {
                let (cx, cy) = (column / CELL, row / CELL);
                let (fx, fy) = ((column % CELL) as f32 / CELL as f32, (row % CELL) as f32 / CELL as f32);
                let at = |dx: usize, dy: usize| cells[(cy + dy) * across + cx + dx];
                let top = at(0, 0) + (at(1, 0) - at(0, 0)) * fx;
                let bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * fx;
                let shade = coarse * (top + (bottom - top) * fy) + fine * rng.random_range(-1.0..1.0_f32);
                let pixel = &mut self.rgb[row * self.width + column];
                *pixel = pixel.map(|value| value + shade);
            }
        }
    }

    fn texture(&self) -> Texture {
        let rgb = self.rgb.iter().flatten().map(|value| value.clamp(0.0, 255.0) as u8).collect();
        let picture = Picture::from_rgb(self.width as u32, self.height as u32, rgb);
        Texture::new(&picture.expect("a canvas has pixels"))
    }
}

fn shade(colour: [f32; 3], factor: f32) -> [f32; 3] {
    colour.map(|value| value * factor)
}

fn paint(rng: &mut Xoshiro256PlusPlus, low: f32, high: f32) -> [f32; 3] {
    // Few things are as colourful as paint could be.
    let grey = rng.random_range(low..high);
    let colour = rng.random_range(0.1..0.6);
    std::array::from_fn(|_| grey + colour * (rng.random_range(low..high) - grey))
}

impl Room {
    pub(crate) fn new(seed: u64) -> Self {
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x726F_6F6D);
        let base = rng.random_range(120.0..205.0);
        let tint = [base + rng.random_range(-4.0..14.0), base, base + rng.random_range(-22.0..8.0)];
        let (width, height) = WALL;
        let mut wall = Canvas::new(width, height, tint);
        match rng.random_range(0..3) {
            0 => panels(&mut wall, tint, rng),
            1 => bricks(&mut wall, tint, rng),
            _ => {}
        }
        // The middle of the wall is behind the head: things hang there too, but what is seen is beside it.
        let mut x = rng.random_range(0.1..0.4);
        while x < width - 0.3 {
            let space = rng.random_range(0.5..0.95_f32).min(width - x - 0.1);
            match rng.random_range(0..4) {
                0 => shelf(&mut wall, x, space, rng),
                1 => door(&mut wall, x, space, shade(tint, rng.random_range(0.75..1.15)), rng),
                _ => pictures(&mut wall, x, space, rng),
            }
            x += space + rng.random_range(0.05..0.35);
        }
        wall.weather(rng, 7.0, 3.5);
        let depth = rng.random_range(1.5..2.6);
        let boards = (0..rng.random_range(1..3)).map(|_| board(depth, rng)).collect();
        Self { wall: wall.texture(), depth, boards }
    }
}

fn panels(wall: &mut Canvas, tint: [f32; 3], rng: &mut Xoshiro256PlusPlus) {
    let step = rng.random_range(0.14..0.4);
    let mut x = 0.0;
    while x < WALL.0 {
        wall.fill(x, 0.0, 0.012, WALL.1, shade(tint, 0.72));
        wall.fill(x + 0.012, 0.0, 0.008, WALL.1, shade(tint, 1.12));
        x += step;
    }
}

fn bricks(wall: &mut Canvas, tint: [f32; 3], rng: &mut Xoshiro256PlusPlus) {
    let mut y = 0.0;
    let mut odd = false;
    while y < WALL.1 {
        let mut x = if odd { -0.12 } else { 0.0 };
        while x < WALL.0 {
            wall.fill(x, y, 0.23, 0.065, shade(tint, rng.random_range(0.80..1.02)));
            x += 0.24;
        }
        y += 0.075;
        odd = !odd;
    }
}

fn pictures(wall: &mut Canvas, x: f32, space: f32, rng: &mut Xoshiro256PlusPlus) {
    let mut y = rng.random_range(0.5..0.9_f32);
    while y < 2.4 {
        let (width, height) = (space * rng.random_range(0.5..0.95), rng.random_range(0.25..0.6_f32));
        let (frame, mat) = (paint(rng, 15.0, 110.0), paint(rng, 190.0, 240.0));
        let border = rng.random_range(0.012..0.03);
        wall.fill(x + 0.01, y + 0.014, width, height, [70.0; 3]);
        wall.fill(x, y, width, height, frame);
        wall.fill(x + border, y + border, width - 2.0 * border, height - 2.0 * border, mat);
        let inner = border + rng.random_range(0.0..0.05);
        let (left, top) = (x + inner, y + inner);
        let (wide, high) = (width - 2.0 * inner, height - 2.0 * inner);
        wall.fill(left, top, wide, high, paint(rng, 90.0, 210.0));
        for _ in 0..rng.random_range(6..16) {
            let (bw, bh) = (wide * rng.random_range(0.05..0.4), high * rng.random_range(0.05..0.4));
            let (bx, by) = (
                left + rng.random_range(0.0..1.0) * (wide - bw),
                top + rng.random_range(0.0..1.0) * (high - bh),
            );
            wall.fill(bx, by, bw, bh, paint(rng, 30.0, 230.0));
        }
        y += height + rng.random_range(0.1..0.4);
    }
}

fn shelf(wall: &mut Canvas, x: f32, space: f32, rng: &mut Xoshiro256PlusPlus) {
    let wood = paint(rng, 60.0, 120.0);
    let wood = [wood[0] + 40.0, wood[1] + 10.0, wood[2] - 20.0];
    wall.fill(x, 0.3, space, 3.3, shade(wood, 0.45));
    let mut y = 0.3;
    while y < 3.4 {
        let clear = rng.random_range(0.26..0.36);
        let mut at = x + 0.03;
        while at < x + space - 0.06 {
            let (thick, tall) = (rng.random_range(0.015..0.05), clear * rng.random_range(0.6..0.95_f32));
            if rng.random_range(0.0..1.0) < 0.88 {
                let cover = paint(rng, 25.0, 215.0);
                wall.fill(at, y + clear - tall, thick, tall, cover);
                wall.fill(at, y + clear - tall * 0.8, thick, tall * 0.05, shade(cover, 0.55));
                wall.fill(
                    at + thick * 0.3,
                    y + clear - tall * 0.6,
                    thick * 0.35,
                    tall * 0.4,
                    shade(cover, 1.5),
                );
            }
            at += thick + 0.003;
        }
        wall.fill(x, y + clear, space, 0.025, wood);
        y += clear + 0.025;
    }
    wall.fill(x, 0.3, 0.025, 3.3, wood);
    wall.fill(x + space - 0.025, 0.3, 0.025, 3.3, shade(wood, 0.9));
}

fn door(wall: &mut Canvas, x: f32, space: f32, colour: [f32; 3], rng: &mut Xoshiro256PlusPlus) {
    wall.fill(x, 0.35, space, 3.3, shade(colour, 0.7));
    wall.fill(x + 0.05, 0.40, space - 0.1, 3.2, colour);
    for row in 0..5 {
        let y = 0.52 + row as f32 * 0.6;
        for half in 0..2 {
            let wide = (space - 0.34) / 2.0;
            let left = x + 0.13 + half as f32 * (wide + 0.08);
            wall.fill(left, y, wide, 0.48, shade(colour, 0.78));
            wall.fill(left + 0.012, y + 0.012, wide - 0.024, 0.456, shade(colour, 1.06));
            wall.fill(left + 0.035, y + 0.035, wide - 0.07, 0.41, shade(colour, 0.93));
        }
    }
    wall.blob(x + space - 0.1, 1.9 + rng.random_range(-0.2..0.2), 0.035, [90.0, 80.0, 60.0], 1.6);
}

fn board(wall: f32, rng: &mut Xoshiro256PlusPlus) -> Board {
    let depth = wall * rng.random_range(0.55..0.8);
    let (width, height) = (rng.random_range(0.35..0.7), rng.random_range(0.4..1.4_f32));
    let colour = paint(rng, 60.0, 190.0);
    let mut canvas = Canvas::new(width, height, colour);
    if rng.random_range(0..2) == 0 {
        // A curtain or a chair: stripes.
        let step = rng.random_range(0.03..0.09);
        let mut x = 0.0;
        while x < width {
            canvas.fill(x, 0.0, step * 0.45, height, shade(colour, rng.random_range(0.6..0.9)));
            x += step;
        }
    } else {
        for _ in 0..14 {
            let radius = rng.random_range(0.03..0.12);
            let leaf = paint(rng, 40.0, 170.0);
            canvas.blob(rng.random_range(0.0..width), rng.random_range(0.0..height), radius, leaf, 0.9);
        }
    }
    canvas.fill(0.0, 0.0, width, 0.02, shade(colour, 0.5));
    canvas.weather(rng, 6.0, 4.0);
    // Beside the head, on either side, standing on something below the view.
    let side = if rng.random_range(0..2) == 0 { -1.0 } else { 1.0 };
    let middle = side * depth * rng.random_range(0.32..0.62);
    let top = depth * rng.random_range(-0.25..0.2);
    Board { texture: canvas.texture(), place: [middle - width / 2.0, top, width, height], depth }
}
