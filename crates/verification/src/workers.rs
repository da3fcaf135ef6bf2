//! Where the heavy work runs: off the async threads, and never more at once than there are cores.
//!
//! Two queues stand in front of the cores: frames that a person at the camera waits for go first, evidence and pictures of
//! integrators after them, but never wait for ever. The queues are bounded: work that would wait longer than anybody waits for it
//! is refused at once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::admission::Load;

/// How soon a piece of work is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Somebody looks at the screen until it is done.
    Guidance,
    /// Of a capture as well: it is waited for, but seconds do not matter.
    Evidence,
    /// Of somebody else: pictures that are sent, transactions, secrets. Waits as evidence does.
    Request,
}

/// After so many pieces of guidance in a row one of evidence has its turn, if one waits.
const TURNS: u32 = 8;

/// Runs closures on blocking threads, `cores` at a time.
#[derive(Debug, Clone)]
pub(crate) struct Workers {
    queues: Arc<Mutex<Queues>>,
    load: Load,
    most_waiting: usize,
}

#[derive(Debug)]
struct Queues {
    free: usize,
    guidance: VecDeque<oneshot::Sender<Core>>,
    evidence: VecDeque<oneshot::Sender<Core>>,
    /// Pieces of guidance since the last of evidence.
    turns: u32,
}

/// The right to keep one core busy.
#[derive(Debug)]
struct Core(Option<Arc<Mutex<Queues>>>);

impl Drop for Core {
    fn drop(&mut self) {
        if let Some(queues) = self.0.take() {
            release(&queues);
        }
    }
}

/// Tells of a piece of work when it ends, also by a panic.
struct Ends {
    load: Load,
    urgency: Urgency,
    waited: Duration,
    began: Instant,
}

impl Drop for Ends {
    fn drop(&mut self) {
        self.load.worked(self.urgency, self.waited, self.began.elapsed());
    }
}

/// Why work was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WorkError {
    #[error("too much work is waiting")]
    Overloaded,
    #[error("the work broke off")]
    Panicked,
}

fn lock(queues: &Mutex<Queues>) -> MutexGuard<'_, Queues> {
    queues.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A core goes to whoever is next, or back.
fn release(queues: &Arc<Mutex<Queues>>) {
    let mut locked = lock(queues);
    while let Some(next) = locked.next() {
        if let Err(mut given_up) = next.send(Core(Some(Arc::clone(queues)))) {
            // Nobody waits there any more. The right itself must not come back here: the lock is held.
            given_up.0 = None;
        } else {
            return;
        }
    }
    locked.free += 1;
}

impl Queues {
    fn next(&mut self) -> Option<oneshot::Sender<Core>> {
        let evidence_first = self.turns >= TURNS && !self.evidence.is_empty();
        if !evidence_first && let Some(next) = self.guidance.pop_front() {
            self.turns += 1;
            return Some(next);
        }
        self.turns = 0;
        self.evidence.pop_front()
    }
}

impl Workers {
    /// `most_waiting` bounds the queues in front of the cores. What work waits and takes is told to `load`.
    pub(crate) fn new(cores: usize, most_waiting: usize, load: Load) -> Self {
        let queues =
            Queues { free: cores.max(1), guidance: VecDeque::new(), evidence: VecDeque::new(), turns: 0 };
        Self { queues: Arc::new(Mutex::new(queues)), load, most_waiting }
    }

    /// Waits for a core and runs `work` on it.
    ///
    /// # Errors
    /// [`WorkError::Overloaded`] when the queues are full, [`WorkError::Panicked`] when `work` panicked: neither is ever a yes.
    pub(crate) async fn run<T, F>(&self, urgency: Urgency, work: F) -> Result<T, WorkError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let asked = Instant::now();
        let core = self.core(urgency)?.await.map_err(|_| WorkError::Overloaded)?;
        let waited = asked.elapsed();
        let load = self.load.clone();
        tokio::task::spawn_blocking(move || {
            // Held by the work itself: a caller that gives up must not let a second piece of work onto the same core.
            let _core = core;
            load.begins(urgency);
            let work_ends = Ends { load, urgency, waited, began: Instant::now() };
            let done = work();
            drop(work_ends);
            done
        })
        .await
        .map_err(|_| WorkError::Panicked)
    }

    /// Pieces of work that wait for a core: of guidance, and of evidence and requests.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        let queues = lock(&self.queues);
        (queues.guidance.len(), queues.evidence.len())
    }

    fn core(&self, urgency: Urgency) -> Result<oneshot::Receiver<Core>, WorkError> {
        let (give, take) = oneshot::channel();
        let mut queues = lock(&self.queues);
        if queues.free > 0 {
            queues.free -= 1;
            drop(queues);
            // Received by whoever asks; the receiver is at hand.
            let _ = give.send(Core(Some(Arc::clone(&self.queues))));
            return Ok(take);
        }
        if queues.guidance.len() + queues.evidence.len() >= self.most_waiting {
            return Err(WorkError::Overloaded);
        }
        match urgency {
            Urgency::Guidance => queues.guidance.push_back(give),
            Urgency::Evidence | Urgency::Request => queues.evidence.push_back(give),
        }
        Ok(take)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workers(cores: usize, most_waiting: usize) -> Workers {
        Workers::new(cores, most_waiting, Load::new(cores))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_full_queue_refuses_and_a_panic_is_an_error() {
        let workers = workers(1, 1);
        assert_eq!(workers.run(Urgency::Guidance, || 7).await, Ok(7));
        #[expect(clippy::panic, reason = "the panic is what is tested")]
        let broken = workers.run(Urgency::Guidance, || panic!("broken")).await;
        assert_eq!(broken, Err::<(), _>(WorkError::Panicked));

        let busy = workers.clone();
        let first = tokio::spawn(async move {
            busy.run(Urgency::Evidence, || std::thread::sleep(Duration::from_millis(400))).await
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let queued = workers.clone();
        let second = tokio::spawn(async move { queued.run(Urgency::Guidance, || ()).await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(workers.run(Urgency::Guidance, || ()).await, Err(WorkError::Overloaded));
        assert_eq!(first.await.unwrap(), Ok(()));
        assert_eq!(second.await.unwrap(), Ok(()));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn guidance_goes_first_and_evidence_has_its_turn() {
        let workers = workers(1, 100);
        let order = Arc::new(Mutex::new(Vec::new()));
        let busy = workers.clone();
        let first = tokio::spawn(async move {
            busy.run(Urgency::Evidence, || std::thread::sleep(Duration::from_millis(300))).await
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let mut queued = Vec::new();
        for (urgency, count) in [(Urgency::Evidence, 2), (Urgency::Guidance, 10)] {
            for _ in 0..count {
                let (workers, order) = (workers.clone(), Arc::clone(&order));
                queued.push(tokio::spawn(async move {
                    workers.run(urgency, move || order.lock().unwrap().push(urgency)).await
                }));
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        assert_eq!(first.await.unwrap(), Ok(()));
        for piece in queued {
            assert_eq!(piece.await.unwrap(), Ok(()));
        }
        let mut expected = vec![Urgency::Guidance; 8];
        expected.extend([Urgency::Evidence, Urgency::Guidance, Urgency::Guidance, Urgency::Evidence]);
        assert_eq!(*order.lock().unwrap(), expected);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_gives_up_waiting_takes_no_core_along() {
        let workers = workers(1, 100);
        let busy = workers.clone();
        let first = tokio::spawn(async move {
            busy.run(Urgency::Guidance, || std::thread::sleep(Duration::from_millis(200))).await
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        for _ in 0..3 {
            let waiting = workers.run(Urgency::Guidance, || ());
            assert!(tokio::time::timeout(Duration::from_millis(10), waiting).await.is_err());
        }
        assert_eq!(first.await.unwrap(), Ok(()));
        assert_eq!(workers.run(Urgency::Guidance, || 1).await, Ok(1));
        assert_eq!(lock(&workers.queues).free, 1);
    }
}
