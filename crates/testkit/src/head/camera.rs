//! The camera: what it is held by, how wide it sees, and what its sensor adds.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use selfsame_vision::Picture;

use super::movement::Wander;
use super::raster::Frame;

/// What holds the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// A laptop on a table: it trembles by a hundredth of a degree.
    Laptop,
    /// A phone in a hand: it sways by millimetres and half degrees.
    Hand,
}

/// How wide the camera sees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lens {
    /// Focal length in lengths of the picture's longer side: 0.8 to 1.1 is what laptops and phones have (64 to 49 degrees).
    pub focal: f64,
}

impl Default for Lens {
    fn default() -> Self {
        Self { focal: 0.95 }
    }
}

/// How the camera moves.
#[derive(Debug, Clone)]
pub(crate) struct Shake {
    /// Metres.
    place: [Wander; 3],
    /// Radians about x, y and z.
    turn: [Wander; 3],
}

impl Shake {
    pub(crate) fn new(hold: Hold, rng: &mut Xoshiro256PlusPlus) -> Self {
        // A hand that tries to hold still sways by 3 to 8 mm and half a degree; its tremor is a few hundredths of a degree.
        let (shift, angle, tremor) = match hold {
            Hold::Laptop => (0.0003, 0.0003, 0.000_05),
            Hold::Hand => (rng.random_range(0.003..0.009), rng.random_range(0.005..0.013), 0.000_5),
        };
        let mut wander = |amplitude: f64, tremor: f64| Wander::new(rng, amplitude, 0.15..1.2, tremor);
        Self {
            place: [wander(shift, 0.0), wander(shift, 0.0), wander(shift, 0.0)],
            turn: [wander(angle, tremor), wander(angle, tremor), wander(angle, tremor)],
        }
    }

    /// Metres, and radians about x, y and z.
    pub(crate) fn at(&self, seconds: f64) -> ([f64; 3], [f64; 3]) {
        let all = |wanders: &[Wander; 3]| std::array::from_fn(|axis| wanders[axis].at(seconds));
        (all(&self.place), all(&self.turn))
    }
}

/// Noise that is drawn once and read from other places each time: drawing it anew for every pixel would cost more than the
/// scene.
#[derive(Debug)]
pub(crate) struct Noise {
    table: Vec<f32>,
}

/// A power of two, as places are found by masking.
const TABLE: usize = 1 << 16;

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x6E6F_6973_6500);
        Self { table: (0..TABLE).map(|_| gaussian(&mut rng) as f32).collect() }
    }

    /// The picture that the sensor makes of the light. `sigma`: standard deviation of the noise in steps of 1/255, in the
    /// middle tones; bright tones have more of it, as light itself is grainy. `gains`: exposure per channel.
    pub(crate) fn expose(&self, frame: &Frame, sigma: f64, gains: [f32; 3], seed: u64) -> Picture {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let sigma = sigma as f32;
        let mut rgb = vec![0; frame.colours.len() * 3];
        let mut grains = vec![0.0; frame.width * 3];
        let rows = rgb.chunks_exact_mut(3 * frame.width).zip(frame.colours.chunks_exact(frame.width));
        for (bytes, colours) in rows {
            let mut place: usize = rng.random_range(0..TABLE);
            let mut wanted = grains.as_mut_slice();
            while !wanted.is_empty() {
                place = (place + 1) & (TABLE - 1);
                let length = wanted.len().min(TABLE - place);
                wanted[..length].copy_from_slice(&self.table[place..place + length]);
                wanted = &mut wanted[length..];
                place += length - 1;
            }
            let pixels = bytes.as_chunks_mut::<3>().0.iter_mut().zip(grains.as_chunks::<3>().0);
            for ((byte, noise), colour) in pixels.zip(colours) {
                *byte = std::array::from_fn(|channel| {
                    let value = colour[channel] * gains[channel];
                    let grain = sigma * (0.75 + value * (0.5 / 255.0));
                    // Adding a half and cutting rounds; casting saturates.
                    (value + grain * noise[channel] + 0.5) as u8
                });
            }
        }
        Picture::from_rgb(frame.width as u32, frame.height as u32, rgb)
            .expect("a picture of the frame's size")
    }
}

/// Normal, mean 0 and variance 1, near enough: the sum of four uniforms (no tail beyond 3.5, as sensors clip theirs).
pub(crate) fn gaussian(rng: &mut Xoshiro256PlusPlus) -> f64 {
    let bits: u64 = rng.random();
    let sum: u64 = (0..4).map(|part| (bits >> (16 * part)) & 0xFFFF).sum();
    // Each uniform has variance 1/12, so four have 1/3.
    (sum as f64 / 65_535.0 - 2.0) * 3.0_f64.sqrt()
}
