//! Several server processes on one database.
//!
//! Each is known by an id that it draws at its start, and says every few seconds that it lives: a row with a lease. A capture is
//! its process's own; when the lease of that process has run out, any other decides the capture as ERROR. A process that was only
//! slow, and comes back, finds its captures decided: the verdict is written by compare-and-set, so there is exactly one.
//! Callbacks are shared out under leases of their own ([`crate::callbacks::Courier`]).
//!
//! Leases are counted by the database's clock, not by the machines'.

use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::{UseCaseError, Verification};

/// How a process says that it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessParams {
    /// How often it says so, and looks for captures of processes that do so no more.
    pub renew_every: Duration,
    /// How long after the last time it is taken for alive.
    pub lease: Duration,
}

impl Default for ProcessParams {
    /// Three times may fail (a fail-over of the database takes some seconds) before captures are given up; and who waits for a
    /// capture that a crash cut off waits half a minute at most.
    fn default() -> Self {
        Self { renew_every: Duration::from_secs(5), lease: Duration::from_secs(20) }
    }
}

impl Verification {
    /// After a start, before any browser is served: joins those at work on the database, and decides the captures that can not go
    /// on. On SQLite, which serves one process, those are all; on PostgreSQL those of processes whose lease has run out.
    /// Returns how many.
    ///
    /// # Errors
    /// Among others when the database was sealed with another master key: nothing in it could be opened.
    pub async fn recover(&self) -> Result<usize, UseCaseError> {
        self.knows_the_master_key().await?;
        self.say_alive(true).await?;
        self.end_abandoned(LONGEST).await
    }

    /// Goes on saying that this process lives, and takes over from those that do not. Ends only when it is dropped.
    pub async fn stay(self) {
        let params = self.settings().processes;
        let mut tick = tokio::time::interval(params.renew_every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            // Told once it works again: a database that is away concerns everybody, who say so themselves.
            if let Err(error) = self.say_alive(false).await {
                tracing::error!(%error, "the database could not be told that this process lives; will try again");
                continue;
            }
            match self.end_abandoned(LONGEST).await {
                Ok(0) => {}
                Ok(ended) => {
                    tracing::warn!(
                        ended,
                        "captures of a server process that is no more were decided as ERROR"
                    );
                }
                Err(error) => {
                    tracing::error!(%error, "abandoned captures could not be looked for; will try again");
                }
            }
        }
    }

    /// At the end, in order: what this process leaves undecided need not wait for its lease.
    pub async fn leave(&self) -> Result<(), UseCaseError> {
        self.record_all_repeated().await;
        let mut repository = self.store().begin().await?;
        repository.processes().leave(self.process()).await?;
        Ok(repository.save().await?)
    }

    async fn say_alive(&self, first: bool) -> Result<(), UseCaseError> {
        let mut repository = self.store().begin().await?;
        let now = repository.agreed_time(self.clock().now()).await?;
        let until = now + self.settings().processes.lease;
        if first {
            repository.processes().enter(self.process(), now, until).await?;
        } else {
            repository.processes().renew(self.process(), now, until).await?;
        }
        Ok(repository.save().await?)
    }
}

/// Longer than any capture: whether one hangs is for [`Verification::tidy`] to find.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
