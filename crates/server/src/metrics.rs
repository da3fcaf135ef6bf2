//! `/metrics` for Prometheus, on an address of its own: what it tells is for operators and not for callers. No label names a person, a
//! tenant or an address.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use selfsame_verification::Verification;
use tokio::net::TcpListener;

use crate::ServeError;

/// Upper bounds of the buckets of every histogram, in seconds: from a look-up to a request that times out.
const BUCKETS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];

/// Begins to count. What was counted before is lost, so it comes before everything else.
fn recorder() -> Result<PrometheusHandle, ServeError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| ServeError::Metrics(error.to_string()))?;
    describe();
    // What has not happened yet is told as 0, so that its first time is seen as one.
    counter!("selfsame_lease_lost_total").absolute(0);
    for reason in ["session", "capture", "transaction"] {
        counter!("selfsame_admission_refused_total", "reason" => reason).absolute(0);
    }
    Ok(handle)
}

fn describe() {
    for (name, what) in [
        ("selfsame_captures_total", "Captures decided by this process, by mode and outcome."),
        ("selfsame_witness_testimonies_total", "What witnesses said in decided captures."),
        (
            "selfsame_transactions_total",
            "Transactions decided by this process, by kind of document and outcome.",
        ),
        ("selfsame_admission_refused_total", "Sessions, captures and transactions refused for want of room."),
        ("selfsame_rate_limited_total", "Requests refused by the guard, by what they had too much of."),
        ("selfsame_auth_failures_total", "Requests with a wrong credential."),
        ("selfsame_http_requests_total", "Requests answered, by class of status."),
        ("selfsame_lease_lost_total", "Transactions that another process took over."),
    ] {
        describe_counter!(name, what);
    }
    for (name, what) in [
        ("selfsame_captures_live", "Live captures under way in this process."),
        ("selfsame_queue_waiting", "Work of this process that waits for a core."),
        ("selfsame_transactions_pending", "Transactions of all processes that wait or are looked at."),
        ("selfsame_transactions_oldest_pending_seconds", "How long the oldest of them waits."),
        ("selfsame_callbacks", "Callbacks of all processes, by state."),
        ("selfsame_up", "1 where the database answered this request, else 0."),
    ] {
        describe_gauge!(name, what);
    }
    for (name, what) in [
        ("selfsame_network_seconds", "One run of a network."),
        ("selfsame_http_request_seconds", "From the head of a request to the head of its answer."),
        ("selfsame_database_seconds", "Beginning and committing database transactions."),
        ("selfsame_blob_seconds", "Reading, writing and deleting objects."),
    ] {
        describe_histogram!(name, Unit::Seconds, what);
    }
}

#[derive(Clone)]
struct Told {
    handle: PrometheusHandle,
    app: Verification,
}

/// What is to be served once the use cases are there.
pub(crate) struct Metrics {
    listener: TcpListener,
    handle: PrometheusHandle,
}

impl Metrics {
    /// Begins to count and takes the port.
    ///
    /// # Errors
    /// When the address is taken.
    pub(crate) async fn listen(address: SocketAddr) -> Result<Self, ServeError> {
        let listener =
            TcpListener::bind(address).await.map_err(|cause| ServeError::Listen { address, cause })?;
        Ok(Self { listener, handle: recorder()? })
    }

    /// Answers until the process ends.
    pub(crate) async fn serve(self, app: Verification) {
        match self.listener.local_addr() {
            Ok(address) => tracing::info!(%address, "metrics are told under /metrics"),
            Err(error) => tracing::warn!(%error, "the address of /metrics is not known"),
        }
        let told = Told { handle: self.handle, app };
        let router = Router::new().route("/metrics", get(metrics)).with_state(told);
        if let Err(error) = axum::serve(self.listener, router).await {
            tracing::error!(%error, "metrics are not told any more");
        }
    }
}

async fn metrics(State(told): State<Told>) -> Response {
    let standing = told.app.standing().await;
    gauge!("selfsame_up").set(if standing.is_ok() { 1.0 } else { 0.0 });
    if let Ok(standing) = standing {
        gauge!("selfsame_captures_live").set(standing.captures as f64);
        gauge!("selfsame_queue_waiting", "lane" => "guidance").set(standing.waiting.0 as f64);
        gauge!("selfsame_queue_waiting", "lane" => "evidence").set(standing.waiting.1 as f64);
        gauge!("selfsame_transactions_pending").set(standing.transactions as f64);
        gauge!("selfsame_transactions_oldest_pending_seconds").set(standing.oldest.as_secs_f64());
        for (state, entries) in standing.callbacks {
            gauge!("selfsame_callbacks", "state" => state).set(entries as f64);
        }
    }
    told.handle.run_upkeep();
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (StatusCode::OK, kind, told.handle.render()).into_response()
}
