//! What is PostgreSQL's own: several processes on one database, and what is said when it cannot be reached. Each store here has
//! connections of its own, as a process would.

#![expect(clippy::unwrap_used, reason = "in a test, panicking is how to fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use selfsame_domain::audit::chain::{ChainKey, Check};
use selfsame_domain::audit::{Action, Digest, Event, Origin};
use selfsame_domain::{
    BioSession, CallbackEvent, CallbackTarget, Clock, Entropy as _, FailedAttempts, LockoutParams,
    NewBioSession, OsEntropy, SessionId, SystemClock, Tenant, TenantId, Timestamp,
};
use selfsame_store::{
    AuditFilter, AuditOrder, Lease, NewOutboxEntry, OutboxAttempt, OutboxNext, OutboxState, Store,
    StoreSettings, shown,
};
use selfsame_testkit_postgres::TestDatabase;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

fn settings(database: &TestDatabase) -> StoreSettings {
    StoreSettings { url: database.url() }
}

async fn tenant(store: &Store) -> TenantId {
    let tenant =
        Tenant { id: TenantId::random(&OsEntropy), name: "a".to_owned(), created_at: SystemClock.now() };
    let mut repository = store.begin().await.unwrap();
    repository.tenants().add(&tenant).await.unwrap();
    repository.save().await.unwrap();
    tenant.id
}

async fn entries(store: &Store, tenant: TenantId, count: i64) -> BTreeSet<Uuid> {
    let mut repository = store.begin().await.unwrap();
    let mut ids = BTreeSet::new();
    for number in 0..count {
        let new = NewOutboxEntry {
            tenant_id: tenant,
            subject_id: OsEntropy.uuid(),
            event: CallbackEvent::SESSION_DECIDED,
            target: CallbackTarget {
                url: "https://bank.example.com/".to_owned(),
                dialect: "bioserver".to_owned(),
            },
            receiver: "https://bank.example.com".to_owned(),
        };
        let entry = repository.outbox().add(&OsEntropy, new, Timestamp::from_millis(number)).await.unwrap();
        ids.insert(entry.id);
    }
    repository.save().await.unwrap();
    ids
}

/// Takes what is due at `now`, a few at a time, until nothing is left for it, as a courier does. Every entry that it got.
async fn takes_all(store: Store, now: Timestamp, lease: Lease) -> Vec<Uuid> {
    let mut taken = Vec::new();
    loop {
        let mut repository = store.begin().await.unwrap();
        let due = repository.outbox().for_maintenance_due(now, 7, &[]).await.unwrap();
        let found = due.len();
        for entry in due {
            assert!(
                repository.outbox().for_maintenance_lease(entry.id, now, lease).await.unwrap(),
                "what is given to one is nobody else's"
            );
            taken.push(entry.id);
        }
        repository.save().await.unwrap();
        if found == 0 {
            return taken;
        }
    }
}

/// Two processes with four takers each. How often each entry was taken, and which processes took any.
async fn two_processes_take(
    stores: &[Store; 2],
    owners: [Uuid; 2],
    now: Timestamp,
    until: Timestamp,
) -> (BTreeMap<Uuid, usize>, BTreeSet<Uuid>) {
    let takers: Vec<_> = (0..8)
        .map(|taker| {
            let owner = owners[taker % 2];
            let taking = takes_all(stores[taker % 2].clone(), now, Lease { owner, until });
            tokio::spawn(async move { (owner, taking.await) })
        })
        .collect();
    let (mut times, mut at_work) = (BTreeMap::new(), BTreeSet::new());
    for taker in takers {
        let (owner, taken) = taker.await.unwrap();
        at_work.extend((!taken.is_empty()).then_some(owner));
        for id in taken {
            *times.entry(id).or_insert(0) += 1;
        }
    }
    (times, at_work)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_share_the_outbox_and_take_over_from_one_that_died() {
    let database = TestDatabase::new();
    let stores =
        [Store::open(&settings(&database)).await.unwrap(), Store::open(&settings(&database)).await.unwrap()];
    let ids = entries(&stores[0], tenant(&stores[0]).await, 300).await;
    let at = Timestamp::from_millis;
    let owners = [OsEntropy.uuid(), OsEntropy.uuid()];

    let (times, at_work) = two_processes_take(&stores, owners, at(10_000), at(20_000)).await;
    assert_eq!(times.keys().copied().collect::<BTreeSet<_>>(), ids);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    assert_eq!(at_work.len(), 2, "both had work");
    // Nobody is given any of them as long as the lease lasts, also when its holder has died.
    let (times, _) = two_processes_take(&stores, owners, at(19_999), at(20_000)).await;
    assert_eq!(times, BTreeMap::new());

    // Then others are, each once; and the late word of the first decides nothing.
    let heirs = [OsEntropy.uuid(), OsEntropy.uuid()];
    let (times, _) = two_processes_take(&stores, heirs, at(20_000), at(30_000)).await;
    assert_eq!(times.len(), 300);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    let mut repository = stores[0].begin().await.unwrap();
    for id in &ids {
        for owner in owners {
            let attempt =
                OutboxAttempt { at: at(20_001), millis: 1, status: Some(200), outcome: "late".to_owned() };
            let mut outbox = repository.outbox();
            let held = outbox.for_maintenance_record(*id, owner, attempt, OutboxNext::Delivered).await;
            assert!(!held.unwrap());
        }
        let (entry, _) = repository.outbox().for_maintenance_get(*id).await.unwrap().unwrap();
        assert!(matches!(entry.state, OutboxState::Pending { .. }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_what_another_is_looking_at() {
    let database = TestDatabase::new();
    let stores =
        [Store::open(&settings(&database)).await.unwrap(), Store::open(&settings(&database)).await.unwrap()];
    let tenant = tenant(&stores[0]).await;
    let ids = entries(&stores[0], tenant, 10).await;
    let now = Timestamp::from_millis(1_000);
    let mut repository = stores[0].begin().await.unwrap();
    for _ in 0..4 {
        let session = BioSession::open(
            SessionId::random(&OsEntropy),
            tenant,
            NewBioSession::passive(),
            Timestamp::from_millis(0),
            Duration::from_secs(60),
        );
        repository.sessions().add(&session, b"wrapped").await.unwrap();
    }
    repository.save().await.unwrap();

    let mut first = stores[0].begin().await.unwrap();
    let mut second = stores[1].begin().await.unwrap();
    let mut seen = BTreeSet::new();
    for (repository, most, expected) in [(&mut first, 6, 6), (&mut second, 9, 4)] {
        let looking = async {
            let due = repository.outbox().for_maintenance_due(now, most, &[]).await.unwrap();
            assert_eq!(due.len(), expected);
            seen.extend(due.into_iter().map(|entry| entry.id));
            let abandoned = repository.sessions().for_maintenance_abandoned(now, now, now, most / 2).await;
            abandoned.unwrap().len()
        };
        let abandoned =
            tokio::time::timeout(Duration::from_secs(8), looking).await.expect("waits for nobody");
        assert_eq!(abandoned, if expected == 6 { 3 } else { 1 });
    }
    assert_eq!(seen, ids);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_read_and_counted_on_is_never_lost() {
    let database = TestDatabase::new();
    let stores =
        [Store::open(&settings(&database)).await.unwrap(), Store::open(&settings(&database)).await.unwrap()];
    let tenant = tenant(&stores[0]).await;
    let params = LockoutParams { failures: 0, ..LockoutParams::default() };
    let failures: Vec<_> = (0..24)
        .map(|number| {
            let (store, params) = (stores[number % 2].clone(), params.clone());
            tokio::spawn(async move {
                let mut repository = store.begin().await.unwrap();
                repository.exclusively("failed-attempts/x").await.unwrap();
                let before = repository.failed_attempts().get(tenant, "x").await.unwrap();
                let after = FailedAttempts::failed(before, SystemClock.now(), &params);
                repository.failed_attempts().put(tenant, "x", Some(&after)).await.unwrap();
                repository.save().await.unwrap();
            })
        })
        .collect();
    for failure in failures {
        failure.await.unwrap();
    }
    let mut repository = stores[0].begin().await.unwrap();
    assert_eq!(repository.failed_attempts().get(tenant, "x").await.unwrap().unwrap().count, 24);
    // Other names are other locks.
    let mut other = stores[1].begin().await.unwrap();
    repository.exclusively("one").await.unwrap();
    other.exclusively("two").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn all_agree_on_the_databases_time() {
    let database = TestDatabase::new();
    let store = Store::open(&settings(&database)).await.unwrap();
    let mut repository = store.begin().await.unwrap();
    // However wrong a machine's own clock is.
    let agreed = repository.agreed_time(Timestamp::from_millis(0)).await.unwrap();
    let now = SystemClock.now();
    assert!(now.since(agreed) < Duration::from_secs(5) && agreed.since(now) < Duration::from_secs(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hinders_a_connection_is_said_without_the_password() {
    let database = TestDatabase::new();
    let url = database.url();
    // Nobody listens there: a port that was free a moment ago may be another test's by now.
    let nobody = 1;
    let (user, rest) = url.split_once("://selfsame:").unwrap();
    let (password, place) = rest.split_once('@').unwrap();
    let address = place.split_once('/').unwrap().0;
    for (url, says) in [
        (format!("{user}://selfsame:another-secret@{place}"), "password authentication failed"),
        (format!("{user}://stranger:{password}@{place}"), "\"stranger\""),
        (format!("{user}://selfsame:{password}@{address}/missing"), "\"missing\" does not exist"),
        (format!("{user}://selfsame:{password}@127.0.0.1:{nobody}/x"), "refused"),
        (format!("{url}?pasword=another-secret"), "parameter pasword"),
        (format!("{url}?sslmode=perhaps"), "ssl_mode"),
        (format!("{user}://selfsame:another/secret@{address}/x"), "percent-encoded"),
        (format!("mysql://selfsame:{password}@{address}/x"), "sqlite: or postgres:"),
    ] {
        let settings = StoreSettings { url };
        for error in [
            Store::open(&settings).await.map(drop).unwrap_err(),
            Store::look(&settings).await.map(drop).unwrap_err(),
            Store::migrate(&settings).await.map(drop).unwrap_err(),
        ] {
            for told in
                [error.to_string(), format!("{error:?}"), format!("{settings:?}"), shown(&settings.url)]
            {
                assert!(!told.contains(TestDatabase::password()) && !told.contains(password), "{told}");
                assert!(!told.contains("another"), "{told}");
            }
            assert!(error.to_string().contains(says), "{says}: {error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_tells_what_is_missing_and_changes_nothing() {
    let database = TestDatabase::new();
    let looked = Store::look(&settings(&database)).await.unwrap();
    assert!(looked.version.starts_with("PostgreSQL "), "{looked:?}");
    assert!(!looked.pending.is_empty());
    assert_eq!(Store::look(&settings(&database)).await.unwrap(), looked);
    let migrated = Store::migrate(&settings(&database)).await.unwrap();
    assert_eq!(migrated.applied, looked.pending);
    assert_eq!(Store::look(&settings(&database)).await.unwrap().pending, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_while_its_session_is_erased_is_told_to_nobody() {
    let database = TestDatabase::new();
    let store = Store::open(&settings(&database)).await.unwrap();
    let (tenant, now) = (tenant(&store).await, SystemClock.now());
    let id = SessionId::random(&OsEntropy);
    let opened = BioSession::open(id, tenant, NewBioSession::passive(), now, Duration::from_secs(60));
    let mut repository = store.begin().await.unwrap();
    repository.sessions().add(&opened, b"wrapped").await.unwrap();
    repository.save().await.unwrap();

    let mut deciding = store.begin().await.unwrap();
    assert!(deciding.sessions().transition(&opened, &opened.clone().claim(now).unwrap()).await.unwrap());
    let erasing = tokio::spawn({
        let store = store.clone();
        async move {
            let mut repository = store.begin().await.unwrap();
            assert!(repository.sessions().delete(tenant, id, now).await.unwrap());
            repository.save().await.unwrap();
        }
    });
    // By now it waits for the row.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!erasing.is_finished());
    let new = NewOutboxEntry {
        tenant_id: tenant,
        subject_id: id.as_uuid(),
        event: CallbackEvent::SESSION_DECIDED,
        target: CallbackTarget { url: "https://bank.example.com/".to_owned(), dialect: "d".to_owned() },
        receiver: "https://bank.example.com".to_owned(),
    };
    let entry = deciding.outbox().add(&OsEntropy, new, now).await.unwrap();
    deciding.save().await.unwrap();
    erasing.await.unwrap();
    let mut repository = store.begin().await.unwrap();
    let (entry, _) = repository.outbox().for_maintenance_get(entry.id).await.unwrap().unwrap();
    assert!(matches!(entry.state, OutboxState::Dead { .. }), "{entry:?}");
}

struct Key;

impl ChainKey for Key {
    fn tag(&self, message: &[u8]) -> Digest {
        Sha256::digest(message).into()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_append_to_one_chain() {
    const EACH: usize = 25;
    let database = TestDatabase::new();
    let stores =
        [Store::open(&settings(&database)).await.unwrap(), Store::open(&settings(&database)).await.unwrap()];
    // Chains that are begun at the same moment: the server's own, a tenant's that both have, and one that each has alone.
    let shared = TenantId::random(&OsEntropy);
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let store = stores[writer % 2].clone();
            let own = TenantId::from_uuid(Uuid::from_u128(1 + writer as u128 % 2));
            tokio::spawn(async move {
                for number in 0..EACH {
                    let mut repository = store.begin().await.unwrap();
                    for tenant in [Some(shared), Some(own), None] {
                        let event = Event::new(Origin::SERVER, Action::KeyCreated);
                        repository.audit().append(&Key, tenant, SystemClock.now(), event).await.unwrap();
                    }
                    if number % 5 == 4 {
                        drop(repository);
                    } else {
                        repository.save().await.unwrap();
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let mut repository = stores[0].begin().await.unwrap();
    let heads = repository.audit().for_maintenance_heads().await.unwrap();
    assert_eq!(heads.len(), 4);
    for head in heads {
        let (tenant, written) = (head.tenant, head.sequence);
        let expected = if tenant.is_none() || tenant == Some(shared) { 160 } else { 80 };
        assert_eq!(written, expected);
        assert_eq!(head.chains, if tenant.is_none() { 3 } else { 0 });
        let mut check = Check::begin(&Key, head).unwrap();
        let order = AuditOrder::OldestFirst { after: 0 };
        let rows = repository.audit().list(tenant, &AuditFilter::default(), order, 999).await.unwrap();
        rows.iter().for_each(|row| check.step(row).unwrap());
        check.end().unwrap();
    }
}
