//! Finding faces: one pass over the whole picture, and further passes where that cannot be enough.

use selfsame_domain::Rect;

use super::{FaceSighting, fit_pose, landmarks};
use crate::image::{Picture, Window, fill_planes, letter_box};
use crate::inference::{Lane, Slot, VisionError};

/// How faces are searched. Lengths in "detector pixels" are pixels of the detector's input, 320 x 240.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectParams {
    /// Least score, 0..=1. The manifest states it and where it was measured.
    pub threshold: f32,
    /// Least score in the further passes, which look at many more windows and would otherwise see more faces that are none.
    pub tile_threshold: f32,
    /// Boxes that share more than this (intersection over union) are one face. 0.4: the value the network's authors use.
    pub overlap: f32,
    /// A box of which this share lies inside a better one is the same face: tiles cut faces into parts.
    pub containment: f32,
    /// The whole picture is squashed into 4:3 up to this ratio of the two scales, and padded beyond. 1.34 lets squares (as in
    /// LFW, with which the embedder was measured) and 16:9 fill the input; a tall phone picture is not squashed to half its
    /// height.
    pub max_stretch: f64,
    /// A face this wide, in detector pixels of the whole-picture pass, ends the search: it is the subject of the picture.
    /// 40 is four times the smallest face the network was trained for.
    pub subject_width: f32,
    /// Part of a tile shared with its neighbour: a face up to this part of a tile is whole in one of them.
    pub tile_overlap: f64,
    /// The whole picture's sides over those of a tile, one further pass after another.
    pub tile_shares: &'static [f64],
    /// Most faces reported, best first.
    pub max_faces: usize,
    /// Most faces reported by the fast path for tracking frames.
    pub max_tracked: usize,
}

impl Default for DetectParams {
    fn default() -> Self {
        Self {
            threshold: 0.62,
            tile_threshold: 0.8,
            overlap: 0.4,
            containment: 0.7,
            max_stretch: 1.34,
            subject_width: 40.0,
            tile_overlap: 0.25,
            tile_shares: &[2.0, 4.0],
            max_faces: 32,
            max_tracked: 4,
        }
    }
}

/// A box with its score; pixels of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    bounds: Rect,
    score: f32,
}

/// The fast path: one pass.
pub(crate) fn track(
    lane: &mut Lane,
    picture: &Picture,
    params: &DetectParams,
) -> Result<Vec<FaceSighting>, VisionError> {
    let found = search(lane, picture, Window::whole(picture), params, params.threshold, 1.0)?;
    sightings(lane, picture, merge(found, params), params.max_tracked)
}

/// The thorough path: tight portraits, and small faces in large pictures.
pub(crate) fn detect(
    lane: &mut Lane,
    picture: &Picture,
    params: &DetectParams,
) -> Result<Vec<FaceSighting>, VisionError> {
    let whole = Window::whole(picture);
    let mut found = search(lane, picture, whole, params, params.threshold, 1.0)?;
    if found.is_empty() {
        // A face that fills the picture is larger than what the network was trained for: shown from further away.
        found = search(lane, picture, whole, params, params.threshold, 0.55)?;
    }
    let input = lane.input(Slot::Detector);
    let (columns, rows) = (f64::from(input.width()), f64::from(input.height()));
    let per_pixel = (columns / whole.width).min(rows / whole.height);
    let widest = found.iter().map(|c| f64::from(c.bounds.width) * per_pixel).fold(0.0, f64::max);
    if widest < f64::from(params.subject_width) {
        for share in params.tile_shares.iter().copied() {
            let size = (whole.width / share, whole.height / share);
            // No tile smaller than the input: enlarging adds nothing.
            if size.0 < columns * 0.75 && size.1 < rows * 0.75 {
                break;
            }
            for window in tiles(&whole, size, params.tile_overlap) {
                let inside = search(lane, picture, window, params, params.tile_threshold, 1.0)?;
                found.extend(inside.into_iter().filter(|c| !touches_inner_edge(&c.bounds, &window, &whole)));
            }
        }
    }
    sightings(lane, picture, merge(found, params), params.max_faces)
}

/// One pass of the network over a window of the picture, which fills the share `fill` of the input.
fn search(
    lane: &mut Lane,
    picture: &Picture,
    window: Window,
    params: &DetectParams,
    threshold: f32,
    fill: f64,
) -> Result<Vec<Candidate>, VisionError> {
    let input = lane.input(Slot::Detector).clone();
    let plan = letter_box(window, (input.width(), input.height()), params.max_stretch, fill);
    let planes = fill_planes(&plan.render(picture, &mut lane.resizer), &input);
    let outputs = lane.run(Slot::Detector, &planes)?;
    let (scores, boxes) = (&outputs[0], &outputs[1]);
    let mut found = Vec::new();
    for (score, corners) in scores.as_chunks::<2>().0.iter().zip(boxes.as_chunks::<4>().0) {
        if score[1] < threshold {
            continue;
        }
        let (left, top) = plan.to_picture(corners[0], corners[1]);
        let (right, bottom) = plan.to_picture(corners[2], corners[3]);
        if let Some(bounds) = inside(picture, left, top, right, bottom) {
            found.push(Candidate { bounds, score: score[1].min(1.0) });
        }
    }
    Ok(merge(found, params))
}

/// The part of a box inside the picture; `None` under 4 pixels a side.
fn inside(picture: &Picture, left: f64, top: f64, right: f64, bottom: f64) -> Option<Rect> {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let (left, top) = (left.clamp(0.0, width), top.clamp(0.0, height));
    let (right, bottom) = (right.clamp(0.0, width), bottom.clamp(0.0, height));
    (right - left >= 4.0 && bottom - top >= 4.0).then_some(Rect {
        x: left as f32,
        y: top as f32,
        width: (right - left) as f32,
        height: (bottom - top) as f32,
    })
}

/// Windows of the size, evenly spread, neighbours sharing at least the part `overlap`.
fn tiles(whole: &Window, size: (f64, f64), overlap: f64) -> Vec<Window> {
    let starts = |length: f64, tile: f64| -> Vec<f64> {
        let gaps = ((length - tile) / (tile * (1.0 - overlap))).ceil().max(0.0);
        if gaps < 1.0 {
            return vec![0.0];
        }
        let mut starts = vec![0.0];
        while (starts.len() as f64) <= gaps {
            starts.push((length - tile) * starts.len() as f64 / gaps);
        }
        starts
    };
    let (columns, rows) = (starts(whole.width, size.0), starts(whole.height, size.1));
    rows.iter()
        .flat_map(|&y| columns.iter().map(move |&x| Window { x, y, width: size.0, height: size.1 }))
        .collect()
}

/// Whether a box ends at an edge of the tile that is not an edge of the picture: then it is part of a face.
fn touches_inner_edge(bounds: &Rect, tile: &Window, whole: &Window) -> bool {
    let margin = 0.01 * tile.width.max(tile.height);
    let (left, top) = (f64::from(bounds.x), f64::from(bounds.y));
    let (right, bottom) = (left + f64::from(bounds.width), top + f64::from(bounds.height));
    (tile.x > 0.0 && left < tile.x + margin)
        || (tile.y > 0.0 && top < tile.y + margin)
        || (tile.x + tile.width < whole.width - 0.5 && right > tile.x + tile.width - margin)
        || (tile.y + tile.height < whole.height - 0.5 && bottom > tile.y + tile.height - margin)
}

/// Non-maximum suppression: of boxes that are the same face, the best remains.
fn merge(mut candidates: Vec<Candidate>, params: &DetectParams) -> Vec<Candidate> {
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        let same = |better: &Candidate| {
            better.bounds.iou(&candidate.bounds) > params.overlap
                || shared(&better.bounds, &candidate.bounds) > params.containment
        };
        if !kept.iter().any(same) {
            kept.push(candidate);
        }
    }
    kept
}

/// Part of the smaller box that lies in the other, 0..=1.
fn shared(a: &Rect, b: &Rect) -> f32 {
    let width = (a.x + a.width).min(b.x + b.width) - a.x.max(b.x);
    let height = (a.y + a.height).min(b.y + b.height) - a.y.max(b.y);
    if width <= 0.0 || height <= 0.0 {
        return 0.0;
    }
    width * height / a.area().min(b.area())
}

/// Landmarks and pose for the best boxes; the largest face first.
fn sightings(
    lane: &mut Lane,
    picture: &Picture,
    mut found: Vec<Candidate>,
    most: usize,
) -> Result<Vec<FaceSighting>, VisionError> {
    found.sort_by(|a, b| b.bounds.area().total_cmp(&a.bounds.area()));
    found.truncate(most);
    found
        .into_iter()
        .map(|candidate| {
            let points = landmarks(lane, picture, &candidate.bounds)?;
            Ok(FaceSighting {
                bounds: candidate.bounds,
                score: candidate.score,
                landmarks: points,
                pose: fit_pose(&points),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(x: f32, y: f32, side: f32, score: f32) -> Candidate {
        Candidate { bounds: Rect { x, y, width: side, height: side }, score }
    }

    #[test]
    fn the_best_of_overlapping_boxes_remains() {
        let params = DetectParams::default();
        let kept = merge(
            vec![
                candidate(0.0, 0.0, 100.0, 0.7),
                candidate(5.0, 5.0, 100.0, 0.9),
                candidate(300.0, 0.0, 100.0, 0.8),
                // A part of the second, found in a tile.
                candidate(20.0, 20.0, 40.0, 0.85),
            ],
            &params,
        );
        let scores: Vec<f32> = kept.iter().map(|c| c.score).collect();
        assert_eq!(scores, [0.9, 0.8]);
    }

    #[test]
    fn neighbours_stay_apart() {
        let kept = merge(
            vec![candidate(0.0, 0.0, 100.0, 0.9), candidate(70.0, 0.0, 100.0, 0.8)],
            &DetectParams::default(),
        );
        assert_eq!(kept.len(), 2);
    }

    #[test]
    fn tiles_cover_the_picture_and_share_enough() {
        for (width, height, share) in [(1280.0, 720.0, 2.0), (4000.0, 3000.0, 4.0), (900.0, 2000.0, 4.0)] {
            let whole = Window { x: 0.0, y: 0.0, width, height };
            let size = (width / share, height / share);
            let windows = tiles(&whole, size, 0.25);
            let mut lefts: Vec<f64> = windows.iter().map(|w| w.x).collect();
            lefts.sort_by(f64::total_cmp);
            lefts.dedup();
            assert_eq!(lefts[0], 0.0);
            assert!((lefts[lefts.len() - 1] + size.0 - width).abs() < 1e-6);
            for pair in lefts.windows(2) {
                assert!(pair[0] + size.0 - pair[1] >= 0.25 * size.0 - 1e-6, "{pair:?}");
            }
        }
    }

    #[test]
    fn a_box_cut_by_a_tile_is_no_face_but_one_at_the_pictures_edge_is() {
        let whole = Window { x: 0.0, y: 0.0, width: 1000.0, height: 800.0 };
        let tile = Window { x: 0.0, y: 0.0, width: 500.0, height: 400.0 };
        let at_picture_edge = Rect { x: 0.0, y: 100.0, width: 50.0, height: 50.0 };
        let cut = Rect { x: 450.0, y: 100.0, width: 50.0, height: 50.0 };
        assert!(!touches_inner_edge(&at_picture_edge, &tile, &whole));
        assert!(touches_inner_edge(&cut, &tile, &whole));
    }
}
