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
    // The dialect words what liveness says to the person; it never decides.
    ("facade-bioserver", &["domain", "liveness", "verification", "facade-kit"]),
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
