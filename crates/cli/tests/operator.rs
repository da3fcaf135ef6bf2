//! The commands of an operator on a data folder: what is not there, cannot be opened or cannot be read is named.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The id of nothing.
const NOWHERE: &str = "00000000-0000-0000-0000-000000000000";

fn selfsame(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_selfsame"))
        .args(args)
        .envs(std::env::vars_os().filter(|(name, _)| !name.as_encoded_bytes().starts_with(b"SELFSAME__")))
        .output()
        .expect("the program starts")
}

fn status(output: &Output) -> i32 {
    output.status.code().expect("an exit status")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stderr(output)))
}

fn path(file: &Path) -> &str {
    file.to_str().expect("UTF-8")
}

/// A data folder with a database, as an operator has it before the first start.
fn migrated(folder: &Path) -> PathBuf {
    let data = folder.join("data");
    let output = selfsame(&["database", "migrate", "--data", path(&data)]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    data
}

#[test]
fn what_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = migrated(folder.path());
    for (args, named) in [
        (vec!["callbacks", "show", NOWHERE], NOWHERE),
        (vec!["callbacks", "replay", NOWHERE], NOWHERE),
        (vec!["callbacks", "list", "--tenant", "nobody"], "no tenant \"nobody\""),
        (vec!["callbacks", "replay", "--dead", "--tenant", "nobody"], "no tenant \"nobody\""),
        (vec!["callbacks", "secret", "--tenant", "nobody"], "no tenant \"nobody\""),
    ] {
        let output = selfsame(&[args.as_slice(), &["--data", path(&data)]].concat());
        assert_eq!(status(&output), 1, "{args:?}");
        let said = stderr(&output);
        assert!(said.contains(named) && said.contains("list` shows"), "{args:?}: {said}");
    }
}

#[test]
fn what_people_are_shown_of_a_tenant_is_in_the_json_too() {
    let folder = tempfile::tempdir().unwrap();
    let data = migrated(folder.path());
    let with = |args: &[&str]| {
        let output = selfsame(&[args, &["--data", path(&data)]].concat());
        assert_eq!(status(&output), 0, "{args:?}: {}", stderr(&output));
        output
    };
    with(&["tenants", "add", "bank"]);
    let words = String::from_utf8(with(&["tenants", "show", "bank"]).stdout).unwrap();
    let shown = json(&with(&["tenants", "show", "bank", "--json"]));
    let effective = shown["effective"].as_object().expect("what holds");
    let keys = words.lines().filter_map(|line| line.split_whitespace().next());
    let keys: Vec<_> = keys.filter(|word| word.starts_with("netverify.")).collect();
    assert!(keys.contains(&"netverify.callback_url") && keys.len() == effective.len(), "{words}{shown:#}");
    for key in keys {
        assert!(effective.contains_key(key), "{key}: {shown:#}");
    }
    assert_eq!(effective["netverify.callback_url"], "", "none, as `set` takes it");
}

#[test]
fn templates_are_made_again_where_there_is_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let models = selfsame_testkit::repository().join("models");
    let data = migrated(folder.path());
    let remake = |data: &Path, more: &[&str]| {
        selfsame(&[&["faces", "remake", "--data", path(data), "--models", path(&models)], more].concat())
    };
    let output = remake(&data, &["--json"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let none = serde_json::json!({ "made": 0, "withoutPicture": 0, "unusable": 0 });
    let report = json(&output);
    assert_eq!((&report["faces"], &report["evidence"], &report["facemaps"]), (&none, &none, &none));
    assert_eq!((report["dryRun"].as_bool(), report["mode"].as_str()), (Some(false), Some("SELFSAME_MFN_2")));
    let output = remake(&data, &["--dry-run"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(status(&output) == 0 && said.contains("SELFSAME_MFN_2 already"), "{said}");

    let nowhere = folder.path().join("nowhere");
    let output = remake(&nowhere, &[]);
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("there is no database"), "{}", stderr(&output));
    assert!(!nowhere.exists(), "none is made");
}

#[test]
fn a_database_that_cannot_be_opened_is_named_with_what_hinders() {
    let folder = tempfile::tempdir().unwrap();
    let data = migrated(folder.path());
    let list = ["tenants", "list", "--data", path(&data)];
    let file = data.join("selfsame.sqlite3");
    std::fs::remove_file(&file).unwrap();
    let output = selfsame(&list);
    assert!(stderr(&output).contains(&format!("there is no database at {}", path(&file))));
    assert!(!file.exists(), "none is made");

    std::fs::create_dir(&file).unwrap();
    let said = stderr(&selfsame(&list));
    assert!(said.contains(path(&file)) && said.contains("s a directory"), "{said}");
    std::fs::remove_dir(&file).unwrap();
    std::fs::write(&file, "this is a letter and no database".repeat(200)).unwrap();
    let said = stderr(&selfsame(&list));
    assert!(said.contains(path(&file)) && said.contains("not a database"), "{said}");

    let nowhere = folder.path().join("nowhere");
    let url = format!("sqlite://{}/a.sqlite3", path(&nowhere));
    let config = folder.path().join("config.toml");
    std::fs::write(&config, format!("[database]\nurl = {url:?}\n")).unwrap();
    let said = stderr(&selfsame(&["tenants", "list", "--config", path(&config)]));
    assert!(said.contains(&format!("there is no folder {}", path(&nowhere))), "{said}");
}

#[cfg(unix)]
#[test]
fn a_data_folder_without_rights_is_not_taken_for_an_empty_one() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    let folder = tempfile::tempdir().unwrap();
    let data = migrated(folder.path());
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(folder.path(), 0o755);
    let list = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_selfsame"));
        command.args(["tenants", "list", "--data", path(&data)]).current_dir("/");
        // Nothing keeps root out.
        if std::fs::metadata(folder.path()).unwrap().uid() == 0 {
            command.uid(65_534);
        }
        command.output()
    };
    for (of_folder, of_file, named) in
        [(0o000, 0o600, data.clone()), (0o755, 0o000, data.join("selfsame.sqlite3"))]
    {
        mode(&data.join("selfsame.sqlite3"), of_file);
        mode(&data, of_folder);
        let output = list();
        mode(&data, 0o700);
        // The other user may not reach the program itself.
        let Ok(output) = output else { return };
        assert_eq!(status(&output), 1);
        let said = stderr(&output);
        assert!(said.contains(path(&named)) && said.contains("Permission denied"), "{said}");
        assert!(!said.contains("there is no database"), "{said}");
    }
}
