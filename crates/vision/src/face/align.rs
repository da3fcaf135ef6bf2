//! From 68 points to the five that the embedder was trained on, and the similarity that brings them into place.

use super::Landmarks;
use crate::image::Similarity;

/// Side of an aligned crop, in pixels.
pub(crate) const CROP: u32 = 112;

/// Where eye centres, nose tip and mouth corners lie in a crop of 112 x 112: the template of the ArcFace reference alignment
/// (Deng et al., 2019), which MobileFaceNet was trained with.
const TEMPLATE: [[f64; 2]; 5] =
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]];

/// Eye centres (mean of the lids' four points), nose tip, mouth corners (mean of the outer and the inner corner).
pub(super) fn five_points(landmarks: &Landmarks) -> [[f64; 2]; 5] {
    let mean = |points: &[usize]| {
        let count = points.len() as f64;
        let sum = points.iter().fold([0.0, 0.0], |sum, &at| {
            [sum[0] + f64::from(landmarks[at][0]), sum[1] + f64::from(landmarks[at][1])]
        });
        [sum[0] / count, sum[1] / count]
    };
    [mean(&[37, 38, 40, 41]), mean(&[43, 44, 46, 47]), mean(&[30]), mean(&[48, 60]), mean(&[54, 64])]
}

/// The similarity (rotation, scale, shift; no mirror) that brings the face closest to the template, by least squares.
/// `None` when the points coincide.
pub(crate) fn alignment(landmarks: &Landmarks) -> Option<Similarity> {
    fit(&five_points(landmarks), &TEMPLATE)
}

/// Least squares over `x' = a x - b y + tx`, `y' = b x + a y + ty`, which is linear in its four unknowns; with centred points
/// the solution is two dot products.
fn fit(from: &[[f64; 2]; 5], to: &[[f64; 2]; 5]) -> Option<Similarity> {
    let centre = |points: &[[f64; 2]; 5]| {
        let sum = points.iter().fold([0.0, 0.0], |sum, p| [sum[0] + p[0], sum[1] + p[1]]);
        [sum[0] / 5.0, sum[1] / 5.0]
    };
    let (cf, ct) = (centre(from), centre(to));
    let (mut square, mut along, mut across) = (0.0, 0.0, 0.0);
    for (f, t) in from.iter().zip(to) {
        let (fx, fy) = (f[0] - cf[0], f[1] - cf[1]);
        let (tx, ty) = (t[0] - ct[0], t[1] - ct[1]);
        square += fx * fx + fy * fy;
        along += fx * tx + fy * ty;
        across += fx * ty - fy * tx;
    }
    let (a, b) = (along / square, across / square);
    // A spread under a tenth of a pixel is no face.
    if !(square > 0.05 && a.is_finite() && b.is_finite() && a.hypot(b) > 1e-6) {
        return None;
    }
    Some(Similarity { a, b, tx: ct[0] - a * cf[0] + b * cf[1], ty: ct[1] - b * cf[0] - a * cf[1] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovers_a_known_similarity() {
        for (angle, scale, shift) in
            [(0.0_f64, 1.0, [0.0, 0.0]), (0.4, 3.5, [120.0, -7.0]), (-2.9, 0.2, [3.0, 900.0])]
        {
            let (sin, cos) = angle.sin_cos();
            let placed = TEMPLATE.map(|[x, y]| {
                [scale * (cos * x - sin * y) + shift[0], scale * (sin * x + cos * y) + shift[1]]
            });
            let map = fit(&placed, &TEMPLATE).unwrap();
            assert!((map.scale() - 1.0 / scale).abs() < 1e-9);
            for (p, t) in placed.iter().zip(&TEMPLATE) {
                let back = map.source(t[0], t[1]);
                assert!((back.0 - p[0]).abs() < 1e-6 && (back.1 - p[1]).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_single_point_is_no_face() {
        assert!(alignment(&[[5.0, 5.0]; 68]).is_none());
        assert!(alignment(&[[f32::NAN, 5.0]; 68]).is_none());
    }
}
