//! Heads and attacks on them, as folders of frames for `selfsame eval pad` or as one camera for Chromium.
//!
//! `heads OUT [options] PORTRAIT...` writes per presentation `count` folders `NAME-SEED/NNNN.jpg` and a `list.tsv`.
//! `heads OUT.y4m [options] PORTRAIT...` (or `.mjpeg`) writes one capture of the first species for
//! `--use-file-for-fake-video-capture`.
//!
//! Options, with their defaults: `--count 4 --fps 8 --seconds 6 --size 640x360 --seed 1 --quality 90 --mode passive`;
//! `--mode video` has the page ask to come closer, `--mode active` to join four dots; `--species NAME,NAME` (default: all, and
//! `bona-fide`). The portraits show people, and so do the frames: keep the folder out of git.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use selfsame_testkit::{Challenge, Guidance, Head, HeadPose, Presentation, repository};
use selfsame_vision::image::decode;
use selfsame_vision::{Limits, Picture, Vision, VisionSettings};

struct Options {
    out: PathBuf,
    count: u64,
    fps: f64,
    seconds: f64,
    size: (u32, u32),
    seed: u64,
    quality: u8,
    mode: Mode,
    species: Vec<Presentation>,
    portraits: Vec<PathBuf>,
}

#[derive(Clone, Copy)]
enum Mode {
    Passive,
    Video,
    Active,
}

fn main() {
    let options = read_options();
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
    match options.out.extension().and_then(|ending| ending.to_str()) {
        Some("y4m" | "mjpeg") => write_camera(&options, &heads),
        _ => write_folders(&options, &heads),
    }
}

fn read_options() -> Options {
    let mut options = Options {
        out: PathBuf::new(),
        count: 4,
        fps: 8.0,
        seconds: 6.0,
        size: (640, 360),
        seed: 1,
        quality: 90,
        mode: Mode::Passive,
        species: std::iter::once(Presentation::BonaFide).chain(Presentation::ATTACKS).collect(),
        portraits: Vec::new(),
    };
    let mut arguments = std::env::args().skip(1);
    let mut plain = Vec::new();
    while let Some(argument) = arguments.next() {
        let Some(name) = argument.strip_prefix("--") else {
            plain.push(PathBuf::from(argument));
            continue;
        };
        let value = arguments.next().unwrap_or_else(|| panic!("--{name} needs a value"));
        let wrong = || -> ! { panic!("--{name} {value}: not understood; see the head of examples/heads.rs") };
        match name {
            "count" => options.count = value.parse().unwrap_or_else(|_| wrong()),
            "fps" => options.fps = value.parse().unwrap_or_else(|_| wrong()),
            "seconds" => options.seconds = value.parse().unwrap_or_else(|_| wrong()),
            "seed" => options.seed = value.parse().unwrap_or_else(|_| wrong()),
            "quality" => options.quality = value.parse().unwrap_or_else(|_| wrong()),
            "size" => {
                let sides = value.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
                options.size = sides.unwrap_or_else(|| wrong());
            }
            "mode" => {
                options.mode = match value.as_str() {
                    "passive" => Mode::Passive,
                    "video" => Mode::Video,
                    "active" => Mode::Active,
                    _ => wrong(),
                }
            }
            "species" => {
                let all = options.species.clone();
                let find = |name: &str| all.iter().copied().find(|species| species.name() == name);
                options.species =
                    value.split(',').map(|name| find(name).unwrap_or_else(|| wrong())).collect();
            }
            _ => wrong(),
        }
    }
    if plain.len() < 2 {
        panic!("usage: heads OUT [options] PORTRAIT...; see the head of examples/heads.rs");
    }
    options.out = plain.remove(0);
    options.portraits = plain;
    options
}

/// The frames of one capture, handed over as they are made.
fn capture(
    options: &Options,
    heads: &[Arc<Head>],
    species: Presentation,
    seed: u64,
    mut take: impl FnMut(usize, &Picture),
) {
    let mut subject = species.subject(heads, seed);
    let mut challenge = Challenge::new(4, 1.0, seed);
    let mut pose = HeadPose::default();
    for index in 0..(options.seconds * options.fps) as usize {
        let seconds = index as f64 / options.fps;
        let guidance = match options.mode {
            Mode::Passive => Guidance::default(),
            Mode::Active => challenge.guidance(seconds, &pose),
            Mode::Video => {
                // A face a third larger than most have at first, from the second second on.
                let target_half_height = (seconds >= 1.0).then_some(260.0);
                Guidance { target_half_height, ..Challenge::seen(&pose) }
            }
        };
        let moment = subject.advance(seconds, &guidance);
        pose = moment.pose;
        take(index, &subject.picture(&moment, options.size));
    }
}

fn write_folders(options: &Options, heads: &[Arc<Head>]) {
    let mut list = String::new();
    std::fs::create_dir_all(&options.out).expect("a folder that can be written");
    for (number, &species) in options.species.iter().enumerate() {
        for seed in options.seed..options.seed + options.count {
            eprintln!("heads: {} of {}: {} {seed}", number + 1, options.species.len(), species.name());
            let name = format!("{}-{seed}", species.name());
            let folder = options.out.join(&name);
            std::fs::create_dir_all(&folder).expect("a folder that can be written");
            capture(options, heads, species, seed, |index, frame| {
                write(&folder.join(format!("{index:04}.jpg")), &frame.to_jpeg(options.quality));
            });
            let label = match species {
                Presentation::BonaFide => "live".to_owned(),
                attack => format!("attack:{}", attack.name()),
            };
            list.push_str(&format!("{name}\t{label}\n"));
        }
    }
    write(&options.out.join("list.tsv"), list.as_bytes());
}

fn write_camera(options: &Options, heads: &[Arc<Head>]) {
    let species = options.species[0];
    let file = std::fs::File::create(&options.out)
        .unwrap_or_else(|error| panic!("{}: {error}", options.out.display()));
    let mut file = BufWriter::new(file);
    let raw = options.out.extension().is_some_and(|ending| ending == "y4m");
    let (width, height) = options.size;
    if raw {
        let rate = (options.fps * 1000.0).round();
        writeln!(file, "YUV4MPEG2 W{width} H{height} F{rate}:1000 Ip A1:1 C420jpeg")
            .expect("a writable file");
    }
    eprintln!("heads: {} {}", species.name(), options.seed);
    capture(options, heads, species, options.seed, |_, frame| {
        let bytes = if raw { y4m_frame(frame) } else { frame.to_jpeg(options.quality) };
        file.write_all(&bytes).expect("a writable file");
    });
    file.flush().expect("a writable file");
}

/// Full-range BT.601, colour at half the size, as C420jpeg says.
fn y4m_frame(frame: &Picture) -> Vec<u8> {
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let rgb: Vec<[f32; 3]> = frame.rgb().chunks_exact(3).map(|p| [p[0], p[1], p[2]].map(f32::from)).collect();
    let mut bytes = b"FRAME\n".to_vec();
    bytes.extend(rgb.iter().map(|[r, g, b]| (0.299 * r + 0.587 * g + 0.114 * b + 0.5) as u8));
    for [wr, wg, wb] in [[-0.168_736, -0.331_264, 0.5], [0.5, -0.418_688, -0.081_312]] {
        for y in (0..height).step_by(2) {
            for x in (0..width).step_by(2) {
                let mut sum = 0.0;
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    let [r, g, b] = rgb[(y + dy).min(height - 1) * width + (x + dx).min(width - 1)];
                    sum += wr * r + wg * g + wb * b;
                }
                bytes.push((sum / 4.0 + 128.5) as u8);
            }
        }
    }
    bytes
}

fn write(file: &Path, bytes: &[u8]) {
    std::fs::write(file, bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}
