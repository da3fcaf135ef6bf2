//! Points of a scene followed from frame to frame of a small video, and how much a frame differs from the one before.
//!
//! Corners after Shi and Tomasi ("Good features to track", CVPR 1994), one per cell of a grid so that face and surroundings
//! both have some, followed by the pyramidal method of Lucas and Kanade in Bouguet's formulation ("Pyramidal implementation of
//! the affine Lucas Kanade feature tracker", Intel, 2000), forth and back: a point that does not come back to where it was is
//! dropped (Kalal, Mikolajczyk and Matas, "Forward-backward error", ICPR 2010).

mod flow;
mod grey;

use selfsame_domain::Rect;

use crate::image::Picture;
use flow::follow;
use grey::Pyramid;

/// Cells of the grid across and down; one point each. 96 points take about a millisecond per frame.
const CELLS: (usize, usize) = (12, 8);
/// Levels of the pyramid: half, and a quarter of the size.
const LEVELS: usize = 3;
/// Least smaller eigenvalue of a corner's structure tensor, mean per pixel, in (grey levels per pixel) squared. Below it
/// sensor noise makes corners of nothing.
const LEAST_CORNER: f32 = 9.0;
/// Farthest from where it was that a point may come back, in pixels.
const RETURN: f32 = 0.6;

/// A point in a frame, in pixels of that frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FollowedPoint {
    /// The same as long as the point is followed; never used again.
    pub id: u32,
    pub x: f32,
    pub y: f32,
}

/// What a step found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MotionStep {
    /// All points now followed, old and new.
    pub points: Vec<FollowedPoint>,
    /// Mean change of brightness inside and outside the face box since the frame before, 0..255, after the mean change of the
    /// whole frame (exposure) is taken out. `None` in the first frame and without a face.
    pub change: Option<(f32, f32)>,
}

/// Follows points through the frames of one video. Frames must have one size; another begins anew.
#[derive(Debug, Default)]
pub struct Motion {
    before: Option<Pyramid>,
    points: Vec<FollowedPoint>,
    next_id: u32,
}

impl Motion {
    pub fn new() -> Self {
        Self::default()
    }

    /// The next frame. `face`: the face box in pixels of the frame, if there is one.
    pub fn step(&mut self, picture: &Picture, face: Option<Rect>) -> MotionStep {
        let now = Pyramid::new(picture, LEVELS);
        let mut change = None;
        match &self.before {
            Some(before) if before.same_size(&now) => {
                let followed = self.points.iter().filter_map(|point| {
                    let there = follow(before, &now, (point.x, point.y))?;
                    let back = follow(&now, before, there)?;
                    let off = (back.0 - point.x).hypot(back.1 - point.y);
                    (off <= RETURN).then_some(FollowedPoint { id: point.id, x: there.0, y: there.1 })
                });
                self.points = followed.collect();
                change = face.map(|face| differences(before, &now, face));
            }
            _ => self.points.clear(),
        }
        self.seed(&now);
        self.before = Some(now);
        MotionStep { points: self.points.clone(), change }
    }

    /// New points where the grid has none.
    fn seed(&mut self, now: &Pyramid) {
        let base = now.base();
        let (cell_width, cell_height) =
            (base.width as f32 / CELLS.0 as f32, base.height as f32 / CELLS.1 as f32);
        let mut taken = [false; CELLS.0 * CELLS.1];
        self.points.retain(|point| {
            let column = ((point.x / cell_width) as usize).min(CELLS.0 - 1);
            let row = ((point.y / cell_height) as usize).min(CELLS.1 - 1);
            // Points that ran together say the same thing.
            !std::mem::replace(&mut taken[row * CELLS.0 + column], true)
        });
        for (cell, _) in taken.iter().enumerate().filter(|(_, taken)| !**taken) {
            let (column, row) = ((cell % CELLS.0) as f32, (cell / CELLS.0) as f32);
            let corner = base.best_corner(
                (column * cell_width, row * cell_height),
                ((column + 1.0) * cell_width, (row + 1.0) * cell_height),
                LEAST_CORNER,
            );
            if let Some((x, y)) = corner {
                self.points.push(FollowedPoint { id: self.next_id, x, y });
                self.next_id = self.next_id.wrapping_add(1);
            }
        }
    }
}

fn differences(before: &Pyramid, now: &Pyramid, face: Rect) -> (f32, f32) {
    // Half size suffices, and takes the sensor's noise down.
    let (a, b) = (before.level(1), now.level(1));
    let mean: f32 =
        a.values.iter().zip(&b.values).map(|(a, b)| b - a).sum::<f32>() / a.values.len().max(1) as f32;
    let (mut inside, mut outside) = ((0.0_f32, 0.0_f32), (0.0_f32, 0.0_f32));
    let columns = face.x / 2.0..(face.x + face.width) / 2.0;
    let rows = face.y / 2.0..(face.y + face.height) / 2.0;
    for y in 0..a.height {
        let in_row = rows.contains(&(y as f32));
        for x in 0..a.width {
            let at = y * a.width + x;
            let difference = (b.values[at] - a.values[at] - mean).abs();
            let sum = if in_row && columns.contains(&(x as f32)) { &mut inside } else { &mut outside };
            sum.0 += difference;
            sum.1 += 1.0;
        }
    }
    (inside.0 / inside.1.max(1.0), outside.0 / outside.1.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture with plenty to hold on to, shifted and scaled about its middle.
    fn scene(shift: (f32, f32), scale: f32) -> Picture {
        let (width, height) = (320_u32, 180_u32);
        let mut rgb = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let u = (x as f32 - 160.0 - shift.0) / scale;
                let v = (y as f32 - 90.0 - shift.1) / scale;
                let value = 128.0
                    + 45.0 * (u * 0.11).sin() * (v * 0.13).cos()
                    + 35.0 * (u * 0.07 + v * 0.11).sin()
                    + 30.0 * (u * 0.15 - v * 0.05).cos() * (v * 0.14).sin();
                rgb.extend([value.clamp(0.0, 255.0) as u8; 3]);
            }
        }
        Picture::from_rgb(width, height, rgb).expect("a picture")
    }

    fn errors(from: &MotionStep, to: &MotionStep, shift: (f32, f32), scale: f32) -> Vec<f32> {
        let mut errors: Vec<f32> = to
            .points
            .iter()
            .filter_map(|point| {
                let before = from.points.iter().find(|before| before.id == point.id)?;
                let x = (before.x - 160.0) * scale + 160.0 + shift.0;
                let y = (before.y - 90.0) * scale + 90.0 + shift.1;
                Some((point.x - x).hypot(point.y - y))
            })
            .collect();
        errors.sort_by(f32::total_cmp);
        errors
    }

    #[test]
    fn points_go_where_the_scene_goes() {
        for (shift, scale) in [((0.0, 0.0), 1.0), ((3.4, -1.7), 1.0), ((-7.0, 5.5), 1.0), ((1.0, 0.5), 1.04)]
        {
            let mut motion = Motion::new();
            let first = motion.step(&scene((0.0, 0.0), 1.0), None);
            assert!(first.points.len() >= 40, "{} points", first.points.len());
            let second = motion.step(&scene(shift, scale), None);
            let errors = errors(&first, &second, shift, scale);
            assert!(
                errors.len() * 2 >= first.points.len(),
                "{} of {} for {shift:?}",
                errors.len(),
                first.points.len()
            );
            assert!(errors[errors.len() / 2] < 0.1, "median {} for {shift:?}", errors[errors.len() / 2]);
            assert!(errors[errors.len() * 9 / 10] < 0.5, "{errors:?}");
        }
    }

    #[test]
    fn nothing_is_followed_into_another_scene_or_size() {
        let mut motion = Motion::new();
        let first = motion.step(&scene((0.0, 0.0), 1.0), None);
        let grey = Picture::from_rgb(320, 180, vec![90; 320 * 180 * 3]).expect("a picture");
        assert!(motion.step(&grey, None).points.is_empty());
        let small = Picture::from_rgb(64, 48, vec![90; 64 * 48 * 3]).expect("a picture");
        assert_eq!(motion.step(&small, Some(Rect::default())).change, None);
        let again = motion.step(&scene((0.0, 0.0), 1.0), None);
        assert!(again.points.iter().all(|point| first.points.iter().all(|old| old.id != point.id)));
    }

    #[test]
    fn change_is_told_apart_by_place_and_exposure_is_not_change() {
        let face = Rect { x: 120.0, y: 40.0, width: 80.0, height: 100.0 };
        let plain = scene((0.0, 0.0), 1.0);
        let mut brighter = plain.rgb().to_vec();
        brighter.iter_mut().for_each(|value| *value = value.saturating_add(9));
        let mut moved = plain.rgb().to_vec();
        for y in 40..140 {
            for x in 120..200 {
                moved[(y * 320 + x) * 3..][..3].fill(200);
            }
        }
        let change = |rgb: Vec<u8>| {
            let mut motion = Motion::new();
            motion.step(&plain, Some(face));
            let picture = Picture::from_rgb(320, 180, rgb).expect("a picture");
            motion.step(&picture, Some(face)).change.expect("a change")
        };
        let (inside, outside) = change(brighter);
        assert!(inside < 1.0 && outside < 1.0, "{inside} {outside}");
        let (inside, outside) = change(moved);
        assert!(inside > 4.0 * outside, "{inside} {outside}");
    }
}
