//! `models/manifest.toml`, read and checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::ModelError;

/// The whole manifest.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub version: u32,
    pub engine: EngineSpec,
    /// By slot name: detector, landmarks, embedder, second-embedder, pad, pose, eye, text-detector, quick-recogniser, text-recogniser,
    /// zone-recogniser.
    pub slot: BTreeMap<String, SlotSpec>,
}

/// The inference engine.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineSpec {
    pub name: String,
    pub licence: String,
    pub provenance: String,
    pub library: Vec<EngineLibrary>,
}

/// The engine's library for one platform.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineLibrary {
    /// As `std::env::consts::OS` spells it.
    pub os: String,
    /// As `std::env::consts::ARCH` spells it.
    pub arch: String,
    pub file: PathBuf,
    pub sha256: String,
}

/// What is in a slot, and how it is fed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotSpec {
    pub name: String,
    /// The name in templates: of the embedder for those that it makes alone, of the second embedder for those that both make.
    #[serde(default)]
    pub mode: Option<String>,
    /// Relative to the file that says so.
    pub file: PathBuf,
    /// Hexadecimal.
    pub sha256: String,
    pub licence: String,
    pub provenance: String,
    /// Weights of smaller magnitude are set to 0 on loading.
    #[serde(default)]
    pub zero_weights_below: f32,
    /// When the network is opened.
    #[serde(default)]
    pub opened: Opened,
    /// Of a text recogniser: the key of the file's metadata that lists the characters of classes 1 and up, one a line.
    #[serde(default)]
    pub alphabet: Option<String>,
    pub output_meaning: String,
    pub input: InputSpec,
    pub output: Vec<OutputSpec>,
    #[serde(default)]
    pub threshold: Option<f32>,
    #[serde(default)]
    pub threshold_origin: Option<String>,
    /// Cosine to false-match rate, both strictly monotone: of the embedder alone, and at the second embedder of both together.
    #[serde(default)]
    pub calibration: Vec<CalibrationPoint>,
    /// Of an embedder the length of whose vector tells how well a face can be compared.
    #[serde(default)]
    pub length: Option<LengthSpec>,
}

/// What the length of an embedder's vector says of the picture, before the vector is normalised.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LengthSpec {
    /// Shorter: another picture is asked for.
    pub again: f32,
    /// As long or longer: nothing is held against the picture.
    pub good: f32,
    /// Where the two were measured.
    pub origin: String,
}

/// When a network is read into memory and opened. Its file is verified at every start in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum Opened {
    /// With the first lane: a network that every picture needs.
    #[default]
    #[serde(rename = "at start")]
    AtStart,
    /// By each lane when it first runs the network.
    #[serde(rename = "on demand")]
    OnDemand,
}

/// Order of a tensor's planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlaneOrder {
    Rgb,
    Bgr,
    /// One plane: luma of ITU-R BT.601.
    Grey,
}

impl PlaneOrder {
    pub const fn planes(self) -> usize {
        match self {
            Self::Rgb | Self::Bgr => 3,
            Self::Grey => 1,
        }
    }
}

/// The one input of a network: float32, `[1, planes, height, width]`, each value `(x - mean) / std` of x in 0..=255. A side of -1
/// is decided anew for each picture.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputSpec {
    pub name: String,
    pub shape: [i64; 4],
    pub order: PlaneOrder,
    pub mean: Vec<f32>,
    pub std: Vec<f32>,
}

impl InputSpec {
    pub fn height(&self) -> u32 {
        u32::try_from(self.shape[2]).unwrap_or(0)
    }

    pub fn width(&self) -> u32 {
        u32::try_from(self.shape[3]).unwrap_or(0)
    }

    fn check(&self) -> Result<(), String> {
        let planes = self.order.planes();
        if !matches!(self.shape[0], 1 | -1) || self.shape[1] != i64::try_from(planes).unwrap_or(0) {
            return Err(format!("input.shape {:?} is not [1, {planes}, height, width]", self.shape));
        }
        if self.shape[2..].iter().any(|side| *side != -1 && !(1..=1024).contains(side)) {
            return Err(format!("input.shape {:?} has a side outside 1..=1024 that is not -1", self.shape));
        }
        if self.mean.len() != planes || self.std.len() != planes {
            return Err(format!("input.mean and input.std need {planes} numbers"));
        }
        if self.mean.iter().chain(&self.std).any(|v| !v.is_finite()) || self.std.iter().any(|v| *v <= 0.0) {
            return Err("input.mean has to be finite, input.std positive".to_owned());
        }
        Ok(())
    }
}

/// One output of a network: float32.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputSpec {
    pub name: String,
    pub shape: Vec<i64>,
}

impl OutputSpec {
    /// Whether a side is decided anew for each picture.
    pub fn is_dynamic(&self) -> bool {
        self.shape.contains(&-1)
    }

    /// Number of values; 0 where a side is -1.
    pub fn len(&self) -> usize {
        self.shape.iter().map(|side| usize::try_from(*side).unwrap_or(0)).product()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One measured point: impostor pairs reach this cosine this often.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationPoint {
    pub cosine: f64,
    /// 0..1.
    pub false_match_rate: f64,
}

impl SlotSpec {
    fn check(&self) -> Result<(), String> {
        self.input.check()?;
        if self.output.is_empty()
            || self.output.iter().any(|output| output.is_empty() && !output.is_dynamic())
        {
            return Err("an output without values".to_owned());
        }
        if !self.zero_weights_below.is_finite() || !(0.0..1e-6).contains(&self.zero_weights_below) {
            return Err("zero_weights_below is not within 0..1e-6".to_owned());
        }
        if self.length.as_ref().is_some_and(|length| !(length.again > 0.0 && length.good > length.again)) {
            return Err("length needs 0 < again < good".to_owned());
        }
        if self.threshold.is_some_and(|t| !(0.0..=1.0).contains(&t)) {
            return Err("threshold is not within 0..=1".to_owned());
        }
        let rising = self.calibration.windows(2).all(|pair| {
            pair[0].cosine < pair[1].cosine && pair[0].false_match_rate > pair[1].false_match_rate
        });
        let ranged = self.calibration.iter().all(|point| {
            (-1.0..=1.0).contains(&point.cosine)
                && point.false_match_rate > 0.0
                && point.false_match_rate < 1.0
        });
        if !rising || !ranged {
            return Err(
                "calibration needs rising cosines within -1..=1 and falling rates within 0..1".to_owned()
            );
        }
        Ok(())
    }
}

fn text(file: &Path) -> Result<String, ModelError> {
    std::fs::read_to_string(file)
        .map_err(|error| ModelError::Missing { file: file.to_owned(), detail: error.to_string() })
}

impl Manifest {
    /// Reads `manifest.toml`.
    ///
    /// # Errors
    /// [`ModelError::Missing`] or [`ModelError::Manifest`].
    pub fn read(file: &Path) -> Result<Self, ModelError> {
        let invalid = |detail: String| ModelError::Manifest { file: file.to_owned(), detail };
        let manifest: Self = toml::from_str(&text(file)?).map_err(|error| invalid(error.to_string()))?;
        if manifest.version != 1 {
            return Err(invalid(format!("version {} is not known, 1 is", manifest.version)));
        }
        for (name, slot) in &manifest.slot {
            slot.check().map_err(|detail| invalid(format!("slot {name}: {detail}")))?;
        }
        Ok(manifest)
    }

    /// Reads an operator's own description of a slot: the same table, alone in a file.
    ///
    /// # Errors
    /// [`ModelError::Missing`] or [`ModelError::Manifest`].
    pub fn read_slot(file: &Path) -> Result<SlotSpec, ModelError> {
        let invalid = |detail: String| ModelError::Manifest { file: file.to_owned(), detail };
        if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("onnx")) {
            return Err(invalid(
                "a slot is pointed at a .toml file that describes the network (sha256, input, outputs, calibration), not at the network"
                    .to_owned(),
            ));
        }
        let slot: SlotSpec = toml::from_str(&text(file)?).map_err(|error| invalid(error.to_string()))?;
        slot.check().map_err(invalid)?;
        Ok(slot)
    }

    /// The engine's library for the platform this program was built for.
    pub fn library(&self) -> Option<&EngineLibrary> {
        self.engine
            .library
            .iter()
            .find(|library| library.os == std::env::consts::OS && library.arch == std::env::consts::ARCH)
    }
}
