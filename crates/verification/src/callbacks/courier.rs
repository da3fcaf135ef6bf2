//! The loop that delivers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use selfsame_callbacks::{Client, Dialect, DialectError, Event, Next, Outcome, Schedule};
use selfsame_domain::audit;
use selfsame_store::{Lease, OutboxAttempt, OutboxEntry, OutboxNext};
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;
use uuid::Uuid;

use super::Callbacks;
use crate::UseCaseError;

/// How deliveries share the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CourierParams {
    /// Deliveries under way at once.
    pub most_at_once: usize,
    /// Of them, to one receiver (scheme, host and port): a slow one holds up nobody but itself.
    pub most_per_receiver: usize,
    /// How often is looked for what is due. New entries are delivered without waiting for it.
    pub look_every: Duration,
    /// A lease lasts longer than the longest attempt by this: time to read, word, sign and record.
    pub lease_margin: Duration,
}

impl Default for CourierParams {
    /// Small enough not to be felt by captures; 32 receivers that never answer have to come together to hold up a 33rd.
    fn default() -> Self {
        Self {
            most_at_once: 64,
            most_per_receiver: 2,
            look_every: Duration::from_secs(1),
            lease_margin: Duration::from_secs(10),
        }
    }
}

/// Delivers what is due, for ever.
pub struct Courier {
    desk: Callbacks,
    client: Client,
    schedule: Schedule,
    dialects: Arc<HashMap<&'static str, Arc<dyn Dialect>>>,
    params: CourierParams,
    owner: Uuid,
}

impl Courier {
    pub fn new(
        desk: Callbacks,
        client: Client,
        schedule: Schedule,
        dialects: Vec<Arc<dyn Dialect>>,
        params: CourierParams,
    ) -> Self {
        let owner = desk.inner.entropy.uuid();
        let dialects = dialects.into_iter().map(|dialect| (dialect.name(), dialect)).collect();
        Self { desk, client, schedule, dialects: Arc::new(dialects), params, owner }
    }

    /// Ends only when it is dropped. What was under way then is told again, under the same id, once its lease has run out.
    pub async fn run(self) {
        let mut underway = JoinSet::new();
        let mut receivers: HashMap<Id, String> = HashMap::new();
        let mut next_look = Instant::now();
        loop {
            if Instant::now() >= next_look {
                match self.take(&receivers).await {
                    Ok(entries) => {
                        for entry in entries {
                            let receiver = entry.receiver.clone();
                            let delivery = self.delivery(entry);
                            receivers.insert(underway.spawn(delivery).id(), receiver);
                        }
                    }
                    Err(error) => {
                        tracing::error!(%error, "callbacks that are due could not be read; will try again");
                    }
                }
                next_look = Instant::now() + self.params.look_every;
            }
            tokio::select! {
                () = tokio::time::sleep_until(next_look) => {}
                () = self.desk.inner.due.notified() => next_look = Instant::now(),
                Some(done) = underway.join_next_with_id() => {
                    let id = match done {
                        Ok((id, ())) => id,
                        Err(broken) => {
                            tracing::error!("a delivery broke off; it is repeated when its lease has run out");
                            broken.id()
                        }
                    };
                    receivers.remove(&id);
                    // Its place may be wanted.
                    next_look = Instant::now();
                }
            }
        }
    }

    fn longest_lease(&self) -> Duration {
        self.client.longest_attempt() + self.params.lease_margin
    }

    /// Takes what is due, as far as there are places.
    async fn take(&self, underway: &HashMap<Id, String>) -> Result<Vec<OutboxEntry>, UseCaseError> {
        let mut load: HashMap<String, usize> = HashMap::new();
        for receiver in underway.values() {
            *load.entry(receiver.clone()).or_default() += 1;
        }
        let mut places = self.params.most_at_once.saturating_sub(underway.len());
        let mut taken = Vec::new();
        let mut repository = self.desk.inner.store.begin().await?;
        while places > 0 {
            let busy: Vec<String> = load
                .iter()
                .filter(|(_, count)| **count >= self.params.most_per_receiver)
                .map(|(receiver, _)| receiver.clone())
                .collect();
            // Leases are between processes: counted by one clock, or a machine that is ahead would take what another is telling.
            let now = repository.agreed_time(self.desk.inner.clock.now()).await?;
            let lease = Lease { owner: self.owner, until: now + self.longest_lease() };
            let due = repository.outbox().for_maintenance_due(now, places as u64, &busy).await?;
            if due.is_empty() {
                break;
            }
            let mut progress = false;
            for entry in due {
                let count = load.entry(entry.receiver.clone()).or_default();
                if *count >= self.params.most_per_receiver {
                    continue;
                }
                if repository.outbox().for_maintenance_lease(entry.id, now, lease).await? {
                    *count += 1;
                    places -= 1;
                    progress = true;
                    taken.push(entry);
                }
            }
            if !progress {
                break;
            }
        }
        if !taken.is_empty() {
            repository.save().await?;
        }
        Ok(taken)
    }

    fn delivery(&self, entry: OutboxEntry) -> impl Future<Output = ()> + Send + 'static {
        let delivery = Delivery {
            desk: self.desk.clone(),
            client: self.client.clone(),
            schedule: self.schedule.clone(),
            dialects: Arc::clone(&self.dialects),
            owner: self.owner,
        };
        // Nobody speaks under a lease that has run out.
        let longest = self.longest_lease() - self.params.lease_margin / 4;
        async move {
            if tokio::time::timeout(longest, delivery.run(entry)).await.is_err() {
                tracing::error!("a delivery took too long; it is repeated when its lease has run out");
            }
        }
    }
}

/// One attempt, from the words to the record.
struct Delivery {
    desk: Callbacks,
    client: Client,
    schedule: Schedule,
    dialects: Arc<HashMap<&'static str, Arc<dyn Dialect>>>,
    owner: Uuid,
}

impl Delivery {
    async fn run(self, entry: OutboxEntry) {
        let (id, receiver) = (entry.id, entry.receiver.clone());
        if let Err(error) = self.deliver(entry).await {
            tracing::error!(%error, callback = %id, receiver, "a delivery could not be made or recorded; it is repeated when its lease has run out");
        }
    }

    async fn deliver(&self, entry: OutboxEntry) -> Result<(), UseCaseError> {
        let at = self.desk.inner.clock.now();
        let began = Instant::now();
        let (outcome, next) = match self.dialects.get(entry.target.dialect.as_str()) {
            None => (Outcome::Unworded, dead("no part of this server words callbacks of its dialect")),
            Some(dialect) => {
                let event = Event {
                    id: entry.id,
                    tenant_id: entry.tenant_id,
                    subject_id: entry.subject_id,
                    event: entry.event,
                    created_at: entry.created_at,
                };
                match dialect.word(&event).await {
                    Err(DialectError::Gone) => (Outcome::Unworded, dead("what it told of is gone")),
                    Err(DialectError::Unavailable) => self.follows(&entry, Outcome::Unworded),
                    Ok(message) => {
                        let secrets = self.desk.secrets(entry.tenant_id).await?;
                        let outcome =
                            self.client.attempt(&entry.target.url, entry.id, at, message, &secrets).await;
                        self.follows(&entry, outcome)
                    }
                }
            }
        };
        let attempt = OutboxAttempt {
            at,
            millis: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            status: outcome.status(),
            outcome: outcome.words().to_owned(),
        };
        let (callback, receiver, status, words) =
            (entry.id, entry.receiver.as_str(), outcome.status(), outcome.words());
        let number = entry.attempts + 1;
        match &next {
            OutboxNext::Delivered => {
                tracing::info!(%callback, receiver, attempt = number, status, "callback delivered");
            }
            OutboxNext::Again { at } => {
                let next = at.to_rfc3339();
                tracing::warn!(%callback, receiver, attempt = number, status, next, "callback not delivered yet: {words}");
            }
            OutboxNext::Dead { because } => {
                tracing::error!(%callback, receiver, attempt = number, status, "callback given up: {because}. Send it again with `selfsame callbacks replay {callback}`");
            }
        }
        let scribe = self.desk.inner.trail.scribe().await?;
        let mut repository = self.desk.inner.store.begin().await?;
        let held = repository.outbox().for_maintenance_record(entry.id, self.owner, attempt, next).await?;
        if outcome == Outcome::Forbidden {
            let callback = audit::Subject::new(audit::SubjectKind::Callback, entry.id);
            let event = audit::Event::new(audit::Origin::SERVER, audit::Action::CallbackRefused)
                .refused()
                .about(callback)
                .coded("address_not_allowed");
            scribe.write(&mut repository, Some(entry.tenant_id), event).await?;
        }
        repository.save().await?;
        if !held {
            tracing::warn!(%callback, "a callback was finished by somebody else while it was told");
        }
        Ok(())
    }

    fn follows(&self, entry: &OutboxEntry, outcome: Outcome) -> (Outcome, OutboxNext) {
        let desk = &self.desk.inner;
        let next = match self.schedule.after(entry.attempts + 1, &outcome, desk.entropy.as_ref()) {
            Next::Delivered => OutboxNext::Delivered,
            Next::Again(pause) => OutboxNext::Again { at: desk.clock.now() + pause },
            Next::Unwanted => dead("the receiver answered 410: it wants no more of it"),
            Next::Exhausted => dead("the last attempt of the schedule failed"),
        };
        (outcome, next)
    }
}

fn dead(because: &str) -> OutboxNext {
    OutboxNext::Dead { because: because.to_owned() }
}
