//! A face as a direction: the template.

use zeroize::{Zeroize, Zeroizing};

use super::FaceSighting;
use super::align::{CROP, alignment};
use crate::image::{Picture, fill_planes, warp_similarity};
use crate::inference::{Lane, Slot, VisionError};

/// A biometric template: a unit vector, and the mode (embedder and version) that it belongs to.
///
/// Wiped from memory when dropped; prints nothing of its values.
#[derive(Clone, PartialEq)]
pub struct Template {
    mode: String,
    values: Vec<f32>,
}

impl Drop for Template {
    fn drop(&mut self) {
        self.values.zeroize();
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Template").field("mode", &self.mode).finish_non_exhaustive()
    }
}

/// Why bytes are not a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("these bytes are no template; enrol the face again")]
    NotATemplate,
    #[error("the template has format {found}, this program reads {READS}; enrol the face again", READS = VERSION)]
    Version { found: u8 },
    #[error("the template is damaged; enrol the face again")]
    Damaged,
}

const MAGIC: &[u8; 4] = b"SSFT";
const VERSION: u8 = 1;

impl Template {
    /// A template of a vector of any length above 0; `None` when it has no direction.
    pub(super) fn new(mode: &str, mut values: Vec<f32>) -> Option<Self> {
        if normalise(&mut values).is_none() {
            values.zeroize();
            return None;
        }
        Some(Self { mode: mode.to_owned(), values })
    }

    /// The embedder's name and version.
    pub fn mode(&self) -> &str {
        &self.mode
    }

    /// The template of several pictures of one face: the mean of their vectors. `None` when there are none, when they are of different
    /// modes, or when they point away from each other.
    ///
    /// Whether the pictures show one person is for the caller to know: a mean of two people is alike to both.
    pub fn mean(templates: &[&Self]) -> Option<Self> {
        let (first, others) = templates.split_first()?;
        let alike = |other: &&Self| other.mode == first.mode && other.values.len() == first.values.len();
        if !others.iter().all(alike) {
            return None;
        }
        let mut sum = first.values.clone();
        for other in others {
            for (sum, value) in sum.iter_mut().zip(&other.values) {
                *sum += value;
            }
        }
        Self::new(&first.mode, sum)
    }

    /// The part that the first of two embedders made, of so many dimensions, as a template of that one's own mode.
    pub(crate) fn first_part(&self, mode: &str, dimensions: usize) -> Option<Self> {
        Self::new(mode, self.values.get(..dimensions)?.to_vec())
    }

    /// Number of dimensions.
    pub fn dimensions(&self) -> usize {
        self.values.len()
    }

    /// Cosine similarity, -1..=1, of two templates of one length.
    pub(super) fn cosine(&self, other: &Self) -> f32 {
        let dot: f32 = self.values.iter().zip(&other.values).map(|(a, b)| a * b).sum();
        dot.clamp(-1.0, 1.0)
    }

    /// Versioned bytes: `SSFT`, version 1, length of the mode (1 byte), the mode (UTF-8), number of values (u32, little
    /// endian), the values (f32, little endian). Not encrypted: that is the store's part.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(10 + self.mode.len() + self.values.len() * 4));
        bytes.extend_from_slice(MAGIC);
        bytes.push(VERSION);
        bytes.push(u8::try_from(self.mode.len()).unwrap_or(0));
        bytes.extend_from_slice(self.mode.as_bytes());
        bytes.extend_from_slice(&u32::try_from(self.values.len()).unwrap_or(0).to_le_bytes());
        for value in &self.values {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// [`TemplateError`]: other bytes, another version, a length that is not what it says, values that are not finite or not
    /// a unit vector.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TemplateError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(TemplateError::NotATemplate)?;
        let (&version, rest) = rest.split_first().ok_or(TemplateError::Damaged)?;
        if version != VERSION {
            return Err(TemplateError::Version { found: version });
        }
        let (&length, rest) = rest.split_first().ok_or(TemplateError::Damaged)?;
        let (mode, rest) = rest.split_at_checked(usize::from(length)).ok_or(TemplateError::Damaged)?;
        let mode = std::str::from_utf8(mode).map_err(|_| TemplateError::Damaged)?;
        let (count, rest) = rest.split_first_chunk::<4>().ok_or(TemplateError::Damaged)?;
        let count = u32::from_le_bytes(*count) as usize;
        if mode.is_empty() || count == 0 || count.checked_mul(4) != Some(rest.len()) {
            return Err(TemplateError::Damaged);
        }
        let values: Vec<f32> = rest.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        let template = Self { mode: mode.to_owned(), values };
        let square: f64 = template.values.iter().map(|v| f64::from(*v) * f64::from(*v)).sum();
        // NaN fails this too.
        if (square - 1.0).abs() < 1e-3 { Ok(template) } else { Err(TemplateError::Damaged) }
    }
}

/// A face's template, and what its making says of the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    pub template: Template,
    /// Length of the last embedder's vector before it was normalised: how much the network found that tells people apart, where the
    /// manifest says so. It is never a reason to find two faces more alike.
    pub length: f32,
}

/// What one network says of a face.
struct Direction {
    /// Of length 1.
    values: Zeroizing<Vec<f32>>,
    length: f32,
}

/// The template of the first embedder alone: for who follows a face from frame to frame.
pub(crate) fn embed_alone(
    lane: &mut Lane,
    picture: &Picture,
    face: &FaceSighting,
    mode: &str,
) -> Result<Template, VisionError> {
    let crop = aligned(lane, picture, face)?;
    let Direction { values, .. } = direction(lane, Slot::Embedder, &crop)?;
    template(mode, &values, Slot::Embedder)
}

/// The template of every embedder there is: the unit vectors one after another, with equal weight, so that the cosine of two
/// templates is the mean of the embedders' cosines.
pub(crate) fn embed(
    lane: &mut Lane,
    picture: &Picture,
    face: &FaceSighting,
    mode: &str,
) -> Result<Embedding, VisionError> {
    let crop = aligned(lane, picture, face)?;
    let mut values = Zeroizing::new(Vec::with_capacity(1024));
    let (mut length, mut last) = (0.0, Slot::Embedder);
    for slot in [Slot::Embedder, Slot::SecondEmbedder] {
        if lane.has(slot) {
            let made = direction(lane, slot, &crop)?;
            values.extend_from_slice(&made.values);
            (length, last) = (made.length, slot);
        }
    }
    Ok(Embedding { template: template(mode, &values, last)?, length })
}

fn aligned(
    lane: &mut Lane,
    picture: &Picture,
    face: &FaceSighting,
) -> Result<Zeroizing<Vec<u8>>, VisionError> {
    let map = alignment(&face.landmarks).ok_or(VisionError::NotFinite { slot: Slot::Landmarks.name() })?;
    Ok(Zeroizing::new(warp_similarity(picture, &mut lane.resizer, &map, CROP)))
}

fn direction(lane: &mut Lane, slot: Slot, crop: &[u8]) -> Result<Direction, VisionError> {
    let input = lane.input(slot).clone();
    let mut values = Zeroizing::new(lane.run(slot, &fill_planes(crop, &input))?.swap_remove(0));
    let length = normalise(&mut values).ok_or(VisionError::NotFinite { slot: slot.name() })?;
    Ok(Direction { values, length })
}

fn template(mode: &str, values: &[f32], slot: Slot) -> Result<Template, VisionError> {
    Template::new(mode, values.to_vec()).ok_or(VisionError::NotFinite { slot: slot.name() })
}

/// Brings a vector to length 1 and returns the length it had; `None` when it has no direction.
fn normalise(values: &mut [f32]) -> Option<f32> {
    let norm = values.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>().sqrt();
    if !(norm.is_finite() && norm > 1e-6) {
        return None;
    }
    for value in values {
        *value = (f64::from(*value) / norm) as f32;
    }
    Some(norm as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Template {
        Template::new("SELFSAME_TEST_1", (0..512).map(|i| (i as f32 * 0.37).sin()).collect()).unwrap()
    }

    #[test]
    fn survives_its_bytes() {
        let bytes = template().to_bytes();
        assert_eq!(Template::from_bytes(&bytes), Ok(template()));
    }

    #[test]
    fn every_cut_and_every_alien_byte_is_refused() {
        let bytes = template().to_bytes();
        for length in 0..bytes.len() {
            assert!(Template::from_bytes(&bytes[..length]).is_err(), "{length}");
        }
        let mut longer = bytes.to_vec();
        longer.push(0);
        assert_eq!(Template::from_bytes(&longer), Err(TemplateError::Damaged));
        let mut newer = bytes.to_vec();
        newer[4] = 2;
        assert_eq!(Template::from_bytes(&newer), Err(TemplateError::Version { found: 2 }));
        let mut alien = bytes.to_vec();
        let last = alien.len() - 4;
        alien[last..].copy_from_slice(&f32::NAN.to_le_bytes());
        assert_eq!(Template::from_bytes(&alien), Err(TemplateError::Damaged));
        alien[last..].copy_from_slice(&3.0_f32.to_le_bytes());
        assert_eq!(Template::from_bytes(&alien), Err(TemplateError::Damaged));
    }

    #[test]
    fn the_mean_lies_between_and_is_of_one_mode() {
        let template = |mode: &str, values: &[f32]| Template::new(mode, values.to_vec()).unwrap();
        let (a, b) = (template("M", &[1.0, 0.0]), template("M", &[0.0, 1.0]));
        let mean = Template::mean(&[&a, &b]).unwrap();
        assert!((mean.cosine(&a) - std::f32::consts::FRAC_1_SQRT_2).abs() < 1e-6);
        assert!((mean.cosine(&b) - mean.cosine(&a)).abs() < 1e-6);
        assert!(Template::mean(&[&a]) == Some(a.clone()));
        assert!(Template::mean(&[]).is_none());
        assert!(Template::mean(&[&a, &template("N", &[0.0, 1.0])]).is_none());
        assert!(Template::mean(&[&a, &template("M", &[0.0, 1.0, 0.0])]).is_none());
        assert!(
            Template::mean(&[&a, &template("M", &[-1.0, 0.0])]).is_none(),
            "they have no direction in common"
        );
    }

    #[test]
    fn the_first_part_is_what_the_first_embedder_made() {
        // Unit vectors of two embedders, with equal weight.
        let both = Template::new("BOTH", vec![0.6, 0.8, 0.0, 1.0, 0.0]).unwrap();
        let first = both.first_part("FIRST", 2).unwrap();
        assert!((first.cosine(&Template::new("FIRST", vec![0.6, 0.8]).unwrap()) - 1.0).abs() < 1e-6);
        assert_eq!((first.mode(), first.dimensions()), ("FIRST", 2));
        assert!(both.first_part("FIRST", 6).is_none());
    }

    #[test]
    fn prints_no_values() {
        assert_eq!(format!("{:?}", template()), r#"Template { mode: "SELFSAME_TEST_1", .. }"#);
    }

    #[test]
    fn a_vector_without_direction_is_none() {
        assert!(Template::new("M", vec![0.0; 8]).is_none());
        assert!(Template::new("M", vec![f32::INFINITY; 8]).is_none());
    }
}
