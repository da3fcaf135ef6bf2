//! What must hold of scans in a store.

#![expect(clippy::unwrap_used, reason = "in a test, panicking is how to fail")]

use std::time::Duration;

use selfsame_domain::scan::{
    CallbackGranularity, Decision, IdKind, NewScan, Outcome, PictureFormat, Scan, ScanFields, ScanSide,
    ScanState,
};
use selfsame_domain::{CallbackTarget, Entropy as _, OsEntropy, ScanId, Tenant, TenantId, Timestamp};
use selfsame_store::{Lease, ScanFound, Store, StoreSettings};

async fn store() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("test.sqlite3").display());
    (Store::open(&StoreSettings { url }).await.unwrap(), folder)
}

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

#[tokio::test]
async fn a_scan_comes_back_as_it_was_and_to_its_tenant_alone() {
    let (store, _folder) = store().await;
    let (a, b) = (tenant(&store, "a").await, tenant(&store, "b").await);
    let scan = accept(&store, a, at(10)).await;
    let mut repository = store.begin().await.unwrap();
    let row = repository.scans().get(a, scan.id).await.unwrap().unwrap();
    assert_eq!((&row.scan, row.attempts, row.has_facemap), (&scan, 0, false));
    assert_eq!((row.wrapped_key.as_slice(), row.sealed_claims.as_slice()), (&b"key"[..], &b"claims"[..]));
    assert_eq!(repository.scans().find(b, scan.id).await.unwrap(), None);
    assert!(!repository.scans().erase(b, scan.id, at(11)).await.unwrap());
    assert!(repository.scans().get(a, scan.id).await.unwrap().is_some());
}

#[tokio::test]
async fn one_holds_it_at_a_time_and_it_ends_once() {
    let (store, _folder) = store().await;
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

#[tokio::test]
async fn what_is_given_back_did_not_count_and_waits() {
    let (store, _folder) = store().await;
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

#[tokio::test]
async fn a_tombstone_keeps_the_result_and_no_person() {
    let (store, folder) = store().await;
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
    assert_eq!(repository.scans().for_maintenance_expired(at(2_000), 9).await.unwrap(), []);
    assert_eq!(repository.scans().get(a, scan.id).await.unwrap(), None);
    let Some(ScanFound::Erased(stone)) = repository.scans().find(a, scan.id).await.unwrap() else {
        panic!("no tombstone");
    };
    let ScanState::Decided(decision) = done.state else { panic!("it was decided") };
    assert_eq!((stone.decision, stone.erased_at), (Some(decision), at(40)));
    repository.save().await.unwrap();
    drop(store);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for marker in [&b"order 7"[..], b"claims", b"a.example"] {
            // The names of columns are in the schema.
            let found = bytes.windows(marker.len()).filter(|window| *window == marker).count();
            assert!(found <= usize::from(marker == b"claims"), "{}", String::from_utf8_lossy(marker));
        }
    }
}

#[tokio::test]
async fn an_erased_scan_is_worked_on_by_nobody() {
    let (store, _folder) = store().await;
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
