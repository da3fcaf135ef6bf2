//! The capture protocol over engine.io (docs/capture-protocol.md) between the browser and a capture's task.
//!
//! This translates, and holds a browser to the protocol; what a frame means is decided elsewhere.

mod incoming;
mod newcomers;
mod outgoing;
mod words;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::middleware;
use axum::routing::any_service;
use bytes::Bytes;
use engineioxide::config::EngineIoConfig;
use engineioxide::handler::EngineIoHandler;
use engineioxide::service::EngineIoService;
use engineioxide::{DisconnectReason, Socket, Str};
use selfsame_domain::{LivenessMode, Personal};
use selfsame_facade_kit::TrustedProxies;
use selfsame_verification::Verification;
use selfsame_verification::capture::{AttachError, CaptureHandle, Input, Output};
use selfsame_verification::lockout::Attempter;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use incoming::{Hello, Message};

pub use words::{mode, security_level};

/// A connection that does not say for which session it came is closed.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// What was said last has time to arrive before the connection is closed.
const CLOSE_AFTER: Duration = Duration::from_secs(3);
/// A tracking frame of 64 kB and its header, with room to spare.
const MOST_MESSAGE: usize = 96 * 1024;

/// The routes of the protocol at `path`, with or without a slash behind it. `proxies`: whose word on a browser's address is believed.
pub fn router<S>(path: &'static str, app: Verification, proxies: TrustedProxies) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let config = EngineIoConfig::builder()
        .req_path(path)
        .ping_interval(Duration::from_secs(10))
        .ping_timeout(Duration::from_secs(10))
        .max_payload(2 * MOST_MESSAGE as u64)
        .ws_max_message_size(MOST_MESSAGE)
        .ws_max_frame_size(MOST_MESSAGE)
        .build();
    let service =
        EngineIoService::with_config(Arc::new(CaptureSocket { app, proxies: proxies.clone() }), config);
    Router::new()
        .route(path, any_service(service.clone()))
        .route(&format!("{path}/"), any_service(service))
        .layer(middleware::from_fn_with_state(newcomers::Room::new(proxies), newcomers::one_place_each))
}

/// Handles every connection.
#[derive(Debug)]
pub struct CaptureSocket {
    app: Verification,
    proxies: TrustedProxies,
}

/// Where a connection stands.
#[derive(Debug, Default)]
enum Stage {
    #[default]
    Silent,
    /// `hello` came, the session is being looked up.
    Attaching,
    Capturing(mpsc::Sender<Input>),
    Over,
}

/// What belongs to one connection.
#[derive(Debug, Default)]
pub struct Connection {
    stage: Mutex<Stage>,
}

type ConnectionSocket = Arc<Socket<Connection>>;

impl Connection {
    fn replace(&self, next: Stage) -> Stage {
        let mut stage = self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::replace(&mut *stage, next)
    }

    /// From silent to attaching; false when `hello` had come before.
    fn greet(&self) -> bool {
        let mut stage = self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let silent = matches!(*stage, Stage::Silent);
        if silent {
            *stage = Stage::Attaching;
        }
        silent
    }

    /// From attaching to capturing; false when the browser has gone meanwhile.
    fn capture(&self, input: mpsc::Sender<Input>) -> bool {
        let mut stage = self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let attaching = matches!(*stage, Stage::Attaching);
        if attaching {
            *stage = Stage::Capturing(input);
        }
        attaching
    }

    fn input(&self) -> Option<mpsc::Sender<Input>> {
        match &*self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner) {
            Stage::Capturing(input) => Some(input.clone()),
            Stage::Silent | Stage::Attaching | Stage::Over => None,
        }
    }

    fn is_silent(&self) -> bool {
        matches!(*self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner), Stage::Silent)
    }

    fn is_over(&self) -> bool {
        matches!(*self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner), Stage::Over)
    }
}

impl CaptureSocket {
    /// Where the browser is, if whoever serves says so.
    fn address(&self, socket: &ConnectionSocket) -> Option<IpAddr> {
        let ConnectInfo(peer) = socket.req_parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
        Some(self.proxies.client(peer.ip(), &socket.req_parts.headers))
    }
}

impl EngineIoHandler for CaptureSocket {
    type Data = Connection;

    fn on_connect(self: Arc<Self>, socket: ConnectionSocket) {
        // Nothing is kept of one that goes before.
        let socket = Arc::downgrade(&socket);
        tokio::spawn(async move {
            tokio::time::sleep(HELLO_WITHIN).await;
            if let Some(socket) = socket.upgrade()
                && socket.data.is_silent()
            {
                refuse(&socket, 400, "no hello came in time");
            }
        });
    }

    fn on_disconnect(&self, socket: ConnectionSocket, _: DisconnectReason) {
        // Dropping the sender tells the capture's task.
        socket.data.replace(Stage::Over);
        newcomers::give_back(&socket.req_parts);
    }

    fn on_message(self: &Arc<Self>, text: Str, socket: ConnectionSocket) {
        if socket.data.is_over() {
            return;
        }
        match incoming::message(&text) {
            Ok(Message::Hello(hello)) => {
                if !socket.data.greet() {
                    return refuse(&socket, 400, "hello came twice");
                }
                let app = self.app.clone();
                let address = self.address(&socket).map(Personal::new);
                let attempter = Attempter { address, device_id: hello.device_id.clone() };
                tokio::spawn(attach(app, hello, attempter, socket));
            }
            Ok(Message::Input(input)) => forward(&socket, input),
            Err(what) => refuse(&socket, 400, what),
        }
    }

    fn on_binary(self: &Arc<Self>, data: Bytes, socket: ConnectionSocket) {
        if socket.data.is_over() {
            return;
        }
        match incoming::binary(&data) {
            Ok(input) => forward(&socket, input),
            Err(what) => refuse(&socket, 400, what),
        }
    }
}

fn forward(socket: &ConnectionSocket, input: Input) {
    let Some(sender) = socket.data.input() else {
        if !socket.data.is_over() {
            refuse(socket, 400, "hello has to come, and to be answered, first");
        }
        return;
    };
    match sender.try_send(input) {
        Ok(()) | Err(TrySendError::Closed(_)) => {}
        // Honest browsers wait for answers; memory is not spent on others.
        Err(TrySendError::Full(_)) => refuse(socket, 400, "more was sent than the window allows"),
    }
}

async fn attach(app: Verification, hello: Hello, attempter: Attempter, socket: ConnectionSocket) {
    match app.attach(hello.session, hello.device, &attempter).await {
        Ok(handle) => {
            let ready = outgoing::ready(handle.mode, handle.security_level);
            let CaptureHandle { input, output, mode, .. } = handle;
            if socket.data.capture(input) {
                newcomers::give_back(&socket.req_parts);
                emit(&socket, ready);
                pump(output, mode, socket).await;
            }
        }
        Err(error) => {
            let code = match error {
                AttachError::LockedOut { until } => {
                    emit(&socket, outgoing::locked_out(until));
                    return close_soon(&socket);
                }
                AttachError::Unknown | AttachError::Spent => 400,
                AttachError::Overloaded => 503,
                AttachError::Internal => 500,
            };
            refuse(&socket, code, &error.to_string());
        }
    }
}

/// Passes on what the task says until it has said its last.
async fn pump(mut output: mpsc::UnboundedReceiver<Output>, mode: LivenessMode, socket: ConnectionSocket) {
    while let Some(said) = output.recv().await {
        let last = matches!(said, Output::Result(_) | Output::Failed(_));
        emit(&socket, outgoing::output(&said, mode));
        if last {
            break;
        }
    }
    close_soon(&socket);
}

fn refuse(socket: &ConnectionSocket, code: u16, text: &str) {
    emit(socket, outgoing::error(code, text));
    close_soon(socket);
}

fn emit(socket: &ConnectionSocket, text: String) {
    if socket.emit(text).is_err() {
        // The buffer of a browser that reads nothing is full, or it has gone.
        socket.close(DisconnectReason::TransportError);
    }
}

fn close_soon(socket: &ConnectionSocket) {
    socket.data.replace(Stage::Over);
    let socket = Arc::downgrade(socket);
    tokio::spawn(async move {
        tokio::time::sleep(CLOSE_AFTER).await;
        if let Some(socket) = socket.upgrade()
            && !socket.is_closed()
        {
            socket.close(DisconnectReason::ClosingServer);
        }
    });
}
