use super::edges::{self, EdgeParams};
use super::patterns::{self, PatternParams};
use super::{Recapture, recapture};
use crate::image::{Limits, decode};
use crate::{Picture, Rect};

const FACE: Rect = Rect { x: 140.0, y: 110.0, width: 200.0, height: 260.0 };

/// Noise without period: a linear congruential generator, its high bits.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
    }
}

/// Shaded skin with a sensor's noise, plus what `add` adds to red, green and blue at a place.
fn skin(width: u32, height: u32, add: impl Fn(f32, f32) -> [f32; 3]) -> Picture {
    let mut noise = Noise(7);
    let mut rgb = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..height {
        for x in 0..width {
            let (x, y) = (x as f32, y as f32);
            let shade = 20.0 * (x / 61.0).sin() + 14.0 * (y / 47.0).cos();
            for (base, more) in [176.0, 138.0, 118.0].into_iter().zip(add(x, y)) {
                rgb.push((base + shade + more + noise.next() * 6.0).clamp(0.0, 255.0) as u8);
            }
        }
    }
    Picture::from_rgb(width, height, rgb).unwrap()
}

fn wave(x: f32, y: f32, across: f32, down: f32) -> f32 {
    (std::f32::consts::TAU * (across * x + down * y)).sin()
}

fn pattern(picture: &Picture) -> Option<f32> {
    recapture(picture, FACE, &PatternParams::default(), &EdgeParams::default()).pattern
}

fn again(picture: &Picture, quality: u8) -> Picture {
    decode(&picture.to_jpeg(quality), &Limits::default()).unwrap()
}

#[test]
fn skin_has_no_pattern_and_a_grid_over_it_is_one() {
    assert_eq!(pattern(&skin(480, 480, |_, _| [0.0; 3])), Some(1.0));
    // Two steps of 255 that nobody sees; rolled, so that it lies on no axis.
    let grid = skin(480, 480, |x, y| [2.0 * wave(x, y, 0.31, 0.07); 3]);
    assert_eq!(pattern(&grid), Some(0.0));
    let found = patterns::search(&grid, FACE, &PatternParams::default()).unwrap();
    assert!(!found.in_colour, "{found:?}");
    let (across, down) = found.frequency;
    assert!((across.abs() - 0.31).abs() < 0.05 && (down - 0.07).abs() < 0.05, "{found:?}");
}

#[test]
fn coloured_moire_without_brightness_is_found_in_the_colour() {
    // Red and blue in antiphase: 0.299 * 3.0 = 0.114 * 7.87.
    let moire = skin(480, 480, |x, y| [3.0, 0.0, -7.87].map(|depth| depth * wave(x, y, 0.15, -0.11)));
    let found = patterns::search(&moire, FACE, &PatternParams::default()).unwrap();
    assert!(found.score <= 0.25 && found.in_colour, "{found:?}");
}

#[test]
fn a_grid_that_wanders_a_little_over_the_face_is_found() {
    let tilted = skin(480, 480, |x, y| {
        let nearer = 1.0 + 0.00012 * (x - 240.0);
        [4.0 * wave((x - 240.0) * nearer, y, 0.28, 0.09); 3]
    });
    assert!(pattern(&tilted).unwrap() <= 0.25);
}

#[test]
fn stripes_beside_the_face_and_on_a_part_of_it_accuse_nobody() {
    let shirt = skin(480, 480, |x, y| if y > 330.0 { [18.0 * wave(x, y, 0.13, 0.11); 3] } else { [0.0; 3] });
    assert_eq!(pattern(&shirt), Some(1.0));
    let wall = skin(480, 480, |x, y| {
        let outside = !(130.0..350.0).contains(&x) || !(100.0..380.0).contains(&y);
        if outside { [25.0 * wave(x, y, 0.2, 0.1); 3] } else { [0.0; 3] }
    });
    assert_eq!(pattern(&wall), Some(1.0));
    // Shadows of blinds: coarse, over the whole face.
    let blinds = skin(480, 480, |x, y| [30.0 * wave(x, y, 0.01, 0.04); 3]);
    assert_eq!(pattern(&blinds), Some(1.0));
}

#[test]
fn strong_compression_and_enlargement_are_no_screens() {
    let plain = skin(480, 480, |_, _| [0.0; 3]);
    for quality in [10, 25, 40, 60, 80] {
        assert_ne!(pattern(&again(&plain, quality)).map(|score| score < 0.75), Some(true), "{quality}");
    }
    for (from, quality) in [(192, 30), (240, 50), (320, 70)] {
        let enlarged = again(&again(&plain.resized(from, from), quality).resized(480, 480), 92);
        assert_ne!(pattern(&enlarged).map(|score| score < 0.75), Some(true), "{from} {quality}");
    }
    // Rows of two half frames that do not fit together.
    let interlaced = skin(480, 480, |_, y| if (y as u32).is_multiple_of(2) { [5.0; 3] } else { [0.0; 3] });
    assert_eq!(pattern(&interlaced), Some(1.0));
}

#[test]
fn small_faces_and_faces_without_detail_are_not_judged() {
    let grid = skin(480, 480, |x, y| [5.0 * wave(x, y, 0.31, 0.07); 3]);
    let small = Rect { x: 200.0, y: 200.0, width: 90.0, height: 110.0 };
    assert_eq!(patterns::search(&grid, small, &PatternParams::default()), None);
    let flat = Picture::from_rgb(480, 480, vec![130; 480 * 480 * 3]).unwrap();
    assert_eq!(pattern(&flat), None);
}

/// A room with a person: wall, head, and shoulders that cover what is behind them; `draw` gives the brightness of what is
/// behind the person, and `held` of what is before.
fn room(behind: impl Fn(f32, f32) -> Option<f32>, held: impl Fn(f32, f32) -> Option<f32>) -> Picture {
    let mut noise = Noise(3);
    let mut rgb = Vec::with_capacity(640 * 480 * 3);
    for y in 0..480_u32 {
        for x in 0..640_u32 {
            let (fx, fy) = (x as f32, y as f32);
            let head = ((fx - 320.0) / 70.0).powi(2) + ((fy - 200.0) / 95.0).powi(2) < 1.0;
            let shoulders = fy > 290.0 + 40.0 * ((fx - 320.0) / 180.0).powi(2) && (fx - 320.0).abs() < 205.0;
            let light = held(fx, fy).unwrap_or_else(|| {
                if head {
                    165.0
                } else if shoulders {
                    70.0
                } else {
                    behind(fx, fy).unwrap_or(150.0 + fx / 20.0)
                }
            });
            let value = (light + noise.next() * 6.0).clamp(0.0, 255.0) as u8;
            rgb.extend([value; 3]);
        }
    }
    Picture::from_rgb(640, 480, rgb).unwrap()
}

const HEAD: Rect = Rect { x: 250.0, y: 115.0, width: 140.0, height: 175.0 };

fn edged(picture: &Picture) -> f32 {
    edges::search(picture, HEAD, &EdgeParams::default()).unwrap().score
}

/// A place turned about the middle of the face.
fn turned(x: f32, y: f32, degrees: f32) -> (f32, f32) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (dx, dy) = (x - 320.0, y - 220.0);
    (dx * cos + dy * sin, dy * cos - dx * sin)
}

/// The dark rim of a device, `half` wide and high (halves), 14 pixels broad.
fn rim(x: f32, y: f32, degrees: f32, half: (f32, f32)) -> Option<f32> {
    let (u, v) = turned(x, y, degrees);
    let outside = (u.abs() - half.0).max(v.abs() - half.1);
    (-14.0..0.0).contains(&outside).then_some(15.0)
}

#[test]
fn a_device_before_the_body_is_found_however_it_is_rolled() {
    for degrees in [0.0, 3.0, -7.0, 11.0] {
        let picture = room(|_, _| None, |x, y| rim(x, y, degrees, (130.0, 185.0)));
        assert!(edged(&picture) <= 0.25, "{degrees}: {}", edged(&picture));
        let found = edges::search(&picture, HEAD, &EdgeParams::default()).unwrap();
        let corners = found.corners.unwrap();
        assert!(corners[0][0] < HEAD.x && corners[2][1] > HEAD.y + HEAD.height, "{corners:?}");
    }
    // Too far from upright to be held so.
    assert!(edged(&room(|_, _| None, |x, y| rim(x, y, 25.0, (130.0, 185.0)))) > 0.5);
}

#[test]
fn nobody_is_accused_for_standing_in_a_room() {
    assert_eq!(edged(&room(|_, _| None, |_, _| None)), 1.0);
    // A door, a picture and a window behind the person: the shoulders cover the lower part.
    for half in [(110.0, 400.0), (120.0, 185.0), (170.0, 200.0)] {
        let framed = room(|x, y| rim(x, y, 0.0, half), |_, _| None);
        assert!(edged(&framed) > 0.5, "{half:?}: {}", edged(&framed));
    }
    // Slats of blinds, and a shelf whose boards run on.
    let blinds = room(|_, y| (y as u32 / 9).is_multiple_of(2).then_some(90.0), |_, _| None);
    assert!(edged(&blinds) > 0.5, "{}", edged(&blinds));
    let shelf = room(|x, y| (x as u32 % 110 < 12 || y as u32 % 120 < 12).then_some(40.0), |_, _| None);
    assert!(edged(&shelf) > 0.5, "{}", edged(&shelf));
    // The edge of a table before a person in a door: it runs on to both sides.
    let table = room(|x, y| rim(x, y, 0.0, (130.0, 400.0)), |_, y| (y > 400.0).then_some(210.0));
    assert!(edged(&table) > 0.5, "{}", edged(&table));
}

#[test]
fn any_size_and_any_box_is_survived() {
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1e9, -40.0, 0.0, 0.5, 63.0, 200.0, 1e9];
    for (width, height) in [(1, 1), (1, 300), (300, 1), (2, 2), (7, 9), (64, 64), (65, 129), (257, 131)] {
        let picture = skin(width, height, |x, y| [40.0 * wave(x, y, 0.3, 0.1); 3]);
        for x in odd {
            for side in odd {
                for other in [side, 10.0, 130.0] {
                    let face = Rect { x, y: x, width: side, height: other };
                    let Recapture { pattern, edges } =
                        recapture(&picture, face, &PatternParams::default(), &EdgeParams::default());
                    for score in [pattern, edges].into_iter().flatten() {
                        assert!((0.0..=1.0).contains(&score), "{face:?}");
                    }
                }
            }
        }
    }
}
