//! The portrait, found by way of the page, and the faint second one that many documents print of it.
//!
//! The second portrait repeats the first one's photograph, small and pale. A picture stuck over the first leaves it as it was: then the
//! page shows two people. Silent where there is no second face, where it has too few pixels to say who it is, and where it is not pale
//! or not small enough to be a repetition.

use selfsame_domain::Rect;
use selfsame_domain::document::DocumentReading;

use super::{Frame, Indication, SignParams, Testimony};
use crate::face::{self, Calibration, DetectParams, FaceSighting, detect_within, tiles};
use crate::image::{Picture, Similarity, Window, grey_bytes, warp_onto};
use crate::inference::{Lane, VisionError};

/// Pixels of a millimetre of the page laid upright in which its portrait is looked for: faces of 15 mm are as large as the networks that
/// follow take them.
const PAGE_SCALE: f64 = 10.0;
/// The page laid upright for the second portrait is as large as makes the first face so many pixels wide: one of a quarter of its width
/// is then three times the smallest that the detector was trained with.
const FIRST_WIDTH: f64 = 130.0;
/// The part of such a page that is looked at, in widths of the first face to each side of it: a card is six wide.
const REACH: (f64, f64) = (6.5, 3.0);
/// The detector's window on it.
const WINDOW: (f64, f64) = (320.0, 240.0);
/// A second portrait is narrower than this share of the first face, and wider than the other.
const SHARES: (f32, f32) = (0.8, 0.15);
/// Least score of the detector on a part that was made strong: several windows are looked at, and ornaments become strong as well.
const SCORE: f32 = 0.62;
/// Side of the picture of the second face alone, pixels, and how many times the detector's box that is.
const CUT: (u32, f64) = (224, 2.0);
/// Pixels to each side over which fine lines are smoothed, on the page and on the face alone. Of 25 second portraits cut out by hand, 10
/// were found unsmoothed and 19 so; which of the ways finds one depends on its ground.
const PAGE_SOFT: [usize; 2] = [1, 2];
const CUT_SOFT: [usize; 3] = [1, 2, 4];
/// How many times differences from the surroundings are made larger, in halves: pale prints span 50 to 80 of 256 levels.
const GAINS: [i64; 2] = [9, 6];
/// Ways in which a face has to be found, and the score that one of them has to have, before it says whose it is. With less, its landmarks
/// were wrong as often as not.
const VIEWS: usize = 2;
const SURE: f32 = 0.95;

/// What the portraits of a page say.
pub(crate) struct Doubles<'a> {
    pub(crate) lane: &'a mut Lane,
    pub(crate) detection: &'a DetectParams,
    pub(crate) calibration: &'a Calibration,
    pub(crate) mode: &'a str,
}

/// The largest face on the page that the zone belongs to, in pixels of the picture, whichever way the page is turned in it; `None`
/// where there is no zone or no face.
pub(crate) fn on_page(
    lane: &mut Lane,
    picture: &Picture,
    reading: &DocumentReading,
    detection: &DetectParams,
) -> Result<Option<FaceSighting>, VisionError> {
    let frame = Frame::of(picture, reading);
    if !frame.known {
        return Ok(None);
    }
    let map = frame.upright(PAGE_SCALE.min(frame.scale()));
    let side = |millimetres: f64| (millimetres * map.scale() * frame.scale()).round().max(1.0) as u32;
    let [width, height] = frame.size().map(side);
    let Some(page) = Picture::from_rgb(width, height, warp_onto(picture, &mut lane.resizer, &map, (width, height)))
    else {
        return Ok(None);
    };
    let found = face::detect(lane, &page, detection)?.into_iter().next();
    Ok(found.map(|face| back(face, &map)))
}

/// A face of a part laid upright, in pixels of the picture: its box is the upright one about the turned one, its pose that on the page.
fn back(face: FaceSighting, map: &Similarity) -> FaceSighting {
    let source = |x: f32, y: f32| {
        let (x, y) = map.source(f64::from(x), f64::from(y));
        [x as f32, y as f32]
    };
    let Rect { x, y, width, height } = face.bounds;
    let corners = [source(x, y), source(x + width, y), source(x, y + height), source(x + width, y + height)];
    let low = |i: usize| corners.iter().map(|corner| corner[i]).fold(f32::MAX, f32::min);
    let high = |i: usize| corners.iter().map(|corner| corner[i]).fold(f32::MIN, f32::max);
    let bounds = Rect { x: low(0), y: low(1), width: high(0) - low(0), height: high(1) - low(1) };
    FaceSighting { bounds, landmarks: face.landmarks.map(|[x, y]| source(x, y)), ..face }
}

impl Doubles<'_> {
    /// Whether the page's second portrait is another photograph, and of somebody else, than `first`, a face of the picture.
    pub(crate) fn measure(
        &mut self,
        picture: &Picture,
        reading: &DocumentReading,
        first: &FaceSighting,
        params: &SignParams,
    ) -> Result<Option<Testimony>, VisionError> {
        let Some(map) = self.place(picture, reading, first)? else { return Ok(None) };
        let views = self.views(picture, &map)?;
        let Some(surest) = views.iter().map(|(_, face)| face).max_by(|a, b| a.score.total_cmp(&b.score)) else {
            return Ok(None);
        };
        let eyes = f64::from(surest.eye_distance()) / map.scale();
        if views.len() < VIEWS || surest.score < SURE || eyes < f64::from(params.second_eyes) {
            return Ok(None);
        }
        let bounds = Some(back(surest.clone(), &map).bounds);
        let mut likeness = -1.0_f32;
        for (cut, face) in &views {
            likeness = likeness.max(face::correlation(self.lane, (picture, first), (cut, face))?);
        }
        // One photograph is alike in its pixels; another one of the same person still has their face.
        if 1.0 - likeness >= params.portrait_mismatch {
            let one = face::embed(self.lane, picture, first, self.mode)?;
            for (cut, face) in &views {
                let other = face::embed(self.lane, cut, face, self.mode)?;
                likeness = likeness.max(self.calibration.compare(&one, &other)?.cosine);
            }
        }
        let (indicates, threshold) = (Indication::PortraitMismatch, params.portrait_mismatch);
        Ok(Some(Testimony { indicates, measure: 1.0 - likeness, threshold, bounds }))
    }

    /// The map that cuts the second portrait out of the picture.
    fn place(
        &mut self,
        picture: &Picture,
        reading: &DocumentReading,
        first: &FaceSighting,
    ) -> Result<Option<Similarity>, VisionError> {
        let Some((map, (width, height))) = region(picture, reading, first) else { return Ok(None) };
        let rgb = warp_onto(picture, &mut self.lane.resizer, &map, (width, height));
        let of_first = target(&first.bounds, &map);
        let own = |face: &FaceSighting| {
            let share = face.bounds.width / FIRST_WIDTH as f32;
            let centre = face.bounds.centre();
            let aside = centre.x < of_first.x
                || centre.x > of_first.x + of_first.width
                || centre.y < of_first.y
                || centre.y > of_first.y + of_first.height;
            aside && share < SHARES.0 && share > SHARES.1
        };
        let mut found = Vec::new();
        for soft in PAGE_SOFT {
            let strong = strong(&rgb, width as usize, FIRST_WIDTH as usize / 2, soft, GAINS[0]);
            let Some(page) = Picture::from_rgb(width, height, strong) else { return Ok(None) };
            let tile = (WINDOW.0.min(width.into()), WINDOW.1.min(height.into()));
            let windows = tiles(&Window::whole(&page), tile, 0.3);
            found.extend(detect_within(self.lane, &page, &windows, SCORE, self.detection)?);
        }
        let Some(seen) = found.into_iter().filter(own).max_by(|a, b| a.score.total_cmp(&b.score)) else {
            return Ok(None);
        };
        // The same place once more, with all the pixels that the picture has.
        let centre = seen.bounds.centre();
        let scale = f64::from(CUT.0) / (CUT.1 * f64::from(seen.bounds.width.max(seen.bounds.height)));
        let half = f64::from(CUT.0) / 2.0;
        Ok(Some(Similarity {
            a: map.a * scale,
            b: map.b * scale,
            tx: (map.tx - f64::from(centre.x)) * scale + half,
            ty: (map.ty - f64::from(centre.y)) * scale + half,
        }))
    }

    /// The second face alone, made strong in several ways, so far as it is found so: each ground asks for another.
    fn views(&mut self, picture: &Picture, map: &Similarity) -> Result<Vec<(Picture, FaceSighting)>, VisionError> {
        let (side, width) = (CUT.0, CUT.0 as usize);
        let rgb = warp_onto(picture, &mut self.lane.resizer, map, (side, side));
        let mut views = Vec::new();
        for (soft, gain) in CUT_SOFT.into_iter().flat_map(|soft| GAINS.map(|gain| (soft, gain))) {
            let Some(cut) = Picture::from_rgb(side, side, strong(&rgb, width, width, soft, gain)) else { continue };
            let whole = [Window::whole(&cut)];
            let found = detect_within(self.lane, &cut, &whole, SCORE, self.detection)?;
            views.extend(found.into_iter().next().map(|face| (cut, face)));
        }
        Ok(views)
    }
}

fn target(bounds: &Rect, map: &Similarity) -> Rect {
    let corner = |x: f32, y: f32| map.target(f64::from(x), f64::from(y));
    let (right, bottom) = (bounds.x + bounds.width, bounds.y + bounds.height);
    let corners =
        [corner(bounds.x, bounds.y), corner(right, bounds.y), corner(bounds.x, bottom), corner(right, bottom)];
    let low = corners.iter().fold((f64::MAX, f64::MAX), |m, c| (m.0.min(c.0), m.1.min(c.1)));
    let high = corners.iter().fold((f64::MIN, f64::MIN), |m, c| (m.0.max(c.0), m.1.max(c.1)));
    Rect {
        x: low.0 as f32,
        y: low.1 as f32,
        width: (high.0 - low.0) as f32,
        height: (high.1 - low.1) as f32,
    }
}

/// From the picture to the part of the page in which a second portrait may be, laid upright, and that part's width and height.
fn region(picture: &Picture, reading: &DocumentReading, first: &FaceSighting) -> Option<(Similarity, (u32, u32))> {
    let frame = Frame::of(picture, reading);
    if frame.known {
        let face = target(&first.bounds, &frame.upright(1.0)).width;
        let map = frame.upright(FIRST_WIDTH / f64::from(face));
        let side = |millimetres: f64| (millimetres * map.scale() * frame.scale()).round().clamp(1.0, 2000.0) as u32;
        let [width, height] = frame.size().map(side);
        return (face >= 1.0).then_some((map, (width, height)));
    }
    let scale = FIRST_WIDTH / f64::from(first.bounds.width);
    let centre = first.bounds.centre();
    let (x, y) = (f64::from(centre.x) * scale, f64::from(centre.y) * scale);
    let span = |at: f64, reach: f64, most: u32| {
        let reach = reach * FIRST_WIDTH;
        let from = (at - reach).max(0.0);
        (from, (at + reach).min(f64::from(most) * scale) - from)
    };
    let (left, width) = span(x, REACH.0, picture.width());
    let (top, height) = span(y, REACH.1, picture.height());
    let map = Similarity { a: scale, b: 0.0, tx: -left, ty: -top };
    (scale.is_finite() && width >= 1.0 && height >= 1.0).then_some((map, (width as u32, height as u32)))
}

/// Grey and smooth, with what differs little from its surroundings (`around` pixels to each side) made to differ more: RGB bytes of one
/// grey each. Fine lines of the ground, which would become strong as well, are smoothed over `soft` pixels to each side;
/// differences are made `halves` / 2 times as large.
pub(crate) fn strong(rgb: &[u8], width: usize, around: usize, soft: usize, halves: i64) -> Vec<u8> {
    /// What is darker than the median by more is print, and no part of a pale picture.
    const PRINT: u8 = 60;
    let mut grey = grey_bytes(rgb);
    let mut sorted = grey.clone();
    let middle = sorted.len() / 2;
    let floor = sorted.select_nth_unstable(middle).1.saturating_sub(PRINT);
    for value in &mut grey {
        *value = (*value).max(floor);
    }
    let smooth = means(&means(&grey, width, soft), width, soft);
    let ground = means(&grey, width, around);
    let level = |(value, ground): (&u8, &u8)| {
        let value = 160 + (i64::from(*value) - i64::from(*ground)) * halves / 2;
        [value.clamp(0, 255) as u8; 3]
    };
    smooth.iter().zip(&ground).flat_map(level).collect()
}

/// The mean of each pixel's surroundings, `around` pixels to each side.
fn means(grey: &[u8], width: usize, around: usize) -> Vec<u8> {
    let height = grey.len() / width.max(1);
    let stride = width + 1;
    let mut sums = vec![0_u32; stride * (height + 1)];
    for (y, line) in grey.chunks_exact(width).enumerate() {
        let mut sum = 0;
        for (x, value) in line.iter().enumerate() {
            sum += u32::from(*value);
            sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + sum;
        }
    }
    let mut out = Vec::with_capacity(grey.len());
    for y in 0..height {
        let (top, bottom) = (y.saturating_sub(around), (y + around + 1).min(height));
        for x in 0..width {
            let (left, right) = (x.saturating_sub(around), (x + around + 1).min(width));
            let area = ((bottom - top) * (right - left)) as u32;
            let sum = sums[bottom * stride + right] + sums[top * stride + left]
                - sums[top * stride + right]
                - sums[bottom * stride + left];
            out.push((sum / area) as u8);
        }
    }
    out
}
