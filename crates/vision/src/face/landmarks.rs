//! The 68 points, and whether the eyes are open.

use selfsame_domain::Rect;

use super::{FaceSighting, Landmarks};
use crate::image::{Picture, Window, fill_planes, rgb_window};
use crate::inference::{Lane, Slot, VisionError};

fn window(bounds: &Rect) -> Window {
    Window {
        x: f64::from(bounds.x),
        y: f64::from(bounds.y),
        width: f64::from(bounds.width),
        height: f64::from(bounds.height),
    }
}

/// 68 points in pixels of the picture, found in the detector's box as it is.
pub(crate) fn landmarks(lane: &mut Lane, picture: &Picture, bounds: &Rect) -> Result<Landmarks, VisionError> {
    let input = lane.input(Slot::Landmarks).clone();
    let window = window(bounds).clamped(picture);
    let crop = rgb_window(picture, &mut lane.resizer, window, input.width(), input.height());
    let outputs = lane.run(Slot::Landmarks, &fill_planes(&crop, &input))?;
    let mut points = [[0.0; 2]; 68];
    for (point, fraction) in points.iter_mut().zip(outputs[0].as_chunks::<2>().0) {
        *point = [
            (window.x + f64::from(fraction[0]) * window.width) as f32,
            (window.y + f64::from(fraction[1]) * window.height) as f32,
        ];
    }
    Ok(points)
}

/// Probability that each eye is open, 0..=1, the one on the left of the picture first.
///
/// The crop is a square about the eye's centre, 1.6 times as wide as the lids, as the network's package cuts it.
pub(crate) fn eyes_open(
    lane: &mut Lane,
    picture: &Picture,
    face: &FaceSighting,
) -> Result<[f32; 2], VisionError> {
    let input = lane.input(Slot::Eye).clone();
    let mut open = [0.0; 2];
    for ((probability, centre), first) in open.iter_mut().zip(face.eyes()).zip([36, 42]) {
        let (outer, inner) = (face.landmarks[first], face.landmarks[first + 3]);
        let side = f64::from((inner[0] - outer[0]).hypot(inner[1] - outer[1])).max(1.0) * 1.6;
        let window = Window {
            x: f64::from(centre[0]) - side / 2.0,
            y: f64::from(centre[1]) - side / 2.0,
            width: side,
            height: side,
        };
        let crop = rgb_window(picture, &mut lane.resizer, window, input.width(), input.height());
        let logits = lane.run(Slot::Eye, &fill_planes(&crop, &input))?.swap_remove(0);
        *probability = 1.0 / (1.0 + (logits[0] - logits[1]).exp());
    }
    Ok(open)
}
