//! Two templates: how alike, and how often strangers are that alike.

use super::Template;
use crate::inference::{CalibrationPoint, VisionError};

/// What a comparison means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Similarity of the templates, -1..=1. Means something for one embedder only.
    pub cosine: f32,
    /// How often two different people look at least this alike, 0..=1.
    pub false_match_rate: f64,
    /// The score: 3000 at a false-match rate of 1e-4, 750 more for every factor of ten, 0 for certain
    /// strangers.
    pub score: f64,
}

impl Comparison {
    /// Whether this is a match when false matches may happen at most this often.
    pub fn matches_at(&self, false_match_rate: f64) -> bool {
        self.false_match_rate <= false_match_rate
    }

    /// The false-match rate in percent.
    pub fn false_acceptance_rate(&self) -> f64 {
        self.false_match_rate * 100.0
    }

    /// The score that belongs to a false-match rate: `3000 * -log10(rate) / 4`.
    pub fn score_of(false_match_rate: f64) -> f64 {
        // `max` also turns the -0 of a rate of 1 into 0.
        (-false_match_rate.log10() * 750.0).max(0.0)
    }
}

/// Why a table cannot serve as calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a calibration needs two points or more, rising in cosine and falling in false-match rate within 0..1"
)]
pub struct CompareError;

/// From cosine to false-match rate, from the impostor distribution in the manifest.
///
/// Between measured points the logarithm of the rate is interpolated linearly. Below the first point the first segment goes
/// on until the rate is 1: straight lines lie above the true curve there (impostor cosines are nearly Gaussian), so that the
/// rate is overstated, never understated. Above the last point the last segment goes on half as steep again in cosine (every
/// factor of ten takes 1.5 times as much), because nothing was measured there and a claim should grow slower than trust.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// (cosine, log10 of the rate), rising and falling.
    points: Vec<(f64, f64)>,
}

/// How much more cosine a factor of ten takes beyond what was measured.
const CAUTION: f64 = 1.5;

impl Calibration {
    /// # Errors
    /// [`CompareError`] for a table that is not monotone or has under two points.
    pub fn new(table: &[CalibrationPoint]) -> Result<Self, CompareError> {
        let points: Vec<_> = table.iter().map(|p| (p.cosine, p.false_match_rate.log10())).collect();
        let monotone = points.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 > w[1].1);
        let finite = points.iter().all(|p| p.0.is_finite() && p.1.is_finite() && p.1 < 0.0);
        (points.len() >= 2 && monotone && finite).then_some(Self { points }).ok_or(CompareError)
    }

    /// False-match rate, 0..=1, of a cosine; 1 for a cosine that is no number.
    pub fn false_match_rate(&self, cosine: f64) -> f64 {
        if !cosine.is_finite() {
            return 1.0;
        }
        let last = self.points.len() - 1;
        let upper = self.points.iter().position(|p| cosine < p.0);
        let segment = upper.unwrap_or(last).clamp(1, last);
        let (low, high) = (self.points[segment - 1], self.points[segment]);
        let slope = (high.1 - low.1) / (high.0 - low.0);
        let log = if upper.is_none() {
            high.1 + (cosine - high.0) * slope / CAUTION
        } else {
            low.1 + (cosine - low.0) * slope
        };
        10_f64.powf(log.min(0.0))
    }

    /// The cosine at which a false-match rate is reached: the inverse, for reports and for thresholds in cosine. 1 for
    /// rates that no cosine reaches.
    pub fn cosine_at(&self, false_match_rate: f64) -> f64 {
        let (mut low, mut high) = (-1.0, 1.0);
        // The function is monotone: halving 60 times leaves no digit open.
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if self.false_match_rate(middle) <= false_match_rate {
                high = middle;
            } else {
                low = middle;
            }
        }
        high
    }

    /// Compares two templates.
    ///
    /// # Errors
    /// [`VisionError::ModeMismatch`]: templates of different embedders have nothing in common.
    pub(crate) fn compare(&self, a: &Template, b: &Template) -> Result<Comparison, VisionError> {
        if a.mode() != b.mode() || a.dimensions() != b.dimensions() {
            return Err(VisionError::ModeMismatch { left: a.mode().to_owned(), right: b.mode().to_owned() });
        }
        let cosine = a.cosine(b);
        let false_match_rate = self.false_match_rate(f64::from(cosine));
        Ok(Comparison { cosine, false_match_rate, score: Comparison::score_of(false_match_rate) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calibration() -> Calibration {
        let table = [(0.336, 1e-3), (0.411, 1e-4), (0.471, 1e-5), (0.551, 1e-6)]
            .map(|(cosine, false_match_rate)| CalibrationPoint { cosine, false_match_rate });
        Calibration::new(&table).unwrap()
    }

    #[test]
    fn passes_through_what_was_measured() {
        let calibration = calibration();
        for (cosine, rate) in [(0.336, 1e-3), (0.411, 1e-4), (0.471, 1e-5), (0.551, 1e-6)] {
            assert!((calibration.false_match_rate(cosine) / rate - 1.0).abs() < 1e-9, "{cosine}");
            assert!((calibration.cosine_at(rate) - cosine).abs() < 1e-9, "{rate}");
        }
    }

    #[test]
    fn falls_everywhere_and_stays_within_bounds() {
        let calibration = calibration();
        let rates: Vec<f64> =
            (-1000..=1000).map(|i| calibration.false_match_rate(f64::from(i) / 1000.0)).collect();
        assert!(rates.windows(2).all(|w| w[0] >= w[1]));
        assert_eq!(rates[0], 1.0);
        assert_eq!(calibration.false_match_rate(0.05), 1.0);
        assert!(rates[2000] > 1e-12 && rates[2000] < 1e-8, "{}", rates[2000]);
        assert_eq!(calibration.false_match_rate(f64::NAN), 1.0);
    }

    #[test]
    fn the_score_is_3000_at_one_in_ten_thousand() {
        assert!((Comparison::score_of(1e-4) - 3000.0).abs() < 1e-9);
        assert!((Comparison::score_of(1e-5) - 3750.0).abs() < 1e-9);
        assert_eq!(Comparison::score_of(1.0), 0.0);
        assert!(Comparison::score_of(1.0).is_sign_positive());
    }

    #[test]
    fn templates_of_different_modes_are_not_compared() {
        let a = Template::new("SELFSAME_TEST_1", vec![1.0, 0.0]).unwrap();
        let b = Template::new("SELFSAME_TEST_2", vec![1.0, 0.0]).unwrap();
        assert!(matches!(calibration().compare(&a, &b), Err(VisionError::ModeMismatch { .. })));
        let longer = Template::new("SELFSAME_TEST_1", vec![1.0, 0.0, 0.0]).unwrap();
        assert!(matches!(calibration().compare(&a, &longer), Err(VisionError::ModeMismatch { .. })));
        let same = calibration().compare(&a, &a).unwrap();
        assert!(same.matches_at(1e-6) && same.cosine > 0.999);
    }

    #[test]
    fn a_table_that_is_not_monotone_is_refused() {
        let point = |cosine, false_match_rate| CalibrationPoint { cosine, false_match_rate };
        assert_eq!(Calibration::new(&[point(0.3, 1e-3)]), Err(CompareError));
        assert_eq!(Calibration::new(&[point(0.3, 1e-3), point(0.2, 1e-4)]), Err(CompareError));
        assert_eq!(Calibration::new(&[point(0.3, 1e-3), point(0.4, 1e-2)]), Err(CompareError));
    }
}
