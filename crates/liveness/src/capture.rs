//! The phases of a capture: waiting, positioning, holding still, collecting evidence, done.

mod evidence;

use std::collections::VecDeque;
use std::time::Duration;

use selfsame_domain::{DeviceInfo, Remark, Timestamp};

pub use evidence::EvidenceRequest;

use crate::challenge::Plan;
use crate::fusion::signs_of_life;
use crate::guidance::{Guidance, GuidanceParams, Position, guide};
use crate::observation::{
    CameraClaims, EnvironmentClaims, EvidenceObservation, FaceObservation, FrameObservation, Recognised,
};
use crate::task::{
    Approach, ApproachParams, ApproachRecord, Dots, DotsParams, DotsRecord, DotsView, Hold, Seen, Step,
    Target,
};

/// Limits and amounts of a capture. The defaults are for security level HIGH; the other levels are steps of the settings.
#[derive(Debug, Clone, PartialEq)]
pub struct CaptureParams {
    pub guidance: GuidanceParams,
    /// From the start of the camera, or from the last face; longer without one ends in TIMEOUT.
    pub no_face_timeout: Duration,
    /// A face counts as seen once it stood in this many frames in a row: a detector sees one in wallpaper now and then.
    pub face_frames: u32,
    /// From the start of the camera to the request for evidence.
    pub capture_timeout: Duration,
    /// From the request for evidence until all of it has arrived. 5 crops of 150 kB take 15 s at 400 kbit/s.
    pub evidence_timeout: Duration,
    /// How long the person has to stay in a good position, at least.
    pub hold: Duration,
    /// And at most: in passive mode the capture goes on until a blink, a turn or a breath shows that somebody is alive.
    pub hold_most: Duration,
    /// How much of it must have shown to go on no longer, in the units of the fused sum.
    pub life: f32,
    /// And how many frames must have been seen in that time.
    pub hold_frames: usize,
    /// A good position may be lost for this many frames before holding starts again (a blink of the detector).
    pub hold_grace: usize,
    /// How many full frames are asked for, spread evenly over the hold.
    pub evidence_frames: usize,
    /// Degrees by which a face may be turned in them, if there are enough that are not; else the least turned are asked for.
    pub evidence_yaw: f32,
    pub evidence_pitch: f32,
    /// Side of the crop that is asked for over the face box's longer side. The texture witness looks at 2.7 times the box;
    /// the rest is margin for motion between the tracking frame and its full frame.
    pub crop: f32,
    /// How many tracking frames are remembered for the witnesses.
    pub history: usize,
    /// The first distance of passive video, and the straight look before dots.
    pub first_hold: Duration,
    pub first_hold_frames: usize,
    pub approach: ApproachParams,
    pub dots: DotsParams,
    /// Both eyes less open than this are closed.
    pub closed_eyes: f32,
    /// Shift of the surroundings between two frames, over the frame's width, from which the phone is in motion.
    pub moving_phone: f32,
    /// Milliseconds since a frame came for which a page is sure to have it in full; it keeps them for eight seconds from when they were
    /// taken, and a network may have held them up.
    pub ring_millis: f64,
}

impl Default for CaptureParams {
    fn default() -> Self {
        Self {
            guidance: GuidanceParams::default(),
            no_face_timeout: Duration::from_secs(20),
            face_frames: 3,
            capture_timeout: Duration::from_secs(60),
            evidence_timeout: Duration::from_secs(30),
            hold: Duration::from_millis(1_600),
            hold_most: Duration::from_millis(5_500),
            life: 1.0,
            hold_frames: 7,
            hold_grace: 2,
            evidence_frames: 5,
            evidence_yaw: 18.0,
            evidence_pitch: 16.0,
            crop: 3.2,
            history: 256,
            first_hold: Duration::from_millis(700),
            first_hold_frames: 4,
            approach: ApproachParams::default(),
            dots: DotsParams::default(),
            closed_eyes: 0.2,
            moving_phone: 0.03,
            ring_millis: 6_000.0,
        }
    }
}

/// What the person is told to do next; a dialect has a word for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instruction {
    /// Stay as you are.
    HoldStill,
    /// Turn the head to the dots.
    FollowDots,
    /// The capture is over, the verdict is being made.
    Pending,
}

/// Why a capture ended before it could be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// No face within the time allowed.
    NoFace,
    /// A face, but never in a good position for long enough. Says what was missing last.
    NeverGood(Position),
    /// The evidence did not arrive in time, or the page no longer had it.
    EvidenceMissing,
    /// The browser never started its camera.
    NeverStarted,
    /// The person did not do what was asked. Says what was missing.
    Unmet(Remark),
}

/// Where a capture stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    Waiting { since: Timestamp },
    Positioning { since: Timestamp },
    Performing { camera_since: Timestamp },
    Collecting { since: Timestamp, wanted: Vec<EvidenceRequest>, received: Vec<EvidenceObservation> },
    Ended,
}

/// What the person is doing while [`Phase::Performing`].
#[derive(Debug, Clone, PartialEq)]
enum Task {
    Hold(Hold),
    Approach(Approach),
    Dots(Box<Dots>),
}

/// What follows from a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameOutcome {
    pub guidance: Guidance,
    pub instructions: Vec<Instruction>,
    /// The oval to fill, in passive video once its size is chosen.
    pub target: Option<Target>,
    /// The dots and the point that follows the head, in active mode; no dots before the challenge.
    pub dots: Option<DotsView>,
    /// Non-empty once: the full frames to ask for, in this order.
    pub evidence: Vec<EvidenceRequest>,
    /// The challenge was not met: the capture is over.
    pub ending: Option<Ending>,
}

/// A capture in progress.
#[derive(Debug)]
pub struct Capture {
    pub(crate) params: CaptureParams,
    plan: Plan,
    phase: Phase,
    task: Option<Task>,
    face_run: u32,
    closed_since: Option<Timestamp>,
    last_face: Option<Timestamp>,
    last_position: Position,
    pub(crate) camera: CameraClaims,
    pub(crate) environment: EnvironmentClaims,
    pub(crate) device: DeviceInfo,
    pub(crate) frames: VecDeque<FrameObservation>,
    pub(crate) frames_tracked: u32,
    /// Sequence numbers seen while the person did what was asked, from which the evidence was chosen.
    pub(crate) held: Vec<u32>,
    pub(crate) approach: Option<ApproachRecord>,
    pub(crate) dots: Option<DotsRecord>,
    pub(crate) evidence: Vec<EvidenceObservation>,
    pub(crate) requested: Vec<EvidenceRequest>,
    pub(crate) recognised: Recognised,
}

impl Capture {
    pub fn new(params: CaptureParams, plan: Plan, device: DeviceInfo, now: Timestamp) -> Self {
        Self {
            params,
            plan,
            phase: Phase::Waiting { since: now },
            task: None,
            face_run: 0,
            closed_since: None,
            last_face: None,
            last_position: Position::MoveIntoFrame,
            camera: CameraClaims::default(),
            environment: EnvironmentClaims::default(),
            device,
            frames: VecDeque::new(),
            frames_tracked: 0,
            held: Vec::new(),
            approach: None,
            dots: None,
            evidence: Vec::new(),
            requested: Vec::new(),
            recognised: Recognised::default(),
        }
    }

    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What happened with the dots, once the challenge is over.
    pub fn dots(&self) -> Option<&DotsRecord> {
        self.dots.as_ref()
    }

    /// How many dots were reached so far.
    pub fn reached(&self) -> usize {
        let dots = self.dots_so_far().map_or(&[][..], |record| &record.dots);
        dots.iter().filter(|dot| dot.reached_at.is_some()).count()
    }

    /// Whether the head is on the dot that is shown: who does this is who performs.
    pub fn is_on_dot(&self) -> bool {
        matches!(&self.task, Some(Task::Dots(dots)) if dots.is_on_dot())
    }

    /// The camera runs. A second start is ignored: the first claims stay.
    pub fn start(&mut self, camera: CameraClaims, environment: EnvironmentClaims, now: Timestamp) {
        if matches!(self.phase, Phase::Waiting { .. }) {
            self.camera = camera;
            self.environment = environment;
            self.phase = Phase::Positioning { since: now };
        }
    }

    /// Where the face was in a tracking frame that is still remembered.
    pub fn sighting(&self, seq: u32) -> Option<&FrameObservation> {
        self.frames.iter().find(|frame| frame.seq == seq)
    }

    /// A tracking frame was looked at.
    pub fn frame(&mut self, frame: FrameObservation, now: Timestamp) -> FrameOutcome {
        let frame = FrameObservation { arrived_at: now.as_millis() as f64, ..frame };
        let mut guidance = guide(&frame, self.speed_of(&frame), &self.guidance_params());
        self.face_run = if guidance.face.is_some() { self.face_run + 1 } else { 0 };
        if self.face_run >= self.params.face_frames {
            self.last_face = Some(now);
        }
        self.ask_for_open_eyes(&frame, &mut guidance, now);
        if let (Some(Task::Approach(approach)), Some(face)) = (&self.task, &guidance.face) {
            guidance.position =
                approach.position(guidance.position, face.bounds.height, &self.params.approach);
            guidance.too_far = guidance.position == Position::MoveForwards;
            guidance.too_close = guidance.position == Position::MoveBackwards;
        }
        self.last_position = guidance.position;
        self.frames_tracked += 1;
        let mut outcome = FrameOutcome {
            guidance: guidance.clone(),
            instructions: Vec::new(),
            target: None,
            dots: None,
            evidence: Vec::new(),
            ending: None,
        };
        let size = frame.size;
        self.perform(&Seen { frame: &frame, guidance: &guidance, now }, &mut outcome);
        self.frames.push_back(frame);
        if self.frames.len() > self.params.history {
            self.frames.pop_front();
        }
        if outcome.instructions.contains(&Instruction::Pending) {
            self.ask_for_evidence(size, now);
            outcome.evidence.clone_from(&self.requested);
        }
        match &self.task {
            Some(Task::Approach(approach)) => outcome.target = Some(approach.target()),
            Some(Task::Dots(dots)) => {
                outcome.dots = Some(dots.view(self.surroundings_move(), now, &self.params.dots));
            }
            // Pages read there what is wrong with the position, from the first frame on.
            Some(Task::Hold(_)) | None if matches!(self.plan, Plan::Active(_)) => {
                outcome.dots.get_or_insert_with(|| DotsView::before(outcome.guidance.face.as_ref(), size));
            }
            Some(Task::Hold(_)) | None => {}
        }
        outcome
    }

    /// The limits that hold for what the person is doing.
    fn guidance_params(&self) -> GuidanceParams {
        let plain = self.params.guidance.clone();
        match (&self.task, &self.plan) {
            // Turning the head is what is asked for.
            (Some(Task::Dots(_)), _) => {
                GuidanceParams { max_yaw: 60.0, max_pitch: 60.0, max_roll: 40.0, ..plain }
            }
            (Some(Task::Approach(_)), _) => GuidanceParams { max_face: 1.0, ..plain },
            // There must be room to come closer.
            (_, Plan::PassiveVideo { growth }) => {
                GuidanceParams { max_face: self.params.approach.max_face / growth, ..plain }
            }
            _ => plain,
        }
    }

    fn ask_for_open_eyes(&mut self, frame: &FrameObservation, guidance: &mut Guidance, now: Timestamp) {
        let closed = frame.eyes_open.is_some_and(|[right, left]| right.max(left) < self.params.closed_eyes);
        if !closed {
            self.closed_since = None;
            return;
        }
        // A blink is over long before.
        let since = *self.closed_since.get_or_insert(now);
        if now.since(since) >= Duration::from_millis(1_200) && guidance.position == Position::Good {
            guidance.position = Position::OpenEyes;
        }
    }

    /// One step of what the person is doing.
    fn perform(&mut self, seen: &Seen<'_>, outcome: &mut FrameOutcome) {
        match (&self.phase, seen.good()) {
            (Phase::Positioning { since }, true) => {
                self.phase = Phase::Performing { camera_since: *since };
                self.task = Some(Task::Hold(Hold::begin(seen)));
                return;
            }
            (Phase::Performing { .. }, _) => {}
            _ => return,
        }
        let params = &self.params;
        let (time, frames) = match self.plan {
            Plan::Passive => (params.hold, params.hold_frames),
            // The first distance, or the straight look: enough frames for a mean.
            Plan::PassiveVideo { .. } | Plan::Active(_) => (params.first_hold, params.first_hold_frames),
        };
        let step = match &mut self.task {
            Some(Task::Hold(hold)) => {
                let step = hold.step(seen, time, frames, params.hold_grace);
                let ask_for_more = step == Step::Done
                    && self.plan == Plan::Passive
                    && hold.lasts(seen.now) < params.hold_most
                    && {
                        let held = hold.good();
                        let frames = self.frames.iter().filter(|frame| held.contains(&frame.seq));
                        let life = signs_of_life(frames.chain([seen.frame]));
                        // What is no number is waited out.
                        life.is_nan() || life < params.life
                    };
                if ask_for_more { Step::On } else { step }
            }
            Some(Task::Approach(approach)) => approach.step(seen, &params.approach),
            Some(Task::Dots(dots)) => {
                let shown = dots.shown();
                let step = dots.step(seen, &params.dots);
                if !shown && dots.shown() {
                    outcome.instructions.push(Instruction::FollowDots);
                }
                step
            }
            None => Step::Lost,
        };
        if let (Some(Task::Dots(dots)), Step::Done | Step::Unmet(_)) = (&self.task, step) {
            outcome.dots = Some(dots.last_view(seen.now, &self.params.dots));
        }
        match step {
            Step::On => {}
            Step::Lost => self.begin_again(),
            Step::Unmet(what) => {
                self.keep_records();
                self.phase = Phase::Ended;
                outcome.ending = Some(Ending::Unmet(what));
            }
            Step::Done => self.next_task(seen, outcome),
        }
    }

    fn begin_again(&mut self) {
        if let Phase::Performing { camera_since } = self.phase {
            self.phase = Phase::Positioning { since: camera_since };
        }
        self.task = None;
    }

    fn next_task(&mut self, seen: &Seen<'_>, outcome: &mut FrameOutcome) {
        let Some(face) = seen.guidance.face.as_ref() else { return self.begin_again() };
        let first_hold = match &self.task {
            Some(Task::Hold(hold)) => Some(hold.good().to_vec()),
            _ => None,
        };
        match (first_hold, &self.plan) {
            (Some(good), Plan::PassiveVideo { growth }) => {
                let mut heights: Vec<f32> = self.faces_of(&good).map(|face| face.bounds.height).collect();
                heights.push(face.bounds.height);
                let mean = heights.iter().sum::<f32>() / heights.len() as f32;
                self.task = Some(Task::Approach(Approach::begin(mean, *growth, good, seen.now)));
            }
            (Some(good), Plan::Active(challenge)) => {
                let (mut yaw, mut pitch, mut count) = (face.yaw, face.pitch, 1.0);
                for held in self.faces_of(&good) {
                    (yaw, pitch, count) = (yaw + held.yaw, pitch + held.pitch, count + 1.0);
                }
                let straight = (yaw / count, pitch / count);
                self.held = good;
                let dots = Dots::begin(
                    challenge.clone(),
                    straight,
                    face,
                    seen.frame.size,
                    seen.now,
                    &self.params.dots,
                );
                self.task = Some(Task::Dots(Box::new(dots)));
            }
            // Pages show no guidance from HoldStill on: it is said when nothing is left that could be lost.
            (Some(good), Plan::Passive) => {
                self.held = good;
                outcome.instructions.extend([Instruction::HoldStill, Instruction::Pending]);
            }
            (None, plan) => {
                if *plan != Plan::Passive && !matches!(plan, Plan::Active(_)) {
                    outcome.instructions.push(Instruction::HoldStill);
                }
                self.keep_records();
                outcome.instructions.push(Instruction::Pending);
            }
        }
    }

    /// What the task saw, for the witnesses.
    fn keep_records(&mut self) {
        match self.task.take() {
            Some(Task::Approach(approach)) => {
                let record = approach.record;
                self.held = record.frames();
                self.approach = Some(record);
            }
            Some(Task::Dots(dots)) => {
                self.held.extend(&dots.record.frames);
                self.dots = Some(dots.record);
            }
            Some(Task::Hold(_)) | None => {}
        }
    }

    /// Sequence numbers seen while the person did what was asked, whether or not it came to an end.
    pub(crate) fn performed(&self) -> Vec<u32> {
        let task = match &self.task {
            Some(Task::Hold(hold)) => hold.good().to_vec(),
            Some(Task::Approach(approach)) => approach.record.frames(),
            Some(Task::Dots(dots)) => dots.record.frames.clone(),
            None => Vec::new(),
        };
        [&self.held[..], &task].concat()
    }

    pub(crate) fn approach_so_far(&self) -> Option<&ApproachRecord> {
        match &self.task {
            Some(Task::Approach(approach)) => Some(&approach.record),
            _ => self.approach.as_ref(),
        }
    }

    /// `None` before the first dot was shown.
    pub(crate) fn dots_so_far(&self) -> Option<&DotsRecord> {
        let record = match &self.task {
            Some(Task::Dots(dots)) => Some(&dots.record),
            _ => self.dots.as_ref(),
        };
        record.filter(|record| !record.dots.is_empty())
    }

    fn faces_of<'a>(&'a self, seqs: &'a [u32]) -> impl Iterator<Item = &'a FaceObservation> {
        seqs.iter().filter_map(|seq| self.sighting(*seq)?.faces.first())
    }

    /// Whether what is followed outside the face has moved since the last frame: the phone is in motion.
    fn surroundings_move(&self) -> bool {
        let mut last = self.frames.iter().rev();
        let (Some(now), Some(before)) = (last.next(), last.next()) else { return false };
        crate::motion::surroundings_shift(before, now).is_some_and(|shift| shift > self.params.moving_phone)
    }

    /// What the passing of time does. `Some` at most once.
    pub fn tick(&mut self, now: Timestamp) -> Option<Ending> {
        let ending = match &self.phase {
            Phase::Waiting { since } => {
                (now.since(*since) >= self.params.capture_timeout).then_some(Ending::NeverStarted)
            }
            Phase::Positioning { since } => {
                let without_face = now.since(self.last_face.unwrap_or(*since));
                if without_face >= self.params.no_face_timeout {
                    Some(Ending::NoFace)
                } else if now.since(*since) >= self.params.capture_timeout {
                    Some(match self.last_face {
                        Some(_) => Ending::NeverGood(self.last_position),
                        None => Ending::NoFace,
                    })
                } else {
                    None
                }
            }
            // What is asked has time limits of its own; this one is for a hold that is lost again and again.
            Phase::Performing { camera_since } => {
                let asked = match &self.plan {
                    Plan::Passive => self.params.hold_most,
                    Plan::PassiveVideo { .. } => self.params.approach.timeout,
                    Plan::Active(challenge) => self.params.dots.timeout * (challenge.dots.len() as u32 + 1),
                };
                let without_face = now.since(self.last_face.unwrap_or(*camera_since));
                if without_face >= self.params.no_face_timeout {
                    Some(Ending::NoFace)
                } else {
                    (now.since(*camera_since) >= self.params.capture_timeout + asked)
                        .then_some(Ending::NeverGood(self.last_position))
                }
            }
            Phase::Collecting { since, .. } => {
                (now.since(*since) >= self.params.evidence_timeout).then_some(Ending::EvidenceMissing)
            }
            Phase::Ended => None,
        };
        if ending.is_some() {
            self.phase = Phase::Ended;
        }
        ending
    }

    /// Face widths per second between the last frame with a face and this one.
    fn speed_of(&self, frame: &FrameObservation) -> f32 {
        let Some((last, face)) = self.frames.back().and_then(|last| Some((last, last.faces.first()?))) else {
            return 0.0;
        };
        let Some(now) = frame.faces.first() else { return 0.0 };
        // As the page says, for a network holds frames up; but a page that says too much would have nobody too fast.
        let (claimed, passed) = (frame.captured_at - last.captured_at, frame.arrived_at - last.arrived_at);
        let seconds = (claimed.min(passed.max(0.0) + 1_500.0) / 1000.0) as f32;
        if seconds <= 0.0 {
            return 0.0;
        }
        let (from, to) = (face.bounds.centre(), now.bounds.centre());
        (to.x - from.x).hypot(to.y - from.y) / now.bounds.width.max(1.0) / seconds
    }
}

#[cfg(test)]
mod tests;
