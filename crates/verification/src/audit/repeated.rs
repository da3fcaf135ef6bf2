//! What anybody can cause without end is counted: the first is told at once, those that follow within a minute in one entry.
//!
//! Both the number of counts and that of entries are bounded, so that a flood fills neither memory nor disk. What goes beyond is counted
//! together, without saying from where it came.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use selfsame_domain::audit::{Action, Actor, Event, Outcome, Subject};
use selfsame_domain::{Personal, TenantId, Timestamp};
use tokio::sync::Notify;

/// What is the same within this time is told in one entry.
const WINDOW: Duration = Duration::from_secs(60);
/// Counts at once.
const MOST: usize = 64;
/// Counts that are begun within an hour; each becomes two entries at most.
const MOST_AN_HOUR: u32 = 240;
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Why something is told that came from too many places to name each.
const MANY: &str = "too_many_to_name";

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct What {
    pub(super) tenant: Option<TenantId>,
    actor: Actor,
    action: Action,
    subject: Option<Subject>,
    outcome: Outcome,
    code: Option<String>,
    address: Option<Personal<std::net::IpAddr>>,
}

/// What was counted and is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) what: What,
    pub(super) count: u32,
}

impl Told {
    pub(super) fn event(&self) -> Event {
        let What { actor, action, subject, outcome, code, address, .. } = self.what.clone();
        Event { actor, action, subject, outcome, code, count: self.count, address }
    }
}

#[derive(Debug)]
struct Window {
    since: Timestamp,
    /// Not told yet.
    count: u32,
    /// Whether the first was told.
    begun: bool,
}

#[derive(Debug)]
struct Counts {
    windows: HashMap<What, Window>,
    hour: Timestamp,
    /// Windows that were begun since `hour`.
    begun: u32,
}

/// Counts what repeats.
#[derive(Debug)]
pub(crate) struct Repeated {
    counts: Mutex<Counts>,
    new: Notify,
}

impl Default for Repeated {
    fn default() -> Self {
        let counts = Counts { windows: HashMap::new(), hour: Timestamp::from_millis(0), begun: 0 };
        Self { counts: Mutex::new(counts), new: Notify::new() }
    }
}

impl Repeated {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something happened, once more or for the first time.
    pub(crate) fn note(&self, tenant: Option<TenantId>, event: Event, now: Timestamp) {
        let Event { actor, action, subject, outcome, code, address, count } = event;
        let what = What { tenant, actor, action, subject, outcome, code, address };
        let mut counts = self.lock();
        if let Some(window) = counts.windows.get_mut(&what) {
            window.count = window.count.saturating_add(count);
            return;
        }
        let what = if counts.has_room(now) {
            what
        } else {
            // One for each action: they are few.
            let code = Some(MANY.to_owned());
            What { tenant: None, actor: Actor::Stranger, subject: None, code, address: None, ..what }
        };
        let window = counts.windows.entry(what).or_insert(Window { since: now, count: 0, begun: false });
        window.count = window.count.saturating_add(count);
        if !window.begun {
            self.new.notify_one();
        }
    }

    /// Ends when something was counted for the first time.
    pub(super) async fn is_new(&self) {
        self.new.notified().await;
    }

    /// What is to be told at `now`: of each count the first, and when its time is over the rest.
    pub(super) fn take_due(&self, now: Timestamp) -> Vec<Told> {
        let mut told = Vec::new();
        self.lock().windows.retain(|what, window| {
            let over = now.since(window.since) >= WINDOW;
            if window.count > 0 && (over || !window.begun) {
                told.push(Told { what: what.clone(), count: std::mem::take(&mut window.count) });
                window.begun = true;
            }
            !over
        });
        told
    }

    /// All that was not told yet.
    pub(super) fn take_all(&self) -> Vec<Told> {
        let drained = std::mem::take(&mut self.lock().windows);
        let rest = drained.into_iter().filter(|(_, window)| window.count > 0);
        rest.map(|(what, window)| Told { what, count: window.count }).collect()
    }

    /// What could not be told is counted on, and told when its time is over.
    pub(super) fn put_back(&self, told: Vec<Told>) {
        let mut counts = self.lock();
        let since = counts.hour;
        for Told { what, count } in told {
            let window = counts.windows.entry(what).or_insert(Window { since, count: 0, begun: true });
            window.count = window.count.saturating_add(count);
        }
    }
}

impl Counts {
    /// Whether there is room for one more count; then it is taken.
    fn has_room(&mut self, now: Timestamp) -> bool {
        if now.since(self.hour) >= HOUR {
            (self.hour, self.begun) = (now, 0);
        }
        if self.windows.len() >= MOST || self.begun >= MOST_AN_HOUR {
            return false;
        }
        self.begun += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use selfsame_domain::audit::Origin;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(10_000_000 + seconds * 1_000)
    }

    fn failure(address: u32) -> Event {
        let address = IpAddr::V4(Ipv4Addr::from_bits(address));
        let by = Origin { address: Some(Personal::new(address)), ..Origin::STRANGER };
        Event::new(by, Action::AuthenticationFailed).refused().coded("unknown")
    }

    fn counts(told: &[Told]) -> Vec<u32> {
        let mut counts: Vec<_> = told.iter().map(|told| told.count).collect();
        counts.sort_unstable();
        counts
    }

    #[test]
    fn the_first_is_told_at_once_and_the_rest_of_its_minute_together() {
        let repeated = Repeated::default();
        repeated.note(None, failure(1), at(0));
        assert_eq!(counts(&repeated.take_due(at(0))), [1]);
        for second in 0..29 {
            repeated.note(None, failure(1), at(second));
        }
        assert_eq!(counts(&repeated.take_due(at(59))), [0; 0]);
        let told = repeated.take_due(at(60));
        assert_eq!(counts(&told), [29]);
        assert_eq!(told[0].event(), failure(1).times(29));
        assert_eq!(counts(&repeated.take_due(at(999))), [0; 0]);
    }

    #[test]
    fn callers_are_told_apart() {
        let repeated = Repeated::default();
        for address in [1, 2, 2, 3] {
            repeated.note(None, failure(address), at(0));
        }
        assert_eq!(counts(&repeated.take_due(at(0))), [1, 1, 2]);
    }

    #[test]
    fn a_flood_from_everywhere_is_counted_whole_in_few_entries() {
        let repeated = Repeated::default();
        let (mut entries, mut failures) = (0, 0);
        for second in 0..3_600_u32 {
            for address in 0..100 {
                repeated.note(None, failure(second * 100 + address), at(i64::from(second)));
            }
            assert!(repeated.lock().windows.len() <= MOST + 1);
            let told = repeated.take_due(at(i64::from(second)));
            entries += told.len();
            failures += told.iter().map(|told| told.count).sum::<u32>();
        }
        failures += repeated.take_all().iter().map(|told| told.count).sum::<u32>();
        assert_eq!(failures, 360_000, "none is lost");
        assert!(entries <= 2 * (MOST_AN_HOUR as usize + 61), "{entries}");
    }

    #[test]
    fn what_could_not_be_told_is_told_later() {
        let repeated = Repeated::default();
        repeated.note(None, failure(1), at(0));
        let told = repeated.take_due(at(0));
        repeated.put_back(told);
        repeated.note(None, failure(1), at(1));
        assert_eq!(counts(&repeated.take_due(at(61))), [2]);
    }
}
