//! How living things move: from place to place, and while they believe to be still.

use std::f64::consts::TAU;

use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

/// Unwilled motion along one axis: a few slow waves that never repeat, and a tremor.
#[derive(Debug, Clone)]
pub(crate) struct Wander {
    /// (hertz, phase, amplitude)
    waves: Vec<(f64, f64, f64)>,
}

impl Wander {
    /// `amplitude`: the most that the slow waves together reach. `tremor`: amplitude of the physiological tremor at 8 to 12 Hz.
    pub(crate) fn new(
        rng: &mut Xoshiro256PlusPlus,
        amplitude: f64,
        hertz: std::ops::Range<f64>,
        tremor: f64,
    ) -> Self {
        let mut waves: Vec<_> = (0..4)
            .map(|_| (rng.random_range(hertz.clone()), rng.random_range(0.0..TAU), amplitude / 4.0))
            .collect();
        // Not one tone: a tremor swells and fades.
        for _ in 0..3 {
            waves.push((rng.random_range(8.0..12.0), rng.random_range(0.0..TAU), tremor / 3.0));
        }
        Self { waves }
    }

    pub(crate) fn at(&self, seconds: f64) -> f64 {
        self.waves
            .iter()
            .map(|(hertz, phase, amplitude)| amplitude * (TAU * hertz * seconds + phase).sin())
            .sum()
    }
}

/// A willed movement of several quantities at once, along the path of least jerk (Flash and Hogan, 1985), with a small
/// overshoot that is taken back.
#[derive(Debug, Clone)]
pub(crate) struct Reach<const N: usize> {
    pub(crate) from: [f64; N],
    pub(crate) to: [f64; N],
    /// Seconds.
    pub(crate) begins: f64,
    pub(crate) takes: f64,
    /// Share of the way that is gone too far.
    pub(crate) overshoot: f64,
    /// Constant speed instead: what machines do.
    pub(crate) linear: bool,
}

impl<const N: usize> Reach<N> {
    /// Nothing to do but be there.
    pub(crate) fn still(at: [f64; N]) -> Self {
        Self { from: at, to: at, begins: 0.0, takes: 1e-3, overshoot: 0.0, linear: false }
    }

    pub(crate) fn at(&self, seconds: f64) -> [f64; N] {
        let share = self.share(((seconds - self.begins) / self.takes).clamp(0.0, 1.0));
        std::array::from_fn(|axis| self.from[axis] + share * (self.to[axis] - self.from[axis]))
    }

    pub(crate) fn is_over(&self, seconds: f64) -> bool {
        seconds >= self.begins + self.takes
    }

    fn share(&self, t: f64) -> f64 {
        if self.linear {
            return t;
        }
        // Four fifths of the time for the stroke, the rest to come back from too far.
        let stroke = minimum_jerk((t / 0.8).min(1.0));
        let back = minimum_jerk(((t - 0.8) / 0.2).clamp(0.0, 1.0));
        stroke * (1.0 + self.overshoot) - back * self.overshoot
    }
}

fn minimum_jerk(t: f64) -> f64 {
    t * t * t * (10.0 - 15.0 * t + 6.0 * t * t)
}

/// How long a movement of the head takes: Fitts' law with the constants of pointing with the head (about 0.25 s and 0.13 s
/// per bit for a target a tenth as wide as the way).
pub(crate) fn fitts(degrees: f64) -> f64 {
    0.25 + 0.13 * (1.0 + degrees.abs() / 1.2).log2()
}

/// When someone blinks, and how far the lids are closed.
#[derive(Debug, Clone)]
pub(crate) struct Blinks {
    /// Seconds at which the lids begin to close.
    next: f64,
    rng: Xoshiro256PlusPlus,
}

/// Closing takes 0.10 s, the lids rest for 0.05 s, opening takes 0.20 s (Caffier et al., 2003, rounded).
const CLOSING: f64 = 0.10;
const RESTING: f64 = 0.05;
const OPENING: f64 = 0.20;

impl Blinks {
    pub(crate) fn new(mut rng: Xoshiro256PlusPlus) -> Self {
        let next = rng.random_range(0.4..3.5);
        Self { next, rng }
    }

    /// How far the lids are closed, 0..=1. Time must not run backwards.
    pub(crate) fn closed(&mut self, seconds: f64) -> f64 {
        while seconds > self.next + CLOSING + RESTING + OPENING {
            self.next += CLOSING + RESTING + OPENING + self.rng.random_range(2.0..6.0);
        }
        let since = seconds - self.next;
        if since <= 0.0 {
            0.0
        } else if since < CLOSING {
            minimum_jerk(since / CLOSING)
        } else if since < CLOSING + RESTING {
            1.0
        } else {
            1.0 - minimum_jerk(((since - CLOSING - RESTING) / OPENING).min(1.0))
        }
    }

    /// No blink for a second: someone was asked to open the eyes.
    pub(crate) fn hold(&mut self, seconds: f64) {
        if self.next < seconds + 1.0 && self.next > seconds {
            self.next = seconds + 1.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn a_reach_starts_and_ends_at_rest_and_goes_a_little_too_far() {
        let reach =
            Reach { from: [0.0], to: [10.0], begins: 1.0, takes: 1.0, overshoot: 0.05, linear: false };
        assert_eq!(reach.at(0.5), [0.0]);
        assert!((reach.at(2.0)[0] - 10.0).abs() < 1e-9 && reach.is_over(2.0));
        let speed = |t: f64| (reach.at(t + 1e-4)[0] - reach.at(t - 1e-4)[0]) / 2e-4;
        assert!(speed(1.01) < 0.5 && speed(1.4) > 15.0);
        let furthest = (0..100).map(|i| reach.at(1.0 + f64::from(i) / 100.0)[0]).fold(0.0, f64::max);
        assert!((furthest - 10.5).abs() < 0.05);
    }

    #[test]
    fn blinks_come_every_few_seconds_and_close_the_eyes() {
        let mut blinks = Blinks::new(Xoshiro256PlusPlus::seed_from_u64(4));
        let closed: Vec<f64> = (0..1_800).map(|tick| blinks.closed(f64::from(tick) / 60.0)).collect();
        let count = closed.windows(2).filter(|pair| pair[0] < 0.5 && pair[1] >= 0.5).count();
        assert!((4..=13).contains(&count), "{count} in 30 s");
        assert!(closed.iter().copied().fold(0.0, f64::max) > 0.99);
    }
}
