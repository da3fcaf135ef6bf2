//! Points that are followed from frame to frame, in the face and around it.

use selfsame_domain::{Point, Rect};

use crate::observation::FrameObservation;

/// Where a point was in one frame and is in another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pair {
    pub(crate) from: Point,
    pub(crate) to: Point,
}

/// Points seen in both frames and outside the face in both.
pub(crate) fn around(from: &FrameObservation, to: &FrameObservation) -> Vec<Pair> {
    // Hair and shoulders move with the head: the face box is a good deal smaller than the person.
    let (Some(a), Some(b)) = (person(from), person(to)) else { return Vec::new() };
    pairs(from, to).filter(|pair| !contains(&a, pair.from) && !contains(&b, pair.to)).collect()
}

/// Points seen in both frames, by id.
fn pairs(from: &FrameObservation, to: &FrameObservation) -> impl Iterator<Item = Pair> {
    to.points.iter().filter_map(|point| {
        let before = from.points.iter().find(|before| before.id == point.id)?;
        Some(Pair { from: before.at, to: point.at })
    })
}

/// The head with its hair, and what is below it: neck, shoulders and chest.
fn person(frame: &FrameObservation) -> Option<Rect> {
    let face = frame.faces.first()?.bounds;
    let (width, height) = (face.width * 1.7, face.height * 1.5);
    let centre = face.centre();
    let top = centre.y - height * 0.55;
    Some(Rect { x: centre.x - width / 2.0, y: top, width, height: frame.size.height as f32 - top })
}

fn contains(rect: &Rect, point: Point) -> bool {
    (rect.x..rect.x + rect.width).contains(&point.x) && (rect.y..rect.y + rect.height).contains(&point.y)
}

/// Median shift of the surroundings between two frames, over the frame's width. `None` with fewer than six points.
pub(crate) fn surroundings_shift(from: &FrameObservation, to: &FrameObservation) -> Option<f32> {
    let mut shifts: Vec<f32> = around(from, to)
        .iter()
        .map(|pair| (pair.to.x - pair.from.x).hypot(pair.to.y - pair.from.y))
        .filter(|shift| shift.is_finite())
        .collect();
    if shifts.len() < 6 || to.size.width == 0 {
        return None;
    }
    shifts.sort_by(f32::total_cmp);
    Some(shifts[shifts.len() / 2] / to.size.width as f32)
}

/// Scale and shift that take the first points to the second (least squares, no rotation), with the share of points that
/// agree within `tolerance` pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fit {
    pub(crate) scale: f32,
    pub(crate) shift: Point,
}

impl Fit {
    /// The median over pairs of points: half of them may be wrong. `None` with fewer than six.
    pub(crate) fn of(pairs: &[Pair]) -> Option<Self> {
        if pairs.len() < 6 {
            return None;
        }
        let median = |mut values: Vec<f32>| {
            values.retain(|value| value.is_finite());
            values.sort_by(f32::total_cmp);
            values.get(values.len() / 2).copied()
        };
        let mut scales = Vec::with_capacity(pairs.len() * pairs.len() / 2);
        for (index, a) in pairs.iter().enumerate() {
            for b in &pairs[index + 1..] {
                let before = (a.from.x - b.from.x).hypot(a.from.y - b.from.y);
                // Points close together say nothing of scale.
                if before > 40.0 {
                    scales.push((a.to.x - b.to.x).hypot(a.to.y - b.to.y) / before);
                }
            }
        }
        let scale = median(scales)?;
        let shift = Point {
            x: median(pairs.iter().map(|pair| pair.to.x - pair.from.x * scale).collect())?,
            y: median(pairs.iter().map(|pair| pair.to.y - pair.from.y * scale).collect())?,
        };
        Some(Self { scale, shift })
    }
}
