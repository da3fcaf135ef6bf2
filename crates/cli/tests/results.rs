//! Results can be trusted: openssl verifies what the server signs, and nothing that was altered.

use std::process::Command;
use std::time::Duration;

use reqwest::Method;
use selfsame_testkit::{
    Answer, Browser, CaptureSocket, Clip, Heard, Jws, TestServer, TestServerSettings, fixture,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const CERTIFICATE: &str = "/.well-known/result-signing.pem";

async fn published(server: &TestServer, path: &str) -> Vec<u8> {
    let answer = server.answers(server.request(Method::GET, path)).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.body
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_verifies_a_result_and_nothing_that_was_altered() {
    let settings = TestServerSettings::default().observing().binary(env!("CARGO_BIN_EXE_selfsame"));
    let mut server = settings.start().await;
    let session = server.opens_session().await;
    let clip = Clip::from_folder(&fixture("frames/single_face"), 30.0);
    Browser::default().captures(server.origin(), &session, &clip).await.expect("a connection");
    let result = server.result(&session).await.json();
    assert_eq!(result["livenessStatus"], "SUCCESS", "{result:#}");

    let certificate = published(&server, CERTIFICATE).await;
    let signature = result["signature"].as_str().expect("a signature");
    let jws = Jws::parse(signature);
    assert_eq!(jws.header["alg"], "RS256");
    assert!(jws.verifies(&certificate));

    // What was signed is this very result: canonical, so without its signature and with members in order.
    let mut unsigned = result.clone();
    unsigned.as_object_mut().expect("an object").remove("signature");
    assert_eq!(jws.json()["report"]["framesTracked"], unsigned["report"]["framesTracked"]);
    let canonical = std::str::from_utf8(&jws.payload).expect("a text");
    assert!(canonical.starts_with(r#"{"bestImageId":"#) && !canonical.contains('\n'), "{canonical}");
    assert_same("", &jws.json(), &unsigned);

    // One letter of the payload, or another key: no.
    let pieces: Vec<_> = signature.split('.').collect();
    let other = if pieces[1].ends_with('A') { "Q" } else { "A" };
    let altered = format!("{}.{}{other}.{}", pieces[0], &pieces[1][..pieces[1].len() - 1], pieces[2]);
    assert!(!Jws::parse(&altered).verifies(&certificate));
    let stranger = TestServerSettings::default().binary(env!("CARGO_BIN_EXE_selfsame")).start().await;
    assert!(!jws.verifies(&published(&stranger, CERTIFICATE).await));

    // The JWKS names the same key and holds the same certificate.
    let jwks: Value =
        serde_json::from_slice(&published(&server, "/.well-known/jwks.json").await).expect("JSON");
    let key = &jwks["keys"][0];
    assert_eq!(key["kid"], jws.header["kid"]);
    let pem: String =
        String::from_utf8_lossy(&certificate).lines().filter(|line| !line.starts_with("-----")).collect();
    assert_eq!(key["x5c"], json!([pem]));

    // Where the picture is, and that it is this one.
    let best = result["bestImageId"].as_str().expect("a best image");
    let stored = &result["imageStorage"];
    let picture = server.face_image(&session, best).await.body;
    assert_eq!(stored["hash"], hex(&Sha256::digest(&picture)));
    assert_eq!(stored["hashAlgorithm"], "SHA_256");
    assert_eq!(stored["contentType"], "image/jpeg");
    let object = server.data().join(stored["bucketName"].as_str().expect("a bucket"));
    let object = object.join(stored["key"].as_str().expect("a key"));
    let sealed = std::fs::read(object).expect("the object is where the result says");
    assert!(!sealed.windows(16).any(|window| window == &picture[..16]), "and is encrypted");

    server.restart().await;
    assert_eq!(published(&server, CERTIFICATE).await, certificate, "the certificate outlives a restart");
    assert!(Jws::parse(signature).verifies(&published(&server, CERTIFICATE).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_listed_and_erased_when_asked() {
    let settings = TestServerSettings::default().observing().binary(env!("CARGO_BIN_EXE_selfsame"));
    let server = settings.start().await;
    let session = server.opens_session().await;
    let clip = Clip::from_folder(&fixture("frames/single_face"), 30.0);
    Browser::default().captures(server.origin(), &session, &clip).await.expect("a connection");
    let result = server.result(&session).await.json();
    let path = format!("/bioserver-app/v2/bio-sessions/{session}");
    let faces = server.answers(server.authorised(Method::GET, &format!("{path}/faces"))).await.json();
    assert_eq!(faces[0]["id"], result["bestImageId"]);
    let stored = &result["imageStorage"];
    let object = server.data().join(stored["bucketName"].as_str().expect("a bucket"));
    let object = object.join(stored["key"].as_str().expect("a key"));
    assert!(object.exists());

    // A verdict stands without its picture.
    let sealed = std::fs::read(&object).expect("the object");
    std::fs::remove_file(&object).expect("the object can be removed");
    for content in [None, Some(b"something else".as_slice())] {
        if let Some(content) = content {
            std::fs::write(&object, content).expect("the object can be written");
        }
        let answer = server.result(&session).await;
        assert_eq!(answer.status, 200);
        let without = answer.json();
        assert_eq!(without["livenessStatus"], result["livenessStatus"]);
        assert!(without.get("imageStorage").is_none() && without["signature"].is_string(), "{without:#}");
    }
    std::fs::write(&object, sealed).expect("the object can be written");
    assert_eq!(server.result(&session).await.json()["imageStorage"], result["imageStorage"]);

    assert_eq!(server.answers(server.authorised(Method::DELETE, &path)).await.status, 204);
    assert!(!object.exists(), "the picture is gone");
    assert_eq!(server.result(&session).await.status, 404);
    assert_eq!(server.answers(server.authorised(Method::DELETE, &path)).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_keeps_no_pictures_has_none_to_show() {
    let settings = TestServerSettings::default().observing().binary(env!("CARGO_BIN_EXE_selfsame"));
    let server = settings.start().await;
    let body = json!({ "livenessMode": "LIVENESS_PASSIVE", "imageStorageEnabled": false });
    let session = server.opens_session_with(body).await.created_id();
    let clip = Clip::from_folder(&fixture("frames/single_face"), 30.0);
    Browser::default().captures(server.origin(), &session, &clip).await.expect("a connection");
    let result = server.result(&session).await.json();
    assert_eq!(result["livenessStatus"], "SUCCESS", "{result:#}");
    assert!(result.get("imageStorage").is_none(), "{result:#}");
    let best = result["bestImageId"].as_str().expect("a best image");
    let image = server.face_image(&session, best).await;
    assert_eq!((image.status, image.body.len()), (204, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_has_the_members_of_the_original_and_none_that_is_made_up() {
    let settings = TestServerSettings::default().observing().binary(env!("CARGO_BIN_EXE_selfsame"));
    let server = settings.start().await;
    // What later versions and other products' clients send besides is no error and changes nothing.
    let body = json!({
        "livenessMode": "LIVENESS_ACTIVE", "securityLevel": "LOW", "numberOfChallenge": 3, "ageThreshold": "18",
        "videoStorageEnabled": true,
    });
    let session = server.opens_session_with(body).await.created_id();
    let path = format!("/bioserver-app/v2/bio-sessions/{session}/liveness-challenge-result");
    let old = format!("{path}/LIVENESS_HIGH/HIGH");
    let older = format!("{path}/LIVENESS_HIGH?numberOfChallenge=3");
    for path in [&path, &old, &older] {
        let early = server.answers(server.authorised(Method::GET, path)).await;
        assert_eq!((early.status, early.body.len()), (204, 0), "{path}");
    }
    let clip = Clip::from_folder(&fixture("frames/single_face"), 30.0);
    let browser = Browser {
        device: json!({
            "deviceModel": "SM-G935F", "osType": "Android", "osVersion": "7.0", "browserName": "Chrome", "browserVersion": "140",
            "deviceId": "kept-by-the-page",
        }),
        ..Browser::default()
    };
    // It looks into the camera and follows no dot.
    let log = browser.captures(server.origin(), &session, &clip).await.expect("a connection");
    for info in &log.tracking {
        let active = &info["livenessActive"];
        assert_eq!(active["positionInfo"], info["positionInfo"], "{info:#}");
        assert_eq!((&active["targetChallengeIndex"], &info["livenessHigh"]), (&json!(0), active), "{info:#}");
    }
    let circles = |info: &Value| info["livenessActive"]["challengeCircles"].as_object().map(|all| all.len());
    assert_eq!(log.tracking.first().and_then(circles), Some(0), "no dot before the challenge");
    assert_eq!(log.tracking.last().and_then(circles), Some(1), "those that were missed are gone");
    let result = server.answers(server.authorised(Method::GET, &path)).await.json();
    assert_eq!(result["livenessStatus"], "FAILED", "{result:#}");
    assert!(result["diagnostic"].as_str().is_some_and(|why| why.len() > 20), "{result:#}");
    assert_eq!(result["livenessMode"], "LIVENESS_ACTIVE");
    assert_eq!(result["securityLevel"], "LOW");
    assert_eq!(result["numberOfChallenge"], 3);
    let device = json!({
        "deviceModel": "SM-G935F", "osType": "Android", "osVersion": "7.0", "browserName": "Chrome", "browserVersion": "140",
    });
    assert_eq!(result["deviceInfo"], device, "and nothing that names one device among its like");
    for absent in ["age", "videoStorage"] {
        assert!(result.get(absent).is_none(), "{absent}");
    }
    for old in [&old, &older] {
        let asked_as_of_old = server.answers(server.authorised(Method::GET, old)).await.json();
        assert_eq!(asked_as_of_old, result, "{old}");
    }
    // Nobody was asked for evidence, and who needs none is heard.
    let witnesses = result["report"]["witnesses"].as_array().expect("a list");
    for name in ["micro_motion", "capture_chain", "depth", "obedience"] {
        let word = witnesses.iter().find(|word| word["witness"] == name);
        assert!(word.is_some_and(|word| word["binding"] == false), "{name} in {witnesses:#?}");
    }
    assert!(result["report"].get("score").is_none(), "{result:#}");
}

/// A server that keeps videos.
async fn recording_server() -> TestServer {
    let settings = TestServerSettings::default().observing().binary(env!("CARGO_BIN_EXE_selfsame"));
    settings.with("SELFSAME__LIVENESS__VIDEO_STORAGE", true).start().await
}

async fn video(server: &TestServer, session: &str) -> Answer {
    let path = format!("/bioserver-app/v2/bio-sessions/{session}/video");
    server.answers(server.authorised(Method::GET, &path)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_is_recorded_where_that_is_switched_on() {
    let server = recording_server().await;
    let clip = Clip::from_folder(&fixture("frames/single_face"), 30.0);
    let session = server.opens_session().await;
    assert_eq!(video(&server, &session).await.status, 204, "before the capture");
    let log = Browser::default().captures(server.origin(), &session, &clip).await.expect("a connection");
    let result = server.result(&session).await.json();
    assert_eq!(result["livenessStatus"], "SUCCESS", "{result:#}");

    let stored = &result["videoStorage"];
    let place = |media: &Value| json!([media["region"], media["bucketName"], media["hashAlgorithm"]]);
    assert_eq!(place(stored), place(&result["imageStorage"]));
    assert_eq!(stored["contentType"], "video/mp4");
    let signed = Jws::parse(result["signature"].as_str().expect("a signature")).json();
    assert_eq!(signed["videoStorage"], *stored, "it is signed with the rest");
    let answer = video(&server, &session).await;
    assert_eq!(answer.status, 200);
    assert_eq!(stored["hash"], hex(&Sha256::digest(&answer.body)));
    let object = server.data().join(stored["bucketName"].as_str().expect("a bucket"));
    let object = object.join(stored["key"].as_str().expect("a key"));
    let sealed = std::fs::read(&object).expect("the object is where the result says");
    assert!(!sealed.windows(4).any(|window| window == b"moov"), "and is encrypted");

    // A player finds all that was sent, in the size and for as long as it was sent.
    let file = server.data().join("video.mp4");
    std::fs::write(&file, &answer.body).expect("the video can be written");
    let probe = [
        "-v",
        "error",
        "-count_frames",
        "-show_entries",
        "stream=codec_name,width,height,nb_read_frames:format=duration",
    ];
    let probe =
        Command::new("ffprobe").args(probe).args(["-of", "json"]).arg(&file).output().expect("ffprobe");
    assert!(probe.status.success() && probe.stderr.is_empty(), "{}", String::from_utf8_lossy(&probe.stderr));
    let found: Value = serde_json::from_slice(&probe.stdout).expect("JSON");
    let stream = &found["streams"][0];
    assert_eq!((&stream["codec_name"], &stream["width"]), (&json!("mjpeg"), &json!(320)), "{found:#}");
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<f64>().ok()).expect("a number");
    // Frames that were under way when the capture was decided may be missing.
    let (frames, sent) = (number(&stream["nb_read_frames"]), f64::from(log.frames_sent));
    assert!(frames > 8.0 && (sent - 3.0..=sent).contains(&frames), "{frames} of {sent}");
    let seconds = number(&found["format"]["duration"]);
    assert!((0.5..log.took.as_secs_f64() + 0.2).contains(&seconds), "{seconds} s of {:?}", log.took);

    // Those who fail are seen as well; who is to leave no pictures is not.
    let failed = server.opens_session().await;
    Browser::default()
        .leaving_after(5)
        .captures(server.origin(), &failed, &clip)
        .await
        .expect("a connection");
    let body = json!({ "livenessMode": "LIVENESS_PASSIVE", "imageStorageEnabled": false });
    let unseen = server.opens_session_with(body).await.created_id();
    Browser::default().captures(server.origin(), &unseen, &clip).await.expect("a connection");
    let result = server.result(&unseen).await.json();
    assert_eq!(result["livenessStatus"], "SUCCESS", "{result:#}");
    assert!(result.get("videoStorage").is_none(), "{result:#}");
    assert_eq!(video(&server, &unseen).await.status, 204);
    let result = server.result(&failed).await.json();
    assert_eq!(result["livenessStatus"], "ERROR", "{result:#}");
    assert_eq!(result["videoStorage"]["hash"], hex(&Sha256::digest(video(&server, &failed).await.body)));

    // It is of one tenant, and goes with its session.
    let path = format!("/bioserver-app/v2/bio-sessions/{session}");
    let unnamed = server.request(Method::GET, &format!("{path}/video"));
    assert_eq!(server.answers(unnamed).await.status, 401);
    assert_eq!(server.answers(server.authorised(Method::DELETE, &path)).await.status, 204);
    assert!(!object.exists());
    assert_eq!(video(&server, &session).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_captures_are_recorded_none_is_accepted_without_its_recording() {
    let server = recording_server().await;
    let clip = Clip::from_folder(&fixture("frames/single_face"), 30.0);
    let first = server.opens_session().await;
    Browser::default().captures(server.origin(), &first, &clip).await.expect("a connection");
    let result = server.result(&first).await.json();
    let name = result["videoStorage"]["key"].as_str().expect("a key").to_owned();
    assert_eq!(result["livenessStatus"], "SUCCESS", "{result:#}");

    // Something lies where the video of the next one is to be put.
    let second = server.opens_session().await;
    let place = server.data().join("objects").join(name.replace(&first, &second));
    std::fs::create_dir_all(place.join("in the way")).expect("a folder");
    Browser::default().captures(server.origin(), &second, &clip).await.expect("a connection");
    let result = server.result(&second).await.json();
    assert_eq!(result["livenessStatus"], "ERROR", "{result:#}");
    assert!(result.get("videoStorage").is_none() && result.get("bestImageId").is_none(), "{result:#}");

    // Nor is one whose frames no MP4 can hold.
    let third = server.opens_session().await;
    let mut socket = CaptureSocket::connect(server.origin()).await.expect("a connection");
    let hello = json!({ "type": "hello", "protocol": 1, "sessionId": third });
    let start = json!({ "type": "start", "camera": { "label": "Camera", "width": 1280, "height": 720 } });
    let mut frame = vec![1, 0, 0, 0, 1];
    frame.extend(125_f64.to_be_bytes());
    frame.extend([5, 0, 2, 208]);
    frame.extend(selfsame_testkit::faceless_file(96, 54, image::ImageFormat::WebP));
    socket.says(&hello).await.expect("it listens");
    assert_eq!(socket.hears(Duration::from_secs(10)).await.expect("an answer").kind(), "ready");
    socket.says(&start).await.expect("it listens");
    socket.sends(frame).await.expect("it listens");
    let mut said = Vec::new();
    while let Ok(Heard::Message(message)) = socket.hears(Duration::from_secs(10)).await {
        said.push(message);
    }
    assert!(said.iter().any(|message| message["code"] == 400), "{said:?}");
    let result = server.result(&third).await.json();
    assert_eq!(result["livenessStatus"], "ERROR", "{result:#}");
    assert!(result["diagnostic"].as_str().is_some_and(|why| why.contains("no JPEG")), "{result:#}");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Equal as JSON knows it: 3000 and 3000.0 are one number.
fn assert_same(path: &str, one: &Value, other: &Value) {
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "{path}");
            a.iter().for_each(|(key, value)| assert_same(&format!("{path}/{key}"), value, &b[key]));
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{path}");
            a.iter().zip(b).for_each(|(a, b)| assert_same(path, a, b));
        }
        (Value::Number(a), Value::Number(b)) => assert_eq!(a.as_f64(), b.as_f64(), "{path}"),
        _ => assert_eq!(one, other, "{path}"),
    }
}
