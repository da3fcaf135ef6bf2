//! A camera file that answers the challenge of a server whose challenge is fixed by a seed, for the conformance run and the
//! browser tests.
//!
//! `answer OUT.mjpeg MODE SEED PORTRAIT [PERSON]`: starts a server with `liveness.challenge_seed = SEED`, puts an actor with the
//! portrait's face before it, who reads what a page would show and does it, and photographs the same movements again at full
//! size. MODE is that of `init-liveness-session`; PERSON, by default 1, is who moves. The file shows a person: keep it out of git.
//! The program comes from `SELFSAME_BIN` or from beside this one.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use selfsame_testkit::{
    Actor, ActorParams, Browser, CaptureSocket, Guidance, Head, HeadPose, Heard, Scene, SceneParams,
    TestServerSettings, repository,
};
use selfsame_vision::image::decode;
use selfsame_vision::{Limits, Vision, VisionSettings};
use serde_json::json;

/// Chromium plays motion JPEG at 30 pictures a second, whatever it holds. Every picture is written twice: a webcam in a room.
const FILE_FPS: f64 = 30.0;
const TWICE: usize = 2;
const FULL: (u32, u32) = (1280, 720);
const SMALL: (u32, u32) = (320, 180);
/// Tracking frames a second, as the browser sends them.
const FPS: f64 = 8.0;
/// A page opens the camera before it starts the capture: the file begins so much earlier than the capture that was played to the
/// server. More than pages need: to answer late is human, to answer before the question is not.
const LEAD: f64 = 0.9;
/// What is shown after the end: the file begins anew when it is over, and nobody should see that.
const TAIL: f64 = 8.0;
/// Longer than any of the server's own time-outs.
const LONGEST: f64 = 60.0;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, mode, seed, portrait, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: answer OUT.mjpeg MODE SEED PORTRAIT [PERSON]");
        std::process::exit(2);
    };
    let person = rest.first().map_or(1, |text| text.parse::<u64>().expect("PERSON is a whole number"));
    let settings = VisionSettings { weights_dir: repository().join("models"), ..VisionSettings::default() };
    let vision = Vision::load(&settings).expect("the networks; run `make models`");
    let bytes = std::fs::read(portrait).unwrap_or_else(|error| panic!("{portrait}: {error}"));
    let picture = decode(&bytes, &Limits::default()).unwrap_or_else(|error| panic!("{portrait}: {error}"));
    let head = Head::from_portrait(&vision, &picture).unwrap_or_else(|error| panic!("{portrait}: {error}"));
    drop(vision);
    let scene = Scene::new(Arc::new(head), SceneParams::default(), person);
    let server = TestServerSettings::default()
        .observing()
        .with("SELFSAME__DEVELOPMENT", "true")
        .with("SELFSAME__LIVENESS__CHALLENGE_SEED", seed)
        .start()
        .await;
    let session = server.opens_session_with(json!({ "livenessMode": mode, "numberOfChallenge": 2 })).await;
    let session = session.created_id();
    let poses = perform(server.origin(), &session, &scene, person).await;
    drop(server);
    write(Path::new(out), &scene, &poses);
}

/// Lets an actor do what the server asks until it asks for evidence. Returns the pose of every picture of the file.
async fn perform(origin: &str, session: &str, scene: &Scene, person: u64) -> Vec<HeadPose> {
    let browser = Browser::default();
    let mut camera = browser.camera.clone();
    (camera["width"], camera["height"]) = (json!(FULL.0), json!(FULL.1));
    camera["settings"] = json!({ "width": FULL.0, "height": FULL.1, "frameRate": 30 });
    let mut socket = CaptureSocket::connect(origin).await.expect("a connection");
    let hello = json!({ "type": "hello", "protocol": 1, "sdk": "answer", "sessionId": session, "device": browser.device });
    socket.says(&hello).await.expect("a connection");
    expect(&mut socket, "ready").await;
    socket
        .says(&json!({ "type": "start", "camera": camera, "environment": browser.environment }))
        .await
        .expect("a connection");
    expect(&mut socket, "started").await;

    // Slower than most: a little late wherever the page is a little early.
    let params = ActorParams { reaction: (0.5, 0.7), ..ActorParams::default() };
    let mut actor = Actor::new(params, person);
    let mut guidance = Guidance::default();
    let mut poses = Vec::new();
    let step = TWICE as f64 / FILE_FPS;
    let photographed = |poses: &Vec<HeadPose>| poses.len() as f64 * step;
    let until = |actor: &mut Actor, guidance: &Guidance, seconds: f64, poses: &mut Vec<HeadPose>| {
        while photographed(poses) < seconds {
            actor.advance(photographed(poses), guidance);
            poses.push(actor.pose());
        }
    };
    until(&mut actor, &guidance, LEAD, &mut poses);
    let began = Instant::now();
    for seq in 1_u32.. {
        let now = f64::from(seq) / FPS;
        assert!(now < LONGEST, "the server never asked for evidence; it last said {guidance:?}");
        tokio::time::sleep_until((began + Duration::from_secs_f64(now)).into()).await;
        until(&mut actor, &guidance, LEAD + now, &mut poses);
        let small = scene.render(&actor.pose(), LEAD + now, SMALL).to_jpeg(60);
        let mut frame = vec![1];
        frame.extend(seq.to_be_bytes());
        frame.extend((now * 1000.0).to_be_bytes());
        frame.extend(u16::try_from(FULL.0).expect("a width").to_be_bytes());
        frame.extend(u16::try_from(FULL.1).expect("a height").to_be_bytes());
        frame.extend(small);
        socket.sends(frame).await.expect("a connection");
        loop {
            let Heard::Message(message) = socket.hears(Duration::from_secs(20)).await.expect("an answer")
            else {
                panic!("the server closed the connection");
            };
            match message["type"].as_str().unwrap_or_default() {
                "tracking" => {
                    guidance = Guidance::from_message(&message);
                    break;
                }
                "instruction" => eprintln!("{now:5.1} s {}", message["instruction"]),
                "evidence" => {
                    until(&mut actor, &Guidance::default(), LEAD + now + TAIL, &mut poses);
                    return poses;
                }
                "error" | "result" => panic!("the challenge was not met: {message}"),
                _ => {}
            }
        }
    }
    poses
}

async fn expect(socket: &mut CaptureSocket, kind: &str) {
    let heard = socket.hears(Duration::from_secs(20)).await.expect("an answer");
    assert_eq!(heard.kind(), kind, "{heard:?}");
}

/// Photographs every pose at full size, on all cores.
fn write(out: &Path, scene: &Scene, poses: &[HeadPose]) {
    let mut file =
        BufWriter::new(File::create(out).unwrap_or_else(|error| panic!("{}: {error}", out.display())));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let shoot = |index: usize, pose: &HeadPose| {
        let seconds = index as f64 * TWICE as f64 / FILE_FPS;
        scene.render(pose, seconds, FULL).to_jpeg(92)
    };
    for (chunk, group) in poses.chunks(cores).enumerate() {
        let shots: Vec<Vec<u8>> = std::thread::scope(|scope| {
            let running: Vec<_> = group
                .iter()
                .enumerate()
                .map(|(at, pose)| scope.spawn(move || shoot(chunk * cores + at, pose)))
                .collect();
            running.into_iter().map(|thread| thread.join().expect("a picture")).collect()
        });
        for shot in shots {
            for _ in 0..TWICE {
                file.write_all(&shot).expect("room on the disk");
            }
        }
    }
    file.flush().expect("room on the disk");
    eprintln!("{}: {:.1} s", out.display(), poses.len() as f64 * TWICE as f64 / FILE_FPS);
}
