//! The task of one capture.

use std::time::Duration;

use selfsame_blobs::{BlobKey, DataKey};
use selfsame_domain::{
    BestImage, BioSession, BioSessionState, DeviceInfo, Diagnostic, Face, FaceId, FaceImageType, FaceQuality,
    LivenessReport, LivenessStatus, Point, Reason, Remark, StoredRecording, Timestamp, Verdict,
};
use selfsame_liveness::{Capture, Ending, FrameOutcome, Instruction, Phase, report_early};
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, MissedTickBehavior};

use super::assembly::Assembly;
use super::examination::{Examination, ExaminationError, TrackingFrame};
use super::observe::Portrait;
use super::recording::Recording;
use super::tilt::is_tilted;
use super::{CaptureFailure, Input, Output};
use crate::admission::Started;
use crate::lockout::Subjects;
use crate::{UseCaseError, Verification, metrics};

/// How often time-outs are looked for.
const TICK: Duration = Duration::from_millis(250);
/// Times of pages are below this: 2^53, up to where each millisecond is a number of its own.
const MOST_MILLIS: f64 = 9_007_199_254_740_992.0;
/// A browser that says nothing at all for this long is gone, whatever its connection says.
const SILENCE: Duration = Duration::from_secs(30);

pub(super) struct Session {
    app: Verification,
    session: BioSession,
    key: DataKey,
    /// When it began, by the machine's clock and by one that nobody sets.
    began: (Timestamp, Instant),
    /// Who is locked out when too many captures fail.
    subjects: Subjects,
    outputs: mpsc::UnboundedSender<Output>,
    examination: Examination,
    assembly: Assembly,
    claimed: bool,
    /// While the camera runs.
    started: Option<Started>,
    /// The browser was told of a dot, and with it of the challenge.
    dots_told: bool,
    /// It ended the capture after that.
    fled: bool,
    /// A verdict may have been stored.
    saving: bool,
    last_seq: u32,
    received: usize,
    announced: usize,
    announced_seq: Option<u32>,
    announced_frames: usize,
    tilted: bool,
    /// Of the best full frame's bytes as they came.
    best_digest: String,
    /// What is kept of it besides, until it is stored.
    recording: Option<Recording>,
    recorded: Option<StoredRecording>,
}

/// How a step of the task went on.
enum Flow {
    On,
    /// Everything was said; the task is over.
    Over,
}

impl Session {
    pub(super) fn new(
        app: Verification,
        session: BioSession,
        key: DataKey,
        device: DeviceInfo,
        subjects: Subjects,
        outputs: mpsc::UnboundedSender<Output>,
    ) -> Self {
        let recorded = app.settings().video_storage && session.request.image_storage;
        let params = app.settings().capture_for(session.request.security_level);
        let plan = app.plan(&session.request);
        let began = (app.clock().now(), Instant::now());
        let capture = Capture::new(params, plan, device, began.0);
        let examination = Examination::new(capture, app.vision(), app.shared_entropy());
        Self {
            app,
            session,
            key,
            began,
            subjects,
            outputs,
            examination,
            assembly: Assembly::default(),
            claimed: false,
            started: None,
            dots_told: false,
            fled: false,
            saving: false,
            last_seq: 0,
            received: 0,
            announced: 0,
            announced_seq: None,
            announced_frames: 0,
            tilted: false,
            best_digest: String::new(),
            recording: recorded.then(Recording::default),
            recorded: None,
        }
    }

    /// `replaced`: another has shown up with the session. Who has begun goes on.
    pub(super) async fn run(mut self, mut inputs: mpsc::Receiver<Input>, replaced: &Notify) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        loop {
            let flow = tokio::select! {
                biased;
                () = replaced.notified(), if !self.claimed => {
                    self.say(Output::Failed(CaptureFailure::Spent("the session was opened again elsewhere")));
                    Flow::Over
                }
                _ = tick.tick() => {
                    if heard.elapsed() >= SILENCE && self.claimed {
                        self.flees();
                        self.end(LivenessStatus::Timeout, Reason::BrowserSilent, CaptureFailure::PoorVideo).await
                    } else {
                        self.tick().await
                    }
                }
                input = inputs.recv() => {
                    heard = Instant::now();
                    match input {
                        Some(input) => self.input(input).await,
                        None => self.gone().await,
                    }
                }
            };
            if matches!(flow, Flow::Over) {
                return;
            }
        }
    }

    /// A moment of the capture. The machine's clock may be set while it lasts.
    fn moment(&self, of: Instant) -> Timestamp {
        self.began.0 + of.saturating_duration_since(self.began.1)
    }

    fn say(&self, output: Output) {
        // A browser that is gone is noticed by its input.
        let _ = self.outputs.send(output);
    }

    async fn input(&mut self, input: Input) -> Flow {
        match input {
            Input::Start { camera, environment } => {
                if self.claimed {
                    return self.protocol("the capture was started twice").await;
                }
                if let Err(failure) = self.claim().await {
                    self.say(Output::Failed(failure));
                    return Flow::Over;
                }
                let now = self.moment(Instant::now());
                self.examination.capture_mut().start(camera, environment, now);
                self.say(Output::Started);
                Flow::On
            }
            Input::Frame { seq, captured_at, arrived, size, picture } => {
                let arrived = self.moment(arrived.into());
                self.frame(TrackingFrame { seq, captured_at, arrived, size, picture }).await
            }
            Input::EvidenceChunk { seq, offset, total, chunk } => {
                self.chunk(seq, offset, total, &chunk).await
            }
            Input::EvidenceMissing { seq } => {
                if self.examination.capture().wants(seq).is_none() {
                    return self.protocol("a frame that was not asked for is said to be missing").await;
                }
                let ending = self.examination.capture_mut().evidence_missing();
                self.ended(ending).await
            }
            Input::Orientation { beta, gamma } => {
                self.tilted = is_tilted(beta, gamma);
                Flow::On
            }
            Input::Cancel => {
                if self.claimed {
                    // Giving up is nobody's failed attempt, as long as the challenge is not known.
                    self.flees();
                    if !self.fled {
                        self.subjects = Subjects::default();
                    }
                    self.decide_without_image(LivenessStatus::Failed, Reason::Cancelled).await;
                }
                Flow::Over
            }
        }
    }

    /// Nobody else can have the session from here on.
    async fn claim(&mut self) -> Result<(), CaptureFailure> {
        let now = self.app.clock().now();
        let mut claimed = self
            .session
            .clone()
            .claim(now)
            .map_err(|_| CaptureFailure::Spent("the session has been used or has expired"))?;
        let mut repository = self.app.store().begin().await.map_err(UseCaseError::from)?;
        // Others judge by it whether anybody is still at work: it is not told by this machine's clock.
        let since = repository.agreed_time(now).await.map_err(UseCaseError::from)?;
        claimed.state = BioSessionState::Capturing { since };
        // Looked at again: captures that were attached side by side must not all go on after the first have failed.
        if let Some(until) =
            self.app.locked_out(&mut repository, self.session.tenant_id, &self.subjects).await?
        {
            return Err(CaptureFailure::LockedOut { until });
        }
        if !self.app.may_be_captured(&mut repository, self.session.tenant_id, self.session.id).await? {
            return Err(CaptureFailure::Spent("the consent to a portrait was withdrawn or has ended"));
        }
        let won = repository
            .sessions()
            .claim(&self.session, &claimed, self.app.process())
            .await
            .map_err(UseCaseError::from)?;
        if !won {
            return Err(CaptureFailure::Spent("the session has been used or has expired"));
        }
        repository.save().await.map_err(UseCaseError::from)?;
        self.session = claimed;
        self.claimed = true;
        self.started = Some(self.app.starts());
        Ok(())
    }

    async fn frame(&mut self, frame: TrackingFrame) -> Flow {
        let TrackingFrame { seq, captured_at, arrived, size, .. } = frame;
        if !self.claimed {
            return self.protocol("a frame came before the start").await;
        }
        if seq <= self.last_seq {
            return self.protocol("sequence numbers must rise").await;
        }
        // Milliseconds since whenever; written so that what is no number fails.
        if !(0.0..MOST_MILLIS).contains(&captured_at)
            || size.width == 0
            || size.height == 0
            || size.width > 4096
            || size.height > 4096
        {
            return self.protocol("a frame's time or size is not one of a camera").await;
        }
        self.last_seq = seq;
        if let Some(recording) = &mut self.recording
            && let Err(what) = recording.add(arrived, &frame.picture)
        {
            return self.protocol(what).await;
        }
        if matches!(self.examination.capture().phase(), Phase::Collecting { .. } | Phase::Ended) {
            // Frames that were under way when the evidence was asked for.
            return Flow::On;
        }
        let outcome = match self.examination.frame(self.app.workers(), frame).await {
            Ok(outcome) => outcome,
            Err(error) => return self.unseen(error).await,
        };
        let FrameOutcome { guidance, target, dots, .. } = outcome;
        self.say(Output::Tracking { seq, size, guidance, tilted: self.tilted, target, dots });
        for instruction in outcome.instructions {
            self.dots_told |= instruction == Instruction::FollowDots;
            self.say(Output::Instruction(instruction));
        }
        if !outcome.evidence.is_empty() {
            self.say(Output::Evidence(outcome.evidence));
        }
        if let Some(ending) = outcome.ending {
            return self.ended(ending).await;
        }
        Flow::On
    }

    /// A picture could not be looked at. Whoever sent one that cannot be used broke the protocol.
    async fn unseen(&mut self, error: ExaminationError) -> Flow {
        match error {
            ExaminationError::Unusable(what) => self.protocol(what).await,
            ExaminationError::Broke(error) => {
                tracing::error!(%error, session = %self.session.id, "a picture could not be looked at");
                self.broke().await
            }
        }
    }

    async fn chunk(&mut self, seq: u32, offset: usize, total: usize, chunk: &[u8]) -> Flow {
        let Some(request) = self.examination.capture().wants(seq) else {
            return self.protocol("a full frame came that was not asked for").await;
        };
        if self.announced_seq != Some(seq) {
            self.announced_seq = Some(seq);
            self.announced += total.min(super::MAX_FRAME);
            self.announced_frames += 1;
        }
        let whole = match self.assembly.chunk(seq, offset, total, chunk) {
            Ok(whole) => whole,
            Err(_) => return self.protocol("evidence chunks do not fit together").await,
        };
        self.received += chunk.len();
        self.say(Output::Progress { received: self.received, total: self.expected_bytes() });
        let Some(bytes) = whole else { return Flow::On };

        let digest = hex::encode(Sha256::digest(&bytes));
        let last = match self.examination.full_frame(self.app.workers(), request, bytes).await {
            Ok(last) => last,
            Err(error) => return self.unseen(error).await,
        };
        if self.examination.best().is_some_and(|best| best.seq == seq) {
            self.best_digest = digest;
        }
        if last { self.judge().await } else { Flow::On }
    }

    /// Bytes of all evidence: those announced, and for frames to come the mean of these.
    fn expected_bytes(&self) -> usize {
        let frames = self.examination.capture().requested().len().max(self.announced_frames);
        self.announced * frames / self.announced_frames.max(1)
    }

    async fn judge(&mut self) -> Flow {
        let settings = self.app.settings();
        let params = settings.witnesses_for(self.session.request.security_level);
        let judgement = match self.examination.judge(&params, settings.capture_chain) {
            Ok(judgement) => judgement,
            Err(error) => {
                tracing::error!(%error, session = %self.session.id, "the faces could not be compared");
                return self.broke().await;
            }
        };
        // Where captures are recorded, a yes of which there is no recording is none either.
        if let Err(error) = self.keep_recording().await {
            tracing::error!(%error, session = %self.session.id, "the recording could not be kept");
            return self.broke().await;
        }
        let stored = match self.examination.take_best() {
            Some(portrait) => self.keep(portrait).await.map(Some),
            None => Ok(None),
        };
        let now = self.app.clock().now();
        let (verdict, face) = match stored {
            Ok(Some((face, sealed_template, best_image))) => {
                let verdict = Verdict {
                    status: judgement.status,
                    diagnostic: judgement.reason.map(Diagnostic::from),
                    best_image: Some(best_image),
                    recording: None,
                    report: judgement.report,
                    decided_at: now,
                };
                (verdict, Some((face, sealed_template)))
            }
            // A yes without a picture of whom it is about is not a yes.
            Ok(None) if judgement.status == LivenessStatus::Success => {
                let reason = Reason::NoBestImage;
                (Verdict::without_image(LivenessStatus::Error, reason, judgement.report, now), None)
            }
            Ok(None) => {
                let reason = judgement.reason.unwrap_or(Reason::NotConvinced);
                (Verdict::without_image(judgement.status, reason, judgement.report, now), None)
            }
            Err(error) => {
                tracing::error!(%error, session = %self.session.id, "the best image could not be kept");
                return self.broke().await;
            }
        };
        let best_image = verdict.best_image;
        match self.decide(verdict, face).await {
            Ok(()) => {
                self.say(Output::Result(best_image));
                Flow::Over
            }
            Err(error) => {
                tracing::error!(%error, session = %self.session.id, "the verdict could not be stored");
                // Where only the answer is lost the face is there, and has a picture. Else its session takes it along.
                if let Some(best) = best_image.filter(|_| !self.saving) {
                    let name = BlobKey::image(self.session.tenant_id, self.session.id, best.face_id);
                    self.app.discard(&name).await;
                }
                self.say(Output::Failed(error.into()));
                Flow::Over
            }
        }
    }

    /// Encrypts and stores the best image; returns what the verdict's transaction needs.
    async fn keep(&self, portrait: Portrait) -> Result<(Face, Vec<u8>, BestImage), UseCaseError> {
        let id = FaceId::random(self.app.entropy());
        let Portrait { jpeg, size, face, template, quality, .. } = portrait;
        let store_image = self.session.request.image_storage;
        if store_image {
            self.app.put_image(&self.session, id, &self.key, jpeg).await?;
        }
        let sealed = self.app.seal_template(&self.session, id, &self.key, &template)?;
        let eyes = face.eyes().map(|eye| Point { x: eye[0], y: eye[1] });
        let kept = Face {
            id,
            tenant_id: self.session.tenant_id,
            session_id: self.session.id,
            friendly_name: None,
            digest: self.best_digest.clone(),
            mode: self.app.mode(),
            image_type: FaceImageType::Selfie,
            quality: FaceQuality(quality),
            image_size: size,
            bounds: face.bounds,
            eyes,
            has_image: store_image,
            created_at: self.app.clock().now(),
        };
        Ok((kept, sealed, BestImage { face_id: id, size, bounds: face.bounds }))
    }

    /// Encrypts and stores the video of the capture, if there is to be one.
    async fn keep_recording(&mut self) -> Result<(), UseCaseError> {
        let Some(video) = self.recording.take().and_then(Recording::into_mp4) else { return Ok(()) };
        let hash = hex::encode(Sha256::digest(&video));
        let name = BlobKey::recording(self.session.tenant_id, self.session.id);
        self.app.blobs().put(&name, &self.key, video, self.app.entropy()).await?;
        self.recorded = Some(StoredRecording { hash });
        Ok(())
    }

    /// The verdict, its face and where its recording is become durable together.
    async fn decide(
        &mut self,
        mut verdict: Verdict,
        face: Option<(Face, Vec<u8>)>,
    ) -> Result<(), UseCaseError> {
        if let Err(error) = self.keep_recording().await {
            // What is no yes stands without its recording.
            if verdict.status == LivenessStatus::Success {
                return Err(error);
            }
            tracing::error!(%error, session = %self.session.id, "the recording could not be kept");
        }
        verdict.recording = self.recorded.clone();
        let decided = self.commit(verdict, face).await;
        if decided.is_err() && !self.saving && self.recorded.take().is_some() {
            let name = BlobKey::recording(self.session.tenant_id, self.session.id);
            self.app.discard(&name).await;
        }
        decided
    }

    async fn commit(&mut self, verdict: Verdict, face: Option<(Face, Vec<u8>)>) -> Result<(), UseCaseError> {
        let status = verdict.status;
        let decided = self.session.clone().decide(verdict).map_err(|error| UseCaseError::internal(&error))?;
        let scribe = self.app.trail().scribe().await?;
        let mut repository = self.app.store().begin().await?;
        if let Some((face, sealed_template)) = face {
            repository.faces().add(&face, Some(sealed_template)).await?;
        }
        if !repository.sessions().transition(&self.session, &decided).await? {
            return Err(UseCaseError::internal(&"the session was decided elsewhere"));
        }
        let counted = if self.fled { LivenessStatus::Failed } else { status };
        let tenant = decided.tenant_id;
        let locked = self.app.count_attempt(&mut repository, tenant, &self.subjects, counted).await?;
        self.app.tell(&mut repository, &decided).await?;
        for what in locked {
            let event = Verification::locked_out_event(decided.id, what);
            scribe.write(&mut repository, Some(tenant), event).await?;
        }
        self.saving = true;
        repository.save().await?;
        self.app.told();
        self.session = decided;
        if let Some(verdict) = self.session.verdict() {
            metrics::capture_decided(self.session.request.mode, verdict);
        }
        tracing::info!(session = %self.session.id, ?status, "capture decided");
        Ok(())
    }

    /// Of a capture without evidence.
    fn report(&self) -> LivenessReport {
        let params = self.app.settings().witnesses_for(self.session.request.security_level);
        report_early(self.examination.capture(), &params)
    }

    async fn decide_without_image(&mut self, status: LivenessStatus, reason: Reason) {
        let verdict = Verdict::without_image(status, reason, self.report(), self.app.clock().now());
        if let Err(error) = self.decide(verdict, None).await {
            // Maintenance decides it as ERROR later; nothing says yes meanwhile.
            tracing::error!(%error, session = %self.session.id, "the verdict could not be stored");
        }
    }

    async fn end(&mut self, status: LivenessStatus, reason: Reason, failure: CaptureFailure) -> Flow {
        if self.claimed {
            self.decide_without_image(status, reason).await;
        }
        self.say(Output::Instruction(Instruction::Pending));
        self.say(Output::Failed(failure));
        Flow::Over
    }

    /// Whoever ends a capture once its challenge is known has failed, or could come again until the dots suit a recording: also where
    /// the last dot was reached, for by whom is seen in the full frames only. To be called where the browser, or who is in front of it,
    /// breaks off; not where the server does.
    fn flees(&mut self) {
        self.fled = self.dots_told;
    }

    async fn tick(&mut self) -> Flow {
        let now = self.moment(Instant::now());
        match self.examination.capture_mut().tick(now) {
            Some(ending) => self.ended(ending).await,
            None => Flow::On,
        }
    }

    async fn ended(&mut self, ending: Ending) -> Flow {
        self.flees();
        let (status, reason, failure) = match ending {
            Ending::NoFace => (LivenessStatus::Timeout, Reason::NoFaceInTime, CaptureFailure::NoFace),
            Ending::NeverGood(position) => (
                LivenessStatus::Timeout,
                Reason::NeverGood(format!("{position:?}")),
                CaptureFailure::PoorVideo,
            ),
            Ending::EvidenceMissing => {
                (LivenessStatus::Timeout, Reason::FullFramesLate, CaptureFailure::PoorVideo)
            }
            Ending::Unmet(what) => {
                return self.unmet(what).await;
            }
            // Nothing was captured and nothing is decided: the session can be used again.
            Ending::NeverStarted => {
                self.say(Output::Failed(CaptureFailure::NeverStarted));
                return Flow::Over;
            }
        };
        self.end(status, reason, failure).await
    }

    /// The person did not do what was asked: the verdict is stored, and there is a result to read.
    async fn unmet(&mut self, what: Remark) -> Flow {
        let now = self.app.clock().now();
        let verdict =
            Verdict::without_image(LivenessStatus::Failed, Reason::ChallengeNotMet(what), self.report(), now);
        self.say(Output::Instruction(Instruction::Pending));
        match self.decide(verdict, None).await {
            Ok(()) => self.say(Output::Result(None)),
            Err(error) => {
                tracing::error!(%error, session = %self.session.id, "the verdict could not be stored");
                self.say(Output::Failed(error.into()));
            }
        }
        Flow::Over
    }

    async fn protocol(&mut self, what: &'static str) -> Flow {
        self.flees();
        self.end(
            LivenessStatus::Error,
            Reason::ProtocolBroken(what.to_owned()),
            CaptureFailure::Protocol(what),
        )
        .await
    }

    async fn broke(&mut self) -> Flow {
        self.end(LivenessStatus::Error, Reason::ServerFailed, CaptureFailure::Internal).await
    }

    async fn gone(&mut self) -> Flow {
        self.flees();
        if self.claimed {
            self.decide_without_image(LivenessStatus::Error, Reason::Disconnected).await;
        }
        Flow::Over
    }
}
