//! What is looked for in the pictures of a transaction, by which thresholds, and what was seen.

use selfsame_domain::Rect;
use selfsame_domain::document::{DocumentReading, FaceFindings, Step, UnreadableReason};
use selfsame_vision::Template;
use selfsame_vision::signs::{SignParams, Signs};
use serde::Serialize;

use super::agreement::AgreementParams;

/// Thresholds of what is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LookParams {
    /// Document and selfie match when strangers look as alike at most this often. 1e-4: a score of 3000.
    pub false_match_rate: f64,
    /// A portrait whose eyes are closer, in pixels, is not compared. 40: what the embedder needs (docs/benchmarks.md).
    pub least_eye_distance: f32,
    /// The likeness to live skin up to which a selfie is taken for a picture of a picture, 0..=1. 0.25: where liveness checks of
    /// level LOW see an attack.
    pub texture_attack: f32,
    /// The likeness to a picture without the grid of a screen up to which a selfie is taken for a picture of a screen, 0..=1. The threshold
    /// of the witness that looks at captures.
    pub pattern_attack: f32,
    /// Two aligned faces that correlate so much are one photograph.
    pub same_photograph: f32,
    /// A second face of at least this share of the first one's area is a second person.
    pub second_person: f32,
    /// The least quality of a selfie that becomes a facemap, -100..=200; 0 is where the person should be asked again.
    pub facemap_quality: f32,
    /// What pictures of documents indicate about themselves.
    pub signs: SignParams,
    /// When two places of a document contradict one another.
    pub agreement: AgreementParams,
}

impl Default for LookParams {
    fn default() -> Self {
        Self {
            false_match_rate: 1e-4,
            least_eye_distance: 40.0,
            texture_attack: 0.25,
            pattern_attack: 0.25,
            same_photograph: 0.95,
            second_person: 0.2,
            facemap_quality: 0.0,
            signs: SignParams::default(),
            agreement: AgreementParams::default(),
        }
    }
}

/// What was seen.
#[derive(Default)]
pub(crate) struct Seen {
    /// What was read of the front; `None`: its picture is none. `back` is the reading of the back.
    pub(crate) front: Option<DocumentReading>,
    pub(crate) back: Option<DocumentReading>,
    /// Width and height of their pictures.
    pub(crate) front_size: (u32, u32),
    pub(crate) back_size: (u32, u32),
    /// The front's file was sent as the back's as well.
    pub(crate) back_is_front: bool,
    /// What both say together; the front alone when no back was seen.
    pub(crate) whole: Option<DocumentReading>,
    pub(crate) front_signs: Signs,
    pub(crate) back_signs: Signs,
    pub(crate) original: Step,
    pub(crate) copy: Option<UnreadableReason>,
    pub(crate) face: FaceFindings,
    /// What was measured for these.
    pub(crate) faces: FaceEvidence,
    /// The selfie's template, with its quality.
    pub(crate) template: Option<(Template, f32)>,
    /// The template of the document's portrait, where it was wanted and is large enough to compare.
    pub(crate) portrait: Option<Template>,
}

/// What was measured of the faces.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FaceEvidence {
    /// Where the portrait is in the front's picture as it was sent, when it lies upright there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) portrait: Option<Rect>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) selfie: Option<Rect>,
    pub(crate) measures: Vec<FaceMeasure>,
}

impl FaceEvidence {
    pub(crate) fn measure(&mut self, of: Measured, measure: impl Into<f64>, threshold: impl Into<f64>) {
        self.measures.push(FaceMeasure { of, measure: measure.into(), threshold: threshold.into() });
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FaceMeasure {
    of: Measured,
    measure: f64,
    threshold: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Measured {
    /// Pixels between the eyes of the portrait; at least.
    PortraitEyeDistance,
    /// Pixels between the eyes of the selfie; at least.
    SelfieEyeDistance,
    /// How often strangers look as alike as portrait and selfie, 0..=1; at most.
    FalseMatchRate,
    /// Correlation of the two as pictures, -1..=1; from there on they are one photograph.
    SamePhotograph,
    /// Likeness of the selfie to live skin, 0..=1; down to there it is a picture of a picture.
    Texture,
    /// 0..=1, lower where the grid of a screen shows; the same.
    Pattern,
    /// Quality of the selfie, -100..=200; at least.
    Quality,
}
