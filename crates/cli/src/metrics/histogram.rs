//! A distribution of tens of millions of scores, in constant memory.

/// Bins over -1..=1; one is 2e-5 wide, far below what a threshold in cosine is stated to.
const BINS: usize = 100_000;

/// Counts of scores from -1 to 1.
#[derive(Debug, Clone)]
pub(crate) struct ScoreHistogram {
    bins: Vec<u64>,
    total: u64,
}

impl ScoreHistogram {
    pub(crate) fn new() -> Self {
        Self { bins: vec![0; BINS], total: 0 }
    }

    pub(crate) fn add(&mut self, score: f64) {
        let place = ((score + 1.0) / 2.0 * BINS as f64).clamp(0.0, (BINS - 1) as f64);
        self.bins[place as usize] += 1;
        self.total += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (bin, more) in self.bins.iter_mut().zip(&other.bins) {
            *bin += more;
        }
        self.total += other.total;
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The lowest threshold, on the edge of a bin, at which the share of scores at or above it is at most `rate` (0..1).
    ///
    /// `None` when that share would be less than one score: so few say nothing about it.
    pub(crate) fn threshold_at(&self, rate: f64) -> Option<f64> {
        let allowed = (rate * self.total as f64).floor() as u64;
        if allowed == 0 {
            return None;
        }
        let mut above = 0;
        for place in (0..BINS).rev() {
            above += self.bins[place];
            if above > allowed {
                return Some((place + 1) as f64 / BINS as f64 * 2.0 - 1.0);
            }
        }
        Some(-1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threshold_counted_by_hand() {
        let mut histogram = ScoreHistogram::new();
        for hundredth in 0..100 {
            histogram.add(f64::from(hundredth) / 100.0 + 0.005);
        }
        assert_eq!(histogram.total(), 100);
        // Ten of a hundred are 0.905 and above; the threshold lies just over 0.895.
        let threshold = histogram.threshold_at(0.1).unwrap();
        assert!((0.895..0.905).contains(&threshold), "{threshold}");
        assert!((threshold - 0.895).abs() < 3e-5);
        assert_eq!(histogram.threshold_at(0.001), None, "a tenth of a score");
        assert_eq!(histogram.threshold_at(1.0), Some(-1.0));
    }

    #[test]
    fn ties_never_exceed_the_rate() {
        let mut histogram = ScoreHistogram::new();
        for _ in 0..10 {
            histogram.add(0.5);
        }
        histogram.add(0.1);
        // Five of eleven cannot be had: all ten at 0.5 or none.
        assert!(histogram.threshold_at(0.5).unwrap() > 0.5);
    }

    #[test]
    fn merged_is_as_added_together() {
        let (mut left, mut right, mut both) =
            (ScoreHistogram::new(), ScoreHistogram::new(), ScoreHistogram::new());
        for i in 0..1_000 {
            let score = f64::from(i) / 500.0 - 1.0;
            if i % 2 == 0 {
                left.add(score);
            } else {
                right.add(score);
            }
            both.add(score);
        }
        left.merge(&right);
        assert_eq!(left.threshold_at(0.05), both.threshold_at(0.05));
    }

    #[test]
    fn scores_outside_belong_to_the_last_bins() {
        let mut histogram = ScoreHistogram::new();
        for score in [-1.5, 1.0, 1.000_1] {
            histogram.add(score);
        }
        assert_eq!(histogram.total(), 3);
    }
}
