//! What must hold of scans in a store, once for every backend.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::backend::Backend;
use selfsame_domain::scan::{
    CallbackGranularity, Decision, IdKind, NewScan, Outcome, PictureFormat, Scan, ScanFields, ScanSide,
    ScanState,
};
use selfsame_domain::{CallbackTarget, Entropy as _, OsEntropy, ScanId, Tenant, TenantId, Timestamp};
use selfsame_store::{Lease, ScanFound, Store};

async fn tenant(store: &Store, name: &str) -> TenantId {
    let created_at = Timestamp::from_millis(0);
    let tenant = Tenant { id: TenantId::random(&OsEntropy), name: name.to_owned(), created_at };
    let mut repository = store.begin().await.unwrap();
    repository.tenants().add(&tenant).await.unwrap();
    repository.save().await.unwrap();
    tenant.id
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

async fn accept(store: &Store, tenant: TenantId, now: Timestamp) -> Scan {
    let request = NewScan {
        reference: "order 7".to_owned(),
        reporting_criteria: Some("campaign".to_owned()),
        customer_id: None,
        country: "UTO".to_owned(),
        kind: IdKind::Passport,
        fields: ScanFields::READ,
        mrz_check: true,
        callback: Some(CallbackTarget { url: "https://a.example/x".to_owned(), dialect: "d".to_owned() }),
        granularity: CallbackGranularity::OnAllSteps,
        consent: None,
        pictures: vec![(ScanSide::Front, PictureFormat::Png)],
    };
    let id = ScanId::random(&OsEntropy);
    let scan = Scan::accept(id, tenant, request, now, Duration::from_millis(1_000));
    let mut repository = store.begin().await.unwrap();
    repository.scans().add(&scan, b"key", b"claims").await.unwrap();
    repository.save().await.unwrap();
    scan
}

fn lease(until: i64) -> Lease {
    Lease { owner: OsEntropy.uuid(), until: at(until) }
}

fn approved(scan: Scan, now: Timestamp) -> Scan {
    scan.decide(Decision { outcome: Outcome::Approved, face: None, mrz_verified: true, at: now }).unwrap()
}

async fn a_scan_comes_back_as_it_was_and_to_its_tenant_alone(backend: Backend) {
    let store = backend.open().await;
    let (a, b) = (tenant(&store, "a").await, tenant(&store, "b").await);
    let scan = accept(&store, a, at(10)).await;
    let mut repository = store.begin().await.unwrap();
    let row = repository.scans().get(a, scan.id).await.unwrap().unwrap();
    assert_eq!((&row.scan, row.attempts, row.has_facemap), (&scan, 0, false));
    assert_eq!((row.wrapped_key.as_slice(), row.sealed_claims.as_slice()), (&b"key"[..], &b"claims"[..]));
    assert_eq!(repository.scans().find(b, scan.id).await.unwrap(), None);
    assert!(!repository.scans().erase(b, scan.id, at(11)).await.unwrap());
    assert!(!repository.scans().purged(a, scan.id).await.unwrap(), "it was not erased");
    assert!(repository.scans().get(a, scan.id).await.unwrap().is_some());
}

async fn one_holds_it_at_a_time_and_it_ends_once(backend: Backend) {
    let store = backend.open().await;
    let a = tenant(&store, "a").await;
    let scan = accept(&store, a, at(10)).await;
    let mut repository = store.begin().await.unwrap();
    let (first, second) = (lease(100), lease(300));
    assert_eq!(repository.scans().for_maintenance_claim(at(9), first).await.unwrap(), None, "not due yet");
    let row = repository.scans().for_maintenance_claim(at(20), first).await.unwrap().unwrap();
    assert_eq!((row.scan.id, row.attempts), (scan.id, 1));
    assert_eq!(repository.scans().for_maintenance_claim(at(99), second).await.unwrap(), None, "it is held");
    // Whoever held it is taken for dead; should they speak after all, nobody listens.
    let row = repository.scans().for_maintenance_claim(at(100), second).await.unwrap().unwrap();
    assert_eq!(row.attempts, 2);
    let done = approved(scan.clone(), at(120));
    assert!(!repository.scans().end(&done, first.owner, None, false).await.unwrap());
    assert!(repository.scans().end(&done, second.owner, Some(b"read".to_vec()), true).await.unwrap());
    assert!(!repository.scans().end(&done, second.owner, None, false).await.unwrap(), "once");
    let row = repository.scans().get(a, scan.id).await.unwrap().unwrap();
    assert_eq!((row.scan.state, row.has_facemap), (done.state, true));
    assert_eq!(row.sealed_reading.as_deref(), Some(&b"read"[..]));
    assert_eq!(repository.scans().for_maintenance_claim(at(900), lease(999)).await.unwrap(), None);
}

async fn what_is_given_back_did_not_count_and_waits(backend: Backend) {
    let store = backend.open().await;
    let a = tenant(&store, "a").await;
    let scan = accept(&store, a, at(10)).await;
    let mut repository = store.begin().await.unwrap();
    let held = lease(100);
    repository.scans().for_maintenance_claim(at(20), held).await.unwrap().unwrap();
    assert!(
        !repository.scans().for_maintenance_release(scan.id, OsEntropy.uuid(), at(30), false).await.unwrap()
    );
    assert!(repository.scans().for_maintenance_release(scan.id, held.owner, at(30), false).await.unwrap());
    assert_eq!(repository.scans().for_maintenance_claim(at(29), lease(99)).await.unwrap(), None);
    let again = lease(99);
    let row = repository.scans().for_maintenance_claim(at(30), again).await.unwrap().unwrap();
    assert_eq!(row.attempts, 1);
    let renewed = Lease { until: at(200), ..again };
    assert!(repository.scans().for_maintenance_renew(scan.id, renewed).await.unwrap());
    assert!(!repository.scans().for_maintenance_renew(scan.id, held).await.unwrap());
    assert_eq!(repository.scans().for_maintenance_claim(at(150), lease(300)).await.unwrap(), None);
    assert!(repository.scans().for_maintenance_release(scan.id, again.owner, at(160), true).await.unwrap());
    let row = repository.scans().for_maintenance_claim(at(160), lease(300)).await.unwrap().unwrap();
    assert_eq!(row.attempts, 2);
}

async fn a_tombstone_keeps_the_result_and_no_person(backend: Backend) {
    let store = backend.open().await;
    let a = tenant(&store, "a").await;
    let scan = accept(&store, a, at(10)).await;
    let mut repository = store.begin().await.unwrap();
    let held = lease(100);
    repository.scans().for_maintenance_claim(at(20), held).await.unwrap().unwrap();
    let done = approved(scan.clone(), at(30));
    assert!(repository.scans().end(&done, held.owner, None, false).await.unwrap());
    assert_eq!(repository.scans().for_maintenance_expired(at(1_009), 9).await.unwrap(), []);
    assert_eq!(repository.scans().for_maintenance_expired(at(1_010), 9).await.unwrap(), [(a, scan.id)]);
    assert!(repository.scans().erase(a, scan.id, at(40)).await.unwrap());
    assert!(!repository.scans().erase(a, scan.id, at(41)).await.unwrap());
    // Its pictures are looked for until they are known to be gone.
    assert_eq!(repository.scans().for_maintenance_unpurged(9).await.unwrap(), [(a, scan.id)]);
    assert!(!repository.scans().purged(TenantId::random(&OsEntropy), scan.id).await.unwrap());
    assert!(repository.scans().purged(a, scan.id).await.unwrap());
    assert!(!repository.scans().purged(a, scan.id).await.unwrap());
    assert_eq!(repository.scans().for_maintenance_unpurged(9).await.unwrap(), []);
    assert_eq!(repository.scans().for_maintenance_expired(at(2_000), 9).await.unwrap(), []);
    assert_eq!(repository.scans().get(a, scan.id).await.unwrap(), None);
    let Some(ScanFound::Erased(stone)) = repository.scans().find(a, scan.id).await.unwrap() else {
        panic!("no tombstone");
    };
    let ScanState::Decided(decision) = done.state else { panic!("it was decided") };
    assert_eq!((stone.decision, stone.erased_at), (Some(decision), at(40)));
    repository.save().await.unwrap();
    drop(store);
    // What PostgreSQL's files hold is not for us to read; `find` above showed the row.
    let Some(folder) = backend.folder else { return };
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = match std::fs::read(entry.unwrap().path()) {
            Ok(bytes) => bytes,
            // The connection that closes behind the store takes its journal away.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => panic!("{error}"),
        };
        for marker in [&b"order 7"[..], b"claims", b"a.example"] {
            // The names of columns are in the schema.
            let found = bytes.windows(marker.len()).filter(|window| *window == marker).count();
            assert!(found <= usize::from(marker == b"claims"), "{}", String::from_utf8_lossy(marker));
        }
    }
}

async fn an_erased_scan_is_worked_on_by_nobody(backend: Backend) {
    let store = backend.open().await;
    let a = tenant(&store, "a").await;
    let scan = accept(&store, a, at(10)).await;
    let mut repository = store.begin().await.unwrap();
    let held = lease(100);
    repository.scans().for_maintenance_claim(at(20), held).await.unwrap().unwrap();
    assert!(repository.scans().erase(a, scan.id, at(25)).await.unwrap());
    let done = approved(scan, at(30));
    assert!(!repository.scans().end(&done, held.owner, None, false).await.unwrap());
    assert_eq!(repository.scans().for_maintenance_claim(at(500), lease(600)).await.unwrap(), None);
}

async fn several_who_look_at_once_are_given_each_their_own(backend: Backend) {
    let first = backend.open().await;
    // A file of SQLite serves one process.
    let second = if backend.folder.is_some() { first.clone() } else { backend.open().await };
    let stores = [first, second];
    let a = tenant(&stores[0], "a").await;
    let mut waiting = BTreeSet::new();
    for _ in 0..40 {
        waiting.insert(accept(&stores[0], a, at(10)).await.id.as_uuid());
    }
    let takers: Vec<_> = (0..8)
        .map(|taker| {
            let store = stores[taker % 2].clone();
            tokio::spawn(async move {
                let mut taken = Vec::new();
                loop {
                    let mut repository = store.begin().await.unwrap();
                    let row = repository.scans().for_maintenance_claim(at(20), lease(1_000)).await.unwrap();
                    let Some(row) = row else { return taken };
                    repository.save().await.unwrap();
                    taken.push(row.scan.id.as_uuid());
                }
            })
        })
        .collect();
    let mut taken = Vec::new();
    for taker in takers {
        taken.extend(taker.await.unwrap());
    }
    assert_eq!(taken.len(), waiting.len(), "each once");
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>(), waiting);
}

backends!(sqlite, postgres: {
    a_scan_comes_back_as_it_was_and_to_its_tenant_alone,
    one_holds_it_at_a_time_and_it_ends_once,
    what_is_given_back_did_not_count_and_waits,
    a_tombstone_keeps_the_result_and_no_person,
    an_erased_scan_is_worked_on_by_nobody,
    several_who_look_at_once_are_given_each_their_own,
});
