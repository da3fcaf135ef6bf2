//! A client that captures as the browser SDK does (docs/capture-protocol.md), fed with frames instead of a camera.

mod browser;
mod clip;
mod socket;

pub use browser::{AtDots, Browser, CaptureLog, CaptureOutcome};
pub use clip::{Clip, read_frames};
pub use socket::{CaptureSocket, Heard, SocketError};
