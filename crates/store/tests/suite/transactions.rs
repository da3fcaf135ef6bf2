//! What must hold of transactions in a store, once for every backend.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::backend::Backend;
use selfsame_domain::document::{DocumentType, FaceProblem, WantedFields};
use selfsame_domain::transaction::workflow::{WorkflowRef, WorkflowVerdict};
use selfsame_domain::transaction::{
    CallbackGranularity, Capability, CapabilityResult, Decision, NewTransaction, Outcome, PartRole,
    PictureFormat, Results, Standing, Transaction, TransactionState,
};
use selfsame_domain::{CallbackTarget, Entropy as _, OsEntropy, Tenant, TenantId, Timestamp, TransactionId};
use selfsame_store::{Lease, Store, TransactionFilter, TransactionFound};

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

fn workflow() -> WorkflowRef {
    WorkflowRef { key: "document".to_owned(), version: 1 }
}

/// The results of a document that passed, and of a face that was not compared.
fn examined() -> Results {
    let result = |capability, standing| CapabilityResult {
        capability,
        standing,
        refusals: Vec::new(),
        problem: Some(FaceProblem::NoFace).filter(|_| standing == Standing::NotExecuted),
    };
    let results = vec![
        result(Capability::Similarity, Standing::NotExecuted),
        result(Capability::Usability, Standing::Passed),
    ];
    Results { results, mrz_verified: true }
}

async fn accept(store: &Store, tenant: TenantId, now: Timestamp) -> Transaction {
    let request = NewTransaction {
        reference: "order 7".to_owned(),
        reporting_criteria: Some("campaign".to_owned()),
        customer_id: None,
        country: "UTO".to_owned(),
        kind: DocumentType::Passport,
        fields: WantedFields::READ,
        mrz_check: true,
        callback: Some(CallbackTarget { url: "https://a.example/x".to_owned(), dialect: "d".to_owned() }),
        granularity: CallbackGranularity::OnAllSteps,
        consent: None,
        pictures: vec![(PartRole::Front, PictureFormat::Png)],
        keeps_portrait: true,
    };
    let id = TransactionId::random(&OsEntropy);
    let transaction = Transaction::accept(id, tenant, request, now, Duration::from_millis(1_000));
    let mut repository = store.begin().await.unwrap();
    repository.transactions().add(&transaction, &workflow(), b"key", b"claims").await.unwrap();
    repository.save().await.unwrap();
    transaction
}

fn lease(until: i64) -> Lease {
    Lease { owner: OsEntropy.uuid(), until: at(until) }
}

fn approved(transaction: Transaction, now: Timestamp) -> Transaction {
    transaction
        .decide(Decision { outcome: Outcome::Approved, face: None, mrz_verified: true, at: now })
        .unwrap()
}

async fn a_transaction_comes_back_as_it_was_and_to_its_tenant_alone(backend: Backend) {
    let store = backend.open().await;
    let (a, b) = (tenant(&store, "a").await, tenant(&store, "b").await);
    let transaction = accept(&store, a, at(10)).await;
    let mut repository = store.begin().await.unwrap();
    let row = repository.transactions().get(a, transaction.id).await.unwrap().unwrap();
    assert_eq!((&row.transaction, row.attempts, row.has_facemap), (&transaction, 0, false));
    assert_eq!((row.wrapped_key.as_slice(), row.sealed_claims.as_slice()), (&b"key"[..], &b"claims"[..]));
    assert_eq!(repository.transactions().find(b, transaction.id).await.unwrap(), None);
    assert!(!repository.transactions().erase(b, transaction.id, at(11)).await.unwrap());
    assert!(!repository.transactions().purged(a, transaction.id).await.unwrap(), "it was not erased");
    assert!(repository.transactions().get(a, transaction.id).await.unwrap().is_some());
}

async fn one_holds_it_at_a_time_and_it_ends_once(backend: Backend) {
    let store = backend.open().await;
    let a = tenant(&store, "a").await;
    let transaction = accept(&store, a, at(10)).await;
    let mut repository = store.begin().await.unwrap();
    let (first, second) = (lease(100), lease(300));
    assert_eq!(
        repository.transactions().for_maintenance_claim(at(9), first, &[]).await.unwrap(),
        None,
        "not due yet"
    );
    let row = repository.transactions().for_maintenance_claim(at(20), first, &[]).await.unwrap().unwrap();
    assert_eq!((row.transaction.id, row.attempts), (transaction.id, 1));
    assert_eq!(
        repository.transactions().for_maintenance_claim(at(99), second, &[]).await.unwrap(),
        None,
        "it is held"
    );
    // Whoever held it is taken for dead; should they speak after all, nobody listens.
    let row = repository.transactions().for_maintenance_claim(at(100), second, &[]).await.unwrap().unwrap();
    assert_eq!(row.attempts, 2);
    let done = approved(transaction.clone(), at(120));
    assert!(
        !repository
            .transactions()
            .end(&done, first.owner, (&Results::default(), None), (None, false))
            .await
            .unwrap()
    );
    assert!(
        repository
            .transactions()
            .end(
                &done,
                second.owner,
                (&examined(), Some(WorkflowVerdict::Passed)),
                (Some(b"read".to_vec()), true)
            )
            .await
            .unwrap()
    );
    assert!(
        !repository
            .transactions()
            .end(&done, second.owner, (&Results::default(), None), (None, false))
            .await
            .unwrap(),
        "once"
    );
    let row = repository.transactions().get(a, transaction.id).await.unwrap().unwrap();
    assert_eq!((row.transaction.state, row.has_facemap), (done.state, true));
    assert_eq!(row.sealed_reading.as_deref(), Some(&b"read"[..]));
    assert_eq!(
        repository.transactions().for_maintenance_claim(at(900), lease(999), &[]).await.unwrap(),
        None
    );
}

async fn what_is_given_back_did_not_count_and_waits(backend: Backend) {
    let store = backend.open().await;
    let a = tenant(&store, "a").await;
    let transaction = accept(&store, a, at(10)).await;
    let mut repository = store.begin().await.unwrap();
    let held = lease(100);
    repository.transactions().for_maintenance_claim(at(20), held, &[]).await.unwrap().unwrap();
    assert!(
        !repository
            .transactions()
            .for_maintenance_release(transaction.id, OsEntropy.uuid(), at(30), false)
            .await
            .unwrap()
    );
    assert!(
        repository
            .transactions()
            .for_maintenance_release(transaction.id, held.owner, at(30), false)
            .await
            .unwrap()
    );
    assert_eq!(repository.transactions().for_maintenance_claim(at(29), lease(99), &[]).await.unwrap(), None);
    let again = lease(99);
    let row = repository.transactions().for_maintenance_claim(at(30), again, &[]).await.unwrap().unwrap();
    assert_eq!(row.attempts, 1);
    let renewed = Lease { until: at(200), ..again };
    assert!(repository.transactions().for_maintenance_renew(transaction.id, renewed).await.unwrap());
    assert!(!repository.transactions().for_maintenance_renew(transaction.id, held).await.unwrap());
    assert_eq!(
        repository.transactions().for_maintenance_claim(at(150), lease(300), &[]).await.unwrap(),
        None
    );
    assert!(
        repository
            .transactions()
            .for_maintenance_release(transaction.id, again.owner, at(160), true)
            .await
            .unwrap()
    );
    let row =
        repository.transactions().for_maintenance_claim(at(160), lease(300), &[]).await.unwrap().unwrap();
    assert_eq!(row.attempts, 2);
}

async fn a_tombstone_keeps_the_result_and_no_person(backend: Backend) {
    let store = backend.open().await;
    let a = tenant(&store, "a").await;
    let transaction = accept(&store, a, at(10)).await;
    let mut repository = store.begin().await.unwrap();
    let held = lease(100);
    repository.transactions().for_maintenance_claim(at(20), held, &[]).await.unwrap().unwrap();
    let done = approved(transaction.clone(), at(30));
    assert!(
        repository
            .transactions()
            .end(&done, held.owner, (&Results::default(), None), (None, false))
            .await
            .unwrap()
    );
    assert_eq!(repository.transactions().for_maintenance_expired(at(1_009), 9).await.unwrap(), []);
    assert_eq!(
        repository.transactions().for_maintenance_expired(at(1_010), 9).await.unwrap(),
        [(a, transaction.id)]
    );
    assert!(repository.transactions().erase(a, transaction.id, at(40)).await.unwrap());
    assert!(!repository.transactions().erase(a, transaction.id, at(41)).await.unwrap());
    // Its pictures are looked for until they are known to be gone.
    assert_eq!(repository.transactions().for_maintenance_unpurged(9).await.unwrap(), [(a, transaction.id)]);
    assert!(!repository.transactions().purged(TenantId::random(&OsEntropy), transaction.id).await.unwrap());
    assert!(repository.transactions().purged(a, transaction.id).await.unwrap());
    assert!(!repository.transactions().purged(a, transaction.id).await.unwrap());
    assert_eq!(repository.transactions().for_maintenance_unpurged(9).await.unwrap(), []);
    assert_eq!(repository.transactions().for_maintenance_expired(at(2_000), 9).await.unwrap(), []);
    assert_eq!(repository.transactions().get(a, transaction.id).await.unwrap(), None);
    let Some(TransactionFound::Erased(stone)) =
        repository.transactions().find(a, transaction.id).await.unwrap()
    else {
        panic!("no tombstone");
    };
    let TransactionState::Decided(decision) = done.state else { panic!("it was decided") };
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

async fn an_erased_transaction_is_worked_on_by_nobody(backend: Backend) {
    let store = backend.open().await;
    let a = tenant(&store, "a").await;
    let transaction = accept(&store, a, at(10)).await;
    let mut repository = store.begin().await.unwrap();
    let held = lease(100);
    repository.transactions().for_maintenance_claim(at(20), held, &[]).await.unwrap().unwrap();
    assert!(repository.transactions().erase(a, transaction.id, at(25)).await.unwrap());
    let done = approved(transaction, at(30));
    assert!(
        !repository
            .transactions()
            .end(&done, held.owner, (&Results::default(), None), (None, false))
            .await
            .unwrap()
    );
    assert_eq!(
        repository.transactions().for_maintenance_claim(at(500), lease(600), &[]).await.unwrap(),
        None
    );
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
                    let row = repository
                        .transactions()
                        .for_maintenance_claim(at(20), lease(1_000), &[])
                        .await
                        .unwrap();
                    let Some(row) = row else { return taken };
                    repository.save().await.unwrap();
                    taken.push(row.transaction.id.as_uuid());
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

async fn a_tenant_that_is_served_lets_others_go_first(backend: Backend) {
    let store = backend.open().await;
    let [many, few] = [tenant(&store, "many").await, tenant(&store, "few").await];
    for _ in 0..3 {
        accept(&store, many, at(10)).await;
    }
    accept(&store, few, at(20)).await;
    let mut repository = store.begin().await.unwrap();
    assert_eq!(repository.transactions().waiting(many).await.unwrap(), 3);
    let mut whose = Vec::new();
    for served in [&[][..], &[many], &[many, few], &[]] {
        let claimed =
            repository.transactions().for_maintenance_claim(at(30), lease(99), served).await.unwrap();
        whose.push(claimed.map(|row| row.transaction.tenant_id));
    }
    assert_eq!(whose, [Some(many), Some(few), None, Some(many)]);
    assert_eq!(
        repository.transactions().waiting(few).await.unwrap(),
        1,
        "one that is looked at waits as well"
    );
}

async fn results_come_back_in_their_order_and_to_its_tenant_alone(backend: Backend) {
    let store = backend.open().await;
    let (a, b) = (tenant(&store, "a").await, tenant(&store, "b").await);
    let transaction = accept(&store, a, at(10)).await;
    let mut repository = store.begin().await.unwrap();
    let held = lease(100);
    assert!(repository.transactions().results(a, transaction.id).await.unwrap().is_empty());
    repository.transactions().for_maintenance_claim(at(20), held, &[]).await.unwrap().unwrap();
    let done = approved(transaction.clone(), at(21));
    let verdict = Some(WorkflowVerdict::Passed);
    assert!(
        repository
            .transactions()
            .end(&done, held.owner, (&examined(), verdict), (None, false))
            .await
            .unwrap()
    );
    let found = repository.transactions().results(a, transaction.id).await.unwrap();
    let expected: Vec<_> = examined().results.into_iter().rev().collect();
    assert_eq!(found, expected);
    assert!(repository.transactions().results(b, transaction.id).await.unwrap().is_empty());
    let (listed, _) =
        repository.transactions().list(a, &TransactionFilter::default(), None, 9).await.unwrap();
    assert_eq!(listed[0].verdict.as_deref(), Some("PASSED"));
    assert!(repository.transactions().erase(a, transaction.id, at(30)).await.unwrap());
    assert!(repository.transactions().results(a, transaction.id).await.unwrap().is_empty());
}

/// Pages through a list and gives the ids in its order.
async fn paged(store: &Store, tenant: TenantId, filter: &TransactionFilter, most: u64) -> Vec<TransactionId> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let mut repository = store.begin().await.unwrap();
        let (page, next) = repository.transactions().list(tenant, filter, after, most).await.unwrap();
        assert!(page.len() as u64 <= most);
        found.extend(page.iter().map(|listed| listed.id));
        match next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

async fn lists_are_filtered_and_paged_without_a_gap(backend: Backend) {
    let store = backend.open().await;
    let (a, b) = (tenant(&store, "a").await, tenant(&store, "b").await);
    let mut all = Vec::new();
    // Several of one moment: their ids decide.
    for n in 0..23 {
        all.push(accept(&store, a, at(10 + n / 4)).await);
    }
    accept(&store, b, at(11)).await;
    all.sort_by_key(|one| std::cmp::Reverse((one.created_at, one.id.as_uuid())));
    let ids: Vec<_> = all.iter().map(|one| one.id).collect();
    let any = TransactionFilter::default();
    for most in [1, 4, 5, 23, 100] {
        assert_eq!(paged(&store, a, &any, most).await, ids, "{most}");
    }
    let erased = all[3].id;
    let mut repository = store.begin().await.unwrap();
    assert!(repository.transactions().erase(a, erased, at(40)).await.unwrap());
    repository.save().await.unwrap();
    let text = |text: &str| Some(text.to_owned());
    for (filter, expected) in [
        (TransactionFilter { reference: text("order 7"), ..any.clone() }, 22),
        (TransactionFilter { reference: text("order"), ..any.clone() }, 0),
        (TransactionFilter { customer: text("order 7"), ..any.clone() }, 0),
        (TransactionFilter { state: text("pending"), ..any.clone() }, 22),
        (TransactionFilter { state: text("erased"), ..any.clone() }, 1),
        (TransactionFilter { state: text("' OR 1=1 --"), ..any.clone() }, 0),
        (TransactionFilter { workflow: text("document"), ..any.clone() }, 23),
        (TransactionFilter { created_from: Some(at(12)), ..any.clone() }, 15),
        (TransactionFilter { created_before: Some(at(12)), ..any.clone() }, 8),
        (TransactionFilter { created_from: Some(at(11)), created_before: Some(at(12)), ..any.clone() }, 4),
    ] {
        assert_eq!(paged(&store, a, &filter, 5).await.len(), expected, "{filter:?}");
    }
    let mut repository = store.begin().await.unwrap();
    let filter = TransactionFilter { state: text("erased"), ..any };
    let (listed, next) = repository.transactions().list(a, &filter, None, 5).await.unwrap();
    assert!(next.is_none() && listed[0].id == erased);
    assert!(listed[0].reference.is_none() && listed[0].country.is_none(), "a tombstone names nobody");
}

backends!(sqlite, postgres: {
    results_come_back_in_their_order_and_to_its_tenant_alone,
    lists_are_filtered_and_paged_without_a_gap,
    a_transaction_comes_back_as_it_was_and_to_its_tenant_alone,
    one_holds_it_at_a_time_and_it_ends_once,
    what_is_given_back_did_not_count_and_waits,
    a_tombstone_keeps_the_result_and_no_person,
    an_erased_transaction_is_worked_on_by_nobody,
    several_who_look_at_once_are_given_each_their_own,
    a_tenant_that_is_served_lets_others_go_first,
});
