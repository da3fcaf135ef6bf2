//! Someone in front of a browser.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use super::{CaptureSocket, Clip, Heard, SocketError};

/// Largest piece of evidence in one message (docs/capture-protocol.md).
const CHUNK: usize = 32 * 1024;
/// The instruction that comes with the first dot.
const FOLLOW_DOTS: &str = "FACEFLOW_CHALLENGE_2D";
/// A server that says nothing for so long has lost the capture.
const PATIENCE: Duration = Duration::from_secs(70);

/// A browser and the camera in front of it. What it claims of itself is what the capture-chain witness judges.
#[derive(Debug, Clone)]
pub struct Browser {
    /// `camera` of the `start` message; width and height are filled in from the clip.
    pub camera: Value,
    /// `environment` of the `start` message.
    pub environment: Value,
    /// `device` of the `hello` message.
    pub device: Value,
    /// The address that a proxy in front of the server says it has.
    pub forwarded_for: Option<String>,
    /// Tracking frames a second; the server's `maxFps` if that is less.
    pub frames_per_second: f64,
    /// Leaves without a word once so many tracking frames were sent.
    pub leaves_after: Option<u32>,
    /// Goes on no further than to the first dot of active mode.
    pub at_dots: Option<AtDots>,
    /// Has no frame left when evidence is asked for, and says so.
    pub forgets_frames: bool,
    /// Answers with full frames of this clip instead: a page that shows the server one camera and uploads another's pictures.
    pub other_evidence: Option<Clip>,
    /// Told the number of every tracking frame that the server has answered, while the capture goes on.
    pub answered: Option<UnboundedSender<u32>>,
}

/// What a browser does that does not care for the dots it is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum AtDots {
    /// Leaves without a word.
    Leaves,
    /// Says this, and sends no more frames.
    Says(Value),
    /// Sends no more frames.
    FallsSilent,
}

/// How a capture ended for the page.
#[derive(Debug, Clone, PartialEq)]
pub enum CaptureOutcome {
    /// The result is stored; `bestImageInfo`, if there is one.
    Result(Option<Value>),
    /// What `errorFn` would be called with.
    Refused {
        code: u64,
        error: String,
        /// Until when nothing may be tried, with code 429.
        unlock_date_time: Option<String>,
    },
    /// The connection ended without either.
    Closed,
    /// This side left, as [`Browser::leaves_after`] or [`AtDots::Leaves`] says.
    Left,
}

/// Everything that went over the wire, as far as a test may want it.
#[derive(Debug)]
pub struct CaptureLog {
    pub outcome: CaptureOutcome,
    pub ready: Option<Value>,
    /// Every `tracking` message.
    pub tracking: Vec<Value>,
    pub instructions: Vec<String>,
    /// Frames that were asked for.
    pub evidence: Vec<Value>,
    pub progress: Vec<Value>,
    /// When each tracking frame that was answered was sent, and how long its answer took.
    pub latencies: Vec<(std::time::Instant, Duration)>,
    pub frames_sent: u32,
    pub tracking_bytes: usize,
    pub evidence_bytes: usize,
    /// From the connection to the end.
    pub took: Duration,
}

impl Default for Browser {
    /// A laptop's own camera in an ordinary browser.
    fn default() -> Self {
        Self {
            camera: json!({
                "label": "Integrated Camera (5986:2130)", "deviceId": "camera-1", "frameRate": 30, "facingMode": "user",
            }),
            environment: json!({
                "webdriver": false,
                "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "languages": ["en"],
                "screen": { "width": 1920, "height": 1080, "pixelRatio": 1 },
                "touchPoints": 0,
            }),
            device: json!({ "osType": "Linux", "browserName": "Chrome", "browserVersion": "140" }),
            forwarded_for: None,
            frames_per_second: 8.0,
            leaves_after: None,
            at_dots: None,
            forgets_frames: false,
            other_evidence: None,
            answered: None,
        }
    }
}

impl Browser {
    /// The same browser, driven by a script, with a file as its camera: what a test of the page looks like to the server.
    #[must_use]
    pub fn automated(mut self) -> Self {
        self.environment["webdriver"] = json!(true);
        self.camera["label"] = json!("/tmp/clip.mjpeg");
        self
    }

    /// Closes its page after so many tracking frames.
    #[must_use]
    pub fn leaving_after(mut self, frames: u32) -> Self {
        self.leaves_after = Some(frames);
        self
    }

    /// Shows the clip to the server until the server has decided.
    ///
    /// `origin`: `http://host:port`. `session`: the id of a bio-session.
    ///
    /// # Errors
    /// [`SocketError`] when the connection cannot be made or breaks while this side speaks.
    pub async fn captures(
        &self,
        origin: &str,
        session: &str,
        clip: &Clip,
    ) -> Result<CaptureLog, SocketError> {
        let started = Instant::now();
        let socket = CaptureSocket::connect_through_proxy(origin, self.forwarded_for.as_deref()).await?;
        let log = CaptureLog {
            outcome: CaptureOutcome::Closed,
            ready: None,
            tracking: Vec::new(),
            instructions: Vec::new(),
            evidence: Vec::new(),
            progress: Vec::new(),
            latencies: Vec::new(),
            frames_sent: 0,
            tracking_bytes: 0,
            evidence_bytes: 0,
            took: Duration::ZERO,
        };
        let mut capture = Capture {
            browser: self,
            clip,
            socket,
            log,
            ring: VecDeque::new(),
            sent: VecDeque::new(),
            ring_size: 64,
            answered: 0,
            window: 2,
        };
        capture.log.outcome = capture.run(session).await?;
        let mut log = capture.log;
        log.took = started.elapsed();
        Ok(log)
    }
}

/// One capture in progress.
struct Capture<'a> {
    browser: &'a Browser,
    clip: &'a Clip,
    socket: CaptureSocket,
    log: CaptureLog,
    /// (seq, index of the frame in the clip), oldest first.
    ring: VecDeque<(u32, usize)>,
    /// (seq, when it was sent) of frames without an answer.
    sent: VecDeque<(u32, Instant)>,
    ring_size: usize,
    answered: u32,
    window: u32,
}

impl Capture<'_> {
    async fn run(&mut self, session: &str) -> Result<CaptureOutcome, SocketError> {
        self.socket
            .says(&json!({
                "type": "hello", "protocol": 1, "sessionId": session, "sdk": "testkit", "device": self.browser.device,
            }))
            .await?;
        let ready = match self.socket.hears(PATIENCE).await? {
            Heard::Message(message) if message["type"] == "ready" => message,
            other => return Ok(ended(&other)),
        };
        let tracking = &ready["tracking"];
        let rate = tracking["maxFps"].as_f64().unwrap_or(8.0).min(self.browser.frames_per_second);
        self.window = tracking["window"].as_u64().and_then(|window| u32::try_from(window).ok()).unwrap_or(2);
        self.ring_size =
            ready["ring"]["frames"].as_u64().and_then(|frames| usize::try_from(frames).ok()).unwrap_or(64);
        self.log.ready = Some(ready);

        let (width, height) = self.clip.size();
        let mut camera = self.browser.camera.clone();
        camera["width"] = json!(width);
        camera["height"] = json!(height);
        camera["settings"] = json!({ "width": width, "height": height });
        self.socket
            .says(&json!({ "type": "start", "camera": camera, "environment": self.browser.environment }))
            .await?;
        match self.socket.hears(PATIENCE).await? {
            Heard::Message(message) if message["type"] == "started" => {}
            other => return Ok(ended(&other)),
        }
        self.track(rate).await
    }

    /// Sends frames at the rate, skips those that the window has no room for, and answers what is asked.
    async fn track(&mut self, rate: f64) -> Result<CaptureOutcome, SocketError> {
        let camera_on = Instant::now();
        let mut ticks = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let mut tracking = true;
        loop {
            tokio::select! {
                _ = ticks.tick(), if tracking => {
                    if self.log.frames_sent < self.answered + self.window {
                        self.send_frame(camera_on.elapsed()).await?;
                    }
                    if self.browser.leaves_after.is_some_and(|most| self.log.frames_sent >= most) {
                        return Ok(CaptureOutcome::Left);
                    }
                }
                heard = self.socket.hears(PATIENCE) => {
                    let heard = heard?;
                    let Heard::Message(message) = &heard else { return Ok(CaptureOutcome::Closed) };
                    match heard.kind() {
                        "tracking" => {
                            let seq = message["seq"].as_u64().and_then(|seq| u32::try_from(seq).ok());
                            self.answered = seq.unwrap_or(self.answered);
                            while self.sent.front().is_some_and(|(seq, _)| *seq <= self.answered) {
                                if let Some((_, at)) = self.sent.pop_front() {
                                    self.log.latencies.push((at.into_std(), at.elapsed()));
                                }
                            }
                            if let Some(told) = &self.browser.answered {
                                // Whoever wanted to know may have heard enough.
                                let _ = told.send(self.answered);
                            }
                            self.log.tracking.push(message.clone());
                        }
                        "instruction" => {
                            self.log.instructions.extend(message["instruction"].as_str().map(str::to_owned));
                            if message["instruction"] == FOLLOW_DOTS && let Some(at_dots) = &self.browser.at_dots {
                                tracking = false;
                                match at_dots {
                                    AtDots::Leaves => return Ok(CaptureOutcome::Left),
                                    AtDots::Says(message) => self.socket.says(message).await?,
                                    AtDots::FallsSilent => {}
                                }
                            }
                        }
                        "evidence" => {
                            // Frames after this one cannot be asked for any more.
                            tracking = false;
                            self.send_evidence(message).await?;
                        }
                        "progress" => self.log.progress.push(message.clone()),
                        _ => return Ok(ended(&heard)),
                    }
                }
            }
        }
    }

    async fn send_frame(&mut self, at: Duration) -> Result<(), SocketError> {
        let index = self.clip.index_at(at.as_secs_f64());
        let seq = self.log.frames_sent + 1;
        let (width, height) = self.clip.size();
        let short = |side: u32| u16::try_from(side).expect("a camera's frame has sides under 65536");
        let mut message = vec![1];
        message.extend(seq.to_be_bytes());
        message.extend((at.as_secs_f64() * 1e3).to_be_bytes());
        message.extend(short(width).to_be_bytes());
        message.extend(short(height).to_be_bytes());
        message.extend(self.clip.tracking(index, at.as_secs_f64()));
        self.log.tracking_bytes += message.len();
        self.log.frames_sent = seq;
        if self.ring.len() == self.ring_size {
            self.ring.pop_front();
        }
        self.ring.push_back((seq, index));
        self.sent.push_back((seq, Instant::now()));
        self.socket.sends(message).await
    }

    async fn send_evidence(&mut self, message: &Value) -> Result<(), SocketError> {
        let quality = (message["quality"].as_f64().unwrap_or(0.92) * 100.0).round() as u8;
        let wanted = message["frames"].as_array().cloned().unwrap_or_default();
        for frame in wanted {
            let seq = frame["seq"].as_u64().and_then(|seq| u32::try_from(seq).ok()).unwrap_or(0);
            let kept = self
                .ring
                .iter()
                .find(|kept| kept.0 == seq && !self.browser.forgets_frames)
                .map(|kept| kept.1);
            let side = |name: &str| frame["crop"][name].as_f64().unwrap_or(0.0).round().max(0.0) as u32;
            let picture = kept.and_then(|index| {
                let clip = self.browser.other_evidence.as_ref().unwrap_or(self.clip);
                clip.full(index).crop(side("x"), side("y"), side("width"), side("height"))
            });
            self.log.evidence.push(frame.clone());
            match picture {
                Some(picture) => self.send_chunks(seq, &picture.to_jpeg(quality)).await?,
                None => self.socket.says(&json!({ "type": "evidenceMissing", "seq": seq })).await?,
            }
        }
        Ok(())
    }

    async fn send_chunks(&mut self, seq: u32, jpeg: &[u8]) -> Result<(), SocketError> {
        let whole = |size: usize| u32::try_from(size).expect("a frame has under 4 GB");
        for (index, piece) in jpeg.chunks(CHUNK).enumerate() {
            let mut message = vec![2];
            message.extend(seq.to_be_bytes());
            message.extend(whole(index * CHUNK).to_be_bytes());
            message.extend(whole(jpeg.len()).to_be_bytes());
            message.extend(piece);
            self.log.evidence_bytes += piece.len();
            self.socket.sends(message).await?;
        }
        Ok(())
    }
}

/// What a last message means; one that is no end is a refusal as well, as nothing can follow it.
fn ended(heard: &Heard) -> CaptureOutcome {
    match heard {
        Heard::Closed => CaptureOutcome::Closed,
        Heard::Message(message) if message["type"] == "result" => {
            CaptureOutcome::Result(message.get("bestImageInfo").cloned())
        }
        Heard::Message(message) if message["type"] == "error" => CaptureOutcome::Refused {
            code: message["code"].as_u64().unwrap_or(0),
            error: message["error"].as_str().unwrap_or_default().to_owned(),
            unlock_date_time: message["unlockDateTime"].as_str().map(str::to_owned),
        },
        Heard::Message(message) => CaptureOutcome::Refused {
            code: 0,
            error: format!("unexpected message: {message}"),
            unlock_date_time: None,
        },
    }
}
