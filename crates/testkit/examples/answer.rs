//! A camera file that answers the challenge of a server whose challenge is fixed by a seed, for the conformance run and the
//! browser tests; or one that attacks it.
//!
//! `answer OUT.mjpeg MODE SEED [options] PORTRAIT...` starts a server with `liveness.challenge_seed = SEED`, puts somebody with a
//! portrait's face before it who sees what a page would show, lets the server judge, and photographs the same movements once more
//! at full size. MODE is that of `init-liveness-session`.
//!
//! Options, with their defaults: `--species bona-fide`, or the name of an attack of `attack::Presentation`; `--person 1`, who moves
//! and in which room; `--on MEDIUM` films what was recorded once more from a `print`, `screen-photo`, `screen-replay`,
//! `phone-photo` or `phone-replay` (`attack::Species`).
//!
//! Prints the server's verdict as a line of JSON. Ends with 1 when a bona fide person did not succeed: other portraits and
//! persons may. The file shows a person: keep it out of git. The program comes from `SELFSAME_BIN` or from beside this one.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use selfsame_testkit::{
    Actor, ActorParams, Browser, CaptureSocket, Guidance, Head, Heard, Moment, Person, Presentation, Scene,
    SceneParams, Species, Subject, TestServer, TestServerSettings, attack, repository,
};
use selfsame_vision::image::decode;
use selfsame_vision::{Limits, Picture, Vision, VisionSettings};
use serde_json::{Value, json};

/// Chromium plays motion JPEG at 30 pictures a second, whatever it holds. Every picture is written twice: a webcam in a room.
const FILE_FPS: f64 = 30.0;
const TWICE: usize = 2;
const FULL: (u32, u32) = (1280, 720);
const SMALL: (u32, u32) = (320, 180);
/// As the file holds it; a webcam's own motion JPEG is no better.
const QUALITY: u8 = 92;
/// Tracking frames a second, as the browser sends them.
const FPS: f64 = 8.0;
/// A page opens the camera before it starts the capture: the file begins so much earlier than the capture that was played to the
/// server.
const LEAD: f64 = 0.9;
/// Nobody knows how long a page really takes for that. The room is dark until this second of the file, when every page is ready, so
/// that the capture begins when the lamp goes on, here and there alike. (Somebody who turns to the page or comes into view would
/// do it in frames that differ from capture to capture, and with them the pose that the capture takes for straight.)
const LAMP: f64 = 5.0;
/// What is left of the light before: less than half of what a face needs (`GuidanceParams::min_brightness`).
const DARK: f64 = 0.1;
/// A bona fide recording has to convince once more at these leads and frame rates: a page is never as fast as this program, and an
/// answer that only just passed would not pass there.
const REHEARSALS: [(f64, f64); 2] = [(1.63, 6.7), (2.87, 5.3)];
/// What is shown after the end: the file begins anew when it is over, and nobody should see that.
const TAIL: f64 = 8.0;
/// Longer than any of the server's own time-outs.
const LONGEST: f64 = 90.0;
/// A page and its server meet each question a few frames earlier or later than they did here, a busy machine later: who answers
/// before the middle of what a person may take (`ObedienceParams`: 0.24 to 1.8 s until a part of the way is done) is in time either way.
const REACTION: (f64, f64) = (0.40, 0.50);
/// Somebody who has done it before: aims well, and sways half as much as most.
const AIM: (f64, f64) = (0.95, 1.02);
const CALM: f64 = 0.5;
/// Of the point per degree: a frame 720 high, the ring and the turns of `DotsParams`, and what landmarks make of a rendered head.
const GAINS: [f64; 2] = [12.7, 15.3];
/// Where most people sit, with room to come closer.
const DISTANCE: (f64, f64) = (0.56, 0.61);

struct Options {
    out: PathBuf,
    mode: String,
    seed: String,
    species: Presentation,
    person: u64,
    medium: Option<Species>,
    portraits: Vec<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = read_options();
    let bona_fide = options.species == Presentation::BonaFide && options.medium.is_none();
    let mut subject = subject(&options);
    let server = TestServerSettings::default()
        .observing()
        .with("SELFSAME__DEVELOPMENT", "true")
        .with("SELFSAME__LIVENESS__CHALLENGE_SEED", &options.seed)
        .start()
        .await;
    let (moments, verdict) = captured(&server, &options.mode, subject.as_mut(), LEAD, FPS).await;
    let mut convinced = verdict["livenessStatus"] == "SUCCESS";
    let mut told = verdict;
    for (lead, fps) in REHEARSALS {
        if bona_fide && convinced {
            let mut played = Played { moments: &moments, subject: subject.as_ref() };
            (_, told) = captured(&server, &options.mode, &mut played, lead, fps).await;
            convinced = told["livenessStatus"] == "SUCCESS";
        }
    }
    println!("{told}");
    drop(server);
    if bona_fide && !convinced {
        eprintln!(
            "answer: the server was not convinced, so nothing is written; try another --person or portrait"
        );
        return ExitCode::FAILURE;
    }
    write(&options, subject.as_ref(), &moments);
    ExitCode::SUCCESS
}

/// What was before the camera in a session of its own, and the server's verdict on it.
async fn captured(
    server: &TestServer,
    mode: &str,
    subject: &mut dyn Subject,
    lead: f64,
    fps: f64,
) -> (Vec<Moment>, Value) {
    let session = json!({ "livenessMode": mode, "securityLevel": "HIGH", "numberOfChallenge": 2 });
    let session = server.opens_session_with(session).await.created_id();
    let moments = Recording::of(server, &session, subject, lead, fps).await;
    (moments, server.result(&session).await.json())
}

/// What was recorded, as a camera plays it that hears nobody.
struct Played<'a> {
    moments: &'a [Moment],
    subject: &'a dyn Subject,
}

impl Subject for Played<'_> {
    fn advance(&mut self, seconds: f64, _: &Guidance) -> Moment {
        let index = (seconds * FILE_FPS / TWICE as f64).round() as usize;
        self.moments[index.min(self.moments.len() - 1)]
    }

    fn picture(&self, moment: &Moment, size: (u32, u32)) -> Picture {
        self.subject.picture(moment, size)
    }
}

fn read_options() -> Options {
    const USAGE: &str =
        "usage: answer OUT.mjpeg MODE SEED [--species NAME] [--person N] [--on MEDIUM] PORTRAIT...";
    let mut options = Options {
        out: PathBuf::new(),
        mode: String::new(),
        seed: String::new(),
        species: Presentation::BonaFide,
        person: 1,
        medium: None,
        portraits: Vec::new(),
    };
    let mut arguments = std::env::args().skip(1);
    let mut plain = Vec::new();
    while let Some(argument) = arguments.next() {
        let Some(name) = argument.strip_prefix("--") else {
            plain.push(argument);
            continue;
        };
        let value = arguments.next().unwrap_or_else(|| panic!("--{name} needs a value; {USAGE}"));
        let unknown = || -> ! { panic!("--{name} {value}: not known; see the head of examples/answer.rs") };
        match name {
            "species" => {
                let mut all = Presentation::ATTACKS.into_iter().chain([Presentation::BonaFide]);
                options.species = all.find(|species| species.name() == value).unwrap_or_else(|| unknown());
            }
            "person" => options.person = value.parse().unwrap_or_else(|_| unknown()),
            "on" => {
                let medium = Species::ALL.into_iter().find(|species| species.name() == value);
                options.medium = Some(medium.unwrap_or_else(|| unknown()));
            }
            _ => unknown(),
        }
    }
    let [out, mode, seed, portraits @ ..] = plain.as_slice() else { panic!("{USAGE}") };
    assert!(!portraits.is_empty(), "{USAGE}");
    (options.out, options.mode, options.seed) = (out.into(), mode.clone(), seed.clone());
    options.portraits = portraits.iter().map(PathBuf::from).collect();
    options
}

fn subject(options: &Options) -> Box<dyn Subject> {
    let settings = VisionSettings { weights_dir: repository().join("models"), ..VisionSettings::default() };
    let vision = Vision::load(&settings).expect("the networks; run `make models`");
    let heads: Vec<Arc<Head>> = options
        .portraits
        .iter()
        .map(|file| {
            let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let portrait = decode(&bytes, &Limits::default())
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let head = Head::from_portrait(&vision, &portrait);
            Arc::new(head.unwrap_or_else(|error| panic!("{}: {error}", file.display())))
        })
        .collect();
    if options.species != Presentation::BonaFide {
        return Box::new(InTheDark(options.species.subject(&heads, options.person)));
    }
    let params = ActorParams {
        reaction: REACTION,
        distance: DISTANCE,
        aim: AIM,
        life: CALM,
        practised: Some(GAINS),
        ..ActorParams::default()
    };
    let head = Arc::clone(&heads[usize::try_from(options.person).unwrap_or(0) % heads.len()]);
    Box::new(InTheDark(Box::new(Person {
        scene: Scene::new(head, SceneParams::default(), options.person),
        actor: Actor::new(params, options.person),
    })))
}

/// Somebody who switches the lamp on when everything is ready.
struct InTheDark(Box<dyn Subject>);

impl Subject for InTheDark {
    fn advance(&mut self, seconds: f64, guidance: &Guidance) -> Moment {
        let unread = Guidance::default();
        self.0.advance(seconds, if seconds < LAMP { &unread } else { guidance })
    }

    fn picture(&self, moment: &Moment, size: (u32, u32)) -> Picture {
        let lit = self.0.picture(moment, size);
        if moment.seconds >= LAMP {
            return lit;
        }
        let dim = lit.rgb().iter().map(|value| (f64::from(*value) * DARK) as u8).collect();
        Picture::from_rgb(size.0, size.1, dim).expect("a picture of the same size")
    }
}

/// A capture in progress, as a page has it.
struct Recording<'a> {
    socket: CaptureSocket,
    subject: &'a mut dyn Subject,
    guidance: Guidance,
    /// Of every picture of the file.
    moments: Vec<Moment>,
    /// What was sent as tracking frames, for the evidence.
    sent: HashMap<u64, Moment>,
    lead: f64,
    fps: f64,
}

impl<'a> Recording<'a> {
    /// Lets the subject do what the server asks until the server has decided. Returns the moment of every picture of the file.
    async fn of(
        server: &TestServer,
        session: &str,
        subject: &'a mut dyn Subject,
        lead: f64,
        fps: f64,
    ) -> Vec<Moment> {
        let browser = Browser::default();
        let mut camera = browser.camera.clone();
        (camera["width"], camera["height"]) = (json!(FULL.0), json!(FULL.1));
        camera["settings"] = json!({ "width": FULL.0, "height": FULL.1, "frameRate": 30 });
        let mut socket = CaptureSocket::connect(server.origin()).await.expect("a connection");
        let hello = json!({ "type": "hello", "protocol": 1, "sdk": "answer", "sessionId": session, "device": browser.device });
        socket.says(&hello).await.expect("a connection");
        expect(&mut socket, "ready").await;
        let start = json!({ "type": "start", "camera": camera, "environment": browser.environment });
        socket.says(&start).await.expect("a connection");
        expect(&mut socket, "started").await;
        let mut recording = Self {
            socket,
            subject,
            guidance: Guidance::default(),
            moments: Vec::new(),
            sent: HashMap::new(),
            lead,
            fps,
        };
        recording.runs_until(lead);
        recording.runs().await;
        recording.moments
    }

    /// Seconds in the file.
    fn now(&self) -> f64 {
        self.moments.len() as f64 * TWICE as f64 / FILE_FPS
    }

    fn runs_until(&mut self, seconds: f64) {
        while self.now() < seconds {
            let moment = self.subject.advance(self.now(), &self.guidance);
            self.moments.push(moment);
        }
    }

    async fn runs(&mut self) {
        let began = Instant::now();
        let mut tracking = true;
        for seq in 1_u32.. {
            let now = f64::from(seq) / self.fps;
            assert!(now < LONGEST, "the server never decided; it last said {:?}", self.guidance);
            tokio::time::sleep_until((began + Duration::from_secs_f64(now)).into()).await;
            self.runs_until(self.lead + now);
            if tracking {
                self.shows(seq, now).await;
            }
            // Every frame is answered; afterwards only what is left is read.
            loop {
                let patience = Duration::from_secs(40);
                let Heard::Message(message) = self.socket.hears(patience).await.expect("an answer") else {
                    self.guidance = Guidance::default();
                    self.runs_until(self.lead + now + TAIL);
                    return;
                };
                match message["type"].as_str().unwrap_or_default() {
                    "tracking" => {
                        self.guidance = Guidance::from_message(&message);
                        if tracking {
                            break;
                        }
                    }
                    "instruction" => eprintln!("answer: {now:5.1} s {}", message["instruction"]),
                    "evidence" => {
                        tracking = false;
                        self.proves(&message).await;
                    }
                    "error" => eprintln!("answer: {now:5.1} s {message}"),
                    _ => {}
                }
            }
        }
    }

    async fn shows(&mut self, seq: u32, now: f64) {
        let moment = *self.moments.last().expect("the file has begun");
        self.sent.insert(u64::from(seq), moment);
        let mut frame = vec![1];
        frame.extend(seq.to_be_bytes());
        frame.extend((now * 1000.0).to_be_bytes());
        frame.extend(u16::try_from(FULL.0).expect("a width").to_be_bytes());
        frame.extend(u16::try_from(FULL.1).expect("a height").to_be_bytes());
        frame.extend(self.subject.picture(&moment, SMALL).to_jpeg(60));
        self.socket.sends(frame).await.expect("a connection");
    }

    /// The full frames, through the same compression as on their way through a file and a page.
    async fn proves(&mut self, message: &Value) {
        for wanted in message["frames"].as_array().into_iter().flatten() {
            let moment = self.sent[&wanted["seq"].as_u64().expect("a number")];
            let side = |name: &str| wanted["crop"][name].as_f64().unwrap_or(0.0).round().max(0.0) as u32;
            let filmed = decode(&self.subject.picture(&moment, FULL).to_jpeg(QUALITY), &Limits::default());
            let crop = filmed
                .expect("an own picture")
                .crop(side("x"), side("y"), side("width"), side("height"))
                .expect("a crop within the frame")
                .to_jpeg(QUALITY);
            let whole = |size: usize| u32::try_from(size).expect("under 4 GB").to_be_bytes();
            for (index, piece) in crop.chunks(32 * 1024).enumerate() {
                let mut chunk = vec![2];
                chunk.extend(
                    u32::try_from(wanted["seq"].as_u64().unwrap_or(0)).expect("a number").to_be_bytes(),
                );
                chunk.extend(whole(index * 32 * 1024));
                chunk.extend(whole(crop.len()));
                chunk.extend(piece);
                self.socket.sends(chunk).await.expect("a connection");
            }
        }
    }
}

async fn expect(socket: &mut CaptureSocket, kind: &str) {
    let heard = socket.hears(Duration::from_secs(20)).await.expect("an answer");
    assert_eq!(heard.kind(), kind, "{heard:?}");
}

/// Photographs every moment at full size, on all cores.
fn write(options: &Options, subject: &dyn Subject, moments: &[Moment]) {
    let out = Path::new(&options.out);
    // Whoever looks for the file must not find half of it.
    let draft = out.with_extension("part");
    let mut file =
        BufWriter::new(File::create(&draft).unwrap_or_else(|error| panic!("{}: {error}", draft.display())));
    let mut add = |jpeg: &[u8]| {
        for _ in 0..TWICE {
            file.write_all(jpeg).expect("room on the disk");
        }
    };
    if let Some(medium) = options.medium {
        let frames: Vec<Picture> = moments.iter().map(|moment| subject.picture(moment, FULL)).collect();
        for frame in attack(medium, &frames, options.person) {
            add(&frame.to_jpeg(QUALITY));
        }
    } else {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        for group in moments.chunks(cores) {
            let shots: Vec<Vec<u8>> = std::thread::scope(|scope| {
                let running: Vec<_> = group
                    .iter()
                    .map(|moment| scope.spawn(move || subject.picture(moment, FULL).to_jpeg(QUALITY)))
                    .collect();
                running.into_iter().map(|thread| thread.join().expect("a picture")).collect()
            });
            shots.iter().for_each(|shot| add(shot));
        }
    }
    file.flush().expect("room on the disk");
    std::fs::rename(&draft, out).unwrap_or_else(|error| panic!("{}: {error}", out.display()));
    eprintln!("answer: {}: {:.1} s", out.display(), moments.len() as f64 * TWICE as f64 / FILE_FPS);
}
