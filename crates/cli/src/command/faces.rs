//! `selfsame faces`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use selfsame_vision::{FaceSighting, Picture, QualityReason, Rect, Template};
use serde::Serialize;

use crate::args::FacesArgs;
use crate::failure::{Failure, PictureFailure};
use crate::parallel::in_order;
use crate::picture::Eyes;
use crate::terminal::{Tone, printable, say, say_json, toned};

/// A face as the command line prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FaceReport {
    /// Pixels of the upright picture.
    #[serde(rename = "box")]
    bounds: Rect,
    /// The detector's confidence, 0..1.
    score: f32,
    /// 68 points in pixels, iBUG order.
    landmarks: Vec<[f32; 2]>,
    pose: PoseReport,
    /// Bioserver scale: good above 100, unusable below 0.
    pub(crate) quality: f32,
    quality_reasons: Vec<&'static str>,
    /// Length of the embedder's vector; short ones are hard to compare. Absent where the network's length tells nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    vector_length: Option<f32>,
    /// The texture witness, 0..1.
    pub(crate) liveness: f32,
}

/// Degrees.
#[derive(Debug, Serialize)]
struct PoseReport {
    yaw: f32,
    pitch: f32,
    roll: f32,
}

impl FaceReport {
    /// The template comes beside: the quality rests on it.
    pub(crate) fn of(
        eyes: &Eyes,
        picture: &Picture,
        face: &FaceSighting,
    ) -> Result<(Self, Template), PictureFailure> {
        let (template, quality) = eyes.vision.enrol(picture, face)?;
        let texture = eyes.vision.texture(picture, face)?;
        let pose = face.pose;
        let report = Self {
            bounds: face.bounds,
            score: face.score,
            landmarks: face.landmarks.to_vec(),
            pose: PoseReport { yaw: pose.yaw, pitch: pose.pitch, roll: pose.roll },
            quality: quality.score,
            vector_length: quality.vector_length,
            quality_reasons: quality.reasons.into_iter().map(reason_name).collect(),
            liveness: texture.live,
        };
        Ok((report, template))
    }

    fn words(&self) -> String {
        let Rect { x, y, width, height } = self.bounds;
        let tone = if self.quality > 100.0 {
            Tone::Good
        } else if self.quality < 0.0 {
            Tone::Bad
        } else {
            Tone::Warning
        };
        let mut words = format!(
            "  face {width:.0}x{height:.0} at ({x:.0}, {y:.0}), yaw {:.0}, pitch {:.0}, roll {:.0}, quality {}, texture {:.2}",
            self.pose.yaw,
            self.pose.pitch,
            self.pose.roll,
            toned(tone, &format!("{:.0}", self.quality)),
            self.liveness,
        );
        if !self.quality_reasons.is_empty() {
            words.push_str(&format!(" ({})", self.quality_reasons.join(", ")));
        }
        words
    }
}

const fn reason_name(reason: QualityReason) -> &'static str {
    match reason {
        QualityReason::TooSmall => "too_small",
        QualityReason::Blurred => "blurred",
        QualityReason::TooDark => "too_dark",
        QualityReason::TooBright => "too_bright",
        QualityReason::LowContrast => "low_contrast",
        QualityReason::Pose => "pose",
        QualityReason::Grey => "grey",
        QualityReason::Occluded => "occluded",
        QualityReason::CutOff => "cut_off",
        QualityReason::HardToCompare => "hard_to_compare",
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Line {
    Seen { file: String, width: u32, height: u32, faces: Vec<FaceReport> },
    Refused { file: String, error: ErrorBody },
}

#[derive(Serialize)]
struct ErrorBody {
    code: &'static str,
    message: String,
}

pub(crate) fn faces(args: &FacesArgs) -> Result<ExitCode, Failure> {
    let eyes = match Eyes::open(&args.sources) {
        Ok(eyes) => eyes,
        Err(failure) if args.json => {
            for file in &args.images {
                let error = ErrorBody { code: failure.code(), message: failure.to_string() };
                say_json(&Line::Refused { file: file.display().to_string(), error })?;
            }
            return Err(failure);
        }
        Err(failure) => return Err(failure),
    };
    let mut all_read = true;
    in_order(
        &args.images,
        eyes.threads(),
        |file: &PathBuf| look(&eyes, file),
        |index, seen| {
            let file = args.images[index].display().to_string();
            let line = match seen {
                Ok((width, height, faces)) => Line::Seen { file, width, height, faces },
                Err(failure) => {
                    all_read = false;
                    let error = ErrorBody { code: failure.code(), message: failure.to_string() };
                    Line::Refused { file, error }
                }
            };
            if args.json { say_json(&line) } else { say_words(&line) }
        },
    )?;
    Ok(if all_read { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn look(eyes: &Eyes, file: &Path) -> Result<(u32, u32, Vec<FaceReport>), PictureFailure> {
    let picture = eyes.read(file)?;
    let faces = eyes.vision.detect(&picture)?;
    let report = |face| Ok::<_, PictureFailure>(FaceReport::of(eyes, &picture, face)?.0);
    let faces = faces.iter().map(report).collect::<Result<_, _>>()?;
    Ok((picture.width(), picture.height(), faces))
}

fn say_words(line: &Line) -> Result<(), Failure> {
    match line {
        Line::Seen { file, width, height, faces } => {
            let count = match faces.len() {
                0 => "no face".to_owned(),
                1 => "one face".to_owned(),
                more => format!("{more} faces"),
            };
            say(&format!("{} {width}x{height}, {count}", toned(Tone::Strong, &printable(file))))?;
            faces.iter().try_for_each(|face| say(&face.words()))
        }
        Line::Refused { file, error } => {
            crate::terminal::complain(&format!("{}: {}", printable(file), error.message));
            Ok(())
        }
    }
}
