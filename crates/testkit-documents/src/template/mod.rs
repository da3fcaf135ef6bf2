//! The templates: where everything stands on each kind of document.

mod card;
mod ornament;
mod passport;
mod zone;

use image::{RgbImage, imageops};

use crate::sheet::{Anchor, Area, Inlay, Role, Sheet, Text};
use crate::{Design, Document, Field, Fonts, Kind, Page, RenderError, Side};

/// A holder's picture: a head and shoulders, at best of 35 to 45, as an issuer asks for. The caller brings it; nothing is shipped.
#[derive(Clone, Debug)]
pub struct Portrait(RgbImage);

impl Portrait {
    /// A picture that is a portrait already.
    #[must_use]
    pub fn new(picture: RgbImage) -> Self {
        Self(picture)
    }

    /// The part of a picture that shows head and shoulders: left, top, width, height in pixels, cut at its edges.
    #[must_use]
    pub fn cropped(picture: &RgbImage, [x, y, width, height]: [u32; 4]) -> Self {
        Self(image::imageops::crop_imm(picture, x, y, width.max(1), height.max(1)).to_image())
    }

    /// The picture cut about its middle and resized to fill a box.
    pub(crate) fn filling(&self, width: u32, height: u32) -> RgbImage {
        let (w, h) = (self.0.width() as f32, self.0.height() as f32);
        let kept = (w / width as f32).min(h / height as f32);
        let (cut_w, cut_h) = (width as f32 * kept, height as f32 * kept);
        let (left, top) = (((w - cut_w) / 2.0) as u32, ((h - cut_h) / 2.0) as u32);
        let cut =
            imageops::crop_imm(&self.0, left, top, (cut_w as u32).max(1), (cut_h as u32).max(1)).to_image();
        imageops::resize(&cut, width, height, imageops::FilterType::CatmullRom)
    }

    /// A head and shoulders without a face, for tests that need none. `tone` 0–1 makes them differ.
    #[must_use]
    pub fn silhouette(tone: f32) -> Self {
        Self(RgbImage::from_fn(350, 450, |x, y| {
            let (x, y) = (x as f32, y as f32);
            let head = ((x - 175.0) / 85.0).powi(2) + ((y - 190.0) / 115.0).powi(2) < 1.0;
            let body = ((x - 175.0) / 150.0).powi(2) + ((y - 450.0) / 140.0).powi(2) < 1.0;
            let shade = if head {
                150.0 + 60.0 * tone
            } else if body {
                60.0 + 60.0 * tone
            } else {
                215.0 - y / 20.0
            };
            image::Rgb([shade as u8, (shade * 0.97) as u8, (shade * 0.94) as u8])
        }))
    }
}

/// Draws a side of a document.
pub(crate) fn render(
    document: &Document,
    side: Side,
    portrait: &Portrait,
    fonts: &Fonts,
    dpi: f32,
) -> Result<Page, RenderError> {
    let mut sheet = Sheet::new(document.kind.size_mm());
    ornament::background(&mut sheet, &document.design);
    match (document.kind, side) {
        (Kind::Passport, _) => passport::passport(&mut sheet, document, portrait),
        (Kind::VisaA | Kind::VisaB, _) => passport::visa(&mut sheet, document, portrait),
        (Kind::IdentityCardTd2, _) => card::td2(&mut sheet, document, portrait),
        (Kind::IdentityCardTd1, Side::Front) => card::td1_front(&mut sheet, document, portrait),
        (Kind::IdentityCardTd1, Side::Back) => card::td1_back(&mut sheet, document),
        (Kind::DrivingLicence, Side::Front) => card::licence_front(&mut sheet, document, portrait),
        (Kind::DrivingLicence, Side::Back) => card::licence_back(&mut sheet, document)?,
    }
    if let Some(word) = &document.overprint {
        overprint(&mut sheet, word);
    }
    sheet.render(fonts, dpi)
}

/// A word from corner to corner.
fn overprint(sheet: &mut Sheet, word: &str) {
    let (width, height) = sheet.size();
    // The ink's own box is upright: what the turned word may be wide is what fits between the edges.
    let line =
        Text::line(Role::Overprint, word, (width / 2.0, height * 0.58), 16.0, width * 0.8, "Liberation Sans");
    sheet.texts.push(Text {
        anchor: Anchor::Middle,
        bold: true,
        colour: "#b01818".to_owned(),
        opacity: 0.45,
        turned: -22.0,
        ..line
    });
}

/// Lays labels and values out.
pub(crate) struct Composer<'a> {
    pub(crate) sheet: &'a mut Sheet,
    pub(crate) document: &'a Document,
    /// Font sizes.
    pub(crate) label_size: f32,
    pub(crate) value_size: f32,
}

impl Composer<'_> {
    fn design(&self) -> &Design {
        &self.document.design
    }

    /// The height of a label with one line of value, without the gap below.
    pub(crate) fn row(&self) -> f32 {
        self.label_size * 1.05 + self.value_size * 1.18
    }

    /// A label over its value, from the upper left corner; nothing when the document lacks the field. Returns the lower edge.
    pub(crate) fn field(&mut self, field: Field, (x, y): (f32, f32), widest: f32) -> f32 {
        let document = self.document;
        let Some(value) = document.fields.get(&field) else { return y };
        let languages = &document.design.languages;
        let mut label = languages[0].label(field).to_owned();
        if let Some(second) = languages.get(1).map(|language| language.label(field))
            && second != label
        {
            label = format!("{label} / {second}");
        }
        let baseline = y + self.label_size * 0.8;
        self.label(field, &label, (x, baseline), widest);
        let mut baseline = baseline + self.label_size * 0.25;
        for line in &value.printed {
            baseline += self.value_size;
            self.value(field, line, (x, baseline), widest);
            baseline += self.value_size * 0.18;
        }
        baseline
    }

    pub(crate) fn label(&mut self, field: Field, text: &str, at: (f32, f32), widest: f32) {
        let design = self.design();
        let (family, colour) = (design.label_font, design.colour(0.0, 60.0, 24.0));
        let size = self.label_size;
        self.sheet.texts.push(Text {
            field: Some(field),
            colour,
            ..Text::line(Role::Label, text, at, size, widest, family)
        });
    }

    pub(crate) fn value(&mut self, field: Field, text: &str, at: (f32, f32), widest: f32) {
        let design = self.design();
        let (family, bold, size) = (design.value_font, design.bold, self.value_size);
        let line = Text::line(Role::Value, text, at, size, widest, family);
        self.sheet.texts.push(Text { field: Some(field), bold, ..line });
    }
}

impl Text {
    /// Dark text from the left.
    pub(crate) fn line(
        role: Role,
        text: &str,
        at: (f32, f32),
        size: f32,
        widest: f32,
        family: &'static str,
    ) -> Self {
        Self {
            role,
            field: None,
            text: text.to_owned(),
            at,
            anchor: Anchor::Start,
            size,
            widest,
            family,
            bold: false,
            colour: "#161616".to_owned(),
            pitch: None,
            opacity: 1.0,
            turned: 0.0,
        }
    }
}

/// The portrait, and its faint double where the design has one.
pub(crate) fn portraits(
    sheet: &mut Sheet,
    design: &Design,
    portrait: &Portrait,
    main: Area,
    ghost: Option<Area>,
) {
    sheet.inlays.push(Inlay {
        role: Role::Portrait,
        area: main,
        picture: portrait.clone(),
        opacity: 0.97,
        grey: false,
    });
    if let Some(area) = ghost.filter(|_| design.ghost) {
        sheet.inlays.push(Inlay {
            role: Role::Ghost,
            area,
            picture: portrait.clone(),
            opacity: 0.22,
            grey: true,
        });
    }
}
