//! The way in.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use selfsame_domain::Timestamp;
use selfsame_domain::document::{DocumentReading, DocumentWarning, MrzFormat, MrzReading, MrzVerdict};

use crate::document::signs::{self, Indication, SignParams, Signs, Testimony};
use crate::document::{
    BarcodeParams, Effort, MrzParams, VisualParams, add_barcode, add_visual_zone, document_reading,
    mrz_reading, overprint, read_barcode, read_zone,
};
use crate::face::{
    self, Calibration, Comparison, DetectParams, Embedding, FaceSighting, Knots, Pose, Quality,
    QualityParams, Template,
};
use crate::image::Picture;
use crate::inference::{Engine, Lane, ModelError, ModelFile, OutputSpec, Pool, Slot, SlotSpec, VisionError};
use crate::pad::{self, Texture, TextureParams};
use crate::recapture::{EdgeParams, PatternParams, Recapture, recapture};

/// Where the networks are and how many may compute at once.
#[derive(Debug, Clone, Default)]
pub struct VisionSettings {
    /// The folder that holds `manifest.toml` and `node_modules`.
    pub weights_dir: PathBuf,
    /// Threads that compute at once; by default the cores that the process may use (affinity and cgroup quota counted).
    pub sessions: Option<usize>,
    /// Slot name -> a TOML file that describes the network to use there instead (the manifest's table of that slot, alone in
    /// a file; its paths are relative to it).
    pub slots: BTreeMap<String, PathBuf>,
    /// Each network is verified and opened when it is first needed, instead of all at the start: for a program that looks at one picture
    /// and ends. [`Vision::files`] names the engine alone then.
    pub on_demand: bool,
}

/// What is to be read of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentWants {
    /// A barcode, where no sound machine-readable zone was read.
    pub barcode: bool,
    /// What is printed for people as well. docs/benchmarks.md says what it costs.
    pub visual_zone: bool,
}

impl DocumentWants {
    /// The machine-readable zone alone.
    pub const ZONE: Self = Self { barcode: false, visual_zone: false };
}

impl Default for DocumentWants {
    /// Everything.
    fn default() -> Self {
        Self { barcode: true, visual_zone: true }
    }
}

/// Every network, loaded and verified.
///
/// Methods compute for milliseconds and wait while all lanes are busy: **call them from a blocking thread, never from an async
/// task.** Share it in an `Arc`.
pub struct Vision {
    engine: Arc<Engine>,
    lanes: Pool<Lane, ModelError>,
    mode: String,
    calibration: Calibration,
    tracking: Tracking,
    length: Option<Knots>,
    detection: DetectParams,
    quality: QualityParams,
    texture: TextureParams,
    patterns: PatternParams,
    edges: EdgeParams,
    mrz: MrzParams,
    barcodes: BarcodeParams,
    visual: VisualParams,
}

/// The first embedder alone: what follows a face from frame to frame, where there are too many frames for two networks.
struct Tracking {
    mode: String,
    calibration: Calibration,
    dimensions: usize,
}

impl std::fmt::Debug for Vision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vision")
            .field("mode", &self.mode)
            .field("lanes", &self.lanes.limit())
            .finish_non_exhaustive()
    }
}

impl Vision {
    /// Verifies every file's sha256, loads the engine, opens every network and compares its inputs and outputs with the
    /// manifest.
    ///
    /// # Errors
    /// [`ModelError`], which names the file and the command that mends it.
    pub fn load(settings: &VisionSettings) -> Result<Self, ModelError> {
        let manifest = settings.weights_dir.join("manifest.toml");
        let engine = Arc::new(Engine::load(&manifest, &settings.slots, settings.on_demand)?);
        let first = engine.open_lane()?;
        let limit = settings.sessions.unwrap_or_else(cores);
        let maker = Arc::clone(&engine);
        let lanes = Pool::new(first, limit, move || maker.open_lane());
        let alone = engine.spec(Slot::Embedder);
        // The mode and the calibration of both together are those of the second.
        let embedder =
            if engine.has(Slot::SecondEmbedder) { engine.spec(Slot::SecondEmbedder) } else { alone };
        let calibrated = |spec: &SlotSpec| {
            Calibration::new(&spec.calibration)
                .map_err(|error| ModelError::Manifest { file: manifest.clone(), detail: error.to_string() })
        };
        let calibration = calibrated(embedder)?;
        let mode = embedder.mode.clone().unwrap_or_default();
        let tracking = Tracking {
            mode: alone.mode.clone().unwrap_or_default(),
            calibration: calibrated(alone)?,
            dimensions: alone.output.first().map_or(0, OutputSpec::len),
        };
        let length = embedder.length.as_ref().map(|length| Knots { again: length.again, good: length.good });
        let mut detection = DetectParams::default();
        if let Some(threshold) = engine.spec(Slot::Detector).threshold {
            detection.threshold = threshold;
            detection.tile_threshold = detection.tile_threshold.max(threshold);
        }
        tracing::debug!(mode, lanes = limit, "networks loaded");
        Ok(Self {
            engine,
            lanes,
            mode,
            calibration,
            tracking,
            length,
            detection,
            quality: QualityParams::default(),
            texture: TextureParams::default(),
            patterns: PatternParams::default(),
            edges: EdgeParams::default(),
            mrz: MrzParams::default(),
            barcodes: BarcodeParams::default(),
            visual: VisualParams::default(),
        })
    }

    /// Name and version of the embedders. Templates of different modes are never compared.
    pub fn mode(&self) -> &str {
        &self.mode
    }

    /// The files that were verified: the engine first, then one per slot.
    pub fn files(&self) -> &[ModelFile] {
        self.engine.files()
    }

    /// How many threads compute at once.
    pub fn sessions(&self) -> usize {
        self.lanes.limit()
    }

    /// Time spent inside networks since loading, summed over threads: for metrics and benchmarks.
    pub fn time_in_networks(&self) -> Duration {
        self.engine.busy()
    }

    /// From cosine to false-match rate.
    pub const fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// The fast path, for tracking frames about 320 pixels wide: faces with landmarks and pose, the largest first, at most
    /// four.
    ///
    /// # Errors
    /// [`VisionError`]; no face is not an error but an empty list.
    pub fn track(&self, frame: &Picture) -> Result<Vec<FaceSighting>, VisionError> {
        let _span = tracing::debug_span!("vision.track").entered();
        face::track(&mut *self.lane()?, frame, &self.detection)
    }

    /// The thorough path: also faces that fill the picture and small faces in large pictures; the largest first.
    ///
    /// # Errors
    /// [`VisionError`]; no face is not an error but an empty list.
    pub fn detect(&self, picture: &Picture) -> Result<Vec<FaceSighting>, VisionError> {
        let _span = tracing::debug_span!("vision.detect").entered();
        face::detect(&mut *self.lane()?, picture, &self.detection)
    }

    /// Pose by a network of its own: slower than the fit in [`FaceSighting::pose`], and independent of the landmarks.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn pose_by_network(&self, picture: &Picture, face: &FaceSighting) -> Result<Pose, VisionError> {
        let _span = tracing::debug_span!("vision.pose").entered();
        face::pose_by_network(&mut *self.lane()?, picture, face)
    }

    /// Probability that each eye is open, 0..=1, the eye on the left of the picture first.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn eyes_open(&self, picture: &Picture, face: &FaceSighting) -> Result<[f32; 2], VisionError> {
        let _span = tracing::debug_span!("vision.eyes").entered();
        face::eyes_open(&mut *self.lane()?, picture, face)
    }

    /// How well the face can be seen. Takes no lane: no network is asked.
    pub fn quality(&self, picture: &Picture, face: &FaceSighting) -> Quality {
        let _span = tracing::debug_span!("vision.quality").entered();
        face::assess(picture, face, &self.quality)
    }

    /// Whether the skin looks like skin. One witness, never the decision.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn texture(&self, picture: &Picture, face: &FaceSighting) -> Result<Texture, VisionError> {
        let _span = tracing::debug_span!("vision.texture").entered();
        pad::texture(&mut *self.lane()?, picture, face, &self.texture)
    }

    /// Whether a screen's grid lies over the face, or a device's edges about it. Takes no lane: no network is asked.
    pub fn recapture(&self, picture: &Picture, face: &FaceSighting) -> Recapture {
        let _span = tracing::debug_span!("vision.recapture").entered();
        recapture(picture, face.bounds, &self.patterns, &self.edges)
    }

    /// The face's template, by every embedder there is: for comparisons that count.
    ///
    /// # Errors
    /// [`VisionError`]; a template of one embedder out of two is none.
    pub fn embed(&self, picture: &Picture, face: &FaceSighting) -> Result<Template, VisionError> {
        Ok(self.embedding(picture, face)?.template)
    }

    /// The face's template and how well the face can be seen, also by the embedder: what is asked before a picture is kept.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn enrol(&self, picture: &Picture, face: &FaceSighting) -> Result<(Template, Quality), VisionError> {
        let Embedding { template, length } = self.embedding(picture, face)?;
        let quality = self.quality(picture, face);
        let quality = match self.length {
            Some(knots) => face::with_length(quality, length, knots),
            None => quality,
        };
        Ok((template, quality))
    }

    fn embedding(&self, picture: &Picture, face: &FaceSighting) -> Result<Embedding, VisionError> {
        let _span = tracing::debug_span!("vision.embed").entered();
        face::embed(&mut *self.lane()?, picture, face, &self.mode)
    }

    /// The face's template by the first embedder alone, at less than half the cost: to follow who is in front of a camera. It is
    /// compared by [`Self::compare_tracked`], and never by [`Self::compare`] where there are two embedders.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn embed_tracked(&self, picture: &Picture, face: &FaceSighting) -> Result<Template, VisionError> {
        let _span = tracing::debug_span!("vision.embed_tracked").entered();
        face::embed_alone(&mut *self.lane()?, picture, face, &self.tracking.mode)
    }

    /// How alike two templates are, and how often strangers are.
    ///
    /// # Errors
    /// [`VisionError::ModeMismatch`]: they come from different embedders, or not from these.
    pub fn compare(&self, a: &Template, b: &Template) -> Result<Comparison, VisionError> {
        for template in [a, b] {
            if template.mode() != self.mode {
                return Err(VisionError::ModeMismatch {
                    left: template.mode().to_owned(),
                    right: self.mode.clone(),
                });
            }
        }
        self.calibration.compare(a, b)
    }

    /// How alike two templates are by the first embedder alone. Each comes from [`Self::embed_tracked`], or from [`Self::embed`], of
    /// which the first embedder's part is taken.
    ///
    /// # Errors
    /// [`VisionError::ModeMismatch`]: they come from other embedders.
    pub fn compare_tracked(&self, a: &Template, b: &Template) -> Result<Comparison, VisionError> {
        let Tracking { calibration, .. } = &self.tracking;
        calibration.compare(&*self.tracked(a)?, &*self.tracked(b)?)
    }

    fn tracked<'a>(&self, template: &'a Template) -> Result<Cow<'a, Template>, VisionError> {
        let Tracking { mode, dimensions, .. } = &self.tracking;
        let other = || VisionError::ModeMismatch { left: template.mode().to_owned(), right: mode.clone() };
        if template.mode() == mode {
            return Ok(Cow::Borrowed(template));
        }
        if template.mode() != self.mode {
            return Err(other());
        }
        template.first_part(mode, *dimensions).map(Cow::Owned).ok_or_else(other)
    }

    /// How much two faces are one photograph: normalised correlation of their aligned luma, -1..=1.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn photograph_correlation(
        &self,
        a: (&Picture, &FaceSighting),
        b: (&Picture, &FaceSighting),
    ) -> Result<f32, VisionError> {
        let _span = tracing::debug_span!("vision.photograph").entered();
        face::correlation(&mut *self.lane()?, a, b)
    }

    /// The machine-readable zone of a document in the picture, if there is one; upright or in any quarter turn, a little slanted.
    /// `now` decides the centuries of its dates; `effort` bounds what is spent.
    ///
    /// # Errors
    /// [`VisionError`]; no zone is not an error but `None`.
    pub fn read_mrz(
        &self,
        picture: &Picture,
        now: Timestamp,
        effort: &mut Effort,
    ) -> Result<Option<MrzReading>, VisionError> {
        let _span = tracing::debug_span!("vision.mrz").entered();
        let mut lane = self.lane()?;
        let zone = effort.step("zone", "it alone is asked for", |effort| {
            read_zone(&mut lane, picture, &self.mrz, effort)
        })?;
        Ok(zone.map(|zone| mrz_reading(&zone, now.date())))
    }

    /// What the machine-readable zone and the barcode of a document, or of one side of it, say: [`Self::read_document_with`] without
    /// the visual zone.
    ///
    /// # Errors
    /// [`VisionError`]; a picture of no document is not an error but a reading with a warning.
    pub fn read_document(&self, picture: &Picture, now: Timestamp) -> Result<DocumentReading, VisionError> {
        self.read_document_with(
            picture,
            DocumentWants { barcode: true, visual_zone: false },
            now,
            &mut Effort::default(),
        )
    }

    /// What the picture of a document, or of one side of it, says. What was not read is absent. Of two sides, each is read alone and
    /// put together by [`both_sides`](crate::both_sides). `now` decides the centuries of dates. `effort` bounds what is spent; where it ended too early
    /// the reading has the warning [`DocumentWarning::ReadingIncomplete`].
    ///
    /// # Errors
    /// [`VisionError`]; a picture of no document is not an error but a reading with a warning.
    pub fn read_document_with(
        &self,
        picture: &Picture,
        wants: DocumentWants,
        now: Timestamp,
        effort: &mut Effort,
    ) -> Result<DocumentReading, VisionError> {
        let _span = tracing::debug_span!("vision.document").entered();
        let mut lane = self.lane()?;
        let zone = effort.step("zone", "every document may have one", |effort| {
            read_zone(&mut lane, picture, &self.mrz, effort)
        })?;
        let mut reading = document_reading(zone.as_ref(), now.date());
        // A side with a sound zone has no barcode that says more, unless it settles how the zone of a card is to be read.
        let settled = reading.mrz.as_ref().is_some_and(|mrz| match mrz.verdict {
            MrzVerdict::Invalid => false,
            MrzVerdict::Ambiguous => mrz.format != MrzFormat::Td1,
            MrzVerdict::Valid | MrzVerdict::Unprotected => true,
        });
        if wants.barcode && !settled {
            let barcode = effort.step("barcode", "no sound zone was read", |_| {
                read_barcode(picture, &mut lane.resizer, &self.barcodes)
            });
            if let Some(barcode) = barcode {
                add_barcode(&mut reading, barcode);
            }
        }
        if wants.visual_zone {
            effort.step("print", "what is printed for people is asked for", |effort| {
                add_visual_zone(&mut lane, picture, &mut reading, now.date(), &self.visual, effort)
            })?;
        }
        if effort.is_incomplete() {
            reading.warnings.push(DocumentWarning::ReadingIncomplete);
        }
        Ok(reading)
    }

    /// What the picture indicates about itself: whether it can be used, whether it shows a copy, whether it was changed. `reading` is
    /// what was read of the same picture. Takes no lane: no network is asked.
    pub fn document_signs(
        &self,
        picture: &Picture,
        reading: &DocumentReading,
        params: &SignParams,
        effort: &mut Effort,
    ) -> Signs {
        let _span = tracing::debug_span!("vision.signs").entered();
        effort.step("signs", "what the picture indicates about itself", |_| {
            signs::signs(picture, reading, params)
        })
    }

    /// The same of a front: a word across it and its second portrait as well.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn front_signs(
        &self,
        picture: &Picture,
        reading: &DocumentReading,
        params: &SignParams,
        effort: &mut Effort,
    ) -> Result<Signs, VisionError> {
        let mut signs = self.document_signs(picture, reading, params, effort);
        signs.0.extend(self.specimen_word(picture, reading, params, effort)?);
        signs.0.extend(self.second_portrait(picture, reading, params, effort)?);
        Ok(signs)
    }

    /// The largest face on the page whose machine-readable zone was read in the picture, or whose edges were found, in pixels of the
    /// picture, whichever way the page is turned in it. `None` where neither is known, or there is no face on it.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn portrait_on_page(
        &self,
        picture: &Picture,
        reading: &DocumentReading,
    ) -> Result<Option<FaceSighting>, VisionError> {
        let _span = tracing::debug_span!("vision.portrait").entered();
        signs::on_page(&mut *self.lane()?, picture, reading, &self.detection)
    }

    /// Whether a word across the page says that it is a specimen. `None` where none was read.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn specimen_word(
        &self,
        picture: &Picture,
        reading: &DocumentReading,
        params: &SignParams,
        effort: &mut Effort,
    ) -> Result<Option<Testimony>, VisionError> {
        let _span = tracing::debug_span!("vision.specimen_word").entered();
        let mut lane = self.lane()?;
        let found = effort.step("specimen word", "a front may be of a specimen", |effort| {
            overprint(&mut lane, picture, reading, effort)
        })?;
        Ok(found.map(|(measure, bounds)| Testimony {
            indicates: Indication::SpecimenWord,
            measure,
            threshold: params.specimen_word,
            bounds: Some(bounds),
        }))
    }

    /// Whether a faint second portrait on the page is another picture than the portrait. `None` where the page's place is not known, or
    /// one of the two was not found.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn second_portrait(
        &self,
        picture: &Picture,
        reading: &DocumentReading,
        params: &SignParams,
        effort: &mut Effort,
    ) -> Result<Option<Testimony>, VisionError> {
        let _span = tracing::debug_span!("vision.second_portrait").entered();
        let mut lane = self.lane()?;
        effort.step("second portrait", "a front may have one", |effort| {
            signs::second_portrait(&mut lane, picture, reading, (&self.detection, params), effort)
        })
    }

    fn lane(&self) -> Result<impl std::ops::DerefMut<Target = Lane> + '_, VisionError> {
        self.lanes
            .check_out()
            .map_err(|error| VisionError::Inference { slot: "lane", detail: error.to_string() })
    }
}

/// Cores this process may use.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
