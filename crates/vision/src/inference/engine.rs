//! ONNX Runtime: loading it, and running networks in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::{TensorElementType, TensorRef, ValueType};
use sha2::{Digest, Sha256};

use super::{InputSpec, Manifest, ModelError, ModelFile, SlotSpec, VisionError, weights};

/// The places for networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    Detector,
    Landmarks,
    Embedder,
    Pad,
    Pose,
    Eye,
}

impl Slot {
    pub const ALL: [Self; 6] =
        [Self::Detector, Self::Landmarks, Self::Embedder, Self::Pad, Self::Pose, Self::Eye];

    /// Its name in the manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Detector => "detector",
            Self::Landmarks => "landmarks",
            Self::Embedder => "embedder",
            Self::Pad => "pad",
            Self::Pose => "pose",
            Self::Eye => "eye",
        }
    }

    /// What the code that reads the outputs relies on. Sides that only the network knows are checked against the manifest
    /// by the loader.
    fn check(self, spec: &SlotSpec) -> Result<(), String> {
        let sizes: Vec<usize> = spec.output.iter().map(super::OutputSpec::len).collect();
        let fits = match self {
            Self::Detector => sizes.len() == 2 && sizes[0].is_multiple_of(2) && sizes[1] == sizes[0] * 2,
            Self::Landmarks => sizes == [136],
            Self::Embedder => sizes.len() == 1 && (32..=4096).contains(&sizes[0]),
            Self::Pad => sizes == [3],
            Self::Pose => sizes == [66, 66, 66],
            Self::Eye => sizes == [2],
        };
        if !fits {
            return Err(format!("outputs of {sizes:?} values"));
        }
        if self == Self::Detector && spec.threshold.is_none() {
            return Err("the detector needs a threshold".to_owned());
        }
        if self == Self::Embedder {
            if spec.input.width() != 112 || spec.input.height() != 112 {
                return Err("the alignment is defined for crops of 112 x 112".to_owned());
            }
            if spec.mode.as_deref().is_none_or(|mode| mode.is_empty() || mode.len() > 64) {
                return Err("the embedder needs a mode of 1 to 64 characters".to_owned());
            }
            if spec.calibration.len() < 2 {
                return Err("the embedder needs at least two calibration points".to_owned());
            }
        }
        Ok(())
    }
}

/// A network whose file was verified, ready to be opened as often as there are lanes.
pub(crate) struct Network {
    slot: Slot,
    spec: SlotSpec,
    /// With small weights cleared.
    model: Vec<u8>,
    file: PathBuf,
}

/// The engine, and every network in it.
pub(crate) struct Engine {
    environment: Environment,
    networks: BTreeMap<Slot, Network>,
    files: Vec<ModelFile>,
    /// Nanoseconds spent in networks, over all lanes.
    busy: AtomicU64,
}

/// ONNX Runtime allows one environment per process, from one library.
static ENVIRONMENT: Mutex<Option<(String, Environment)>> = Mutex::new(None);

/// Reads a file of the manifest and compares its sha256.
fn verified(file: &Path, expected: &str) -> Result<(Vec<u8>, String), ModelError> {
    let bytes = std::fs::read(file)
        .map_err(|error| ModelError::Missing { file: file.to_owned(), detail: error.to_string() })?;
    let found = hex::encode(Sha256::digest(&bytes));
    if !found.eq_ignore_ascii_case(expected) {
        return Err(ModelError::Altered { file: file.to_owned(), expected: expected.to_owned(), found });
    }
    Ok((bytes, found))
}

fn environment(library: &Path, sha256: &str) -> Result<Environment, ModelError> {
    let failed = |detail: String| ModelError::Engine { file: library.to_owned(), detail };
    let mut current = ENVIRONMENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((loaded, environment)) = current.as_ref() {
        if loaded == sha256 {
            return Ok(environment.clone());
        }
        return Err(failed("another engine is loaded in this process".to_owned()));
    }
    let built = ort::init_from(library)
        .map_err(|error| failed(error.to_string()))?
        .with_telemetry(false)
        .with_name("selfsame")
        .build()
        .map_err(|error| failed(error.to_string()))?;
    *current = Some((sha256.to_owned(), built.clone()));
    Ok(built)
}

impl Engine {
    /// Verifies every file of the manifest and loads the engine.
    pub(crate) fn load(manifest_file: &Path, slots: &BTreeMap<String, PathBuf>) -> Result<Self, ModelError> {
        let mut manifest = Manifest::read(manifest_file)?;
        let invalid = |detail: String| ModelError::Manifest { file: manifest_file.to_owned(), detail };
        let folder = manifest_file.parent().unwrap_or(Path::new("."));
        let mut folders = BTreeMap::new();
        for (name, file) in slots {
            if !Slot::ALL.iter().any(|slot| slot.name() == name) {
                return Err(invalid(format!(
                    "settings point the slot {name} at a file, but there is no such slot"
                )));
            }
            folders.insert(name.clone(), file.parent().unwrap_or(Path::new(".")).to_owned());
            manifest.slot.insert(name.clone(), Manifest::read_slot(file)?);
        }

        let library = manifest.library().cloned().ok_or_else(|| ModelError::Platform {
            file: manifest_file.to_owned(),
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
        })?;
        let library_file = folder.join(&library.file);
        // The loader resolves relative paths against the program's folder first; ours are meant from the working directory.
        let library_file = std::path::absolute(&library_file).unwrap_or(library_file);
        // The library is 46 MB: it is hashed beside the networks, on a thread of its own.
        let engine_hash = std::thread::scope(|scope| {
            let hashing = scope.spawn(|| verified(&library_file, &library.sha256).map(|(b, h)| (b.len(), h)));
            let mut networks = BTreeMap::new();
            let mut files = Vec::new();
            for slot in Slot::ALL {
                let spec = manifest
                    .slot
                    .remove(slot.name())
                    .ok_or_else(|| invalid(format!("it has no slot {}", slot.name())))?;
                slot.check(&spec).map_err(|detail| invalid(format!("slot {}: {detail}", slot.name())))?;
                let file = folders.get(slot.name()).map_or(folder, |f| f).join(&spec.file);
                let (mut model, sha256) = verified(&file, &spec.sha256)?;
                files.push(ModelFile {
                    slot: slot.name().to_owned(),
                    name: spec.name.clone(),
                    file: file.clone(),
                    sha256,
                    bytes: model.len() as u64,
                    licence: spec.licence.clone(),
                });
                weights::clear_small(&mut model, spec.zero_weights_below).map_err(|detail| {
                    ModelError::Misshapen { file: file.clone(), slot: slot.name(), detail: detail.to_owned() }
                })?;
                networks.insert(slot, Network { slot, spec, model, file });
            }
            let hashed = hashing.join().unwrap_or_else(|_| {
                Err(ModelError::Engine { file: library_file.clone(), detail: "hashing it failed".to_owned() })
            })?;
            Ok::<_, ModelError>((hashed, networks, files))
        });
        let ((bytes, sha256), networks, mut files) = engine_hash?;
        files.insert(
            0,
            ModelFile {
                slot: "engine".to_owned(),
                name: manifest.engine.name.clone(),
                file: library_file.clone(),
                sha256: sha256.clone(),
                bytes: bytes as u64,
                licence: manifest.engine.licence.clone(),
            },
        );
        let environment = environment(&library_file, &sha256)?;
        Ok(Self { environment, networks, files, busy: AtomicU64::new(0) })
    }

    pub(crate) fn files(&self) -> &[ModelFile] {
        &self.files
    }

    /// Time spent in networks since loading, over all lanes.
    pub(crate) fn busy(&self) -> Duration {
        Duration::from_nanos(self.busy.load(Ordering::Relaxed))
    }

    /// What is in a slot.
    pub(crate) fn spec(&self, slot: Slot) -> &SlotSpec {
        &self.networks[&slot].spec
    }

    /// Opens every network once, and compares names and shapes with the manifest.
    pub(crate) fn open_lane(self: &Arc<Self>) -> Result<Lane, ModelError> {
        let mut sessions = BTreeMap::new();
        for (slot, network) in &self.networks {
            sessions.insert(*slot, network.open(&self.environment)?);
        }
        Ok(Lane { engine: Arc::clone(self), sessions, resizer: fast_image_resize::Resizer::new() })
    }
}

impl Network {
    fn open(&self, environment: &Environment) -> Result<Session, ModelError> {
        let misshapen = |detail: String| ModelError::Misshapen {
            file: self.file.clone(),
            slot: self.slot.name(),
            detail,
        };
        let session = self.commit(environment).map_err(|error| misshapen(error.to_string()))?;
        let inputs: Vec<_> = session.inputs().iter().map(|i| describe(i.name(), i.dtype())).collect();
        let expected = vec![expect(&self.spec.input.name, &self.spec.input.shape)];
        if inputs != expected {
            return Err(misshapen(format!("inputs {inputs:?}, the manifest says {expected:?}")));
        }
        let outputs: Vec<_> = session.outputs().iter().map(|o| describe(o.name(), o.dtype())).collect();
        let expected: Vec<_> = self.spec.output.iter().map(|o| expect(&o.name, &o.shape)).collect();
        if outputs != expected {
            return Err(misshapen(format!("outputs {outputs:?}, the manifest says {expected:?}")));
        }
        Ok(session)
    }

    /// One thread computes in a session: the pool of lanes is what uses the cores. Without an arena a session gives its
    /// intermediate memory back after each run.
    fn commit(&self, environment: &Environment) -> ort::Result<Session> {
        Session::builder(environment)?
            .with_intra_threads(1)?
            .with_inter_threads(1)?
            .with_optimization_level(GraphOptimizationLevel::All)?
            .with_flush_to_zero()?
            .commit_from_memory(&self.model)
    }
}

/// Name, whether it is float32, and shape; a shape that only the network knows has -1.
type Described = (String, bool, Vec<i64>);

fn expect(name: &str, shape: &[i64]) -> Described {
    (name.to_owned(), true, shape.to_vec())
}

fn describe(name: &str, kind: &ValueType) -> Described {
    match kind {
        ValueType::Tensor { ty, shape, .. } => {
            (name.to_owned(), *ty == TensorElementType::Float32, shape.to_vec())
        }
        _ => (name.to_owned(), false, Vec::new()),
    }
}

/// One session per network: what one thread needs to compute.
pub(crate) struct Lane {
    engine: Arc<Engine>,
    sessions: BTreeMap<Slot, Session>,
    /// Keeps the resampler's buffers between pictures.
    pub(crate) resizer: fast_image_resize::Resizer,
}

impl Lane {
    pub(crate) fn input(&self, slot: Slot) -> &InputSpec {
        &self.engine.spec(slot).input
    }

    /// Runs a network on the planes of one picture and returns its outputs in the manifest's order.
    pub(crate) fn run(&mut self, slot: Slot, planes: &[f32]) -> Result<Vec<Vec<f32>>, VisionError> {
        let spec = self.engine.spec(slot);
        let failed = |detail: String| VisionError::Inference { slot: slot.name(), detail };
        let session = self.sessions.get_mut(&slot).ok_or_else(|| failed("it is not loaded".to_owned()))?;
        let input = TensorRef::from_array_view((spec.input.shape, planes))
            .map_err(|error| failed(error.to_string()))?;
        let started = Instant::now();
        let outputs = session.run(ort::inputs![input]).map_err(|error| failed(error.to_string()))?;
        let spent = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.engine.busy.fetch_add(spent, Ordering::Relaxed);
        let mut answers = Vec::with_capacity(spec.output.len());
        for wanted in &spec.output {
            let value =
                outputs.get(&wanted.name).ok_or_else(|| failed(format!("no output {}", wanted.name)))?;
            let (_, data) = value.try_extract_tensor::<f32>().map_err(|error| failed(error.to_string()))?;
            if data.len() != wanted.len() {
                return Err(failed(format!("{} has {} values", wanted.name, data.len())));
            }
            if data.iter().any(|number| !number.is_finite()) {
                return Err(VisionError::NotFinite { slot: slot.name() });
            }
            answers.push(data.to_vec());
        }
        Ok(answers)
    }
}
