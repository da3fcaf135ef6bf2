//! What must hold of a store, once for every backend: `backend!` stamps the suite.

#![expect(clippy::unwrap_used, reason = "in a test, panicking is how to fail")]

#[macro_use]
mod backend;
mod audit;
mod outbox;
mod tenants;
mod transactions;

use std::time::Duration;

use backend::Backend;
use selfsame_domain::{
    BestImage, BioSession, CallbackEvent, CallbackTarget, Clock, Entropy as _, Face, FaceId, FaceImageType,
    FaceQuality, FailedAttempts, LivenessMode, LivenessReport, LivenessStatus, LockoutParams, NewBioSession,
    OsEntropy, Personal, Point, Rect, SecurityLevel, SessionId, StoredRecording, SystemClock, Tenant,
    TenantId, Timestamp, Verdict,
};
use selfsame_store::{NewOutboxEntry, SealedSecret, Store, api_key_hash};

fn now() -> Timestamp {
    SystemClock.now()
}

async fn tenant(store: &Store, name: &str) -> TenantId {
    let tenant = Tenant { id: TenantId::random(&OsEntropy), name: name.to_owned(), created_at: now() };
    let mut repository = store.begin().await.unwrap();
    repository.tenants().add(&tenant).await.unwrap();
    repository.save().await.unwrap();
    tenant.id
}

fn target() -> CallbackTarget {
    CallbackTarget { url: "https://bank.example.com/hook?a=1".to_owned(), dialect: "bioserver".to_owned() }
}

/// That the session is decided, for its integrator.
fn news(session: &BioSession) -> NewOutboxEntry {
    NewOutboxEntry {
        tenant_id: session.tenant_id,
        subject_id: session.id.as_uuid(),
        event: CallbackEvent::SESSION_DECIDED,
        target: target(),
        receiver: "https://bank.example.com".to_owned(),
    }
}

fn session(tenant: TenantId) -> BioSession {
    let request = NewBioSession {
        mode: LivenessMode::Passive,
        security_level: SecurityLevel::Medium,
        challenges: 2,
        correlation_id: Some("order-1".to_owned()),
        evidence_id: None,
        callback: Some(target()),
        image_storage: true,
    };
    BioSession::open(SessionId::random(&OsEntropy), tenant, request, now(), Duration::from_secs(60))
}

fn face(session: &BioSession) -> Face {
    Face {
        id: FaceId::random(&OsEntropy),
        tenant_id: session.tenant_id,
        session_id: session.id,
        friendly_name: Some(Personal::new("selfie".to_owned())),
        digest: "ab".repeat(32),
        mode: "TEST_1".to_owned(),
        image_type: FaceImageType::IdDocument,
        quality: FaceQuality(142.5),
        image_size: (1280, 720),
        bounds: Rect { x: 1.5, y: 2.0, width: 300.0, height: 400.25 },
        eyes: [Point { x: 10.0, y: 20.0 }, Point { x: 90.0, y: 21.0 }],
        has_image: true,
        created_at: now(),
    }
}

fn verdict(face: &Face) -> Verdict {
    Verdict {
        status: LivenessStatus::Success,
        diagnostic: None,
        best_image: Some(BestImage { face_id: face.id, size: face.image_size, bounds: face.bounds }),
        recording: Some(StoredRecording { hash: "ab".to_owned() }),
        report: LivenessReport { frames_tracked: 17, ..LivenessReport::default() },
        decided_at: now(),
    }
}

async fn add(store: &Store, session: &BioSession) {
    let mut repository = store.begin().await.unwrap();
    repository.sessions().add(session, b"wrapped").await.unwrap();
    repository.save().await.unwrap();
}

async fn reads_back_what_was_written(backend: Backend) {
    let store = backend.open().await;
    let session = session(tenant(&store, "a").await);
    add(&store, &session).await;
    let face = face(&session);
    let claimed = session.clone().claim(now()).unwrap();
    let decided = claimed.clone().decide(verdict(&face)).unwrap();
    let mut repository = store.begin().await.unwrap();
    assert!(repository.sessions().transition(&session, &claimed).await.unwrap());
    assert_eq!(
        repository.sessions().get(session.tenant_id, session.id).await.unwrap(),
        Some(claimed.clone())
    );
    assert!(repository.sessions().transition(&claimed, &decided).await.unwrap());
    repository.faces().add(&face, Some(b"sealed".to_vec())).await.unwrap();
    repository.save().await.unwrap();

    drop(store);
    // Another life of the server: migrations run again and change nothing.
    let store = backend.open().await;
    let mut repository = store.begin().await.unwrap();
    let found = repository.sessions().get_with_key(session.tenant_id, session.id).await.unwrap();
    assert_eq!(found, Some((decided, Some(b"wrapped".to_vec()))));
    let faces = repository.faces().list_with_templates(session.tenant_id, session.id).await.unwrap();
    assert_eq!(faces, [(face, Some(b"sealed".to_vec()))]);
}

async fn dropping_rolls_back(backend: Backend) {
    let store = backend.open().await;
    let session = session(tenant(&store, "a").await);
    let mut repository = store.begin().await.unwrap();
    repository.sessions().add(&session, b"wrapped").await.unwrap();
    drop(repository);
    let mut repository = store.begin().await.unwrap();
    assert_eq!(repository.sessions().get(session.tenant_id, session.id).await.unwrap(), None);
}

async fn verdict_face_and_outbox_come_together_or_not_at_all(backend: Backend) {
    let store = backend.open().await;
    let session = session(tenant(&store, "a").await);
    add(&store, &session).await;
    let face = face(&session);
    let decided = session.clone().decide(verdict(&face)).unwrap();
    for saved in [false, true] {
        let mut repository = store.begin().await.unwrap();
        repository.faces().add(&face, None).await.unwrap();
        assert!(repository.sessions().transition(&session, &decided).await.unwrap());
        let entry = repository.outbox().add(&OsEntropy, news(&session), now()).await.unwrap();
        if saved {
            repository.save().await.unwrap();
        } else {
            drop(repository);
        }

        let mut repository = store.begin().await.unwrap();
        let found = repository.sessions().get(session.tenant_id, session.id).await.unwrap().unwrap();
        assert_eq!(found, if saved { decided.clone() } else { session.clone() });
        let faces = repository.faces().list(session.tenant_id, session.id).await.unwrap();
        assert_eq!(faces.len(), usize::from(saved));
        let entries = repository.outbox().list(session.tenant_id, session.id.as_uuid()).await.unwrap();
        assert_eq!(entries, if saved { vec![entry] } else { vec![] });
    }
}

async fn a_verdict_is_final(backend: Backend) {
    let store = backend.open().await;
    let session = session(tenant(&store, "a").await);
    add(&store, &session).await;
    let first = session.clone().decide(verdict(&face(&session))).unwrap();
    let timeout = Verdict::without_image(
        LivenessStatus::Timeout,
        selfsame_domain::Reason::NobodyCame,
        LivenessReport::default(),
        now(),
    );
    let second = session.clone().decide(timeout).unwrap();
    let mut repository = store.begin().await.unwrap();
    assert!(repository.sessions().transition(&session, &first).await.unwrap());
    assert!(!repository.sessions().transition(&session, &second).await.unwrap());
    assert!(!repository.sessions().transition(&first, &second).await.unwrap());
    assert!(!repository.sessions().transition(&first, &session).await.unwrap());
    assert_eq!(repository.sessions().get(session.tenant_id, session.id).await.unwrap(), Some(first));
}

async fn a_replaced_secret_signs_until_its_term(backend: Backend) {
    let store = backend.open().await;
    let (one, two) = (tenant(&store, "a").await, tenant(&store, "b").await);
    let at = Timestamp::from_millis;
    let mut repository = store.begin().await.unwrap();
    let mut secrets = repository.callback_secrets();
    let (old, new) = (OsEntropy.uuid(), OsEntropy.uuid());
    secrets.add(one, old, b"old".to_vec(), at(1)).await.unwrap();
    secrets.expire(one, at(100)).await.unwrap();
    secrets.add(one, new, b"new".to_vec(), at(2)).await.unwrap();
    let ids = |found: Vec<SealedSecret>| found.iter().map(|secret| secret.id).collect::<Vec<_>>();
    assert_eq!(ids(secrets.list(one, at(99)).await.unwrap()), [new, old]);
    assert_eq!(ids(secrets.list(one, at(100)).await.unwrap()), [new]);
    assert_eq!(secrets.list(two, at(2)).await.unwrap(), []);
    assert_eq!(secrets.for_maintenance_purge(at(99)).await.unwrap(), 0);
    assert_eq!(secrets.for_maintenance_purge(at(100)).await.unwrap(), 1);
    assert_eq!(ids(secrets.list(one, at(0)).await.unwrap()), [new]);
}

async fn failed_attempts_are_replaced_and_forgotten(backend: Backend) {
    let store = backend.open().await;
    let (one, two) = (tenant(&store, "a").await, tenant(&store, "b").await);
    let at = Timestamp::from_millis;
    let params = LockoutParams { failures: 2, ..LockoutParams::default() };
    let mut repository = store.begin().await.unwrap();
    let mut records = repository.failed_attempts();
    let first = FailedAttempts::failed(None, at(1_000), &params);
    let second = FailedAttempts::failed(Some(first), at(2_000), &params);
    assert!(second.blocked_until.is_some());
    for record in [first, second] {
        records.put(one, "x", Some(&record)).await.unwrap();
        assert_eq!(records.get(one, "x").await.unwrap(), Some(record));
    }
    assert_eq!(records.get(two, "x").await.unwrap(), None);
    assert_eq!(records.get(one, "y").await.unwrap(), None);
    records.put(one, "y", Some(&first)).await.unwrap();
    records.put(one, "y", None).await.unwrap();
    assert_eq!(records.get(one, "y").await.unwrap(), None);
    assert_eq!(records.for_maintenance_purge(at(1_999)).await.unwrap(), 0);
    assert_eq!(records.for_maintenance_purge(at(2_000)).await.unwrap(), 1);
}

async fn a_forgotten_key_is_gone_and_the_record_stays(backend: Backend) {
    let store = backend.open().await;
    let (owner, other) = (tenant(&store, "a").await, tenant(&store, "b").await);
    let session = session(owner);
    add(&store, &session).await;
    let mut repository = store.begin().await.unwrap();
    assert!(!repository.sessions().forget_key(other, session.id).await.unwrap());
    assert!(repository.sessions().forget_key(owner, session.id).await.unwrap());
    assert!(!repository.sessions().forget_key(owner, session.id).await.unwrap());
    repository.save().await.unwrap();
    let mut repository = store.begin().await.unwrap();
    assert_eq!(
        repository.sessions().get_with_key(owner, session.id).await.unwrap(),
        Some((session.clone(), None))
    );
    assert_eq!(repository.sessions().count(owner).await.unwrap(), 1);
    assert_eq!(repository.sessions().count(other).await.unwrap(), 0);
}

async fn an_impossible_row_is_named_and_never_a_verdict(backend: Backend) {
    for (statement, table, column) in [
        ("UPDATE bio_sessions SET state = 'success'", "bio_sessions", "state"),
        ("UPDATE bio_sessions SET state = 'capturing'", "bio_sessions", "state"),
        ("UPDATE bio_sessions SET state = 'decided'", "bio_sessions", "state"),
        ("UPDATE bio_sessions SET state = 'decided', verdict = '{}'", "bio_sessions", "verdict"),
        ("UPDATE bio_sessions SET mode = 'none'", "bio_sessions", "mode"),
        ("UPDATE bio_sessions SET security_level = ''", "bio_sessions", "security_level"),
        ("UPDATE bio_sessions SET challenges = -1", "bio_sessions", "challenges"),
        ("UPDATE faces SET image_type = 'x'", "faces", "image_type"),
        ("UPDATE faces SET geometry = '[]'", "faces", "geometry"),
        ("UPDATE faces SET image_height = -1", "faces", "image_height"),
        ("UPDATE bio_sessions SET callback_dialect = NULL", "bio_sessions", "callback_dialect"),
        ("UPDATE outbox SET event = 'x'", "outbox", "event"),
        ("UPDATE outbox SET state = 'x'", "outbox", "state"),
        ("UPDATE outbox SET attempts = -1", "outbox", "attempts"),
    ] {
        let store = backend.open().await;
        let session = session(tenant(&store, statement).await);
        let mut repository = store.begin().await.unwrap();
        repository.sessions().add(&session, b"wrapped").await.unwrap();
        repository.faces().add(&face(&session), None).await.unwrap();
        repository.outbox().add(&OsEntropy, news(&session), now()).await.unwrap();
        repository.save().await.unwrap();
        drop(store);

        backend.tamper(statement).await;
        let store = backend.open().await;
        let mut repository = store.begin().await.unwrap();
        let error = match table {
            "faces" => repository.faces().list(session.tenant_id, session.id).await.map(drop),
            "outbox" => repository.outbox().list(session.tenant_id, session.id.as_uuid()).await.map(drop),
            _ => repository.sessions().get_for_capture(session.id).await.map(drop),
        }
        .expect_err(statement)
        .to_string();
        assert!(error.contains(&format!("table {table}, column {column}, row ")), "{statement}: {error}");
        assert!(repository.sessions().delete(session.tenant_id, session.id, now()).await.unwrap());
        repository.save().await.unwrap();
        drop(store);
        backend.tamper("DELETE FROM outbox").await;
    }
}

async fn only_one_of_two_writers_decides(backend: Backend) {
    let store = backend.open().await;
    let session = session(tenant(&store, "a").await);
    add(&store, &session).await;
    let claimed = session.clone().claim(now()).unwrap();
    let attempt = |store: Store| {
        let (session, claimed) = (session.clone(), claimed.clone());
        async move {
            let mut repository = store.begin().await.unwrap();
            let won = repository.sessions().transition(&session, &claimed).await.unwrap();
            repository.save().await.unwrap();
            won
        }
    };
    let attempts: Vec<_> = (0..8).map(|_| tokio::spawn(attempt(store.clone()))).collect();
    let mut won = 0;
    for attempt in attempts {
        won += usize::from(attempt.await.unwrap());
    }
    assert_eq!(won, 1);
}

async fn tenants_never_see_each_other(backend: Backend) {
    let store = backend.open().await;
    let tenants = [tenant(&store, "a").await, tenant(&store, "b").await, tenant(&store, "c").await];
    let mut all = Vec::new();
    for _ in 0..60 {
        let mut byte = [0];
        OsEntropy.fill(&mut byte);
        let session = session(tenants[usize::from(byte[0]) % tenants.len()]);
        let face = face(&session);
        add(&store, &session).await;
        let mut repository = store.begin().await.unwrap();
        repository.faces().add(&face, Some(vec![1])).await.unwrap();
        repository.save().await.unwrap();
        all.push((session, face));
    }
    let mut repository = store.begin().await.unwrap();
    for (session, face) in &all {
        for tenant in tenants {
            let own = tenant == session.tenant_id;
            assert_eq!(repository.sessions().get(tenant, session.id).await.unwrap().is_some(), own);
            assert_eq!(repository.sessions().get_with_key(tenant, session.id).await.unwrap().is_some(), own);
            assert_eq!(repository.faces().get(tenant, session.id, face.id).await.unwrap().is_some(), own);
            assert_eq!(repository.faces().list(tenant, session.id).await.unwrap().len(), usize::from(own));
            if !own {
                assert!(!repository.faces().delete(tenant, session.id, face.id).await.unwrap());
                assert!(!repository.sessions().delete(tenant, session.id, now()).await.unwrap());
                let forged = BioSession { tenant_id: tenant, ..session.clone() };
                let claimed = forged.clone().claim(now()).unwrap();
                assert!(!repository.sessions().transition(&forged, &claimed).await.unwrap());
            }
        }
        // A face of one session is not found under another of the same tenant.
        let sibling =
            all.iter().find(|(other, _)| other.tenant_id == session.tenant_id && other.id != session.id);
        if let Some((sibling, _)) = sibling {
            assert_eq!(repository.faces().get(session.tenant_id, sibling.id, face.id).await.unwrap(), None);
        }
    }
}

async fn deleting_takes_key_and_faces_along(backend: Backend) {
    let store = backend.open().await;
    let session = session(tenant(&store, "a").await);
    add(&store, &session).await;
    let mut repository = store.begin().await.unwrap();
    let (one, two) = (face(&session), face(&session));
    for face in [&one, &two] {
        repository.faces().add(face, Some(vec![1])).await.unwrap();
    }
    assert!(repository.faces().delete(session.tenant_id, session.id, one.id).await.unwrap());
    assert!(!repository.faces().delete(session.tenant_id, session.id, one.id).await.unwrap());
    assert_eq!(repository.faces().list(session.tenant_id, session.id).await.unwrap(), [two]);
    assert!(repository.sessions().delete(session.tenant_id, session.id, now()).await.unwrap());
    assert_eq!(repository.faces().list(session.tenant_id, session.id).await.unwrap(), []);
    assert_eq!(repository.sessions().get_for_capture(session.id).await.unwrap(), None);
    assert!(!repository.sessions().delete(session.tenant_id, session.id, now()).await.unwrap());
}

async fn maintenance_finds_what_hangs_and_what_expired(backend: Backend) {
    let store = backend.open().await;
    let tenant = tenant(&store, "a").await;
    let (opened, capturing, decided) = (session(tenant), session(tenant), session(tenant));
    let mut expired = session(tenant);
    expired.expires_at = now();
    for session in [&opened, &capturing, &decided, &expired] {
        add(&store, session).await;
    }
    let mut repository = store.begin().await.unwrap();
    let claimed = capturing.clone().claim(now()).unwrap();
    repository.sessions().transition(&capturing, &claimed).await.unwrap();
    let done = decided.clone().decide(verdict(&face(&decided))).unwrap();
    repository.sessions().transition(&decided, &done).await.unwrap();
    let later = now() + Duration::from_secs(1);
    let mut abandoned: Vec<_> = repository
        .sessions()
        .for_maintenance_abandoned(later, later, later, 10)
        .await
        .unwrap()
        .into_iter()
        .map(|found| found.id)
        .collect();
    abandoned.sort();
    let mut expected = vec![opened.id, capturing.id, expired.id];
    expected.sort();
    assert_eq!(abandoned, expected);
    assert_eq!(
        repository.sessions().for_maintenance_expired(now(), 10).await.unwrap(),
        [(tenant, expired.id)]
    );
    assert_eq!(repository.sessions().for_maintenance_expired(now(), 0).await.unwrap(), []);
}

async fn a_capture_is_abandoned_when_its_process_is_no_more(backend: Backend) {
    let store = backend.open().await;
    let tenant = tenant(&store, "a").await;
    let at = Timestamp::from_millis;
    let (living, dead, left, unknown) =
        (OsEntropy.uuid(), OsEntropy.uuid(), OsEntropy.uuid(), OsEntropy.uuid());
    let mut repository = store.begin().await.unwrap();
    let mut processes = repository.processes();
    for process in [living, dead, left] {
        processes.renew(process, at(1_000), at(2_000)).await.unwrap();
    }
    processes.renew(living, at(1_500), at(9_000)).await.unwrap();
    processes.leave(left).await.unwrap();
    assert_eq!(processes.alive(at(1_999)).await.unwrap().len(), 2);
    assert_eq!(processes.alive(at(2_000)).await.unwrap(), [living]);
    repository.save().await.unwrap();
    let mut owned = Vec::new();
    for owner in [living, dead, left, unknown] {
        let session = session(tenant);
        add(&store, &session).await;
        let claimed = session.clone().claim(now()).unwrap();
        let mut repository = store.begin().await.unwrap();
        assert!(repository.sessions().claim(&session, &claimed, owner).await.unwrap());
        assert!(!repository.sessions().claim(&session, &claimed, living).await.unwrap());
        repository.save().await.unwrap();
        owned.push(claimed);
    }
    let long_ago = at(0);
    let found = async |agreed, most| {
        let mut repository = store.begin().await.unwrap();
        let found = repository.sessions().for_maintenance_abandoned(long_ago, long_ago, agreed, most).await;
        // Else whoever looks next may still find them taken.
        repository.save().await.unwrap();
        found.unwrap().iter().map(|session| session.id).collect::<std::collections::BTreeSet<_>>()
    };
    let ids = |range: std::ops::Range<usize>| owned[range].iter().map(|session| session.id).collect();
    assert_eq!(found(at(1_999), 9).await, ids(2..4), "those of processes that left or never were");
    assert_eq!(found(at(2_000), 9).await, ids(1..4));
    assert_eq!(found(at(2_000), 2).await.len(), 2);
    assert_eq!(found(at(9_000), 9).await, ids(0..4));
    let mut repository = store.begin().await.unwrap();
    assert_eq!(repository.processes().for_maintenance_purge(at(1_999)).await.unwrap(), 0);
    assert_eq!(repository.processes().for_maintenance_purge(at(2_000)).await.unwrap(), 1);
}

async fn tenants_are_found_by_id_and_name(backend: Backend) {
    let store = backend.open().await;
    let a = tenant(&store, "a").await;
    let mut repository = store.begin().await.unwrap();
    let found = repository.tenants().get(a).await.unwrap().unwrap();
    assert_eq!((found.id, found.name.as_str()), (a, "a"));
    assert_eq!(repository.tenants().by_name("a").await.unwrap(), Some(found.clone()));
    assert_eq!(repository.tenants().by_name("A").await.unwrap(), None);
    assert_eq!(repository.tenants().get(TenantId::random(&OsEntropy)).await.unwrap(), None);
    let namesake = Tenant { id: TenantId::random(&OsEntropy), ..found };
    let error = repository.tenants().add(&namesake).await.unwrap_err().to_string();
    assert!(error.contains("there already"), "{error}");
}

async fn credentials_are_found_by_digest_and_stay_revoked(backend: Backend) {
    let store = backend.open().await;
    let owner = tenant(&store, "a").await;
    let other = tenant(&store, "b").await;
    let mut repository = store.begin().await.unwrap();
    let hash = api_key_hash("key");
    let id = repository.credentials().add_api_key(&OsEntropy, owner, &hash, now()).await.unwrap();
    let found = repository.credentials().find_by_api_key_hash(&hash).await.unwrap().unwrap();
    assert_eq!((found.id, found.tenant_id, found.revoked_at), (id, owner, None));
    assert!(repository.credentials().find_by_api_key_hash(&api_key_hash("Key")).await.unwrap().is_none());
    assert!(repository.credentials().find_by_token(&hash).await.unwrap().is_none(), "a digest is no token");
    assert!(!repository.credentials().revoke(other, id, now()).await.unwrap());
    assert!(repository.credentials().revoke(owner, id, now()).await.unwrap());
    let found = repository.credentials().find_by_api_key_hash(&hash).await.unwrap().unwrap();
    assert!(found.revoked_at.is_some());
}

async fn the_first_server_key_stays(backend: Backend) {
    let store = backend.open().await;
    let mut repository = store.begin().await.unwrap();
    assert_eq!(repository.server_keys().get("signing").await.unwrap(), None);
    assert!(repository.server_keys().put_if_absent("signing", vec![1], now()).await.unwrap());
    assert!(!repository.server_keys().put_if_absent("signing", vec![2], now()).await.unwrap());
    assert_eq!(repository.server_keys().get("signing").await.unwrap(), Some(vec![1]));
}

backends!(sqlite, postgres: {
    reads_back_what_was_written,
    dropping_rolls_back,
    verdict_face_and_outbox_come_together_or_not_at_all,
    a_verdict_is_final,
    a_replaced_secret_signs_until_its_term,
    failed_attempts_are_replaced_and_forgotten,
    a_forgotten_key_is_gone_and_the_record_stays,
    an_impossible_row_is_named_and_never_a_verdict,
    tenants_are_found_by_id_and_name,
    only_one_of_two_writers_decides,
    tenants_never_see_each_other,
    deleting_takes_key_and_faces_along,
    maintenance_finds_what_hangs_and_what_expired,
    credentials_are_found_by_digest_and_stay_revoked,
    the_first_server_key_stays,
    a_capture_is_abandoned_when_its_process_is_no_more,
});
