//! Plane to plane, through a lens.

/// Maps points of one plane to another: `[x, y, 1]` times the matrix, divided by the third component.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Homography([[f64; 3]; 3]);

impl Homography {
    /// From four points to four others; `None` when three of either lie on one line.
    pub(crate) fn between(from: [[f64; 2]; 4], to: [[f64; 2]; 4]) -> Option<Self> {
        Some(Self::from_unit_square(to)?.after(&Self::from_unit_square(from)?.inverse()?))
    }

    /// From (0, 0), (1, 0), (1, 1), (0, 1) to four points (P. Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989,
    /// section 2.2.3).
    fn from_unit_square([a, b, c, d]: [[f64; 2]; 4]) -> Option<Self> {
        let sum = [a[0] - b[0] + c[0] - d[0], a[1] - b[1] + c[1] - d[1]];
        let (u, v) = ([b[0] - c[0], b[1] - c[1]], [d[0] - c[0], d[1] - c[1]]);
        let area = u[0] * v[1] - v[0] * u[1];
        if !area.is_normal() {
            return None;
        }
        let g = (sum[0] * v[1] - v[0] * sum[1]) / area;
        let h = (u[0] * sum[1] - sum[0] * u[1]) / area;
        let found = Self([
            [b[0] - a[0] + g * b[0], d[0] - a[0] + h * d[0], a[0]],
            [b[1] - a[1] + g * b[1], d[1] - a[1] + h * d[1], a[1]],
            [g, h, 1.0],
        ]);
        found.inverse().map(|_| found)
    }

    fn after(&self, first: &Self) -> Self {
        let (a, b) = (&self.0, &first.0);
        Self(std::array::from_fn(|row| {
            std::array::from_fn(|column| (0..3).map(|k| a[row][k] * b[k][column]).sum())
        }))
    }

    /// The way back; `None` where everything lies on one line.
    pub(crate) fn inverse(&self) -> Option<Self> {
        let m = &self.0;
        let minor = |r: usize, c: usize| {
            let (r1, r2, c1, c2) = ((r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3);
            m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]
        };
        let determinant: f64 = (0..3).map(|c| m[0][c] * minor(0, c)).sum();
        let scale = m.iter().flatten().fold(0.0_f64, |most, value| most.max(value.abs())).powi(3);
        if !determinant.is_finite() || determinant.abs() <= scale * 1e-12 {
            return None;
        }
        Some(Self(std::array::from_fn(|row| std::array::from_fn(|column| minor(column, row) / determinant))))
    }

    pub(crate) fn map(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [u, v, w] = [0, 1, 2].map(|row| self.0[row][0] * x + self.0[row][1] * y + self.0[row][2]);
        [u / w, v / w]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_points_go_where_they_should_and_back() {
        let page = [[0.0, 0.0], [856.0, 0.0], [856.0, 540.0], [0.0, 540.0]];
        let seen = [[120.0, 80.0], [900.0, 150.0], [820.0, 640.0], [60.0, 500.0]];
        let there = Homography::between(page, seen).unwrap();
        let back = there.inverse().unwrap();
        for (from, to) in page.into_iter().zip(seen) {
            let ([x, y], [u, v]) = (there.map(from), back.map(to));
            assert!((x - to[0]).hypot(y - to[1]) < 1e-6 && (u - from[0]).hypot(v - from[1]) < 1e-6);
        }
        // Straight lines stay straight: the crossing of the diagonals is mapped to the crossing of the diagonals.
        let [x, y] = there.map([428.0, 270.0]);
        let cross = |a: [f64; 2], b: [f64; 2]| (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]);
        assert!(cross(seen[0], seen[2]).abs() < 1e-6 && cross(seen[1], seen[3]).abs() < 1e-6);
    }

    #[test]
    fn three_points_on_a_line_are_no_plane() {
        let flat = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [0.0, 1.0]];
        let page = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
        assert_eq!(Homography::between(flat, page), None);
        assert_eq!(Homography::between(page, flat), None);
    }
}
