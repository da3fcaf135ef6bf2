//! An error answer must reach a client that is still sending. Closing the connection on unread bytes resets it, and the client
//! sees "connection reset" where the answer says what was wrong. So what is left of the body is read and forgotten, within
//! bounds, before an error is answered.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt as _;

/// A little over the largest body that any route takes.
const MOST: usize = 65 * 1024 * 1024;
const LONGEST: Duration = Duration::from_secs(10);

/// A body that the handler reads and that stays within reach afterwards.
#[derive(Debug, Clone)]
struct Shared(Arc<Mutex<Body>>);

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).size_hint()
    }
}

pub(crate) async fn drain_on_error(request: Request, next: Next) -> Response {
    // Such a client waits for the answer before it sends: reading would invite it to.
    if request.headers().contains_key(header::EXPECT) || request.headers().contains_key(header::UPGRADE) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let mut rest = Shared(Arc::new(Mutex::new(body)));
    let response = next.run(Request::from_parts(parts, Body::new(rest.clone()))).await;
    let refused = response.status().is_client_error() || response.status().is_server_error();
    if refused && !rest.is_end_stream() {
        // Too much or too slow: then the connection breaks after all.
        let _ = tokio::time::timeout(LONGEST, async {
            let mut read = 0;
            while let Some(Ok(frame)) = rest.frame().await {
                read += frame.data_ref().map_or(0, Bytes::len);
                if read > MOST {
                    break;
                }
            }
        })
        .await;
    }
    response
}
