//! Verification accuracy over folds: the threshold of each fold comes from the others.

/// One pair of a fold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FoldPair {
    /// `None`: no face in one of the two.
    pub(crate) score: Option<f64>,
    pub(crate) mated: bool,
}

/// Accuracy over folds, 0..=1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FoldAccuracy {
    /// Mean over folds.
    pub(crate) mean: f64,
    /// Standard deviation between folds (n - 1).
    pub(crate) deviation: f64,
    /// Threshold that was used for each fold.
    pub(crate) thresholds: Vec<f64>,
}

/// For every fold: the threshold that is most accurate on all other folds, then its accuracy on this one.
///
/// `failures_are_errors`: pairs without a score count as wrong decisions; otherwise they are left out. They never choose a
/// threshold. `None` when there are under two folds, or a fold or its others have no pair to judge.
pub(crate) fn accuracy_over_folds(
    folds: &[Vec<FoldPair>],
    failures_are_errors: bool,
) -> Option<FoldAccuracy> {
    if folds.len() < 2 {
        return None;
    }
    let mut accuracies = Vec::with_capacity(folds.len());
    let mut thresholds = Vec::with_capacity(folds.len());
    for (index, fold) in folds.iter().enumerate() {
        let others = folds.iter().enumerate().filter(|(other, _)| *other != index).flat_map(|(_, fold)| fold);
        let threshold = most_accurate_threshold(others.filter_map(|pair| Some((pair.score?, pair.mated))))?;
        let judged = fold.iter().filter(|pair| failures_are_errors || pair.score.is_some());
        let (mut right, mut all) = (0_u32, 0_u32);
        for pair in judged {
            all += 1;
            right += u32::from(pair.score.is_some_and(|score| (score >= threshold) == pair.mated));
        }
        if all == 0 {
            return None;
        }
        accuracies.push(f64::from(right) / f64::from(all));
        thresholds.push(threshold);
    }
    let mean = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
    let squares: f64 = accuracies.iter().map(|accuracy| (accuracy - mean).powi(2)).sum();
    let deviation = (squares / (accuracies.len() - 1) as f64).sqrt();
    Some(FoldAccuracy { mean, deviation, thresholds })
}

/// The threshold with the most right decisions. Where a whole range of thresholds has, the middle of the first such range:
/// its ends are single samples.
fn most_accurate_threshold(pairs: impl Iterator<Item = (f64, bool)>) -> Option<f64> {
    let mut rising: Vec<(f64, bool)> = pairs.collect();
    rising.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mated = rising.iter().filter(|pair| pair.1).count();
    // Under the lowest score: every pair is called mated.
    let mut right = mated;
    let mut best: Option<(usize, f64)> = None;
    let mut place = 0;
    let mut previous = None;
    while place < rising.len() {
        let score = rising[place].0;
        let threshold = previous.map_or(score, |low| f64::midpoint(low, score));
        if best.is_none_or(|(most, _)| right > most) {
            best = Some((right, threshold));
        }
        while place < rising.len() && rising[place].0.total_cmp(&score).is_eq() {
            // From here on this pair is called non-mated.
            right = if rising[place].1 { right - 1 } else { right + 1 };
            place += 1;
        }
        previous = Some(score);
    }
    best.map(|(_, threshold)| threshold)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(mated: &[f64], other: &[f64]) -> Vec<FoldPair> {
        let pair = |mated| move |score: &f64| FoldPair { score: Some(*score), mated };
        mated.iter().map(pair(true)).chain(other.iter().map(pair(false))).collect()
    }

    #[test]
    fn each_fold_is_judged_by_the_threshold_of_the_others() {
        // Fold A alone would choose a threshold between 0.2 and 0.8 and be perfect. Fold B, between 0.85 and 0.95, makes A
        // reject its mated pair at 0.8: half right. A's threshold of 0.5 makes B accept its non-mated 0.85: half right.
        let folds = [fold(&[0.8], &[0.2]), fold(&[0.95], &[0.85])];
        let found = accuracy_over_folds(&folds, false).unwrap();
        assert_eq!(found.mean, 0.5);
        assert_eq!(found.deviation, 0.0);
        assert!((found.thresholds[0] - 0.9).abs() < 1e-12 && (found.thresholds[1] - 0.5).abs() < 1e-12);
    }

    #[test]
    fn mean_and_deviation_counted_by_hand() {
        // Three folds whose best thresholds all lie between 0.4 and 0.6; the third has one wrong pair of four.
        let folds =
            [fold(&[0.6, 0.7], &[0.1, 0.4]), fold(&[0.6, 0.8], &[0.2, 0.4]), fold(&[0.05, 0.9], &[0.1, 0.2])];
        let found = accuracy_over_folds(&folds, false).unwrap();
        assert!((found.mean - (1.0 + 1.0 + 0.75) / 3.0).abs() < 1e-12, "{found:?}");
        assert!((found.deviation - 0.25 / 3.0_f64.sqrt()).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn failures_are_left_out_or_wrong() {
        let mut folds = vec![fold(&[0.9; 3], &[0.1; 4]), fold(&[0.9; 4], &[0.1; 4])];
        folds[0].push(FoldPair { score: None, mated: true });
        assert_eq!(accuracy_over_folds(&folds, false).unwrap().mean, 1.0);
        assert_eq!(accuracy_over_folds(&folds, true).unwrap().mean, f64::midpoint(7.0 / 8.0, 1.0));
    }

    #[test]
    fn too_little_has_no_accuracy() {
        assert_eq!(accuracy_over_folds(&[fold(&[0.9], &[0.1])], true), None);
        assert_eq!(accuracy_over_folds(&[fold(&[0.9], &[0.1]), vec![]], true), None);
        let failed = vec![FoldPair { score: None, mated: true }];
        assert_eq!(accuracy_over_folds(&[failed.clone(), failed], true), None);
    }
}
