//! Identity documents as evidence: drawn, sent, examined, held against a portrait, and erased.

use image::RgbImage;
use selfsame_testkit::{CallbackReceiver, Reply};
use selfsame_testkit_documents::{Document, Fonts, Kind, Portrait, Side, Tampering, tampered};
use serde_json::json;
use std::time::{Duration, Instant};

use super::erasure::objects;
use super::*;

pub(crate) const DETAILS: &str =
    r#"{"jurisdiction":"DEU","documentType":"PASSPORT","source":"LIVE_CAPTURE_IMAGE"}"#;

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 92).encode_image(picture).expect("a JPEG");
    bytes
}

/// The person of the clip, as a document shows them.
fn of_person() -> Portrait {
    Portrait::new(image::load_from_memory(&own_photo()).expect("a fixture").to_rgb8())
}

fn of_stranger() -> Portrait {
    let frame = image::load_from_memory(&strangers_photo()).expect("a fixture").to_rgb8();
    // The face is at the right of a wide frame: its head and shoulders, as a page has them.
    Portrait::new(image::imageops::crop_imm(&frame, 575, 60, 580, 660).to_image())
}

/// A document of Germany's code.
fn drawn(kind: Kind) -> Document {
    (0..)
        .map(|seed| Document::random(kind, seed))
        .find(|document| document.design.state == "DEU")
        .expect("one in some dozen")
}

fn fonts() -> Fonts {
    Fonts::load().expect("the fonts of the generator; see its documentation")
}

fn passport(holder: &Portrait) -> Vec<u8> {
    let page = drawn(Kind::Passport).render(Side::Front, holder, &fonts(), 300.0).expect("a page");
    jpeg(&page.picture)
}

/// Front and back of a card whose back is another card's.
fn mixed_card() -> [Vec<u8>; 2] {
    let (document, holder, fonts) = (drawn(Kind::IdentityCardTd1), of_person(), fonts());
    let front = document.render(Side::Front, &holder, &fonts, 300.0).expect("a page");
    let other = Tampering::OtherBack;
    let back = tampered(&document, Side::Back, &holder, &holder, &fonts, 300.0, other, 3).expect("a page");
    [jpeg(&front.picture), jpeg(&back.page.picture)]
}

/// A small picture that shows nothing.
pub(crate) fn blank() -> Vec<u8> {
    jpeg(&RgbImage::from_fn(400, 300, |x, y| image::Rgb([(x % 200) as u8, (y % 100) as u8, 120])))
}

pub(crate) fn sent(details: &str, front: Vec<u8>, back: Option<Vec<u8>>) -> Form {
    let picture = |bytes, name| Part::bytes(bytes).file_name(name);
    let form = Form::new()
        .part("DocumentFront", picture(front, "front.jpeg"))
        .part("DocumentCaptureDetails", Part::text(details.to_owned()).file_name("details.json"));
    match back {
        Some(back) => form.part("DocumentBack", picture(back, "back.jpeg")),
        None => form,
    }
}

fn capture(identity: &str) -> String {
    format!("/{identity}/id-documents/capture")
}

/// A document that is accepted; its id.
pub(crate) async fn sends(server: &TestServer, identity: &str, form: Form) -> String {
    let answer = server.answers(request(server, Method::POST, &capture(identity)).multipart(form)).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    let answer = answer.json();
    let id = text(&answer, "id").to_owned();
    assert_eq!(answer, json!({ "status": "PROCESSING", "type": "ID_DOCUMENT", "id": id }));
    id
}

/// Asks until the document was examined, which takes longer than a verdict does.
pub(crate) async fn examined(server: &TestServer, identity: &str, document: &str) -> Value {
    let began = Instant::now();
    loop {
        let status = read(server, &format!("/{identity}/status/{document}")).await;
        if status["status"] != "PROCESSING" {
            return status;
        }
        let waited = began.elapsed();
        assert!(waited < Duration::from_secs(90), "still PROCESSING; the server said:\n{}", server.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_and_its_holder_reach_the_level_and_a_strangers_does_not() {
    let server = settings().with("SELFSAME__DEVELOPMENT", true).start().await;
    let receiver = CallbackReceiver::start([Reply::status(204), Reply::status(204)]).await;
    let context = json!([{ "key": "CALLBACK_URL", "value": receiver.url("/told") }]);
    let identity = opens_identity(&server, &context).await;
    consents(&server, &identity).await;
    let front = passport(&of_person());
    let document = sends(&server, &identity, sent(DETAILS, front.clone(), None)).await;
    assert_eq!(read(&server, &format!("/{identity}/status")).await["status"], "PROCESSING");
    assert_error("no proof yet", &get(&server, &format!("/{identity}/proof")).await, 403, "2003");

    // Genuine, and nobody's yet.
    let status = examined(&server, &identity, &document).await;
    assert_eq!(
        status,
        json!({ "status": "VERIFIED", "type": "ID_DOCUMENT", "id": document }),
        "{}",
        server.log()
    );
    let shown = read(&server, &format!("/{identity}")).await;
    assert_eq!(shown["globalStatus"]["levelOfAssurance"], "LOA0");
    assert_eq!(shown["globalStatus"]["status"], "EXPECTING_INPUT");
    assert_eq!(
        shown["globalStatus"]["upgradePaths"]["LOA3"]["missingEvidences"],
        json!([{ "type": "PORTRAIT" }])
    );
    let told = receiver.hears(1, Duration::from_secs(20)).await;
    assert_eq!(
        told[0].json(),
        json!({ "identityId": identity, "evidenceId": document, "type": "ID_DOCUMENT", "status": "VERIFIED" })
    );

    // The live portrait is the one on the document.
    let portrait = passes(&server, &identity).await;
    assert_eq!(settled(&server, &identity, &portrait).await["status"], "VERIFIED");
    assert_eq!(level(&server, &identity).await, "LOA3");
    let shown = read(&server, &format!("/{identity}?detailed=true")).await;
    assert_eq!(shown["portrait"]["evidenceStatus"]["score"], "LEVEL4");
    let listed = &shown["idDocuments"][0];
    assert_eq!(listed["evidenceId"], document.as_str());
    assert_eq!(listed["evidenceStatus"]["status"], "VERIFIED");
    assert_eq!(listed["evidenceStatus"]["score"], "LEVEL3");
    assert_eq!(listed["evidenceStatus"]["strength"], "LEVEL3");
    assert_eq!(
        listed["idDocumentData"],
        json!({ "jurisdiction": "DEU", "documentType": "PASSPORT", "channel": "api" })
    );
    assert_eq!(listed["match"]["matched"], true);
    assert_eq!(listed["match"]["evidenceId"], portrait.as_str());
    assert_eq!(shown["portrait"]["match"]["evidenceId"], document.as_str());
    assert!(listed.get("portraitQuality").is_none(), "{listed:#}");
    let kinds: Vec<_> =
        shown["evidences"].as_array().expect("a list").iter().map(|one| one["type"].clone()).collect();
    assert_eq!(kinds, ["ID_DOCUMENT", "PORTRAIT"]);
    assert_eq!(read(&server, &format!("/{identity}/evidences/{document}/status")).await, status);

    // And what is signed says so.
    let answer = get(&server, &format!("/{identity}/proof")).await;
    let boundary =
        form::boundary(answer.content_type.as_deref().expect("a content type")).expect("a boundary");
    let parts = form::parse(&answer.body, boundary).expect("parts");
    let jws = selfsame_testkit::Jws::parse(std::str::from_utf8(&parts[0].data).expect("a text"));
    assert_eq!(jws.json()["globalStatus"]["levelOfAssurance"], "LOA3");
    assert_eq!(jws.json()["idDocuments"][0]["evidenceId"], document.as_str());
    assert_eq!(jws.json()["evidences"][1]["type"], "ID_DOCUMENT");

    // The document of somebody else takes its place: it is genuine, and the portrait is not its holder's.
    let strangers = sends(&server, &identity, sent(DETAILS, passport(&of_stranger()), None)).await;
    assert_eq!(level(&server, &identity).await, "LOA1");
    assert_eq!(examined(&server, &identity, &strangers).await["status"], "VERIFIED");
    let status = read(&server, &format!("/{identity}/status/{portrait}")).await;
    assert_eq!((&status["status"], &status["errors"][0]["code"]), (&"NOT_VERIFIED".into(), &"3009".into()));
    assert_eq!(level(&server, &identity).await, "LOA0");
    let shown = read(&server, &format!("/{identity}")).await;
    assert_eq!(shown["idDocuments"][0]["match"]["matched"], false);

    // A selfie that was sent is held against it too, and verifies nothing.
    let path = format!("/{identity}/attributes/portrait/capture");
    let selfie = server.answers(upload(&server, &path, "Portrait", strangers_photo())).await.json();
    assert_eq!(
        (&selfie["status"], selfie["errors"].as_array().map(Vec::len)),
        (&"NOT_VERIFIED".into(), Some(1)),
        "{selfie:#}"
    );
    assert_eq!(selfie["errors"][0]["code"], "3005");
    let shown = read(&server, &format!("/{identity}")).await;
    assert_eq!(shown["portrait"]["match"]["evidenceId"], strangers.as_str());
    assert_eq!(level(&server, &identity).await, "LOA0");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_contradicts_itself_is_invalid_and_what_cannot_be_read_is_not_verified() {
    let server = settings().start().await;
    let identity = consenting(&server).await;
    let portrait = passes(&server, &identity).await;
    assert_eq!(level(&server, &identity).await, "LOA1");
    let [card, other_back] = mixed_card();
    let of_card = r#"{"jurisdiction":"DEU","documentType":"IDENTITY_CARD","source":"OTHER"}"#;
    let elsewhere = r#"{"jurisdiction":"USA-CA","documentType":"PASSPORT"}"#;
    for (what, form, status, code) in [
        ("two cards", sent(of_card, card.clone(), Some(other_back)), "INVALID", "3010"),
        ("nothing to read", sent(DETAILS, blank(), None), "NOT_VERIFIED", "3011"),
        ("one side", sent(of_card, card, None), "NOT_VERIFIED", "3011"),
        ("another country", sent(elsewhere, passport(&of_person()), None), "NOT_VERIFIED", "3012"),
    ] {
        let document = sends(&server, &identity, form).await;
        let answer = examined(&server, &identity, &document).await;
        assert_eq!(answer["status"], status, "{what}: {answer:#}");
        assert_eq!(answer["errors"][0]["code"], code, "{what}: {answer:#}");
        assert_eq!(answer["errors"][0]["field"], "idDocument", "{what}: {answer:#}");
        let shown = read(&server, &format!("/{identity}")).await;
        assert_eq!(shown["idDocuments"][0]["evidenceStatus"]["score"], "LEVEL0", "{what}");
        assert!(shown["idDocuments"][0].get("match").is_none(), "{what}: {shown:#}");
        // The portrait stands for itself alone.
        assert_eq!(settled(&server, &identity, &portrait).await["status"], "VERIFIED", "{what}");
        assert_eq!(shown["globalStatus"]["levelOfAssurance"], "LOA1", "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_needs_the_consent_of_its_time() {
    let server = settings().start().await;
    let identity = opens_identity(&server, &json!([])).await;
    let say = async |approved: bool| {
        let said = json!([{ "approved": approved, "type": "PORTRAIT" }]);
        assert_eq!(post(&server, &format!("/{identity}/consents"), said).await.status, 200);
    };
    let refused = async |what: &str| {
        let form = sent(DETAILS, blank(), None);
        let answer =
            server.answers(request(&server, Method::POST, &capture(&identity)).multipart(form)).await;
        assert_error(what, &answer, 403, "2002");
        assert_eq!(objects(&server.data()).len(), 0, "{what}: nothing is kept");
    };
    refused("nothing said").await;
    say(true).await;
    say(false).await;
    refused("withdrawn").await;

    // Withdrawn while it is examined: a genuine document verifies nothing.
    say(true).await;
    let document = sends(&server, &identity, sent(DETAILS, passport(&of_person()), None)).await;
    say(false).await;
    let answer = examined(&server, &identity, &document).await;
    assert_eq!((&answer["status"], &answer["errors"][0]["code"]), (&"NOT_VERIFIED".into(), &"3013".into()));
    assert_eq!(level(&server, &identity).await, "LOA0");
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_come_back_as_they_were_sent_and_are_erased_with_the_identity() {
    let server = settings().start().await;
    let identity = consenting(&server).await;
    let document = drawn(Kind::IdentityCardTd1);
    let (holder, fonts) = (of_person(), fonts());
    let [front, back] = [Side::Front, Side::Back]
        .map(|side| jpeg(&document.render(side, &holder, &fonts, 300.0).expect("a page").picture));
    let details = r#"{"jurisdiction":"DEU","documentType":"IDENTITY_CARD","source":"LIVE_CAPTURE_IMAGE"}"#;
    let id = sends(&server, &identity, sent(details, front.clone(), Some(back.clone()))).await;
    assert_eq!(examined(&server, &identity, &id).await["status"], "VERIFIED", "{}", server.log());

    let path = format!("/{identity}/id-documents/{id}/capture");
    let answer = get(&server, &path).await;
    let boundary =
        form::boundary(answer.content_type.as_deref().expect("a content type")).expect("a boundary");
    let parts = form::parse(&answer.body, boundary).expect("parts");
    let named: Vec<_> = parts.iter().map(|part| (part.name.as_str(), part.filename.as_str())).collect();
    assert_eq!(named, [("DocumentFront", "front.jpg"), ("DocumentBack", "back.jpg")]);
    assert!(parts[0].data == front && parts[1].data == back);
    assert!(parts.iter().all(|part| part.content_type == "application/octet-stream"));
    let old = server.authorised(Method::GET, &format!("/gips/rest/v1/identities{path}"));
    assert_eq!(server.answers(old).await.body.len(), answer.body.len());

    // Front, back, what the decision rests on, and the portrait's template.
    assert_eq!(objects(&server.data()).len(), 4);
    // Another one is under way when all is erased.
    sends(&server, &identity, sent(DETAILS, passport(&of_person()), None)).await;
    let portrait = passes(&server, &identity).await;
    assert_eq!(settled(&server, &identity, &portrait).await["type"], "PORTRAIT");
    let deleted = server.answers(request(&server, Method::DELETE, &format!("/{identity}"))).await;
    assert_eq!(deleted.status, 204);
    for path in [path.as_str(), &format!("/{identity}"), &format!("/{identity}/status/{id}")] {
        assert_error(path, &get(&server, path).await, 404, "2001");
    }
    // What was looked at just then is given up, and leaves nothing.
    for _ in 0..60 {
        if objects(&server.data()).is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(objects(&server.data()), Vec::<std::path::PathBuf>::new());
    let log = server.log();
    assert!(!log.contains("panicked"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_whose_boundary_stands_in_its_body_alone_is_read() {
    let server = settings().start().await;
    let identity = consenting(&server).await;
    let picture = blank();
    let mut body = Vec::new();
    for (name, content) in [("DocumentCaptureDetails", DETAILS.as_bytes()), ("DocumentFront", &picture)] {
        let head = format!(
            "--------7\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--------7--\r\n");
    let posted = request(&server, Method::POST, &capture(&identity))
        .header("content-type", "multipart/form-data")
        .body(body);
    let answer = server.answers(posted).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    let id = text(&answer.json(), "id").to_owned();
    assert_eq!(examined(&server, &identity, &id).await["status"], "NOT_VERIFIED");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_document_gets_its_documented_answer() {
    let server = settings().start().await;
    let identity = consenting(&server).await;
    let path = capture(&identity);
    let posts = |form: Form| request(&server, Method::POST, &path).multipart(form);
    let raw = |kind: &str, body: &'static [u8]| {
        request(&server, Method::POST, &path).header("content-type", kind).body(body)
    };
    let picture = |bytes: Vec<u8>| Part::bytes(bytes).file_name("x.jpg");
    let said = |details: &str| posts(sent(details, blank(), None));
    let reads = |path: String| request(&server, Method::GET, &path);
    let tiny = jpeg(&RgbImage::new(20, 20));
    let portrait =
        upload(&server, &format!("/{identity}/attributes/portrait/capture"), "Portrait", own_photo());
    let portrait = text(&server.answers(portrait).await.json(), "id").to_owned();
    for (what, request, status, code) in [
        ("no body", request(&server, Method::POST, &path), 400, "1006"),
        ("a text", raw("text/plain", b"hello"), 400, "1006"),
        ("JSON", raw("application/json", b"{}"), 400, "1006"),
        ("no UTF-8", raw("multipart/form-data", b"--\xff\xff\r\n"), 400, "1006"),
        ("a form that breaks off", raw("multipart/form-data; boundary=x", b"--x\r\nContent-"), 400, "1006"),
        ("nothing", posts(Form::new().text("other", "x")), 400, "1001"),
        ("no picture", posts(Form::new().text("DocumentCaptureDetails", DETAILS)), 400, "1001"),
        ("an empty picture", posts(sent(DETAILS, Vec::new(), None)), 400, "1001"),
        ("no details", posts(Form::new().part("DocumentFront", picture(blank()))), 400, "1001"),
        (
            "two fronts",
            posts(sent(DETAILS, blank(), None).part("DocumentFront", picture(blank()))),
            400,
            "1006",
        ),
        ("details that are none", said("passport"), 400, "1006"),
        ("large details", said(&" ".repeat(100_000)), 400, "1006"),
        ("no jurisdiction", said(r#"{"documentType":"PASSPORT"}"#), 400, "1001"),
        ("no type", said(r#"{"jurisdiction":"FRA"}"#), 400, "1001"),
        ("no country", said(r#"{"jurisdiction":"ZZZ","documentType":"PASSPORT"}"#), 400, "1007"),
        ("an unknown type", said(r#"{"jurisdiction":"FRA","documentType":"LOYALTY"}"#), 400, "1007"),
        ("a number", said(r#"{"jurisdiction":7,"documentType":"PASSPORT"}"#), 400, "1006"),
        ("rubbish", posts(sent(DETAILS, b"rubbish".to_vec(), None)), 400, "3007"),
        ("a tiny picture", posts(sent(DETAILS, tiny, None)), 400, "3007"),
        ("a bad back", posts(sent(DETAILS, blank(), Some(b"rubbish".to_vec()))), 400, "3007"),
        ("a GET of what is posted", reads(path.clone()), 405, "1007"),
        ("no such document", reads(format!("/{identity}/id-documents/nobody/capture")), 404, "2001"),
        ("a portrait", reads(format!("/{identity}/id-documents/{portrait}/capture")), 404, "2001"),
    ] {
        assert_error(what, &server.answers(request).await, status, code);
    }
    for (name, bytes) in selfsame_testkit::malformed_images() {
        let answer = server.answers(posts(sent(DETAILS, bytes, None))).await;
        assert!([200, 400, 409].contains(&answer.status), "{name}: {}", answer.status);
    }
    assert_eq!(level(&server, &identity).await, "LOA0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_while_it_looks_forgets_no_document() {
    let mut server = settings().start().await;
    let identity = consenting(&server).await;
    let document = sends(&server, &identity, sent(DETAILS, passport(&of_person()), None)).await;
    server.kill();
    server.restart().await;
    assert_eq!(examined(&server, &identity, &document).await["status"], "VERIFIED", "{}", server.log());
}
