//! Tenants of one server that have settings and credentials of their own, given with `selfsame tenants` while it runs.

use std::process::{Command, Output};

use sea_orm::{ConnectionTrait as _, Database};
use selfsame_domain::{TenantId, TransactionId};
use selfsame_store::{Store, StoreSettings};
use selfsame_testkit::{CallbackReceiver, Reply};

use super::*;

/// The command line on the server's data.
fn selfsame(server: &TestServer, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_selfsame"))
        .args(arguments)
        .arg("--data")
        .arg(server.data())
        .env("SELFSAME__DEVELOPMENT", "true")
        .output()
        .expect("the program runs")
}

fn done_with(server: &TestServer, arguments: &[&str]) -> Vec<Value> {
    let output = selfsame(server, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// What the command says when it refuses.
fn refused(server: &TestServer, arguments: &[&str]) -> String {
    let output = selfsame(server, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).expect("words")
}

/// A tenant and its pair.
struct Customer {
    name: &'static str,
    id: TenantId,
    pair: (String, String),
}

impl Customer {
    fn added(server: &TestServer, name: &'static str) -> Self {
        let tenant = done_with(server, &["tenants", "add", name, "--json"]).remove(0);
        let id = tenant["id"].as_str().expect("an id").parse().expect("an id");
        Self { name, id, pair: new_pair(server, name, &[]) }
    }

    fn sets(&self, server: &TestServer, key: &str, value: &str) {
        let shown = done_with(server, &["tenants", "set", self.name, key, value, "--json"]).remove(0);
        assert_eq!(shown["settings"][key], value, "{shown:#}");
        assert_eq!(shown["effective"][key], value, "{shown:#}");
    }

    async fn performs(&self, server: &TestServer, body: &Value) -> Answer {
        let path = format!("{BASE}/performNetverify");
        server.answers(by(server, &self.pair, Method::POST, &path).json(body)).await
    }

    async fn accepted(&self, server: &TestServer, body: &Value) -> String {
        let answer = self.performs(server, body).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()["jumioIdScanReference"].as_str().expect("a reference").to_owned()
    }

    async fn gets(&self, server: &TestServer, path: &str) -> Answer {
        server.answers(by(server, &self.pair, Method::GET, &format!("{BASE}{path}"))).await
    }

    async fn done(&self, server: &TestServer, reference: &str) -> Value {
        let began = Instant::now();
        loop {
            let data = self.gets(server, &format!("/scans/{reference}/data")).await.json();
            if data["transaction"]["status"] != "PENDING" {
                return data;
            }
            assert!(began.elapsed() < Duration::from_secs(90), "still PENDING:\n{}", server.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn new_pair(server: &TestServer, tenant: &str, more: &[&str]) -> (String, String) {
    let arguments = [&["tenants", "credentials", tenant, "add", "--json"], more].concat();
    let pair = done_with(server, &arguments).remove(0);
    let text = |name: &str| pair[name].as_str().expect("a text").to_owned();
    (text("token"), text("secret"))
}

fn by(server: &TestServer, (token, secret): &(String, String), method: Method, path: &str) -> RequestBuilder {
    let request = server.request(method, path).basic_auth(token, Some(secret));
    request.header("user-agent", AGENT).header("accept", "application/json")
}

fn database(server: &TestServer) -> String {
    format!("sqlite://{}", server.data().join("selfsame.sqlite3").display())
}

/// What somebody with access to the database could do.
async fn tamper(server: &TestServer, statement: &str) {
    let connection = Database::connect(database(server)).await.expect("the server's database");
    let done = connection.execute_unprepared(statement).await.expect("a statement");
    assert_eq!(done.rows_affected(), 1, "{statement}");
    connection.close().await.expect("closed");
}

async fn kept_days(server: &TestServer, tenant: TenantId, reference: &str) -> i64 {
    let store = Store::open(&StoreSettings { url: database(server) }).await.expect("the database");
    let mut repository = store.begin().await.expect("a transaction");
    let id: TransactionId = reference.parse().expect("a reference");
    let scan =
        repository.transactions().get(tenant, id).await.expect("a row").expect("a transaction").transaction;
    (scan.expires_at.as_millis() - scan.created_at.as_millis()) / (24 * 60 * 60 * 1_000)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tenants_of_one_server_go_by_settings_of_their_own() {
    let bank_hears = CallbackReceiver::start([Reply::status(200)]).await;
    let shop_hears = CallbackReceiver::start([Reply::status(200)]).await;
    let server = settings().with("SELFSAME__NETVERIFY__KEEP_DAYS", 90).start().await;
    let (bank, shop) = (Customer::added(&server, "bank"), Customer::added(&server, "shop"));
    for (key, value) in [
        ("netverify.accepted_id_types", "PASSPORT,VISA"),
        ("netverify.accepted_countries", "DEU,XKX"),
        ("netverify.enabled_fields", "idDob"),
        ("netverify.enforce_consent", "true"),
        ("netverify.screening", "true"),
        ("netverify.keep_days", "7"),
        ("netverify.callback_url", &bank_hears.url("/bank")),
    ] {
        bank.sets(&server, key, value);
    }
    shop.sets(&server, "netverify.callback_url", &shop_hears.url("/shop"));
    shop.sets(&server, "netverify.accepted_id_types", "ID_CARD");

    // What a request has to have.
    let mut with_face = body(&blank());
    with_face["faceImage"] = STANDARD.encode(blank()).into();
    let answer = bank.performs(&server, &with_face).await;
    assert_eq!(assert_error("no customer, no consent", &answer, 400), ["customerId", "userConsent"]);
    assert_eq!(shop.performs(&server, &with_face).await.status, 200);

    // What is accepted.
    let types = |answer: Answer| {
        let countries = answer.json()["acceptedIdTypes"].as_array().expect("a list").clone();
        let kinds = countries[0]["idTypes"].as_array().expect("a list").iter();
        let kinds: Vec<_> = kinds.map(|kind| kind["idType"].as_str().expect("a name").to_owned()).collect();
        (countries.len(), kinds.join(","))
    };
    assert_eq!(types(bank.gets(&server, "/acceptedIdTypes").await), (2, "PASSPORT,VISA".to_owned()));
    let (countries, kinds) = types(shop.gets(&server, "/acceptedIdTypes").await);
    assert!(countries > 240 && kinds == "ID_CARD", "{countries} {kinds}");

    let (front, document) = passport(&portrait());
    let mut passport = body(&front);
    passport["customerId"] = "customer 1".into();
    let of_bank = bank.accepted(&server, &passport).await;
    let data = bank.done(&server, &of_bank).await;
    assert_eq!(data["document"]["status"], "APPROVED_VERIFIED", "{data:#}");
    assert!(data["document"]["dob"].is_string(), "{data:#}");
    assert!(!data.to_string().contains(printed(&document, Field::Number)), "not among its fields: {data:#}");
    let of_shop = shop.accepted(&server, &passport).await;
    let data = shop.done(&server, &of_shop).await;
    assert_eq!(data["document"]["status"], "DENIED_UNSUPPORTED_ID_TYPE", "{data:#}");
    assert_eq!(data["document"]["number"], printed(&document, Field::Number), "{data:#}");
    passport["country"] = "FRA".into();
    let elsewhere = bank.done(&server, &bank.accepted(&server, &passport).await).await;
    assert_eq!(elsewhere["document"]["status"], "DENIED_UNSUPPORTED_ID_COUNTRY", "{elsewhere:#}");

    // How long it is kept, and who is told.
    assert_eq!(kept_days(&server, bank.id, &of_bank).await, 7);
    assert_eq!(kept_days(&server, shop.id, &of_shop).await, 90);
    for (receiver, path, times) in [(&bank_hears, "/bank", 2), (&shop_hears, "/shop", 2)] {
        let heard = receiver.hears(times, Duration::from_secs(30)).await;
        assert!(heard.iter().all(|told| told.path == path), "{path}");
    }
    let own = |told: &selfsame_testkit::Received, reference: &str| {
        String::from_utf8_lossy(&told.body).contains(reference)
    };
    assert!(bank_hears.received().iter().any(|told| own(told, &of_bank)));
    assert!(!shop_hears.received().iter().any(|told| own(told, &of_bank)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_holds_from_the_next_request_on() {
    let server = settings().start().await;
    let bank = Customer::added(&server, "bank");
    let id = bank.id.to_string();
    let body = body(&blank());
    bank.accepted(&server, &body).await;
    bank.sets(&server, "netverify.face_match", "required");
    assert_eq!(assert_error("no selfie", &bank.performs(&server, &body).await, 400), ["faceImage"]);
    // The tenant that the server made for itself has nothing of it.
    accepted(&server, &body).await;
    let shown = done_with(&server, &["tenants", "unset", &id, "netverify.face_match", "--json"]).remove(0);
    assert_eq!(
        (&shown["settings"], &shown["effective"]["netverify.face_match"]),
        (&json!({}), &json!("optional"))
    );
    bank.accepted(&server, &body).await;
    let names = done_with(&server, &["tenants", "list", "--json"]);
    let names: Vec<_> = names.iter().map(|tenant| tenant["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["bank", "development"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_credential_is_refused_from_the_next_request_on() {
    let server = settings().start().await;
    let bank = Customer::added(&server, "bank");
    let spare = new_pair(&server, "bank", &[]);
    let reference = bank.accepted(&server, &body(&blank())).await;
    let path = format!("{BASE}/scans/{reference}");
    let reads =
        async |pair: &(String, String)| server.answers(by(&server, pair, Method::GET, &path)).await.status;
    // More than once: what was right is remembered, and that must not outlive it.
    for _ in 0..3 {
        assert_eq!((reads(&bank.pair).await, reads(&spare).await), (200, 200));
    }
    let revoke = |name: &str| {
        let output = selfsame(&server, &["tenants", "credentials", "bank", "revoke", name]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("words")
    };
    assert!(revoke(&spare.0).contains("next request"));
    assert_eq!((reads(&spare).await, reads(&bank.pair).await), (401, 200), "at once, and it alone");
    assert!(revoke(&spare.0).contains("before"));

    // A pair for administration takes reading away from the others as long as there is one.
    let reader = new_pair(&server, "bank", &["--administration"]);
    assert_eq!((reads(&reader).await, reads(&bank.pair).await), (200, 401));
    assert!(revoke(&reader.0).contains("last pair for administration"));
    assert_eq!((reads(&reader).await, reads(&bank.pair).await), (401, 200));

    let key = done_with(&server, &["tenants", "credentials", "bank", "add", "--api-key", "--json"]).remove(0);
    let key = key["apikey"].as_str().expect("a key").to_owned();
    let opens = async || {
        let body = json!({ "livenessMode": "LIVENESS_PASSIVE", "securityLevel": "HIGH" });
        let request = server.request(Method::POST, "/video-server/init-liveness-session");
        server.answers(request.header("apikey", &key).json(&body)).await.status
    };
    assert!((200..300).contains(&opens().await));
    let listed = done_with(&server, &["tenants", "credentials", "bank", "list", "--json"]);
    let kinds: Vec<_> = listed.iter().map(|listed| listed["kind"].as_str().expect("a kind")).collect();
    assert_eq!(kinds, ["pair", "pair", "administration", "apikey"]);
    let revoked: Vec<_> = listed.iter().map(|listed| listed.get("revokedAt").is_some()).collect();
    assert_eq!(revoked, [false, true, true, false]);
    revoke(listed[3]["id"].as_str().expect("an id"));
    assert!([401, 403].contains(&opens().await));

    // No secret is told a second time, and none is kept.
    let told = serde_json::to_string(&listed).expect("JSON");
    let file = std::fs::read(server.data().join("selfsame.sqlite3")).expect("the database");
    let log = std::fs::read(server.data().join("selfsame.sqlite3-wal")).unwrap_or_default();
    for secret in [&bank.pair.1, &spare.1, &reader.1, &key] {
        assert!(!told.contains(secret.as_str()) && !server.log().contains(secret.as_str()));
        for bytes in [&file, &log] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_allowed_is_refused_with_words() {
    let server = settings().start().await;
    let bank = Customer::added(&server, "bank");
    for (key, value, says) in [
        ("netverify.shoe_size", "43", "netverify.accepted_id_types"),
        ("keep_days", "43", "netverify.keep_days"),
        ("netverify.keep_days", "0", "1 to 3660"),
        ("netverify.false_match_rate", "0.5", "1e-9 to 0.01"),
        ("netverify.face_match", "maybe", "required, optional, off"),
        ("netverify.enforce_consent", "yes", "true or false"),
        ("netverify.enabled_fields", "idShoeSize", "idPersonalNumber"),
        ("netverify.accepted_id_types", "NOTE", "DRIVING_LICENSE"),
        ("netverify.accepted_countries", "ZZZ", "no country"),
        ("netverify.callback_url", "https://u:p@bank.example/", "user name"),
    ] {
        let said = refused(&server, &["tenants", "set", "bank", key, value]);
        assert!(said.contains(says) && said.contains(key), "{key} = {value}: {said}");
    }
    // Outside development, addresses are those that may be called there.
    let strict = Command::new(env!("CARGO_BIN_EXE_selfsame"))
        .args(["tenants", "set", "bank", "netverify.callback_url", "http://127.0.0.1/x", "--data"])
        .arg(server.data())
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&strict.stderr);
    assert!(strict.status.code() == Some(1) && said.contains("must begin with https://"), "{said}");
    let shown = done_with(&server, &["tenants", "show", bank.name, "--json"]).remove(0);
    assert_eq!(shown["settings"], json!({}), "nothing was changed");

    for (arguments, says) in [
        (&["tenants", "add", "bank"][..], "already"),
        (&["tenants", "add", "a b"], "1 to 64"),
        (&["tenants", "show", "nobody"], "tenants list"),
        (&["tenants", "credentials", "bank", "revoke", "nothing"], "credentials"),
        // Another tenant's is none of this one's.
        (&["tenants", "credentials", "bank", "revoke", API_TOKEN], "credentials"),
    ] {
        let said = refused(&server, arguments);
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
    accepted(&server, &body(&blank())).await;
    let elsewhere = Command::new(env!("CARGO_BIN_EXE_selfsame"))
        .args(["tenants", "list", "--data", "nowhere"])
        .output()
        .expect("the program runs");
    assert!(String::from_utf8_lossy(&elsewhere.stderr).contains("there is no database"));
    let people = selfsame(&server, &["tenants", "show", "bank"]);
    let people = String::from_utf8_lossy(&people.stdout).into_owned();
    assert!(people.contains("netverify.keep_days") && people.contains("360"), "{people}");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_read_refuse_and_never_allow() {
    let mut server = settings().start().await;
    let (bank, shop) = (Customer::added(&server, "bank"), Customer::added(&server, "shop"));
    let body = body(&blank());
    let reference = bank.accepted(&server, &body).await;
    let data = bank.done(&server, &reference).await;
    assert_eq!(data["verification"]["rejectReason"]["rejectReasonCode"], "201", "{data:#}");
    for damaged in ["{", r#"{"netverify.keep_days":"DAMAGED"}"#, r#"{"netverify.newer":"true"}"#] {
        tamper(&server, &format!("UPDATE tenants SET settings = '{damaged}' WHERE name = 'bank'")).await;
        assert_error(damaged, &bank.performs(&server, &body).await, 500);
        assert_error(damaged, &bank.gets(&server, "/acceptedIdTypes").await, 500);
        assert_eq!(
            bank.gets(&server, &format!("/scans/{reference}")).await.status,
            200,
            "what is there is read"
        );
        shop.accepted(&server, &body).await;
        let said = refused(&server, &["tenants", "show", "bank"]);
        assert!(said.contains("column settings") && said.contains("unset bank --all"), "{said}");
        assert!(refused(&server, &["tenants", "set", "bank", "netverify.keep_days", "3"]).contains("--all"));
    }
    assert!(!server.log().contains("DAMAGED"));

    // One that was accepted before, and is to be judged now: not by the server's rules, but once its own can be read.
    server.kill();
    let again = "UPDATE transactions SET state = 'pending', decision = NULL, ended_at = NULL, attempts = 9, next_attempt_at = 0";
    let tenant = bank.id.as_uuid().simple();
    tamper(&server, &format!("{again} WHERE tenant_id = x'{tenant}'")).await;
    server.restart().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let pending = bank.gets(&server, &format!("/scans/{reference}")).await.json();
    assert_eq!(pending["status"], "PENDING", "{pending:#}");

    done_with(&server, &["tenants", "unset", "bank", "--all", "--json"]);
    let data = bank.done(&server, &reference).await;
    assert_eq!(data["verification"]["rejectReason"]["rejectReasonCode"], "201", "{data:#}");
    bank.accepted(&server, &body).await;
}
