//! How well a face can be seen, from -100 to 200.

use fast_image_resize as fir;
use selfsame_domain::Rect;

use super::FaceSighting;
use super::align::{CROP, alignment};
use crate::image::{Picture, grey_bytes, warp_similarity};

/// What is wrong, or could be better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QualityReason {
    /// Eyes too close together in pixels.
    TooSmall,
    Blurred,
    TooDark,
    TooBright,
    LowContrast,
    /// Turned away too far.
    Pose,
    /// Without colour.
    Grey,
    /// Something may hide a part of the face. A hint, never proof.
    Occluded,
    /// Cut by the edge of the picture.
    CutOff,
    /// The embedder found little in it that tells people apart.
    HardToCompare,
}

/// What was measured, and what it amounts to.
#[derive(Debug, Clone, PartialEq)]
pub struct Quality {
    /// Above 100 good, below 0 send the picture again. -100..=200.
    pub score: f32,
    /// Variance of the Laplacian of the aligned face's luma (crop of 112 x 112, values 0..=255). Hundreds are sharp, tens are
    /// blurred or enlarged.
    pub sharpness: f32,
    /// Mean luma of the face, 0..=255.
    pub brightness: f32,
    /// Standard deviation of the face's luma, 0..=128.
    pub contrast: f32,
    /// Distance between the centres of the eyes, in pixels of the picture.
    pub eye_distance_px: f32,
    /// Whether the picture holds no colour.
    pub is_grey: bool,
    /// 0..=1: how unlike the lower half of the face is to its cheeks, how dark the eyes' region is, or how unlike the halves
    /// are. Masks, hands, dark glasses and hard side light raise it.
    pub occlusion_hint: f32,
    /// Length of the embedder's vector. `None` where the face was not embedded, or the network's length tells nothing.
    pub vector_length: Option<f32>,
    /// Everything that keeps the score under 100 by itself; empty for a good picture.
    pub reasons: Vec<QualityReason>,
}

/// Each measure becomes a grade by two values: `again` has the grade 1/3 (alone, it takes the score to 0 or just under) and `good` 2/3
/// (alone, to nearly 100); linear between and beyond, within 0..=1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Knots {
    pub again: f32,
    pub good: f32,
}

impl Knots {
    fn grade(self, value: f32) -> f32 {
        let grade = (1.0 + (value - self.again) / (self.good - self.again)) / 3.0;
        if grade.is_finite() { grade.clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// Where the lines are drawn.
///
/// Size, sharpness, exposure and contrast were measured on 126 well-seen faces of LFW, each reduced, blurred (reduced and
/// enlarged), darkened, brightened and flattened in steps, and compared with its own original: `again` is where the median
/// cosine has fallen to 0.75, `good` is where it still is 0.97 or more. They describe this embedder, not people. The lines for
/// pose (the range in which the landmarks and the texture witness can be trusted), for occlusion, for the part inside the
/// picture and for grey are set by judgement.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityParams {
    /// Pixels.
    pub eye_distance: Knots,
    /// Logarithm (base 10) of the variance of the Laplacian: perceived sharpness goes with the logarithm.
    pub sharpness: Knots,
    /// Mean luma, from the dark side.
    pub dark: Knots,
    /// Mean luma, from the bright side.
    pub bright: Knots,
    pub contrast: Knots,
    /// Degrees of yaw or pitch, the larger.
    pub pose: Knots,
    /// `again` lies beyond the hint's range: a hint alone never asks for another picture.
    pub occlusion: Knots,
    /// Share of the face that lies inside the picture: of the aligned crop's middle, and of a whole face's box where the face's own one
    /// ends at an edge of the picture.
    pub inside: Knots,
    /// Width by height of the narrowest box of a face that nothing cuts, and height by width of the flattest. The landmarks of a cut face do
    /// not tell: they are found within what is left of it. The detector's boxes of whole faces lie at 0.80 to 0.89, those of one whose half
    /// is outside at 0.33 to 0.43 and at 1.46 to 1.63 (one well-lit face, cut in steps at each side, 2026-11-30).
    pub narrowest: f32,
    pub flattest: f32,
    /// The grade of a picture without colour: usable, never good by itself for a live capture.
    pub grey: f32,
    /// How much of the lowest grade the mean of all grades can take away.
    pub mean_share: f32,
}

impl Default for QualityParams {
    fn default() -> Self {
        Self {
            eye_distance: Knots { again: 11.0, good: 24.0 },
            sharpness: Knots { again: 1.15, good: 1.65 },
            dark: Knots { again: 17.0, good: 55.0 },
            bright: Knots { again: 246.0, good: 205.0 },
            contrast: Knots { again: 7.0, good: 20.0 },
            pose: Knots { again: 45.0, good: 25.0 },
            occlusion: Knots { again: 1.3, good: 0.7 },
            inside: Knots { again: 0.8, good: 0.9 },
            narrowest: 0.75,
            flattest: 1.1,
            grey: 0.6,
            mean_share: 0.15,
        }
    }
}

/// Measures and grades a face. The score is `300 * lowest grade * (1 - mean_share + mean_share * mean grade) - 100`: one bad
/// measure cannot be made good by the others, and among pictures with the same worst measure the better one wins.
pub(crate) fn assess(picture: &Picture, face: &FaceSighting, params: &QualityParams) -> Quality {
    let eye_distance_px = face.eye_distance();
    let Some(map) = alignment(&face.landmarks) else {
        return Quality {
            score: -100.0,
            sharpness: 0.0,
            brightness: 0.0,
            contrast: 0.0,
            eye_distance_px,
            is_grey: picture.is_grey(),
            occlusion_hint: 0.0,
            vector_length: None,
            reasons: vec![QualityReason::TooSmall],
        };
    };
    let crop = warp_similarity(picture, &mut fir::Resizer::new(), &map, CROP);
    let luma = grey_bytes(&crop);
    let sharpness = laplacian_variance(&luma);
    let (brightness, contrast) = exposure(&luma);
    let is_grey = picture.is_grey();
    let occlusion_hint = occlusion(&crop, &luma, is_grey);
    let inside = share_inside(picture, |x, y| map.source(x, y)).min(share_of_box(
        (picture.width(), picture.height()),
        &face.bounds,
        params,
    ));

    use QualityReason as R;
    let graded = [
        (R::TooSmall, params.eye_distance.grade(eye_distance_px)),
        (R::Blurred, params.sharpness.grade(sharpness.max(1e-3).log10())),
        (R::TooDark, params.dark.grade(brightness)),
        (R::TooBright, params.bright.grade(brightness)),
        (R::LowContrast, params.contrast.grade(contrast)),
        (R::Pose, params.pose.grade(face.pose.away())),
        (R::Occluded, params.occlusion.grade(occlusion_hint)),
        (R::CutOff, params.inside.grade(inside)),
        (R::Grey, if is_grey { params.grey } else { 1.0 }),
    ];
    let lowest = graded.iter().map(|g| g.1).fold(1.0, f32::min);
    let mean = graded.iter().map(|g| g.1).sum::<f32>() / graded.len() as f32;
    let score = 300.0 * lowest * (1.0 - params.mean_share * (1.0 - mean)) - 100.0;
    let reasons = graded.iter().filter(|g| g.1 < 2.0 / 3.0).map(|g| g.0).collect();
    Quality {
        score,
        sharpness,
        brightness,
        contrast,
        eye_distance_px,
        is_grey,
        occlusion_hint,
        vector_length: None,
        reasons,
    }
}

/// Holds a short vector against the picture: the score is at most `300 * grade - 100`. A long one is no merit.
pub(crate) fn with_length(mut quality: Quality, length: f32, knots: Knots) -> Quality {
    let grade = knots.grade(length);
    quality.score = quality.score.min(300.0 * grade - 100.0);
    quality.vector_length = Some(length);
    if grade < 2.0 / 3.0 {
        quality.reasons.push(QualityReason::HardToCompare);
    }
    quality
}

const SIDE: usize = CROP as usize;

/// The face proper within the aligned crop: without hair, ears and background.
const FACE: (std::ops::Range<usize>, std::ops::Range<usize>) = (26..87, 30..105);

/// Variance of the 4-neighbour Laplacian over the face proper.
fn laplacian_variance(luma: &[u8]) -> f32 {
    let at = |x: usize, y: usize| f32::from(luma[y * SIDE + x]);
    let (mut sum, mut square, mut count) = (0.0, 0.0, 0.0);
    for y in FACE.1 {
        for x in FACE.0 {
            let value = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4.0 * at(x, y);
            sum += value;
            square += value * value;
            count += 1.0;
        }
    }
    let mean: f32 = sum / count;
    square / count - mean * mean
}

/// Mean and standard deviation of luma over the face proper.
fn exposure(luma: &[u8]) -> (f32, f32) {
    let (mut sum, mut square, mut count) = (0.0_f64, 0.0_f64, 0.0_f64);
    for y in FACE.1 {
        for x in FACE.0 {
            let value = f64::from(luma[y * SIDE + x]);
            sum += value;
            square += value * value;
            count += 1.0;
        }
    }
    let mean = sum / count;
    (mean as f32, (square / count - mean * mean).max(0.0).sqrt() as f32)
}

/// Mean R, G, B of a patch of the crop.
fn patch(crop: &[u8], columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> [f32; 3] {
    let mut sum = [0.0; 3];
    let count = (columns.len() * rows.len()) as f32;
    for y in rows {
        for x in columns.clone() {
            for (channel, sum) in sum.iter_mut().enumerate() {
                *sum += f32::from(crop[(y * SIDE + x) * 3 + channel]);
            }
        }
    }
    sum.map(|s| s / count)
}

/// Three simple signs, each 0..=1; the strongest counts. Patches are fixed places of the aligned crop.
fn occlusion(crop: &[u8], luma: &[u8], is_grey: bool) -> f32 {
    let left = patch(crop, 30..44, 64..78);
    let right = patch(crop, 68..82, 64..78);
    let chin = patch(crop, 44..68, 98..108);
    let beside_mouth = patch(crop, 46..66, 80..88);
    let cheeks: [f32; 3] = std::array::from_fn(|c| f32::midpoint(left[c], right[c]));
    let brightness = |p: [f32; 3]| (p[0] * 0.299 + p[1] * 0.587 + p[2] * 0.114).max(1.0);

    // Colour apart from brightness: shares of red and blue. Skin of one face keeps them; cloth and paper do not.
    let tint = |p: [f32; 3]| {
        let sum = (p[0] + p[1] + p[2]).max(1.0);
        [p[0] / sum, p[2] / sum]
    };
    let apart = |a: [f32; 3], b: [f32; 3]| {
        let (a, b) = (tint(a), tint(b));
        (a[0] - b[0]).hypot(a[1] - b[1])
    };
    let mask = if is_grey { 0.0 } else { apart(chin, cheeks).min(apart(beside_mouth, cheeks)) / 0.12 };

    // Dark glasses: the whole region of the eyes dark and even, where open eyes are dark in the middle only.
    let eyes = (44..58).flat_map(|y| (26..50).chain(62..86).map(move |x| (x, y)));
    let dark = eyes.map(|(x, y)| f32::from(luma[y * SIDE + x])).fold((0.0, 0.0), |(dark, all), value| {
        (dark + if value < brightness(cheeks) * 0.4 { 1.0 } else { 0.0 }, all + 1.0)
    });
    let glasses = (dark.0 / dark.1 - 0.35) / 0.5;

    // A hand or hard light on one side.
    let sides = (brightness(left) / brightness(right)).ln().abs() / 1.4;
    mask.max(glasses).max(sides).clamp(0.0, 1.0)
}

/// Share of the face proper that comes from inside the picture, on a coarse grid.
fn share_inside(picture: &Picture, source: impl Fn(f64, f64) -> (f64, f64)) -> f32 {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let (mut inside, mut all) = (0.0, 0.0);
    for y in FACE.1.step_by(3) {
        for x in FACE.0.step_by(3) {
            let (x, y) = source(x as f64, y as f64);
            all += 1.0;
            if x >= -1.0 && y >= -1.0 && x <= width && y <= height {
                inside += 1.0;
            }
        }
    }
    inside / all
}

/// Share of a whole face's box that the face's own one is, where it ends at an edge of the picture. 1 where it ends at none.
fn share_of_box((width, height): (u32, u32), bounds: &Rect, params: &QualityParams) -> f32 {
    // A box that ends at the edge ends there to a pixel; a fiftieth of its side is room for rounding.
    let near = bounds.width.max(bounds.height) / 50.0;
    let ends = |from: f32, side: f32, whole: u32| from <= near || from + side >= whole as f32 - near;
    let mut share: f32 = 1.0;
    if ends(bounds.x, bounds.width, width) {
        share = share.min(bounds.width / (bounds.height * params.narrowest));
    }
    if ends(bounds.y, bounds.height, height) {
        share = share.min(bounds.height / (bounds.width * params.flattest));
    }
    share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knots_grade_in_both_directions() {
        let rising = Knots { again: 10.0, good: 20.0 };
        let falling = Knots { again: 45.0, good: 25.0 };
        for (knots, value, grade) in [
            (rising, 10.0, 1.0 / 3.0),
            (rising, 20.0, 2.0 / 3.0),
            (rising, 90.0, 1.0),
            (rising, -90.0, 0.0),
            (falling, 45.0, 1.0 / 3.0),
            (falling, 25.0, 2.0 / 3.0),
            (falling, 0.0, 1.0),
            (falling, f32::NAN, 0.0),
        ] {
            assert!((knots.grade(value) - grade).abs() < 1e-6, "{knots:?} {value}");
        }
    }

    #[test]
    fn a_short_vector_is_held_against_a_picture_and_a_long_one_changes_nothing() {
        let picture = Picture::from_rgb(8, 8, vec![0; 192]).unwrap();
        let face = FaceSighting {
            bounds: selfsame_domain::Rect { x: 0.0, y: 0.0, width: 8.0, height: 8.0 },
            score: 1.0,
            landmarks: [[0.0; 2]; 68],
            pose: super::super::Pose::default(),
        };
        let good = Quality {
            score: 150.0,
            reasons: Vec::new(),
            ..assess(&picture, &face, &QualityParams::default())
        };
        let knots = Knots { again: 30.0, good: 40.0 };
        for (length, score, reasons) in [
            (99.0, 150.0, vec![]),
            (40.0, 100.0, vec![]),
            (35.0, 50.0, vec![QualityReason::HardToCompare]),
            (30.0, 0.0, vec![QualityReason::HardToCompare]),
            (10.0, -100.0, vec![QualityReason::HardToCompare]),
            (f32::NAN, -100.0, vec![QualityReason::HardToCompare]),
        ] {
            let graded = with_length(good.clone(), length, knots);
            assert!((graded.score - score).abs() < 1e-3, "{length}: {}", graded.score);
            assert_eq!(graded.reasons, reasons, "{length}");
        }
        let bad = Quality { score: -50.0, ..good };
        assert!(
            (with_length(bad, 99.0, knots).score + 50.0).abs() < 1e-6,
            "a long vector makes nothing better"
        );
    }

    #[test]
    fn a_box_that_ends_at_an_edge_tells_how_much_is_missing() {
        let params = QualityParams::default();
        // As the detector says them of one face, cut in steps: the picture, the box, whether it is called cut off.
        for (picture, [x, y, width, height], cut) in [
            ((420, 480), [118.0, 98.0, 185.0, 211.0], false),
            ((480, 480), [1.0, 102.0, 184.0, 207.0], false),
            ((460, 480), [326.0, 98.0, 134.0, 215.0], true),
            ((404, 480), [323.0, 65.0, 81.0, 243.0], true),
            ((396, 480), [0.0, 105.0, 96.0, 221.0], true),
            ((680, 510), [242.0, 0.0, 177.0, 154.0], true),
            ((680, 350), [240.0, 127.0, 181.0, 215.0], false),
            ((680, 310), [236.0, 142.0, 183.0, 168.0], true),
            ((680, 250), [231.0, 124.0, 184.0, 126.0], true),
            // A narrow face in the middle is a turned one.
            ((640, 480), [200.0, 100.0, 80.0, 200.0], false),
            // A face that fills the picture.
            ((300, 370), [0.0, 0.0, 300.0, 370.0], false),
        ] {
            let share = share_of_box(picture, &Rect { x, y, width, height }, &params);
            assert_eq!(
                params.inside.grade(share) < 2.0 / 3.0,
                cut,
                "{picture:?} {x} {y} {width} {height}: {share}"
            );
        }
        // Of half a face the score is that of a picture to be sent again.
        let half = Rect { x: 323.0, y: 65.0, width: 81.0, height: 243.0 };
        assert!(params.inside.grade(share_of_box((404, 480), &half, &params)) < 1.0 / 3.0);
    }

    #[test]
    fn a_chessboard_is_sharp_and_a_plain_surface_is_not() {
        let chess: Vec<u8> =
            (0..SIDE * SIDE).map(|i| if (i % SIDE + i / SIDE).is_multiple_of(2) { 255 } else { 0 }).collect();
        assert!(laplacian_variance(&chess) > 100_000.0);
        assert_eq!(laplacian_variance(&vec![90; SIDE * SIDE]), 0.0);
    }

    #[test]
    fn a_cloth_over_the_lower_face_is_hinted_at() {
        let skin = [190, 140, 115];
        let mut crop: Vec<u8> = skin.repeat(SIDE * SIDE);
        let luma = grey_bytes(&crop);
        assert!(occlusion(&crop, &luma, false) < 0.1);
        for y in 76..SIDE {
            for x in 0..SIDE {
                crop[(y * SIDE + x) * 3..][..3].copy_from_slice(&[110, 150, 220]);
            }
        }
        let luma = grey_bytes(&crop);
        assert!(occlusion(&crop, &luma, false) > 0.8);
    }
}
