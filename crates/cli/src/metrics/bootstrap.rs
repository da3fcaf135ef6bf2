//! Confidence intervals by resampling (percentile bootstrap; Efron and Tibshirani, 1993, chapter 13), seeded: the same scores
//! give the same interval.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

use super::{Ranking, quantile};

/// How often is resampled; 2000 keep the ends of a 95 % interval within about a twentieth of its width.
const RESAMPLES: usize = 2_000;
/// Any number serves; a fixed one makes reports repeatable.
const SEED: u64 = 30_107;

/// A two-sided 95 % confidence interval: lower and upper end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Interval(pub(crate) f64, pub(crate) f64);

/// The interval of a rate: `errors` of `trials`. `None` without trials.
///
/// Resampling samples of which none (or every one) erred yields no width. There the far end is the one-sided exact 97.5 %
/// bound, `1 - 0.025^(1/trials)`: what zero errors in so many trials still allow.
pub(crate) fn rate_interval(errors: usize, trials: usize) -> Option<Interval> {
    if trials == 0 {
        return None;
    }
    let bound = 1.0 - 0.025_f64.powf(1.0 / trials as f64);
    if errors == 0 {
        return Some(Interval(0.0, bound));
    }
    if errors == trials {
        return Some(Interval(1.0 - bound, 1.0));
    }
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
    let rates = (0..RESAMPLES)
        .map(|_| {
            let erred = (0..trials).filter(|_| rng.random_range(0..trials) < errors).count();
            erred as f64 / trials as f64
        })
        .collect();
    interval(rates)
}

/// The intervals of (AUC, EER); the classes are resampled each by itself, as their sizes were chosen, not drawn.
pub(crate) fn ranking_intervals(ranking: &Ranking) -> Option<(Interval, Interval)> {
    let (samples, positives) = ranking.sizes();
    let places =
        |positive| (0..samples).filter(|place| ranking.is_positive(*place) == positive).collect::<Vec<_>>();
    let classes = [places(true), places(false)];
    debug_assert_eq!(classes[0].len(), positives);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
    let mut weights = vec![0; samples];
    let (mut aucs, mut eers) = (Vec::with_capacity(RESAMPLES), Vec::with_capacity(RESAMPLES));
    for _ in 0..RESAMPLES {
        weights.fill(0);
        for class in &classes {
            for _ in 0..class.len() {
                weights[class[rng.random_range(0..class.len())]] += 1;
            }
        }
        let figures = ranking.figures_of(&weights);
        aucs.push(figures.auc);
        eers.push(figures.eer);
    }
    Some((interval(aucs)?, interval(eers)?))
}

fn interval(mut values: Vec<f64>) -> Option<Interval> {
    values.sort_by(f64::total_cmp);
    Some(Interval(quantile(&values, 0.025)?, quantile(&values, 0.975)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_interval_is_near_the_binomial_one() {
        // 20 of 100: the exact binomial percentiles are 0.12 and 0.28.
        let Interval(low, high) = rate_interval(20, 100).unwrap();
        assert!((low - 0.12).abs() <= 0.011 && (high - 0.28).abs() <= 0.011, "{low} {high}");
    }

    #[test]
    fn no_error_in_few_trials_still_allows_many() {
        let Interval(low, high) = rate_interval(0, 10).unwrap();
        assert_eq!(low, 0.0);
        assert!((high - 0.308_5).abs() < 1e-3, "{high}");
        let Interval(low, high) = rate_interval(10, 10).unwrap();
        assert!((low - 0.691_5).abs() < 1e-3 && high == 1.0);
        assert_eq!(rate_interval(0, 0), None);
    }

    #[test]
    fn the_interval_covers_the_true_rate_about_nineteen_times_in_twenty() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let covered = (0..200)
            .filter(|_| {
                let errors = (0..120).filter(|_| rng.random_bool(0.15)).count();
                let Interval(low, high) = rate_interval(errors, 120).unwrap();
                (low..=high).contains(&0.15)
            })
            .count();
        // 95 % of 200 is 190; the standard deviation is 3, and the percentile interval is known to cover a little less.
        assert!((178..=199).contains(&covered), "{covered}");
    }

    #[test]
    fn ranking_intervals_hold_their_figure_and_repeat() {
        let positives: Vec<f64> = (0..60).map(|i| 0.4 + f64::from(i) / 100.0).collect();
        let negatives: Vec<f64> = (0..60).map(|i| f64::from(i) / 100.0).collect();
        let ranking = Ranking::new(&positives, &negatives).unwrap();
        let figures = ranking.figures();
        let (auc, eer) = ranking_intervals(&ranking).unwrap();
        assert!(auc.0 < figures.auc && figures.auc < auc.1, "{auc:?} {figures:?}");
        assert!(eer.0 <= figures.eer && figures.eer <= eer.1, "{eer:?} {figures:?}");
        assert_eq!(ranking_intervals(&ranking), Some((auc, eer)));
    }

    #[test]
    fn more_trials_narrow_the_interval() {
        let width = |errors, trials| {
            let Interval(low, high) = rate_interval(errors, trials).unwrap();
            high - low
        };
        assert!(width(10, 100) > 1.8 * width(40, 400));
    }
}
