//! What must hold of the audit trail in a store, once for every backend: whatever somebody does to its rows is found.

use selfsame_domain::audit::chain::{ChainKey, Check, Fault, FaultKind, Head};
use selfsame_domain::audit::{Action, Actor, Digest, Event, Origin, Subject, SubjectKind};
use selfsame_domain::{CredentialId, OsEntropy, SessionId, TenantId, Timestamp};
use selfsame_store::{AuditFilter, AuditOrder, Pruned, Store, StoreError};
use sha2::{Digest as _, Sha256};

use crate::backend::Backend;

/// Keyed by putting the key in front: enough where nobody extends what was hashed.
struct Key(&'static str);

impl ChainKey for Key {
    fn tag(&self, message: &[u8]) -> Digest {
        Sha256::new().chain_update(self.0).chain_update(message).finalize().into()
    }
}

const KEY: Key = Key("of the server");

fn at(number: i64) -> Timestamp {
    Timestamp::from_millis(number)
}

fn event(session: SessionId) -> Event {
    let address = "2001:db8::7".parse().unwrap();
    let by = Origin::credential(CredentialId::random(&OsEntropy), Some(address));
    Event::new(by, Action::BiometricRead).about(session).coded("face_image")
}

async fn append(store: &Store, tenant: Option<TenantId>, now: Timestamp, event: Event) {
    let mut repository = store.begin().await.unwrap();
    repository.audit().append(&KEY, tenant, now, event).await.unwrap();
    repository.save().await.unwrap();
}

/// A chain of six entries, written at 1 to 6.
async fn six(store: &Store) -> TenantId {
    let tenant = TenantId::random(&OsEntropy);
    for number in 1..=6 {
        append(store, Some(tenant), at(number), event(SessionId::random(&OsEntropy))).await;
    }
    tenant
}

async fn check(store: &Store, tenant: Option<TenantId>) -> Result<u64, Fault> {
    let mut repository = store.begin().await.unwrap();
    let head = repository.audit().head(tenant).await.unwrap().unwrap();
    let mut check = Check::begin(&KEY, head)?;
    let order = AuditOrder::OldestFirst { after: 0 };
    let rows = repository.audit().list(tenant, &AuditFilter::default(), order, 99).await.unwrap();
    rows.iter().try_for_each(|row| check.step(row))?;
    check.end().map(|()| rows.len() as u64)
}

/// What a chain of six entries is found to be after statements of somebody who can write to the database.
async fn after(backend: &Backend, statements: &[&str]) -> Result<u64, Fault> {
    let store = backend.open().await;
    let tenant = six(&store).await;
    assert_eq!(check(&store, Some(tenant)).await, Ok(6));
    drop(store);
    let chain = if backend.folder.is_some() {
        // As SQLite has it.
        format!("x'{}'", tenant.as_uuid().simple())
    } else {
        format!("'{tenant}'")
    };
    for statement in statements {
        backend.tamper(&format!("{statement} AND chain = {chain}")).await;
    }
    check(&backend.open().await, Some(tenant)).await
}

fn fault(sequence: u64, kind: FaultKind) -> Result<u64, Fault> {
    Err(Fault { sequence, kind })
}

async fn an_altered_row_is_found(backend: Backend) {
    for change in [
        "at = 7",
        "actor_id = NULL, actor = 'operator'",
        "action = 'document.read'",
        "subject = 'identity'",
        "subject_id = 'another'",
        "outcome = 'refused'",
        "code = NULL",
        "count = 2",
        "address = '2001:db8::8'",
    ] {
        let statement = format!("UPDATE audit_entries SET {change} WHERE sequence = 3");
        assert_eq!(after(&backend, &[&statement]).await, fault(3, FaultKind::Altered), "{change}");
    }
    for (column, value) in [("action", "'unheard.of'"), ("address", "'nowhere'"), ("count", "-1")] {
        let statement = format!("UPDATE audit_entries SET {column} = {value} WHERE sequence = 3");
        assert_eq!(after(&backend, &[&statement]).await, fault(3, FaultKind::Unreadable(column)));
    }
}

async fn a_removed_row_is_found(backend: Backend) {
    for sequence in [1, 4, 6] {
        let statement = format!("DELETE FROM audit_entries WHERE sequence = {sequence}");
        assert_eq!(after(&backend, &[&statement]).await, fault(sequence, FaultKind::Missing));
    }
    // With the rest moved up, and the head set back to the last that is left.
    let moved = [
        "DELETE FROM audit_entries WHERE sequence = 5",
        "UPDATE audit_entries SET sequence = 5 WHERE sequence = 6",
    ];
    assert_eq!(after(&backend, &moved).await, fault(5, FaultKind::Misplaced));
    let cut = [
        "DELETE FROM audit_entries WHERE sequence = 6",
        "UPDATE audit_heads SET sequence = 5, hash = (SELECT hash FROM audit_entries AS kept WHERE kept.sequence = 5 AND kept.chain = audit_heads.chain) WHERE sequence = 6",
    ];
    assert_eq!(after(&backend, &cut).await, fault(5, FaultKind::HeadAltered));
}

async fn rows_in_another_order_are_found(backend: Backend) {
    let swapped = [
        "UPDATE audit_entries SET sequence = 100 WHERE sequence = 2",
        "UPDATE audit_entries SET sequence = 2 WHERE sequence = 4",
        "UPDATE audit_entries SET sequence = 4 WHERE sequence = 100",
    ];
    assert_eq!(after(&backend, &swapped).await, fault(2, FaultKind::Misplaced));
}

async fn an_inserted_row_is_found(backend: Backend) {
    const COPY: &str = "INSERT INTO audit_entries SELECT chain, NUMBER, at, actor, actor_id, action, subject, subject_id, outcome, code, count, address, previous, hash FROM audit_entries WHERE sequence = 3";
    let copy = |number: &str| COPY.replace("NUMBER", number);
    assert_eq!(after(&backend, &[&copy("7")]).await, fault(7, FaultKind::Surplus));
    // In between, with the rest moved on.
    let statements = [
        "UPDATE audit_entries SET sequence = 7 WHERE sequence = 6",
        "UPDATE audit_entries SET sequence = 6 WHERE sequence = 5",
        "UPDATE audit_entries SET sequence = 5 WHERE sequence = 4",
        &copy("4"),
    ];
    assert_eq!(after(&backend, &statements).await, fault(4, FaultKind::Misplaced));
}

async fn one_flipped_bit_is_found(backend: Backend) {
    for (column, kind) in [("hash", FaultKind::Altered), ("previous", FaultKind::Misplaced)] {
        let store = backend.open().await;
        let tenant = six(&store).await;
        let mut repository = store.begin().await.unwrap();
        let order = AuditOrder::OldestFirst { after: 3 };
        let rows = repository.audit().list(Some(tenant), &AuditFilter::default(), order, 1).await.unwrap();
        let selfsame_domain::audit::chain::Stored::Entry(entry) = &rows[0] else { panic!("readable") };
        let mut digest = if column == "hash" { entry.hash } else { entry.previous };
        digest[17] ^= 0b0000_1000;
        let hexadecimal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        drop((repository, store));
        let (literal, chain) = if backend.folder.is_some() {
            (format!("x'{hexadecimal}'"), format!("x'{}'", tenant.as_uuid().simple()))
        } else {
            (format!("'\\x{hexadecimal}'"), format!("'{tenant}'"))
        };
        let place = format!("sequence = 4 AND chain = {chain}");
        backend.tamper(&format!("UPDATE audit_entries SET {column} = {literal} WHERE {place}")).await;
        assert_eq!(check(&backend.open().await, Some(tenant)).await, fault(4, kind));
    }
}

async fn nothing_is_appended_behind_an_altered_head(backend: Backend) {
    let store = backend.open().await;
    let tenant = six(&store).await;
    drop(store);
    backend.tamper("UPDATE audit_heads SET sequence = 5 WHERE sequence = 6").await;
    let store = backend.open().await;
    let mut repository = store.begin().await.unwrap();
    let event = event(SessionId::random(&OsEntropy));
    let error = repository.audit().append(&KEY, Some(tenant), at(9), event.clone()).await.unwrap_err();
    assert!(matches!(error, StoreError::AuditHead), "{error}");
    drop(repository);
    // Nor by somebody with another key, to a chain that is whole.
    let tenant = six(&store).await;
    let mut repository = store.begin().await.unwrap();
    let error = repository.audit().append(&Key("of another"), Some(tenant), at(9), event).await.unwrap_err();
    assert!(matches!(error, StoreError::AuditHead), "{error}");
}

async fn chains_of_tenants_are_counted(backend: Backend) {
    let store = backend.open().await;
    append(&store, None, at(1), Event::new(Origin::SERVER, Action::KeyCreated)).await;
    let tenants = [six(&store).await, six(&store).await];
    let mut repository = store.begin().await.unwrap();
    let heads = repository.audit().for_maintenance_heads().await.unwrap();
    let named: Vec<Option<TenantId>> = heads.iter().map(|head| head.tenant).collect();
    assert!(named.len() == 3 && tenants.iter().all(|tenant| named.contains(&Some(*tenant))));
    let server = heads.iter().find(|head| head.tenant.is_none()).unwrap();
    assert_eq!((server.chains, server.sequence, server.is_genuine(&KEY)), (2, 1, true));
    assert_eq!(repository.audit().for_maintenance_chains().await.unwrap().len(), 3);
    assert_eq!(repository.audit().for_maintenance_last(Some(tenants[0])).await.unwrap(), 6);
    assert_eq!(repository.audit().for_maintenance_last(Some(TenantId::random(&OsEntropy))).await.unwrap(), 0);
}

async fn what_is_rolled_back_leaves_no_gap(backend: Backend) {
    let store = backend.open().await;
    let tenant = six(&store).await;
    let mut repository = store.begin().await.unwrap();
    let event = event(SessionId::random(&OsEntropy));
    repository.audit().append(&KEY, Some(tenant), at(7), event.clone()).await.unwrap();
    drop(repository);
    append(&store, Some(tenant), at(8), event).await;
    assert_eq!(check(&store, Some(tenant)).await, Ok(7));
}

async fn entries_are_listed_by_what_is_asked(backend: Backend) {
    let store = backend.open().await;
    let (tenant, other) = (Some(six(&store).await), six(&store).await);
    let key = Event::new(Origin::OPERATOR, Action::KeyRotated).about(Subject::new(SubjectKind::Key, "audit"));
    append(&store, tenant, at(7), key.clone()).await;
    let mut repository = store.begin().await.unwrap();
    let mut listed = async |filter: AuditFilter, order: AuditOrder, most: u64| {
        let rows = repository.audit().list(tenant, &filter, order, most).await.unwrap();
        rows.iter().map(|row| row.sequence()).collect::<Vec<_>>()
    };
    let all = AuditFilter::default();
    let newest = |before| AuditOrder::NewestFirst { before };
    assert_eq!(listed(all.clone(), newest(None), 3).await, [7, 6, 5]);
    assert_eq!(listed(all.clone(), newest(Some(5)), 3).await, [4, 3, 2]);
    assert_eq!(listed(all.clone(), newest(Some(2)), 3).await, [1]);
    assert_eq!(listed(all.clone(), AuditOrder::OldestFirst { after: 5 }, 9).await, [6, 7]);
    let since = AuditFilter { since: Some(at(3)), until: Some(at(5)), ..all.clone() };
    assert_eq!(listed(since, newest(None), 9).await, [4, 3]);
    let action = AuditFilter { action: Some(Action::KeyRotated), ..all.clone() };
    assert_eq!(listed(action, newest(None), 9).await, [7]);
    let subject = AuditFilter { subject: Some("audit".to_owned()), ..all.clone() };
    assert_eq!(listed(subject, newest(None), 9).await, [7]);
    let rows = repository.audit().list(tenant, &all, newest(None), 1).await.unwrap();
    let selfsame_domain::audit::chain::Stored::Entry(entry) = &rows[0] else { panic!("readable") };
    assert_eq!((entry.tenant, entry.at, &entry.event), (tenant, at(7), &key));
    assert_eq!(entry.event.actor, Actor::Operator);
    let rows = repository.audit().list(Some(other), &all, newest(None), 9).await.unwrap();
    assert_eq!(rows.len(), 6);
}

async fn the_oldest_go_when_their_term_is_over_and_the_rest_stays_checked(backend: Backend) {
    let store = backend.open().await;
    let tenant = six(&store).await;
    let prune = async |before: i64, most: u64| {
        let mut repository = store.begin().await.unwrap();
        let pruned = repository.audit().prune(&KEY, Some(tenant), at(before), most).await.unwrap();
        repository.save().await.unwrap();
        pruned
    };
    let due = async |before: i64| {
        let mut repository = store.begin().await.unwrap();
        repository.audit().for_maintenance_due(at(before)).await.unwrap().len()
    };
    assert_eq!((due(1).await, due(2).await), (0, 1));
    assert_eq!(prune(1, 99).await, Pruned::Removed(0));
    assert_eq!(prune(5, 3).await, Pruned::Removed(3));
    assert_eq!(check(&store, Some(tenant)).await, Ok(3));
    assert_eq!(prune(5, 3).await, Pruned::Removed(1));
    assert_eq!(check(&store, Some(tenant)).await, Ok(2));
    assert_eq!(prune(99, 99).await, Pruned::Removed(2));
    assert_eq!(check(&store, Some(tenant)).await, Ok(0));
    append(&store, Some(tenant), at(9), event(SessionId::random(&OsEntropy))).await;
    assert_eq!(check(&store, Some(tenant)).await, Ok(1));
    let mut repository = store.begin().await.unwrap();
    let Head { sequence, pruned, .. } = repository.audit().head(Some(tenant)).await.unwrap().unwrap();
    assert_eq!((sequence, pruned), (7, 6));
}

async fn what_is_broken_is_not_removed(backend: Backend) {
    let store = backend.open().await;
    let tenant = six(&store).await;
    drop(store);
    backend.tamper("UPDATE audit_entries SET count = 9 WHERE sequence = 2").await;
    let store = backend.open().await;
    let mut repository = store.begin().await.unwrap();
    let pruned = repository.audit().prune(&KEY, Some(tenant), at(99), 99).await.unwrap();
    assert_eq!(pruned, Pruned::Broken(Fault { sequence: 2, kind: FaultKind::Altered }));
    assert_eq!(repository.audit().for_maintenance_last(Some(tenant)).await.unwrap(), 6);
}

backends!(sqlite, postgres: {
    an_altered_row_is_found,
    a_removed_row_is_found,
    rows_in_another_order_are_found,
    an_inserted_row_is_found,
    one_flipped_bit_is_found,
    nothing_is_appended_behind_an_altered_head,
    chains_of_tenants_are_counted,
    what_is_rolled_back_leaves_no_gap,
    entries_are_listed_by_what_is_asked,
    the_oldest_go_when_their_term_is_over_and_the_rest_stays_checked,
    what_is_broken_is_not_removed,
});
