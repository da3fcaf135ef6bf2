//! A plane in front of a pinhole camera, and how a hand moves it.

use std::f64::consts::TAU;

use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

/// Focal length of the camera in widths of the picture: 1.0 to 1.3 is what laptops and phones have (about 50 degrees across).
const FOCAL_LENGTH: f64 = 1.1;

/// Where the plane is: angles in radians, shifts in widths of the picture, distance 1 = the plane fills the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PlanePose {
    pub turn: f64,
    pub nod: f64,
    pub roll: f64,
    pub right: f64,
    pub down: f64,
    pub distance: f64,
}

impl PlanePose {
    /// Maps a point of the plane to the camera picture. Both in units of the picture's width, origin in the middle.
    pub(super) fn homography(&self) -> Homography {
        let (st, ct) = self.turn.sin_cos();
        let (sn, cn) = self.nod.sin_cos();
        let (sr, cr) = self.roll.sin_cos();
        // Columns one and two of Ry(turn) Rx(nod) Rz(roll): where the plane's own axes point.
        let right = [ct * cr + st * sn * sr, cn * sr, -st * cr + ct * sn * sr];
        let down = [-ct * sr + st * sn * cr, cn * cr, st * sr + ct * sn * cr];
        let f = FOCAL_LENGTH;
        let z = f * self.distance;
        // The plane sits f units away at distance 1, so that one of its units fills one unit of the picture.
        Homography([
            [f * right[0], f * down[0], f * self.right * self.distance],
            [f * right[1], f * down[1], f * self.down * self.distance],
            [right[2], down[2], z],
        ])
    }
}

/// A projective map of the plane, row by row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Homography([[f64; 3]; 3]);

impl Homography {
    pub(super) fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        let row = |i: usize| self.0[i][0] * x + self.0[i][1] * y + self.0[i][2];
        let w = row(2);
        (row(0) / w, row(1) / w)
    }

    /// The map back (up to scale, which a projective map does not have).
    pub(super) fn inverse(&self) -> Self {
        let m = &self.0;
        let minor =
            |r0: usize, r1: usize, c0: usize, c1: usize| m[r0][c0] * m[r1][c1] - m[r0][c1] * m[r1][c0];
        Self([
            [minor(1, 2, 1, 2), -minor(0, 2, 1, 2), minor(0, 1, 1, 2)],
            [-minor(1, 2, 0, 2), minor(0, 2, 0, 2), -minor(0, 1, 0, 2)],
            [minor(1, 2, 0, 1), -minor(0, 2, 0, 1), minor(0, 1, 0, 1)],
        ])
    }
}

/// How a held thing moves: slow sway (0.2 to 1.1 Hz) in every degree of freedom, and a physiological tremor (8 to 12 Hz)
/// a hundredth as large.
#[derive(Debug)]
pub(super) struct HandMotion {
    /// One per degree of freedom: turn, nod, roll, right, down, nearer.
    axes: [Axis; 6],
}

/// What happens along one degree of freedom: a sum of waves.
#[derive(Debug)]
struct Axis {
    amplitude: f64,
    waves: Vec<Wave>,
}

#[derive(Debug)]
struct Wave {
    hertz: f64,
    phase: f64,
    /// Of the amplitude.
    share: f64,
}

impl Axis {
    fn at(&self, seconds: f64) -> f64 {
        let sum: f64 =
            self.waves.iter().map(|wave| wave.share * (TAU * wave.hertz * seconds + wave.phase).sin()).sum();
        self.amplitude * sum
    }
}

impl HandMotion {
    pub(super) fn new(rng: &mut Xoshiro256PlusPlus) -> Self {
        // Turn and nod to 7 degrees, roll to 4, shifts to 3 % of the width, distance to 6 %: what someone does who shows a
        // picture to a camera and tries to seem alive.
        let amplitudes = [0.12, 0.10, 0.07, 0.03, 0.03, 0.06];
        let axes = amplitudes.map(|amplitude| {
            let mut wave = |hertz: std::ops::Range<f64>, share| Wave {
                hertz: rng.random_range(hertz),
                phase: rng.random_range(0.0..TAU),
                share,
            };
            let mut waves: Vec<Wave> = (0..3).map(|_| wave(0.2..1.1, 1.0 / 3.0)).collect();
            waves.push(wave(8.0..12.0, 0.01));
            Axis { amplitude, waves }
        });
        Self { axes }
    }

    /// Where the hand is, `seconds` after it began.
    pub(super) fn at(&self, seconds: f64) -> PlanePose {
        let [turn, nod, roll, right, down, nearer] = std::array::from_fn(|axis| self.axes[axis].at(seconds));
        PlanePose { turn, nod, roll, right, down, distance: 1.0 + nearer }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    const STILL: PlanePose =
        PlanePose { turn: 0.0, nod: 0.0, roll: 0.0, right: 0.0, down: 0.0, distance: 1.0 };

    #[test]
    fn a_still_plane_maps_to_itself() {
        let (x, y) = STILL.homography().apply(0.3, -0.2);
        assert!((x - 0.3).abs() < 1e-12 && (y + 0.2).abs() < 1e-12);
    }

    #[test]
    fn at_twice_the_distance_it_is_half_as_large() {
        let (x, y) = PlanePose { distance: 2.0, ..STILL }.homography().apply(0.3, -0.2);
        assert!((x - 0.15).abs() < 1e-12 && (y + 0.1).abs() < 1e-12);
    }

    #[test]
    fn turning_makes_the_far_side_smaller_and_keeps_lines_straight() {
        let map = PlanePose { turn: 0.3, ..STILL }.homography();
        let height = |x: f64| map.apply(x, 0.2).1 - map.apply(x, -0.2).1;
        assert!((height(-0.4) - height(0.4)).abs() > 0.05);
        // Three points of one line stay on one line.
        let [a, b, c] = [-0.4, 0.1, 0.4].map(|x| map.apply(x, 0.2 + 0.1 * x));
        let area = (b.0 - a.0) * (c.1 - a.1) - (c.0 - a.0) * (b.1 - a.1);
        assert!(area.abs() < 1e-12);
    }

    #[test]
    fn the_inverse_leads_back() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
        let motion = HandMotion::new(&mut rng);
        for tick in 0..50 {
            let map = motion.at(f64::from(tick) / 10.0).homography();
            let (x, y) = map.apply(0.31, -0.17);
            let (x, y) = map.inverse().apply(x, y);
            assert!((x - 0.31).abs() < 1e-9 && (y + 0.17).abs() < 1e-9);
        }
    }

    #[test]
    fn a_hand_moves_smoothly_and_not_far() {
        let motion = HandMotion::new(&mut Xoshiro256PlusPlus::seed_from_u64(1));
        let path: Vec<_> =
            (0..300).map(|tick| motion.at(f64::from(tick) / 30.0).homography().apply(0.0, 0.0)).collect();
        let furthest = path.iter().map(|(x, y)| x.hypot(*y)).fold(0.0, f64::max);
        assert!((0.01..0.06).contains(&furthest), "{furthest}");
        let fastest = path.windows(2).map(|p| (p[1].0 - p[0].0).hypot(p[1].1 - p[0].1)).fold(0.0, f64::max);
        assert!(fastest < 0.01, "{fastest} of the width between two frames");
    }
}
