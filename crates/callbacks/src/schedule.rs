//! When the next attempt is due.

use std::time::Duration;

use selfsame_domain::Entropy;

use crate::Outcome;

/// The pauses between attempts.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Before the first attempt, before the second, and so on; after the last there is no other.
    pub pauses: Vec<Duration>,
    /// Each pause is lengthened by a random part of itself, at most this, so that what failed together does not come back
    /// together. 0.0..=1.0.
    pub jitter: f64,
    /// A receiver's `Retry-After` may lengthen a pause up to this.
    pub longest_retry_after: Duration,
}

impl Default for Schedule {
    /// The schedule that the Standard Webhooks text recommends: about three days.
    fn default() -> Self {
        let (minute, hour) = (60, 3_600);
        let pauses =
            [0, 5, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];
        Self {
            pauses: pauses.into_iter().map(Duration::from_secs).collect(),
            jitter: 0.1,
            longest_retry_after: Duration::from_secs(24 * hour),
        }
    }
}

/// What follows from an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Delivered,
    /// Try again after this.
    Again(Duration),
    /// The receiver wants no more of it.
    Unwanted,
    /// The schedule is over.
    Exhausted,
}

impl Schedule {
    /// What follows from the `attempts`th attempt of a round, counted from 1.
    pub fn after(&self, attempts: u32, outcome: &Outcome, entropy: &dyn Entropy) -> Next {
        let asked = match outcome {
            Outcome::Answered { status: 200..=299, .. } => return Next::Delivered,
            Outcome::Answered { status: 410, .. } => return Next::Unwanted,
            Outcome::Answered { retry_after, .. } => retry_after.unwrap_or_default(),
            Outcome::TimedOut | Outcome::Unreachable | Outcome::Forbidden | Outcome::Unworded => {
                Duration::ZERO
            }
        };
        match self.pauses.get(attempts as usize) {
            None => Next::Exhausted,
            Some(pause) => {
                let mut bytes = [0; 4];
                entropy.fill(&mut bytes);
                let share = f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX);
                let pause = pause.mul_f64(1.0 + self.jitter.clamp(0.0, 1.0) * share);
                Next::Again(pause.max(asked.min(self.longest_retry_after)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Always the same byte.
    struct Fixed(u8);

    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn answered(status: u16, retry_after: Option<u64>) -> Outcome {
        Outcome::Answered { status, retry_after: retry_after.map(Duration::from_secs) }
    }

    #[test]
    fn ten_attempts_over_three_days_then_none() {
        let schedule = Schedule::default();
        let hours: Vec<f64> = (1..10)
            .map(|attempts| match schedule.after(attempts, &answered(500, None), &Fixed(0)) {
                Next::Again(pause) => pause.as_secs_f64() / 3600.0,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(hours, [5.0 / 3600.0, 300.0 / 3600.0, 0.5, 2.0, 5.0, 10.0, 14.0, 20.0, 24.0]);
        for outcome in [answered(500, Some(9)), Outcome::TimedOut, Outcome::Unreachable, Outcome::Forbidden] {
            assert_eq!(schedule.after(10, &outcome, &Fixed(0)), Next::Exhausted);
        }
    }

    #[test]
    fn jitter_only_lengthens_and_is_bounded() {
        let schedule = Schedule::default();
        let longest = schedule.after(1, &Outcome::TimedOut, &Fixed(255));
        assert_eq!(longest, Next::Again(Duration::from_millis(5_500)));
        assert_eq!(schedule.after(1, &Outcome::TimedOut, &Fixed(0)), Next::Again(Duration::from_secs(5)));
    }

    #[test]
    fn statuses() {
        let schedule = Schedule::default();
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(schedule.after(1, &answered(status, None), &Fixed(0)), Next::Delivered, "{status}");
        }
        for status in [100, 199, 300, 301, 302, 307, 400, 401, 404, 408, 429, 500, 503, 599] {
            let next = schedule.after(1, &answered(status, None), &Fixed(0));
            assert_eq!(next, Next::Again(Duration::from_secs(5)), "{status}");
        }
        assert_eq!(schedule.after(1, &answered(410, Some(5)), &Fixed(0)), Next::Unwanted);
    }

    #[test]
    fn retry_after_lengthens_never_shortens_and_is_bounded() {
        let schedule = Schedule::default();
        let after = |attempts, seconds| schedule.after(attempts, &answered(503, Some(seconds)), &Fixed(0));
        assert_eq!(after(1, 60), Next::Again(Duration::from_secs(60)));
        assert_eq!(after(2, 60), Next::Again(Duration::from_secs(300)));
        assert_eq!(after(1, u64::MAX), Next::Again(Duration::from_secs(24 * 3600)));
    }
}
