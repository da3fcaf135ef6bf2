//! Choices out of several lists, the cheapest sum first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

struct State {
    cost: f64,
    /// One index into each list.
    picks: Vec<u16>,
    /// Lists before this one are settled, so that no choice is made twice.
    from: usize,
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for State {}

impl PartialOrd for State {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for State {
    /// The cheapest is the greatest: a `BinaryHeap` gives the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.cost.total_cmp(&self.cost).then_with(|| other.picks.cmp(&self.picks))
    }
}

/// What is to be done after a choice was looked at.
pub(crate) enum Next {
    Continue,
    Stop,
}

/// Looks at choices of one entry from each list, in the order of their summed costs, until `visit` says stop or the choices are
/// used up. At most `most_changes` lists give another than their first entry. `costs` are ascending in each list.
///
/// Returns whether it ended for one of these reasons: false when `cap` choices were looked at before.
pub(crate) fn cheapest_first(
    costs: &[Vec<f64>],
    most_changes: usize,
    cap: usize,
    mut visit: impl FnMut(f64, &[u16]) -> Next,
) -> bool {
    if costs.iter().any(Vec::is_empty) {
        return true;
    }
    let cost = costs.iter().map(|list| list[0]).sum();
    let mut heap = BinaryHeap::from([State { cost, picks: vec![0; costs.len()], from: 0 }]);
    let mut looked_at = 0;
    while let Some(State { cost, picks, from }) = heap.pop() {
        if looked_at == cap {
            return false;
        }
        looked_at += 1;
        if matches!(visit(cost, &picks), Next::Stop) {
            return true;
        }
        let changes = picks.iter().filter(|&&pick| pick > 0).count();
        for list in from..costs.len() {
            let pick = usize::from(picks[list]);
            if pick + 1 < costs[list].len() && (pick > 0 || changes < most_changes) {
                let mut next = picks.clone();
                next[list] += 1;
                let cost = cost - costs[list][pick] + costs[list][pick + 1];
                heap.push(State { cost, picks: next, from: list });
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_once_and_in_order() {
        let costs = vec![vec![0.0, 2.0, 5.0], vec![0.0, 1.0], vec![0.5], vec![0.0, 0.1, 7.0]];
        let mut seen = Vec::new();
        let ended = cheapest_first(&costs, 4, 1000, |cost, picks| {
            seen.push((cost, picks.to_vec()));
            Next::Continue
        });
        assert!(ended);
        assert_eq!(seen.len(), 3 * 2 * 3);
        assert!(seen.windows(2).all(|pair| pair[0].0 <= pair[1].0 + 1e-12));
        let mut picks: Vec<_> = seen.into_iter().map(|(_, picks)| picks).collect();
        picks.sort();
        picks.dedup();
        assert_eq!(picks.len(), 18);
    }

    #[test]
    fn changes_and_looks_are_bounded() {
        let costs = vec![vec![0.0, 1.0, 2.0]; 4];
        let mut count = 0;
        let ended = cheapest_first(&costs, 1, 1000, |_, _| {
            count += 1;
            Next::Continue
        });
        assert!(ended);
        assert_eq!(count, 1 + 4 * 2);
        assert!(!cheapest_first(&costs, 4, 10, |_, _| Next::Continue));
    }
}
