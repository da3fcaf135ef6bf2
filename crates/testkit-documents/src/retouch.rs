//! Falsifications that leave every value in agreement, or nothing but the picture's own grain to tell them by.

use image::{Rgb, RgbImage, imageops};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use selfsame_mrz::check::check_digit;

use crate::camera::jpeg;
use crate::tamper::{Tampered, opened};
use crate::{Area, Document, Field, Item, Kind, Page, Photo, Role};

/// Where a layout has the birth date: its line, and the column of its first digit; the check digit follows the sixth.
const fn birth(kind: Kind) -> Option<(usize, usize)> {
    match kind {
        Kind::Passport | Kind::IdentityCardTd2 | Kind::VisaA | Kind::VisaB => Some((1, 13)),
        Kind::IdentityCardTd1 => Some((1, 0)),
        Kind::DrivingLicence => None,
    }
}

/// The same document of somebody born in another year: what is printed, the zone and its check digits agree. The second is the columns of
/// the zone's second line that became others, in runs; `None` where there is no zone.
pub(crate) fn born_otherwise(
    document: &Document,
    rng: &mut Xoshiro256PlusPlus,
) -> Option<(Document, Vec<std::ops::Range<usize>>)> {
    let (line, column) = birth(document.kind)?;
    let mut changed = document.clone();
    let year = document.holder.birth_date.year();
    let other = if year >= 1975 { year - rng.random_range(3..20) } else { year + rng.random_range(3..20) };
    // The 29th of February has no such day in most years.
    let date = document.holder.birth_date.replace_day(28).and_then(|date| date.replace_year(other)).ok()?;
    changed.holder.birth_date = date;
    let printed = document.design.dates.print(date, &document.design.languages);
    if let Some(value) = changed.fields.get_mut(&Field::BirthDate) {
        value.printed = vec![printed];
        value.meaning = crate::document::iso(date);
    }
    let digits = format!("{:02}{:02}{:02}", other.rem_euclid(100), u8::from(date.month()), date.day());
    let mut zone: Vec<Vec<u8>> = changed.mrz.iter().map(|line| line.clone().into_bytes()).collect();
    zone.get_mut(line)?.get_mut(column..column + 6)?.copy_from_slice(digits.as_bytes());
    zone[line][column + 6] = b'0' + check_digit(digits.as_bytes())?;
    let last = zone[line].len() - 1;
    let vouched = match document.kind {
        Kind::Passport | Kind::IdentityCardTd2 => {
            Some([&zone[1][..10], &zone[1][13..20], &zone[1][21..last]].concat())
        }
        Kind::IdentityCardTd1 => {
            Some([&zone[0][5..], &zone[1][..7], &zone[1][8..15], &zone[1][18..last]].concat())
        }
        _ => None,
    };
    if let Some(vouched) = vouched {
        zone[line][last] = b'0' + check_digit(&vouched)?;
    }
    changed.mrz = zone.into_iter().map(|line| String::from_utf8(line).unwrap_or_default()).collect();
    let mut runs = vec![column..column + 7];
    if changed.mrz[line].as_bytes()[last] != document.mrz[line].as_bytes()[last] {
        runs.push(last..last + 1);
    }
    Some((changed, runs))
}

/// Takes the runs of the second line of the zone from the other page, each a little off its place.
pub(crate) fn paste_zone(
    mut page: Page,
    other: &Page,
    runs: &[std::ops::Range<usize>],
    rng: &mut Xoshiro256PlusPlus,
) -> Tampered {
    let line = |page: &Page| page.of(Role::Mrz).nth(1).cloned();
    let (Some(old), Some(new)) = (line(&page), line(other)) else {
        return Tampered { page, areas: Vec::new() };
    };
    let pitch = page.dpi / 10.0;
    let mut areas = Vec::new();
    for run in runs {
        let (left, top) = (new.area.x + run.start as f32 * pitch - pitch * 0.08, new.area.y - pitch * 0.4);
        let (width, height) = (run.len() as f32 * pitch, new.area.height + pitch * 0.8);
        let scrap =
            imageops::crop_imm(&other.picture, left as u32, top as u32, width as u32, height as u32).to_image();
        // 0.13 to 0.3 mm, as a field that was pasted by hand and eye.
        let low = rng.random_range(1.5..3.5_f32) * if rng.random_bool(0.5) { 1.0 } else { -1.0 };
        let (at_x, at_y) =
            (left.floor() + old.area.x - new.area.x, (top.floor() + low * page.dpi / 300.0).round());
        imageops::replace(&mut page.picture, &scrap, at_x as i64, at_y as i64);
        areas.push(Area { x: at_x, y: at_y, width, height });
    }
    for item in &mut page.items {
        if item.role == Role::Mrz && item.text == old.text {
            item.text.clone_from(&new.text);
        }
    }
    Tampered { page, areas }
}

/// Grain as of a scanner, standard deviation in levels.
pub(crate) fn grain(picture: &mut RgbImage, deviation: f32, rng: &mut Xoshiro256PlusPlus) {
    for pixel in picture.pixels_mut() {
        // Twelve even numbers make one that is as good as normal.
        let normal: f32 = (0..12).map(|_| rng.random_range(0.0..1.0_f32)).sum::<f32>() - 6.0;
        *pixel = Rgb(pixel.0.map(|value| (f32::from(value) + normal * deviation).round().clamp(0.0, 255.0) as u8));
    }
}

/// The characters of a printed value that stand apart, each with the height of the whole line; `None` where two of them touch.
fn characters(page: &Page, item: &Item) -> Option<Vec<(char, Area)>> {
    let Area { x, y, width, height } = item.area;
    let (left, right) = (x.floor() as u32, ((x + width).ceil() as u32).min(page.picture.width()));
    let (top, bottom) = (y.floor() as u32, ((y + height).ceil() as u32).min(page.picture.height()));
    let dark = |x: u32| (top..bottom).any(|y| page.picture.get_pixel(x, y).0[1] < 90);
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for x in (left..right).filter(|x| dark(*x)) {
        match runs.last_mut() {
            Some((_, end)) if *end == x => *end = x + 1,
            _ => runs.push((x, x + 1)),
        }
    }
    let text: Vec<char> = item.text.chars().filter(|c| !c.is_whitespace()).collect();
    (text.len() == runs.len()).then(|| {
        let area = |(from, to): (u32, u32)| Area { x: from as f32, y, width: (to - from) as f32, height };
        text.into_iter().zip(runs.into_iter().map(area)).collect()
    })
}

/// Two digits of one printed value that are not the same: the first is to be copied over the second.
fn two_digits(page: &Page, rng: &mut Xoshiro256PlusPlus) -> Option<(Area, Area)> {
    let fields =
        [Field::BirthDate, Field::ExpiryDate, Field::Number, Field::IssueDate, Field::PersonalNumber];
    fields.into_iter().find_map(|field| {
        let item = page.of(Role::Value).find(|item| item.field == Some(field))?;
        let digits: Vec<_> =
            characters(page, item)?.into_iter().filter(|(c, _)| c.is_ascii_digit()).collect();
        let pairs: Vec<_> = digits
            .iter()
            .flat_map(|one| digits.iter().map(move |other| (*one, *other)))
            .filter(|(one, other)| one.0 != other.0 && (one.1.width - other.1.width).abs() < one.1.height / 3.0)
            .collect();
        let ((_, from), (_, to)) = *pairs.get(rng.random_range(0..pairs.len().max(1)))?;
        let width = from.width.max(to.width);
        let about = |area: Area| Area { x: area.x + (area.width - width) / 2.0, width, ..area };
        Some((about(from), about(to)))
    })
}

/// Copies what lies about the middle of one part over the other. Says which parts it were, in whole pixels.
fn copy(picture: &mut RgbImage, from: Area, to: Area) -> [Area; 2] {
    // Not as far as the neighbours.
    let (aside, above) = ((from.height * 0.05).max(1.0), (from.height * 0.12).max(2.0));
    let (width, height) = ((from.width + 2.0 * aside).round() as u32, (from.height + 2.0 * above).round() as u32);
    let corner = |area: Area| ((area.x - aside).max(0.0) as u32, (area.y - above).max(0.0) as u32);
    let (a, b) = (corner(from), corner(to));
    let scrap = imageops::crop_imm(picture, a.0, a.1, width, height).to_image();
    imageops::replace(picture, &scrap, b.0.into(), b.1.into());
    [a, b].map(|(x, y)| Area { x: x as f32, y: y as f32, width: width as f32, height: height as f32 })
}

/// A digit copied over another in a scan: the page with a scanner's grain.
pub(crate) fn copied_in_scan(mut page: Page, rng: &mut Xoshiro256PlusPlus) -> Tampered {
    let digits = two_digits(&page, rng);
    grain(&mut page.picture, 2.5, rng);
    let areas = digits.map_or_else(Vec::new, |(from, to)| copy(&mut page.picture, from, to).to_vec());
    Tampered { page, areas }
}

/// The photo with a digit of a printed value copied over another one, saved again at a quality of 92 to 95; and both places. `None` where
/// no two digits stand apart.
#[must_use]
pub fn copy_moved(page: &Page, photo: &Photo, seed: u64) -> Option<(Photo, [Area; 2])> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0xC097);
    let (from, to) = two_digits(page, &mut rng)?;
    let placed = |area: Area| {
        let corners = area.corners().map(|corner| photo.homography.map(corner));
        let low = |i: usize| corners.iter().map(|corner| corner[i]).fold(f32::MAX, f32::min);
        let high = |i: usize| corners.iter().map(|corner| corner[i]).fold(f32::MIN, f32::max);
        Area { x: low(0), y: low(1), width: high(0) - low(0), height: high(1) - low(1) }
    };
    let mut picture = photo.picture.clone();
    let places = copy(&mut picture, placed(from), placed(to));
    let jpeg = jpeg(&picture, rng.random_range(92..=95));
    Some((Photo { picture: opened(&jpeg), jpeg, ..photo.clone() }, places))
}
