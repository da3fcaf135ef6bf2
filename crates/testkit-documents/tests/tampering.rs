//! Falsified documents differ from honest ones where they say, and nowhere else.

use selfsame_mrz as mrz;
use selfsame_testkit_documents::{
    Document, Field, Fonts, Kind, Page, Portrait, Role, Side, Tampered, Tampering, tampered,
};

const DPI: f32 = 150.0;

fn both(kind: Kind, side: Side, tampering: Tampering) -> (Document, Page, Tampered) {
    let fonts = Fonts::load().expect("the fonts (scripts/install-system.sh)");
    let document = Document::random(kind, 21);
    let (holder, stranger) = (Portrait::silhouette(0.8), Portrait::silhouette(0.1));
    let honest = document.render(side, &holder, &fonts, DPI).expect("a page");
    let false_one =
        tampered(&document, side, &holder, &stranger, &fonts, DPI, tampering, 5).expect("a tampered page");
    (document, honest, false_one)
}

/// The share of changed pixels inside and outside of the areas.
fn changed(honest: &Page, false_one: &Tampered) -> (f64, f64) {
    let (mut inside, mut outside) = ((0_usize, 0_usize), (0_usize, 0_usize));
    for (x, y, pixel) in honest.picture.enumerate_pixels() {
        let (px, py) = (x as f32, y as f32);
        let margin = 6.0;
        let within = false_one.areas.iter().any(|area| {
            px >= area.x - margin
                && px <= area.x + area.width + margin
                && py >= area.y - margin
                && py <= area.y + area.height + margin
        });
        let counter = if within { &mut inside } else { &mut outside };
        counter.0 += usize::from(pixel != false_one.page.picture.get_pixel(x, y));
        counter.1 += 1;
    }
    (inside.0 as f64 / inside.1.max(1) as f64, outside.0 as f64 / outside.1.max(1) as f64)
}

#[test]
fn local_changes_stay_in_their_areas() {
    for tampering in
        [Tampering::PrintedDigit, Tampering::MrzDigit, Tampering::Portrait, Tampering::PastedField]
    {
        let (_, honest, false_one) = both(Kind::Passport, Side::Front, tampering);
        let (inside, outside) = changed(&honest, &false_one);
        assert!(inside > 0.001, "{tampering:?}: nothing changed");
        assert_eq!(outside, 0.0, "{tampering:?} changed something elsewhere");
    }
}

#[test]
fn a_zone_with_pasted_digits_is_sound_and_agrees_with_print() {
    for kind in [Kind::Passport, Kind::IdentityCardTd2] {
        let (document, _, false_one) = both(kind, Side::Front, Tampering::PastedZone);
        let (old, new) =
            (mrz::parse(&document.mrz).expect("a zone"), mrz::parse(&false_one.page.mrz()).expect("a zone"));
        assert!(new.checks_ok(), "{kind:?}");
        assert_ne!(old.birth_date, new.birth_date, "{kind:?}");
        assert!(!false_one.areas.is_empty(), "{kind:?}");
        let printed = |page: &Page| {
            page.of(Role::Value)
                .find(|item| item.field == Some(Field::BirthDate))
                .map(|item| item.text.clone())
        };
        assert_ne!(printed(&false_one.page).as_deref(), Some(document.printed(Field::BirthDate)), "{kind:?}");
    }
}

#[test]
fn copies_change_everything() {
    for tampering in [Tampering::GreyPhotocopy, Tampering::ColourPhotocopy, Tampering::Recompressed] {
        let (_, honest, false_one) = both(Kind::Passport, Side::Front, tampering);
        let share =
            honest.picture.pixels().zip(false_one.page.picture.pixels()).filter(|(a, b)| a != b).count();
        assert!(share * 2 > honest.picture.pixels().len(), "{tampering:?}");
    }
    let (_, _, grey) = both(Kind::Passport, Side::Front, Tampering::GreyPhotocopy);
    assert!(grey.page.picture.pixels().all(|pixel| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2]));
}

#[test]
fn a_screen_is_made_of_stripes_and_keeps_its_items_in_place() {
    let (_, honest, shown) = both(Kind::Passport, Side::Front, Tampering::Screen);
    let by = shown.page.picture.width() as f32 / honest.picture.width() as f32;
    for (item, other) in honest.items.iter().zip(&shown.page.items) {
        assert!((item.area.x * by - other.area.x).abs() < 0.5);
    }
    let row: Vec<_> = (0..300).map(|x| shown.page.picture.get_pixel(x, 4).0).collect();
    assert!(row.chunks_exact(3).all(|cell| cell[0][0] > cell[1][0] && cell[1][1] > cell[2][1]));
}

#[test]
fn a_changed_digit_breaks_the_zone_or_its_agreement_with_print() {
    let (document, _, false_one) = both(Kind::Passport, Side::Front, Tampering::MrzDigit);
    let read = mrz::parse(&false_one.page.mrz()).expect("a zone");
    assert!(!read.checks_ok());
    assert!(mrz::parse(&document.mrz).expect("a zone").checks_ok());

    let (document, _, false_one) = both(Kind::Passport, Side::Front, Tampering::PrintedDigit);
    assert_eq!(false_one.page.mrz(), document.mrz);
    let printed = false_one.page.of(Role::Value).find(|item| item.field == Some(Field::BirthDate));
    let printed = &printed.expect("a birth date").text;
    let honest = document.printed(Field::BirthDate);
    assert_eq!(printed.chars().zip(honest.chars()).filter(|(one, other)| one != other).count(), 1);
}

#[test]
fn the_word_is_on_the_page_and_known() {
    for &kind in Kind::ALL {
        let (_, _, marked) = both(kind, Side::Front, Tampering::SpecimenWord);
        let word = marked.page.of(Role::Overprint).next().expect("a word");
        let (width, height) = marked.page.picture.dimensions();
        assert!(word.area.x >= 0.0 && word.area.x + word.area.width <= width as f32, "{kind:?}");
        assert!(word.area.y >= 0.0 && word.area.y + word.area.height <= height as f32, "{kind:?}");
    }
}

#[test]
fn another_back_belongs_to_another_person_of_the_same_country() {
    let (document, honest, other) = both(Kind::IdentityCardTd1, Side::Back, Tampering::OtherBack);
    assert_ne!(other.page.mrz(), document.mrz);
    assert!(mrz::parse(&other.page.mrz()).expect("a zone").is_valid());
    assert_eq!(other.page.picture.dimensions(), honest.picture.dimensions());
    let (_, front, same) = both(Kind::IdentityCardTd1, Side::Front, Tampering::OtherBack);
    assert_eq!(front.picture, same.page.picture);
    assert!(same.areas.is_empty());
}
