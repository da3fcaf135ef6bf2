//! `/video-server`: sessions for the integrator's server; network measuring and the capture socket for browsers.

mod capabilities;
mod init_liveness_session;
mod network;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::routing::{get, post};
use tower_http::cors::{Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

pub use init_liveness_session::liveness_mode;

use crate::BioserverState;

/// A session's parameters are a few hundred bytes.
const INIT_LIMIT: usize = 64 * 1024;

/// Where browsers capture.
const CAPTURE: &str = "/video-server/engine.io";

pub(crate) fn router(state: &BioserverState) -> Router<BioserverState> {
    let server_to_server = Router::new()
        .route(
            "/video-server/init-liveness-session",
            post(init_liveness_session::handle).layer(DefaultBodyLimit::max(INIT_LIMIT)),
        )
        .route("/video-server/v2/capabilities", get(capabilities::handle));

    // Pages of any origin may measure and capture: they hold an unguessable, single-use session id and nothing else.
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::OPTIONS])
        .allow_headers([header::CONTENT_TYPE]);
    let browser = Router::new()
        // Preflights end in a route of their own: without one the fallback of the whole server would answer them.
        .route("/video-server/network-latency", get(network::latency).options(network::preflight))
        .route(
            "/video-server/network-speed",
            post(network::speed)
                .options(network::preflight)
                .layer(DefaultBodyLimit::max(network::SPEED_LIMIT)),
        )
        .merge(selfsame_webcapture::router(CAPTURE, state.app.clone(), state.proxies.clone()))
        .layer(cors)
        .layer(SetResponseHeaderLayer::overriding(
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("cross-origin"),
        ));
    server_to_server.merge(browser)
}
