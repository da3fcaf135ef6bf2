//! Where the heavy work runs: off the async threads, and never more at once than there are cores.
//!
//! A queue in front of the cores is bounded too: work that would wait longer than anybody waits for it is refused at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

/// Runs closures on blocking threads, `cores` at a time.
#[derive(Debug, Clone)]
pub(crate) struct Workers {
    cores: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most_waiting: usize,
}

/// Why work was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WorkError {
    #[error("too much work is waiting")]
    Overloaded,
    #[error("the work broke off")]
    Panicked,
}

struct Waiting(Arc<AtomicUsize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Workers {
    /// `most_waiting` bounds the queue in front of the cores.
    pub(crate) fn new(cores: usize, most_waiting: usize) -> Self {
        Self { cores: Arc::new(Semaphore::new(cores.max(1))), waiting: Arc::default(), most_waiting }
    }

    /// Waits for a core and runs `work` on it.
    ///
    /// # Errors
    /// [`WorkError::Overloaded`] when the queue is full, [`WorkError::Panicked`] when `work` panicked: neither is ever a yes.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, WorkError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= self.most_waiting {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(WorkError::Overloaded);
        }
        let waiting = Waiting(Arc::clone(&self.waiting));
        let core = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| WorkError::Overloaded)?;
        drop(waiting);
        tokio::task::spawn_blocking(move || {
            // Held by the work itself: a caller that gives up must not let a second piece of work onto the same core.
            let _core = core;
            work()
        })
        .await
        .map_err(|_| WorkError::Panicked)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_full_queue_refuses_and_a_panic_is_an_error() {
        let workers = Workers::new(1, 1);
        assert_eq!(workers.run(|| 7).await, Ok(7));
        #[expect(clippy::panic, reason = "the panic is what is tested")]
        let broken = workers.run(|| panic!("broken")).await;
        assert_eq!(broken, Err::<(), _>(WorkError::Panicked));

        let busy = workers.clone();
        let first =
            tokio::spawn(async move { busy.run(|| std::thread::sleep(Duration::from_millis(400))).await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let queued = workers.clone();
        let second = tokio::spawn(async move { queued.run(|| ()).await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(workers.run(|| ()).await, Err(WorkError::Overloaded));
        assert_eq!(first.await.unwrap(), Ok(()));
        assert_eq!(second.await.unwrap(), Ok(()));
    }
}
