//! What must hold of the outbox, once for every backend.

use std::time::Duration;

use selfsame_domain::{Entropy as _, OsEntropy, Timestamp};
use selfsame_store::{Lease, OutboxAttempt, OutboxNext, OutboxState};

use crate::backend::Backend;
use crate::{add, news, now, session, tenant};

async fn the_outbox_gives_what_is_due_to_one_and_remembers_every_attempt(backend: Backend) {
    let store = backend.open().await;
    let (one, two) = (session(tenant(&store, "a").await), session(tenant(&store, "b").await));
    for session in [&one, &two] {
        add(&store, session).await;
    }
    let at = Timestamp::from_millis;
    let mut repository = store.begin().await.unwrap();
    let mut outbox = repository.outbox();
    let third = outbox.add(&OsEntropy, news(&one), at(3_000)).await.unwrap();
    let first = outbox.add(&OsEntropy, news(&two), at(1_000)).await.unwrap();
    let mut elsewhere = news(&one);
    elsewhere.receiver = "https://other.example".to_owned();
    let second = outbox.add(&OsEntropy, elsewhere, at(2_000)).await.unwrap();

    // Longest due first, within the number, without what is not due yet or goes to a busy receiver.
    for (now, most, expected) in [
        (999, 9, vec![]),
        (1_000, 9, vec![&first]),
        (2_999, 9, vec![&first, &second]),
        (3_000, 9, vec![&first, &second, &third]),
        (3_000, 2, vec![&first, &second]),
    ] {
        let due = outbox.for_maintenance_due(at(now), most, &[]).await.unwrap();
        assert_eq!(due.iter().collect::<Vec<_>>(), expected, "{now} {most}");
    }
    let busy = ["https://bank.example.com".to_owned()];
    assert_eq!(outbox.for_maintenance_due(at(3_000), 9, &busy).await.unwrap(), std::slice::from_ref(&second));

    // One owner at a time, until the lease runs out.
    let (owner, other) = (OsEntropy.uuid(), OsEntropy.uuid());
    let lease = |owner, until| Lease { owner, until: at(until) };
    assert!(outbox.for_maintenance_lease(first.id, at(4_000), lease(owner, 5_000)).await.unwrap());
    assert!(!outbox.for_maintenance_lease(first.id, at(4_999), lease(other, 9_000)).await.unwrap());
    assert_eq!(outbox.for_maintenance_due(at(4_999), 9, &[]).await.unwrap().len(), 2);
    assert!(outbox.for_maintenance_lease(first.id, at(5_000), lease(other, 9_000)).await.unwrap());
    let attempt = |millis, status, outcome: &str| OutboxAttempt {
        at: at(millis),
        millis: 12,
        status,
        outcome: outcome.to_owned(),
    };
    let late = attempt(4_000, Some(200), "late");
    let held =
        outbox.for_maintenance_record(first.id, owner, late.clone(), OutboxNext::Delivered).await.unwrap();
    assert!(!held, "whoever lost the lease decides nothing");

    let refused = attempt(5_000, Some(500), "refused");
    let again = OutboxNext::Again { at: at(60_000) };
    assert!(outbox.for_maintenance_record(first.id, other, refused.clone(), again).await.unwrap());
    let (entry, attempts) = outbox.for_maintenance_get(first.id).await.unwrap().unwrap();
    assert_eq!(attempts, [late, refused]);
    assert_eq!((entry.attempts, &entry.state), (1, &OutboxState::Pending { next_attempt_at: at(60_000) }));
    assert_eq!(outbox.for_maintenance_due(at(59_999), 9, &[]).await.unwrap().len(), 2);

    // Given up, sent again, delivered, forgotten.
    assert!(outbox.for_maintenance_lease(first.id, at(60_000), lease(owner, 70_000)).await.unwrap());
    let dead = OutboxNext::Dead { because: "enough".to_owned() };
    assert!(outbox.for_maintenance_record(first.id, owner, attempt(60_000, None, "x"), dead).await.unwrap());
    let dead = outbox.for_maintenance_list(Some(two.tenant_id), Some("dead"), 9).await.unwrap();
    assert_eq!(dead[0].state, OutboxState::Dead { at: at(60_000), because: "enough".to_owned() });
    assert_eq!(outbox.for_maintenance_list(Some(one.tenant_id), Some("dead"), 9).await.unwrap(), []);
    assert!(outbox.for_maintenance_replay(first.id, at(61_000)).await.unwrap());
    assert!(!outbox.for_maintenance_replay(first.id, at(61_000)).await.unwrap(), "it is pending");
    let (entry, attempts) = outbox.for_maintenance_get(first.id).await.unwrap().unwrap();
    assert_eq!((entry.attempts, attempts.len()), (0, 3));
    assert!(outbox.for_maintenance_lease(first.id, at(61_000), lease(owner, 70_000)).await.unwrap());
    let done = attempt(61_000, Some(204), "taken");
    assert!(outbox.for_maintenance_record(first.id, owner, done, OutboxNext::Delivered).await.unwrap());
    assert_eq!(outbox.for_maintenance_purge(at(60_999)).await.unwrap(), 0);
    assert_eq!(outbox.for_maintenance_purge(at(61_000)).await.unwrap(), 1);
    assert_eq!(outbox.for_maintenance_get(first.id).await.unwrap(), None);
    assert_eq!(outbox.for_maintenance_list(None, None, 9).await.unwrap(), [third, second]);
}

async fn what_tells_of_an_erased_session_is_a_dead_letter_for_good(backend: Backend) {
    let store = backend.open().await;
    let (one, two) = (session(tenant(&store, "a").await), session(tenant(&store, "b").await));
    for session in [&one, &two] {
        add(&store, session).await;
    }
    let mut repository = store.begin().await.unwrap();
    let entry = repository.outbox().add(&OsEntropy, news(&one), now()).await.unwrap();
    let other = repository.outbox().add(&OsEntropy, news(&two), now()).await.unwrap();
    let lease = Lease { owner: OsEntropy.uuid(), until: now() + Duration::from_secs(60) };
    assert!(repository.outbox().for_maintenance_lease(entry.id, now(), lease).await.unwrap());
    assert!(repository.sessions().delete(one.tenant_id, one.id, now()).await.unwrap());
    let (found, _) = repository.outbox().for_maintenance_get(entry.id).await.unwrap().unwrap();
    assert!(matches!(found.state, OutboxState::Dead { .. }), "{found:?}");
    // Whoever was telling it meanwhile changes nothing, and nobody can send it again.
    let attempt = OutboxAttempt { at: now(), millis: 1, status: Some(500), outcome: "x".to_owned() };
    let next = OutboxNext::Again { at: now() };
    assert!(!repository.outbox().for_maintenance_record(entry.id, lease.owner, attempt, next).await.unwrap());
    assert!(!repository.outbox().for_maintenance_replay(entry.id, now()).await.unwrap());
    assert_eq!(repository.outbox().list(two.tenant_id, two.id.as_uuid()).await.unwrap(), [other]);
}

async fn nothing_is_told_again_of_an_erased_session(backend: Backend) {
    let store = backend.open().await;
    let session = session(tenant(&store, "a").await);
    add(&store, &session).await;
    let mut repository = store.begin().await.unwrap();
    let at = Timestamp::from_millis;
    let dead = OutboxNext::Dead { because: "enough".to_owned() };
    let mut finished = Vec::new();
    for next in [OutboxNext::Delivered, dead] {
        let mut outbox = repository.outbox();
        let entry = outbox.add(&OsEntropy, news(&session), at(1)).await.unwrap();
        let lease = Lease { owner: OsEntropy.uuid(), until: at(9) };
        assert!(outbox.for_maintenance_lease(entry.id, at(1), lease).await.unwrap());
        let attempt = OutboxAttempt { at: at(2), millis: 1, status: None, outcome: "x".to_owned() };
        assert!(outbox.for_maintenance_record(entry.id, lease.owner, attempt, next).await.unwrap());
        finished.push(entry.id);
    }
    assert!(repository.sessions().delete(session.tenant_id, session.id, at(5)).await.unwrap());
    for id in &finished {
        assert!(!repository.outbox().for_maintenance_replay(*id, at(6)).await.unwrap());
    }
    // How telling ended, and when, stays: records are kept by it.
    let (told, _) = repository.outbox().for_maintenance_get(finished[0]).await.unwrap().unwrap();
    assert_eq!(told.state, OutboxState::Delivered { at: at(2) });
    let (given_up, _) = repository.outbox().for_maintenance_get(finished[1]).await.unwrap().unwrap();
    assert!(matches!(given_up.state, OutboxState::Dead { at: when, .. } if when == at(2)), "{given_up:?}");
}

backends!(sqlite, postgres: {
    the_outbox_gives_what_is_due_to_one_and_remembers_every_attempt,
    what_tells_of_an_erased_session_is_a_dead_letter_for_good,
    nothing_is_told_again_of_an_erased_session,
});
