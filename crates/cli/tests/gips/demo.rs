//! What the public demo application does in its GIPS mode, in its order and with its bodies.

use selfsame_testkit::{Browser, CallbackReceiver, CaptureOutcome, Reply};
use serde_json::json;
use std::time::Duration;

use super::*;

/// As the demo reads a status: errors are a no, whatever the status.
fn demo_says_success(status: &Value) -> bool {
    let errors = status["errors"].as_array().is_some_and(|errors| !errors.is_empty());
    !errors && ["NOT_VERIFIED", "INVALID", "VERIFIED"].contains(&text(status, "status"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_goes_through_the_demo() {
    let server = settings().start().await;
    let context = json!([{ "key": "BUSINESS_ID", "value": "LOA1P" }]);
    let opened = server
        .answers(
            request(&server, Method::POST, "")
                .header("content-type", "multipart/form-data")
                .body(context.to_string()),
        )
        .await
        .json();
    assert_eq!(opened["status"], "EXPECTING_INPUT");
    assert_eq!(opened["levelOfAssurance"], "LOA0");
    for moment in ["creationDateTime", "evaluationDateTime"] {
        let moment = text(&opened, moment);
        assert_eq!((moment.len(), &moment[10..11], &moment[19..20]), (23, "T", "."), "{moment}");
    }
    let paths: Vec<_> = opened["upgradePaths"].as_object().expect("paths").keys().collect();
    assert_eq!(paths, ["LOA1", "LOA2", "LOA3", "LOA4"]);
    let identity = text(&opened, "id").to_owned();

    let consents = consents(&server, &identity).await;
    assert_eq!(consents[0]["type"], "PORTRAIT");
    assert_eq!(consents[0]["approved"], true);
    assert_eq!(consents[0]["validityPeriod"], json!({ "from": "2018-01-01" }));
    assert!(consents[0]["consentId"].is_string());

    let (portrait, session) = opens_capture(&server, &identity).await;
    let waiting = read(&server, &format!("/{identity}/status/{portrait}")).await;
    assert_eq!(waiting, json!({ "status": "PROCESSING", "type": "PORTRAIT", "id": portrait }));
    assert_eq!(read(&server, &format!("/{identity}/status")).await["status"], "PROCESSING");
    assert_error(
        "no portrait yet",
        &get(&server, &format!("/{identity}/attributes/portrait/capture")).await,
        404,
        "2001",
    );
    assert_error("no proof yet", &get(&server, &format!("/{identity}/proof")).await, 403, "2003");

    let log = Browser::default().captures(server.origin(), &session, &person()).await.expect("a connection");
    assert!(matches!(log.outcome, CaptureOutcome::Result(Some(_))), "{:?}\n{}", log.outcome, server.log());

    // The demo asks right away: the verdict was stored before the browser was told.
    let status = read(&server, &format!("/{identity}/status/{portrait}")).await;
    assert_eq!(status, json!({ "status": "VERIFIED", "type": "PORTRAIT", "id": portrait }));
    assert!(demo_says_success(&status));
    assert_eq!(read(&server, &format!("/{identity}/evidences/{portrait}/status")).await, status);

    let shown = read(&server, &format!("/{identity}")).await;
    assert_eq!(shown["globalStatus"]["levelOfAssurance"], "LOA1");
    assert_eq!(shown["globalStatus"]["status"], "EXPECTING_INPUT");
    let paths: Vec<_> = shown["globalStatus"]["upgradePaths"].as_object().expect("paths").keys().collect();
    assert_eq!(paths, ["LOA2", "LOA3", "LOA4"]);
    assert_eq!(shown["consents"], consents);
    let attribute = &shown["portrait"];
    assert_eq!(attribute["evidenceId"], portrait.as_str());
    assert_eq!(attribute["evidenceStatus"]["status"], "VERIFIED");
    assert_eq!(attribute["evidenceStatus"]["strength"], "LEVEL4");
    assert_eq!(attribute["evidenceStatus"]["score"], "LEVEL3");
    assert_eq!(attribute["evidenceStatus"]["isAdjudicable"], false);
    assert_eq!(attribute["portraitQuality"], true);
    assert_eq!(attribute["portraitData"], json!({ "source": "LIVE_CAPTURE_VIDEO", "channel": "webSDK" }));
    assert!(shown.get("evidences").is_none());

    let detailed = read(&server, &format!("/{identity}?detailed=true")).await;
    assert_eq!(detailed["context"], context);
    assert_eq!(detailed["evidences"][0]["liveness"]["livenessStatus"], "SUCCESS");
    assert_eq!(detailed["evidences"][0]["liveness"]["sessionId"], session.as_str());

    let capture = get(&server, &format!("/{identity}/attributes/portrait/capture")).await;
    assert_eq!(capture.status, 200);
    let content_type = capture.content_type.as_deref().expect("a content type");
    let boundary = form::boundary(content_type).expect("a boundary");
    let parts = form::parse(&capture.body, boundary).expect("parts");
    assert_eq!(parts.len(), 1);
    assert_eq!((parts[0].name.as_str(), parts[0].filename.as_str()), ("Portrait", "portrait.jpg"));
    // The very picture of the session, which bioserver-core shows as well: the session is one like any other.
    let result = server.result(&session).await.json();
    assert_eq!(result["livenessStatus"], "SUCCESS");
    let best = text(&result, "bestImageId");
    assert_eq!(parts[0].data, server.face_image(&session, best).await.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_pass_is_told_so_in_the_items() {
    let server = settings().start().await;
    let identity = consenting(&server).await;
    let (portrait, session) = opens_capture(&server, &identity).await;
    let leaving = Browser::default().leaving_after(3);
    leaving.captures(server.origin(), &session, &person()).await.expect("a connection");
    let status = settled(&server, &identity, &portrait).await;
    assert_eq!(status["status"], "NOT_VERIFIED", "{status:#}");
    assert_eq!(status["errors"][0]["field"], "portrait");
    assert_eq!(status["errors"][0]["code"], "3004");
    assert!(text(&status["errors"][0], "message").contains("disconnected"), "{status:#}");
    assert!(!demo_says_success(&status));
    assert_eq!(level(&server, &identity).await, "LOA0");
    assert_error(
        "no picture",
        &get(&server, &format!("/{identity}/attributes/portrait/capture")).await,
        404,
        "2001",
    );
    // The session is spent; another may be opened for the same identity.
    let again = passes(&server, &identity).await;
    assert_eq!(settled(&server, &identity, &again).await["status"], "VERIFIED");
    assert_eq!(level(&server, &identity).await, "LOA1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_automated_browser_is_refused_and_the_demo_shows_its_failure_page() {
    let server = TestServerSettings::default().binary(env!("CARGO_BIN_EXE_selfsame")).start().await;
    let identity = consenting(&server).await;
    let (portrait, session) = opens_capture(&server, &identity).await;
    let browser = Browser::default().automated();
    browser.captures(server.origin(), &session, &person()).await.expect("a connection");
    let status = settled(&server, &identity, &portrait).await;
    assert!(!demo_says_success(&status), "{status:#}");
    assert_ne!(status["status"], "VERIFIED");
    assert_eq!(level(&server, &identity).await, "LOA0");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_capture_is_told_where_the_identity_says() {
    let receiver = CallbackReceiver::start([Reply::status(204)]).await;
    let server = settings().with("SELFSAME__DEVELOPMENT", true).start().await;
    let context = json!([{ "key": "CALLBACK_URL", "value": receiver.url("/gips?order=7") }]);
    let identity = opens_identity(&server, &context).await;
    consents(&server, &identity).await;
    let portrait = passes(&server, &identity).await;
    let told = receiver.hears(1, Duration::from_secs(20)).await;
    assert_eq!(told[0].path, "/gips?order=7");
    let expected = json!({
        "identityId": identity, "evidenceId": portrait, "type": "PORTRAIT", "status": "VERIFIED",
    });
    assert_eq!(told[0].json(), expected);
    assert!(told[0].header("webhook-signature").starts_with("v1,"));
    // The address is the integrator's secret as much as anybody's: it is not shown again.
    assert_eq!(read(&server, &format!("/{identity}?detailed=true")).await["context"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_that_was_stored_survives_a_power_cut() {
    let mut server = settings().start().await;
    let identity = consenting(&server).await;
    let portrait = passes(&server, &identity).await;
    let (waiting, session) = {
        let other = consenting(&server).await;
        let (waiting, session) = opens_capture(&server, &other).await;
        let (told, mut answered) = tokio::sync::mpsc::unbounded_channel();
        let origin = server.origin().to_owned();
        let browser = Browser { answered: Some(told), ..Browser::default() };
        let capturing = session.clone();
        let capture = tokio::spawn(async move { browser.captures(&origin, &capturing, &person()).await });
        while answered.recv().await.expect("the capture goes on") < 3 {}
        // Nobody has asked about either identity before.
        server.kill();
        let _whatever_the_browser_saw = capture.await.expect("the browser's task");
        ((other, waiting), session)
    };
    server.restart().await;
    assert_eq!(settled(&server, &identity, &portrait).await["status"], "VERIFIED");
    let status = settled(&server, &waiting.0, &waiting.1).await;
    assert_eq!(status["status"], "NOT_VERIFIED", "{session}: {status:#}");
    assert!(!demo_says_success(&status));
}
