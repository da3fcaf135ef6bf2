//! How often the search for screens' grids and devices' edges accuses pictures of people, and how often it finds simulated
//! screens and prints.
//!
//! * `recapture genuine [-c CUT] [-q QUALITY] [-s SCALE] [-e EVERY] [-v] FOLDER...`: every EVERY-th picture below each folder; CUT
//!   per cent are cut off each side, then it is encoded anew with QUALITY, then resized by SCALE.
//! * `recapture attacks [-h HEIGHT] PICTURE...`: each picture, brought to HEIGHT, photographed again from displays and prints of
//!   several pitches.
//! * `recapture devices [-h HEIGHT] PICTURE...`: the same from a phone, a tablet and a sheet whose edges are seen. The person is
//!   moved back until the face is as high as -f per cent of the picture, 30 by default.
//!
//! Crops and quality are those of a capture's full frames.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use selfsame_testkit::attack::recapture::{Carrier, Device, Recapture};
use selfsame_vision::image::{Limits, decode};
use selfsame_vision::recapture::edges::{self, EdgeSearch};
use selfsame_vision::recapture::patterns::{self, PatternSearch};
use selfsame_vision::{FaceSighting, Picture, Rect, Vision, VisionSettings};

/// At most this score is an accusation, as in the witnesses' parameters.
const ACCUSED: f32 = 0.25;
/// As the capture page encodes full frames.
const QUALITY: u8 = 92;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next().unwrap_or_default();
    let (mut options, mut paths) = (Options::default(), Vec::new());
    while let Some(argument) = arguments.next() {
        let mut number =
            || arguments.next().and_then(|text| text.parse().ok()).expect("a number after the option");
        match argument.as_str() {
            "-c" => options.cut = number(),
            "-s" => options.scale = number(),
            "-q" => options.quality = Some(number() as u8),
            "-e" => options.every = number() as usize,
            "-f" => options.face = number() / 100.0,
            "-h" => options.height = number() as u32,
            "-v" => options.verbose = true,
            path => paths.push(PathBuf::from(path)),
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let vision =
        Vision::load(&VisionSettings { weights_dir: root.join("models"), ..VisionSettings::default() })
            .expect("the networks (make models)");
    match mode.as_str() {
        "genuine" => paths.iter().for_each(|folder| genuine(&vision, folder, &options)),
        "attacks" => attacks(&vision, &sources(&vision, &paths, &options), &options),
        "devices" => devices(&vision, &sources(&vision, &paths, &options), &options),
        _ => panic!("usage: recapture genuine|attacks|devices [OPTIONS] PATH... (see the top of this file)"),
    }
}

struct Options {
    cut: f32,
    scale: f32,
    quality: Option<u8>,
    every: usize,
    height: u32,
    face: f32,
    verbose: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { cut: 0.0, scale: 1.0, quality: None, every: 1, height: 720, face: 0.3, verbose: false }
    }
}

fn read(file: &Path) -> Option<Picture> {
    decode(&std::fs::read(file).ok()?, &Limits::default()).ok()
}

fn again(picture: &Picture, quality: u8) -> Picture {
    decode(&picture.to_jpeg(quality), &Limits::default()).expect("a JPEG made here")
}

/// The part of the picture that a capture would ask for, and the face in it.
fn evidence(vision: &Vision, picture: &Picture) -> Option<(Picture, FaceSighting)> {
    let face = vision.detect(picture).ok()?.into_iter().next()?;
    let cut = around(picture, face.bounds, 3.2);
    let face = vision.track(&cut).ok()?.into_iter().next()?;
    Some((cut, face))
}

fn around(picture: &Picture, face: Rect, scale: f32) -> Picture {
    let side = face.width.max(face.height) * scale;
    let (width, height) = (side.min(picture.width() as f32), side.min(picture.height() as f32));
    let centre = face.centre();
    let x = (centre.x - width / 2.0).clamp(0.0, picture.width() as f32 - width);
    let y = (centre.y - height / 2.0).clamp(0.0, picture.height() as f32 - height);
    picture.crop(x as u32, y as u32, width as u32, height as u32).expect("a part of the picture")
}

#[derive(Default)]
struct Tally {
    seen: usize,
    silent: usize,
    accused: usize,
    lowest: Option<f32>,
    strongest: f32,
    times: Vec<Duration>,
}

impl Tally {
    fn add(&mut self, score: Option<f32>, strength: f32, time: Duration) {
        self.seen += 1;
        self.times.push(time);
        self.strongest = self.strongest.max(strength);
        match score {
            None => self.silent += 1,
            Some(score) => {
                self.accused += usize::from(score <= ACCUSED);
                self.lowest = Some(self.lowest.map_or(score, |lowest| lowest.min(score)));
            }
        }
    }

    fn say(&self) -> String {
        let mut times = self.times.clone();
        times.sort();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        format!(
            "{} of {} accused, {} silent, lowest score {:.2}, strongest {:.2}, {:.1} ms in the median",
            self.accused,
            self.seen,
            self.silent,
            self.lowest.unwrap_or(1.0),
            self.strongest,
            median.as_secs_f64() * 1000.0
        )
    }
}

fn look(picture: &Picture, face: Rect) -> (Option<PatternSearch>, Duration, Option<EdgeSearch>, Duration) {
    let start = Instant::now();
    let pattern = patterns::search(picture, face, &patterns::PatternParams::default());
    let between = Instant::now();
    let edges = edges::search(picture, face, &edges::EdgeParams::default());
    (pattern, between - start, edges, between.elapsed())
}

fn genuine(vision: &Vision, folder: &Path, options: &Options) {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let (mut patterned, mut edged) = (Tally::default(), Tally::default());
    for file in files.iter().step_by(options.every.max(1)) {
        let Some(mut picture) = read(file) else { continue };
        if options.cut > 0.0 {
            let side = |pixels: u32| (pixels as f32 * (1.0 - options.cut / 50.0)) as u32;
            let margin = |pixels: u32| (pixels as f32 * options.cut / 100.0) as u32;
            let (width, height) = (picture.width(), picture.height());
            picture = picture.crop(margin(width), margin(height), side(width), side(height)).expect("a part");
        }
        // Compressed first, enlarged then: as the worst cameras do.
        if let Some(quality) = options.quality {
            picture = again(&picture, quality);
        }
        if options.scale != 1.0 {
            let side = |pixels: u32| (pixels as f32 * options.scale) as u32;
            picture = picture.resized(side(picture.width()), side(picture.height()));
        }
        let Some((cut, face)) = evidence(vision, &picture) else { continue };
        let cut = again(&cut, QUALITY);
        let (pattern, pattern_time, edges, edge_time) = look(&cut, face.bounds);
        patterned.add(
            pattern.map(|found| found.score),
            pattern.map_or(0.0, |found| found.contrast),
            pattern_time,
        );
        edged.add(edges.map(|found| found.score), 0.0, edge_time);
        let suspicious =
            pattern.is_some_and(|found| found.score < 0.7) || edges.is_some_and(|found| found.score <= 0.5);
        if options.verbose || suspicious {
            println!(
                "  {} {}x{} face {:.0}: {pattern:?} {edges:?}",
                file.file_name().unwrap_or_default().display(),
                cut.width(),
                cut.height(),
                face.bounds.width
            );
        }
    }
    println!("{}: patterns: {}", folder.file_name().unwrap_or_default().display(), patterned.say());
    println!("{}: edges: {}", folder.file_name().unwrap_or_default().display(), edged.say());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// The pictures at the height that was asked for, and the face in each.
fn sources(vision: &Vision, files: &[PathBuf], options: &Options) -> Vec<(Picture, Rect)> {
    files
        .iter()
        .filter_map(|file| {
            let picture = read(file)?;
            let width = picture.width() * options.height / picture.height();
            let picture = picture.resized(width, options.height);
            let face = vision.detect(&picture).ok()?.into_iter().next()?;
            println!(
                "{}: face {:.0} x {:.0}",
                file.file_name()?.display(),
                face.bounds.width,
                face.bounds.height
            );
            Some((picture, face.bounds))
        })
        .collect()
}

fn attacks(vision: &Vision, sources: &[(Picture, Rect)], options: &Options) {
    let displays = [0.7, 1.0, 1.2, 1.4, 1.6, 2.0, 2.5, 3.2, 4.5];
    let prints = [1.6, 2.2, 3.0, 4.5];
    let carriers = displays
        .map(|pitch| Carrier::Display { pitch })
        .into_iter()
        .chain(prints.map(|pitch| Carrier::Halftone { pitch }))
        .chain([Carrier::Paper]);
    for carrier in carriers {
        let mut line = format!("{carrier:?}:");
        for blur in [0.4, 0.7, 1.0] {
            let (mut tally, mut contrasts) = (Tally::default(), Vec::new());
            for (index, (picture, face)) in sources.iter().enumerate() {
                // The grid is looked for in the face alone; the rest need not be rendered.
                let cut = around(picture, *face, 1.1);
                let Some(face) = vision.detect(&cut).ok().and_then(|faces| faces.into_iter().next()) else {
                    continue;
                };
                for (roll, keystone) in [(0.0, 0.0), (1.3, 0.02), (-3.4, 0.04), (7.0, -0.03)] {
                    let recapture = Recapture {
                        carrier,
                        roll,
                        keystone,
                        blur,
                        seed: index as u64,
                        ..Recapture::default()
                    };
                    let seen = again(&recapture.of(&cut, face.bounds), QUALITY);
                    let found = patterns::search(&seen, face.bounds, &patterns::PatternParams::default());
                    let contrast = found.map_or(0.0, |found| found.contrast);
                    contrasts.push(contrast);
                    tally.add(found.map(|found| found.score), contrast, Duration::ZERO);
                    if options.verbose {
                        println!("  {roll} {keystone} {blur} {found:?}");
                    }
                }
            }
            contrasts.sort_by(f32::total_cmp);
            line += &format!(
                "  blur {blur}: {}/{} ({} silent, median {:.1})",
                tally.accused,
                tally.seen,
                tally.silent,
                contrasts.get(contrasts.len() / 2).copied().unwrap_or(0.0)
            );
        }
        println!("{line}");
    }
}

fn devices(vision: &Vision, sources: &[(Picture, Rect)], options: &Options) {
    let further: Vec<(Picture, Rect)> =
        sources.iter().map(|(picture, face)| further_away(picture, *face, options.face)).collect();
    for (name, device) in [("phone", Device::PHONE), ("tablet", Device::TABLET), ("sheet", Device::SHEET)] {
        let mut tally = Tally::default();
        for (picture, face) in &further {
            for roll in [0.0, 3.0, -6.0, 10.0] {
                for grow in [1.0, 1.3] {
                    let device = Device { width: device.width * grow, ..device };
                    let recapture = Recapture { device: Some(device), roll, ..Recapture::default() };
                    let Some((seen, face)) = evidence(vision, &recapture.of(picture, *face)) else {
                        continue;
                    };
                    let (_, _, found, time) = look(&again(&seen, QUALITY), face.bounds);
                    tally.add(found.map(|found| found.score), 0.0, time);
                    if options.verbose {
                        println!("  {name} {roll} {grow} {found:?}");
                    }
                }
            }
        }
        println!("{name}: edges: {}", tally.say());
    }
}

/// The picture made smaller, in a frame of 4 : 3 as high as it was; wall and ceiling go on as the picture ends.
fn further_away(picture: &Picture, face: Rect, share: f32) -> (Picture, Rect) {
    let scale = (share * picture.height() as f32 / face.height).min(1.0);
    let side = |pixels: u32| ((pixels as f32 * scale) as u32).max(1);
    let small = picture.resized(side(picture.width()), side(picture.height()));
    let (height, width) = (picture.height(), picture.height() * 4 / 3);
    let left = i64::from(width / 2) - ((face.x + face.width / 2.0) * scale) as i64;
    // The lower edge stays: nobody floats.
    let top = i64::from(height - small.height());
    let mut rgb = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..i64::from(height) {
        for x in 0..i64::from(width) {
            let column = (x - left).clamp(0, i64::from(small.width()) - 1) as usize;
            let row = (y - top).clamp(0, i64::from(small.height()) - 1) as usize;
            let at = (row * small.width() as usize + column) * 3;
            rgb.extend_from_slice(&small.rgb()[at..at + 3]);
        }
    }
    let face = Rect {
        x: face.x * scale + left as f32,
        y: face.y * scale + top as f32,
        width: face.width * scale,
        height: face.height * scale,
    };
    (Picture::from_rgb(width, height, rgb).expect("sides fit"), face)
}
