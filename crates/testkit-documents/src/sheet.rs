//! A side of a document while it is laid out: shapes and texts in millimetres, then pixels and the truth about them.

use std::fmt::Write as _;

use image::{Rgb, RgbImage};
use resvg::{tiny_skia, usvg};
use serde::Serialize;
use thiserror::Error;

use crate::fonts::OCR_B;
use crate::{Field, Fonts, Portrait};

/// What a box on a page is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// What stands at a field and says which it is.
    Label,
    /// A printed line of a field.
    Value,
    /// A line of the machine-readable zone.
    Mrz,
    /// The country, or what the document is.
    Title,
    /// The holder's picture.
    Portrait,
    /// The second, faint picture.
    Ghost,
    /// The coat of arms.
    Crest,
    /// The PDF417.
    Pdf417,
    /// The QR code.
    Qr,
    /// A word over the document, such as SPECIMEN.
    Overprint,
}

/// Left, top, width, height in pixels of the page; zero is the outer edge of the first pixel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Positive.
    pub width: f32,
    /// Positive.
    pub height: f32,
}

impl Area {
    /// Clockwise from the upper left.
    #[must_use]
    pub fn corners(self) -> [[f32; 2]; 4] {
        let (right, bottom) = (self.x + self.width, self.y + self.height);
        [[self.x, self.y], [right, self.y], [right, bottom], [self.x, bottom]]
    }

    /// Whether the two share more than an edge.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }

    fn scaled(self, by: f32) -> Self {
        Self { x: self.x * by, y: self.y * by, width: self.width * by, height: self.height * by }
    }
}

/// Something on a page, with its place. The box of a text is that of its ink.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// What it is.
    pub role: Role,
    /// The field of a label or value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// The characters as printed; of a barcode its payload (PDF417 bytes as ISO 8859-1).
    pub text: String,
    /// Where.
    pub area: Area,
}

/// A page in pixels, and everything on it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The pixels.
    pub picture: RgbImage,
    /// Pixels per inch.
    pub dpi: f32,
    /// Everything on the page; the lines of the machine-readable zone from the top.
    pub items: Vec<Item>,
}

impl Page {
    /// The items of a role.
    pub fn of(&self, role: Role) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.role == role)
    }

    /// The lines of the machine-readable zone as printed on this page.
    #[must_use]
    pub fn mrz(&self) -> Vec<String> {
        self.of(Role::Mrz).map(|item| item.text.clone()).collect()
    }
}

/// Why a page cannot be made.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The resolution is out of range.
    #[error("{0} dots per inch: give 72 to 1200")]
    Resolution(f32),
    /// The drawing was refused.
    #[error("the page's drawing is faulty: {0}")]
    Drawing(#[from] usvg::Error),
    /// A text was not set in its font.
    #[error("a text of {0:?} has characters that its font lacks: change the text or the font")]
    Glyph(Role),
    /// Barcode writer.
    #[error("the barcode cannot be written: {0}")]
    Barcode(String),
}

/// Where a text begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Anchor {
    Start,
    Middle,
}

/// One line of text.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) role: Role,
    pub(crate) field: Option<Field>,
    pub(crate) text: String,
    /// Anchor point: its side, and the baseline.
    pub(crate) at: (f32, f32),
    pub(crate) anchor: Anchor,
    /// Font size.
    pub(crate) size: f32,
    /// The ink is at most so wide; a smaller size is taken where it would not be.
    pub(crate) widest: f32,
    pub(crate) family: &'static str,
    pub(crate) bold: bool,
    pub(crate) colour: String,
    /// Every character's own advance instead of the font's.
    pub(crate) pitch: Option<f32>,
    pub(crate) opacity: f32,
    /// In degrees, clockwise, about the anchor point.
    pub(crate) turned: f32,
}

/// A picture put on the page between background and print.
pub(crate) struct Inlay {
    pub(crate) role: Role,
    pub(crate) area: Area,
    pub(crate) picture: Portrait,
    /// How much of the picture hides what is below, 0–1.
    pub(crate) opacity: f32,
    /// Made grey.
    pub(crate) grey: bool,
}

/// A bar or cell code, its modules drawn sharp.
pub(crate) struct Code {
    pub(crate) role: Role,
    pub(crate) text: String,
    pub(crate) area: Area,
    pub(crate) modules: Vec<Vec<bool>>,
}

/// The layout. Everything is in millimetres until [`Sheet::render`].
pub(crate) struct Sheet {
    width: f32,
    height: f32,
    /// Drawn first.
    pub(crate) background: String,
    pub(crate) inlays: Vec<Inlay>,
    /// Drawn over the pictures.
    pub(crate) foreground: String,
    pub(crate) codes: Vec<Code>,
    pub(crate) texts: Vec<Text>,
    /// Ornaments with a place in the truth.
    pub(crate) ornaments: Vec<(Role, Area)>,
}

impl Sheet {
    pub(crate) fn new((width, height): (f32, f32)) -> Self {
        Self {
            width,
            height,
            background: String::new(),
            inlays: Vec::new(),
            foreground: String::new(),
            codes: Vec::new(),
            texts: Vec::new(),
            ornaments: Vec::new(),
        }
    }

    pub(crate) fn size(&self) -> (f32, f32) {
        (self.width, self.height)
    }

    pub(crate) fn render(mut self, fonts: &Fonts, dpi: f32) -> Result<Page, RenderError> {
        if !(72.0..=1200.0).contains(&dpi) {
            return Err(RenderError::Resolution(dpi));
        }
        let scale = dpi / 25.4;
        let (width, height) = ((self.width * scale).round() as u32, (self.height * scale).round() as u32);
        let options = fonts.options();
        let boxes = self.fit(fonts, &options)?;
        let mut items: Vec<Item> = self
            .texts
            .iter()
            .zip(&boxes)
            .map(|(text, area)| Item {
                role: text.role,
                field: text.field,
                text: text.text.clone(),
                area: area.scaled(scale),
            })
            .collect();

        let Some(mut pixels) = tiny_skia::Pixmap::new(width, height) else {
            return Err(RenderError::Resolution(dpi));
        };
        pixels.fill(tiny_skia::Color::WHITE);
        let transform = tiny_skia::Transform::from_scale(scale, scale);
        let background = self.document(&self.background);
        resvg::render(&usvg::Tree::from_str(&background, &options)?, transform, &mut pixels.as_mut());
        let mut picture = opaque(&pixels);
        for inlay in &self.inlays {
            let area = inlay.area.scaled(scale);
            blend(&mut picture, inlay, area);
            items.push(Item { role: inlay.role, field: None, text: String::new(), area });
        }
        for (kept, pixel) in pixels.data_mut().chunks_exact_mut(4).zip(picture.pixels()) {
            kept[..3].copy_from_slice(&pixel.0);
        }
        for code in &self.codes {
            self.foreground.push_str(&modules(code));
            items.push(Item {
                role: code.role,
                field: None,
                text: code.text.clone(),
                area: code.area.scaled(scale),
            });
        }
        for &(role, area) in &self.ornaments {
            items.push(Item { role, field: None, text: String::new(), area: area.scaled(scale) });
        }
        let foreground = self.document(&format!("{}{}", self.foreground, self.print()));
        resvg::render(&usvg::Tree::from_str(&foreground, &options)?, transform, &mut pixels.as_mut());
        Ok(Page { picture: opaque(&pixels), dpi, items })
    }

    /// Makes texts smaller until none is wider than it may be, and says where the ink of each one is.
    fn fit(&mut self, fonts: &Fonts, options: &usvg::Options<'_>) -> Result<Vec<Area>, RenderError> {
        loop {
            let tree = usvg::Tree::from_str(&self.document(&self.print()), options)?;
            let mut boxes = Vec::with_capacity(self.texts.len());
            let mut fits = true;
            for (at, text) in self.texts.iter_mut().enumerate() {
                let node = tree.node_by_id(&format!("t{at}"));
                let Some(usvg::Node::Text(node)) = node else { return Err(RenderError::Glyph(text.role)) };
                let mut glyphs = node.layouted().iter().flat_map(|span| &span.positioned_glyphs);
                // A zone in another font would look right to people and wrong to readers.
                let right = |font| text.role != Role::Mrz || font == fonts.ocr_b();
                if !glyphs.all(|glyph| glyph.id.0 != 0 && right(glyph.font)) {
                    return Err(RenderError::Glyph(text.role));
                }
                let ink = node.flattened().abs_bounding_box();
                if ink.width() > text.widest * 1.001 {
                    text.size *= (text.widest / ink.width()).min(0.98);
                    fits = false;
                }
                boxes.push(Area { x: ink.x(), y: ink.y(), width: ink.width(), height: ink.height() });
            }
            if fits {
                return Ok(boxes);
            }
        }
    }

    fn document(&self, content: &str) -> String {
        let (width, height) = (self.width, self.height);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">{content}</svg>"#
        )
    }

    /// The texts as SVG.
    fn print(&self) -> String {
        let mut svg = String::new();
        for (at, text) in self.texts.iter().enumerate() {
            let (x, y) = text.at;
            let xs = match text.pitch {
                Some(pitch) => {
                    let places =
                        (0..text.text.chars().count()).map(|i| format!("{:.4}", x + pitch * i as f32));
                    places.collect::<Vec<_>>().join(" ")
                }
                None => format!("{x:.3}"),
            };
            let anchor = match text.anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
            };
            let family = if text.role == Role::Mrz { OCR_B } else { text.family };
            let weight = if text.bold { 700 } else { 400 };
            let turn = if text.turned == 0.0 {
                String::new()
            } else {
                format!(r#" transform="rotate({} {x} {y})""#, text.turned)
            };
            let _ = write!(
                svg,
                r#"<text id="t{at}" x="{xs}" y="{y:.3}" font-family="{family}" font-size="{:.4}" font-weight="{weight}" fill="{}" fill-opacity="{}" text-anchor="{anchor}"{turn}>{}</text>"#,
                text.size,
                text.colour,
                text.opacity,
                escaped(&text.text),
            );
        }
        svg
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// One path of squares, without anti-aliasing between modules.
fn modules(code: &Code) -> String {
    let rows = code.modules.len().max(1) as f32;
    let columns = code.modules.first().map_or(1, Vec::len).max(1) as f32;
    let (w, h) = (code.area.width / columns, code.area.height / rows);
    let mut path = String::new();
    for (row, cells) in code.modules.iter().enumerate() {
        let mut column = 0;
        while column < cells.len() {
            let run = cells[column..].iter().take_while(|dark| **dark).count();
            if run > 0 {
                let (x, y) = (code.area.x + column as f32 * w, code.area.y + row as f32 * h);
                // A hair of overlap downwards keeps rows of one bar from showing seams.
                let _ = write!(
                    path,
                    "M{x:.4} {y:.4}h{:.4}v{:.4}h-{:.4}z",
                    run as f32 * w,
                    h * 1.02,
                    run as f32 * w
                );
            }
            column += run.max(1);
        }
    }
    format!(r##"<path fill="#111" d="{path}"/>"##)
}

/// Puts a picture onto the page, cut to the area's shape about its middle.
fn blend(page: &mut RgbImage, inlay: &Inlay, area: Area) {
    let (width, height) = (area.width.round().max(1.0) as u32, area.height.round().max(1.0) as u32);
    let small = inlay.picture.filling(width, height);
    for (x, y, pixel) in small.enumerate_pixels() {
        let (px, py) = (area.x.round() as u32 + x, area.y.round() as u32 + y);
        let Some(below) = page.get_pixel_mut_checked(px, py) else { continue };
        let [r, g, b] = pixel.0.map(f32::from);
        let grey = 0.299 * r + 0.587 * g + 0.114 * b;
        let above = if inlay.grey { [grey; 3] } else { [r, g, b] };
        *below = Rgb(std::array::from_fn(|c| {
            let under = f32::from(below.0[c]);
            (under + (above[c] - under) * inlay.opacity).round().clamp(0.0, 255.0) as u8
        }));
    }
}

fn opaque(pixels: &tiny_skia::Pixmap) -> RgbImage {
    RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let at = ((y * pixels.width() + x) * 4) as usize;
        let data = pixels.data();
        Rgb([data[at], data[at + 1], data[at + 2]])
    })
}
