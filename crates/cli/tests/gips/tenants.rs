//! Tenants are separate by construction: whatever one tenant may do, another is told 404, and nothing changes.

use selfsame_domain::{Clock as _, OsEntropy, SystemClock, Tenant, TenantId};
use selfsame_store::{Store, StoreSettings, api_key_hash};
use serde_json::json;

use super::*;

/// A second tenant, as an operator would add one: straight into the database of the running server.
async fn add_stranger(server: &TestServer) -> &'static str {
    const KEY: &str = "strangers-key";
    let url = format!("sqlite://{}", server.data().join("selfsame.sqlite3").display());
    let store = Store::open(&StoreSettings { url }).await.expect("the server's database");
    let now = SystemClock.now();
    let stranger = Tenant { id: TenantId::random(&OsEntropy), name: "stranger".to_owned(), created_at: now };
    let mut repository = store.begin().await.expect("a transaction");
    repository.tenants().add(&stranger).await.expect("a tenant");
    let hash = api_key_hash(KEY);
    repository.credentials().add_api_key(&OsEntropy, stranger.id, &hash, now).await.expect("a key");
    repository.save().await.expect("saved");
    KEY
}

/// Every route that names an identity, with what would succeed for its owner.
fn routes(identity: &str, evidence: &str, document: &str) -> Vec<(Method, String)> {
    let paths = [
        (Method::GET, ""),
        (Method::GET, "?detailed=true"),
        (Method::GET, "/status"),
        (Method::GET, "/consents"),
        (Method::GET, "/proof"),
        (Method::GET, "/attributes/portrait/capture"),
        (Method::POST, "/consents"),
        (Method::POST, "/attributes/portrait/live-capture-session"),
        (Method::POST, "/attributes/portrait/live-capture-video-session"),
        (Method::POST, "/attributes/portrait/capture"),
        (Method::POST, "/attributes/portrait-reference"),
        (Method::POST, "/id-documents/capture"),
        (Method::DELETE, ""),
    ];
    let mut routes: Vec<_> =
        paths.into_iter().map(|(method, path)| (method, format!("{BASE}/{identity}{path}"))).collect();
    routes.insert(0, (Method::GET, format!("{BASE}/{identity}/status/{evidence}")));
    routes.insert(0, (Method::GET, format!("{BASE}/{identity}/evidences/{evidence}/status")));
    routes.insert(0, (Method::GET, format!("{BASE}/{identity}/id-documents/{document}/capture")));
    routes
}

fn with_body(request: RequestBuilder, method: &Method, path: &str) -> RequestBuilder {
    if *method != Method::POST {
        request
    } else if path.ends_with("id-documents/capture") {
        request.multipart(documents::sent(documents::DETAILS, documents::blank(), None))
    } else if path.ends_with("capture") || path.ends_with("reference") {
        request.multipart(Form::new().part("Portrait", Part::bytes(own_photo()).file_name("portrait.jpg")))
    } else if path.ends_with("consents") {
        request.json(&json!([{ "approved": true, "type": "PORTRAIT" }]))
    } else {
        request.json(&json!({ "type": "LIVENESS_PASSIVE" }))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_anothers_is_not_found_on_any_route() {
    let server = settings().start().await;
    let identity = consenting(&server).await;
    let portrait = passes(&server, &identity).await;
    let form = documents::sent(documents::DETAILS, documents::blank(), None);
    let document = documents::sends(&server, &identity, form).await;
    documents::examined(&server, &identity, &document).await;
    let before = read(&server, &format!("/{identity}?detailed=true")).await;
    let key = add_stranger(&server).await;
    let as_stranger = |method: Method, path: &str| server.request(method, path).header("apikey", key);

    let own = server.answers(as_stranger(Method::POST, BASE)).await;
    assert_eq!(own.status, 200, "the key is a good one");
    let own = text(&own.json(), "id").to_owned();
    for (method, path) in routes(&identity, &portrait, &document) {
        let request = with_body(as_stranger(method.clone(), &path), &method, &path);
        assert_error(&format!("{method} {path}"), &server.answers(request).await, 404, "2001");
    }
    // Another's evidence under one's own identity.
    for path in [
        format!("/{own}/status/{portrait}"),
        format!("/{own}/evidences/{portrait}/status"),
        format!("/{own}/status/{document}"),
        format!("/{own}/id-documents/{document}/capture"),
    ] {
        let answer = server.answers(as_stranger(Method::GET, &format!("{BASE}{path}"))).await;
        assert_error(&path, &answer, 404, "2001");
    }
    assert_eq!(read(&server, &format!("/{identity}?detailed=true")).await, before, "nothing has changed");

    for (method, path) in routes(&identity, &portrait, &document) {
        for (what, request) in [
            ("no key", server.request(method.clone(), &path)),
            ("an unknown key", server.request(method.clone(), &path).header("apiKey", "unknown")),
        ] {
            let request = with_body(request, &method, &path);
            assert_error(&format!("{what}: {method} {path}"), &server.answers(request).await, 401, "1100");
        }
    }
    // Every route is one that its owner can use, or the above shows nothing.
    for (method, path) in routes(&identity, &portrait, &document) {
        let request = with_body(
            server
                .request(method.clone(), &path)
                .header("API".to_owned() + "Key", selfsame_testkit::server::API_KEY),
            &method,
            &path,
        );
        let answer = server.answers(request).await;
        let body = String::from_utf8_lossy(&answer.body);
        assert!([200, 204].contains(&answer.status), "{method} {path}: {} {body}", answer.status);
    }
}
