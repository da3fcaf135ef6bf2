//! Documents that were copied, recaptured or falsified, and where.

use image::{Rgb, RgbImage, imageops};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

use crate::camera::jpeg;
use crate::{Area, Document, Field, Fonts, Item, Page, Portrait, RenderError, Role, Side, retouch};

/// What was done to a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tampering {
    /// A copy in black and white: hard contrast, toner specks.
    GreyPhotocopy,
    /// A copy in colour: a printer's dots, flattened colours, its own paper.
    ColourPhotocopy,
    /// Shown on a screen: each of its pixels three coloured stripes. Photographed, the stripes beat with the sensor's.
    Screen,
    /// SPECIMEN, SAMPLE or a word like them across the page.
    SpecimenWord,
    /// One digit of the printed birth date is another; the machine-readable zone or barcode keeps the true one. The page is printed
    /// as a whole, without traces.
    PrintedDigit,
    /// One digit of the machine-readable zone is another; the check digits stay.
    MrzDigit,
    /// Another picture is stuck over the portrait; the ghost stays.
    Portrait,
    /// The birth date (on a TD1's back the authority) comes from another document, in another font and a little too low.
    PastedField,
    /// The page was compressed, a field was replaced by one of other history, and all was compressed again.
    Recompressed,
    /// The back of another person's document.
    OtherBack,
    /// The holder is born in another year, in print and in the zone, check digits included; what is new in the zone was pasted there, up to
    /// 0.3 mm too high or too low.
    PastedZone,
}

impl Tampering {
    /// Every one.
    pub const ALL: &[Self] = &[
        Self::GreyPhotocopy,
        Self::ColourPhotocopy,
        Self::Screen,
        Self::SpecimenWord,
        Self::PrintedDigit,
        Self::MrzDigit,
        Self::Portrait,
        Self::PastedField,
        Self::Recompressed,
        Self::OtherBack,
        Self::PastedZone,
    ];

    /// The name in truth files and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GreyPhotocopy => "grey-photocopy",
            Self::ColourPhotocopy => "colour-photocopy",
            Self::Screen => "screen",
            Self::SpecimenWord => "specimen-word",
            Self::PrintedDigit => "printed-digit",
            Self::MrzDigit => "mrz-digit",
            Self::Portrait => "portrait",
            Self::PastedField => "pasted-field",
            Self::Recompressed => "recompressed",
            Self::OtherBack => "other-back",
            Self::PastedZone => "pasted-zone",
        }
    }
}

/// Words that mark documents of no validity.
const WORDS: &[&str] = &["SPECIMEN", "SAMPLE", "MUSTER", "SPÉCIMEN", "MUESTRA", "WZÓR", "VOID"];

/// A falsified page, and the parts of it that are not what they were (the whole page for copies).
#[derive(Clone, Debug)]
pub struct Tampered {
    /// The page; its items say what can be read on it now.
    pub page: Page,
    /// Where, in pixels of the page. Empty where this side carries nothing of the kind: a licence has no machine-readable zone.
    pub areas: Vec<Area>,
}

/// Draws a side of a document that something was done to. `stranger` is the other person's picture.
///
/// # Errors
/// As [`Document::render`].
#[expect(
    clippy::too_many_arguments,
    reason = "the same as for an honest page, what to do, and by which seed"
)]
pub fn tampered(
    document: &Document,
    side: Side,
    portrait: &Portrait,
    stranger: &Portrait,
    fonts: &Fonts,
    dpi: f32,
    tampering: Tampering,
    seed: u64,
) -> Result<Tampered, RenderError> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x7A3E);
    let rng = &mut rng;
    let render = |document: &Document| document.render(side, portrait, fonts, dpi);
    match tampering {
        Tampering::GreyPhotocopy => Ok(whole(render(document)?, |picture| grey_photocopy(picture, rng))),
        Tampering::ColourPhotocopy => {
            Ok(whole(render(document)?, |picture| colour_photocopy(picture, dpi, rng)))
        }
        Tampering::Screen => Ok(screen(&render(document)?)),
        Tampering::SpecimenWord => {
            let mut marked = document.clone();
            marked.overprint = Some(WORDS[rng.random_range(0..WORDS.len())].to_owned());
            let page = render(&marked)?;
            Ok(Tampered { areas: page.of(Role::Overprint).map(|item| item.area).collect(), page })
        }
        Tampering::PrintedDigit => {
            let mut changed = document.clone();
            if let Some(line) =
                changed.fields.get_mut(&Field::BirthDate).and_then(|value| value.printed.last_mut())
            {
                change_digit(line, rng);
            }
            let page = render(&changed)?;
            Ok(Tampered {
                areas: value(&page, Field::BirthDate).map(|item| item.area).into_iter().collect(),
                page,
            })
        }
        Tampering::MrzDigit => {
            let mut changed = document.clone();
            // The line with the dates: the second one of every layout.
            if let Some(line) = changed.mrz.get_mut(1) {
                change_digit(line, rng);
            }
            let page = render(&changed)?;
            Ok(Tampered { areas: page.of(Role::Mrz).skip(1).take(1).map(|item| item.area).collect(), page })
        }
        Tampering::Portrait => Ok(stick_portrait(render(document)?, stranger, rng)),
        Tampering::PastedField => {
            let mut other = document.sibling(seed);
            other.design.bold = !document.design.bold;
            other.design.value_font = if document.design.value_font == "Liberation Mono" {
                "DejaVu Sans"
            } else {
                "Liberation Mono"
            };
            Ok(paste(render(document)?, &render(&other)?, rng))
        }
        Tampering::Recompressed => {
            let mut page = render(document)?;
            page.picture = through_jpeg(&page.picture, rng.random_range(55..75));
            let other = render(&document.sibling(seed))?;
            let mut result = paste(page, &other, rng);
            result.page.picture = through_jpeg(&result.page.picture, rng.random_range(88..95));
            Ok(result)
        }
        Tampering::PastedZone => {
            let Some((changed, runs)) = retouch::born_otherwise(document, rng) else {
                return Ok(Tampered { page: render(document)?, areas: Vec::new() });
            };
            let kept = Document { mrz: document.mrz.clone(), ..changed.clone() };
            Ok(retouch::paste_zone(render(&kept)?, &render(&changed)?, &runs, rng))
        }
        Tampering::OtherBack => {
            let page = if side == Side::Back { render(&document.sibling(seed))? } else { render(document)? };
            let areas = if side == Side::Back { vec![all(&page.picture)] } else { Vec::new() };
            Ok(Tampered { page, areas })
        }
    }
}

fn all(picture: &RgbImage) -> Area {
    Area { x: 0.0, y: 0.0, width: picture.width() as f32, height: picture.height() as f32 }
}

fn whole(mut page: Page, change: impl FnOnce(&mut RgbImage)) -> Tampered {
    change(&mut page.picture);
    Tampered { areas: vec![all(&page.picture)], page }
}

fn value(page: &Page, field: Field) -> Option<&Item> {
    page.of(Role::Value).find(|item| item.field == Some(field))
}

/// Another digit in the place of one, never of the same value.
fn change_digit(line: &mut String, rng: &mut Xoshiro256PlusPlus) {
    let digits: Vec<usize> =
        line.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
    let Some(&at) = digits.get(rng.random_range(0..digits.len().max(1))) else { return };
    let old = line.as_bytes()[at] - b'0';
    let new = (old + rng.random_range(1..10_u8)) % 10;
    line.replace_range(at..=at, &new.to_string());
}

fn grey_photocopy(picture: &mut RgbImage, rng: &mut Xoshiro256PlusPlus) {
    let (dark, bright) = (rng.random_range(60.0..90.0), rng.random_range(175.0..205.0));
    for pixel in picture.pixels_mut() {
        let [r, g, b] = pixel.0.map(f32::from);
        let grey = 0.299 * r + 0.587 * g + 0.114 * b;
        let t = ((grey - dark) / (bright - dark)).clamp(0.0, 1.0);
        let speck = rng.random_range(0.0..1.0_f32);
        let level = 22.0 + 225.0 * t * t * (3.0 - 2.0 * t) + rng.random_range(-6.0..6.0);
        let level = if speck < 0.0004 { 70.0 } else { level };
        *pixel = Rgb([level.clamp(0.0, 255.0) as u8; 3]);
    }
}

fn colour_photocopy(picture: &mut RgbImage, dpi: f32, rng: &mut Xoshiro256PlusPlus) {
    let soft = imageops::blur(picture, dpi / 300.0 * 0.8);
    // Screens of about 106 lines to the inch, each ink at its own angle.
    let period = dpi / 106.0;
    let angles = [15.0_f32, 75.0, 0.0].map(f32::to_radians);
    let paper =
        [rng.random_range(244.0..252.0), rng.random_range(242.0..250.0), rng.random_range(236.0..246.0_f32)];
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let source = soft.get_pixel(x, y).0.map(f32::from);
        *pixel = Rgb(std::array::from_fn(|c| {
            let (sin, cos) = angles[c].sin_cos();
            let (u, v) =
                ((x as f32 * cos + y as f32 * sin) / period, (y as f32 * cos - x as f32 * sin) / period);
            let dot = (u * std::f32::consts::TAU).cos() * (v * std::f32::consts::TAU).cos();
            let level = ((source[c] - 128.0) * 1.18 + 132.0) / 255.0;
            let printed = level + 0.16 * dot * (level * (1.0 - level) * 4.0).clamp(0.0, 1.0);
            (18.0 + (paper[c] - 18.0) * printed).clamp(0.0, paper[c]) as u8
        }));
    }
}

/// Two of the page's pixels (at 300 dpi; a phone's display beside its 1:1 picture) share one of the screen's, drawn 3 x 3.
fn screen(page: &Page) -> Tampered {
    let step = 300.0 / page.dpi;
    let (width, height) = page.picture.dimensions();
    let (columns, rows) = ((width as f32 * step * 0.7) as u32, (height as f32 * step * 0.7) as u32);
    let shown = imageops::resize(&page.picture, columns.max(1), rows.max(1), imageops::FilterType::Triangle);
    let picture = RgbImage::from_fn(columns * 3, rows * 3, |x, y| {
        let source = shown.get_pixel(x / 3, y / 3).0;
        let lit = (x % 3) as usize;
        let gap = if y % 3 == 2 { 0.45 } else { 1.0 };
        Rgb(std::array::from_fn(|c| {
            // A stripe leaks into its neighbours; white stays about as bright as before.
            let share = if c == lit { 1.75 } else { 0.55 };
            (f32::from(source[c]) * share * gap + 6.0).clamp(0.0, 255.0) as u8
        }))
    });
    let by = (columns * 3) as f32 / width as f32;
    let scaled = |item: &Item| {
        let Area { x, y, width, height } = item.area;
        Item { area: Area { x: x * by, y: y * by, width: width * by, height: height * by }, ..item.clone() }
    };
    let items = page.items.iter().map(scaled).collect();
    let areas = vec![all(&picture)];
    Tampered { page: Page { picture, dpi: page.dpi * by, items }, areas }
}

fn stick_portrait(mut page: Page, stranger: &Portrait, rng: &mut Xoshiro256PlusPlus) -> Tampered {
    let Some(area) = page.of(Role::Portrait).next().map(|item| item.area) else {
        return Tampered { page, areas: Vec::new() };
    };
    let grown = 1.0 + rng.random_range(0.0..0.05_f32);
    let size = |length: f32| (length * grown).round().max(1.0) as u32;
    let picture = stranger.filling(size(area.width), size(area.height));
    let shift = |rng: &mut Xoshiro256PlusPlus| (page.dpi / 300.0 * rng.random_range(-5.0..5.0_f32)) as i64;
    let (left, top) = (area.x as i64 + shift(rng), area.y as i64 + shift(rng));
    // A print on its own paper, with a thin edge.
    let edged = RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let rim = x < 2 || y < 2 || x + 2 >= picture.width() || y + 2 >= picture.height();
        let [r, g, b] = picture.get_pixel(x, y).0;
        if rim { Rgb([r / 2 + 110, g / 2 + 110, b / 2 + 108]) } else { Rgb([r, g, b.saturating_sub(8)]) }
    });
    imageops::replace(&mut page.picture, &edged, left, top);
    let area =
        Area { x: left as f32, y: top as f32, width: edged.width() as f32, height: edged.height() as f32 };
    Tampered { page, areas: vec![area] }
}

/// The birth date, or where this side has none the authority, from another page.
fn paste(mut page: Page, other: &Page, rng: &mut Xoshiro256PlusPlus) -> Tampered {
    let field = [Field::BirthDate, Field::Authority, Field::Number]
        .into_iter()
        .find(|field| value(&page, *field).is_some() && value(other, *field).is_some());
    let Some(field) = field else { return Tampered { page, areas: Vec::new() } };
    let (Some(old), Some(new)) = (value(&page, field).cloned(), value(other, field).cloned()) else {
        return Tampered { page, areas: Vec::new() };
    };
    let margin = 3.0 * page.dpi / 300.0;
    let (left, top) = (new.area.x - margin, new.area.y - margin);
    let width = new.area.width.max(old.area.width) + 2.0 * margin;
    let height = new.area.height.max(old.area.height) + 2.0 * margin;
    let scrap =
        imageops::crop_imm(&other.picture, left as u32, top as u32, width as u32, height as u32).to_image();
    let low = (rng.random_range(1.5..3.5) * page.dpi / 300.0).round();
    let (at_x, at_y) = (old.area.x - margin, old.area.y - margin + low);
    imageops::replace(&mut page.picture, &scrap, at_x as i64, at_y as i64);
    let area = Area { x: at_x + margin, y: at_y + margin, ..new.area };
    for item in &mut page.items {
        if item.role == Role::Value && item.field == Some(field) {
            item.text.clone_from(&new.text);
            item.area = area;
        }
    }
    Tampered { page, areas: vec![Area { x: at_x, y: at_y, width, height }] }
}

fn through_jpeg(picture: &RgbImage, quality: u8) -> RgbImage {
    match image::load_from_memory_with_format(&jpeg(picture, quality), image::ImageFormat::Jpeg) {
        Ok(decoded) => decoded.to_rgb8(),
        Err(error) => unreachable!("the encoder's own file: {error}"),
    }
}
