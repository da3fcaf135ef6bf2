//! Which reading is the best one, and what it is worth.

use super::doubts::Doubts;
use super::{ReadParams, Reading, Replacement, SettledBy, Verdict};
use crate::parse::Mrz;

/// Readings given back at most.
pub(super) const MOST_READINGS: usize = 8;

/// A reading on its way.
pub(super) struct Found {
    pub(super) mrz: Mrz,
    pub(super) cost: f64,
    pub(super) replaced: Vec<Replacement>,
    pub(super) fillers_changed: Vec<i32>,
    pub(super) doubts: Doubts,
    pub(super) settled_by: Option<SettledBy>,
    /// No reading at a fair price passes the check digits: this is what is printed.
    pub(super) refused: bool,
    /// One that is named beside the one that it may be taken for; never the first.
    pub(super) alternative: bool,
}

impl Found {
    fn is_sound(&self) -> bool {
        !self.refused && self.mrz.checks_ok() && !self.mrz.is_broken()
    }

    /// Wrong check digits and broken rules that count like them.
    fn wrong(&self) -> usize {
        let digits = self.mrz.checks.iter().filter(|check| !check.ok).count();
        digits + self.mrz.issues.iter().filter(|issue| issue.is_grave()).count() + usize::from(self.refused)
    }
}

/// Verdicts, and the best first.
pub(super) fn judge(mut found: Vec<Found>, params: &ReadParams) -> Vec<Reading> {
    found.sort_by(|one, other| {
        one.wrong()
            .cmp(&other.wrong())
            // A format without check digits never beats one whose check digits agree.
            .then_with(|| one.mrz.checks.is_empty().cmp(&other.mrz.checks.is_empty()))
            .then_with(|| one.alternative.cmp(&other.alternative))
            .then_with(|| one.mrz.issues.len().cmp(&other.mrz.issues.len()))
            .then_with(|| one.cost.total_cmp(&other.cost))
    });
    let mut readings: Vec<Found> = Vec::new();
    for one in found {
        let known = readings
            .iter()
            .any(|other| other.mrz.format == one.mrz.format && other.mrz.lines == one.mrz.lines);
        if !known {
            readings.push(one);
        }
    }
    let (best, issues) = readings.first().map_or((0.0, 0), |first| (first.cost, first.mrz.issues.len()));
    // A text that breaks more rules is no rival.
    let in_reach = |one: &Found| {
        one.is_sound() && one.mrz.issues.len() <= issues && one.cost <= best + params.rival_margin
    };
    let rivals = readings.iter().filter(|one| in_reach(one)).count();
    readings.truncate(MOST_READINGS);
    readings
        .into_iter()
        .enumerate()
        .map(|(n, one)| {
            let verdict = match (one.is_sound(), one.mrz.checks.is_empty()) {
                (false, _) => Verdict::Invalid,
                // Nothing vouches for it.
                (true, true) if !one.mrz.issues.is_empty() => Verdict::Invalid,
                (true, _) if rivals > 1 || n > 0 || one.doubts.any() => Verdict::Ambiguous,
                (true, true) => Verdict::Unprotected,
                (true, false) => Verdict::Valid,
            };
            Reading {
                doubtful_lines: one.doubts.lines(one.mrz.lines.len()),
                mrz: one.mrz,
                verdict,
                settled_by: one.settled_by.filter(|_| verdict == Verdict::Valid),
                replaced: one.replaced,
                fillers_changed: one.fillers_changed,
                cost: one.cost,
            }
        })
        .collect()
}
