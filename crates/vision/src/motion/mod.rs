//! Points of a scene followed from frame to frame of a small video, and whether what is around the face moves with it.
//!
//! Corners after Shi and Tomasi ("Good features to track", CVPR 1994), one per cell of a grid so that face and surroundings
//! both have some, followed by the pyramidal method of Lucas and Kanade in Bouguet's formulation ("Pyramidal implementation of
//! the affine Lucas Kanade feature tracker", Intel, 2000), forth and back: a point that does not come back to where it was is
//! dropped (Kalal, Mikolajczyk and Matas, "Forward-backward error", ICPR 2010).

mod around;
mod flow;
mod grey;

pub use around::{Around, Explained};

use crate::face::FaceSighting;
use crate::image::Picture;
use around::Earlier;
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
    /// How this frame compares with one a third of a second before; `None` while that much has not passed, and without a face.
    pub around: Option<Around>,
}

/// Follows points through the frames of one video. Frames must have one size; another begins anew.
#[derive(Debug, Default)]
pub struct Motion {
    before: Option<Pyramid>,
    earlier: Option<Earlier>,
    points: Vec<FollowedPoint>,
    next_id: u32,
}

impl Motion {
    pub fn new() -> Self {
        Self::default()
    }

    /// The next frame, taken at `millis`. `face`: the face in pixels of the frame, if there is one.
    pub fn step(&mut self, picture: &Picture, face: Option<&FaceSighting>, millis: f64) -> MotionStep {
        let now = Pyramid::new(picture, LEVELS);
        match &self.before {
            Some(before) if before.same_size(&now) => {
                let followed = self.points.iter().filter_map(|point| {
                    let there = follow(before, &now, (point.x, point.y))?;
                    let back = follow(&now, before, there)?;
                    let off = (back.0 - point.x).hypot(back.1 - point.y);
                    (off <= RETURN).then_some(FollowedPoint { id: point.id, x: there.0, y: there.1 })
                });
                self.points = followed.collect();
            }
            _ => self.points.clear(),
        }
        self.seed(&now);
        let around = face.and_then(|face| self.look_around(&now, face, millis));
        self.before = Some(now);
        MotionStep { points: self.points.clone(), around }
    }

    fn look_around(&mut self, now: &Pyramid, face: &FaceSighting, millis: f64) -> Option<Around> {
        if self.earlier.as_ref().is_some_and(|earlier| !earlier.is_due(millis)) {
            return None;
        }
        let present = Earlier::new(now.base(), face.bounds, &face.landmarks[..], millis)?;
        let around = self.earlier.as_ref().and_then(|earlier| earlier.compared_with(&present));
        self.earlier = Some(present);
        around
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
            let first = motion.step(&scene((0.0, 0.0), 1.0), None, 0.0);
            assert!(first.points.len() >= 40, "{} points", first.points.len());
            let second = motion.step(&scene(shift, scale), None, 0.0);
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
        let first = motion.step(&scene((0.0, 0.0), 1.0), None, 0.0);
        let grey = Picture::from_rgb(320, 180, vec![90; 320 * 180 * 3]).expect("a picture");
        assert!(motion.step(&grey, None, 0.0).points.is_empty());
        let small = Picture::from_rgb(64, 48, vec![90; 64 * 48 * 3]).expect("a picture");
        assert!(motion.step(&small, None, 0.0).around.is_none());
        let again = motion.step(&scene((0.0, 0.0), 1.0), None, 0.0);
        assert!(again.points.iter().all(|point| first.points.iter().all(|old| old.id != point.id)));
    }
}
