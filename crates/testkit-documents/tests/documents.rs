//! Every kind of document, many seeds: the truth that the generator tells is the truth.

use std::sync::OnceLock;

use selfsame_mrz as mrz;
use selfsame_testkit_documents::{
    Area, Document, Field, Fonts, Item, Kind, Language, Page, Portrait, RenderError, Role, Side,
};

/// Read once: many pages are drawn here.
fn fonts() -> &'static Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(|| Fonts::load().expect("the fonts (scripts/install-system.sh)"))
}

fn page(document: &Document, side: Side, dpi: f32) -> Page {
    document.render(side, &Portrait::silhouette(0.5), fonts(), dpi).expect("a page")
}

#[test]
fn a_missing_font_names_its_package() {
    let error = Fonts::load_from(std::path::Path::new("/nonexistent")).expect_err("no fonts there");
    assert!(error.to_string().contains("fonts-ocr-b"), "{error}");
}

#[test]
fn sizes_are_those_of_the_standards() {
    let passport = page(&Document::random(Kind::Passport, 1), Side::Front, 300.0);
    assert_eq!(passport.picture.dimensions(), (1476, 1039));
    let card = page(&Document::random(Kind::IdentityCardTd1, 1), Side::Back, 300.0);
    assert_eq!(card.picture.dimensions(), (1011, 638));
}

#[test]
fn a_seed_gives_the_same_document_and_the_same_pixels() {
    for &kind in Kind::ALL {
        for &side in kind.sides() {
            let (one, two) = (Document::random(kind, 7), Document::random(kind, 7));
            assert_eq!(one.fields, two.fields);
            let (first, second) = (page(&one, side, 150.0), page(&two, side, 150.0));
            assert_eq!(first.items, second.items);
            assert_eq!(first.picture, second.picture, "{kind:?} {side:?}");
            assert_ne!(first.picture, page(&Document::random(kind, 8), side, 150.0).picture);
        }
    }
}

#[test]
fn the_zone_is_valid_and_says_what_is_printed() {
    for &kind in Kind::ALL {
        let Some(format) = kind.format() else { continue };
        for seed in 0..200 {
            let document = Document::random(kind, seed);
            let read = mrz::parse(&document.mrz).expect("a zone");
            assert_eq!(read.format, format);
            assert!(read.is_valid(), "{kind:?} {seed}: {:?} {:?}", read.checks, read.issues);
            assert_eq!(read.document_number, document.printed(Field::Number));
            let (surname, given) = (&document.fields[&Field::Surname], &document.fields[&Field::GivenNames]);
            let same = |printed: &str, zone: &str| {
                mrz::names::same_name(printed, zone, read.name_truncated) != mrz::names::Agreement::Different
            };
            assert!(same(&surname.printed[0], &read.primary_identifier), "{kind:?} {seed}");
            assert!(same(&given.printed[0], &read.secondary_identifier), "{kind:?} {seed}");
            let birth = read.birth_date.expect("a birth date").to_text();
            let meant = document.fields[&Field::BirthDate].meaning.replace('-', "");
            assert_eq!(birth, meant[2..]);
        }
    }
}

#[test]
fn the_printed_zone_is_the_document_s_in_the_place_of_the_standard() {
    for &kind in Kind::ALL {
        if kind.format().is_none() {
            continue;
        }
        let document = Document::random(kind, 3);
        let side = *kind.sides().last().expect("a side");
        let page = page(&document, side, 300.0);
        assert_eq!(page.mrz(), document.mrz);
        let millimetre = 300.0 / 25.4;
        for (line, item) in document.mrz.iter().zip(page.of(Role::Mrz)) {
            // From the first character's ink to the last one's: all pitches but one, and one character of about 1.5 mm.
            let wide = item.area.width / millimetre;
            let pitches = 2.54 * (line.len() - 1) as f32;
            assert!(
                (0.8..2.3).contains(&(wide - pitches)),
                "{kind:?}: {wide} mm for {} characters",
                line.len()
            );
            let high = item.area.height / millimetre;
            assert!((2.2..2.9).contains(&high), "{kind:?}: {high} mm high");
        }
        let (_, height) = kind.size_mm();
        let top = page.of(Role::Mrz).map(|item| item.area.y).fold(f32::MAX, f32::min) / millimetre;
        assert!(top > height - 23.2, "{kind:?}: begins {top} mm from the upper edge");
    }
}

/// Everything that people or machines read.
fn read(item: &&Item) -> bool {
    !matches!(item.role, Role::Overprint)
}

#[test]
fn everything_is_on_the_page_and_nothing_on_something_else() {
    for &kind in Kind::ALL {
        for seed in 0..25 {
            let document = Document::random(kind, seed);
            for &side in kind.sides() {
                let page = page(&document, side, 100.0);
                let (width, height) = page.picture.dimensions();
                let items: Vec<_> = page.items.iter().filter(read).collect();
                for (at, item) in items.iter().enumerate() {
                    let Area { x, y, width: w, height: h } = item.area;
                    let within = x >= 0.0 && y >= 0.0 && x + w <= width as f32 && y + h <= height as f32;
                    assert!(within, "{kind:?} {side:?} {seed}: {item:?} leaves the page");
                    for other in &items[at + 1..] {
                        assert!(
                            !item.area.overlaps(other.area),
                            "{kind:?} {side:?} {seed}: {item:?} lies on {other:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn every_field_is_printed_on_some_side() {
    for &kind in Kind::ALL {
        for seed in 0..6 {
            let document = Document::random(kind, seed);
            let pages: Vec<_> = kind.sides().iter().map(|side| page(&document, *side, 100.0)).collect();
            for (field, value) in &document.fields {
                for line in &value.printed {
                    let printed = pages
                        .iter()
                        .flat_map(|page| page.of(Role::Value))
                        .any(|item| item.field == Some(*field) && item.text == *line);
                    assert!(printed, "{kind:?} {seed}: {field:?} {line}");
                }
            }
        }
    }
}

#[test]
fn text_boxes_hold_the_ink_and_only_it() {
    let document = Document::random(Kind::Passport, 5);
    let page = page(&document, Side::Front, 300.0);
    for item in page.of(Role::Mrz) {
        let dark = |x: u32, y: u32| page.picture.get_pixel(x, y).0.iter().all(|&c| c < 90);
        let Area { x, y, width, height } = item.area;
        let (mut low, mut high) = ((u32::MAX, u32::MAX), (0, 0));
        for py in (y as u32 - 8)..(y + height) as u32 + 8 {
            for px in (x as u32 - 8)..(x + width) as u32 + 8 {
                if dark(px, py) {
                    low = (low.0.min(px), low.1.min(py));
                    high = (high.0.max(px + 1), high.1.max(py + 1));
                }
            }
        }
        let close = |edge: u32, told: f32| (edge as f32 - told).abs() < 1.5;
        assert!(close(low.0, x) && close(low.1, y) && close(high.0, x + width) && close(high.1, y + height));
    }
}

#[test]
fn every_language_has_its_words() {
    let fields = Document::random(Kind::Passport, 1).fields.into_keys();
    let fields: Vec<_> = fields.chain(Document::random(Kind::VisaA, 1).fields.into_keys()).collect();
    for &language in Language::ALL {
        assert!(fields.iter().all(|field| !language.label(*field).is_empty()));
        assert!(
            (1..=12).all(|month| (3..=4).contains(&language.month(month).chars().count())),
            "{language:?}"
        );
        assert!(Kind::ALL.iter().all(|kind| !language.title(*kind).is_empty()));
    }
}

#[test]
fn a_character_without_a_glyph_is_refused() {
    let mut document = Document::random(Kind::Passport, 1);
    document.mrz[0].replace_range(0..1, "漢");
    let result = document.render(Side::Front, &Portrait::silhouette(0.5), fonts(), 150.0);
    assert!(matches!(result, Err(RenderError::Glyph(Role::Mrz))));
}
