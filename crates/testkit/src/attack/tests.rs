use super::*;
use crate::malformed::faceless_picture;

fn clip() -> Vec<Picture> {
    let drawn = faceless_picture(320, 240);
    (0..6_u32)
        .map(|index| {
            // A bright square that moves over the middle: what plays can be told from what is still.
            let mut frame = drawn.clone();
            for y in 110..130 {
                for x in 130 + index * 8..150 + index * 8 {
                    frame.put_pixel(x, y, image::Rgb([255, 255, 255]));
                }
            }
            Picture::from_rgb(320, 240, frame.into_raw()).unwrap()
        })
        .collect()
}

fn mean(picture: &Picture) -> f64 {
    picture.rgb().iter().map(|value| f64::from(*value)).sum::<f64>() / picture.rgb().len() as f64
}

/// Mean difference between neighbouring pixels of the green channel, along rows.
fn detail(picture: &Picture) -> f64 {
    let green: Vec<f64> = picture.rgb().iter().skip(1).step_by(3).map(|value| f64::from(*value)).collect();
    green.windows(2).map(|pair| (pair[0] - pair[1]).abs()).sum::<f64>() / green.len() as f64
}

#[test]
fn the_same_seed_makes_the_same_attack_and_another_seed_another() {
    for species in Species::ALL {
        let first = attack(species, &clip(), 3);
        assert_eq!(first.len(), 6);
        assert!(first.iter().all(|frame| (frame.width(), frame.height()) == (320, 240)));
        assert!(first == attack(species, &clip(), 3), "{}", species.name());
        assert!(first != attack(species, &clip(), 4), "{}", species.name());
    }
}

#[test]
fn names_are_unique_and_fit_a_list() {
    let names: std::collections::HashSet<_> = Species::ALL.iter().map(|species| species.name()).collect();
    assert_eq!(names.len(), Species::ALL.len());
    assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
}

#[test]
fn a_photo_is_one_frame_and_a_replay_is_not() {
    // The brightest spot is the square. On a photo its place on the medium is fixed; in a replay it runs to the right.
    let square = |picture: &Picture| {
        let (mut sum, mut weight) = (0.0, 0.0);
        for (index, pixel) in picture.rgb().chunks_exact(3).enumerate() {
            let light = f64::from(pixel[0]) + f64::from(pixel[1]) + f64::from(pixel[2]);
            if light > 640.0 {
                sum += f64::from(u32::try_from(index % 320).unwrap());
                weight += 1.0;
            }
        }
        assert!(weight > 50.0, "the square is seen");
        sum / weight
    };
    let still = attack(Species::FlatPhoto, &clip(), 5);
    let moved = (square(&still[5]) - square(&still[0])).abs();
    let replayed = attack(Species::ScreenReplay, &clip(), 5);
    let played = (square(&replayed[5]) - square(&replayed[0])).abs();
    assert!(moved < 20.0, "{moved}");
    // Five steps of 8 pixels, seen from 0.78 of the distance.
    assert!(played > 30.0, "{played}");
}

#[test]
fn a_screen_adds_detail_that_the_flat_photo_lacks_and_a_print_takes_colour() {
    let [flat, screen, print] = [Species::FlatPhoto, Species::ScreenPhoto, Species::Print]
        .map(|species| attack(species, &clip(), 9)[0].clone());
    // The finest structure is damped by optics that blur less than a pixel, so look at the difference to a softened copy.
    let fine = |picture: &Picture| detail(picture) - detail(&soften(picture, 1));
    assert!(fine(&screen) > 1.5 * fine(&flat), "{} {}", fine(&screen), fine(&flat));
    let colour = |picture: &Picture| {
        picture
            .rgb()
            .chunks_exact(3)
            .map(|p| f64::from(p.iter().max().unwrap() - p.iter().min().unwrap()))
            .sum::<f64>()
            / f64::from(320 * 240)
    };
    assert!(colour(&print) < 0.8 * colour(&flat), "{} {}", colour(&print), colour(&flat));
}

#[test]
fn around_a_phone_the_room_stands_still() {
    let frames = attack(Species::PhonePhoto, &clip(), 11);
    let corner = |picture: &Picture| mean(&picture.crop(0, 0, 30, 30).unwrap());
    for pair in frames.windows(2) {
        assert!((corner(&pair[0]) - corner(&pair[1])).abs() < 0.5);
    }
    // Going in from the edge there is the dark bezel between the room and the display.
    let row = frames[0].crop(0, 118, 160, 4).unwrap();
    let columns: Vec<f64> = (0..160).map(|x| mean(&row.crop(x, 0, 1, 4).unwrap())).collect();
    let dark = columns.iter().position(|light| *light < 25.0).expect("a bezel");
    assert!(columns[..dark - 3].iter().all(|light| *light > 60.0));
    assert!(columns[dark + 12..].iter().all(|light| *light > 25.0));
}
