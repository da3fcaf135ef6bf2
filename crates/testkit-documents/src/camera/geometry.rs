//! From the page to the photo.

use nalgebra::{Matrix3, SMatrix, SVector, Vector3};
use serde::{Serialize, Serializer};

use super::Shot;

/// A projective map of the plane, applied to columns (x, y, 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Homography(Matrix3<f64>);

impl Homography {
    /// Maps a point.
    #[must_use]
    pub fn map(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let mapped = self.0 * Vector3::new(f64::from(x), f64::from(y), 1.0);
        [(mapped.x / mapped.z) as f32, (mapped.y / mapped.z) as f32]
    }

    /// The map back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        match self.0.try_inverse() {
            Some(inverse) => Self(inverse),
            None => unreachable!("a page seen from its front does not collapse"),
        }
    }

    /// Row by row.
    #[must_use]
    pub fn rows(&self) -> [[f64; 3]; 3] {
        std::array::from_fn(|row| std::array::from_fn(|column| self.0[(row, column)]))
    }

    /// The map that takes four points to four others; `None` when three of them are in line.
    #[must_use]
    pub fn between(from: [[f32; 2]; 4], to: [[f32; 2]; 4]) -> Option<Self> {
        let mut a = SMatrix::<f64, 8, 8>::zeros();
        let mut b = SVector::<f64, 8>::zeros();
        for (at, (from, to)) in from.into_iter().zip(to).enumerate() {
            let ([x, y], [u, v]) = (from.map(f64::from), to.map(f64::from));
            let rows =
                [[x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y]];
            for (row, values) in rows.into_iter().enumerate() {
                for (column, value) in values.into_iter().enumerate() {
                    a[(2 * at + row, column)] = value;
                }
            }
            b[2 * at] = u;
            b[2 * at + 1] = v;
        }
        let h = a.lu().solve(&b)?;
        Some(Self(Matrix3::new(h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], 1.0)))
    }

    /// The map of a shot, for a page of this width and height in pixels. A page to be kept whole is brought in by steps until its
    /// corners are a hundredth of the photo inside.
    #[must_use]
    pub fn of_shot(page: (u32, u32), shot: &Shot) -> Self {
        let mut shot = shot.clone();
        loop {
            let homography = Self::placed(page, &shot);
            let (width, height) = (shot.size.0 as f32, shot.size.1 as f32);
            let within = |value: f32, size: f32| (size * 0.01..=size * 0.99).contains(&value);
            let corners = frame(page).map(|corner| homography.map(corner));
            if !shot.keep_whole || corners.iter().all(|[x, y]| within(*x, width) && within(*y, height)) {
                return homography;
            }
            shot.fill *= 0.97;
            shot.centre = (0.5 + (shot.centre.0 - 0.5) * 0.9, 0.5 + (shot.centre.1 - 0.5) * 0.9);
        }
    }

    /// The page turned and tilted before a camera of a phone's usual angle (focal length 0.9 of the photo's longer side).
    fn placed((width, height): (u32, u32), shot: &Shot) -> Self {
        let (photo_w, photo_h) = (shot.size.0 as f32, shot.size.1 as f32);
        let (w, h) = (width as f32, height as f32);
        // At quarter turns the other side limits.
        let upright = shot.rotation.to_radians().cos().abs() >= std::f32::consts::FRAC_1_SQRT_2;
        let (across, down) = if upright { (w, h) } else { (h, w) };
        let scale = shot.fill * (photo_w / across).min(photo_h / down);
        let focal = 0.9 * photo_w.max(photo_h);
        let (turn, yaw, pitch) =
            (shot.rotation.to_radians(), shot.tilt.0.to_radians(), shot.tilt.1.to_radians());
        let project = |[x, y]: [f32; 2]| {
            let (x, y) = ((x - w / 2.0) * scale, (y - h / 2.0) * scale);
            let (x, y) = (x * turn.cos() - y * turn.sin(), x * turn.sin() + y * turn.cos());
            let (x, z) = (x * yaw.cos(), x * yaw.sin());
            let (y, z) = (y * pitch.cos() - z * pitch.sin(), y * pitch.sin() + z * pitch.cos());
            let nearer = focal / (focal + z);
            [shot.centre.0 * photo_w + x * nearer, shot.centre.1 * photo_h + y * nearer]
        };
        let corners = frame((width, height));
        match Self::between(corners, corners.map(project)) {
            Some(homography) => homography,
            None => unreachable!("a page tilted by less than a right angle keeps its corners apart"),
        }
    }
}

impl Serialize for Homography {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rows().serialize(serializer)
    }
}

/// The corners of a picture, clockwise from the upper left.
pub(crate) fn frame((width, height): (u32, u32)) -> [[f32; 2]; 4] {
    let (w, h) = (width as f32, height as f32);
    [[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]]
}
