//! Eyelids, drawn on the texture.

use super::raster::Level;

/// One eye of a portrait, in shares of the texture's width (both axes, so that circles stay circles).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lids {
    /// The corner on the left of the picture.
    corner: [f32; 2],
    /// From there to the other corner.
    along: [f32; 2],
    /// How far the lids bulge over and under the line between the corners, in widths of the eye.
    upper: f32,
    lower: f32,
}

/// Height of the skin over the eye that follows the lid down, in widths of the eye: the fold lies there.
const FOLD: f32 = 0.30;
/// How far the corners of an eye lie outside their landmarks, in widths between these (seen on portraits).
const OUTER: f32 = 0.22;
const INNER: f32 = 0.06;

impl Lids {
    /// `points`: six landmarks of an eye in the order of the iBUG scheme, in shares of the texture's width. `outer`: which of
    /// them is the corner away from the nose.
    pub(crate) fn new(points: &[[f32; 2]; 6], outer: usize) -> Self {
        // The network puts corners too far in, the outer one more.
        let across = [points[3][0] - points[0][0], points[3][1] - points[0][1]];
        let moved =
            |point: [f32; 2], share: f32| [point[0] + share * across[0], point[1] + share * across[1]];
        let (left, right) = if outer == 0 { (OUTER, INNER) } else { (INNER, OUTER) };
        let (corner, end) = (moved(points[0], -left), moved(points[3], right));
        let along = [end[0] - corner[0], end[1] - corner[1]];
        let length = (along[0] * along[0] + along[1] * along[1]).max(1e-12);
        let off = |point: [f32; 2]| {
            ((point[1] - corner[1]) * along[0] - (point[0] - corner[0]) * along[1]) / length
        };
        // Lashes and the rim reach a little beyond where landmarks are put.
        let upper = -f32::midpoint(off(points[1]), off(points[2])) * 1.1 + 0.02;
        let lower = f32::midpoint(off(points[4]), off(points[5])) * 1.1 + 0.045;
        Self { corner, along, upper: upper.clamp(0.08, 0.32), lower: lower.clamp(0.07, 0.30) }
    }

    /// Draws the lids `closed` (0..=1) over the open eye of `source` into `target`, a copy of it.
    pub(crate) fn close(&self, source: &Level, target: &mut Level, closed: f32) {
        let width = source.width as f32;
        let [ax, ay] = self.along.map(|value| value * width);
        let [cx, cy] = self.corner.map(|value| value * width);
        let eye = ax.hypot(ay);
        if eye < 1.0 {
            return;
        }
        let (ux, uy) = (ax / eye, ay / eye);
        let reach = eye * (self.upper + FOLD + 0.1);
        let bound = |value: f32, most: usize| value.clamp(0.0, most as f32) as usize;
        let rows =
            bound(cy.min(cy + ay) - reach, source.height)..bound(cy.max(cy + ay) + reach, source.height);
        let columns =
            bound(cx.min(cx + ax) - reach, source.width)..bound(cx.max(cx + ax) + reach, source.width);
        for y in rows {
            for x in columns.clone() {
                let (dx, dy) = (x as f32 - cx, y as f32 - cy);
                let along = (dx * ux + dy * uy) / eye;
                let across = (dy * ux - dx * uy) / eye;
                if !(0.0..=1.0).contains(&along) {
                    continue;
                }
                let Some(from) = self.skin_at(along, across, closed) else { continue };
                let moved = (from - across) * eye;
                let colour = source.sample_at(x as f32 - moved * uy, y as f32 + moved * ux);
                target.pixels[y * source.width + x] = [colour[0] as u8, colour[1] as u8, colour[2] as u8, 0];
            }
        }
    }

    /// Height of the skin of the open eye that is seen at a place of the closing one; `None` where nothing changes.
    fn skin_at(&self, along: f32, across: f32, closed: f32) -> Option<f32> {
        let bulge = 4.0 * along * (1.0 - along);
        let (open, bottom) = (-self.upper * bulge, self.lower * bulge);
        // The lower lid rises a tenth of the way.
        let lid = open + (bottom * 0.9 - open) * closed;
        // The fold is over the eye, and ends with it.
        let fold = open - FOLD * bulge.sqrt();
        if across <= fold || across >= lid || lid - fold < 1e-4 {
            return None;
        }
        Some(fold + (across - fold) * (open - fold) / (lid - fold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// White skin with a black eye 20 pixels wide.
    fn drawn() -> (Level, Lids) {
        let (width, height) = (64, 48);
        let mut level = Level::of(width, height, vec![[255; 4]; width * height]);
        for y in 0..height {
            for x in 0..width {
                let along = (x as f32 - 22.0) / 20.0;
                let across = (y as f32 - 24.0) / 20.0;
                if (0.0..=1.0).contains(&along) && across.abs() < 0.15 * 4.0 * along * (1.0 - along) {
                    level.pixels[y * width + x] = [0; 4];
                }
            }
        }
        let at = |x: f32, y: f32| [x / 64.0, y / 64.0];
        let eye =
            [at(22.0, 24.0), at(29.0, 21.3), at(35.0, 21.3), at(42.0, 24.0), at(35.0, 26.7), at(29.0, 26.7)];
        (level, Lids::new(&eye, 0))
    }

    #[test]
    fn the_eye_disappears_as_the_lid_comes_down() {
        let (open, lids) = drawn();
        let dark = |closed: f32| {
            let mut drawn = open.clone();
            lids.close(&open, &mut drawn, closed);
            drawn.pixels.iter().filter(|pixel| pixel[0] < 128).count()
        };
        let (whole, half, none) = (dark(0.0), dark(0.5), dark(1.0));
        assert!(half < whole * 7 / 10 && half > whole / 4, "{whole} {half}");
        assert!(none < whole / 6, "{whole} {none}");
    }
}
