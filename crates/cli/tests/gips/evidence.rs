//! Levels that rise with evidence, and fall when it contradicts itself; the proof.

use selfsame_testkit::CaptureOutcome;
use serde_json::json;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn levels_rise_with_a_matching_reference_and_fall_with_another_persons() {
    let server = settings().start().await;
    let identity = consenting(&server).await;

    // A reference alone says nothing.
    let early = uploads_reference(&server, &identity, own_photo()).await;
    assert_eq!(early, json!({ "status": "NOT_VERIFIED", "type": "PORTRAIT_REFERENCE", "id": early["id"] }));
    assert_eq!(level(&server, &identity).await, "LOA0");

    // With the live portrait it is compared, whoever came first.
    let portrait = passes(&server, &identity).await;
    assert_eq!(settled(&server, &identity, &portrait).await["status"], "VERIFIED");
    assert_eq!(level(&server, &identity).await, "LOA2");
    let shown = read(&server, &format!("/{identity}")).await;
    assert_eq!(shown["portrait"]["evidenceStatus"]["score"], "LEVEL4");
    assert_eq!(shown["portraitReference"]["evidenceStatus"]["status"], "VERIFIED");
    assert_eq!(shown["portraitReference"]["match"]["matched"], true);
    let rate = shown["portraitReference"]["match"]["falseAcceptanceRate"].as_f64().expect("a rate");
    assert!(rate <= 0.01, "{rate} %");
    assert_eq!(
        shown["globalStatus"]["upgradePaths"]["LOA3"]["missingEvidences"],
        json!([{ "type": "ID_DOCUMENT" }])
    );

    // Another person's picture takes its place: both sides say no.
    let other = uploads_reference(&server, &identity, strangers_photo()).await;
    assert_eq!(other["status"], "NOT_VERIFIED");
    assert_eq!(other["errors"][0]["field"], "portraitReference");
    assert_eq!(other["errors"][0]["code"], "3006");
    let status = read(&server, &format!("/{identity}/status/{portrait}")).await;
    assert_eq!(status["status"], "NOT_VERIFIED");
    assert_eq!(status["errors"][0]["code"], "3006");
    assert_eq!(level(&server, &identity).await, "LOA0");

    // And the person's own again.
    let right = uploads_reference(&server, &identity, own_photo()).await;
    assert_eq!(right["status"], "VERIFIED", "{right:#}");
    assert_eq!(level(&server, &identity).await, "LOA2");

    // A new capture takes the portrait's place: until it is passed nothing is known, then everything is compared anew.
    let (next, session) = opens_capture(&server, &identity).await;
    assert_eq!(level(&server, &identity).await, "LOA0");
    let reference = read(&server, &format!("/{identity}/status/{}", text(&right, "id"))).await;
    assert_eq!(reference["status"], "NOT_VERIFIED");
    selfsame_testkit::Browser::default()
        .captures(server.origin(), &session, &person())
        .await
        .expect("a connection");
    assert_eq!(settled(&server, &identity, &next).await["status"], "VERIFIED");
    assert_eq!(level(&server, &identity).await, "LOA2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_was_sent_is_a_portrait_and_never_liveness() {
    let server = settings().start().await;
    let identity = consenting(&server).await;
    uploads_reference(&server, &identity, own_photo()).await;
    let path = format!("/{identity}/attributes/portrait/capture");
    let sent = server.answers(upload(&server, &path, "Portrait", own_photo())).await.json();
    assert_eq!(sent["status"], "NOT_VERIFIED");
    assert_eq!(sent["type"], "PORTRAIT");
    assert_eq!(sent["errors"][0]["code"], "3005");
    assert_eq!(level(&server, &identity).await, "LOA0");
    let answer = get(&server, &path).await;
    let boundary =
        form::boundary(answer.content_type.as_deref().expect("a content type")).expect("a boundary");
    let parts = form::parse(&answer.body, boundary).expect("parts");
    assert!(parts[0].data.starts_with(&[0xff, 0xd8]) && parts[0].data.ends_with(&[0xff, 0xd9]));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_valid_consent_no_picture_is_taken() {
    let server = settings().start().await;
    let identity = opens_identity(&server, &json!([])).await;
    let refused = async |what: &str| {
        let live =
            post(&server, &format!("/{identity}/attributes/portrait/live-capture-video-session"), json!({}))
                .await;
        assert_error(what, &live, 403, "2002");
        for path in ["attributes/portrait/capture", "attributes/portrait-reference"] {
            let sent = upload(&server, &format!("/{identity}/{path}"), "Portrait", own_photo());
            assert_error(what, &server.answers(sent).await, 403, "2002");
        }
    };
    let say = async |consent: Value| {
        assert_eq!(post(&server, &format!("/{identity}/consents"), json!([consent])).await.status, 200);
    };
    refused("nothing said").await;
    say(json!({ "approved": true, "type": "GIV" })).await;
    refused("something else").await;
    say(json!({ "approved": true, "type": "PORTRAIT", "validityPeriod": { "to": "2019-11-13" } })).await;
    refused("over").await;
    say(json!({ "approved": true, "type": "PORTRAIT" })).await;
    opens_capture(&server, &identity).await;
    say(json!({ "approved": false, "type": "PORTRAIT" })).await;
    refused("withdrawn").await;
    let said = read(&server, &format!("/{identity}/consents")).await;
    assert_eq!(said.as_array().map(Vec::len), Some(4));
    assert_eq!(said[1]["validityPeriod"], json!({ "to": "2019-11-13" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_is_withdrawn_ends_what_was_opened_under_it() {
    let server = settings().start().await;
    let withdraws = async |identity: &str| {
        let said = json!([{ "approved": false, "type": "PORTRAIT" }]);
        assert_eq!(post(&server, &format!("/{identity}/consents"), said).await.status, 200);
    };

    // Before the camera is on: there is no capture.
    let identity = consenting(&server).await;
    let (portrait, session) = opens_capture(&server, &identity).await;
    withdraws(&identity).await;
    let log = Browser::default().captures(server.origin(), &session, &person()).await.expect("a connection");
    assert!(matches!(log.outcome, CaptureOutcome::Refused { code: 400, .. }), "{:?}", log.outcome);
    assert_eq!(read(&server, &format!("/{identity}/status/{portrait}")).await["status"], "PROCESSING");
    // Given again, the session serves.
    consents(&server, &identity).await;
    Browser::default().captures(server.origin(), &session, &person()).await.expect("a connection");
    assert_eq!(settled(&server, &identity, &portrait).await["status"], "VERIFIED");

    // While it is on: whatever was seen, nothing is verified by it, nor by a consent that comes after it.
    for given_again in [false, true] {
        let identity = consenting(&server).await;
        let (portrait, session) = opens_capture(&server, &identity).await;
        let capture = is_captured(&server, &session).await;
        withdraws(&identity).await;
        capture.await.expect("the browser's task").expect("a connection");
        assert_eq!(server.result(&session).await.json()["livenessStatus"], "SUCCESS");
        if given_again {
            consents(&server, &identity).await;
        }
        assert_eq!(settled(&server, &identity, &portrait).await["status"], "NOT_VERIFIED");
        assert_eq!(level(&server, &identity).await, "LOA0");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn older_addresses_and_a_post_without_a_body_are_understood() {
    let server = settings().start().await;
    let identity = consenting(&server).await;
    let old = server.authorised(Method::GET, &format!("/gips/rest/v1/identities/{identity}/status"));
    assert_eq!(server.answers(old).await.json()["id"], identity.as_str());
    let path = format!("/{identity}/attributes/portrait/capture");
    assert_error(
        "no portrait yet",
        &server.answers(request(&server, Method::POST, &path)).await,
        404,
        "2001",
    );
    server.answers(upload(&server, &path, "Portrait", own_photo())).await;
    let asked = server.answers(request(&server, Method::POST, &path).header("content-type", "application"));
    let (asked, got) = (asked.await, get(&server, &path).await);
    assert_eq!(asked.status, 200);
    assert_eq!(asked.body.len(), got.body.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proof_is_signed_and_about_the_portrait_beside_it() {
    use selfsame_testkit::Jws;
    use sha2::{Digest, Sha256};

    let server = settings().start().await;
    let identity = consenting(&server).await;
    passes(&server, &identity).await;
    let answer = get(&server, &format!("/{identity}/proof")).await;
    assert_eq!(answer.status, 200);
    let boundary =
        form::boundary(answer.content_type.as_deref().expect("a content type")).expect("a boundary");
    let parts = form::parse(&answer.body, boundary).expect("parts");
    let names: Vec<_> = parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["Proof", "Portrait"]);

    let jws = Jws::parse(std::str::from_utf8(&parts[0].data).expect("a text"));
    let statement = jws.json();
    assert_eq!(statement["globalStatus"]["id"], identity.as_str());
    assert_eq!(statement["globalStatus"]["levelOfAssurance"], "LOA1");
    let digest: String = Sha256::digest(&parts[1].data).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(statement["portraitImage"]["hash"], digest);

    // By a program that is not ours, with the published certificate.
    let certificate = server.answers(server.request(Method::GET, "/.well-known/result-signing.pem")).await;
    assert_eq!(certificate.status, 200);
    assert!(jws.verifies(&certificate.body));
}
