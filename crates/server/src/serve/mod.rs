//! Accepts connections and serves them. Nobody keeps one for nothing: a request has to begin, an answer has to be taken, and a
//! stop waits for neither.

mod places;
mod stream;

use std::future::{Future, pending};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use selfsame_facade_kit::Share;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tower::util::MapRequest;

pub(crate) use places::Places;
use stream::Watched;

/// The head of the first request. One who has sent a request gets [`Patience::keep_alive`] for the next.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// A client that takes not one byte for so long takes none any more.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);
/// Then a connection takes no more requests: what is slow in a way that no other bound sees ends as well.
const MOST_AGE: Duration = Duration::from_secs(10 * 60);
/// What an answer may need on its way, beyond the time that the request has.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// What is under way at a stop has so long. Container runtimes kill after ten seconds, and the lease is to be given back before.
const STOPPED_WITHIN: Duration = Duration::from_secs(8);
/// Requests under way on one connection of HTTP/2.
const MOST_STREAMS: u32 = 32;
/// Bytes of the headers of a request of HTTP/2.
const LONGEST_HEAD: u32 = 16 * 1024;
/// Bytes that a stream, and all streams of a connection together, may be ahead of whoever reads them.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 512 * 1024;
/// When the system has no more to give, trying at once would only burn a core.
const PAUSE: Duration = Duration::from_secs(1);

/// What operators decide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For a request.
    pub(crate) request: Duration,
    /// For the next request of a connection.
    pub(crate) keep_alive: Duration,
}

/// Serves until `stop` ends, and a little longer what is under way. WebSockets are not waited for.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    places: Places,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let stopping = watch::Sender::new(());
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = accept(&listener) => accepted,
            () = &mut stop => break,
        };
        // Over the bound: dropped, which closes it.
        let Some(place) = places.take(peer.ip()) else { continue };
        tokio::spawn(connection(stream, peer, place, router.clone(), stopping.subscribe(), patience));
    }
    drop(listener);
    stopping.send_replace(());
    if timeout(STOPPED_WITHIN, stopping.closed()).await.is_err() {
        tracing::warn!(connections = stopping.receiver_count(), "what did not end in time was cut off");
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // One that was gone before it came.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
                ) => {}
            Err(error) => {
                tracing::error!(%error, "no connection could be accepted; will try again");
                sleep(PAUSE).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    place: Share,
    router: Router,
    mut stopping: watch::Receiver<()>,
    patience: Patience,
) {
    // Answers of a capture are small and awaited. One that refuses the option is as good.
    let _ = stream.set_nodelay(true);
    let begun = Arc::new(AtomicBool::new(false));
    let service = MapRequest::new(router, {
        let begun = Arc::clone(&begun);
        move |request: Request<_>| {
            begun.store(true, Ordering::Relaxed);
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(patience.keep_alive);
    // A connection counts as one: what is under way on it together, and what it may have sent that nobody has read yet, is bounded as well.
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(LONGEST_HEAD)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .keep_alive_interval(patience.keep_alive)
        .keep_alive_timeout(HEAD_WITHIN);
    let io = TokioIo::new(Watched::new(stream, TAKEN_WITHIN, place));
    let mut serving = pin!(builder.serve_connection_with_upgrades(io, TowerToHyperService::new(service)));
    // The timer above runs only once it is known that HTTP/1 is spoken, and knows no first request from a further one.
    let silent = async {
        sleep(HEAD_WITHIN).await;
        if begun.load(Ordering::Relaxed) {
            pending::<()>().await;
        }
    };
    tokio::select! {
        // An error is the client's: it broke off, or spoke something else.
        _ = serving.as_mut() => return,
        () = silent => return,
        () = sleep(MOST_AGE) => {}
        // Fails only when whoever serves is gone, which is a stop as well.
        _ = stopping.changed() => {}
    }
    if begun.load(Ordering::Relaxed) {
        serving.as_mut().graceful_shutdown();
        // At a stop, who serves waits for less.
        let _ = timeout(patience.request + ANSWER_WITHIN, serving).await;
    }
}
