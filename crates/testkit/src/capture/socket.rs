//! engine.io, protocol 4, over a WebSocket: just what the capture protocol needs.
//!
//! Packets are text messages whose first character is their type (0 open, 1 close, 2 ping, 3 pong, 4 message, 6 noop); binary
//! messages travel as they are.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// What the server said.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// A message of the capture protocol.
    Message(Value),
    /// The connection is over, whoever ended it.
    Closed,
}

impl Heard {
    /// The message's `type`, empty when the connection was closed.
    pub fn kind(&self) -> &str {
        match self {
            Self::Message(message) => message["type"].as_str().unwrap_or_default(),
            Self::Closed => "",
        }
    }
}

/// Why the connection could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    #[error("cannot connect to {url}: {cause}")]
    Connect { url: String, cause: Box<tokio_tungstenite::tungstenite::Error> },
    #[error("the server's first packet was not `open`: {0}")]
    Handshake(String),
    #[error("the server said something that is not JSON: {0}")]
    NotJson(String),
    #[error("the connection broke: {0}")]
    Broken(Box<tokio_tungstenite::tungstenite::Error>),
    #[error("the server said nothing for {0:?}")]
    Silent(Duration),
}

/// A connection to `/video-server/engine.io`. Dropping it leaves without a word, as a browser that loses its network does.
#[derive(Debug)]
pub struct CaptureSocket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl CaptureSocket {
    /// `origin`: `http://host:port` of the server.
    ///
    /// # Errors
    /// [`SocketError`].
    pub async fn connect(origin: &str) -> Result<Self, SocketError> {
        Self::connect_through_proxy(origin, None).await
    }

    /// As a proxy does that says for whom: `X-Forwarded-For`.
    ///
    /// # Errors
    /// [`SocketError`].
    ///
    /// # Panics
    /// When the address cannot stand in a header.
    pub async fn connect_through_proxy(
        origin: &str,
        forwarded_for: Option<&str>,
    ) -> Result<Self, SocketError> {
        let url =
            format!("{}/video-server/engine.io/?EIO=4&transport=websocket", origin.replacen("http", "ws", 1));
        let failed = |cause| SocketError::Connect { url: url.clone(), cause: Box::new(cause) };
        let mut request = url.as_str().into_client_request().map_err(failed)?;
        if let Some(address) = forwarded_for {
            let address = address.parse().expect("a header's value");
            request.headers_mut().insert("x-forwarded-for", address);
        }
        let (stream, _) = connect_async(request).await.map_err(failed)?;
        let mut socket = Self { stream };
        match socket.stream.next().await {
            Some(Ok(Message::Text(text))) if text.starts_with('0') => Ok(socket),
            Some(Ok(other)) => Err(SocketError::Handshake(other.to_string())),
            Some(Err(cause)) => Err(SocketError::Broken(Box::new(cause))),
            None => Err(SocketError::Handshake("nothing".to_owned())),
        }
    }

    /// A text message of the capture protocol.
    ///
    /// # Errors
    /// [`SocketError::Broken`].
    pub async fn says(&mut self, message: &Value) -> Result<(), SocketError> {
        self.says_text(&message.to_string()).await
    }

    /// Any text, JSON or not.
    ///
    /// # Errors
    /// [`SocketError::Broken`].
    pub async fn says_text(&mut self, text: &str) -> Result<(), SocketError> {
        self.packet(Message::text(format!("4{text}"))).await
    }

    /// A binary message.
    ///
    /// # Errors
    /// [`SocketError::Broken`].
    pub async fn sends(&mut self, bytes: Vec<u8>) -> Result<(), SocketError> {
        self.packet(Message::Binary(Bytes::from(bytes))).await
    }

    async fn packet(&mut self, message: Message) -> Result<(), SocketError> {
        self.stream.send(message).await.map_err(|cause| SocketError::Broken(Box::new(cause)))
    }

    /// The next message; pings are answered on the way. Waits at most `patience`. Losing the future loses no message.
    ///
    /// # Errors
    /// [`SocketError::Silent`] after `patience`, [`SocketError::NotJson`].
    pub async fn hears(&mut self, patience: Duration) -> Result<Heard, SocketError> {
        tokio::time::timeout(patience, self.next()).await.map_err(|_| SocketError::Silent(patience))?
    }

    async fn next(&mut self) -> Result<Heard, SocketError> {
        loop {
            // Whether the end is a proper one or a broken pipe depends on who was faster; both are the end.
            let Some(Ok(message)) = self.stream.next().await else { return Ok(Heard::Closed) };
            let Message::Text(text) = message else {
                if message.is_close() {
                    return Ok(Heard::Closed);
                }
                continue;
            };
            let (kind, body) = text.split_at_checked(1).unwrap_or(("", ""));
            match kind {
                "1" => return Ok(Heard::Closed),
                "2" => self.packet(Message::text("3")).await?,
                "4" => {
                    return serde_json::from_str(body)
                        .map(Heard::Message)
                        .map_err(|_| SocketError::NotJson(body.to_owned()));
                }
                _ => {}
            }
        }
    }

    /// Says goodbye properly.
    pub async fn close(mut self) {
        // A server that has gone needs no goodbye.
        let _ = self.packet(Message::text("1")).await;
        let _ = self.stream.close(None).await;
    }
}
