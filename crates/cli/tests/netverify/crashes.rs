//! A server that is killed: what was accepted is decided once, and told at least once.

use selfsame_testkit::receiver::{CallbackReceiver, Reply};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_decided_whenever_the_server_is_killed() {
    let mut server = settings().start().await;
    let receiver = CallbackReceiver::start([Reply::status(200)]).await;
    let mut accepted_scans = Vec::new();
    for round in 0..4_u64 {
        for _ in 0..3 {
            let mut body = body(&blank());
            body["callbackUrl"] = receiver.url("/told").into();
            accepted_scans.push(accepted(&server, &body).await);
        }
        tokio::time::sleep(Duration::from_millis(17 * round * round)).await;
        server.restart().await;
    }
    for reference in &accepted_scans {
        let data = done(&server, reference).await;
        assert_eq!(data["document"]["status"], "ERROR_NOT_READABLE_ID");
    }
    let began = Instant::now();
    loop {
        let told = receiver.received();
        let bodies: Vec<String> =
            told.iter().map(|told| String::from_utf8_lossy(&told.body).into_owned()).collect();
        if accepted_scans.iter().all(|reference| bodies.iter().any(|body| body.contains(reference))) {
            // However often it is told, it is one thing that is told.
            for reference in &accepted_scans {
                let ids: std::collections::HashSet<_> = told
                    .iter()
                    .zip(&bodies)
                    .filter(|(_, body)| body.contains(reference))
                    .map(|(told, body)| (told.header("webhook-id").to_owned(), body.clone()))
                    .collect();
                assert_eq!(ids.len(), 1, "{reference}");
            }
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{} of {}", bodies.len(), accepted_scans.len());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
