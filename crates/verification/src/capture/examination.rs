//! What is looked at in a capture, in which order, and what comes of it. Browsers' captures and rehearsals of the tests both go through here.

use std::sync::Arc;

use bytes::Bytes;
use selfsame_domain::{CaptureChainPolicy, Entropy, Timestamp};
use selfsame_liveness::witness::WitnessParams;
use selfsame_liveness::{Capture, EvidenceRequest, FrameOutcome, FrameSize, Judgement, Phase, judge};
use selfsame_vision::{Template, Vision, VisionError};

use super::glimpse::Glimpse;
use super::kept::{KeptParams, of_good_frames};
use super::observe::{self, Evidence, Motion, ObserveError, Portrait};
use crate::UseCaseError;
use crate::workers::{Urgency, WorkError, Workers};

/// Where heavy work runs.
pub trait Cores: Sync {
    /// Waits for a core and runs `work` on it.
    fn run<T, F>(&self, urgency: Urgency, work: F) -> impl Future<Output = Result<T, WorkError>> + Send
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static;
}

impl Cores for Workers {
    fn run<T, F>(&self, urgency: Urgency, work: F) -> impl Future<Output = Result<T, WorkError>> + Send
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        Self::run(self, urgency, work)
    }
}

/// A tracking frame as it came.
#[derive(Debug)]
pub struct TrackingFrame {
    pub seq: u32,
    /// By the page's clock, in milliseconds.
    pub captured_at: f64,
    /// By the server's.
    pub arrived: Timestamp,
    /// Of the full frame that it was made from.
    pub size: FrameSize,
    /// JPEG or WebP.
    pub picture: Bytes,
}

/// Why a picture could not be looked at. Nothing can be looked at after it.
#[derive(Debug, thiserror::Error)]
pub enum ExaminationError {
    /// Whoever sent it broke the protocol.
    #[error("{0}")]
    Unusable(&'static str),
    #[error(transparent)]
    Broke(#[from] UseCaseError),
}

impl From<VisionError> for ExaminationError {
    fn from(error: VisionError) -> Self {
        Self::Broke(error.into())
    }
}

/// A capture's state machine with its eyes.
pub struct Examination {
    capture: Capture,
    vision: Arc<Vision>,
    /// Away while a core works on it.
    motion: Option<Box<Motion>>,
    /// Dots that were reached so far.
    reached: usize,
    /// Of the full frames so far.
    templates: Vec<(u32, Template)>,
    /// From -100 to 200, beside the templates.
    qualities: Vec<f32>,
    /// The best full frame so far.
    best: Option<Portrait>,
}

impl Examination {
    /// `entropy`: says when it is looked at who is there.
    pub fn new(capture: Capture, vision: Arc<Vision>, entropy: Arc<dyn Entropy>) -> Self {
        let motion = Some(Box::new(Motion::new(entropy)));
        Self { capture, vision, motion, reached: 0, templates: Vec::new(), qualities: Vec::new(), best: None }
    }

    pub fn capture(&self) -> &Capture {
        &self.capture
    }

    pub fn capture_mut(&mut self) -> &mut Capture {
        &mut self.capture
    }

    /// The full frame that is kept, so far.
    pub fn best(&self) -> Option<&Portrait> {
        self.best.as_ref()
    }

    pub fn take_best(&mut self) -> Option<Portrait> {
        self.best.take()
    }

    /// Looks at a tracking frame.
    ///
    /// # Errors
    /// The picture cannot be used, or nobody could look at it.
    pub async fn frame(
        &mut self,
        cores: &impl Cores,
        frame: TrackingFrame,
    ) -> Result<FrameOutcome, ExaminationError> {
        let TrackingFrame { seq, captured_at, arrived, size, picture } = frame;
        let times = (captured_at, arrived.as_millis() as f64);
        let again = picture.clone();
        let performing = matches!(self.capture.phase(), Phase::Performing { .. });
        let observation = self
            .look(cores, move |vision, motion| {
                observe::tracking_frame(vision, motion, seq, times, size, performing, &picture)
            })
            .await?;
        // By when it came, not by when there was a core to look at it.
        let outcome = self.capture.frame(observation, arrived);
        let reached = self.capture.reached() > self.reached;
        self.reached = self.capture.reached();
        if reached || self.capture.is_on_dot() {
            // Looks at random may miss who is there for a moment.
            self.look(cores, move |vision, motion| observe::identify(vision, motion, seq, &again)).await?;
        }
        Ok(outcome)
    }

    async fn look<T: Send + 'static>(
        &mut self,
        cores: &impl Cores,
        work: impl FnOnce(&Vision, &mut Motion) -> Result<T, ObserveError> + Send + 'static,
    ) -> Result<T, ExaminationError> {
        let vision = Arc::clone(&self.vision);
        let Some(mut motion) = self.motion.take() else {
            return Err(UseCaseError::internal(&"a capture went on after it broke").into());
        };
        let looked = cores
            .run(Urgency::Guidance, move || {
                let seen = work(&vision, &mut motion)?;
                Ok((seen, motion))
            })
            .await;
        let (seen, motion) = usable(looked, "a tracking frame is not a usable picture")?;
        self.motion = Some(motion);
        Ok(seen)
    }

    /// Looks at a full frame that was asked for; `true` when it was the last.
    ///
    /// # Errors
    /// The picture cannot be used, or nobody could look at it.
    pub async fn full_frame(
        &mut self,
        cores: &impl Cores,
        request: EvidenceRequest,
        bytes: Vec<u8>,
    ) -> Result<bool, ExaminationError> {
        let vision = Arc::clone(&self.vision);
        let glimpse = self.glimpse(request.seq);
        let best_before = self.best_quality();
        let looked = cores
            .run(Urgency::Evidence, move || {
                observe::evidence_frame(&vision, request, glimpse.as_ref(), best_before, &bytes)
            })
            .await;
        let evidence = usable(looked, "a full frame is not a usable picture")?;
        Ok(self.add(evidence))
    }

    /// Quality of the best full frame so far.
    pub fn best_quality(&self) -> f32 {
        self.best.as_ref().map_or(f32::NEG_INFINITY, |best| best.quality)
    }

    /// The face as the tracking frame of this number showed it; `None` when there was none, or too long ago.
    pub fn glimpse(&self, seq: u32) -> Option<Glimpse> {
        self.motion.as_ref().and_then(|motion| motion.glimpse(seq))
    }

    /// Whether it was looked at whose face the tracking frame of this number shows.
    pub fn has_identified(&self, seq: u32) -> bool {
        self.motion.as_ref().is_some_and(|motion| motion.has_identified(seq))
    }

    /// Adds a full frame that was looked at; `true` when it was the last.
    pub fn add(&mut self, evidence: Evidence) -> bool {
        let Evidence { observation, template, portrait } = evidence;
        if let Some(template) = template {
            self.templates.push((observation.seq, template));
            self.qualities.push(observation.quality.unwrap_or(f32::NEG_INFINITY));
        }
        if portrait.is_some() {
            self.best = portrait;
        }
        self.capture.evidence(observation)
    }

    /// Says what the capture comes to, once all full frames are there. What is kept gets the template of all its good frames.
    ///
    /// # Errors
    /// The faces come from different embedders.
    pub fn judge(
        &mut self,
        params: &WitnessParams,
        policy: CaptureChainPolicy,
    ) -> Result<Judgement, VisionError> {
        // Without a best frame or a stream nobody is recognised, which is no yes.
        if let (Some(best), Some(motion)) = (&self.best, &self.motion) {
            self.capture.recognise(motion.recognise(&self.vision, &self.templates, best.seq)?);
        }
        if let Some(best) = &mut self.best {
            let frames =
                self.templates.iter().map(|(_, template)| template).zip(self.qualities.iter().copied());
            best.template = of_good_frames(&self.vision, &best.template, frames, &KeptParams::default())?;
        }
        Ok(judge(&self.capture, params, policy))
    }
}

/// What a look at a picture came to.
fn usable<T>(
    looked: Result<Result<T, ObserveError>, WorkError>,
    unusable: &'static str,
) -> Result<T, ExaminationError> {
    match looked {
        Ok(Ok(seen)) => Ok(seen),
        Ok(Err(ObserveError::Picture(_) | ObserveError::Shape)) => Err(ExaminationError::Unusable(unusable)),
        Ok(Err(ObserveError::Vision(error))) => Err(error.into()),
        Err(error) => Err(ExaminationError::Broke(error.into())),
    }
}
