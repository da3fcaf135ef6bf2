//! Where the page is, as far as the place of its machine-readable zone tells, or else its edges.

use selfsame_domain::document::{DocumentReading, DocumentType, MrzFormat};
use selfsame_domain::{Point, Rect};

use crate::image::{Picture, Similarity};

/// Advance of a character of the zone, millimetres (ICAO 9303-3, 4.2: ten to the inch).
const PITCH: f64 = 2.54;
/// From line to line, millimetres (ICAO 9303-3, 4.2: a quarter of an inch).
const LINES: f64 = 6.35;
/// What the last character's advance is wider than its ink.
const GAP: f64 = 0.5;

/// How the place of the page is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KnownBy {
    /// By the machine-readable zone.
    Zone,
    /// By its edges: it may as well be upside down.
    Edges,
    /// It is not: the middle of the picture has to stand for the page, and millimetres mean nothing.
    Nothing,
}

/// The page in the picture, without its perspective: right over the strip of the zone, or over the middle between its edges, off by some
/// hundredths of the page's height at the far side of a tilted one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    /// The page's upper left corner, in pixels.
    origin: [f64; 2],
    /// One millimetre along the page's upper edge, in pixels.
    right: [f64; 2],
    /// Width and height, millimetres.
    size: [f64; 2],
    pub(crate) known: KnownBy,
}

/// Characters in a line, lines, width and height of the page, distance of the first character from its left edge and of the last line's
/// middle from its lower one (ICAO 9303-4 to -7; the two old forms are of the sizes of a TD2 and a TD1).
fn layout(format: MrzFormat) -> (f64, f64, [f64; 2], [f64; 2]) {
    match format {
        MrzFormat::Td3 => (44.0, 2.0, [125.0, 88.0], [6.0, 9.4]),
        MrzFormat::MrvA => (44.0, 2.0, [120.0, 80.0], [4.0, 9.4]),
        MrzFormat::Td2 | MrzFormat::MrvB | MrzFormat::FrenchIdentityCard => {
            (36.0, 2.0, [105.0, 74.0], [6.0, 9.4])
        }
        MrzFormat::Td1 | MrzFormat::SwissDrivingLicence => (30.0, 3.0, [85.6, 54.0], [4.0, 5.1]),
    }
}

impl Frame {
    pub(crate) fn of(picture: &Picture, reading: &DocumentReading) -> Self {
        let points = |corners: [Point; 4]| corners.map(|corner| [f64::from(corner.x), f64::from(corner.y)]);
        let zone = reading.mrz.as_ref().and_then(|mrz| Self::from_zone(mrz.format, points(mrz.corners)));
        let edges = || Self::from_edges(reading.document_type, points(reading.page?));
        zone.or_else(edges).unwrap_or_else(|| Self::middle(picture))
    }

    fn from_zone(format: MrzFormat, [a, b, c, d]: [[f64; 2]; 4]) -> Option<Self> {
        let (characters, lines, size, [left, last]) = layout(format);
        let length = characters * PITCH - GAP;
        // The mean of the upper and the lower edge.
        let right = [0, 1].map(|i| (b[i] - a[i] + c[i] - d[i]) / 2.0 / length);
        if !(right[0].hypot(right[1]).is_finite() && right[0].hypot(right[1]) > 0.5) {
            return None;
        }
        let down = [-right[1], right[0]];
        let height = size[1] - last - (lines - 1.0) * LINES / 2.0;
        let origin = [0, 1].map(|i| f64::midpoint(a[i], d[i]) - right[i] * left - down[i] * height);
        Some(Self { origin, right, size, known: KnownBy::Zone })
    }

    /// Corners go round the page clockwise.
    fn from_edges(kind: Option<DocumentType>, corners: [[f64; 2]; 4]) -> Option<Self> {
        let [mut across, mut down] = [[0, 1, 3, 2], [0, 3, 1, 2]].map(|[a, b, c, d]: [usize; 4]| {
            [0, 1].map(|i| (corners[b][i] - corners[a][i] + corners[d][i] - corners[c][i]) / 2.0)
        });
        let length = |[x, y]: [f64; 2]| x.hypot(y);
        if length(across) < length(down) {
            // It stands on its short side.
            (across, down) = ([-down[0], -down[1]], across);
        }
        let [wide, high] = [length(across), length(down)];
        let size = match kind {
            Some(DocumentType::Passport) => [125.0, 88.0],
            Some(DocumentType::Visa) => [120.0, 80.0],
            // The larger cards and the smaller ones differ in shape.
            _ if wide / high < 1.5 => [105.0, 74.0],
            _ => [85.6, 54.0],
        };
        let scale = (wide * high / (size[0] * size[1])).sqrt();
        if !(scale.is_finite() && scale > 0.5) {
            return None;
        }
        let right = across.map(|value| value / wide * scale);
        let middle = [0, 1].map(|i| corners.iter().map(|corner| corner[i]).sum::<f64>() / 4.0);
        let half = size.map(|side| side / 2.0);
        let origin = [
            middle[0] - right[0] * half[0] + right[1] * half[1],
            middle[1] - right[1] * half[0] - right[0] * half[1],
        ];
        Some(Self { origin, right, size, known: KnownBy::Edges })
    }

    /// The same page the other way up.
    pub(crate) fn turned(&self) -> Self {
        Self { origin: self.at(1.0, 1.0), right: self.right.map(|value| -value), ..*self }
    }

    /// As if a card filled the middle four fifths.
    fn middle(picture: &Picture) -> Self {
        let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
        let size = [85.6, 54.0];
        let scale = 0.8 * (width / size[0]).min(height / size[1]);
        let origin = [(width - size[0] * scale) / 2.0, (height - size[1] * scale) / 2.0];
        Self { origin, right: [scale, 0.0], size, known: KnownBy::Nothing }
    }

    /// Pixels in a millimetre.
    pub(crate) fn scale(&self) -> f64 {
        self.right[0].hypot(self.right[1])
    }

    /// Width and height, millimetres.
    pub(crate) const fn size(&self) -> [f64; 2] {
        self.size
    }

    /// From pixels of the picture to pixels of the page laid upright, `scale` of them to the millimetre.
    pub(crate) fn upright(&self, scale: f64) -> Similarity {
        let square = self.right[0].powi(2) + self.right[1].powi(2);
        let (a, b) = (scale * self.right[0] / square, -scale * self.right[1] / square);
        let [x, y] = self.origin;
        Similarity { a, b, tx: b * y - a * x, ty: -b * x - a * y }
    }

    /// Pixels of the picture of a point of the page, given as shares of its width and height.
    pub(crate) fn at(&self, across: f64, down: f64) -> [f64; 2] {
        let (x, y) = (across * self.size[0], down * self.size[1]);
        [
            self.origin[0] + self.right[0] * x - self.right[1] * y,
            self.origin[1] + self.right[1] * x + self.right[0] * y,
        ]
    }

    /// The upright box about the page, cut at the picture's edges; `None` when they do not meet.
    pub(crate) fn bounds(&self, picture: &Picture) -> Option<Rect> {
        let corners = [self.at(0.0, 0.0), self.at(1.0, 0.0), self.at(1.0, 1.0), self.at(0.0, 1.0)];
        let side = |i: usize, most: u32| {
            let all = corners.iter().map(|corner| corner[i]);
            let low = all.clone().fold(f64::MAX, f64::min).max(0.0);
            let high = all.fold(f64::MIN, f64::max).min(f64::from(most));
            (low as f32, (high - low) as f32)
        };
        let ((x, width), (y, height)) = (side(0, picture.width()), side(1, picture.height()));
        (width >= 1.0 && height >= 1.0).then_some(Rect { x, y, width, height })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_stands_where_the_zone_says_whichever_way_it_is_turned() {
        // A TD3 page of 10 pixels a millimetre at (100, 50): the middles of its lines are 15.75 and 9.4 mm above its lower edge.
        let (left, right) = (160.0, 160.0 + (44.0 * PITCH - GAP) * 10.0);
        let (top, bottom) = (50.0 + 880.0 - 157.5 - 12.0, 50.0 + 880.0 - 94.0 + 12.0);
        let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
        let frame = Frame::from_zone(MrzFormat::Td3, corners).unwrap();
        let near = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) < 1e-6;
        assert!(near(frame.at(0.0, 0.0), [100.0, 50.0]) && near(frame.at(1.0, 1.0), [1350.0, 930.0]));
        // A quarter turn clockwise: (x, y) becomes (-y, x).
        let turned = Frame::from_zone(MrzFormat::Td3, corners.map(|[x, y]| [-y, x])).unwrap();
        assert!(near(turned.at(1.0, 1.0), [-930.0, 1350.0]));
        assert!((turned.scale() - 10.0).abs() < 1e-6);
        let (x, y) = turned.upright(2.0).source(250.0, 176.0);
        assert!(near([x, y], [-930.0, 1350.0]), "{x} {y}");
        assert_eq!(Frame::from_zone(MrzFormat::Td1, [[3.0, 3.0]; 4]), None);
    }

    #[test]
    fn a_frame_stands_between_the_edges_whichever_corner_comes_first() {
        let near = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) < 1e-6;
        let mut card = [[100.0, 50.0], [956.0, 50.0], [956.0, 590.0], [100.0, 590.0]];
        for turn in 0..4 {
            let frame = Frame::from_edges(None, card).unwrap();
            assert!((frame.scale() - 10.0).abs() < 1e-6, "{turn}");
            let ends = [frame.at(0.0, 0.0), frame.at(1.0, 1.0)];
            let turned = [frame.turned().at(1.0, 1.0), frame.turned().at(0.0, 0.0)];
            assert!(near(ends[0], turned[0]) && near(ends[1], turned[1]), "{turn}");
            let upright = near(ends[0], [100.0, 50.0]) && near(ends[1], [956.0, 590.0]);
            let upside_down = near(ends[1], [100.0, 50.0]) && near(ends[0], [956.0, 590.0]);
            assert!(upright || upside_down, "{turn}: {ends:?}");
            card.rotate_left(1);
        }
        let wide = card.map(|[x, y]| [x, y * 1.13]);
        assert_eq!(Frame::from_edges(None, wide).unwrap().size(), [105.0, 74.0]);
        assert_eq!(Frame::from_edges(Some(DocumentType::Passport), card).unwrap().size(), [125.0, 88.0]);
        assert_eq!(Frame::from_edges(None, [[3.0, 3.0]; 4]), None);
    }
}
