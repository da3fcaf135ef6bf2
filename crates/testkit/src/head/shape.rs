//! The generic adult head that a portrait is laid over.
//!
//! Millimetres, origin between the eyes, x to the right of the picture, y down, z away from the camera. Widths and heights are
//! rounded adult means (Farkas, "Anthropometry of the Head and Face", 1994): inner corners of the eyes 33 apart, outer 90,
//! nose 35 wide and 20 proud of its base, mouth 52, eye level to chin 110, face 140 wide, head 190 long. Depths between
//! those points follow from a face's curves.

/// Half of the 68 points (iBUG order) with the index of their mirror image; those of the middle are their own.
const HALF: [(usize, usize, [f64; 3]); 39] = [
    (0, 16, [-72.0, 2.0, 75.0]),
    (1, 15, [-71.0, 22.0, 71.0]),
    (2, 14, [-68.0, 42.0, 65.0]),
    (3, 13, [-64.0, 60.0, 56.0]),
    (4, 12, [-56.0, 77.0, 44.0]),
    (5, 11, [-46.0, 91.0, 30.0]),
    (6, 10, [-33.0, 102.0, 16.0]),
    (7, 9, [-17.0, 109.0, 5.0]),
    (8, 8, [0.0, 111.0, 0.0]),
    (17, 26, [-58.0, -17.0, 18.0]),
    (18, 25, [-50.0, -24.0, 8.0]),
    (19, 24, [-38.0, -26.0, 0.0]),
    (20, 23, [-26.0, -24.0, -4.0]),
    (21, 22, [-13.0, -19.0, -7.0]),
    (27, 27, [0.0, -3.0, -9.0]),
    (28, 28, [0.0, 9.0, -15.0]),
    (29, 29, [0.0, 20.5, -22.0]),
    (30, 30, [0.0, 32.0, -29.0]),
    (31, 35, [-14.5, 41.0, -9.0]),
    (32, 34, [-7.5, 43.5, -13.0]),
    (33, 33, [0.0, 45.0, -16.0]),
    (36, 45, [-45.0, 0.5, 9.0]),
    (37, 44, [-36.5, -4.5, 3.0]),
    (38, 43, [-26.0, -4.5, 0.5]),
    (39, 42, [-16.5, 1.0, 1.5]),
    (40, 47, [-26.0, 4.5, 1.0]),
    (41, 46, [-36.5, 4.5, 3.5]),
    (48, 54, [-26.0, 66.5, -4.0]),
    (49, 53, [-17.0, 61.0, -11.0]),
    (50, 52, [-7.0, 58.5, -16.0]),
    (51, 51, [0.0, 60.0, -18.0]),
    (59, 55, [-16.0, 73.0, -9.0]),
    (58, 56, [-8.0, 76.5, -13.0]),
    (57, 57, [0.0, 77.0, -15.0]),
    (60, 64, [-23.0, 66.5, -5.0]),
    (61, 63, [-9.0, 65.0, -14.0]),
    (62, 62, [0.0, 65.5, -15.5]),
    (67, 65, [-8.0, 68.5, -13.5]),
    (66, 66, [0.0, 69.0, -14.5]),
];

/// Points between the landmarks that give the face its relief; mirrored unless x is 0.
const BETWEEN: [[f64; 3]; 31] = [
    // sides of the nose and the cheeks beside it
    [-10.0, 3.0, -1.0],
    [-9.0, 12.0, -6.0],
    [-12.5, 22.0, -6.0],
    [-10.0, 31.0, -18.0],
    [-19.0, 32.0, -1.0],
    [-24.0, 44.0, -2.0],
    [-24.0, 18.0, 3.0],
    // cheekbones and cheeks
    [-40.0, 17.0, 4.0],
    [-38.0, 34.0, 3.0],
    [-38.0, 52.0, 6.0],
    [-54.0, 18.0, 18.0],
    [-55.0, 40.0, 26.0],
    [-40.0, 72.0, 13.0],
    [-53.0, 62.0, 33.0],
    [-62.0, 10.0, 30.0],
    // under the lips, and the chin
    [0.0, 87.0, -7.0],
    [-14.0, 86.0, -4.0],
    [0.0, 99.0, -9.0],
    [-14.0, 98.0, -4.0],
    [-29.0, 90.0, 6.0],
    // forehead and temples
    [0.0, -22.0, -10.0],
    [0.0, -42.0, -8.0],
    [0.0, -62.0, 0.0],
    [0.0, -82.0, 14.0],
    [-28.0, -44.0, -3.0],
    [-26.0, -72.0, 9.0],
    [-50.0, -42.0, 14.0],
    [-44.0, -70.0, 22.0],
    [-63.0, -30.0, 34.0],
    [-66.0, -6.0, 40.0],
    [-60.0, -62.0, 42.0],
];

/// Landmarks that expression and outline leave alone: what scale and place are measured by.
pub(crate) const FIRM: [usize; 13] = [36, 39, 42, 45, 27, 28, 29, 30, 31, 33, 35, 48, 54];

/// The 68 landmarks of the generic head.
pub(crate) fn landmarks() -> [[f64; 3]; 68] {
    let mut points = [[0.0; 3]; 68];
    for (left, right, [x, y, z]) in HALF {
        points[right] = [-x, y, z];
        points[left] = [x, y, z];
    }
    points
}

/// The points between the landmarks, both halves.
pub(crate) fn between() -> Vec<[f64; 3]> {
    let mirrored = BETWEEN.iter().filter(|point| point[0] != 0.0).map(|[x, y, z]| [-x, *y, *z]);
    BETWEEN.iter().copied().chain(mirrored).collect()
}

/// Depth of the head's widest outline as seen from the front, behind the eyes.
pub(crate) const OUTLINE_DEPTH: f64 = 88.0;
/// From there to the front and the back of the skull.
pub(crate) const SKULL_DEPTH: f64 = 95.0;
/// The middle that directions are counted from: on the nose, so that the mesh is finest there.
pub(crate) const MIDDLE: [f64; 2] = [0.0, 25.0];
/// Where the head turns and nods on the neck, behind and under the eyes (the atlas, between the ears' lower ends).
pub(crate) const PIVOT: [f64; 3] = [0.0, 55.0, 95.0];
/// From the eyes to the top of the head, with flat hair.
pub(crate) const TOP: f64 = 120.0;

/// 0 up to `from`, 1 from `to` on, smooth between.
pub(crate) fn smoothstep(from: f64, to: f64, value: f64) -> f64 {
    let t = ((value - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Rotation that makes a frontal head look `yaw` degrees to the right of the picture and `pitch` up, and leaning `roll`
/// clockwise: the angles of `selfsame_vision::Pose`. Rows.
pub(crate) fn rotation(yaw: f64, pitch: f64, roll: f64) -> [[f64; 3]; 3] {
    let (sy, cy) = yaw.to_radians().sin_cos();
    let (sp, cp) = pitch.to_radians().sin_cos();
    let (sr, cr) = roll.to_radians().sin_cos();
    let about_y = [[cy, 0.0, -sy], [0.0, 1.0, 0.0], [sy, 0.0, cy]];
    let about_x = [[1.0, 0.0, 0.0], [0.0, cp, sp], [0.0, -sp, cp]];
    let about_z = [[cr, -sr, 0.0], [sr, cr, 0.0], [0.0, 0.0, 1.0]];
    product(&product(&about_y, &about_x), &about_z)
}

fn product(a: &[[f64; 3]; 3], b: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    std::array::from_fn(|row| std::array::from_fn(|column| (0..3).map(|k| a[row][k] * b[k][column]).sum()))
}

pub(crate) fn rotate(rotation: &[[f64; 3]; 3], p: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|row| (0..3).map(|k| rotation[row][k] * p[k]).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_landmark_has_a_place_and_halves_mirror() {
        let points = landmarks();
        for (index, point) in points.iter().enumerate() {
            assert!(*point != [0.0; 3], "landmark {index}");
        }
        for (left, right, _) in HALF {
            assert_eq!(points[left][0], -points[right][0]);
            assert_eq!(points[left][1..], points[right][1..]);
        }
        assert!(points[30][2] < points[8][2] && points[8][2] < points[0][2], "nose before chin before ears");
    }

    #[test]
    fn turning_right_brings_the_nose_to_the_right_and_up_up() {
        let nose = [0.0, 0.0, -100.0];
        assert!(rotate(&rotation(20.0, 0.0, 0.0), nose)[0] > 30.0);
        assert!(rotate(&rotation(0.0, 20.0, 0.0), nose)[1] < -30.0);
        // Clockwise: what was on top goes to the right.
        assert!(rotate(&rotation(0.0, 0.0, 20.0), [0.0, -100.0, 0.0])[0] > 30.0);
    }
}
