//! Whether one more capture can be served without slowing down those under way.
//!
//! What captures cost is measured, not assumed: machines differ, and so do modes. A newcomer is refused at once rather than
//! everybody be served badly.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use selfsame_domain::TenantId;

use crate::workers::Urgency;

/// When a newcomer is refused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct AdmissionParams {
    /// Part of the cores that captures may keep busy, with everything that they bring along: connections, messages, the database.
    /// Queues grow without bound as this nears 1.
    pub(crate) most_busy: f64,
    /// The 95th percentile of the time that guidance waits for a core. Well under the 150 ms within which a person should see an
    /// answer, of which the network needs its share.
    pub(crate) most_wait: Duration,
    /// A session that was opened counts as this part of a capture until its browser comes: not all come, and not at once.
    pub(crate) opened_share: f64,
    /// How long it counts.
    pub(crate) opened_for: Duration,
    /// At most so many captures are expected of another lane's opened sessions: who opens hundreds and comes for none keeps nobody else
    /// out.
    pub(crate) expected_of_others: f64,
    /// The part of the room that one tenant may have while another is there.
    pub(crate) tenant_share: f64,
    /// For so long after it opened a session, a tenant is there.
    pub(crate) there_for: Duration,
    /// What a capture costs, in cores, until that was measured. Rather too much: who was let in stays for a minute, and takes from all
    /// others what there is not.
    pub(crate) cost: f64,
    /// What the process costs beyond the work of networks, as a multiple of that work, until that was measured.
    pub(crate) beside: f64,
    /// A capture that turns out dearer is believed at once, a cheaper one over this time: who is let in stays for up to a minute, and
    /// a machine that was slow a moment ago may be so again.
    pub(crate) forgets: Duration,
}

impl Default for AdmissionParams {
    fn default() -> Self {
        Self {
            most_busy: 0.95,
            most_wait: Duration::from_millis(60),
            opened_share: 0.25,
            opened_for: Duration::from_secs(15),
            expected_of_others: 4.0,
            tenant_share: 0.75,
            there_for: Duration::from_secs(10 * 60),
            cost: 0.03,
            beside: 1.3,
            forgets: Duration::from_secs(20),
        }
    }
}

/// Load is looked at over this many slots of this length.
const SLOTS: usize = 10;
const SLOT: Duration = Duration::from_millis(500);
/// With fewer captures than this the mean says more about one of them than about all. One more is let in whatever they are thought
/// to cost: what was measured wrongly has to be measured again.
const LEAST_CAPTURES: f64 = 3.0;
/// Nor is the cost measured before captures lasted for so long together, as their first frames come at once. Many who arrive together
/// have done so within two seconds, before the last of them is let in.
const LEAST_CAPTURE_SECONDS: f64 = 15.0;
/// How much of what was measured is believed each time, of the cost only where it is higher than was thought.
const BELIEVED: f64 = 0.5;

/// Work beside that of the networks is believed to be at most this multiple of it.
const MOST_BESIDE: f64 = 3.0;

/// Processor time of this process so far; `None` where the system does not tell. Field 14 and 15 of `/proc/self/stat` are in hundredths of
/// a second (proc(5), USER_HZ).
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in brackets, may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_ascii_whitespace().skip(11).map(str::parse::<u64>);
    let (user, system) = (times.next()?.ok()?, times.next()?.ok()?);
    Some(Duration::from_millis(10 * (user + system)))
}

/// Whose sessions are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    Tenant(TenantId),
    /// Whoever opens the try-it page, of no key: they have no more room than others grant each other.
    Trial,
}

/// What the workers did over the last five seconds. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    cores: f64,
    params: AdmissionParams,
    slots: VecDeque<Slot>,
    live: usize,
    /// Live captures of each tenant.
    live_of: HashMap<TenantId, usize>,
    /// When a tenant last opened a session or began a capture.
    there: HashMap<TenantId, Instant>,
    /// Those of them whose camera runs: who has not begun costs nothing yet, and would make the others look cheap.
    started: usize,
    /// Since when there have been so many, or since the slot began.
    since: Instant,
    /// Cores that one capture keeps busy, as is believed.
    cost: f64,
    /// Processor time of the process over that of the workers, as last measured while they worked for captures alone.
    beside: f64,
    /// Pieces of work of others that have begun and not ended.
    of_others: usize,
    /// When sessions were opened that no browser has come for.
    opened: VecDeque<(Instant, Lane)>,
}

#[derive(Debug)]
struct Slot {
    began: Instant,
    busy: Duration,
    /// Processor time of the process when it began.
    processor: Option<Duration>,
    /// Others had work done in it.
    for_others: bool,
    /// How long cameras ran in it, summed over captures, in seconds.
    capture_seconds: f64,
    /// How long guidance waited: counts by powers of two of microseconds.
    waits: [u32; 32],
}

impl Load {
    pub(crate) fn new(cores: usize) -> Self {
        let params = AdmissionParams::default();
        let inner = Inner {
            cores: cores.max(1) as f64,
            params,
            slots: VecDeque::new(),
            live: 0,
            live_of: HashMap::new(),
            there: HashMap::new(),
            started: 0,
            since: Instant::now(),
            cost: params.cost,
            beside: params.beside,
            of_others: 0,
            opened: VecDeque::new(),
        };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A piece of work begins.
    pub(crate) fn begins(&self, urgency: Urgency) {
        let mut inner = self.lock();
        inner.slot(Instant::now()).for_others |= urgency == Urgency::Request;
        inner.of_others += usize::from(urgency == Urgency::Request);
    }

    /// It is done, or broke off.
    pub(crate) fn worked(&self, urgency: Urgency, waited: Duration, took: Duration) {
        let mut inner = self.lock();
        let slot = inner.slot(Instant::now());
        // What others ask for is none of what a capture costs; that people wait because of it is seen by their waiting.
        if urgency == Urgency::Request {
            slot.for_others = true;
            inner.of_others = inner.of_others.saturating_sub(1);
            return;
        }
        slot.busy += took;
        if urgency == Urgency::Guidance {
            let micros = waited.as_micros().clamp(1, u128::from(u32::MAX)) as u32;
            slot.waits[micros.ilog2() as usize] += 1;
        }
    }

    /// A capture begins, if there is room for it beside those under way. Dropping what is returned ends it.
    pub(crate) fn begin(&self, tenant: TenantId) -> Option<Underway> {
        let mut inner = self.lock();
        let now = Instant::now();
        inner.slot(now);
        let own = inner.live_of.get(&tenant).copied().unwrap_or_default();
        let share = inner.share_of(tenant, now);
        if !inner.has_room(inner.live as f64 + 1.0) || !inner.has_room((own + 1) as f64 / share) {
            return None;
        }
        inner.live += 1;
        inner.live_of.insert(tenant, own + 1);
        let came = inner.opened.iter().position(|(_, lane)| *lane == Lane::Tenant(tenant));
        let came = came.or_else(|| inner.opened.iter().position(|(_, lane)| *lane == Lane::Trial));
        if let Some(came) = came {
            inner.opened.remove(came);
        }
        Some(Underway(self.clone(), tenant))
    }

    /// A capture's camera runs. Dropping what is returned ends that.
    pub(crate) fn starts(&self) -> Started {
        self.lock().started_are(|started| started + 1);
        Started(self.clone())
    }

    /// A session is opened, if its capture is likely to find room.
    pub(crate) fn open(&self, lane: Lane) -> bool {
        let mut inner = self.lock();
        let now = Instant::now();
        inner.slot(now);
        while inner.opened.front().is_some_and(|(at, _)| now - *at > inner.params.opened_for) {
            inner.opened.pop_front();
        }
        let one = inner.params.opened_share;
        let own = inner.expected_of(lane) + one;
        let enough = match lane {
            Lane::Tenant(tenant) => {
                let live = inner.live_of.get(&tenant).copied().unwrap_or_default() as f64;
                let share = inner.share_of(tenant, now);
                inner.has_room((live + own) / share)
            }
            Lane::Trial => own <= inner.params.expected_of_others,
        };
        if !enough || !inner.has_room(inner.live as f64 + inner.expected(lane) + one) {
            return false;
        }
        inner.opened.push_back((now, lane));
        true
    }

    /// Captures of sessions that were opened of late and may come, as one lane has to expect them.
    pub(crate) fn expected(&self, lane: Lane) -> f64 {
        self.lock().expected(lane)
    }

    /// The part of the room that a tenant may have just now, and how many captures it has.
    pub(crate) fn of_tenant(&self, tenant: TenantId) -> (f64, usize) {
        let mut inner = self.lock();
        let live = inner.live_of.get(&tenant).copied().unwrap_or_default();
        (inner.share_of(tenant, Instant::now()), live)
    }
}

impl Inner {
    /// Captures that are expected of a lane's own sessions.
    fn expected_of(&self, lane: Lane) -> f64 {
        self.opened.iter().filter(|(_, of)| *of == lane).count() as f64 * self.params.opened_share
    }

    /// Captures that a lane has to expect: all of its own, and a bounded number of each other lane's.
    fn expected(&self, lane: Lane) -> f64 {
        let mut by_lane: HashMap<Lane, f64> = HashMap::new();
        for (_, of) in &self.opened {
            *by_lane.entry(*of).or_default() += self.params.opened_share;
        }
        let bounded = |(of, expected): (Lane, f64)| {
            if of == lane { expected } else { expected.min(self.params.expected_of_others) }
        };
        by_lane.into_iter().map(bounded).sum()
    }

    /// All of the room for a tenant that is alone, and a part of it while another is there. Notes that this one is.
    fn share_of(&mut self, tenant: TenantId, now: Instant) -> f64 {
        let there_for = self.params.there_for;
        self.there.retain(|_, at| now - *at < there_for);
        self.there.insert(tenant, now);
        if self.there.len() > 1 { self.params.tenant_share } else { 1.0 }
    }

    /// The slot of now. Those that are over are measured and forgotten.
    fn slot(&mut self, now: Instant) -> &mut Slot {
        if let Some(slot) = self.slots.back_mut() {
            slot.capture_seconds += self.started as f64 * (now - self.since).as_secs_f64();
        }
        self.since = now;
        if self.slots.back().is_none_or(|slot| now - slot.began >= SLOT) {
            // What lies long ago, with nothing since, says nothing of now.
            while self.slots.front().is_some_and(|slot| now - slot.began > SLOT * (SLOTS as u32 + 1)) {
                self.slots.pop_front();
            }
            self.measure(now);
            self.slots.push_back(Slot {
                began: now,
                busy: Duration::ZERO,
                processor: processor_time(),
                for_others: self.of_others > 0,
                capture_seconds: 0.0,
                waits: [0; 32],
            });
            while self.slots.len() > SLOTS {
                self.slots.pop_front();
            }
        }
        let last = self.slots.len() - 1;
        &mut self.slots[last]
    }

    fn started_are(&mut self, count: impl FnOnce(usize) -> usize) {
        self.slot(Instant::now());
        self.started = count(self.started);
    }

    fn measure(&mut self, now: Instant) {
        let (Some(first), Some(last)) = (self.slots.front(), self.slots.back()) else { return };
        let captures: f64 = self.slots.iter().map(|slot| slot.capture_seconds).sum();
        if (self.started as f64) < LEAST_CAPTURES || captures < LEAST_CAPTURE_SECONDS {
            return;
        }
        let busy: f64 = self.slots.iter().map(|slot| slot.busy.as_secs_f64()).sum();
        let passed = (now - last.began).as_secs_f64() / self.params.forgets.as_secs_f64();
        let beside = match (first.processor, processor_time()) {
            // Workers are held up as well as at work, so that this may come out below 1.
            (Some(then), Some(now)) if busy > 0.0 && !self.slots.iter().any(|slot| slot.for_others) => {
                (now.saturating_sub(then).as_secs_f64() / busy).clamp(1.0, MOST_BESIDE)
            }
            // What was measured once need not hold for ever.
            _ => self.params.beside,
        };
        self.beside += BELIEVED * (beside - self.beside);
        let measured = self.beside * busy / captures;
        let share = if measured > self.cost { BELIEVED } else { 1.0 - (-passed).exp() };
        self.cost += share * (measured - self.cost);
    }

    fn has_room(&self, captures: f64) -> bool {
        let params = &self.params;
        let fits = captures <= LEAST_CAPTURES + 1.0 || captures * self.cost <= params.most_busy * self.cores;
        fits && self.wait() <= params.most_wait
    }

    /// The 95th percentile of the time that guidance waited, to the power of two above it.
    fn wait(&self) -> Duration {
        let total: u64 = self.slots.iter().flat_map(|slot| slot.waits).map(u64::from).sum();
        let mut above = total / 20;
        for power in (0..32).rev() {
            let count: u64 = self.slots.iter().map(|slot| u64::from(slot.waits[power])).sum();
            if count > above {
                return Duration::from_micros(1 << (power + 1));
            }
            above -= count;
        }
        Duration::ZERO
    }
}

/// A capture under way.
#[derive(Debug)]
pub(crate) struct Underway(Load, TenantId);

impl Drop for Underway {
    fn drop(&mut self) {
        let mut inner = self.0.lock();
        inner.live = inner.live.saturating_sub(1);
        if let Some(of_tenant) = inner.live_of.get_mut(&self.1) {
            *of_tenant -= 1;
            if *of_tenant == 0 {
                inner.live_of.remove(&self.1);
            }
        }
    }
}

/// A capture whose camera runs.
#[derive(Debug)]
pub(crate) struct Started(Load);

impl Drop for Started {
    fn drop(&mut self) {
        self.0.lock().started_are(|started| started.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(number: u128) -> TenantId {
        TenantId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn lane(number: u128) -> Lane {
        Lane::Tenant(tenant(number))
    }

    /// Begins captures of a tenant until there is no room.
    fn fill(load: &Load, number: u128) -> Vec<Underway> {
        std::iter::from_fn(|| load.begin(tenant(number))).take(200).collect()
    }

    #[test]
    fn who_opens_sessions_and_comes_for_none_keeps_nobody_else_out() {
        let load = Load::new(1);
        assert!(load.open(lane(2)));
        let trials = (0..300).filter(|_| load.open(Lane::Trial)).count();
        assert_eq!(trials, 16, "strangers have a small room of their own");
        let opened = (0..300).filter(|_| load.open(lane(1))).count();
        assert!(opened > 60, "{opened}");
        assert!(load.open(lane(2)), "four captures are expected of all those");
        assert!(load.begin(tenant(2)).is_some());
    }

    #[test]
    fn a_tenant_has_all_of_the_room_alone_and_a_part_of_it_beside_another() {
        let load = Load::new(1);
        let alone = fill(&load, 1);
        assert_eq!(alone.len(), 31);
        drop(alone);
        assert!(load.open(lane(2)), "another is there");
        let beside = fill(&load, 1);
        assert_eq!(beside.len(), 23);
        assert_eq!(fill(&load, 2).len(), 8, "the rest is the other's");
        assert!(load.open(lane(2)));
    }

    #[test]
    fn room_follows_the_measured_cost() {
        let load = Load::new(1);
        // Believed until measured: 0.95 of a core at 0.03 each.
        let under_way: Vec<Underway> = fill(&load, 1);
        assert_eq!(under_way.len(), 31);
        drop(under_way);
        load.lock().cost = 0.105;
        let under_way: Vec<Underway> = fill(&load, 1);
        assert_eq!(under_way.len(), 9);
        assert!(!load.open(lane(1)));
        drop(under_way);
        // None has come, all may: 9 captures' worth of sessions.
        let opened = std::iter::from_fn(|| load.open(lane(1)).then_some(())).take(200).count();
        assert_eq!(opened, 36);
        assert!((load.expected(lane(1)) - 9.0).abs() < 1e-9);
        assert!(load.begin(tenant(1)).is_some(), "who has a session is not refused for those who may come");
    }

    /// Captures keep a part of a core busy, however long that takes.
    fn keeps_busy(load: &Load, part: f64, seconds: f64) {
        let (began, mut last) = (Instant::now(), Instant::now());
        while began.elapsed().as_secs_f64() < seconds {
            // Others' work, or that of the tests beside would be measured too.
            load.begins(Urgency::Request);
            load.worked(Urgency::Request, Duration::ZERO, Duration::from_secs(1));
            std::thread::sleep(Duration::from_millis(20));
            load.worked(Urgency::Guidance, Duration::from_micros(300), last.elapsed().mul_f64(part));
            last = Instant::now();
        }
    }

    #[test]
    fn the_cost_is_measured_over_all_under_way() {
        let load = Load::new(1);
        let mut started: Vec<Started> = (0..5).map(|_| load.starts()).collect();
        keeps_busy(&load, 0.25, 2.0);
        started.extend((0..5).map(|_| load.starts()));
        keeps_busy(&load, 0.5, 3.0);
        // 0.05 of the workers for each, also while their number grows, and what is believed to come along.
        let cost = load.lock().cost;
        assert!((0.058..0.072).contains(&cost), "0.065 is believed: {cost}");
    }

    #[test]
    fn who_turns_out_dearer_is_believed_at_once_and_cheaper_slowly() {
        let load = Load::new(1);
        let _started: Vec<Started> = (0..10).map(|_| load.starts()).collect();
        keeps_busy(&load, 0.9, 3.5);
        let dear = load.lock().cost;
        assert!(dear > 0.09, "{dear}");
        keeps_busy(&load, 0.1, 4.0);
        let cost = load.lock().cost;
        assert!((0.75 * dear..dear).contains(&cost), "of {dear} is left {cost}");
    }

    #[test]
    fn what_comes_along_is_measured_while_nobody_else_has_work_done() {
        let load = Load::new(1);
        let _started: Vec<Started> = (0..4).map(|_| load.starts()).collect();
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(5) {
            // A tenth of what is computed here.
            let at = Instant::now();
            while at.elapsed() < Duration::from_millis(10) {}
            load.worked(Urgency::Guidance, Duration::from_micros(300), Duration::from_millis(1));
        }
        let beside = load.lock().beside;
        assert!(beside > 1.6, "it moved from 1.3 towards the most of 3: {beside}");
    }

    #[test]
    fn what_was_measured_wrongly_is_measured_again() {
        let load = Load::new(1);
        load.lock().params.forgets = Duration::from_secs(2);
        load.lock().cost = 0.9;
        let under_way: Vec<Underway> = fill(&load, 1);
        assert_eq!(under_way.len(), 4);
        let _started: Vec<Started> = under_way.iter().map(|_| load.starts()).collect();
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(8) {
            load.worked(Urgency::Guidance, Duration::from_micros(300), Duration::from_millis(2));
            // A transaction beside them.
            load.begins(Urgency::Request);
            load.worked(Urgency::Request, Duration::from_secs(1), Duration::from_millis(90));
            std::thread::sleep(Duration::from_millis(100));
        }
        let cost = load.lock().cost;
        assert!(cost < 0.2, "{cost}");
        drop(under_way);
        assert!(std::iter::from_fn(|| load.begin(tenant(1))).take(200).count() > 4);
    }

    #[test]
    fn who_has_not_begun_makes_nobody_look_cheap() {
        let load = Load::new(1);
        let _under_way: Vec<Underway> = fill(&load, 1);
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(4) {
            load.worked(Urgency::Guidance, Duration::from_micros(300), Duration::from_micros(10));
            std::thread::sleep(Duration::from_millis(100));
        }
        assert!((load.lock().cost - AdmissionParams::default().cost).abs() < 1e-9);
    }

    #[test]
    fn a_queue_refuses_newcomers_until_it_is_gone() {
        let load = Load::new(1);
        for _ in 0..95 {
            load.worked(Urgency::Guidance, Duration::from_millis(1), Duration::ZERO);
        }
        for _ in 0..5 {
            load.worked(Urgency::Guidance, Duration::from_millis(500), Duration::ZERO);
        }
        assert!(load.begin(tenant(1)).is_some(), "no more than one in twenty waited");
        load.worked(Urgency::Guidance, Duration::from_millis(500), Duration::ZERO);
        load.worked(Urgency::Guidance, Duration::from_millis(500), Duration::ZERO);
        assert!(load.begin(tenant(1)).is_none());
        assert!(!load.open(lane(1)));
        // Evidence may wait.
        let patient = Load::new(1);
        patient.worked(Urgency::Evidence, Duration::from_secs(3), Duration::ZERO);
        assert!(patient.open(lane(1)));
    }
}
