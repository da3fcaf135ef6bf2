//! Tenants are separate by construction: whatever one may do, another is told 404, and nothing changes.

use selfsame_domain::{Clock as _, OsEntropy, SystemClock, Tenant, TenantId};
use selfsame_store::{Store, StoreSettings};

use super::*;

/// Tenants beside the server's own, as an operator would add them: straight into the database of the running server.
async fn add_tenants(server: &TestServer, count: usize) -> Vec<(String, String)> {
    let url = format!("sqlite://{}", server.data().join("selfsame.sqlite3").display());
    let store = Store::open(&StoreSettings { url }).await.expect("the server's database");
    let now = SystemClock.now();
    let mut pairs = Vec::new();
    let mut repository = store.begin().await.expect("a transaction");
    for at in 0..count {
        let tenant =
            Tenant { id: TenantId::random(&OsEntropy), name: format!("tenant-{at}"), created_at: now };
        repository.tenants().add(&tenant).await.expect("a tenant");
        let (token, secret) = (format!("token-{at}"), format!("secret-{at}"));
        let hash = selfsame_verification::hash_secret(&secret, &OsEntropy).expect("a hash");
        let credentials = &mut repository.credentials();
        credentials.add_token_secret(&OsEntropy, tenant.id, &token, &hash, now).await.expect("a pair");
        pairs.push((token, secret));
    }
    repository.save().await.expect("saved");
    pairs
}

fn as_tenant(
    server: &TestServer,
    (token, secret): &(String, String),
    method: Method,
    path: &str,
) -> RequestBuilder {
    let request = server.request(method, path).basic_auth(token, Some(secret));
    request.header("user-agent", AGENT).header("accept", "application/json")
}

const PARTS: [&str; 11] = [
    "",
    "/",
    "/data",
    "/data/document",
    "/data/transaction",
    "/data/verification",
    "/data/evidence",
    "/data/facemap",
    "/images",
    "/images/front",
    "/images/face",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_endpoint_returns_or_deletes_what_is_anothers() {
    let server = settings().start().await;
    let tenants = add_tenants(&server, 4).await;
    let mut scans = Vec::new();
    for (owner, pair) in tenants.iter().enumerate() {
        for _ in 0..2 {
            let path = format!("{BASE}/performNetverify");
            let answer =
                server.answers(as_tenant(&server, pair, Method::POST, &path).json(&body(&blank()))).await;
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
            let reference = answer.json()["jumioIdScanReference"].as_str().expect("a reference").to_owned();
            scans.push((owner, reference));
        }
    }
    // Every tenant against every scan, the deleting last.
    for (owner, reference) in &scans {
        for (other, pair) in tenants.iter().enumerate().filter(|(other, _)| other != owner) {
            let mut paths: Vec<_> =
                PARTS.iter().map(|part| format!("{BASE}/scans/{reference}{part}")).collect();
            paths.push(format!("/recognition/v1/idscan/{reference}/front"));
            for path in paths {
                let answer = server.answers(as_tenant(&server, pair, Method::GET, &path)).await;
                assert_error(&format!("{other} reads {path} of {owner}"), &answer, 404);
            }
            let path = format!("{BASE}/scans/{reference}");
            let answer = server.answers(as_tenant(&server, pair, Method::DELETE, &path)).await;
            assert_error("deletes", &answer, 404);
        }
        let path = format!("{BASE}/scans/{reference}/images/front");
        let own = server.answers(as_tenant(&server, &tenants[*owner], Method::GET, &path)).await;
        assert_eq!((own.status, own.body), (200, blank()), "its owner reads it, and nothing has changed");
    }
    for (owner, reference) in &scans {
        let path = format!("{BASE}/scans/{reference}");
        let own = server.answers(as_tenant(&server, &tenants[*owner], Method::DELETE, &path)).await;
        assert_eq!(own.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_pair_reads_and_deletes_where_there_is_one() {
    let (token, secret) = ("reader-token", "reader-secret");
    let server = settings()
        .with("SELFSAME__BOOTSTRAP__ADMINISTRATION_TOKEN", token)
        .with("SELFSAME__BOOTSTRAP__ADMINISTRATION_SECRET", secret)
        .start()
        .await;
    let reference = accepted(&server, &body(&blank())).await;
    let reader = (token.to_owned(), secret.to_owned());
    let path = format!("{BASE}/scans/{reference}");
    assert_error("the first pair", &get(&server, &format!("/scans/{reference}")).await, 401);
    let read = server.answers(as_tenant(&server, &reader, Method::GET, &path)).await;
    assert_eq!(read.status, 200);
    // So are authentications and document verifications, if there were any.
    for (method, kind) in
        [(Method::GET, "authentications"), (Method::DELETE, "authentications"), (Method::DELETE, "documents")]
    {
        let path = format!("{BASE}/{kind}/{reference}");
        let first = server.answers(request(&server, method.clone(), &path)).await;
        assert_error("the first pair", &first, 401);
        let none = server.answers(as_tenant(&server, &reader, method, &path)).await;
        assert_error("the reader", &none, 404);
    }
    let perform = as_tenant(&server, &reader, Method::POST, &format!("{BASE}/performNetverify"));
    assert_error("it performs nothing", &server.answers(perform.json(&body(&blank()))).await, 401);
    assert_error("the first pair", &server.answers(request(&server, Method::DELETE, &path)).await, 401);
    assert_eq!(server.answers(as_tenant(&server, &reader, Method::DELETE, &path)).await.status, 200);
}
