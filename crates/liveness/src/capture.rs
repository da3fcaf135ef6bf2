//! The phases of a capture: waiting, positioning, holding still, collecting evidence, done.

use std::collections::VecDeque;
use std::time::Duration;

use selfsame_domain::{DeviceInfo, Rect, Timestamp};

use crate::guidance::{Guidance, GuidanceParams, Position, guide};
use crate::observation::{CameraClaims, EnvironmentClaims, EvidenceObservation, FrameObservation, FrameSize};

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
    /// How long the person has to stay in a good position: long enough for a blink or a breath to show.
    pub hold: Duration,
    /// And how many frames must have been seen in that time.
    pub hold_frames: usize,
    /// A good position may be lost for this many frames before holding starts again (a blink of the detector).
    pub hold_grace: usize,
    /// How many full frames are asked for, spread evenly over the hold.
    pub evidence_frames: usize,
    /// Side of the crop that is asked for over the face box's longer side. The texture witness looks at 2.7 times the box;
    /// the rest is margin for motion between the tracking frame and its full frame.
    pub crop: f32,
    /// How many tracking frames are remembered for the witnesses.
    pub history: usize,
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
            hold_frames: 7,
            hold_grace: 2,
            evidence_frames: 5,
            crop: 3.2,
            history: 256,
        }
    }
}

/// What the person is told to do next; a dialect has a word for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instruction {
    /// Stay as you are.
    HoldStill,
    /// The capture is over, the verdict is being made.
    Pending,
}

/// A full frame that the server wants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EvidenceRequest {
    pub seq: u32,
    /// Pixels of the full frame.
    pub crop: Rect,
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
}

/// Where a capture stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    Waiting { since: Timestamp },
    Positioning { since: Timestamp },
    Holding { since: Timestamp, camera_since: Timestamp, good: Vec<u32>, lost: usize },
    Collecting { since: Timestamp, wanted: Vec<EvidenceRequest>, received: Vec<EvidenceObservation> },
    Ended,
}

/// What follows from a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameOutcome {
    pub guidance: Guidance,
    pub instructions: Vec<Instruction>,
    /// Non-empty once: the full frames to ask for, in this order.
    pub evidence: Vec<EvidenceRequest>,
}

/// A capture in progress.
#[derive(Debug)]
pub struct Capture {
    params: CaptureParams,
    phase: Phase,
    face_run: u32,
    last_face: Option<Timestamp>,
    last_position: Position,
    pub(crate) camera: CameraClaims,
    pub(crate) environment: EnvironmentClaims,
    pub(crate) device: DeviceInfo,
    pub(crate) frames: VecDeque<FrameObservation>,
    pub(crate) frames_tracked: u32,
    /// Sequence numbers seen in the hold from which the evidence was chosen.
    pub(crate) held: Vec<u32>,
    pub(crate) evidence: Vec<EvidenceObservation>,
    pub(crate) requested: Vec<EvidenceRequest>,
}

impl Capture {
    pub fn new(params: CaptureParams, device: DeviceInfo, now: Timestamp) -> Self {
        Self {
            params,
            phase: Phase::Waiting { since: now },
            face_run: 0,
            last_face: None,
            last_position: Position::MoveIntoFrame,
            camera: CameraClaims::default(),
            environment: EnvironmentClaims::default(),
            device,
            frames: VecDeque::new(),
            frames_tracked: 0,
            held: Vec::new(),
            evidence: Vec::new(),
            requested: Vec::new(),
        }
    }

    pub fn phase(&self) -> &Phase {
        &self.phase
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
        let speed = self.speed_of(&frame);
        let guidance = guide(&frame, speed, &self.params.guidance);
        self.face_run = if guidance.face.is_some() { self.face_run + 1 } else { 0 };
        if self.face_run >= self.params.face_frames {
            self.last_face = Some(now);
        }
        self.last_position = guidance.position;
        self.frames_tracked += 1;
        let (seq, size) = (frame.seq, frame.size);
        self.frames.push_back(frame);
        if self.frames.len() > self.params.history {
            self.frames.pop_front();
        }

        let mut outcome = FrameOutcome { guidance, instructions: Vec::new(), evidence: Vec::new() };
        let good = outcome.guidance.position == Position::Good;
        match &mut self.phase {
            Phase::Positioning { since } if good => {
                self.phase = Phase::Holding { since: now, camera_since: *since, good: vec![seq], lost: 0 };
                outcome.instructions.push(Instruction::HoldStill);
            }
            Phase::Holding { since, camera_since, good: held, lost } => {
                if good {
                    held.push(seq);
                    *lost = 0;
                } else {
                    *lost += 1;
                    if *lost > self.params.hold_grace {
                        self.phase = Phase::Positioning { since: *camera_since };
                        return outcome;
                    }
                }
                if good && now.since(*since) >= self.params.hold && held.len() >= self.params.hold_frames {
                    let held = std::mem::take(held);
                    self.ask_for_evidence(held, size, now);
                    outcome.evidence = self.requested.clone();
                    outcome.instructions.push(Instruction::Pending);
                }
            }
            Phase::Waiting { .. } | Phase::Positioning { .. } | Phase::Collecting { .. } | Phase::Ended => {}
        }
        outcome
    }

    fn ask_for_evidence(&mut self, held: Vec<u32>, size: FrameSize, now: Timestamp) {
        let wanted = spread(held.len(), self.params.evidence_frames)
            .filter_map(|index| {
                let frame = self.sighting(*held.get(index)?)?;
                let face = frame.faces.first()?;
                Some(EvidenceRequest {
                    seq: frame.seq,
                    crop: crop_around(face.bounds, self.params.crop, size),
                })
            })
            .collect::<Vec<_>>();
        self.held = held;
        self.requested = wanted.clone();
        self.phase = Phase::Collecting { since: now, wanted, received: Vec::new() };
    }

    /// The full frames that were asked for.
    pub fn requested(&self) -> &[EvidenceRequest] {
        &self.requested
    }

    /// Whether a full frame was asked for and has not come yet.
    pub fn wants(&self, seq: u32) -> Option<EvidenceRequest> {
        match &self.phase {
            Phase::Collecting { wanted, received, .. }
                if !received.iter().any(|evidence| evidence.seq == seq) =>
            {
                wanted.iter().find(|request| request.seq == seq).copied()
            }
            _ => None,
        }
    }

    /// A full frame arrived and was looked at. Returns true when nothing more is wanted.
    pub fn evidence(&mut self, observation: EvidenceObservation) -> bool {
        let expected = self.wants(observation.seq).is_some();
        let Phase::Collecting { wanted, received, .. } = &mut self.phase else { return false };
        if expected {
            received.push(observation);
        }
        if received.len() < wanted.len() {
            return false;
        }
        self.evidence = std::mem::take(received);
        self.phase = Phase::Ended;
        true
    }

    /// The page no longer has a frame that was asked for.
    pub fn evidence_missing(&mut self) -> Ending {
        self.phase = Phase::Ended;
        Ending::EvidenceMissing
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
            Phase::Holding { camera_since, .. } => (now.since(*camera_since)
                >= self.params.capture_timeout + self.params.hold)
                .then_some(Ending::NeverGood(self.last_position)),
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
        let seconds = ((frame.captured_at - last.captured_at) / 1000.0) as f32;
        if seconds <= 0.0 {
            return 0.0;
        }
        let (from, to) = (face.bounds.centre(), now.bounds.centre());
        (to.x - from.x).hypot(to.y - from.y) / now.bounds.width.max(1.0) / seconds
    }
}

/// `count` indices out of `available`, evenly spread, first and last included.
fn spread(available: usize, count: usize) -> impl Iterator<Item = usize> {
    let count = count.min(available);
    (0..count).map(move |index| if count < 2 { 0 } else { index * (available - 1) / (count - 1) })
}

/// A square about the face, `scale` times its longer side, shifted to stay within the frame and cut where it is larger.
fn crop_around(face: Rect, scale: f32, size: FrameSize) -> Rect {
    let (frame_width, frame_height) = (size.width as f32, size.height as f32);
    let side = face.width.max(face.height) * scale;
    let (width, height) = (side.min(frame_width), side.min(frame_height));
    let centre = face.centre();
    Rect {
        x: (centre.x - width / 2.0).clamp(0.0, frame_width - width).floor(),
        y: (centre.y - height / 2.0).clamp(0.0, frame_height - height).floor(),
        width: width.floor(),
        height: height.floor(),
    }
}

#[cfg(test)]
mod tests {
    use selfsame_domain::Point;

    use super::*;
    use crate::observation::FaceObservation;

    const SIZE: FrameSize = FrameSize { width: 1280, height: 720 };

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn frame(seq: u32, face: bool) -> FrameObservation {
        let face = face.then(|| FaceObservation {
            bounds: Rect { x: 500.0, y: 200.0, width: 240.0, height: 300.0 },
            landmarks: vec![Point::default(); 68],
            yaw: 0.0,
            pitch: 0.0,
            roll: 0.0,
            brightness: 120.0,
        });
        FrameObservation {
            seq,
            captured_at: f64::from(seq) * 125.0,
            size: SIZE,
            faces: face.into_iter().collect(),
        }
    }

    fn started() -> Capture {
        let mut capture = Capture::new(CaptureParams::default(), DeviceInfo::default(), at(0));
        capture.start(CameraClaims::default(), EnvironmentClaims::default(), at(0));
        capture
    }

    fn collecting() -> (Capture, Vec<EvidenceRequest>) {
        let mut capture = started();
        for seq in 1..100 {
            let outcome = capture.frame(frame(seq, true), at(i64::from(seq) * 125));
            if !outcome.evidence.is_empty() {
                return (capture, outcome.evidence);
            }
        }
        panic!("the hold never ended");
    }

    fn seen(seq: u32) -> EvidenceObservation {
        EvidenceObservation { seq, face: None, texture: None, quality: None, same_face: None }
    }

    #[test]
    fn a_good_face_is_held_and_evidence_is_spread_over_the_hold() {
        let (_, evidence) = collecting();
        assert_eq!(evidence.len(), 5);
        assert_eq!(evidence[0].seq, 1);
        assert!(evidence.windows(2).all(|pair| pair[0].seq < pair[1].seq));
        assert!(evidence[4].seq >= 13, "1.6 s at 8 frames a second");
    }

    #[test]
    fn losing_the_face_starts_the_hold_again() {
        let mut capture = started();
        capture.frame(frame(1, true), at(125));
        assert!(matches!(capture.phase(), Phase::Holding { .. }));
        for seq in 2..5 {
            capture.frame(frame(seq, false), at(i64::from(seq) * 125));
        }
        assert!(matches!(capture.phase(), Phase::Positioning { .. }));
    }

    #[test]
    fn frames_before_the_start_never_lead_to_evidence() {
        let mut capture = Capture::new(CaptureParams::default(), DeviceInfo::default(), at(0));
        for seq in 1..60 {
            assert!(capture.frame(frame(seq, true), at(i64::from(seq) * 125)).evidence.is_empty());
        }
    }

    #[test]
    fn only_what_was_asked_for_counts_as_evidence_and_only_once() {
        let (mut capture, wanted) = collecting();
        assert!(!capture.evidence(seen(9_999)));
        for _ in 0..20 {
            assert!(!capture.evidence(seen(wanted[0].seq)));
        }
        for request in &wanted[1..4] {
            assert!(!capture.evidence(seen(request.seq)));
        }
        assert!(capture.evidence(seen(wanted[4].seq)));
        assert_eq!(capture.evidence.len(), 5);
    }

    #[test]
    fn each_phase_ends_in_time() {
        let mut capture = Capture::new(CaptureParams::default(), DeviceInfo::default(), at(0));
        assert_eq!(capture.tick(at(59_999)), None);
        assert_eq!(capture.tick(at(60_000)), Some(Ending::NeverStarted));
        assert_eq!(capture.tick(at(90_000)), None, "an ending is told once");

        let mut capture = started();
        capture.frame(frame(1, false), at(100));
        assert_eq!(capture.tick(at(20_000)), Some(Ending::NoFace));

        let (mut capture, _) = collecting();
        assert_eq!(capture.tick(at(40_000)), Some(Ending::EvidenceMissing));
    }

    #[test]
    fn a_face_in_the_wallpaper_now_and_then_is_nobody() {
        let mut capture = started();
        for seq in 1..160 {
            let now = at(i64::from(seq) * 125);
            assert_eq!(capture.tick(now), None);
            capture.frame(frame(seq, seq % 5 < 2), now);
        }
        assert_eq!(capture.tick(at(20_100)), Some(Ending::NoFace));
    }

    #[test]
    fn a_person_who_left_is_told_so() {
        let mut capture = started();
        for seq in 1..9 {
            let mut seen = frame(seq, true);
            seen.faces[0].yaw = 60.0;
            capture.frame(seen, at(i64::from(seq) * 125));
        }
        assert_eq!(capture.tick(at(20_900)), None);
        assert_eq!(capture.tick(at(21_100)), Some(Ending::NoFace));
    }

    #[test]
    fn crops_stay_inside_the_frame() {
        let crop = crop_around(Rect { x: 1200.0, y: 10.0, width: 70.0, height: 90.0 }, 3.2, SIZE);
        assert!(crop.x + crop.width <= 1280.0 && crop.y >= 0.0);
        let crop = crop_around(Rect { x: 100.0, y: 10.0, width: 700.0, height: 700.0 }, 3.2, SIZE);
        assert_eq!((crop.width, crop.height), (1280.0, 720.0));
    }

    #[test]
    fn spread_includes_both_ends() {
        assert_eq!(spread(14, 5).collect::<Vec<_>>(), [0, 3, 6, 9, 13]);
        assert_eq!(spread(2, 5).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(spread(0, 5).count(), 0);
    }
}
