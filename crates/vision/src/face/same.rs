//! Whether two pictures hold the same photograph of a face, be it mirrored, not only the same person.

use zeroize::Zeroizing;

use super::FaceSighting;
use super::align::{CROP, alignment};
use crate::image::{Picture, warp_similarity};
use crate::inference::Slot;
use crate::inference::{Lane, VisionError};

/// Normalised correlation of the luma of the two faces, brought into the same place: -1..=1. A photograph and its own copy, smaller or
/// compressed again, are above 0.95; two photographs of one person seldom are above 0.9. The larger one of `b` as it is and of its mirror
/// image: cameras that face their user mirror, and so does who wants to hide a copy.
pub(crate) fn correlation(
    lane: &mut Lane,
    a: (&Picture, &FaceSighting),
    b: (&Picture, &FaceSighting),
) -> Result<f32, VisionError> {
    let mut luma = |(picture, face): (&Picture, &FaceSighting)| {
        let map =
            alignment(&face.landmarks).ok_or(VisionError::NotFinite { slot: Slot::Landmarks.name() })?;
        let crop = Zeroizing::new(warp_similarity(picture, &mut lane.resizer, &map, CROP));
        let grey = crop
            .as_chunks::<3>()
            .0
            .iter()
            .map(|[r, g, b]| 0.299 * f32::from(*r) + 0.587 * f32::from(*g) + 0.114 * f32::from(*b));
        Ok::<_, VisionError>(Zeroizing::new(grey.collect::<Vec<f32>>()))
    };
    let (a, b) = (luma(a)?, luma(b)?);
    Ok(either_way(&a, &b))
}

fn either_way(a: &[f32], b: &[f32]) -> f32 {
    normalised(a, b).max(normalised(a, &mirrored(b)))
}

/// The same square with left and right exchanged.
fn mirrored(luma: &[f32]) -> Zeroizing<Vec<f32>> {
    let rows = luma.chunks_exact(CROP as usize);
    Zeroizing::new(rows.flat_map(|row| row.iter().rev().copied()).collect())
}

/// 0 where one of them is flat.
fn normalised(a: &[f32], b: &[f32]) -> f32 {
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len().max(1) as f32;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut dot, mut square_a, mut square_b) = (0.0_f64, 0.0_f64, 0.0_f64);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (f64::from(a - mean_a), f64::from(b - mean_b));
        dot += a * b;
        square_a += a * a;
        square_b += b * b;
    }
    let scale = (square_a * square_b).sqrt();
    if scale < 1e-6 { 0.0 } else { (dot / scale) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brightness_and_contrast_do_not_matter_and_flat_is_nothing() {
        let a: Vec<f32> = (0_u8..100).map(|at| f32::from(u16::from(at) * 37 % 101)).collect();
        let b: Vec<f32> = a.iter().map(|value| value * 0.5 + 40.0).collect();
        let c: Vec<f32> = a.iter().map(|value| 200.0 - value).collect();
        assert!((normalised(&a, &b) - 1.0).abs() < 1e-5);
        assert!((normalised(&a, &c) + 1.0).abs() < 1e-5);
        assert_eq!(normalised(&a, &[7.0; 100]), 0.0);
    }
    #[test]
    fn a_mirror_image_is_the_same_photograph() {
        let side = u16::try_from(CROP).unwrap();
        let at = |x: u16, y: u16| f32::from(x) + f32::from(x * 7 % 13) + f32::from(y * 5 % 11);
        let a: Vec<f32> = (0..side).flat_map(|y| (0..side).map(move |x| at(x, y))).collect();
        let b = mirrored(&a);
        assert!(normalised(&a, &b) < 0.0, "only its mirror image is alike");
        assert!((either_way(&a, &b) - 1.0).abs() < 1e-5);
        assert!((either_way(&a, &a) - 1.0).abs() < 1e-5);
        assert_eq!(mirrored(&b).as_slice(), a);
    }
}
