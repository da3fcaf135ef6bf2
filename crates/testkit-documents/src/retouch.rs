//! Falsifications that leave every value in agreement.

use image::imageops;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use selfsame_mrz::check::check_digit;

use crate::tamper::Tampered;
use crate::{Area, Document, Field, Kind, Page, Role};

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
    let differs = changed.mrz[line].as_bytes()[last] != document.mrz[line].as_bytes()[last];
    let runs = std::iter::once(column..column + 7).chain(differs.then_some(last..last + 1));
    let runs = runs.collect();
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
        let scrap = imageops::crop_imm(&other.picture, left as u32, top as u32, width as u32, height as u32)
            .to_image();
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
