//! What is deleted, or has expired, is gone: from the answers, from the disk, and from the browser's reach.

use std::path::{Path, PathBuf};
use std::time::Duration;

use selfsame_testkit::{Browser, CaptureOutcome};
use serde_json::json;

use super::*;

pub(crate) fn objects(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.join("objects")]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_an_identity_erases_its_pictures_and_its_sessions() {
    let server = settings().start().await;
    let identity = consenting(&server).await;
    let (portrait, session) = opens_capture(&server, &identity).await;
    Browser::default().captures(server.origin(), &session, &person()).await.expect("a connection");
    uploads_reference(&server, &identity, own_photo()).await;
    let (_, open) = opens_capture(&server, &identity).await;
    let kept = consenting(&server).await;
    uploads_reference(&server, &kept, own_photo()).await;
    assert_eq!(objects(&server.data()).len(), 3);

    let deleted = server.answers(request(&server, Method::DELETE, &format!("/{identity}"))).await;
    assert_eq!((deleted.status, deleted.body.len()), (204, 0));
    for path in
        ["", "/status", "/consents", "/proof", "/attributes/portrait/capture", &format!("/status/{portrait}")]
    {
        assert_error(path, &get(&server, &format!("/{identity}{path}")).await, 404, "2001");
    }
    assert_error(
        "twice",
        &server.answers(request(&server, Method::DELETE, &format!("/{identity}"))).await,
        404,
        "2001",
    );
    for session in [&session, &open] {
        assert_eq!(server.result(session).await.status, 404);
        let log =
            Browser::default().captures(server.origin(), session, &person()).await.expect("a connection");
        assert!(matches!(log.outcome, CaptureOutcome::Refused { .. }), "{:?}", log.outcome);
    }
    assert_eq!(objects(&server.data()).len(), 1, "only the other identity's reference is left");
    assert_eq!(read(&server, &format!("/{kept}/status")).await["id"], kept.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_during_a_capture_leaves_no_yes_and_no_picture() {
    let server = settings().start().await;
    let identity = consenting(&server).await;
    let (_, session) = opens_capture(&server, &identity).await;
    let capture = is_captured(&server, &session).await;
    let deleted = server.answers(request(&server, Method::DELETE, &format!("/{identity}"))).await;
    assert_eq!(deleted.status, 204);
    if let Some(log) = capture.await.expect("the browser's task") {
        assert!(!matches!(log.outcome, CaptureOutcome::Result(_)), "{:?}", log.outcome);
    }
    assert_eq!(server.result(&session).await.status, 404);
    assert_eq!(objects(&server.data()), Vec::<PathBuf>::new());
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_whose_term_is_over_is_gone_with_everything() {
    let server = settings()
        .with("SELFSAME__LIVENESS__SESSION_MINUTES", 1)
        .with("SELFSAME__IDENTITIES__KEEP_MINUTES", 1)
        .with("SELFSAME__RETENTION__PURGE_INTERVAL_SECONDS", 1)
        .start()
        .await;
    let identity = consenting(&server).await;
    uploads_reference(&server, &identity, own_photo()).await;
    let (_, session) = opens_capture(&server, &identity).await;
    let detailed = read(&server, &format!("/{identity}?detailed=true")).await;
    assert!(text(&detailed, "expirationDateTime") > text(&detailed["globalStatus"], "creationDateTime"));
    for _ in 0..80 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if objects(&server.data()).is_empty() {
            break;
        }
    }
    assert_eq!(objects(&server.data()), Vec::<PathBuf>::new());
    assert_error("expired", &get(&server, &format!("/{identity}")).await, 404, "2001");
    assert_eq!(server.result(&session).await.status, 404);
    let consent = json!([{ "approved": true, "type": "PORTRAIT" }]);
    assert_error("expired", &post(&server, &format!("/{identity}/consents"), consent).await, 404, "2001");
}
