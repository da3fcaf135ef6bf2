//! A live capture: one task per browser, from its camera's start to the stored verdict.
//!
//! The task answers the browser, and writes the verdict before anybody is told of it; it ends by itself whatever the browser does. What is
//! looked at, and what comes of it, is in [`examination`]: the state machine of `selfsame-liveness`, whose pictures go to the workers.

mod assembly;
pub mod examination;
mod glimpse;
mod identity;
mod kept;
mod mp4;
pub mod observe;
mod recording;
mod session;
mod tilt;

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use selfsame_domain::{BestImage, DeviceInfo, LivenessMode, SecurityLevel, SessionId, Timestamp};
use selfsame_liveness::{
    CameraClaims, DotsView, EnvironmentClaims, EvidenceRequest, FrameSize, Guidance, Instruction, Target,
};
use tokio::sync::{Notify, mpsc};

pub use assembly::{MAX_CHUNK, MAX_FRAME};
pub use glimpse::Glimpse;

use crate::lockout::Attempter;
use crate::{Place, UseCaseError, Verification, metrics};

/// What the browser says.
#[derive(Debug)]
pub enum Input {
    Start {
        camera: CameraClaims,
        environment: EnvironmentClaims,
    },
    /// A tracking frame: JPEG or WebP bytes, and the size of the full frame it was made from.
    Frame {
        seq: u32,
        captured_at: f64,
        /// When it was heard here.
        arrived: Instant,
        size: FrameSize,
        picture: Bytes,
    },
    EvidenceChunk {
        seq: u32,
        offset: usize,
        total: usize,
        chunk: Bytes,
    },
    EvidenceMissing {
        seq: u32,
    },
    /// How the device is held: tilt to the front and to the side in degrees, as DeviceOrientationEvent gives them. For guidance
    /// only.
    Orientation {
        beta: f64,
        gamma: f64,
    },
    /// The person or the page gave up.
    Cancel,
}

/// What the browser is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    Started,
    Tracking {
        seq: u32,
        size: FrameSize,
        guidance: Guidance,
        /// The device is not held upright, as its page says.
        tilted: bool,
        /// The oval of passive video.
        target: Option<Target>,
        /// The dots of active mode.
        dots: Option<DotsView>,
    },
    Instruction(Instruction),
    Evidence(Vec<EvidenceRequest>),
    /// Bytes of evidence that arrived; the total of the frames announced so far.
    Progress {
        received: usize,
        total: usize,
    },
    /// The verdict is stored and can be read. Last.
    Result(Option<BestImage>),
    /// The capture ended without a result to show. Last.
    Failed(CaptureFailure),
}

/// Why a capture ended without a result to show. The verdict is stored all the same, of those that had begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureFailure {
    /// The browser broke the protocol.
    Protocol(&'static str),
    /// The camera was not started within the time allowed.
    NeverStarted,
    /// No face within the time allowed.
    NoFace,
    /// The stream was never good enough, or the full frames did not come.
    PoorVideo,
    /// The session was captured, decided or expired before.
    Spent(&'static str),
    /// Too many failed attempts.
    LockedOut {
        until: Timestamp,
    },
    Overloaded,
    Internal,
}

/// What somebody who is locked out is told, beside until when.
pub const TOO_MANY: &str = "Too many attempts failed. Wait before you try again";

/// Why a browser cannot have a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttachError {
    #[error("there is no such session; ask the service that sent you here for a new one")]
    Unknown,
    #[error("the session has been used or has expired; a session serves one capture")]
    Spent,
    #[error("{TOO_MANY}")]
    LockedOut { until: Timestamp },
    #[error("the server is busy; try again in a few seconds")]
    Overloaded,
    #[error("the session could not be read")]
    Internal,
}

/// A browser's hold on its capture.
#[derive(Debug)]
pub struct CaptureHandle {
    pub mode: LivenessMode,
    pub security_level: SecurityLevel,
    /// Dropping it ends the capture.
    pub input: mpsc::Sender<Input>,
    pub output: mpsc::UnboundedReceiver<Output>,
}

/// Messages that may wait for the task. The browser sends at most `window` frames ahead, and evidence only when asked.
const QUEUE: usize = 96;

impl Verification {
    /// A browser shows up with a session id. The session is not used up before its camera starts.
    pub async fn attach(
        &self,
        id: SessionId,
        device: DeviceInfo,
        attempter: &Attempter,
    ) -> Result<CaptureHandle, AttachError> {
        if self.captures() >= self.settings().max_captures {
            return Err(AttachError::Overloaded);
        }
        let mut repository = self.store().begin().await.map_err(|error| internal(&error))?;
        let found = repository.sessions().get_for_capture(id).await.map_err(|error| internal(&error))?;
        drop(repository);
        let Some((session, Some(wrapped_key))) = found else { return Err(AttachError::Unknown) };
        let now = self.clock().now();
        if session.has_expired(now) {
            return Err(AttachError::Unknown);
        }
        if session.clone().claim(now).is_err() || now.since(session.created_at) > self.settings().open_for {
            return Err(AttachError::Spent);
        }
        let tenant = session.tenant_id;
        let subjects = self.subjects(tenant, attempter).await.map_err(|_| AttachError::Internal)?;
        let mut repository = self.store().begin().await.map_err(|error| internal(&error))?;
        let locked = self.locked_out(&mut repository, tenant, &subjects).await;
        drop(repository);
        if let Some(until) = locked.map_err(|_| AttachError::Internal)? {
            return Err(AttachError::LockedOut { until });
        }
        let key = self.unwrap_key(&wrapped_key).map_err(|_| AttachError::Internal)?;
        // Last: whoever is refused for another reason has taken nobody's place, and nobody is told to go for one who cannot stay. A
        // session holds one place, however many show up with it.
        let place = self.place(tenant).ok_or_else(|| {
            metrics::refused("capture");
            AttachError::Overloaded
        })?;
        let waiting = self.wait_alone(session.id);
        let (input, inputs) = mpsc::channel(QUEUE);
        let (outputs, output) = mpsc::unbounded_channel();
        let handle = CaptureHandle {
            mode: session.request.mode,
            security_level: session.request.security_level,
            input,
            output,
        };
        let task = session::Session::new(self.clone(), session, key, device, subjects, outputs);
        tokio::spawn(run(task, inputs, waiting, place));
        Ok(handle)
    }

    /// Whoever waited with this session so far is told to go: the latest counts, as when a page is loaded again.
    fn wait_alone(&self, session: SessionId) -> Waiting {
        let replaced = Arc::new(Notify::new());
        let mut waiting = self.inner.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = waiting.insert(session, Arc::clone(&replaced)) {
            earlier.notify_one();
        }
        drop(waiting);
        Waiting { app: self.clone(), session, replaced }
    }
}

/// A browser's claim to be the one that waits with a session.
pub(crate) struct Waiting {
    app: Verification,
    session: SessionId,
    replaced: Arc<Notify>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut waiting = self.app.inner.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.get(&self.session).is_some_and(|latest| Arc::ptr_eq(latest, &self.replaced)) {
            waiting.remove(&self.session);
        }
    }
}

async fn run(task: session::Session, inputs: mpsc::Receiver<Input>, waiting: Waiting, place: Place) {
    task.run(inputs, &waiting.replaced).await;
    drop(waiting);
    drop(place);
}

fn internal(error: &dyn std::fmt::Display) -> AttachError {
    tracing::error!(%error, "a session could not be read for its capture");
    AttachError::Internal
}

impl From<UseCaseError> for CaptureFailure {
    fn from(error: UseCaseError) -> Self {
        match error {
            UseCaseError::Overloaded => Self::Overloaded,
            _ => Self::Internal,
        }
    }
}
