//! A database of every earlier version, with what that version wrote, becomes one of this version; on both kinds.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement, Value};
use selfsame_domain::audit::Action;
use selfsame_domain::audit::chain::Stored;
use selfsame_domain::document::DocumentType;
use selfsame_domain::transaction::Outcome;
use selfsame_domain::{
    BioSessionState, EvidenceId, EvidenceKind, EvidenceProblem, EvidenceState, IdentityId, SessionId,
    Setting, TenantId, Timestamp, TransactionId,
};
use selfsame_testkit_postgres::TestDatabase;
use uuid::Uuid;

use super::*;
use crate::{AuditFilter, AuditOrder, Store, StoreSettings, TransactionFilter, TransactionFound, backend};

const TENANT: Uuid = Uuid::from_u128(1);
const OPENED: Uuid = Uuid::from_u128(2);
const CAPTURING: Uuid = Uuid::from_u128(3);
const FACE: Uuid = Uuid::from_u128(4);
const IDENTITY: Uuid = Uuid::from_u128(5);
const ENTRY: Uuid = Uuid::from_u128(6);
const REFERENCE: Uuid = Uuid::from_u128(9);
const DOCUMENT: Uuid = Uuid::from_u128(10);
const SCANS: u128 = 100;

/// Scans as versions 7 and 8 wrote them: state, decision, when it ended, and whether it was erased.
const SCANS_WRITTEN: [(&str, Option<&str>, Option<i64>, bool); 5] = [
    ("pending", None, None, false),
    ("decided", Some(r#"{"outcome":"approved","face":null,"mrz_verified":true,"at":5}"#), Some(5), false),
    (
        "decided",
        Some(
            r#"{"outcome":{"fraud":{"reason":"fake","details":["photo"]}},"face":null,"mrz_verified":false,"at":5}"#,
        ),
        Some(5),
        false,
    ),
    ("failed", None, Some(6), false),
    (
        "purged",
        Some(r#"{"outcome":"unsupported_kind","face":null,"mrz_verified":false,"at":5}"#),
        Some(5),
        true,
    ),
];

async fn write_scans(connection: &DatabaseConnection) {
    let request = |similarity: bool| {
        serde_json::json!({
            "reference": "order 7", "reporting_criteria": null, "customer_id": "c 9", "country": "DEU",
            "kind": "driving_licence",
            "fields": {
                "number": true, "first_name": true, "last_name": true, "birth_date": true, "expiry": true,
                "us_state": true, "personal_number": true, "face_match": similarity, "address": true,
            },
            "mrz_check": true, "granularity": "on_finish", "pictures": [["front", "jpeg"]],
        })
        .to_string()
    };
    for (n, (state, decision, ended_at, erased)) in SCANS_WRITTEN.into_iter().enumerate() {
        let here = |value: Value, none: Value| if erased { none } else { value };
        let columns = [
            ("id", Uuid::from_u128(SCANS + n as u128).into()),
            ("tenant_id", TENANT.into()),
            ("request", here(request(n == 1).into(), None::<String>.into())),
            ("claims", here(b"claims".to_vec().into(), None::<Vec<u8>>.into())),
            ("facemap", false.into()),
            ("state", state.into()),
            ("decision", decision.map(str::to_owned).into()),
            ("ended_at", ended_at.into()),
            ("wrapped_key", here(b"key".to_vec().into(), None::<Vec<u8>>.into())),
            ("attempts", 0_i32.into()),
            ("next_attempt_at", 3_i64.into()),
            ("created_at", (n as i64).into()),
            ("expires_at", 99_i64.into()),
            ("erased_at", Some(8_i64).filter(|_| erased).into()),
        ];
        insert(connection, "scans", &columns).await;
    }
}

/// Scans of earlier versions are transactions in the same states, found by what they were sent with.
async fn reads_scans(store: &Store) {
    let tenant = TenantId::from_uuid(TENANT);
    let mut repository = store.begin().await.unwrap();
    let mut states = Vec::new();
    for n in 0..SCANS_WRITTEN.len() {
        let id = TransactionId::from_uuid(Uuid::from_u128(SCANS + n as u128));
        states.push(match repository.transactions().find(tenant, id).await.unwrap().expect("a row") {
            TransactionFound::Here(row) => {
                let request = &row.transaction.request;
                assert_eq!((request.kind, request.country.as_str()), (DocumentType::DrivingLicence, "DEU"));
                row.transaction.state.name()
            }
            TransactionFound::Erased(stone) => {
                assert_eq!(stone.decision.expect("it was decided").outcome, Outcome::UnsupportedKind);
                "erased"
            }
        });
    }
    assert_eq!(states, ["processing", "decided", "decided", "session_expired", "erased"]);
    let filter = TransactionFilter { reference: Some("order 7".to_owned()), ..TransactionFilter::default() };
    let (listed, _) = repository.transactions().list(tenant, &filter, None, 9).await.unwrap();
    let workflows: Vec<_> = listed.iter().map(|listed| listed.workflow.as_str()).collect();
    assert_eq!(workflows, ["document", "document", "document_and_selfie", "document"]);
    let of_customer = TransactionFilter { customer: Some("c 9".to_owned()), ..TransactionFilter::default() };
    let (listed, _) = repository.transactions().list(tenant, &of_customer, None, 9).await.unwrap();
    assert!(listed.len() == 4 && listed.iter().all(|listed| listed.country.as_deref() == Some("DEU")));
}

/// Writes a row as an earlier version did: by name, not by today's entities.
async fn insert(connection: &DatabaseConnection, table: &str, columns: &[(&str, Value)]) {
    let backend = connection.get_database_backend();
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
    let places: Vec<_> = (1..=columns.len())
        .map(|at| if backend == DbBackend::Postgres { format!("${at}") } else { "?".to_owned() })
        .collect();
    let sql = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "));
    let values = columns.iter().map(|(_, value)| value.clone());
    let statement = Statement::from_sql_and_values(backend, sql, values);
    assert_eq!(connection.execute_raw(statement).await.unwrap().rows_affected(), 1, "{table}");
}

/// What a server of that version had in every one of its tables.
async fn write_as(version: u32, connection: &DatabaseConnection) {
    let blob = |text: &str| Value::from(text.as_bytes().to_vec());
    let mut tenant = vec![("id", TENANT.into()), ("name", "a".into()), ("created_at", 1_i64.into())];
    if version >= 8 {
        let name = if version >= 9 { "transactions.keep_days" } else { "netverify.keep_days" };
        tenant.push(("settings", format!(r#"{{"{name}":"7"}}"#).into()));
    }
    insert(connection, "tenants", &tenant).await;
    insert(
        connection,
        "credentials",
        &[
            ("id", Uuid::from_u128(7).into()),
            ("tenant_id", TENANT.into()),
            ("kind", "api_key".into()),
            ("lookup", "digest".into()),
            ("created_at", 1_i64.into()),
        ],
    )
    .await;
    insert(
        connection,
        "server_keys",
        &[("name", "signing".into()), ("sealed", blob("key")), ("created_at", 1_i64.into())],
    )
    .await;
    for (id, state, since) in [(OPENED, "opened", None), (CAPTURING, "capturing", Some(7_i64))] {
        let mut columns = vec![
            ("id", id.into()),
            ("tenant_id", TENANT.into()),
            ("mode", "passive".into()),
            ("security_level", "high".into()),
            ("challenges", 2_i32.into()),
            ("callback_url", "https://bank.example.com/hook".into()),
            ("image_storage", true.into()),
            ("state", state.into()),
            ("capturing_since", since.into()),
            ("wrapped_key", blob("wrapped")),
            ("created_at", 5_i64.into()),
            ("expires_at", 6_i64.into()),
        ];
        if version >= 3 {
            columns.push(("callback_dialect", "bioserver".into()));
        }
        insert(connection, "bio_sessions", &columns).await;
    }
    insert(
        connection,
        "faces",
        &[
            ("id", FACE.into()),
            ("tenant_id", TENANT.into()),
            ("session_id", OPENED.into()),
            ("digest", "ab".into()),
            ("mode", "TEST_1".into()),
            ("image_type", "selfie".into()),
            ("quality", 142.5_f32.into()),
            ("image_width", 640_i32.into()),
            ("image_height", 480_i32.into()),
            (
                "geometry",
                r#"[{"x":1.5,"y":2.0,"width":3.0,"height":4.0},[{"x":1.0,"y":2.0},{"x":3.0,"y":4.0}]]"#
                    .into(),
            ),
            ("has_image", false.into()),
            ("template", blob("template")),
            ("created_at", 1_i64.into()),
        ],
    )
    .await;
    if version >= 3 {
        insert(
            connection,
            "outbox",
            &[
                ("id", ENTRY.into()),
                ("tenant_id", TENANT.into()),
                ("subject_id", OPENED.into()),
                ("event", "session_decided".into()),
                ("dialect", "bioserver".into()),
                ("url", "https://bank.example.com/hook".into()),
                ("receiver", "https://bank.example.com".into()),
                ("created_at", 1_i64.into()),
                ("state", "pending".into()),
                ("attempts", 1_i32.into()),
                ("next_attempt_at", 1_i64.into()),
            ],
        )
        .await;
        insert(
            connection,
            "callback_attempts",
            &[
                ("outbox_id", ENTRY.into()),
                ("at", 1_i64.into()),
                ("millis", 2_i64.into()),
                ("outcome", "refused".into()),
            ],
        )
        .await;
        insert(
            connection,
            "callback_secrets",
            &[
                ("id", Uuid::from_u128(8).into()),
                ("tenant_id", TENANT.into()),
                ("sealed", blob("secret")),
                ("created_at", 1_i64.into()),
            ],
        )
        .await;
    }
    if version >= 4 {
        insert(
            connection,
            "failed_attempts",
            &[
                ("tenant_id", TENANT.into()),
                ("subject", "x".into()),
                ("count", 3_i32.into()),
                ("first_at", 1_i64.into()),
                ("last_at", 2_i64.into()),
                ("blocks", 0_i32.into()),
            ],
        )
        .await;
    }
    if version >= 5 {
        insert(
            connection,
            "identities",
            &[
                ("id", IDENTITY.into()),
                ("tenant_id", TENANT.into()),
                ("context", "{}".into()),
                ("wrapped_key", blob("wrapped")),
                ("created_at", 1_i64.into()),
                ("expires_at", 2_i64.into()),
            ],
        )
        .await;
        let evidence = |id: Uuid, position: i32, kind: &str| {
            vec![
                ("id", id.into()),
                ("tenant_id", TENANT.into()),
                ("identity_id", IDENTITY.into()),
                ("position", position.into()),
                ("kind", kind.into()),
                ("state", r#"{"not_verified":{"problems":["reference_mismatch"],"at":7}}"#.into()),
                ("submitted_at", 3_i64.into()),
            ]
        };
        insert(connection, "identity_evidence", &evidence(REFERENCE, 0, "portrait_reference")).await;
        if version >= 9 {
            let mut document = evidence(DOCUMENT, 1, "id_document");
            document.push(("transaction_id", Uuid::from_u128(SCANS).into()));
            insert(connection, "identity_evidence", &document).await;
        }
    }
    if version >= 10 {
        let digest = || Value::from(vec![7_u8; 32]);
        let head = [
            ("chain", TENANT.into()),
            ("sequence", 1_i64.into()),
            ("hash", digest()),
            ("pruned", 0_i64.into()),
            ("pruned_hash", digest()),
            ("chains", 0_i64.into()),
            ("seal", digest()),
        ];
        insert(connection, "audit_heads", &head).await;
        let entry = [
            ("chain", TENANT.into()),
            ("sequence", 1_i64.into()),
            ("at", 1_i64.into()),
            ("actor", "operator".into()),
            ("action", "tenant.created".into()),
            ("outcome", "ok".into()),
            ("count", 1_i64.into()),
            ("previous", digest()),
            ("hash", digest()),
        ];
        insert(connection, "audit_entries", &entry).await;
    }
}

/// The audit trail of earlier versions is empty.
async fn reads_audit(version: u32, store: &Store) {
    let tenant = Some(TenantId::from_uuid(TENANT));
    let mut repository = store.begin().await.unwrap();
    let order = AuditOrder::OldestFirst { after: 0 };
    let rows = repository.audit().list(tenant, &AuditFilter::default(), order, 9).await.unwrap();
    let actions: Vec<_> = rows
        .iter()
        .map(|row| match row {
            Stored::Entry(entry) => (entry.sequence, entry.event.action),
            Stored::Unreadable { column, .. } => panic!("{column}"),
        })
        .collect();
    let written = [(1, Action::TenantCreated)];
    assert_eq!(actions, written[..usize::from(version >= 10)]);
    assert_eq!(repository.audit().head(tenant).await.unwrap().is_some(), version >= 10);
}

/// Evidence of earlier versions has no transaction, and that of this one is found by its own.
async fn reads_evidence(version: u32, store: &Store) {
    let (tenant, identity) = (TenantId::from_uuid(TENANT), IdentityId::from_uuid(IDENTITY));
    let mut repository = store.begin().await.unwrap();
    let rows = repository.identities().evidence(tenant, identity).await.unwrap();
    let transaction_id = TransactionId::from_uuid(Uuid::from_u128(SCANS));
    let written = [EvidenceKind::PortraitReference, EvidenceKind::IdDocument { transaction_id }];
    let written = &written[..if version >= 9 { 2 } else { 1 }];
    assert_eq!(rows.iter().map(|row| row.evidence.kind).collect::<Vec<_>>(), written);
    let problems = vec![EvidenceProblem::ReferenceMismatch];
    let state = EvidenceState::NotVerified { problems, at: Timestamp::from_millis(7) };
    assert!(rows.iter().all(|row| row.evidence.state == state));
    let found = repository.identities().find_by_transaction(tenant, transaction_id).await.unwrap();
    let expected = (identity, EvidenceId::from_uuid(DOCUMENT));
    assert_eq!(found, Some(expected).filter(|_| version >= 9));
}

/// That all of it is there, and reads as what it was.
async fn reads_what_was_written_as(version: u32, store: &Store) {
    let tenant = TenantId::from_uuid(TENANT);
    let mut repository = store.begin().await.unwrap();
    assert_eq!(repository.tenants().get(tenant).await.unwrap().unwrap().name, "a");
    let settings = repository.tenants().settings(tenant).await.unwrap().unwrap();
    let days = settings.text(Setting::KeepDays);
    assert_eq!(
        (settings.own().count(), days.as_deref()),
        if version >= 8 { (1, Some("7")) } else { (0, None) }
    );
    assert!(repository.credentials().find_by_api_key_hash("digest").await.unwrap().is_some());
    assert_eq!(repository.server_keys().get("signing").await.unwrap().unwrap(), b"key");
    let opened = SessionId::from_uuid(OPENED);
    let (session, key) = repository.sessions().get_with_key(tenant, opened).await.unwrap().unwrap();
    assert_eq!((session.state, key.as_deref()), (BioSessionState::Opened, Some(b"wrapped".as_slice())));
    assert_eq!(session.request.callback.unwrap().dialect, "bioserver");
    let faces = repository.faces().list_with_templates(tenant, opened).await.unwrap();
    assert_eq!((faces.len(), faces[0].1.as_deref()), (1, Some(b"template".as_slice())));
    assert_eq!(faces[0].0.quality.0, 142.5);
    let entries = repository.outbox().for_maintenance_list(None, None, 9).await.unwrap();
    assert_eq!(entries.len(), usize::from(version >= 3));
    if version >= 3 {
        let (entry, attempts) = repository.outbox().for_maintenance_get(ENTRY).await.unwrap().unwrap();
        assert_eq!((entry.attempts, attempts.len()), (1, 1));
        let secrets = repository.callback_secrets().list(tenant, Timestamp::from_millis(9)).await.unwrap();
        assert_eq!(secrets[0].sealed, b"secret");
    }
    if version >= 4 {
        let failed = repository.failed_attempts().get(tenant, "x").await.unwrap().unwrap();
        assert_eq!(failed.count, 3);
    }
    if version >= 5 {
        let expired = repository.identities().for_maintenance_expired(Timestamp::from_millis(9), 9).await;
        assert_eq!(expired.unwrap().len(), 1);
    }
    // Captures of versions that named no owner belong to nobody who lives.
    let long_ago = Timestamp::from_millis(0);
    let abandoned =
        repository.sessions().for_maintenance_abandoned(long_ago, long_ago, long_ago, 9).await.unwrap();
    assert_eq!(abandoned.iter().map(|found| found.id.as_uuid()).collect::<Vec<_>>(), [CAPTURING]);
}

async fn from_every_version(url: impl Fn(u32) -> String) {
    let newest = u32::try_from(Migrator::migrations().len()).unwrap();
    for version in 1..=newest {
        let settings = StoreSettings { url: url(version) };
        let (connection, migrated) = backend::migrate(&settings.url, Some(version)).await.unwrap();
        assert_eq!(migrated.version, version as usize);
        write_as(version, &connection).await;
        let has_scans = (7..9).contains(&version);
        if has_scans {
            write_scans(&connection).await;
        }
        connection.close().await.unwrap();
        assert_eq!(Store::look(&settings).await.unwrap().pending.len(), (newest - version) as usize);
        let migrated = Store::migrate(&settings).await.unwrap();
        assert_eq!(
            (migrated.applied.len(), migrated.version),
            ((newest - version) as usize, newest as usize)
        );
        let store = Store::open(&settings).await.unwrap();
        reads_what_was_written_as(version, &store).await;
        if version >= 5 {
            reads_evidence(version, &store).await;
        }
        reads_audit(version, &store).await;
        if has_scans {
            reads_scans(&store).await;
        }
    }
}

/// A start of an older program on the database of a newer one.
async fn a_newer_schema_is_refused(settings: StoreSettings) {
    let (connection, _) = backend::migrate(&settings.url, None).await.unwrap();
    insert(
        &connection,
        "seaql_migrations",
        &[("version", "m9999_future".into()), ("applied_at", 1_i64.into())],
    )
    .await;
    connection.close().await.unwrap();
    for error in [
        Store::open(&settings).await.map(drop).unwrap_err(),
        Store::look(&settings).await.map(drop).unwrap_err(),
    ] {
        assert!(error.to_string().contains("newer version of this program (m9999_future)"), "{error}");
    }
}

fn sqlite(folder: &tempfile::TempDir, name: &str) -> String {
    format!("sqlite://{}", folder.path().join(name).display())
}

#[tokio::test]
async fn sqlite_from_every_version() {
    let folder = tempfile::tempdir().unwrap();
    from_every_version(|version| sqlite(&folder, &format!("{version}.sqlite3"))).await;
    a_newer_schema_is_refused(StoreSettings { url: sqlite(&folder, "newer.sqlite3") }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_from_every_version() {
    from_every_version(|_| TestDatabase::new().url()).await;
    a_newer_schema_is_refused(StoreSettings { url: TestDatabase::new().url() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_starts_at_once_one_migrates() {
    let settings = StoreSettings { url: TestDatabase::new().url() };
    let starts: Vec<_> = (0..6)
        .map(|_| {
            let settings = settings.clone();
            tokio::spawn(async move { Store::migrate(&settings).await.unwrap().applied.len() })
        })
        .collect();
    let mut applied = Vec::new();
    for start in starts {
        applied.push(start.await.unwrap());
    }
    applied.sort_unstable();
    assert_eq!(applied, [0, 0, 0, 0, 0, Migrator::migrations().len()]);
}
