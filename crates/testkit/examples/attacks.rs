//! What becomes of simulated attacks, and of the bona fide clip they are made from, in a real server.
//!
//! `attacks [SEEDS]`, by default 3 per species. Prints one JSON object: per species the verdicts, and the share accepted
//! (APCER; for `bona-fide` the share not accepted, BPCER). `attacks write FOLDER` writes the frames and a `list.tsv` for
//! `selfsame eval pad` instead; the frames show a person, so keep the folder out of git.

use std::collections::BTreeMap;
use std::path::Path;

use selfsame_testkit::{
    Browser, Clip, Species, TestServer, TestServerSettings, attack, fixture, read_frames,
};
use selfsame_vision::Picture;
use serde_json::{Value, json};

/// Enough for a capture, which plays them forwards and backwards.
const FRAMES: usize = 45;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let frames = read_frames(&fixture("frames/single_face"));
    let frames = &frames[..FRAMES.min(frames.len())];
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", folder] => write(frames, Path::new(folder)),
        [] => println!("{}", judged(frames, 3).await),
        [seeds] => println!("{}", judged(frames, seeds.parse().expect("a whole number")).await),
        _ => panic!("usage: attacks [SEEDS] | attacks write FOLDER"),
    }
}

async fn judged(frames: &[Picture], seeds: u64) -> Value {
    let server = TestServerSettings::default().observing().start().await;
    let mut report = BTreeMap::new();
    let mut live = Vec::new();
    for _ in 0..seeds {
        live.push(verdict(&server, frames.to_vec()).await);
    }
    report.insert("bona-fide", json!({ "bpcer": 1.0 - accepted(&live), "verdicts": live }));
    for species in Species::ALL {
        let mut verdicts = Vec::new();
        for seed in 1..=seeds {
            verdicts.push(verdict(&server, attack(species, frames, seed)).await);
        }
        eprintln!("{}: {verdicts:?}", species.name());
        report.insert(species.name(), json!({ "apcer": accepted(&verdicts), "verdicts": verdicts }));
    }
    json!(report)
}

fn accepted(verdicts: &[String]) -> f64 {
    verdicts.iter().filter(|verdict| *verdict == "SUCCESS").count() as f64 / verdicts.len().max(1) as f64
}

/// The status and, unless it is SUCCESS, why.
async fn verdict(server: &TestServer, frames: Vec<Picture>) -> String {
    let session = server.opens_session().await;
    let clip = Clip::new(frames, 30.0);
    Browser::default().captures(server.origin(), &session, &clip).await.expect("a connection");
    let result = server.result(&session).await.json();
    let words =
        ["livenessStatus", "diagnostic"].map(|name| result[name].as_str().unwrap_or_default().to_owned());
    words.join(" ").trim().to_owned()
}

fn write(frames: &[Picture], folder: &Path) {
    let save = |name: &str, frames: &[Picture]| {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder).expect("a folder that can be written");
        for (index, frame) in frames.iter().enumerate() {
            std::fs::write(folder.join(format!("{index:04}.jpg")), frame.to_jpeg(92))
                .expect("a writable folder");
        }
    };
    let mut list = "bona-fide\tlive\n".to_owned();
    save("bona-fide", frames);
    for species in Species::ALL {
        for seed in 1..=3 {
            let name = format!("{}-{seed}", species.name());
            save(&name, &attack(species, frames, seed));
            list.push_str(&format!("{name}\tattack:{}\n", species.name()));
        }
    }
    std::fs::write(folder.join("list.tsv"), list).expect("a writable folder");
}
