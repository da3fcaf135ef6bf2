//! The smooth surface through scattered points: thin-plate splines.

use nalgebra::{DMatrix, DVector};

/// A function of the plane that takes given values at given points and bends as little as possible between them
/// (Duchon, 1977: the kernel is r^2 log r).
#[derive(Debug, Clone)]
pub(crate) struct ThinPlate {
    points: Vec<[f64; 2]>,
    /// One per point, then the constant, x and y.
    weights: Vec<f64>,
}

impl ThinPlate {
    /// `values`: one per point. `slack`: how far the surface may miss them, 0 for not at all. `None` when the points lie on
    /// a line or two of them coincide.
    pub(crate) fn through(points: &[[f64; 2]], values: &[f64], slack: f64) -> Option<Self> {
        let count = points.len();
        let mut system = DMatrix::zeros(count + 3, count + 3);
        let mut wanted = DVector::zeros(count + 3);
        for (row, point) in points.iter().enumerate() {
            for (column, other) in points.iter().enumerate() {
                system[(row, column)] = kernel(point, other);
            }
            system[(row, row)] += slack;
            for (offset, value) in [1.0, point[0], point[1]].into_iter().enumerate() {
                system[(row, count + offset)] = value;
                system[(count + offset, row)] = value;
            }
            wanted[row] = values[row];
        }
        let weights: Vec<f64> = system.lu().solve(&wanted)?.iter().copied().collect();
        weights.iter().all(|weight| weight.is_finite()).then(|| Self { points: points.to_vec(), weights })
    }

    pub(crate) fn at(&self, x: f64, y: f64) -> f64 {
        let count = self.points.len();
        let bent: f64 = self
            .points
            .iter()
            .zip(&self.weights)
            .map(|(point, weight)| weight * kernel(point, &[x, y]))
            .sum();
        bent + self.weights[count] + self.weights[count + 1] * x + self.weights[count + 2] * y
    }
}

fn kernel(a: &[f64; 2], b: &[f64; 2]) -> f64 {
    let square = (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
    // r^2 log r, up to a factor that the weights take up.
    if square < 1e-18 { 0.0 } else { square * square.ln() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_through_its_points_and_keeps_a_plane_plane() {
        let points = [[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0], [4.0, 6.0]];
        let plane: Vec<f64> = points.iter().map(|p| 3.0 + 2.0 * p[0] - p[1]).collect();
        let flat = ThinPlate::through(&points, &plane, 0.0).unwrap();
        assert!((flat.at(7.0, -3.0) - 20.0).abs() < 1e-6);
        let bump = ThinPlate::through(&points, &[0.0, 0.0, 0.0, 0.0, 5.0], 0.0).unwrap();
        assert!((bump.at(4.0, 6.0) - 5.0).abs() < 1e-6 && bump.at(7.0, 8.0) < 5.0);
    }

    #[test]
    fn points_on_a_line_span_no_surface() {
        assert!(ThinPlate::through(&[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]], &[0.0, 1.0, 0.0], 0.0).is_none());
    }
}
