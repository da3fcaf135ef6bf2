//! The house stands as docs/architecture.md draws it: who may know whom, read from `cargo metadata`.

use std::collections::BTreeMap;
use std::process::Command;

/// For each crate of ours, the crates of ours that it may know.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("domain", &[]),
    // Pure parsers, worth publishing alone: they know nobody.
    ("aamva", &[]),
    ("mrz", &[]),
    ("vision", &["domain", "aamva", "mrz"]),
    ("liveness", &["domain"]),
    ("store", &["domain"]),
    ("blobs", &["domain"]),
    ("callbacks", &["domain"]),
    ("config", &["domain"]),
    ("verification", &["domain", "aamva", "mrz", "vision", "liveness", "store", "blobs", "callbacks"]),
    ("facade-kit", &["domain", "verification"]),
    // The protocol words what liveness says to the person; it never decides.
    ("webcapture", &["domain", "liveness", "verification", "facade-kit"]),
    ("facade-bioserver", &["domain", "verification", "facade-kit", "webcapture"]),
    ("facade-gips", &["domain", "verification", "facade-kit"]),
    ("facade-netverify", &["domain", "verification", "facade-kit"]),
    (
        "server",
        &[
            "domain",
            "config",
            "vision",
            "store",
            "blobs",
            "verification",
            "facade-kit",
            "facade-bioserver",
            "facade-gips",
            "facade-netverify",
        ],
    ),
    ("testkit", &["domain", "aamva", "mrz", "vision"]),
    // The store's tests build without the networks.
    ("testkit-postgres", &[]),
    // Apart from the testkit, whose users need not build a renderer and barcode writers.
    ("testkit-documents", &["domain", "aamva", "mrz", "vision"]),
    // The evals judge with the very witnesses that the server hears.
    ("cli", &["domain", "aamva", "mrz", "config", "vision", "liveness", "verification", "server"]),
];

#[test]
fn every_crate_knows_only_whom_it_may() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    let allowed: BTreeMap<_, _> = MAY_KNOW.iter().copied().collect();
    let mut seen = 0;
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"]
            .as_str()
            .and_then(|name| name.strip_prefix("selfsame-"))
            .expect("our crates are named selfsame-…");
        let may =
            allowed.get(name).unwrap_or_else(|| panic!("add {name} to MAY_KNOW and to docs/architecture.md"));
        seen += 1;
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            // What only tests use does not ship.
            if dependency["kind"] == "dev" {
                continue;
            }
            let Some(knows) = dependency["name"].as_str().and_then(|name| name.strip_prefix("selfsame-"))
            else {
                continue;
            };
            assert!(may.contains(&knows), "{name} must not know {knows}: see docs/architecture.md");
        }
    }
    assert_eq!(seen, allowed.len(), "a crate in MAY_KNOW is gone");
}

/// Crates that belong to no interface.
const NEUTRAL: [&str; 5] = ["domain", "liveness", "store", "verification", "vision"];
/// Words of interfaces, small letters.
const VENDOR_WORDS: [&str; 11] = [
    "jumio",
    "netverify",
    "idemia",
    "bioserver",
    "gips",
    "merchant",
    "webcapture",
    "fastfill",
    "facetec",
    "onfido",
    "video-server",
];

/// The code of a file: its lines without comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().filter_map(|(n, line)| {
        let line = line.trim_start();
        (!line.starts_with("//")).then_some((n + 1, line))
    })
}

fn rust_files(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_word_of_a_vendor_stands_where_no_interface_belongs() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut looked_at, mut found) = (0, Vec::new());
    for name in NEUTRAL {
        let mut files = Vec::new();
        rust_files(&crates.join(name).join("src"), &mut files);
        // Rows of earlier versions have words of their own.
        files.retain(|file| !file.components().any(|part| part.as_os_str() == "migration"));
        for file in files {
            looked_at += 1;
            let text = std::fs::read_to_string(&file).expect("it can be read");
            for (line, code) in code(&text) {
                let small = code.to_ascii_lowercase();
                if let Some(word) = VENDOR_WORDS.into_iter().find(|word| small.contains(word)) {
                    found.push(format!("{}:{line}: {word}", file.display()));
                }
            }
        }
    }
    assert!(looked_at > 150, "{looked_at} files");
    assert!(found.is_empty(), "words of an interface belong to its facade:\n{}", found.join("\n"));
}
