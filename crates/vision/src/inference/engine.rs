//! ONNX Runtime: loading it, and running networks in it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::{TensorElementType, TensorRef, ValueType};
use sha2::{Digest, Sha256};

use super::{InputSpec, Manifest, ModelError, ModelFile, Opened, SlotSpec, VisionError, weights};

/// The places for networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    Detector,
    Landmarks,
    Embedder,
    /// Beside [`Self::Embedder`], for the comparisons that count. May be empty.
    SecondEmbedder,
    Pad,
    Pose,
    Eye,
    TextDetector,
    QuickRecogniser,
    TextRecogniser,
    ZoneRecogniser,
}

impl Slot {
    pub const ALL: [Self; 11] = [
        Self::Detector,
        Self::Landmarks,
        Self::Embedder,
        Self::SecondEmbedder,
        Self::Pad,
        Self::Pose,
        Self::Eye,
        Self::TextDetector,
        Self::QuickRecogniser,
        Self::TextRecogniser,
        Self::ZoneRecogniser,
    ];

    /// Its name in the manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Detector => "detector",
            Self::Landmarks => "landmarks",
            Self::Embedder => "embedder",
            Self::SecondEmbedder => "second-embedder",
            Self::Pad => "pad",
            Self::Pose => "pose",
            Self::Eye => "eye",
            Self::TextDetector => "text-detector",
            Self::QuickRecogniser => "quick-recogniser",
            Self::TextRecogniser => "text-recogniser",
            Self::ZoneRecogniser => "zone-recogniser",
        }
    }

    /// Whether a manifest may leave it out. A network that the manifest names has to be there all the same.
    const fn is_optional(self) -> bool {
        matches!(self, Self::SecondEmbedder)
    }

    /// What the code that reads the outputs relies on. Sides that only the network knows are checked against the manifest
    /// by the loader.
    fn check(self, spec: &SlotSpec) -> Result<(), String> {
        let sizes: Vec<usize> = spec.output.iter().map(super::OutputSpec::len).collect();
        let fits = match self {
            Self::Detector => sizes.len() == 2 && sizes[0].is_multiple_of(2) && sizes[1] == sizes[0] * 2,
            Self::Landmarks => sizes == [136],
            Self::Embedder | Self::SecondEmbedder => sizes.len() == 1 && (32..=4096).contains(&sizes[0]),
            Self::Pad => sizes == [3],
            Self::Pose => sizes == [66, 66, 66],
            Self::Eye => sizes == [2],
            Self::TextDetector => spec.output.len() == 1 && spec.output[0].shape.len() == 4,
            Self::QuickRecogniser | Self::TextRecogniser => {
                spec.output.len() == 1
                    && spec.output[0].shape.len() == 3
                    && (3..=100_000).contains(&spec.output[0].shape[2])
            }
            // Nothing, and the 37 characters of machine-readable zones.
            Self::ZoneRecogniser => {
                spec.output.len() == 1 && spec.output[0].shape.len() == 3 && spec.output[0].shape[2] == 38
            }
        };
        if !fits {
            return Err(format!("outputs of {sizes:?} values"));
        }
        let sides_vary = spec.input.shape[2..].contains(&-1);
        match self {
            Self::TextDetector if spec.input.shape[2..] != [-1, -1] || spec.threshold.is_none() => {
                return Err("the text detector needs sides of -1 and a threshold".to_owned());
            }
            Self::QuickRecogniser | Self::TextRecogniser | Self::ZoneRecogniser
                if spec.input.height() == 0 || spec.input.shape[3] != -1 =>
            {
                return Err(format!("the {} needs a fixed height and a width of -1", self.name()));
            }
            Self::QuickRecogniser | Self::TextRecogniser if spec.alphabet.is_none() => {
                return Err("a text recogniser needs an alphabet".to_owned());
            }
            Self::TextDetector | Self::QuickRecogniser | Self::TextRecogniser | Self::ZoneRecogniser => {}
            _ if sides_vary || spec.output.iter().any(super::OutputSpec::is_dynamic) => {
                return Err("a side of -1: this network is fed pictures of one size".to_owned());
            }
            _ => {}
        }
        if self == Self::Detector && spec.threshold.is_none() {
            return Err("the detector needs a threshold".to_owned());
        }
        if matches!(self, Self::Embedder | Self::SecondEmbedder) {
            if spec.input.width() != 112 || spec.input.height() != 112 {
                return Err("the alignment is defined for crops of 112 x 112".to_owned());
            }
            if spec.mode.as_deref().is_none_or(|mode| mode.is_empty() || mode.len() > 64) {
                return Err("an embedder needs a mode of 1 to 64 characters".to_owned());
            }
            if spec.calibration.len() < 2 {
                return Err("an embedder needs at least two calibration points".to_owned());
            }
        }
        Ok(())
    }
}

/// A network whose file was verified, ready to be opened as often as there are lanes.
pub(crate) struct Network {
    slot: Slot,
    spec: SlotSpec,
    /// With small weights cleared; `None` for a network that is read when it is first needed.
    model: Option<Vec<u8>>,
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

/// Compares a file's sha256 without keeping it; returns its length and hash.
fn verified_in_passing(file: &Path, expected: &str) -> Result<(u64, String), ModelError> {
    let missing =
        |error: std::io::Error| ModelError::Missing { file: file.to_owned(), detail: error.to_string() };
    let mut source = std::fs::File::open(file).map_err(missing)?;
    let mut hasher = Sha256::new();
    let (mut buffer, mut length) = (vec![0; 1 << 17], 0);
    loop {
        let count = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(missing(error)),
        };
        hasher.update(&buffer[..count]);
        length += count as u64;
    }
    let found = hex::encode(hasher.finalize());
    if !found.eq_ignore_ascii_case(expected) {
        return Err(ModelError::Altered { file: file.to_owned(), expected: expected.to_owned(), found });
    }
    Ok((length, found))
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

/// Puts what the settings point slots at into the manifest. Returns the folders that those slots' files are relative to.
fn replace_slots(
    manifest: &mut Manifest,
    slots: &BTreeMap<String, PathBuf>,
    invalid: impl Fn(String) -> ModelError,
) -> Result<BTreeMap<String, PathBuf>, ModelError> {
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
    // The second embedder's mode and calibration are those of a pair: beside another first embedder they are wrong.
    if slots.contains_key(Slot::Embedder.name()) && !slots.contains_key(Slot::SecondEmbedder.name()) {
        manifest.slot.remove(Slot::SecondEmbedder.name());
    }
    let modes = [Slot::Embedder, Slot::SecondEmbedder].map(|slot| manifest.slot.get(slot.name()));
    if let [Some(first), Some(second)] = modes
        && first.mode == second.mode
    {
        return Err(invalid("both embedders have the same mode; the pair's has to be another".to_owned()));
    }
    Ok(folders)
}

impl Engine {
    /// Verifies every file of the manifest and loads the engine. `on_demand`: networks are verified when they are first needed instead.
    pub(crate) fn load(
        manifest_file: &Path,
        slots: &BTreeMap<String, PathBuf>,
        on_demand: bool,
    ) -> Result<Self, ModelError> {
        let mut manifest = Manifest::read(manifest_file)?;
        let invalid = |detail: String| ModelError::Manifest { file: manifest_file.to_owned(), detail };
        let folder = manifest_file.parent().unwrap_or(Path::new("."));
        let folders = replace_slots(&mut manifest, slots, invalid)?;

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
            let hashing = scope.spawn(|| verified_in_passing(&library_file, &library.sha256));
            let mut networks = BTreeMap::new();
            let mut files = Vec::new();
            for slot in Slot::ALL {
                let spec = match manifest.slot.remove(slot.name()) {
                    Some(spec) => spec,
                    None if slot.is_optional() => continue,
                    None => return Err(invalid(format!("it has no slot {}", slot.name()))),
                };
                slot.check(&spec).map_err(|detail| invalid(format!("slot {}: {detail}", slot.name())))?;
                let file = folders.get(slot.name()).map_or(folder, |f| f).join(&spec.file);
                let mut network = Network { slot, spec, model: None, file };
                if on_demand {
                    network.defer()?;
                } else {
                    files.push(network.verify()?);
                }
                networks.insert(slot, network);
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
                bytes,
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

    /// Whether a network is in a slot.
    pub(crate) fn has(&self, slot: Slot) -> bool {
        self.networks.contains_key(&slot)
    }

    /// Opens every network once that is not opened on demand, and compares names and shapes with the manifest.
    pub(crate) fn open_lane(self: &Arc<Self>) -> Result<Lane, ModelError> {
        let mut sessions = BTreeMap::new();
        for (slot, network) in &self.networks {
            if network.spec.opened == Opened::AtStart {
                sessions.insert(*slot, network.open(&self.environment)?);
            }
        }
        Ok(Lane {
            engine: Arc::clone(self),
            sessions,
            alphabets: BTreeMap::new(),
            resizer: fast_image_resize::Resizer::new(),
        })
    }
}

impl Network {
    /// Leaves the file for when it is needed, and only looks whether it is there.
    fn defer(&mut self) -> Result<(), ModelError> {
        std::fs::metadata(&self.file)
            .map_err(|error| ModelError::Missing { file: self.file.clone(), detail: error.to_string() })?;
        self.spec.opened = Opened::OnDemand;
        Ok(())
    }

    /// Verifies the file, and keeps it in memory where the manifest has it opened at the start.
    fn verify(&mut self) -> Result<ModelFile, ModelError> {
        let (bytes, sha256) = match self.spec.opened {
            Opened::AtStart => {
                let (model, sha256) = self.read()?;
                let length = model.len() as u64;
                self.model = Some(model);
                (length, sha256)
            }
            Opened::OnDemand => verified_in_passing(&self.file, &self.spec.sha256)?,
        };
        Ok(ModelFile {
            slot: self.slot.name().to_owned(),
            name: self.spec.name.clone(),
            file: self.file.clone(),
            sha256,
            bytes,
            licence: self.spec.licence.clone(),
        })
    }

    /// The verified file with small weights cleared, and its sha256.
    fn read(&self) -> Result<(Vec<u8>, String), ModelError> {
        let (mut model, sha256) = verified(&self.file, &self.spec.sha256)?;
        weights::clear_small(&mut model, self.spec.zero_weights_below).map_err(|detail| {
            ModelError::Misshapen {
                file: self.file.clone(),
                slot: self.slot.name(),
                detail: detail.to_owned(),
            }
        })?;
        Ok((model, sha256))
    }

    fn open(&self, environment: &Environment) -> Result<Session, ModelError> {
        let misshapen = |detail: String| ModelError::Misshapen {
            file: self.file.clone(),
            slot: self.slot.name(),
            detail,
        };
        // A network that is opened on demand is verified again: its file may have changed since the start.
        let read = match &self.model {
            Some(model) => Cow::Borrowed(model.as_slice()),
            None => Cow::Owned(self.read()?.0),
        };
        let session = Self::commit(environment, &read).map_err(|error| misshapen(error.to_string()))?;
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
    fn commit(environment: &Environment, model: &[u8]) -> ort::Result<Session> {
        Session::builder(environment)?
            .with_intra_threads(1)?
            .with_inter_threads(1)?
            .with_optimization_level(GraphOptimizationLevel::All)?
            .with_flush_to_zero()?
            .commit_from_memory(model)
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

/// The characters of a text recogniser by class.
#[derive(Debug)]
pub(crate) struct Alphabet {
    /// Class 0 means nothing and is held as `\0`.
    classes: Vec<char>,
}

impl Alphabet {
    /// From a list of characters, one a line. The first class is the blank and the last the space; the list names the others.
    /// A line of several characters stands for its first one.
    fn new(list: &str, classes: usize) -> Option<Self> {
        let named = list.split('\n').map(|line| line.chars().next().unwrap_or(' '));
        let all: Vec<char> = std::iter::once('\0').chain(named).chain([' ']).collect();
        (all.len() == classes).then_some(Self { classes: all })
    }

    /// Every class but the blank, with its character.
    pub(crate) fn characters(&self) -> impl Iterator<Item = (usize, char)> + '_ {
        self.classes.iter().copied().enumerate().skip(1)
    }

    /// The class of a character.
    pub(crate) fn class(&self, character: char) -> Option<usize> {
        self.classes.iter().skip(1).position(|known| *known == character).map(|at| at + 1)
    }
}

/// One session per network: what one thread needs to compute.
pub(crate) struct Lane {
    engine: Arc<Engine>,
    sessions: BTreeMap<Slot, Session>,
    /// Of each text recogniser, once it is open.
    alphabets: BTreeMap<Slot, Arc<Alphabet>>,
    /// Keeps the resampler's buffers between pictures.
    pub(crate) resizer: fast_image_resize::Resizer,
}

impl Lane {
    pub(crate) fn has(&self, slot: Slot) -> bool {
        self.engine.has(slot)
    }

    pub(crate) fn input(&self, slot: Slot) -> &InputSpec {
        &self.engine.spec(slot).input
    }

    /// The slot's threshold; 1, which nothing reaches, where the manifest has none.
    pub(crate) fn threshold(&self, slot: Slot) -> f32 {
        self.engine.spec(slot).threshold.unwrap_or(1.0)
    }

    /// Opens a network that is opened on demand.
    fn ensure_open(&mut self, slot: Slot) -> Result<(), VisionError> {
        if !self.sessions.contains_key(&slot) {
            let failed =
                |error: ModelError| VisionError::Inference { slot: slot.name(), detail: error.to_string() };
            let session = self.engine.networks[&slot].open(&self.engine.environment).map_err(failed)?;
            self.sessions.insert(slot, session);
        }
        Ok(())
    }

    /// The characters that a text recogniser knows.
    pub(crate) fn alphabet(&mut self, slot: Slot) -> Result<Arc<Alphabet>, VisionError> {
        if let Some(alphabet) = self.alphabets.get(&slot) {
            return Ok(Arc::clone(alphabet));
        }
        self.ensure_open(slot)?;
        let spec = self.engine.spec(slot);
        let failed = |detail: &str| VisionError::Inference { slot: slot.name(), detail: detail.to_owned() };
        let list = self.sessions[&slot]
            .metadata()
            .ok()
            .and_then(|metadata| metadata.custom(spec.alphabet.as_deref().unwrap_or_default()))
            .ok_or_else(|| failed("its file has no list of characters under the manifest's key"))?;
        let classes = usize::try_from(spec.output[0].shape[2]).unwrap_or(0);
        let alphabet = Alphabet::new(&list, classes)
            .ok_or_else(|| failed("its list of characters does not fit the number of its classes"))?;
        let alphabet = Arc::new(alphabet);
        self.alphabets.insert(slot, Arc::clone(&alphabet));
        Ok(alphabet)
    }

    /// Runs a network with one output on a picture of a size of its own, and hands the output's shape and values to `read`.
    pub(crate) fn run_sized<R>(
        &mut self,
        slot: Slot,
        (height, width): (usize, usize),
        planes: &[f32],
        read: impl FnOnce(&[i64], &[f32]) -> R,
    ) -> Result<R, VisionError> {
        self.ensure_open(slot)?;
        let spec = self.engine.spec(slot);
        let failed = |detail: String| VisionError::Inference { slot: slot.name(), detail };
        let session = self.sessions.get_mut(&slot).ok_or_else(|| failed("it is not loaded".to_owned()))?;
        let shape = [1, spec.input.order.planes(), height, width];
        let input = TensorRef::from_array_view((shape, planes)).map_err(|error| failed(error.to_string()))?;
        let started = Instant::now();
        let outputs = session.run(ort::inputs![input]).map_err(|error| failed(error.to_string()))?;
        let spent = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.engine.busy.fetch_add(spent, Ordering::Relaxed);
        let name = &spec.output[0].name;
        let value = outputs.get(name).ok_or_else(|| failed(format!("no output {name}")))?;
        let (shape, data) = value.try_extract_tensor::<f32>().map_err(|error| failed(error.to_string()))?;
        if data.iter().any(|number| !number.is_finite()) {
            return Err(VisionError::NotFinite { slot: slot.name() });
        }
        Ok(read(shape, data))
    }

    /// Runs a network on the planes of one picture and returns its outputs in the manifest's order.
    pub(crate) fn run(&mut self, slot: Slot, planes: &[f32]) -> Result<Vec<Vec<f32>>, VisionError> {
        self.ensure_open(slot)?;
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
