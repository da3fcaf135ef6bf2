//! What may be spent on one picture of a document, what was spent, and on what.
//!
//! Two limits hold at once. The first counts network runs by what they cost on the machine that the limits were chosen on, so that the
//! same picture is read in the same way everywhere. The second is processor time of the thread that reads: it stops what the first
//! does not foresee.

use std::borrow::Cow;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

/// The most that may be spent on one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EffortParams {
    /// Network runs, each counted by its usual cost on one core of the machine of docs/benchmarks.md. 1.2 s: the whole page of a sharp
    /// passport takes a third of that.
    pub networks: Duration,
    /// Processor time of the thread, everything counted. 2 s: what has begun when it ends is brought to its end, within half a second.
    pub processor: Duration,
}

impl Default for EffortParams {
    fn default() -> Self {
        Self { networks: Duration::from_millis(1_200), processor: Duration::from_secs(2) }
    }
}

/// One thing that was tried, and what it cost. Steps within a step are counted in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EffortStep {
    /// What was tried.
    pub what: &'static str,
    /// Why it was tried.
    pub why: Cow<'static, str>,
    /// What came of it; empty where nothing is to be said. Never what was read.
    pub outcome: Cow<'static, str>,
    /// How many steps this one is within.
    pub depth: usize,
    /// Networks that were run.
    pub runs: u32,
    /// Processor time of the thread, in milliseconds.
    #[serde(serialize_with = "milliseconds")]
    pub cpu: Duration,
}

fn milliseconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((time.as_secs_f64() * 1e4).round() / 10.0)
}

/// The budget of one picture, and the record of what it went to.
///
/// Processor time is counted within [`Effort::step`] alone, on the thread that runs the step.
#[derive(Debug, Clone)]
pub struct Effort {
    limits: EffortParams,
    /// Processor time of the outermost steps that have ended.
    ended: Duration,
    /// The thread's clock when the outermost open step began.
    began: Option<Duration>,
    networks: Duration,
    runs: u32,
    steps: Vec<EffortStep>,
    /// Places in `steps` of those that are open, the outermost first.
    open: Vec<usize>,
    incomplete: bool,
}

impl Default for Effort {
    fn default() -> Self {
        Self::new(EffortParams::default())
    }
}

impl Effort {
    /// Nothing spent yet.
    pub fn new(limits: EffortParams) -> Self {
        Self {
            limits,
            ended: Duration::ZERO,
            began: None,
            networks: Duration::ZERO,
            runs: 0,
            steps: Vec::new(),
            open: Vec::new(),
            incomplete: false,
        }
    }

    /// Does `work` and records what it cost. `why` and the outcome are words for an operator: they never hold what was read.
    pub fn step<R>(
        &mut self,
        what: &'static str,
        why: impl Into<Cow<'static, str>>,
        work: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let (begun, runs) = (thread_time(), self.runs);
        if self.open.is_empty() {
            self.began = Some(begun);
        }
        let at = self.steps.len();
        self.steps.push(EffortStep {
            what,
            why: why.into(),
            outcome: Cow::Borrowed(""),
            depth: self.open.len(),
            runs: 0,
            cpu: Duration::ZERO,
        });
        self.open.push(at);
        let result = work(self);
        self.open.pop();
        let cpu = thread_time().saturating_sub(begun);
        let step = &mut self.steps[at];
        (step.cpu, step.runs) = (cpu, self.runs - runs);
        if self.open.is_empty() {
            self.ended += cpu;
            self.began = None;
        }
        result
    }

    /// Says what came of the step that is under way.
    pub fn note(&mut self, outcome: impl Into<Cow<'static, str>>) {
        if let Some(at) = self.open.last() {
            self.steps[*at].outcome = outcome.into();
        }
    }

    /// Counts a run of a network that usually costs `usual`.
    pub fn ran(&mut self, usual: Duration) {
        self.runs += 1;
        self.networks += usual;
    }

    /// Whether a network run of this usual cost, or work that takes as long, still fits. Where it does not, the reading is incomplete from
    /// here on.
    pub fn allows(&mut self, usual: Duration) -> bool {
        let fits = self.networks + usual <= self.limits.networks
            && self.processor() + usual <= self.limits.processor;
        self.incomplete |= !fits;
        fits
    }

    /// Whether this much is left, without a word on whether the reading is complete: for what is tried only when there is time for it.
    pub fn has_left(&self, usual: Duration) -> bool {
        self.networks + usual <= self.limits.networks && self.processor() + usual <= self.limits.processor
    }

    /// Whether something that the reading needed was left out because the budget had ended.
    pub const fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// Processor time so far.
    pub fn processor(&self) -> Duration {
        self.ended + self.began.map_or(Duration::ZERO, |began| thread_time().saturating_sub(began))
    }

    /// Networks that were run so far.
    pub const fn runs(&self) -> u32 {
        self.runs
    }

    /// What was tried, in the order in which it began.
    pub fn steps(&self) -> &[EffortStep] {
        &self.steps
    }
}

/// Processor time of this thread since it began.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn effort(networks: u32, processor: u32) -> Effort {
        Effort::new(EffortParams { networks: networks * MS, processor: processor * MS })
    }

    #[test]
    fn steps_hold_what_is_within_them_and_say_what_came_of_them() {
        let mut effort = effort(100, 10_000);
        let answer = effort.step("zone", "a band was found", |effort| {
            effort.ran(5 * MS);
            effort.step("line", "its first line", |effort| {
                effort.ran(5 * MS);
                effort.note("thirty characters");
            });
            effort.note("read");
            7
        });
        let [zone, line] = effort.steps() else { panic!("{:?}", effort.steps()) };
        assert_eq!((answer, zone.runs, line.runs, zone.depth, line.depth), (7, 2, 1, 0, 1));
        assert_eq!((zone.outcome.as_ref(), line.outcome.as_ref()), ("read", "thirty characters"));
        assert!(zone.cpu >= line.cpu && !effort.is_incomplete());
    }

    #[test]
    fn runs_that_no_longer_fit_make_the_reading_incomplete() {
        let mut effort = effort(100, 10_000);
        effort.ran(95 * MS);
        assert!(effort.allows(5 * MS) && !effort.is_incomplete());
        assert!(!effort.has_left(6 * MS) && !effort.is_incomplete(), "to ask is free");
        assert!(!effort.allows(6 * MS) && effort.is_incomplete());
        assert!(effort.allows(5 * MS) && effort.is_incomplete(), "what was left out stays left out");
    }

    #[test]
    fn processor_time_ends_the_budget_whatever_it_was_spent_on() {
        let mut effort = effort(100_000, 30);
        assert!(effort.allows(10 * MS));
        effort.step("spin", "to spend time", |effort| {
            let mut value = 1_u64;
            while effort.processor() < 25 * MS {
                value = std::hint::black_box(value.wrapping_mul(3));
            }
            assert!(!effort.has_left(10 * MS), "while it runs");
        });
        assert!(effort.processor() >= 25 * MS && !effort.allows(10 * MS));
    }
}
