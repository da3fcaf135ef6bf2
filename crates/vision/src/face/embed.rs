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
        let norm = values.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>().sqrt();
        if !(norm.is_finite() && norm > 1e-6) {
            values.zeroize();
            return None;
        }
        for value in &mut values {
            *value = (f64::from(*value) / norm) as f32;
        }
        Some(Self { mode: mode.to_owned(), values })
    }

    /// The embedder's name and version.
    pub fn mode(&self) -> &str {
        &self.mode
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

/// The template of a face.
pub(crate) fn embed(
    lane: &mut Lane,
    picture: &Picture,
    face: &FaceSighting,
    mode: &str,
) -> Result<Template, VisionError> {
    let map = alignment(&face.landmarks).ok_or(VisionError::NotFinite { slot: Slot::Landmarks.name() })?;
    let input = lane.input(Slot::Embedder).clone();
    let crop = Zeroizing::new(warp_similarity(picture, &mut lane.resizer, &map, CROP));
    let values = lane.run(Slot::Embedder, &fill_planes(&crop, &input))?.swap_remove(0);
    Template::new(mode, values).ok_or(VisionError::NotFinite { slot: Slot::Embedder.name() })
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
    fn prints_no_values() {
        assert_eq!(format!("{:?}", template()), r#"Template { mode: "SELFSAME_TEST_1", .. }"#);
    }

    #[test]
    fn a_vector_without_direction_is_none() {
        assert!(Template::new("M", vec![0.0; 8]).is_none());
        assert!(Template::new("M", vec![f32::INFINITY; 8]).is_none());
    }
}
