//! The figures of biometric performance testing (ISO/IEC 19795-1, 30107-3), as pure functions of scores.
//!
//! Scores are similarities or liveness: higher speaks for a match, or for a live person; a sample is accepted when its score
//! is *at least* the threshold. A sample without a score (no face, unreadable) has `f64::NEG_INFINITY`: never accepted.

mod bootstrap;
mod folds;
mod histogram;
mod ranking;

pub(crate) use bootstrap::{Interval, ranking_intervals, rate_interval};
pub(crate) use folds::{FoldAccuracy, FoldPair, accuracy_over_folds};
pub(crate) use histogram::ScoreHistogram;
pub(crate) use ranking::{Ranking, RankingFigures};

/// Share of scores under the threshold: BPCER of bona fide scores, FNMR of mated ones. `None` without scores.
pub(crate) fn share_rejected(scores: &[f64], threshold: f64) -> Option<f64> {
    share(scores, |score| score < threshold)
}

/// Share of scores at or above the threshold: APCER of one species. `None` without scores.
pub(crate) fn share_accepted(scores: &[f64], threshold: f64) -> Option<f64> {
    share(scores, |score| score >= threshold)
}

fn share(scores: &[f64], counts: impl Fn(f64) -> bool) -> Option<f64> {
    (!scores.is_empty())
        .then(|| scores.iter().filter(|score| counts(**score)).count() as f64 / scores.len() as f64)
}

/// The `q`-quantile (0..=1) of values in rising order, by linear interpolation. `None` without values.
pub(crate) fn quantile(rising: &[f64], q: f64) -> Option<f64> {
    let last = rising.len().checked_sub(1)?;
    let place = q.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (rising[place.floor() as usize], rising[place.ceil() as usize]);
    Some(low + (high - low) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apcer_and_bpcer_of_scores_counted_by_hand() {
        let live = [0.9, 0.8, 0.5, 0.2, f64::NEG_INFINITY];
        let attack = [0.6, 0.5, 0.1, f64::NEG_INFINITY];
        // At 0.5: live 0.2 and the one without a score are rejected, attacks 0.6 and 0.5 are accepted.
        assert_eq!(share_rejected(&live, 0.5), Some(0.4));
        assert_eq!(share_accepted(&attack, 0.5), Some(0.5));
        assert_eq!(share_rejected(&[], 0.5), None);
        // What has no score is not accepted even when everything is.
        assert_eq!(share_accepted(&attack, f64::MIN), Some(0.75));
    }

    #[test]
    fn quantiles_lie_between_their_neighbours() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.5), Some(2.0));
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 1.0), Some(4.0));
        assert_eq!(quantile(&[], 0.5), None);
    }
}
