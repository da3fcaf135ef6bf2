//! Area under the ROC curve and equal error rate, from samples in order of their scores.

/// One sample of either class.
#[derive(Debug, Clone, Copy)]
struct Sample {
    score: f64,
    /// Bona fide, or mated.
    positive: bool,
}

/// Both classes, sorted once, so that resampling costs one pass.
#[derive(Debug)]
pub(crate) struct Ranking {
    rising: Vec<Sample>,
    positives: usize,
}

/// What a ranking amounts to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RankingFigures {
    /// Chance that a positive scores higher than a negative, ties counted as half; 0..=1.
    pub(crate) auc: f64,
    /// Where both error rates are closest to each other, their mean; 0..=1.
    pub(crate) eer: f64,
    /// The lowest accepted score there.
    pub(crate) eer_threshold: f64,
}

impl Ranking {
    /// `None` unless both classes have samples. No score may be NaN.
    pub(crate) fn new(positives: &[f64], negatives: &[f64]) -> Option<Self> {
        if positives.is_empty() || negatives.is_empty() {
            return None;
        }
        let tag = |scores: &[f64], positive| -> Vec<Sample> {
            scores.iter().map(|score| Sample { score: *score, positive }).collect()
        };
        let mut rising = [tag(positives, true), tag(negatives, false)].concat();
        rising.sort_by(|a, b| a.score.total_cmp(&b.score));
        Some(Self { rising, positives: positives.len() })
    }

    pub(crate) fn figures(&self) -> RankingFigures {
        self.figures_of(&vec![1; self.rising.len()])
    }

    /// Number of samples, and how many are positive.
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.rising.len(), self.positives)
    }

    /// Whether the sample at a place of the order is positive.
    pub(super) fn is_positive(&self, place: usize) -> bool {
        self.rising[place].positive
    }

    /// The figures when the sample at place `i` of the order counts `weights[i]` times.
    pub(super) fn figures_of(&self, weights: &[u32]) -> RankingFigures {
        let total = |positive: bool| -> f64 {
            self.rising
                .iter()
                .zip(weights)
                .filter(|(s, _)| s.positive == positive)
                .map(|(_, w)| f64::from(*w))
                .sum()
        };
        let (positives, negatives) = (total(true), total(false));
        let (mut below_positive, mut below_negative, mut wins) = (0.0, 0.0, 0.0);
        // Threshold at the lowest score: everything is accepted.
        let mut best =
            (f64::INFINITY, RankingFigures { auc: 0.0, eer: 0.5, eer_threshold: f64::NEG_INFINITY });
        let mut start = 0;
        while start < self.rising.len() {
            let score = self.rising[start].score;
            let ties = self.rising[start..].iter().take_while(|s| s.score.total_cmp(&score).is_eq()).count();
            // The threshold is this score: what lies below is rejected. It has to be a number that can be reached.
            if score > f64::NEG_INFINITY {
                let rejected_positives = below_positive / positives;
                let accepted_negatives = 1.0 - below_negative / negatives;
                let gap: f64 = (rejected_positives - accepted_negatives).abs();
                if gap < best.0 {
                    best.0 = gap;
                    best.1.eer = f64::midpoint(rejected_positives, accepted_negatives);
                    best.1.eer_threshold = score;
                }
            }
            let (mut tied_positive, mut tied_negative) = (0.0, 0.0);
            let tied = start..start + ties;
            for (sample, weight) in self.rising[tied.clone()].iter().zip(&weights[tied]) {
                let tally = if sample.positive { &mut tied_positive } else { &mut tied_negative };
                *tally += f64::from(*weight);
            }
            wins += tied_positive * (below_negative + tied_negative / 2.0);
            below_positive += tied_positive;
            below_negative += tied_negative;
            start += ties;
        }
        best.1.auc = wins / (positives * negatives);
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(positives: &[f64], negatives: &[f64]) -> RankingFigures {
        Ranking::new(positives, negatives).unwrap().figures()
    }

    #[test]
    fn separated_classes_are_perfect() {
        let found = figures(&[0.8, 0.9], &[0.1, 0.2, 0.3]);
        assert_eq!((found.auc, found.eer, found.eer_threshold), (1.0, 0.0, 0.8));
    }

    #[test]
    fn reversed_classes_are_as_bad_as_can_be() {
        let found = figures(&[0.1, 0.2], &[0.8, 0.9]);
        assert_eq!((found.auc, found.eer), (0.0, 1.0));
    }

    #[test]
    fn auc_counted_by_hand() {
        // Of the 16 pairs, 0.2 wins one, 0.4 one and a half (a tie), 0.7 three and 0.9 four.
        let found = figures(&[0.2, 0.4, 0.7, 0.9], &[0.1, 0.4, 0.5, 0.8]);
        assert!((found.auc - 9.5 / 16.0).abs() < 1e-12, "{}", found.auc);
    }

    #[test]
    fn eer_counted_by_hand() {
        // At 0.6 one of four bona fide (0.3) is rejected and one of four attacks (0.7) is accepted.
        let found = figures(&[0.3, 0.6, 0.8, 0.9], &[0.1, 0.2, 0.5, 0.7]);
        assert_eq!((found.eer, found.eer_threshold), (0.25, 0.6));
    }

    #[test]
    fn all_scores_alike_tell_nothing() {
        let found = figures(&[0.5; 3], &[0.5; 7]);
        assert_eq!((found.auc, found.eer), (0.5, 0.5));
    }

    #[test]
    fn samples_without_a_score_rank_last() {
        let found = figures(&[f64::NEG_INFINITY, 0.9], &[0.1, 0.2]);
        assert_eq!(found.auc, 0.5);
        let found = figures(&[0.9, 0.8], &[f64::NEG_INFINITY, 0.1]);
        assert_eq!((found.auc, found.eer), (1.0, 0.0));
    }

    #[test]
    fn weights_are_repetitions() {
        let ranking = Ranking::new(&[0.2, 0.9], &[0.1, 0.5]).unwrap();
        // In rising order: 0.1 (n), 0.2 (p), 0.5 (n), 0.9 (p).
        let weighted = ranking.figures_of(&[1, 2, 3, 1]);
        assert_eq!(weighted, figures(&[0.2, 0.2, 0.9], &[0.1, 0.5, 0.5, 0.5]));
    }

    #[test]
    fn one_class_alone_has_no_figures() {
        assert!(Ranking::new(&[], &[0.1]).is_none() && Ranking::new(&[0.1], &[]).is_none());
    }
}
