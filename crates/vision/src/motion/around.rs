//! Whether what is around a face moves with it, as on a sheet or a screen that is held, or stays where it is.
//!
//! Corners cannot be followed on a plain wall, nor across the jerks of a hand at a few frames a second. So the question is put
//! the other way round: an earlier picture is laid over the present one twice, once as it was and once carried along with the
//! face (by the similarity of its landmarks), and each time the difference is taken around the face. On a flat thing that is
//! moved the picture that was carried along fits; in a room that stands still the one that was left does.

use selfsame_domain::Rect;

use super::grey::Grey;

/// How well an earlier picture explains the present one in a zone: mean differences in grey levels beyond noise, exposure
/// taken out.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Explained {
    /// What remains when the earlier picture is carried along with the face.
    pub carried: f32,
    /// What remains when it is left where it was.
    pub left: f32,
}

/// A comparison with an earlier picture, some time before.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Around {
    /// A ring about the head, down to the chin.
    pub near: Explained,
    /// Everything but the person.
    pub far: Explained,
    /// A narrower ring, clear of the hair, with the camera's own motion taken out of the picture that was left: see `drift`.
    pub steadied: Explained,
    /// How far the face moved meanwhile, over the distance of the eyes.
    pub moved: f32,
    /// How many times as large the face became meanwhile.
    pub grown: f32,
}

/// Time between the pictures that are compared, in ms: long enough for a face to move beyond the trembling of landmarks.
const APART: f64 = 350.0;
/// Width of the pictures that are compared. Coarse, so that landmarks need not be exact.
const WIDTH: usize = 80;
/// Differences that sensor noise and JPEG leave at this size, in grey levels.
const NOISE: f32 = 1.2;
/// A zone of fewer pixels says nothing.
const LEAST_PIXELS: usize = 30;
/// How far the camera's own motion is looked for between two pictures, in pixels at [`WIDTH`]: a twentieth of the view.
const MOST_DRIFT: i32 = 4;
/// By how much a shift must fit better than a smaller one to be believed: before a plain wall all fit alike.
const BETTER: f32 = 0.98;
/// Every second row and column tells the drift as well as all do, in a quarter of the time.
const STRIDE: usize = 2;
/// Half the width and height of the box that holds the head, in those of the face.
const HEAD: (f32, f32) = (0.62, 0.68);
/// The ring that is clear of the hair, over the box that holds the head. Rendered people and films on phones lie furthest apart
/// there: nearer in, hair moves with the face, further out there is room beside a phone.
const CLEAR: std::ops::Range<f32> = 1.2..1.6;
/// Corners of eyes and mouth, bridge and base of the nose: rigid enough to say how the face as a whole moved (iBUG).
const ANCHORS: [usize; 11] = [36, 39, 42, 45, 27, 30, 31, 33, 35, 48, 54];

/// A picture that later ones are compared with.
#[derive(Debug)]
pub(super) struct Earlier {
    small: Grey,
    anchors: [[f32; 2]; ANCHORS.len()],
    eyes: f32,
    bounds: Rect,
    millis: f64,
}

impl Earlier {
    /// `None` without the 68 landmarks.
    pub(super) fn new(base: &Grey, bounds: Rect, landmarks: &[[f32; 2]], millis: f64) -> Option<Self> {
        let small = base.reduced(WIDTH).softened();
        let scale = small.width as f32 / base.width.max(1) as f32;
        let mut anchors = [[0.0; 2]; ANCHORS.len()];
        for (anchor, index) in anchors.iter_mut().zip(ANCHORS) {
            *anchor = landmarks.get(index)?.map(|value| value * scale);
        }
        let middle = |a: usize, b: usize| {
            [(anchors[a][0] + anchors[b][0]) / 2.0, (anchors[a][1] + anchors[b][1]) / 2.0]
        };
        let (right, left) = (middle(0, 1), middle(2, 3));
        let eyes = (left[0] - right[0]).hypot(left[1] - right[1]);
        (eyes > 1.0).then(|| Self { small, anchors, eyes, bounds: bounds.scaled(scale, scale), millis })
    }

    pub(super) fn is_due(&self, millis: f64) -> bool {
        // A clock that ran backwards begins anew.
        !(self.millis..self.millis + APART).contains(&millis)
    }

    /// `None` when the pictures differ in size, or time ran backwards.
    pub(super) fn compared_with(&self, now: &Self) -> Option<Around> {
        let (before, after) = (&self.small, &now.small);
        if (before.width, before.height) != (after.width, after.height) || now.millis < self.millis {
            return None;
        }
        let (turn, shift) = similarity(&now.anchors, &self.anchors)?;
        let drift = self.drift(now);
        let mut near = (Vec::new(), Vec::new());
        let mut far = (Vec::new(), Vec::new());
        let mut steadied = (Vec::new(), Vec::new());
        for y in 0..after.height {
            for x in 0..after.width {
                let (fx, fy) = (x as f32, y as f32);
                let (is_near, is_far) = (now.ring(fx, fy), !self.person(fx, fy) && !now.person(fx, fy));
                if !is_near && !is_far {
                    continue;
                }
                // Where in the earlier picture the face's motion puts what is here now.
                let (px, py) =
                    (turn[0] * fx - turn[1] * fy + shift[0], turn[1] * fx + turn[0] * fy + shift[1]);
                if !before.spans(px, py) {
                    continue;
                }
                let here = after.values[y * after.width + x];
                let carried = before.at(px, py) - here;
                let left = before.values[y * before.width + x] - here;
                for (zone, inside) in [(&mut near, is_near), (&mut far, is_far)] {
                    if inside {
                        zone.0.push(carried);
                        zone.1.push(left);
                    }
                }
                let (sx, sy) = (fx - drift[0], fy - drift[1]);
                if is_near && CLEAR.contains(&now.reach(fx, fy)) && before.spans(sx, sy) {
                    steadied.0.push(carried);
                    steadied.1.push(before.at(sx, sy) - here);
                }
            }
        }
        let moved =
            self.anchors.iter().zip(&now.anchors).map(|(a, b)| (b[0] - a[0]).hypot(b[1] - a[1])).sum::<f32>()
                / ANCHORS.len() as f32
                / self.eyes;
        let grown = 1.0 / turn[0].hypot(turn[1]);
        Some(Around {
            near: explained(near),
            far: explained(far),
            steadied: explained(steadied),
            moved,
            grown,
        })
    }

    /// How far the camera moved meanwhile: the shift that lays what is not the person best over the present picture. The room behind
    /// a phone tells that of the camera before it, so no film is steadied by its own motion. A sheet that fills the view is, but a
    /// shift cannot make it larger.
    fn drift(&self, now: &Self) -> [f32; 2] {
        let (before, after) = (&self.small, &now.small);
        let mut places = Vec::new();
        for y in (0..after.height).step_by(STRIDE) {
            for x in (0..after.width).step_by(STRIDE) {
                let (fx, fy) = (x as f32, y as f32);
                if !self.person(fx, fy) && !now.person(fx, fy) {
                    places.push((fx, fy, after.values[y * after.width + x]));
                }
            }
        }
        let mut best = ([0.0; 2], cost(before, &places, [0.0; 2]));
        for (step, reach) in [(1.0, MOST_DRIFT), (0.5, 1), (0.25, 1)] {
            let around = best.0;
            for down in -reach..=reach {
                for across in -reach..=reach {
                    let shift = [around[0] + across as f32 * step, around[1] + down as f32 * step];
                    let cost = cost(before, &places, shift);
                    if cost < best.1 * BETTER {
                        best = (shift, cost);
                    }
                }
            }
        }
        best.0
    }

    /// How far from the face's middle, over the reach of the box that holds the head.
    fn reach(&self, x: f32, y: f32) -> f32 {
        let (across, down) = self.offset(x, y);
        (across / HEAD.0).max(down.abs() / HEAD.1)
    }

    /// Offset from the face's middle, in its widths and heights.
    fn offset(&self, x: f32, y: f32) -> (f32, f32) {
        let centre = self.bounds.centre();
        ((x - centre.x).abs() / self.bounds.width.max(1.0), (y - centre.y) / self.bounds.height.max(1.0))
    }

    /// Head, hair and what is below: the part that a person fills.
    fn person(&self, x: f32, y: f32) -> bool {
        let (across, down) = self.offset(x, y);
        across <= 0.85 && down >= -0.82
    }

    /// About the head, but not the face itself, nor the neck that moves with it.
    fn ring(&self, x: f32, y: f32) -> bool {
        let (across, down) = self.offset(x, y);
        self.reach(x, y) > 1.0 && across <= 1.15 && (-1.05..=0.55).contains(&down)
    }
}

/// The similarity (least squares, as a complex number and a shift) that takes the first points to the second.
fn similarity(from: &[[f32; 2]], to: &[[f32; 2]]) -> Option<([f32; 2], [f32; 2])> {
    let count = from.len() as f32;
    let mean = |points: &[[f32; 2]]| {
        let sum = points.iter().fold([0.0; 2], |sum, point| [sum[0] + point[0], sum[1] + point[1]]);
        [sum[0] / count, sum[1] / count]
    };
    let (a, b) = (mean(from), mean(to));
    let (mut real, mut imaginary, mut square) = (0.0_f32, 0.0_f32, 0.0_f32);
    for (p, q) in from.iter().zip(to) {
        let (px, py, qx, qy) = (p[0] - a[0], p[1] - a[1], q[0] - b[0], q[1] - b[1]);
        real += qx * px + qy * py;
        imaginary += qy * px - qx * py;
        square += px * px + py * py;
    }
    // Also when it is no number.
    if square.partial_cmp(&1e-3) != Some(std::cmp::Ordering::Greater) {
        return None;
    }
    let turn = [real / square, imaginary / square];
    let shift = [b[0] - (turn[0] * a[0] - turn[1] * a[1]), b[1] - (turn[1] * a[0] + turn[0] * a[1])];
    turn.iter().chain(&shift).all(|value| value.is_finite()).then_some((turn, shift))
}

/// Mean difference that is left at `places` when the picture is shifted, exposure taken out. Infinite where too little remains in view.
fn cost(before: &Grey, places: &[(f32, f32, f32)], [dx, dy]: [f32; 2]) -> f32 {
    let differences: Vec<f32> = places
        .iter()
        .filter(|(x, y, _)| before.spans(x - dx, y - dy))
        .map(|(x, y, here)| before.at(x - dx, y - dy) - here)
        .collect();
    if differences.len() < LEAST_PIXELS.max(places.len() / 2) {
        return f32::INFINITY;
    }
    let count = differences.len() as f32;
    let mean = differences.iter().sum::<f32>() / count;
    differences.iter().map(|value| (value - mean).abs()).sum::<f32>() / count
}

fn explained((carried, left): (Vec<f32>, Vec<f32>)) -> Explained {
    Explained { carried: remaining(carried), left: remaining(left) }
}

/// Mean difference beyond noise, less the median difference, which is exposure.
fn remaining(mut differences: Vec<f32>) -> f32 {
    let count = differences.len();
    if count < LEAST_PIXELS {
        return 0.0;
    }
    let (_, median, _) = differences.select_nth_unstable_by(count / 2, f32::total_cmp);
    let median = *median;
    differences.iter().map(|value| ((value - median).abs() - NOISE).max(0.0)).sum::<f32>() / count as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waves that move by `room`, and inside the box about (160 + face, 90) by `face`.
    fn picture(face: f32, room: f32) -> Grey {
        let mut values = Vec::new();
        for y in 0..180_u16 {
            for x in 0..320_u16 {
                let (fx, fy) = (f32::from(x), f32::from(y));
                let inside = (fx - 160.0 - face).abs() < 34.0 && (fy - 90.0).abs() < 42.0;
                let u = fx - if inside { face } else { room };
                values.push(128.0 + 60.0 * (u * 0.09).sin() * (fy * 0.07).cos());
            }
        }
        Grey { width: 320, height: 180, values }
    }

    fn earlier(face: f32, room: f32, millis: f64) -> Earlier {
        let bounds = Rect { x: 130.0 + face, y: 50.0, width: 60.0, height: 80.0 };
        let mut landmarks = [[0.0_f32; 2]; 68];
        for (index, point) in landmarks.iter_mut().enumerate() {
            *point = [140.0 + face + (index % 8) as f32 * 5.0, 60.0 + (index / 8) as f32 * 7.0];
        }
        Earlier::new(&picture(face, room), bounds, &landmarks, millis).expect("a face")
    }

    #[test]
    fn a_room_stays_and_a_sheet_is_carried_along() {
        let before = earlier(0.0, 0.0, 0.0);
        let person = before.compared_with(&earlier(16.0, 0.0, 400.0)).expect("two pictures");
        assert!(person.near.left * 4.0 < person.near.carried, "{person:?}");
        assert!(person.far.left < 0.1 && person.far.carried > 1.0, "{person:?}");
        let sheet = before.compared_with(&earlier(16.0, 16.0, 400.0)).expect("two pictures");
        assert!(sheet.near.carried * 4.0 < sheet.near.left, "{sheet:?}");
        assert!(sheet.far.carried * 4.0 < sheet.far.left, "{sheet:?}");
        assert!(person.moved > 0.2 && (person.moved - sheet.moved).abs() < 1e-3);
        assert!((person.grown - 1.0).abs() < 1e-3, "{person:?}");
    }

    #[test]
    fn how_much_larger_a_face_became_is_told() {
        let (before, mut after) = (earlier(0.0, 0.0, 0.0), earlier(0.0, 0.0, 400.0));
        let [x, y] = after.anchors[0];
        after.anchors = after.anchors.map(|[ax, ay]| [x + 1.25 * (ax - x), y + 1.25 * (ay - y)]);
        let grown =
            |before: &Earlier, after: &Earlier| before.compared_with(after).map(|around| around.grown);
        assert!((grown(&before, &after).unwrap() - 1.25).abs() < 1e-3);
        after.millis = -400.0;
        assert!((grown(&after, &before).unwrap() - 0.8).abs() < 1e-3);
    }

    #[test]
    fn a_camera_that_shakes_is_no_sheet() {
        // The camera moved by two pixels of 80 (eight of 320), and the person besides.
        let before = earlier(0.0, 0.0, 0.0);
        let shaken = before.compared_with(&earlier(20.0, 8.0, 400.0)).expect("two pictures");
        assert!(shaken.steadied.left * 4.0 < shaken.steadied.carried, "{shaken:?}");
        let own = |zone: Explained| zone.carried / (zone.carried + zone.left);
        assert!(own(shaken.near) < own(shaken.steadied) - 0.1, "{shaken:?}");
        assert_eq!(before.drift(&earlier(16.0, 0.0, 400.0)), [0.0, 0.0], "a person who moves alone");
        let [across, down] = before.drift(&earlier(20.0, 8.0, 400.0));
        assert!((across - 2.0).abs() < 0.3 && down.abs() < 0.3, "{across} {down}");
    }

    #[test]
    fn before_a_plain_wall_there_is_no_drift() {
        let plain = |millis| {
            let mut one = earlier(0.0, 0.0, millis);
            one.small.values.fill(90.0);
            one
        };
        assert_eq!(plain(0.0).drift(&plain(400.0)), [0.0, 0.0]);
    }

    #[test]
    fn no_motion_explains_nothing() {
        let still = earlier(0.0, 0.0, 0.0).compared_with(&earlier(0.0, 0.0, 400.0)).expect("two pictures");
        assert_eq!((still.near, still.far, still.moved), (Explained::default(), Explained::default(), 0.0));
    }

    #[test]
    fn time_and_faces_may_be_nonsense() {
        let before = earlier(0.0, 0.0, 1000.0);
        assert!(
            before.is_due(10.0) && before.is_due(1350.0) && before.is_due(f64::NAN) && !before.is_due(1100.0)
        );
        assert!(before.compared_with(&earlier(0.0, 0.0, 10.0)).is_none());
        let base = picture(0.0, 0.0);
        assert!(Earlier::new(&base, Rect::default(), &[[0.0; 2]; 68], 0.0).is_none(), "eyes in one place");
        assert!(Earlier::new(&base, Rect::default(), &[[f32::NAN; 2]; 68], 0.0).is_none());
        assert!(Earlier::new(&base, Rect::default(), &[[1.0; 2]; 5], 0.0).is_none());
        let tiny = Grey { width: 1, height: 1, values: vec![9.0] };
        let mut landmarks = [[0.0_f32; 2]; 68];
        landmarks.iter_mut().enumerate().for_each(|(index, point)| point[0] = index as f32);
        if let Some(tiny) = Earlier::new(&tiny, Rect::default(), &landmarks, 0.0) {
            assert!(before.compared_with(&tiny).is_none());
            assert!(tiny.compared_with(&tiny).is_some_and(|around| around.near == Explained::default()));
        }
    }
}
