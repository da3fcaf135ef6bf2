//! Whether the drawn head is a head to the project's own networks.
//!
//! Needs the networks and the fixtures (`make models fixtures`).

use std::sync::{Arc, LazyLock};

use selfsame_testkit::{
    Challenge, Guidance, Head, HeadPose, Presentation, Scene, SceneParams, fixture, repository,
};
use selfsame_vision::image::decode;
use selfsame_vision::{FaceSighting, Limits, Picture, Vision, VisionSettings, subject};

const TRACKING: (u32, u32) = (320, 180);
const FULL: (u32, u32) = (1280, 720);

static VISION: LazyLock<Vision> = LazyLock::new(|| {
    let settings = VisionSettings { weights_dir: repository().join("models"), ..VisionSettings::default() };
    Vision::load(&settings).expect("the networks; run `make models`")
});

static HEADS: LazyLock<Vec<Arc<Head>>> = LazyLock::new(|| {
    ["frames/astronaut/astronaut.png", "frames/single_face/0001.jpg"]
        .map(|file| {
            let bytes = std::fs::read(fixture(file)).expect("a portrait; run `make fixtures`");
            let portrait = decode(&bytes, &Limits::default()).expect("a picture");
            Arc::new(Head::from_portrait(&VISION, &portrait).expect("a head"))
        })
        .to_vec()
});

/// The portrait whose rights are known.
fn astronaut() -> Arc<Head> {
    Arc::clone(&HEADS[0])
}

fn seen(picture: &Picture) -> Option<FaceSighting> {
    let faces = VISION.track(picture).expect("the networks run");
    subject(&faces, picture).cloned()
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let count = pairs.len() as f64;
    let mean = |value: fn(&(f64, f64)) -> f64| pairs.iter().map(value).sum::<f64>() / count;
    let (mx, my) = (mean(|p| p.0), mean(|p| p.1));
    let sum = |f: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|p| f(p.0 - mx, p.1 - my)).sum::<f64>();
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

#[test]
fn the_face_is_found_and_its_pose_is_the_one_that_was_drawn() {
    for head in HEADS.iter() {
        let (mut found, mut drawn) = (0, 0);
        let (mut yaws, mut pitches) = (Vec::new(), Vec::new());
        for seed in 0..3 {
            let scene = Scene::random(Arc::clone(head), seed);
            for yaw in -5..=5 {
                for pitch in -2..=2 {
                    let (yaw, pitch) = (f64::from(yaw) * 5.0, f64::from(pitch) * 10.0);
                    let pose = HeadPose { yaw, pitch, ..HeadPose::default() };
                    let picture = scene.render(&pose, f64::from(drawn), TRACKING);
                    drawn += 1;
                    if let Some(face) = seen(&picture) {
                        found += 1;
                        yaws.push((yaw, f64::from(face.pose.yaw)));
                        pitches.push((pitch, f64::from(face.pose.pitch)));
                    }
                }
            }
        }
        assert!(found * 100 >= drawn * 99, "{found} of {drawn} faces found");
        let (yaw, pitch) = (correlation(&yaws), correlation(&pitches));
        assert!(yaw > 0.9 && pitch > 0.9, "correlation of yaw {yaw}, of pitch {pitch}");
    }
}

#[test]
fn a_blink_closes_the_eyes() {
    let scene = Scene::new(astronaut(), SceneParams::default(), 4);
    let openness = |blink: f64| {
        let faces: Vec<f32> = (0..5)
            .filter_map(|frame| {
                let pose = HeadPose { blink, yaw: f64::from(frame) - 2.0, ..HeadPose::default() };
                seen(&scene.render(&pose, f64::from(frame), FULL)).map(|face| face.eye_openness())
            })
            .collect();
        assert_eq!(faces.len(), 5, "the face is found");
        faces.iter().sum::<f32>() / 5.0
    };
    let (open, half, closed) = (openness(0.0), openness(0.5), openness(1.0));
    assert!(closed < 0.7 * open && half < open, "{open} {half} {closed}");
}

/// Geometry says 13 %: the jaw lies 6 cm behind the eyes. The landmarks know what faces look like from afar and admit to a
/// third of it.
#[test]
fn from_nearer_the_eyes_are_further_apart_against_the_jaw() {
    let ratio = |scene: &Scene, distance: f64| {
        let ratios: Vec<f32> = (0..9)
            .filter_map(|frame| {
                let shift = (f64::from(frame) - 4.0) * 0.01 * distance;
                let pose = HeadPose { distance, y: shift - 0.03, x: 0.4 * shift, ..HeadPose::default() };
                let face = seen(&scene.render(&pose, f64::from(frame), FULL))?;
                let width = |a: usize, b: usize| face.landmarks[b][0] - face.landmarks[a][0];
                Some(width(36, 45) / width(3, 13))
            })
            .collect();
        assert!(ratios.len() >= 8, "the face is found");
        ratios.iter().sum::<f32>() / ratios.len() as f32
    };
    for head in HEADS.iter() {
        let scene = Scene::new(Arc::clone(head), SceneParams::default(), 6);
        let (near, far) = (ratio(&scene, 0.30), ratio(&scene, 0.9));
        assert!(near > 1.03 * far, "{near} from near, {far} from afar");
    }
}

#[test]
fn the_same_seed_makes_the_same_bytes_at_any_time() {
    let scene = |seed: u64| Scene::random(astronaut(), seed);
    let pose = HeadPose { yaw: 7.0, blink: 0.4, ..HeadPose::default() };
    let first = scene(1).render(&pose, 2.5, TRACKING);
    assert!(first == scene(1).render(&pose, 2.5, TRACKING));
    assert!(first != scene(2).render(&pose, 2.5, TRACKING));
    assert!(first != scene(1).render(&pose, 2.6, TRACKING), "another moment has other noise");
    for (width, height) in [(320, 240), (180, 320), (720, 1280), (1280, 720)] {
        let picture = scene(1).render(&pose, 2.5, (width, height));
        assert_eq!((picture.width(), picture.height()), (width, height));
    }
}

#[test]
fn every_presentation_shows_a_face_and_repeats_by_seed() {
    for species in Presentation::ATTACKS.into_iter().chain([Presentation::BonaFide]) {
        let (mut found, mut drawn) = (0, 0);
        for seed in 0..2 {
            let mut subject = species.subject(&HEADS, seed);
            let mut again = species.subject(&HEADS, seed);
            let mut challenge = Challenge::new(4, 0.5, seed);
            let mut pose = HeadPose::default();
            for frame in 0..6 {
                let seconds = f64::from(frame) * 0.5;
                let guidance = challenge.guidance(seconds, &pose);
                let moment = subject.advance(seconds, &guidance);
                pose = moment.pose;
                let picture = subject.picture(&moment, TRACKING);
                assert!(picture == again.frame(seconds, &guidance, TRACKING), "{} {seed}", species.name());
                drawn += 1;
                found += u32::from(seen(&picture).is_some());
            }
        }
        assert!(found * 10 >= drawn * 9, "{}: {found} of {drawn} faces found", species.name());
    }
}

#[test]
fn only_who_obeys_finishes_the_challenge() {
    let finished = |species: Presentation| {
        let finishes = |seed: u64| {
            let mut subject = species.subject(&HEADS, seed);
            let mut challenge = Challenge::new(4, 1.0, seed);
            let mut pose = HeadPose::default();
            for tick in 0..20 * 8 {
                let seconds = f64::from(tick) / 8.0;
                let guidance = challenge.guidance(seconds, &pose);
                pose = subject.advance(seconds, &guidance).pose;
            }
            challenge.is_done()
        };
        (0..10).filter(|seed| finishes(*seed)).count()
    };
    assert_eq!(finished(Presentation::BonaFide), 10);
    assert_eq!(finished(Presentation::Puppet), 10);
    for species in [Presentation::PrintStill, Presentation::OtherOrder, Presentation::LoopedClip] {
        assert_eq!(finished(species), 0, "{}", species.name());
    }
}

#[test]
fn a_zoom_makes_the_face_larger_where_a_person_comes_closer() {
    let width = |species: Presentation, seconds: f64| {
        let mut subject = species.subject(&HEADS[..1], 3);
        let mut pose = HeadPose::default();
        let mut face = None;
        for tick in 0..=(seconds * 8.0) as u32 {
            let target_half_height = (tick > 4).then_some(260.0);
            let seen_face = face.as_ref().map(|face: &FaceSighting| face.bounds);
            let guidance = Guidance { target_half_height, face: seen_face, ..Challenge::seen(&pose) };
            let moment = subject.advance(f64::from(tick) / 8.0, &guidance);
            pose = moment.pose;
            if tick % 8 == 0 {
                face = seen(&subject.picture(&moment, FULL));
            }
        }
        (face.expect("a face").bounds.height, pose.distance)
    };
    let (small, _) = width(Presentation::DigitalZoom, 0.0);
    let (large, distance) = width(Presentation::DigitalZoom, 5.0);
    assert!(large > 1.25 * small, "{small} {large}");
    assert!(distance > 0.45, "the person stays where they are");
    let (nearer, distance) = width(Presentation::BonaFide, 5.0);
    assert!(nearer > 1.25 * small && distance < 0.45, "{nearer} {distance}");
}
